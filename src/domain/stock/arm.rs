//! Whether what a first push would do is so much that its user must say the channel's name
//! (STOCK.md, step G).

/// More than so many percent of the active listings to nothing.
const EMPTIED_PERCENT_MAX: i64 = 10;
/// A listing that rises to more than so many times what it showed, and by more than so many units.
const TIMES_MAX: i64 = 3;
const RISE_MAX: i64 = 20;

/// One listing, from what it shows to what it would show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub from: i64,
    pub to: i64,
}

impl Step {
    pub fn is_emptied(self) -> bool {
        self.from > 0 && self.to <= 0
    }

    pub fn is_steep(self) -> bool {
        let rise = self.to.saturating_sub(self.from);
        self.to > self.from.max(0).saturating_mul(TIMES_MAX) && rise > RISE_MAX
    }

    /// Units that can no longer be bought.
    pub fn lost(self) -> i64 {
        self.from.max(0).saturating_sub(self.to.max(0)).max(0)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Risk {
    pub active: i64,
    pub changed: i64,
    pub emptied: i64,
    pub steep: i64,
}

impl Risk {
    pub fn of(steps: &[Step], active: i64) -> Self {
        let count = |is: fn(Step) -> bool| {
            steps.iter().filter(|step| is(**step)).fold(0, |count, _| count + 1)
        };
        Self {
            active,
            changed: count(|step| step.from != step.to),
            emptied: count(Step::is_emptied),
            steep: count(Step::is_steep),
        }
    }

    pub fn needs_word(&self) -> bool {
        self.steep > 0 || self.emptied * 100 > self.active * EMPTIED_PERCENT_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn risk(steps: &[(i64, i64)], active: i64) -> Risk {
        let steps: Vec<Step> =
            steps.iter().map(|(from, to)| Step { from: *from, to: *to }).collect();
        Risk::of(&steps, active)
    }

    #[test]
    fn more_than_a_tenth_to_nothing_wants_a_word() {
        assert!(!risk(&[(5, 0)], 10).needs_word());
        assert!(risk(&[(5, 0), (1, 0)], 19).needs_word());
        assert!(!risk(&[(5, 0), (1, 0)], 20).needs_word());
        // What shows nothing already is not emptied.
        assert!(!risk(&[(0, 0), (-2, 0)], 2).needs_word());
    }

    #[test]
    fn a_steep_rise_is_both_threefold_and_of_more_than_twenty_units() {
        assert!(risk(&[(0, 21)], 100).needs_word());
        assert!(!risk(&[(0, 20)], 100).needs_word());
        assert!(!risk(&[(10, 30)], 100).needs_word());
        assert!(risk(&[(10, 31)], 100).needs_word());
        assert!(!risk(&[(100, 160)], 100).needs_word());
    }

    #[test]
    fn what_is_lost_is_what_could_be_bought_before() {
        assert_eq!(Step { from: 7, to: 3 }.lost(), 4);
        assert_eq!(Step { from: 3, to: 7 }.lost(), 0);
        assert_eq!(Step { from: -3, to: 0 }.lost(), 0);
    }
}
