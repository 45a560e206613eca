//! Through bad weather the same things come, and what cannot be had says what happens next.

use super::fake::cost;
use super::*;

const STREAMS: [&str; 6] = ["orders", "orders-again", "fees", "payouts", "products", "stock"];

fn all(stage: &Stage, fake: &Fake) -> Vec<Known> {
    let mut all = Vec::new();
    for stream in STREAMS {
        let mut place = Cursor::start();
        let mut known = Known::new();
        // What lasts longer than our patience is the queue's to wait for.
        for _ in 0..60 {
            match pull(stage, fake, stream, &place) {
                Ok(page) => {
                    know(&mut known, &page.documents);
                    place = page.next;
                    match page.wait {
                        Some(wait) => stage.clock.pause(wait),
                        None if page.more => {}
                        None => break,
                    }
                }
                Err(Fault::Throttled { wait }) => stage.clock.pause(wait),
                Err(Fault::Transient { .. }) => stage.clock.advance_seconds(60),
                Err(fault) => panic!("{stream}: {fault}"),
            }
        }
        all.push(known);
    }
    all
}

#[test]
fn through_any_weather_the_same_things_come() {
    let fair = {
        let fake = shop();
        fill(&fake);
        all(&app_stage(), &fake)
    };
    assert!(fair.iter().all(|known| !known.is_empty()));
    for seed in 1..=40 {
        let fake = Fake { seed: Some(seed), ..shop() };
        fill(&fake);
        assert_eq!(all(&app_stage(), &fake), fair, "seed {seed}");
    }
}

#[test]
fn throttling_is_waited_for_as_long_as_shopify_needs() {
    let (stage, fake) = (stage(), shop());
    let error = json!([{ "message": "Throttled", "extensions": { "code": "THROTTLED" } }]);
    let mut extensions = cost(12);
    extensions["cost"]["requestedQueryCost"] = 412.into();
    fake.queue(200, json!({ "errors": error, "extensions": extensions }));
    let before = stage.clock.now();
    CONNECTOR.check(&stage.ctx(&CONNECTOR, &fake)).unwrap();
    // 400 points at 100 a second.
    assert!(stage.clock.now().since(before).as_secs() >= 4);
    // One that is far away puts the account to sleep.
    extensions["cost"]["requestedQueryCost"] = 900_000.into();
    fake.queue(200, json!({ "errors": error, "extensions": extensions }));
    let fault = CONNECTOR.check(&stage.ctx(&CONNECTOR, &fake)).unwrap_err();
    assert!(matches!(fault, Fault::Throttled { wait } if wait.as_secs() > 8_000), "{fault:?}");
}

#[test]
fn a_token_that_ran_out_is_renewed_and_credentials_that_are_refused_stop_the_account() {
    let (stage, fake) = (app_stage(), shop());
    let place = drain(&stage, &fake, "orders", Cursor::start()).1;
    fake.expire();
    drain(&stage, &fake, "orders", place);
    let wrong = Stage::new().setting("shop", "mugs").secret("access_token", "shpat_wrong");
    let fault = pull(&wrong, &fake, "orders", &Cursor::start()).unwrap_err();
    assert_eq!(fault.name(), "auth");
    assert!(!fault.to_string().contains("shpat_wrong"), "{fault}");
}

#[test]
fn what_shopify_refuses_says_what_happens_next() {
    let error =
        |code: &str| json!({ "errors": [{ "message": "m", "extensions": { "code": code } }] });
    for (status, body, expected, why) in [
        (200, error("INTERNAL_SERVER_ERROR"), "", "passes when it is asked again"),
        (200, error("SHOP_INACTIVE"), "refused", "a closed shop"),
        (200, error("undefinedField"), "drift", "the schema changed"),
        (200, json!({ "data": null }), "drift", "nothing at all"),
        (402, json!({ "errors": "Unavailable Shop" }), "refused", "a frozen shop"),
        (404, json!({ "errors": "Not Found" }), "refused", "another address"),
        (423, json!({ "errors": "Locked" }), "refused", "a locked shop"),
        (403, json!({ "errors": "no" }), "auth", "not allowed"),
    ] {
        let (stage, fake) = (stage(), shop());
        fake.queue(status, body);
        let fault = CONNECTOR.check(&stage.ctx(&CONNECTOR, &fake)).err();
        assert_eq!(fault.as_ref().map_or("", Fault::name), expected, "{why}: {fault:?}");
    }
}

#[test]
fn a_shop_without_shopify_payments_has_none_and_a_right_that_lacks_is_named() {
    for stream in ["fees", "payouts"] {
        let (stage, fake) = (stage(), shop());
        fake.queue(200, json!({ "data": { "shopifyPaymentsAccount": null } }));
        let page = pull(&stage, &fake, stream, &Cursor::start()).unwrap();
        assert!(page.documents.is_empty() && !page.more);
        let denied =
            json!([{ "message": "Access denied", "extensions": { "code": "ACCESS_DENIED" } }]);
        fake.queue(200, json!({ "data": { "shopifyPaymentsAccount": null }, "errors": denied }));
        let fault = pull(&stage, &fake, stream, &Cursor::start()).unwrap_err();
        assert!(fault.to_string().contains("read_shopify_payments"), "{fault}");
    }
}

#[test]
fn a_version_that_we_do_not_speak_is_told() {
    let (stage, fake) = (stage(), shop());
    let fake = Older(fake);
    let stream = CONNECTOR.spec().find_stream("products").unwrap();
    let page = CONNECTOR.pull(&stage.ctx(&CONNECTOR, &fake), stream, &Cursor::start()).unwrap();
    let told = problems_of(&page.documents);
    assert!(matches!(&told[..], [Problem::Doubt { what }] if what.contains("2027-01")), "{told:?}");
}

/// A shop that answers in another version.
struct Older(Fake);

impl crate::connectors::kit::http::Transport for Older {
    fn send(
        &self,
        request: &crate::connectors::kit::http::Request,
        reach: &crate::connectors::kit::http::Reach,
    ) -> Result<crate::connectors::kit::http::Answer, Fault> {
        let mut answer = self.0.send(request, reach)?;
        answer.headers = vec![("x-shopify-api-version".to_owned(), "2027-01".to_owned())];
        Ok(answer)
    }
}
