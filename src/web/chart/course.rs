//! The course of one figure over time as a line, with a second one (the former period, or what it
//! is held against) dashed; each is named on the line itself.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::base::{Day, DayRange};
use crate::web::chart::scale::{Scale, anchor, part};
use crate::web::figure::Figure;
use crate::web::format::{self, Locale};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{Word, chart as say};

/// As many as stand beside each other on a phone.
const TICKS_MAX: usize = 4;

#[derive(Clone, Debug)]
pub struct Course {
    pub id: String,
    pub title: String,
    pub note: String,
    /// The head of the column of times.
    pub head: String,
    /// The first day of each time, and how it is written.
    pub times: Vec<(Day, String)>,
    /// Names with a value for each time; `None` is a hole in the line.
    pub lines: Vec<(String, Vec<Option<i64>>)>,
    /// Digits of the currency; 0 for counts.
    pub digits: u32,
    pub locale: Locale,
}

#[derive(Clone, Debug, Template)]
#[template(path = "_course.html")]
pub struct CourseChart {
    id: String,
    title: String,
    description: String,
    note: String,
    axis_width: usize,
    grid: Vec<(i128, String)>,
    zero: i128,
    lines: Vec<Line>,
    ticks: Vec<Tick>,
    table: Table,
}

impl HtmlSafe for CourseChart {}

#[derive(Clone, Debug)]
struct Line {
    name: String,
    kind: &'static str,
    strokes: Vec<(String, i128, String, i128)>,
    points: Vec<(String, i128, String)>,
    /// Where its name stands.
    label: Option<(String, i128, &'static str)>,
}

#[derive(Clone, Debug)]
struct Tick {
    x: String,
    anchor: &'static str,
    text: String,
}

impl CourseChart {
    pub fn new(course: &Course) -> Self {
        let values = || course.lines.iter().flat_map(|(_, values)| values.iter().flatten());
        let scale = Scale::of(values().copied());
        let count = course.times.len().max(1);
        let grid: Vec<(i128, String)> = scale
            .lines(course.digits)
            .into_iter()
            .map(|line| (scale.y(line), format::whole(line, course.digits, course.locale)))
            .collect();
        let chars = grid.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(1);
        let kinds = ["now", "former", "former", "former"];
        let lines = course.lines.iter().zip(kinds);
        Self {
            id: course.id.clone(),
            title: course.title.clone(),
            description: description(course),
            note: course.note.clone(),
            axis_width: chars * 7 + 10,
            grid,
            zero: scale.y(0),
            lines: lines.map(|(line, kind)| draw(course, line, kind, &scale)).collect(),
            ticks: ticks(course, count),
            table: as_table(course),
        }
    }
}

fn x_of(index: usize, count: usize) -> String {
    part(index as i128 * 100 + 50, count)
}

fn draw(
    course: &Course,
    (name, values): &(String, Vec<Option<i64>>),
    kind: &'static str,
    scale: &Scale,
) -> Line {
    let count = course.times.len().max(1);
    let place = |index: usize, value: i64| (x_of(index, count), scale.y(value));
    let known: Vec<(usize, i64)> = values
        .iter()
        .take(count)
        .enumerate()
        .filter_map(|(index, value)| value.map(|value| (index, value)))
        .collect();
    let strokes = known.windows(2).filter(|pair| pair[0].0 + 1 == pair[1].0).map(|pair| {
        let ((x1, y1), (x2, y2)) = (place(pair[0].0, pair[0].1), place(pair[1].0, pair[1].1));
        (x1, y1, x2, y2)
    });
    let point = |(index, value): &(usize, i64)| {
        let (x, y) = place(*index, *value);
        let time = course.times.get(*index).map_or("", |(_, text)| text.as_str());
        let shown = format::money(*value, course.digits, course.locale);
        (x, y, say::named(&format!("{name}, {time}"), &shown))
    };
    // The first line is named at its highest point, the others at their lowest: apart.
    let at = match kind {
        "now" => known.iter().max_by_key(|(_, value)| *value),
        _ => known.iter().min_by_key(|(_, value)| *value),
    };
    let label = at.map(|(index, value)| {
        let (x, y) = place(*index, *value);
        let y = if kind == "now" { y - 9 } else { y + 17 };
        (x, y, anchor(*index, count))
    });
    Line {
        name: name.clone(),
        kind,
        strokes: strokes.collect(),
        points: known.iter().map(point).collect(),
        label,
    }
}

fn ticks(course: &Course, count: usize) -> Vec<Tick> {
    let stride = count.div_ceil(TICKS_MAX).max(1);
    let tick = |(index, (_, text)): (usize, &(Day, String))| Tick {
        x: x_of(index, count),
        anchor: if count <= TICKS_MAX { "middle" } else { anchor(index, count) },
        text: text.clone(),
    };
    course.times.iter().enumerate().step_by(stride).map(tick).collect()
}

fn description(course: &Course) -> String {
    let (Some((from, _)), Some((to, _))) = (course.times.first(), course.times.last()) else {
        return String::new();
    };
    let range = format::day_range(DayRange { from: *from, to: *to }, course.locale);
    let ends = course.lines.first().and_then(|(_, values)| {
        let mut known = values.iter().flatten();
        let first = known.next()?;
        Some((*first, known.next_back().copied().unwrap_or(*first)))
    });
    let Some((first, last)) = ends else { return range };
    let written = |value| format::money(value, course.digits, course.locale);
    say::course_summary(&range, &written(first), &written(last))
}

fn as_table(course: &Course) -> Table {
    let mut table = Table::new(format!("{}-table", course.id), course.title.clone());
    table.dense = true;
    table.columns = vec![Column::words(course.head.clone())];
    let names = course.lines.iter().map(|(name, _)| Column::figures(name.clone()));
    table.columns.extend(names);
    let row = |(index, (_, text)): (usize, &(Day, String))| {
        let mut cells = vec![Cell::text(text.clone())];
        cells.extend(course.lines.iter().map(|(_, values)| {
            let value = values.get(index).copied().flatten();
            Cell::figure(value.map_or_else(Figure::unknown, |value| {
                Figure::text(format::money(value, course.digits, course.locale))
            }))
        }));
        Row::new(cells)
    };
    table.rows = course.times.iter().enumerate().map(row).collect();
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(lines: &[(&str, &[Option<i64>])]) -> Course {
        let first = Day::parse("2026-06-01").unwrap();
        let count = lines.first().map_or(0, |(_, values)| values.len());
        let months = (0..count as i32).map(|month| first.plus_months(month));
        Course {
            id: "l".into(),
            title: "Net profit".into(),
            note: "EUR.".into(),
            head: "Month".into(),
            times: months.map(|day| (day, format::month_short(day, Locale::En))).collect(),
            lines: lines
                .iter()
                .map(|(name, values)| ((*name).to_owned(), values.to_vec()))
                .collect(),
            digits: 2,
            locale: Locale::En,
        }
    }

    #[test]
    fn lines_are_named_holes_stay_holes_and_the_table_holds_the_same() {
        let now = [Some(10_000), None, Some(-5_000), Some(20_000)];
        let before = [Some(1_000), Some(2_000), Some(3_000), Some(4_000)];
        let chart = CourseChart::new(&course(&[("this year", &now), ("the year before", &before)]));
        assert_eq!(chart.lines[0].strokes.len(), 1, "only June's successor has a neighbour");
        assert_eq!(chart.lines[1].strokes.len(), 3);
        let html = chart.render().unwrap();
        for shown in [">this year</text>", ">the year before</text>", "−50.00", "Aug 2026"] {
            assert!(html.contains(shown), "{shown}: {html}");
        }
        assert!(html.contains("from 100.00 to 200.00") && !html.contains("style="), "{html}");
    }

    #[test]
    fn nothing_at_all_is_still_a_chart() {
        let extremes = [Some(i64::MIN), Some(i64::MAX)];
        for lines in [&[][..], &[("x", &[None, None][..])], &[("x", &extremes[..])]] {
            assert!(CourseChart::new(&course(lines)).render().unwrap().contains("<svg"));
        }
    }
}
