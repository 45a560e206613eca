//! The amounts of an order: what each item, the shipping and the services cost, and whether the
//! prices hold the tax, told by the order's own identity before anything else. Pure.

use super::wire::{Breakdown, Proceeds, WireItem};
use crate::base::Currency;
use crate::connectors::amazon::api::wire::{some, unread};
use crate::connectors::amazon::marketplace::Marketplace;
use crate::connectors::amazon::orders::tax::{self, Taxed};
use crate::connectors::contract::{Problem, UnknownKind};
use crate::connectors::kit::bare;
use crate::domain::record::order::LineStock;
use crate::domain::record::{Line, Shipping};

/// Amounts of one kind, by what they are for.
#[derive(Clone, Copy, Default)]
struct Parts {
    goods: i64,
    shipping: i64,
    service: i64,
}

impl Parts {
    fn sum(self) -> i64 {
        self.goods + self.shipping + self.service
    }
}

/// One item of the order.
pub struct Item {
    id: String,
    sku: Option<String>,
    title: Option<String>,
    pub cancelled: bool,
    quantity: i64,
    shipped: Option<i64>,
    /// Of all units; `None` is not known.
    pub price_minor: Option<i64>,
    plain: Parts,
    /// Positive.
    discount: Parts,
    tax: Option<Parts>,
    /// What Amazon says that the item comes to.
    total_minor: Option<i64>,
    /// Of kinds that no table of ours names.
    unknown_minor: i64,
}

impl Item {
    /// # Errors
    /// The first amount that cannot be read.
    pub fn read(
        wire: &WireItem,
        currency: Currency,
        problems: &mut Vec<Problem>,
    ) -> Result<Self, Problem> {
        let told = wire.fulfillment.as_ref();
        let counted = told.and_then(|it| Some(it.quantity_fulfilled? + it.quantity_unfulfilled?));
        // What was ordered counts units that were cancelled since.
        let quantity = counted.unwrap_or(wire.quantity_ordered);
        let mut item = Self {
            id: wire.order_item_id.trim().to_owned(),
            sku: some(wire.product.seller_sku.as_ref()),
            title: some(wire.product.title.as_ref()),
            cancelled: quantity <= 0,
            quantity,
            shipped: told.and_then(|it| it.quantity_fulfilled),
            price_minor: None,
            plain: Parts::default(),
            discount: Parts::default(),
            tax: None,
            total_minor: None,
            unknown_minor: 0,
        };
        if let Some(proceeds) = &wire.proceeds {
            let path = "orderItems.proceeds";
            let total = proceeds.total.as_ref();
            item.total_minor = total.map(|total| total.minor(currency, path)).transpose()?;
            for breakdown in proceeds.breakdowns.as_deref().unwrap_or_default() {
                item.take(breakdown, currency, problems)?;
            }
        }
        let unit = wire.product.price.as_ref().and_then(|price| price.unit_price.as_ref());
        if let (None, Some(unit)) = (item.price_minor, unit) {
            let unit_minor = unit.minor(currency, "orderItems.product.price")?;
            item.price_minor = unit_minor.checked_mul(quantity.max(0));
        }
        item.plain.goods = item.price_minor.unwrap_or(0);
        Ok(item)
    }

    fn take(
        &mut self,
        breakdown: &Breakdown,
        currency: Currency,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Problem> {
        let path = "orderItems.proceeds.breakdowns";
        let minor = breakdown.subtotal.minor(currency, path)?;
        match breakdown.kind.as_str() {
            "ITEM" => self.price_minor = Some(self.price_minor.unwrap_or(0) + minor),
            "SHIPPING" => self.plain.shipping += minor,
            "GIFT_WRAP" | "COD_FEE" | "OTHER" => self.plain.service += minor,
            "TAX" => {
                let parts = detail(breakdown, (minor, currency), problems)?;
                let known = self.tax.get_or_insert_with(Parts::default);
                *known = add(*known, parts);
            }
            "DISCOUNT" => {
                let minor = minor.saturating_abs();
                let parts = detail(breakdown, (minor, currency), problems)?;
                self.discount = add(self.discount, parts);
            }
            other => {
                let (kind, name) = (UnknownKind::Fee, format!("order proceeds {other}"));
                problems.push(Problem::Unknown { kind, name });
                self.unknown_minor += minor;
            }
        }
        Ok(())
    }

    fn net_minor(&self) -> i64 {
        self.plain.sum() - self.discount.sum() + self.unknown_minor
    }

    fn taxed(&self) -> Taxed {
        Taxed {
            price_minor: self.plain.goods,
            tax_minor: self.tax.map_or(0, |tax| tax.goods),
            without_minor: None,
            units: self.quantity,
        }
    }
}

/// What of a tax or discount is for the shipping and for services; the rest is the goods'.
fn detail(
    breakdown: &Breakdown,
    (whole, currency): (i64, Currency),
    problems: &mut Vec<Problem>,
) -> Result<Parts, Problem> {
    let mut parts = Parts { goods: whole, ..Parts::default() };
    for detail in breakdown.detailed_breakdowns.as_deref().unwrap_or_default() {
        let path = "orderItems.proceeds.breakdowns.detailedBreakdowns";
        let minor = detail.value.minor(currency, path)?;
        let minor = if breakdown.kind == "DISCOUNT" { minor.saturating_abs() } else { minor };
        let part = match detail.subtype.as_str() {
            "SHIPPING" => &mut parts.shipping,
            "GIFT_WRAP" | "COD_FEE" | "OTHER" => &mut parts.service,
            "ITEM" | "DISCOUNT" => continue,
            other => {
                let name = format!("order {} {other}", breakdown.kind.to_lowercase());
                problems.push(Problem::Unknown { kind: UnknownKind::Fee, name });
                continue;
            }
        };
        *part += minor;
        parts.goods -= minor;
    }
    Ok(parts)
}

fn add(left: Parts, right: Parts) -> Parts {
    Parts {
        goods: left.goods + right.goods,
        shipping: left.shipping + right.shipping,
        service: left.service + right.service,
    }
}

/// Tips, which stand on the order alone.
///
/// # Errors
/// An amount that cannot be read.
pub fn tips(proceeds: Option<&Proceeds>, currency: Currency) -> Result<i64, Problem> {
    let breakdowns = proceeds.and_then(|it| it.breakdowns.as_deref()).unwrap_or_default();
    let mut sum = 0;
    for tip in breakdowns.iter().filter(|it| it.kind == "DELIVERY_TIP") {
        sum += tip.subtotal.minor(currency, "proceeds.breakdowns")?;
    }
    Ok(sum)
}

/// The order's lines, and what belongs to it as a whole.
#[derive(Default)]
pub struct Sums {
    pub inside: bool,
    pub lines: Vec<Line>,
    pub service_minor: i64,
    pub service_tax_minor: i64,
    pub unexplained_minor: i64,
    shipping: Shipping,
}

impl Sums {
    /// `stated` is what Amazon says that the order comes to.
    pub fn of(
        items: &[Item],
        (market, stated): (Option<&Marketplace>, Option<i64>),
        problems: &mut Vec<Problem>,
    ) -> Self {
        let inside = decide(items, (market, stated), problems);
        let mut sums = Self { inside, ..Self::default() };
        for item in items {
            sums.take(item, problems);
        }
        sums
    }

    pub fn shipping(&self) -> Shipping {
        self.shipping.clone()
    }

    fn take(&mut self, item: &Item, problems: &mut Vec<Problem>) {
        // A tax of nothing on a price that would hold one is a tax that is not told.
        let tax = item.tax.filter(|tax| !self.inside || tax.sum() != 0);
        let on = Taxed { price_minor: item.plain.shipping, units: 1, ..Taxed::default() };
        let shipping_tax =
            tax.map(|tax| self.after_discount(&on, tax.shipping, item.discount.shipping));
        self.shipping.price_minor += item.plain.shipping;
        self.shipping.discount_minor += item.discount.shipping;
        if let Some(tax) = shipping_tax.filter(|tax| *tax != 0 || item.plain.shipping != 0) {
            self.shipping.tax_minor = Some(self.shipping.tax_minor.unwrap_or(0) + tax);
        }
        let service_tax = tax.map_or(0, |tax| tax.service);
        let service = item.plain.service - item.discount.service;
        self.service_tax_minor += service_tax;
        self.service_minor += service - if self.inside { service_tax } else { 0 };
        self.unexplained_minor += item.unknown_minor;
        let goods_tax =
            tax.map(|tax| self.after_discount(&item.taxed(), tax.goods, item.discount.goods));
        let id = self.id_of(item);
        if item.quantity <= 0 && item.plain.goods != 0 {
            problems.push(unread("orderItems.quantityOrdered", "A price without units sold."));
        }
        self.lines.push(Line {
            sku: item.sku.clone(),
            title: item.title.clone(),
            quantity: item.quantity.max(0),
            price_minor: item.plain.goods,
            discount_minor: item.discount.goods,
            tax_minor: goods_tax,
            stock: LineStock {
                listing: item.sku.clone(),
                shipped: item.shipped.map(|units| units.clamp(0, item.quantity.max(0))),
                by_channel: false,
            },
            ..bare::line(id)
        });
    }

    /// Tax on top is Amazon's own figure and stays as it is.
    fn after_discount(&self, on: &Taxed, tax_minor: i64, discount_minor: i64) -> i64 {
        match self.inside {
            true => tax::after_discount(&Taxed { tax_minor, ..*on }, discount_minor),
            false => tax_minor,
        }
    }

    /// As the report and the settlement name it.
    fn id_of(&self, item: &Item) -> String {
        let plain = match (item.id.as_str(), &item.sku) {
            ("" | "0", Some(sku)) => format!("sku:{sku}"),
            ("" | "0", None) => "order".to_owned(),
            (id, _) => id.to_owned(),
        };
        let times = self.lines.iter().filter(|line| line.id == plain).count();
        if times == 0 { plain } else { format!("{plain}#{}", times + 1) }
    }
}

/// Whether prices hold the tax: by what the parts and the totals add up to, where there is any
/// tax; else as the marketplace states prices.
fn decide(
    items: &[Item],
    (market, stated): (Option<&Marketplace>, Option<i64>),
    problems: &mut Vec<Problem>,
) -> bool {
    let mut told = Vec::new();
    let (mut net_sum, mut tax_sum) = (0, 0);
    for item in items {
        let tax = item.tax.map_or(0, Parts::sum);
        net_sum += item.net_minor();
        tax_sum += tax;
        told.extend(item.total_minor.map(|total| (total, item.net_minor(), tax)));
    }
    if told.is_empty() {
        told.extend(stated.map(|total| (total, net_sum, tax_sum)));
    }
    let taxed = told.iter().filter(|(.., tax)| *tax != 0);
    let inside = taxed.clone().any(|(total, net, _)| total == net);
    let on_top = taxed.clone().any(|(total, net, tax)| *total == net + tax);
    let is_odd = told.iter().any(|(total, net, tax)| total != net && *total != net + tax);
    if is_odd || (inside && on_top) {
        problems.push(Problem::Doubt {
            what: "The parts of an order do not add up to the total that Amazon states.".to_owned(),
        });
    }
    if inside != on_top {
        return inside;
    }
    let rows: Vec<Taxed> = items.iter().map(Item::taxed).collect();
    tax::decide(&rows, market).0
}
