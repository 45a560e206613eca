//! What happened to units. Events are appended and never changed; one that was wrong is undone by
//! another that names it.

use crate::base::Instant;

/// Why units came, went, or were found to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventKind {
    Received,
    Sold,
    Returned,
    Adjusted,
    /// Somebody counted.
    Counted,
    MovedOut,
    MovedIn,
    /// Kits put together or taken apart.
    Built,
    /// An order was called off because there was nothing to send.
    Short,
    /// A channel's own number was taken for the truth.
    ChannelEdit,
    /// Undoes another event.
    Reversed,
}

impl EventKind {
    pub const ALL: [Self; 11] = [
        Self::Received,
        Self::Sold,
        Self::Returned,
        Self::Adjusted,
        Self::Counted,
        Self::MovedOut,
        Self::MovedIn,
        Self::Built,
        Self::Short,
        Self::ChannelEdit,
        Self::Reversed,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Sold => "sold",
            Self::Returned => "returned",
            Self::Adjusted => "adjusted",
            Self::Counted => "counted",
            Self::MovedOut => "moved_out",
            Self::MovedIn => "moved_in",
            Self::Built => "built",
            Self::Short => "short",
            Self::ChannelEdit => "channel_edit",
            Self::Reversed => "reversed",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What an event does to the units of its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// So many came; negative: went.
    Delta(i64),
    /// So many are there, whatever was thought before.
    Count(i64),
}

/// An event as the fold needs it; all of one variant, place and lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Grows with each event that is written.
    pub id: i64,
    pub occurred_at: Instant,
    pub change: Change,
}
