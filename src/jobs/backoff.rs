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
}
