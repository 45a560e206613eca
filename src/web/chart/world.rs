//! The map of countries: the darker, the more; losses hatched; dots where a country is too small.
//! It is cut to the countries that have figures. What stands on no place is named under it.

use std::fmt::Write;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::chart::atlas::{self, Frame, HEIGHT, Outline, WIDTH};
use crate::web::chart::scale::level_by_area;
use crate::web::format::{self, Locale};
use crate::web::words::chart as say;

/// The least that is shown, so that a single country still has neighbours.
const WIDTH_MIN: i32 = 560;
const MARGIN: i32 = 30;

#[derive(Clone, Debug)]
pub struct World {
    pub id: String,
    pub title: String,
    pub note: String,
    /// ISO 3166 codes and minor units; `None` is an unknown country.
    pub countries: Vec<(Option<String>, i64)>,
    pub digits: u32,
    pub locale: Locale,
}

#[derive(Clone, Debug, Template)]
#[template(path = "_world.html")]
pub struct WorldChart {
    id: String,
    title: String,
    description: String,
    note: String,
    view: String,
    /// All countries without figures, as one path.
    land: String,
    marks: Vec<Mark>,
}

impl HtmlSafe for WorldChart {}

#[derive(Clone, Debug)]
struct Mark {
    outline: Outline,
    level: &'static str,
    spoken: String,
}

impl WorldChart {
    pub fn new(world: &World) -> Self {
        let most = world.countries.iter().map(|(_, amount)| *amount).max().unwrap_or_default();
        let (mut marks, mut nowhere) = (Vec::new(), Vec::new());
        for (code, amount) in &world.countries {
            let name = code.as_deref().map_or(say::unknown_country(), say::country);
            let shown = format::money(*amount, world.digits, world.locale);
            let spoken = say::named(name, &shown);
            match code.as_deref().and_then(atlas::find) {
                Some(outline) => {
                    marks.push(Mark { outline: *outline, level: level_name(*amount, most), spoken })
                }
                None => nowhere.push(spoken),
            }
        }
        let mut note = world.note.clone();
        if !nowhere.is_empty() {
            let _ = write!(note, " {}", say::nowhere(&nowhere.join("; ")));
        }
        let view = view(&marks);
        let is_quiet = |outline: &&Outline| marks.iter().all(|m| m.outline.code != outline.code);
        let seen = |outline: &&Outline| overlaps(outline.frame, view);
        let quiet = atlas::list().iter().filter(is_quiet).filter(seen);
        let land: String = quiet.map(|outline| outline.path).collect();
        let (width, height) = (view.east - view.west, view.south - view.north);
        Self {
            id: world.id.clone(),
            title: world.title.clone(),
            description: description(world),
            note,
            view: format!("{} {} {width} {height}", view.west, view.north),
            land,
            marks,
        }
    }
}

fn level_name(amount: i64, most: i64) -> &'static str {
    match amount {
        ..0 => "loss",
        0 => "none",
        _ => ["1", "2", "3", "4", "5"][usize::from(level_by_area(amount, most)) - 1],
    }
}

/// The cut of the map that holds all countries with figures, as wide as the map for its height.
fn view(marks: &[Mark]) -> Frame {
    let whole = Frame { west: 0, north: 0, east: WIDTH, south: HEIGHT };
    let frames = || marks.iter().map(|mark| mark.outline.frame);
    let (Some(west), Some(north), Some(east), Some(south)) = (
        frames().map(|frame| frame.west).min(),
        frames().map(|frame| frame.north).min(),
        frames().map(|frame| frame.east).max(),
        frames().map(|frame| frame.south).max(),
    ) else {
        return whole;
    };
    let wide = (east - west + 2 * MARGIN).max((south - north + 2 * MARGIN) * WIDTH / HEIGHT);
    let width = wide.clamp(WIDTH_MIN, WIDTH);
    let height = width * HEIGHT / WIDTH;
    let left = ((west + east - width) / 2).clamp(0, WIDTH - width);
    let top = ((north + south - height) / 2).clamp(0, HEIGHT - height);
    Frame { west: left, north: top, east: left + width, south: top + height }
}

/// Distant islands of a country reach beyond the frame of its largest part; this only keeps the
/// page small, so it errs on the side of drawing.
fn overlaps(frame: Frame, view: Frame) -> bool {
    const SLACK: i32 = 200;
    frame.west - SLACK < view.east
        && frame.east + SLACK > view.west
        && frame.north - SLACK < view.south
        && frame.south + SLACK > view.north
}

fn description(world: &World) -> String {
    let most = world.countries.iter().max_by_key(|(_, amount)| *amount);
    let most = most.filter(|(_, amount)| *amount > 0).map(|(code, amount)| {
        let name = code.as_deref().map_or(say::unknown_country(), say::country);
        (name, format::money(*amount, world.digits, world.locale))
    });
    let known = world.countries.iter().filter(|(code, _)| code.is_some()).count();
    say::world_summary(known, most.as_ref().map(|(name, shown)| (*name, shown.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(countries: &[(Option<&str>, i64)]) -> WorldChart {
        WorldChart::new(&World {
            id: "w".into(),
            title: "Net profit".into(),
            note: "EUR.".into(),
            countries: countries
                .iter()
                .map(|(code, amount)| (code.map(str::to_owned), *amount))
                .collect(),
            digits: 2,
            locale: Locale::En,
        })
    }

    #[test]
    fn countries_are_shaded_small_ones_have_dots_and_losses_are_hatched() {
        let chart = world(&[(Some("DE"), 100_000), (Some("LU"), 900), (Some("FR"), -50)]);
        let html = chart.render().unwrap();
        assert!(html.contains("Germany: 1,000.00") && html.contains("data-level=\"5\""), "{html}");
        assert_eq!(html.matches("<circle").count(), 1, "Luxembourg alone is small");
        assert!(html.contains("France: −0.50") && html.contains("url(#hatch-map)"));
        assert!(html.contains("Most: Germany, 1,000.00."));
        assert!(!html.contains("style="));
    }

    #[test]
    fn unknown_countries_are_named_beside_and_never_dropped() {
        let chart = world(&[(Some("DE"), 100), (None, 4_500), (Some("QQ"), 7)]);
        assert!(chart.note.ends_with("Not on the map: country unknown: 45.00; QQ: 0.07."));
    }

    #[test]
    fn the_map_is_cut_to_the_countries_with_figures() {
        let of = |codes: &[&str]| {
            let countries: Vec<_> = codes.iter().map(|code| (Some(*code), 1)).collect();
            let view = world(&countries).view;
            let numbers: Vec<i32> = view.split(' ').map(|n| n.parse().unwrap()).collect();
            (numbers[0], numbers[1], numbers[2], numbers[3])
        };
        assert_eq!(of(&[]), (0, 0, 2000, 864));
        assert_eq!(of(&["DE"]).2, WIDTH_MIN);
        assert!(of(&["US", "AU"]).2 > 1_500);
        let (x, y, width, height) = of(&["DE"]);
        let germany = atlas::find("DE").unwrap();
        assert!((x..x + width).contains(&germany.x) && (y..y + height).contains(&germany.y));
    }
}
