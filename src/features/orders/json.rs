//! An order's trail as JSON (CONTRACT, "Shapes of --json").

use serde_json::{Value, json};

use crate::base::money::decimal_text;
use crate::domain::profit::component::{Component, Subtotal};
use crate::domain::profit::engine::EventKind;
use crate::reports::explain::{Explained, ExplainedPart};

pub fn explained(explained: &Explained) -> Value {
    let digits = explained.currency.digits();
    let money = |minor| decimal_text(minor, digits);
    let components: Vec<Value> = explained
        .components
        .iter()
        .map(|component| {
            json!({
                "name": component.component.name(),
                "amount": money(component.minor),
                "quality": component.quality.name(),
                "parts": component.parts.iter().map(|p| part(explained, p)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let events: Vec<Value> = explained
        .events
        .iter()
        .map(|event| {
            json!({
                "kind": event_name(event.kind),
                "day": event.day.to_string(),
                "at": event.at.to_string(),
                "amount": money(event.figures.subtotal(Subtotal::ContributionAfterAds)),
            })
        })
        .collect();
    let missing: Vec<Value> = explained
        .missing_rates
        .iter()
        .map(|rate| json!({ "currency": rate.currency.code(), "day": rate.day.to_string() }))
        .collect();
    json!({
        "order": explained.name,
        "id": explained.stored.external_id,
        "store": explained.store,
        "currency": explained.currency.code(),
        "counted": explained.stored.header.counted,
        "components": components,
        "total": money(explained.total.subtotal(Subtotal::ContributionAfterAds)),
        "written_off": money(explained.total.get(Component::WrittenOff)),
        "events": events,
        "missing_rates": missing,
    })
}

fn part(explained: &Explained, part: &ExplainedPart) -> Value {
    json!({
        "amount": decimal_text(part.minor, part.currency.digits()),
        "currency": part.currency.code(),
        "converted": part
            .converted_minor
            .map(|minor| decimal_text(minor, explained.currency.digits())),
        "rate_day": part.rate_day.to_string(),
        "quality": part.quality.name(),
        "source": part.source,
        "rule": part.rule,
        "arithmetic": part.arithmetic,
        "line": part.line_id,
        "event": explained.events.get(part.event).map(|event| event_name(event.kind)),
        "day": explained.events.get(part.event).map(|event| event.day.to_string()),
    })
}

pub fn event_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Sale => "sale",
        EventKind::Edit => "edit",
        EventKind::Refund(_) => "refund",
    }
}
