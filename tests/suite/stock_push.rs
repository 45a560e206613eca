//! What is written on channels and what never is (STOCK, section 4): the engine against channels
//! that note every change.

use std::cell::RefCell;

use purser::base::{Clock, Instant};
use purser::connectors::contract::{LevelChange, Reading, StockRef, StockSpec, Verdict};
use purser::connectors::fault::Fault;
use purser::domain::record::{Listing, Record, Stocked};
use purser::domain::stock::event::{Change, EventKind};
use purser::store::Lane;
use purser::store::stock::channels::{self, PushState};
use purser::store::stock::ledger::{NewEvent, append_event};
use purser::store::stock::locations;
use purser::store::stock::variants::Mode;
use purser::sync::stock::steer::{self, Said};
use purser::sync::stock::turn::{Outlet, Turn};

use crate::market::channel::{Channel, Habits};
use crate::market::hub::Hub;

const HABITS: Habits = Habits {
    compares: true,
    apply_s: (0, 0),
    visible_s: (1, 1),
    poll_s: 60,
    share: 1_000,
    lost: 0,
    restores: true,
};

/// A channel that notes what is asked of it.
struct Noting<'a> {
    channel: &'a Channel,
    changes: RefCell<Vec<LevelChange>>,
}

impl Outlet for Noting<'_> {
    fn spec(&self) -> &StockSpec {
        self.channel.spec()
    }

    fn read(&self, targets: &[StockRef]) -> Result<Vec<Reading>, Fault> {
        self.channel.read(targets)
    }

    fn push(&self, changes: &[LevelChange]) -> Result<Vec<Verdict>, Fault> {
        self.changes.borrow_mut().extend(changes.iter().cloned());
        self.channel.push(changes)
    }
}

struct Shop {
    clock: Clock,
    channel: Channel,
    hub: Hub,
}

impl Shop {
    /// One channel that shows `shown` of each item.
    fn new(habits: Habits, items: usize, shown: i64) -> Self {
        let clock = Clock::set_at(Instant::parse("2026-03-02T08:00:00Z").unwrap());
        let channel = Channel::new(habits, (items, 7), &clock);
        channel.state().live.fill(shown);
        let hub = Hub::new(clock.clone(), (std::slice::from_ref(&channel), items), Mode::Mirror);
        Self { clock, channel, hub }
    }

    /// A turn, with a pull of orders that lets what was read settle; what was asked to be written.
    fn turn(&self) -> Vec<LevelChange> {
        let outlet = Noting { channel: &self.channel, changes: RefCell::default() };
        let account = self.hub.accounts[0].0;
        let turn = Turn { db: &self.hub.db, gate: &self.hub.gate, account, outlet: &outlet };
        let _ = turn.run();
        self.clock.advance_seconds(30);
        self.hub.pull(0, &self.channel);
        outlet.changes.into_inner()
    }

    fn set_state(&self, state: PushState) {
        let account = self.hub.accounts[0].0;
        let set = self.hub.db.write_local(Lane::Interactive, |tx| {
            let mut channel = channels::find_channel(tx.conn(), account)?.unwrap();
            channel.state = state;
            channels::upsert_channel(tx, &channel)
        });
        set.unwrap();
    }

    /// What a source says that is no person: no action stands behind it.
    fn source_says(&self, units: i64) {
        let now = self.clock.now().0;
        let written = self.hub.db.write_local(Lane::Interactive, |tx| {
            for variant in &self.hub.variants {
                let key = format!("source:{variant}:{now}");
                let new = NewEvent {
                    variant: *variant,
                    location: locations::find_usual_location(tx)?,
                    lot: None,
                    kind: EventKind::Counted,
                    change: Change::Count(units),
                    reason: "",
                    reference: "",
                    key: &key,
                    occurred_at: tx.now,
                    unit_cost: None,
                    order: None,
                    action: None,
                };
                append_event(tx, &new)?;
            }
            Ok(())
        });
        written.unwrap();
    }

    fn receive_all(&self, units: i64) {
        (0..self.hub.variants.len()).for_each(|item| self.hub.receive(item, units));
    }

    fn held(&self) -> String {
        let account = self.hub.accounts[0].0;
        let found =
            self.hub.db.read(|reader| channels::find_channel(reader.conn(), account)).unwrap();
        found.unwrap().held
    }

    fn written(&self) -> usize {
        self.channel.state().written
    }

    /// Past everything that a person or an arming explains.
    fn an_hour_later(&self) {
        self.clock.advance_seconds(3_600);
    }
}

#[test]
fn i09_a_stale_answer_is_never_answered_without_the_number_that_is_expected() {
    let shop = Shop::new(HABITS, 1, 5);
    shop.receive_all(9);
    shop.turn();
    shop.hub.plan();
    // A buyer comes between our look and our write.
    assert_eq!(shop.channel.buy(0, 2, 1), 2);
    shop.clock.advance_seconds(5);
    let first = shop.turn();
    assert_eq!(first.iter().map(|one| (one.expected, one.quantity)).collect::<Vec<_>>(), [(5, 9)]);
    assert_eq!(shop.channel.state().live, [3], "it was refused");
    // The order is here: 9 less the 2 that it holds, from the 3 that are left.
    let mut later = Vec::new();
    for _ in 0..4 {
        shop.hub.plan();
        later.extend(shop.turn());
    }
    assert_eq!(later.iter().map(|one| (one.expected, one.quantity)).collect::<Vec<_>>(), [(3, 7)]);
    assert_ne!(later[0].key, first[0].key, "another number under another key");
    assert_eq!(shop.channel.state().live, [7]);
}

#[test]
fn i11_what_the_channel_holds_itself_is_never_written() {
    let shop = Shop::new(HABITS, 2, 0);
    let held = |item: usize, stocked| {
        Record::Listing(Box::new(Listing {
            key: crate::market::hub::sku(item),
            sku: Some(crate::market::hub::sku(item)),
            channel_id: Some(format!("fba-{item}")),
            stocked,
            ..Listing::default()
        }))
    };
    shop.hub.take(0, vec![held(0, Stocked::ByChannel)]);
    shop.receive_all(6);
    let mut written = Vec::new();
    for _ in 0..4 {
        shop.hub.plan();
        written.extend(shop.turn());
    }
    let known = shop.hub.ask("select count(*) from stock_listings where status = 'by_channel'");
    assert_eq!(known, 1);
    let named: Vec<&str> = written.iter().map(|one| one.target.listing.as_str()).collect();
    assert_eq!(named, ["listing-0", "listing-1"]);
}

#[test]
fn i13_only_an_armed_channel_is_written() {
    let shop = Shop::new(HABITS, 3, 0);
    shop.receive_all(6);
    for state in [PushState::Off, PushState::Observe, PushState::DryRun] {
        shop.set_state(state);
        for _ in 0..3 {
            shop.hub.plan();
            assert!(shop.turn().is_empty(), "{state:?}");
        }
    }
    assert_eq!(shop.written(), 0);
    assert_eq!(shop.hub.ask("select count(*) from pushes where state = 'planned'"), 3);
    shop.set_state(PushState::Armed);
    shop.hub.plan();
    assert_eq!(shop.turn().len(), 3);
}

#[test]
fn i14_after_the_kill_switch_nothing_is_written_not_even_what_waits() {
    let shop = Shop::new(HABITS, 3, 0);
    shop.receive_all(6);
    shop.turn();
    shop.hub.plan();
    assert_eq!(shop.hub.ask("select count(*) from pushes where state = 'planned'"), 3);
    steer::stop_all(&shop.hub.db, &shop.hub.gate, &Said::default()).unwrap();
    assert_eq!(shop.hub.ask("select count(*) from pushes where state = 'planned'"), 0);
    for _ in 0..3 {
        shop.receive_all(1);
        shop.hub.plan();
        assert!(shop.turn().is_empty());
    }
    assert_eq!(shop.written(), 0);
    let noted = "select count(*) from stock_actions where kind = 'stop'";
    assert_eq!(shop.hub.ask(noted), 1);
    shop.hub.gate.allow(&shop.hub.db).unwrap();
    shop.hub.plan();
    let written = shop.turn();
    assert_eq!(written.iter().map(|one| one.quantity).collect::<Vec<_>>(), [9, 9, 9]);
}

#[test]
fn i14_a_write_under_way_ends_before_the_switch_returns() {
    let shop = Shop::new(HABITS, 1, 0);
    let (begun, may_end) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
    let order = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            shop.hub.gate.pass(|| {
                begun.wait();
                may_end.wait();
                order.lock().unwrap().push("written");
            });
        });
        begun.wait();
        scope.spawn(|| may_end.wait());
        shop.hub.gate.stop(&shop.hub.db).unwrap();
        order.lock().unwrap().push("stopped");
    });
    assert_eq!(*order.lock().unwrap(), ["written", "stopped"]);
}

#[test]
fn i17_what_ended_on_the_channel_is_not_revived() {
    // It answers that all of its listings are gone; few enough to be believed.
    let shop = Shop::new(HABITS, 3, 4);
    shop.channel.state().is_empty = true;
    shop.receive_all(6);
    for _ in 0..3 {
        shop.hub.plan();
        assert!(shop.turn().is_empty());
    }
    assert_eq!(shop.hub.ask("select count(*) from stock_listings where status = 'gone'"), 3);
    assert_eq!((shop.written(), shop.held()), (0, String::new()));
}

#[test]
fn i25_a_channel_that_answers_an_empty_page_is_held_and_not_believed() {
    let shop = Shop::new(HABITS, 60, 4);
    shop.receive_all(4);
    for _ in 0..3 {
        shop.hub.plan();
        shop.turn();
    }
    assert_eq!((shop.written(), shop.held()), (0, String::new()));
    shop.clock.advance_seconds(7 * 3_600);
    shop.channel.state().is_empty = true;
    shop.turn();
    assert!(shop.held().contains("gone at once"), "{}", shop.held());
    assert_eq!(shop.hub.ask("select count(*) from stock_listings where status = 'gone'"), 0);
    // Its orders go on, and nothing is written until somebody looked.
    shop.receive_all(5);
    shop.hub.plan();
    assert!(shop.turn().is_empty());
}

#[test]
fn i25_a_source_that_zeroes_everything_is_held_until_its_user_lets_it_go() {
    let shop = Shop::new(HABITS, 60, 4);
    shop.receive_all(4);
    for _ in 0..3 {
        shop.hub.plan();
        shop.turn();
    }
    shop.an_hour_later();
    shop.source_says(0);
    shop.hub.plan();
    assert!(shop.held().contains("60 of them to 0"), "{}", shop.held());
    for _ in 0..3 {
        shop.hub.plan();
        assert!(shop.turn().is_empty());
    }
    assert_eq!(shop.channel.state().live, vec![4; 60]);
    // Its user has looked: it is not held again, and what follows is written.
    let account = shop.hub.accounts[0].0;
    shop.hub.db.write_local(Lane::Interactive, |tx| channels::let_go(tx, account)).unwrap();
    for _ in 0..4 {
        shop.hub.plan();
        shop.turn();
    }
    assert_eq!(shop.held(), "");
    assert_eq!(shop.channel.state().live, vec![0; 60]);
    // The next flood is held again.
    shop.an_hour_later();
    shop.source_says(90);
    shop.hub.plan();
    assert!(shop.held().contains("60 of 60"), "{}", shop.held());
}
