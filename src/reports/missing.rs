//! What is missing, unknown or only estimated, by money at stake: what a person should do next.
//! Each source looks for gaps of its kind; a new kind of gap is a new source of the list.

mod fees;
mod lines;
mod records;

use super::ReportError;
use crate::base::id::StoreId;
use crate::base::{Day, DayRange, Money, Zone};
use crate::domain::ask::{Ask, Scope};
use crate::domain::gap::{Gap, Piece};
use crate::domain::profit::convert::Converter;
use crate::store::Reader;
use crate::store::policy::find_terms;

/// Pieces of one gap that are listed.
pub const PIECES_MAX: usize = 10;

/// Gaps of one kind within what is asked.
type Source = fn(&Reader<'_>, &Asked<'_>) -> Result<Vec<Gap>, ReportError>;

/// What a person can mend.
static TASKS: &[Source] = &[
    lines::list_missing,
    lines::list_guessed,
    fees::list_unknown_fees,
    fees::list_unknown_charges,
    fees::list_unexplained,
    records::list_rates,
    records::list_unallocated_ads,
    records::list_labels,
    records::list_refused,
    records::list_unknowns,
];

/// What time alone mends.
static WAITING: &[Source] = &[lines::list_estimated];

/// What a source is asked: the days, by event, and the stores.
struct Asked<'a> {
    ask: &'a Ask,
    range: DayRange,
    today: Day,
    zone: &'a Zone,
}

impl Asked<'_> {
    /// ` and store_id in (1, 2)`, or nothing where all stores are meant.
    fn within(&self, column: &str) -> String {
        let ids: Vec<String> = match (self.ask.store, &self.ask.scope) {
            (Some(store), _) => vec![store.0.to_string()],
            (None, Scope::All) => return String::new(),
            (None, Scope::Stores(stores)) => stores.iter().map(|id| id.0.to_string()).collect(),
        };
        format!(" and {column} in ({})", ids.join(", "))
    }

    /// Whether a record of this store, or of none, belongs to what is asked.
    fn wants(&self, store: Option<StoreId>) -> bool {
        match store {
            Some(store) => {
                self.ask.scope.allows(store) && self.ask.store.is_none_or(|asked| asked == store)
            }
            None => self.ask.store.is_none() && self.ask.scope == Scope::All,
        }
    }
}

/// Gaps of the asked days and stores, the most money first. Empty before the first store.
///
/// # Errors
/// `Store`; `Overflow` where a sum leaves 64 bits.
pub fn list_gaps(reader: &Reader<'_>, ask: &Ask, today: Day) -> Result<Vec<Gap>, ReportError> {
    list(reader, ask, today, TASKS.iter().chain(WAITING))
}

/// Of these the ones that a person can mend.
///
/// # Errors
/// As `list_gaps`.
pub fn list_tasks(reader: &Reader<'_>, ask: &Ask, today: Day) -> Result<Vec<Gap>, ReportError> {
    list(reader, ask, today, TASKS.iter())
}

fn list<'a>(
    reader: &Reader<'_>,
    ask: &Ask,
    today: Day,
    sources: impl Iterator<Item = &'a Source>,
) -> Result<Vec<Gap>, ReportError> {
    let Some(known) = find_terms(reader)? else { return Ok(Vec::new()) };
    let range = super::profit::find_range(reader, ask, today)?;
    let asked = Asked { ask, range, today, zone: &known.policy.zone };
    let mut gaps = Vec::new();
    for list in sources {
        gaps.extend(list(reader, &asked)?);
    }
    let mut converter = Converter::new(&known.policy.rates, known.policy.reporting);
    for gap in &mut gaps {
        for money in &gap.at_stake {
            let minor = converter.convert(money.minor, money.currency, range.to)?;
            gap.weight_minor = gap.weight_minor.saturating_add(minor.unwrap_or_default());
        }
    }
    // The largest first; of those without money the most frequent.
    gaps.sort_by_key(|gap| std::cmp::Reverse((gap.weight_minor.unsigned_abs(), gap.count)));
    Ok(gaps)
}

/// Adds an amount to the sum of its currency.
fn add_money(sums: &mut Vec<Money>, amount: Money) {
    match sums.iter_mut().find(|sum| sum.currency == amount.currency) {
        Some(sum) => sum.minor = sum.minor.saturating_add(amount.minor),
        None => sums.push(amount),
    }
}

/// Puts pieces into a gap: its money is their sum, and the first few are named.
fn with_pieces(mut gap: Gap, mut pieces: Vec<Piece>) -> Gap {
    for amount in pieces.iter().flat_map(|piece| &piece.at_stake) {
        add_money(&mut gap.at_stake, *amount);
    }
    let largest = |piece: &Piece| {
        let minor = piece.at_stake.iter().map(|money| money.minor.unsigned_abs()).max();
        (minor.unwrap_or_default(), piece.count)
    };
    pieces.sort_by_key(|piece| std::cmp::Reverse(largest(piece)));
    gap.more = pieces.len().saturating_sub(PIECES_MAX) as i64;
    pieces.truncate(PIECES_MAX);
    gap.pieces = pieces;
    gap
}
