//! The heat map: a shaded table, so that each value is read as text by everybody, on paper and on
//! a phone too. A loss bears its sign and a hatch; what is not over yet is framed with dots.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::chart::scale::level;
use crate::web::format::{self, Locale};
use crate::web::words::{Word, chart as say};

#[derive(Clone, Debug)]
pub struct Heat {
    /// Unique in its page.
    pub id: String,
    pub title: String,
    pub note: String,
    /// The head of the names.
    pub corner: String,
    pub columns: Vec<String>,
    pub rows: Vec<HeatRow>,
    /// Digits of the currency; 0 for counts.
    pub digits: u32,
    /// Whole units only: for sums, whose cents stand in the table of the page.
    pub whole: bool,
    pub locale: Locale,
}

#[derive(Clone, Debug, Default)]
pub struct HeatRow {
    pub name: String,
    /// In ink-3 behind the name, such as how many customers it has.
    pub beside: Option<String>,
    /// `None` where there is nothing.
    pub cells: Vec<Option<HeatCell>>,
}

/// Minor units, or a count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeatCell {
    pub amount: i64,
    /// More may come: its month is not over.
    pub open: bool,
}

#[derive(Clone, Debug, Template)]
#[template(path = "_heat.html")]
pub struct HeatChart {
    id: String,
    title: String,
    description: String,
    note: String,
    corner: String,
    columns: Vec<String>,
    rows: Vec<Line>,
}

impl HtmlSafe for HeatChart {}

#[derive(Clone, Debug)]
struct Line {
    name: String,
    beside: Option<String>,
    cells: Vec<Option<Shaded>>,
}

#[derive(Clone, Debug)]
struct Shaded {
    text: String,
    /// `1` to `5`, `loss`, or `none` for zero.
    level: &'static str,
    open: bool,
    spoken: String,
}

impl HeatChart {
    pub fn new(heat: &Heat) -> Self {
        let all = || heat.rows.iter().flat_map(|row| row.cells.iter().flatten());
        let most = all().map(|cell| cell.amount).max().unwrap_or_default();
        let exact = |amount| format::money(amount, heat.digits, heat.locale);
        let text = |amount| match heat.whole {
            true => format::whole(amount, heat.digits, heat.locale),
            false => exact(amount),
        };
        let shaded = |row: &HeatRow, column: usize, cell: &HeatCell| {
            let head = heat.columns.get(column).map_or("", String::as_str);
            let shown = exact(cell.amount);
            let shown = if cell.open { say::not_over(&shown) } else { shown };
            Shaded {
                text: text(cell.amount),
                level: level_name(cell.amount, most),
                open: cell.open,
                spoken: say::named(&format!("{}, {head}", row.name), &shown),
            }
        };
        let line = |row: &HeatRow| Line {
            name: row.name.clone(),
            beside: row.beside.clone(),
            cells: (0..heat.columns.len())
                .map(|at| row.cells.get(at).copied().flatten().map(|c| shaded(row, at, &c)))
                .collect(),
        };
        let found = heat.rows.iter().find_map(|row| {
            let is_most = |cell: &Option<HeatCell>| cell.is_some_and(|cell| cell.amount == most);
            let at = row.cells.iter().position(is_most).filter(|_| most > 0)?;
            Some((row.name.clone(), heat.columns.get(at)?.clone(), exact(most)))
        });
        let found = found
            .as_ref()
            .map(|(row, column, shown)| (row.as_str(), column.as_str(), shown.as_str()));
        Self {
            id: heat.id.clone(),
            title: heat.title.clone(),
            description: say::heat_summary(heat.rows.len(), heat.columns.len(), found),
            note: heat.note.clone(),
            corner: heat.corner.clone(),
            columns: heat.columns.clone(),
            rows: heat.rows.iter().map(line).collect(),
        }
    }
}

fn level_name(amount: i64, most: i64) -> &'static str {
    match amount {
        ..0 => "loss",
        0 => "none",
        _ => ["1", "2", "3", "4", "5"][usize::from(level(amount, most)) - 1],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heat(rows: &[&[Option<i64>]]) -> Heat {
        let row = |(at, cells): (usize, &&[Option<i64>])| HeatRow {
            name: format!("row {at}"),
            beside: None,
            cells: cells
                .iter()
                .map(|amount| amount.map(|amount| HeatCell { amount, open: amount == 7_000 }))
                .collect(),
        };
        Heat {
            id: "h".into(),
            title: "Contribution".into(),
            note: "EUR.".into(),
            corner: "Hour".into(),
            columns: vec!["Mon".into(), "Tue".into(), "Wed".into()],
            rows: rows.iter().enumerate().map(row).collect(),
            digits: 2,
            whole: true,
            locale: Locale::En,
        }
    }

    #[test]
    fn values_are_text_losses_bear_their_sign_and_nothing_is_blank() {
        let rows: [&[Option<i64>]; 2] = [&[Some(10_000), Some(-5_050), None], &[Some(7_000)]];
        let html = HeatChart::new(&heat(&rows)).render().unwrap();
        for shown in [">100</", "−50", "data-level=\"loss\"", "data-level=\"4\"", "−50.50"] {
            assert!(html.contains(shown), "{shown}: {html}");
        }
        assert_eq!(html.matches("<td").count(), 6, "short rows are filled up: {html}");
        assert!(html.contains("data-state=\"open\"") && html.contains("not over yet"), "{html}");
        assert!(html.contains("Most: row 0, Mon, 100.00."), "{html}");
        assert!(!html.contains("style="), "{html}");
    }

    #[test]
    fn nothing_at_all_is_still_a_table() {
        for rows in [&[][..], &[&[Some(i64::MIN), Some(i64::MAX), Some(0)][..]][..]] {
            let html = HeatChart::new(&heat(rows)).render().unwrap();
            assert!(html.contains("<table"), "{html}");
        }
    }
}
