//! Profit lines: what the books made of each order line in each event. Derived; only the books
//! write here.

use std::sync::LazyLock;

use rusqlite::{Row, params};

use crate::base::id::{AdSpendId, CustomerId, OrderId, StoreId, VariantId};
use crate::base::{Currency, Day, Instant, Money};
use crate::domain::profit::component::{Component, Mask};
use crate::domain::profit::convert::MissingRate;
use crate::domain::profit::engine::EventKind;
use crate::domain::profit::figures::Amounts;
use crate::store::{Reader, StoreError, Tx};

/// The components that an order line bears, in the order of the columns. Of ad spend only what a
/// source ties to the very order; what is allocated by day stands behind them.
pub const LINE_COMPONENTS: [Component; 15] = [
    Component::GrossSales,
    Component::Discounts,
    Component::Returns,
    Component::ShippingIncome,
    Component::ServiceIncome,
    Component::Cogs,
    Component::ShippingCost,
    Component::HandlingCost,
    Component::PaymentFees,
    Component::ChannelFees,
    Component::OtherIncome,
    Component::TaxCollected,
    Component::DutiesCollected,
    Component::WrittenOff,
    Component::AdSpend,
];

/// Columns of `profit_lines` that hold them, with the two of ad spend.
pub const AMOUNT_COLUMNS: &str = "gross_sales_minor, discounts_minor, returns_minor, \
    shipping_income_minor, service_income_minor, cogs_minor, shipping_cost_minor, \
    handling_cost_minor, payment_fees_minor, channel_fees_minor, other_income_minor, \
    tax_collected_minor, duties_collected_minor, written_off_minor, ad_direct_minor, \
    ad_matched_minor, ad_blended_minor";
pub const AMOUNTS_STORED: usize = LINE_COMPONENTS.len() + 2;

/// A row of `profit_lines`; amounts in minor units of the reporting currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredLine {
    pub order: OrderId,
    pub event_no: i64,
    pub line_no: i64,
    pub kind: LineKind,
    pub event_day: Day,
    pub order_day: Day,
    pub store: StoreId,
    pub variant: Option<VariantId>,
    pub units: i64,
    /// As `AMOUNT_COLUMNS`.
    pub amounts: [i64; AMOUNTS_STORED],
    pub estimated: Mask,
    pub missing: Mask,
    pub cost_known: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    Sale = 0,
    Edit = 1,
    Refund = 2,
}

impl LineKind {
    pub fn of(kind: EventKind) -> Self {
        match kind {
            EventKind::Sale => Self::Sale,
            EventKind::Edit => Self::Edit,
            EventKind::Refund(_) => Self::Refund,
        }
    }

    fn parse(number: i64) -> Self {
        match number {
            0 => Self::Sale,
            1 => Self::Edit,
            _ => Self::Refund,
        }
    }
}

impl StoredLine {
    pub fn ad_matched(&self) -> i64 {
        self.amounts[LINE_COMPONENTS.len()]
    }

    pub fn ad_blended(&self) -> i64 {
        self.amounts[LINE_COMPONENTS.len() + 1]
    }

    /// What a source ties to the very order.
    pub fn ad_direct(&self) -> i64 {
        self.amounts[LINE_COMPONENTS.len() - 1]
    }

    pub fn set_ads(&mut self, matched: i64, blended: i64) {
        self.amounts[LINE_COMPONENTS.len()] = matched;
        self.amounts[LINE_COMPONENTS.len() + 1] = blended;
    }

    /// Gross sales and discounts: the weight by which ad spend is split.
    pub fn weight(&self) -> i64 {
        self.amounts[0] + self.amounts[1]
    }

    pub fn net_sales(&self) -> i64 {
        self.amounts[0] + self.amounts[1] + self.amounts[2]
    }

    pub fn net_revenue(&self) -> i64 {
        self.amounts[..5].iter().sum()
    }
}

/// The line's stored amounts out of the engine's.
pub fn stored_amounts(amounts: &Amounts) -> [i64; AMOUNTS_STORED] {
    let mut stored = [0; AMOUNTS_STORED];
    for (index, component) in LINE_COMPONENTS.into_iter().enumerate() {
        stored[index] = amounts[component.index()];
    }
    stored
}

/// Columns in the order of `line_from_row`.
pub fn line_columns() -> String {
    format!(
        "order_id, event_no, line_no, kind, event_day, profit_lines.order_day, \
         profit_lines.store_id, \
         variant_id, units, estimated, missing, cost_known, {AMOUNT_COLUMNS}"
    )
}

/// How many columns `line_columns` names; what a query asks besides comes behind them.
pub const LINE_COLUMNS: usize = 12 + AMOUNTS_STORED;

/// # Errors
/// Those of a row that is not as `line_columns`.
pub fn line_from_row(row: &Row<'_>) -> rusqlite::Result<StoredLine> {
    let mut amounts = [0; AMOUNTS_STORED];
    for (index, minor) in amounts.iter_mut().enumerate() {
        *minor = row.get(12 + index)?;
    }
    Ok(StoredLine {
        order: row.get(0)?,
        event_no: row.get(1)?,
        line_no: row.get(2)?,
        kind: LineKind::parse(row.get(3)?),
        event_day: row.get(4)?,
        order_day: row.get(5)?,
        store: row.get(6)?,
        variant: row.get(7)?,
        units: row.get(8)?,
        estimated: row.get(9)?,
        missing: row.get(10)?,
        cost_known: row.get(11)?,
        amounts,
    })
}

pub fn list_lines(
    conn: &rusqlite::Connection,
    order: OrderId,
) -> Result<Vec<StoredLine>, StoreError> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = line_columns();
        format!("select {columns} from profit_lines where order_id = ? order by event_no, line_no")
    });
    let mut statement = conn.prepare_cached(&SQL)?;
    Ok(statement.query_map([order], line_from_row)?.collect::<Result<_, _>>()?)
}

/// The indexes of lines that are left and made again, as they were made with the table.
pub const INDEXES: [(&str, &str); 2] = [
    ("profit_lines_by_event_day", "event_day"),
    ("profit_lines_by_variant", "variant_id, order_day"),
];

/// While very many first lines are written nobody keeps their indexes: making them once in the end
/// is much less work. Until then whoever asks reads all lines.
///
/// # Errors
/// `StoreError` of the database.
pub fn drop_indexes(tx: &Tx<'_>) -> Result<(), StoreError> {
    for (name, _) in INDEXES {
        tx.conn().execute_batch(&format!("drop index if exists {name}"))?;
    }
    Ok(())
}

/// Makes the indexes of lines that are not there.
///
/// # Errors
/// `StoreError` of the database.
pub fn create_indexes(tx: &Tx<'_>) -> Result<(), StoreError> {
    for (name, columns) in INDEXES {
        let sql = format!("create index if not exists {name} on profit_lines ({columns})");
        tx.conn().execute_batch(&sql)?;
    }
    Ok(())
}

/// Writes a line where none stands.
pub fn insert_line(tx: &Tx<'_>, line: &StoredLine) -> Result<(), StoreError> {
    write_line(tx, line, INSERT_LINE)
}

/// Writes a line in place of the one with its key; indexes of what stays are not touched.
pub fn replace_line(tx: &Tx<'_>, line: &StoredLine) -> Result<(), StoreError> {
    write_line(tx, line, UPDATE_LINE)
}

const INSERT_LINE: &str = concat!(
    "insert into profit_lines (order_id, event_no, line_no, kind, event_day, ",
    "order_day, store_id, variant_id, units, estimated, missing, cost_known, ",
    "gross_sales_minor, ",
    "discounts_minor, ",
    "returns_minor, ",
    "shipping_income_minor, ",
    "service_income_minor, ",
    "cogs_minor, ",
    "shipping_cost_minor, ",
    "handling_cost_minor, ",
    "payment_fees_minor, ",
    "channel_fees_minor, ",
    "other_income_minor, ",
    "tax_collected_minor, ",
    "duties_collected_minor, ",
    "written_off_minor, ",
    "ad_direct_minor, ",
    "ad_matched_minor, ad_blended_minor) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ",
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
);

const UPDATE_LINE: &str = concat!(
    "update profit_lines set kind = ?4, event_day = ?5, order_day = ?6, store_id = ?7, ",
    "variant_id = ?8, units = ?9, estimated = ?10, missing = ?11, cost_known = ?12, ",
    "gross_sales_minor = ?13, ",
    "discounts_minor = ?14, ",
    "returns_minor = ?15, ",
    "shipping_income_minor = ?16, ",
    "service_income_minor = ?17, ",
    "cogs_minor = ?18, ",
    "shipping_cost_minor = ?19, ",
    "handling_cost_minor = ?20, ",
    "payment_fees_minor = ?21, ",
    "channel_fees_minor = ?22, ",
    "other_income_minor = ?23, ",
    "tax_collected_minor = ?24, ",
    "duties_collected_minor = ?25, ",
    "written_off_minor = ?26, ",
    "ad_direct_minor = ?27, ",
    "ad_matched_minor = ?28, ad_blended_minor = ?29 ",
    "where order_id = ?1 and event_no = ?2 and line_no = ?3",
);

fn write_line(tx: &Tx<'_>, line: &StoredLine, sql: &str) -> Result<(), StoreError> {
    let mut statement = tx.conn().prepare_cached(sql)?;
    let cells: [i64; 12] = [
        line.order.0,
        line.event_no,
        line.line_no,
        line.kind as i64,
        i64::from(line.event_day.0),
        i64::from(line.order_day.0),
        line.store.0,
        0,
        line.units,
        i64::from(line.estimated),
        i64::from(line.missing),
        i64::from(line.cost_known),
    ];
    for (index, cell) in cells.iter().enumerate() {
        if index == 7 {
            statement.raw_bind_parameter(8, line.variant)?;
        } else {
            statement.raw_bind_parameter(index + 1, cell)?;
        }
    }
    for (index, minor) in line.amounts.iter().enumerate() {
        statement.raw_bind_parameter(13 + index, minor)?;
    }
    statement.raw_execute()?;
    Ok(())
}

pub fn delete_line(tx: &Tx<'_>, line: &StoredLine) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "delete from profit_lines where order_id = ? and event_no = ? and line_no = ?",
        )?
        .execute(params![line.order, line.event_no, line.line_no])?;
    Ok(())
}

pub fn update_ads(tx: &Tx<'_>, line: &StoredLine) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update profit_lines set ad_matched_minor = ?4, ad_blended_minor = ?5
             where order_id = ?1 and event_no = ?2 and line_no = ?3",
        )?
        .execute(params![
            line.order,
            line.event_no,
            line.line_no,
            line.ad_matched(),
            line.ad_blended(),
        ])?;
    Ok(())
}

/// The variant of a SKU, made where it is new; its title is the last one seen.
pub fn upsert_variant(
    tx: &Tx<'_>,
    sku: &str,
    title: Option<&str>,
) -> Result<VariantId, StoreError> {
    let id: VariantId = tx
        .conn()
        .prepare_cached(
            "insert into variants (sku, title) values (?1, ?2)
             on conflict (sku) do update set title = coalesce(?2, title) returning id",
        )?
        .query_row(params![sku, title], |row| row.get(0))?;
    Ok(id)
}

pub fn list_variants(
    conn: &rusqlite::Connection,
) -> Result<Vec<(VariantId, String, Option<String>)>, StoreError> {
    let mut statement = conn.prepare_cached("select id, sku, title from variants order by id")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// SKUs that ad spend or a charge names and no order has sold.
pub fn list_unsold_skus(reader: &Reader<'_>) -> Result<Vec<String>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select sku from (
            select sku from ad_spend where sku <> ''
            union select sku from charges where sku <> '')
         where sku not in (select sku from variants) order by sku",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What the books note on an order beside its header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    pub customer: Option<CustomerId>,
    /// Why no figures could be made of it.
    pub fault: Option<String>,
}

pub fn update_noted(tx: &Tx<'_>, order: OrderId, noted: &Noted) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("update orders set customer_id = ?2, fault = ?3 where id = ?1")?
        .execute(params![order, noted.customer, noted.fault])?;
    Ok(())
}

pub fn replace_missing_rates(
    tx: &Tx<'_>,
    order: OrderId,
    order_day: Day,
    missing: &[MissingRate],
) -> Result<(), StoreError> {
    tx.conn().prepare_cached("delete from missing_rates where order_id = ?")?.execute([order])?;
    for rate in missing {
        tx.conn()
            .prepare_cached(
                "insert into missing_rates (order_id, currency, day, order_day)
                 values (?, ?, ?, ?)",
            )?
            .execute(params![order, rate.currency, rate.day, order_day])?;
    }
    Ok(())
}

pub fn replace_unclassified(
    tx: &Tx<'_>,
    order: OrderId,
    fees: &[(String, Money, &'static str)],
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("delete from unclassified_fees where order_id = ?")?
        .execute([order])?;
    for (kind, amount, class) in fees {
        tx.conn()
            .prepare_cached(
                "insert into unclassified_fees (order_id, kind, amount_minor, currency, class)
                 values (?1, ?2, ?3, ?4, ?5)
                 on conflict do update set amount_minor = amount_minor + ?3",
            )?
            .execute(params![order, kind, amount.minor, amount.currency, class])?;
    }
    Ok(())
}

/// What became of a row of ad spend on its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdResult {
    pub spend: AdSpendId,
    pub day: Day,
    pub step: Option<i64>,
    pub borne_minor: i64,
    pub whole_minor: i64,
}

pub fn find_ad_result(
    reader: &Reader<'_>,
    spend: AdSpendId,
) -> Result<Option<AdResult>, StoreError> {
    use rusqlite::OptionalExtension;
    Ok(reader
        .conn()
        .prepare_cached(
            "select ad_spend_id, day, step, borne_minor, whole_minor from ad_results
             where ad_spend_id = ?",
        )?
        .query_row([spend], |row| {
            Ok(AdResult {
                spend: row.get(0)?,
                day: row.get(1)?,
                step: row.get(2)?,
                borne_minor: row.get(3)?,
                whole_minor: row.get(4)?,
            })
        })
        .optional()?)
}

pub fn upsert_ad_result(tx: &Tx<'_>, result: &AdResult) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into ad_results (ad_spend_id, day, step, borne_minor, whole_minor)
             values (?1, ?2, ?3, ?4, ?5)
             on conflict (ad_spend_id) do update
                set day = ?2, step = ?3, borne_minor = ?4, whole_minor = ?5",
        )?
        .execute(params![
            result.spend,
            result.day,
            result.step,
            result.borne_minor,
            result.whole_minor,
        ])?;
    Ok(())
}

pub fn replace_missing_ad_rate(
    tx: &Tx<'_>,
    spend: AdSpendId,
    missing: Option<(Currency, Day)>,
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("delete from missing_ad_rates where ad_spend_id = ?")?
        .execute([spend])?;
    if let Some((currency, day)) = missing {
        tx.conn()
            .prepare_cached(
                "insert into missing_ad_rates (ad_spend_id, currency, day) values (?, ?, ?)",
            )?
            .execute(params![spend, currency, day])?;
    }
    Ok(())
}

/// A customer's first counted order, as far as known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstOrder {
    pub order: OrderId,
    pub placed_at: Instant,
    pub order_day: Day,
    pub store: StoreId,
}

/// The order and instant noted as a customer's first.
pub fn find_noted_first(
    tx: &Tx<'_>,
    customer: CustomerId,
) -> Result<Option<(OrderId, Instant)>, StoreError> {
    let noted: (Option<OrderId>, Option<Instant>) = tx
        .conn()
        .prepare_cached("select first_order_id, first_placed_at from customers where id = ?")?
        .query_row([customer], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(noted.0.zip(noted.1))
}

pub fn find_first_order(
    tx: &Tx<'_>,
    customer: CustomerId,
) -> Result<Option<FirstOrder>, StoreError> {
    use rusqlite::OptionalExtension;
    Ok(tx
        .conn()
        .prepare_cached(
            "select orders.id, placed_at, order_day, store_id from orders
             join stores on stores.id = store_id
             where customer_id = ? and counted = 1
             order by placed_at, stores.name, external_id limit 1",
        )?
        .query_row([customer], |row| {
            Ok(FirstOrder {
                order: row.get(0)?,
                placed_at: row.get(1)?,
                order_day: row.get(2)?,
                store: row.get(3)?,
            })
        })
        .optional()?)
}

pub fn update_first_order(
    tx: &Tx<'_>,
    customer: CustomerId,
    first: Option<FirstOrder>,
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update customers set first_order_id = ?2, first_placed_at = ?3 where id = ?1",
        )?
        .execute(params![
            customer,
            first.map(|first| first.order),
            first.map(|first| first.placed_at)
        ])?;
    Ok(())
}

/// The day on which an order is counted as the first of a new customer; `None` where it is not.
pub fn set_new_customer(tx: &Tx<'_>, order: OrderId, day: Option<Day>) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("update orders set new_customer_day = ? where id = ?")?
        .execute(params![day, order])?;
    Ok(())
}

pub fn find_new_customer_day(
    tx: &Tx<'_>,
    order: OrderId,
) -> Result<Option<(Day, StoreId)>, StoreError> {
    let found: (Option<Day>, StoreId) = tx
        .conn()
        .prepare_cached("select new_customer_day, store_id from orders where id = ?")?
        .query_row([order], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.0.map(|day| (day, found.1)))
}

/// All lines whose day, by the basis, lies in a range, by order, event and line.
pub fn list_lines_of_days(
    reader: &Reader<'_>,
    column: &str,
    range: crate::base::DayRange,
) -> Result<Vec<StoredLine>, StoreError> {
    let sql = format!(
        "select {} from profit_lines where {column} between ? and ?
         order by order_id, event_no, line_no",
        line_columns()
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map(params![range.from, range.to], line_from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
