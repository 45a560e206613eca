//! Faults are named by what happens next, not by what went wrong.

use std::time::Duration;

use super::contract::Cursor;

/// Why a platform gave no page, as what happens next. The texts are for people and hold no
/// secret, no buyer and no address with a query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The account stops until somebody connects it again.
    #[error("{hint}")]
    Auth { hint: String },
    /// The account's lane sleeps so long.
    #[error("the platform asks us to wait {} s", .wait.as_secs())]
    Throttled { wait: Duration },
    /// Tried again, later each time.
    #[error("{what}")]
    Transient { what: String },
    /// The cursor is no longer valid: the stream goes on from here.
    #[error("the platform no longer knows where we were; this is read again")]
    Stale { restart: Cursor },
    /// Not tried again by itself; shown. `status` is 0 where there was no answer.
    #[error("{what}")]
    Refused { status: u16, what: String },
    /// The platform's answer has another shape than we know.
    #[error("the platform's answer has changed at {path}: {what}")]
    Drift { path: String, what: String },
    /// The program stops, or the time of this turn is used up: no fault, the page comes later.
    #[error("stopped")]
    Stopped,
}

impl Fault {
    pub fn auth(hint: impl Into<String>) -> Self {
        Self::Auth { hint: hint.into() }
    }

    pub fn transient(what: impl Into<String>) -> Self {
        Self::Transient { what: what.into() }
    }

    pub fn refused(status: u16, what: impl Into<String>) -> Self {
        Self::Refused { status, what: what.into() }
    }

    pub fn drift(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Drift { path: path.into(), what: what.into() }
    }

    /// The word under which a fault is kept.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Auth { .. } => "auth",
            Self::Throttled { .. } => "throttled",
            Self::Transient { .. } => "transient",
            Self::Stale { .. } => "stale",
            Self::Refused { .. } => "refused",
            Self::Drift { .. } => "drift",
            Self::Stopped => "stopped",
        }
    }
}

/// Why a whole file was not taken in. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The file is not of the format. The text says why, and what to do where that is known.
    #[error("{what}")]
    NotThisFormat {
        what: String,
        /// The column that the format needs and the header lacks, where that is the reason.
        column: Option<String>,
    },
    /// It is of the format but cannot be trusted as a whole (a settlement that does not add up,
    /// a file that was cut off).
    #[error("{what}")]
    Broken { what: String },
    #[error("the file could not be read: {0}")]
    Read(#[from] std::io::Error),
    /// The one who takes the records asked to stop (cancelled, or the store failed).
    #[error("stopped")]
    Stopped,
}

impl FileFault {
    pub fn not_this(what: impl Into<String>) -> Self {
        Self::NotThisFormat { what: what.into(), column: None }
    }

    pub fn no_column(name: &str) -> Self {
        let what = format!("The column {name:?} is missing.");
        Self::NotThisFormat { what, column: Some(name.to_owned()) }
    }

    pub fn broken(what: impl Into<String>) -> Self {
        Self::Broken { what: what.into() }
    }
}
