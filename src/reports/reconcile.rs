//! Ours against the platforms' own figures: each difference a named row, ending in an
//! unexplained remainder that is 0 or shown in red.

mod advertising;

use std::collections::BTreeMap;

use crate::base::id::{OrderId, StoreId};
use crate::base::{Day, DayRange};
use crate::domain::record::{Order, Payout, StatedTotal};
use crate::domain::report::{Bridge, BridgeRow, BridgeSource};
use crate::store::{Reader, charges, organisation, stores, united};

use super::ReportError;

/// What is asked to be tied out; all of it where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct BridgeAsk {
    pub store: Option<StoreId>,
    /// Statements that touch these days, and those that name none.
    pub range: Option<DayRange>,
}

/// Every bridge of the stores: settlements and payouts, then platforms' reports.
///
/// # Errors
/// `ReportError::Store`.
pub fn list_bridges(reader: &Reader<'_>, ask: &BridgeAsk) -> Result<Vec<Bridge>, ReportError> {
    let names: BTreeMap<StoreId, String> = stores::list_stores(reader)?
        .into_iter()
        .filter(|store| ask.store.is_none_or(|asked| asked == store.id))
        .map(|store| (store.id, store.name))
        .collect();
    let formats = list_formats(reader)?;
    let mut bridges = Vec::new();
    for (store, payout) in charges::list_payouts(reader)? {
        let Some(name) = names.get(&store) else { continue };
        let format = formats.get(&(store, payout.id.clone())).map_or("", String::as_str);
        bridges.push(bridge_payout(name.clone(), &payout, source_of(format)));
    }
    bridges.extend(list_report_bridges(reader, &names, ask.range)?);
    bridges.extend(advertising::list(reader, &names, ask)?);
    bridges.retain(|bridge| touches(ask.range, bridge.range));
    Ok(bridges)
}

fn touches(asked: Option<DayRange>, stated: Option<DayRange>) -> bool {
    match (asked, stated) {
        (Some(asked), Some(stated)) => stated.from <= asked.to && asked.from <= stated.to,
        _ => true,
    }
}

/// The format of the file that brought each payout.
fn list_formats(reader: &Reader<'_>) -> Result<BTreeMap<(StoreId, String), String>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select payouts.store_id, external_id, format from payouts
         join imports on imports.id = import_id",
    )?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a file of a format states, by the format's own name.
fn source_of(format: &str) -> BridgeSource {
    if format.ends_with("statement") {
        BridgeSource::Statement
    } else if format.ends_with("payments") || format.ends_with("transactions") {
        BridgeSource::Payout
    } else {
        BridgeSource::Settlement
    }
}

/// A settlement's rows by group, balances and reserves included, against its deposit.
fn bridge_payout(store: String, payout: &Payout, source: BridgeSource) -> Bridge {
    let mut by_group: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for part in &payout.parts {
        let sum = by_group.entry(&part.group).or_default();
        sum.0 += part.amount_minor;
        sum.1 += part.rows;
    }
    let rows: Vec<BridgeRow> = PAYOUT_GROUPS
        .into_iter()
        .filter_map(|name| {
            let (amount_minor, _) = by_group.remove(name)?;
            Some(BridgeRow { name, amount_minor, orders: 0 })
        })
        .collect();
    // A group that this page does not know must not vanish from the sum.
    let rest: i64 = by_group.values().map(|(minor, _)| minor).sum();
    let mut rows = rows;
    if !by_group.is_empty() {
        rows.push(BridgeRow { name: "unclassified", amount_minor: rest, orders: 0 });
    }
    let deposited = payout.deposited.map(|day| DayRange { from: day, to: day });
    let covered = payout.from.zip(payout.to).map(|(from, to)| DayRange { from, to });
    Bridge {
        store,
        source,
        reference: payout.id.clone(),
        name: format!("settlement {}", payout.id),
        currency: payout.currency,
        range: covered.or(deposited),
        reached_minor: rows.iter().map(|row| row.amount_minor).sum(),
        rows,
        stated_minor: Some(payout.stated_minor),
    }
}

const PAYOUT_GROUPS: [&str; 11] = [
    "sales",
    "tax",
    "refunds",
    "fees",
    "other_income",
    "period_fees",
    "advertising",
    "withheld_tax",
    "unclassified",
    "reserves",
    "balance",
];

/// WooCommerce's `reports/sales`: which of its figures there are, stated or not.
fn list_report_bridges(
    reader: &Reader<'_>,
    names: &BTreeMap<StoreId, String>,
    asked: Option<DayRange>,
) -> Result<Vec<Bridge>, ReportError> {
    let mut stated: BTreeMap<(StoreId, Option<Day>, Option<Day>), Vec<StatedTotal>> =
        BTreeMap::new();
    for (store, total) in charges::list_stated_totals(reader)? {
        stated.entry((store, total.from, total.to)).or_default().push(total);
    }
    let mut bridges = Vec::new();
    for store in list_woocommerce_stores(reader)? {
        let Some(name) = names.get(&store).cloned() else { continue };
        let ranges: Vec<_> = stated.keys().filter(|(of, ..)| *of == store).copied().collect();
        // Days in which no report was stated have nothing to tie out with.
        let is_stated = |(_, from, to): &(StoreId, Option<Day>, Option<Day>)| {
            touches(asked, from.zip(*to).map(|(from, to)| DayRange { from, to }))
        };
        if asked.is_some() && !ranges.iter().any(is_stated) {
            continue;
        }
        let orders = list_orders(reader, store)?;
        let zone = organisation::find(reader.conn())?.time_zone;
        let zone = zone.unwrap_or_else(crate::base::Zone::utc);
        if ranges.is_empty() {
            let shop = Shop { name: &name, zone: &zone, range: None };
            bridges.extend(bridge_shop(&shop, &orders, &[]));
        }
        for key in ranges {
            let range = key.1.zip(key.2).map(|(from, to)| DayRange { from, to });
            let totals = stated.get(&key).map(Vec::as_slice).unwrap_or_default();
            bridges.extend(bridge_shop(&Shop { name: &name, zone: &zone, range }, &orders, totals));
        }
    }
    Ok(bridges)
}

fn list_woocommerce_stores(reader: &Reader<'_>) -> Result<Vec<StoreId>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select distinct store_id from orders where channel = 'woocommerce' order by store_id",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn list_orders(reader: &Reader<'_>, store: StoreId) -> Result<Vec<Order>, ReportError> {
    let mut statement =
        reader.conn().prepare_cached("select id from orders where store_id = ? order by id")?;
    let ids: Vec<OrderId> =
        statement.query_map([store], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut orders = Vec::with_capacity(ids.len());
    for id in ids {
        orders.extend(united::find_united(reader, id)?.order);
    }
    Ok(orders)
}

struct Shop<'a> {
    name: &'a str,
    zone: &'a crate::base::Zone,
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
}

/// Which side counts an order: ours (money came in), theirs (the report's statuses), or both.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Both,
    OnlyOurs,
    OnlyTheirs,
    Neither,
}

fn bridge_shop(shop: &Shop<'_>, orders: &[Order], stated: &[StatedTotal]) -> Vec<Bridge> {
    let Some(first) = orders.first() else { return Vec::new() };
    let mut sums: BTreeMap<Side, Sums> = BTreeMap::new();
    // Refunds of this range whose orders were placed outside of it, and the other way round.
    let mut dated = Sums::default();
    let within = |day: Day| shop.range.is_none_or(|range| range.contains(day));
    for order in orders.iter().filter(|order| order.currency == first.currency) {
        let status = order.platform_status.as_deref().unwrap_or_default();
        let side = match (order.counts(), REPORTED.contains(&status)) {
            (true, true) => Side::Both,
            (true, false) => Side::OnlyOurs,
            (false, true) => Side::OnlyTheirs,
            (false, false) => Side::Neither,
        };
        let placed = within(order.placed_at.day_in(shop.zone));
        if placed {
            add_order(sums.entry(side).or_default(), order);
        }
        for refund in &order.refunds {
            let refunded = within(refund.at.day_in(shop.zone));
            let target = match (placed, refunded) {
                (true, true) => sums.entry(side).or_default(),
                (false, true) if side == Side::Both => &mut dated,
                _ => continue,
            };
            add_refund(target, refund);
        }
    }
    let of = |side: Side| sums.get(&side).copied().unwrap_or_default();
    let sides = (of(Side::Both), of(Side::OnlyOurs), of(Side::OnlyTheirs), dated);
    FIGURES.iter().map(|figure| bridge_figure(shop, first, *figure, sides, stated)).collect()
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

fn add_refund(sums: &mut Sums, refund: &crate::domain::record::Refund) {
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
    first: &Order,
    figure: ReportFigure,
    (both, only_ours, only_theirs, dated): (Sums, Sums, Sums, Sums),
    stated: &[StatedTotal],
) -> Bridge {
    let mut ours = both;
    add(&mut ours, only_ours);
    add(&mut ours, dated);
    let mut rows = list_our_rows(figure, ours);
    let mut push = |name, amount_minor, orders| {
        if amount_minor != 0 || orders != 0 {
            rows.push(BridgeRow { name, amount_minor, orders });
        }
    };
    push("unpaid_orders_counted_by_the_shop", figure.of(only_theirs), only_theirs.orders);
    push("paid_orders_not_counted_by_the_shop", -figure.of(only_ours), only_ours.orders);
    let total = stated.iter().find(|total| total.name == figure.name());
    let stated_minor = total.map(|total| total.amount.minor);
    let reached: i64 = rows.iter().map(|row| row.amount_minor).sum();
    // The shop adds up its coupons, which it rounds one by one; our discounts are the lines'.
    if let (ReportFigure::TotalDiscount, Some(stated)) = (figure, stated_minor)
        && (stated - reached).abs() <= both.orders + only_theirs.orders
        && stated != reached
    {
        let amount_minor = stated - reached;
        rows.push(BridgeRow { name: "coupons_rounded_one_by_one", amount_minor, orders: 0 });
    }
    Bridge {
        store: shop.name.to_owned(),
        source: BridgeSource::Report,
        reference: figure.name().to_owned(),
        name: format!("woocommerce report-sales: {}", figure.name()),
        currency: first.currency,
        range: shop.range,
        reached_minor: rows.iter().map(|row| row.amount_minor).sum(),
        rows,
        stated_minor,
    }
}

fn add(sums: &mut Sums, other: Sums) {
    sums.net += other.net;
    sums.service += other.service;
    sums.refund_service += other.refund_service;
    sums.shipping += other.shipping;
    sums.tax += other.tax;
    sums.discount += other.discount;
    sums.refund += other.refund;
    sums.refund_tax += other.refund_tax;
    sums.refund_shipping += other.refund_shipping;
    sums.orders += other.orders;
}

/// Our own components that make up the figure, in the words of the ladder.
fn list_our_rows(figure: ReportFigure, ours: Sums) -> Vec<BridgeRow> {
    let row = |name, amount_minor| BridgeRow { name, amount_minor, orders: ours.orders };
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
