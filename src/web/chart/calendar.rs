//! The calendar: a square for each day, weeks as columns, a block for each month. The area of a
//! square is its day's amount; losses are hatched. Blocks wrap, so a year fits a phone.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::base::{Day, DayRange};
use crate::web::figure::Figure;
use crate::web::format::{self, Locale};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, chart as say};

/// The side of a day, with the gap behind it.
const STEP: i128 = 16;
const SIDE: i128 = 14;
/// Where the first week stands, beside the letters of the weekdays.
const LEFT: i128 = 14;
/// Longer periods show their end; the table holds all of them.
pub const MONTHS_MAX: usize = 36;

#[derive(Clone, Debug)]
pub struct Calendar {
    pub id: String,
    pub title: String,
    pub note: String,
    pub range: DayRange,
    /// Days with anything on them, ascending, in minor units.
    pub days: Vec<(Day, i64)>,
    /// The day that is not over: half strength.
    pub open: Option<Day>,
    pub digits: u32,
    pub locale: Locale,
}

#[derive(Clone, Debug, Template)]
#[template(path = "_calendar.html")]
pub struct CalendarChart {
    id: String,
    title: String,
    description: String,
    note: String,
    months: Vec<Block>,
    letters: Vec<(i128, &'static str)>,
    table: Table,
}

impl HtmlSafe for CalendarChart {}

#[derive(Clone, Debug)]
struct Block {
    name: String,
    sum: String,
    is_loss: bool,
    width: i128,
    squares: Vec<Square>,
}

#[derive(Clone, Debug)]
struct Square {
    /// The frame of the day.
    x: i128,
    y: i128,
    /// The mark inside, centred; 0 for nothing.
    mark_x: i128,
    mark_y: i128,
    side: i128,
    kind: &'static str,
    spoken: String,
}

impl CalendarChart {
    pub fn new(calendar: &Calendar) -> Self {
        let firsts = list_months(calendar.range);
        let drawn = &firsts[firsts.len().saturating_sub(MONTHS_MAX)..];
        let most = calendar.days.iter().map(|(_, amount)| amount.unsigned_abs()).max();
        let draw = Draw { calendar, most: most.unwrap_or_default() };
        let mut note = calendar.note.clone();
        if drawn.len() < firsts.len() {
            note.push_str(&say::cut_to_months(MONTHS_MAX as i32));
        }
        Self {
            id: calendar.id.clone(),
            title: calendar.title.clone(),
            description: description(calendar),
            note,
            months: drawn.iter().map(|first| draw.month(*first)).collect(),
            letters: (0..7).map(|day| (row_y(day) + 11, say::weekday_letter(day))).collect(),
            table: as_table(calendar),
        }
    }
}

fn row_y(weekday: u32) -> i128 {
    i128::from(weekday) * STEP + 1
}

fn list_months(range: DayRange) -> Vec<Day> {
    let mut firsts = Vec::new();
    let mut first = range.from.first_of_month();
    while first <= range.to {
        firsts.push(first);
        first = first.plus_months(1);
    }
    firsts
}

struct Draw<'a> {
    calendar: &'a Calendar,
    most: u64,
}

impl Draw<'_> {
    fn month(&self, first: Day) -> Block {
        let last = first.plus_months(1).plus(-1);
        let (from, to) = (first.max(self.calendar.range.from), last.min(self.calendar.range.to));
        let days = (from.0..=to.0).map(Day);
        let squares: Vec<Square> = days.map(|day| self.square(first, day)).collect();
        let within = |day: &Day| (from..=to).contains(day);
        let days = self.calendar.days.iter().filter(|(day, _)| within(day));
        let sum: i64 = days.map(|(_, amount)| *amount).fold(0, i64::saturating_add);
        Block {
            name: format::month_short(first, self.calendar.locale),
            sum: format::money(sum, self.calendar.digits, self.calendar.locale),
            is_loss: sum < 0,
            width: LEFT + 6 * STEP,
            squares,
        }
    }

    fn square(&self, first: Day, day: Day) -> Square {
        let week = (day.monday().0 - first.monday().0) / 7;
        let (x, y) = (LEFT + i128::from(week) * STEP + 1, row_y(day.weekday()));
        let found = self.calendar.days.binary_search_by_key(&day, |(day, _)| *day);
        let amount = found.ok().map(|at| self.calendar.days[at].1);
        let side = amount.map_or(0, |amount| side_of(amount.unsigned_abs(), self.most));
        let kind = match amount {
            None | Some(0) => "none",
            Some(..0) => "loss",
            Some(_) if self.calendar.open == Some(day) => "open",
            Some(_) => "gain",
        };
        let inset = (SIDE - side) / 2;
        let locale = self.calendar.locale;
        let name =
            format!("{} {}", say::weekday_short(day.weekday()), format::day_short(day, locale));
        let shown = amount.map_or(format::UNKNOWN.to_owned(), |amount| {
            format::money(amount, self.calendar.digits, locale)
        });
        Square {
            x,
            y,
            mark_x: x + inset,
            mark_y: y + inset,
            side,
            kind,
            spoken: say::named(&name, &shown),
        }
    }
}

/// The area of the mark is the amount; the smallest is still seen. Even, so that it is centred.
fn side_of(amount: u64, most: u64) -> i128 {
    if amount == 0 {
        return 0;
    }
    let (amount, most) = (u128::from(amount), u128::from(most.max(1)));
    let side = (2..=SIDE).rev().step_by(2).find(|side| {
        let area = (side * side) as u128;
        amount * (SIDE * SIDE) as u128 >= most * area
    });
    side.unwrap_or(4).max(4)
}

fn description(calendar: &Calendar) -> String {
    let written = |(day, amount): &(Day, i64)| {
        let shown = format::money(*amount, calendar.digits, calendar.locale);
        (format::day_short(*day, calendar.locale), shown)
    };
    let mut extremes = String::new();
    let best = calendar.days.iter().rev().max_by_key(|(_, amount)| *amount);
    if let Some(best) = best.filter(|(_, amount)| *amount > 0).map(written) {
        extremes.push_str(&say::best(&best.0, &best.1));
    }
    let worst = calendar.days.iter().min_by_key(|(_, amount)| *amount);
    if let Some(worst) = worst.filter(|(_, amount)| *amount < 0).map(written) {
        extremes.push_str(&say::worst(&worst.0, &worst.1));
    }
    say::calendar_summary(&format::day_range(calendar.range, calendar.locale), &extremes)
}

fn as_table(calendar: &Calendar) -> Table {
    let mut table = Table::new(format!("{}-table", calendar.id), calendar.title.clone());
    table.dense = true;
    table.columns = vec![
        Column::words(words::text(Word::DayHead)),
        Column::words(words::text(Word::Weekday)),
        Column::figures(calendar.title.clone()),
    ];
    let row = |(day, amount): &(Day, i64)| {
        Row::new(vec![
            Cell::text(format::day(*day, calendar.locale)),
            Cell::text(say::weekday(day.weekday())),
            Cell::figure(Figure::text(format::money(*amount, calendar.digits, calendar.locale))),
        ])
    };
    table.rows = calendar.days.iter().map(row).collect();
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn calendar(from: &str, to: &str, days: &[(&str, i64)]) -> Calendar {
        Calendar {
            id: "c".into(),
            title: "Net profit".into(),
            note: "EUR.".into(),
            range: DayRange { from: day(from), to: day(to) },
            days: days.iter().map(|(text, amount)| (day(text), *amount)).collect(),
            open: None,
            digits: 2,
            locale: Locale::En,
        }
    }

    #[test]
    fn weeks_are_columns_losses_are_hatched_and_months_are_summed() {
        // 1 November 2026 is a Sunday: the last row of the first column.
        let days = [("2026-11-01", 1_000), ("2026-11-02", -9_000), ("2026-11-30", 100)];
        let html =
            CalendarChart::new(&calendar("2026-11-01", "2026-11-30", &days)).render().unwrap();
        assert!(html.contains(r#"x="15" y="97""#), "{html}");
        assert!(html.contains("url(#hatch)") && html.contains("Mon 2 Nov: −90.00"), "{html}");
        assert!(html.contains("Nov 2026") && html.contains("−79.00"), "{html}");
        assert!(html.contains("Best: 1 Nov, 10.00. Worst: 2 Nov, −90.00."), "{html}");
        assert_eq!(html.matches("class=\"calendar-day\"").count(), 30);
        // 30 November is a Monday in the sixth column.
        assert!(html.contains(r#"x="95" y="1""#), "{html}");
        assert!(!html.contains("style="), "{html}");
    }

    #[test]
    fn areas_follow_amounts() {
        assert_eq!([0, 1, 250, 500, 1000].map(|amount| side_of(amount, 1000)), [0, 4, 6, 8, 14]);
        assert_eq!(side_of(u64::MAX, u64::MAX), 14);
    }

    #[test]
    fn long_periods_show_their_end_and_say_so() {
        let chart = CalendarChart::new(&calendar("2020-01-05", "2026-11-20", &[]));
        assert_eq!(chart.months.len(), MONTHS_MAX);
        assert!(chart.note.contains("36 months"), "{}", chart.note);
        assert_eq!(chart.months.last().unwrap().squares.len(), 20, "nothing after the period");
        assert!(chart.render().unwrap().contains("<svg"));
    }
}
