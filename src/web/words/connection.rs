//! Words and sentences of the connections.

pub const ANSWER: &str = "What your platforms send by themselves, and how fresh it is.";
pub const CONNECT_MORE: &str = "Connect";
pub const CONNECT_NOTE: &str = "Credentials are tried before anything is saved, sealed on this \
    machine, and never shown again.";
pub const PLATFORM: &str = "Platform";
pub const ABOUT: &str = "What it brings";
pub const STREAM: &str = "What";
pub const STATE: &str = "State";
pub const LAST: &str = "Last heard";
pub const NEXT: &str = "Next";
pub const RECORDS: &str = "Records";
pub const PROBLEMS: &str = "Not understood";
pub const PROBLEM_KIND: &str = "Kind";
pub const PROBLEM_NAME: &str = "Name or place";
pub const PROBLEM_WHAT: &str = "What was wrong";
pub const PROBLEM_TIMES: &str = "Times";
pub const PROBLEMS_NOTE: &str = "Everything else of these documents is in your books.";
pub const HISTORY: &str = "What ran";
pub const HISTORY_WHEN: &str = "When";
pub const HISTORY_HOW: &str = "How it ended";
pub const NEVER: &str = "never";
pub const NOW: &str = "now";
pub const PAUSE: &str = "Pause";
pub const RESUME: &str = "Resume";
pub const PULL: &str = "Ask now";
pub const MORE: &str = "Details";
pub const AGAIN: &str = "Connect again";
pub const ALL: &str = "All connections";
pub const SWITCH_ON: &str = "Switch on";
pub const LOADING: &str = "The history is loading";
pub const LOADING_NOTE: &str =
    "Figures are right for what is there already, and grow until the history is complete.";
pub const ANEW: &str = "Read again";
pub const ANEW_NOTE: &str =
    "Asks for everything from a day on once more. What is known already changes nothing.";
pub const ANEW_FROM: &str = "From";
pub const ANEW_HELP: &str = "Empty for everything the platform has.";
pub const ANEW_BUTTON: &str = "Read again";
pub const END: &str = "Disconnect";
pub const END_NOTE: &str = "Its credentials are destroyed at once. The platform keeps \
    its own record of the permission; \
     withdraw it there too.";
pub const END_DATA: &str = "What it brought";
pub const END_KEEP: &str = "keep it in the books";
pub const END_DELETE: &str = "take it out of the books";
pub const END_BUTTON: &str = "Disconnect";
pub const NAME: &str = "Name of the connection";
pub const NAME_HELP: &str = "Empty for the platform and the store.";
pub const STORE: &str = "Store";
pub const STORE_HELP: &str = "The store that its orders belong to; a new name makes a new store.";
pub const CURRENCY: &str = "Currency of a new store";
pub const CURRENCY_HELP: &str = "Where the platform does not say. Three letters, such as EUR.";
pub const SINCE: &str = "From";
pub const SINCE_HELP: &str = "The first day to ask for. Empty for everything the platform has.";
pub const BASE_URL: &str = "Another address of the platform";
pub const BASE_URL_HELP: &str = "For a sandbox or a stand-in; usually empty.";
pub const CONNECT_BUTTON: &str = "Try and connect";
pub const NOT_CONNECTED: &str = "It was not connected";
pub const OTHER: &str = "Of other platforms, files are taken in.";
pub const PAUSED: &str = "Paused.";
pub const RESUMED: &str = "It goes on.";
pub const ASKED: &str = "The platform is being asked.";
pub const ENDED: &str = "Disconnected.";
pub const EMPTY: &str = "Nothing is connected yet.";
pub const EMPTY_WHY: &str = "Until then, your books know what you take in as files.";

pub const VAULT: &str = "Vault";
pub const LOCKED: &str = "The vault is locked";
pub const LOCKED_ASK: &str = "Only an owner can unlock it.";
pub const PASSPHRASE: &str = "Passphrase of the vault";
pub const PASSPHRASE_MISSING: &str = "Say the passphrase of the vault";
pub const UNLOCK: &str = "Unlock";
pub const LOOK_AGAIN: &str = "Look again";
pub const UNLOCKED: &str = "The vault is open; the platforms are being asked.";
pub const KEPT: &str = "What platforms sent";
pub const KEPT_NOTE: &str = "It is kept for some days as it came, but without names, addresses and \
    e-mails, so that a later version can read it again. Your books do not need it.";
pub const KEPT_DAYS: &str = "Days";
pub const KEPT_HELP: &str = "0 to 365; 30 as it comes.";
pub const KEPT_BUTTON: &str = "Save";
pub const KEPT_WRONG: &str = "Enter a whole number from 0 to 365.";
pub const KEPT_DONE: &str = "Saved. What is older goes now.";

/// What becomes of a fault, by the word for it.
pub fn way_out(kind: &str) -> &'static str {
    match kind {
        "auth" => "Nothing is asked until you connect it again with credentials that work.",
        "throttled" => "It goes on by itself as soon as the platform allows.",
        "transient" => "It is tried again by itself, a little later each time.",
        "stale" => "It is read again by itself; nothing is lost and nothing counted twice.",
        "drift" => {
            "The platform answers otherwise than this version knows. It is tried again every six \
             hours; look for a newer version."
        }
        _ => {
            "It is tried again every six hours. If you have changed something at the platform, \
             press \"Ask now\"."
        }
    }
}

pub fn fault_title(stream: &str) -> String {
    format!("{stream}: the platform did not answer as it should")
}

pub fn connected(name: &str) -> String {
    format!("Connected: {name}. The history is loading.")
}

pub fn connect_to(platform: &str) -> String {
    format!("Connect {platform}")
}

pub fn loaded(documents: &str) -> String {
    format!("{documents} documents so far")
}

/// A sentence of what a platform said: a capital first, one full stop at its end.
pub fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let first: String =
        letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let text = format!("{first}{}", letters.as_str());
    if text.ends_with(['.', '?', ':']) { text } else { format!("{text}.") }
}

/// `5 min ago`.
pub fn ago(seconds: i64) -> String {
    format!("{} ago", span(seconds))
}

/// `in 5 min`.
pub fn ahead(seconds: i64) -> String {
    format!("in {}", span(seconds))
}

fn span(seconds: i64) -> String {
    match seconds.max(0) {
        0..=89 => format!("{} s", seconds.max(0)),
        90..=5_399 => format!("{} min", (seconds + 30) / 60),
        5_400..=172_799 => format!("{} h", (seconds + 1_800) / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// The word for a kind of problem.
pub fn problem_kind(kind: &str) -> &'static str {
    match kind {
        "fee" => "unknown fee",
        "transaction" => "unknown transaction",
        "status" => "unknown status",
        "column" => "unknown field",
        "currency" => "unknown currency",
        "unread" => "left out",
        _ => "odd, but taken in",
    }
}

/// How a job ended.
pub fn job_state(state: &str) -> &'static str {
    match state {
        "done" => "done",
        "leased" => "running",
        "due" => "waits",
        "failed" => "comes again",
        _ => "given up",
    }
}

pub const NO_CODE: &str = "There is no recovery code yet";
pub const NO_CODE_WHY: &str = "What you connect is sealed by the key of this machine. Make a \
    recovery code first and keep it elsewhere: with it, and a backup, everything can be had again.";
pub const NO_CODE_LINK: &str = "Make a recovery code";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_once() {
        assert_eq!(sentence("it broke off"), "It broke off.");
        assert_eq!(sentence("It broke off."), "It broke off.");
        assert_eq!(sentence(""), ".");
    }

    #[test]
    fn spans_are_told_in_the_unit_that_fits() {
        assert_eq!(ago(5), "5 s ago");
        assert_eq!(ago(600), "10 min ago");
        assert_eq!(ahead(7_200), "in 2 h");
        assert_eq!(ago(864_000), "10 days ago");
        assert_eq!(ago(-5), "0 s ago");
    }
}
