//! Words and sentences of platforms' own calls, and of what they ask on behalf of buyers.

pub const TITLE: &str = "Webhooks";
pub const POLLING: &str = "None are taken: Purser asks the platform by itself, and nothing is \
    missing without them. Where you have a public address, start Purser with --hooks-listen, and \
    what is to be entered at the platform stands here.";
pub const NUDGE: &str = "A call only makes Purser ask at once; what it tells is not believed. \
    Purser keeps asking by itself as well, so a call that is lost loses nothing.";
pub const NO_SECRET: &str = "No call can be checked yet: this connection has no client secret. \
    Connect it again with a client ID and a client secret.";
pub const WHAT: &str = "What";
pub const VALUE: &str = "Value";
pub const ADDRESS: &str = "Address";
pub const LISTENER: &str = "Where the tunnel must lead";
pub const TOPICS: &str = "Topics";
pub const SECRET: &str = "Secret";
pub const LAST: &str = "Last call";
pub const TAKEN: &str = "Calls taken";
pub const REPEATED: &str = "Known already";
pub const REFUSED: &str = "Refused";
pub const LAST_REFUSED: &str = "Last refused";
pub const NEW_SECRET: &str = "Make a new secret";
pub const SECRET_MADE: &str =
    "A new secret is made. Enter it at the platform: calls under the former one are refused.";

pub const REQUESTS: &str = "Asked on behalf of buyers";
pub const REQUESTS_NOTE: &str = "Of a buyer Purser holds a keyed hash, a country and a region, \
    and no name. What a platform asks is carried out by itself, within the hour as a rule. Copies \
    of the database that you made yourself are yours to look after.";
pub const RECEIVED: &str = "Received";
pub const CONNECTION: &str = "Connection";
pub const ASKED: &str = "What was asked";
pub const DONE: &str = "What was done";
pub const ORDERS: &str = "Orders";
pub const DOCUMENTS: &str = "Documents removed";
pub const DUE: &str = "Due";

pub const FOUND_TITLE: &str = "What is held of a buyer";
pub const FOUND_NONE: &str = "Nothing is held of this buyer.";
pub const FOUND_GONE: &str = "The list was kept until the answer was due, and is gone.";
pub const FOUND_WAITS: &str = "It is being looked for.";
pub const ORDER: &str = "Order";
pub const DAY: &str = "Day";
pub const COUNTRY: &str = "Country";
pub const REGION: &str = "Region";

/// The address to enter at the platform, after the public name.
pub fn address(path: &str) -> String {
    format!("https://your-public-address{path}")
}

/// What a platform asked, by the name of its kind.
pub fn asked(kind: &str) -> &'static str {
    match kind {
        "tell" => "to tell a buyer what is held",
        "forget" => "to forget a buyer",
        _ => "to forget the shop, 48 hours after the app was taken off it",
    }
}

/// What was done about a request, by its kind and its end; `None` while it is open.
pub fn done(kind: &str, outcome: Option<&str>) -> &'static str {
    match (kind, outcome) {
        (_, None) => "waits",
        (_, Some("connected")) => {
            "nothing: the shop still takes our credentials, so it has not left"
        }
        ("tell", Some("done")) => "the list is made",
        ("forget", Some("done")) => {
            "the buyer's mark is out of these orders for good; their amounts stay"
        }
        ("forget_shop", Some("done")) => {
            "disconnected; credentials, documents and all buyers' marks are gone, the amounts stay"
        }
        ("forget_shop", Some(_)) => {
            "disconnected; its credentials are gone, and it had brought no order"
        }
        (_, Some(_)) => "nothing is held of this buyer",
    }
}

/// What the owner does with the list, and until when it stands.
pub fn found(day: &str) -> String {
    format!(
        "Answer the buyer, or the platform, with this by {day}; then the list goes. Beside these \
         orders with their amounts there is a keyed hash, which tells nobody who the buyer is."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::privacy::{Kind, Outcome};

    #[test]
    fn every_end_of_every_request_is_told_apart_from_waiting() {
        for kind in [Kind::Tell, Kind::Forget, Kind::ForgetShop] {
            assert_eq!(done(kind.name(), None), "waits");
            for outcome in [Outcome::Done, Outcome::Nothing, Outcome::Connected] {
                assert_ne!(done(kind.name(), Some(outcome.name())), "waits");
            }
        }
        assert_ne!(asked("tell"), asked("forget"));
    }
}
