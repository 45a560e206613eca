//! The verdicts of one push, written down as they come. Where the way breaks off in between, what
//! was taken stays known.

use crate::connectors::contract::Verdict;
use crate::connectors::fault::Fault;

pub struct Slate(Vec<Option<Verdict>>);

impl Slate {
    pub fn new(count: usize) -> Self {
        Self((0..count).map(|_| None).collect())
    }

    /// The first word on a change stands.
    pub fn set(&mut self, index: usize, verdict: Verdict) {
        if let Some(slot) = self.0.get_mut(index) {
            slot.get_or_insert(verdict);
        }
    }

    pub fn get(&self, index: usize) -> Option<&Verdict> {
        self.0.get(index)?.as_ref()
    }

    pub fn replace(&mut self, index: usize, verdict: Verdict) {
        if let Some(slot) = self.0.get_mut(index) {
            *slot = Some(verdict);
        }
    }

    /// All of them; one that nobody spoke of was not sent.
    pub fn close(self) -> Vec<Verdict> {
        let unsent =
            || Verdict::Again { what: "It was not sent; its turn comes again.".to_owned() };
        self.0.into_iter().map(|slot| slot.unwrap_or_else(unsent)).collect()
    }

    /// What is known when a call failed; `sent` were in it.
    ///
    /// # Errors
    /// The fault, where nothing was taken before it: then it says all that is known.
    pub fn break_off(mut self, fault: Fault, sent: &[usize]) -> Result<Vec<Verdict>, Fault> {
        let is_taken = |slot: &Option<Verdict>| matches!(slot, Some(Verdict::Accepted { .. }));
        if !self.0.iter().any(is_taken) {
            return Err(fault);
        }
        // What was refused, or kept back by ourselves, was not done; what broke off may have been.
        let may_be_done = matches!(fault, Fault::Transient { .. } | Fault::Drift { .. });
        for index in 0..self.0.len() {
            let what = fault.to_string();
            self.set(
                index,
                match may_be_done && sent.contains(&index) {
                    true => Verdict::Unknown { what },
                    false => Verdict::Again { what },
                },
            );
        }
        Ok(self.close())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted() -> Verdict {
        Verdict::Accepted { submission: String::new() }
    }

    #[test]
    fn a_fault_before_anything_was_taken_stands_for_all() {
        let mut slate = Slate::new(2);
        slate.set(0, Verdict::Stale { live: None });
        let fault = Fault::transient("broke off");
        assert_eq!(slate.break_off(fault.clone(), &[1]), Err(fault));
    }

    #[test]
    fn what_was_taken_stays_known_and_what_was_under_way_is_unknown() {
        let mut slate = Slate::new(3);
        slate.set(0, accepted());
        let verdicts = slate.break_off(Fault::transient("broke off"), &[1]).unwrap();
        assert_eq!(verdicts[0], accepted());
        assert!(matches!(&verdicts[1], Verdict::Unknown { what } if what == "broke off"));
        assert!(matches!(verdicts[2], Verdict::Again { .. }));
        let mut slate = Slate::new(2);
        slate.set(0, accepted());
        let wait = std::time::Duration::from_secs(5);
        let verdicts = slate.break_off(Fault::Throttled { wait }, &[1]).unwrap();
        assert!(matches!(verdicts[1], Verdict::Again { .. }), "what is throttled was not done");
    }
}
