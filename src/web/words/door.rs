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

pub const WRONG_WITH_CODE: &str = "This e-mail, password and code do not belong together. \
                                   Try again with the next code, or run `purser link` on this \
                                   machine for a link that signs you in.";
pub const CODE: &str = "Code";
pub const CODE_HELP: &str =
    "Six digits of your authenticator, or a recovery code. Leave it empty if you have neither.";
pub const CODE_HELP_LOCKED: &str = "The vault is locked, so only a recovery code can be checked \
                                    now. `purser vault unlock` on this machine opens it.";

pub const SET_UP: &str = "Set up Purser";
pub const SET_UP_TEXT: &str =
    "Make the owner's account. It lies in the database on this machine and nowhere else.";
pub const SET_UP_BUTTON: &str = "Make the account";
pub const EMAIL_WRONG: &str = "This is not an e-mail address such as ann@example.com.";

pub const LINK: &str = "Sign in by link";
pub const LINK_TEXT: &str = "This link signs you in once.";
pub const LINK_OVER: &str = "This link has been used or has run out. Nothing was changed. \
                             Run `purser link` on this machine for a fresh one.";

pub const INVITED: &str = "Welcome to Purser";
pub const INVITED_TEXT: &str = "Choose a password; this link is good once.";
pub const INVITED_BUTTON: &str = "Come in";
pub const RESET: &str = "A new password";
pub const RESET_TEXT: &str =
    "Choose it here, once. Whoever is signed in under your name is signed out.";
pub const RESET_BUTTON: &str = "Save the password";
pub const INVITE_OVER: &str = "This link has been used or has run out. Nothing was changed. \
                               Ask the owner for a fresh one, or run `purser link` on this \
                               machine.";

pub const ERROR_ID: &str = "Number of this error:";
pub const ERROR_BACK: &str = "Back to the start";

pub fn wait(minutes: i64) -> String {
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    format!(
        "There were too many failed tries. Wait {minutes} {unit} and try again, or run `purser \
         link` on this machine."
    )
}
