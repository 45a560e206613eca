//! The words at the door: signing in, setting up, links, errors.

pub const PRODUCT: &str = "Purser";

pub const SIGN_IN: &str = "Sign in";
pub const SIGN_IN_LEAD: &str = "Your books are where you left them.";
pub const SIGN_OUT: &str = "Sign out";
pub const EMAIL: &str = "E-mail";
pub const PASSWORD: &str = "Password";
pub const PASSWORD_HINT: &str = "At least 12 characters; four words will do.";
pub const WRONG: &str = "This e-mail and password do not belong together. Try again, or run \
                         `purser link` on this machine for a link that signs you in.";

pub const SET_UP: &str = "Set up Purser";
pub const SET_UP_TEXT: &str =
    "Make the owner's account. It lies in the database on this machine and nowhere else.";
pub const SET_UP_BUTTON: &str = "Make the account";
pub const EMAIL_WRONG: &str = "This is not an e-mail address such as ann@example.com.";

pub const LINK: &str = "Sign in by link";
pub const LINK_TEXT: &str = "This link signs you in once.";
pub const LINK_OVER: &str = "This link has been used or has run out. Nothing was changed. \
                             Run `purser link` on this machine for a fresh one.";

pub const ERROR_ID: &str = "Number of this error:";
pub const ERROR_BACK: &str = "Back to the start";

pub fn wait(minutes: i64) -> String {
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    format!(
        "There were too many failed tries. Wait {minutes} {unit} and try again, or run `purser \
         link` on this machine."
    )
}
