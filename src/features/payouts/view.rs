//! The pages in words: the accounts and their payouts; one payout and what it is made of.

pub mod list;
pub mod one;

use crate::domain::payouts::{PaidOut, Standing};
use crate::web::format::{self, Locale};
use crate::web::parts::{State, StateMark};
use crate::web::words::payout as told;

/// Where a payout stands, with its day where one is stated.
fn state(payout: &PaidOut, locale: Locale) -> Option<StateMark> {
    let day = payout.day.map(|day| format::day_short(day, locale));
    let mark = match payout.standing {
        Standing::Paid => State::Fresh,
        Standing::InTransit => State::Running,
        Standing::Failed => State::Broken,
        Standing::Untold => return None,
    };
    Some(StateMark::new(mark, told::standing(payout.standing.name(), day.as_deref())))
}

/// By what a payout is known: the platform, and its number or day.
fn name(payout: &PaidOut, locale: Locale) -> String {
    let day = payout.day.map(|day| format::day(day, locale));
    told::name(payout.platform, &payout.reference, day.as_deref())
}
