//! Sentences of the page of goals.

/// `Net profit 1,120.00 of 1,500.00`.
pub fn reached(figure: &str, actual: &str, goal: &str) -> String {
    format!("{figure} {actual} of {goal}")
}

pub fn answer(month: &str, parts: &str) -> String {
    format!("{month}: {parts}.")
}

/// Whose goal it is.
pub fn lead(store: Option<&str>) -> String {
    match store {
        Some(store) => format!("For the store {store}."),
        None => "For all stores together.".to_owned(),
    }
}

/// `digits` of the currency; a count has none.
pub fn amount_wrong(digits: Option<u32>) -> String {
    match digits {
        None => "Enter a whole number above 0, such as 120.".to_owned(),
        Some(0) => "Enter an amount above 0 in whole units, such as 1500.".to_owned(),
        Some(digits) => {
            format!("Enter an amount above 0 with at most {digits} decimals, such as 1500.")
        }
    }
}
