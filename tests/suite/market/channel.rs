//! One channel: what buyers see, what is on its way, which orders can be read when.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use purser::base::{Clock, Instant};
use purser::connectors::contract::{LevelChange, Reading, StockRef, StockSpec, Verdict, WriteTool};
use purser::connectors::fault::Fault;
use purser::sync::stock::turn::Outlet;

use super::Dice;

/// How a channel behaves; times in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    pub compares: bool,
    pub apply_s: (i64, i64),
    pub visible_s: (i64, i64),
    pub poll_s: i64,
    /// Of a thousand buyers so many come here.
    pub share: u64,
    /// Of a thousand messages: lost before they arrive, lost answers, polls that fail.
    pub lost: u64,
    /// Whether it puts back what is called off.
    pub restores: bool,
}

#[derive(Clone, Debug)]
pub struct SimOrder {
    pub number: i64,
    pub item: usize,
    pub units: i64,
    pub placed_at: Instant,
    pub visible_at: Instant,
    /// When it was called off, and from when on that can be read.
    pub off: Option<(Instant, Instant)>,
}

#[derive(Debug)]
pub struct State {
    pub live: Vec<i64>,
    pub pending: Vec<(Instant, usize, i64)>,
    pub orders: Vec<SimOrder>,
    /// Up to which order everything was handed out, but for what is repeated.
    pub polled_at: Instant,
    pub calls: usize,
    pub written: usize,
    /// Answers with an empty page.
    pub is_empty: bool,
    pub is_down: bool,
    /// Whether to insist on what strict mode promises.
    pub is_strict: bool,
    /// What each key was used for.
    keys: HashMap<String, (StockRef, i64, i64)>,
    dice: Dice,
    clock: Clock,
}

impl State {
    /// What is due takes effect, whatever was sold meanwhile.
    pub fn settle(&mut self) {
        let now = self.clock.now();
        self.pending.sort_by_key(|(at, ..)| *at);
        while let Some((at, item, units)) = self.pending.first().copied() {
            if at > now {
                return;
            }
            self.live[item] = units;
            self.pending.remove(0);
        }
    }

    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    pub fn fails(&mut self, chance: u64) -> bool {
        self.dice.permille(chance)
    }

    pub fn delay(&mut self, (low, high): (i64, i64)) -> i64 {
        self.dice.within(low, high)
    }
}

#[derive(Clone)]
pub struct Channel {
    pub habits: Habits,
    pub spec: Arc<StockSpec>,
    state: Arc<Mutex<State>>,
}

impl Channel {
    pub fn new(habits: Habits, (items, seed): (usize, u64), clock: &Clock) -> Self {
        let seconds = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
        let spec = StockSpec {
            tool: if habits.compares { WriteTool::CompareAndSet } else { WriteTool::PlainSet },
            read_max: 50,
            write_max: 20,
            apply_max: seconds(habits.apply_s.1),
            order_lag_max: seconds(habits.visible_s.1),
            orders: "orders",
        };
        let state = State {
            live: vec![0; items],
            pending: Vec::new(),
            orders: Vec::new(),
            polled_at: clock.now(),
            calls: 0,
            written: 0,
            is_empty: false,
            is_down: false,
            is_strict: false,
            keys: HashMap::new(),
            dice: Dice::new(seed),
            clock: clock.clone(),
        };
        Self { habits, spec: Arc::new(spec), state: Arc::new(Mutex::new(state)) }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn name(item: usize) -> String {
        format!("listing-{item}")
    }

    fn item(target: &StockRef) -> usize {
        target.listing.trim_start_matches("listing-").parse().unwrap()
    }

    /// A buyer; gives how many units were sold.
    pub fn buy(&self, item: usize, units: i64, number: i64) -> i64 {
        let mut state = self.state();
        state.settle();
        let units = units.min(state.live[item]);
        if units <= 0 {
            return 0;
        }
        state.live[item] -= units;
        let placed_at = state.clock.now();
        let late = state.delay(self.habits.visible_s);
        let visible_at = placed_at.plus_seconds(late);
        state.orders.push(SimOrder { number, item, units, placed_at, visible_at, off: None });
        units
    }

    /// An order that is called off by its buyer.
    pub fn call_off(&self, index: usize) -> Option<SimOrder> {
        let mut state = self.state();
        state.settle();
        let now = state.clock.now();
        let visible_s = self.habits.visible_s;
        let late = state.delay(visible_s);
        let order = state.orders.get_mut(index).filter(|order| order.off.is_none())?;
        order.off = Some((now, now.plus_seconds(late)));
        let order = order.clone();
        if self.habits.restores {
            state.live[order.item] += order.units;
        }
        Some(order)
    }

    /// What a poll hands out: everything that changed since the last, some of it twice, in no
    /// order.
    pub fn poll(&self) -> Result<Vec<SimOrder>, Fault> {
        let mut state = self.state();
        let now = state.clock.now();
        if state.is_down || state.fails(self.habits.lost) {
            return Err(Fault::transient("the line is down"));
        }
        let since = state.polled_at.plus_seconds(-60);
        let is_new = |at: Instant| at > since && at <= now;
        let is_told = |order: &SimOrder| {
            is_new(order.visible_at) || order.off.is_some_and(|(_, at)| is_new(at))
        };
        let mut found: Vec<SimOrder> = Vec::new();
        for order in state.orders.iter().filter(|order| order.visible_at <= now && is_told(order)) {
            let off = order.off.filter(|(_, at)| *at <= now);
            found.push(SimOrder { off, ..order.clone() });
        }
        for index in (1..found.len()).rev() {
            let other = state.dice.below(index as u64 + 1) as usize;
            found.swap(index, other);
        }
        if state.fails(200) {
            let again = found.first().cloned();
            found.extend(again);
        }
        state.polled_at = now;
        Ok(found)
    }
}

impl Outlet for Channel {
    fn spec(&self) -> &StockSpec {
        &self.spec
    }

    fn read(&self, targets: &[StockRef]) -> Result<Vec<Reading>, Fault> {
        let mut state = self.state();
        state.settle();
        state.calls += 1;
        if state.is_down || state.fails(self.habits.lost) {
            return Err(Fault::transient("the line is down"));
        }
        if state.is_empty {
            return Ok(targets.iter().map(|_| Reading::Gone("no such listing".into())).collect());
        }
        Ok(targets.iter().map(|target| Reading::Live(state.live[Self::item(target)])).collect())
    }

    fn push(&self, changes: &[LevelChange]) -> Result<Vec<Verdict>, Fault> {
        let mut state = self.state();
        state.settle();
        state.calls += 1;
        if state.is_down || state.fails(self.habits.lost) {
            return Err(Fault::transient("the line is down"));
        }
        let now = state.clock.now();
        let mut verdicts = Vec::new();
        for change in changes {
            let item = Self::item(&change.target);
            state.written += 1;
            let told = (change.target.clone(), change.quantity, change.expected);
            let known = state.keys.entry(change.key.clone()).or_insert_with(|| told.clone());
            assert_eq!(*known, told, "I10: a key is never used for something else");
            if state.is_strict && !self.habits.compares {
                let is_from_nothing = change.expected == 0 && state.live[item] == 0;
                assert!(change.quantity == 0 || is_from_nothing, "I5: {change:?}");
            }
            if self.habits.compares {
                if state.live[item] == change.expected {
                    state.live[item] = change.quantity;
                    verdicts.push(Verdict::Accepted { submission: change.key.clone() });
                } else {
                    verdicts.push(Verdict::Stale { live: Some(state.live[item]) });
                }
            } else {
                let late = state.delay(self.habits.apply_s);
                state.pending.push((now.plus_seconds(late), item, change.quantity));
                verdicts.push(Verdict::Accepted { submission: String::new() });
            }
        }
        if state.fails(self.habits.lost) {
            return Err(Fault::transient("the answer was lost"));
        }
        Ok(verdicts)
    }
}
