//! What a page of figures says before its figures: that they are on their way, that rates are
//! missing, that a part of the address was not understood.

use std::collections::BTreeMap;

use crate::base::{Currency, Day};
use crate::domain::profit::convert::MissingRate;
use crate::store::orders;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind};
use crate::web::format::{self, Locale};
use crate::web::notice::{Notice, Progress, Weight};
use crate::web::page::Page;
use crate::web::permission::Permission;
use crate::web::state::{Shared, read};
use crate::web::words::{self, Word, known, say, tell};

/// Days that are written out for each currency that lacks rates.
const RATE_DAYS_MAX: usize = 3;

#[derive(Clone, Debug, Default)]
pub struct Standing {
    pub progress: Option<Progress>,
    pub notices: Vec<Notice>,
}

/// As `open`, for a page that tells of its state of knowledge itself.
///
/// # Errors
/// What the store said.
pub async fn open_without_known(state: &Shared, page: &Page) -> Result<Standing, AppError> {
    let mut standing = open(state, page, &[]).await?;
    if page.ask.as_known.is_some() {
        standing.notices.remove(0);
    }
    Ok(standing)
}

/// # Errors
/// What the store said.
pub async fn open(
    state: &Shared,
    page: &Page,
    missing: &[MissingRate],
) -> Result<Standing, AppError> {
    let mut notices: Vec<Notice> = known_notice(page).into_iter().collect();
    notices.extend(list_wrong(page));
    notices.extend(rates_notice(page, missing));
    let progress = match page.waiting {
        (0, 0) => None,
        waiting => {
            let total = read(state, orders::count).await?;
            Some(progress(waiting, total, page.locale))
        }
    };
    Ok(Standing { progress, notices })
}

/// Figures of an earlier state of knowledge say so, first of all.
fn known_notice(page: &Page) -> Option<Notice> {
    if let Some(day) = page.not_as_known {
        return Some(Notice {
            weight: Weight::Late,
            title: known::not_title(&format::day(day, page.locale)),
            text: known::not_text(),
            buttons: Vec::new(),
            link: None,
        });
    }
    let day = page.ask.as_known?;
    let today = Link::new(words::text(Word::KnownToday), page.ask.href_with(&[("as_known", None)]));
    let mut since = page.ask.clone();
    since.rest.clear();
    let label = words::text(Word::KnownWhatChanged);
    let href = since.href_of(&page.url("/changes-since"));
    Some(Notice {
        weight: Weight::Late,
        title: known::title(&format::day(day, page.locale)),
        text: known::text(),
        buttons: vec![Button::link(label, ButtonKind::Plain, href)],
        link: Some(today),
    })
}

fn list_wrong(page: &Page) -> Vec<Notice> {
    let wrong_days = page.ask.wrong_days.iter().map(|text| say::not_a_day(text));
    let named = page.ask.store.as_ref();
    let is_unknown = |name: &&String| !page.stores.iter().any(|store| store.name == **name);
    let wrong_store = named.filter(is_unknown).map(|name| tell::not_a_store(name));
    wrong_days
        .chain(wrong_store)
        .map(|text| Notice {
            weight: Weight::Late,
            title: tell::address_title(),
            text,
            buttons: Vec::new(),
            link: None,
        })
        .collect()
}

fn rates_notice(page: &Page, missing: &[MissingRate]) -> Option<Notice> {
    if missing.is_empty() {
        return None;
    }
    let shown = format::quantity(missing.len() as i64, page.locale);
    let list = list_rates(missing, page.locale);
    let (title, text) = tell::rates_missing(missing.len() as i64, &shown, &list);
    let may = Permission::Import.allows(page.who.role);
    let import = || {
        let label = words::text(Word::ImportRates);
        Button::link(label, ButtonKind::Plain, page.url("/import"))
    };
    let buttons = may.then(import).into_iter().collect();
    Some(Notice { weight: Weight::Late, title, text, buttons, link: None })
}

/// Currencies and days without a rate, in words.
pub fn list_rates(missing: &[MissingRate], locale: Locale) -> String {
    let mut days: BTreeMap<Currency, Vec<Day>> = BTreeMap::new();
    for rate in missing {
        days.entry(rate.currency).or_default().push(rate.day);
    }
    let told = days.into_iter().map(|(currency, days)| {
        let named: Vec<String> =
            days.iter().take(RATE_DAYS_MAX).map(|day| format::day(*day, locale)).collect();
        let more = days.len().saturating_sub(RATE_DAYS_MAX) as i64;
        let shown = format::quantity(more, locale);
        let more = (more > 0).then_some((more, shown.as_str()));
        tell::rate_days(currency.code(), &named.join(", "), more)
    });
    told.collect::<Vec<_>>().join("; ")
}

fn progress((orders, days): (i64, i64), total: i64, locale: Locale) -> Progress {
    let quantity = |count| format::quantity(count, locale);
    let (title, left, total) = if orders > 0 {
        let counted = say::counted(orders, &quantity(orders), Word::Order, Word::Orders);
        (tell::recounting(&counted), orders, total.max(orders))
    } else {
        let counted = say::counted(days, &quantity(days), Word::Day, Word::Days);
        (tell::spreading_ads(&counted), days, days)
    };
    let done = total - left;
    Progress {
        id: "recount".to_owned(),
        title,
        beside: None,
        done,
        total: total.max(1),
        shown: say::done_of(&quantity(done), &quantity(total)),
        note: tell::recount_note(),
        poll: None,
        stop: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_rates_are_told_by_currency_and_not_without_end() {
        let rate = |code: &str, day: i32| MissingRate {
            currency: Currency::parse(code).unwrap(),
            day: Day::parse("2026-11-01").unwrap().plus(day),
        };
        let missing: Vec<MissingRate> =
            (0..5).map(|day| rate("USD", day)).chain([rate("GBP", 0)]).collect();
        let list = list_rates(&missing, Locale::En);
        assert!(list.contains("GBP on 1 Nov 2026"), "{list}");
        assert!(list.contains("USD on 1 Nov 2026, 2 Nov 2026, 3 Nov 2026 and 2 more"), "{list}");
    }

    #[test]
    fn orders_go_before_days_and_nothing_divides_by_nothing() {
        let check = |waiting, total, title: &str, shown: &str| {
            let progress = progress(waiting, total, Locale::En);
            assert_eq!((progress.title.as_str(), progress.shown.as_str()), (title, shown));
            assert!(progress.total > 0);
        };
        check((128, 3), 412, "Recounting 128 orders", "284 of 412");
        check((0, 1), 412, "Spreading the ad spend of 1 day", "0 of 1");
        check((5, 0), 0, "Recounting 5 orders", "0 of 5");
    }
}
