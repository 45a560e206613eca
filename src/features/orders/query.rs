//! Lists of orders: which ones fit a search, one page of them, and what stands before and after
//! one of them. Their figures come from the reports.

use rusqlite::{OptionalExtension, ToSql, named_params};

use crate::base::id::{OrderId, StoreId};
use crate::base::{Currency, Day, Instant};
use crate::domain::ask::{AdsMode, Ask, Scope};
use crate::domain::profit::figures::Figures;
use crate::reports::profit::line_figures;
use crate::store::orders::{self, StoredOrder};
use crate::store::{Reader, StoreError, dirty, profit};
use crate::web::kept::Kept;

pub const ROWS_PER_PAGE: i64 = 50;

/// What is looked for. Without days it is all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub store: Option<StoreId>,
    pub scope: Scope,
    /// A number, an id, the beginning of one, or a SKU.
    pub wanted: Option<String>,
    /// Counted from 1; beyond the last it is the last.
    pub page: u32,
}

impl Asked {
    pub fn new(ask: Ask, wanted: Option<String>, page: u32) -> Self {
        let Ask { from, to, store, scope, .. } = ask;
        Self { from, to, store, scope, wanted, page }
    }
}

#[derive(Debug, Default)]
pub struct Listed {
    pub currency: Option<Currency>,
    pub orders: Vec<ListedOrder>,
    pub total: i64,
    pub not_counted: i64,
}

#[derive(Debug)]
pub struct ListedOrder {
    pub stored: StoredOrder,
    /// `None` where nothing is counted of it, or not yet.
    pub figures: Option<Figures>,
}

/// How many there are of what is looked for, and how many of them do not count.
static COUNTS: Kept<Asked, (i64, i64)> = Kept::new();

/// # Errors
/// `StoreError` of the database.
pub fn list(reader: &Reader<'_>, asked: &Asked) -> Result<Option<Listed>, StoreError> {
    let condition = condition(asked);
    let days = (asked.from.map_or(i32::MIN, |day| day.0), asked.to.map_or(i32::MAX, |day| day.0));
    let wanted = asked.wanted.clone().unwrap_or_default();
    let bare = wanted.trim_start_matches('#').to_owned();
    let marked = format!("#{bare}");
    let ends = [&wanted, &bare, &marked].map(|text| format!("{text}{}", char::MAX));
    let mut parameters: Vec<(&str, &dyn ToSql)> =
        vec![(":from", &days.0), (":to", &days.1), (":store", &asked.store)];
    if asked.wanted.is_some() {
        parameters.extend([
            (":wanted", &wanted as &dyn ToSql),
            (":wanted_end", &ends[0]),
            (":bare", &bare),
            (":marked", &marked),
            (":marked_end", &ends[2]),
        ]);
    }
    // All orders of all pages are gone through for it.
    let of_all_pages = Asked { page: 1, ..asked.clone() };
    let counts = COUNTS.find_or(reader, &of_all_pages, || {
        let sql = format!("select count(*), coalesce(sum(counted = 0), 0) from orders {condition}");
        let mut statement = reader.conn().prepare_cached(&sql)?;
        let counts =
            statement.query_row(parameters.as_slice(), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok::<_, StoreError>(Some(counts))
    })?;
    let (total, not_counted) = counts.as_deref().copied().unwrap_or_default();
    let pages = total.saturating_sub(1).max(0) / ROWS_PER_PAGE + 1;
    let skipped = (i64::from(asked.page).min(pages) - 1) * ROWS_PER_PAGE;
    let sql = format!(
        "select id from orders {condition}
         order by order_day desc, placed_at desc, id desc limit :limit offset :skipped"
    );
    parameters.extend([(":limit", &ROWS_PER_PAGE as &dyn ToSql), (":skipped", &skipped)]);
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let ids: Vec<OrderId> =
        statement.query_map(parameters.as_slice(), |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut orders = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(stored) = orders::find_order(reader, id)? {
            orders.push(ListedOrder { stored, figures: sum_lines(reader, id)? });
        }
    }
    let currency = dirty::find_reporting(reader)?;
    Ok(Some(Listed { currency, orders, total, not_counted }))
}

/// Numbers and ids are found in all days, all else in the days that were chosen.
fn condition(asked: &Asked) -> String {
    let days = "order_day between :from and :to";
    let scope = match &asked.scope {
        Scope::All => String::new(),
        Scope::Stores(stores) => {
            let ids: Vec<String> = stores.iter().map(|store| store.0.to_string()).collect();
            format!(" and store_id in ({})", ids.join(", "))
        }
    };
    let found = match asked.wanted {
        None => days.to_owned(),
        Some(_) => format!(
            "(number in (:wanted, :bare, :marked) or external_id = :wanted
              or {days} and (
                number between :wanted and :wanted_end
                or number between :marked and :marked_end
                or external_id between :wanted and :wanted_end
                or id in (select order_id from profit_lines where variant_id in (
                    select id from variants where sku = :wanted collate nocase))))"
        ),
    };
    format!("where {found} and (:store is null or store_id = :store){scope}")
}

fn sum_lines(reader: &Reader<'_>, order: OrderId) -> Result<Option<Figures>, StoreError> {
    let lines = profit::list_lines(reader.conn(), order)?;
    if lines.is_empty() {
        return Ok(None);
    }
    let mut sum = Figures::default();
    for line in lines {
        sum.add(&line_figures(&line, AdsMode::Blended));
    }
    Ok(Some(sum))
}

/// One order as a neighbour of another.
#[derive(Clone, Debug)]
pub struct Neighbour {
    pub id: OrderId,
    pub name: String,
}

/// The orders placed just before and just after one.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_neighbours(
    reader: &Reader<'_>,
    (day, placed_at, id): (Day, Instant, OrderId),
    scope: &Scope,
) -> Result<[Option<Neighbour>; 2], StoreError> {
    let mut found = [None, None];
    for (place, (comparison, order)) in found.iter_mut().zip([("<", "desc"), (">", "asc")]) {
        let sql = format!(
            "select id, coalesce(number, external_id), store_id from orders
             where (order_day, placed_at, id) {comparison} (:day, :placed_at, :id)
             order by order_day {order}, placed_at {order}, id {order} limit 100"
        );
        let mut statement = reader.conn().prepare_cached(&sql)?;
        let mut rows =
            statement.query(named_params! {":day": day, ":placed_at": placed_at, ":id": id})?;
        while let Some(row) = rows.next()? {
            if scope.allows(row.get(2)?) {
                *place = Some(Neighbour { id: row.get(0)?, name: row.get(1)? });
                break;
            }
        }
    }
    Ok(found)
}

/// Whether the figures of an order are still to be made.
///
/// # Errors
/// `StoreError` of the database.
pub fn is_waiting(reader: &Reader<'_>, id: OrderId) -> Result<bool, StoreError> {
    let mut statement =
        reader.conn().prepare_cached("select 1 from dirty_orders where order_id = ?")?;
    let found: Option<i64> = statement.query_row([id], |row| row.get(0)).optional()?;
    Ok(found.is_some())
}

/// The order that a reader's or a program's word means, within what they may see.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_meant(
    reader: &Reader<'_>,
    wanted: &str,
    store: Option<StoreId>,
    scope: &Scope,
) -> Result<Vec<OrderId>, StoreError> {
    let found = orders::find_orders(reader, wanted, store)?;
    let mut meant: Vec<(OrderId, StoreId)> = found
        .into_iter()
        .filter(|named| scope.allows(named.store))
        .map(|named| (named.order, named.store))
        .collect();
    // Several of one store: the number wins over the id, the earlier over the later.
    meant.dedup_by_key(|(_, store)| *store);
    Ok(meant.into_iter().map(|(order, _)| order).collect())
}

/// By our own number of the row, as our links name it.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_by_row(
    reader: &Reader<'_>,
    text: &str,
    scope: &Scope,
) -> Result<Option<OrderId>, StoreError> {
    let Ok(id) = text.parse::<i64>() else { return Ok(None) };
    let found = orders::find_order(reader, OrderId(id))?;
    Ok(found.filter(|order| scope.allows(order.store)).map(|order| order.id))
}
