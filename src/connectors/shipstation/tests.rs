//! A made-up export through the reader: costs added up, voids and returns told, nothing personal.

use super::shipments::{FIELDS, column, read, recognises};
use crate::base::{Currency, Money, Zone};
use crate::connectors::contract::{Found, Head, Match, ReadCtx, Refusal, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::domain::record::{Label, Record};

const FILE: &str = include_str!("../../../tests/fixtures/shipstation/shipments.csv");

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

fn found(text: &str, currency: Option<Currency>) -> Result<Vec<Found>, FileFault> {
    let zone = Zone::parse("America/New_York").unwrap();
    let ctx = ReadCtx { currency, zone, store: Some("shop".to_owned()) };
    let mut found = Vec::new();
    read(&mut text.as_bytes(), &ctx, &mut |one| {
        found.push(one);
        Ok(())
    })?;
    Ok(found)
}

fn labels(found: &[Found]) -> Vec<&Label> {
    let mut labels = Vec::new();
    for one in found {
        if let Found::Records { records, .. } = one {
            labels.extend(records.iter().map(|record| match record {
                Record::Label(label) => label.as_ref(),
                other => panic!("{other:?}"),
            }));
        }
    }
    labels
}

fn refusals(found: &[Found]) -> Vec<&Refusal> {
    found
        .iter()
        .filter_map(|one| if let Found::Refused(it) = one { Some(it) } else { None })
        .collect()
}

fn notices(found: &[Found]) -> Vec<(u64, &str)> {
    found
        .iter()
        .filter_map(|one| match one {
            Found::Notice { row, what } => Some((*row, what.as_str())),
            _ => None,
        })
        .collect()
}

#[test]
fn a_fields_number_is_its_place_in_the_list() {
    for (place, name) in [
        (column::COST, "carrier fee"),
        (column::CREATED, "create date"),
        (column::TRACKING, "tracking number"),
        (column::STORE, "store name"),
        (column::SERVICE, "service"),
        (column::VOID_DAY, "void date"),
        (column::RETURN, "is return label"),
        (column::CURRENCY, "currency"),
    ] {
        assert_eq!(FIELDS[place].names[0], name);
    }
}

#[test]
fn a_row_is_a_label_with_its_insurance() {
    let found = found(FILE, Some(usd())).unwrap();
    let labels = labels(&found);
    let first = labels[0];
    // 7.85 + 0.90; four in the afternoon in New York.
    assert_eq!(first.cost, Money::new(8_75, usd()));
    assert_eq!(first.at.to_string(), "2026-03-06T21:15:00Z");
    assert_eq!((first.order.as_str(), first.key.as_str()), ("#2001", "1Z0001"));
    assert_eq!(first.store.as_deref(), Some("shop"));
    assert_eq!(first.carrier.as_deref(), Some("UPS"));
    let told: Vec<(&str, i64, bool, bool)> = labels
        .iter()
        .map(|label| (label.key.as_str(), label.cost.minor, label.voided, label.is_return))
        .collect();
    let expected = [
        ("1Z0001", 8_75, false, false),
        ("9400001", 4_10, false, false),
        ("9400002", 8_00, true, false),
        ("9400003", 6_25, false, true),
        ("9400005", 2_50, false, false),
        ("#2007/2026-03-22T04:00:00Z", 1_10, false, false),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_parcel_without_a_cost_is_told_and_makes_no_label() {
    let found = found(FILE, Some(usd())).unwrap();
    let notices = notices(&found);
    assert_eq!(notices.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [5, 6]);
    assert!(notices[0].1.contains("FedEx Home") && notices[0].1.contains("missing"));
    assert!(notices[1].1.contains("without a label"));
}

#[test]
fn what_cannot_be_read_is_refused_by_column_and_keeps_nobodys_name() {
    let found = found(FILE, Some(usd())).unwrap();
    let told: Vec<(u64, &str)> =
        refusals(&found).iter().map(|it| (it.row, it.column.as_str())).collect();
    assert_eq!(told, [(8, "ship date"), (9, "tracking number")]);
    assert!(refusals(&found).iter().all(|it| !it.raw.contains("Person")));
    let column = Found::Unknown { row: 1, kind: UnknownKind::Column, name: "Box Colour".into() };
    assert!(found.contains(&column));
}

#[test]
fn a_file_without_a_currency_or_a_day_is_refused_whole() {
    assert!(found(FILE, None).unwrap_err().to_string().contains("--currency"));
    let text = "Order #,Shipping Cost,Tracking #\n1,2.00,T\n";
    assert!(found(text, Some(usd())).unwrap_err().to_string().contains("Ship Date"));
    assert_eq!(recognises(&Head::of_text(text, "a")), Match::No);
}

#[test]
fn a_rows_own_currency_counts_and_a_strange_one_is_told() {
    let text = "Order #,Label Cost,Ship Date,Carrier,Currency\n1,2.00,3/1/2026,DHL,EUR\n\
                2,2.00,3/1/2026,DHL,XQX\n3,-2.00,3/1/2026,DHL,EUR\n";
    assert_eq!(recognises(&Head::of_text(text, "a")), Match::Yes);
    let found = found(text, Some(usd())).unwrap();
    assert_eq!(labels(&found)[0].cost.currency.code(), "EUR");
    let unknown = Found::Unknown { row: 3, kind: UnknownKind::Currency, name: "XQX".into() };
    assert!(found.contains(&unknown));
    let told: Vec<&str> = refusals(&found).iter().map(|it| it.column.as_str()).collect();
    assert_eq!(told, ["currency", "carrier fee"]);
}

#[test]
fn a_parcel_with_two_orders_is_counted_once_and_told() {
    let text = "Order #,Label Cost,Ship Date,Tracking #\n1,2.00,3/1/2026,T\n2,2.00,3/1/2026,T\n";
    let found = found(text, Some(usd())).unwrap();
    assert_eq!(notices(&found).len(), 1);
    assert!(labels(&found).iter().all(|label| label.key == "T"));
}

#[test]
fn a_plain_list_of_orders_and_costs_is_only_perhaps_one() {
    let head = Head::of_text("Order #,Shipping Cost,Ship Date\n1,2,3/1/2026\n", "a");
    assert_eq!(recognises(&head), Match::Perhaps);
}
