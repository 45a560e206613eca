//! Words of the notes of support: tickets to oneself or a helper.

pub const PAGE: &str = "Support notes";
pub const ANSWER: &str = "What you want to remember, or want help with. Kept for 24 months after \
    it is closed.";
pub const EMPTY: &str = "There are no notes.";
pub const EMPTY_WHY: &str = "Write down what puzzles you, attach a file, and hand it to a helper.";
pub const NEW: &str = "New note";
pub const TITLE: &str = "Title";
pub const TITLE_WRONG: &str = "Enter one line of at most 200 characters.";
pub const TEXT: &str = "Text";
pub const TEXT_WRONG: &str = "Enter some text, at most 20,000 characters.";
pub const HELPER: &str = "For";
pub const HELPER_NONE: &str = "Myself";
pub const HELPER_HELP: &str = "Whoever is named here sees this note.";
pub const ADD: &str = "Add note";
pub const STATE: &str = "State";
pub const CHANGED: &str = "Changed";
pub const BY: &str = "By";
pub const ENTRIES: &str = "History";
pub const WRITE: &str = "Add to it";
pub const WRITE_SUBMIT: &str = "Add text";
pub const FILES: &str = "Files";
pub const FILES_NOTE: &str = "At most 10 MB each and 50 MB for a note. They lie in the database.";
pub const FILE: &str = "File";
pub const SIZE: &str = "Size";
pub const ATTACH: &str = "Attach files";
pub const ATTACHED: &str = "Attached.";
pub const BUNDLE: &str = "Attach the diagnostic bundle";
pub const BUNDLE_NOTE: &str = "It holds versions, checks and faults; no secret and no customer.";
pub const TOO_LARGE: &str = "This file is larger than 10 MB, or the note's files are more than \
    50 MB together. Nothing was attached.";
pub const NO_FILE: &str = "Choose a file. Nothing was attached.";
pub const ADDED: &str = "The note is added.";
pub const WRITTEN: &str = "Added.";
pub const STATE_SET: &str = "The state is changed.";
pub const EXPORT: &str = "As text";
pub const CLOSED_NOTE: &str = "Closed. It is removed 24 months after that, unless it is opened \
    again.";

pub fn state(state: &str) -> &'static str {
    match state {
        "open" => "open",
        "waiting" => "waiting",
        _ => "closed",
    }
}

/// The button that sets a state.
pub fn set_state(state: &str) -> &'static str {
    match state {
        "open" => "Open again",
        "waiting" => "Set to waiting",
        _ => "Close",
    }
}

pub fn megabytes(bytes: i64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

/// One entry of the history, without who and when.
pub fn entry(kind: &str, text: &str) -> String {
    match kind {
        "state" => format!("State: {}", state(text)),
        "file" => format!("File: {text}"),
        _ => text.to_owned(),
    }
}

/// `Written by ann@example.com for bob@example.com.`
pub fn written(author: &str, helper: &str) -> String {
    match helper {
        "" => format!("Written by {author}."),
        helper => format!("Written by {author} for {helper}."),
    }
}
