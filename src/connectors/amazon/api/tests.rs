//! The interface answered by what we made up ourselves: no network, no account.

mod money;
mod orders;
mod queue;
mod reports;
mod stock;
mod weather;

use serde_json::{Value, json};

use crate::connectors::amazon::CONNECTOR;
use crate::connectors::contract::{Api, Cursor, Document, Page, Problem};
use crate::connectors::fault::Fault;
use crate::connectors::kit::replay::{Recorded, Replay};
use crate::connectors::kit::reread;
use crate::connectors::kit::stage::Stage;
use crate::domain::record::Record;

const ORDERS_1: &str = include_str!("../../../../tests/fixtures/amazon/api/orders-1.json");
const ORDERS_2: &str = include_str!("../../../../tests/fixtures/amazon/api/orders-2.json");
const TRANSACTIONS: &str = include_str!("../../../../tests/fixtures/amazon/api/transactions.json");

/// A seller in Germany, with ninety days of history wanted.
fn stage() -> Stage {
    let mut stage = Stage::new()
        .setting("region", "eu")
        .setting("marketplace", "DE")
        .setting("seller_id", "SELLER1")
        .secret("client_id", "amzn1.client")
        .secret("client_secret", "a-secret-of-ours")
        .secret("refresh_token", "Atzr|lasting");
    stage.since = stage.clock.now().plus_seconds(-90 * 86_400);
    stage
}

fn token() -> Recorded {
    Recorded::post("/auth/o2/token", r#"{"access_token":"Atza|short","expires_in":3600}"#)
}

fn replay(answers: impl IntoIterator<Item = Recorded>) -> Replay {
    Replay::new(answers.into_iter().chain([token()]))
}

fn get(part: &str, body: &Value) -> Recorded {
    Recorded::get(part, body.to_string())
}

fn pull(stage: &Stage, transport: &Replay, stream: &str, from: &Cursor) -> Result<Page, Fault> {
    let stream = CONNECTOR.spec().find_stream(stream).unwrap();
    let page = CONNECTOR.pull(&stage.ctx(&CONNECTOR, transport), stream, from)?;
    reread::expect_same(&CONNECTOR, (&stage.account, stream), &page);
    Ok(page)
}

fn drain(stage: &Stage, transport: &Replay, stream: &str) -> Vec<Document> {
    stage.drain((&CONNECTOR, transport), stream, Cursor::start()).unwrap().0
}

fn find<'a>(documents: &'a [Document], key: &str) -> &'a Document {
    let found = documents.iter().find(|document| document.key == key);
    found.unwrap_or_else(|| panic!("no document {key}"))
}

fn records(documents: &[Document]) -> Vec<&Record> {
    documents.iter().flat_map(|document| &document.records).collect()
}

fn problems(documents: &[Document]) -> Vec<&Problem> {
    documents.iter().flat_map(|document| &document.problems).collect()
}

/// What was asked, without the host.
fn asked(transport: &Replay) -> Vec<String> {
    let host = "https://sellingpartnerapi-eu.amazon.com";
    transport.list_asked().iter().map(|asked| asked.replace(host, "")).collect()
}

fn participations(id: &str) -> Value {
    json!({"payload": [{
        "marketplace": {"id": id, "name": "Amazon", "countryCode": "DE",
            "defaultCurrencyCode": "EUR", "defaultLanguageCode": "de_DE", "domainName": "x"},
        "storeName": "Muster Shop",
        "participation": {"isParticipating": true, "hasSuspendedListings": true},
    }]})
}

#[test]
fn a_check_tells_who_we_are_and_what_is_odd() {
    let stage = stage().setting("marketplace", "DE, uk amazon.fr");
    let transport =
        replay([get("/sellers/v1/marketplaceParticipations", &participations("A1PA6795UKMFR9"))]);
    let identity = CONNECTOR.check(&stage.ctx(&CONNECTOR, &transport)).unwrap();
    assert_eq!((identity.id.as_str(), identity.label.as_str()), ("SELLER1/eu", "Muster Shop"));
    assert_eq!(identity.currency.unwrap().code(), "EUR");
    assert_eq!(identity.told.len(), 3, "{:?}", identity.told);
}

#[test]
fn a_marketplace_of_another_region_is_named() {
    for (setting, word) in [("US", "US"), ("DE, XX", "XX"), ("", "marketplaces")] {
        let stage = stage().setting("marketplace", setting);
        let fault = CONNECTOR.check(&stage.ctx(&CONNECTOR, &replay([]))).unwrap_err();
        let Fault::Auth { hint } = fault else { panic!("{fault:?}") };
        assert!(hint.contains(word), "{hint}");
    }
}

#[test]
fn every_stream_that_waits_for_another_waits_for_one_that_there_is() {
    let spec = CONNECTOR.spec();
    for stream in spec.streams {
        for before in stream.after {
            assert!(spec.find_stream(before).is_some(), "{before}");
        }
    }
}
