//! WooCommerce's calls: our own vector, recorded deliveries where they are at hand, forgeries and
//! the ping.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::connectors::kit::http::address;
use crate::connectors::kit::stage::Stage;

const KEY: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90";
const BODY: &[u8] = br#"{"id":727,"status":"processing"}"#;
/// Made by another program, from the published algorithm.
const TAG: &str = "NSQWNW8shulJwlnn+t9Ug+8khbjcqbu5KlZx8CcGM44=";

fn headers(topic: &str, tag: &str) -> Vec<(String, String)> {
    let named = [
        ("x-wc-webhook-topic", topic),
        ("x-wc-webhook-delivery-id", "the same for all of one second"),
        (SIGNATURE, tag),
    ];
    named.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

fn hear_with(key: &str, headers: &[(String, String)], body: &[u8]) -> Result<Delivery, Fault> {
    let stage = Stage::new();
    let stage = if key.is_empty() { stage } else { stage.secret(SECRET, key) };
    let (account, secrets) = (&stage.account, &stage.secrets);
    super::super::CONNECTOR.verify(&WebhookCall { account, secrets, headers, body })
}

fn is_forged(heard: &Result<Delivery, Fault>) -> bool {
    matches!(heard, Err(Fault::Auth { .. }))
}

#[test]
fn a_call_is_signed_with_the_hooks_secret_and_known_by_its_body() {
    let heard = hear_with(KEY, &headers("order.updated", TAG), BODY).unwrap();
    assert!(matches!(heard.nudge, Nudge::Pull(&[ORDERS, REFUNDS])));
    assert_eq!(heard.keys, [sign::fingerprint(BODY)]);
    for topic in SPEC.topics {
        let heard = hear_with(KEY, &headers(topic, TAG), BODY).unwrap();
        let Nudge::Pull(streams) = heard.nudge else { panic!("{topic} asks for nothing") };
        let known = |slug: &str| super::super::spec::SPEC.find_stream(slug).is_some();
        assert!(streams.iter().all(|slug| known(slug)), "{topic}");
    }
    let other = hear_with(KEY, &headers("coupon.created", TAG), BODY).unwrap();
    assert!(matches!(other.nudge, Nudge::Nothing) && other.keys.is_empty());
    for (key, tag) in [("", TAG), ("other", TAG), (KEY, ""), (KEY, "no base64!")] {
        assert!(is_forged(&hear_with(key, &headers("order.updated", tag), BODY)), "{key} {tag}");
    }
}

proptest! {
    #[test]
    fn no_bit_may_be_another(at in any::<prop::sample::Index>(), bit in 0..8_u8, of in 0..3_u8) {
        let (mut body, mut tag, mut key) =
            (BODY.to_vec(), TAG.as_bytes().to_vec(), KEY.as_bytes().to_vec());
        let flipped = match of { 0 => &mut body, 1 => &mut tag, _ => &mut key };
        let index = at.index(flipped.len());
        flipped[index] ^= 1 << bit;
        let (Ok(tag), Ok(key)) = (String::from_utf8(tag), String::from_utf8(key)) else {
            return Ok(());
        };
        let heard = hear_with(&key, &headers("order.updated", &tag), &body);
        prop_assert!(is_forged(&heard), "{of} {index} {bit}");
    }
}

#[test]
fn an_unsigned_ping_is_answered_and_nothing_else_that_is_unsigned() {
    let heard = hear_with(KEY, &[], b"webhook_id=7").unwrap();
    assert!(matches!(heard.nudge, Nudge::Nothing) && heard.keys.is_empty());
    assert!(hear_with("", &[], b"webhook_id=7").is_ok(), "before the secret is entered");
    for body in [
        &b"webhook_id="[..],
        b"webhook_id=7&id=1",
        b"webhook_id=x",
        b"webhook_id=-7",
        b"webhook_id=123456789012345678901",
        b" webhook_id=7",
        b"",
        b"{}",
    ] {
        assert!(is_forged(&hear_with(KEY, &[], body)), "{body:?}");
    }
    // Signed, and wrongly so.
    assert!(is_forged(&hear_with(KEY, &headers("order.updated", TAG), b"webhook_id=7")));
}

/// Deliveries of a real shop; left out where they are not at hand.
#[test]
fn recorded_deliveries_are_genuine() {
    for number in [2, 3] {
        let sample = format!("woocommerce/recorded/webhook-delivery-{number}.json");
        let Some(bytes) = crate::connectors::tests::find_sample(&sample) else { return };
        let recorded: Value = serde_json::from_slice(&bytes).unwrap();
        let named = recorded["headers"].as_object().unwrap().iter();
        let headers: Vec<(String, String)> =
            named.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
        let body = address::from_base64(recorded["body_base64"].as_str().unwrap()).unwrap();
        let key = recorded["secret"].as_str().unwrap();
        let heard = hear_with(key, &headers, &body).unwrap();
        assert!(matches!(heard.nudge, Nudge::Pull(_)), "{number}");
        assert!(is_forged(&hear_with("s3cret-for-test", &headers, &body)));
    }
}
