//! Sentences of the page of purchases.

/// `3 purchase orders, 250 units received.`
pub fn answer(orders: &str, units: &str) -> String {
    format!("{orders}, {units} received.")
}

pub fn title(reference: &str) -> String {
    format!("Purchase order {reference}")
}

pub fn delete(reference: &str) -> String {
    format!("Delete purchase order {reference}?")
}

/// Beneath the change of the cost of goods.
pub fn revalued(units: &str, orders: &str, since: &str, currency: &str) -> String {
    format!("Re-values {units} sold in {orders} since {since}. {currency}.")
}

/// What is not known is not 0: such orders are no saving.
pub fn uncosted(orders: &str) -> String {
    format!(" {orders} would be left without a known cost, which is no saving.")
}

/// After saving: `Bill saved. Re-valued 34 units sold in 21 orders since 3 May, cost of goods …`
pub fn done(done: &str, units: &str, orders: &str, since: &str, change: &str) -> String {
    format!("{done} Re-valued {units} sold in {orders} since {since}, cost of goods {change}.")
}

pub fn lines_empty() -> String {
    "Write at least one line, such as MUG-RED, 100, 4.20.".to_owned()
}

pub fn line_wrong(number: &str) -> String {
    format!("Line {number} is not SKU, units, unit cost, such as MUG-RED, 100, 4.20.")
}

pub fn line_twice(number: &str, sku: &str) -> String {
    format!("Line {number}: {sku} stands twice. Add the units up, or enter a receipt of its own.")
}
