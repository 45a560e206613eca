//! The sets of rules that held, the newest first, with who made each and the way back to it.

use super::page::href;
use crate::base::Instant;
use crate::domain::rules::Rules;
use crate::store::rules::RuleSet;
use crate::web::figure::{Figure, Link};
use crate::web::format;
use crate::web::page::Page;
use crate::web::parts::SectionHead;
use crate::web::permission::Permission;
use crate::web::table::{Cell, Column, Keep, Row, RowKind, Table, Words};
use crate::web::words::{self, Word};

/// `None` before the first set.
pub fn table(page: &Page, sets: &[RuleSet], may: bool) -> Option<(SectionHead, Table)> {
    if sets.is_empty() {
        return None;
    }
    let mut table = Table::new("rules-history", words::text(Word::RulesHistory));
    table.dense = true;
    table.columns = vec![
        Column::words(words::text(Word::RulesSince)),
        Column { keep: Keep::Wide, ..Column::words(words::text(Word::RulesUntil)) },
        Column::words(words::text(Word::RulesBy)),
        Column::words(words::text(Word::RulesHow)).wide(),
        Column::figures(words::text(Word::RulesCount)),
    ];
    if may {
        table.columns.push(Column::words(words::text(Word::CostChangeIt)));
    }
    table.rows = sets.iter().map(|set| row(page, set, may)).collect();
    Some((SectionHead::new("history", words::text(Word::RulesHistory)), table))
}

fn row(page: &Page, set: &RuleSet, may: bool) -> Row {
    let until = match set.until {
        Some(until) => moment(page, until),
        None => words::text(Word::RulesNow).to_owned(),
    };
    let by = match set.by.as_str() {
        "" => words::text(Word::ImportByCommand).to_owned(),
        by => by.to_owned(),
    };
    let file = |(id, name): &(crate::base::id::ImportId, String)| {
        let may = Permission::Import.allows(page.who.role);
        let href = may.then(|| page.url(&format!("/import/{id}")));
        Cell::Words(Words { text: name.clone(), href, ..Words::default() })
    };
    // Neither a file nor a person: a command put it there, or took a file of rules back.
    let is_typed = !set.by.is_empty();
    let how = if is_typed { Word::RulesTyped } else { Word::RuleNone };
    let by_hand = || Cell::quiet(words::text(how));
    let mut cells = vec![
        Cell::text(moment(page, set.from)),
        Cell::quiet(until),
        Cell::quiet(by),
        set.import.as_ref().map_or_else(by_hand, file),
        Cell::figure(Figure::text(format::quantity(count(&set.rules), page.locale))),
    ];
    if may {
        cells.push(match set.past {
            Some(past) => {
                let to = href(page, &[("past", &past.to_string())]);
                Cell::Links(vec![Link::new(words::text(Word::RulesPutBackShort), to)])
            }
            None => Cell::Blank,
        });
    }
    let kind = if set.past.is_none() { RowKind::Subtotal } else { RowKind::Plain };
    Row::of(kind, cells)
}

/// Day and time in the books' zone.
pub fn moment(page: &Page, at: Instant) -> String {
    format!("{}, {}", format::day(at.day_in(&page.zone), page.locale), at.time_in(&page.zone))
}

fn count(rules: &Rules) -> i64 {
    let counts = [
        rules.payment_fees.len(),
        rules.shipping_costs.len(),
        rules.handling_costs.len(),
        rules.vat_rates.len(),
        rules.campaigns.len(),
        rules.groups.len(),
        rules.cost_guesses.len(),
        rules.fee_kinds.len(),
        rules.bundles.len(),
        rules.input_vat.len(),
    ];
    counts.iter().sum::<usize>() as i64
}
