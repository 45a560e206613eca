//! Tokens, over answers that were made for it.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::connectors::ctx::Secrets;
use crate::connectors::kit::made::Made;
use crate::connectors::kit::replay::{Recorded, Replay};
use crate::connectors::kit::stage::{InMemory, Stage};

const URL: &str = "https://auth.example.test/token";

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn with_grant<T>(kind: Kind<'_>, work: impl FnOnce(&Grant<'_>) -> T) -> T {
    let (id, secret) = (secret("client"), secret("client-secret"));
    let client = Client::Form { id: &id, secret: &secret };
    work(&Grant { url: URL.to_owned(), name: "access", kind, client, fields: vec![] })
}

const REFRESH: Kind<'_> = Kind::Refresh { key: "refresh_token" };

fn answer(access: &str, refresh: Option<&str>) -> String {
    let refresh = refresh.map_or(String::new(), |token| format!(",\"refresh_token\":\"{token}\""));
    format!("{{\"access_token\":\"{access}\",\"expires_in\":3600{refresh}}}")
}

fn stage() -> Stage {
    Stage::new().secret("refresh_token", "first-refresh")
}

fn sealed(stage: &Stage, key: &str) -> Option<String> {
    stage.secrets.find(key).map(|secret| secret.expose().to_owned())
}

#[test]
fn a_token_is_kept_and_renewed_before_it_runs_out() {
    let (stage, replay) = (stage(), Replay::new([Recorded::post("/token", answer("one", None))]));
    let get = || with_grant(REFRESH, |grant| token(&stage.ctx(&Made, &replay), grant)).unwrap();
    assert_eq!(get().expose(), "one");
    stage.clock.advance_seconds(3_600 - 121);
    get();
    assert_eq!(replay.list_asked().len(), 1);
    stage.clock.advance_seconds(1);
    get();
    assert_eq!(replay.list_asked().len(), 2);
    assert_eq!(sealed(&stage, "refresh_token").unwrap(), "first-refresh");
}

#[test]
fn a_new_refresh_token_is_sealed_before_anything_is_used() {
    let replay = Replay::new([Recorded::post("/token", answer("one", Some("second-refresh")))]);
    let stage = stage();
    with_grant(REFRESH, |grant| token(&stage.ctx(&Made, &replay), grant)).unwrap();
    assert_eq!(sealed(&stage, "refresh_token").unwrap(), "second-refresh");
    assert_eq!(sealed(&stage, "refresh_token.former").unwrap(), "first-refresh");
}

/// A vault whose disk is full from the n-th write on.
struct Dying {
    inner: InMemory,
    writes: std::sync::atomic::AtomicUsize,
    full: AtomicBool,
}

impl Secrets for Dying {
    fn find(&self, key: &str) -> Option<Secret> {
        self.inner.find(key)
    }

    fn seal(&self, key: &str, secret: &Secret) -> Result<(), Fault> {
        let left =
            self.writes.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        if left.is_err() && self.full.load(Ordering::SeqCst) {
            return Err(Fault::transient("the disk is full"));
        }
        self.inner.seal(key, secret)
    }

    fn find_token(&self, name: &str) -> Option<Token> {
        self.inner.find_token(name)
    }

    fn keep_token(&self, name: &str, token: Token) {
        self.inner.keep_token(name, token);
    }

    fn forget_token(&self, name: &str) {
        self.inner.forget_token(name);
    }
}

#[test]
fn a_refresh_that_dies_at_any_write_leaves_a_token_that_works() {
    for writes in 0..2 {
        let stage = stage();
        let vault = Dying {
            inner: InMemory::default(),
            writes: writes.into(),
            full: AtomicBool::new(true),
        };
        vault.inner.put("refresh_token", secret("first-refresh"));
        let renewed = answer("one", Some("second-refresh"));
        let first = Recorded::post("/token", renewed).when_body("refresh_token=first-refresh");
        let replay = Replay::new([first]);
        let mut ctx = stage.ctx(&Made, &replay);
        ctx.secrets = &vault;
        // Nothing that came with the unsealed token may be used.
        let fault = with_grant(REFRESH, |grant| token(&ctx, grant)).unwrap_err();
        assert_eq!(fault.name(), "transient", "after {writes} writes");
        assert!(vault.find_token("access").is_none());
        // After the restart the platform still knows the first: the second was never used.
        vault.full.store(false, Ordering::SeqCst);
        let again = with_grant(REFRESH, |grant| token(&ctx, grant)).unwrap();
        assert_eq!(again.expose(), "one");
        assert_eq!(vault.find("refresh_token").unwrap().expose(), "second-refresh");
    }
}

#[test]
fn a_platform_that_never_saw_the_newer_token_takes_the_former() {
    let stage = stage().secret("refresh_token", "lost").secret("refresh_token.former", "known");
    let gone = Recorded::post("/token", "{\"error\":\"invalid_grant\"}").status(400);
    let replay = Replay::new([
        gone.when_body("refresh_token=lost"),
        Recorded::post("/token", answer("one", Some("next"))).when_body("refresh_token=known"),
    ]);
    let got = with_grant(REFRESH, |grant| token(&stage.ctx(&Made, &replay), grant)).unwrap();
    assert_eq!(got.expose(), "one");
    assert_eq!(sealed(&stage, "refresh_token").unwrap(), "next");
}

#[test]
fn a_permission_that_was_withdrawn_stops_the_account_and_tells_no_secret() {
    let body = "{\"error\":\"invalid_grant\",\"error_description\":\"first-refresh is gone\"}";
    let replay = Replay::new([Recorded::post("/token", body).status(400)]);
    let stage = stage();
    let fault = with_grant(REFRESH, |grant| token(&stage.ctx(&Made, &replay), grant)).unwrap_err();
    assert_eq!(fault.name(), "auth");
    assert!(!fault.to_string().contains("first-refresh"));
    let busy = Replay::new([Recorded::post("/token", "first-refresh").status(500)]);
    let fault = with_grant(REFRESH, |grant| token(&stage.ctx(&Made, &busy), grant)).unwrap_err();
    assert_eq!(fault.name(), "transient");
}

#[test]
fn a_refused_access_token_is_renewed_once() {
    let stage = stage();
    let refused = Recorded::get("/orders", "").status(401).once();
    let replay = Replay::new([
        refused,
        Recorded::get("/orders", "{}"),
        Recorded::post("/token", answer("one", None)),
    ]);
    let ctx = stage.ctx(&Made, &replay);
    let make =
        |token: &Secret| Request::get("list", "https://api.example.test/orders").bearer(token);
    with_grant(REFRESH, |grant| send(&ctx, grant, &make, &|_| None)).unwrap();
    assert_eq!(replay.list_asked().len(), 4);
    let never = Replay::new([
        Recorded::get("/orders", "").status(401),
        Recorded::post("/token", answer("one", None)),
    ]);
    let ctx = stage.ctx(&Made, &never);
    let fault = with_grant(REFRESH, |grant| send(&ctx, grant, &make, &|_| None)).unwrap_err();
    assert_eq!(fault.name(), "auth");
}

#[test]
fn a_code_becomes_tokens_and_client_credentials_need_none() {
    let stage = Stage::new();
    let replay = Replay::new([
        Recorded::post("/token", answer("one", Some("sealed-refresh"))).when_body("code=abc"),
        Recorded::post("/token", answer("two", None)).when_body("client_credentials"),
    ]);
    let ctx = stage.ctx(&Made, &replay);
    let code = secret("abc");
    let code = Code { code: &code, redirect_uri: "http://127.0.0.1/back", verifier: None };
    with_grant(REFRESH, |grant| exchange(&ctx, grant, ("refresh_token", &code))).unwrap();
    assert_eq!(sealed(&stage, "refresh_token").unwrap(), "sealed-refresh");
    ctx.secrets.forget_token("access");
    let got = with_grant(Kind::ClientCredentials, |grant| token(&ctx, grant)).unwrap();
    assert_eq!(got.expose(), "two");
}

#[test]
fn a_challenge_is_the_published_one() {
    // RFC 7636, appendix B.
    let verifier = secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}
