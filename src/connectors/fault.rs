//! Faults are named by what happens next, not by what went wrong.

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
