//! Deposits: Etsy names no members, so the rows since the deposit before are taken for them, and
//! what they lack of it is a part of its own.

use std::collections::BTreeMap;

use super::vocabulary::Meaning;
use super::wire::Row;
use crate::base::{Currency, Day};
use crate::connectors::contract::{Emit, Found};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::amount::{self, Mark};
use crate::domain::record::{ChargeClass, FeeClass, Payout, PayoutPart, Record};

/// The rows between two deposits, as the file has them.
#[derive(Default)]
struct Stretch {
    parts: BTreeMap<(&'static str, String), PayoutPart>,
    rows: i64,
}

struct Deposit {
    line: u64,
    id: String,
    day: Day,
    currency: Currency,
    minor: i64,
}

#[derive(Default)]
pub struct Deposits {
    deposits: Vec<Deposit>,
    /// One more than deposits: what stands before the first, between two, behind the last.
    stretches: Vec<Stretch>,
    first: Option<Day>,
    last: Option<Day>,
}

impl Deposits {
    pub fn add(&mut self, row: &Row, day: Day, meaning: &Meaning) {
        self.note(day);
        let group = group_of(meaning);
        let kind = format!("{} / {}", row.kind, meaning.kind());
        let parts = &mut self.stretch().parts;
        let part = parts.entry((group, kind.clone())).or_insert_with(|| PayoutPart {
            group: group.to_owned(),
            kind,
            amount_minor: 0,
            rows: 0,
            unclassified: group == "unclassified",
        });
        part.amount_minor += row.net_minor;
        part.rows += 1;
        self.stretch().rows += 1;
    }

    pub fn state(&mut self, row: &Row, day: Day, (id, minor): (String, i64)) {
        self.note(day);
        self.stretch();
        self.deposits.push(Deposit { line: row.line, id, day, currency: row.currency, minor });
        self.stretches.push(Stretch::default());
    }

    fn note(&mut self, day: Day) {
        self.first = self.first.or(Some(day));
        self.last = Some(day);
    }

    fn stretch(&mut self) -> &mut Stretch {
        if self.stretches.is_empty() {
            self.stretches.push(Stretch::default());
        }
        let at = self.stretches.len() - 1;
        &mut self.stretches[at]
    }

    /// Etsy writes the newest row first; a deposit's rows then stand behind it.
    ///
    /// # Errors
    /// What `emit` returns.
    pub fn emit(self, emit: Emit<'_>) -> Result<(), FileFault> {
        let is_rising = self.first < self.last;
        let skip = usize::from(!is_rising);
        let stretches = self.stretches.into_iter().skip(skip);
        for (deposit, stretch) in self.deposits.into_iter().zip(stretches) {
            let reached: i64 = stretch.parts.values().map(|part| part.amount_minor).sum();
            let mut parts: Vec<PayoutPart> = stretch.parts.into_values().collect();
            if reached != deposit.minor {
                parts.push(PayoutPart {
                    group: "balance".to_owned(),
                    kind: "balance before and after".to_owned(),
                    amount_minor: deposit.minor - reached,
                    rows: 0,
                    unclassified: false,
                });
            }
            let payout = Payout {
                id: deposit.id,
                currency: deposit.currency,
                from: None,
                to: None,
                deposited: Some(deposit.day),
                status: None,
                due: None,
                stated_minor: deposit.minor,
                rows: stretch.rows,
                parts,
                received: None,
            };
            emit(Found::Records { row: deposit.line, records: vec![Record::Payout(payout)] })?;
        }
        Ok(())
    }
}

/// The amount in `$37.35 sent to your bank account`: the first word that is one with its sign,
/// else the first that is one at all.
pub fn amount_in(text: &str, mark: Mark, currency: Currency) -> Option<i64> {
    let read = |word: &str| {
        let word = word.trim_end_matches([',', '.', ';']);
        let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
        has_digit.then(|| amount::minor(word, mark, currency).ok().flatten()).flatten()
    };
    let signed = |word: &&str| !word.starts_with(|sign: char| sign.is_ascii_digit());
    let words = || text.split_whitespace();
    words().filter(signed).find_map(read).or_else(|| words().find_map(read))
}

/// The bridge's row on which a statement's row stands.
fn group_of(meaning: &Meaning) -> &'static str {
    match meaning {
        Meaning::Sale => "sales",
        Meaning::Refund => "refunds",
        Meaning::BuyerTax => "tax",
        Meaning::Unknown(..) => "unclassified",
        Meaning::Deposit => "balance",
        Meaning::Outside(_, "reserve") => "reserves",
        Meaning::Outside(..) => "balance",
        Meaning::Fee(fee) => match (fee.class, fee.charge) {
            (FeeClass::Advertising, _) => "advertising",
            (FeeClass::OtherIncome, _) => "other_income",
            (FeeClass::Channel, ChargeClass::PeriodFee) if is_of_period(&fee.kind) => "period_fees",
            _ => "fees",
        },
    }
}

fn is_of_period(kind: &str) -> bool {
    let kind = kind.strip_prefix("tax_on_").unwrap_or(kind);
    matches!(kind, "listing" | "subscription")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_found_in_a_sentence() {
        let usd = Currency::parse("USD").unwrap();
        for (text, mark, expected) in [
            ("$37.35 sent to your bank account", Mark::Point, Some(37_35)),
            ("Transfer of £1,045.67 to account 99", Mark::Point, Some(1_045_67)),
            ("€195,32 an dein Bankkonto überwiesen", Mark::Comma, Some(195_32)),
            ("12.00 sent", Mark::Point, Some(12_00)),
            ("sent to your bank account", Mark::Point, None),
        ] {
            assert_eq!(amount_in(text, mark, usd), expected, "{text}");
        }
    }
}
