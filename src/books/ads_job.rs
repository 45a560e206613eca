//! Dirty days → what each line sold on the day bears of the day's ad spend.

use std::collections::HashMap;

use crate::base::id::{AdSpendId, OrderId, StoreId};
use crate::base::{Day, DayRange};
use crate::books::BooksError;
use crate::books::profit_job::{Progress, threads};
use crate::domain::profit::ads::{DayLine, Spend, Step, allocate};
use crate::domain::profit::convert::{Converter, Overflow};
use crate::domain::profit::facts::Policy;
use crate::domain::record::AdSpend;
use crate::store::places::{OrderPlace, Places};
use crate::store::policy::find_terms;
use crate::store::profit::{self, AdResult, StoredLine};
use crate::store::rollups::Deltas;
use crate::store::{Db, Reader, StoreError, Tx, costs, day_lines, dirty, stores};

/// Days per write transaction.
const BATCH_MAX: i64 = 50;

/// Allocates the ad spend of every day that is dirty now. `behind`: the sums by product and place
/// are made again later.
///
/// # Errors
/// `Store`, and `Stopped` when `progress` says so; what was stored stays.
pub fn run(db: &Db, progress: Progress<'_>, behind: bool) -> Result<(), BooksError> {
    loop {
        let days = db.read(|reader| dirty::list_days(reader, BATCH_MAX))?;
        if days.is_empty() {
            return Ok(());
        }
        let (version, computed) = compute_apart(db, &days)?;
        let total = computed.len() as i64;
        db.write_bulk(|tx| write_days(tx, (version, behind), &computed))?;
        if !progress(total, total) {
            return Err(BooksError::Stopped);
        }
    }
}

pub(super) struct ComputedDay {
    day: Day,
    mark: i64,
    /// Lines whose share changed: as they were and as they are, with their orders' places.
    pub(super) changed: Vec<(StoredLine, StoredLine, OrderPlace)>,
    pub(super) results: Vec<AdResult>,
    /// Rows of spend without a rate.
    unconverted: HashMap<AdSpendId, crate::base::Currency>,
    /// What the lines were when this was computed, so that a later change is noticed.
    weights: Vec<(OrderId, i64, i64, i64)>,
}

/// Computes the days on as many threads as the books have; gives the oldest state that was read.
fn compute_apart(db: &Db, days: &[(Day, i64)]) -> Result<(i64, Vec<ComputedDay>), StoreError> {
    let share = days.len().div_ceil(threads()).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = days
            .chunks(share)
            .map(|days| {
                scope.spawn(move || {
                    db.read(|reader| {
                        Ok((dirty::find_version(reader)?, compute_days(reader, days)?))
                    })
                })
            })
            .collect();
        let mut all = (i64::MAX, Vec::with_capacity(days.len()));
        for part in parts {
            let broken = |_| StoreError::Internal("allocating ad spend broke off".to_owned());
            let (version, computed) = part.join().map_err(broken)??;
            all.0 = version.min(all.0);
            all.1.extend(computed);
        }
        Ok(all)
    })
}

fn compute_days(reader: &Reader<'_>, days: &[(Day, i64)]) -> Result<Vec<ComputedDay>, StoreError> {
    let Some(known) = find_terms(reader)? else { return Ok(Vec::new()) };
    let names: HashMap<StoreId, String> =
        stores::list_stores(reader)?.into_iter().map(|store| (store.id, store.name)).collect();
    days.iter()
        .map(|(day, mark)| {
            compute_day(reader, (*day, *mark), &known.policy, &names)
                .map_err(|fault| StoreError::Internal(fault.to_string()))
        })
        .collect()
}

pub(super) fn compute_day(
    reader: &Reader<'_>,
    (day, mark): (Day, i64),
    policy: &Policy,
    names: &HashMap<StoreId, String>,
) -> Result<ComputedDay, BooksError> {
    let sold = day_lines::list_sold(reader, day)?;
    let spends = costs::list_ad_spend(reader, DayRange { from: day, to: day })?;
    let lines: Vec<DayLine<'_>> = sold
        .iter()
        .map(|sold| DayLine {
            weight_minor: sold.line.weight(),
            quantity: sold.line.units,
            sku: sold.sku.as_deref(),
            store: names.get(&sold.line.store).map_or("", String::as_str),
            campaign: sold.campaign.as_deref(),
        })
        .collect();
    let mut converter = Converter::new(&policy.rates, policy.reporting);
    let mut shares = vec![(0_i64, 0_i64); lines.len()];
    let mut computed = ComputedDay {
        day,
        mark,
        changed: Vec::new(),
        results: Vec::new(),
        unconverted: HashMap::new(),
        weights: sold.iter().map(|sold| weight_key(&sold.line)).collect(),
    };
    for (id, spend) in &spends {
        let allocated = allocate(&lines, &as_spend(spend), &policy.rules);
        let mut borne_minor = 0;
        for (index, minor) in &allocated.parts {
            let part = convert(&mut converter, *minor, spend, day)?.unwrap_or_default();
            let share = &mut shares[*index];
            let side = match allocated.step {
                Some(step) if step.is_matched() => &mut share.0,
                _ => &mut share.1,
            };
            *side -= part;
            borne_minor -= part;
        }
        let whole = convert(&mut converter, spend.amount.minor, spend, day)?;
        if whole.is_none() {
            computed.unconverted.insert(*id, spend.amount.currency);
        }
        computed.results.push(AdResult {
            spend: *id,
            day,
            step: allocated.step.map(Step::number),
            borne_minor,
            whole_minor: -whole.unwrap_or_default(),
        });
    }
    for (sold, (matched, blended)) in sold.iter().zip(shares) {
        let mut line = sold.line;
        line.set_ads(matched, blended);
        if line != sold.line {
            let place = OrderPlace::new(
                sold.country.as_deref(),
                sold.channel.as_deref(),
                sold.campaign.as_deref(),
            );
            computed.changed.push((sold.line, line, place));
        }
    }
    Ok(computed)
}

fn convert(
    converter: &mut Converter<'_>,
    minor: i64,
    spend: &AdSpend,
    day: Day,
) -> Result<Option<i64>, Overflow> {
    converter.convert(minor, spend.amount.currency, day)
}

/// A stored row of spend as the allocation takes it.
pub fn as_spend(spend: &AdSpend) -> Spend<'_> {
    Spend {
        amount: spend.amount,
        platform: &spend.platform,
        campaign: &spend.campaign,
        store: spend.store.as_deref(),
        sku: spend.sku.as_deref(),
    }
}

fn weight_key(line: &StoredLine) -> (OrderId, i64, i64, i64) {
    (line.order, line.event_no, line.line_no, line.weight())
}

fn write_days(
    tx: &Tx<'_>,
    (version, behind): (i64, bool),
    days: &[ComputedDay],
) -> Result<(), StoreError> {
    let mut deltas = if behind { Deltas::of_stores() } else { Deltas::default() };
    let mut places = Places::default();
    let is_as_read = dirty::bump_version(tx)? == version + 1;
    for computed in days {
        // Where something changed since the lines were read, theirs may have; then the day waits
        // for its turn.
        if !is_as_read && day_lines::list_weights(tx, computed.day)? != computed.weights {
            continue;
        }
        for (before, after, place) in &computed.changed {
            let place = places.find(tx, place.clone())?;
            deltas.add_line(before, place, -1);
            deltas.add_line(after, place, 1);
            profit::update_ads(tx, after)?;
        }
        for result in &computed.results {
            profit::upsert_ad_result(tx, result)?;
            let missing = computed.unconverted.get(&result.spend);
            let missing = missing.map(|currency| (*currency, computed.day));
            profit::replace_missing_ad_rate(tx, result.spend, missing)?;
        }
        dirty::clear_day(tx, computed.day, computed.mark)?;
    }
    deltas.write(tx)
}
