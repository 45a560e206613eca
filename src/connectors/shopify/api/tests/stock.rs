//! Numbers that are read and set, in fair weather and in foul.

use super::counter::{Counter, Item, Weather};
use super::*;
use crate::connectors::contract::{
    LevelChange, Reading, StockRef, StockTarget as _, Verdict, WriteTool,
};

fn target(item: u32) -> StockRef {
    StockRef { listing: item.to_string(), sku: format!("SKU-{item}"), place: "1".to_owned() }
}

fn change(item: u32, (expected, quantity): (i64, i64)) -> LevelChange {
    let key = format!("00000000-0000-4000-8000-{item:012}");
    LevelChange { target: target(item), quantity, expected, key }
}

fn push(counter: &Counter, changes: &[LevelChange]) -> Result<Vec<Verdict>, Fault> {
    let stage = stage();
    CONNECTOR.push(&stage.ctx(&CONNECTOR, counter), changes)
}

fn is_taken(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Accepted { .. })
}

#[test]
fn the_place_that_sends_what_was_bought_online_comes_first() {
    let fake = Fake::default();
    let place = |id: u32, name: &str, active: bool, online: bool| {
        json!({ "id": format!("gid://shopify/Location/{id}"), "name": name, "isActive": active,
            "fulfillsOnlineOrders": online })
    };
    *fake.locations.lock().unwrap() = vec![
        place(1, "Showroom", true, false),
        place(2, "Closed", false, true),
        place(3, "Warehouse", true, true),
    ];
    let stage = stage();
    let places = CONNECTOR.list_places(&stage.ctx(&CONNECTOR, &fake)).unwrap();
    let told: Vec<(&str, &str)> =
        places.iter().map(|it| (it.id.as_str(), it.name.as_str())).collect();
    assert_eq!(told, [("3", "Warehouse"), ("1", "Showroom")]);
}

#[test]
fn a_reading_tells_what_can_be_bought_and_never_takes_uncounted_for_none() {
    let odd = |change: fn(&mut Item)| {
        let mut item = Item::of(3);
        change(&mut item);
        item
    };
    let counter = Counter::new([
        (1, Item::of(7)),
        (2, odd(|item| item.policy = "CONTINUE")),
        (3, odd(|item| item.tracked = false)),
        (4, odd(|item| item.status = "ARCHIVED")),
        (5, odd(|item| item.levels = [(2, 3)].into())),
        (7, Item::of(-2)),
    ]);
    let mut targets: Vec<StockRef> = (1..=7).map(target).collect();
    targets.push(StockRef { listing: "1\" }".to_owned(), ..target(8) });
    let stage = stage();
    let read = CONNECTOR.read(&stage.ctx(&CONNECTOR, &counter), &targets).unwrap();
    assert_eq!(read[..3], [Reading::Live(7), Reading::Oversold(3), Reading::Uncounted]);
    assert!(matches!(&read[3], Reading::Gone(what) if what.contains("archived")), "{read:?}");
    assert!(matches!(&read[4], Reading::Gone(what) if what.contains("not stocked")), "{read:?}");
    assert!(matches!(&read[5], Reading::Gone(_)), "there is no item 6");
    assert_eq!(read[6], Reading::Live(-2));
    assert!(matches!(&read[7], Reading::Gone(_)), "nothing but numbers is asked for");
    assert_eq!(*counter.reads.lock().unwrap(), 1);
}

#[test]
fn what_is_kept_from_us_is_not_taken_for_gone() {
    let fake = Fake::default();
    let error = json!([{ "message": "no", "extensions": { "code": "ACCESS_DENIED" } }]);
    fake.queue(200, json!({ "data": { "nodes": [null] }, "errors": error }));
    let stage = stage();
    let fault = CONNECTOR.read(&stage.ctx(&CONNECTOR, &fake), &[target(1)]).unwrap_err();
    assert!(fault.to_string().contains("read_inventory"), "{fault}");
}

#[test]
fn many_numbers_are_one_call_and_each_says_what_it_expects() {
    let counter = Counter::new((1..=250).map(|item| (item, Item::of(5))));
    let changes: Vec<LevelChange> = (1..=250).map(|item| change(item, (5, 9))).collect();
    let verdicts = push(&counter, &changes).unwrap();
    assert_eq!(verdicts.len(), 250);
    assert!(verdicts.iter().all(is_taken));
    assert_eq!((counter.units(1), counter.units(250)), (9, 9));
    let sent = counter.changes.lock().unwrap();
    assert_eq!(sent.len(), 1);
    let input = &sent[0]["input"];
    assert_eq!(
        (input["name"].as_str(), input["reason"].as_str()),
        (Some("available"), Some("correction"))
    );
    let rows = input["quantities"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["changeFromQuantity"] == 5), "a number, never null");
    let spec = crate::connectors::contract::StockTarget::spec(&CONNECTOR);
    assert_eq!((spec.tool, spec.write_max), (WriteTool::CompareAndSet, 250));
}

#[test]
fn one_change_bears_its_own_key_and_several_one_that_no_others_have() {
    let counter = Counter::new((1..=3).map(|item| (item, Item::of(5))));
    let [one, two, three] = [1, 2, 3].map(|item| change(item, (5, 9)));
    push(&counter, std::slice::from_ref(&one)).unwrap();
    push(&counter, &[two.clone(), three.clone()]).unwrap();
    push(&counter, &[three.clone(), two.clone()]).unwrap();
    push(&counter, &[two.clone(), LevelChange { quantity: 8, ..three }]).unwrap();
    let keys = counter.list_keys();
    assert_eq!(keys[0], one.key);
    assert_eq!(keys[1], keys[2], "the same rows are the same call, in whatever order they come");
    assert_ne!(keys[2], keys[3]);
    assert!(keys[1].len() == 36 && keys[1] != two.key, "{keys:?}");
}

#[test]
fn a_number_that_is_another_by_now_is_not_written_over_and_takes_no_other_row_down() {
    let counter = Counter::new((1..=4).map(|item| (item, Item::of(5))));
    counter.items.lock().unwrap().get_mut(&2).unwrap().levels.insert(1, 4);
    let changes = [1, 2, 3, 4].map(|item| change(item, (5, 9)));
    let verdicts = push(&counter, &changes).unwrap();
    assert!(is_taken(&verdicts[0]) && is_taken(&verdicts[2]) && is_taken(&verdicts[3]));
    assert_eq!(verdicts[1], Verdict::Stale { live: Some(4) });
    assert_eq!([1, 2, 3, 4].map(|item| counter.units(item)), [9, 4, 9, 9]);
    // Not once was it told not to look.
    let sent = counter.changes.lock().unwrap();
    let rows = sent.iter().flat_map(|it| it["input"]["quantities"].as_array().unwrap());
    assert!(rows.clone().all(|row| row["changeFromQuantity"].is_i64()));
    assert_eq!(rows.count(), 4 + 3);
}

#[test]
fn a_row_that_is_refused_says_the_way_out_and_the_others_are_taken() {
    let counter = Counter::new((1..=5).map(|item| (item, Item::of(5))));
    {
        let mut items = counter.items.lock().unwrap();
        items.get_mut(&2).unwrap().fails = Some("NON_MUTABLE_INVENTORY_ITEM");
        items.get_mut(&3).unwrap().levels = [(2, 5)].into();
        items.get_mut(&4).unwrap().fails = Some("SOMETHING_NEW");
        items.remove(&5);
    }
    let mut changes: Vec<LevelChange> = (1..=5).map(|item| change(item, (5, 9))).collect();
    changes.push(change(1, (5, 7)));
    changes.push(LevelChange { quantity: -1, ..change(9, (5, 0)) });
    let verdicts = push(&counter, &changes).unwrap();
    assert!(is_taken(&verdicts[0]));
    let says = |index: usize, word: &str| match &verdicts[index] {
        Verdict::Refused { what } => assert!(what.contains(word), "{what}"),
        other => panic!("{index}: {other:?}"),
    };
    says(1, "bundle");
    says(2, "not stocked at this place");
    says(3, "SOMETHING_NEW");
    says(4, "no such item");
    assert!(matches!(verdicts[5], Verdict::Again { .. }), "one number twice in a call");
    says(6, "from 0");
    assert_eq!(counter.units(1), 9);
}

#[test]
fn a_lost_answer_is_asked_for_by_the_same_key_and_nothing_is_done_twice() {
    // Within one push.
    let counter = Counter::new([(1, Item::of(5))]);
    counter.ahead([Weather::Lost]);
    let verdicts = push(&counter, &[change(1, (5, 9))]).unwrap();
    assert!(is_taken(&verdicts[0]));
    assert_eq!((counter.units(1), *counter.done.lock().unwrap()), (9, 1));
    // And in the next one, where the program did not hear of it at all.
    let counter = Counter::new([(1, Item::of(5)), (2, Item::of(5))]);
    counter.ahead(vec![Weather::Lost; 6]);
    let changes = [change(1, (5, 9)), change(2, (5, 3))];
    let fault = push(&counter, &changes).unwrap_err();
    assert_eq!(fault.name(), "transient");
    assert!(push(&counter, &changes).unwrap().iter().all(is_taken));
    let mut keys = counter.list_keys();
    keys.dedup();
    assert_eq!((keys.len(), *counter.done.lock().unwrap()), (1, 1));
    assert_eq!((counter.units(1), counter.units(2)), (9, 3));
}

#[test]
fn what_breaks_off_after_a_part_was_taken_leaves_that_part_known() {
    let counter = Counter::new((1..=4).map(|item| (item, Item::of(5))));
    // It does not say which row is wrong, so that halves go by themselves; the second is lost.
    let lost = vec![Weather::Lost; 6];
    counter.ahead([Weather::Whole("INVALID_REASON"), Weather::Fair].into_iter().chain(lost));
    let changes = [1, 2, 3, 4].map(|item| change(item, (5, 9)));
    let verdicts = push(&counter, &changes).unwrap();
    assert!(is_taken(&verdicts[0]) && is_taken(&verdicts[1]));
    assert!(matches!(verdicts[2], Verdict::Unknown { .. }), "{verdicts:?}");
    let again = push(&counter, &changes[2..]).unwrap();
    assert!(again.iter().all(is_taken));
    assert_eq!(*counter.done.lock().unwrap(), 2, "the second half was done when it was lost");
}

#[test]
fn what_shopify_makes_of_a_key_says_what_happens_next() {
    for told in [Weather::Whole, Weather::Code] {
        let one = |code: &'static str| {
            let counter = Counter::new([(1, Item::of(5))]);
            counter.ahead([told(code)]);
            let verdicts = push(&counter, &[change(1, (5, 9))]).unwrap();
            assert_eq!((verdicts.len(), counter.units(1)), (1, 5));
            verdicts.into_iter().next().unwrap()
        };
        let at_work = one("IDEMPOTENCY_CONCURRENT_REQUEST");
        assert!(matches!(at_work, Verdict::Unknown { .. }), "{at_work:?}");
        let ours = one("IDEMPOTENCY_KEY_PARAMETER_MISMATCH");
        assert!(matches!(ours, Verdict::Refused { .. }), "{ours:?}");
        let anew = one("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED");
        assert!(matches!(anew, Verdict::Again { .. }), "{anew:?}");
    }
    // Of several one may have failed before: each half is another call.
    let counter = Counter::new((1..=3).map(|item| (item, Item::of(5))));
    counter.ahead([Weather::Whole("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")]);
    let changes = [1, 2, 3].map(|item| change(item, (5, 9)));
    assert!(push(&counter, &changes).unwrap().iter().all(is_taken));
    let mut keys = counter.list_keys();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 3);
}

#[test]
fn throttling_is_waited_for_and_a_lacking_permission_stops_nothing_else() {
    let counter = Counter::new([(1, Item::of(5))]);
    counter.ahead([Weather::Throttled, Weather::Throttled]);
    assert!(is_taken(&push(&counter, &[change(1, (5, 9))]).unwrap()[0]));
    assert_eq!(counter.list_keys().len(), 3);
    let counter = Counter::new([(1, Item::of(5))]);
    counter.ahead([Weather::Denied]);
    let fault = push(&counter, &[change(1, (5, 9))]).unwrap_err();
    assert!(matches!(&fault, Fault::Refused { what, .. } if what.contains("write_inventory")));
}

#[test]
fn garbage_is_never_taken_for_a_number_that_was_set() {
    for text in ["<html>", "{\"data\":{}}", "{\"data\":{\"inventorySetQuantities\":7}}", "", "[]"] {
        let counter = Counter::new([(1, Item::of(5))]);
        counter.ahead(vec![Weather::Garbage(text); 6]);
        let fault = push(&counter, &[change(1, (5, 9))]).unwrap_err();
        assert!(matches!(fault.name(), "transient" | "drift"), "{text}: {fault:?}");
        assert_eq!(counter.units(1), 5);
    }
}
