//! What a message may say, and to whom. Every text that can reach the head of a message, or the
//! server's ears, is one line by its type: a second one would be a head or a command of somebody
//! else's.

use serde_json::{Value, json};

use crate::base::{Instant, Secret};

const LINE_CHARS_MAX: usize = 200;
const ADDRESS_BYTES_MAX: usize = 254;
const HOST_BYTES_MAX: usize = 253;

/// One line of text without control characters, neither empty nor long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailFault {
    #[error("this must be one line of at most 200 characters")]
    NotALine,
    #[error("this is not an e-mail address such as ann@example.com")]
    NotAnAddress,
    #[error("this is not the name of a server such as smtp.example.com")]
    NotAHost,
}

impl Line {
    /// # Errors
    /// `NotALine`.
    pub fn parse(text: &str) -> Result<Self, MailFault> {
        let is_long = text.chars().nth(LINE_CHARS_MAX).is_some();
        if text.trim().is_empty() || is_long || text.chars().any(breaks) {
            return Err(MailFault::NotALine);
        }
        Ok(Self(text.trim().to_owned()))
    }

    /// As much of a text as fits, for what others wrote, such as the name of a browser.
    pub fn of(text: &str) -> Self {
        let plain: String = text
            .chars()
            .map(|letter| if breaks(letter) { ' ' } else { letter })
            .take(LINE_CHARS_MAX)
            .collect();
        Self::parse(&plain).unwrap_or_else(|_| Self("–".to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character may begin a new line, or is none that is seen.
fn breaks(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// An address of plain letters; others would need a server that knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAddress(String);

impl MailAddress {
    /// # Errors
    /// `NotAnAddress`.
    pub fn parse(text: &str) -> Result<Self, MailFault> {
        let text = text.trim_matches(' ');
        let (user, host) = text.rsplit_once('@').ok_or(MailFault::NotAnAddress)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric();
        let is_user =
            user.bytes().all(|byte| plain(byte) || b".!#$%&'*+/=?^_`{|}~-".contains(&byte))
                && !user.is_empty()
                && !user.starts_with('.')
                && !user.ends_with('.')
                && !user.contains("..");
        let is_host = host.split('.').all(|part| {
            !part.is_empty()
                && part.bytes().all(|byte| plain(byte) || byte == b'-')
                && !part.starts_with('-')
                && !part.ends_with('-')
        });
        if is_user && is_host && text.len() <= ADDRESS_BYTES_MAX {
            Ok(Self(text.to_owned()))
        } else {
            Err(MailFault::NotAnAddress)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn host(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, host)| host)
    }
}

/// The name or the literal address of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailHost(String);

impl MailHost {
    /// # Errors
    /// `NotAHost`.
    pub fn parse(text: &str) -> Result<Self, MailFault> {
        let text = text.trim_matches(' ').trim_end_matches('.');
        if text.parse::<std::net::IpAddr>().is_ok() {
            return Ok(Self(text.to_owned()));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let is_name = text.split('.').all(|part| !part.is_empty() && part.bytes().all(plain));
        // Figures alone would be an address in a form that hides which.
        let last = text.rsplit('.').next().unwrap_or_default();
        let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
        if is_name && !is_number && text.len() <= HOST_BYTES_MAX {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(MailFault::NotAHost)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How the way to the server is closed; there is no open one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// Plain until both agreed, and nothing is said before that.
    #[default]
    StartTls,
    /// From the first byte.
    Tls,
}

impl Security {
    pub const ALL: [Self; 2] = [Self::StartTls, Self::Tls];

    pub fn name(self) -> &'static str {
        match self {
            Self::StartTls => "starttls",
            Self::Tls => "tls",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    pub fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    Invitation,
    PasswordReset,
    NewSignIn,
    SyncAttention,
    BackupFailed,
    LowDisk,
    /// Never in the outbox: its answer is waited for.
    Test,
}

impl MailKind {
    pub const ALL: [Self; 7] = [
        Self::Invitation,
        Self::PasswordReset,
        Self::NewSignIn,
        Self::SyncAttention,
        Self::BackupFailed,
        Self::LowDisk,
        Self::Test,
    ];

    /// What somebody may wish for or not; the others go to the one whom they are about.
    pub const WISHED: [Self; 4] =
        [Self::NewSignIn, Self::SyncAttention, Self::BackupFailed, Self::LowDisk];

    pub fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::NewSignIn => "new_sign_in",
            Self::SyncAttention => "sync_attention",
            Self::BackupFailed => "backup_failed",
            Self::LowDisk => "low_disk",
            Self::Test => "test",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Why a connection needs somebody; its own words stay on the page, they may name a shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// It no longer knows us.
    Credentials,
    /// It answers in another form than we know.
    Drift,
    /// It does not do what we ask.
    Refused,
}

impl Attention {
    const ALL: [Self; 3] = [Self::Credentials, Self::Drift, Self::Refused];

    pub fn name(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Drift => "drift",
            Self::Refused => "refused",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What is told. Nothing of a buyer has a place here.
#[derive(Clone, Debug)]
pub enum Message {
    /// `by` invited; the link is whole, with the address under which it can be reached.
    Invitation {
        organisation: Line,
        by: Line,
        link: Secret,
    },
    PasswordReset {
        link: Secret,
    },
    NewSignIn {
        address: Line,
        agent: Line,
        at: Instant,
    },
    SyncAttention {
        platform: Line,
        connection: Line,
        why: Attention,
    },
    /// `what` is our own sentence.
    BackupFailed {
        what: Line,
    },
    LowDisk {
        free_bytes: i64,
    },
    Test,
}

impl Message {
    pub fn kind(&self) -> MailKind {
        match self {
            Self::Invitation { .. } => MailKind::Invitation,
            Self::PasswordReset { .. } => MailKind::PasswordReset,
            Self::NewSignIn { .. } => MailKind::NewSignIn,
            Self::SyncAttention { .. } => MailKind::SyncAttention,
            Self::BackupFailed { .. } => MailKind::BackupFailed,
            Self::LowDisk { .. } => MailKind::LowDisk,
            Self::Test => MailKind::Test,
        }
    }

    /// The link that opens a door, which is never kept in plain form.
    pub fn link(&self) -> Option<&Secret> {
        match self {
            Self::Invitation { link, .. } | Self::PasswordReset { link } => Some(link),
            _ => None,
        }
    }

    /// Everything but the link, as the outbox keeps it.
    pub fn facts(&self) -> Value {
        match self {
            Self::Invitation { organisation, by, .. } => {
                json!({ "organisation": organisation.as_str(), "by": by.as_str() })
            }
            Self::NewSignIn { address, agent, at } => {
                json!({ "address": address.as_str(), "agent": agent.as_str(), "at": at.0 })
            }
            Self::SyncAttention { platform, connection, why } => json!({
                "platform": platform.as_str(),
                "connection": connection.as_str(),
                "why": why.name(),
            }),
            Self::BackupFailed { what } => json!({ "what": what.as_str() }),
            Self::LowDisk { free_bytes } => json!({ "free_bytes": free_bytes }),
            Self::PasswordReset { .. } | Self::Test => json!({}),
        }
    }

    /// As the outbox kept it; `None` where something is missing.
    pub fn read(kind: MailKind, facts: &Value, link: Option<Secret>) -> Option<Self> {
        let line = |name: &str| Line::parse(facts[name].as_str()?).ok();
        Some(match kind {
            MailKind::Invitation => Self::Invitation {
                organisation: line("organisation")?,
                by: line("by")?,
                link: link?,
            },
            MailKind::PasswordReset => Self::PasswordReset { link: link? },
            MailKind::NewSignIn => Self::NewSignIn {
                address: line("address")?,
                agent: line("agent")?,
                at: Instant(facts["at"].as_i64()?),
            },
            MailKind::SyncAttention => Self::SyncAttention {
                platform: line("platform")?,
                connection: line("connection")?,
                why: Attention::parse(facts["why"].as_str()?)?,
            },
            MailKind::BackupFailed => Self::BackupFailed { what: line("what")? },
            MailKind::LowDisk => Self::LowDisk { free_bytes: facts["free_bytes"].as_i64()? },
            MailKind::Test => Self::Test,
        })
    }
}

/// Why a message was not handed over. `said` is the server's own sentence, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendFault {
    NotFound,
    /// An address of a private network or of this machine that nobody allowed.
    Inside,
    Unreachable,
    /// It cannot close the way, or somebody on the way took that offer out.
    NoStartTls,
    NoTls,
    Certificate,
    /// The own root is none.
    Root,
    /// What it said is not told: some servers repeat the password.
    Login {
        code: String,
    },
    NoLogin,
    /// It may be right later.
    Later {
        said: String,
    },
    /// It will be refused again.
    Refused {
        said: String,
    },
    /// The talk broke off before the message was handed over.
    Broke,
    TooSlow,
    /// The message was handed over, and nobody heard what became of it.
    Unheard,
    /// What had to be noted before could not be.
    NotNoted,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_comes_out_of_the_outbox_as_it_went_in() {
        let line = |text| Line::parse(text).unwrap();
        let link = || Secret::new("https://purser.test/join/abc".to_owned());
        let all = [
            Message::Invitation { organisation: line("Heron"), by: line("Ann"), link: link() },
            Message::PasswordReset { link: link() },
            Message::NewSignIn { address: line("::1"), agent: line("Fox"), at: Instant(5) },
            Message::SyncAttention {
                platform: line("eBay"),
                connection: line("mine"),
                why: Attention::Drift,
            },
            Message::BackupFailed { what: line("The disk is full.") },
            Message::LowDisk { free_bytes: 7 },
            Message::Test,
        ];
        assert_eq!(all.len(), MailKind::ALL.len());
        for message in all {
            let facts = message.facts();
            assert!(!facts.to_string().contains("join"), "the link is in the open: {facts}");
            let again = Message::read(message.kind(), &facts, message.link().cloned()).unwrap();
            assert_eq!(again.facts(), facts);
            assert_eq!(again.kind(), message.kind());
            let without = Message::read(message.kind(), &facts, None);
            assert_eq!(without.is_none(), message.link().is_some());
        }
    }

    #[test]
    fn addresses_and_hosts_are_what_they_seem() {
        for good in ["ann@example.com", "a.b+c@x-y.example", " ann@localhost "] {
            assert!(MailAddress::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ann",
            "@example.com",
            "ann@",
            "a b@example.com",
            "ann@example.com,bob@example.com",
            "<ann@example.com>",
            "\"ann\"@example.com",
            "ann@exa mple.com",
            ".a@example.com",
            "a..b@example.com",
            "ann@-x.com",
            "ann@example..com",
            "änn@example.com",
            "ann@example.com\t",
            "ann@example.com>\r\nRCPT TO:<eve@example.com",
        ] {
            assert_eq!(MailAddress::parse(bad), Err(MailFault::NotAnAddress), "{bad:?}");
        }
        for good in ["smtp.example.com", "127.0.0.1", "::1", "Mail.Example.Com.", "localhost"] {
            assert!(MailHost::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a/b", "a@b", "http://a", "2130706433", "0x7f000001", "127.1", "a\r"]
        {
            assert_eq!(MailHost::parse(bad), Err(MailFault::NotAHost), "{bad:?}");
        }
        assert_eq!(Line::of("a\r\nBcc: eve").as_str(), "a  Bcc: eve");
        assert_eq!(Line::of("\r\n").as_str(), "–");
    }

    proptest! {
        #[test]
        fn threat_33_no_field_holds_a_second_line(
            before in "[ -~ä€]{0,20}",
            breaking in prop_oneof![
                Just("\r"), Just("\n"), Just("\r\n"), Just("\0"), Just("\u{85}"), Just("\u{2028}"),
                Just("\u{2029}"), Just("\u{b}"), Just("\u{c}"), Just("\t"), Just("\u{1b}"),
            ],
            after in "[ -~ä€]{0,20}",
        ) {
            let text = format!("{before}{breaking}{after}");
            prop_assert!(Line::parse(&text).is_err());
            prop_assert!(MailAddress::parse(&text).is_err());
            for address in [format!("{text}@example.com"), format!("ann@{text}")] {
                prop_assert!(MailAddress::parse(&address).is_err());
            }
            prop_assert!(MailHost::parse(&text).is_err());
            prop_assert!(!Line::of(&text).as_str().chars().any(breaks));
        }
    }
}
