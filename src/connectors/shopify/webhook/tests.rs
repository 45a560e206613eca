//! Shopify's calls: our own vectors, forgeries, and topics that are not what they say.

use proptest::prelude::*;

use super::*;
use crate::connectors::kit::http::address;
use crate::connectors::kit::sign::{Digest, hmac};
use crate::connectors::kit::stage::Stage;

const KEY: &str = "shpss_made_for_this_test";
const BODY: &str = r##"{"id":7001,"name":"#2001","note":"Zwölf Krüge ✓"}"##;
/// Made by another program, from the published algorithm.
const TAG: &str = "VmtfUq4Kj+ZzmNcJxEcw9kbW5rGuwMtjt5hDdd6RaSE=";

fn tag_of(body: &[u8]) -> String {
    address::base64(&hmac(Digest::Sha256, KEY.as_bytes(), body))
}

fn headers(topic: &str, id: &str, tag: &str) -> Vec<(String, String)> {
    let named = [
        ("X-Shopify-Topic", topic),
        ("X-Shopify-Webhook-Id", id),
        ("X-Shopify-Shop-Domain", "My-Shop.myshopify.com"),
        (SIGNATURE, tag),
    ];
    named.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

fn hear_with(key: &str, headers: &[(String, String)], body: &[u8]) -> Result<Delivery, Fault> {
    let stage = Stage::new().setting(SHOP, "https://my-shop.myshopify.com/");
    let stage = if key.is_empty() { stage } else { stage.secret(CLIENT_SECRET, key) };
    let (account, secrets) = (&stage.account, &stage.secrets);
    super::super::CONNECTOR.verify(&WebhookCall { account, secrets, headers, body })
}

fn hear(topic: &str, body: &str) -> Result<Delivery, Fault> {
    let tag = tag_of(body.as_bytes());
    hear_with(KEY, &headers(topic, "b-1", &tag), body.as_bytes())
}

fn is_forged(heard: &Result<Delivery, Fault>) -> bool {
    matches!(heard, Err(Fault::Auth { .. }))
}

#[test]
fn a_call_is_known_by_the_signature_of_its_very_bytes() {
    let heard = hear_with(KEY, &headers("orders/updated", "b-1", TAG), BODY.as_bytes()).unwrap();
    assert!(matches!(heard.nudge, Nudge::Pull(&["orders"])));
    assert_eq!(heard.keys, ["b-1".to_owned(), sign::fingerprint(BODY.as_bytes())]);
    // The same JSON, written otherwise.
    let again = serde_json::from_str::<Value>(BODY).unwrap().to_string().replace(',', ", ");
    let spaced = hear_with(KEY, &headers("orders/updated", "b-1", TAG), again.as_bytes());
    assert!(is_forged(&spaced));
    let with = |key: &str, tag: &str| {
        hear_with(key, &headers("orders/updated", "b-1", tag), BODY.as_bytes())
    };
    for (key, tag) in [("other", TAG), ("", TAG), (KEY, ""), (KEY, "no base64!"), (KEY, &TAG[4..])]
    {
        assert!(is_forged(&with(key, tag)), "{key} {tag}");
    }
    let unsigned: Vec<_> = headers("orders/updated", "b-1", TAG).into_iter().take(3).collect();
    assert!(is_forged(&hear_with(KEY, &unsigned, BODY.as_bytes())));
}

/// The vector that somebody else made.
#[test]
fn the_sample_vector_is_genuine() {
    let sample = "shopify/samples/webhook-hmac-vector-synthetic.json";
    let Some(bytes) = crate::connectors::tests::find_sample(sample) else { return };
    let vector: Value = serde_json::from_slice(&bytes).unwrap();
    let body = vector["body_utf8"].as_str().unwrap();
    let key = Secret::new(vector["secret"].as_str().unwrap().to_owned());
    let tag = vector["headers"]["X-Shopify-Hmac-SHA256"].as_str().unwrap();
    assert!(sign::is_genuine_base64(&key, body.as_bytes(), tag));
}

proptest! {
    #[test]
    fn no_bit_may_be_another(at in any::<prop::sample::Index>(), bit in 0..8_u8, of in 0..3_u8) {
        let (mut body, mut tag, mut key) =
            (BODY.as_bytes().to_vec(), TAG.as_bytes().to_vec(), KEY.as_bytes().to_vec());
        let flipped = match of { 0 => &mut body, 1 => &mut tag, _ => &mut key };
        let index = at.index(flipped.len());
        flipped[index] ^= 1 << bit;
        // A header or a secret that is no text never gets here.
        let (Ok(tag), Ok(key)) = (String::from_utf8(tag), String::from_utf8(key)) else {
            return Ok(());
        };
        let heard = hear_with(&key, &headers("orders/updated", "b-1", &tag), &body);
        prop_assert!(is_forged(&heard), "{of} {index} {bit}");
    }
}

#[test]
fn a_genuine_call_about_another_shop_is_refused() {
    let mut other = headers("orders/updated", "b-1", TAG);
    other[2].1 = "other-shop.myshopify.com".to_owned();
    let heard = hear_with(KEY, &other, BODY.as_bytes());
    assert!(matches!(heard, Err(Fault::Refused { .. })));
    other.remove(2);
    let heard = hear_with(KEY, &other, BODY.as_bytes());
    assert!(matches!(heard, Err(Fault::Refused { .. })));
}

#[test]
fn every_topic_asks_for_streams_that_there_are_or_for_nothing() {
    let known = |slug: &str| super::super::api::SPEC.find_stream(slug).is_some();
    for topic in SPEC.topics.iter().filter(|topic| !topic.contains("redact")) {
        let streams = streams_of(topic);
        let is_privacy = *topic == "customers/data_request";
        assert_eq!(streams.is_empty(), is_privacy, "{topic}");
        assert!(streams.iter().all(|slug| known(slug)), "{topic}");
    }
    let heard = hear("themes/publish", "{}").unwrap();
    assert!(matches!(heard.nudge, Nudge::Nothing) && heard.keys.is_empty());
}

const ASKED: &str = r#"{"shop_id":9,"shop_domain":"my-shop.myshopify.com",
    "orders_requested":[5001,"gid://shopify/Order/5002"],
    "customer":{"id":777,"email":" Buyer@Example.test ","phone":"555"},"data_request":{"id":1}}"#;
const REDACT: &str = r#"{"shop_id":9,"shop_domain":"my-shop.myshopify.com",
    "customer":{"id":777,"email":null},"orders_to_redact":[5001]}"#;
const SHOP_REDACT: &str = r#"{"shop_id":9,"shop_domain":"my-shop.myshopify.com"}"#;

#[test]
fn privacy_topics_tell_whom_they_are_about() {
    let Nudge::Privacy(PrivacyRequest::Tell(buyer)) =
        hear("customers/data_request", ASKED).unwrap().nudge
    else {
        panic!("no request to tell");
    };
    let text = |secret: Option<Secret>| secret.map(|it| it.expose().to_owned());
    assert_eq!(text(buyer.id), Some("777".to_owned()));
    assert_eq!(text(buyer.email), Some(" Buyer@Example.test ".to_owned()));
    assert_eq!(buyer.orders, ["5001", "5002"]);
    let Nudge::Privacy(PrivacyRequest::Forget(buyer)) =
        hear("customers/redact", REDACT).unwrap().nudge
    else {
        panic!("no request to forget");
    };
    assert_eq!((text(buyer.id), text(buyer.email)), (Some("777".to_owned()), None));
    let shop = hear("shop/redact", SHOP_REDACT).unwrap();
    assert!(matches!(shop.nudge, Nudge::Privacy(PrivacyRequest::ForgetShop)));
    // It says the very same whenever a shop leaves.
    assert_eq!(shop.keys, ["b-1"]);
}

/// Headers are not signed: a genuine body must not become another request under another topic.
#[test]
fn a_body_of_another_topic_is_refused() {
    let topics = ["customers/data_request", "customers/redact", "shop/redact"];
    let bodies = [ASKED, REDACT, SHOP_REDACT, BODY, "", "[]", "{}"];
    for topic in topics {
        for body in bodies {
            let is_its = matches!(
                (topic, body),
                ("customers/data_request", ASKED)
                    | ("customers/redact", REDACT)
                    | ("shop/redact", SHOP_REDACT)
            );
            let heard = hear(topic, body);
            assert_eq!(heard.is_ok(), is_its, "{topic}: {body}");
            assert!(!is_forged(&heard), "{topic}: {body}");
        }
        let other = ASKED.replace("my-shop", "other-shop");
        assert!(hear(topic, &other).is_err());
    }
    assert!(hear("shop/redact", &SHOP_REDACT.replace("my-shop", "other-shop")).is_err());
}

#[test]
fn nothing_of_a_buyer_is_printed() {
    let heard = hear("customers/data_request", ASKED).unwrap();
    let printed = format!("{heard:?}");
    assert!(!printed.contains("777") && !printed.contains("xample.test"), "{printed}");
}
