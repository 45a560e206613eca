//! The outlines of countries (`WORLD.md` says whose), read once.

use std::sync::LazyLock;

const OUTLINES: &str = include_str!("world.tsv");

/// The map, in its own units.
pub const WIDTH: i32 = 2000;
pub const HEIGHT: i32 = 864;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub west: i32,
    pub north: i32,
    pub east: i32,
    pub south: i32,
}

#[derive(Clone, Copy, Debug)]
pub struct Outline {
    /// ISO 3166.
    pub code: &'static str,
    pub x: i32,
    pub y: i32,
    /// The edges of its largest part.
    pub frame: Frame,
    /// Too small to be seen without a dot.
    pub dot: bool,
    pub path: &'static str,
}

static LIST: LazyLock<Vec<Outline>> = LazyLock::new(|| {
    let mut list: Vec<Outline> = OUTLINES.lines().filter_map(parse).collect();
    list.sort_by_key(|outline| outline.code);
    list
});

pub fn list() -> &'static [Outline] {
    &LIST
}

pub fn find(code: &str) -> Option<&'static Outline> {
    let found = LIST.binary_search_by_key(&code, |outline| outline.code);
    found.ok().and_then(|at| LIST.get(at))
}

fn parse(line: &'static str) -> Option<Outline> {
    let mut fields = line.split('\t');
    let (code, numbers, dot, path) =
        (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let mut numbers = numbers.split(' ').map(|number| number.parse().ok());
    let mut number = || numbers.next().flatten();
    Some(Outline {
        code,
        x: number()?,
        y: number()?,
        frame: Frame { west: number()?, north: number()?, east: number()?, south: number()? },
        dot: dot == "dot",
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::chart::country;

    #[test]
    fn every_outline_is_read_and_its_country_has_a_name() {
        assert_eq!(list().len(), OUTLINES.lines().count());
        assert!(OUTLINES.len() <= 60_000, "{}", OUTLINES.len());
        for outline in list() {
            let Outline { code, x, y, .. } = *outline;
            assert_ne!(country(code), code, "{code} has no name");
            assert!((0..=WIDTH).contains(&x) && (0..=HEIGHT).contains(&y), "{code}: {x} {y}");
            assert!(outline.dot || outline.path.starts_with('M'), "{code} cannot be seen");
        }
    }

    #[test]
    fn small_countries_have_a_dot_and_large_ones_stand_where_they_are() {
        for code in ["SG", "MT", "LU", "HK", "RE"] {
            assert!(find(code).unwrap().dot, "{code}");
        }
        let place = |code| find(code).map(|found| (found.x, found.y)).unwrap();
        assert!(place("US").0 < place("DE").0 && place("DE").0 < place("JP").0);
        assert!(place("NO").1 < place("IT").1 && place("IT").1 < place("ZA").1);
        assert!(find("QQ").is_none() && !find("DE").unwrap().dot);
    }
}
