//! Recorded shops, replayed through the interface, come to their own totals.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::testing::{FakeShop, Goods, Weather, drain, stage};
use crate::connectors::contract::{Cursor, Document};
use crate::domain::record::{Order, Record};

/// The statuses that the shop's own report counts, unpaid ones among them.
const REPORTED: [&str; 4] = ["completed", "processing", "on-hold", "refunded"];

fn read_all(shop: &FakeShop, stream: &str) -> Vec<Document> {
    drain(&stage(), shop, stream, Cursor::start()).unwrap().0
}

fn list_orders(documents: &[Document]) -> Vec<&Order> {
    let known: BTreeMap<&str, &Order> = documents
        .iter()
        .flat_map(|document| &document.records)
        .filter_map(|record| match record {
            Record::Order(order) => Some((order.id.as_str(), order.as_ref())),
            _ => None,
        })
        .collect();
    known.into_values().collect()
}

/// The report's figures, made of what we understood; in minor units.
fn add_up(orders: &[&Order]) -> BTreeMap<&'static str, i64> {
    let (mut owed, mut tax, mut shipping, mut discount) = (0, 0, 0, 0);
    let (mut refunds, mut refunded_tax, mut refunded_shipping) = (0, 0, 0);
    for order in orders {
        let status = order.platform_status.as_deref().unwrap_or_default();
        if REPORTED.contains(&status) {
            owed += order.owed_minor();
            tax += order.lines.iter().filter_map(|line| line.tax_minor).sum::<i64>()
                + order.shipping.tax_minor.unwrap_or(0)
                + order.service_tax_minor;
            shipping += order.shipping.price_minor;
            discount += order.lines.iter().map(|line| line.discount_minor).sum::<i64>();
        }
        for refund in &order.refunds {
            let lines: i64 = refund.lines.iter().map(|it| it.amount_minor + it.tax_minor).sum();
            let own_tax =
                refund.shipping_tax_minor + refund.adjustment_tax_minor + refund.service_tax_minor;
            refunds += lines
                + refund.shipping_minor
                + refund.adjustment_minor
                + refund.service_minor
                + own_tax;
            refunded_tax += own_tax + refund.lines.iter().map(|it| it.tax_minor).sum::<i64>();
            refunded_shipping += refund.shipping_minor;
        }
    }
    let total = owed - refunds;
    let (tax, shipping) = (tax - refunded_tax, shipping - refunded_shipping);
    BTreeMap::from([
        ("total_sales", total),
        ("net_sales", total - tax - shipping),
        ("total_tax", tax),
        ("total_shipping", shipping),
        ("total_discount", discount),
        ("total_refunds", refunds),
    ])
}

fn list_stated(documents: &[Document], year: &str) -> BTreeMap<String, i64> {
    let records = documents.iter().flat_map(|document| &document.records);
    let stated = records.filter_map(|record| match record {
        Record::StatedTotal(total) => Some((total.name.clone(), total.amount.minor, total.from)),
        _ => None,
    });
    let of_year = stated.filter(|(.., from)| from.unwrap().to_string().starts_with(year));
    of_year.map(|(name, minor, _)| (name, minor)).collect()
}

fn check_replay(shop: &FakeShop, differences: &[(&str, i64)]) {
    let documents = read_all(shop, "orders");
    let problems: Vec<_> = documents.iter().flat_map(|document| &document.problems).collect();
    assert!(problems.is_empty(), "{problems:?}");
    let ours = add_up(&list_orders(&documents));
    let stated = list_stated(&read_all(shop, "totals"), "2026");
    assert_eq!(stated.len(), 6, "{stated:?}");
    for (name, theirs) in stated {
        let known = differences.iter().find(|(of, _)| *of == name).map_or(0, |one| one.1);
        assert_eq!(ours[name.as_str()] - theirs, known, "{name}");
    }
    let listed: BTreeSet<_> = read_all(shop, "products")
        .iter()
        .flat_map(|document| document.records.clone())
        .filter_map(|record| match record {
            Record::Listing(listing) => Some(listing.key),
            _ => None,
        })
        .collect();
    let goods = shop.goods.lock().unwrap();
    let n_variations: usize = goods.variations.values().map(Vec::len).sum();
    assert_eq!(listed.len(), goods.products.len() - goods.variations.len() + n_variations);
}

#[test]
fn our_own_recording_comes_to_the_shops_own_totals() {
    let text = include_str!("../../../tests/fixtures/woocommerce/recorded-shop.json");
    let exchanges: Vec<Value> = serde_json::from_str(text).unwrap();
    let shop = FakeShop::new(Goods::of_recording(&exchanges));
    check_replay(&shop, &[]);
    // In bad weather it comes to the same.
    shop.forecast(|number, _| match number % 3 {
        0 => Weather::Reset,
        1 => Weather::Repeated,
        _ => Weather::Shuffled,
    });
    check_replay(&shop, &[]);
    // What it holds by hand: 100.80 sold, 41.65 given back, 1.06 of fees on the orders.
    let documents = read_all(&shop, "orders");
    let orders = list_orders(&documents);
    let fees = orders.iter().flat_map(|order| &order.payments).filter_map(|paid| paid.fee);
    assert_eq!(fees.map(|fee| fee.minor).sum::<i64>(), 106);
    let refunded = orders.iter().find(|order| order.id == "205").unwrap();
    assert_eq!(refunded.refunds[0].lines[0].restocked, 3);
}

/// Real exchanges, which lie beside the project where they are at hand.
#[test]
fn a_real_shops_recording_comes_to_its_own_totals() {
    use crate::connectors::tests::find_sample;
    let names = ["orders-page-1", "orders-page-2", "products-page-1", "settings-general"];
    let more = ["report-sales", "taxes"].iter().map(|name| (*name).to_owned());
    let refunds = [54, 79, 81, 83, 89, 102, 112, 114, 126].map(|id| format!("order-{id}-refunds"));
    let variations = [22, 26, 30, 34].map(|id| format!("product-{id}-variations"));
    let names = names.map(str::to_owned).into_iter().chain(more).chain(refunds).chain(variations);
    let mut exchanges: Vec<Value> = Vec::new();
    for name in names {
        let Some(bytes) = find_sample(&format!("woocommerce/recorded/{name}.json")) else { return };
        exchanges.push(serde_json::from_slice(&bytes).unwrap());
    }
    let shop = FakeShop::new(Goods::of_recording(&exchanges));
    // The report adds up coupons, which are rounded one by one: 87.99, the lines 88.03.
    check_replay(&shop, &[("total_discount", 4)]);
    assert_eq!(list_orders(&read_all(&shop, "orders")).len(), 80);
}

/// The worked example of the signature, made from the published algorithm by somebody else.
#[test]
fn a_signature_is_the_one_that_a_shop_expects() {
    use crate::base::Instant;
    use crate::base::secret::Secret;
    use crate::connectors::kit::http::address;
    use crate::connectors::kit::sign::{Digest, OAuth1};
    let sample = "woocommerce/samples/auth-and-webhook-vectors-synthetic.json";
    let Some(bytes) = crate::connectors::tests::find_sample(sample) else { return };
    let vectors: Value = serde_json::from_slice(&bytes).unwrap();
    let vector = &vectors["oauth1"];
    let text = |name: &str| vector["params"][name].as_str().unwrap();
    let secret = |text: &str| Secret::new(text.to_owned());
    let key = secret(text("oauth_consumer_key"));
    let own = secret(vector["consumer_secret"].as_str().unwrap());
    let names = ["page", "per_page", "status", "modified_after", "dates_are_gmt"];
    let query: Vec<_> = names.iter().map(|name| (*name, text(name))).collect();
    let url = format!("{}?{}", vector["url"].as_str().unwrap(), address::form(&query));
    let at = Instant::from_seconds(text("oauth_timestamp").parse().unwrap());
    let consumer = OAuth1 { key: &key, secret: &own, digest: Digest::Sha256 };
    let signed = consumer.sign_url("GET", &url, (text("oauth_nonce"), at));
    let expected = address::encode(vector["oauth_signature"].as_str().unwrap());
    assert!(signed.expose().ends_with(&format!("&oauth_signature={expected}")));
}
