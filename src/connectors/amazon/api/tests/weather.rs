//! What becomes of refusals, tokens that run out, and answers that break off.

use std::time::Duration;

use super::*;

fn no_orders() -> Value {
    json!({"orders": [], "lastUpdatedBefore": "2026-10-31T23:58:00Z"})
}

fn refusal(status: u16, details: &str) -> Recorded {
    let body = json!({"errors": [{"code": "Unauthorized", "message": "Access is denied.",
        "details": details}]});
    get("/orders/2026-01-01/orders?", &body).status(status).once()
}

const OVER: &str = "The access token you included in the request has expired.";

#[test]
fn a_token_that_has_run_out_is_renewed_even_twice() {
    let answers = [refusal(403, OVER), refusal(403, OVER), get("/orders/2026", &no_orders())];
    let transport = replay(answers);
    pull(&stage(), &transport, "orders", &Cursor::start()).unwrap();
    let tokens = asked(&transport).iter().filter(|asked| asked.contains("/auth/o2/token")).count();
    assert_eq!(tokens, 3);
}

#[test]
fn a_token_that_is_never_taken_is_bad_weather_and_a_refused_sign_in_is_not() {
    let answers = (0..9).map(|_| refusal(403, OVER));
    let fault = pull(&stage(), &replay(answers), "orders", &Cursor::start()).unwrap_err();
    assert!(matches!(fault, Fault::Transient { .. }), "{fault:?}");
    let gone = Recorded::post("/auth/o2/token", r#"{"error":"invalid_grant"}"#).status(400);
    let fault = pull(&stage(), &Replay::new([gone]), "orders", &Cursor::start()).unwrap_err();
    assert!(matches!(fault, Fault::Auth { .. }), "{fault:?}");
}

#[test]
fn a_role_that_is_lacking_stops_the_stream_and_not_the_account() {
    let fault = pull(&stage(), &replay([refusal(403, "")]), "orders", &Cursor::start());
    let Fault::Refused { status: 403, what } = fault.unwrap_err() else { panic!("not refused") };
    assert!(what.contains("roles"), "{what}");
}

#[test]
fn a_throttle_waits_as_long_as_the_rate_says() {
    let busy = |rate: Option<&str>| {
        let answer = refusal(429, "");
        let answer = match rate {
            Some(rate) => answer.header("x-amzn-RateLimit-Limit", rate),
            None => answer,
        };
        pull(&stage(), &replay([answer]), "orders", &Cursor::start()).unwrap_err()
    };
    assert_eq!(busy(Some("0.5")), Fault::Throttled { wait: Duration::from_secs(2) });
    assert_eq!(busy(Some("5.0")), Fault::Throttled { wait: Duration::from_secs(1) });
    assert_eq!(busy(None), Fault::Throttled { wait: Duration::from_millis(178_572) });
}

#[test]
fn a_rate_that_amazon_grants_is_kept_to() {
    let stage = stage();
    let answer = get("/orders/2026", &no_orders()).header("x-amzn-RateLimit-Limit", "1.0");
    let transport = replay([answer]);
    let mut place = Cursor::start();
    // Ten go at once; at the published rate the eleventh would have to wait for three minutes.
    for _ in 0..14 {
        place = pull(&stage, &transport, "orders", &place).unwrap().next;
    }
    let slow = super::stage();
    let transport = replay([get("/orders/2026", &no_orders())]);
    let mut place = Cursor::start();
    for _ in 0..10 {
        place = pull(&slow, &transport, "orders", &place).unwrap().next;
    }
    let fault = pull(&slow, &transport, "orders", &place).unwrap_err();
    assert!(matches!(fault, Fault::Throttled { .. }), "{fault:?}");
}

#[test]
fn half_a_body_a_page_and_a_server_s_trouble_are_asked_again() {
    for (status, body) in [
        (200, &ORDERS_1[..ORDERS_1.len() / 2]),
        (200, "<html>maintenance</html>"),
        (500, "{}"),
        (503, "<html>busy</html>"),
    ] {
        let answer = Recorded::get("/orders/2026", body).status(status);
        let fault = pull(&stage(), &replay([answer]), "orders", &Cursor::start()).unwrap_err();
        assert!(matches!(fault, Fault::Transient { .. }), "{status} {body}: {fault:?}");
    }
    // In passing it is made again on the spot.
    let once = Recorded::get("/orders/2026", "{}").status(500).once();
    let transport = replay([once, get("/orders/2026", &no_orders())]);
    assert!(pull(&stage(), &transport, "orders", &Cursor::start()).is_ok());
}

#[test]
fn no_secret_is_told_whatever_amazon_repeats() {
    let echo = json!({"errors": [{"message": "bad a-secret-of-ours Atza|short Atzr|lasting"}]});
    let answer = get("/orders/2026", &echo).status(400);
    let fault = pull(&stage(), &replay([answer]), "orders", &Cursor::start()).unwrap_err();
    let told = format!("{fault} {fault:?}");
    assert!(!told.contains("Atza|short"), "{told}");
    let refused = Recorded::post("/auth/o2/token", echo.to_string()).status(400);
    let fault = pull(&stage(), &Replay::new([refused]), "orders", &Cursor::start()).unwrap_err();
    let told = format!("{fault} {fault:?}");
    assert!(!told.contains("a-secret-of-ours") && !told.contains("lasting"), "{told}");
}

/// Killed after any page, before its cursor was kept: the page comes again and says the same.
#[test]
fn a_page_asked_for_twice_says_the_same_from_every_place() {
    let second = Recorded::get("paginationToken", ORDERS_2);
    let answers = [
        second,
        Recorded::get("/orders/2026-01-01/orders?", ORDERS_1),
        Recorded::get("/finances/2024-06-19/transactions", TRANSACTIONS),
    ];
    let transport = replay(answers);
    for stream in ["orders", "finances"] {
        let stage = stage();
        let mut place = Cursor::start();
        let mut pages = 0;
        loop {
            let page = pull(&stage, &transport, stream, &place).unwrap();
            let again = pull(&stage, &transport, stream, &place).unwrap();
            assert_eq!(page, again, "{stream}, page {pages}");
            pages += 1;
            place = page.next;
            if !page.more {
                break;
            }
        }
        assert!(pages > 1, "{stream}");
    }
}

#[test]
fn a_place_of_another_version_begins_anew() {
    for stream in CONNECTOR.spec().streams.iter().filter(|it| it.slug != "order-news") {
        let strange = Cursor("99 {}".to_owned());
        let fault = pull(&stage(), &replay([]), stream.slug, &strange).unwrap_err();
        assert_eq!(fault, Fault::Stale { restart: Cursor::start() }, "{}", stream.slug);
    }
}
