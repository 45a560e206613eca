//! A platform that exists in tests only: it hands out charges, page by page.

use serde::{Deserialize, Serialize};

use super::http::{Answer, Request};
use crate::base::{Currency, Day, Money};
use crate::connectors::contract::{
    Api, Connector, Cursor, Document, Identity, Kept, Page, Problem, Progress, Raw, UnknownKind,
};
use crate::connectors::ctx::{Account, Ctx};
use crate::connectors::fault::Fault;
use crate::connectors::spec::{Field, FieldKind, Limit, Spec, Stream};
use crate::domain::record::{Charge, ChargeClass, Record};

pub static CONNECTOR: Made = Made;

pub struct Made;

thread_local! {
    /// By how much another version of the mapping reads an amount otherwise.
    pub static REREAD_MINOR: std::cell::Cell<i64> = const { std::cell::Cell::new(0) };
}

const URL: &str = "https://made.example.test";

static SPEC: Spec = Spec {
    documentation: "https://example.test/docs",
    about: "A platform for tests.",
    fields: &[
        Field {
            key: "shop",
            label: "Shop",
            help: "Under Settings.",
            kind: FieldKind::Text,
            required: true,
            example: "my-shop",
        },
        Field {
            key: "api_key",
            label: "API key",
            help: "Under Settings, Keys, New.",
            kind: FieldKind::Secret,
            required: true,
            example: "",
        },
    ],
    streams: &[
        Stream {
            slug: "charges",
            label: "Charges",
            every_s: 600,
            overlap_s: 60,
            raw_days: 30,
            after: &[],
        },
        Stream {
            slug: "late",
            label: "Late charges",
            every_s: 3_600,
            overlap_s: 0,
            raw_days: 30,
            after: &["charges"],
        },
    ],
    limits: &[Limit { operation: "orders", burst: 2, every_ms: 1_000 }],
    needs_store: true,
    allows_plain_http: false,
};

impl Connector for Made {
    fn slug(&self) -> &'static str {
        "made"
    }

    fn label(&self) -> &'static str {
        "Made up"
    }

    fn api(&self) -> Option<&dyn Api> {
        Some(self)
    }
}

#[derive(Deserialize)]
struct WireMe {
    id: String,
}

#[derive(Deserialize)]
struct WirePage {
    #[serde(default)]
    documents: Vec<WireCharge>,
    next: u64,
    #[serde(default)]
    more: bool,
    wait_s: Option<u64>,
    #[serde(default)]
    is_stale: bool,
}

#[derive(Deserialize, Serialize)]
struct WireCharge {
    id: String,
    minor: i64,
    #[serde(default)]
    fee: Option<String>,
    #[serde(default)]
    broken: bool,
}

impl Api for Made {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check(&self, ctx: &Ctx<'_>) -> Result<Identity, Fault> {
        let me: WireMe = ask(ctx, "me", format!("{}/me", ctx.account.base_url(URL)))?.json()?;
        let currency = Currency::parse("EUR").ok();
        Ok(Identity { label: me.id.clone(), id: me.id, currency, ..Identity::default() })
    }

    fn pull(&self, ctx: &Ctx<'_>, stream: &Stream, from: &Cursor) -> Result<Page, Fault> {
        let from: u64 = from.read(1)?.unwrap_or_default();
        let url = format!("{}/{}?from={from};", ctx.account.base_url(URL), stream.slug);
        let page: WirePage = ask(ctx, "pages", url)?.json()?;
        if page.is_stale {
            return Err(Fault::Stale { restart: Cursor::start() });
        }
        Ok(Page {
            documents: page.documents.into_iter().map(normalise).collect(),
            next: Cursor::write(1, &page.next)?,
            more: page.more,
            wait: page.wait_s.map(std::time::Duration::from_secs),
            progress: Some(Progress { done: page.next, total: None }),
        })
    }

    fn replay(&self, _: &Account, _: &Stream, kept: &Kept<'_>) -> Result<Document, Fault> {
        let mut wire: WireCharge = kept.read()?;
        wire.minor += REREAD_MINOR.get();
        Ok(normalise(wire))
    }
}

fn ask(ctx: &Ctx<'_>, operation: &'static str, url: String) -> Result<Answer, Fault> {
    let key = ctx.secret("api_key")?;
    ctx.http.send(Request::get(operation, url).bearer(&key))
}

fn normalise(wire: WireCharge) -> Document {
    let mut document = Document {
        raw: Some(Raw::json(serde_json::to_vec(&wire).unwrap_or_default())),
        key: wire.id.clone(),
        ..Document::default()
    };
    if wire.broken {
        let (path, what) = ("total".to_owned(), "no amount".to_owned());
        document.problems.push(Problem::Unread { path, what });
        return document;
    }
    if let Some(name) = wire.fee {
        document.problems.push(Problem::Unknown { kind: UnknownKind::Fee, name });
    }
    if let Ok(currency) = Currency::parse("EUR") {
        let charge = Charge {
            key: wire.id,
            day: Day(20_400),
            kind: "fee".to_owned(),
            class: ChargeClass::PeriodFee,
            amount: Money { minor: wire.minor, currency },
            sku: None,
            payout: None,
            label: "Fee".to_owned(),
            family: None,
            estimate: None,
        };
        document.records.push(Record::Charge(charge));
    }
    document
}
