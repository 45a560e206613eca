//! What an order's rows sell: lines, gift cards among them, and tips.

use super::cell::{Problem, is_true, problem, read_minor, read_quantity, unguard};
use super::totals::Goods;
use super::wire::{Column, Row};
use crate::base::Currency;
use crate::base::money::MINOR_LIMIT;
use crate::connectors::kit::decode;
use crate::domain::record::Line;
use crate::domain::record::order::LineStock;

/// The rows' lines, and what is added up beside them.
pub struct Basket {
    pub lines: Vec<Line>,
    /// For each line, whether the export calls it taxable.
    pub taxable: Vec<bool>,
    pub tips: i64,
}

impl Basket {
    pub fn goods(&self) -> Goods {
        let net = |line: &Line| line.price_minor - line.discount_minor;
        Goods {
            net: self.lines.iter().map(net).sum(),
            room: self.lines.iter().filter(|line| !line.gift_card).map(net).sum(),
            line_discounts: self.lines.iter().map(|line| line.discount_minor).sum(),
            tips: self.tips,
        }
    }
}

/// # Errors
/// The first `Problem` found.
pub fn read_basket(rows: &[Row], currency: Currency) -> Result<Basket, Problem> {
    let mut basket = Basket { lines: Vec::new(), taxable: Vec::new(), tips: 0 };
    let mut sum: i64 = 0;
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.has_line()) {
        let quantity = read_quantity(row)?;
        let price = read_minor(row, Column::Price, currency)?;
        let discount_minor = read_minor(row, Column::ItemDiscount, currency)?;
        let price_minor = price.checked_mul(quantity).filter(|value| *value < MINOR_LIMIT);
        let Some(price_minor) = price_minor else {
            return Err(problem(row, Column::Price, "price × quantity is too large an amount"));
        };
        sum = sum.saturating_add(price_minor);
        if sum >= MINOR_LIMIT {
            return Err(problem(row, Column::Price, "the order's sum is too large an amount"));
        }
        if discount_minor > price_minor {
            let reason = "the discount is above the price × quantity that it is taken from";
            return Err(problem(row, Column::ItemDiscount, reason));
        }
        if is_tip(row) {
            basket.tips += price_minor - discount_minor;
            continue;
        }
        basket.taxable.push(is_true(row.text(Column::Taxable)));
        basket.lines.push(Line {
            // The export has no id of a line; its place among the order's rows stands for it.
            id: (index + 1).to_string(),
            sku: decode::some(unguard(row.text(Column::Sku))),
            title: decode::some(row.text(Column::ItemName)),
            quantity,
            price_minor,
            discount_minor,
            tax_minor: None,
            gift_card: is_gift_card(row),
            weight_grams: 0,
            restocked_in_all: 0,
            added_at: None,
            stock: LineStock { shipped: read_shipped(row, quantity), ..LineStock::default() },
        });
    }
    Ok(basket)
}

/// Units that left: all or none. Of a line that was sent in part the export tells no number.
fn read_shipped(row: &Row, quantity: i64) -> Option<i64> {
    match row.text(Column::LineFulfilment).to_ascii_lowercase().as_str() {
        "fulfilled" => Some(quantity),
        "pending" | "unfulfilled" => Some(0),
        _ => None,
    }
}

/// Shopify exports a tip as a row of this very name; a product that is shipped is none.
fn is_tip(row: &Row) -> bool {
    row.text(Column::ItemName) == "Tip" && !is_true(row.text(Column::RequiresShipping))
}

/// The export has no mark for gift cards, only their name and that they are neither shipped nor
/// taxed.
fn is_gift_card(row: &Row) -> bool {
    let name = row.text(Column::ItemName);
    let untouched = |column| row.text(column).eq_ignore_ascii_case("false");
    name.ends_with("Gift Card")
        || (untouched(Column::RequiresShipping)
            && untouched(Column::Taxable)
            && name.to_lowercase().contains("gift card"))
}
