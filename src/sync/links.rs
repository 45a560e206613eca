//! Links of listings that a person makes, changes or ends: each change is one transaction with
//! its place in the history, and can be taken back (`undo.rs`). The books follow.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::ctx::Tools;
use super::match_job;
use crate::base::id::{ChangeId, StoreId};
use crate::domain::record::Listing;
use crate::store::changes::{self, By, Change, ChangeKind, NewChange};
use crate::store::listing_links::{self, How, ListingLink};
use crate::store::stock::claims::NO_STOCK;
use crate::store::stock::variants;
use crate::store::{Lane, StoreError, Tx, catalogue, dirty};

/// Listings that are named in a line of the history.
const NAMED_MAX: usize = 3;
/// Listings of one change.
pub const LINKS_MAX: usize = 20_000;
const UNITS_MAX: i64 = 1_000_000;
/// New products beyond which all listings are read at once.
const FOUND_ONE_BY_ONE_MAX: usize = 20;
/// Numbers that are tried behind a SKU that is taken.
const SKU_TRIES_MAX: u32 = 1_000;

/// What becomes of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    Variant {
        sku: String,
        units: i64,
    },
    /// It is sold from no stock of ours.
    Nothing,
    /// Whatever its codes tell.
    Matching,
    /// A variant of its own is made of it.
    New,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub store: StoreId,
    pub listing: String,
    pub to: To,
}

/// Links as the history keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Links {
    pub links: Vec<Link>,
    /// SKUs that became variants of the seller's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<String>,
}

/// The link of one listing; without SKU there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub store: StoreId,
    pub listing: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    pub units: i64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub how: String,
}

impl Link {
    fn of((store, listing): (StoreId, &str), link: Option<&ListingLink>) -> Self {
        Self {
            store,
            listing: listing.to_owned(),
            sku: link.map(|link| link.sku.clone()),
            units: link.map_or(1, |link| link.units),
            how: link.map_or_else(String::new, |link| link.how.name().to_owned()),
        }
    }

    fn find(tx: &rusqlite::Connection, key: (StoreId, &str)) -> Result<Self, StoreError> {
        Ok(Self::of(key, listing_links::find_link(tx, key.0, key.1)?.as_ref()))
    }

    fn put(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        let Some(sku) = &self.sku else {
            listing_links::end_link(tx, self.store, &self.listing)?;
            return Ok(());
        };
        let link = ListingLink {
            store: self.store,
            listing: self.listing.clone(),
            sku: sku.clone(),
            units: self.units,
            how: How::parse(&self.how).unwrap_or(How::Hand),
        };
        listing_links::upsert_link(tx, &link, None).map(|_| ())
    }
}

/// Makes a change; gives what stands in the history of it, `None` where nothing changed.
///
/// # Errors
/// `Refused` where an edit cannot be made; nothing is changed then.
pub fn save(tools: &Tools, edits: &[Edit], by: &By) -> Result<Option<ChangeId>, StoreError> {
    if edits.len() > LINKS_MAX {
        let text = format!("At most {LINKS_MAX} listings are linked at once. Nothing was changed.");
        return Err(StoreError::Refused(text));
    }
    let id = tools.db.write_local(Lane::Interactive, |tx| {
        let (mut before, mut after) = (Links::default(), Links::default());
        let n_new = edits.iter().filter(|edit| edit.to == To::New).count();
        // Each is looked up by itself, or all are read once.
        let told = (n_new > FOUND_ONE_BY_ONE_MAX).then(|| catalogue::map_listed(tx.conn()));
        let told = told.transpose()?;
        for edit in edits {
            let key = (edit.store, edit.listing.as_str());
            let was = Link::find(tx.conn(), key)?;
            make(tx, edit, (told.as_ref(), &mut after.made))?;
            let is = Link::find(tx.conn(), key)?;
            if was != is {
                before.links.push(was);
                after.links.push(is);
            }
        }
        if after == Links::default() {
            return Ok(None);
        }
        follow(tx)?;
        note(tx, (&before, &after), by, None).map(Some)
    })?;
    tools.signal.wake();
    Ok(id)
}

type Told = HashMap<(StoreId, String), Listing>;

fn make(
    tx: &Tx<'_>,
    edit: &Edit,
    (told, made): (Option<&Told>, &mut Vec<String>),
) -> Result<(), StoreError> {
    let key = (edit.store, edit.listing.as_str());
    match &edit.to {
        To::Variant { sku, units } => {
            if !(1..=UNITS_MAX).contains(units) {
                let text = format!("{units} is no number of units of a product. Nothing changed.");
                return Err(StoreError::Refused(text));
            }
            if !catalogue::knows(tx.conn(), sku)? {
                let text = format!(
                    "There is no product {sku:?}, so nothing was linked to it. Write the SKU of \
                     one of yours, or make one of the listing."
                );
                return Err(StoreError::Refused(text));
            }
            variants::upsert_variant(tx, sku, "")?;
            hand(key, (sku, *units)).put(tx)
        }
        To::Nothing => hand(key, (NO_STOCK, 1)).put(tx),
        To::Matching => listing_links::end_link(tx, key.0, key.1).map(|_| ()),
        To::New => {
            let found = match told {
                Some(told) => told.get(&(edit.store, edit.listing.clone())).cloned(),
                None => catalogue::find_listed(tx.conn(), key)?,
            };
            make_new(tx, key, &found.ok_or(StoreError::Missing)?, made)
        }
    }
}

fn hand((store, listing): (StoreId, &str), (sku, units): (&str, i64)) -> Link {
    Link {
        store,
        listing: listing.to_owned(),
        sku: Some(sku.to_owned()),
        units,
        how: How::Hand.name().to_owned(),
    }
}

/// A listing with a SKU becomes the variant of it; one without gets its barcode for one, or
/// whatever else the channel calls it.
fn make_new(
    tx: &Tx<'_>,
    key: (StoreId, &str),
    found: &Listing,
    made: &mut Vec<String>,
) -> Result<(), StoreError> {
    if let Some(sku) = &found.sku {
        if catalogue::make_variant(tx, sku, found)? {
            made.push(sku.clone());
        }
        return Ok(());
    }
    let mark = key.1.rsplit(['/', ':']).next().unwrap_or(key.1).to_owned();
    let names = [found.barcode.clone(), found.catalogue_id.clone(), Some(mark)];
    let Some(name) = names.into_iter().flatten().find(|name| !name.trim().is_empty()) else {
        return Err(StoreError::Missing);
    };
    let tries = (1..=SKU_TRIES_MAX).map(|number| match number {
        1 => name.clone(),
        number => format!("{name}-{number}"),
    });
    for sku in tries {
        if !catalogue::knows(tx.conn(), &sku)? {
            catalogue::make_variant(tx, &sku, found)?;
            hand(key, (&sku, 1)).put(tx)?;
            made.push(sku);
            return Ok(());
        }
    }
    Err(StoreError::Refused(format!("No SKU is free for {name:?}. Nothing was changed.")))
}

/// The books, the stock and the other listings follow.
fn follow(tx: &Tx<'_>) -> Result<(), StoreError> {
    if !match_job::settle(tx)? {
        dirty::bump_version(tx)?;
    }
    match_job::queue(tx)
}

fn note(
    tx: &Tx<'_>,
    (before, after): (&Links, &Links),
    by: &By,
    undoes: Option<ChangeId>,
) -> Result<ChangeId, StoreError> {
    let names: Vec<&str> = match after.links.is_empty() {
        true => after.made.iter().map(String::as_str).collect(),
        false => after.links.iter().map(|link| link.listing.as_str()).collect(),
    };
    let mut subject = names[..names.len().min(NAMED_MAX)].join(", ");
    if names.len() > NAMED_MAX {
        subject.push_str(&format!(", +{}", names.len() - NAMED_MAX));
    }
    let text = |links: &Links| {
        serde_json::to_string(links).map_err(|fault| StoreError::Internal(fault.to_string()))
    };
    let new = NewChange {
        kind: ChangeKind::Links,
        by,
        subject: &subject,
        before: Some(text(before)?),
        after: Some(text(after)?),
        import: None,
        undoes,
    };
    changes::append(tx, &new)
}

/// Whether every link that it put still stands, and nobody uses what it made.
pub(super) fn stands(conn: &rusqlite::Connection, after: &Links) -> Result<bool, StoreError> {
    for link in &after.links {
        let now = Link::find(conn, (link.store, &link.listing))?;
        // Where it left a listing to its codes, these may have linked it since.
        let is_left = link.sku.is_none() && !How::parse(&now.how).is_some_and(How::is_chosen);
        if now != *link && !is_left {
            return Ok(false);
        }
    }
    for sku in &after.made {
        if !catalogue::is_unused(conn, sku)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What stood before a change stands again.
pub(super) fn put_back(
    tx: &Tx<'_>,
    change: &Change,
    (before, after): (&Links, &Links),
    by: &By,
) -> Result<(), StoreError> {
    let mut back = Links::default();
    for link in &before.links {
        link.put(tx)?;
        back.links.push(link.clone());
    }
    for sku in &after.made {
        catalogue::forget_variant(tx, sku)?;
    }
    for sku in &before.made {
        let known = catalogue::find_listed_by_sku(tx.conn(), sku)?;
        catalogue::make_variant(tx, sku, &known.unwrap_or_default())?;
        back.made.push(sku.clone());
    }
    follow(tx)?;
    let was = Links { links: after.links.clone(), made: after.made.clone() };
    note(tx, (&was, &back), by, Some(change.id)).map(|_| ())
}
