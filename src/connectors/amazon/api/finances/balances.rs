//! What Amazon holds: its own balances, kept day by day to be compared with what the books say.

use serde::Deserialize;

use crate::base::{Day, Money};
use crate::connectors::amazon::api::call;
use crate::connectors::amazon::api::region::{self, Seller};
use crate::connectors::amazon::api::wire::Amount;
use crate::connectors::contract::{Cursor, Document, Page};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::Method;
use crate::domain::record::{Record, StatedTotal};

const PATH: &str = "/finances/2024-06-19/balances";
const REPORT: &str = "amazon balances";
/// Balances within balances.
const DEPTH_MAX: usize = 6;
const PLACE_VERSION: u32 = 1;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    balances: Vec<Balance>,
    next_token: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Balance {
    partner_metadata: Option<Metadata>,
    balance_type: Option<String>,
    amount: Option<Amount>,
    balances: Option<Vec<Balance>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    account_type: Option<String>,
    marketplace_id: Option<String>,
}

/// # Errors
/// As `call::send`.
pub fn pull(ctx: &Ctx<'_>, seller: &Seller<'_>, from: &Cursor) -> Result<Page, Fault> {
    let token: Option<String> = from.read::<Option<String>>(PLACE_VERSION)?.flatten();
    let mut request =
        call::request(ctx, (Method::Get, "balances"), PATH)?.query("marketplaceIds", &seller.ids());
    if let Some(token) = &token {
        request = request.query("nextToken", token);
    }
    let mut answer = match token {
        Some(_) => call::send_page(ctx, request, || Ok(Cursor::start()))?,
        None => call::send(ctx, request)?,
    };
    let wire: Answer = answer.json()?;
    let today = ctx.clock.now().day_in(&ctx.account.zone);
    let mut documents = Vec::new();
    for balance in &wire.balances {
        documents.push(document(balance, today));
    }
    let token = wire.next_token.filter(|token| !token.is_empty());
    Ok(Page {
        documents,
        more: token.is_some(),
        next: Cursor::write(PLACE_VERSION, &token)?,
        ..Page::default()
    })
}

fn document(balance: &Balance, today: Day) -> Document {
    let metadata = balance.partner_metadata.as_ref();
    let place = metadata.and_then(|it| it.marketplace_id.as_deref()).unwrap_or_default();
    let place = region::find_place(place).map_or(place, |known| known.name);
    let account = metadata.and_then(|it| it.account_type.as_deref()).unwrap_or_default();
    let of = format!("{place} {account}").trim().to_owned();
    let mut document = Document { key: format!("{of} {today}"), ..Document::default() };
    collect(balance, (&of, today, 0), &mut document);
    document
}

fn collect(balance: &Balance, (of, today, depth): (&str, Day, usize), into: &mut Document) {
    let name = balance.balance_type.as_deref().unwrap_or("UNNAMED").to_lowercase();
    if let Some(amount) = &balance.amount {
        let minor = amount.currency().and_then(|currency| {
            Ok(Money::new(amount.minor(currency, "balances.amount")?, currency))
        });
        match minor {
            Ok(amount) => into.records.push(Record::StatedTotal(StatedTotal {
                report: REPORT.to_owned(),
                from: Some(today),
                to: Some(today),
                name: format!("{of} {name}").trim().to_owned(),
                amount,
            })),
            Err(problem) => into.problems.push(problem),
        }
    }
    if depth < DEPTH_MAX {
        for part in balance.balances.as_deref().unwrap_or_default() {
            collect(part, (of, today, depth + 1), into);
        }
    }
}
