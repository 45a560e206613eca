//! What each payout paid out: its rows by kind, against the amount that its own row states.

use std::collections::BTreeMap;

use super::normalise::Movement;
use super::vocabulary::Meaning;
use super::wire::Row;
use crate::base::{Currency, Day};
use crate::connectors::contract::{Emit, Found};
use crate::connectors::fault::FileFault;
use crate::domain::record::{ChargeClass, FeeClass, Payout, PayoutPart, PayoutStatus, Record};

/// By the payout's id and currency.
#[derive(Default)]
pub struct Payouts {
    sums: BTreeMap<(String, String), Sums>,
}

struct Sums {
    currency: Currency,
    /// Line, day and amount of the payout's own row.
    stated: Option<(u64, Day, i64)>,
    /// eBay's word for where it stands.
    status: Option<PayoutStatus>,
    /// By group and eBay's own words.
    parts: BTreeMap<(&'static str, String), PayoutPart>,
    rows: i64,
}

impl Payouts {
    /// A payout's own row; eBay writes it as a deduction.
    pub fn state(&mut self, row: &Row) {
        let minor = -row.net_minor.or(row.gross_minor).unwrap_or(0);
        if let Some(sums) = self.sums_of(row) {
            let before = sums.stated.map_or(0, |(.., minor)| minor);
            sums.stated = Some((row.line, row.day, before + minor));
            sums.status = row.status.as_deref().and_then(find_status);
        }
    }

    pub fn add(&mut self, movement: &Movement<'_>) {
        let head = movement.head();
        let Some(net_minor) = head.net_minor else { return };
        let Some(sums) = self.sums_of(head) else { return };
        sums.rows += 1;
        let mut rest = net_minor;
        let group = group_of(movement);
        // Column by column where they are in the currency of the payout, else the net alone.
        if head.currency == head.payout_currency && is_trade(movement.meaning) {
            for fee in movement.fees() {
                let group = if fee.unknown { "unclassified" } else { "fees" };
                sums.add(group, format!("{} / {}", head.kind, fee.title), fee.minor);
                rest -= fee.minor;
            }
            if let Some(gross) = head.gross_minor {
                sums.add(group, format!("{} / gross transaction amount", head.kind), gross);
                rest -= gross;
            }
            if rest != 0 {
                sums.add("unclassified", format!("{} / in no column", head.kind), rest);
            }
            return;
        }
        let words = match &head.description {
            Some(description) if group != "sales" => format!("{} / {description}", head.kind),
            _ => format!("{} / net amount", head.kind),
        };
        sums.add(group, words, rest);
    }

    /// # Errors
    /// What `emit` returns.
    pub fn emit(self, emit: Emit<'_>) -> Result<(), FileFault> {
        for ((id, _), sums) in self.sums {
            let Some((row, day, stated_minor)) = sums.stated else { continue };
            let reached: i64 = sums.parts.values().map(|part| part.amount_minor).sum();
            let mut parts: Vec<PayoutPart> = sums.parts.into_values().collect();
            if reached != stated_minor {
                parts.push(PayoutPart {
                    group: "balance".to_owned(),
                    kind: "transactions outside of this report".to_owned(),
                    amount_minor: stated_minor - reached,
                    rows: 0,
                    unclassified: false,
                });
            }
            // A payout that does not say where it stands was sent on the day of its row.
            let is_open =
                matches!(sums.status, Some(PayoutStatus::InTransit) | Some(PayoutStatus::Failed));
            let payout = Payout {
                id,
                currency: sums.currency,
                from: None,
                to: None,
                deposited: (!is_open).then_some(day),
                status: sums.status,
                due: None,
                stated_minor,
                rows: sums.rows,
                parts,
                received: None,
            };
            emit(Found::Records { row, records: vec![Record::Payout(payout)] })?;
        }
        Ok(())
    }

    fn sums_of(&mut self, row: &Row) -> Option<&mut Sums> {
        let currency = row.payout_currency;
        let key = (row.payout.clone()?, currency.code().to_owned());
        Some(self.sums.entry(key).or_insert_with(|| Sums {
            currency,
            stated: None,
            status: None,
            parts: BTreeMap::new(),
            rows: 0,
        }))
    }
}

impl Sums {
    fn add(&mut self, group: &'static str, kind: String, minor: i64) {
        let part = self.parts.entry((group, kind.clone())).or_insert_with(|| PayoutPart {
            group: group.to_owned(),
            kind,
            amount_minor: 0,
            rows: 0,
            unclassified: group == "unclassified",
        });
        part.amount_minor += minor;
        part.rows += 1;
    }
}

fn find_status(text: &str) -> Option<PayoutStatus> {
    match text.trim().to_lowercase().as_str() {
        "funds sent" | "succeeded" | "completed" | "überwiesen" => Some(PayoutStatus::Paid),
        "initiated" | "in progress" | "pending" | "in bearbeitung" => Some(PayoutStatus::InTransit),
        "failed" | "returned" | "reversed" | "fehlgeschlagen" => Some(PayoutStatus::Failed),
        _ => None,
    }
}

fn is_trade(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::Sale | Meaning::Refund)
}

/// The bridge's row on which a transaction stands.
fn group_of(movement: &Movement<'_>) -> &'static str {
    match movement.meaning {
        Meaning::Sale => "sales",
        Meaning::Refund => "refunds",
        Meaning::Label => "fees",
        Meaning::Income(_) => "other_income",
        Meaning::Outside(ChargeClass::Tax, _) => "tax",
        Meaning::Outside(..) if movement.is_held() => "reserves",
        Meaning::Outside(..) | Meaning::Payout => "balance",
        Meaning::Unknown => "unclassified",
        Meaning::Fee => match movement.fee_meaning() {
            None => "unclassified",
            Some(fee) if fee.class == FeeClass::Advertising => "advertising",
            Some(_) if movement.head().order.is_none() => "period_fees",
            Some(_) => "fees",
        },
    }
}
