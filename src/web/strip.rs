//! The strip over a page: period, comparison, stores, basis, and how complete the books are.
//! All of it is links and one GET form; which controls stand there is the page's choice.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::base::{Day, DayRange, Zone};
use crate::domain::ask::{Against, Basis};
use crate::web::ask::{PageAsk, Period, Preset};
use crate::web::format::{self, Locale};
use crate::web::words::{self, Word, say};

/// One of several things to choose; `count` may stand behind its label.
#[derive(Clone, Debug)]
pub struct Choice {
    pub label: String,
    pub href: String,
    pub chosen: bool,
}

impl Choice {
    pub fn new(label: impl Into<String>, href: String, chosen: bool) -> Self {
        Self { label: label.into(), href, chosen }
    }
}

/// A button that unfolds a list of links.
#[derive(Clone, Debug, Template)]
#[template(path = "_menu.html")]
pub struct Menu {
    /// Small words before the label, such as "against".
    pub before: Option<String>,
    /// What the menu chooses, for those who cannot see where it stands.
    pub name: String,
    pub label: String,
    pub choices: Vec<Choice>,
}

impl HtmlSafe for Menu {}

/// Two or three ways of counting side by side, one of them chosen.
#[derive(Clone, Debug, Template)]
#[template(path = "_switch.html")]
pub struct Switch {
    pub name: String,
    pub choices: Vec<Choice>,
}

impl HtmlSafe for Switch {}

#[derive(Clone, Debug)]
pub struct Radio {
    pub value: &'static str,
    pub label: String,
    pub chosen: bool,
}

/// The period with its neighbours, and the panel that opens under it.
#[derive(Clone, Debug, Template)]
#[template(path = "_period.html")]
pub struct PeriodPicker {
    pub label: String,
    pub days: Option<String>,
    pub earlier: Option<String>,
    pub later: Option<String>,
    pub presets: Vec<Choice>,
    pub action: String,
    pub hidden: Vec<(String, String)>,
    pub from: String,
    pub to: String,
    pub against: Vec<Radio>,
    pub zone: String,
    /// Open from the start; the page of parts shows it so.
    pub open: bool,
    /// Tells two pickers of one page apart.
    pub id: String,
}

impl HtmlSafe for PeriodPicker {}

/// The day on which things were known as they are shown.
#[derive(Clone, Debug, Template)]
#[template(path = "_known.html")]
pub struct KnownPicker {
    /// The day in words; none is today.
    pub label: Option<String>,
    pub day: String,
    pub action: String,
    pub hidden: Vec<(String, String)>,
    /// Back to what is known today.
    pub today: Option<String>,
    /// Ends of months and the like.
    pub presets: Vec<Choice>,
}

impl HtmlSafe for KnownPicker {}

/// How complete the books are: the sentence, and a link where they are not.
#[derive(Clone, Debug)]
pub struct Completeness {
    pub text: String,
    pub gap: Option<Choice>,
}

#[derive(Clone, Debug, Default, Template)]
#[template(path = "_strip.html")]
pub struct Strip {
    pub period: Option<PeriodPicker>,
    pub against: Option<Menu>,
    pub stores: Option<Menu>,
    pub basis: Option<Switch>,
    pub known: Option<KnownPicker>,
    /// Menus of the page's own.
    pub menus: Vec<Menu>,
    pub completeness: Option<Completeness>,
}

impl HtmlSafe for Strip {}

impl Strip {
    /// All four controls, for a page that obeys all of them.
    pub fn full(ask: &PageAsk, stores: &[String], zone: &Zone, locale: Locale) -> Self {
        Self {
            period: Some(PeriodPicker::new(ask, zone, locale)),
            against: against_menu(ask, locale),
            stores: Some(stores_menu(ask, stores, locale)),
            basis: Some(basis_switch(ask)),
            known: None,
            menus: Vec::new(),
            completeness: None,
        }
    }
}

impl KnownPicker {
    pub fn new(ask: &PageAsk, locale: Locale) -> Self {
        // The ends of the last months before the day from which the page is seen.
        let ends = (0..3).map(|back| ask.today.first_of_month().plus_months(-back).plus(-1));
        let preset = |day: Day| {
            let href = ask.href_with(&[("as_known", Some(&day.to_string()))]);
            Choice::new(format::day(day, locale), href, ask.as_known == Some(day))
        };
        Self {
            label: ask.as_known.map(|day| format::day(day, locale)),
            day: ask.as_known.map(|day| day.to_string()).unwrap_or_default(),
            action: ask.path.clone(),
            hidden: ask.hidden_without(&["as_known"]),
            today: ask.as_known.map(|_| ask.href_with(&[("as_known", None)])),
            presets: ends.map(preset).collect(),
        }
    }
}

impl PeriodPicker {
    pub fn new(ask: &PageAsk, zone: &Zone, locale: Locale) -> Self {
        let range = ask.range();
        let preset_of = |preset: Preset| {
            let href = ask.href_with(&[
                ("from", None),
                ("to", None),
                ("period", (preset != ask.usual).then_some(preset.name())),
            ]);
            Choice::new(
                words::text(preset_word(preset)),
                href,
                ask.period == Period::Preset(preset),
            )
        };
        let own = ["period", "from", "to", "against"];
        Self {
            label: period_label(ask, locale),
            days: range.map(|range| days_counted(range, locale)),
            earlier: ask.earlier().map(|range| ask.href_of_range(range)),
            later: ask.later().map(|range| ask.href_of_range(range)),
            presets: Preset::ALL.into_iter().map(preset_of).collect(),
            action: ask.path.clone(),
            hidden: ask.hidden_without(&own),
            from: range.map_or_else(String::new, |range| range.from.to_string()),
            to: range.map_or_else(String::new, |range| range.to.to_string()),
            against: Against::ALL
                .into_iter()
                .map(|against| Radio {
                    value: against.name(),
                    label: against_label(ask, against),
                    chosen: ask.against == against,
                })
                .collect(),
            zone: say::days_in_zone(zone.name()),
            open: false,
            id: "period".to_owned(),
        }
    }
}

/// What the former figures stand for, in words: `the 30 days before`.
pub fn against_label(ask: &PageAsk, against: Against) -> String {
    match (against, ask.range()) {
        (Against::Before, Some(range)) if format::is_whole_month(range) => {
            words::text(Word::TheMonthBefore).to_owned()
        }
        (Against::Before, Some(range)) => say::days_before(range.days()),
        (Against::Before, None) => words::text(Word::Before).to_owned(),
        (Against::Year, _) => words::text(Word::SameDaysLastYear).to_owned(),
        (Against::Nothing, _) => words::text(Word::Nothing).to_owned(),
    }
}

pub fn against_menu(ask: &PageAsk, locale: Locale) -> Option<Menu> {
    ask.range()?;
    let label = match ask.against_range() {
        Some(range) if ask.against == Against::Before => format::day_range_short(range, locale),
        Some(range) => format::day_range(range, locale),
        None => words::text(Word::Nothing).to_owned(),
    };
    let choice_of = |against: Against| {
        let value = (against != Against::default()).then_some(against.name());
        let href = ask.href_with(&[("against", value)]);
        Choice::new(against_label(ask, against), href, ask.against == against)
    };
    Some(Menu {
        before: Some(words::text(Word::AgainstSmall).to_owned()),
        name: words::text(Word::Against).to_owned(),
        label,
        choices: Against::ALL.into_iter().map(choice_of).collect(),
    })
}

pub fn stores_menu(ask: &PageAsk, stores: &[String], locale: Locale) -> Menu {
    let all = match stores.len() {
        0 | 1 => words::text(Word::AllStores).to_owned(),
        n => say::all_stores(&format::quantity(n as i64, locale)),
    };
    let every = Choice::new(all.clone(), ask.href_with(&[("store", None)]), ask.store.is_none());
    let each = stores.iter().map(|name| {
        let chosen = ask.store.as_deref() == Some(name);
        Choice::new(name.clone(), ask.href_with(&[("store", Some(name))]), chosen)
    });
    Menu {
        before: None,
        name: words::text(Word::Stores).to_owned(),
        label: ask.store.clone().unwrap_or(all),
        choices: std::iter::once(every).chain(each).collect(),
    }
}

pub fn basis_switch(ask: &PageAsk) -> Switch {
    let choice_of = |basis: Basis, word: Word| {
        let value = (basis != Basis::default()).then_some(basis.name());
        let href = ask.href_with(&[("basis", value)]);
        Choice::new(words::text(word), href, ask.basis == basis)
    };
    Switch {
        name: words::text(Word::Basis).to_owned(),
        choices: vec![
            choice_of(Basis::Event, Word::ByEvent),
            choice_of(Basis::Order, Word::ByOrder),
        ],
    }
}

fn period_label(ask: &PageAsk, locale: Locale) -> String {
    match (ask.period, ask.range()) {
        (_, Some(range)) => format::day_range(range, locale),
        (Period::Between { to, .. }, None) => format!("– {}", format::day(to, locale)),
        (Period::Preset(preset), None) => words::text(preset_word(preset)).to_owned(),
    }
}

fn days_counted(range: DayRange, locale: Locale) -> String {
    let days = i64::from(range.days());
    say::counted(days, &format::quantity(days, locale), Word::Day, Word::Days)
}

fn preset_word(preset: Preset) -> Word {
    match preset {
        Preset::Today => Word::Today,
        Preset::Yesterday => Word::Yesterday,
        Preset::Last7Days => Word::Last7Days,
        Preset::Last30Days => Word::Last30Days,
        Preset::ThisMonth => Word::ThisMonth,
        Preset::LastMonth => Word::LastMonth,
        Preset::ThisYear => Word::ThisYear,
        Preset::Last12Months => Word::Last12Months,
        Preset::SixMonths => Word::SixMonths,
        Preset::TwelveMonths => Word::TwelveMonths,
        Preset::All => Word::AllDays,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Day;

    fn strip(query: &str, stores: &[&str]) -> Strip {
        let today = Day::parse("2026-11-20").unwrap();
        let ask = PageAsk::parse("/profit", query, today);
        let stores: Vec<String> = stores.iter().map(|&name| name.to_owned()).collect();
        Strip::full(&ask, &stores, &Zone::parse("Europe/Tallinn").unwrap(), Locale::En)
    }

    #[test]
    fn the_form_carries_what_it_does_not_ask_for() {
        let html = strip("store=Etsy&lost=yes&page=3", &["Etsy"]).render().unwrap();
        assert!(html.contains(r#"name="store" value="Etsy""#), "{html}");
        assert!(html.contains(r#"name="lost" value="yes""#), "{html}");
        assert!(!html.contains(r#"name="page""#), "a new period begins at page 1");
    }

    #[test]
    fn a_store_called_like_markup_stays_text() {
        let html = strip("", &["<script>alert(1)</script>\" onload=x"]).render().unwrap();
        assert!(!html.contains("<script>"), "{html}");
        assert!(!html.contains("\" onload"), "{html}");
    }

    #[test]
    fn without_a_later_period_there_is_no_link_to_it() {
        assert!(strip("", &[]).period.is_some_and(|period| period.later.is_none()));
    }
}
