//! The shop's own sales report (WooCommerce's `reports/sales`): our figure of its days, then each
//! reason why its own is another, with the orders behind it.

use std::collections::BTreeMap;

use rusqlite::params;

use super::touches;
use crate::base::id::{OrderId, StoreId};
use crate::base::{Day, DayRange, Zone};
use crate::domain::record::{Order, Refund, StatedTotal};
use crate::domain::report::{Bridge, BridgeRecord, BridgeRow, BridgeSource};
use crate::reports::ReportError;
use crate::store::stores::Store;
use crate::store::{Reader, charges, organisation, stores, united};

type StatedKey = (StoreId, Option<Day>, Option<Day>);

/// Which of the report's figures there are, stated or not.
///
/// # Errors
/// `ReportError::Store`.
pub fn list(
    reader: &Reader<'_>,
    names: &BTreeMap<StoreId, String>,
    asked: Option<DayRange>,
) -> Result<Vec<Bridge>, ReportError> {
    let mut stated: BTreeMap<StatedKey, Vec<StatedTotal>> = BTreeMap::new();
    for (store, total) in charges::list_stated_totals(reader)? {
        stated.entry((store, total.from, total.to)).or_default().push(total);
    }
    let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
    let known: BTreeMap<StoreId, Store> =
        stores::list_stores(reader)?.into_iter().map(|store| (store.id, store)).collect();
    let mut bridges = Vec::new();
    for store in list_reporting_stores(reader)? {
        let (Some(name), Some(own)) = (names.get(&store), known.get(&store)) else { continue };
        let range_of =
            |(_, from, to): &StatedKey| from.zip(*to).map(|(from, to)| DayRange { from, to });
        let ranges: Vec<_> = stated.keys().filter(|(of, ..)| *of == store).copied().collect();
        // Days in which no report was stated have nothing to tie out with.
        let is_stated = |key: &StatedKey| touches(asked, range_of(key));
        if asked.is_some() && !ranges.iter().any(is_stated) {
            continue;
        }
        let shop = |range| Shop { name, zone: &zone, theirs: &own.zone, range };
        if ranges.is_empty() {
            let orders = list_orders(reader, store, None)?;
            bridges.extend(bridge_shop(&shop(None), &orders, &[]));
        }
        for key in ranges.iter().filter(|key| is_stated(key)) {
            let orders = list_orders(reader, store, range_of(key))?;
            let totals = stated.get(key).map(Vec::as_slice).unwrap_or_default();
            bridges.extend(bridge_shop(&shop(range_of(key)), &orders, totals));
        }
    }
    Ok(bridges)
}

fn list_reporting_stores(reader: &Reader<'_>) -> Result<Vec<StoreId>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select distinct store_id from orders where channel = 'woocommerce' order by store_id",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The orders that touch the days, in whichever zone; all of them without a range.
fn list_orders(
    reader: &Reader<'_>,
    store: StoreId,
    range: Option<DayRange>,
) -> Result<Vec<Known>, ReportError> {
    // Placed within a day of them in any zone, or with an event in them.
    let touched = match range {
        None => "select id from orders where store_id = ?1",
        Some(_) => {
            "select id from orders where placed_at between (?2 - 2) * 86400000000
                and (?3 + 3) * 86400000000
             union select order_id from profit_lines
             where event_day between ?2 - 1 and ?3 + 1 and store_id = ?1"
        }
    };
    let sql = format!(
        "select orders.id, coalesce(number, external_id), order_day
         from ({touched}) touched cross join orders on orders.id = touched.id
         where store_id = ?1 and coalesce(?2, ?3, 0) is not null order by orders.id"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let (from, to) = (range.map(|range| range.from), range.map(|range| range.to));
    let rows = statement
        .query_map(params![store, from, to], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let found: Vec<(OrderId, String, Day)> = rows.collect::<Result<_, _>>()?;
    let mut orders = Vec::with_capacity(found.len());
    for (id, name, day) in found {
        if let Some(order) = united::find_united(reader, id)?.order {
            orders.push(Known { id, name, day, order });
        }
    }
    Ok(orders)
}

/// An order with what a row names of it.
struct Known {
    id: OrderId,
    name: String,
    day: Day,
    order: Order,
}

impl Known {
    fn record(&self, amount_minor: i64) -> BridgeRecord {
        BridgeRecord { order: self.id, name: self.name.clone(), day: self.day, amount_minor }
    }

    fn status(&self) -> &str {
        self.order.platform_status.as_deref().unwrap_or_default()
    }
}

struct Shop<'a> {
    name: &'a str,
    /// In which we count days, and in which the shop does.
    zone: &'a Zone,
    theirs: &'a Zone,
    range: Option<DayRange>,
}

/// The shop's own statuses that its sales report counts.
const REPORTED: [&str; 4] = ["completed", "processing", "on-hold", "refunded"];

/// Sums over orders, in the shop's currency.
#[derive(Clone, Copy, Default)]
struct Sums {
    net: i64,
    service: i64,
    shipping: i64,
    tax: i64,
    discount: i64,
    refund: i64,
    refund_tax: i64,
    refund_shipping: i64,
    refund_service: i64,
    orders: i64,
}

impl Sums {
    fn total(self) -> i64 {
        self.net + self.service + self.shipping + self.tax - self.refund
    }

    fn add(&mut self, other: Sums) {
        self.net += other.net;
        self.service += other.service;
        self.refund_service += other.refund_service;
        self.shipping += other.shipping;
        self.tax += other.tax;
        self.discount += other.discount;
        self.refund += other.refund;
        self.refund_tax += other.refund_tax;
        self.refund_shipping += other.refund_shipping;
        self.orders += other.orders;
    }
}

/// Which side counts an order: ours (money came in), theirs (the report's statuses), or both.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Both,
    OnlyOurs,
    OnlyTheirs,
    Neither,
}

impl Side {
    fn of(known: &Known) -> Self {
        match (known.order.counts(), REPORTED.contains(&known.status())) {
            (true, true) => Self::Both,
            (true, false) => Self::OnlyOurs,
            (false, true) => Self::OnlyTheirs,
            (false, false) => Self::Neither,
        }
    }
}

/// What one order is in the days, as they are counted in our zone and in the shop's.
struct Counted<'a> {
    known: &'a Known,
    side: Side,
    ours: Sums,
    theirs: Sums,
}

fn bridge_shop(shop: &Shop<'_>, orders: &[Known], stated: &[StatedTotal]) -> Vec<Bridge> {
    let Some(first) = orders.first() else { return Vec::new() };
    let counted: Vec<Counted<'_>> = orders
        .iter()
        .filter(|known| known.order.currency == first.order.currency)
        .map(|known| {
            let side = Side::of(known);
            let ours = sum_within(shop, shop.zone, &known.order);
            let theirs = sum_within(shop, shop.theirs, &known.order);
            Counted { known, side, ours, theirs }
        })
        .filter(|counted| counted.side != Side::Neither)
        .collect();
    FIGURES.iter().map(|figure| bridge_figure(shop, *figure, &counted, stated)).collect()
}

/// An order's sale and refunds as far as they fall into the days of a zone. Both sides count a
/// refund on its own day, also of an order that was placed before.
fn sum_within(shop: &Shop<'_>, zone: &Zone, order: &Order) -> Sums {
    let within = |day: Day| shop.range.is_none_or(|range| range.contains(day));
    let mut sums = Sums::default();
    if within(order.placed_at.day_in(zone)) {
        add_order(&mut sums, order);
    }
    for refund in &order.refunds {
        if within(refund.at.day_in(zone)) {
            add_refund(&mut sums, refund);
        }
    }
    sums
}

fn add_order(sums: &mut Sums, order: &Order) {
    let lines: i64 = order.lines.iter().map(|l| l.price_minor - l.discount_minor).sum();
    let line_tax: i64 = order.lines.iter().filter_map(|line| line.tax_minor).sum();
    let discounts: i64 = order.lines.iter().map(|line| line.discount_minor).sum();
    sums.net += lines - order.order_discount_minor;
    sums.service += order.service_income_minor;
    sums.shipping += order.shipping.price_minor - order.shipping.discount_minor;
    sums.tax += line_tax + order.shipping.tax_minor.unwrap_or(0) + order.service_tax_minor;
    sums.discount += discounts + order.order_discount_minor;
    sums.orders += 1;
}

fn add_refund(sums: &mut Sums, refund: &Refund) {
    let lines: i64 = refund.lines.iter().map(|line| line.amount_minor).sum();
    let taxes: i64 = refund.lines.iter().map(|line| line.tax_minor).sum();
    let tax =
        taxes + refund.shipping_tax_minor + refund.adjustment_tax_minor + refund.service_tax_minor;
    sums.refund_tax += tax;
    sums.refund_shipping += refund.shipping_minor;
    sums.refund_service += refund.service_minor;
    sums.refund +=
        lines + refund.shipping_minor + refund.adjustment_minor + refund.service_minor + tax;
}

#[derive(Clone, Copy)]
enum ReportFigure {
    TotalSales,
    NetSales,
    TotalTax,
    TotalShipping,
    TotalDiscount,
    TotalRefunds,
}

const FIGURES: [ReportFigure; 6] = [
    ReportFigure::TotalSales,
    ReportFigure::NetSales,
    ReportFigure::TotalTax,
    ReportFigure::TotalShipping,
    ReportFigure::TotalDiscount,
    ReportFigure::TotalRefunds,
];

impl ReportFigure {
    fn name(self) -> &'static str {
        match self {
            Self::TotalSales => "total_sales",
            Self::NetSales => "net_sales",
            Self::TotalTax => "total_tax",
            Self::TotalShipping => "total_shipping",
            Self::TotalDiscount => "total_discount",
            Self::TotalRefunds => "total_refunds",
        }
    }

    /// A sum of sums is the sum of this.
    fn of(self, sums: Sums) -> i64 {
        match self {
            Self::TotalSales => sums.total(),
            // Net of tax and of shipping, as the shop's report has it.
            Self::NetSales => {
                sums.net + sums.service - (sums.refund - sums.refund_tax - sums.refund_shipping)
            }
            Self::TotalTax => sums.tax - sums.refund_tax,
            Self::TotalShipping => sums.shipping - sums.refund_shipping,
            Self::TotalDiscount => sums.discount,
            Self::TotalRefunds => sums.refund,
        }
    }
}

fn bridge_figure(
    shop: &Shop<'_>,
    figure: ReportFigure,
    counted: &[Counted<'_>],
    stated: &[StatedTotal],
) -> Bridge {
    let mut ours = Sums::default();
    let mut unpaid = BridgeRow::empty("unpaid_orders_counted_by_the_shop");
    let mut cancelled = BridgeRow::empty("cancelled");
    let mut left_out = BridgeRow::empty("paid_orders_not_counted_by_the_shop");
    let mut zones = BridgeRow::empty("time_zone");
    for one in counted {
        let (here, there) = (figure.of(one.ours), figure.of(one.theirs));
        if one.side != Side::OnlyTheirs {
            ours.add(one.ours);
        }
        let is_told = |amount: i64| one.ours.orders != 0 || amount != 0;
        match one.side {
            Side::OnlyTheirs if is_told(here) => unpaid.add(one.known.record(here)),
            Side::OnlyOurs if is_told(here) && one.known.status() == "cancelled" => {
                cancelled.add(one.known.record(-here));
            }
            Side::OnlyOurs if is_told(here) => left_out.add(one.known.record(-here)),
            _ => {}
        }
        if one.side != Side::OnlyOurs && here != there {
            zones.add(one.known.record(there - here));
        }
    }
    let mut rows = list_our_rows(figure, ours);
    let told = [unpaid, cancelled, left_out, zones];
    rows.extend(told.into_iter().filter(|row| row.amount_minor != 0 || row.orders != 0));
    let total = stated.iter().find(|total| total.name == figure.name());
    let stated_minor = total.map(|total| total.amount.minor);
    let reached: i64 = rows.iter().map(|row| row.amount_minor).sum();
    // The shop adds up its coupons, which it rounds one by one; our discounts are the lines'.
    let theirs = counted.iter().filter(|one| one.side != Side::OnlyOurs && one.theirs.orders > 0);
    if let (ReportFigure::TotalDiscount, Some(stated)) = (figure, stated_minor)
        && (stated - reached).abs() <= theirs.count() as i64
        && stated != reached
    {
        rows.push(BridgeRow::of("coupons_rounded_one_by_one", stated - reached));
    }
    Bridge {
        store: shop.name.to_owned(),
        source: BridgeSource::Report,
        reference: figure.name().to_owned(),
        name: format!("woocommerce report-sales: {}", figure.name()),
        currency: counted
            .first()
            .map_or(crate::base::Currency::EUR, |one| one.known.order.currency),
        range: shop.range,
        reached_minor: rows.iter().map(|row| row.amount_minor).sum(),
        rows,
        stated_minor,
        suspects: Vec::new(),
    }
}

/// Our own components that make up the figure, in the words of the ladder.
fn list_our_rows(figure: ReportFigure, ours: Sums) -> Vec<BridgeRow> {
    let row =
        |name, amount_minor| BridgeRow { orders: ours.orders, ..BridgeRow::of(name, amount_minor) };
    let returned = ours.refund - ours.refund_tax - ours.refund_shipping - ours.refund_service;
    let net_sales = row("net_sales", ours.net - returned);
    let service = row("service_income", ours.service - ours.refund_service);
    let shipping = row("shipping_income", ours.shipping - ours.refund_shipping);
    let tax = row("tax_collected", ours.tax - ours.refund_tax);
    match figure {
        ReportFigure::TotalSales => vec![net_sales, service, shipping, tax],
        ReportFigure::NetSales => vec![net_sales, service],
        ReportFigure::TotalTax => vec![tax],
        ReportFigure::TotalShipping => vec![shipping],
        ReportFigure::TotalDiscount => vec![row("discounts", ours.discount)],
        ReportFigure::TotalRefunds => vec![row("refunds_with_tax", ours.refund)],
    }
}
