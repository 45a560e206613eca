//! The figures of days as a course: bar by bar, days without any event among them.

use std::collections::BTreeMap;

use crate::base::Day;
use crate::domain::profit::figures::Figures;
use crate::domain::report::Report;
use crate::domain::table::Grain;
use crate::features::overview::query::Answer;
use crate::web::chart::{DayBar, Days};
use crate::web::page::Page;
use crate::web::strip::against_label;
use crate::web::words::{self, Word, ladder, tell};

pub struct Series {
    pub grain: Grain,
    /// By the first day of each bar.
    pub bars: BTreeMap<Day, Figures>,
}

impl Series {
    /// Of a report by day.
    pub fn of(report: &Report) -> Self {
        Self::with(report, Grain::of(report.range))
    }

    fn with(report: &Report, grain: Grain) -> Self {
        let firsts = grain.list_firsts(report.range);
        let mut bars: BTreeMap<Day, Figures> =
            firsts.into_iter().map(|first| (first, Figures::default())).collect();
        for row in &report.rows {
            let day = row.key("day").and_then(|day| Day::parse(day).ok());
            let bar = day.and_then(|day| bars.get_mut(&grain.first(day)));
            if let Some(bar) = bar {
                bar.add(&row.figures);
            }
        }
        Self { grain, bars }
    }

    pub fn list(&self, of: impl Fn(&Figures) -> i64) -> Vec<i64> {
        self.bars.values().map(of).collect()
    }
}

/// Net profit by day, with the former period as a line.
pub fn days(page: &Page, answer: &Answer) -> Days {
    let series = Series::of(&answer.days);
    let grain = series.grain;
    let today = grain.first(page.today);
    let bar = |(day, figures): (&Day, &Figures)| DayBar {
        day: *day,
        amount: figures.net_profit(),
        open: *day == today,
    };
    let bars: Vec<DayBar> = series.bars.iter().map(bar).collect();
    let is_open = bars.iter().any(|bar| bar.open);
    let former = answer.former.as_ref().map(|former| Series::with(former, grain));
    let grain_word = words::text(ladder::grain(grain));
    Days {
        id: "days".to_owned(),
        title: words::text(Word::NetProfit).to_owned(),
        grain,
        note: tell::chart_note(grain_word, answer.days.currency.code(), is_open),
        bars,
        is_cost: false,
        former: former.map(|former| former.list(Figures::net_profit)).unwrap_or_default(),
        former_name: against_label(&page.ask, page.ask.against),
        digits: answer.days.currency.digits(),
        locale: page.locale,
    }
}
