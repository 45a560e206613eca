//! Words of the pages about privacy: what is held, for how long, and what buyers may ask.

use crate::store::privacy::{Kind as Asked, Outcome};
use crate::store::retention::held::Kind;
use crate::store::retention::{Rule, Unit};

pub const PAGE: &str = "Privacy";
pub const ANSWER: &str = "No name, address or e-mail address of a buyer is kept here. A buyer is a \
    keyed hash, which only the key of this machine can make again.";

pub const BUYER: &str = "What a buyer asks";
pub const BUYER_NOTE: &str = "Looked for in all stores. What you type is not kept.";
pub const REFERENCE: &str = "Order number, e-mail address or the platform's id of the buyer";
pub const STORE: &str = "Store, where several have this order number";
pub const ANY_STORE: &str = "Any";
pub const LOOK: &str = "Look";
pub const FOUND: &str = "Found";
pub const NOTHING: &str = "Nothing is held of this buyer.";
pub const DOWNLOAD: &str = "Take along what is held, as a file";
pub const RESTRICT: &str = "Leave out of all analyses";
pub const UNRESTRICT: &str = "Analyse again";
pub const ERASE: &str = "Erase this buyer";
pub const CONFIRM: &str = "Type erase to go on";
pub const CONFIRM_WORD: &str = "erase";
pub const CONFIRM_WRONG: &str = "Type the word erase. Nothing was changed.";
pub const ERASE_NOTE: &str = "Orders stay in the books with every amount, but nobody's. The link \
    to the buyer, raw documents and texts that name them go for good, from the file and its log. \
    Backups hold the link until they are replaced; one that is restored here forgets it again.";
pub const RESTRICTED: &str = "This buyer is in no analysis of customers now.";
pub const UNRESTRICTED: &str = "This buyer is in the analyses again.";

pub const KEPT: &str = "For how long";
pub const KEPT_NOTE: &str = "Applied every day. Log files of the program end after 12 months by \
    themselves.";
pub const RULE: &str = "What";
pub const TIME: &str = "Kept for";
pub const BEYOND: &str = "Would go now";
pub const OLDEST: &str = "Oldest";
pub const CHOOSE: &str = "Change a time";
pub const VALUE: &str = "Days or months, as above";
pub const SAVE: &str = "Save";
pub const SAVED: &str = "Saved. It applies with the next run.";
pub const VALUE_WRONG: &str = "Enter a whole number.";
pub const APPLY: &str = "Throw away now what is beyond its time";
pub const OWN_TIME: &str = "each kind its own time";
pub const OWN_END: &str = "until it ends";

pub const HELD: &str = "What is held";
pub const HELD_NOTE: &str = "Everything lies in one file on this machine, and in your backups.";
pub const KIND: &str = "What, and of whom";
pub const WHY: &str = "Why, and how long";
pub const TABLES: &str = "Tables";
pub const ROWS: &str = "Rows now";

pub const REGISTER: &str = "What was done";
pub const REGISTER_NOTE: &str = "Without the person: what was asked, when, and what it touched.";
pub const REGISTER_EMPTY: &str = "Nobody asked yet.";
pub const REGISTER_WHY: &str = "What buyers and platforms ask is entered here when it is done.";
pub const WHEN: &str = "When";
pub const WHAT: &str = "What";
pub const CAME_OF_IT: &str = "What came of it";
pub const RUNS: &str = "What retention threw away";
pub const RUNS_EMPTY: &str = "It did not run yet.";
pub const RUNS_WHY: &str = "Each run is entered here with what went.";
pub const NO_ROWS: &str = "nothing was beyond its time";

pub fn found(orders: usize, documents: usize, texts: i64) -> String {
    format!("{orders} orders, {documents} raw documents, {texts} texts that name them.")
}

pub fn erased(orders: i64, documents: i64, texts: i64, is_rewritten: bool) -> String {
    let file = if is_rewritten {
        "The file was written anew."
    } else {
        "The freed bytes were overwritten; the log goes when nobody reads."
    };
    format!(
        "Erased: {orders} orders are nobody's, {documents} documents and {texts} texts went. {file}"
    )
}

pub fn applied(rows: i64) -> String {
    format!("{rows} rows went.")
}

pub fn at_least(rows: &str) -> String {
    format!("{rows} or more")
}

pub fn kept(unit: Unit, kept: Option<i64>) -> String {
    match (unit, kept) {
        (_, None) => OWN_TIME.to_owned(),
        (Unit::Days, Some(1)) => "1 day".to_owned(),
        (Unit::Days, Some(days)) => format!("{days} days"),
        (Unit::Months, Some(1)) => "1 month".to_owned(),
        (Unit::Months, Some(months)) => format!("{months} months"),
    }
}

pub fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Disconnected => "What an ended connection left, from its end on",
        Rule::Documents => "Raw documents of platforms",
        Rule::Refused => "Refused rows and notices of imports",
        Rule::Deliveries => "Marks of calls by platforms",
        Rule::Sessions => "Sign-ins that ended",
        Rule::Links => "One-time links that ended",
        Rule::Mails => "Mails that were sent or given up",
        Rule::Notes => "Support notes, from their closing on",
        Rule::Calls => "Log of calls to platforms",
        Rule::Audit => "Audit log",
    }
}

pub fn asked(kind: Asked, account: &str) -> String {
    let what = match kind {
        Asked::Tell => "Told what is held",
        Asked::Forget => "Erased",
        Asked::ForgetShop => "A shop left",
    };
    if account.is_empty() { what.to_owned() } else { format!("{what}, asked by {account}") }
}

pub fn came_of(done: Option<Outcome>, orders: i64, documents: i64) -> String {
    match done {
        None => "under way".to_owned(),
        Some(Outcome::Nothing) => "nothing was held".to_owned(),
        Some(Outcome::Connected) => "the shop is still connected".to_owned(),
        Some(Outcome::Done) => format!("{orders} orders, {documents} documents"),
    }
}

/// What it is and of whom; why it is held and how long.
pub fn held(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Buyers => (
            "Buyers, as keyed hashes",
            "To know a buyer again in the next order; until they are erased.",
        ),
        Kind::Orders => (
            "Orders, fees, payouts and labels, with country and region of the buyer",
            "The books. As long as you keep them.",
        ),
        Kind::Raw => (
            "What platforms sent, without persons",
            "To be read again by a later version; days, as below.",
        ),
        Kind::Files => (
            "Imported files: names, counts, refused rows",
            "To mend and take back an import; refused rows as below.",
        ),
        Kind::People => (
            "People who may come in: address, role, sign-ins",
            "To let in nobody else. Until you remove them; sign-ins until they end.",
        ),
        Kind::Log => ("What these people did", "Evidence of every change; months, as below."),
        Kind::Notes => (
            "Support notes and their files, as you wrote them",
            "Your own memory; months after closing, as below.",
        ),
        Kind::Mail => (
            "Mails to your people, and the mail server",
            "To send them and to see what became of it; days, as below.",
        ),
        Kind::Connections => (
            "Connections: settings, problems, which hosts were called",
            "To sync, and to see what leaves this machine; as below.",
        ),
        Kind::Privacy => (
            "What buyers asked, without the buyer",
            "Evidence that it was done; as long as you keep the books.",
        ),
        Kind::Organisation => (
            "The organisation, its stores, goals and settings",
            "To reckon. As long as you keep the books.",
        ),
        Kind::Costs => {
            ("Costs, expenses, ad spend, rates and rules", "The books. As long as you keep them.")
        }
        Kind::Figures => ("Figures made of all that", "Made again from the books at any time."),
        Kind::Stock => ("Products, listings and stock", "To know what there is to sell."),
        Kind::Purchasing => (
            "Suppliers, purchase orders and transfers",
            "Dealings with businesses. As long as you keep the books.",
        ),
        Kind::Backups => {
            ("When backups were made and rehearsed", "To warn when the last one is too old.")
        }
        Kind::Work => ("Work that is done or due", "30 days, what failed 180."),
        Kind::Keys => ("Keys and credentials, sealed", "Until you end a connection."),
    }
}
