//! The interface answered by what we made up ourselves: no network, no account.

mod money;
mod orders;
mod queue;
mod reports;
mod stock;
mod target;
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

/// Every region and marketplace leads to its own host, with its own id and by its own name.
#[test]
fn each_marketplace_is_asked_at_the_host_of_its_region() {
    for (region, countries) in [
        ("na", "US, CA, MX, BR"),
        ("eu", "UK, DE, FR, IT, ES, NL, SE, PL, BE, IE, TR, AE, SA, EG, IN, ZA"),
        ("fe", "JP, AU, SG"),
    ] {
        let stage = stage().setting("region", region).setting("marketplace", countries);
        let transport = replay([Recorded::get("/orders/2026-01-01/orders?", "{}")]);
        pull(&stage, &transport, "orders", &Cursor::start()).unwrap();
        let asked = transport.list_asked();
        let host = format!("GET https://sellingpartnerapi-{region}.amazon.com/orders/");
        assert!(asked[1].starts_with(&host), "{}", asked[1]);
        let ids = asked[1].split("marketplaceIds=").nth(1).unwrap().split('&').next().unwrap();
        let n_ids = ids.split("%2C").flat_map(|ids| ids.split(',')).count();
        assert_eq!(n_ids, countries.split(", ").count(), "{ids}");
    }
}

/// A restricted data token opens buyers' data. None is ever asked for: nothing that we ask for
/// holds a person, be it of the newer or the older interface, a list or a report.
#[test]
fn no_token_for_buyers_data_is_ever_asked_for() {
    for version in ["2026-01-01", "v0"] {
        for stream in CONNECTOR.spec().streams {
            let stage = stage().setting("orders_version", version);
            let transport = replay(orders::older_answers().into_iter().chain([
                Recorded::get("/orders/2026-01-01/orders?", ORDERS_1),
                Recorded::post("/reports/2021-06-30/reports", r#"{"reportId":"R1"}"#),
                Recorded::get("/finances/2024-06-19/transactions", TRANSACTIONS),
            ]));
            let mut place = Cursor::start();
            for _ in 0..4 {
                match pull(&stage, &transport, stream.slug, &place) {
                    Ok(page) => place = page.next,
                    // What nothing was recorded for was asked all the same.
                    Err(_) => break,
                }
            }
            for asked in transport.list_asked() {
                let is_personal = [
                    "restrictedDataToken",
                    "/address",
                    "buyerInfo",
                    "BUYER",
                    "RECIPIENT",
                    "/tokens/",
                ]
                .iter()
                .any(|word| asked.contains(word));
                assert!(!is_personal, "{} {asked}", stream.slug);
            }
        }
    }
}

/// Reports with buyers' names and addresses bear other names than those that are asked for.
#[test]
fn no_report_that_holds_a_person_is_among_those_asked_for() {
    let source = [
        include_str!("reports/daily.rs"),
        include_str!("reports/past_orders.rs"),
        include_str!("reports/settlements.rs"),
        include_str!("stock/all_listings.rs"),
    ];
    let mut kinds: Vec<&str> = source
        .iter()
        .flat_map(|text| text.split('"'))
        .filter(|word| word.starts_with("GET_") && !word.contains(' '))
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert!(kinds.len() >= 9, "{kinds:?}");
    // As Amazon lists those that need a restricted data token ("Tokens API", 2026-08).
    let restricted = [
        "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING",
        "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_TAX",
        "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING",
        "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING",
        "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING",
        "GET_FLAT_FILE_ORDER_REPORT_DATA_TAX",
        "GET_FLAT_FILE_ORDERS_RECONCILIATION_DATA_TAX",
        "GET_FLAT_FILE_ORDERS_RECONCILIATION_DATA_INVOICING",
        "GET_FLAT_FILE_ORDERS_RECONCILIATION_DATA_SHIPPING",
        "GET_ORDER_REPORT_DATA_INVOICING",
        "GET_ORDER_REPORT_DATA_TAX",
        "GET_ORDER_REPORT_DATA_SHIPPING",
        "GET_EASYSHIP_DOCUMENTS",
        "GET_GST_MTR_B2B_CUSTOM",
        "GET_VAT_TRANSACTION_DATA",
        "SC_VAT_TAX_REPORT",
    ];
    assert!(kinds.iter().all(|kind| !restricted.contains(kind)), "{kinds:?}");
}
