//! Sentences of the page of months.

/// What the page answers: how many months are closed.
pub fn answer(closed: &[String]) -> String {
    match closed {
        [] => "All months are open: their figures follow what is known.".to_owned(),
        [one] => format!("{one} is closed: its figures stay as they were."),
        [first, .., last] if closed.len() > 2 => {
            format!("{} months from {first} to {last} are closed.", closed.len())
        }
        [first, last, ..] => format!("{first} and {last} are closed: their figures stay."),
    }
}

pub fn closed_by(at: &str, by: &str) -> String {
    if by.is_empty() { at.to_owned() } else { format!("{at}, {by}") }
}

/// What was learned later about a closed month.
pub fn of_month(month: &str, amount: &str) -> String {
    format!("{amount} of {month}")
}

/// `Takes over −12.00 of May 2026`
pub fn takes_over(what: &str) -> String {
    format!("Takes over {what}")
}

pub fn close(month: &str) -> String {
    format!("Close {month}")
}

pub fn reopen(month: &str) -> String {
    format!("Reopen {month}")
}

pub fn closed(month: &str) -> String {
    format!("{month} is closed.")
}

pub fn reopened(month: &str) -> String {
    format!("{month} is open again.")
}

/// Months before it that are open still.
pub fn open_before(months: &[String], count: &str) -> String {
    match months {
        [one] => format!("{one} before it is still open."),
        [one, other] => format!("{one} and {other} before it are still open."),
        _ => format!("{count} months before it are still open."),
    }
}

pub fn net_profit_now(amount: &str, currency: &str) -> String {
    format!("Net profit stays at {amount} {currency}.")
}

pub fn with_adjustments(amount: &str, currency: &str) -> String {
    format!("It takes over adjustments of {amount} {currency} from months closed before.")
}
