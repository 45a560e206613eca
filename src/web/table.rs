//! The ledger: words left, figures right, one hairline under each row. Knows sorting, paging and
//! states; the figures come finished, and totals cover all rows, not those of the page.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::ask::{Dir, PageAsk};
use crate::web::chart::{GoalBar, LadderBar, RowBar};
use crate::web::define::Define;
use crate::web::figure::{Figure, Link};
use crate::web::form::Button;
use crate::web::format::{self, Locale};
use crate::web::notice::Empty;
use crate::web::parts::StateMark;
use crate::web::words::{Word, say};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Words,
    Figures,
}

/// Whether a column stays on a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    Always,
    Wide,
}

#[derive(Clone, Debug)]
pub struct SortLink {
    pub href: String,
    /// The way it is sorted now, if it is.
    pub now: Option<Dir>,
}

#[derive(Clone, Debug)]
pub struct Column {
    pub label: String,
    pub align: Align,
    pub keep: Keep,
    pub sort: Option<SortLink>,
    /// A column of bars: its head is for readers only.
    pub bars: bool,
    /// What the column means, at its head.
    pub define: Option<Define>,
}

impl Column {
    pub fn words(label: impl Into<String>) -> Self {
        let label = label.into();
        Self {
            label,
            align: Align::Words,
            keep: Keep::Always,
            sort: None,
            bars: false,
            define: None,
        }
    }

    pub fn figures(label: impl Into<String>) -> Self {
        Self { align: Align::Figures, ..Self::words(label) }
    }

    pub fn bars(label: impl Into<String>) -> Self {
        Self { bars: true, ..Self::words(label) }
    }

    /// Left out on a phone; the row's own page shows it.
    pub fn wide(self) -> Self {
        Self { keep: Keep::Wide, ..self }
    }

    pub fn defined(self, define: Option<Define>) -> Self {
        Self { define, ..self }
    }

    /// Sorted by a click: largest first, then smallest.
    pub fn sorted(self, ask: &PageAsk, key: &str) -> Self {
        let now = ask.sort.as_ref().filter(|sort| sort.column == key).map(|sort| sort.dir);
        let next = if now == Some(Dir::Down) { Dir::Up } else { Dir::Down };
        let href = ask.href_with(&[("sort", Some(key)), ("dir", Some(next.name()))]);
        Self { sort: Some(SortLink { href, now }), ..self }
    }

    fn is_sorted(&self) -> bool {
        self.sort.as_ref().is_some_and(|sort| sort.now.is_some())
    }

    fn aria_sort(&self) -> Option<&'static str> {
        match self.sort.as_ref()?.now? {
            Dir::Up => Some("ascending"),
            Dir::Down => Some("descending"),
        }
    }
}

/// Words in a cell.
#[derive(Clone, Debug, Default)]
pub struct Words {
    pub text: String,
    pub href: Option<String>,
    /// In ink-3 behind the text.
    pub beside: Option<String>,
    /// In ink-3 on lines of its own, such as what a name is about.
    pub under: Option<String>,
    /// One line of state under the name, on a phone only.
    pub line: Option<StateMark>,
    pub mono: bool,
    pub quiet: bool,
    /// The whole of what is shown short.
    pub title: Option<String>,
    /// What the row means, behind its name.
    pub define: Option<Define>,
}

/// What channels show of one product's free stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Level {
    Agreed(String),
    Sent { from: String, to: String },
    Differs { theirs: String, ours: String },
    NotSold,
}

/// The choice of a row.
#[derive(Clone, Debug)]
pub struct Pick {
    pub name: String,
    pub value: String,
    /// What is chosen, for readers.
    pub label: String,
    pub button: Option<Button>,
}

#[derive(Clone, Debug, Default)]
pub enum Cell {
    #[default]
    Blank,
    Words(Words),
    Figure(Box<Figure>),
    State(StateMark),
    Level(Level),
    Bar(RowBar),
    Step(LadderBar),
    Goal(GoalBar),
    /// The quality of a row of the trail; estimated wears a dotted frame.
    Quality {
        text: String,
        estimated: bool,
    },
    Links(Vec<Link>),
    /// A box to choose the row in a form around the table, and a button for it alone.
    Pick(Box<Pick>),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Words(Words { text: text.into(), ..Words::default() })
    }

    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self::Words(Words { text: text.into(), href: Some(href.into()), ..Words::default() })
    }

    pub fn quiet(text: impl Into<String>) -> Self {
        Self::Words(Words { text: text.into(), quiet: true, ..Words::default() })
    }

    pub fn mono(text: impl Into<String>) -> Self {
        Self::Words(Words { text: text.into(), mono: true, ..Words::default() })
    }

    pub fn figure(figure: Figure) -> Self {
        Self::Figure(Box::new(figure))
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowKind {
    #[default]
    Plain,
    Chosen,
    Subtotal,
    /// "Borne by no product", before the total.
    Unborne,
    Total,
    /// Under the total, such as the margin of a column.
    After,
}

impl RowKind {
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Chosen => "chosen",
            Self::Subtotal => "subtotal",
            Self::Unborne => "unborne",
            Self::Total => "total",
            Self::After => "after",
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Row {
    pub kind: RowKind,
    pub cells: Vec<Cell>,
    /// Unfolded under the row: only what needs a person.
    pub detail: Option<Box<Table>>,
    /// With it the detail is folded, under these words.
    pub fold: Option<String>,
}

impl Row {
    pub fn new(cells: Vec<Cell>) -> Self {
        Self { cells, ..Self::default() }
    }

    /// With what it is made of, folded under `words`.
    pub fn folding(self, words: String, detail: Table) -> Self {
        Self { detail: Some(Box::new(detail)), fold: Some(words), ..self }
    }

    pub fn of(kind: RowKind, cells: Vec<Cell>) -> Self {
        Self { kind, cells, ..Self::default() }
    }
}

/// Which rows of all are shown, and the ways to the others.
#[derive(Clone, Debug)]
pub struct Pager {
    pub shown: String,
    pub earlier: Option<String>,
    pub later: Option<String>,
    pub per_page: Option<String>,
}

impl Pager {
    /// `total` rows, `per_page` of them on each page.
    pub fn new(ask: &PageAsk, total: i64, per_page: i64, locale: Locale) -> Self {
        let per_page = per_page.max(1);
        let pages = total.saturating_sub(1).max(0) / per_page + 1;
        let page = i64::from(ask.page).min(pages);
        let from = ((page - 1) * per_page + 1).min(total);
        let to = (page * per_page).min(total);
        let quantity = |count| format::quantity(count, locale);
        let href = |page: i64| match page {
            1 => ask.href_with(&[("page", None)]),
            page => ask.href_with(&[("page", Some(&page.to_string()))]),
        };
        Self {
            shown: say::rows_of(&quantity(from), &quantity(to), &quantity(total)),
            earlier: (page > 1).then(|| href(page - 1)),
            later: (page < pages).then(|| href(page + 1)),
            per_page: (pages > 1).then(|| say::rows_per_page(&quantity(per_page))),
        }
    }
}

#[derive(Clone, Debug, Default, Template)]
#[template(path = "_table.html")]
pub struct Table {
    /// Unique in its page.
    pub id: String,
    /// What the table shows, for readers; its visible head is a section head.
    pub caption: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// The sum is equal, to the cent, with somebody else's: brass under it.
    pub tied: bool,
    pub dense: bool,
    /// Shown in place of rows.
    pub empty: Option<Empty>,
    /// One line while new rows are fetched; the old ones stay.
    pub loading: Option<String>,
    /// One line where the list was cut off.
    pub cut: Option<String>,
    pub note: Option<String>,
    /// Explains the marks ~, – and ≤.
    pub legend: bool,
    pub pager: Option<Pager>,
    pub files: Vec<Link>,
}

impl HtmlSafe for Table {}

impl Table {
    pub fn new(id: impl Into<String>, caption: impl Into<String>) -> Self {
        Self { id: id.into(), caption: caption.into(), ..Self::default() }
    }

    fn keep_of(&self, index: usize) -> &'static str {
        match self.columns.get(index).map(|column| column.keep) {
            Some(Keep::Wide) => "wide",
            Some(Keep::Always) | None => "always",
        }
    }

    fn align_of(&self, index: usize) -> &'static str {
        match self.columns.get(index).map(|column| (column.bars, column.align)) {
            Some((true, _)) => "bars",
            Some((false, Align::Figures)) => "figures",
            Some((false, Align::Words)) | None => "words",
        }
    }

    fn has_foot(&self) -> bool {
        self.note.is_some() || self.legend || self.pager.is_some() || !self.files.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Day;

    fn ask(query: &str) -> PageAsk {
        PageAsk::parse("/profit", query, Day::parse("2026-11-20").unwrap())
    }

    #[test]
    fn the_pager_never_leaves_the_table() {
        let check = |query: &str, total: i64, shown: &str, earlier: bool, later: bool| {
            let pager = Pager::new(&ask(query), total, 50, Locale::En);
            assert_eq!(pager.shown, shown, "{query}");
            assert_eq!((pager.earlier.is_some(), pager.later.is_some()), (earlier, later));
        };
        check("", 338, "1 – 50 of 338", false, true);
        check("page=7", 338, "301 – 338 of 338", true, false);
        check("page=99999", 338, "301 – 338 of 338", true, false);
        check("page=0", 50, "1 – 50 of 50", false, false);
        check("", 0, "0 – 0 of 0", false, false);
    }

    #[test]
    fn a_sorted_column_says_so_and_turns_on_the_next_click() {
        let column = Column::figures("Net profit").sorted(&ask("sort=net&dir=down"), "net");
        assert_eq!(column.aria_sort(), Some("descending"));
        let href = column.sort.unwrap().href;
        assert!(href.contains("dir=up"), "{href}");
        let other = Column::figures("Units").sorted(&ask("sort=net"), "units");
        assert_eq!(other.aria_sort(), None);
    }

    #[test]
    fn rows_have_a_scope_and_an_empty_table_says_what_to_do() {
        let mut table = Table::new("t", "Profit by product");
        table.columns = vec![Column::words("Product"), Column::figures("Net profit")];
        table.rows = vec![Row::new(vec![Cell::text("<b>Mug</b>"), Cell::Blank])];
        let html = table.render().unwrap();
        assert!(html.contains(r#"scope="row""#) && html.contains(r#"scope="col""#), "{html}");
        assert!(!html.contains("<b>Mug"), "{html}");
        let under = Words { text: "Mug".into(), under: Some("a <i>".into()), ..Words::default() };
        table.rows[0].cells[0] = Cell::Words(under);
        let html = table.render().unwrap();
        assert!(html.contains(r#"<span class="table-under">a &#60;i&#62;</span>"#), "{html}");
        table.rows.clear();
        table.empty = Some(Empty { sentence: "No orders yet.".into(), ..Empty::default() });
        assert!(table.render().unwrap().contains("No orders yet."));
    }
}
