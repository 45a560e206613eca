//! How often a platform may be asked: a bucket per account and operation, filled as time passes.
//! Only half of a burst is used, so that calls are spread out; what the platform says of itself
//! counts more than what we believe.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::base::Instant;
use crate::base::id::AccountId;
use crate::connectors::spec::Limit;

/// A platform that asks for more is asked again after so long.
pub const WAIT_MAX: Duration = Duration::from_secs(3_600);

/// The buckets of all accounts; in memory, full after a start.
#[derive(Debug, Default)]
pub struct Limiter {
    buckets: Mutex<HashMap<(AccountId, String), Bucket>>,
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
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (account, limit.operation.to_owned());
        buckets.entry(key).or_insert_with(|| Bucket::full(limit, now)).take(cost, patience, now)
    }

    /// No call of the operation before `wait` is over; an empty name closes all of the account's.
    pub fn close(&self, account: AccountId, operation: &str, wait: Duration, now: Instant) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let until = now.plus(wait.min(WAIT_MAX));
        for ((owner, name), bucket) in buckets.iter_mut() {
            if *owner == account && (operation.is_empty() || name == operation) {
                bucket.closed_until = Some(until.max(bucket.closed_until.unwrap_or(until)));
                bucket.level = bucket.level.min(0);
            }
        }
    }

    /// Takes over what the platform says.
    pub fn learn(&self, account: AccountId, operation: &str, told: Told, now: Instant) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&(account, operation.to_owned())) {
            bucket.fill(now);
            bucket.burst = told.burst.max(1);
            bucket.every_ms = told.every_ms.max(1);
            // What others used counts; what we have taken but not sent yet stays taken.
            let spare = i64::from(told.burst.saturating_sub(told.burst.div_ceil(2))) * 1000;
            let usable = i64::from(told.available) * 1000 - spare;
            bucket.level = bucket.level.min(usable).min(bucket.full_level());
        }
    }
}

impl Bucket {
    fn full(limit: &Limit, now: Instant) -> Self {
        let (burst, every_ms) = (limit.burst.max(1), limit.every_ms.max(1));
        let mut bucket = Self { burst, every_ms, level: 0, filled_at: now, closed_until: None };
        bucket.level = bucket.full_level();
        bucket
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
    fn accounts_and_operations_do_not_slow_each_other() {
        let limiter = Limiter::default();
        while take(&limiter, at(0)).is_ok() {}
        let other = Limit { operation: "refunds", ..SLOW };
        let patience = (1, Duration::ZERO);
        assert!(limiter.take(ACCOUNT, &other, patience, at(0)).is_ok());
        assert!(limiter.take(AccountId(2), &SLOW, patience, at(0)).is_ok());
    }

    #[test]
    fn a_platform_that_closes_is_left_alone_until_it_opens() {
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
        fn no_more_goes_out_than_is_allowed(
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
