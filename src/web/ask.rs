//! What a page was asked for, read from its URL and written back into links: period, comparison,
//! store, basis, sorting, page. Everything that the strip shows lives in the URL, and nothing
//! in a URL can break a page: what is not understood is left out and named.

use actix_web::web::Query;

use crate::base::id::StoreId;
use crate::base::{Day, DayRange};
use crate::domain::ask::{Against, Ask, Basis, Scope, before};
use crate::web::format::is_whole_month;

/// Parameters that are none of ours are carried along, so many and so long.
const REST_MAX: usize = 40;
const VALUE_CHARS_MAX: usize = 200;

/// A period that moves with the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    Today,
    Yesterday,
    Last7Days,
    Last30Days,
    ThisMonth,
    LastMonth,
    ThisYear,
    Last12Months,
    /// This month and the five before it.
    SixMonths,
    /// This month and the eleven before it.
    TwelveMonths,
    All,
}

impl Preset {
    pub const ALL: [Self; 11] = [
        Self::Today,
        Self::Yesterday,
        Self::Last7Days,
        Self::Last30Days,
        Self::ThisMonth,
        Self::LastMonth,
        Self::ThisYear,
        Self::Last12Months,
        Self::SixMonths,
        Self::TwelveMonths,
        Self::All,
    ];

    /// Its name in the URL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Yesterday => "yesterday",
            Self::Last7Days => "7d",
            Self::Last30Days => "30d",
            Self::ThisMonth => "month",
            Self::LastMonth => "last-month",
            Self::ThisYear => "year",
            Self::Last12Months => "12m",
            Self::SixMonths => "6-months",
            Self::TwelveMonths => "12-months",
            Self::All => "all",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// The days meant, seen from `today`; `None` is all there are.
    pub fn range(self, today: Day) -> Option<DayRange> {
        let first = today.first_of_month();
        let (from, to) = match self {
            Self::Today => (today, today),
            Self::Yesterday => (today.plus(-1), today.plus(-1)),
            Self::Last7Days => (today.plus(-6), today),
            Self::Last30Days => (today.plus(-29), today),
            Self::ThisMonth => (first, today),
            Self::LastMonth => (first.plus_months(-1), first.plus(-1)),
            Self::ThisYear => (first.plus_months(1 - today.civil().1 as i32), today),
            Self::Last12Months => (today.plus_months(-12).plus(1), today),
            Self::SixMonths => (first.plus_months(-5), today),
            Self::TwelveMonths => (first.plus_months(-11), today),
            Self::All => return None,
        };
        Some(DayRange { from, to })
    }
}

/// Which days a page speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    Preset(Preset),
    /// Without a beginning: from the first event on.
    Between {
        from: Option<Day>,
        to: Day,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dir {
    Up,
    Down,
}

impl Dir {
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    pub column: String,
    pub dir: Dir,
}

/// A page's question. `store` is the name as it stood in the URL; the caller resolves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageAsk {
    pub path: String,
    pub today: Day,
    pub period: Period,
    /// What is meant where the address names no period.
    pub usual: Preset,
    pub against: Against,
    pub store: Option<String>,
    pub basis: Basis,
    /// The day on which things were known as they are asked; before today.
    pub as_known: Option<Day>,
    pub sort: Option<Sort>,
    /// Counted from 1.
    pub page: u32,
    /// Parameters of the page's own, such as filters, in their order.
    pub rest: Vec<(String, String)>,
    /// Days in the URL that were none, as they stood there.
    pub wrong_days: Vec<String>,
}

impl PageAsk {
    /// A page without parameters.
    pub fn new(path: &str, today: Day) -> Self {
        Self {
            path: path.to_owned(),
            today,
            period: Period::Preset(Preset::Last30Days),
            usual: Preset::Last30Days,
            against: Against::default(),
            store: None,
            basis: Basis::default(),
            as_known: None,
            sort: None,
            page: 1,
            rest: Vec::new(),
            wrong_days: Vec::new(),
        }
    }

    /// Reads a query string, without its question mark.
    pub fn parse(path: &str, query: &str, today: Day) -> Self {
        Self::parse_usual(path, query, today, Preset::Last30Days)
    }

    /// As `parse`, on a page that means another period where none is named.
    pub fn parse_usual(path: &str, query: &str, today: Day, usual: Preset) -> Self {
        let pairs = Query::<Vec<(String, String)>>::from_query(query)
            .map(Query::into_inner)
            .unwrap_or_default();
        let mut ask = Self::new(path, today);
        (ask.usual, ask.period) = (usual, Period::Preset(usual));
        let (mut from, mut to, mut column, mut dir) = (None, None, None, Dir::Down);
        for (name, value) in pairs {
            let value: String = value.chars().take(VALUE_CHARS_MAX).collect();
            match name.as_str() {
                "from" => from = ask.read_day(&value),
                "to" => to = ask.read_day(&value),
                "as_known" => ask.as_known = ask.read_day(&value),
                "period" => {
                    if let Some(preset) = Preset::parse(&value) {
                        ask.period = Period::Preset(preset);
                    }
                }
                "against" => ask.against = Against::parse(&value).unwrap_or_default(),
                "store" => ask.store = Some(value).filter(|name| !name.is_empty()),
                "basis" => ask.basis = Basis::parse(&value).unwrap_or_default(),
                "sort" => column = Some(value).filter(|column| !column.is_empty()),
                "dir" => dir = if value == Dir::Up.name() { Dir::Up } else { Dir::Down },
                "page" => ask.page = value.parse().unwrap_or(1).max(1),
                _ if ask.rest.len() < REST_MAX => ask.rest.push((name, value)),
                _ => {}
            }
        }
        ask.sort = column.map(|column| Sort { column, dir });
        // What was known at the end of a day is seen from that day, its periods too.
        ask.as_known = ask.as_known.filter(|day| *day < today);
        let today = ask.as_known.unwrap_or(today);
        ask.today = today;
        // Days that were written out win over the name of a period.
        ask.period = match (from, to) {
            (None, None) => ask.period,
            (Some(from), to) => {
                let to = to.unwrap_or(today);
                Period::Between { from: Some(from.min(to)), to: from.max(to) }
            }
            (None, Some(to)) => Period::Between { from: None, to },
        };
        ask
    }

    fn read_day(&mut self, text: &str) -> Option<Day> {
        let text = text.trim();
        let day = Day::parse(text).ok();
        if day.is_none() && !text.is_empty() {
            self.wrong_days.push(text.to_owned());
        }
        day
    }

    /// The days asked for; `None` where the period is open at its beginning.
    pub fn range(&self) -> Option<DayRange> {
        match self.period {
            Period::Preset(preset) => preset.range(self.today),
            Period::Between { from, to } => from.map(|from| DayRange { from, to }),
        }
    }

    /// The days that they are compared with.
    pub fn against_range(&self) -> Option<DayRange> {
        self.against.range(self.range()?)
    }

    /// The part of the question that a report understands.
    pub fn report(&self, scope: Scope, store: Option<StoreId>) -> Ask {
        let (from, to) = match self.period {
            Period::Between { from, to } => (from, Some(to)),
            Period::Preset(preset) => {
                let range = preset.range(self.today);
                (range.map(|range| range.from), range.map(|range| range.to))
            }
        };
        Ask { from, to, store, basis: self.basis, ..Ask::all(scope) }
    }

    /// The period before this one; a calendar month steps by months.
    pub fn earlier(&self) -> Option<DayRange> {
        self.range().map(before)
    }

    /// The period after this one, where it has begun already.
    pub fn later(&self) -> Option<DayRange> {
        let range = self.range()?;
        let from = range.to.plus(1);
        let to = if is_whole_month(range) {
            from.plus_months(1).plus(-1)
        } else {
            from.plus(range.days() - 1)
        };
        (from <= self.today).then_some(DayRange { from, to })
    }

    /// The address of this page with some parameters set (`Some`) or taken out (`None`) and all
    /// others kept. Any change but of the page itself begins again at page 1.
    pub fn href_with(&self, changes: &[(&str, Option<&str>)]) -> String {
        let named = |name: &str| changes.iter().any(|(changed, _)| *changed == name);
        let turns = changes.iter().all(|(name, _)| *name == "page");
        let kept =
            self.params().into_iter().filter(|(name, _)| !named(name) && (turns || name != "page"));
        let added = changes
            .iter()
            .filter_map(|(name, value)| value.map(|value| ((*name).to_owned(), value.to_owned())));
        write_href(&self.path, kept.chain(added))
    }

    /// The address of another page under the same period, stores and basis.
    pub fn href_of(&self, path: &str) -> String {
        let shared = ["period", "from", "to", "against", "store", "basis", "as_known"];
        // The other page may mean another period where none is named.
        let bare = Self { usual: Preset::Last30Days, ..self.clone() };
        let params = bare.params();
        let kept = params.into_iter().filter(|(name, _)| shared.contains(&name.as_str()));
        write_href(path, kept)
    }

    pub fn href_of_range(&self, range: DayRange) -> String {
        let (from, to) = (range.from.to_string(), range.to.to_string());
        self.href_with(&[("period", None), ("from", Some(&from)), ("to", Some(&to))])
    }

    /// The parameters that a GET form must carry besides its own fields.
    pub fn hidden_without(&self, own: &[&str]) -> Vec<(String, String)> {
        self.params()
            .into_iter()
            .filter(|(name, _)| !own.contains(&name.as_str()) && name != "page")
            .collect()
    }

    /// All parameters that differ from what a bare page means.
    fn params(&self) -> Vec<(String, String)> {
        let mut params: Vec<(String, String)> = Vec::new();
        let mut push = |name: &str, value: &str| params.push((name.to_owned(), value.to_owned()));
        match self.period {
            Period::Preset(preset) if preset == self.usual => {}
            Period::Preset(preset) => push("period", preset.name()),
            Period::Between { from, to } => {
                if let Some(from) = from {
                    push("from", &from.to_string());
                }
                push("to", &to.to_string());
            }
        }
        if self.against != Against::default() {
            push("against", self.against.name());
        }
        if let Some(store) = &self.store {
            push("store", store);
        }
        if self.basis != Basis::default() {
            push("basis", self.basis.name());
        }
        if let Some(day) = self.as_known {
            push("as_known", &day.to_string());
        }
        if let Some(sort) = &self.sort {
            push("sort", &sort.column);
            push("dir", sort.dir.name());
        }
        if self.page > 1 {
            push("page", &self.page.to_string());
        }
        params.extend(self.rest.iter().cloned());
        params
    }
}

/// A path of parts that may hold anything, such as a platform's own id.
pub fn write_path(parts: &[&str]) -> String {
    let mut path = String::new();
    for part in parts {
        path.push('/');
        // A space is a plus only behind the question mark.
        let mut encoded = String::new();
        encode(&mut encoded, part);
        path.push_str(&encoded.replace('+', "%20"));
    }
    path
}

/// A path and its parameters as a URL; every byte that is not plainly harmless is encoded.
pub fn write_href(path: &str, params: impl Iterator<Item = (String, String)>) -> String {
    let mut href = path.to_owned();
    for (index, (name, value)) in params.enumerate() {
        href.push(if index == 0 { '?' } else { '&' });
        encode(&mut href, &name);
        href.push('=');
        encode(&mut href, &value);
    }
    href
}

fn encode(href: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                href.push(byte.into());
            }
            b' ' => href.push('+'),
            _ => href.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn today() -> Day {
        Day::parse("2026-11-20").unwrap()
    }

    fn ask(query: &str) -> PageAsk {
        PageAsk::parse("/profit", query, today())
    }

    fn shown(range: Option<DayRange>) -> String {
        range.map_or_else(String::new, |range| format!("{}..{}", range.from, range.to))
    }

    #[test]
    fn a_bare_page_means_the_last_thirty_days_against_those_before() {
        let ask = ask("");
        assert_eq!(shown(ask.range()), "2026-10-22..2026-11-20");
        assert_eq!(shown(ask.against_range()), "2026-09-22..2026-10-21");
        assert_eq!(ask.href_with(&[]), "/profit");
    }

    #[test]
    fn presets_are_counted_from_today() {
        let check = |name: &str, expected: &str| {
            assert_eq!(shown(ask(&format!("period={name}")).range()), expected, "{name}");
        };
        check("today", "2026-11-20..2026-11-20");
        check("yesterday", "2026-11-19..2026-11-19");
        check("7d", "2026-11-14..2026-11-20");
        check("month", "2026-11-01..2026-11-20");
        check("last-month", "2026-10-01..2026-10-31");
        check("year", "2026-01-01..2026-11-20");
        check("12m", "2025-11-21..2026-11-20");
        check("all", "");
        check("nonsense", "2026-10-22..2026-11-20");
    }

    #[test]
    fn a_calendar_month_steps_by_months() {
        let march = ask("from=2026-03-01&to=2026-03-31");
        assert_eq!(shown(march.earlier()), "2026-02-01..2026-02-28");
        assert_eq!(shown(march.later()), "2026-04-01..2026-04-30");
        let february = ask("from=2025-02-01&to=2025-02-28&against=year");
        assert_eq!(shown(february.against_range()), "2024-02-01..2024-02-29");
        assert_eq!(ask("").later(), None, "the days after today have not begun");
    }

    #[test]
    fn days_that_are_none_are_named_and_turned_ones_are_turned_back() {
        let wrong = ask("from=2026-02-30&to=2026-03-05");
        assert_eq!(wrong.wrong_days, ["2026-02-30"]);
        assert_eq!(wrong.range(), None);
        let turned = ask("from=2026-03-05&to=2026-03-01");
        assert_eq!(shown(turned.range()), "2026-03-01..2026-03-05");
        assert_eq!(shown(ask("from=2026-11-18").range()), "2026-11-18..2026-11-20");
    }

    #[test]
    fn links_keep_the_other_parameters_and_begin_at_page_one() {
        let ask = ask("store=Caf%C3%A9+%26+Co&basis=order&page=4&lost=yes&sort=net&dir=up");
        assert_eq!(ask.store.as_deref(), Some("Café & Co"));
        assert_eq!(
            ask.href_with(&[("basis", None)]),
            "/profit?store=Caf%C3%A9+%26+Co&sort=net&dir=up&lost=yes"
        );
        assert!(ask.href_with(&[("page", Some("5"))]).contains("basis=order"));
        assert!(ask.href_with(&[("page", Some("5"))]).ends_with("page=5"));
        assert_eq!(ask.href_of("/orders"), "/orders?store=Caf%C3%A9+%26+Co&basis=order");
        let hidden = ask.hidden_without(&["from", "to", "period", "against"]);
        assert_eq!(hidden.len(), 5, "store, basis, sort, dir, lost: {hidden:?}");
    }

    #[test]
    fn the_report_is_asked_for_the_same_days() {
        let report = ask("period=all&basis=order").report(Scope::All, Some(StoreId(3)));
        assert_eq!((report.from, report.to), (None, None));
        assert_eq!((report.basis, report.store), (Basis::Order, Some(StoreId(3))));
    }

    proptest! {
        #[test]
        fn any_query_reads_back_from_its_own_link(query in "\\PC{0,60}") {
            let first = ask(&query);
            let href = first.href_with(&[]);
            let again = ask(href.split_once('?').map_or("", |(_, query)| query));
            prop_assert_eq!(again.href_with(&[]), href);
            prop_assert_eq!(again.store, first.store);
        }
    }
}
