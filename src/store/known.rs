//! What a copy of the books as they were known keeps beside them: what each cause changed since,
//! the orders and records behind it, and nothing that is anybody's secret.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Row, params};

use crate::base::id::{OrderId, StoreId};
use crate::base::{Currency, Day, DayRange, Instant, Money};
use crate::domain::ask::Basis;
use crate::domain::known::{Cause, DayFigures, DayPlace};
use crate::domain::profit::component::Component;
use crate::store::fact::FactTable;
use crate::store::rewind::{list_tables, moved_rows};
use crate::store::{Reader, StoreError, Tx, crypt, settings};

/// Orders kept by name for each cause and month.
const ORDERS_KEPT_MAX: i64 = 100;
/// Beyond so many orders a cause is about the shop and not about orders; none is kept by name.
const ORDERS_LOOKED_AT_MAX: i64 = 200_000;
/// Records kept for each kind of fact.
const RECORDS_KEPT_MAX: usize = 100;

/// Tables that hold secrets, people or work: they are empty in a copy.
pub const EMPTIED: [&str; 70] = [
    "buyers_erased",
    "retention_runs",
    "audit_log",
    "audit_head",
    "audit_anchor",
    "user_stores",
    "token_stores",
    "recovery_codes",
    "backups",
    "restore_drills",
    "calls_out",
    "note_files",
    "note_entries",
    "notes",
    "sign_in_origins",
    "mails",
    "mail_wishes",
    "mail_server",
    "listing_suggestions",
    "purchasing_log",
    "transfer_step_lines",
    "transfer_steps",
    "transfer_lines",
    "transfers",
    "purchase_receipt_lines",
    "purchase_receipts",
    "purchase_order_lines",
    "purchase_orders",
    "supplier_prices",
    "suppliers",
    "stocktake_lines",
    "stocktakes",
    "variant_settings_past",
    "stock_steerings",
    "pushes",
    "drifts",
    "stock_listings",
    "stock_channels",
    "call_levels",
    "hook_deliveries",
    "hook_tallies",
    "privacy_marks",
    "privacy_named",
    "privacy_findings",
    "privacy_requests",
    "orders_forgotten",
    "documents",
    "problems",
    "streams",
    "account_secrets",
    "accounts",
    "sessions",
    "one_time_links",
    "users",
    "login_attempts",
    "api_tokens",
    "settings",
    "key_slots",
    "sealed_keys",
    "jobs",
    "refused_rows",
    "import_notices",
    "import_unknowns",
    "organisation_past",
    "closing_figures",
    "closing_covers",
    "month_closings",
    "rules_past",
    "changes",
    "scenarios",
];

/// Tables of which a copy holds what was known; with those of `imports::FACTS`, whose pasts go.
pub const KEPT: [&str; 42] = [
    "buyers_restricted",
    "listing_parts",
    "variant_settings",
    "locations",
    "lots",
    "stock_actions",
    "stock_events",
    "on_hand",
    "reservations",
    "unlinked_lines",
    "dirty_stock",
    "dirty_claims",
    "stock_alerts",
    "organisation",
    "stores",
    "imports",
    "customers",
    "variants",
    "orders",
    "order_facts",
    "rules",
    "profit_lines",
    "rollups",
    "rollups_behind",
    "places",
    "leans",
    "line_moves",
    "line_draws",
    "layers_left",
    "dirty_skus",
    "goals",
    "ad_results",
    "missing_rates",
    "missing_ad_rates",
    "unclassified_fees",
    "dirty_orders",
    "dirty_days",
    "known_figures",
    "known_orders",
    "known_records",
    "order_facts_past",
    "refinery_schema_history",
];

/// Under which a copy notes the number of the books' last change that it knows.
const VERSION: &str = "known_version";
/// Under which a copy notes the currency of its causes, where it is not its own.
const RESTATED: &str = "known_restated";

/// Notes what the orders marked now bring, to see what becomes of it. Gives whether they are few
/// enough to be kept by name.
///
/// # Errors
/// `StoreError` of the database.
pub fn begin_orders(tx: &Tx<'_>) -> Result<bool, StoreError> {
    tx.conn().execute_batch(
        "create temp table if not exists former_orders (
            order_id integer primary key, name text not null);
         create temp table if not exists former_lines (
            order_id integer, event_day integer, order_day integer, store_id integer,
            amount_minor integer);
         delete from temp.former_orders; delete from temp.former_lines;",
    )?;
    let marked: i64 =
        tx.conn().query_row("select count(*) from dirty_orders", [], |row| row.get(0))?;
    if marked > ORDERS_LOOKED_AT_MAX {
        return Ok(false);
    }
    tx.conn().execute(
        "insert into temp.former_orders (order_id, name)
         select id, coalesce(number, external_id) from dirty_orders
         join orders on orders.id = order_id",
        [],
    )?;
    let sql = format!("insert into temp.former_lines {}", brought("1"));
    tx.conn().execute(&sql, [])?;
    Ok(true)
}

/// Keeps the orders that moved most since `begin_orders`, for each month.
///
/// # Errors
/// `StoreError` of the database.
pub fn keep_orders(tx: &Tx<'_>, cause: Cause) -> Result<(), StoreError> {
    let sql = format!(
        "insert into known_orders
            (cause, order_id, name, event_day, order_day, store_id, amount_minor)
         select ?1, order_id, name, event_day, order_day, store_id, amount_minor from (
            select *, row_number() over (
                partition by strftime('%Y-%m', event_day * 86400, 'unixepoch')
                order by abs(amount_minor) desc, order_id) as place
            from (select moved.order_id, name, event_day, order_day, store_id,
                    sum(amount_minor) as amount_minor
                from (select * from temp.former_lines union all {}) moved
                join temp.former_orders former on former.order_id = moved.order_id
                group by moved.order_id, event_day, order_day, store_id
                having sum(amount_minor) <> 0))
         where place <= ?2",
        brought("-1")
    );
    tx.conn().execute(&sql, params![cause.name(), ORDERS_KEPT_MAX])?;
    Ok(())
}

/// The contribution margin of the noted orders by day, times a sign.
fn brought(sign: &str) -> String {
    format!(
        "select order_id, event_day, order_day, store_id, {sign} * sum(
            gross_sales_minor + discounts_minor + returns_minor + shipping_income_minor
            + service_income_minor + cogs_minor + shipping_cost_minor + handling_cost_minor
            + payment_fees_minor + channel_fees_minor + other_income_minor)
         from profit_lines where order_id in (select order_id from temp.former_orders)
         group by order_id, event_day, order_day, store_id"
    )
}

/// Keeps what a cause changed: today less then.
///
/// # Errors
/// `StoreError` of the database.
pub fn insert_figures(tx: &Tx<'_>, cause: Cause, moved: &DayFigures) -> Result<(), StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "insert into known_figures (cause, basis, day, store_id, component, amount_minor)
         values (?, ?, ?, ?, ?, ?)",
    )?;
    for_each_amount(moved, |place, component, minor| {
        let basis = basis_number(place.basis);
        let store = place.store.map_or(0, |store| store.0);
        let cells = params![cause.name(), basis, place.day, store, component.name(), minor];
        statement.execute(cells).map(|_| ())
    })?;
    Ok(())
}

/// Calls `keep` for each amount that is not 0.
pub(super) fn for_each_amount(
    figures: &DayFigures,
    mut keep: impl FnMut(&DayPlace, Component, i64) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    for (place, amounts) in figures.iter() {
        for component in Component::ALL {
            match amounts[component.index()] {
                0 => {}
                minor => keep(place, component, minor)?,
            }
        }
    }
    Ok(())
}

pub(super) fn basis_number(basis: Basis) -> i64 {
    match basis {
        Basis::Event => 0,
        Basis::Order => 1,
    }
}

/// Reads a kept amount: basis, day, store, component, amount, from column `first` on.
pub(super) fn put_amount(
    figures: &mut DayFigures,
    row: &Row<'_>,
    first: usize,
) -> rusqlite::Result<()> {
    let basis: i64 = row.get(first)?;
    let store: i64 = row.get(first + 2)?;
    let name: String = row.get(first + 3)?;
    let place = DayPlace {
        basis: if basis == 0 { Basis::Event } else { Basis::Order },
        day: row.get(first + 1)?,
        store: (store != 0).then_some(StoreId(store)),
    };
    if let Some(component) = Component::ALL.into_iter().find(|one| one.name() == name) {
        figures.put(place, component, row.get(first + 4)?);
    }
    Ok(())
}

/// What each cause changed in a range of days.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_figures(
    reader: &Reader<'_>,
    basis: Basis,
    range: DayRange,
) -> Result<BTreeMap<Cause, DayFigures>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select cause, basis, day, store_id, component, amount_minor from known_figures
         where basis = ? and day between ? and ?",
    )?;
    let mut rows = statement.query(params![basis_number(basis), range.from, range.to])?;
    let mut by_cause: BTreeMap<Cause, DayFigures> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        if let Some(cause) = Cause::parse(&name) {
            put_amount(by_cause.entry(cause).or_default(), row, 1)?;
        }
    }
    Ok(by_cause)
}

/// One order behind a cause, with what it did to the contribution margin of some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedOrder {
    pub order: OrderId,
    pub name: String,
    pub store: StoreId,
    pub minor: i64,
}

/// The orders behind a cause in a range of days, those that moved most first.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_orders(
    reader: &Reader<'_>,
    cause: Cause,
    (basis, range): (Basis, DayRange),
) -> Result<Vec<MovedOrder>, StoreError> {
    let day = match basis {
        Basis::Event => "event_day",
        Basis::Order => "order_day",
    };
    let sql = format!(
        "select order_id, name, store_id, sum(amount_minor) from known_orders
         where cause = ? and {day} between ? and ?
         group by order_id, name, store_id having sum(amount_minor) <> 0
         order by abs(sum(amount_minor)) desc, order_id"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map(params![cause.name(), range.from, range.to], |row| {
        Ok(MovedOrder {
            order: row.get(0)?,
            name: row.get(1)?,
            store: row.get(2)?,
            minor: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A fact that is another one than it was; what it was not, or is not, is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedRecord {
    /// The name of its table.
    pub kind: String,
    pub label: String,
    pub was: String,
    pub now: String,
}

/// Keeps the facts of a cause that moved; to be called before it is taken back.
///
/// # Errors
/// `StoreError` of the database.
pub fn keep_records(tx: &Tx<'_>, cause: Cause, at: Instant) -> Result<(), StoreError> {
    for table in list_tables(cause) {
        for (label, (was, now)) in find_moved(tx, table, at)? {
            if was != now {
                tx.conn()
                    .prepare_cached(
                        "insert into known_records (cause, kind, label, was, now)
                         values (?, ?, ?, ?, ?)",
                    )?
                    .execute(params![cause.name(), table.name, label, was, now])?;
            }
        }
    }
    Ok(())
}

/// # Errors
/// `StoreError` of the database.
pub fn list_records(reader: &Reader<'_>, cause: Cause) -> Result<Vec<MovedRecord>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select kind, label, was, now from known_records where cause = ? order by id",
    )?;
    let rows = statement.query_map([cause.name()], |row| {
        Ok(MovedRecord {
            kind: row.get(0)?,
            label: row.get(1)?,
            was: row.get(2)?,
            now: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What names a record of a table to a reader.
fn label_columns(table: &FactTable) -> Vec<&'static str> {
    match table.name {
        "charges" => vec!["kind", "day"],
        "labels" => vec!["order_ref"],
        _ => table.key.iter().copied().filter(|column| !column.ends_with("_id")).collect(),
    }
}

/// By its label, what a record was and what it is.
fn find_moved(
    tx: &Tx<'_>,
    table: &FactTable,
    at: Instant,
) -> Result<BTreeMap<String, (String, String)>, StoreError> {
    const TOLD: [&str; 5] = ["unit_cost", "amount_minor", "rate", "cost_minor", "stated_minor"];
    let labels = label_columns(table);
    let value = table.values.iter().copied().find(|column| TOLD.contains(column));
    let Some(value) = value else { return Ok(BTreeMap::new()) };
    let currency = if table.values.contains(&"currency") || table.key.contains(&"currency") {
        "currency"
    } else {
        "'' as currency"
    };
    let columns = format!("{}, {value}, {currency}", labels.join(", "));
    let sql = format!("{} limit {}", moved_rows(table, &columns), 2 * RECORDS_KEPT_MAX);
    let mut statement = tx.conn().prepare(&sql)?;
    let mut rows = statement.query([at])?;
    let mut moved: BTreeMap<String, (String, String)> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let mut label: Vec<String> = Vec::new();
        for (index, column) in labels.iter().enumerate() {
            label.push(shown(row.get(index)?, column, ""));
        }
        label.retain(|part| !part.is_empty());
        let n_labels = labels.len();
        let code: String = row.get(n_labels + 1)?;
        let told = shown(row.get(n_labels)?, value, &code);
        let is_now: bool = row.get(n_labels + 2)?;
        let sides = moved.entry(label.join(" · ")).or_default();
        *(if is_now { &mut sides.1 } else { &mut sides.0 }) = told;
        if moved.len() >= RECORDS_KEPT_MAX {
            break;
        }
    }
    Ok(moved)
}

fn shown(value: Value, column: &str, code: &str) -> String {
    let is_day = column == "day" || column.ends_with("_day");
    match (value, Currency::parse(code)) {
        (Value::Integer(day), _) if is_day => {
            i32::try_from(day).map_or_else(|_| String::new(), |day| Day(day).to_string())
        }
        (Value::Integer(minor), Ok(currency)) => Money::new(minor, currency).to_string(),
        (Value::Integer(number), Err(_)) => number.to_string(),
        (Value::Text(text), Ok(currency)) => format!("{text} {currency}"),
        (Value::Text(text), Err(_)) => text,
        _ => String::new(),
    }
}

/// The last step of a copy: whatever was not known goes, and whatever is nobody else's business.
///
/// # Errors
/// `StoreError` of the database.
pub fn finish(
    tx: &Tx<'_>,
    at: Instant,
    (version, restated): (i64, Option<Currency>),
) -> Result<(), StoreError> {
    tx.conn().execute(
        "delete from orders where not exists (
            select 1 from order_facts where order_id = orders.id)",
        [],
    )?;
    tx.conn().execute(
        "delete from stores where created_at >= ?
            and not exists (select 1 from orders where store_id = stores.id)
            and not exists (select 1 from imports where store_id = stores.id)",
        [at],
    )?;
    let pasts = super::imports::FACTS.into_iter().map(|table| format!("{}_past", table.name));
    // A copy has no log of its own; the books' own stays where it is.
    tx.conn().execute_batch("drop trigger if exists audit_log_is_not_deleted")?;
    for table in EMPTIED.into_iter().map(str::to_owned).chain(pasts) {
        tx.conn().execute(&format!("delete from {table}"), [])?;
    }
    tx.conn().execute("delete from order_facts_past", [])?;
    // Nothing that is kept by the mark of an installation may take this one for the books.
    let mark = crypt::to_hex(&crypt::random::<8>()?);
    settings::upsert(tx, "instance_id", &mark)?;
    settings::upsert(tx, VERSION, &version.to_string())?;
    if let Some(currency) = restated {
        settings::upsert(tx, RESTATED, currency.code())?;
    }
    Ok(())
}

/// The number of the books' last change that a copy knows.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_version(reader: &Reader<'_>) -> Result<Option<i64>, StoreError> {
    let found = settings::find(reader.conn(), VERSION)?;
    Ok(found.and_then(|version| version.parse().ok()))
}

/// The currency in which the causes of a copy are stated, where it is not that of its figures.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_restated(reader: &Reader<'_>) -> Result<Option<Currency>, StoreError> {
    let found = settings::find(reader.conn(), RESTATED)?;
    Ok(found.and_then(|code| Currency::parse(&code).ok()))
}
