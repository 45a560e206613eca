//! The plan by hand-worked cases, and the bound under whatever may happen.

use proptest::prelude::*;

use super::*;

fn strict(available: i64) -> Resource {
    Resource { available, is_strict: true, risk_units: 2 }
}

fn offer(id: i64, tool: Tool, sellable: i64) -> Offer {
    Offer {
        id,
        uses: vec![(0, 1)],
        built: None,
        sellable: Some(sellable),
        in_flight: None,
        tool,
        is_settled: true,
        is_writable: true,
        rule: Rule::default(),
        weight: 100,
        is_pinned: false,
    }
}

fn plain(id: i64, sellable: i64) -> Offer {
    offer(id, Tool::PlainSet, sellable)
}

fn swap(id: i64, sellable: i64) -> Offer {
    offer(id, Tool::CompareAndSet, sellable)
}

fn told(group: &Group) -> Vec<(i64, i64, i64)> {
    let told = |push: &Push| (group.offers[push.offer].id, push.from, push.to);
    group.plan().iter().map(told).collect()
}

#[test]
fn a_mirror_shows_all_of_it_everywhere_and_the_last_units_are_shared() {
    let resource = Resource { available: 10, is_strict: false, risk_units: 3 };
    let mut group =
        Group { resources: vec![resource], offers: vec![swap(1, 12), plain(2, 10), plain(3, 4)] };
    assert_eq!(group.desired(), [10, 10, 10]);
    // Decreases first.
    assert_eq!(told(&group), [(1, 12, 10), (3, 4, 10)]);
    group.resources[0].available = 3;
    assert_eq!(group.desired(), [1, 1, 1]);
    group.offers[1].is_pinned = true;
    assert_eq!(group.desired(), [0, 3, 0]);
}

#[test]
fn units_are_shared_by_weight_and_none_is_lost() {
    let mut group =
        Group { resources: vec![strict(10)], offers: vec![swap(1, 0), plain(2, 0), plain(3, 0)] };
    (group.offers[0].weight, group.offers[1].weight, group.offers[2].weight) = (50, 25, 25);
    // 5, 2 and 2, and the last one to the first of those that lack most of their part.
    assert_eq!(group.desired(), [5, 3, 2]);
    assert_eq!(group.desired().iter().sum::<i64>(), 10);
}

#[test]
fn i05_a_plain_channel_is_written_to_nothing_or_from_nothing() {
    // Three units were written off: 7 are left, and 10 can be sold.
    let group = Group { resources: vec![strict(7)], offers: vec![plain(1, 5), plain(2, 5)] };
    assert_eq!(told(&group), [(1, 5, 0)]);
    // 5 + 0 while it is under way: nothing is given to anybody.
    let mut group = group;
    group.offers[0].in_flight = Some(InFlight { to: 0, sold: 0 });
    assert_eq!(told(&group), []);
    // It is known to be gone: 7 - 5 can be given.
    group.offers[0].in_flight = None;
    group.offers[0].sellable = Some(0);
    assert_eq!(told(&group), [(1, 0, 2)]);
    // But not before its reading has settled.
    group.offers[0].is_settled = false;
    assert_eq!(told(&group), []);
}

#[test]
fn a_channel_that_compares_is_lowered_and_raised_where_it_stands() {
    let group = Group { resources: vec![strict(6)], offers: vec![swap(1, 6), plain(2, 0)] };
    // Its part is 3; what it gives up is not given away in the same breath.
    assert_eq!(told(&group), [(1, 6, 3)]);
    let mut group = group;
    group.offers[0].in_flight = Some(InFlight { to: 3, sold: 0 });
    assert_eq!(told(&group), []);
    (group.offers[0].in_flight, group.offers[0].sellable) = (None, Some(3));
    assert_eq!(told(&group), [(2, 0, 3)]);
}

#[test]
fn i23_what_an_unreached_channel_can_sell_is_not_given_to_others() {
    let mut group =
        Group { resources: vec![strict(9)], offers: vec![swap(1, 0), plain(2, 6), swap(3, 0)] };
    group.offers[1].is_writable = false;
    assert_eq!(group.desired()[0] + group.desired()[2], 3);
    assert_eq!(told(&group), [(1, 0, 2), (3, 0, 1)]);
    // One that was never read can sell nobody knows what.
    group.offers[1].sellable = None;
    assert_eq!(told(&group), []);
}

#[test]
fn i12_kits_take_what_is_built_first_and_then_the_fewest_of_their_parts() {
    // Two kits are built; a kit takes 2 of the first part and 1 of the second.
    let resources =
        [7, 9, 2].map(|available| Resource { available, is_strict: false, risk_units: 0 }).to_vec();
    let kit = Offer { uses: vec![(0, 2), (1, 1)], built: Some((2, 1)), ..swap(1, 0) };
    let single = Offer { uses: vec![(0, 1)], ..swap(2, 0) };
    let mut group = Group { resources, offers: vec![kit, single] };
    assert_eq!(group.desired(), [5, 7]);
    group.offers[0].sellable = Some(5);
    group.offers[1].sellable = Some(7);
    // 2 of 5 kits are there; 3 take 6 and 3 of the parts.
    assert_eq!(group.exposures(), [Some(13), Some(3), Some(2)]);
    assert_eq!(group.excess(), [Some(6), Some(0), Some(0)]);
    for resource in &mut group.resources {
        resource.is_strict = true;
    }
    let desired = group.desired();
    for offer in &mut group.offers {
        offer.sellable = Some(desired[(offer.id - 1) as usize]);
    }
    assert!(group.excess().iter().all(|over| *over == Some(0)), "{desired:?}");
}

#[test]
fn rules_hold_back_what_the_seller_says() {
    let resource = Resource { available: 40, is_strict: false, risk_units: 2 };
    let mut held = plain(2, 40);
    held.rule = Rule { percent: 50, buffer: 5, cap: Some(12), end_when: 3 };
    let group = Group { resources: vec![resource], offers: vec![swap(1, 40), held] };
    assert_eq!(told(&group), [(2, 40, 12)]);
}

/// One channel as it really is, beside what we know of it.
#[derive(Clone, Debug)]
struct Real {
    live: i64,
    pending: Option<(i64, i64)>,
    unseen: i64,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Buy(usize),
    SeeOrders,
    Read(usize),
    Apply(usize),
    Plan,
    WriteOff(i64),
    Receive(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_usize..4).prop_map(Step::Buy),
        2 => Just(Step::SeeOrders),
        4 => (0_usize..4).prop_map(Step::Read),
        4 => (0_usize..4).prop_map(Step::Apply),
        4 => Just(Step::Plan),
        1 => (1_i64..9).prop_map(Step::Receive),
        1 => (1_i64..2).prop_map(Step::WriteOff),
    ]
}

fn see_orders(group: &mut Group, real: &mut [Real], at: usize) {
    let (offer, sold) = (&mut group.offers[at], real[at].unseen);
    offer.sellable = offer.sellable.map(|units| units - sold);
    if let Some(in_flight) = &mut offer.in_flight {
        in_flight.sold += sold;
    }
    group.resources[0].available -= sold;
    real[at].unseen = 0;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Purchases, writes that take effect late and wipe out sales, readings and order pulls in any
    /// order: what channels can sell stays within what there is, and nobody oversells.
    #[test]
    fn i04_the_bound_holds_at_every_instant(
        steps in prop::collection::vec(step(), 1..250),
        units in 0_i64..30,
        swaps in 0_usize..4,
    ) {
        let made = |index: i64| {
            if index < swaps as i64 { swap(index, 0) } else { plain(index, 0) }
        };
        let offers = (0..4).map(made);
        let mut group = Group { resources: vec![strict(units)], offers: offers.collect() };
        let mut real = vec![Real { live: 0, pending: None, unseen: 0 }; 4];
        // Units on the shelf that no buyer has bought, as nobody but the test knows.
        let mut left = units;
        for step in steps {
            match step {
                Step::Buy(at) => {
                    if real[at].live > 0 {
                        real[at].live -= 1;
                        real[at].unseen += 1;
                        left -= 1;
                        prop_assert!(left >= 0, "oversold");
                    }
                }
                Step::SeeOrders => {
                    for index in 0..4 {
                        see_orders(&mut group, &mut real, index);
                    }
                }
                Step::Read(at) => {
                    // A reading settles with a pull of orders that is made after it.
                    see_orders(&mut group, &mut real, at);
                    let (offer, real) = (&mut group.offers[at], &real[at]);
                    if real.pending.is_none() {
                        offer.sellable = Some(real.live);
                        offer.in_flight = None;
                    }
                }
                Step::Apply(at) => {
                    let real = &mut real[at];
                    if let Some((expected, to)) = real.pending.take() {
                        let is_plain = group.offers[at].tool == Tool::PlainSet;
                        let takes = is_plain || real.live == expected;
                        if takes {
                            real.live = to;
                        }
                    }
                }
                Step::Plan => {
                    for push in group.plan() {
                        let offer = &mut group.offers[push.offer];
                        prop_assert!(offer.in_flight.is_none());
                        if offer.tool == Tool::PlainSet {
                            prop_assert!(push.to == 0 || push.from == 0);
                        }
                        offer.in_flight = Some(InFlight { to: push.to, sold: 0 });
                        real[push.offer].pending = Some((push.from, push.to));
                    }
                }
                // Only what no channel can sell may be lost without somebody being told too late.
                Step::WriteOff(units) => {
                    let over = group.exposures()[0].unwrap();
                    let unseen: i64 = real.iter().map(|one| one.unseen).sum();
                    let free = group.resources[0].available - over - unseen;
                    let gone = units.min(free.max(0));
                    group.resources[0].available -= gone;
                    left -= gone;
                }
                Step::Receive(units) => {
                    group.resources[0].available += units;
                    left += units;
                }
            }
            let sold = group.exposures()[0].unwrap();
            prop_assert!(sold <= group.resources[0].units(), "{sold} of {:?}", group.resources[0]);
        }
    }
}
