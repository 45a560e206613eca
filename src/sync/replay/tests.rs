//! Kept documents of a platform that exists in tests only, read again.

use super::*;
use crate::connectors::kit::made::REREAD_MINOR;
use crate::connectors::kit::replay::Replay;
use crate::store::Lane;
use crate::store::documents::NewDocument;
use crate::sync::connect;
use crate::sync::pull_job::tests::{World, ask, pages, world};
use crate::sync::upkeep_job;

fn pulled() -> World {
    let world = world(Replay::new(pages()));
    connect::connect(&world.tools, &ask()).unwrap();
    world.run();
    world
}

fn again(world: &World, stream: Option<&str>) -> Replayed {
    replay(&world.tools, &world.row(), stream).unwrap()
}

fn minors(world: &World) -> Vec<i64> {
    world.facts().into_iter().map(|(_, minor)| minor).collect()
}

#[test]
fn read_again_by_the_same_mapping_nothing_changes() {
    let world = pulled();
    let counts = || ["charges", "charges_past", "problems"].map(|table| world.count(table));
    let (facts, before) = (world.facts(), counts());
    for _ in 0..2 {
        let done = again(&world, None);
        assert_eq!(done, Replayed { documents: 5, changed: 0, left_out: 0 });
        assert_eq!((world.facts(), counts()), (facts.clone(), before));
    }
}

#[test]
fn another_mapping_changes_just_what_it_reads_otherwise() {
    let world = pulled();
    assert_eq!(minors(&world), [-100, -250, -300, -1]);
    REREAD_MINOR.set(-5);
    assert_eq!(again(&world, Some("late")), Replayed { documents: 1, changed: 1, left_out: 0 });
    assert_eq!(minors(&world), [-100, -250, -300, -6]);
    // One of the documents holds nothing that could be taken in.
    assert_eq!(again(&world, None), Replayed { documents: 5, changed: 3, left_out: 0 });
    assert_eq!(minors(&world), [-105, -255, -305, -6]);
    REREAD_MINOR.set(0);
    assert_eq!(again(&world, None).changed, 4);
    assert_eq!(minors(&world), [-100, -250, -300, -1]);
    let told = replay(&world.tools, &world.row(), Some("nothing")).unwrap_err().to_string();
    assert!(told.contains("charges, late"), "{told}");
}

#[test]
fn what_cannot_be_read_again_stays_as_it_is_known() {
    let world = pulled();
    let id = world.row().id;
    let new = NewDocument { media: "application/json", body: b"no JSON", beside: "" };
    let put = |tx: &Tx<'_>| documents::upsert_document(tx, (id, "charges", "a"), &new);
    world.db().write_local(Lane::Background, put).unwrap();
    REREAD_MINOR.set(-5);
    assert_eq!(again(&world, None), Replayed { documents: 5, changed: 3, left_out: 1 });
    assert_eq!(minors(&world), [-100, -255, -305, -6]);
    REREAD_MINOR.set(0);
}

#[test]
fn a_document_that_is_pulled_anew_meanwhile_is_left_to_that() {
    let world = pulled();
    let id = world.row().id;
    let row = world.db().read(|reader| {
        let ids = documents::list_ids(reader, (id, Some("late")))?;
        documents::find_document(reader, ids[0])
    });
    let row = row.unwrap().unwrap();
    let is_same = |tx: &Tx<'_>| documents::is_unchanged(tx, &row);
    assert!(world.db().write_local(Lane::Background, is_same).unwrap());
    world.db().clock().advance_seconds(1);
    let new = NewDocument { media: "application/json", body: b"{}", beside: "" };
    let put = |tx: &Tx<'_>| documents::upsert_document(tx, (id, "late", &row.key), &new);
    world.db().write_local(Lane::Background, put).unwrap();
    assert!(!world.db().write_local(Lane::Background, is_same).unwrap());
}

#[test]
fn documents_go_after_the_days_that_were_said_and_facts_stay() {
    let upkeep = |world: &World| {
        let soon = |tx: &Tx<'_>| upkeep_job::queue_now(tx);
        world.db().write_local(Lane::Background, soon).unwrap();
        world.run_here();
        world.count("documents")
    };
    let world = pulled();
    world.db().clock().advance_seconds(29 * 86_400);
    assert_eq!(upkeep(&world), 5, "30 days where nobody said otherwise");
    upkeep_job::keep_documents(&world.tools, 60).unwrap();
    world.db().clock().advance_seconds(30 * 86_400);
    assert_eq!(upkeep(&world), 5);
    assert!(upkeep_job::keep_documents(&world.tools, 366).is_err());
    upkeep_job::keep_documents(&world.tools, 58).unwrap();
    assert_eq!(upkeep(&world), 0);
    assert_eq!(minors(&world), [-100, -250, -300, -1]);
    assert_eq!(again(&world, None), Replayed::default());
}
