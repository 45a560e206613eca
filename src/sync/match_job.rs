//! The job that links listings to variants where their codes tell it for certain, and suggests
//! where they do not (`domain/catalogue`). What a person chose is left alone.

use std::collections::{HashMap, HashSet};

use super::ctx::Tools;
use super::import_job::BOOKS_JOB;
use super::stock::job as stock_job;
use crate::base::id::StoreId;
use crate::domain::catalogue::matching::{Matched, match_listings};
use crate::domain::catalogue::{Found, Key, Listed, Suggestion};
use crate::jobs::{JobFault, JobKind, Lease, runner};
use crate::store::listing_links::{self, How, ListingLink};
use crate::store::stock::variants;
use crate::store::{Lane, Reader, StoreError, Tx, catalogue, dirty, listing_parts, profit};
use crate::store::{jobs, suggestions};

pub static MATCH: JobKind<Tools> = JobKind { name: "match", run: run_job };

/// Listings that go through the writer at once.
const LISTINGS_AT_ONCE: usize = 2_000;

/// Has listings be matched, unless that waits already.
///
/// # Errors
/// `StoreError` of the database.
pub fn queue(tx: &Tx<'_>) -> Result<(), StoreError> {
    let name = MATCH.name;
    let new = jobs::NewJob {
        kind: name,
        lane: name,
        payload: "{}",
        dedupe_key: Some(name),
        due_at: tx.now,
    };
    jobs::insert_job(tx, &new).map(|_| ())
}

fn run_job(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    if lease.should_stop() {
        return Err(JobFault::Stopped);
    }
    let told = run(tools)?;
    tools.db.write_local(Lane::Background, |tx| {
        let text = format!("{} linked, {} no longer, {} looked at", told.made, told.ended, told.of);
        lease.tell_in(tx, &text)
    })?;
    Ok(())
}

/// What a matching changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Listings that were looked at.
    pub of: i64,
    /// Links that were made or changed, and links that ended.
    pub made: i64,
    pub ended: i64,
    /// Listings whose suggestions are others.
    pub suggested: i64,
}

/// What changes of one listing.
struct Step {
    store: StoreId,
    listing: String,
    /// The link that codes tell now, where it is another than there is.
    link: Option<Option<ListingLink>>,
    /// A SKU that is to be a variant.
    variant: Option<(String, String)>,
    suggestions: Option<Vec<Suggestion>>,
}

/// Matches everything with everything.
///
/// # Errors
/// `StoreError` of the database.
pub fn run(tools: &Tools) -> Result<Told, StoreError> {
    let (of, steps) = tools.db.read(plan)?;
    let mut told = Told { of, ..Told::default() };
    for steps in steps.chunks(LISTINGS_AT_ONCE) {
        tools.db.write_local(Lane::Background, |tx| {
            steps.iter().try_for_each(|step| take(tx, step, &mut told))
        })?;
    }
    let is_moved = tools.db.write_local(Lane::Background, settle)?;
    if is_moved {
        tools.signal.wake();
    }
    Ok(told)
}

/// Has the books and the stock follow what links say now. Gives whether the books do.
///
/// # Errors
/// `StoreError` of the database.
pub(super) fn settle(tx: &Tx<'_>) -> Result<bool, StoreError> {
    stock_job::queue_plan(tx)?;
    let mark = dirty::find_version_for_write(tx)? + 1;
    if !listing_parts::refresh(tx, mark)? {
        return Ok(false);
    }
    dirty::bump_version(tx)?;
    dirty::bump_policy(tx)?;
    runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB))?;
    Ok(true)
}

fn plan(reader: &Reader<'_>) -> Result<(i64, Vec<Step>), StoreError> {
    let listed = catalogue::list_listed(reader)?;
    let all = catalogue::list_variants(reader)?;
    let known: HashSet<String> =
        profit::list_variants(reader.conn())?.into_iter().map(|(_, sku, _)| sku).collect();
    let mut links = listing_links::map_links(reader.conn())?;
    let mut suggested = suggestions::map_suggestions(reader)?;
    let mut steps = Vec::new();
    for (listed, matched) in listed.iter().zip(match_listings(&all, &listed)) {
        let key = (listed.store, listed.listing.clone());
        let link = differing(links.remove(&key), listed, &matched);
        let before = suggested.remove(&key).unwrap_or_default();
        let is_same = before == matched.suggestions;
        let sku = match &matched.found {
            Found::Exact => Some(&listed.sku),
            Found::Linked { sku, .. } => Some(sku),
            Found::Chosen | Found::Open => None,
        };
        let variant = sku.filter(|sku| !known.contains(*sku));
        let step = Step {
            store: listed.store,
            listing: listed.listing.clone(),
            variant: variant.map(|sku| (sku.clone(), listed.title.clone())),
            link,
            suggestions: (!is_same).then_some(matched.suggestions),
        };
        if step.link.is_some() || step.variant.is_some() || step.suggestions.is_some() {
            steps.push(step);
        }
    }
    // Of listings that are gone.
    let gone: HashMap<(StoreId, String), _> = suggested;
    let mut gone: Vec<_> = gone.into_keys().collect();
    gone.sort();
    steps.extend(gone.into_iter().map(|(store, listing)| Step {
        store,
        listing,
        link: None,
        variant: None,
        suggestions: Some(Vec::new()),
    }));
    Ok((listed.len() as i64, steps))
}

/// The link that should be in the place of the one that is; `None` where that one is right.
fn differing(
    now: Option<ListingLink>,
    listed: &Listed,
    matched: &Matched,
) -> Option<Option<ListingLink>> {
    if now.as_ref().is_some_and(|link| link.how.is_chosen()) {
        return None;
    }
    let wanted = match &matched.found {
        Found::Linked { sku, units, by } => Some(ListingLink {
            store: listed.store,
            listing: listed.listing.clone(),
            sku: sku.clone(),
            units: *units,
            how: match by {
                Key::NormalisedSku => How::NormalisedSku,
                Key::Barcode => How::Barcode,
                Key::CatalogueId => How::CatalogueId,
            },
        }),
        Found::Chosen | Found::Exact | Found::Open => None,
    };
    (now != wanted).then_some(wanted)
}

fn take(tx: &Tx<'_>, step: &Step, told: &mut Told) -> Result<(), StoreError> {
    if let Some((sku, title)) = &step.variant {
        variants::upsert_variant(tx, sku, title)?;
    }
    if let Some(suggested) = &step.suggestions {
        suggestions::replace_suggestions(tx, (step.store, &step.listing), suggested)?;
        told.suggested += 1;
    }
    let Some(wanted) = &step.link else { return Ok(()) };
    // A person may have chosen since it was looked at.
    let now = listing_links::find_link(tx.conn(), step.store, &step.listing)?;
    if now.is_some_and(|link| link.how.is_chosen()) {
        return Ok(());
    }
    match wanted {
        Some(link) => {
            listing_links::upsert_link(tx, link, None)?;
            told.made += 1;
        }
        None => {
            listing_links::end_link(tx, step.store, &step.listing)?;
            told.ended += 1;
        }
    }
    Ok(())
}
