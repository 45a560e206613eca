//! How long to wait after the n-th failure.

/// Failures after which a job is dead and waits for a person.
pub const ATTEMPTS_MAX: i64 = 8;
const WAIT_S_FIRST: i64 = 5;
const WAIT_S_MAX: i64 = 3_600;

/// Seconds to wait after `attempts` failures; `None` when it is given up.
pub fn wait_seconds(attempts: i64) -> Option<i64> {
    if attempts >= ATTEMPTS_MAX {
        return None;
    }
    let doubled = WAIT_S_FIRST << (attempts - 1).clamp(0, 20);
    Some(doubled.min(WAIT_S_MAX))
}

/// Seconds on top of a wait, up to a quarter of it: what failed together does not come back
/// together. The same for the same job and attempt.
pub fn jitter_seconds(wait_s: i64, seed: i64, attempts: i64) -> i64 {
    // One step of a known generator (SplitMix64) scatters neighbouring numbers well enough.
    let mut mixed = (seed as u64) ^ (attempts as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    let room = (wait_s / 4).max(0) as u64 + 1;
    (mixed % room) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<Option<i64>> = (1..=8).map(wait_seconds).collect();
        let expected = [5, 10, 20, 40, 80, 160, 320].map(Some);
        assert_eq!(waits[..7], expected);
        assert_eq!(waits[7], None);
    }

    #[test]
    fn what_failed_together_does_not_come_back_together() {
        let waits: std::collections::BTreeSet<i64> =
            (0..100).map(|job| jitter_seconds(320, job, 3)).collect();
        assert!(waits.len() > 40, "{waits:?}");
        assert!(waits.iter().all(|wait_s| (0..=80).contains(wait_s)));
        assert_eq!(jitter_seconds(320, 7, 3), jitter_seconds(320, 7, 3));
        assert_eq!(jitter_seconds(0, 7, 3), 0);
    }
}
