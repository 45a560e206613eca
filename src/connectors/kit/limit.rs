//! How often a platform may be asked: a bucket per account and operation, filled as time passes.
//! Only half of a burst is used, so that calls are spread out; what the platform says of itself
//! counts more than what we believe. Slow buckets are remembered, so that a program that is started
//! again and again does not have the burst again and again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::base::Instant;
use crate::base::id::AccountId;
use crate::connectors::spec::Limit;

/// A platform that asks for more is asked again after so long.
pub const WAIT_MAX: Duration = Duration::from_secs(3_600);

/// A bucket that fills within so long is full after a start: the half of the burst that is never
/// used pays for it.
const SLOW_MS: i64 = 60_000;

/// The buckets of all accounts.
#[derive(Default)]
pub struct Limiter {
    buckets: Mutex<HashMap<(AccountId, String), Bucket>>,
    memory: Option<Arc<dyn Memory>>,
}

/// Where slow buckets are kept beyond the program's end. What cannot be kept or found is no fault:
/// then the platform says when it is asked too often.
pub trait Memory: Send + Sync {
    fn find(&self, account: AccountId, operation: &str) -> Option<Level>;
    fn keep(&self, account: AccountId, operation: &str, level: Level);
}

/// What a bucket held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Calls, in thousandths.
    pub thousandths: i64,
    pub filled_at: Instant,
    pub closed_until: Option<Instant>,
}

/// What a platform says of its own bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub available: u32,
    pub burst: u32,
    /// Milliseconds until one more is allowed.
    pub every_ms: u32,
}

#[derive(Debug)]
struct Bucket {
    burst: u32,
    every_ms: u32,
    /// In thousandths.
    level: i64,
    filled_at: Instant,
    closed_until: Option<Instant>,
}

impl Limiter {
    pub fn remembering(memory: Arc<dyn Memory>) -> Self {
        Self { memory: Some(memory), ..Self::default() }
    }

    /// Takes `cost` from the bucket where that is possible within `patience`; gives how long to
    /// wait before the call is made.
    ///
    /// # Errors
    /// How long to wait before asking again; nothing was taken.
    pub fn take(
        &self,
        account: AccountId,
        limit: &Limit,
        (cost, patience): (u32, Duration),
        now: Instant,
    ) -> Result<Duration, Duration> {
        let key = (account, limit.operation.to_owned());
        let is_known = self.lock().contains_key(&key);
        let kept = match &self.memory {
            Some(memory) if !is_known => memory.find(account, limit.operation),
            _ => None,
        };
        let (taken, level) = {
            let mut buckets = self.lock();
            let bucket = buckets.entry(key).or_insert_with(|| Bucket::begin(limit, kept, now));
            (bucket.take(cost, patience, now), bucket.slow_level())
        };
        // Before the call is made: one that was made and forgotten would be made again.
        if let (Ok(_), Some(level), Some(memory)) = (&taken, level, &self.memory) {
            memory.keep(account, limit.operation, level);
        }
        taken
    }

    /// No call of the operation before `wait` is over; an empty name closes all of the account's.
    pub fn close(&self, account: AccountId, operation: &str, wait: Duration, now: Instant) {
        let until = now.plus(wait.min(WAIT_MAX));
        let mut slow = Vec::new();
        for ((owner, name), bucket) in self.lock().iter_mut() {
            if *owner == account && (operation.is_empty() || name == operation) {
                bucket.closed_until = Some(until.max(bucket.closed_until.unwrap_or(until)));
                bucket.level = bucket.level.min(0);
                slow.extend(bucket.slow_level().map(|level| (name.clone(), level)));
            }
        }
        if let Some(memory) = &self.memory {
            for (name, level) in slow {
                memory.keep(account, &name, level);
            }
        }
    }

    /// Takes over what the platform says.
    pub fn learn(&self, account: AccountId, operation: &str, told: Told, now: Instant) {
        if let Some(bucket) = self.lock().get_mut(&(account, operation.to_owned())) {
            bucket.fill(now);
            bucket.burst = told.burst.max(1);
            bucket.every_ms = told.every_ms.max(1);
            // What others used counts; what we have taken but not sent yet stays taken.
            let spare = i64::from(told.burst.saturating_sub(told.burst.div_ceil(2))) * 1000;
            let usable = i64::from(told.available) * 1000 - spare;
            bucket.level = bucket.level.min(usable).min(bucket.full_level());
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(AccountId, String), Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    /// As it was kept; full where nothing was.
    fn begin(limit: &Limit, kept: Option<Level>, now: Instant) -> Self {
        let (burst, every_ms) = (limit.burst.max(1), limit.every_ms.max(1));
        let mut bucket = Self { burst, every_ms, level: 0, filled_at: now, closed_until: None };
        bucket.level = bucket.full_level();
        if let Some(kept) = kept {
            bucket.level = kept.thousandths.min(bucket.level);
            (bucket.filled_at, bucket.closed_until) = (kept.filled_at, kept.closed_until);
        }
        bucket
    }

    /// What is to be kept of it; `None` for a bucket that fills soon.
    fn slow_level(&self) -> Option<Level> {
        let fills_ms = self.full_level() / 1000 * i64::from(self.every_ms);
        let (thousandths, filled_at) = (self.level, self.filled_at);
        let closed_until = self.closed_until;
        (fills_ms > SLOW_MS).then_some(Level { thousandths, filled_at, closed_until })
    }

    /// Half of the burst, in thousandths.
    fn full_level(&self) -> i64 {
        i64::from(self.burst.div_ceil(2)) * 1000
    }

    fn fill(&mut self, now: Instant) {
        // A clock that was set back is believed: the time between is not counted.
        let passed_ms = now.since(self.filled_at).as_millis().min(86_400_000) as i64;
        let gained = passed_ms * 1000 / i64::from(self.every_ms);
        if gained > 0 || now < self.filled_at {
            self.level = (self.level + gained).min(self.full_level());
            self.filled_at = now;
        }
        if self.closed_until.is_some_and(|until| until > now.plus(WAIT_MAX)) {
            self.closed_until = None;
        }
    }

    fn take(&mut self, cost: u32, patience: Duration, now: Instant) -> Result<Duration, Duration> {
        self.fill(now);
        // What costs more than the bucket holds is let through when the bucket is full.
        let cost = (i64::from(cost) * 1000).min(self.full_level());
        let lacking = (cost - self.level).max(0);
        let refill_ms = (lacking * i64::from(self.every_ms) + 999) / 1000;
        let mut wait = Duration::from_millis(refill_ms as u64);
        if let Some(until) = self.closed_until {
            wait = wait.max(until.since(now));
        }
        if wait > patience {
            return Err(wait);
        }
        self.closed_until = None;
        self.level -= cost;
        Ok(wait)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ACCOUNT: AccountId = AccountId(1);
    const SLOW: Limit = Limit { operation: "orders", burst: 4, every_ms: 1_000 };
    /// As Amazon's orders.
    const VERY_SLOW: Limit = Limit { operation: "orders", burst: 20, every_ms: 178_572 };

    /// What outlives the program.
    #[derive(Default)]
    struct Notes(Mutex<HashMap<(AccountId, String), Level>>);

    impl Memory for Notes {
        fn find(&self, account: AccountId, operation: &str) -> Option<Level> {
            self.0.lock().unwrap().get(&(account, operation.to_owned())).copied()
        }

        fn keep(&self, account: AccountId, operation: &str, level: Level) {
            self.0.lock().unwrap().insert((account, operation.to_owned()), level);
        }
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_seconds(1_800_000_000 + seconds)
    }

    fn take(limiter: &Limiter, now: Instant) -> Result<Duration, Duration> {
        limiter.take(ACCOUNT, &SLOW, (1, Duration::from_secs(2)), now)
    }

    #[test]
    fn half_of_a_burst_goes_at_once_and_the_rest_is_spread() {
        let limiter = Limiter::default();
        let waits: Vec<_> = (0..5).map(|_| take(&limiter, at(0))).collect();
        let seconds = Duration::from_secs;
        assert_eq!(
            waits,
            [Ok(seconds(0)), Ok(seconds(0)), Ok(seconds(1)), Ok(seconds(2)), Err(seconds(3))]
        );
        assert_eq!(take(&limiter, at(10)), Ok(seconds(0)));
    }

    #[test]
    fn however_often_the_program_is_started_a_slow_burst_is_had_once() {
        let notes = Arc::new(Notes::default());
        let mut sent = 0;
        // An hour in which the program is started every ten seconds and asks whenever it may.
        for start in 0..360 {
            let limiter = Limiter::remembering(Arc::clone(&notes) as Arc<dyn Memory>);
            let patience = (1, Duration::ZERO);
            while limiter.take(ACCOUNT, &VERY_SLOW, patience, at(start * 10)).is_ok() {
                sent += 1;
            }
        }
        assert_eq!(sent, 10 + 20, "half of the burst, and one each 179 seconds");
    }

    #[test]
    fn a_platform_that_closes_stays_closed_after_a_start() {
        let notes = Arc::new(Notes::default());
        let start = || Limiter::remembering(Arc::clone(&notes) as Arc<dyn Memory>);
        let patience = (1, Duration::ZERO);
        let limiter = start();
        limiter.take(ACCOUNT, &VERY_SLOW, patience, at(0)).unwrap();
        limiter.close(ACCOUNT, "orders", Duration::from_secs(900), at(0));
        let wait = start().take(ACCOUNT, &VERY_SLOW, patience, at(30)).unwrap_err();
        assert_eq!(wait, Duration::from_secs(870));
        assert!(start().take(ACCOUNT, &VERY_SLOW, patience, at(900)).is_ok());
        // Another account's is another bucket.
        assert!(start().take(AccountId(2), &VERY_SLOW, patience, at(30)).is_ok());
    }

    #[test]
    fn what_fills_within_a_minute_is_not_written_down() {
        let notes = Arc::new(Notes::default());
        let limiter = Limiter::remembering(Arc::clone(&notes) as Arc<dyn Memory>);
        take(&limiter, at(0)).unwrap();
        assert!(notes.0.lock().unwrap().is_empty());
    }

    #[test]
    fn accounts_and_operations_do_not_slow_each_other() {
        let limiter = Limiter::default();
        while take(&limiter, at(0)).is_ok() {}
        let other = Limit { operation: "refunds", ..SLOW };
        let patience = (1, Duration::ZERO);
        assert!(limiter.take(ACCOUNT, &other, patience, at(0)).is_ok());
        assert!(limiter.take(AccountId(2), &SLOW, patience, at(0)).is_ok());
    }

    #[test]
    fn i24_a_platform_that_closes_is_left_alone_until_it_opens() {
        let limiter = Limiter::default();
        take(&limiter, at(0)).unwrap();
        limiter.close(ACCOUNT, "", Duration::from_secs(90), at(0));
        assert_eq!(take(&limiter, at(30)), Err(Duration::from_secs(60)));
        assert!(take(&limiter, at(90)).is_ok());
    }

    #[test]
    fn what_a_platform_says_of_its_bucket_counts() {
        let limiter = Limiter::default();
        take(&limiter, at(0)).unwrap();
        let told = Told { available: 2, burst: 4, every_ms: 500 };
        limiter.learn(ACCOUNT, "orders", told, at(0));
        assert_eq!(take(&limiter, at(0)), Ok(Duration::from_millis(500)));
    }

    #[test]
    fn a_clock_set_back_or_far_ahead_neither_blocks_nor_floods() {
        let limiter = Limiter::default();
        while take(&limiter, at(0)).is_ok() {}
        assert!(take(&limiter, at(-1_000_000)).is_err());
        assert!(take(&limiter, at(-1_000_000 + 10)).is_ok());
        limiter.close(ACCOUNT, "", WAIT_MAX, at(0));
        // A day back, the lock would hold for a day and an hour.
        assert!(take(&limiter, at(-86_400)).is_ok());
    }

    proptest! {
        /// In any stretch of time no more goes out than the bucket allows.
        #[test]
        fn i24_no_more_goes_out_than_is_allowed(
            gaps in proptest::collection::vec(0_i64..3_000, 1..200),
            burst in 1_u32..20,
            every_ms in 1_u32..2_000,
        ) {
            let limiter = Limiter::default();
            let limit = Limit { operation: "orders", burst, every_ms };
            let mut now = at(0);
            let mut sent: Vec<Instant> = Vec::new();
            for gap in gaps {
                now = Instant(now.0 + gap * 1_000);
                let patience = (1, Duration::from_secs(5));
                if let Ok(wait) = limiter.take(ACCOUNT, &limit, patience, now) {
                    sent.push(now.plus(wait));
                }
            }
            sent.sort_unstable();
            for (first, from) in sent.iter().enumerate() {
                for (last, to) in sent.iter().enumerate().skip(first) {
                    let passed_ms = to.since(*from).as_millis() as i64;
                    let refilled = passed_ms / i64::from(every_ms) + 1;
                    let allowed = i64::from(burst.div_ceil(2)) + refilled;
                    prop_assert!((last - first + 1) as i64 <= allowed + 1);
                }
            }
        }
    }
}
