//! The page of parts.

use askama::Template;

use crate::base::{Day, Zone};
use crate::features::design::{charts, sample, tables};
use crate::web::ask::PageAsk;
use crate::web::chart::{CalendarChart, CourseChart, DaysChart, HeatChart, WorldChart};
use crate::web::figure::{Figure, Hero, Link};
use crate::web::form::{Button, Field, Panel};
use crate::web::format::Locale;
use crate::web::layout::{Frame, Theme};
use crate::web::notice::{Confirm, Drop, Empty, Notice, Progress, Toast};
use crate::web::parts::{Chip, Items, Kpis, PageHead, SectionHead, Stats};
use crate::web::strip::{Completeness, PeriodPicker, Strip, Switch};
use crate::web::table::Table;
use crate::web::words::Word;

#[derive(Template)]
#[template(path = "design/page.html")]
struct Page {
    frame: Frame,
    head: PageHead,
    tokens: Vec<&'static str>,
    hero: Hero,
    days: DaysChart,
    kpis: Kpis,
    ladder: Table,
    missing: Items,
    happened: Items,
    doubts: Table,
    buttons: Vec<Button>,
    chips: Vec<Chip>,
    switch: Switch,
    fields: Vec<Field>,
    picker: PeriodPicker,
    rows: Table,
    wrong: Notice,
    slow: Notice,
    toasts: Vec<Toast>,
    progress: Progress,
    confirm: Confirm,
    empty: Empty,
    stats: Stats,
    drop: Drop,
    panel: Panel,
    stock: Table,
    trail: Table,
    tied: Table,
    hostile: Table,
    none: Table,
    heat: HeatChart,
    cohorts: HeatChart,
    calendar: CalendarChart,
    world: WorldChart,
    course: CourseChart,
    waterfall: Table,
    goals: Table,
}

impl Page {
    /// A section head of the page; its words are samples like all the others.
    fn section(&self, id: &str) -> SectionHead {
        SectionHead::new(id, sample::head(id))
    }

    fn say(&self, id: &str) -> &'static str {
        sample::head(id)
    }

    fn cents(&self) -> Figure {
        Figure::text("1,111.10")
    }
}

/// The whole page as HTML. `base` is the path under which the program is served.
///
/// # Errors
/// Whatever the template engine reports.
pub fn render(locale: Locale, theme: Theme, base: &str) -> Result<String, askama::Error> {
    page(locale, theme, base).render()
}

fn page(locale: Locale, theme: Theme, base: &str) -> Page {
    // A day for the pictures, not the clock's: 20 November 2026.
    let today = Day::from_civil(2026, 11, 20).unwrap_or(Day(0));
    let ask = PageAsk::parse("/design", "sort=net", today);
    let zone = Zone::parse("Europe/Tallinn").unwrap_or_else(|_| Zone::utc());
    let stores = sample::stores();
    let mut strip = Strip::full(&ask, &stores, &zone, locale);
    strip.completeness = Some(Completeness {
        text: "Complete to 14:20".to_owned(),
        gap: Some(crate::web::strip::Choice::new("but for 2 stores", "#state".to_owned(), false)),
    });
    let mut picker = PeriodPicker::new(&ask, &zone, locale);
    picker.open = true;
    picker.id = "shown-period".to_owned();
    let switch = crate::web::strip::basis_switch(&ask);
    Page {
        frame: Frame {
            title: "Parts".to_owned(),
            locale,
            theme,
            base: base.to_owned(),
            organisation: "Heron & Reed".to_owned(),
            nav: sample::nav(),
            current: "design".to_owned(),
            strip: Some(strip),
            is_in_network: false,
            toast: None,
            notice: None,
            refresh: None,
            shortcuts: true,
        },
        head: PageHead {
            trail: vec![Link::new("Settings", "#page")],
            place: "for builders".to_owned(),
            title: "Parts".to_owned(),
            answer: "Every part of the pages, in every state. The shop is made up; \
                     its figures add up."
                .to_owned(),
            buttons: sample::head_buttons(),
        },
        tokens: sample::TOKENS.to_vec(),
        hero: sample::hero(locale),
        days: DaysChart::new(&sample::days(today, locale)),
        kpis: sample::kpis(locale),
        ladder: tables::ladder(locale),
        missing: sample::missing(locale),
        happened: sample::happened(locale),
        doubts: tables::doubts(locale),
        buttons: sample::buttons(),
        chips: sample::chips(),
        switch,
        fields: sample::fields(),
        picker,
        rows: tables::rows(&ask, locale),
        wrong: sample::wrong(),
        slow: sample::slow(),
        toasts: sample::toasts(),
        progress: sample::progress(),
        confirm: sample::confirm(),
        empty: sample::empty(),
        stats: sample::stats(),
        drop: sample::drop_area(),
        panel: sample::panel(locale),
        stock: tables::stock(locale),
        trail: tables::trail(locale),
        tied: tables::tied(locale),
        hostile: tables::hostile(locale),
        none: tables::none(),
        heat: HeatChart::new(&charts::hours(locale)),
        cohorts: HeatChart::new(&charts::cohorts(locale)),
        calendar: CalendarChart::new(&charts::calendar(today, locale)),
        world: WorldChart::new(&charts::world(locale)),
        course: CourseChart::new(&charts::course(today, locale)),
        waterfall: charts::waterfall(locale).table(),
        goals: charts::goals(locale).table(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html() -> String {
        render(Locale::En, Theme::System, "").unwrap()
    }

    #[test]
    fn the_page_of_parts_holds_nothing_inline() {
        let html = html();
        for forbidden in [" style=", "<style", "javascript:", "onclick", "onload="] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        assert!(html.split("<script").skip(1).all(|rest| rest.contains("></script>")));
    }

    #[test]
    fn hostile_names_stay_text() {
        let html = html();
        assert!(!html.contains("<script>alert"), "the sample product broke out");
        assert!(html.contains("&#60;script&#62;alert"), "the sample product is shown");
    }

    #[test]
    fn no_id_stands_twice() {
        let html = html();
        let ids = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let mut seen = std::collections::BTreeSet::new();
        for id in ids {
            assert!(seen.insert(id), "{id} stands twice");
        }
    }

    #[test]
    fn every_locale_renders() {
        for locale in Locale::ALL {
            assert!(render(locale, Theme::Dark, "/books").unwrap().contains("/books/static/"));
        }
    }
}
