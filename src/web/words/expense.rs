//! Sentences of the page of expenses.

/// What expenses come to in a month.
pub fn answer(month: &str, amount: &str, currency: &str) -> String {
    format!("In {month} they come to {amount} {currency}.")
}

/// Ends before the figure: `This changes 12 months by`.
pub fn this_changes(months: &str) -> String {
    format!("This changes {months} by")
}

pub fn looked_at(range: &str, currency: &str) -> String {
    format!("Days of {range} were looked at. Net profit, {currency}:")
}

/// Amounts without a rate stay out on both sides.
pub fn no_rate(list: &str) -> String {
    format!("{list}: without an exchange rate, so it is left out here and in every figure.")
}

pub fn title(name: &str) -> String {
    format!("Change {name}")
}

pub fn end(name: &str) -> String {
    format!("End {name}")
}

pub fn delete(name: &str) -> String {
    format!("Delete {name}?")
}

pub fn done(done: &str, months: &str, amount: &str) -> String {
    format!("{done} {months} changed, {amount}.")
}

/// An amount that is none, with what was wrong with it.
pub fn amount_wrong(digits: u32) -> String {
    match digits {
        0 => "Write the amount in whole units, such as 4250.".to_owned(),
        digits => format!(
            "Write the amount with a point and at most {digits} digits after it, such as 42.50."
        ),
    }
}
