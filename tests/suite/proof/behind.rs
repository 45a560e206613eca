//! However orders come in — booked later, as they come, or as very many whose sums are made again
//! from the lines — the same is stored; and sums that are not those of the lines are found.

use proptest::prelude::*;
use purser::books::profit_job;
use purser::store::{Db, Lane, rollups};

use super::differential::{list_records, open_desk};
use super::facts::{Facts, any_facts};
use crate::kit::desk::Desk;
use crate::kit::tape::{Tape, config, numbers};

/// How many orders are said to come; `None`: the books book them later.
const WAYS: [Option<i64>; 3] = [None, Some(1), Some(1_000_000)];
const TABLES: [&str; 6] = [
    "profit_lines",
    "rollups",
    "rollups_behind",
    "customers",
    "missing_rates",
    "unclassified_fees",
];

fn fill(facts: &Facts, way: Option<i64>) -> Desk {
    let mut desk = open_desk(facts);
    desk.at_once = way;
    for (store, records) in list_records(facts) {
        desk.take(store, records);
    }
    desk.settle();
    desk
}

/// Every row with its ids in words, so that it does not matter in which order they were given.
pub fn list_rows(desk: &Desk, table: &str) -> Vec<String> {
    let named = |column: String| match column.as_str() {
        "variant_id" => "(select sku from variants where id = variant_id)".to_owned(),
        "key" => "case dim when 1 then (select sku from variants where id = key) when 2 then (
            select country || '/' || channel || '/' || campaign from places where id = key) end"
            .to_owned(),
        "order_id" | "first_order_id" => format!(
            "(select external_id || ' ' || store_id from orders where id = {table}.{column})"
        ),
        _ => column,
    };
    let columns: Vec<String> =
        desk.columns(table, &["id", "hash"]).into_iter().map(named).collect();
    let mut rows = desk.rows(&format!("select {} from {table}", columns.join(", ")));
    rows.sort();
    rows
}

fn list_indexes(desk: &Desk) -> Vec<String> {
    desk.rows("select name from sqlite_schema where type = 'index' order by 1")
}

fn prove(tape: &[u32]) -> Result<(), TestCaseError> {
    let facts = any_facts(&mut Tape::new(tape));
    let first = fill(&facts, WAYS[0]);
    for way in &WAYS[1..] {
        let desk = fill(&facts, *way);
        prop_assert_eq!(desk.verify(), Vec::<String>::new());
        prop_assert_eq!(list_indexes(&first), list_indexes(&desk));
        for table in TABLES {
            prop_assert_eq!(list_rows(&first, table), list_rows(&desk, table), "{}", table);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(8))]

    #[test]
    fn the_same_is_stored_however_orders_come_in(tape in numbers(100..1_600)) {
        prove(&tape.0)?;
    }
}

#[test]
fn a_program_that_ended_among_very_many_first_orders_goes_on_after_a_start() {
    let tape: Vec<u32> = (0..900_u32).map(|n| n.wrapping_mul(2_246_822_519)).collect();
    let facts = any_facts(&mut Tape::new(&tape));
    let whole = fill(&facts, None);
    let mut desk = open_desk(&facts);
    desk.at_once = Some(1_000_000);
    for (store, records) in list_records(&facts) {
        desk.take(store, records);
    }
    // Nobody made the sums and the indexes of the lines before the program ended.
    assert_ne!(list_indexes(&whole), list_indexes(&desk));
    let again = Db::open(desk.db().path(), desk.db().clock().clone()).unwrap();
    profit_job::run(&again, &|_, _| true).unwrap();
    assert_eq!(list_indexes(&whole), list_indexes(&desk));
    assert_eq!(desk.verify(), Vec::<String>::new());
    for table in TABLES {
        assert_eq!(list_rows(&whole, table), list_rows(&desk, table), "{table}");
    }
}

#[test]
fn sums_that_are_not_those_of_the_lines_are_found_and_made_again() {
    let tape: Vec<u32> = (0..1_500_u32).map(|n| n.wrapping_mul(2_654_435_761)).collect();
    let desk = fill(&any_facts(&mut Tape::new(&tape)), Some(1));
    assert_eq!(desk.verify(), Vec::<String>::new());
    let spoils = [
        "update rollups set measures = cast(x'00' || measures as blob) where",
        "delete from rollups where",
        "insert into rollups select dim, basis, span, first_day, key + 1000, store_id, measures
            from rollups where",
        "insert into rollups select dim, basis, span, 1, key, store_id, measures
            from rollups where",
    ];
    let change = |sql: &str| {
        let changed =
            desk.db().write_local(Lane::Interactive, |tx| Ok(tx.conn().execute(sql, [])?));
        changed.unwrap()
    };
    for (dim, span) in (0..3).flat_map(|dim| (0..3).map(move |span| (dim, span))) {
        let one = format!(
            "(dim, basis, span, first_day, key, store_id) = (
                select dim, basis, span, first_day, key, store_id from rollups
                where dim = {dim} and span = {span} limit 1)"
        );
        for spoil in spoils {
            let sql = format!("{spoil} {one}");
            assert_eq!(change(&sql), 1, "{sql}");
            assert!(!desk.verify().is_empty(), "{sql}");
            // Those of stores are made again where there are none.
            change("delete from rollups where dim = 0");
            desk.db().write_local(Lane::Background, rollups::mark_behind).unwrap();
            desk.settle();
            assert_eq!(desk.verify(), Vec::<String>::new(), "{sql}");
        }
    }
}
