//! Platforms' own exports from the file to the report, each with figures worked out by hand.

mod ebay;
mod etsy;
mod standin;
mod woocommerce;

use serde_json::Value;

use crate::kit::shop::Shop;

/// Every figure of every order, what no order bears, and all payouts.
struct Figures {
    by_order: Value,
    reconcile: Value,
}

/// Takes fixtures of a platform in, one after the other, into the store `shop`.
fn import(shop: &Shop, slug: &str, names: &[&str]) {
    for name in names {
        let path = format!("{}/tests/fixtures/{slug}/{name}", env!("CARGO_MANIFEST_DIR"));
        let said = shop.run(&["import", &path, "--store", "shop", "--json"]);
        assert_eq!(said.code, 0, "{name}: {} {}", said.out, said.err);
    }
}

fn figures(shop: &Shop) -> Figures {
    let by_order = shop.report(&["--by", "order", "--from", "2026-03-01", "--to", "2026-04-30"]);
    let reconcile = shop.run(&["report", "reconcile", "--json"]).json();
    assert_eq!(shop.run(&["verify"]).code, 0);
    Figures { by_order, reconcile }
}

/// The files in every rotation, forwards and backwards, each time twice, come to the same figures.
fn check_permutations(slug: &str, costs: &str, files: &[&str], expected: &Figures) {
    for turn in 0..files.len() {
        let mut names = files.to_vec();
        names.rotate_left(turn);
        let mut backwards = names.clone();
        backwards.reverse();
        for order in [names, backwards] {
            let shop = Shop::new();
            import(&shop, slug, &order);
            shop.import("costs.csv", costs);
            import(&shop, slug, &order);
            let found = figures(&shop);
            assert_eq!(found.by_order, expected.by_order, "{order:?}");
            assert_eq!(found.reconcile, expected.reconcile, "{order:?}");
        }
    }
}
