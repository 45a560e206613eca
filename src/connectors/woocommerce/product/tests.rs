//! One made-up product at a time through the mapping.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::*;

fn mug() -> Value {
    json!({
        "id": 5, "name": "Mug <b>&amp; co</b>", "sku": "MUG", "type": "simple",
        "status": "publish", "price": "9.90", "regular_price": "12", "manage_stock": true,
        "stock_quantity": 7, "weight": "0.35", "attributes": [], "variations": [],
        "global_unique_id": "4006381333931", "short_description": "marker",
        "cost_of_goods_sold": {"values": [], "total_value": 3.25}
    })
}

fn with(changes: &[(&str, Value)]) -> Value {
    let mut product = mug();
    for (name, value) in changes {
        product[*name] = value.clone();
    }
    product
}

fn read_as(value: &Value, parent: Option<(u64, &str)>, weight: Option<&str>) -> (Document, Kind) {
    let text = RawValue::from_string(value.to_string()).unwrap();
    let id = value["id"].as_u64().unwrap_or(0);
    let units = Units { currency: Currency::parse("EUR").ok(), weight };
    read(&Item { id, text }, parent, units)
}

fn listing(document: &Document) -> &Listing {
    let found = document.records.iter().find_map(|record| match record {
        Record::Listing(listing) => Some(listing),
        _ => None,
    });
    found.unwrap()
}

fn level(document: &Document) -> Option<(String, i64)> {
    document.records.iter().find_map(|record| match record {
        Record::Stock(level) => Some((level.sku.clone(), level.quantity)),
        _ => None,
    })
}

#[test]
fn a_simple_product_is_its_own_unit() {
    let (document, kind) = read_as(&mug(), None, Some("kg"));
    assert!(matches!(kind, Kind::Sold));
    let found = listing(&document);
    assert_eq!((found.key.as_str(), found.sku.as_deref()), ("5", Some("MUG")));
    assert_eq!(found.title.as_deref(), Some("Mug & co"));
    assert_eq!(found.product.as_deref(), Some("5"));
    assert_eq!(found.barcode.as_deref(), Some("4006381333931"));
    assert_eq!(found.price.map(|price| price.minor), Some(990));
    assert_eq!((found.weight_grams, found.status.as_deref()), (Some(350), Some("publish")));
    assert_eq!(level(&document), Some(("MUG".to_owned(), 7)));
    let cost = document.records.iter().find_map(|record| match record {
        Record::ListedCost(cost) => Some(cost.unit_cost),
        _ => None,
    });
    assert_eq!(cost, Decimal::parse("3.25").ok());
    assert!(document.problems.is_empty());
    let raw = String::from_utf8(document.raw.unwrap().bytes).unwrap();
    assert!(raw.contains("MUG") && !raw.contains("marker"), "{raw}");
}

#[test]
fn a_variable_product_gives_way_to_its_variations() {
    let shirt = with(&[
        ("name", json!("Shirt")),
        ("type", json!("variable")),
        ("variations", json!([51, 52])),
        ("manage_stock", json!(false)),
        ("stock_quantity", Value::Null),
    ]);
    let (document, kind) = read_as(&shirt, None, None);
    assert!(document.records.is_empty());
    let Kind::Variable(Parent { name }) = kind else { panic!("not variable") };
    let size = json!([{"name": "Size", "option": "L"}, {"name": "Colour", "option": "blue"}]);
    let variation = with(&[("id", json!(51)), ("sku", json!("TS-L")), ("attributes", size)]);
    let (document, _) = read_as(&variation, Some((5, &name)), None);
    let found = listing(&document);
    assert_eq!(found.title.as_deref(), Some("Shirt, L, blue"));
    assert_eq!((found.key.as_str(), found.product.as_deref()), ("51", Some("5")));
    assert_eq!(found.weight_grams, None, "in an unknown unit");
}

#[test]
fn stock_is_counted_where_the_shop_keeps_it() {
    for (changes, expected, n_problems, why) in [
        (vec![], Some(7), 0, "kept"),
        (vec![("stock_quantity", json!("12"))], Some(12), 0, "as text"),
        (vec![("stock_quantity", json!(-3))], Some(-3), 0, "sold more than there was"),
        (vec![("stock_quantity", json!("4.0"))], Some(4), 0, "whole all the same"),
        (vec![("manage_stock", json!(false))], None, 0, "not kept: unknown, not zero"),
        (vec![("manage_stock", json!("parent"))], None, 0, "the parent's"),
        (vec![("stock_quantity", Value::Null)], None, 0, "nothing told"),
        (vec![("stock_quantity", json!(16.5))], None, 1, "half a unit"),
        (vec![("sku", json!(""))], None, 1, "nothing to count it under"),
    ] {
        let (document, _) = read_as(&with(&changes), None, None);
        let found = level(&document).map(|(_, quantity)| quantity);
        assert_eq!((found, document.problems.len()), (expected, n_problems), "{why}");
    }
    let parent = with(&[("type", json!("variable")), ("variations", json!([51]))]);
    let (document, _) = read_as(&parent, None, None);
    assert_eq!(level(&document), Some(("MUG".to_owned(), 7)), "kept at the parent");
}

#[test]
fn weights_are_grams_whatever_the_shop_weighs_in() {
    for (unit, weight, expected) in [
        ("kg", "0.35", Some(350)),
        ("g", "350", Some(350)),
        ("lbs", "1", Some(454)),
        ("oz", "2", Some(57)),
        ("kg", "", None),
        ("stone", "1", None),
        ("kg", "heavy", None),
    ] {
        let (document, _) = read_as(&with(&[("weight", json!(weight))]), None, Some(unit));
        assert_eq!(listing(&document).weight_grams, expected, "{weight} {unit}");
        let is_told = !weight.is_empty() && expected.is_none();
        assert_eq!(document.problems.len(), usize::from(is_told), "{weight} {unit}");
    }
}

#[test]
fn what_is_no_product_or_no_price_is_told() {
    for product in [json!({"name": "no id"}), json!({"id": 5, "attributes": 7})] {
        let (document, _) = read_as(&product, None, None);
        assert_eq!((document.records.len(), document.problems.len()), (0, 1), "{product}");
    }
    let (document, _) = read_as(&with(&[("price", json!("ask"))]), None, None);
    assert_eq!((listing(&document).price, document.problems.len()), (None, 1));
    let (document, _) = read_as(&with(&[("price", json!(""))]), None, None);
    assert_eq!((listing(&document).price, document.problems.len()), (None, 0));
    let none = json!({"total_value": 0});
    let (document, _) = read_as(&with(&[("cost_of_goods_sold", none)]), None, None);
    assert_eq!(document.records.len(), 2, "a cost of nothing is none");
}

#[test]
fn each_listing_has_its_address_and_says_whether_the_shop_stops_at_nothing() {
    for (changes, parent, channel_id, counted_at, stocked) in [
        (vec![("backorders", json!("no"))], None, "5", None, Stocked::Counted),
        (vec![("backorders", json!("notify"))], None, "5", None, Stocked::Oversold),
        (vec![("manage_stock", json!(false))], None, "5", None, Stocked::Uncounted),
        (vec![], None, "5", None, Stocked::Unknown),
        (vec![("backorders", json!("no"))], Some(4), "4/5", None, Stocked::Counted),
        (
            vec![("manage_stock", json!("parent")), ("backorders", json!("no"))],
            Some(4),
            "4/5",
            Some("4"),
            Stocked::Counted,
        ),
    ] {
        let (document, _) = read_as(&with(&changes), parent.map(|id| (id, "Shirt")), None);
        let found = listing(&document);
        assert_eq!(found.channel_id.as_deref(), Some(channel_id), "{changes:?}");
        assert_eq!((found.counted_at.as_deref(), found.stocked), (counted_at, stocked));
        let at = document.records.iter().find_map(|record| match record {
            Record::Stock(level) => level.listing.clone(),
            _ => None,
        });
        let is_own = counted_at.is_none() && stocked != Stocked::Uncounted;
        assert_eq!(at, is_own.then(|| (channel_id.to_owned(), String::new())), "{changes:?}");
    }
    // What the variations share stands at the product, under the address that they name.
    let parent = with(&[("type", json!("variable")), ("variations", json!([51]))]);
    let (document, _) = read_as(&parent, None, None);
    let Record::Stock(level) = &document.records[0] else { panic!("{document:?}") };
    assert_eq!(level.listing, Some(("5".to_owned(), String::new())));
}
