//! What one buyer takes: lines, discounts, shipping charged, tax.

use super::calendar::is_sale;
use super::catalogue::{
    self, GIFT_CARD_SKU, MUG_NEW_TITLE, MUG_RENAMED, PRODUCTS, Product, SAMPLE_SKU, SAMPLE_TITLE,
};
use super::chance::Chance;
use super::place::Place;
use crate::base::Day;
use crate::base::rate::mul_div_half_even;
use crate::base::split::by_weight;
use crate::domain::record::{Line, Order, Shipping};

/// `amount × over / under`, half to even.
pub fn share(amount: i64, over: i64, under: i64) -> i64 {
    mul_div_half_even(i128::from(amount), i128::from(over), i128::from(under)).unwrap_or(0)
}

pub fn draw_lines(chance: &mut Chance, day: Day, is_renamed: bool) -> Vec<Line> {
    let (_, month, _) = day.civil();
    let n_lines = 1 + chance.weighted([58, 26, 11, 5].into_iter());
    let mut lines: Vec<Line> = Vec::with_capacity(n_lines + 1);
    for _ in 0..n_lines {
        let product = catalogue::draw(chance, month);
        let quantity = [1, 2, 3, 6][chance.weighted([80, 14, 4, 2].into_iter())];
        if !lines.iter().any(|line| line.sku.as_deref() == Some(product.sku)) {
            lines.push(line_of(product, quantity, lines.len(), is_renamed));
        }
    }
    if chance.happens(40) {
        lines.push(sample(lines.len()));
    }
    lines
}

pub fn line_of(product: &Product, quantity: i64, index: usize, is_renamed: bool) -> Line {
    let is_new = is_renamed && product.sku == MUG_RENAMED;
    let title = if is_new { MUG_NEW_TITLE } else { product.title };
    Line {
        sku: Some(product.sku.to_owned()),
        weight_grams: product.grams,
        ..bare_line(index, title, quantity, product.price_minor)
    }
}

fn sample(index: usize) -> Line {
    let sku = Some(SAMPLE_SKU.to_owned());
    Line { sku, weight_grams: 10, ..bare_line(index, SAMPLE_TITLE, 1, 0) }
}

/// Something made for this buyer: no SKU, hence no known cost.
pub fn engraving(index: usize) -> Line {
    bare_line(index, "Engraving, up to 12 letters", 1, 900)
}

pub fn gift_card(index: usize, value_minor: i64) -> Line {
    let title = format!("Gift card {}", value_minor / 100);
    let sku = Some(GIFT_CARD_SKU.to_owned());
    Line { sku, gift_card: true, ..bare_line(index, &title, 1, value_minor) }
}

fn bare_line(index: usize, title: &str, quantity: i64, price_minor: i64) -> Line {
    Line {
        id: format!("L{}", index + 1),
        sku: None,
        title: Some(title.to_owned()),
        quantity,
        price_minor: price_minor * quantity,
        discount_minor: 0,
        tax_minor: None,
        gift_card: false,
        weight_grams: 0,
        restocked_in_all: 0,
        added_at: None,
        stock: Default::default(),
    }
}

/// Another product at nearly the same price, for an exchange.
pub fn find_alike(sku: &str, price_minor: i64) -> Option<&'static Product> {
    let others = PRODUCTS.iter().filter(|product| product.sku != sku);
    others.min_by_key(|product| (product.price_minor - price_minor).abs())
}

/// On a line, or on the whole order; in the sale week nearly always on lines.
pub fn discount(chance: &mut Chance, order: &mut Order, day: Day) {
    if is_sale(day) && chance.happens(550) {
        for line in order.lines.iter_mut().filter(|line| !line.gift_card) {
            line.discount_minor = share(line.price_minor, 20, 100);
        }
    } else if chance.happens(150) {
        let per_cent = [10, 15, 25][chance.weighted([50, 35, 15].into_iter())];
        if let Some(line) = order.lines.iter_mut().find(|line| !line.gift_card) {
            line.discount_minor = share(line.price_minor, per_cent, 100);
        }
    } else if chance.happens(90) {
        let goods: i64 =
            order.lines.iter().filter(|line| !line.gift_card).map(|line| line.price_minor).sum();
        order.order_discount_minor = if goods > 4_000 { 500 } else { share(goods, 10, 100) };
    }
}

pub fn charge_shipping(chance: &mut Chance, order: &mut Order, place: &Place) {
    if order.lines.iter().all(|line| line.gift_card) {
        return;
    }
    let goods: i64 = after_discounts(order).iter().sum();
    let price_minor = if place.label_minor < 400 { 350 } else { 590 };
    order.shipping = if goods < 6_000 {
        Shipping { price_minor, discount_minor: 0, tax_minor: None }
    } else if chance.happens(400) {
        // Some shops charge it and take it off again.
        Shipping { price_minor, discount_minor: price_minor, tax_minor: None }
    } else {
        Shipping::default()
    };
}

/// What is left of each line's price after its discounts.
pub fn after_discounts(order: &Order) -> Vec<i64> {
    let left = |line: &Line| line.price_minor - line.discount_minor;
    let weights: Vec<i64> =
        order.lines.iter().map(|line| if line.gift_card { 0 } else { left(line) }).collect();
    let shares = by_weight(order.order_discount_minor, &weights);
    order.lines.iter().zip(shares).map(|(line, share)| left(line) - share).collect()
}

/// Inside the price in Europe, on top of it in the States.
pub fn tax(order: &mut Order, hundredths: i64) {
    let rest = after_discounts(order);
    let inside = order.taxes_included;
    let tax_on = |amount: i64| {
        let under = if inside { 10_000 + hundredths } else { 10_000 };
        share(amount, hundredths, under)
    };
    for (line, rest) in order.lines.iter_mut().zip(rest) {
        line.tax_minor = Some(if line.gift_card { 0 } else { tax_on(rest) });
    }
    let shipping = order.shipping.price_minor - order.shipping.discount_minor;
    order.shipping.tax_minor = Some(if inside { tax_on(shipping) } else { 0 });
    if order.service_income_minor != 0 {
        order.service_tax_minor = share(order.service_income_minor, hundredths, 10_000);
    }
}

/// All that the buyer owes.
pub fn total(order: &Order) -> i64 {
    let mut total: i64 = after_discounts(order).iter().sum();
    total += order.shipping.price_minor - order.shipping.discount_minor;
    total += order.tips_minor + order.service_income_minor + order.service_tax_minor;
    if !order.taxes_included {
        total += order.lines.iter().filter_map(|line| line.tax_minor).sum::<i64>();
        total += order.shipping.tax_minor.unwrap_or(0);
    }
    total
}

pub fn grams(order: &Order) -> i64 {
    order.lines.iter().map(|line| line.weight_grams * line.quantity).sum()
}
