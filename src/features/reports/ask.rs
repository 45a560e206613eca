//! What is asked of a report of the list: leniently out of the address of a page, strictly out of
//! what a program or a command names.

use actix_web::HttpRequest;

use crate::base::Day;
use crate::domain::ask::{AdsMode, Against, Ask, Basis, Scope};
use crate::domain::table::TableAsk;
use crate::reports::catalogue::{self, Choice, Span, Spec};
use crate::store::stores::Store;
use crate::web::ask::Preset;
use crate::web::page::Page;
use crate::web::words::reports as words;

/// The report that an address names by its last part.
pub fn find_spec(request: &HttpRequest) -> Option<&'static Spec> {
    let last = request.path().rsplit('/').next().unwrap_or_default();
    let name = last.strip_suffix(".csv").or(last.strip_suffix(".xlsx")).unwrap_or(last);
    catalogue::find(name)
}

/// The days that this report means where the address names none.
pub fn usual(spec: &Spec) -> Preset {
    match spec.usual {
        Span::Days30 => Preset::Last30Days,
        Span::Months6 => Preset::SixMonths,
        Span::Months12 => Preset::TwelveMonths,
    }
}

/// What is not understood stands at its usual value.
pub fn of_page(spec: &Spec, page: &Page) -> TableAsk {
    let mut ask = TableAsk {
        ask: page.report_ask(),
        against: page.ask.against,
        choices: spec.usual_choices(),
        today: page.today,
    };
    for (name, value) in &page.ask.rest {
        let _ = put(spec, &mut ask, name, value);
    }
    obey(spec, &mut ask);
    ask
}

/// Why an ask was refused.
pub enum Refused {
    Wrong(String),
    /// A store that is not there.
    Unknown(String),
}

/// What programs and commands name: strict, because they must not take another answer for theirs.
///
/// # Errors
/// The first value that is not understood, with those that are.
pub fn of_pairs(
    spec: &Spec,
    pairs: &[(String, String)],
    (scope, stores): (&Scope, &[Store]),
    today: Day,
) -> Result<TableAsk, Refused> {
    let mut ask = TableAsk {
        ask: Ask::all(scope.clone()),
        against: Against::default(),
        choices: spec.usual_choices(),
        today,
    };
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        let wrong = |wanted: &str| {
            let value: String = value.chars().take(60).collect();
            Refused::Wrong(format!("{name}={value:?} is not understood. {wanted}"))
        };
        let day = || Day::parse(value).map_err(|_| wrong("Give a day such as 2026-11-20."));
        match name.as_str() {
            "from" => ask.ask.from = Some(day()?),
            "to" => ask.ask.to = Some(day()?),
            "store" => {
                let known = stores.iter().filter(|store| scope.allows(store.id));
                let found = known.into_iter().find(|store| store.name == *value);
                let unknown = || Refused::Unknown(format!("There is no store {value:?}."));
                ask.ask.store = Some(found.ok_or_else(unknown)?.id);
            }
            _ => put(spec, &mut ask, name, value).map_err(|wanted| wrong(&wanted))?,
        }
    }
    obey(spec, &mut ask);
    Ok(ask)
}

/// # Errors
/// What would be understood instead.
fn put(spec: &Spec, ask: &mut TableAsk, name: &str, value: &str) -> Result<(), String> {
    let one_of = |values: &[&str]| words::wrong_choice(name, values);
    match name {
        "basis" => {
            ask.ask.basis = Basis::parse(value).ok_or_else(|| one_of(&["event", "order"]))?;
        }
        "against" => {
            let names = Against::ALL.map(Against::name);
            ask.against = Against::parse(value).ok_or_else(|| one_of(&names))?;
        }
        "ads" => {
            ask.ask.ads = AdsMode::parse(value).ok_or_else(|| one_of(&["blended", "matched"]))?;
        }
        "fully_loaded" => {
            ask.ask.fully_loaded = match value {
                "true" | "yes" | "1" => true,
                "false" | "no" | "0" => false,
                _ => return Err(one_of(&["true", "false"])),
            };
        }
        _ => {
            // A parameter that is no choice of this report changes nothing.
            let Some(choice) = spec.find_choice(name) else { return Ok(()) };
            let value = find_value(choice, value).ok_or_else(|| one_of(choice.values))?;
            ask.choices.retain(|(other, _)| *other != choice.name);
            ask.choices.push((choice.name, value));
        }
    }
    Ok(())
}

fn find_value(choice: &Choice, value: &str) -> Option<&'static str> {
    choice.values.iter().find(|known| **known == value).copied()
}

/// Leaves out what the report does not obey, so that one question has one answer.
fn obey(spec: &Spec, ask: &mut TableAsk) {
    if !spec.obeys.basis {
        ask.ask.basis = Basis::default();
    }
    if !spec.obeys.against {
        ask.against = Against::Nothing;
    }
    if !spec.obeys.ads {
        ask.ask.ads = AdsMode::default();
    }
    if !spec.obeys.fully_loaded {
        ask.ask.fully_loaded = false;
    }
}
