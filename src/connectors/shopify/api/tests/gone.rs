//! What is deleted, closed or moved at Shopify is noticed when everything is read again.

use super::*;
use crate::domain::record::{Listing, StockLevel};

const DAY_S: i64 = 86_400;

fn levels(documents: &[Document]) -> Vec<(&str, &str, i64)> {
    let records = documents.iter().flat_map(|document| &document.records);
    let mut levels: Vec<(&str, &str, i64)> = records
        .filter_map(|record| match record {
            Record::Stock(StockLevel { sku, location, quantity, .. }) => {
                Some((sku.as_str(), location.as_str(), *quantity))
            }
            _ => None,
        })
        .collect();
    levels.sort_unstable();
    levels.dedup();
    levels
}

/// What is at each place at the end of two whole turns, the second after a change.
fn after(change: impl FnOnce(&Fake)) -> Vec<(String, String, i64)> {
    let (stage, fake) = (stage(), shop());
    fill(&fake);
    let (_, place) = drain(&stage, &fake, "stock", Cursor::start());
    change(&fake);
    stage.clock.advance_seconds(DAY_S);
    let (documents, place) = drain(&stage, &fake, "stock", place);
    let known = known_of(&documents);
    let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
    for (sku, location, quantity) in known.values().flatten().filter_map(|record| match record {
        Record::Stock(level) => Some((&level.sku, &level.location, level.quantity)),
        _ => None,
    }) {
        *sums.entry((sku.clone(), location.clone())).or_default() += quantity.abs();
    }
    // Once it is told, it is not told again.
    stage.clock.advance_seconds(DAY_S);
    let (again, _) = drain(&stage, &fake, "stock", place);
    assert!(again.iter().all(|document| !document.key.contains("no longer")), "{again:?}");
    sums.into_iter().map(|((sku, location), sum)| (sku, location, sum)).collect()
}

fn is_left(levels: &[(String, String, i64)], sku: &str, location: &str) -> Option<bool> {
    let found = levels.iter().find(|(of, at, _)| (of.as_str(), at.as_str()) == (sku, location));
    found.map(|(.., sum)| *sum > 0)
}

#[test]
fn of_an_item_that_is_no_longer_stocked_at_a_place_nothing_is_left_there() {
    let level = |node: &Value| node["location"] == "gid://shopify/Location/2";
    let left = after(|fake| {
        fake.levels.lock().unwrap().retain(|it| !(level(it) && it["item"]["sku"] == "CAP-2"));
    });
    assert_eq!(is_left(&left, "CAP-2", "Riga"), Some(false));
    assert_eq!(is_left(&left, "CAP-2", "Berlin"), Some(true));
    assert_eq!(is_left(&left, "CAP-1", "Riga"), Some(true));
    // It is there, but no longer stocked.
    let left = after(|fake| {
        let mut levels = fake.levels.lock().unwrap();
        let found = levels.iter_mut().find(|it| level(it) && it["item"]["sku"] == "CAP-2").unwrap();
        found["isActive"] = false.into();
        // Out of every window, as a list without what is not active leaves it out.
        found["updatedAt"] = "1999-01-01T00:00:00Z".into();
    });
    assert_eq!(is_left(&left, "CAP-2", "Riga"), Some(false));
}

#[test]
fn of_a_place_that_was_closed_or_has_another_name_nothing_is_left() {
    let closed = after(|fake| {
        fake.locations.lock().unwrap().retain(|place| place["name"] != "Riga");
    });
    assert_eq!(is_left(&closed, "CAP-1", "Riga"), Some(false));
    assert_eq!(is_left(&closed, "CAP-1", "Berlin"), Some(false), "its only place is the shop");
    assert_eq!(is_left(&closed, "CAP-1", "Shopify"), Some(true));
    let renamed = after(|fake| fake.locations.lock().unwrap()[1]["name"] = "Tartu".into());
    assert_eq!(is_left(&renamed, "CAP-1", "Riga"), Some(false));
    assert_eq!(is_left(&renamed, "CAP-1", "Tartu"), Some(true));
    let resold = after(|fake| {
        for level in fake.levels.lock().unwrap().iter_mut() {
            if level["item"]["sku"] == "CAP-2" {
                level["item"]["sku"] = "CAP-TWO".into();
            }
        }
    });
    assert_eq!(is_left(&resold, "CAP-2", "Berlin"), Some(false));
    assert_eq!(is_left(&resold, "CAP-TWO", "Berlin"), Some(true));
    let all = after(|fake| fake.locations.lock().unwrap().clear());
    assert_eq!(is_left(&all, "CAP-1", "Berlin"), Some(false));
}

#[test]
fn what_a_list_leaves_out_by_mistake_is_there_all_the_same() {
    let (stage, fake) = (stage(), shop());
    fill(&fake);
    let (first, place) = drain(&stage, &fake, "stock", Cursor::start());
    // The list's index lags behind: the level is there, but in no window.
    fake.levels.lock().unwrap()[0]["updatedAt"] = "1999-01-01T00:00:00Z".into();
    stage.clock.advance_seconds(DAY_S);
    let (again, _) = drain(&stage, &fake, "stock", place);
    assert_eq!(levels(&again), levels(&first));
}

#[test]
fn a_product_that_was_deleted_keeps_its_name_and_is_told_to_be_no_more() {
    let (stage, fake) = (stage(), shop());
    fill(&fake);
    let (_, place) = drain(&stage, &fake, "products", Cursor::start());
    {
        let mut variants = fake.variants.lock().unwrap();
        variants.remove(0);
        // Made anew under the same SKU: it is there.
        variants[0]["id"] = "gid://shopify/ProductVariant/77".into();
    }
    stage.clock.advance_seconds(DAY_S);
    let (documents, place) = drain(&stage, &fake, "products", place);
    let deleted: Vec<&Listing> = documents
        .iter()
        .flat_map(|document| &document.records)
        .filter_map(|record| match record {
            Record::Listing(listing) if listing.status.as_deref() == Some("deleted") => {
                Some(&**listing)
            }
            _ => None,
        })
        .collect();
    let [cap] = deleted.as_slice() else { panic!("{deleted:?}") };
    assert_eq!((cap.key.as_str(), cap.title.as_deref()), ("CAP-1", Some("Wool Cap, Red")));
    stage.clock.advance_seconds(DAY_S);
    let (documents, _) = drain(&stage, &fake, "products", place);
    assert!(documents.iter().all(|document| !document.key.contains("deleted")));
}

#[test]
fn an_order_that_was_deleted_is_told_and_stays_and_one_that_is_too_old_is_not_missed() {
    let (stage, fake) = (stage(), shop());
    let (first, place) = drain(&stage, &fake, "orders-again", Cursor::start());
    assert_eq!(known_of(&first).len(), 5);
    {
        let mut orders = fake.orders.lock().unwrap();
        orders.remove(1);
        // In no window, but there.
        orders[0]["createdAt"] = "1999-01-01T00:00:00Z".into();
    }
    stage.clock.advance_seconds(DAY_S);
    let (documents, place) = drain(&stage, &fake, "orders-again", place);
    let gone: Vec<&Document> =
        documents.iter().filter(|document| !document.problems.is_empty()).collect();
    let [gone] = gone.as_slice() else { panic!("{gone:?}") };
    assert!(gone.key == "5002" && gone.records.is_empty(), "{gone:?}");
    assert!(matches!(&gone.problems[..], [Problem::Doubt { what }] if what.contains("deleted")));
    assert_eq!(orders_of(&documents).len(), 4, "the one in no window was asked for by itself");
    // Sixty days later all are too old to be missed, be they there or not.
    fake.orders.lock().unwrap().clear();
    stage.clock.advance_seconds(61 * DAY_S);
    let (documents, _) = drain(&stage, &fake, "orders-again", place);
    assert!(documents.is_empty(), "{documents:?}");
}
