//! Words and sentences of the inbox of drifts.

pub const ANSWER: &str = "Numbers on your channels that no order, count or write of ours explains.";
pub const EMPTY: &str = "Every channel shows what it should.";
pub const EMPTY_WHY: &str = "A number that nothing explains appears here after two equal readings, \
    at least two minutes apart.";
pub const HISTORY: &str = "Decided and explained";
pub const LISTING: &str = "Listing";
pub const CHANNEL: &str = "Channel";
pub const EXPECTED: &str = "Expected";
pub const SEEN: &str = "Shown";
pub const CAUSE: &str = "Cause";
pub const SINCE: &str = "Since";
pub const DECIDED: &str = "Decided";
pub const DECIDED_DONE: &str = "Decided. What follows of it is planned now.";
pub const STRICT_NOTE: &str = "Where somebody else writes the number too, strict mode of the item \
    is switched off: Purser cannot promise then that it is never oversold.";
pub const COUNT: &str = "Count the shelf";

/// `eBay shows 9 of MUG. We expect 6.`
pub fn title(account: &str, seen: &str, name: &str, expected: &str) -> String {
    format!("{account} shows {seen} of {name}. We expect {expected}.")
}

/// `Seen 3 times, first 20 Nov 14:02, last 20 Nov 14:06. Somebody else raised it.`
pub fn note(readings: &str, first: &str, last: &str, cause: &str) -> String {
    let cause = super::say::sentence(cause);
    format!("Seen {readings} times, first {first}, last {last}. {cause}")
}

pub fn hub(expected: &str) -> String {
    format!("Set {expected} again")
}

pub fn channel(seen: &str) -> String {
    format!("{seen} is true")
}

/// What became of it.
pub fn outcome(state: &str, decision: &str) -> &'static str {
    match (state, decision) {
        ("explained", _) => "explained after all",
        (_, "hub") => "our number was written again",
        (_, "channel") => "the channel's number was taken",
        _ => "decided",
    }
}

pub fn by(outcome: &str, name: &str) -> String {
    match name {
        "" => outcome.to_owned(),
        name => format!("{outcome}, {name}"),
    }
}
