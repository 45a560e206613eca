//! One turn with one account: what has settled is judged, what is due is read, what is planned is
//! written.

use std::time::Duration;

use super::gate::Gate;
use super::{look, settle, write};
use crate::base::Instant;
use crate::base::id::AccountId;
use crate::connectors::contract::{LevelChange, Reading, StockRef, StockSpec, Verdict, WriteTool};
use crate::connectors::fault::Fault;
use crate::domain::stock::plan::Tool;
use crate::store::stock::channels::{self, PushState, StockChannel};
use crate::store::stock::listings::{self, StockListing};
use crate::store::stock::outbox::{self, PushFate, PushRow};
use crate::store::{Db, Lane, StoreError};

/// A channel as it is written and read in a turn.
pub trait Outlet {
    fn spec(&self) -> &StockSpec;
    /// # Errors
    /// As `StockTarget::read`.
    fn read(&self, targets: &[StockRef]) -> Result<Vec<Reading>, Fault>;
    /// # Errors
    /// As `StockTarget::push`.
    fn push(&self, changes: &[LevelChange]) -> Result<Vec<Verdict>, Fault>;
}

pub fn tool_of(spec: &StockSpec) -> Tool {
    match spec.tool {
        WriteTool::CompareAndSet => Tool::CompareAndSet,
        WriteTool::PlainSet => Tool::PlainSet,
    }
}

#[derive(Clone, Copy)]
pub struct Turn<'a> {
    pub db: &'a Db,
    pub gate: &'a Gate,
    pub account: AccountId,
    pub outlet: &'a dyn Outlet,
}

/// Why a turn ended early; what was done before it stands.
#[derive(Debug, thiserror::Error)]
pub enum TurnFault {
    #[error(transparent)]
    Channel(#[from] Fault),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// When the account is to be looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    pub at: Instant,
    /// From when on a pull of orders lets readings settle.
    pub orders_at: Option<Instant>,
}

/// Every listing is read at least so often.
pub const SWEEP_S: i64 = 6 * 3_600;
/// A reading of what is in flight, and of what nobody explains yet, so often.
const WATCH_S: i64 = 20;

/// What a turn knows of its account when it begins.
pub(super) struct Known {
    pub channel: StockChannel,
    pub listings: Vec<StockListing>,
    pub open: Vec<PushRow>,
    pub epoch: i64,
}

impl Known {
    pub fn in_flight(&self, listing: &StockListing) -> Option<&PushRow> {
        let is_sent = |push: &&PushRow| matches!(push.fate, PushFate::Sent | PushFate::Accepted);
        self.open.iter().filter(is_sent).find(|push| push.listing == listing.id)
    }
}

impl Turn<'_> {
    /// # Errors
    /// What the channel or the database said.
    pub fn run(&self) -> Result<Option<Next>, TurnFault> {
        let Some(mut known) = self.load()? else { return Ok(None) };
        settle::settle_all(self, &known)?;
        known = match self.load()? {
            Some(known) => known,
            None => return Ok(None),
        };
        let read = look::read_due(self, &known);
        self.note_reached(&read)?;
        read?;
        if known.channel.state == PushState::Armed && known.channel.held.is_empty() {
            let Some(known) = self.load()? else { return Ok(None) };
            let written = write::write_planned(self, &known);
            self.note_reached(&written)?;
            written?;
        }
        self.next().map(Some)
    }

    /// Only looks: what has settled is judged, everything is read, nothing is written.
    ///
    /// # Errors
    /// What the channel or the database said.
    pub fn look(&self) -> Result<(), TurnFault> {
        let Some(known) = self.load()? else { return Ok(()) };
        settle::settle_all(self, &known)?;
        let Some(known) = self.load()? else { return Ok(()) };
        let read = look::read_all(self, &known);
        self.note_reached(&read)?;
        read
    }

    /// `None` where the account is none of ours to push.
    pub(super) fn load(&self) -> Result<Option<Known>, StoreError> {
        let epoch = self.gate.epoch(self.db.clock());
        self.db.write_local(Lane::Background, |tx| {
            let known = channels::find_channel(tx.conn(), self.account)?;
            if known.is_some_and(|known| known.epoch != Some(epoch)) {
                channels::begin_epoch(tx, self.account, epoch)?;
            }
            listings::insert_new_listings(tx, self.account).map(|_| ())
        })?;
        self.db.read(|reader| {
            let conn = reader.conn();
            let Some(channel) = channels::find_channel(conn, self.account)? else {
                return Ok(None);
            };
            if channel.state == PushState::Off {
                return Ok(None);
            }
            let listings = listings::list_listings(conn, self.account)?;
            let open = outbox::list_open(conn, self.account)?;
            Ok(Some(Known { channel, listings, open, epoch }))
        })
    }

    fn note_reached<T>(&self, done: &Result<T, TurnFault>) -> Result<(), StoreError> {
        let is_reached = match done {
            Ok(_) => true,
            Err(TurnFault::Channel(Fault::Throttled { .. } | Fault::Stopped)) => return Ok(()),
            Err(TurnFault::Channel(_)) => false,
            Err(TurnFault::Store(_)) => return Ok(()),
        };
        self.db.write_local(Lane::Background, |tx| {
            channels::update_reached(tx, self.account, is_reached).map(|_| ())
        })
    }

    /// How long after a reading a pull of orders must begin, to bring all that were made before it.
    pub fn order_lag(&self, channel: &StockChannel) -> Duration {
        let measured = channel.order_lag_ms.and_then(|ms| u64::try_from(ms).ok());
        let measured = Duration::from_millis(measured.unwrap_or(0));
        self.outlet.spec().order_lag_max.max(measured)
    }

    fn next(&self) -> Result<Next, TurnFault> {
        let Some(known) = self.load()? else {
            return Ok(Next { at: self.db.clock().now().plus_seconds(SWEEP_S), orders_at: None });
        };
        let now = self.db.clock().now();
        let lag = self.order_lag(&known.channel);
        let waiting = known.listings.iter().filter_map(|listing| listing.waiting);
        let orders_at = waiting.map(|waiting| waiting.at.plus(lag)).max();
        let is_busy = !known.open.is_empty() && known.channel.state == PushState::Armed
            || known.listings.iter().any(|one| one.confirmed_at.is_none());
        let at = match (orders_at, is_busy) {
            (Some(at), _) => at.max(now.plus_seconds(1)).min(now.plus_seconds(WATCH_S)),
            (None, true) => now.plus_seconds(WATCH_S),
            (None, false) => {
                let swept = known.channel.swept_at.unwrap_or(now);
                swept.plus_seconds(SWEEP_S).max(now.plus_seconds(60))
            }
        };
        Ok(Next { at, orders_at })
    }
}

/// Parts of a list that one call may hold.
pub(super) fn parts<T>(list: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    list.chunks(most.max(1))
}

/// How the channel addresses a listing.
pub(super) fn target(channel: &StockChannel, listing: &StockListing) -> StockRef {
    StockRef {
        listing: listing.listing.clone(),
        sku: listing.sku.clone(),
        place: channel.place.clone(),
    }
}
