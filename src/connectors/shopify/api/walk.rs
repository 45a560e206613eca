//! How a list of Shopify's is gone through: windows of time that overlap, page by page, and now
//! and then everything again, because not every change moves what is searched by.
//!
//! Within a window the things are sorted by their numbers, so that one that changes meanwhile
//! pushes no other off its page.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::client::{Reply, Trouble};
use super::wire::PageInfo;
use crate::base::Instant;
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::walk::{Window, Windows};

/// Shopify turns no more pages beyond 25 000 things; before that we begin behind the last number.
const DEPTH_MAX: u64 = 20_000;
/// Before there was any shop of Shopify: from here on is everything.
pub const FIRST_SHOP: Instant = Instant(1_136_073_600_000_000);
const SPAN_MAX: Duration = Duration::from_secs(200 * 366 * 86_400);

/// The last thing of a page, from which a deep walk goes on anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Of a list that is sorted by number.
    Number(u64),
    /// Of one that is sorted by time.
    Time(Instant),
    Unknown,
}

/// How a list is gone through.
#[derive(Clone, Copy)]
pub struct Pace {
    pub overlap_s: u32,
    /// Seconds after which more than the overlap is read again, and how far back; 0 is everything.
    pub deep_every_s: u32,
    pub deep_back_s: u32,
    /// The longest window in seconds; 0 is any.
    pub span_s: u32,
    /// How many things a page has at first.
    pub size: u32,
}

/// Where a walk stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    pub window: Window,
    /// The present, when this turn began.
    until: Instant,
    /// When everything was last begun again.
    deep_at: Instant,
    /// Only things behind this number are asked for.
    behind: u64,
    seen: u64,
    /// How many things a page may have; grows smaller where Shopify finds it too dear.
    pub size: u32,
    is_done: bool,
}

impl Pace {
    pub const EVERYTHING: u32 = 0;

    fn windows(&self) -> Windows {
        let span = match self.span_s {
            0 => SPAN_MAX,
            span_s => Duration::from_secs(u64::from(span_s)),
        };
        let overlap = Duration::from_secs(u64::from(self.overlap_s));
        // What comes late is found by the overlap; waiting would make everything late.
        Windows { span, overlap, lag: Duration::ZERO }
    }

    /// The walk that begins at an instant.
    pub fn first(&self, since: Instant, ctx: &Ctx<'_>) -> Walk {
        let now = ctx.clock.now();
        Walk {
            window: self.windows().first(since, now),
            until: now,
            deep_at: now,
            behind: 0,
            seen: 0,
            size: self.size,
            is_done: false,
        }
    }

    /// The walk as it goes on: where it was, or in a new turn.
    pub fn resume(&self, place: Option<Walk>, ctx: &Ctx<'_>) -> Walk {
        // What is there now was there before the books begin.
        let is_state = self.deep_every_s > 0 && self.deep_back_s == Self::EVERYTHING;
        let begin = if is_state { FIRST_SHOP } else { ctx.since };
        let Some(mut walk) = place else { return self.first(begin, ctx) };
        if !walk.is_done {
            return walk;
        }
        let now = ctx.clock.now();
        walk.window = self.windows().again(&walk.window, now);
        let is_due = walk.deep_at.plus(seconds(self.deep_every_s)) <= now;
        if self.deep_every_s > 0 && is_due {
            let back = now.plus_seconds(-i64::from(self.deep_back_s));
            let from = if is_state { begin } else { back };
            walk.window = self.windows().first(from.min(walk.window.from), now);
            walk.deep_at = now;
        }
        (walk.until, walk.behind, walk.seen, walk.is_done) = (now, 0, 0, false);
        walk
    }

    /// The place behind a page, and whether there is more.
    ///
    /// # Errors
    /// `Drift` where the page says that there is more, but not where.
    pub fn step(
        &self,
        mut walk: Walk,
        info: &PageInfo,
        (count, last): (usize, Depth),
    ) -> Result<(Walk, bool), Fault> {
        walk.seen += count as u64;
        if info.has_next_page {
            let Some(end) = info.end_cursor.clone() else {
                return Err(Fault::drift("pageInfo", "there is more, but not where"));
            };
            walk.window.page = Some(end);
            if walk.seen >= DEPTH_MAX {
                walk.begin_behind(last);
            }
            return Ok((walk, true));
        }
        match self.windows().next(&walk.window, walk.until) {
            Some(next) => {
                (walk.window, walk.behind, walk.seen) = (next, 0, 0);
                Ok((walk, true))
            }
            None => {
                walk.is_done = true;
                Ok((walk, false))
            }
        }
    }
}

impl Walk {
    /// Whether this turn goes through everything again.
    pub fn is_whole(&self) -> bool {
        self.deep_at == self.until
    }

    /// The present, when this turn began.
    pub fn until(&self) -> Instant {
        self.until
    }

    /// The window in Shopify's words, by the member that it is searched by.
    pub fn search(&self, member: &str) -> String {
        let Window { from, to, .. } = &self.window;
        // The last second is wanted whole.
        let to = to.plus_seconds(1);
        let mut search = format!("{member}:>='{from}' AND {member}:<='{to}'");
        if self.behind > 0 {
            search.push_str(&format!(" AND id:>{}", self.behind));
        }
        search
    }

    fn begin_behind(&mut self, last: Depth) {
        match last {
            Depth::Number(last) if last > self.behind => self.behind = last,
            // What is of the same instant is read again.
            Depth::Time(at) if at > self.window.from => self.window.from = at,
            _ => return,
        }
        (self.seen, self.window.page) = (0, None);
    }

    /// Asks with ever fewer things a page while Shopify finds it too dear.
    ///
    /// # Errors
    /// Of the asking.
    pub fn ask<T>(
        &mut self,
        mut ask: impl FnMut(&Self) -> Result<Reply<T>, Trouble>,
    ) -> Result<Reply<T>, Trouble> {
        loop {
            match ask(self) {
                Err(Trouble::TooDear) if self.size > 1 => self.size /= 2,
                other => return other,
            }
        }
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}
