//! Pictures of figures, drawn on the server as SVG from whole numbers. Widths are percents, so a
//! chart fits its place and its words never shrink; no style attribute, no script.
//!
//! | picture | file |
//! | --- | --- |
//! | bars over time, with the former period | `days.rs` |
//! | a line over time, with the former period | `course.rs` |
//! | days as squares, weeks as columns | `calendar.rs` |
//! | values by two keys, as a shaded table | `heat.rs` |
//! | countries | `world.rs`, `atlas.rs`, outlines in `world.tsv` (their licence: `WORLD.md`) |
//! | where a guess breaks even | `even.rs` |
//! | bars inside tables and KPIs | `bars.rs` |
//! | tables whose last column is the picture: ladder, goals | `ledger.rs` |
//!
//! Each has a title, a sentence that says what it shows, and its figures as text or as a table.
//! Losses are hatched and bear their sign; colour never says anything alone.

mod atlas;
mod bars;
mod calendar;
mod course;
mod days;
mod even;
mod heat;
mod ledger;
mod scale;
mod world;

pub use bars::{Axis, GoalBar, LadderBar, RowBar, Sparkline, Step};
pub use calendar::{Calendar, CalendarChart};
pub use course::{Course, CourseChart};
pub use days::{DayBar, Days, DaysChart};
pub use even::{Even, EvenChart};
pub use heat::{Heat, HeatCell, HeatChart, HeatRow};
pub use ledger::{Progress, ProgressRow, Shown, Waterfall, WaterfallStep};
pub use world::{World, WorldChart};

/// `value / whole` ten-thousandths as a percent.
fn percent_text(value: i128, whole: i128) -> String {
    let share = if whole == 0 { 0 } else { value / whole };
    format!("{}.{:02}%", share / 100, share % 100)
}
