//! Totals in an ads export are no spend of their own: they are left out, held against the rows
//! and told.

use std::collections::{BTreeMap, HashMap};

use super::sums::LeftOut;
use crate::base::{Currency, Decimal};
use crate::connectors::contract::{Emit, Found, Refusal};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::Cells;

/// Words with which a total's row begins, in the languages of the exports.
const WORDS: [&str; 9] =
    ["total", "totals", "totale", "totales", "totaux", "gesamt", "summe", "insgesamt", "totaal"];
/// What may follow: `Total: Account`, `Total of 12 results`.
const AFTER: [&str; 6] = [":", "of ", "de ", "von ", "di ", "("];

/// Whether a row's first cell names a total.
pub fn is_label(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let Some(rest) = WORDS.iter().find_map(|word| {
        let rest = text.strip_prefix(word)?;
        (!rest.starts_with(char::is_alphanumeric)).then(|| rest.trim_start())
    }) else {
        return false;
    };
    rest.is_empty() || AFTER.iter().any(|after| rest.starts_with(after))
}

/// A sum; `None` where it became too large.
type Sum = Option<Decimal>;

/// What the rows come to and what the totals state.
pub struct Totals {
    by_campaign: HashMap<String, Sum>,
    rows: Sum,
    n_rows: i64,
    currency: Option<Currency>,
    is_mixed: bool,
    /// Lines and amounts of the totals over the file or a part of it.
    stated: Vec<(u64, Option<Decimal>)>,
    campaigns: Vec<(String, Option<Decimal>, Refusal)>,
}

impl Default for Totals {
    fn default() -> Self {
        Self {
            by_campaign: HashMap::new(),
            rows: Some(Decimal::ZERO),
            n_rows: 0,
            currency: None,
            is_mixed: false,
            stated: Vec::new(),
            campaigns: Vec::new(),
        }
    }
}

impl Totals {
    /// A row that is no total, whether it is taken in or refused.
    pub fn add_row(&mut self, campaign: &str, currency: Option<Currency>, amount: Option<Decimal>) {
        let Some(amount) = amount else { return };
        self.is_mixed |= self.currency.is_some() && currency.is_some() && self.currency != currency;
        self.currency = self.currency.or(currency);
        self.n_rows += 1;
        self.add(campaign, amount);
    }

    fn add(&mut self, campaign: &str, amount: Decimal) {
        self.rows = plus(self.rows, amount);
        match self.by_campaign.get_mut(campaign) {
            Some(sum) => *sum = plus(*sum, amount),
            None => {
                self.by_campaign.insert(campaign.to_owned(), Some(amount));
            }
        }
    }

    pub fn add_total(&mut self, cells: &Cells<'_>, amount: Option<Decimal>) {
        self.stated.push((cells.line, amount));
    }

    /// A campaign's total over its days, and its refusal for when no row spreads it over days.
    pub fn add_campaign(&mut self, campaign: String, amount: Option<Decimal>, refusal: Refusal) {
        self.campaigns.push((campaign, amount, refusal));
    }

    /// Tells what was left out. `left_out` are totals that only the sums could tell as such.
    ///
    /// # Errors
    /// What `emit` returns.
    pub fn finish(mut self, left_out: &LeftOut, emit: Emit<'_>) -> Result<(), FileFault> {
        for (campaign, amount) in left_out {
            self.add(campaign, amount.negated());
        }
        if !left_out.is_empty() {
            let what = format!(
                "{} rows without the breakdown that others name are the totals of these and were \
                 left out.",
                left_out.len()
            );
            emit(Found::Notice { row: 0, what })?;
        }
        self.tell_campaigns(emit)?;
        self.tell_stated(emit)
    }

    fn tell_campaigns(&mut self, emit: Emit<'_>) -> Result<(), FileFault> {
        let mut stated: BTreeMap<String, (u64, Sum)> = BTreeMap::new();
        for (campaign, amount, refusal) in std::mem::take(&mut self.campaigns) {
            if !self.by_campaign.contains_key(&campaign) {
                emit(Found::Refused(refusal))?;
                continue;
            }
            let (_, sum) = stated.entry(campaign).or_insert((refusal.row, Some(Decimal::ZERO)));
            *sum = amount.and_then(|amount| plus(*sum, amount));
        }
        for (campaign, (row, sum)) in stated {
            let rows = self.by_campaign.get(&campaign).copied().flatten();
            let verdict = compare(sum, (rows, self.n_rows));
            let what = format!("The total of {campaign:?} was left out; {verdict}");
            emit(Found::Notice { row, what })?;
        }
        Ok(())
    }

    /// An export ends in several totals (of the rows, of the account); one has to be the rows'.
    fn tell_stated(&self, emit: Emit<'_>) -> Result<(), FileFault> {
        let Some((row, first)) = self.stated.first() else { return Ok(()) };
        let fits = self.stated.iter().find(|(_, amount)| amount.is_some() && *amount == self.rows);
        let verdict = match fits {
            _ if self.is_mixed => {
                "they are not compared, for the rows are in several currencies.".to_owned()
            }
            Some((_, amount)) => compare(*amount, (self.rows, self.n_rows)),
            None => compare(*first, (self.rows, self.n_rows)),
        };
        let n_rows = self.stated.len();
        let what = format!("Rows with totals were left out ({n_rows}); {verdict}");
        emit(Found::Notice { row: *row, what })
    }
}

fn plus(sum: Sum, amount: Decimal) -> Sum {
    sum.and_then(|sum| sum.checked_add(amount))
}

/// Minor units by which rows that are rounded one by one may miss a total; in many rows most of it
/// cancels out.
pub const ROUNDED_MAX: i64 = 100;

fn compare(stated: Option<Decimal>, (rows, n_rows): (Sum, i64)) -> String {
    let (Some(stated), Some(rows)) = (stated, rows) else {
        return "what they state cannot be read.".to_owned();
    };
    let allowed = Decimal::from_minor(n_rows.min(ROUNDED_MAX), 2);
    let beyond = |less: Decimal, more: Decimal| plus(Some(less), allowed) < Some(more);
    if stated == rows {
        format!("they state {stated}, as the rows do.")
    } else if !beyond(stated, rows) && !beyond(rows, stated) {
        format!("they state {stated}, as the rows ({rows}) do but for rounding.")
    } else {
        format!(
            "they state {stated}, but the rows come to {rows}. Rows may be missing from the \
             export, or filtered out of it."
        )
    }
}
