//! The words about people, their second factors, and the log of what they did.

use crate::store::audit::Kind;
use crate::store::audit::verify::{Fault, Verified, Wrong};

pub const PEOPLE: &str = "People";
pub const PEOPLE_LEAD: &str = "Who may sign in, in which role, and which stores they see.";
pub const PEOPLE_ANSWER: &str =
    "Everybody has an account of their own, and the log tells who did what.";
pub const OPEN: &str = "Open";
pub const EMAIL: &str = "E-mail";
pub const STATE: &str = "State";
pub const ACTIVE: &str = "Active";
pub const INVITED: &str = "Invited";
pub const DISABLED: &str = "Shut out";
pub const FACTOR: &str = "Second factor";
pub const FACTOR_LEAD: &str = "A code of your telephone beside the password.";
pub const YES: &str = "Yes";
pub const NO: &str = "No";
pub const SEES: &str = "Sees";
pub const ALL_STORES: &str = "All stores";
pub const SOME_STORES: &str = "some stores";
pub const TICKED_STORES: &str = "Only the stores ticked here";
pub const SEES_HELP: &str = "Whoever sees some stores only sees their figures, and no page that is \
                             about all of them, such as costs or stock.";
pub const LAST_USED: &str = "Last used";

pub const INVITE: &str = "Invite somebody";
pub const INVITE_BUTTON: &str = "Make the invitation";
pub const INVITE_NOTE: &str =
    "You get a link that is good once, for 7 days. With a mail server it is sent, too.";
pub const INVITE_LINK: &str =
    "This link is shown once. Send it to the person; it is good once, for 7 days.";
pub const RESET_LINK: &str =
    "This link is shown once. Send it to the person; it is good once, for a day.";
pub const INVITE_MAILED: &str = "This link is shown once. It is on its way to the person by mail \
    as well; it is good once, for 7 days.";
pub const RESET_MAILED: &str = "This link is shown once. It is on its way to the person by mail \
    as well; it is good once, for a day.";
pub const EMAIL_WRONG: &str = "This is not an e-mail address such as ann@example.com.";
pub const STORES_WRONG: &str = "Tick a store, or choose all stores.";

pub const ROLE_AND_STORES: &str = "Role and stores";
pub const ROLE_NOTE: &str = "A change signs the person out everywhere.";
pub const SAVE: &str = "Save";
pub const ACCESS: &str = "Access";
pub const DISABLE: &str = "Shut out";
pub const ENABLE: &str = "Let in again";
pub const RESET_FACTOR: &str = "End the second factor";
pub const PASSWORD_LINK: &str = "Make a password link";
pub const INVITE_AGAIN: &str = "Make a fresh invitation";
pub const NOT_DONE: &str = "This was not done.";

pub const RULES: &str = "For everybody";
pub const REQUIRE_FACTOR: &str = "Everybody needs a second factor";
pub const REQUIRE_HELP: &str = "Whoever has none sets it up at once, and sees nothing before.";
pub const IDLE: &str = "Signed out after so long without a request";
pub const KEPT: &str = "The log is kept for";
pub const RULES_SAVED: &str = "Saved.";

pub const BEGUN: &str = "Begun";
pub const END_OTHERS: &str = "End all others";
pub const OTHERS_ENDED: &str = "You are signed out everywhere else.";

pub const FACTOR_OFF: &str = "You sign in by password alone.";
pub const FACTOR_ON: &str = "You sign in with your password and a code.";
pub const FACTOR_NEEDED: &str =
    "The owner requires a second factor of everybody. Set it up to go on.";
pub const FACTOR_BEGIN: &str = "Set it up";
pub const FACTOR_BEGIN_NOTE: &str =
    "You need an authenticator on your telephone: any that shows six digits will do.";
pub const FACTOR_SCAN: &str = "Scan this, then enter the code it shows";
pub const FACTOR_QR: &str = "The code to scan with an authenticator";
pub const FACTOR_TYPED: &str = "Or type this into the authenticator; it is shown once.";
pub const FACTOR_CODE: &str = "Code";
pub const FACTOR_CONFIRM: &str = "Turn it on";
pub const FACTOR_CODE_WRONG: &str = "This code is not right. Wait for the next one and try again.";
pub const FACTOR_PASSWORD: &str = "Your password";
pub const FACTOR_PASSWORD_WRONG: &str = "This is not your password.";
pub const FACTOR_WAIT: &str = "There were too many failed tries. Wait some minutes.";
pub const CODES: &str = "Recovery codes";
pub const CODES_ONCE: &str = "Each is good once, in place of a code. They are shown now and never \
                              again: print them, or write them down.";
pub const CODES_NEW: &str = "Make new recovery codes";
pub const CODES_NEW_NOTE: &str = "Those before are good no more.";
pub const FACTOR_END: &str = "Turn it off";
pub const FACTOR_LOCKED: &str = "The vault is locked";
pub const FACTOR_LOCKED_TEXT: &str = "The secret of a second factor is kept sealed in it. Nothing \
                                      was changed. Unlock the vault, then set it up.";

pub const AUDIT: &str = "Log";
pub const AUDIT_LEAD: &str = "Every sign-in and every change: who, when, from where.";
pub const AUDIT_ANSWER: &str =
    "Every sign-in and every change, by whom, when and from where. Rows are only added.";
pub const WHEN: &str = "When";
pub const WHO: &str = "Who";
pub const FROM_WHERE: &str = "From";
pub const WHAT: &str = "What";
pub const BEFORE_AFTER: &str = "Before and after";
pub const ANYBODY: &str = "Anybody";
pub const ANYTHING: &str = "Anything";
pub const TEXT: &str = "Text";
pub const FROM_DAY: &str = "From day";
pub const TO_DAY: &str = "To day";
pub const SEARCH: &str = "Search";
pub const VERIFY: &str = "Check the chain";
pub const NOBODY: &str = "Nobody known";
pub const COMMAND: &str = "Command of this machine";
pub const EMPTY: &str = "Nothing fits.";
pub const EMPTY_WHY: &str = "Ask for other people, other days or another word.";
pub const AS_CSV: &str = "CSV";
pub const AS_JSON: &str = "JSON";
pub const VERIFY_WRONG: &str = "The log was tampered with";

pub fn recovery_left(count: i64) -> String {
    match count {
        0 => "No recovery code is left. Make new ones.".to_owned(),
        1 => "One recovery code is left.".to_owned(),
        count => format!("{count} recovery codes are left."),
    }
}

pub fn minutes(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} minutes"),
        (1, 0) => "1 hour".to_owned(),
        (hours, 0) => format!("{hours} hours"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

pub fn months(months: i64) -> String {
    format!("{months} months")
}

pub fn done(email: &str) -> String {
    format!("Saved. {email} signs in anew.")
}

pub fn kind(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::SignedIn) => "Signed in",
        Some(Kind::SignInRefused) => "Sign-in refused",
        Some(Kind::SignInLocked) => "Sign-in while locked out",
        Some(Kind::SignedOut) => "Signed out",
        Some(Kind::People) => "People",
        Some(Kind::Token) => "Token",
        Some(Kind::Setting) => "Setting",
        Some(Kind::Store) => "Store",
        Some(Kind::Connection) => "Connection",
        Some(Kind::Vault) => "Vault",
        Some(Kind::Change) => "Change of the books",
        Some(Kind::Stock) => "Stock",
        Some(Kind::Purchasing) => "Purchasing",
        Some(Kind::Action) => "Action",
        Some(Kind::Audit) => "The log itself",
        None => "Of a later version",
    }
}

/// What a check of the log came to.
pub fn verified(found: &Verified) -> String {
    match &found.fault {
        Some(fault) => wrong(fault),
        None if found.with_key => {
            format!("{} rows are as they were written, and bear our tags.", found.rows)
        }
        None => format!(
            "{} rows hang together. The vault is locked, so their tags were not looked at.",
            found.rows
        ),
    }
}

fn wrong(fault: &Fault) -> String {
    let row = fault.row;
    match fault.what {
        Wrong::Missing => format!("Row {row} of the log is not there, though later ones are."),
        Wrong::Altered => format!("Row {row} of the log was altered, or the one before it was."),
        Wrong::Forged => {
            format!("Row {row} of the log was not written by this program, or was altered.")
        }
        Wrong::Cut => format!("The log was cut off: from row {row} on it is not as it was."),
        Wrong::Anchor => {
            format!("The log does not begin where its oldest rows ended, at row {row}.")
        }
    }
}
