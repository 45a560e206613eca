//! Words of mail: what each message says, what a server's refusal means, and the page where the
//! server is described.

use crate::base::Zone;
use crate::domain::mail::{Attention, MailKind, Message, SendFault};
use crate::web::format::{self, Locale};

pub const PAGE: &str = "Mail";
pub const ANSWER_OFF: &str = "No mail server is set up. Nothing is sent; Purser tells you here.";
pub const SERVER: &str = "The server";
pub const SERVER_NOTE: &str = "Purser sends through a server of yours, over a way that is closed \
    by TLS, or not at all.";
pub const HOST: &str = "Server";
pub const HOST_EXAMPLE: &str = "smtp.example.com";
pub const HOST_WRONG: &str = "Enter the name of a server such as smtp.example.com.";
pub const PORT: &str = "Port";
pub const PORT_HELP: &str = "587 for STARTTLS, 465 for TLS. Left empty, that is what is used.";
pub const PORT_WRONG: &str = "Enter a number from 1 to 65535, such as 587.";
pub const SECURITY: &str = "How the way is closed";
pub const STARTTLS: &str = "STARTTLS (begins plain, closed before anything is said)";
pub const TLS: &str = "TLS from the first byte";
pub const USER: &str = "User name";
pub const USER_WRONG: &str = "Enter one line, or leave it empty.";
pub const USER_HELP: &str = "Left empty, Purser does not sign in to the server.";
pub const PASSWORD: &str = "Password";
pub const PASSWORD_KEPT: &str = "One is kept, sealed. Left empty, it stays as it is, unless the \
    server, its port or the user name changes.";
pub const PASSWORD_NEW: &str = "It is kept sealed in the vault.";
pub const PASSWORD_AGAIN: &str = "Enter the password again: it is not given to another server or \
    for another user.";
pub const FROM: &str = "From";
pub const FROM_EXAMPLE: &str = "purser@example.com";
pub const FROM_WRONG: &str = "Enter an address such as purser@example.com.";
pub const FROM_NAME: &str = "Name of the sender";
pub const FROM_NAME_WRONG: &str = "Enter one line, such as Purser.";
pub const ROOT: &str = "Own root certificate";
pub const ROOT_HELP: &str = "Only for a server with a certificate of your own making: the content \
    of the file, from BEGIN CERTIFICATE to END CERTIFICATE. Then no other authority is believed.";
pub const ROOT_WRONG: &str = "This is no certificate in PEM form.";
pub const PRIVATE: &str = "The server is in my own network";
pub const PRIVATE_HELP: &str = "Else only public addresses are connected to. A server on this \
    very machine is written as 127.0.0.1.";
pub const SAVED: &str = "The mail server is saved. Send a test message to see whether it works.";
pub const REMOVE: &str = "Send no mail any more";
pub const REMOVED: &str = "The mail server is removed. What waited is given up.";
pub const TEST: &str = "Test";
pub const TEST_NOTE: &str = "Sends one message now and shows what the server says.";
pub const TEST_TO: &str = "To";
pub const TEST_SEND: &str = "Send a test message";
pub const TEST_WRONG: &str = "The test message was not sent.";
pub const LOCKED: &str = "The vault is locked that holds the mail server's password. Unlock it \
    under Connections; messages wait until then.";
pub const WISHES: &str = "Who gets what";
pub const WISHES_NOTE: &str = "Invitations and new passwords go to the one whom they are for.";
pub const WISHES_SAVED: &str = "Saved.";
pub const SAVE: &str = "Save";
pub const OUTBOX: &str = "Outbox";
pub const OUTBOX_NOTE: &str = "Shown for 30 days. A message goes once; where the server, or the \
    line to it, broke off just after taking it, it goes once more, under the same mark.";
pub const OUTBOX_EMPTY: &str = "Nothing was sent yet.";
pub const OUTBOX_EMPTY_WHY: &str = "What Purser tells people by mail is listed here.";
pub const KIND: &str = "Message";
pub const TO: &str = "To";
pub const STATE: &str = "State";
pub const QUEUED: &str = "Queued";
pub const SAID: &str = "What came of it";
pub const AGAIN: &str = "Send again";
pub const DISMISS: &str = "Remove";
pub const AGAIN_DONE: &str = "It is tried again.";
pub const DISMISSED: &str = "Removed.";
pub const TODO: &str = "Mail that was not sent";
pub const TODO_NOTE: &str = "Given up after a day of tries, or refused by the server.";

pub const NO_SERVER: &str = "No mail server is set up any more, so it was not sent.";
pub const NO_ADDRESS: &str = "The address is none, so it was not sent.";
pub const UNHEARD_ONCE: &str = "It was handed over, but nobody heard whether it was taken. It goes \
    once more; it may arrive twice.";
pub const UNHEARD_TWICE: &str = "It was handed over twice without hearing whether it was taken. It \
    may have arrived; it is not sent a third time.";

/// One message: its subject, its paragraphs, what leads to its link, and why one got it.
#[derive(Clone, Debug)]
pub struct Told {
    pub subject: String,
    pub lines: Vec<String>,
    pub button: &'static str,
    pub end: String,
}

pub fn kind(kind: MailKind) -> &'static str {
    match kind {
        MailKind::Invitation => "Invitation",
        MailKind::PasswordReset => "New password",
        MailKind::NewSignIn => "Sign-in from somewhere new",
        MailKind::SyncAttention => "A connection needs somebody",
        MailKind::BackupFailed => "A backup failed",
        MailKind::LowDisk => "The disk is nearly full",
        MailKind::Test => "Test message",
    }
}

pub fn state(state: &str) -> &'static str {
    match state {
        "sent" => "sent",
        "dead" => "given up",
        "sending" => "on its way",
        _ => "waits",
    }
}

/// `smtp.example.com sends your mail, from purser@example.com.`
pub fn answer_on(host: &str, from: &str) -> String {
    format!("{host} sends your mail, from {from}.")
}

/// `2 messages were not sent.`
pub fn dead(count: i64, shown: &str) -> String {
    match count {
        1 => "1 message was not sent.".to_owned(),
        _ => format!("{shown} messages were not sent."),
    }
}

/// `The server took the test message: 250 OK.`
pub fn test_sent(said: &str) -> String {
    format!("The server took the test message. It said: {said}")
}

pub fn again_for(to: &str) -> String {
    format!("{AGAIN}: {to}")
}

pub fn dismiss_for(to: &str) -> String {
    format!("{DISMISS}: {to}")
}

/// What a message says.
pub fn tell(message: &Message, zone: Zone, locale: Locale, organisation: &str) -> Told {
    let named = if organisation.is_empty() { "Purser" } else { organisation };
    let (subject, lines, button) = match message {
        Message::Invitation { organisation, by, .. } => (
            format!("{} invites you to Purser", by.as_str()),
            vec![
                format!(
                    "{} invites you to the books of {} in Purser.",
                    by.as_str(),
                    organisation.as_str()
                ),
                "The link below opens once. Choose your password there.".to_owned(),
                "If you do not expect this, do nothing.".to_owned(),
            ],
            "Accept the invitation",
        ),
        Message::PasswordReset { .. } => (
            "Choose a new password for Purser".to_owned(),
            vec![
                "Somebody asked for a new password for your account.".to_owned(),
                "The link below opens once. Your old password works until you choose another."
                    .to_owned(),
                "If it was not you, do nothing, and tell the owner.".to_owned(),
            ],
            "Choose a password",
        ),
        Message::NewSignIn { address, agent, at } => {
            let day = format::day(at.day_in(&zone), locale);
            let when = format!("{day}, {} ({})", at.time_in(&zone), zone.name());
            (
                "New sign-in to your Purser account".to_owned(),
                vec![
                    format!("Somebody signed in to your account on {when}."),
                    format!("From the address {}, with: {}.", address.as_str(), agent.as_str()),
                    "If it was you, do nothing. If not, change your password and end the session \
                     under Settings, and tell the owner."
                        .to_owned(),
                ],
                "",
            )
        }
        Message::SyncAttention { platform, connection, why } => (
            format!("{} needs you", connection.as_str()),
            vec![
                format!(
                    "The connection {} ({}) does not go on by itself: {}",
                    connection.as_str(),
                    platform.as_str(),
                    attention(*why)
                ),
                "What was read stays as it is. Open Purser, then Connections.".to_owned(),
            ],
            "",
        ),
        Message::BackupFailed { what } => (
            "A backup failed".to_owned(),
            vec![
                format!("The last backup was not made: {}", what.as_str()),
                "Your books are not touched by this. Open Purser, then Settings, Backup."
                    .to_owned(),
            ],
            "",
        ),
        Message::LowDisk { free_bytes } => (
            "The disk is nearly full".to_owned(),
            vec![
                format!("{} MB are free where the books lie.", free_bytes.max(&0) / 1_000_000),
                "Purser stops reading platforms and files until there is more. Free some space; \
                 it then goes on by itself."
                    .to_owned(),
            ],
            "",
        ),
        Message::Test => (
            "Test message of Purser".to_owned(),
            vec!["Mail works. You asked for this message under Settings, Mail.".to_owned()],
            "",
        ),
    };
    let end = format!("Sent by Purser for {named}. It cannot read an answer to this.");
    Told { subject, lines, button, end }
}

fn attention(why: Attention) -> &'static str {
    match why {
        Attention::Credentials => "the platform no longer accepts its credentials.",
        Attention::Drift => "the platform answers in a form that this version does not know.",
        Attention::Refused => "the platform refuses what is asked of it.",
    }
}

/// What a failed try means and what to do.
pub fn fault(fault: &SendFault, host: &str) -> String {
    match fault {
        SendFault::NotFound => format!("{host} was not found. Is the name right?"),
        SendFault::Inside => format!(
            "{host} is an address of a private network or of this machine. Nothing was sent. If \
             it is meant to be, switch on \"{PRIVATE}\"; this machine is written as 127.0.0.1."
        ),
        SendFault::Unreachable => {
            format!("{host} could not be connected to. Is the port right, and is it running?")
        }
        SendFault::NoStartTls => format!(
            "{host} offers no STARTTLS, or somebody on the way took the offer out. Nothing was \
             sent. Try TLS, or ask whoever runs the server."
        ),
        SendFault::NoTls => {
            format!("{host} speaks no TLS on this port that can be trusted. Nothing was sent.")
        }
        SendFault::Certificate => format!(
            "{host} shows a certificate that cannot be trusted: it is another's, has run out, or \
             was made by nobody known here. Nothing was sent."
        ),
        SendFault::Root => "The own root certificate cannot be read. Nothing was sent.".to_owned(),
        SendFault::Login { code } => {
            format!("{host} did not accept user name and password (it said {code}).")
        }
        SendFault::NoLogin => {
            format!("{host} offers no way to sign in that Purser knows (PLAIN, LOGIN).")
        }
        SendFault::Later { said } => format!("{host} asks to try later: {said}"),
        SendFault::Refused { said } => format!("{host} refused the message: {said}"),
        SendFault::Broke => format!("{host} broke off before it took the message."),
        SendFault::TooSlow => format!("{host} took too long."),
        SendFault::Unheard => UNHEARD_ONCE.to_owned(),
        SendFault::NotNoted => {
            "It was not sent, because the database could not note it beforehand.".to_owned()
        }
    }
}
