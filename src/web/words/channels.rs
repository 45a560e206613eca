//! Words and sentences of the pages of channels: what each of them is told of stock.

use super::say;

pub const ANSWER: &str =
    "What each channel shows, what it should show, and whether Purser sets it.";
pub const EMPTY: &str = "No channel is connected whose stock Purser can set.";
pub const EMPTY_WHY: &str = "Connect one; Purser only watches it until you arm it.";
pub const CONNECT: &str = "Connect a channel";
pub const ALL: &str = "Channels";

pub const STOP: &str = "Stop all writing";
pub const ALLOW: &str = "Allow writing again";
pub const STOP_NOTE: &str = "Stops at once: nothing more is written on any channel, and nothing \
    that waits.";
pub const STOPPED_TITLE: &str = "All writing is stopped.";
pub const STOPPED_TEXT: &str = "Nothing is written on any channel until somebody allows it again. \
    Channels are still read, and orders still count.";
pub const STOPPED_DONE: &str = "Stopped. Nothing is being written on any channel.";
pub const ALLOWED_DONE: &str = "Allowed. What is to be written is planned anew.";

pub const EXPOSURE: &str = "Exposure";
pub const ON_SALE: &str = "On sale";
pub const CHANNEL: &str = "Channel";
pub const STATE: &str = "State";
pub const PLACE: &str = "Place";
pub const RULES: &str = "Rules";
pub const MODE: &str = "Strict";
pub const LISTINGS: &str = "Listings";
pub const OFF: &str = "Not in step";
pub const READ: &str = "Read";
pub const LAGS: &str = "Lags";

pub const LISTING: &str = "Listing";
pub const DESIRED: &str = "Desired";
pub const LIVE: &str = "Live";
pub const CONFIRMED: &str = "Can sell";
pub const FLIGHT: &str = "On its way";
pub const FIND: &str = "SKU or title";
pub const SHOW: &str = "Show";
pub const NO_LISTINGS: &str = "No listing is known of this channel yet.";
pub const NO_LISTINGS_WHY: &str = "They come with its products; ask the connection for them, and \
    link them to your SKUs.";

pub const WATCH: &str = "Watch this channel";
pub const WATCH_NOTE: &str = "Purser reads what it shows and compares. Nothing is written.";
pub const CHOOSE_PLACE: &str = "Place whose number Purser keeps";
pub const TO_OBSERVE: &str = "Only watch it";
pub const TO_DRY_RUN: &str = "Dry run";
pub const TO_OFF: &str = "Switch it off";
pub const TO_FIRST: &str = "Choose what is true, and arm";
pub const ARM_NOT_YOURS: &str = "Only an owner arms a channel.";
pub const STATE_HEAD: &str = "How far Purser goes";

pub const HELD_TITLE: &str = "The plan is held.";
pub const LET_GO: &str = "Let it go";
pub const DROP: &str = "Drop it, back to dry run";
pub const HELD_DIFF: &str = "What would be written";
pub const LET_GO_DONE: &str = "Let go. It is written now.";
pub const PLAN_DIFF: &str = "What is written next";
pub const PLAN_DIFF_DRY: &str = "What would be written next";

pub const RULES_HEAD: &str = "What it may offer";
pub const RULES_NOTE: &str = "Applied in this order: percentage, buffer, cap, then the end.";
pub const PERCENT: &str = "Percentage";
pub const BUFFER: &str = "Buffer";
pub const BUFFER_HELP: &str = "Units held back.";
pub const CAP: &str = "Cap";
pub const CAP_HELP: &str = "Never more than so many; empty is no limit.";
pub const END_WHEN: &str = "End at";
pub const END_WHEN_HELP: &str = "At or below so many units it offers none.";
pub const SHARE: &str = "Share";
pub const SHARE_HELP: &str = "Its part where few units are shared out between channels.";
pub const WINS: &str = "Who wins";
pub const WINS_HELP: &str = "Where somebody else changed the number on the channel.";
pub const SAVE: &str = "Save";
pub const SAVED: &str = "Saved. What follows of it is planned now.";
pub const UNCHANGED: &str = "That is as it was. Nothing was changed.";
pub const UNDONE: &str = "Taken back. A channel that was armed is in dry run until you arm it.";
pub const NOT_A_NUMBER: &str = "Units are whole numbers such as 5. Nothing was changed.";
pub const EMPTY_IS_CHANNELS: &str = "Empty fields are as the channel's.";
pub const AS_CHANNEL: &str = "as its channel";
pub const PINNED: &str = "The last units go here";
pub const STRICT: &str = "Strict: all channels together never offer more than there is";
pub const RELEASE: &str = "Write it again";
pub const RELEASED: &str = "Released. It is written again.";
pub const STOPPED_LISTING: &str = "Purser no longer writes this listing.";
pub const OUTBOX: &str = "What was written";
pub const OUTBOX_EMPTY: &str = "Nothing was ever written on this listing.";
pub const WHEN: &str = "When";
pub const FROM_TO: &str = "From, to";
pub const FROM: &str = "Shows";
pub const TO: &str = "Becomes";
pub const LOST: &str = "Goes";
pub const WHY: &str = "Why";
pub const OUTCOME: &str = "Outcome";
pub const HISTORY: &str = "What was set";
pub const BY: &str = "By";
pub const WHAT: &str = "What";
pub const UNDO_HEAD: &str = "Undo";

pub const PRECONDITIONS: &str = "What strict mode needs";
pub const PRECONDITIONS_NOTE: &str = "Strict mode never oversells while these four hold. Purser \
    sees to the first, watches the third, and cannot see the other two.";
pub const PRECONDITION: [(&str, &str); 4] = [
    (
        "Time to settle.",
        "What a write frees on one channel is offered on another only after the channel was read \
         again, and all orders made before that reading are here.",
    ),
    (
        "The channel refuses orders at 0.",
        "Continue selling when out of stock, backorders and made-to-order quantities are off.",
    ),
    (
        "Nobody else writes the number.",
        "Another program or person who does is noticed; strict mode of the item ends then, and \
         you are told.",
    ),
    ("What was counted is right.", "Purser offers what you said is there."),
];

pub const FIRST_TITLE: &str = "Choose what is true";
pub const FIRST_ANSWER: &str = "Your channels and Purser may say different numbers. Choose which \
    holds; nothing is written before you arm.";
pub const TRUTH_ALL: &str = "For every item";
pub const TRUTH: &str = "True is";
pub const TRUTH_SHOW: &str = "Show what it changes";
pub const AS_ALL: &str = "as for every item";
pub const LOWEST: &str = "the lowest that any channel shows (safe)";
pub const MINE: &str = "what Purser knows";
pub const COUNT: &str = "count it now";
pub const COUNT_LINK: &str = "Count in a stocktake";
pub const ITEMS_HEAD: &str = "Items that are told differently";
pub const ITEM: &str = "Item";
pub const KNOWN: &str = "Purser";
pub const BECOMES: &str = "To sell";
pub const DIFF_HEAD: &str = "What arming would change";
pub const NO_DIFF: &str = "Nothing: every listing shows what it should.";
pub const ARM_HEAD: &str = "Arm";
pub const ARM: &str = "Arm this channel";
pub const ARM_NOTE: &str = "The numbers that you chose are counted into the ledger and the channel \
    is written from now on. Both can be undone at once.";
pub const ARMED: &str = "Armed. The first numbers are written now.";
pub const DRY_RUN_ONLY: &str = "Dry run first";

pub fn state(name: &str) -> &'static str {
    match name {
        "off" => "off",
        "observe" => "watched",
        "dry_run" => "dry run",
        _ => "armed",
    }
}

/// What a state means, as the sentence under a channel's name.
pub fn state_sentence(name: &str) -> &'static str {
    match name {
        "off" => "Purser neither reads nor writes its stock.",
        "observe" => "Purser reads what it shows and compares. Nothing is planned or written.",
        "dry_run" => "Purser plans what it would write and shows it. Nothing is written.",
        _ => "Purser sets what it shows.",
    }
}

pub fn wins(name: &str) -> &'static str {
    match name {
        "ask" => "ask me",
        "channel" => "the channel",
        _ => "Purser (it is set again)",
    }
}

/// Why a listing is not written.
pub fn why_not(name: &str) -> &'static str {
    match name {
        "uncounted" => "the channel does not count its units",
        "oversold" => "the channel goes on selling it at 0",
        "gone" => "ended or inactive on the channel",
        "by_channel" => "held by the channel itself",
        "stopped" => "stopped: see the listing",
        "drift" => "shows a number that nothing explains",
        "no_target" => "its platform's stock cannot be set",
        "closed" => "its connection is paused or not let in",
        "unreached" => "its channel does not answer",
        "off" => "switched off",
        "observe" => "only watched",
        "held" => "the plan is held",
        _ => "not written",
    }
}

pub const UNLINKED: &str = "linked to no SKU";
pub const IN_STEP: &str = "in step";
pub const NEXT: &str = "written next";
pub const NOT_READ: &str = "not read yet";

/// Why a number is written.
pub fn why(name: &str) -> &'static str {
    match name {
        "fewer" => "there are fewer",
        "more" => "there are more",
        _ => "shared out anew",
    }
}

/// What became of a number.
pub fn fate(name: &str) -> &'static str {
    match name {
        "planned" => "waits to be written",
        "sent" => "sent, not answered",
        "accepted" => "taken, not yet live",
        "confirmed" => "live",
        "superseded" => "replaced by a newer plan",
        "stale" => "the channel had another number",
        "failed" => "not written",
        "skipped" => "left out",
        _ => "only shown",
    }
}

/// What somebody said, in the history.
pub fn said(kind: &str) -> &'static str {
    match kind {
        "state" => "State",
        "place" => "Place, and watched",
        "rules" => "Rules",
        "listing" => "Listing",
        "mode" => "Mode",
        "arm" => "Armed, with its truths",
        "let_go" => "Let a held plan go",
        "release" => "Released a listing",
        "drift" => "Decided a drift",
        "stop" => "Stopped all writing",
        _ => "Allowed writing",
    }
}

pub fn said_of(kind: &str, subject: &str, is_undo: bool) -> String {
    let back = if is_undo { " taken back" } else { "" };
    match subject {
        "" => format!("{}{back}", said(kind)),
        subject => format!("{}{back}: {subject}", said(kind)),
    }
}

/// `3 units of 2 items can be sold beyond what there is.`
pub fn exposure(units: &str, items: &str, unknown: i64) -> String {
    let open = match unknown {
        0 => String::new(),
        n => format!(" Of {n} items it is not known: a listing was never read."),
    };
    match units {
        "0" => format!("All channels together offer no more than there is.{open}"),
        units => format!(
            "{units} units of {items} items can be sold beyond what there is, if every channel \
             sells all that it shows before Purser hears of it.{open}"
        ),
    }
}

pub fn rule(percent: i64, buffer: i64, cap: Option<i64>, end_when: i64) -> String {
    let mut parts = Vec::new();
    if percent != 100 {
        parts.push(format!("{percent} %"));
    }
    if buffer > 0 {
        parts.push(format!("less {buffer}"));
    }
    if let Some(cap) = cap {
        parts.push(format!("at most {cap}"));
    }
    if end_when > 0 {
        parts.push(format!("ends at {end_when}"));
    }
    if parts.is_empty() { "all there is".to_owned() } else { parts.join(", ") }
}

pub fn lags(orders: &str, applied: &str) -> String {
    format!("orders {orders}, writes {applied}")
}

pub fn seconds(ms: Option<i64>) -> String {
    match ms {
        None => "not measured".to_owned(),
        Some(ms) if ms < 90_000 => format!("{} s", (ms + 999) / 1_000),
        Some(ms) => format!("{} min", (ms + 59_999) / 60_000),
    }
}

pub fn unreached(since: &str) -> String {
    format!("The channel has not answered since {since}.")
}

pub const UNREACHED_TEXT: &str = "What it can still sell counts as it was known, so the other \
    channels offer less. Purser asks again by itself.";

pub fn read_of(read: &str, all: &str) -> String {
    format!("{read} of {all} read")
}

/// How much a first push changes.
pub fn changes(changed: &str, active: &str, emptied: &str, steep: &str) -> String {
    format!(
        "{changed} of {active} listings would change: {emptied} go to 0, {steep} rise more than \
         threefold and by more than 20 units."
    )
}

pub fn at_risk(amounts: &str) -> String {
    format!("Units that go would have sold for {amounts}.")
}

pub fn type_name(name: &str) -> String {
    format!("This is much. Type the channel's name, {name}, to say that it is right")
}

pub fn from_channel(name: &str) -> String {
    format!("what {name} shows")
}

pub fn open(items: &str) -> String {
    format!("{items} items are still to be counted before this channel can be armed.")
}

pub fn more_rows(count: &str) -> String {
    format!("{count} more are not shown.")
}

pub fn arrow(from: &str, to: &str) -> String {
    format!("{from} → {to}")
}

pub fn done_state(name: &str) -> String {
    say::sentence(&format!("{} from now on", state(name)))
}
