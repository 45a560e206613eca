//! Nothing is oversold (STOCK, I4 and section 3): the program against the market.
//! `scripts/oversell` runs the same for a million orders.

use purser::store::stock::variants::Mode;

use crate::market::world::{Plan, run, run_naive};

const PLAN: Plan =
    Plan { seed: 1, items: 40, orders: 1_000, lost: 20, has_spikes: true, called_off: 10 };

#[test]
fn i04_strict_mode_never_oversells() {
    let outcome = run(PLAN, Mode::Strict, 10);
    eprintln!("strict: {outcome:?}");
    assert!(outcome.orders >= 300, "{outcome:?}");
    assert_eq!(outcome.oversold, 0);
}

#[test]
fn the_market_is_one_in_which_a_plain_mirror_oversells() {
    let outcome = run_naive(PLAN);
    eprintln!("naive: {outcome:?}");
    assert!(outcome.oversold > 0, "{outcome:?}");
}
