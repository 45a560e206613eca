//! Whether the prices of an order hold its tax, told by the order's own numbers where they tell
//! it, and the tax that is left after discounts. Pure.

use crate::base::rate::mul_div_half_even;
use crate::connectors::amazon::marketplace::{Marketplace, Prices};

/// What one row says of its price and tax.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taxed {
    pub price_minor: i64,
    pub tax_minor: i64,
    /// The price without tax, where the file has that column.
    pub without_minor: Option<i64>,
    pub units: i64,
}

/// Why the prices are taken to hold tax or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Price, tax and price without tax add up in one way only.
    Identity,
    /// The marketplace states prices so, and the numbers do not contradict it.
    Marketplace,
    /// The numbers fit a usual rate in one way only.
    Rate,
    /// Nothing tells; tax is taken to stand on top.
    Nothing,
}

/// Tenths of a percent that are no half percents and yet a country's rate.
const ODD_RATES: [i64; 3] = [21, 48, 81];
/// The highest rate looked for, in tenths of a percent.
const RATE_MAX: i64 = 300;

/// Whether prices hold the tax.
pub fn decide(rows: &[Taxed], marketplace: Option<&Marketplace>) -> (bool, Reason) {
    let taxed = || rows.iter().filter(|row| row.tax_minor > 0 && row.price_minor > 0);
    for row in taxed() {
        match row.without_minor {
            Some(without) if without + row.tax_minor == row.price_minor => {
                return (true, Reason::Identity);
            }
            Some(without) if without == row.price_minor => return (false, Reason::Identity),
            _ => {}
        }
    }
    let any = taxed().next().is_some();
    let inside = taxed().all(fits_inside);
    let on_top = taxed().all(fits_on_top);
    match marketplace.map(|marketplace| marketplace.prices) {
        Some(Prices::WithoutTax) => (false, Reason::Marketplace),
        Some(Prices::HoldVat) if any && !inside && on_top => (false, Reason::Rate),
        Some(Prices::HoldVat | Prices::HoldTax) => (true, Reason::Marketplace),
        None if any && inside != on_top => (inside, Reason::Rate),
        None => (false, Reason::Nothing),
    }
}

/// The item's tax after its discount. Amazon states it on the whole price, sometimes on what the
/// discount leaves; the rate that fits decides.
pub fn after_discount(row: &Taxed, discount_minor: i64) -> i64 {
    let net_minor = row.price_minor - discount_minor;
    if discount_minor == 0 || row.tax_minor == 0 || net_minor < 0 {
        return row.tax_minor;
    }
    let net = Taxed { price_minor: net_minor, ..*row };
    if net_minor > 0 && fits_inside(&net) && !fits_inside(row) {
        return row.tax_minor;
    }
    let (tax, net) = (i128::from(row.tax_minor), i128::from(net_minor));
    mul_div_half_even(tax, net, i128::from(row.price_minor)).unwrap_or(row.tax_minor)
}

fn fits_inside(row: &Taxed) -> bool {
    fits(row, |rate| 1_000 + rate)
}

fn fits_on_top(row: &Taxed) -> bool {
    fits(row, |_| 1_000)
}

/// Whether the tax is that of a usual rate, but for half a minor unit for each unit sold.
fn fits(row: &Taxed, whole: impl Fn(i64) -> i64) -> bool {
    let units = i128::from(row.units.max(1));
    let (price, tax) = (i128::from(row.price_minor), i128::from(row.tax_minor));
    (5..=RATE_MAX).step_by(5).chain(ODD_RATES).any(|rate| {
        let whole = i128::from(whole(rate));
        ((tax * whole - price * i128::from(rate)) * 2).abs() <= whole * units
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::amazon::marketplace;

    fn row(price_minor: i64, tax_minor: i64) -> Taxed {
        Taxed { price_minor, tax_minor, without_minor: None, units: 1 }
    }

    fn check(rows: &[Taxed], market: &str, expected: (bool, Reason), why: &str) {
        assert_eq!(decide(rows, marketplace::find(market)), expected, "{why}");
    }

    #[test]
    fn the_order_s_own_numbers_win_over_its_marketplace() {
        let exclusive = |without| Taxed { without_minor: Some(without), ..row(12_000, 2_000) };
        check(&[exclusive(10_000)], "amazon.com", (true, Reason::Identity), "100 + 20 = 120");
        check(&[exclusive(12_000)], "amazon.de", (false, Reason::Identity), "120 without tax");
        // 19 % of 100 on top; inside it would be 23.46 %.
        check(&[row(10_000, 1_900)], "amazon.de", (false, Reason::Rate), "no rate fits inside");
        check(&[row(11_900, 1_900)], "amazon.de", (true, Reason::Marketplace), "19 % inside");
    }

    #[test]
    fn rates_of_american_counties_never_turn_a_price_round() {
        // 8.25 % of 15.00; by chance 9 % inside.
        check(&[row(1_500, 124)], "amazon.com", (false, Reason::Marketplace), "on top");
    }

    #[test]
    fn an_unknown_marketplace_is_read_by_its_rates() {
        check(&[row(11_900, 1_900)], "amazon.xx", (true, Reason::Rate), "19 % inside");
        check(&[row(10_000, 1_900)], "amazon.xx", (false, Reason::Rate), "19 % on top");
        check(&[row(10_000, 0)], "amazon.xx", (false, Reason::Nothing), "no tax tells nothing");
        // 25 % inside is 20 % on top.
        check(&[row(10_000, 2_000)], "amazon.xx", (false, Reason::Nothing), "both fit");
    }

    #[test]
    fn a_discount_takes_its_share_of_the_tax() {
        assert_eq!(after_discount(&row(11_900, 1_900), 0), 1_900);
        assert_eq!(after_discount(&row(11_900, 1_900), 1_190), 1_710, "tax of the whole price");
        assert_eq!(after_discount(&row(11_900, 1_710), 1_190), 1_710, "tax of what is left");
        assert_eq!(after_discount(&row(11_900, 1_900), 11_900), 0, "given away");
    }
}
