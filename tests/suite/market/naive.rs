//! How a plain mirror works: every two minutes each channel is set to what is left. It must
//! oversell in this market, or the market proves nothing.

use std::collections::BTreeSet;

use super::channel::Channel;

pub struct Naive {
    left: Vec<i64>,
    known: BTreeSet<i64>,
}

impl Naive {
    pub fn new(left: Vec<i64>) -> Self {
        Self { left, known: BTreeSet::new() }
    }

    pub fn round(&mut self, channels: &[Channel]) {
        for channel in channels {
            for order in channel.poll().unwrap_or_default() {
                if self.known.insert(order.number) {
                    self.left[order.item] -= order.units;
                }
            }
        }
        for channel in channels {
            let mut state = channel.state();
            state.settle();
            for item in 0..self.left.len() {
                let units = self.left[item].max(0);
                if state.live[item] != units {
                    let late = state.delay(channel.habits.apply_s);
                    let at = state.now().plus_seconds(late);
                    state.pending.push((at, item, units));
                    state.written += 1;
                }
            }
        }
    }
}
