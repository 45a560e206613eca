//! A made-up export through the reader, and the one that is at hand.

use super::*;
use crate::base::Zone;
use crate::connectors::tests::find_sample;

const FILE: &str = include_str!("../../../../tests/fixtures/shopify/payouts.csv");

fn found(text: &str) -> Vec<Found> {
    let ctx = ReadCtx { currency: None, zone: Zone::utc(), store: Some("shop".to_owned()) };
    let mut found = Vec::new();
    read(&mut text.as_bytes(), &ctx, &mut |one| {
        found.push(one);
        Ok(())
    })
    .unwrap();
    found
}

fn payouts(found: &[Found]) -> Vec<&Payout> {
    found
        .iter()
        .filter_map(|one| match one {
            Found::Records { records, .. } => records.first(),
            _ => None,
        })
        .map(|record| match record {
            Record::Payout(payout) => payout,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn a_payouts_parts_add_up_to_what_it_states() {
    let found = found(FILE);
    let payouts = payouts(&found);
    let told: Vec<(&str, i64, Option<String>)> = payouts
        .iter()
        .map(|it| (it.id.as_str(), it.stated_minor, it.deposited.map(|day| day.to_string())))
        .collect();
    let expected = [
        ("Shopify Payments payout of 2026-03-05", 74_96, Some("2026-03-05".to_owned())),
        ("Shopify Payments payout of 2026-03-11", -10_60, Some("2026-03-11".to_owned())),
        ("Shopify Payments payout of 2026-03-23", -45_00, None),
        ("Shopify Payments payout of 2026-03-23/2", 29_50, None),
    ];
    assert_eq!(told, expected);
    for payout in &payouts {
        let sum: i64 = payout.parts.iter().map(|part| part.amount_minor).sum();
        assert_eq!(sum, payout.stated_minor);
    }
}

#[test]
fn a_new_column_is_told_and_may_hold_the_rest() {
    let found = found(FILE);
    let column = Found::Unknown { row: 1, kind: UnknownKind::Column, name: "Advances".to_owned() };
    assert_eq!(found[0], column);
    let rest = payouts(&found)[3].parts.last().unwrap();
    assert_eq!(
        (rest.kind.as_str(), rest.amount_minor, rest.unclassified),
        ("advances", 20_00, true)
    );
    let refused = found.iter().find_map(|one| match one {
        Found::Refused(refusal) => Some((refusal.row, refusal.column.as_str())),
        _ => None,
    });
    // 10.00 − 0.50 are not 10.00.
    assert_eq!(refused, Some((6, "total")));
}

#[test]
fn the_export_at_hand_ties_out() {
    let Some(bytes) = find_sample("shopify/samples/payouts_export-synthetic.csv") else { return };
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(recognises(&Head::of_text(&text, "a")), Match::Yes);
    let found = found(&text);
    assert_eq!(found.len(), 3);
    let stated: Vec<i64> = payouts(&found).iter().map(|payout| payout.stated_minor).collect();
    assert_eq!(stated, [416_65, 108_78, -19_58]);
}
