//! Chance that repeats itself: the same seed, stream and number give the same draws, whatever was
//! drawn elsewhere. Whole numbers only.

/// A row of draws (splitmix64).
pub struct Chance(u64);

/// What is drawn; draws of one never shift those of another.
#[derive(Clone, Copy)]
pub enum Stream {
    Calendar = 1,
    Order = 2,
    Costs = 3,
    Rates = 4,
    Spend = 5,
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Chance {
    pub fn new(seed: u64, stream: Stream, number: u64) -> Self {
        let start = mix(seed.wrapping_add(STEP)) ^ mix((stream as u64) << 48 ^ number);
        Self(mix(start))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// From 0 up to and without `end`; 0 where `end` is below 2.
    pub fn below(&mut self, end: i64) -> i64 {
        let drawn = self.next();
        match u64::try_from(end) {
            Ok(end) if end > 1 => (drawn % end) as i64,
            _ => 0,
        }
    }

    /// Both ends included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below(to - from + 1)
    }

    /// True in so many of a thousand draws.
    pub fn happens(&mut self, per_mille: i64) -> bool {
        self.below(1_000) < per_mille
    }

    /// An index, as often as its weight says; 0 without weights.
    pub fn weighted(&mut self, weights: impl Iterator<Item = i64> + Clone) -> usize {
        let mut drawn = self.below(weights.clone().sum());
        for (index, weight) in weights.enumerate() {
            if drawn < weight {
                return index;
            }
            drawn -= weight;
        }
        0
    }
}

fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
