//! Pictures of figures, drawn on the server as SVG from whole numbers. Widths are percents, so a
//! chart fits its place and its words never shrink; no style attribute, no script.

mod bars;
mod days;
mod even;

pub use bars::{Axis, LadderBar, RowBar, Sparkline, Step};
pub use days::{DayBar, Days, DaysChart, Grain};
pub use even::{Even, EvenChart};

/// `value / whole` ten-thousandths as a percent.
fn percent_text(value: i128, whole: i128) -> String {
    let share = if whole == 0 { 0 } else { value / whole };
    format!("{}.{:02}%", share / 100, share % 100)
}
