//! Small pictures inside tables and KPIs: sparklines, the bars of ladders and bridges, bars from
//! a common zero. Hidden from readers where the cell beside them says the same.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::chart::percent_text;
use crate::web::words::say;

/// The course of one figure, with a brass end.
#[derive(Clone, Debug, Template)]
#[template(path = "_sparkline.html")]
pub struct Sparkline {
    name: String,
    points: String,
    end: Option<(i128, i128)>,
}

impl HtmlSafe for Sparkline {}

const SPARK_WIDTH: i128 = 112;
const SPARK_HEIGHT: i128 = 20;

impl Sparkline {
    pub fn new(name: impl AsRef<str>, values: &[i64]) -> Self {
        let (low, high) = (
            i128::from(values.iter().min().copied().unwrap_or_default()),
            i128::from(values.iter().max().copied().unwrap_or_default()),
        );
        let steps = values.len().saturating_sub(1).max(1) as i128;
        let point = |(index, value): (usize, &i64)| {
            let height = match high - low {
                0 => SPARK_HEIGHT / 2,
                span => (high - i128::from(*value)) * SPARK_HEIGHT / span,
            };
            (4 + index as i128 * SPARK_WIDTH / steps, 4 + height)
        };
        let points: Vec<(i128, i128)> = values.iter().enumerate().map(point).collect();
        let written: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        Self {
            name: say::trend_of(name.as_ref()),
            points: written.join(" "),
            end: points.last().copied(),
        }
    }
}

/// What a bar of a ladder or bridge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A subtotal: stands on the axis.
    Total,
    /// A cost or another step between two subtotals.
    Cost,
    /// The last sum, or a difference upward.
    Gain,
    /// A difference or a sum below zero: hatched.
    Loss,
}

/// One floating bar in the last column of a ladder; hidden from readers, the cell says it.
#[derive(Clone, Debug, Template)]
#[template(path = "_ladder_bar.html")]
pub struct LadderBar {
    x: String,
    width: String,
    kind: &'static str,
}

impl HtmlSafe for LadderBar {}

impl LadderBar {
    /// From the running sum `from` to `to`, on an axis from `low` to `high`.
    pub fn new(from: i64, to: i64, axis: Axis, step: Step) -> Self {
        let kind = match step {
            Step::Total => "total",
            Step::Cost => "cost",
            Step::Gain => "gain",
            Step::Loss => "loss",
        };
        Self { x: axis.at(from.min(to)), width: axis.length(from.abs_diff(to)), kind }
    }
}

/// The common scale of the bars of a column; it always holds zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    low: i64,
    high: i64,
}

impl Axis {
    pub fn over(amounts: impl IntoIterator<Item = i64>) -> Self {
        let (mut low, mut high) = (0, 0);
        for amount in amounts {
            low = low.min(amount);
            high = high.max(amount);
        }
        Self { low, high }
    }

    fn span(self) -> i128 {
        (i128::from(self.high) - i128::from(self.low)).max(1)
    }

    fn at(self, amount: i64) -> String {
        let amount = amount.clamp(self.low, self.high);
        percent_text((i128::from(amount) - i128::from(self.low)) * 10_000, self.span())
    }

    fn length(self, amount: u64) -> String {
        percent_text(i128::from(amount).min(self.span()) * 10_000, self.span())
    }
}

/// A bar from the common zero of its column.
#[derive(Clone, Debug, Template)]
#[template(path = "_row_bar.html")]
pub struct RowBar {
    x: String,
    width: String,
    /// The common zero, or the threshold that the bar should reach.
    mark: String,
    /// A hairline under the bar shows the whole scale.
    scale: bool,
    kind: &'static str,
}

impl HtmlSafe for RowBar {}

impl RowBar {
    pub fn new(amount: i64, axis: Axis) -> Self {
        Self {
            x: axis.at(amount.min(0)),
            width: axis.length(amount.unsigned_abs()),
            mark: axis.at(0),
            scale: false,
            kind: if amount < 0 { "loss" } else { "gain" },
        }
    }

    /// A part of the amount is missing: only an outline.
    pub fn at_most(amount: i64, axis: Axis) -> Self {
        Self { kind: "at-most", ..Self::new(amount, axis) }
    }

    /// What a cost comes to, whatever its sign: neither good nor bad.
    pub fn cost(amount: i64, axis: Axis) -> Self {
        Self { kind: "cost", ..Self::new(amount.saturating_abs(), axis) }
    }

    /// Neither good nor bad until it falls short of `enough`, such as days of cover.
    pub fn cover(amount: i64, enough: i64, axis: Axis) -> Self {
        let kind = if amount < enough { "loss" } else { "cost" };
        Self { kind, mark: axis.at(enough), scale: true, ..Self::new(amount.max(0), axis) }
    }
}

/// What is reached of a goal, where it ends at this pace (an outline), and the goal as a mark.
#[derive(Clone, Debug, Template)]
#[template(path = "_goal_bar.html")]
pub struct GoalBar {
    x: String,
    width: String,
    kind: &'static str,
    outlook: Option<(String, String)>,
    goal: String,
}

impl HtmlSafe for GoalBar {}

impl GoalBar {
    pub fn new(actual: i64, goal: i64, outlook: Option<i64>) -> Self {
        let axis = Axis::over([actual, goal].into_iter().chain(outlook));
        let bar = RowBar::new(actual, axis);
        let beyond = outlook.filter(|outlook| *outlook > actual.max(0));
        let ahead = |outlook: i64| {
            let from = actual.max(0);
            (axis.at(from), axis.length(outlook.abs_diff(from)))
        };
        Self {
            x: bar.x,
            width: bar.width,
            kind: bar.kind,
            outlook: beyond.map(ahead),
            goal: axis.at(goal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ladder_floats_between_its_running_sums() {
        let axis = Axis::over([8000, 2000]);
        let bar = LadderBar::new(8000, 2000, axis, Step::Cost);
        assert_eq!((bar.x.as_str(), bar.width.as_str()), ("25.00%", "75.00%"));
        let axis = Axis::over([-5000, 5000]);
        let bar = RowBar::new(-2500, axis);
        assert_eq!((bar.x.as_str(), bar.mark.as_str()), ("25.00%", "50.00%"));
    }

    #[test]
    fn a_goal_is_marked_and_the_outlook_goes_on_from_what_is_reached() {
        let bar = GoalBar::new(5_000, 10_000, Some(7_500));
        assert_eq!((bar.x.as_str(), bar.width.as_str()), ("0.00%", "50.00%"));
        assert_eq!(bar.outlook, Some(("50.00%".to_owned(), "25.00%".to_owned())));
        assert_eq!(bar.goal, "100.00%");
        let loss = GoalBar::new(-2_500, 7_500, Some(-5_000));
        assert_eq!((loss.kind, loss.x.as_str(), loss.outlook), ("loss", "20.00%", None));
        assert!(GoalBar::new(i64::MIN, i64::MAX, Some(0)).render().is_ok());
    }

    #[test]
    fn nothing_to_draw_is_drawn_without_a_fault() {
        assert!(Sparkline::new("x", &[]).render().is_ok());
        assert!(Sparkline::new("x", &[i64::MIN, i64::MAX]).render().is_ok());
        assert!(RowBar::new(5, Axis::over([])).render().is_ok());
        assert!(RowBar::new(i64::MIN, Axis::over([i64::MIN, i64::MAX])).render().is_ok());
    }

    #[test]
    fn a_bar_that_falls_short_is_hatched_and_still_begins_at_zero() {
        let axis = Axis::over([60]);
        let (short, enough) = (RowBar::cover(3, 14, axis), RowBar::cover(18, 14, axis));
        assert_eq!((short.kind, short.x.as_str()), ("loss", "0.00%"));
        assert_eq!((enough.kind, enough.mark.as_str()), ("cost", "23.33%"));
    }
}
