//! Layers by hand, and what must hold of any sequence of receipts, sales and returns.

use proptest::prelude::*;

use super::landed::land;
use super::*;
use crate::base::{Decimal, Instant, Money};
use crate::domain::profit::input_vat::InputVat;
use crate::domain::record::{LandedCost, LandedKind, Purchase, SplitBy};
use crate::domain::rules::{InputVatRule, VatSource};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

fn purchase(reference: &str, received: &str, sku: &str, quantity: i64, unit: &str) -> Purchase {
    Purchase {
        reference: reference.into(),
        received: day(received),
        sku: sku.into(),
        line: None,
        quantity,
        unit_cost: Decimal::parse(unit).unwrap(),
        currency: Currency::EUR,
        supplier: None,
        weight_grams: None,
    }
}

fn freight(reference: &str, minor: i64, by: SplitBy) -> LandedCost {
    LandedCost {
        reference: reference.into(),
        kind: LandedKind::Freight,
        amount: Money::new(minor, Currency::EUR),
        by,
        day: None,
        bill: None,
    }
}

fn layers(purchases: &[Purchase], landed: &[LandedCost]) -> Vec<Layer> {
    let numbered: Vec<(i64, Purchase)> =
        purchases.iter().enumerate().map(|(id, one)| (id as i64, one.clone())).collect();
    let mut layers = land(&numbered, landed, InputVat::default()).unwrap();
    layers.sort_by_key(|layer| layer.id);
    layers
}

fn moved(order: i64, part: i64, at: &str, units: i64) -> PlacedMove<'static> {
    let at = Instant::parse(at).unwrap();
    let day = at.day_in(&crate::base::Zone::utc());
    let moved = Move { line: 0, sku: "MUG".into(), part, at, day, units };
    PlacedMove { order: OrderId(order), store: "shop", external_id: "x", moved }
}

fn sold(order: i64, on: &str, units: i64) -> PlacedMove<'static> {
    moved(order, 0, &format!("{on}T12:00:00Z"), units)
}

fn back(order: i64, on: &str, units: i64) -> PlacedMove<'static> {
    moved(order, 1, &format!("{on}T12:00:00Z"), units)
}

/// What an order drew: `3 of PO-1 at 4.1`.
fn drawn(folded: &Folded, order: i64) -> Vec<String> {
    let leaf = &folded.lines[&(OrderId(order), 0)];
    let text = |draw: &Draw| {
        let from = draw.from.as_ref().map_or("average", |(reference, _)| reference);
        let unit = |one: &UnitCost| format!("{} {}", one.cost.to_decimal_text(), one.currency);
        let unit: Vec<String> = draw.unit.iter().map(unit).collect();
        format!("{} of {from} at {}", draw.units, unit.join(" + "))
    };
    leaf.draws.iter().map(text).collect()
}

#[test]
fn the_oldest_layer_is_used_up_first_and_a_line_may_draw_on_several() {
    let layers = layers(
        &[
            purchase("PO-2", "2026-02-01", "MUG", 10, "5"),
            purchase("PO-1", "2026-01-01", "MUG", 3, "4"),
        ],
        &[],
    );
    let moves = [sold(2, "2026-02-02", 4), sold(1, "2026-01-05", 2)];
    let folded = fold(CostMethod::Fifo, &layers, &moves).unwrap();
    assert_eq!(drawn(&folded, 1), ["2 of PO-1 at 4 EUR"]);
    assert_eq!(drawn(&folded, 2), ["1 of PO-1 at 4 EUR", "3 of PO-2 at 5 EUR"]);
    assert_eq!(folded.left, [7, 0]);
}

#[test]
fn a_receipt_counts_from_the_start_of_its_day_and_a_later_one_does_not_fill_back() {
    let layers = layers(
        &[
            purchase("PO-1", "2026-01-05", "MUG", 2, "4"),
            purchase("PO-2", "2026-01-07", "MUG", 9, "5"),
        ],
        &[],
    );
    let early = moved(1, 0, "2026-01-05T00:00:00Z", 1);
    let moves = [early, sold(2, "2026-01-06", 3), sold(3, "2026-01-04", 1)];
    let folded = fold(CostMethod::Fifo, &layers, &moves).unwrap();
    assert_eq!(drawn(&folded, 1), ["1 of PO-1 at 4 EUR"]);
    // One of three is covered, and stays the only one when PO-2 arrives.
    assert_eq!(drawn(&folded, 2), ["1 of PO-1 at 4 EUR"]);
    assert_eq!(drawn(&folded, 3), [""; 0]);
    assert_eq!(folded.left, [0, 9]);
}

#[test]
fn a_restocked_return_gives_back_to_the_very_layers_the_last_taken_first() {
    let layers = layers(
        &[
            purchase("PO-1", "2026-01-01", "MUG", 2, "4"),
            purchase("PO-2", "2026-01-02", "MUG", 2, "5"),
        ],
        &[],
    );
    // Order 1 takes both of PO-1 and one of PO-2; two come back: PO-2's, then one of PO-1's.
    let moves = [sold(1, "2026-01-03", 3), back(1, "2026-01-04", 2), sold(2, "2026-01-05", 3)];
    let folded = fold(CostMethod::Fifo, &layers, &moves).unwrap();
    assert_eq!(drawn(&folded, 2), ["1 of PO-1 at 4 EUR", "2 of PO-2 at 5 EUR"]);
    assert_eq!(folded.left, [0, 0]);
    // Uncovered units are the last taken, so nothing is put on the shelf for them.
    let moves = [sold(1, "2026-01-03", 6), back(1, "2026-01-04", 2), sold(2, "2026-01-05", 1)];
    let folded = fold(CostMethod::Fifo, &layers, &moves).unwrap();
    assert_eq!(drawn(&folded, 1), ["2 of PO-1 at 4 EUR", "2 of PO-2 at 5 EUR"]);
    assert_eq!(drawn(&folded, 2), [""; 0]);
}

#[test]
fn the_moving_average_changes_with_receipts_and_returns_alone() {
    let layers = layers(
        &[
            purchase("PO-1", "2026-01-01", "MUG", 10, "4"),
            purchase("PO-2", "2026-01-03", "MUG", 10, "5.5"),
        ],
        &[],
    );
    let moves = [
        sold(1, "2026-01-02", 5),
        sold(2, "2026-01-04", 3),
        back(1, "2026-01-05", 2),
        sold(3, "2026-01-06", 14),
        sold(4, "2026-01-07", 1),
    ];
    let folded = fold(CostMethod::Average, &layers, &moves).unwrap();
    assert_eq!(drawn(&folded, 1), ["5 of average at 4 EUR"]);
    // 5 × 4 + 10 × 5.5 = 75 for 15.
    assert_eq!(drawn(&folded, 2), ["3 of average at 5 EUR"]);
    // 12 × 5 and 2 × 4 back are 68 for 14: 4.857142857143.
    assert_eq!(drawn(&folded, 3), ["14 of average at 4.857142857143 EUR"]);
    assert_eq!(drawn(&folded, 4), [""; 0]);
    // 68 less 14 × 4.857142857143 is what the twelfth digit left over.
    assert_eq!(folded.pool[0].cost.to_decimal_text(), "-0.000000000002");
}

#[test]
fn landed_costs_go_over_the_lines_by_value_weight_or_quantity() {
    let weigh = |one: Purchase, grams: Option<i64>| Purchase { weight_grams: grams, ..one };
    let red = weigh(purchase("PO-1", "2026-01-01", "RED", 10, "4"), Some(100));
    let blue = weigh(purchase("PO-1", "2026-01-02", "BLUE", 20, "1"), Some(400));
    let check = |lines: &[&Purchase], by, expected: [&str; 2]| {
        let lines: Vec<Purchase> = lines.iter().map(|one| (*one).clone()).collect();
        let layers = layers(&lines, &[freight("PO-1", 9_00, by), freight("PO-9", 5_00, by)]);
        let texts: Vec<String> =
            layers.iter().map(|layer| layer.unit[0].cost.to_decimal_text()).collect();
        assert_eq!(texts, expected, "{by:?}");
    };
    // 40 : 20 of value gives 6.00 and 3.00; 0.60 and 0.15 a unit.
    check(&[&red, &blue], SplitBy::Value, ["4.6", "1.15"]);
    // 1 kg : 8 kg gives 1.00 and 8.00.
    check(&[&red, &blue], SplitBy::Weight, ["4.1", "1.4"]);
    // 10 : 20 gives 3.00 and 6.00.
    check(&[&red, &blue], SplitBy::Quantity, ["4.3", "1.3"]);
    // Without a weight it goes by quantity, and a negative weight is none at all.
    check(&[&red, &weigh(blue.clone(), None)], SplitBy::Weight, ["4.3", "1.3"]);
    check(&[&red, &weigh(blue.clone(), Some(-5))], SplitBy::Weight, ["4.9", "1"]);
    // Values in two currencies cannot be held against each other.
    let dollars = Purchase { currency: usd(), ..blue.clone() };
    let layers = layers(&[red.clone(), dollars], &[freight("PO-1", 9_00, SplitBy::Value)]);
    let costs: Vec<(Currency, String)> =
        layers[1].unit.iter().map(|one| (one.currency, one.cost.to_decimal_text())).collect();
    assert_eq!(costs, [(Currency::EUR, "0.3".to_owned()), (usd(), "1".to_owned())]);
}

#[test]
fn recoverable_vat_is_taken_out_of_purchases_and_bills() {
    let rule = |source, rate: &str, from: Option<&str>| InputVatRule {
        source,
        rate: Decimal::parse(rate).unwrap(),
        from: from.map(day),
        platform: None,
        currency: None,
        country: None,
    };
    let rules = [
        rule(VatSource::Purchases, "20", Some("2026-01-02")),
        rule(VatSource::LandedCosts, "25", None),
    ];
    let bought = [
        (1, purchase("PO-1", "2026-01-01", "MUG", 4, "12")),
        (2, purchase("PO-2", "2026-01-02", "MUG", 4, "12")),
    ];
    let landed = [freight("PO-2", 5_00, SplitBy::Value)];
    let layers = land(&bought, &landed, InputVat::new(&rules, true)).unwrap();
    let texts: Vec<String> =
        layers.iter().map(|layer| layer.unit[0].cost.to_decimal_text()).collect();
    // 12 × 100 / 120 = 10; 5.00 × 100 / 125 = 4.00, 1.00 a unit.
    assert_eq!(texts, ["12", "11"]);
}

/// The day, the units and the unit cost in cents.
type Receipt = (i32, i64, i64);
/// The day and the units; days later, and units that come back.
type Sale = (i32, i64, Option<(i32, i64)>);

/// Receipts, then sales with what comes back of each.
fn events() -> impl Strategy<Value = (Vec<Receipt>, Vec<Sale>)> {
    let receipts = proptest::collection::vec((0_i32..40, 1_i64..30, 0_i64..2_000), 0..6);
    let back = proptest::option::of((0_i32..20, 1_i64..12));
    let sales = proptest::collection::vec((0_i32..40, 1_i64..12, back), 0..12);
    (receipts, sales)
}

fn build(receipts: &[Receipt], sales: &[Sale]) -> (Vec<Layer>, Vec<PlacedMove<'static>>) {
    let first = day("2026-01-01");
    let receipt = |(number, (on, quantity, cents)): (usize, &Receipt)| Purchase {
        received: first.plus(*on),
        unit_cost: Decimal::from_minor(*cents, 2),
        ..purchase(&format!("PO-{number}"), "2026-01-01", "MUG", *quantity, "1")
    };
    let bought: Vec<Purchase> = receipts.iter().enumerate().map(receipt).collect();
    let bills: Vec<LandedCost> = (0..receipts.len())
        .map(|number| freight(&format!("PO-{number}"), 1_00, SplitBy::Value))
        .collect();
    let mut moves = Vec::new();
    for (number, (on, units, returned)) in sales.iter().enumerate() {
        let order = number as i64 + 1;
        let at = |on: i32| first.plus(on).to_string();
        moves.push(sold(order, &at(*on), *units));
        if let Some((later, returned)) = returned {
            moves.push(back(order, &at(on + later), *returned.min(units)));
        }
    }
    // Each order by a name of its own, as orders have.
    for one in &mut moves {
        one.external_id = NAMES[(one.order.0 as usize) % NAMES.len()];
    }
    (layers(&bought, &bills), moves)
}

const NAMES: [&str; 13] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"];

fn value(layer: &Layer, units: i64) -> Fraction {
    let zero = Fraction::from_decimal(Decimal::ZERO);
    layer.unit.iter().fold(zero, |sum, one| sum.plus(&one.cost.of_units(units)))
}

proptest! {
    #[test]
    fn units_and_value_are_neither_made_nor_lost((receipts, sales) in events()) {
        let (layers, moves) = build(&receipts, &sales);
        for method in [CostMethod::Fifo, CostMethod::Average] {
            let folded = fold(method, &layers, &moves).unwrap();
            let zero = Fraction::from_decimal(Decimal::ZERO);
            let (mut out, mut worth_out) = (0, zero.clone());
            for (key, leaf) in &folded.lines {
                let taken: i64 = leaf.draws.iter().map(|draw| draw.units).sum();
                prop_assert!(taken <= leaf.units, "no line draws more than it sold");
                let mut back: i64 = moves
                    .iter()
                    .filter(|one| (one.order, one.moved.line) == *key && one.moved.part > 0)
                    .map(|one| one.moved.units)
                    .sum();
                // Uncovered units come back first, then the draws from their end.
                back -= back.min(leaf.units - taken);
                for draw in leaf.draws.iter().rev() {
                    let kept = draw.units - back.min(draw.units);
                    back -= back.min(draw.units);
                    out += kept;
                    for one in &draw.unit {
                        worth_out = worth_out.plus(&one.cost.of_units(kept));
                    }
                }
            }
            let received: i64 = layers.iter().map(|layer| layer.quantity).sum();
            let left: i64 = folded.left.iter().sum();
            prop_assert_eq!(out + left, received, "units, {:?}", method);
            let worth_in =
                layers.iter().fold(zero.clone(), |sum, one| sum.plus(&value(one, one.quantity)));
            let worth_left = match method {
                CostMethod::Average => {
                    folded.pool.iter().fold(zero.clone(), |sum, one| sum.plus(&one.cost))
                }
                _ => layers.iter().zip(&folded.left).fold(zero.clone(), |sum, (one, left)| {
                    sum.plus(&value(one, *left))
                }),
            };
            let worth = worth_out.plus(&worth_left);
            // A receipt enters the pool with twelve digits.
            let digits = if method == CostMethod::Average { 9 } else { 12 };
            prop_assert_eq!(worth.to_scaled(digits), worth_in.to_scaled(digits), "{:?}", method);
        }
    }

    #[test]
    fn the_order_of_arrival_does_not_matter((receipts, sales) in events(), turn in 0_usize..30) {
        let (layers, moves) = build(&receipts, &sales);
        let (mut turned, mut shuffled) = (layers.clone(), moves.clone());
        if !turned.is_empty() {
            let by = turn % turned.len();
            turned.rotate_left(by);
        }
        shuffled.reverse();
        if !shuffled.is_empty() {
            let by = turn % shuffled.len();
            shuffled.rotate_left(by);
        }
        for method in [CostMethod::Fifo, CostMethod::Average] {
            let one = fold(method, &layers, &moves).unwrap();
            let other = fold(method, &turned, &shuffled).unwrap();
            prop_assert_eq!(one.lines, other.lines);
            prop_assert_eq!(one.pool, other.pool);
        }
    }

    #[test]
    fn fifo_and_average_cover_the_same_units((receipts, sales) in events()) {
        let (layers, moves) = build(&receipts, &sales);
        let units = |method| {
            let folded = fold(method, &layers, &moves).unwrap();
            let count = |leaf: &LeafDraws| leaf.draws.iter().map(|draw| draw.units).sum::<i64>();
            (folded.lines.values().map(count).collect::<Vec<_>>(), folded.left)
        };
        prop_assert_eq!(units(CostMethod::Fifo), units(CostMethod::Average));
    }
}
