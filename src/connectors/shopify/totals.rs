//! What the export leaves unsaid, decided by the identities of its totals: where a discount went,
//! whether prices include tax, and which part of the order's tax each line and the shipping bear.
//! Pure arithmetic in minor units; knows no column.

use crate::base::Decimal;
use crate::base::rate::mul_div_half_even;
use crate::base::split::{self, Split};

/// The order's own figures, as stated.
pub struct Stated {
    pub subtotal: Option<i64>,
    pub discount: i64,
    pub shipping: i64,
    pub taxes: i64,
    pub duties: i64,
    pub total: i64,
}

/// The sums of its rows.
pub struct Goods {
    /// Σ (price × quantity − line discount), gift cards with it.
    pub net: i64,
    /// The part of it that a discount can be taken from: no gift cards.
    pub room: i64,
    pub line_discounts: i64,
    pub tips: i64,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Reading {
    pub order_discount: i64,
    pub shipping_price: i64,
    pub shipping_discount: i64,
    pub taxes_included: bool,
    /// The stated total less what the parts explain.
    pub unexplained: i64,
    /// The subtotal is above what the rows add up to: some of them are elsewhere.
    pub rows_missing: bool,
}

/// Of the readings that are possible, the one that explains the total; else the closest one.
pub fn read(stated: &Stated, goods: &Goods) -> Reading {
    let in_subtotal = stated.subtotal.map(|subtotal| goods.net - subtotal);
    let order_discount = match in_subtotal {
        Some(taken) if (0..=stated.discount).contains(&taken) => taken,
        _ => stated.discount.min(goods.room.max(0)),
    };
    let rest = stated.discount - order_discount;
    let mut shippings = Vec::with_capacity(2);
    if rest == 0 || rest == goods.line_discounts {
        // The stated discount merely repeats the lines' own.
        shippings.push((stated.shipping, 0));
    } else {
        // A discount on the shipping, whose column shows what was charged; or, else, the price.
        shippings.push((stated.shipping + rest, rest));
        shippings.push((stated.shipping, rest.min(stated.shipping)));
    }
    let modes: &[bool] = if stated.taxes == 0 { &[false] } else { &[true, false] };
    let mut best: Option<Reading> = None;
    for (shipping_price, shipping_discount) in shippings {
        for taxes_included in modes {
            let tax = if *taxes_included { 0 } else { stated.taxes };
            let explained = goods.net - order_discount + shipping_price - shipping_discount
                + goods.tips
                + stated.duties
                + tax;
            let unexplained = stated.total - explained;
            if best.as_ref().is_none_or(|best| unexplained.abs() < best.unexplained.abs()) {
                best = Some(Reading {
                    order_discount,
                    shipping_price,
                    shipping_discount,
                    taxes_included: *taxes_included,
                    unexplained,
                    rows_missing: in_subtotal.is_some_and(|taken| taken < 0),
                });
            }
        }
    }
    best.unwrap_or(Reading {
        order_discount,
        shipping_price: stated.shipping,
        shipping_discount: 0,
        taxes_included: false,
        unexplained: 0,
        rows_missing: false,
    })
}

/// What may bear a share of the order's tax.
pub struct Bearer {
    /// After all discounts, as the order states its prices.
    pub net: i64,
    pub quantity: i64,
    pub taxable: bool,
    pub gift_card: bool,
}

pub struct TaxShares {
    pub lines: Vec<i64>,
    pub shipping: i64,
}

/// Splits the order's tax over its taxable lines (over all but gift cards, where none is marked)
/// and the shipping, by net value. The shipping is left out where the rate in the tax's name says
/// that the lines alone explain the tax.
pub fn share_tax(
    taxes: i64,
    included: bool,
    rate: Option<Decimal>,
    lines: &[Bearer],
    shipping_net: i64,
) -> TaxShares {
    let mut bears: Vec<bool> = lines.iter().map(|line| line.taxable && !line.gift_card).collect();
    if !bears.contains(&true) {
        bears = lines.iter().map(|line| !line.gift_card).collect();
    }
    if !bears.contains(&true) {
        bears = vec![true; lines.len()];
    }
    let when = |index: usize, value: i64| if bears[index] { value } else { 0 };
    let mut weights: Vec<i64> =
        lines.iter().enumerate().map(|(index, line)| when(index, line.net.max(0))).collect();
    let mut quantities: Vec<i64> =
        lines.iter().enumerate().map(|(index, line)| when(index, line.quantity)).collect();
    let base: i64 = weights.iter().sum();
    let with_shipping = shipping_net > 0
        && shipping_is_taxed(taxes, included, rate, base, shipping_net, weights.len() as i64);
    weights.push(if with_shipping { shipping_net } else { 0 });
    // Without lines the shipping is all there is to bear it.
    quantities.push(i64::from(lines.is_empty()));
    let mut parts = Split { whole: taxes, weights: &weights, quantities: &quantities }.parts();
    let shipping = parts.pop().unwrap_or(0);
    TaxShares { lines: parts, shipping }
}

fn shipping_is_taxed(
    taxes: i64,
    included: bool,
    rate: Option<Decimal>,
    base: i64,
    shipping_net: i64,
    n_lines: i64,
) -> bool {
    let Some(rate) = rate.filter(|rate| rate.is_positive()) else { return true };
    let (numerator, denominator) = rate.parts();
    let hundred = 100 * denominator + if included { numerator } else { 0 };
    let off = |base: i64| {
        mul_div_half_even(i128::from(base), numerator, hundred)
            .map_or(i64::MAX, |expected| (taxes - expected).abs())
    };
    let (off_lines, off_all) = (off(base), off(base + shipping_net));
    // Shopify rounds line by line, so that each may be off by half a unit; beyond that the rate
    // explains neither.
    let tolerance = n_lines + 1;
    if off_lines.min(off_all) > tolerance { true } else { off_all < off_lines }
}

/// Each line's value after its share of the order's discount; gift cards take no part.
pub fn spread_discount(nets: &[i64], gift_cards: &[bool], discount: i64) -> Vec<i64> {
    let weights: Vec<i64> =
        nets.iter().zip(gift_cards).map(|(net, card)| if *card { 0 } else { *net }).collect();
    let parts = split::by_weight(discount, &weights);
    nets.iter().zip(parts).map(|(net, part)| net - part).collect()
}

/// The rate in a tax's name: `PT VAT 23%`, `MwSt 8,1 %`.
pub fn rate_in_name(name: &str) -> Option<Decimal> {
    let before = name[..name.rfind('%')?].trim_end();
    let digits = |sign: char| sign.is_ascii_digit() || sign == '.' || sign == ',';
    let start = before
        .rfind(|sign| !digits(sign))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    Decimal::parse(&before[start..].replace(',', ".")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated() -> Stated {
        Stated {
            subtotal: Some(10_000),
            discount: 0,
            shipping: 500,
            taxes: 1_900,
            duties: 0,
            total: 10_500,
        }
    }

    fn goods() -> Goods {
        Goods { net: 10_000, room: 10_000, line_discounts: 0, tips: 0 }
    }

    #[test]
    fn the_total_tells_whether_prices_include_tax() {
        assert!(read(&stated(), &goods()).taxes_included);
        let on_top = read(&Stated { total: 12_400, ..stated() }, &goods());
        assert_eq!((on_top.taxes_included, on_top.unexplained), (false, 0));
        let none = read(&Stated { taxes: 0, ..stated() }, &goods());
        assert!(!none.taxes_included);
        let cash = read(&Stated { total: 10_498, ..stated() }, &goods());
        assert_eq!((cash.taxes_included, cash.unexplained), (true, -2));
    }

    #[test]
    fn a_discount_goes_where_the_subtotal_and_the_total_put_it() {
        let check = |stated: Stated, goods: Goods, expected: (i64, i64, i64), why: &str| {
            let reading = read(&stated, &goods);
            let found = (reading.order_discount, reading.shipping_price, reading.shipping_discount);
            assert_eq!(found, expected, "{why}");
            assert_eq!(reading.unexplained, 0, "{why}");
        };
        let off = |subtotal, discount, shipping, total| Stated {
            subtotal: Some(subtotal),
            discount,
            shipping,
            taxes: 0,
            duties: 0,
            total,
        };
        check(off(9_000, 1_000, 500, 9_500), goods(), (1_000, 500, 0), "on the goods");
        check(off(10_000, 500, 0, 10_000), goods(), (0, 500, 500), "free shipping, charged 0");
        check(off(10_000, 500, 500, 10_000), goods(), (0, 500, 500), "free shipping, price shown");
        check(off(9_000, 1_500, 0, 9_000), goods(), (1_000, 500, 500), "both");
        let repeated = Goods { line_discounts: 300, ..goods() };
        check(off(10_000, 300, 500, 10_500), repeated, (0, 500, 0), "the lines' own, repeated");
        let unstated = Stated { subtotal: None, ..off(0, 1_000, 500, 9_500) };
        check(unstated, goods(), (1_000, 500, 0), "no subtotal");
    }

    #[test]
    fn a_subtotal_above_the_rows_says_that_rows_are_missing() {
        assert!(read(&Stated { subtotal: Some(12_000), ..stated() }, &goods()).rows_missing);
        assert!(!read(&stated(), &goods()).rows_missing);
    }

    fn line(net: i64, taxable: bool) -> Bearer {
        Bearer { net, quantity: 1, taxable, gift_card: false }
    }

    #[test]
    fn the_rate_tells_whether_shipping_is_taxed() {
        let check = |taxes: i64, included: bool, rate: Option<&str>, expected: (i64, i64)| {
            let rate = rate.and_then(|rate| Decimal::parse(rate).ok());
            let shares = share_tax(taxes, included, rate, &[line(10_000, true)], 1_000);
            assert_eq!((shares.lines[0], shares.shipping), expected, "{taxes} {rate:?}");
        };
        // 100.00 × 19 / 119 = 15.97; 110.00 × 19 / 119 = 17.56.
        check(1_597, true, Some("19"), (1_597, 0));
        check(1_756, true, Some("19"), (1_596, 160));
        check(1_900, false, Some("19"), (1_900, 0));
        check(2_090, false, Some("19"), (1_900, 190));
        check(1_650, false, None, (1_500, 150));
        check(1_650, false, Some("19"), (1_500, 150));
    }

    #[test]
    fn only_taxable_lines_bear_tax_and_all_do_where_none_is_marked() {
        let shares = share_tax(300, false, None, &[line(1_000, true), line(1_000, false)], 0);
        assert_eq!(shares.lines, [300, 0]);
        let shares = share_tax(300, false, None, &[line(1_000, false), line(2_000, false)], 0);
        assert_eq!(shares.lines, [100, 200]);
        let card = Bearer { gift_card: true, ..line(5_000, true) };
        let shares = share_tax(300, false, None, &[card, line(2_000, false)], 0);
        assert_eq!(shares.lines, [0, 300]);
        assert_eq!(share_tax(300, false, None, &[], 700).shipping, 300);
    }

    #[test]
    fn a_rate_is_read_from_the_taxs_name() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(rate_in_name(name).map(|rate| rate.to_string()).as_deref(), expected);
        };
        check("PT VAT 23%", Some("23"));
        check("MwSt 8,1 %", Some("8.1"));
        check("California State Tax 7.25%", Some("7.25"));
        check("TVA–20%", Some("20"));
        check("5%", Some("5"));
        check("VAT", None);
        check("%", None);
    }
}
