//! A straight line of profit by how much less is sold: where it starts, the reader's own guess,
//! where it crosses zero.

use askama::Template;
use askama::filters::HtmlSafe;

use super::percent_text;
use crate::web::words::whatif as told;

const TOP: i128 = 16;
const BOTTOM: i128 = 112;

/// What is drawn; amounts in minor units, shares in ten-thousandths of the goods.
#[derive(Clone, Debug)]
pub struct Even {
    pub id: String,
    pub title: String,
    pub start: i64,
    pub end: i64,
    /// Where the line ends.
    pub last_share: i64,
    /// The reader's guess: its share, what it comes to, and how it is written.
    pub guess: Option<(i64, i64, String)>,
    pub even: Option<(i64, String)>,
    pub start_text: String,
    pub end_text: String,
    pub last_text: String,
}

#[derive(Clone, Debug)]
struct Point {
    x: String,
    y: i128,
    anchor: &'static str,
    kind: &'static str,
    text: String,
    text_y: i128,
}

#[derive(Clone, Debug, Template)]
#[template(path = "_even.html")]
pub struct EvenChart {
    id: String,
    title: String,
    spoken: String,
    axis_width: usize,
    zero: i128,
    start: i128,
    end: i128,
    start_text: String,
    end_text: String,
    last_text: String,
    points: Vec<Point>,
}

impl HtmlSafe for EvenChart {}

impl EvenChart {
    pub fn new(even: &Even) -> Self {
        let low = i128::from(even.start.min(even.end).min(0));
        let high = i128::from(even.start.max(even.end).max(0));
        let span = (high - low).max(1);
        let y = |amount: i64| TOP + (high - i128::from(amount)) * (BOTTOM - TOP) / span;
        let last = i128::from(even.last_share.max(1));
        let x = |share: i64| percent_text(i128::from(share) * 10_000, last);
        let anchor = |share: i64| match i128::from(share) * 100 / last {
            0..=25 => "start",
            70.. => "end",
            _ => "middle",
        };
        let mut points = Vec::new();
        if let Some((share, amount, text)) = &even.guess {
            let y = y(*amount);
            points.push(Point {
                x: x(*share),
                y,
                anchor: anchor(*share),
                kind: "guess",
                text: told::your_guess(text),
                text_y: y - 8,
            });
        }
        if let Some((share, text)) =
            even.even.as_ref().filter(|(share, _)| *share <= even.last_share)
        {
            points.push(Point {
                x: x(*share),
                y: y(0),
                anchor: anchor(*share),
                kind: "even",
                text: told::even_at(text),
                text_y: y(0) + 18,
            });
        }
        let chars = even.start_text.chars().count().max(even.end_text.chars().count());
        let even_text = even.even.as_ref().map(|(_, text)| text.as_str());
        let (start, end) = (even.start_text.as_str(), even.end_text.as_str());
        Self {
            id: even.id.clone(),
            title: even.title.clone(),
            spoken: told::fewer_spoken(start, end, &even.last_text, even_text),
            axis_width: chars * 7 + 10,
            zero: y(0),
            start: y(even.start),
            end: y(even.end),
            start_text: even.start_text.clone(),
            end_text: even.end_text.clone(),
            last_text: even.last_text.clone(),
            points,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(start: i64, end: i64, at: Option<(i64, String)>) -> Even {
        Even {
            id: "even".into(),
            title: "Net profit".into(),
            start,
            end,
            last_share: 3000,
            guess: Some((600, start, "6 %".into())),
            even: at,
            start_text: "+937".into(),
            end_text: "−1,090".into(),
            last_text: "30 %".into(),
        }
    }

    #[test]
    fn the_line_crosses_zero_where_it_is_even() {
        let chart = EvenChart::new(&even(937_00, -1_090_00, Some((1387, "13.9 %".into()))));
        // 937 of 2,027 from the top, over 96 units.
        assert_eq!((chart.start, chart.zero, chart.end), (16, 16 + 44, 112));
        assert_eq!(chart.points[1].x, "46.23%");
        let html = chart.render().unwrap();
        assert!(html.contains("even at 13.9 %") && html.contains("your guess, 6 %"), "{html}");
    }

    #[test]
    fn a_line_that_never_crosses_is_drawn_too() {
        assert!(EvenChart::new(&even(0, 0, None)).render().is_ok());
        assert!(EvenChart::new(&even(-5, -10, None)).render().unwrap().contains("−1,090"));
        assert_eq!(EvenChart::new(&even(5, 1, Some((9000, "90 %".into())))).points.len(), 1);
    }
}
