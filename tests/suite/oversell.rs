//! Nothing is oversold (STOCK, sections 2 to 4): the program against the market of `market/`.
//! `scripts/oversell` runs the same for a million orders and prints the rates.

use purser::store::stock::variants::Mode;

use crate::market::world::{Plan, World, run, run_naive, run_until_over};

/// The four preconditions hold; messages are lost, repeated, late and shuffled, buyers come in
/// bursts, orders are called off. Twenty thousand orders over all of these.
fn strict(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let plan = Plan { seed, orders: 2_500, items: 100, busy: 12, ..Plan::USUAL };
        let outcome = run(plan, Mode::Strict, 25);
        assert_eq!(outcome.oversold, 0, "{plan:?}");
        assert!(outcome.orders >= 2_500, "{outcome:?}");
    }
}

#[test]
fn i04_i05_i10_strict_mode_never_oversells() {
    strict(1..5);
}

#[test]
fn i04_i05_i10_strict_mode_never_oversells_under_other_seeds() {
    strict(5..9);
}

#[test]
fn the_market_is_one_in_which_a_plain_mirror_oversells() {
    let outcome = run_naive(Plan::USUAL);
    assert!(outcome.oversold > 20, "{outcome:?}");
}

#[test]
fn a_mirror_that_shares_the_last_units_oversells_less_than_a_plain_one() {
    let plan = Plan { orders: 1_500, ..Plan::USUAL };
    let (ours, naive) = (run(plan, Mode::Mirror, 0), run_naive(plan));
    let rate = |oversold: usize, orders: usize| oversold * 10_000 / orders.max(1);
    let rates = (rate(ours.oversold, ours.orders), rate(naive.oversold, naive.orders));
    assert!(rates.0 < rates.1, "{rates:?}: {ours:?} {naive:?}");
}

#[test]
fn i19_killed_at_any_moment_the_promise_holds() {
    let plan = Plan { seed: 77, killed: 60, orders: 1_500, ..Plan::USUAL };
    assert_eq!(run(plan, Mode::Strict, 5).oversold, 0);
}

#[test]
fn i20_clocks_that_are_set_change_nothing() {
    let plan = Plan { seed: 78, jumps: 25, orders: 1_500, ..Plan::USUAL };
    assert_eq!(run(plan, Mode::Strict, 5).oversold, 0);
}

#[test]
fn somebody_elses_number_ends_strict_mode_within_two_readings_and_says_so() {
    let plan = Plan { seed: 79, orders: 1_200, ..Plan::USUAL };
    let mut world = World::new(plan);
    let mut hub = world.hub(Mode::Strict);
    for _ in 0..200 {
        world.step(&mut hub);
    }
    assert_eq!(hub.ask("select count(*) from drifts"), 0);
    assert_eq!(hub.ask("select count(*) from variant_settings where mode = 'mirror'"), 0);
    // Of the second channel, which nobody empties by then.
    {
        let mut state = world.channels[1].state();
        state.settle();
        let item = (0..plan.items).find(|item| state.live[*item] > 0).unwrap();
        state.live[item] += 7;
    }
    hub.sweep(1);
    let mut steps = 0;
    let strict_off = "select count(*) from stock_alerts where kind = 'strict_off'";
    while hub.ask(strict_off) == 0 {
        world.step(&mut hub);
        steps += 1;
        assert!(steps < 200, "nobody noticed");
    }
    assert_eq!(hub.ask("select max(readings) from drifts"), 2);
    assert_eq!(hub.ask("select count(*) from variant_settings where mode = 'mirror'"), 1);
    // The others go on as they were.
    let others = "select count(*) from variant_settings where mode = 'strict'";
    assert_eq!(hub.ask(others), plan.items as i64 - 1);
}

#[test]
fn where_others_write_too_nothing_is_promised_and_all_of_it_is_told() {
    let plan = Plan { seed: 80, meddled: 30, orders: 800, ..Plan::USUAL };
    let (outcome, hub) = run_until_over(plan, Mode::Strict, 0);
    let drifts = hub.ask("select count(*) from drifts where state in ('open', 'decided')");
    let told = hub.ask("select count(*) from stock_alerts where kind = 'strict_off'");
    assert!(drifts > 0 && told > 0, "{outcome:?}");
    // Each of them is told once, and none is strict any more.
    let silent = "select count(*) from drifts join stock_listings on stock_listings.id = listing_id
        join accounts on accounts.id = account_id
        join channel_listings on channel_listings.store_id = accounts.store_id
            and channel_id = stock_listings.listing
        join variants on variants.sku = channel_listings.sku
        join variant_settings on variant_id = variants.id
        where drifts.state in ('open', 'decided') and mode = 'strict'";
    assert_eq!(hub.ask(silent), 0);
}

#[test]
fn i06_reading_back_what_we_wrote_is_no_event() {
    let plan = Plan { items: 5, lost: 0, has_spikes: false, called_off: 0, busy: 0, ..Plan::USUAL };
    let mut world = World::new(plan);
    let mut hub = world.hub(Mode::Strict);
    world.is_quiet = true;
    for _ in 0..400 {
        world.step(&mut hub);
    }
    let count = |hub: &crate::market::hub::Hub| {
        (hub.ask("select count(*) from stock_events"), hub.ask("select count(*) from pushes"))
    };
    let before = count(&hub);
    assert!(before.1 > 0);
    for _ in 0..1_000 {
        hub.sweep(0);
        world.step(&mut hub);
    }
    assert_eq!(count(&hub), before);
    assert_eq!(hub.ask("select count(*) from drifts"), 0);
}

#[test]
fn i07_two_programs_on_one_account_do_not_play_ping_pong() {
    let plan = Plan { items: 4, lost: 0, has_spikes: false, called_off: 0, busy: 0, ..Plan::USUAL };
    let mut world = World::new(plan);
    let mut first = world.hub(Mode::Mirror);
    let mut second = world.hub(Mode::Mirror);
    world.is_quiet = true;
    // They do not agree on what there is.
    for item in 0..plan.items {
        second.receive(item, 9);
    }
    for round in 0..4_000 {
        for hub in [&mut first, &mut second] {
            if round % 40 == 0 {
                hub.sweep(round / 40 % 4);
            }
            world.step(hub);
        }
    }
    let most = "select coalesce(max(times), 0) from (
        select count(*) as times from drifts where state in ('open', 'decided')
        group by listing_id)";
    let (one, other) = (first.ask(most), second.ask(most));
    assert!(one.max(other) <= 4, "{one} and {other} times");
    let stopped = "select count(*) from stock_listings where stopped <> ''";
    assert!(first.ask(stopped) + second.ask(stopped) > 0);
    let told = "select count(*) from stock_alerts where kind = 'stopped'";
    assert!(first.ask(told) + second.ask(told) > 0);
    // It is over: nothing is written any more.
    let written = |world: &World| -> usize {
        world.channels.iter().map(|channel| channel.state().written).sum()
    };
    let before = written(&world);
    for _ in 0..400 {
        world.step(&mut first);
        world.step(&mut second);
    }
    assert_eq!(written(&world), before);
}
