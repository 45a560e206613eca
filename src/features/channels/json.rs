//! The channels as JSON, for programs and the command.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use crate::reports::pushed::{self, PlannedPush, Pushed, PushedChannel};
use crate::store::stock::listings::StockListing;
use crate::store::stock::outbox::PushRow;
use crate::sync::ctx::Tools;
use crate::sync::stock::job;
use crate::web::answer;
use crate::web::error::AppError;
use crate::web::permission::ApiDoc;
use crate::web::session::Who;
use crate::web::state::{Shared, read};

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/channels",
    summary: "Every channel whose stock can be set: state, rules, listings, exposure, held plans.",
    parameters: &[],
    answers: &[(200, "The channels, and the exposure of all of them together.")],
};

pub async fn api(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
) -> Result<HttpResponse, AppError> {
    let now = state.clock.now();
    let looked = read(&state, move |reader| {
        let facts = job::find_facts_in(&tools.db)?;
        pushed::run(reader, (&facts, now))
    });
    let mut found = looked.await?;
    found.channels.retain(|one| one.account.store.is_none_or(|store| who.scope.allows(store)));
    Ok(answer::json(StatusCode::OK, &pushed_json(&found)))
}

fn pushed_json(pushed: &Pushed) -> Value {
    let exposure = pushed.exposure;
    json!({
        "stopped": pushed.is_stopped,
        "exposure": {
            "units": exposure.units,
            "items": exposure.variants,
            "items_unknown": exposure.unknown,
        },
        "channels": pushed.channels.iter().map(channel).collect::<Vec<_>>(),
    })
}

fn channel(one: &PushedChannel) -> Value {
    let channel = &one.channel;
    json!({
        "name": one.account.name,
        "platform": one.account.platform,
        "store": one.account.store_name,
        "state": channel.state.name(),
        "place": channel.place_name,
        "percent": channel.rule.percent,
        "buffer": channel.rule.buffer,
        "cap": channel.rule.cap,
        "end_when": channel.rule.end_when,
        "share": channel.share,
        "wins": channel.wins.name(),
        "listings": one.listings,
        "unread": one.unread,
        "linked": one.linked,
        "strict": one.strict,
        "stopped": one.stopped,
        "drifting": one.doubted,
        "in_flight": one.in_flight,
        "not_in_step": channel.swept_at.map(|_| one.off),
        "on_sale": channel.swept_at.map(|_| one.on_sale),
        "order_lag_ms": channel.order_lag_ms,
        "apply_lag_ms": channel.apply_lag_ms,
        "swept_at": channel.swept_at.map(|at| at.to_string()),
        "unreached_since": channel.unreached_at.map(|at| at.to_string()),
        "held": (!channel.held.is_empty()).then_some(&channel.held),
    })
}

/// One number that would be written.
pub fn planned(push: &PlannedPush) -> Value {
    json!({
        "connection": push.account_name,
        "state": push.state.name(),
        "held": push.is_held,
        "listing": push.listing.listing,
        "sku": push.listing.sku,
        "from": push.from,
        "to": push.to,
        "why": push.why,
    })
}

/// One number that was written, and what became of it.
pub fn written((name, listing, push): &(String, StockListing, PushRow)) -> Value {
    json!({
        "connection": name,
        "listing": listing.listing,
        "sku": listing.sku,
        "from": push.expected.or(push.from),
        "to": push.to,
        "why": push.why,
        "outcome": push.fate.name(),
        "fault": push.fault,
    })
}
