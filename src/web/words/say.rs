//! Sentences with figures in them, in English. Figures come formatted; nothing is counted here
//! but the choice between one and many.

use super::{Word, text};

/// `1 order`, `412 orders`: `count` decides, `shown` is what stands there.
pub fn counted(count: i64, shown: &str, one: Word, many: Word) -> String {
    let noun = if count == 1 { one } else { many };
    format!("{shown} {}", text(noun))
}

/// `286 of 412`.
pub fn done_of(done: &str, total: &str) -> String {
    format!("{done} of {total}")
}

/// `1 – 50 of 338`.
pub fn rows_of(from: &str, to: &str, total: &str) -> String {
    format!("{from} – {to} of {total}")
}

pub fn rows_per_page(count: &str) -> String {
    format!("{count} a page")
}

pub fn days_in_zone(zone: &str) -> String {
    format!("days in {zone}")
}

pub fn all_stores(count: &str) -> String {
    format!("All {count} stores")
}

/// What is compared with: `the 30 days before`, or `the month before` for a calendar month.
pub fn days_before(days: i32) -> String {
    match days {
        1 => "the day before".to_owned(),
        days => format!("the {days} days before"),
    }
}

/// The accessible name of a badge in the navigation.
pub fn need_you(count: &str) -> String {
    format!("{count} need you")
}

/// The accessible name of the dash where costs are missing.
pub fn missing_for(what: &str) -> String {
    format!("missing for {what}")
}

pub fn page_title(page: &str) -> String {
    format!("{page} · Purser")
}

pub fn sort_by(column: &str) -> String {
    format!("Sort by {column}")
}

pub fn close_of(title: &str) -> String {
    format!("Close: {title}")
}

/// A label at a bar: `8 Nov +1,540.75`.
pub fn day_and_change(day: &str, amount: &str) -> String {
    format!("{day} {amount}")
}

/// What the day chart shows, for those who cannot see it.
pub struct DaysSummary<'a> {
    /// What a bar stands for: `day`, `week`.
    pub bar: &'a str,
    pub range: &'a str,
    pub best: Option<(&'a str, &'a str)>,
    pub worst: Option<(&'a str, &'a str)>,
}

pub fn days_summary(summary: &DaysSummary<'_>) -> String {
    let mut sentence = format!("A bar for each {}, {}.", summary.bar, summary.range);
    if let Some((day, amount)) = summary.best {
        sentence.push_str(&format!(" Best: {day}, {amount}."));
    }
    if let Some((day, amount)) = summary.worst {
        sentence.push_str(&format!(" Worst: {day}, {amount}."));
    }
    sentence
}

pub fn units(count: i64) -> String {
    format!("{count} {}", if count == 1 { "unit" } else { "units" })
}

/// A week by its Monday.
pub fn week_of(day: &str) -> String {
    format!("week of {day}")
}

/// What a sparkline shows.
pub fn trend_of(name: &str) -> String {
    format!("{name}, day by day")
}

/// A day in the address that is none.
pub fn not_a_day(text: &str) -> String {
    format!("“{text}” is not a day such as 2026-11-20, so it was left out.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!(counted(1, "1", Word::Order, Word::Orders), "1 order");
        assert_eq!(counted(2, "2", Word::Order, Word::Orders), "2 orders");
        assert_eq!(days_before(1), "the day before");
    }
}
