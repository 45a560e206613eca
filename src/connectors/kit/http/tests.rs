//! The way out, over answers that were made for it.

use super::*;
use crate::base::Instant;
use crate::base::secret::Secret;
use crate::connectors::kit::made::Made;
use crate::connectors::kit::replay::{Recorded, Replay};
use crate::connectors::kit::stage::Stage;

const TOKEN: &str = "marker-4711-token";

fn ask(stage: &Stage, replay: &Replay) -> Result<Answer, Fault> {
    let token = Secret::new(TOKEN.to_owned());
    let request = Request::get("orders", "https://api.example.test/orders").bearer(&token);
    stage.ctx(&Made, replay).http.send(request)
}

fn fault_of(recorded: Recorded) -> Fault {
    ask(&Stage::new(), &Replay::new([recorded])).unwrap_err()
}

fn status(status: u16) -> Recorded {
    Recorded::get("", "").status(status)
}

#[test]
fn a_status_says_what_happens_next() {
    for (code, name) in [
        (400, "refused"),
        (401, "auth"),
        (403, "auth"),
        (404, "refused"),
        (408, "transient"),
        (429, "throttled"),
        (500, "transient"),
        (503, "transient"),
    ] {
        assert_eq!(fault_of(status(code)).name(), name, "{code}");
    }
    let wait = fault_of(status(429).header("Retry-After", "7"));
    assert_eq!(wait, Fault::Throttled { wait: Duration::from_secs(7) });
    assert_eq!(fault_of(status(503).header("Retry-After", "2.0")).name(), "throttled");
}

#[test]
fn a_channel_may_mean_something_else_by_a_refusal() {
    let (stage, replay) = (Stage::new(), Replay::new([status(403)]));
    let judge = |refusal: &Refusal| (refusal.status == 403).then(|| Fault::transient("quota"));
    let request = Request::get("orders", "https://api.example.test/orders");
    let fault = stage.ctx(&Made, &replay).http.send_as(request, &judge).unwrap_err();
    assert_eq!(fault, Fault::transient("quota"));
}

#[test]
fn no_secret_is_told_even_where_the_platform_repeats_it() {
    let body = format!("{{\"error\":\"{TOKEN} is unknown\"}}");
    let fault = fault_of(Recorded::get("", body).status(401));
    assert!(fault.to_string().contains("[secret] is unknown"), "{fault}");
    assert!(!format!("{fault:?}").contains("4711"));
    let token = Secret::new(TOKEN.to_owned());
    let request =
        Request::get("orders", "https://a.test/").bearer(&token).query_secret("k", &token);
    assert!(!format!("{request:?} {}", request.mask(&request.url)).contains("4711"));
}

#[test]
fn a_redirect_is_followed_at_home_only() {
    let home = Recorded::get("/orders", "").status(301).header("location", "/v2");
    let (stage, replay) = (Stage::new(), Replay::new([home, Recorded::get("/v2", "{}")]));
    assert!(ask(&stage, &replay).is_ok());
    let away = status(302).header("location", "https://evil.example.test/?x=1");
    let fault = fault_of(away);
    assert!(matches!(&fault, Fault::Refused { status: 302, .. }), "{fault:?}");
    assert!(fault.to_string().contains("evil.example.test") && !fault.to_string().contains("x=1"));
    assert_eq!(
        fault_of(status(302).header("location", "http://api.example.test/")).name(),
        "refused"
    );
    assert_eq!(fault_of(status(302).header("location", "/orders")).name(), "refused");
}

#[test]
fn calls_are_spaced_and_a_throttled_account_is_left_alone() {
    let (stage, replay) = (Stage::new(), Replay::new([Recorded::get("", "{}")]));
    let before = stage.clock.now();
    for _ in 0..4 {
        ask(&stage, &replay).unwrap();
    }
    assert_eq!(stage.clock.now().since(before), Duration::from_secs(3));
    let busy = Replay::new([status(429).header("retry-after", "60")]);
    assert!(ask(&stage, &busy).is_err());
    assert_eq!(
        ask(&stage, &replay).unwrap_err(),
        Fault::Throttled { wait: Duration::from_secs(60) }
    );
    assert_eq!(busy.list_asked().len(), 1);
}

#[test]
fn what_is_no_data_is_told_apart_from_what_has_changed() {
    #[derive(Debug, serde::Deserialize)]
    struct Wire {
        #[allow(dead_code)]
        id: u64,
    }
    let read = |body: &str| {
        let replay = Replay::new([Recorded::get("", body)]);
        ask(&Stage::new(), &replay).unwrap().json::<Wire>().unwrap_err()
    };
    assert_eq!(read("<html>Maintenance</html>").name(), "transient");
    assert_eq!(read("{\"id\": 1").name(), "transient");
    let drift = read("{\"id\": \"Jane Buyer\"}");
    assert_eq!(drift.name(), "drift");
    assert!(!drift.to_string().contains("Jane"), "{drift}");
}

#[test]
fn a_body_beyond_what_is_allowed_is_refused() {
    let (stage, replay) = (Stage::new(), Replay::new([Recorded::get("", vec![b'1'; 100])]));
    let ctx = stage.ctx(&Made, &replay);
    let request = || Request::get("orders", "https://a.test/").bytes_max(99);
    assert_eq!(ctx.http.send(request()).unwrap().bytes().unwrap_err().name(), "refused");
    let mut reader = ctx.http.send(request()).unwrap().into_reader();
    assert!(std::io::Read::read_to_end(&mut reader, &mut Vec::new()).is_err());
    assert_eq!(ctx.http.send(request().bytes_max(100)).unwrap().bytes().unwrap().len(), 100);
}

#[test]
fn a_budget_ends() {
    let stage = Stage {
        budget: Budget::new(1, Instant::from_seconds(i64::MAX / 2_000_000)),
        ..Stage::new()
    };
    let replay = Replay::new([Recorded::get("", "{}")]);
    assert!(ask(&stage, &replay).is_ok());
    assert_eq!(ask(&stage, &replay).unwrap_err(), Fault::Stopped);
}

#[test]
fn what_failed_in_passing_is_asked_again_unless_it_writes() {
    let down = || status(500).once();
    let (stage, replay) =
        (Stage::new(), Replay::new([down(), down(), Recorded::get("/orders", "{}")]));
    assert!(ask(&stage, &replay).is_ok());
    assert_eq!(replay.list_asked().len(), 3);
    let writing = Replay::new([Recorded::post("", "").status(500)]);
    let request = Request::post("orders", "https://api.example.test/orders");
    let fault = stage.ctx(&Made, &writing).http.send(request).unwrap_err();
    assert_eq!((fault.name(), writing.list_asked().len()), ("transient", 1));
}
