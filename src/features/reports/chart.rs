//! The picture of a table out of its data. A new kind of chart is a variant of `domain/chart.rs`,
//! drawn in `web/chart/`, and an arm here.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domain::ask::Against;
use crate::domain::chart::{Chart, TimeBar, Times};
use crate::domain::table::Table;
use crate::web::chart::{DayBar, Days, DaysChart};
use crate::web::format::Locale;
use crate::web::words::{self, definitions, ladder, reports, tell};

/// A chart that is drawn, whichever it is.
#[derive(Template)]
#[template(
    source = "{% match self %}{% when Drawn::Times(chart) %}{{ chart }}{% endmatch %}",
    ext = "html"
)]
pub enum Drawn {
    Times(Box<DaysChart>),
}

impl HtmlSafe for Drawn {}

pub fn draw(table: &Table, locale: Locale) -> Option<Drawn> {
    match table.chart.as_ref()? {
        Chart::Times(times) => {
            let is_there = times.bars.len() > 1;
            is_there.then(|| Drawn::Times(Box::new(DaysChart::new(&days(table, times, locale)))))
        }
    }
}

fn days(table: &Table, times: &Times, locale: Locale) -> Days {
    let bar = |bar: &TimeBar| DayBar { day: bar.first, amount: bar.minor, open: bar.is_open };
    let is_open = times.bars.iter().any(|bar| bar.is_open);
    let grain = words::text(ladder::grain(times.grain));
    Days {
        id: "chart".to_owned(),
        title: definitions::label(times.measure).to_owned(),
        grain: times.grain,
        note: tell::chart_note(grain, table.currency.code(), is_open),
        bars: times.bars.iter().map(bar).collect(),
        is_cost: times.is_cost,
        former: times.former.clone(),
        former_name: reports::former(times.against == Against::Year).to_owned(),
        digits: table.currency.digits(),
        locale,
    }
}
