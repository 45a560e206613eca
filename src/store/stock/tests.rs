//! The ledger and the claims of orders on a database of their own.

use rusqlite::params;

use super::claims::{ClaimedOrder, Claiming};
use super::ledger::{NewAction, NewEvent, append_event, fold_all, insert_action, reverse_action};
use super::locations::{self, LocationKind};
use super::variants::{self, VariantSettings};
use super::{began, on_hand};
use crate::base::id::{LocationId, LotId, OrderId, StockEventId, StoreId, VariantId};
use crate::base::{Day, Instant};
use crate::domain::record::Order;
use crate::domain::stock::event::{Change, EventKind};
use crate::store::accounts::{NewAccount, insert_account};
use crate::store::testing::{Folder, open};
use crate::store::{Db, Lane, StoreError, Tx};

struct Shop {
    db: Db,
    _folder: Folder,
}

const ORDER: OrderId = OrderId(1);

fn shop() -> Shop {
    let folder = Folder::new();
    let db = open(&folder);
    let shop = Shop { db, _folder: folder };
    shop.write(|tx| {
        tx.conn().execute(
            "insert into stores (name, currency, time_zone, created_at)
             values ('Shop', 'EUR', 'UTC', 0)",
            [],
        )?;
        began::begin(tx)?;
        Ok(())
    });
    shop
}

impl Shop {
    fn write<T>(&self, run: impl Fn(&Tx<'_>) -> Result<T, StoreError>) -> T {
        self.db.write_local(Lane::Interactive, run).unwrap()
    }

    fn count(&self, sku: &str, units: i64) {
        self.db.clock().advance_seconds(1);
        self.write(|tx| event(tx, sku, (Change::Count(units), None), tx.now, "").map(|_| ()));
    }

    /// What the shop tells of the order from now on.
    fn tell(&self, lines: &str, more: &str) {
        self.db.clock().advance_seconds(60);
        let now = self.db.clock().now().0;
        let order: Order = serde_json::from_str(&format!(
            r#"{{"id":"1","number":"1001","placed_at":{now},"currency":"EUR",
                "source":{{"kind":"api","label":"x"}},"financial_status":"paid",
                "lines":[{lines}]{more}}}"#
        ))
        .unwrap();
        self.apply(Some(&order));
    }

    fn apply(&self, order: Option<&Order>) {
        self.write(|tx| {
            let claiming = Claiming::begin(tx)?.unwrap();
            claiming.apply(tx, &ClaimedOrder { id: ORDER, store: StoreId(1), order })
        });
    }

    /// On hand in all places, held, available.
    fn stand(&self, sku: &str) -> [i64; 3] {
        let stand = self.db.read(|reader| {
            let conn = reader.conn();
            let variant = variants::find_variant(conn, sku)?.unwrap();
            let on_hand: i64 =
                on_hand::list_on_hand(conn, variant)?.iter().map(|held| held.units).sum();
            let held: i64 = conn.query_row(
                "select coalesce(sum(held), 0) from reservations where variant_id = ?",
                [variant],
                |row| row.get(0),
            )?;
            Ok([on_hand, held, on_hand::find_available(conn, variant)?])
        });
        stand.unwrap()
    }

    fn check_fold(&self) {
        let both = self.db.read(|reader| {
            let mut statement = reader.conn().prepare(
                "select variant_id, location_id, nullif(lot_id, 0), units from on_hand
                 order by variant_id, location_id, lot_id",
            )?;
            let kept: Vec<(VariantId, LocationId, Option<LotId>, i64)> = statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
                .collect::<Result<_, _>>()?;
            let folded = fold_all(reader.conn())?;
            let folded = folded
                .into_iter()
                .map(|(variant, place, lot, sum)| (variant, place, lot, sum.units));
            Ok((kept, folded.collect::<Vec<_>>()))
        });
        let (kept, folded) = both.unwrap();
        assert_eq!(kept, folded);
    }
}

fn event(
    tx: &Tx<'_>,
    sku: &str,
    (change, lot): (Change, Option<LotId>),
    at: Instant,
    key: &str,
) -> Result<Option<StockEventId>, StoreError> {
    let kind = match change {
        Change::Count(_) => EventKind::Counted,
        Change::Delta(_) => EventKind::Adjusted,
    };
    let name = format!("test:{sku}:{}", at.0);
    append_event(
        tx,
        &NewEvent {
            variant: variants::upsert_variant(tx, sku, "")?,
            location: locations::find_usual_location(tx)?,
            lot,
            kind,
            change,
            reason: "",
            reference: "",
            key: if key.is_empty() { &name } else { key },
            occurred_at: at,
            unit_cost: None,
            order: None,
            action: None,
        },
    )
}

fn line(id: &str, sku: &str, quantity: i64, stock: &str) -> String {
    format!(
        r#"{{"id":"{id}","sku":"{sku}","quantity":{quantity},"price_minor":100,"stock":{stock}}}"#
    )
}

#[test]
fn an_order_holds_ships_and_gives_back() {
    let shop = shop();
    shop.count("MUG", 10);
    shop.tell(&line("a", "MUG", 3, r#"{"shipped":0}"#), "");
    assert_eq!(shop.stand("MUG"), [10, 3, 7]);
    shop.tell(&line("a", "MUG", 3, r#"{"shipped":2}"#), "");
    assert_eq!(shop.stand("MUG"), [8, 1, 7]);
    // The third is called off, one of the two that were sent comes back.
    let back = r#","refunds":[{"id":"r","at":9,"lines":[
        {"line_id":"a","quantity":2,"amount_minor":10,"restocked":2}]}]"#;
    shop.tell(&line("a", "MUG", 3, r#"{"shipped":2}"#), back);
    assert_eq!(shop.stand("MUG"), [9, 0, 9]);
    shop.check_fold();
}

#[test]
fn i02_the_same_news_twice_or_late_ends_in_the_same_stock() {
    let news = [
        (line("a", "MUG", 3, r#"{"shipped":0}"#), ""),
        (line("a", "MUG", 3, r#"{"shipped":2}"#), ""),
        (line("a", "MUG", 3, r#"{"shipped":3}"#), ""),
    ];
    let last = [7, 0, 7];
    for order in [vec![0, 1, 2], vec![0, 0, 1, 1, 2, 2], vec![2], vec![1, 0, 2], vec![2, 1, 2]] {
        let shop = shop();
        shop.count("MUG", 10);
        for index in order {
            shop.tell(&news[index].0, news[index].1);
        }
        assert_eq!(shop.stand("MUG"), last);
        shop.check_fold();
    }
}

#[test]
fn i21_what_was_called_off_for_lack_is_not_free_again() {
    let shop = shop();
    shop.count("MUG", 5);
    shop.tell(&line("a", "MUG", 2, r#"{"shipped":0}"#), "");
    assert_eq!(shop.stand("MUG"), [5, 2, 3]);
    shop.tell(
        &line("a", "MUG", 2, r#"{"shipped":0}"#),
        r#","cancelled_at":5,"stock":{"cancelled_for_lack":true}"#,
    );
    assert_eq!(shop.stand("MUG"), [3, 0, 3]);
    // And where it was for another reason after all:
    shop.tell(&line("a", "MUG", 2, r#"{"shipped":0}"#), r#","cancelled_at":5"#);
    assert_eq!(shop.stand("MUG"), [5, 0, 5]);
}

#[test]
fn an_order_that_nothing_tells_of_any_more_has_never_been() {
    let shop = shop();
    shop.count("MUG", 5);
    shop.tell(&line("a", "MUG", 2, r#"{"shipped":2}"#), "");
    assert_eq!(shop.stand("MUG"), [3, 0, 3]);
    shop.apply(None);
    assert_eq!(shop.stand("MUG"), [5, 0, 5]);
    shop.check_fold();
}

#[test]
fn what_was_sent_before_stock_was_kept_is_no_matter() {
    let shop = shop();
    shop.count("MUG", 5);
    let old = r#"{"id":"1","placed_at":0,"currency":"EUR","financial_status":"paid",
        "source":{"kind":"api","label":"x"},"lines":[LINE]}"#;
    let tell = |line: String| {
        let order: Order = serde_json::from_str(&old.replace("LINE", &line)).unwrap();
        shop.apply(Some(&order));
    };
    // Gone before, and of which nobody tells whether it is gone.
    tell(line("a", "MUG", 2, r#"{"shipped":2}"#));
    tell(line("a", "MUG", 2, "{}"));
    assert_eq!(shop.stand("MUG"), [5, 0, 5]);
    // Still open: it holds what is left of it, and what is sent from now on is sent.
    tell(line("a", "MUG", 3, r#"{"shipped":1}"#));
    assert_eq!(shop.stand("MUG"), [5, 2, 3]);
    tell(line("a", "MUG", 3, r#"{"shipped":3}"#));
    assert_eq!(shop.stand("MUG"), [3, 0, 3]);
}

#[test]
fn i12_a_kit_takes_built_ones_first_and_then_its_parts() {
    let shop = shop();
    shop.write(|tx| {
        let rules = crate::domain::rules::Rules {
            bundles: serde_json::from_str(
                r#"[{"sku":"SET","components":[{"sku":"MUG","quantity":2},{"sku":"BOX"}]},
                    {"sku":"BOX","components":[{"sku":"LID"},{"sku":"BASE"}]}]"#,
            )
            .unwrap(),
            ..crate::domain::rules::Rules::default()
        };
        crate::store::rules::replace_by_hand(tx, &rules, "test").map(|_| ())
    });
    for (sku, units) in [("SET", 1), ("MUG", 10), ("LID", 10), ("BASE", 10)] {
        shop.count(sku, units);
    }
    shop.tell(&line("a", "SET", 3, r#"{"shipped":0}"#), "");
    assert_eq!(shop.stand("SET"), [1, 1, 0]);
    assert_eq!(shop.stand("MUG"), [10, 4, 6]);
    assert_eq!(shop.stand("LID"), [10, 2, 8]);
    // More are built meanwhile: the order keeps what it holds.
    shop.count("SET", 5);
    shop.tell(&line("a", "SET", 3, r#"{"shipped":2}"#), "");
    assert_eq!(shop.stand("SET"), [4, 0, 4]);
    assert_eq!(shop.stand("MUG"), [8, 2, 6]);
    assert_eq!(shop.stand("BASE"), [9, 1, 8]);
    shop.check_fold();
}

#[test]
fn what_came_back_is_counted_once_whoever_tells_it_first() {
    let shop = shop();
    shop.write(|tx| {
        tx.conn().execute(
            "insert into orders (store_id, external_id, number, placed_at, order_day, currency,
                financial_status) values (1, '1', '1001', 0, 0, 'EUR', 'paid')",
            [],
        )?;
        Ok(())
    });
    shop.count("MUG", 20);
    let sent = line("a", "MUG", 5, r#"{"shipped":5}"#);
    let tell = |restocked: i64| {
        let refund = format!(
            r#","refunds":[{{"id":"r","at":5,"lines":[{{"line_id":"a","quantity":4,
                "amount_minor":400,"restocked":{restocked}}}]}}]"#
        );
        shop.tell(&sent, &refund);
        shop.stand("MUG")[0]
    };
    assert_eq!(tell(0), 15);
    // A person puts two of them back, then the shop tells of one, of two, of three.
    shop.db.clock().advance_seconds(1);
    shop.write(|tx| {
        append_event(
            tx,
            &NewEvent {
                variant: variants::upsert_variant(tx, "MUG", "")?,
                location: locations::find_usual_location(tx)?,
                lot: None,
                kind: EventKind::Returned,
                change: Change::Delta(2),
                reason: "restock",
                reference: "1001",
                key: "hand:1",
                occurred_at: tx.now,
                unit_cost: None,
                order: None,
                action: None,
            },
        )
    });
    assert_eq!([tell(1), tell(2), tell(3), tell(4)], [17, 17, 18, 19]);
    // The shop takes back what it said: only what came of it goes again.
    assert_eq!([tell(3), tell(0), tell(0)], [18, 17, 17]);
    shop.check_fold();
}

#[test]
fn what_is_called_off_of_a_kit_is_told_of_the_whole_line() {
    let shop = shop();
    shop.write(|tx| {
        let rules = crate::domain::rules::Rules {
            bundles: serde_json::from_str(
                r#"[{"sku":"SET","components":[{"sku":"MUG","quantity":2}]}]"#,
            )
            .unwrap(),
            ..crate::domain::rules::Rules::default()
        };
        crate::store::rules::replace_by_hand(tx, &rules, "test")?;
        let account = insert_account(
            tx,
            &NewAccount {
                platform: "shopify",
                name: "Shop",
                store: Some(StoreId(1)),
                external_id: "",
                external_label: "",
                settings: &std::collections::BTreeMap::new(),
                since: None,
            },
        )?;
        tx.conn().execute(
            "insert into stock_listings (account_id, listing, sellable) values (?, 'L1', 10)",
            [account],
        )?;
        Ok(())
    });
    let left = || -> (i64, i64) {
        let left = shop.db.read(|reader| {
            let sql = "select sellable, called_off from stock_listings";
            Ok(reader.conn().query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
        });
        left.unwrap()
    };
    shop.count("SET", 1);
    shop.count("MUG", 10);
    let sold = line("a", "SET", 3, r#"{"listing":"L1","shipped":0}"#);
    shop.tell(&sold, "");
    assert_eq!((left(), shop.stand("SET"), shop.stand("MUG")), ((7, 0), [1, 1, 0], [10, 4, 6]));
    // Two of three: the built one is kept, what was called off stands on its parts alone.
    let back = r#","refunds":[{"id":"r","at":5,"lines":[
        {"line_id":"a","quantity":2,"amount_minor":200}]}]"#;
    shop.tell(&sold, back);
    assert_eq!((left(), shop.stand("SET"), shop.stand("MUG")), ((9, 2), [1, 1, 0], [10, 0, 10]));
    shop.tell(&sold, back);
    assert_eq!(left(), (9, 2));
    shop.tell(&sold, r#","cancelled_at":7"#);
    assert_eq!((left(), shop.stand("SET")), ((10, 3), [1, 0, 1]));
}

#[test]
fn a_link_says_what_a_listing_takes_and_its_orders_follow() {
    let shop = shop();
    shop.count("MUG", 20);
    let link = |sku: &'static str, units: i64| {
        shop.write(|tx| {
            use crate::store::listing_links::{How, ListingLink, upsert_link};
            let link = ListingLink {
                store: StoreId(1),
                listing: "L1".to_owned(),
                sku: sku.to_owned(),
                units,
                how: How::Hand,
            };
            upsert_link(tx, &link, None)?;
            super::claims::mark_listing(tx, StoreId(1), "L1")
        });
    };
    let tell = || shop.tell(&line("a", "", 2, r#"{"listing":"L1","shipped":0}"#), "");
    tell();
    let unlinked = |shop: &Shop| {
        let count = shop.db.read(|reader| {
            Ok(reader
                .conn()
                .query_row("select count(*) from unlinked_lines", [], |row| row.get(0))?)
        });
        let count: i64 = count.unwrap();
        count
    };
    assert_eq!(unlinked(&shop), 1);
    link("MUG", 3);
    let marked = shop.db.read(|reader| super::claims::list_marked(reader.conn(), 9));
    assert_eq!(marked.unwrap(), [ORDER]);
    tell();
    assert_eq!((unlinked(&shop), shop.stand("MUG")), (0, [20, 6, 14]));
    link("CUP", 1);
    tell();
    assert_eq!(shop.stand("MUG"), [20, 0, 20]);
    assert_eq!(shop.stand("CUP"), [0, 2, -2]);
    link(super::claims::NO_STOCK, 1);
    tell();
    assert_eq!(shop.stand("CUP"), [0, 0, 0]);
}

#[test]
fn lots_go_by_their_expiry() {
    let shop = shop();
    shop.write(|tx| {
        let variant = variants::upsert_variant(tx, "JAM", "")?;
        let settings = VariantSettings { tracks_lots: true, ..VariantSettings::default() };
        variants::upsert_settings(tx, variant, &settings)?;
        for (code, day, units) in [("L2", 300, 4), ("L1", 200, 2), ("L3", 0, 3)] {
            let day = (day > 0).then_some(Day(day));
            let lot = locations::upsert_lot(tx, variant, (code, day))?;
            event(tx, "JAM", (Change::Count(units), Some(lot)), tx.now, code)?;
        }
        Ok(())
    });
    shop.tell(&line("a", "JAM", 5, r#"{"shipped":5}"#), "");
    let left = shop.db.read(|reader| {
        let mut statement = reader.conn().prepare(
            "select code, units from on_hand join lots on lots.id = lot_id order by code",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<Vec<(String, i64)>, _>>()?)
    });
    let named = |code: &str, units| (code.to_owned(), units);
    assert_eq!(left.unwrap(), [named("L1", 0), named("L2", 1), named("L3", 3)]);
    shop.check_fold();
}

#[test]
fn i18_an_action_taken_back_leaves_exactly_what_was() {
    let shop = shop();
    shop.count("MUG", 10);
    shop.tell(&line("a", "MUG", 1, r#"{"shipped":1}"#), "");
    let action = shop.write(|tx| {
        let action = insert_action(tx, &NewAction { kind: "count", ..NewAction::default() })?;
        for (sku, units) in [("MUG", 4), ("CUP", 7)] {
            let variant = variants::upsert_variant(tx, sku, "")?;
            append_event(
                tx,
                &NewEvent {
                    variant,
                    location: locations::upsert_location(tx, "Main", LocationKind::Own)?,
                    lot: None,
                    kind: EventKind::Counted,
                    change: Change::Count(units),
                    reason: "",
                    reference: "",
                    key: &format!("count:{sku}"),
                    occurred_at: tx.now,
                    unit_cost: None,
                    order: None,
                    action: Some(action),
                },
            )?;
        }
        Ok(action)
    });
    assert_eq!((shop.stand("MUG"), shop.stand("CUP")), ([4, 0, 4], [7, 0, 7]));
    shop.tell(&line("a", "MUG", 2, r#"{"shipped":2}"#), "");
    assert_eq!(shop.stand("MUG"), [3, 0, 3]);
    let (_, undone) = shop.write(|tx| reverse_action(tx, action, None));
    assert_eq!(undone, 2);
    assert_eq!((shop.stand("MUG"), shop.stand("CUP")), ([8, 0, 8], [0, 0, 0]));
    shop.check_fold();
    let again = shop.db.write_local(Lane::Interactive, |tx| reverse_action(tx, action, None));
    assert!(matches!(again, Err(StoreError::Refused(_))), "{again:?}");
}

#[test]
fn nothing_is_written_twice_changed_or_taken_out() {
    let shop = shop();
    let first = shop.write(|tx| event(tx, "MUG", (Change::Delta(5), None), tx.now, "once"));
    let second = shop.write(|tx| event(tx, "MUG", (Change::Delta(5), None), tx.now, "once"));
    assert!(first.is_some() && second.is_none());
    assert_eq!(shop.stand("MUG"), [5, 0, 5]);
    for sql in ["update stock_events set delta = 6", "delete from stock_events"] {
        let refused = shop.db.write_local(Lane::Interactive, |tx| {
            tx.conn().execute(sql, params![])?;
            Ok(())
        });
        assert!(refused.is_err(), "{sql}");
    }
}
