//! Made-up figures for every picture of the page of parts, losses and holes among them.

use crate::base::{Day, DayRange};
use crate::web::chart::{
    Calendar, Course, Heat, HeatCell, HeatRow, Progress, ProgressRow, Shown, Waterfall,
    WaterfallStep, World,
};
use crate::web::figure::Mark;
use crate::web::format::{self, Locale};
use crate::web::words::chart as say;

use super::sample;

/// Numbers without a pattern that the eye would find, the same on every machine.
fn spread(seed: i64, most: i64) -> i64 {
    (seed * 7_919 + seed * seed * 104_729).rem_euclid(most)
}

fn heat(id: &str, corner: &str, columns: Vec<String>, rows: Vec<HeatRow>) -> Heat {
    Heat {
        id: format!("{id}-sample"),
        title: sample::head(id).to_owned(),
        note: String::new(),
        corner: corner.to_owned(),
        columns,
        rows,
        digits: 2,
        whole: true,
        locale: Locale::En,
    }
}

pub fn hours(locale: Locale) -> Heat {
    let row = |hour: i64| {
        let busy = (12 - (hour - 15).abs()).max(0) * 9_000;
        let cell = |day: i64| match spread(hour * 7 + day, 9) {
            0 if hour < 6 => None,
            1 if hour < 9 => Some(HeatCell { amount: -2_150, open: false }),
            more => Some(HeatCell { amount: busy + more * 3_100, open: false }),
        };
        HeatRow { name: format!("{hour:02}:00"), beside: None, cells: (0..7).map(cell).collect() }
    };
    let columns = (0..7).map(|day| say::weekday_short(day).to_owned()).collect();
    let rows = (0..24).map(row).collect();
    Heat {
        note: "Net revenue by hour and weekday, EUR; days in Europe/Tallinn.".to_owned(),
        locale,
        ..heat("heat", "Hour", columns, rows)
    }
}

pub fn cohorts(locale: Locale) -> Heat {
    const MONTHS: i64 = 12;
    let first = Day::from_civil(2025, 12, 1).unwrap_or(Day(0));
    let row = |month: i64| {
        let cell = |since: i64| {
            let amount = -600 + since * 310 + spread(month, 240) * (since + 3);
            let open = month + since == MONTHS - 1;
            (month + since < MONTHS).then_some(HeatCell { amount, open })
        };
        HeatRow {
            name: format::month_short(first.plus_months(month as i32), locale),
            beside: Some((40 + spread(month, 60)).to_string()),
            cells: (0..MONTHS).map(cell).collect(),
        }
    };
    let columns = (0..MONTHS).map(|month| month.to_string()).collect();
    Heat {
        note: "Contribution margin per customer by months since the first order, EUR. Dotted: \
               the month is not over."
            .to_owned(),
        whole: false,
        locale,
        ..heat("cohorts", "First order", columns, (0..MONTHS).map(row).collect())
    }
}

pub fn calendar(today: Day, locale: Locale) -> Calendar {
    let from = Day::from_civil(2026, 1, 1).unwrap_or(Day(0));
    let amount = |day: i32| match spread(i64::from(day), 23) {
        0 | 1 => -spread(i64::from(day), 60_000),
        2 => 0,
        _ => spread(i64::from(day), 90_000),
    };
    let days = (from.0..=today.0).filter(|day| day % 11 != 0);
    Calendar {
        id: "calendar-sample".to_owned(),
        title: "Net profit".to_owned(),
        note: "Net profit by day, EUR. Today is still open.".to_owned(),
        range: DayRange { from, to: today },
        days: days.map(|day| (Day(day), amount(day))).collect(),
        open: Some(today),
        digits: 2,
        locale,
    }
}

pub fn world(locale: Locale) -> World {
    let countries = [
        ("DE", 812_345),
        ("AT", 120_450),
        ("FR", 340_010),
        ("NL", 96_000),
        ("LU", 12_300),
        ("MT", 3_100),
        ("ES", -18_220),
        ("GB", 402_000),
        ("US", 240_500),
        ("CA", 31_000),
        ("SG", 8_800),
        ("AU", -4_410),
        ("EE", 61_000),
    ];
    let known = countries.map(|(code, amount)| (Some(code.to_owned()), amount));
    World {
        id: "world-sample".to_owned(),
        title: "Net profit by country".to_owned(),
        note: "Net profit, EUR.".to_owned(),
        countries: known.into_iter().chain([(None, 4_512)]).collect(),
        digits: 2,
        locale,
    }
}

pub fn course(today: Day, locale: Locale) -> Course {
    let first = today.first_of_month().plus_months(-11);
    let month = |index: i32| first.plus_months(index);
    let now = |index: i64| 310_000 + index * 21_000 - spread(index, 130_000);
    let former = |index: i64| (index != 4).then(|| 190_000 + spread(index, 90_000));
    Course {
        id: "course-sample".to_owned(),
        title: "Net profit".to_owned(),
        note: "By month, EUR.".to_owned(),
        head: "Month".to_owned(),
        times: (0..12).map(|i| (month(i), format::month_short(month(i), locale))).collect(),
        lines: vec![
            ("these months".to_owned(), (0..12).map(|index| Some(now(index))).collect()),
            ("a year ago".to_owned(), (0..12).map(former).collect()),
        ],
        digits: 2,
        locale,
    }
}

fn shown(id: &str, head: &str, locale: Locale) -> Shown {
    Shown {
        id: format!("{id}-sample"),
        title: sample::head(id).to_owned(),
        head: head.to_owned(),
        measure: "EUR".to_owned(),
        digits: 2,
        locale,
    }
}

pub fn waterfall(locale: Locale) -> Waterfall {
    let steps = [
        ("Gross sales", 7_937_662, false),
        ("Discounts", -97_190, false),
        ("Returns", -307_765, false),
        ("Net sales", 7_532_707, true),
        ("Cost of goods", -3_204_560, false),
        ("Gross profit", 4_328_147, true),
        ("Ad spend", -4_600_000, false),
        ("Net profit", -271_853, true),
    ];
    let step = |(name, amount, is_total): (&str, i64, bool)| WaterfallStep {
        name: name.to_owned(),
        href: None,
        amount,
        mark: Mark::Actual,
        is_total,
    };
    Waterfall {
        shown: shown("waterfall", "Component", locale),
        steps: steps.into_iter().map(step).collect(),
    }
}

pub fn goals(locale: Locale) -> Progress {
    let row = |name: &str, actual, goal, outlook, digits| ProgressRow {
        name: name.to_owned(),
        href: None,
        actual,
        goal,
        outlook,
        digits,
    };
    Progress {
        shown: shown("goals", "Goal", locale),
        rows: vec![
            row("Net profit, Nov 2026", Some(1_120_000), 1_500_000, Some(1_680_000), 2),
            row("Net revenue, Nov 2026", Some(3_020_000), 6_000_000, Some(4_530_000), 2),
            row("Orders, Nov 2026", Some(802), 1_000, Some(1_203), 0),
            row("Net profit, Oct 2026", Some(-40_000), 900_000, None, 2),
        ],
    }
}
