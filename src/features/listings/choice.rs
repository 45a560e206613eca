//! What a form asks for: which listings, and what becomes of them.

use crate::base::id::StoreId;
use crate::domain::ask::Scope;
use crate::reports::listings::{self as report, Asked, ListingRow, State};
use crate::store::{Reader, StoreError};
use crate::sync::links::{Edit, LINKS_MAX, To};
use crate::web::page::Page;
use crate::web::words::listing as told;

/// What can be done with chosen listings, as forms name it.
pub const ACTS: [&str; 5] = ["accept", "link", "new", "nothing", "matching"];
const UNITS_MAX: i64 = 1_000_000;

/// A form of the page, field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    pub act: String,
    pub sku: String,
    pub units: String,
    pub why: String,
    /// `show` or `save`.
    pub what: String,
    /// Everything that the list holds, also on its other pages.
    pub every: bool,
    /// `store:listing`.
    pub keys: Vec<String>,
}

impl Form {
    pub fn read(fields: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "act" => form.act = value,
                "sku" => form.sku = value.trim().to_owned(),
                "units" => form.units = value.trim().to_owned(),
                "why" => form.why = value,
                "do" => form.what = value,
                "every" => form.every = true,
                "choose" => form.keys.push(value),
                // The button of one row: what is suggested for it, at once.
                "accept" => {
                    form.act = "accept".to_owned();
                    form.what = "save".to_owned();
                    form.every = false;
                    form.keys = vec![value];
                    return form;
                }
                _ => {}
            }
        }
        form
    }
}

/// How a listing is named in a form.
pub fn key_of(row: &ListingRow) -> String {
    format!("{}:{}", row.store, row.listing)
}

fn parse_key(key: &str) -> Option<(StoreId, &str)> {
    let (store, listing) = key.split_once(':')?;
    Some((StoreId(store.parse().ok()?), listing))
}

/// What would change, one by one.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// The listing as it is, and what becomes of it.
    pub steps: Vec<(ListingRow, To)>,
}

impl Planned {
    pub fn edits(&self) -> Vec<Edit> {
        let edit = |(row, to): &(ListingRow, To)| Edit {
            store: row.store,
            listing: row.listing.clone(),
            to: to.clone(),
        };
        self.steps.iter().map(edit).collect()
    }
}

/// Reads what a form asks for off the listings as they are; a sentence where it cannot be done.
///
/// # Errors
/// `StoreError` of the database.
pub fn plan(
    reader: &Reader<'_>,
    form: &Form,
    (asked, scope): (&Asked, &Scope),
) -> Result<Result<Planned, String>, StoreError> {
    let to = match read_to(reader, form)? {
        Ok(to) => to,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let rows = match form.every {
        true => report::list(reader, asked, (LINKS_MAX as i64, 0))?.0,
        false => {
            let keys = form.keys.iter().filter_map(|key| parse_key(key));
            let found = keys.map(|key| report::find(reader, scope, key));
            found.filter_map(Result::transpose).collect::<Result<_, _>>()?
        }
    };
    if rows.is_empty() {
        return Ok(Err(told::NONE_CHOSEN.to_owned()));
    }
    let steps = rows.into_iter().filter_map(|row| {
        let to = match &to {
            Some(to) => to.clone(),
            None => {
                let best = row.suggestions.first()?;
                To::Variant { sku: best.sku.clone(), units: best.units }
            }
        };
        (!is_so(&row, &to)).then_some((row, to))
    });
    let planned = Planned { steps: steps.collect() };
    if planned.steps.is_empty() {
        return Ok(Err(told::NOTHING_CHANGES.to_owned()));
    }
    Ok(Ok(planned))
}

/// What the form makes of each; `None` is what is suggested for it.
fn read_to(reader: &Reader<'_>, form: &Form) -> Result<Result<Option<To>, String>, StoreError> {
    Ok(match form.act.as_str() {
        "accept" => Ok(None),
        "new" => Ok(Some(To::New)),
        "nothing" => Ok(Some(To::Nothing)),
        "matching" => Ok(Some(To::Matching)),
        _ => {
            let units = match form.units.as_str() {
                "" => Some(1),
                text => text.parse().ok().filter(|units| (1..=UNITS_MAX).contains(units)),
            };
            match units {
                _ if form.sku.is_empty() => Err(told::SKU_MISSING.to_owned()),
                None => Err(told::UNITS_WRONG.to_owned()),
                Some(_) if !report::knows_sku(reader, &form.sku)? => {
                    Err(told::no_product(&form.sku))
                }
                Some(units) => Ok(Some(To::Variant { sku: form.sku.clone(), units })),
            }
        }
    })
}

/// Whether a listing is so already.
fn is_so(row: &ListingRow, to: &To) -> bool {
    let is_chosen = matches!(row.how.as_str(), "hand" | "file");
    match to {
        To::Variant { sku, units } => {
            is_chosen && row.variant.as_deref() == Some(sku) && row.units == *units
        }
        To::Nothing => row.is_apart,
        To::Matching => !is_chosen,
        // What sells a product already needs none.
        To::New => row.variant.is_some() || row.is_apart,
    }
}

/// What an address asks of the list.
pub fn asked_of(page: &Page) -> Asked {
    let own = |name: &str| {
        let found = page.ask.rest.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    Asked {
        scope: page.who.scope.clone(),
        store: page.report_ask().store,
        wanted: own("q"),
        state: State::parse(&own("state")).unwrap_or_default(),
    }
}
