//! The picture of a table out of its data. A new kind of chart is a variant of `domain/chart.rs`,
//! drawn in `web/chart/`, and an arm here.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::base::Day;
use crate::domain::ask::Against;
use crate::domain::chart::{self, Chart, TimeBar, Times};
use crate::domain::profit::component::{Quality, Step};
use crate::domain::table::{Cell, Grain, Kind, Table, Value};
use crate::web::chart::{
    Calendar, CalendarChart, Course, CourseChart, DayBar, Days, DaysChart, Heat, HeatCell,
    HeatChart, HeatRow, Progress, Shown, Waterfall, WaterfallStep, World, WorldChart,
};
use crate::web::figure::Mark;
use crate::web::format::{self, Locale};
use crate::web::table::Table as Shell;
use crate::web::words::{self, Word, chart as say, definitions, ladder, reports, tell};

/// A chart that is drawn, whichever it is.
#[derive(Template)]
#[template(
    source = "{% match self %}{% when Drawn::Times(chart) %}{{ chart }}\
              {% when Drawn::Heat(chart) %}{{ chart }}\
              {% when Drawn::Calendar(chart) %}{{ chart }}\
              {% when Drawn::World(chart) %}{{ chart }}\
              {% when Drawn::Course(chart) %}{{ chart }}\
              {% when Drawn::Ledger(chart) %}{{ chart }}{% endmatch %}",
    ext = "html"
)]
pub enum Drawn {
    Times(Box<DaysChart>),
    Heat(Box<HeatChart>),
    Calendar(Box<CalendarChart>),
    World(Box<WorldChart>),
    Course(Box<CourseChart>),
    /// A table whose last column is the picture.
    Ledger(Box<Shell>),
}

impl HtmlSafe for Drawn {}

const ID: &str = "chart";

pub fn draw(table: &Table, locale: Locale) -> Option<Drawn> {
    let drawing = Drawing { table, locale };
    Some(match table.chart.as_ref()? {
        Chart::Times(times) if times.bars.len() < 2 => return None,
        Chart::Times(times) => Drawn::Times(Box::new(DaysChart::new(&drawing.days(times)))),
        Chart::Heat(heat) if heat.rows.is_empty() => return None,
        Chart::Heat(heat) => Drawn::Heat(Box::new(HeatChart::new(&drawing.heat(heat)))),
        Chart::Calendar(days) => {
            Drawn::Calendar(Box::new(CalendarChart::new(&drawing.calendar(days))))
        }
        Chart::World(world) if world.countries.is_empty() => return None,
        Chart::World(world) => Drawn::World(Box::new(WorldChart::new(&drawing.world(world)))),
        Chart::Course(course) if course.times.len() < 2 => return None,
        Chart::Course(course) => Drawn::Course(Box::new(CourseChart::new(&drawing.course(course)))),
        Chart::Progress(progress) => {
            let progress = Progress::of(progress, table.currency, locale);
            Drawn::Ledger(Box::new(progress.table()))
        }
        Chart::Waterfall(steps) => Drawn::Ledger(Box::new(drawing.waterfall(steps).table())),
    })
}

struct Drawing<'a> {
    table: &'a Table,
    locale: Locale,
}

impl Drawing<'_> {
    fn digits(&self, kind: Kind) -> u32 {
        if kind.is_money() { self.table.currency.digits() } else { 0 }
    }

    fn unit(&self, kind: Kind) -> Option<&str> {
        kind.is_money().then(|| self.table.currency.code())
    }

    fn days(&self, times: &Times) -> Days {
        let bar = |bar: &TimeBar| DayBar { day: bar.first, amount: bar.minor, open: bar.is_open };
        let is_open = times.bars.iter().any(|bar| bar.is_open);
        let grain = words::text(ladder::grain(times.grain));
        Days {
            id: ID.to_owned(),
            title: definitions::label(times.measure).to_owned(),
            grain: times.grain,
            note: tell::chart_note(grain, self.table.currency.code(), is_open),
            bars: times.bars.iter().map(bar).collect(),
            is_cost: times.is_cost,
            former: times.former.clone(),
            former_name: reports::former(times.against == Against::Year).to_owned(),
            digits: self.table.currency.digits(),
            locale: self.locale,
        }
    }

    /// The name of a row or a column of a heat map.
    fn name(&self, value: &Value) -> String {
        match value {
            Value::Word(word) => say::short(definitions::label(word)).to_owned(),
            Value::Text(text) => text.clone(),
            Value::Day(day) => format::time_short(Grain::Month, *day, self.locale),
            Value::Count(count) => format::quantity(*count, self.locale),
            Value::None | Value::Money(_) | Value::Ratio(_) => String::new(),
        }
    }

    fn heat(&self, heat: &chart::Heat) -> Heat {
        let cell =
            |cell: &Option<(i64, bool)>| cell.map(|(amount, open)| HeatCell { amount, open });
        let row = |row: &chart::HeatRow| HeatRow {
            name: self.name(&row.name),
            beside: row.beside.map(|count| format::quantity(count, self.locale)),
            cells: row.cells.iter().map(cell).collect(),
        };
        let is_open = heat.rows.iter().flat_map(|row| &row.cells).flatten().any(|(_, open)| *open);
        let title = definitions::label(heat.measure);
        Heat {
            id: format!("{ID}-grid"),
            title: title.to_owned(),
            note: say::heat_note(title, self.unit(heat.kind), is_open),
            corner: definitions::label(heat.rows_are).to_owned(),
            columns: heat.columns.iter().map(|value| self.name(value)).collect(),
            rows: heat.rows.iter().map(row).collect(),
            digits: self.digits(heat.kind),
            whole: heat.is_sum,
            locale: self.locale,
        }
    }

    fn calendar(&self, days: &chart::Days) -> Calendar {
        let grain = words::text(ladder::grain(Grain::Day));
        Calendar {
            id: ID.to_owned(),
            title: definitions::label(days.measure).to_owned(),
            note: tell::chart_note(grain, self.table.currency.code(), days.open.is_some()),
            range: days.range,
            days: days.days.clone(),
            open: days.open,
            digits: self.table.currency.digits(),
            locale: self.locale,
        }
    }

    fn world(&self, world: &chart::World) -> World {
        let title = definitions::label(world.measure);
        World {
            id: ID.to_owned(),
            title: title.to_owned(),
            note: say::map_note(title, self.table.currency.code()),
            countries: world.countries.clone(),
            digits: self.table.currency.digits(),
            locale: self.locale,
        }
    }

    fn course(&self, course: &chart::Course) -> Course {
        let time = |first: &Day| (*first, format::time_short(course.grain, *first, self.locale));
        let line = |(name, values): &(&'static str, Vec<Option<i64>>)| {
            (definitions::label(name).to_owned(), values.clone())
        };
        let grain = words::text(ladder::grain(course.grain));
        Course {
            id: ID.to_owned(),
            title: definitions::label(course.measure).to_owned(),
            note: say::course_note(grain, self.unit(course.kind)),
            head: words::text(ladder::grain_head(course.grain)).to_owned(),
            times: course.times.iter().map(time).collect(),
            lines: course.lines.iter().map(line).collect(),
            digits: self.digits(course.kind),
            locale: self.locale,
        }
    }

    fn shown(&self, title: &str, head: &str) -> Shown {
        Shown {
            id: format!("{ID}-table"),
            title: title.to_owned(),
            head: head.to_owned(),
            measure: self.table.currency.code().to_owned(),
            digits: self.table.currency.digits(),
            locale: self.locale,
        }
    }

    fn waterfall(&self, steps: &[(Step, Cell)]) -> Waterfall {
        let step = |(step, cell): &(Step, Cell)| WaterfallStep {
            name: words::text(ladder::step(*step)).to_owned(),
            href: None,
            amount: cell.value.number(),
            mark: match cell.quality {
                Quality::Actual if !cell.is_at_most => Mark::Actual,
                Quality::Estimated => Mark::Estimated,
                Quality::Actual | Quality::Missing => Mark::AtMost,
            },
            is_total: matches!(step, Step::Subtotal(_)),
        };
        let head = words::text(Word::Component);
        Waterfall {
            shown: self.shown(words::text(Word::FromGrossToNet), head),
            steps: steps.iter().map(step).collect(),
        }
    }
}
