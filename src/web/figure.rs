//! One figure as it stands in a table, a sentence or a hero: its text, how sure it is, and the
//! way to what lies under it. Doubt is drawn here and nowhere else, so it looks alike everywhere.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::base::Money;
use crate::web::format::{self, Locale, UNKNOWN};
use crate::web::words::{Word, say};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub label: String,
    pub href: String,
}

impl Link {
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into() }
    }
}

/// How sure a figure is (PROFIT, section 9).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    #[default]
    Actual,
    Estimated,
    /// A part of it is missing: the most that it can be.
    AtMost,
    /// Nothing is known. The link counts the gaps and leads to them.
    Missing(Option<Link>),
}

/// The colour of a figure. Colour marks a result, never a cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Ink,
    Quiet,
    Gain,
    Loss,
}

impl Tone {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ink => "ink",
            Self::Quiet => "quiet",
            Self::Gain => "gain",
            Self::Loss => "loss",
        }
    }
}

/// Whether more is better. Ad spend is neither: its change stays ink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    More,
    Less,
    Neither,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrow {
    Up,
    Down,
}

#[derive(Clone, Debug, Default, Template)]
#[template(path = "_figure.html")]
pub struct Figure {
    pub text: String,
    pub mark: Mark,
    pub tone: Tone,
    pub arrow: Option<Arrow>,
    pub href: Option<String>,
    /// A count that stands before the figure, such as "3 without cost".
    pub before: Option<Link>,
    /// Ties out to the cent with somebody else's figure: the double brass rule.
    pub tied: bool,
}

impl HtmlSafe for Figure {}

impl Figure {
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub fn money(money: Money, locale: Locale) -> Self {
        Self::text(format::amount(money, locale))
    }

    /// A result: a loss is coloured, and its sign says the same.
    pub fn result(money: Money, locale: Locale) -> Self {
        let tone = if money.minor < 0 { Tone::Loss } else { Tone::Ink };
        Self { tone, ..Self::money(money, locale) }
    }

    pub fn change(money: Money, better: Better, locale: Locale) -> Self {
        let text = format::change(money.minor, money.currency.digits(), locale);
        Self::moved(text, money.minor, better)
    }

    /// A change that is written already: `direction` is its sign.
    pub fn moved(text: String, direction: i64, better: Better) -> Self {
        let arrow = match direction {
            0 => None,
            1.. => Some(Arrow::Up),
            _ => Some(Arrow::Down),
        };
        let tone = match (better, direction.signum()) {
            (_, 0) => Tone::Quiet,
            (Better::Neither, _) => Tone::Ink,
            (Better::More, 1) | (Better::Less, -1) => Tone::Gain,
            _ => Tone::Loss,
        };
        Self { arrow, tone, ..Self::text(text) }
    }

    pub fn unknown() -> Self {
        Self { tone: Tone::Quiet, ..Self::text(UNKNOWN) }
    }

    pub fn missing(gap: Option<Link>) -> Self {
        Self { mark: Mark::Missing(gap), ..Self::text(UNKNOWN) }
    }

    pub fn estimated(self) -> Self {
        Self { mark: Mark::Estimated, ..self }
    }

    pub fn at_most(self) -> Self {
        Self { mark: Mark::AtMost, ..self }
    }

    pub fn quiet(self) -> Self {
        Self { tone: Tone::Quiet, ..self }
    }

    pub fn tied(self) -> Self {
        Self { tied: true, ..self }
    }

    pub fn to(self, href: impl Into<String>) -> Self {
        Self { href: Some(href.into()), ..self }
    }

    pub fn after(self, before: Link) -> Self {
        Self { before: Some(before), ..self }
    }

    fn is_missing(&self) -> bool {
        matches!(self.mark, Mark::Missing(_))
    }

    /// What a missing figure is missing for, aloud.
    fn gap_spoken(&self, gap: &Link) -> String {
        say::missing_for(&gap.label)
    }
}

/// The figure that a page opens with: units large, cents small.
#[derive(Clone, Debug, Template)]
#[template(path = "_hero.html")]
pub struct Hero {
    pub name: String,
    pub units: String,
    pub cents: String,
    pub currency: String,
    /// "at most", with its way out.
    pub doubt: Option<Link>,
    pub change: Vec<Figure>,
    pub change_note: String,
    /// The sentences under it.
    pub story: Vec<String>,
    pub link: Option<Link>,
}

impl HtmlSafe for Hero {}

impl Hero {
    pub fn new(name: impl Into<String>, money: Money, locale: Locale) -> Self {
        let shown = format::amount(money, locale);
        let cents_chars = match money.currency.digits() {
            0 => 0,
            digits => digits as usize + 1,
        };
        let split = shown.chars().count().saturating_sub(cents_chars);
        Self {
            name: name.into(),
            units: shown.chars().take(split).collect(),
            cents: shown.chars().skip(split).collect(),
            currency: money.currency.to_string(),
            doubt: None,
            change: Vec::new(),
            change_note: String::new(),
            story: Vec::new(),
            link: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Currency;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    #[test]
    fn doubt_has_a_spoken_name() {
        let check = |figure: Figure, shown: &str, spoken: &str| {
            let html = figure.render().unwrap();
            assert!(html.contains(shown) && html.contains(spoken), "{html}");
        };
        check(Figure::money(eur(-155), Locale::En).estimated(), "−1.55", "estimated");
        check(Figure::money(eur(83_198), Locale::En).at_most(), "831.98", "at most");
        let gap = Link::new("41 orders", "/costs?missing=yes");
        check(Figure::missing(Some(gap)), "41 orders", "missing for 41 orders");
    }

    #[test]
    fn colour_follows_what_is_better_and_spend_stays_ink() {
        let tone = |minor, better| Figure::change(eur(minor), better, Locale::En).tone;
        assert_eq!(tone(100, Better::More), Tone::Gain);
        assert_eq!(tone(100, Better::Less), Tone::Loss);
        assert_eq!(tone(-100, Better::Less), Tone::Gain);
        assert_eq!(tone(-100, Better::Neither), Tone::Ink);
        assert_eq!(tone(0, Better::More), Tone::Quiet);
    }

    #[test]
    fn the_hero_parts_units_from_cents_in_every_currency() {
        let check = |code: &str, minor: i64, units: &str, cents: &str| {
            let money = Money::new(minor, Currency::parse(code).unwrap());
            let hero = Hero::new("Net profit", money, Locale::En);
            assert_eq!((hero.units.as_str(), hero.cents.as_str()), (units, cents));
        };
        check("EUR", 1_600_265, "16,002", ".65");
        check("JPY", 1_600_265, "1,600,265", "");
        check("KWD", -1_600_265, "−1,600", ".265");
    }
}
