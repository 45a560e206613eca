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

/// `Q4 2026`.
pub fn quarter(number: u32, year: i32) -> String {
    format!("Q{number} {year}")
}

/// What a sparkline shows.
pub fn trend_of(name: &str) -> String {
    format!("{name}, day by day")
}

/// A day in the address that is none.
pub fn not_a_day(text: &str) -> String {
    format!("“{text}” is not a day such as 2026-11-20, so it was left out.")
}

// Writing pages: import, costs, settings.

pub fn to_go(what: &str) -> String {
    format!("{what} to go")
}

pub fn today_at(time: &str) -> String {
    format!("today {time}")
}

pub fn not_taken_in(file: &str) -> String {
    format!("{file} was not taken in.")
}

pub fn file_of_one_store(file: &str, label: &str) -> String {
    format!("{file} is a file of one store ({label}), and it does not say of which.")
}

pub fn file_waits(file: &str) -> String {
    format!("{file} waits for the name of its store.")
}

pub fn file_waits_for_a_look(file: &str) -> String {
    format!("{file} waits for your look.")
}

pub fn file_is_new(file: &str, label: &str) -> String {
    format!("{file} is a file of a kind that is new to us: {label}.")
}

pub fn row_mended(line: &str) -> String {
    format!("Row {line} was taken in.")
}

pub fn row_on_its_way(line: &str) -> String {
    format!("Row {line} is on its way in.")
}

pub fn row_of(line: &str, file: &str) -> String {
    format!("Row {line} of {file}")
}

pub fn rows(count: i64, shown: &str) -> String {
    format!("{shown} {}", if count == 1 { "row" } else { "rows" })
}

pub fn refused_too(count: &str) -> String {
    format!("{count} rows could not be understood and would be refused.")
}

pub fn first_rows_only(count: &str) -> String {
    format!("Only the first {count} refused rows are kept.")
}

/// Ends before the figure: `804 orders of 1 – 20 Nov 2026 bring a net profit, in EUR, of`.
pub fn orders_bring(orders: &str, range: &str, currency: &str) -> String {
    format!("In it: {orders}, {range}. Their net profit, in {currency}, is")
}

pub fn take_back(file: &str) -> String {
    format!("Take {file} back?")
}

pub fn was_taken_back(file: &str) -> String {
    format!("{file} was taken back. The figures follow in a moment.")
}

pub fn counted_without_cost(amount: &str, currency: &str, products: &str) -> String {
    format!("Sales of {amount} {currency} are counted without a known cost, of {products}.")
}

pub fn without(orders: &str) -> String {
    format!("{orders} without")
}

pub fn further_costs(count: &str) -> String {
    format!("and {count} more")
}

pub fn new_cost_for(sku: &str) -> String {
    format!("New cost for {sku}")
}

pub fn enter_cost_for(sku: &str) -> String {
    format!("Enter a cost for {sku}")
}

pub fn delete_cost_of(sku: &str) -> String {
    format!("Delete a cost of {sku}?")
}

pub fn cost_now(figure: &str, currency: &str, since: &str) -> String {
    format!("Now {figure} {currency}, since {since}.")
}

pub fn this_changes(orders: &str) -> String {
    format!("This changes {orders} by")
}

pub fn sold_in_them(units: &str, currency: &str) -> String {
    format!("{units} of it were sold in them. Net profit, {currency}:")
}

pub fn day_wrong(text: &str) -> String {
    match text {
        "" => "Enter a day such as 2026-11-20.".to_owned(),
        text => format!("“{text}” is not a day such as 2026-11-20."),
    }
}

pub fn signed_in_as(name: &str) -> String {
    format!("You are signed in as {name}.")
}

pub fn recounts(orders: &str) -> String {
    format!("This recounts {orders}.")
}

pub fn changing_recounts(orders: &str) -> String {
    format!("Changing it recounts {orders}.")
}

pub fn store_added(name: &str) -> String {
    format!("{name} was added.")
}

pub fn store_removed(name: &str) -> String {
    format!("{name} was removed.")
}

pub fn store_not_removed(name: &str) -> String {
    format!("{name} was not removed.")
}

pub fn remove_store(name: &str) -> String {
    format!("Remove {name}")
}

pub fn revoke_token(name: &str) -> String {
    format!("Revoke {name}")
}

pub fn token_revoked(name: &str) -> String {
    format!("{name} was revoked. Programs with this token are out.")
}

pub fn in_days(days: &str) -> String {
    format!("in {days} days")
}

pub fn end_session(seen: &str) -> String {
    format!("End the session last seen {seen}")
}

/// A fault of the kind that begins small and has no full stop, as a sentence.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
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
