//! The chart of days: bars from zero, losses hatched, the former period as a stepped line, the
//! best and the worst day labelled at the data, and the same figures as a table.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::base::{Day, DayRange};
use crate::domain::table::Grain;
use crate::web::chart::scale::{Scale, anchor, part};
use crate::web::figure::Figure;
use crate::web::format::{self, Locale};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, ladder, say};

/// Where the days stand, under room for the label of the worst.
const AXIS_WORDS: i128 = 232;
const TICKS_MAX: usize = 6;

#[derive(Clone, Debug)]
pub struct DayBar {
    pub day: Day,
    /// Minor units.
    pub amount: i64,
    /// The day is not over: half strength.
    pub open: bool,
}

/// What a chart of days shows.
#[derive(Clone, Debug)]
pub struct Days {
    pub id: String,
    pub title: String,
    pub grain: Grain,
    pub note: String,
    pub bars: Vec<DayBar>,
    /// The bars are costs: drawn in the colour of no result, and none is the worst.
    pub is_cost: bool,
    /// The former period, day by day; empty without one.
    pub former: Vec<i64>,
    pub former_name: String,
    pub digits: u32,
    pub locale: Locale,
}

#[derive(Clone, Debug)]
struct Rect {
    x: String,
    width: String,
    y: i128,
    height: i128,
    state: &'static str,
    spoken: String,
}

#[derive(Clone, Debug)]
struct Line {
    x1: String,
    x2: String,
    y1: i128,
    y2: i128,
}

#[derive(Clone, Debug)]
struct Label {
    x: String,
    y: i128,
    anchor: &'static str,
    kind: &'static str,
    text: String,
}

/// Bars from zero, losses hatched below it, the former period as a stepped line.
#[derive(Clone, Debug, Template)]
#[template(path = "_days.html")]
pub struct DaysChart {
    id: String,
    title: String,
    description: String,
    note: String,
    axis_width: usize,
    grid: Vec<(i128, String)>,
    zero: i128,
    bars: Vec<Rect>,
    former: Vec<Line>,
    labels: Vec<Label>,
    table: Table,
}

impl HtmlSafe for DaysChart {}

impl DaysChart {
    pub fn new(days: &Days) -> Self {
        let scale = Scale::of(days.bars.iter().map(|bar| bar.amount).chain(days.former.clone()));
        let count = days.bars.len().max(1);
        let written = |amount| format::money(amount, days.digits, days.locale);
        let bars = days.bars.iter().enumerate().map(|(index, bar)| {
            let (zero, end) = (scale.y(0), scale.y(bar.amount));
            let state = match (bar.amount < 0, bar.open) {
                _ if days.is_cost => "cost",
                (true, _) => "loss",
                (false, true) => "open",
                (false, false) => "gain",
            };
            Rect {
                x: part(index as i128 * 100 + 12, count),
                width: part(76, count),
                y: zero.min(end),
                height: (zero - end).abs(),
                state,
                spoken: say::day_and_change(
                    &format::time_short(days.grain, bar.day, days.locale),
                    &written(bar.amount),
                ),
            }
        });
        let bars: Vec<Rect> = bars.collect();
        let lines = scale.lines(days.digits);
        let grid: Vec<(i128, String)> = lines
            .into_iter()
            .map(|line| (scale.y(line), format::whole(line, days.digits, days.locale)))
            .collect();
        let chars = grid.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(1);
        let mut labels = ticks(days, count);
        labels.extend(extremes(days, &scale, count));
        labels.extend(former_label(days, &scale, count));
        Self {
            id: days.id.clone(),
            title: days.title.clone(),
            description: description(days),
            note: days.note.clone(),
            axis_width: chars * 7 + 10,
            grid,
            zero: scale.y(0),
            bars,
            former: stepped(&days.former, &scale, count),
            labels,
            table: as_table(days),
        }
    }
}

fn stepped(former: &[i64], scale: &Scale, count: usize) -> Vec<Line> {
    let mut lines = Vec::with_capacity(former.len() * 2);
    let mut last = None;
    for (index, amount) in former.iter().take(count).enumerate() {
        let (x, y) = (part(index as i128 * 100, count), scale.y(*amount));
        if let Some(last) = last {
            lines.push(Line { x1: x.clone(), x2: x.clone(), y1: last, y2: y });
        }
        let x2 = part(index as i128 * 100 + 100, count);
        lines.push(Line { x1: x, x2, y1: y, y2: y });
        last = Some(y);
    }
    lines
}

/// Mondays of a month, firsts of months beyond it.
fn ticks(days: &Days, count: usize) -> Vec<Label> {
    let by_week = count <= 45;
    let is_tick = |day: Day| match days.grain {
        Grain::Day if by_week => day.weekday() == 0,
        Grain::Day => day == day.first_of_month(),
        Grain::Week | Grain::Month | Grain::Quarter | Grain::Year => true,
    };
    let all: Vec<(usize, Day)> = days
        .bars
        .iter()
        .enumerate()
        .filter(|(_, bar)| count <= TICKS_MAX || is_tick(bar.day))
        .map(|(index, bar)| (index, bar.day))
        .collect();
    let stride = all.len().div_ceil(TICKS_MAX).max(1);
    let tick = |(index, day): &(usize, Day)| Label {
        x: part(*index as i128 * 100 + 50, count),
        y: AXIS_WORDS,
        anchor: if count <= TICKS_MAX { "middle" } else { anchor(*index, count) },
        kind: "axis",
        text: tick_text(days, *index, *day),
    };
    all.iter().step_by(stride).map(tick).collect()
}

/// Many months stand close on a phone: the year is told where it begins, and at the first.
fn tick_text(days: &Days, index: usize, day: Day) -> String {
    let short = format::time_short(days.grain, day, days.locale);
    let is_close = days.grain == Grain::Month && days.bars.len() > TICKS_MAX / 2;
    let is_first = index == 0 || day.civil().1 == 1;
    match short.rsplit_once(' ') {
        Some((month, _)) if is_close && !is_first => month.to_owned(),
        _ => short,
    }
}

fn best(days: &Days) -> Option<(usize, &DayBar)> {
    let bars = days.bars.iter().enumerate();
    bars.max_by_key(|(index, bar)| (bar.amount, usize::MAX - index)).filter(|(_, b)| b.amount > 0)
}

fn worst(days: &Days) -> Option<(usize, &DayBar)> {
    let bars = days.bars.iter().enumerate();
    bars.min_by_key(|(index, bar)| (bar.amount, *index)).filter(|(_, bar)| bar.amount < 0)
}

fn extremes(days: &Days, scale: &Scale, count: usize) -> Vec<Label> {
    let label = |(index, bar): (usize, &DayBar), kind: &'static str| {
        let end = scale.y(bar.amount);
        Label {
            x: part(index as i128 * 100 + 50, count),
            y: if bar.amount < 0 { end + 14 } else { end - 7 },
            anchor: anchor(index, count),
            kind,
            text: say::day_and_change(
                &format::time_short(days.grain, bar.day, days.locale),
                &match days.is_cost {
                    true => format::money(bar.amount, days.digits, days.locale),
                    false => format::change(bar.amount, days.digits, days.locale),
                },
            ),
        }
    };
    best(days)
        .map(|bar| label(bar, "best"))
        .into_iter()
        .chain(worst(days).map(|bar| label(bar, "worst")))
        .collect()
}

/// The former period is named on its own line, away from the label of the best day.
fn former_label(days: &Days, scale: &Scale, count: usize) -> Option<Label> {
    // Half the width of the label, and of that of the best day, on a phone.
    let (reach, apart) = (count / 8 + 1, count / 3);
    let best = best(days).map(|(index, _)| index);
    let far = |index: usize| best.is_none_or(|best| best.abs_diff(index) >= apart);
    let inside = |index: usize| index >= reach && index + reach < count;
    let (index, _) = days
        .former
        .iter()
        .enumerate()
        .take(count)
        .filter(|(index, _)| far(*index) && inside(*index))
        .max_by_key(|(_, amount)| **amount)?;
    let around = index.saturating_sub(reach)..(index + reach).min(count);
    let highest = around
        .flat_map(|at| [days.former.get(at).copied(), days.bars.get(at).map(|b| b.amount)])
        .flatten()
        .max()?;
    Some(Label {
        x: part(index as i128 * 100 + 50, count),
        y: scale.y(highest) - 7,
        anchor: "middle",
        kind: "former",
        text: days.former_name.clone(),
    })
}

fn description(days: &Days) -> String {
    let said = |(_, bar): (usize, &DayBar)| {
        let amount = format::money(bar.amount, days.digits, days.locale);
        (format::time_short(days.grain, bar.day, days.locale), amount)
    };
    let (best, worst) = (best(days).map(said), worst(days).map(said));
    let range = match (days.bars.first(), days.bars.last()) {
        (Some(first), Some(last)) => {
            let range = DayRange { from: first.day, to: last.day };
            format::day_range(range, days.locale)
        }
        _ => String::new(),
    };
    say::days_summary(&say::DaysSummary {
        bar: words::text(ladder::grain(days.grain)),
        range: &range,
        best: best.as_ref().map(|(day, amount)| (day.as_str(), amount.as_str())),
        worst: worst.as_ref().map(|(day, amount)| (day.as_str(), amount.as_str())),
    })
}

fn as_table(days: &Days) -> Table {
    let mut table = Table::new(format!("{}-table", days.id), days.title.clone());
    table.dense = true;
    table.columns = vec![
        Column::words(words::text(ladder::grain_head(days.grain))),
        Column::figures(days.title.clone()),
    ];
    if !days.former.is_empty() {
        table.columns.push(Column::figures(days.former_name.clone()));
    }
    let written =
        |amount: i64| Cell::figure(Figure::text(format::money(amount, days.digits, days.locale)));
    table.rows = days
        .bars
        .iter()
        .enumerate()
        .map(|(index, bar)| {
            let mut cells = vec![
                Cell::text(format::time(days.grain, bar.day, days.locale)),
                written(bar.amount),
            ];
            if !days.former.is_empty() {
                cells.push(days.former.get(index).map_or(Cell::Blank, |amount| written(*amount)));
            }
            Row::new(cells)
        })
        .collect();
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(amounts: &[i64]) -> Days {
        let first = Day::parse("2026-10-22").unwrap();
        let bar = |(index, amount): (usize, &i64)| DayBar {
            day: first.plus(index as i32),
            amount: *amount,
            open: false,
        };
        Days {
            id: "d".into(),
            title: "Net profit".into(),
            grain: Grain::Day,
            note: "By day, EUR.".into(),
            bars: amounts.iter().enumerate().map(bar).collect(),
            is_cost: false,
            former: Vec::new(),
            former_name: "before".into(),
            digits: 2,
            locale: Locale::En,
        }
    }

    #[test]
    fn losses_are_hatched_and_labelled_and_the_table_holds_the_same_figures() {
        let html = DaysChart::new(&days(&[12_000, -65_685, 154_075])).render().unwrap();
        assert!(html.contains("url(#hatch)"), "{html}");
        assert!(html.contains("23 Oct −656.85"), "{html}");
        assert!(html.contains("24 Oct +1,540.75"), "{html}");
        assert!(html.contains("<td") && html.contains("1,540.75"), "{html}");
        assert!(!html.contains("style="), "{html}");
    }

    #[test]
    fn long_periods_have_a_bar_for_each_week_or_month() {
        let range = |from: &str, to: &str| DayRange {
            from: Day::parse(from).unwrap(),
            to: Day::parse(to).unwrap(),
        };
        let check = |from: &str, to: &str, grain: Grain, bars: usize, last: &str| {
            let range = range(from, to);
            assert_eq!(Grain::of(range), grain, "{from} to {to}");
            let firsts = grain.list_firsts(range);
            assert_eq!((firsts.len(), firsts.last()), (bars, Some(&Day::parse(last).unwrap())));
        };
        check("2026-10-22", "2026-11-20", Grain::Day, 30, "2026-11-20");
        check("2026-01-01", "2026-11-20", Grain::Week, 47, "2026-11-16");
        check("2024-11-21", "2026-11-20", Grain::Month, 25, "2026-11-01");
    }

    #[test]
    fn the_former_period_is_named_on_its_line_and_away_from_the_best_day() {
        let mut days = days(&[20_000; 30]);
        days.bars[16].amount = 90_000;
        days.former = vec![15_000; 30];
        days.former_name = "the 30 days before".into();
        let chart = DaysChart::new(&days);
        let place = |kind| chart.labels.iter().find(|label| label.kind == kind).unwrap();
        assert_eq!(place("best").x, "55.00%");
        let former: u32 = place("former").x.split('.').next().unwrap().parse().unwrap();
        assert!(former.abs_diff(55) >= 33, "{former}");
    }

    #[test]
    fn nothing_at_all_is_still_a_chart() {
        for amounts in [&[][..], &[0][..], &[i64::MAX, i64::MIN][..]] {
            let html = DaysChart::new(&days(amounts)).render().unwrap();
            assert!(html.contains("<svg"), "{html}");
        }
    }
}
