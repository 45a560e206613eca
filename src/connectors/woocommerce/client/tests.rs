//! The ways in, and what is said of a shop that does not let us in.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::connectors::contract::Cursor;
use crate::connectors::kit::stage::Stage;
use crate::connectors::woocommerce::testing::{
    FakeShop, Goods, KEY, SECRET, URL, Weather, drain, order, stage,
};

fn one_order() -> FakeShop {
    let orders = vec![order(100, 1_000, "2026-09-01T00:00:00")];
    FakeShop::new(Goods { orders, ..Goods::default() })
}

fn refusal(status: u16, body: &str) -> Weather {
    Weather::Status(status, Vec::new(), body.to_owned())
}

const CANNOT_VIEW: &str = r#"{"code":"woocommerce_rest_cannot_view","message":"Sorry"}"#;

#[test]
fn an_address_is_taken_as_people_copy_it() {
    for (given, site) in [
        ("https://shop.example.test/", "https://shop.example.test"),
        (" shop.example.test ", "https://shop.example.test"),
        ("https://a.test/wp-admin/admin.php?page=wc", "https://a.test"),
        ("https://a.test/shop/wp-json/wc/v3", "https://a.test/shop"),
        ("http://192.168.1.9:8080/", "http://192.168.1.9:8080"),
    ] {
        assert_eq!(site_of(given), site, "{given}");
    }
}

#[test]
fn over_tls_the_key_goes_in_the_header_and_nowhere_else() {
    let (stage, shop) = (stage(), one_order());
    drain(&stage, &shop, "orders", Cursor::start()).unwrap();
    let asked = shop.take_asked();
    assert!(asked.iter().all(|url| url.starts_with(&format!("{URL}/wp-json/wc/v3/orders?"))));
    assert!(!asked.join(" ").contains("marker"), "{asked:?}");
    assert_eq!(shop.proofs.lock().unwrap().len(), asked.len());
}

#[test]
fn over_plain_http_no_secret_is_sent_and_every_try_is_signed_anew() {
    let stage = stage().setting("base_url", "http://shop.example.test");
    let shop = one_order();
    shop.forecast(|number, _| if number == 0 { refusal(500, "") } else { Weather::Fair });
    drain(&stage, &shop, "orders", Cursor::start()).unwrap();
    let asked = shop.take_asked();
    assert_eq!(asked.len(), 2);
    assert!(shop.proofs.lock().unwrap().is_empty());
    assert!(!asked.join(" ").contains(SECRET));
    let nonce = |url: &str| {
        let found =
            address::list_parameters(url).into_iter().find(|(name, _)| name == "oauth_nonce");
        found.unwrap().1
    };
    assert_ne!(nonce(&asked[0]), nonce(&asked[1]));
}

#[test]
fn a_host_that_drops_the_header_gets_the_key_in_the_address_and_is_remembered() {
    let (stage, shop) = (stage(), one_order());
    shop.forecast(|_, url| match url.contains("consumer_secret=") {
        true => Weather::Fair,
        false => refusal(401, CANNOT_VIEW),
    });
    let (documents, cursor) = drain(&stage, &shop, "orders", Cursor::start()).unwrap();
    assert_eq!((documents.len(), shop.take_asked().len()), (1, 2));
    drain(&stage, &shop, "orders", cursor).unwrap();
    assert_eq!(shop.take_asked().len(), 1, "the way in is known by now");
}

#[test]
fn a_shop_that_does_not_know_of_its_tls_gets_a_signature_over_http() {
    let (stage, shop) = (stage(), one_order());
    shop.forecast(|_, url| match url.contains("oauth_signature=") {
        true => Weather::Fair,
        false => refusal(401, CANNOT_VIEW),
    });
    drain(&stage, &shop, "orders", Cursor::start()).unwrap();
    let asked = shop.take_asked();
    assert_eq!(asked.len(), 3);
    assert!(asked[2].starts_with("https://"), "{}", asked[2]);
}

#[test]
fn plain_permalinks_have_another_route() {
    let (stage, shop) = (stage(), one_order());
    shop.forecast(|_, url| match url.contains("?rest_route=/wc/v3/orders") {
        true => Weather::Fair,
        false => refusal(404, "<html>Not found</html>"),
    });
    let (documents, _) = drain(&stage, &shop, "orders", Cursor::start()).unwrap();
    assert_eq!((documents.len(), shop.take_asked().len()), (1, 2));
}

#[test]
fn a_page_in_the_place_of_the_shop_is_no_refusal_of_the_key() {
    for (body, status, name) in [
        ("<html>Checking your browser</html>", 403, "transient"),
        ("<html>Checking your browser</html>", 200, "transient"),
        ("", 200, "transient"),
        ("<html>Service Unavailable</html>", 503, "transient"),
        ("[{\"id\":1", 200, "transient"),
        (CANNOT_VIEW, 401, "auth"),
        (r#"{"code":"rest_no_route"}"#, 404, "refused"),
        (r#"{"code":"rest_invalid_param"}"#, 400, "refused"),
    ] {
        let (stage, shop) = (stage(), one_order());
        let said = body.to_owned();
        shop.forecast(move |_, _| refusal(status, &said));
        let ctx = stage.ctx(&crate::connectors::woocommerce::CONNECTOR, &shop);
        let refused = Shop::of(&ctx).unwrap().get("orders", "orders", &[]);
        assert_eq!(refused.err().unwrap().fault.name(), name, "{status} {body}");
    }
}

#[test]
fn what_php_writes_before_the_data_is_told_without_the_key() {
    let (stage, shop) = (stage(), one_order());
    let noise = format!(
        "<br /><b>Notice</b>: Undefined {KEY} of Marker-Buyer in /srv/x.php [{{\"id\":1}}]"
    );
    shop.forecast(move |_, _| refusal(200, &noise));
    let fault = drain(&stage, &shop, "orders", Cursor::start()).unwrap_err().to_string();
    assert!(fault.contains("Notice") && fault.contains("x.php"), "{fault}");
    assert!(!fault.contains("Marker-Buyer"), "{fault}");
    assert!(!fault.contains(KEY) && !fault.contains("\"id\""), "{fault}");
}

#[test]
fn a_mark_before_the_data_is_passed_over() {
    let (stage, shop) = (stage(), one_order());
    let text = format!("\u{feff}\n[{}]", order(100, 1_000, "2026-09-01T00:00:00"));
    shop.forecast(move |_, _| Weather::Status(200, vec![("x-wp-total", "1")], text.clone()));
    assert_eq!(drain(&stage, &shop, "orders", Cursor::start()).unwrap().0.len(), 1);
}

#[test]
fn a_short_wait_is_waited_for_and_a_long_one_puts_the_account_to_sleep() {
    let (stage, shop) = (stage(), one_order());
    let busy = |seconds| Weather::Status(429, vec![("retry-after", seconds)], String::new());
    shop.forecast(move |number, _| if number < 2 { busy("5") } else { Weather::Fair });
    let before = stage.clock.now();
    assert_eq!(drain(&stage, &shop, "orders", Cursor::start()).unwrap().0.len(), 1);
    assert!(stage.clock.now().since(before) >= Duration::from_secs(10));
    shop.forecast(move |_, _| busy("120"));
    let fault = drain(&stage, &shop, "orders", Cursor::start()).unwrap_err();
    assert_eq!(fault, Fault::Throttled { wait: Duration::from_secs(120) });
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again_on_the_spot() {
    let (stage, shop) = (stage(), one_order());
    shop.forecast(|number, _| if number < 2 { Weather::Cut } else { Weather::Fair });
    assert_eq!(drain(&stage, &shop, "orders", Cursor::start()).unwrap().0.len(), 1);
    assert_eq!(shop.take_asked().len(), 3);
}

#[test]
fn no_secret_stands_in_a_fault() {
    for status in [400, 401, 404, 500] {
        let (stage, shop) = (stage().setting("base_url", "http://a.test"), one_order());
        let body = json!({"code": "x", "message": format!("{KEY} {SECRET}")}).to_string();
        shop.forecast(move |_, _| refusal(status, &body));
        let fault = drain(&stage, &shop, "orders", Cursor::start()).unwrap_err();
        let told = format!("{fault} {fault:?}");
        assert!(!told.contains("marker"), "{told}");
    }
}

#[test]
fn the_shops_clock_is_read_from_its_answers() {
    let at = parse_http_date("Sat, 21 Nov 2026 01:40:05 GMT").unwrap();
    assert_eq!(at.to_string(), "2026-11-21T01:40:05Z");
    assert_eq!(stamp(at), "2026-11-21T01:40:05");
    for text in ["", "yesterday", "Sat, 21 Foo 2026 01:40:05 GMT", "21 Nov 2026 01:40:05"] {
        assert_eq!(parse_http_date(text), None, "{text}");
    }
}

#[test]
fn a_missing_key_is_named() {
    let stage = Stage::new().setting("base_url", URL);
    let fault = drain(&stage, &one_order(), "orders", Cursor::start()).unwrap_err();
    assert!(fault.to_string().contains(CONSUMER_KEY), "{fault}");
}
