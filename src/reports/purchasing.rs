//! Purchase orders with how far they have come, suppliers with the lead times that were measured,
//! and what a price list says to the lines of an order.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::{LocationId, PurchaseOrderId, SupplierId};
use crate::base::{Day, Money};
use crate::domain::purchase::lead::{LeadTime, Sample, measure};
use crate::domain::purchase::order::{OrderState, PurchaseOrder, Received};
use crate::domain::purchase::quantity::{Misfit, find_misfit, round_order};
use crate::domain::purchase::supplier::{Supplier, SupplierPrice, pick};
use crate::domain::record::LandedCost;
use crate::reports::ReportError;
use crate::store::purchasing::log::{self, Entry, LogKind};
use crate::store::purchasing::receipts::{self, Receipt};
use crate::store::purchasing::{orders, suppliers};
use crate::store::stock::locations::{self, Location};
use crate::store::{Reader, StoreError, purchases};

/// Edits that are shown of one thing.
const LOG_MAX: i64 = 100;

/// One order of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderRow {
    pub id: PurchaseOrderId,
    pub order: PurchaseOrder,
    pub supplier: String,
    pub location: String,
    pub received: Received,
    pub state: OrderState,
    /// `None` beyond what can be written down.
    pub total: Option<Money>,
    /// What is still to come; nothing of one that is no order.
    pub open: Option<Money>,
    pub open_units: i64,
    /// It should have come by now.
    pub is_late: bool,
}

/// All purchase orders, the newest first.
///
/// # Errors
/// `Store`.
pub fn list_orders(reader: &Reader<'_>, today: Day) -> Result<Vec<OrderRow>, ReportError> {
    let names = Names::read(reader)?;
    let mut received = receipts::list_all_received(reader)?;
    let rows = orders::list_orders(reader)?.into_iter().map(|(id, order)| {
        let received = received.remove(&id).unwrap_or_default();
        names.row((id, order), received, today)
    });
    Ok(rows.collect())
}

struct Names {
    suppliers: BTreeMap<SupplierId, String>,
    locations: BTreeMap<LocationId, String>,
}

impl Names {
    fn read(reader: &Reader<'_>) -> Result<Self, StoreError> {
        let suppliers = suppliers::list_suppliers(reader)?.into_iter();
        let places = locations::list_locations(reader)?.into_iter();
        Ok(Self {
            suppliers: suppliers.map(|(id, supplier)| (id, supplier.name)).collect(),
            locations: places.map(|place| (place.id, place.name)).collect(),
        })
    }

    fn row(
        &self,
        (id, order): (PurchaseOrderId, PurchaseOrder),
        received: Received,
        today: Day,
    ) -> OrderRow {
        let state = order.state(&received);
        let is_open = matches!(state, OrderState::Ordered | OrderState::PartlyReceived);
        let nothing = || Some(Money::zero(order.currency));
        OrderRow {
            supplier: self.suppliers.get(&order.supplier).cloned().unwrap_or_default(),
            location: self.locations.get(&order.location).cloned().unwrap_or_default(),
            total: order.total(),
            open: if is_open { order.open_total(&received) } else { nothing() },
            open_units: if is_open { order.open_units(&received) } else { 0 },
            is_late: is_open && order.expected.is_some_and(|day| day < today),
            state,
            received,
            id,
            order,
        }
    }
}

/// One order with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderDetail {
    pub row: OrderRow,
    /// Those undone too, the newest first.
    pub receipts: Vec<Receipt>,
    pub bills: Vec<(i64, LandedCost)>,
    /// Receipts under its number that are not its own: by file or by hand.
    pub strange_units: i64,
    /// Lines that the supplier would not take so, by SKU.
    pub misfits: Vec<(String, Misfit)>,
    /// The order as the supplier would take it.
    pub rounded: PurchaseOrder,
    /// Lines that cost otherwise by the supplier's list, with that price.
    pub off_list: Vec<(String, SupplierPrice)>,
    /// The least that the supplier wants, where the order is below it.
    pub below_minimum: Option<Money>,
    /// The day by which it should come by the lead time, where it names none.
    pub forecast: Option<Day>,
    /// SKUs of which each lot is told apart.
    pub tracked: BTreeSet<String>,
    pub places: Vec<Location>,
    pub log: Vec<Entry>,
}

/// # Errors
/// `Nothing` where there is no such order; `Store`.
pub fn find_order(
    reader: &Reader<'_>,
    id: PurchaseOrderId,
    today: Day,
) -> Result<OrderDetail, ReportError> {
    let conn = reader.conn();
    let order = orders::find_order(conn, id)?.ok_or(ReportError::Nothing)?;
    let received = receipts::list_received(conn, id)?;
    let supplier = suppliers::find_supplier(conn, order.supplier)?.ok_or(ReportError::Nothing)?;
    let prices = suppliers::list_prices(conn, order.supplier)?;
    let day = order.ordered.unwrap_or(today);
    let priced = |(sku, quantity): (&str, i64)| pick(&prices, (sku, quantity), day);
    let mut misfits = Vec::new();
    let mut rounded = order.clone();
    let mut off_list = Vec::new();
    for (line, round) in order.lines.iter().zip(&mut rounded.lines) {
        let price = priced((&line.sku, line.quantity));
        let (moq, pack) = price.map_or((1, line.pack), |price| (price.moq, price.pack));
        misfits.extend(find_misfit(line.quantity, moq, pack).map(|one| (line.sku.clone(), one)));
        round.quantity = round_order(line.quantity, moq, pack);
        let is_other = |price: &&SupplierPrice| {
            price.currency == order.currency && price.unit_cost != line.unit_cost
        };
        off_list.extend(price.filter(is_other).map(|price| (line.sku.clone(), price.clone())));
    }
    let sql = "select coalesce(sum(quantity), 0) from purchases where reference = ?";
    let known_units: i64 =
        conn.prepare_cached(sql)?.query_row([&order.number], |row| row.get(0))?;
    let own_units = received.values().fold(0_i64, |sum, units| sum.saturating_add(*units));
    let bills = purchases::list_landed(reader)?.into_iter();
    let bills = bills.filter(|(_, bill)| bill.reference == order.number).collect();
    let total = order.total();
    let minimum = supplier.minimum_minor.filter(|_| supplier.currency == order.currency);
    let minimum = minimum.map(|minor| Money::new(minor, order.currency));
    let lead_days = match supplier.lead_days {
        Some(days) => Some(days),
        None => list_lead_times(reader, Some(order.supplier))?.whole.map(|one| one.median_days),
    };
    let forecast = order.ordered.zip(lead_days).filter(|_| order.expected.is_none());
    let forecast = forecast.and_then(|(day, days)| Some(day.plus(i32::try_from(days).ok()?)));
    let names = Names::read(reader)?;
    Ok(OrderDetail {
        receipts: receipts::list_receipts(conn, id)?,
        bills,
        strange_units: known_units.saturating_sub(own_units),
        misfits,
        rounded,
        off_list,
        below_minimum: minimum.filter(|least| total.is_some_and(|it| it.minor < least.minor)),
        forecast,
        tracked: list_tracked(reader)?,
        places: locations::list_locations(reader)?,
        log: log::list(conn, (LogKind::Order, id.0), LOG_MAX)?,
        row: names.row((id, order), received, today),
    })
}

fn list_tracked(reader: &Reader<'_>) -> Result<BTreeSet<String>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select sku from variants join variant_settings on variant_id = variants.id
         where tracks_lots = 1",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How long it takes to come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeadTimes {
    /// Of all that was asked; `None` where nothing came.
    pub whole: Option<LeadTime>,
    pub by_sku: BTreeMap<String, LeadTime>,
    pub by_supplier: BTreeMap<SupplierId, LeadTime>,
}

/// Measured of every receipt that stands, of one supplier or of all.
///
/// # Errors
/// `Store`.
pub fn list_lead_times(
    reader: &Reader<'_>,
    supplier: Option<SupplierId>,
) -> Result<LeadTimes, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select supplier_id, sku, received_day - ordered_day, good + damaged
         from purchase_receipt_lines
         join purchase_receipts receipt on receipt.id = receipt_id
         join purchase_orders on purchase_orders.id = order_id
         where undone_at is null and ordered_day is not null
            and (?1 is null or supplier_id = ?1)
         order by received_day, receipt.id, sku",
    )?;
    let rows = statement.query_map([supplier], |row| {
        let sample = Sample { days: row.get(2)?, units: row.get(3)? };
        Ok((row.get(0)?, row.get(1)?, sample))
    })?;
    let mut all = Vec::new();
    let mut of_sku: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
    let mut of_supplier: BTreeMap<SupplierId, Vec<Sample>> = BTreeMap::new();
    for row in rows {
        let (supplier, sku, sample): (SupplierId, String, Sample) = row?;
        all.push(sample);
        of_sku.entry(sku).or_default().push(sample);
        of_supplier.entry(supplier).or_default().push(sample);
    }
    let by_sku = of_sku.iter().filter_map(|(sku, list)| Some((sku.clone(), measure(list)?)));
    let by_supplier = of_supplier.iter().filter_map(|(id, list)| Some((*id, measure(list)?)));
    Ok(LeadTimes {
        whole: measure(&all),
        by_sku: by_sku.collect(),
        by_supplier: by_supplier.collect(),
    })
}

/// One supplier of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct SupplierRow {
    pub id: SupplierId,
    pub supplier: Supplier,
    /// Products on its price list.
    pub products: i64,
    /// Orders of which something is still to come.
    pub open_orders: i64,
    pub open_units: i64,
    pub lead: Option<LeadTime>,
}

/// # Errors
/// `Store`.
pub fn list_suppliers(reader: &Reader<'_>, today: Day) -> Result<Vec<SupplierRow>, ReportError> {
    let mut leads = list_lead_times(reader, None)?.by_supplier;
    let orders = list_orders(reader, today)?;
    let rows = suppliers::list_suppliers(reader)?.into_iter().map(|(id, supplier)| {
        let prices = suppliers::list_prices(reader.conn(), id)?;
        let products: BTreeSet<&str> = prices.iter().map(|price| price.sku.as_str()).collect();
        let open = || orders.iter().filter(|row| row.order.supplier == id && row.open_units > 0);
        Ok(SupplierRow {
            id,
            supplier,
            products: products.len() as i64,
            open_orders: open().count() as i64,
            open_units: open().fold(0, |sum, row| row.open_units.saturating_add(sum)),
            lead: leads.remove(&id),
        })
    });
    rows.collect()
}

/// One supplier with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct SupplierDetail {
    pub supplier: Supplier,
    pub prices: Vec<SupplierPrice>,
    pub leads: LeadTimes,
    pub orders: Vec<OrderRow>,
    /// Edits of it and of its prices, the newest first.
    pub log: Vec<Entry>,
}

/// # Errors
/// `Nothing` where there is no such supplier; `Store`.
pub fn find_supplier(
    reader: &Reader<'_>,
    id: SupplierId,
    today: Day,
) -> Result<SupplierDetail, ReportError> {
    let conn = reader.conn();
    let supplier = suppliers::find_supplier(conn, id)?.ok_or(ReportError::Nothing)?;
    let mut log = log::list(conn, (LogKind::Supplier, id.0), LOG_MAX)?;
    log.extend(log::list(conn, (LogKind::Prices, id.0), LOG_MAX)?);
    log.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    let orders = list_orders(reader, today)?;
    Ok(SupplierDetail {
        supplier,
        prices: suppliers::list_prices(conn, id)?,
        leads: list_lead_times(reader, Some(id))?,
        orders: orders.into_iter().filter(|row| row.order.supplier == id).collect(),
        log,
    })
}
