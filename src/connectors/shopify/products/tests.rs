//! Made-up exports in each header through the reader, and the one that is at hand.

use super::*;
use crate::base::Zone;
use crate::connectors::contract::Refusal;
use crate::connectors::tests::find_sample;

const CLASSIC: &str = include_str!("../../../../tests/fixtures/shopify/products-classic.csv");
const TEMPLATE: &str = include_str!("../../../../tests/fixtures/shopify/products-2024.csv");
const PLACES: &str = include_str!("../../../../tests/fixtures/shopify/products-places.csv");

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn found(text: &str, currency: Option<Currency>) -> Vec<Found> {
    let ctx = ReadCtx { currency, zone: Zone::utc(), store: Some("shop".to_owned()) };
    let mut found = Vec::new();
    read(&mut text.as_bytes(), &ctx, &mut |one| {
        found.push(one);
        Ok(())
    })
    .unwrap();
    found
}

fn records(found: &[Found]) -> impl Iterator<Item = &Record> {
    found.iter().flat_map(|one| match one {
        Found::Records { records, .. } => records.as_slice(),
        _ => &[],
    })
}

fn listings(found: &[Found]) -> Vec<&Listing> {
    records(found)
        .filter_map(|record| match record {
            Record::Listing(listing) => Some(listing.as_ref()),
            _ => None,
        })
        .collect()
}

/// SKU and cost.
fn costs(found: &[Found]) -> Vec<(&str, String)> {
    records(found)
        .filter_map(|record| match record {
            Record::ListedCost(cost) => Some((cost.sku.as_str(), cost.unit_cost.to_string())),
            _ => None,
        })
        .collect()
}

/// SKU, place, units.
fn stock(found: &[Found]) -> Vec<(&str, &str, i64)> {
    records(found)
        .filter_map(|record| match record {
            Record::Stock(it) => Some((it.sku.as_str(), it.location.as_str(), it.quantity)),
            _ => None,
        })
        .collect()
}

fn refusals(found: &[Found]) -> Vec<&Refusal> {
    found
        .iter()
        .filter_map(|one| if let Found::Refused(it) = one { Some(it) } else { None })
        .collect()
}

#[test]
fn each_variant_is_a_listing_under_its_products_name() {
    let found = found(CLASSIC, Some(eur()));
    let listings = listings(&found);
    let told: Vec<(&str, &str)> = listings
        .iter()
        .map(|listing| (listing.key.as_str(), listing.title.as_deref().unwrap()))
        .collect();
    let expected = [
        ("CAP-R-M", "Wool Cap, Red, M"),
        ("CAP-B-M", "Wool Cap, Blue, M"),
        ("0042", "Stamp"),
        ("bare/Default Title", "Bare Box"),
    ];
    assert_eq!(told, expected);
    let first = listings[0];
    assert_eq!(first.price, Some(Money::new(24_00, eur())));
    assert_eq!(first.barcode.as_deref(), Some("0401234567890"));
    // 120.5 g, half to even.
    assert_eq!(first.weight_grams, Some(120));
    assert_eq!(
        (first.product.as_deref(), first.status.as_deref()),
        (Some("wool-cap"), Some("active"))
    );
    assert_eq!(listings[1].status.as_deref(), Some("active"));
    assert_eq!(listings[2].status.as_deref(), Some("draft"));
}

#[test]
fn a_cost_and_the_units_go_to_the_sku() {
    let found = found(CLASSIC, Some(eur()));
    assert_eq!(costs(&found), [("CAP-R-M", "7.35".to_owned()), ("CAP-B-M", "7.35".to_owned())]);
    // The stamp is not counted by Shopify, the box has no SKU.
    assert_eq!(stock(&found), [("CAP-R-M", "Shopify", 8), ("CAP-B-M", "Shopify", -1)]);
    let notice = found
        .iter()
        .any(|one| matches!(one, Found::Notice { row: 7, what } if what.contains("Bare Box")));
    assert!(notice, "{found:?}");
}

#[test]
fn what_is_not_known_is_told_and_what_cannot_be_read_is_refused() {
    let found = found(CLASSIC, Some(eur()));
    let unknown: Vec<(u64, UnknownKind, &str)> = found
        .iter()
        .filter_map(|one| match one {
            Found::Unknown { row, kind, name } => Some((*row, *kind, name.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(unknown, [(7, UnknownKind::Status, "hidden")]);
    let told: Vec<(u64, &str)> =
        refusals(&found).iter().map(|it| (it.row, it.column.as_str())).collect();
    assert_eq!(told, [(8, "handle"), (9, "variant price")]);
    let odd = super::tests::found("Handle,Title,SKU,Price,Colour code\na,A,S,1,x\n", None);
    let column = Found::Unknown { row: 1, kind: UnknownKind::Column, name: "Colour code".into() };
    assert!(odd.contains(&column));
}

#[test]
fn without_a_currency_there_is_neither_price_nor_cost_and_it_is_said() {
    let found = found(CLASSIC, None);
    assert!(listings(&found).iter().all(|listing| listing.price.is_none()));
    assert!(costs(&found).is_empty());
    assert!(matches!(&found[0], Found::Notice { what, .. } if what.contains("--currency")));
}

#[test]
fn the_template_of_2024_and_columns_of_places_are_read_alike() {
    let template = found(TEMPLATE, Some(eur()));
    assert_eq!(costs(&template), [("PEN-1", "0.415".to_owned())]);
    assert_eq!(stock(&template), [("PEN-1", "Shopify", 140)]);
    assert_eq!(listings(&template)[0].weight_grams, Some(9));
    assert_eq!(listings(&template)[0].status.as_deref(), Some("active"));
    let places = found(PLACES, Some(eur()));
    assert_eq!(stock(&places), [("PEN-2", "Berlin", 4)]);
}

#[test]
fn the_sample_at_hand_is_read_as_counted_by_hand() {
    let Some(bytes) = find_sample("shopify/samples/products_export-classic-header-synthetic.csv")
    else {
        return;
    };
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(recognises(&Head::of_text(&text, "a")), Match::Yes);
    let found = found(&text, Some(eur()));
    assert!(refusals(&found).is_empty());
    assert!(!found.iter().any(|one| matches!(one, Found::Unknown { .. })), "{found:?}");
    let listings = listings(&found);
    assert_eq!(listings.len(), 6);
    // 4 × 49.00 + 12.50 + 25.00.
    let sum: i64 = listings.iter().filter_map(|listing| listing.price).map(|it| it.minor).sum();
    assert_eq!(sum, 233_50);
    assert_eq!(costs(&found).len(), 5);
    let units: i64 = stock(&found).iter().map(|(.., units)| units).sum();
    assert_eq!(units, 12 - 2 + 7 + 40);
    assert_eq!(listings[0].barcode.as_deref(), Some("07045945"));
}
