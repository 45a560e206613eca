//! Calls of a shop that exists in tests only, up to what they leave in the database.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::base::{Currency, Zone};
use crate::connectors::kit::http::address;
use crate::connectors::kit::sign::{Digest, hmac};
use crate::store::accounts::NewAccount;
use crate::store::streams::StreamFault;
use crate::store::testing::{Folder, open};
use crate::store::vault::Vault;
use crate::store::{hooks, stores, streams};

const KEY: &str = "shpss_made_for_this_test";

struct World {
    folder: Folder,
    tools: Tools,
    row: AccountRow,
}

/// A shop of Shopify and its streams, with a secret that opens nothing but its own calls.
fn world() -> World {
    let folder = Folder::new();
    let db = open(&folder);
    let vault = Vault::open(&folder.file("purser.key"), &db).unwrap();
    let tools = Tools::new(db, Arc::new(vault));
    let settings = BTreeMap::from([("shop".to_owned(), "my-shop".to_owned())]);
    let id = tools
        .db
        .write_local(Lane::Background, |tx| {
            let currency = Currency::parse("EUR").unwrap();
            let store = stores::insert_store(tx, "shop", currency, &Zone::utc())?;
            let new = NewAccount {
                platform: "shopify",
                name: "shopify shop",
                store: Some(store.id),
                external_id: "my-shop.myshopify.com",
                external_label: "My Shop",
                settings: &settings,
                since: None,
            };
            let id = accounts::insert_account(tx, &new)?;
            let vault = tools.vault.vault().unwrap();
            vault.make_account_key(tx, id)?;
            let secret = Secret::new(KEY.to_owned());
            credentials::upsert_secret(tx, vault, (id, "client_secret"), &secret)?;
            streams::insert_streams(tx, id, &["orders", "fees", "products"])?;
            Ok(id)
        })
        .unwrap();
    let row = tools.db.read(|reader| accounts::find_account(reader, id)).unwrap().unwrap();
    World { folder, tools, row }
}

impl World {
    fn hear_at(&self, (platform, connection): (&str, &str), headers: &[(&str, &str)]) -> Heard {
        let body = headers.iter().find(|(name, _)| *name == "body").map_or("", |(_, body)| body);
        let headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let body = body.as_bytes();
        hear(&self.tools, &Call { platform, connection, headers: &headers, body })
    }

    fn call(&self, topic: &str, id: &str, body: &str) -> Heard {
        let tag = address::base64(&hmac(Digest::Sha256, KEY.as_bytes(), body.as_bytes()));
        let headers = [
            ("x-shopify-topic", topic),
            ("x-shopify-webhook-id", id),
            ("x-shopify-shop-domain", "my-shop.myshopify.com"),
            ("x-shopify-hmac-sha256", &tag),
            ("body", body),
        ];
        self.hear_at(("shopify", &self.row.id.to_string()), &headers)
    }

    fn count(&self, sql: &str) -> i64 {
        let sql = format!("select count(*) from {sql}");
        let count = |reader: &crate::store::Reader<'_>| {
            Ok(reader.conn().query_row(&sql, [], |row| row.get(0))?)
        };
        self.tools.db.read(count).unwrap()
    }

    fn tally(&self) -> (i64, i64, i64) {
        let tally = self.tools.db.read(|reader| hooks::find_tally(reader, self.row.id)).unwrap();
        (tally.taken, tally.repeated, tally.refused)
    }

    /// What calls leave: streams and due times of what is queued.
    fn queued(&self) -> Vec<(String, i64)> {
        let list = |reader: &crate::store::Reader<'_>| {
            let mut statement = reader.conn().prepare(
                "select stream, due_at from jobs join streams
                    on jobs.dedupe_key = 'stream:' || streams.id order by stream, jobs.id",
            )?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.tools.db.read(list).unwrap()
    }
}

#[test]
fn threat_22_a_call_that_is_replayed_a_thousand_times_has_one_effect() {
    let world = world();
    let body = r#"{"id":5001,"total_price":"61.02"}"#;
    for round in 0..1_000 {
        assert_eq!(world.call("orders/updated", "b-1", body), Heard::Taken);
        if round % 100 == 0 {
            world.tools.inbox.drain(&world.tools);
        }
    }
    world.tools.inbox.drain(&world.tools);
    assert_eq!(world.tally(), (1, 999, 0));
    assert_eq!(world.count("jobs"), 1);
    // Its own mark is not signed; the body is.
    assert_eq!(world.call("orders/updated", "b-2", body), Heard::Taken);
    world.tools.inbox.drain(&world.tools);
    assert_eq!(world.tally(), (1, 1_000, 0));
    assert_eq!(world.call("orders/updated", "b-1", "[]"), Heard::Taken);
    assert_eq!(world.call("orders/updated", "b-3", "{}"), Heard::Taken);
    world.tools.inbox.drain(&world.tools);
    assert_eq!((world.tally(), world.count("jobs")), ((2, 1_001, 0), 1));
}

#[test]
fn threat_22_calls_in_the_wrong_order_leave_what_those_in_the_right_one_leave() {
    let (paid, refunded) = (r#"{"id":1,"state":"paid"}"#, r#"{"id":1,"state":"refunded"}"#);
    let run = |bodies: [&str; 2]| {
        let world = world();
        for (index, body) in bodies.iter().enumerate() {
            let id = format!("b-{index}");
            assert_eq!(world.call("orders/updated", &id, body), Heard::Taken);
            world.tools.inbox.drain(&world.tools);
        }
        // Nothing of what they say went anywhere: the platform is asked.
        assert_eq!(world.count("order_facts") + world.count("documents"), 0);
        (world.queued(), world.tally())
    };
    assert_eq!(run([paid, refunded]), run([refunded, paid]));
    assert_eq!(run([paid, refunded]).0.len(), 1);
}

#[test]
fn a_call_asks_for_its_streams_at_once_and_for_no_other() {
    let world = world();
    let now = world.tools.db.clock().now().0;
    world.call("order_transactions/create", "b-1", "{}");
    world.tools.inbox.drain(&world.tools);
    assert_eq!(world.queued(), [("fees".to_owned(), now), ("orders".to_owned(), now)]);
    assert_eq!(world.call("themes/publish", "b-2", "[]"), Heard::Taken);
    world.tools.inbox.drain(&world.tools);
    assert_eq!(world.queued().len(), 2);
}

#[test]
fn a_call_does_not_hurry_a_stream_that_waits_nor_one_that_is_paused() {
    let world = world();
    let fault = StreamFault { kind: "throttled".to_owned(), what: String::new() };
    let db = &world.tools.db;
    db.write_local(Lane::Background, |tx| {
        for stream in streams::list_streams_for_write(tx, world.row.id)? {
            streams::note_fault(tx, stream.id, &fault)?;
        }
        Ok(())
    })
    .unwrap();
    world.call("orders/create", "b-1", "{}");
    world.tools.inbox.drain(&world.tools);
    assert_eq!((world.queued().len(), world.tally().0), (0, 1));
    db.write_local(Lane::Background, |tx| {
        streams::clear_faults(tx, world.row.id)?;
        accounts::set_state(tx, world.row.id, AccountState::Paused, None)
    })
    .unwrap();
    assert_eq!(world.call("orders/create", "b-2", "[]"), Heard::Taken);
    world.tools.inbox.drain(&world.tools);
    assert_eq!((world.queued().len(), world.tally().0), (0, 2));
}

#[test]
fn only_connections_that_there_are_are_called() {
    let world = world();
    let id = world.row.id.to_string();
    for (platform, connection) in [
        ("shopify", "99"),
        ("shopify", "0"),
        ("shopify", ""),
        ("shopify", "-1"),
        ("shopify", "+1"),
        ("shopify", "01"),
        ("shopify", "99999999999999999999"),
        ("woocommerce", &id),
        ("etsy", &id),
        ("ecb", &id),
        ("nothing", &id),
    ] {
        assert_eq!(world.hear_at((platform, connection), &[]), Heard::Unknown, "{connection}");
    }
    assert_eq!(world.hear_at(("shopify", &id), &[]), Heard::Forged);
    world.tools.inbox.drain(&world.tools);
    assert_eq!(world.tally(), (0, 0, 1));
    let row = world.row.clone();
    crate::sync::connect::disconnect(&world.tools, &row, true).unwrap();
    assert_eq!(world.call("orders/create", "b-1", "{}"), Heard::Unknown);
}

#[test]
fn a_locked_vault_has_the_platform_call_again() {
    let mut world = world();
    let missing = world.folder.file("another.key");
    world.tools.vault = Arc::new(Vault::open(&missing, &world.tools.db).unwrap());
    assert!(world.tools.vault.locked().is_some());
    assert_eq!(world.call("orders/create", "b-1", "{}"), Heard::Later);
    world.tools.inbox.drain(&world.tools);
    assert_eq!(world.tally(), (0, 0, 0));
}

#[test]
fn too_many_calls_at_once_come_again_and_nothing_is_noted_after_the_end() {
    let world = world();
    let heard: Vec<Heard> = (0..5_000)
        .map(|round| {
            let id = format!("b-{round}");
            world.call("orders/create", &id, &id)
        })
        .collect();
    let taken = heard.iter().filter(|heard| **heard == Heard::Taken).count();
    assert_eq!(taken, 4_096);
    assert_eq!(heard.last(), Some(&Heard::Later));
    world.tools.inbox.drain(&world.tools);
    assert_eq!((world.tally().0, world.queued().len()), (4_096, 1));
    world.tools.inbox.close();
    assert_eq!(world.call("orders/create", "late", "late"), Heard::Later);
}

#[test]
fn a_request_is_taken_when_it_is_noted_and_names_nobody() {
    let world = world();
    let body = r#"{"shop_id":9,"shop_domain":"my-shop.myshopify.com",
        "customer":{"id":777,"email":"Buyer@Example.test"},"orders_to_redact":[5001]}"#;
    // Nobody notes it: it must come again.
    assert_eq!(world.call("customers/redact", "b-1", body), Heard::Later);
    let tools = world.tools.clone();
    let noting = std::thread::spawn(move || tools.inbox.work(&tools));
    assert_eq!(world.call("customers/redact", "b-1", body), Heard::Taken);
    world.tools.inbox.close();
    noting.join().unwrap();
    assert_eq!((world.count("privacy_requests"), world.count("privacy_marks")), (1, 2));
    let hash = &world.tools.customer_hash;
    let by_id = Customer::Platform { platform: "shopify", store: "shop", id: "777" };
    for expected in [hash(&by_id), hash(&Customer::Email("buyer@example.test"))] {
        let letters = crypt::to_hex(&expected.unwrap());
        assert_eq!(world.count(&format!("privacy_marks where hash = x'{letters}'")), 1);
    }
    assert_eq!(world.count("jobs where kind = 'privacy'"), 1);
    let payload = "jobs where payload like '%777%' or payload like '%xample%'";
    assert_eq!(world.count(payload), 0);
}

#[test]
fn a_connection_gets_a_secret_of_its_own_once_and_a_new_one_when_asked() {
    let world = world();
    let row = AccountRow { platform: "woocommerce".to_owned(), ..world.row.clone() };
    let find = || find_secret(&world.tools, &row).unwrap().map(|it| it.expose().to_owned());
    assert_eq!(find(), None);
    make_secret(&world.tools, &row, false).unwrap();
    let first = find().unwrap();
    make_secret(&world.tools, &row, false).unwrap();
    assert_eq!(find().as_ref(), Some(&first));
    assert!(first.len() >= 32 && first.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    make_secret(&world.tools, &row, true).unwrap();
    assert_ne!(find().unwrap(), first);
    // Shopify's calls are signed with what the form asks for.
    make_secret(&world.tools, &world.row, true).unwrap();
    assert_eq!(find_secret(&world.tools, &world.row).unwrap().map(|_| ()), None);
}
