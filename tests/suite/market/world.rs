//! Time goes by in steps: buyers come, channels are polled, the program plans and has its turns.

use purser::base::{Clock, Instant};
use purser::store::stock::variants::Mode;

use super::Dice;
use super::channel::{Channel, Habits};
use super::hub::Hub;
use super::naive::Naive;

/// Seconds of one step.
const STEP_S: i64 = 15;

#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub items: usize,
    /// Orders after which it ends, at the latest when nobody can buy anything any more.
    pub orders: usize,
    /// Of a thousand messages so many are lost.
    pub lost: u64,
    /// Bursts of buyers, sixty times as many.
    pub has_spikes: bool,
    /// In a thousand steps so many orders are called off.
    pub called_off: u64,
    /// Buyers of one step, at most.
    pub busy: i64,
    /// In a thousand steps so often somebody else writes a number.
    pub meddled: u64,
    /// In a thousand steps so often the program is killed and started anew.
    pub killed: u64,
    /// In a thousand steps so often its clock is set an hour forward or back.
    pub jumps: u64,
}

impl Plan {
    pub const USUAL: Self = Self {
        seed: 1,
        items: 60,
        orders: 1_000,
        lost: 20,
        has_spikes: true,
        called_off: 10,
        busy: 4,
        meddled: 0,
        killed: 0,
        jumps: 0,
    };
}

#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub orders: usize,
    /// Orders for which there was nothing left.
    pub oversold: usize,
    pub written: usize,
    /// Buyers who found nothing where another channel had something.
    pub turned_away: usize,
    pub stranded: i64,
}

pub struct World {
    pub plan: Plan,
    /// The program's.
    pub clock: Clock,
    /// The channels'.
    truth: Clock,
    pub channels: Vec<Channel>,
    pub outcome: Outcome,
    /// Nothing comes in either.
    pub is_quiet: bool,
    /// On the shelf, as nobody but the market knows.
    pub left: Vec<i64>,
    dice: Dice,
    numbers: i64,
    next_polls: Vec<Instant>,
    next_turns: Vec<Instant>,
    spike_until: Instant,
    steps: usize,
}

/// The four channels of the table: one that compares, one that takes a quarter of an hour, and two
/// that just set.
fn habits(plan: &Plan) -> Vec<Habits> {
    let usual = Habits {
        compares: false,
        apply_s: (1, 60),
        visible_s: (1, 45),
        poll_s: 60,
        share: 150,
        lost: plan.lost,
        restores: true,
    };
    vec![
        Habits { compares: true, apply_s: (0, 5), visible_s: (1, 30), share: 500, ..usual },
        Habits { apply_s: (300, 900), visible_s: (30, 180), poll_s: 120, share: 250, ..usual },
        usual,
        Habits { share: 100, restores: false, ..usual },
    ]
}

impl World {
    pub fn new(plan: Plan) -> Self {
        let begin = Instant::parse("2026-03-02T08:00:00Z").unwrap();
        let (clock, truth) = (Clock::set_at(begin), Clock::set_at(begin));
        let channels: Vec<Channel> = habits(&plan)
            .into_iter()
            .enumerate()
            .map(|(index, habits)| {
                let seed = plan.seed.wrapping_mul(31).wrapping_add(index as u64);
                Channel::new(habits, (plan.items, seed), &truth)
            })
            .collect();
        let mut dice = Dice::new(plan.seed);
        let left = (0..plan.items).map(|_| dice.within(3, 40)).collect();
        let now = begin;
        Self {
            plan,
            clock,
            truth,
            outcome: Outcome::default(),
            is_quiet: false,
            left,
            dice,
            numbers: 0,
            next_polls: vec![now; channels.len()],
            next_turns: vec![now; channels.len()],
            spike_until: now,
            channels,
            steps: 0,
        }
    }

    pub fn hub(&self, mode: Mode) -> Hub {
        let hub = Hub::new(self.clock.clone(), (&self.channels, self.plan.items), mode);
        for (item, units) in self.left.iter().enumerate() {
            hub.receive(item, *units);
        }
        hub
    }

    pub fn is_over(&self) -> bool {
        self.outcome.orders >= self.plan.orders || self.steps > self.plan.orders * 40 + 2_000
    }

    /// Lets the program work as its jobs would.
    pub fn step(&mut self, hub: &mut Hub) {
        self.pass();
        if self.dice.permille(self.plan.killed) {
            hub.restart();
        }
        if self.dice.permille(self.plan.jumps) {
            let back = if self.dice.permille(500) { -1 } else { 1 };
            self.clock.advance_seconds(back * 3_600);
            // What the gate does when it sees that a clock was set.
            hub.gate.begin_epoch();
        }
        let now = self.truth.now();
        for index in 0..self.channels.len() {
            if self.next_polls[index] <= now {
                hub.pull(index, &self.channels[index]);
                self.next_polls[index] = now.plus_seconds(self.channels[index].habits.poll_s);
            }
        }
        hub.plan();
        for index in 0..self.channels.len() {
            let has_work = hub.has_planned(index);
            if self.next_turns[index] <= now || has_work {
                let next = hub.turn(index, &self.channels[index]);
                // How long it wants to wait, by its own clock.
                let told = self.clock.now();
                let wait_s = |at: Instant| at.seconds() - told.seconds();
                let turn_s = next.map_or(60, |next| wait_s(next.at)).clamp(1, 120);
                self.next_turns[index] = now.plus_seconds(turn_s);
                if let Some(orders_at) = next.and_then(|next| next.orders_at) {
                    let poll = now.plus_seconds(wait_s(orders_at).max(1));
                    self.next_polls[index] = self.next_polls[index].min(poll);
                }
            }
        }
        hub.plan();
        // More comes in from time to time, so that numbers go up too.
        if !self.is_quiet && self.dice.permille(10 * self.plan.busy.unsigned_abs()) {
            let item = self.dice.below(self.plan.items as u64) as usize;
            let units = self.dice.within(1, 25);
            self.left[item] += units;
            hub.receive(item, units);
        }
    }

    /// The same with a plain mirror in the place of the program.
    pub fn step_naive(&mut self, naive: &mut Naive) {
        self.pass();
        if self.steps.is_multiple_of(8) {
            naive.round(&self.channels);
        }
    }

    /// A step of time with its buyers.
    fn pass(&mut self) {
        self.steps += 1;
        self.clock.advance_seconds(STEP_S);
        self.truth.advance_seconds(STEP_S);
        let now = self.truth.now();
        if self.plan.has_spikes && self.spike_until < now && self.dice.permille(3) {
            self.spike_until = now.plus_seconds(1_800);
        }
        let is_spike = self.spike_until > now;
        let buyers =
            if is_spike { self.dice.within(0, 60) } else { self.dice.within(0, self.plan.busy) };
        for _ in 0..buyers {
            self.buyer(is_spike);
        }
        if self.dice.permille(self.plan.meddled) {
            let channel = self.dice.below(self.channels.len() as u64) as usize;
            let item = self.dice.below(self.plan.items as u64) as usize;
            let units = self.dice.within(0, 12);
            let mut state = self.channels[channel].state();
            state.settle();
            state.live[item] = units;
        }
        let is_off = self.dice.permille(self.plan.called_off);
        if is_off && self.outcome.orders > 0 {
            let channel = self.dice.below(self.channels.len() as u64) as usize;
            let orders = self.channels[channel].state().orders.len() as u64;
            let index = self.dice.below(orders) as usize;
            if let Some(order) = self.channels[channel].call_off(index) {
                self.left[order.item] += order.units;
            }
        }
    }

    fn buyer(&mut self, is_spike: bool) {
        let at = self.dice.below(1_000);
        let mut sum = 0;
        let channel = self.channels.iter().position(|channel| {
            sum += channel.habits.share;
            at < sum
        });
        let channel = channel.unwrap_or(0);
        // Few things sell best, in a burst above all.
        let few = if is_spike { 3 } else { self.plan.items as u64 };
        let item = self.dice.below(few) as usize;
        let wanted = if self.dice.permille(150) { 2 } else { 1 };
        self.numbers += 1;
        let sold = self.channels[channel].buy(item, wanted, self.numbers);
        if sold == 0 {
            let mut elsewhere = self.channels.iter();
            let is_elsewhere = elsewhere.any(|other| other.state().live[item] > 0);
            self.outcome.turned_away += usize::from(is_elsewhere);
            return;
        }
        self.outcome.orders += 1;
        self.left[item] -= sold;
        if self.left[item] < 0 {
            self.outcome.oversold += 1;
        }
    }

    pub fn finish(mut self) -> Outcome {
        self.outcome.written = self.channels.iter().map(|one| one.state().written).sum();
        self.outcome.stranded = self.left.iter().map(|units| units.max(&0)).sum();
        self.outcome
    }
}

/// A whole run of the program; the bound is looked at every so many steps.
pub fn run(plan: Plan, mode: Mode, check_every: usize) -> Outcome {
    run_until_over(plan, mode, check_every).0
}

/// The same, with what is left of the program.
pub fn run_until_over(plan: Plan, mode: Mode, check_every: usize) -> (Outcome, Hub) {
    let mut world = World::new(plan);
    let mut hub = world.hub(mode);
    for channel in &world.channels {
        channel.state().is_strict = mode == Mode::Strict && plan.meddled == 0;
    }
    while !world.is_over() {
        world.step(&mut hub);
        let is_safe = mode == Mode::Strict && plan.meddled == 0;
        if is_safe && world.steps.is_multiple_of(check_every.max(1)) {
            hub.check_bound();
        }
        if is_safe && hub.ask("select count(*) from stock_alerts where kind = 'strict_off'") > 0 {
            panic!("nobody wrote, and yet: {}", hub.tell_drifts());
        }
        if is_safe {
            assert_eq!(world.outcome.oversold, 0, "{plan:?}");
        }
    }
    (world.finish(), hub)
}

pub fn run_naive(plan: Plan) -> Outcome {
    let mut world = World::new(plan);
    let mut naive = Naive::new(world.left.clone());
    while !world.is_over() {
        world.step_naive(&mut naive);
    }
    world.finish()
}
