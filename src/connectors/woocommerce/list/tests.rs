//! Lists that move while they are read, and shops that cannot make a page.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::connectors::contract::{Cursor, Document, Problem};
use crate::connectors::woocommerce::testing::{FakeShop, Goods, Weather, drain, orders, stage};

fn shop_of(n_orders: u64) -> FakeShop {
    FakeShop::new(Goods { orders: orders(n_orders), ..Goods::default() })
}

fn keys(documents: &[Document]) -> BTreeSet<String> {
    documents.iter().map(|document| document.key.clone()).collect()
}

fn all(range: std::ops::Range<u64>) -> BTreeSet<String> {
    range.map(|id| id.to_string()).collect()
}

#[test]
fn a_long_list_is_read_to_its_end_with_and_without_a_total() {
    for hides_totals in [false, true] {
        for n_orders in [0, 1, 99, 100, 101, 250] {
            let shop = shop_of(n_orders);
            shop.change(|goods| goods.hides_totals = hides_totals);
            let (documents, _) = drain(&stage(), &shop, "orders", Cursor::start()).unwrap();
            assert_eq!(keys(&documents), all(100..100 + n_orders), "{n_orders} {hides_totals}");
        }
    }
}

#[test]
fn rows_that_move_up_while_the_list_is_read_are_not_lost() {
    let (stage, shop) = (stage(), shop_of(350));
    let mut cursor = Cursor::start();
    let mut documents = Vec::new();
    for turn in 0..20 {
        let ctx = stage.ctx(&crate::connectors::woocommerce::CONNECTOR, &shop);
        let page = {
            use crate::connectors::contract::Api;
            let api = &crate::connectors::woocommerce::CONNECTOR;
            api.pull(&ctx, api.spec().find_stream("orders").unwrap(), &cursor).unwrap()
        };
        documents.extend(page.documents);
        cursor = page.next;
        if !page.more {
            break;
        }
        // Each time, forty of the first ones go into the trash.
        if turn < 2 {
            shop.change(|goods| {
                let listed = goods.orders.iter_mut().filter(|order| order["status"] != "trash");
                listed.take(40).for_each(|order| order["status"] = "trash".into());
            });
        }
    }
    let found = keys(&documents);
    assert!(all(180..450).is_subset(&found), "{:?}", all(180..450).difference(&found));
}

#[test]
fn what_a_shop_cannot_make_at_once_is_asked_for_in_smaller_parts() {
    let (stage, shop) = (stage(), shop_of(120));
    shop.forecast(|_, url| match url.contains("per_page=100") || url.contains("per_page=50&") {
        true => Weather::Status(500, Vec::new(), "Allowed memory size exhausted".to_owned()),
        false => Weather::Fair,
    });
    let (documents, _) = drain(&stage, &shop, "orders", Cursor::start()).unwrap();
    assert_eq!(keys(&documents), all(100..220));
    let asked = shop.take_asked();
    let n_too_large = asked.iter().filter(|url| !url.contains("per_page=20&")).count();
    assert!(n_too_large <= 6, "the size that works is remembered: {n_too_large}");
}

#[test]
fn one_thing_at_which_the_shop_fails_is_told_and_the_others_come() {
    let (stage, shop) = (stage(), shop_of(30));
    // The order at place 17 ends PHP, whatever is asked for with it.
    shop.forecast(|_, url| {
        let number = |name: &str| {
            let rest = url.split_once(&format!("{name}="))?.1;
            rest.split('&').next()?.parse::<u64>().ok()
        };
        match number("offset").zip(number("per_page")) {
            Some((offset, size)) if (offset..offset + size).contains(&17) => {
                Weather::Status(500, Vec::new(), String::new())
            }
            _ => Weather::Fair,
        }
    });
    let (documents, _) = drain(&stage, &shop, "orders", Cursor::start()).unwrap();
    let found = keys(&documents);
    assert!(all(100..117).is_subset(&found) && all(118..130).is_subset(&found), "{found:?}");
    assert!(!found.contains("117"));
    let told = documents.iter().flat_map(|document| &document.problems);
    assert!(told.into_iter().any(|problem| matches!(
        problem,
        Problem::Unread { path, .. } if path == "orders[17]"
    )));
}

#[test]
fn a_shop_that_is_down_is_passed_over_in_no_place() {
    let (stage, shop) = (stage(), shop_of(30));
    shop.forecast(|_, _| Weather::Status(500, Vec::new(), String::new()));
    let fault = drain(&stage, &shop, "orders", Cursor::start()).unwrap_err();
    assert_eq!(fault.name(), "transient");
}

#[test]
fn one_outage_in_the_middle_of_a_list_loses_nothing() {
    static DOWN: AtomicBool = AtomicBool::new(false);
    let (stage, shop) = (stage(), shop_of(250));
    shop.forecast(|_, url| {
        match url.contains("offset=99&") && !DOWN.swap(true, Ordering::SeqCst) {
            true => Weather::Reset,
            false => Weather::Fair,
        }
    });
    let (documents, _) = drain(&stage, &shop, "orders", Cursor::start()).unwrap();
    assert_eq!(keys(&documents), all(100..350));
}
