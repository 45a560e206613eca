//! Words and sentences of the payouts.

/// A fixed word of these pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Question,
    Accounts,
    Account,
    Open,
    InTransit,
    Reserved,
    PaidIn,
    WaitingNote,
    Untold,
    Payouts,
    Payout,
    StateHead,
    Traded,
    Taken,
    HeldBack,
    Ours,
    Theirs,
    Deposit,
    OffBy,
    None,
    NoneWhy,
    BridgeTitle,
    RowsHead,
    Group,
    Received,
    Released,
    NoMembers,
    Orders,
    Charges,
    Charge,
    Kinds,
    Kind,
}

pub fn text(word: Told) -> &'static str {
    match word {
        Told::Question => "What each platform owes you, and what arrived.",
        Told::Accounts => "What is still to come",
        Told::Account => "Account",
        Told::Open => "Open",
        Told::InTransit => "In transit",
        Told::Reserved => "Held back",
        Told::PaidIn => "Paid in these days",
        Told::WaitingNote => {
            "Orders that no statement tells yet are shown as their buyers paid them, before fees; \
             they are not part of what is open."
        }
        Told::Untold => "A statement that names no deposit is not counted as paid.",
        Told::Payouts => "Payouts",
        Told::Payout => "Payout",
        Told::StateHead => "State",
        Told::Traded => "Sales less refunds",
        Told::Taken => "Fees and charges",
        Told::HeldBack => "Held back",
        Told::Ours => "Our ledger",
        Told::Theirs => "Theirs",
        Told::Deposit => "Deposit",
        Told::OffBy => "Off by",
        Told::None => "No payouts in these days.",
        Told::NoneWhy => {
            "Bring settlements, payouts or account statements of your marketplaces: each shows \
             here with where its money is."
        }
        Told::BridgeTitle => "From our ledger to the deposit",
        Told::RowsHead => "Count",
        Told::Group => "Counted as",
        Told::Received => "Arrived, if converted",
        Told::Released => "Released",
        Told::NoMembers => {
            "The platform does not say which orders are in this payout, so our side cannot be \
             added up for it alone."
        }
        Told::Orders => "Orders in it",
        Told::Charges => "Charges and credits without an order",
        Told::Charge => "What for",
        Told::Kinds => "Rows of the statement, in its own words",
        Told::Kind => "Kind",
    }
}

/// Where a payout stands: `Paid 17 Mar`.
pub fn standing(name: &str, day: Option<&str>) -> String {
    match (name, day) {
        ("paid", Some(day)) => format!("Paid\u{a0}{}", day.replace(' ', "\u{a0}")),
        ("paid", None) => "Paid".to_owned(),
        ("in_transit", Some(day)) => {
            format!("In transit, due\u{a0}{}", day.replace(' ', "\u{a0}"))
        }
        ("in_transit", None) => "In transit".to_owned(),
        ("failed", _) => "Failed".to_owned(),
        (other, _) => other.replace('_', " "),
    }
}

/// A payout's name: the platform, and its own number or day.
pub fn name(platform: &str, reference: &str, day: Option<&str>) -> String {
    match day {
        Some(day) if reference.contains("/deposit/") => format!("{platform} deposit of {day}"),
        _ if reference.starts_with(platform) => reference.to_owned(),
        _ => format!("{platform} {reference}"),
    }
}

/// What the page answers: how many payouts, how many do not tie, and how many nobody can compare.
pub fn answer(
    (count, shown): (i64, &str),
    (off, off_shown): (i64, &str),
    (alone, alone_shown): (i64, &str),
) -> String {
    let payouts = match count {
        1 => "1 payout".to_owned(),
        _ => format!("{shown} payouts"),
    };
    let told = match off {
        0 if alone == count => String::new(),
        0 => "; every deposit that can be compared is what our ledger says".to_owned(),
        1 => "; 1 deposit is not what our ledger says".to_owned(),
        _ => format!("; {off_shown} deposits are not what our ledger says"),
    };
    let rest = match alone {
        0 => String::new(),
        1 => "; of 1 the platform does not say which orders are in it".to_owned(),
        _ => format!("; of {alone_shown} the platform does not say which orders are in them"),
    };
    format!(
        "{payouts}{}{rest}.",
        if alone == 0 { told.replace(" that can be compared", "") } else { told }
    )
}

/// On a phone, under an account: what its columns leave out.
pub fn more(in_transit: Option<&str>, held: Option<&str>) -> Option<String> {
    match (in_transit, held) {
        (None, None) => None,
        (Some(travelling), None) => Some(format!("{travelling} in transit")),
        (None, Some(held)) => Some(format!("{held} held back")),
        (Some(travelling), Some(held)) => {
            Some(format!("{travelling} in transit, {held} held back"))
        }
    }
}

pub fn of_store(store: &str, currency: &str) -> String {
    format!("{store}, {currency}")
}

/// Under an account: orders of which no statement tells yet.
pub fn waiting((count, shown): (i64, &str), amount: &str) -> String {
    match count {
        1 => format!("1 order in no statement yet, {amount} before fees."),
        _ => format!("{shown} orders in no statement yet, {amount} before fees."),
    }
}

pub fn untold(amount: &str) -> String {
    format!("{amount} in statements that do not say when they are paid.")
}

/// The foot of the list: `6 payouts in EUR`.
pub fn total((count, shown): (i64, &str), currency: &str) -> String {
    match count {
        1 => format!("1 payout in {currency}"),
        _ => format!("{shown} payouts in {currency}"),
    }
}

pub fn belongs_to(platform: &str, store: &str, days: Option<&str>) -> String {
    let place = match platform {
        "" => store.to_owned(),
        platform => format!("{platform}, {store}"),
    };
    match days {
        Some(days) => format!("{place}, {days}."),
        None => format!("{place}."),
    }
}

pub fn orders((count, shown): (i64, &str)) -> String {
    match count {
        1 => "1 order".to_owned(),
        _ => format!("{shown} orders"),
    }
}

/// The list is longer than a page can be.
pub fn cut(shown: &str) -> String {
    format!("The first {shown} are shown; the sums hold all of them.")
}
