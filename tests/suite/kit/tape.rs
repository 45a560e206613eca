//! Chance on a tape: numbers that a property test draws once and everything made up is read from.
//! A shorter tape or smaller numbers make a simpler thing, so that a failure shrinks to its core.

use proptest::collection::{SizeRange, vec};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

pub struct Tape<'a>(std::slice::Iter<'a, u32>);

impl<'a> Tape<'a> {
    pub fn new(numbers: &'a [u32]) -> Self {
        Self(numbers.iter())
    }

    /// 0 to `n` − 1; 0 when the tape has ended.
    pub fn below(&mut self, n: usize) -> usize {
        self.0.next().map_or(0, |number| *number as usize % n)
    }

    pub fn within(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1) as usize) as i64
    }

    /// So often in a hundred; never when the tape has ended.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    pub fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    pub fn maybe<T>(&mut self, percent: usize, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.chance(percent) { Some(make(self)) } else { None }
    }
}

/// What a failing test prints of its tape is how long it is; it shows what it made of it itself.
#[derive(Clone)]
pub struct Numbers(pub Vec<u32>);

impl std::fmt::Debug for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a tape of {} numbers", self.0.len())
    }
}

pub fn numbers(length: impl Into<SizeRange>) -> impl Strategy<Value = Numbers> {
    vec(any::<u32>(), length).prop_map(Numbers)
}

/// The same cases at every run; `PROPTEST_CASES` goes on to more of them.
pub fn config(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(cases),
        rng_seed: RngSeed::Fixed(20_261_120),
        failure_persistence: None,
        // Each try opens a database.
        max_shrink_iters: 300,
        max_shrink_time: 30_000,
        ..ProptestConfig::default()
    }
}
