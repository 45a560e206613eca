//! What channels sell, which product each listing is linked to, and what is to be done: read once
//! for the page, the API, the file, the command and the list of tasks.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use crate::base::id::StoreId;
use crate::base::{Currency, Instant, Money};
use crate::domain::ask::Scope;
use crate::domain::catalogue::Suggestion;
use crate::store::catalogue::LISTED;
use crate::store::stock::claims::NO_STOCK;
use crate::store::{Reader, StoreError, stores, suggestions};

/// Which listings are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    #[default]
    All,
    /// With a SKU that no product of ours bears, and without a link.
    Unlinked,
    Blank,
    Duplicate,
    Suggested,
    Linked,
    /// Sold from no stock of ours.
    Apart,
}

impl State {
    pub const ALL: [Self; 7] = [
        Self::All,
        Self::Unlinked,
        Self::Blank,
        Self::Duplicate,
        Self::Suggested,
        Self::Linked,
        Self::Apart,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Unlinked => "unlinked",
            Self::Blank => "blank",
            Self::Duplicate => "duplicate",
            Self::Suggested => "suggested",
            Self::Linked => "linked",
            Self::Apart => "apart",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    fn condition(self) -> &'static str {
        match self {
            Self::All => "1",
            Self::Unlinked => "link_sku is null and sku <> '' and variant_id is null",
            Self::Blank => "link_sku is null and sku = ''",
            Self::Duplicate => "is_twice",
            Self::Suggested => "link_sku is null and has_suggestion",
            Self::Linked => "coalesce(link_sku <> '-', variant_id is not null)",
            Self::Apart => "link_sku = '-'",
        }
    }
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub scope: Scope,
    pub store: Option<StoreId>,
    /// A part of a SKU, a title, a barcode or a catalogue's id.
    pub wanted: String,
    pub state: State,
}

/// One listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingRow {
    pub store: StoreId,
    pub store_name: String,
    pub listing: String,
    /// Texts are empty where nothing is told.
    pub sku: String,
    pub title: String,
    pub barcode: String,
    pub catalogue_id: String,
    pub price: Option<Money>,
    pub status: String,
    /// What it sells; `None` where that is not known, or nothing of ours.
    pub variant: Option<String>,
    pub units: i64,
    /// `sku`, or as `How` names it; empty without a link.
    pub how: String,
    pub is_apart: bool,
    /// Its SKU stands at another listing of its store, too.
    pub is_duplicate: bool,
    pub suggestions: Vec<Suggestion>,
    pub shown: Shown,
}

/// What a listing is to show, shows, and showed when that was certain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub desired: Option<i64>,
    pub live: Option<i64>,
    pub confirmed_at: Option<Instant>,
}

/// How many listings are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub all: i64,
    pub unlinked: i64,
    pub blank: i64,
    pub duplicate: i64,
    pub suggested: i64,
    pub linked: i64,
    pub apart: i64,
}

impl Counts {
    pub fn of(&self, state: State) -> i64 {
        match state {
            State::All => self.all,
            State::Unlinked => self.unlinked,
            State::Blank => self.blank,
            State::Duplicate => self.duplicate,
            State::Suggested => self.suggested,
            State::Linked => self.linked,
            State::Apart => self.apart,
        }
    }
}

/// Every listing with its link, the product of its very SKU, and whether its SKU stands twice.
fn stated() -> String {
    format!(
        "select e.*, coalesce(own.sku, by_sku.sku) as link_sku,
            coalesce(own.units, by_sku.units, 1) as link_units,
            coalesce(own.how, by_sku.how) as link_how, variants.id as variant_id,
            e.sku <> '' and (e.told > 1 or exists (
                select 1 from channel_listings other where other.store_id = e.store_id
                    and other.sku = e.sku and other.channel_id <> e.mark)) as is_twice,
            exists (select 1 from listing_suggestions s
                where s.store_id = e.store_id and s.listing = e.listing) as has_suggestion
         from ({LISTED}) e
         left join listing_links own
            on own.store_id = e.store_id and own.listing = e.listing
         left join listing_links by_sku
            on by_sku.store_id = e.store_id and by_sku.listing = 'sku:' || e.sku
         left join variants on variants.sku = e.sku and e.sku <> ''
         where :store is null or e.store_id = :store"
    )
}

/// How many listings there are of each state.
///
/// # Errors
/// `StoreError` of the database.
pub fn count(
    reader: &Reader<'_>,
    scope: &Scope,
    store: Option<StoreId>,
) -> Result<Counts, StoreError> {
    let sums: Vec<String> = State::ALL
        .map(|state| format!("coalesce(sum({}), 0)", state.condition()))
        .into_iter()
        .collect();
    let sql =
        format!("select {} from ({}) where {}", sums.join(", "), stated(), scope_condition(scope));
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_row(named_params! { ":store": store }, |row| {
        Ok(Counts {
            all: row.get(0)?,
            unlinked: row.get(1)?,
            blank: row.get(2)?,
            duplicate: row.get(3)?,
            suggested: row.get(4)?,
            linked: row.get(5)?,
            apart: row.get(6)?,
        })
    })?)
}

fn scope_condition(scope: &Scope) -> String {
    match scope {
        Scope::All => "1".to_owned(),
        Scope::Stores(stores) => {
            let ids: Vec<String> = stores.iter().map(|store| store.0.to_string()).collect();
            format!("store_id in ({})", ids.join(", "))
        }
    }
}

/// The listings asked for by store and SKU, from `offset` on; and how many there are in all.
///
/// # Errors
/// `StoreError` of the database.
pub fn list(
    reader: &Reader<'_>,
    asked: &Asked,
    (limit, offset): (i64, i64),
) -> Result<(Vec<ListingRow>, i64), StoreError> {
    let condition = format!(
        "{} and {} and (:wanted = ''
            or instr(lower(sku), :wanted) or instr(lower(title), :wanted)
            or instr(lower(barcode), :wanted) or instr(lower(catalogue_id), :wanted)
            or instr(lower(coalesce(link_sku, '')), :wanted) or instr(lower(listing), :wanted))",
        asked.state.condition(),
        scope_condition(&asked.scope),
    );
    let sql = select_where(&condition);
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let wanted = asked.wanted.trim().to_lowercase();
    let mut total = 0;
    let rows = statement.query_map(
        named_params! {
            ":store": asked.store, ":wanted": wanted, ":limit": limit, ":offset": offset,
        },
        |row| {
            total = row.get(15)?;
            from_row(row)
        },
    )?;
    let mut rows: Vec<ListingRow> = rows.collect::<Result<_, _>>()?;
    for row in &mut rows {
        complete(reader.conn(), row)?;
    }
    Ok((rows, total))
}

fn select_where(condition: &str) -> String {
    format!(
        "select store_id, stores.name, listing, sku, title, barcode, catalogue_id, price_minor,
            found.currency, status, link_sku, link_units, link_how, variant_id is not null,
            is_twice, count(*) over ()
         from ({}) found join stores on stores.id = store_id
         where {condition}
         order by stores.name, sku = '', sku, listing limit :limit offset :offset",
        stated(),
    )
}

/// What stands in tables of its own.
fn complete(conn: &Connection, row: &mut ListingRow) -> Result<(), StoreError> {
    row.suggestions = list_suggestions(conn, row)?;
    row.shown = find_shown(conn, row)?;
    Ok(())
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<ListingRow> {
    let (minor, code): (Option<i64>, String) = (row.get(7)?, row.get(8)?);
    let currency = Currency::parse(&code).ok();
    let (link, is_exact): (Option<String>, bool) = (row.get(10)?, row.get(13)?);
    let sku: String = row.get(3)?;
    let how: Option<String> = row.get(12)?;
    let variant = match &link {
        Some(link) => Some(link.clone()).filter(|link| link != NO_STOCK),
        None => is_exact.then(|| sku.clone()),
    };
    Ok(ListingRow {
        store: row.get(0)?,
        store_name: row.get(1)?,
        listing: row.get(2)?,
        title: row.get(4)?,
        barcode: row.get(5)?,
        catalogue_id: row.get(6)?,
        price: minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency)),
        status: row.get(9)?,
        units: row.get(11)?,
        how: how.unwrap_or_else(|| if is_exact { "sku".to_owned() } else { String::new() }),
        is_apart: link.is_some_and(|link| link == NO_STOCK),
        is_duplicate: row.get(14)?,
        variant,
        sku,
        suggestions: Vec::new(),
        shown: Shown::default(),
    })
}

/// None where a link says it all.
fn list_suggestions(conn: &Connection, of: &ListingRow) -> Result<Vec<Suggestion>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select sku, units, score, reasons from listing_suggestions
         where store_id = ? and listing = ? order by place",
    )?;
    let rows = statement.query_map(params![of.store, of.listing], |row| {
        Ok(Suggestion {
            sku: row.get(0)?,
            units: row.get(1)?,
            score: row.get(2)?,
            reasons: suggestions::parse_reasons(&row.get::<_, String>(3)?),
        })
    })?;
    let found: Vec<Suggestion> = rows.collect::<Result<_, _>>()?;
    let is_said = of.is_apart || !matches!(of.how.as_str(), "" | "sku");
    Ok(if is_said { Vec::new() } else { found })
}

fn find_shown(conn: &Connection, of: &ListingRow) -> Result<Shown, StoreError> {
    let mut statement = conn.prepare_cached(
        "select (select to_units from pushes where listing_id = kept.id
                and state in ('planned', 'sent', 'accepted', 'confirmed')
                order by pushes.id desc limit 1), seen, confirmed_at
         from stock_listings kept join accounts on accounts.id = account_id
         where store_id = ? and listing = ? order by kept.id limit 1",
    )?;
    let mut rows = statement.query(params![of.store, of.listing])?;
    let Some(row) = rows.next()? else { return Ok(Shown::default()) };
    Ok(Shown { desired: row.get(0)?, live: row.get(1)?, confirmed_at: row.get(2)? })
}

/// One listing, by its store and mark.
///
/// # Errors
/// `StoreError` of the database.
pub fn find(
    reader: &Reader<'_>,
    scope: &Scope,
    (store, listing): (StoreId, &str),
) -> Result<Option<ListingRow>, StoreError> {
    if !scope.allows(store) {
        return Ok(None);
    }
    let mut statement = reader.conn().prepare_cached(&select_where("listing = :listing"))?;
    let parameters =
        named_params! { ":store": store, ":listing": listing, ":limit": 1, ":offset": 0 };
    let mut row = statement.query_row(parameters, from_row).optional()?;
    if let Some(row) = &mut row {
        complete(reader.conn(), row)?;
    }
    Ok(row)
}

/// Whether a SKU is one that can be linked to.
///
/// # Errors
/// `StoreError` of the database.
pub fn knows_sku(reader: &Reader<'_>, sku: &str) -> Result<bool, StoreError> {
    crate::store::catalogue::knows(reader.conn(), sku)
}

/// The store of a name, in a scope.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_store(
    reader: &Reader<'_>,
    scope: &Scope,
    name: &str,
) -> Result<Option<StoreId>, StoreError> {
    let all = stores::list_stores(reader)?;
    let found = all.into_iter().find(|store| store.name == name);
    Ok(found.map(|store| store.id).filter(|store| scope.allows(*store)))
}

/// The columns of the list as a file, which the format `listing-links` takes in again.
pub const COLUMNS: [&str; 5] = ["store", "listing", "listing_sku", "sku", "units"];

/// A row of that file. A listing without a link has no SKU there, and one that is sold from no
/// stock a dash.
pub fn file_row(row: &ListingRow) -> Vec<String> {
    let (sku, units) = match (&row.variant, row.is_apart) {
        (Some(sku), _) => (sku.clone(), row.units.to_string()),
        (None, true) => (NO_STOCK.to_owned(), String::new()),
        (None, false) => (String::new(), String::new()),
    };
    vec![row.store_name.clone(), row.listing.clone(), row.sku.clone(), sku, units]
}
