//! Titles, questions and choices of the reports, by their machine names.

/// The title of a report; its name where nobody gave it one.
pub fn title(name: &str) -> &str {
    told(name).map_or(name, |(title, _)| title)
}

/// The question that a report answers, as its index and its head say it.
pub fn about(name: &str) -> &'static str {
    told(name).map_or("", |(_, about)| about)
}

fn told(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "pnl" => (
            "Profit and loss",
            "From gross sales to what you keep, period by period, and against the time before.",
        ),
        "products" => (
            "Products",
            "What each product brought, which few bring the most, which lose, and what came back.",
        ),
        "channels" => ("Channels", "What each platform or store brought, took in fees, and left."),
        "fees" => (
            "Fees",
            "What payments, marketplaces and subscriptions took, kind by kind; unknown ones first.",
        ),
        "discounts" => (
            "Discounts",
            "What you gave away, and how orders with a discount did beside those without.",
        ),
        "refunds" => {
            ("Refunds", "How much came back, after how long, and what of it was lost for good.")
        }
        "profit" => (
            "Profit by anything",
            "Every figure of the ladder by product, store, country, channel, campaign or day.",
        ),
        "reconcile" => (
            "Reconcile",
            "Our figures against what platforms state themselves, each difference a row.",
        ),
        "ads" => ("Ad spend", "What advertising cost, who bears it, and what it brought."),
        "ladder" => (
            "From gross to net",
            "Each step from gross sales to what you keep, with the running sum.",
        ),
        "goals" => ("Goals", "What each month was to reach, how far it came, and where it ends."),
        "countries" => ("Countries", "What each country that you ship to brings."),
        "customers" => (
            "New and returning customers",
            "How many buyers are new each month, how many come back, and what both bring.",
        ),
        "cohorts" => (
            "Cohorts",
            "What a customer brings month by month after the first order, and what one costs.",
        ),
        "hours" => ("Hours and weekdays", "When orders are placed, and what they bring."),
        "stock" => ("Stock", "What there is of every product, who holds it, how long it lasts."),
        "valuation" => (
            "Valuation",
            "What your stock is worth at cost, as of the end of any day; the same layers that the \
             books draw on.",
        ),
        "replenish" => (
            "What to order",
            "What runs out before more can come, and how many to order so that it lasts.",
        ),
        "calendar" => ("Calendar", "The net profit of each day."),
        "what-if" => {
            ("What if", "Your real orders under other prices, costs and terms, beside what was.")
        }
        "months" => ("Months", "Which months are closed, and what became known of them since."),
        "changes-since" => {
            ("What changed since", "The difference between a figure as it was known and today’s.")
        }
        "payouts" => ("Payouts", "What each platform owes you, what is on its way, what arrived."),
        "preset" => ("Others’ figures", "Your figures by the definitions of other tools."),
        _ => return None,
    })
}

/// The head of a group of reports.
pub fn question(name: &str) -> &'static str {
    match name {
        "profit" => "What is left?",
        "sales" => "What sells, and where?",
        "costs" => "What does it cost?",
        "customers" => "Who buys?",
        "times" => "When?",
        "stock" => "What is there?",
        "books" => "Does it tie out?",
        _ => "",
    }
}

/// What one of a report's own choices is about.
pub fn choice(name: &str) -> &str {
    match name {
        "by" => "By",
        "show" => "Show",
        "books" => "Closed months",
        "method" => "Valued by",
        other => other,
    }
}

/// A value of a choice, as a switch shows it.
pub fn value(value: &str) -> String {
    let text = match value {
        "week" => "Weeks",
        "month" => "Months",
        "quarter" => "Quarters",
        "year" => "Years",
        "day" => "Days",
        "product" => "Products",
        "group" => "Groups",
        "country" => "Countries",
        "store" => "Stores",
        "channel" => "Channels",
        "kind" => "Kinds",
        "order" => "Orders with and without",
        "depth" => "Depth",
        "all" => "All",
        "open" => "As known today",
        "closed" => "As closed",
        other => super::definitions::label(other),
    };
    text.to_owned()
}

/// The head of the first column where rows and columns change places.
pub fn amounts_in(currency: &str) -> String {
    format!("{currency}, without tax")
}

/// `42 rows.`
pub fn rows(count: &str) -> String {
    format!("Sums are over all {count} rows, not only those shown.")
}

/// The button at the head of a column.
pub fn what_is(label: &str) -> String {
    format!("What “{label}” means")
}

/// A row without a name: `without a campaign`.
pub fn without(column: &str) -> String {
    format!("(without {})", column.to_lowercase())
}

/// The label of the former period in a chart of times.
pub fn former(is_year: bool) -> &'static str {
    if is_year { "a year ago" } else { "before" }
}

// For programs.

pub fn api_summary(name: &str) -> String {
    format!("{}: {}", title(name), about(name))
}

/// A refusal of the API or the command.
pub fn wrong_choice(name: &str, values: &[&str]) -> String {
    format!("{name} is one of {}.", values.join(", "))
}

pub fn unknown_choice(name: &str, report: &str) -> String {
    format!("The report {report} has no choice {name:?}.")
}
