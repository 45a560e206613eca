//! What charts say: weekdays, countries, and the sentences for those who cannot see a picture.

use crate::connectors::kit::country;

const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// 0 is Monday.
pub fn weekday(number: u32) -> &'static str {
    WEEKDAYS.get(number as usize).copied().unwrap_or_default()
}

/// `Mon`.
pub fn weekday_short(number: u32) -> &'static str {
    weekday(number).get(..3).unwrap_or_default()
}

/// `M`.
pub fn weekday_letter(number: u32) -> &'static str {
    weekday(number).get(..1).unwrap_or_default()
}

/// The name of an ISO 3166 code; a code that we do not know stands for itself.
pub fn country(code: &str) -> &str {
    country::name(code).unwrap_or(code)
}

pub fn named(name: &str, shown: &str) -> String {
    format!("{name}: {shown}")
}

/// What a heat map shows.
pub fn heat_summary(rows: usize, columns: usize, most: Option<(&str, &str, &str)>) -> String {
    let mut sentence = format!("{rows} rows by {columns} columns; the darker, the more.");
    if let Some((row, column, shown)) = most {
        sentence.push_str(&format!(" Most: {row}, {column}, {shown}."));
    }
    sentence
}

/// What a calendar shows.
pub fn calendar_summary(range: &str, extremes: &str) -> String {
    format!("A square for each day, {range}, the larger the more; losses are hatched.{extremes}")
}

pub fn best(day: &str, amount: &str) -> String {
    format!(" Best: {day}, {amount}.")
}

pub fn worst(day: &str, amount: &str) -> String {
    format!(" Worst: {day}, {amount}.")
}

pub fn cut_to_months(months: i32) -> String {
    format!(" Only the last {months} months are drawn; the table holds all.")
}

/// What a map shows.
pub fn world_summary(countries: usize, most: Option<(&str, &str)>) -> String {
    let noun = if countries == 1 { "country" } else { "countries" };
    let mut sentence = format!("{countries} {noun}; the darker, the more; losses are hatched.");
    if let Some((name, shown)) = most {
        sentence.push_str(&format!(" Most: {name}, {shown}."));
    }
    sentence
}

/// Beside the map: what stands on no place of it.
pub fn nowhere(list: &str) -> String {
    format!("Not on the map: {list}.")
}

pub fn unknown_country() -> &'static str {
    "country unknown"
}

/// What a line shows.
pub fn course_summary(range: &str, first: &str, last: &str) -> String {
    format!("A line, {range}: from {first} to {last}.")
}

/// What the bar of a goal shows, aloud.
pub fn goal_bar(actual: &str, goal: &str) -> String {
    format!("{actual} of {goal}")
}

/// A weekday as the head of a narrow column; anything else as it is.
pub fn short(label: &str) -> &str {
    match WEEKDAYS.contains(&label) {
        true => label.get(..3).unwrap_or(label),
        false => label,
    }
}

/// Under a heat map.
pub fn heat_note(title: &str, currency: Option<&str>, is_open: bool) -> String {
    let mut note = title.to_owned();
    if let Some(currency) = currency {
        note.push_str(&format!(", {currency}"));
    }
    note.push('.');
    if is_open {
        note.push_str(" Dotted: the month is not over, so more may come.");
    }
    note
}

/// Under a map.
pub fn map_note(title: &str, currency: &str) -> String {
    format!("{title}, {currency}. Countries in plain are without orders.")
}

/// Under a line.
pub fn course_note(grain: &str, currency: Option<&str>) -> String {
    match currency {
        Some(currency) => format!("By {grain}, {currency}."),
        None => format!("By {grain}."),
    }
}

/// `Net profit, Nov 2026`.
pub fn of_month(figure: &str, month: &str) -> String {
    format!("{figure}, {month}")
}

/// What comes behind an unfinished figure of a heat map.
pub fn not_over(shown: &str) -> String {
    format!("{shown}, not over yet")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_and_countries_have_names() {
        assert_eq!((weekday_short(0), weekday_letter(6), weekday(9)), ("Mon", "S", ""));
        assert_eq!((country("DE"), country("QQ")), ("Germany", "QQ"));
    }
}
