//! One order's trail: each component with its parts, quality, source or rule and arithmetic, the
//! ad spend that its lines bear, and what happened when.

use crate::base::id::OrderId;
use crate::base::{Currency, Day, DayRange, Instant};
use crate::domain::profit::ads::{Spend, allocate};
use crate::domain::profit::component::{Component, Quality, Subtotal};
use crate::domain::profit::convert::{Converter, MissingRate, Overflow};
use crate::domain::profit::engine::{Booked, Booking, EventKind, book};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::trail::Part;
use crate::domain::record::Order;
use crate::store::day_lines::SoldLine;
use crate::store::orders::{self, StoredOrder};
use crate::store::policy::{KnownPolicy, find_policy};
use crate::store::profit::list_lines;
use crate::store::{Reader, StoreError, costs, day_lines, layers, stores, united};

use super::ReportError;
use super::profit::line_figures;
use super::rows::Names;
use super::spread::day_line;

/// An order with the explanation of all its figures.
#[derive(Debug)]
pub struct Explained {
    pub id: OrderId,
    pub order: Option<Order>,
    /// Number, or id where it has none.
    pub name: String,
    pub store: String,
    pub stored: StoredOrder,
    /// The reporting currency.
    pub currency: Currency,
    pub components: Vec<ExplainedComponent>,
    pub total: Figures,
    pub events: Vec<ExplainedEvent>,
    pub missing_rates: Vec<MissingRate>,
}

#[derive(Debug)]
pub struct ExplainedComponent {
    pub component: Component,
    pub minor: i64,
    pub quality: Quality,
    pub parts: Vec<ExplainedPart>,
}

/// What one line bears of one component in one event.
#[derive(Clone, Debug)]
pub struct ExplainedPart {
    pub event: usize,
    pub line_no: usize,
    pub line_id: String,
    pub minor: i64,
    pub currency: Currency,
    /// In the reporting currency; `None` without a rate.
    pub converted_minor: Option<i64>,
    pub rate_day: Day,
    pub quality: Quality,
    pub source: String,
    pub rule: String,
    pub arithmetic: String,
}

#[derive(Clone, Debug)]
pub struct ExplainedEvent {
    pub kind: EventKind,
    pub day: Day,
    pub at: Instant,
    /// What the event brought, ad spend included.
    pub figures: Figures,
}

/// The trail of one order.
///
/// # Errors
/// `Nothing` before the first store, `Asked` where there is no such order.
pub fn explain(reader: &Reader<'_>, id: OrderId) -> Result<Explained, ReportError> {
    let known = find_policy(reader)?.ok_or(ReportError::Nothing)?;
    let stored = orders::find_order(reader, id)?
        .ok_or_else(|| ReportError::Asked("There is no such order.".to_owned()))?;
    let store_list = stores::list_stores(reader)?;
    let store = store_list.into_iter().find(|store| store.id == stored.store);
    let store = store.map(|store| store.name).unwrap_or_default();
    let order = united::find_united(reader, id)?.order;
    let mut booked = Booked::default();
    if let Some(order) = &order {
        let policy = &known.policy;
        let mut converter = Converter::new(&policy.rates, policy.reporting);
        let draws = layers::find_draws(reader, layers::find_method(reader)?, id)?;
        let draws = draws.as_ref();
        let booking = Booking { order, store: &store, policy, draws, trail: true };
        booked = book(&booking, &mut converter)?;
    }
    let line_id = |line: usize| {
        let found = order.as_ref().and_then(|order| order.lines.get(line));
        found.map(|line| line.id.clone()).unwrap_or_default()
    };
    let mut parts: Vec<(Component, ExplainedPart)> =
        booked.parts.iter().map(|part| (part.component, explain_part(part, &line_id))).collect();
    parts.extend(explain_ads(reader, &stored, &known, &booked, &line_id)?);
    let (total, events) = sum_events(reader, id, &booked)?;
    let components = Component::ALL
        .into_iter()
        .filter_map(|component| explain_component(component, &total, &parts))
        .collect();
    Ok(Explained {
        id,
        name: stored.header.number.clone().unwrap_or_else(|| stored.external_id.clone()),
        store,
        currency: known.policy.reporting,
        components,
        total,
        events,
        missing_rates: booked.missing_rates,
        order,
        stored,
    })
}

fn explain_component(
    component: Component,
    total: &Figures,
    parts: &[(Component, ExplainedPart)],
) -> Option<ExplainedComponent> {
    let own: Vec<ExplainedPart> =
        parts.iter().filter(|(of, _)| *of == component).map(|(_, part)| part.clone()).collect();
    let in_ladder = Subtotal::ContributionAfterAds.mask() & component.bit() != 0;
    (in_ladder || !own.is_empty()).then(|| ExplainedComponent {
        component,
        minor: total.get(component),
        quality: Quality::of(component, total.estimated, total.missing),
        parts: own,
    })
}

fn explain_part(part: &Part, line_id: &impl Fn(usize) -> String) -> ExplainedPart {
    ExplainedPart {
        event: part.event,
        line_no: part.line,
        line_id: line_id(part.line),
        minor: part.minor,
        currency: part.currency,
        converted_minor: part.converted_minor,
        rate_day: part.rate_day,
        quality: part.quality,
        source: part.source.clone(),
        rule: part.rule.clone(),
        arithmetic: part.arithmetic.clone(),
    }
}

/// The stored lines of the order, which hold the ad spend too, summed by event.
fn sum_events(
    reader: &Reader<'_>,
    id: OrderId,
    booked: &Booked,
) -> Result<(Figures, Vec<ExplainedEvent>), ReportError> {
    let mut total = Figures::default();
    let mut events: Vec<ExplainedEvent> = booked
        .events
        .iter()
        .map(|event| ExplainedEvent {
            kind: event.kind,
            day: event.day,
            at: event.at,
            figures: Figures::default(),
        })
        .collect();
    for line in list_lines(reader.conn(), id)? {
        let figures = line_figures(&line, crate::domain::ask::AdsMode::Blended);
        total.add(&figures);
        if let Some(event) = events.get_mut(line.event_no as usize) {
            event.figures.add(&figures);
        }
    }
    total.orders = total.orders.min(1);
    Ok((total, events))
}

/// What the order's lines bear of the ad spend of the days on which they were sold.
fn explain_ads(
    reader: &Reader<'_>,
    stored: &StoredOrder,
    known: &KnownPolicy,
    booked: &Booked,
    line_id: &impl Fn(usize) -> String,
) -> Result<Vec<(Component, ExplainedPart)>, ReportError> {
    let names = Names::load(reader, &known.policy.rules, false)?;
    let mut converter = Converter::new(&known.policy.rates, known.policy.reporting);
    let mut parts = Vec::new();
    let mut days: Vec<Day> = booked
        .events
        .iter()
        .filter(|event| !matches!(event.kind, EventKind::Refund(_)))
        .map(|event| event.day)
        .collect();
    days.dedup();
    for day in days {
        let sold = day_lines::list_sold(reader, day)?;
        let lines: Vec<_> = sold.iter().map(|sold| day_line(sold, &names)).collect();
        let day_alone = DayRange { from: day, to: day };
        for (_, mut spend) in costs::list_stated_ad_spend(reader, day_alone)? {
            let share = costs::spend_share(known.policy.input_vat(), &spend);
            let stated = spend.amount.to_decimal_text();
            if let Some(share) = share {
                spend.amount.minor = share.net(spend.amount.minor).ok_or(Overflow)?;
            }
            let row = Spend {
                amount: spend.amount,
                platform: &spend.platform,
                campaign: &spend.campaign,
                store: spend.store.as_deref(),
                sku: spend.sku.as_deref(),
            };
            let allocated = allocate(&lines, &row, &known.policy.rules);
            let chosen: Vec<usize> = allocated.parts.iter().map(|(index, _)| *index).collect();
            let total_weight: i64 = chosen.iter().map(|i| lines[*i].weight_minor.max(0)).sum();
            let total_units: i64 = chosen.iter().map(|i| lines[*i].quantity).sum();
            let amount = spend.amount.to_decimal_text();
            let vat = share.map(|share| format!("; {stated}{} = {amount}", share.text()));
            let vat = vat.unwrap_or_default();
            for (index, minor) in allocated.parts {
                let line: &SoldLine = &sold[index];
                if line.line.order != stored.id {
                    continue;
                }
                let step = allocated.step.map_or(0, |step| step.number());
                let digits = known.policy.reporting.digits();
                let show = |minor| crate::base::money::decimal_text(minor, digits);
                let part = ExplainedPart {
                    event: line.line.event_no as usize,
                    line_no: line.line.line_no as usize,
                    line_id: line_id(line.line.line_no as usize),
                    minor: -minor,
                    currency: spend.amount.currency,
                    converted_minor: converter.convert(-minor, spend.amount.currency, day)?,
                    rate_day: day,
                    quality: Quality::Actual,
                    source: format!("{} {}", spend.platform, spend.campaign),
                    rule: format!("step {step} of 4"),
                    arithmetic: if total_weight > 0 {
                        let weight = show(line.line.weight().max(0));
                        format!("-{amount} × {weight} / {}{vat}", show(total_weight))
                    } else {
                        format!("-{amount} × {} / {total_units}{vat}", line.line.units)
                    },
                };
                parts.push((Component::AdSpend, part));
            }
        }
    }
    Ok(parts)
}

/// The order that is meant: by number or id, in one store where it is named.
///
/// # Errors
/// `Asked` where none or several fit.
pub fn find_one(
    reader: &Reader<'_>,
    wanted: &str,
    store: Option<&str>,
) -> Result<OrderId, ReportError> {
    let store_id = match store {
        Some(name) => Some(
            stores::find_store(reader, name)?
                .ok_or_else(|| ReportError::Asked(format!("There is no store {name:?}.")))?
                .id,
        ),
        None => None,
    };
    let found = orders::find_orders(reader, wanted, store_id)?;
    let by_id: Vec<_> = found.iter().filter(|order| order.external_id == wanted).collect();
    match (by_id.as_slice(), found.as_slice()) {
        (_, []) => Err(ReportError::Asked(format!("There is no order {wanted:?}."))),
        ([one], _) => Ok(one.order),
        ([], [one]) => Ok(one.order),
        _ => {
            let ids: Vec<&str> = found.iter().map(|order| order.external_id.as_str()).collect();
            Err(ReportError::Asked(format!(
                "Several orders are called {wanted:?}: those with the ids {}. Name one by its id, \
                 and its store with --store.",
                ids.join(", ")
            )))
        }
    }
}

/// The platform's ids of an order's lines, by their place in the order.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_line_ids(
    reader: &Reader<'_>,
    order: OrderId,
) -> Result<Vec<(i64, String)>, StoreError> {
    let united = united::find_united(reader, order)?;
    let lines = united.order.map(|order| order.lines).unwrap_or_default();
    Ok(lines.into_iter().enumerate().map(|(index, line)| (index as i64, line.id)).collect())
}
