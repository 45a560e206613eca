//! Requests carried out on orders of two stores that share a buyer.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::*;
use crate::base::id::CustomerId;
use crate::base::{Currency, Instant, Zone};
use crate::connectors::kit::bare;
use crate::connectors::kit::http::{Answer, Reach, Request, Transport};
use crate::connectors::kit::replay::{Recorded, Replay};
use crate::domain::record::order::{CustomerIdentity, SourceTag};
use crate::domain::record::{Record, SourceKind};
use crate::jobs::Runner;
use crate::store::accounts::NewAccount;
use crate::store::documents::NewDocument;
use crate::store::privacy::NewRequest;
use crate::store::stores::{self, Store};
use crate::store::testing::{Folder, open};
use crate::store::vault::{Customer, Vault};
use crate::store::{credentials, streams};
use crate::sync::ingest::Ingest;
use crate::sync::prepare::Preparing;

static KINDS: &[JobKind<Tools>] = &[JobKind { name: PRIVACY.name, run: PRIVACY.run }];

struct World {
    _folder: Folder,
    tools: Tools,
    row: AccountRow,
    stores: [Store; 2],
}

/// A connected platform that answers so when it is asked who we are.
fn world(transport: impl Transport + 'static) -> World {
    let folder = Folder::new();
    let db = open(&folder);
    let vault = Vault::open(&folder.file("purser.key"), &db).unwrap();
    let tools = Tools::new(db, Arc::new(vault)).with_transport(Arc::new(transport));
    let settings = BTreeMap::from([("shop".to_owned(), "mine".to_owned())]);
    let (id, stores) = tools
        .db
        .write_local(Lane::Background, |tx| {
            let currency = Currency::parse("EUR").unwrap();
            let store = stores::insert_store(tx, "shop", currency, &Zone::utc())?;
            let other = stores::insert_store(tx, "other", currency, &Zone::utc())?;
            let new = NewAccount {
                platform: "made",
                name: "made shop",
                store: Some(store.id),
                external_id: "shop-1",
                external_label: "",
                settings: &settings,
                since: None,
            };
            let id = accounts::insert_account(tx, &new)?;
            let vault = tools.vault.vault().unwrap();
            vault.make_account_key(tx, id)?;
            let secret = crate::base::Secret::new("key".to_owned());
            credentials::upsert_secret(tx, vault, (id, "api_key"), &secret)?;
            streams::insert_streams(tx, id, &["charges"])?;
            Ok((id, [store, other]))
        })
        .unwrap();
    let row = tools.db.read(|reader| accounts::find_account(reader, id)).unwrap().unwrap();
    World { _folder: folder, tools, row, stores }
}

fn quiet() -> Replay {
    Replay::new(Vec::new())
}

impl World {
    /// Takes an order in as a page or a file does.
    fn order(&self, store: usize, id: &str, buyer: (Option<&str>, Option<&str>)) {
        let store = &self.stores[store];
        let source = SourceTag {
            kind: SourceKind::Api,
            part: String::new(),
            label: "Made up".to_owned(),
            settled: None,
        };
        let placed_at = Instant::from_seconds(1_790_000_000);
        let mut order = bare::order(id.to_owned(), placed_at, store.currency, source);
        let text = |text: Option<&str>| text.map(str::to_owned);
        order.customer = CustomerIdentity {
            platform_id: text(buyer.0).map(|id| ("made", id)),
            email: text(buyer.1),
            ..CustomerIdentity::default()
        };
        let zone = Zone::utc();
        let preparing = Preparing {
            zone: &zone,
            store: &store.name,
            currency: Some(store.currency),
            hash: &self.tools.customer_hash,
            terms: &OnceLock::new(),
        };
        let mut prepared = preparing.prepare(Record::Order(Box::new(order))).unwrap();
        let write = |tx: &Tx<'_>| {
            let from = (Some(self.row.import), &zone);
            let mut ingest = Ingest::begin(tx, Some(store), from)?;
            ingest.take(&mut prepared)?;
            ingest.finish().map(|_| ())
        };
        self.tools.db.write_local(Lane::Background, write).unwrap();
    }

    fn document(&self, key: &str, body: &str) {
        let place = (self.row.id, "charges", key);
        let write = |tx: &Tx<'_>| {
            let (media, body) = ("application/json", body.as_bytes());
            documents::upsert_document(tx, place, &NewDocument { media, body, beside: "" })
        };
        self.tools.db.write_local(Lane::Background, write).unwrap();
    }

    fn ask(&self, kind: Kind, marks: &[Customer<'_>], named: &[&str]) -> RequestId {
        let hash = |mark: &Customer<'_>| (self.tools.customer_hash)(mark).unwrap();
        let new = NewRequest {
            kind,
            marks: marks.iter().map(hash).collect(),
            named: named.iter().map(|name| (*name).to_owned()).collect(),
        };
        let write = |tx: &Tx<'_>| {
            let request = privacy::insert_request(tx, &self.row, &new)?;
            schedule(tx, request).map(|()| request)
        };
        self.tools.db.write_local(Lane::Background, write).unwrap()
    }

    fn run(&self) {
        let tools = self.tools.clone();
        let runner = Runner::new(tools.db.clone(), tools.clone(), KINDS, tools.signal.clone());
        runner.outside().run_due().unwrap();
    }

    fn request(&self, id: RequestId) -> RequestRow {
        self.tools.db.read(|reader| privacy::find_request(reader, id)).unwrap().unwrap()
    }

    fn outcome(&self, id: RequestId) -> Option<Outcome> {
        self.request(id).done.map(|(_, outcome)| outcome)
    }

    fn texts(&self, sql: &str) -> Vec<String> {
        let list = |reader: &crate::store::Reader<'_>| {
            let mut statement = reader.conn().prepare(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.tools.db.read(list).unwrap()
    }

    /// The orders of which a buyer is known.
    fn with_buyer(&self) -> Vec<String> {
        self.texts(
            "select external_id from orders join order_facts on order_id = orders.id
             where order_facts.customer_id is not null or other_customer_id is not null
             order by external_id",
        )
    }

    fn knows(&self, mark: &Customer<'_>) -> bool {
        let letters = crate::store::crypt::to_hex(&(self.tools.customer_hash)(mark).unwrap());
        let sql = format!("select 'yes' from customers where hash = x'{letters}'");
        !self.texts(&sql).is_empty()
    }
}

const BUYER: Customer<'static> = Customer::Platform { platform: "made", store: "shop", id: "7" };
const EMAIL: Customer<'static> = Customer::Email("buyer@example.test");

/// #1 and #2 are the buyer's here, #3 somebody else's, #9 the buyer's in another store.
fn seeded() -> World {
    let world = world(quiet());
    world.order(0, "#1", (Some("7"), Some("buyer@example.test")));
    world.order(0, "#2", (Some("7"), None));
    world.order(0, "#3", (Some("8"), None));
    world.order(1, "#9", (None, Some("buyer@example.test")));
    world
}

#[test]
fn a_buyer_is_forgotten_in_this_store_and_stays_so() {
    let world = seeded();
    // A later state of #2: what was known before bears the mark, too.
    world.order(0, "#2", (Some("7"), Some("second@example.test")));
    for (key, body) in [
        ("5001", r##"{"id":5001,"name":"#1"}"##),
        ("row-1", r##"{"order":{"name":"#2"}}"##),
        ("5003", r##"{"id":5003,"name":"#3"}"##),
        ("5004", r##"{"id":5004}"##),
        ("odd", "no json"),
    ] {
        world.document(key, body);
    }
    let id = world.ask(Kind::Forget, &[BUYER], &["5004"]);
    world.run();
    let request = world.request(id);
    assert_eq!(request.done.map(|(_, outcome)| outcome), Some(Outcome::Done));
    assert_eq!((request.orders, request.documents), (2, 4));
    assert_eq!(world.with_buyer(), ["#3", "#9"]);
    assert_eq!(world.texts("select external_id from documents"), ["5003"]);
    assert!(!world.knows(&BUYER), "no order bears it");
    assert!(world.knows(&EMAIL), "another store's order bears it");
    assert!(!world.knows(&Customer::Email("second@example.test")));
    let past = "select 'one' from order_facts_past where customer_id is not null";
    assert_eq!(world.texts(past), Vec::<String>::new());
    for table in ["privacy_marks", "privacy_named"] {
        let left = format!("select 'one' from {table}");
        assert_eq!(world.texts(&left), Vec::<String>::new(), "{table}");
    }
    let dirty = "select external_id from orders join dirty_orders on order_id = orders.id";
    assert!(world.texts(dirty).contains(&"#1".to_owned()));
    assert_eq!(world.texts("select kind from jobs where kind = 'books'"), ["books"]);
    // The platform tells the order once more, and a file does.
    world.order(0, "#1", (Some("7"), Some("buyer@example.test")));
    world.order(0, "#2", (Some("7"), None));
    assert_eq!(world.with_buyer(), ["#3", "#9"]);
    assert!(!world.knows(&BUYER));
    // Who buys again is a new buyer.
    world.order(0, "#4", (Some("7"), None));
    assert_eq!(world.with_buyer(), ["#3", "#4", "#9"]);
}

#[test]
fn a_request_that_was_broken_off_ends_as_if_it_had_not_been() {
    let world = seeded();
    let id = world.ask(Kind::Forget, &[BUYER], &[]);
    let orders = world
        .tools
        .db
        .read(|reader| privacy::list_orders_of_buyer(reader, (id, world.stores[0].id)));
    let orders = orders.unwrap();
    assert_eq!(orders.len(), 2);
    let first = |tx: &Tx<'_>| privacy::forget_orders(tx, id, &orders[..1]);
    world.tools.db.write_local(Lane::Background, first).unwrap();
    world.run();
    assert_eq!(world.outcome(id), Some(Outcome::Done));
    assert_eq!(world.request(id).orders, 2);
    assert_eq!(world.with_buyer(), ["#3", "#9"]);
    assert!(!world.knows(&BUYER) && world.knows(&EMAIL));
}

#[test]
fn of_a_buyer_whom_we_do_not_know_nothing_is_done() {
    let world = seeded();
    let nobody = Customer::Platform { platform: "made", store: "shop", id: "99" };
    let forget = world.ask(Kind::Forget, &[nobody], &["5009"]);
    let tell = world.ask(Kind::Tell, &[], &[]);
    world.run();
    for id in [forget, tell] {
        assert_eq!(world.outcome(id), Some(Outcome::Nothing));
    }
    assert_eq!(world.with_buyer().len(), 4);
}

#[test]
fn what_is_held_is_listed_until_the_answer_is_due() {
    let world = seeded();
    let id = world.ask(Kind::Tell, &[EMAIL, BUYER], &[]);
    world.run();
    let find = || world.tools.db.read(|reader| privacy::list_findings(reader, id)).unwrap();
    let names: Vec<String> = find().into_iter().map(|found| found.name).collect();
    assert_eq!(names, ["#1", "#2"], "of this store alone");
    assert_eq!((world.outcome(id), world.request(id).orders), (Some(Outcome::Done), 2));
    assert_eq!(world.texts("select 'one' from privacy_marks"), Vec::<String>::new());
    let prune = |days: i64| {
        world.tools.db.clock().advance_seconds(days * 86_400);
        world.tools.db.write_local(Lane::Background, privacy::prune_findings).unwrap()
    };
    assert_eq!((prune(30), prune(1)), (0, 2));
    // Whoever is forgotten meanwhile is in no list either.
    let again = world.ask(Kind::Tell, &[BUYER], &[]);
    world.run();
    world.ask(Kind::Forget, &[BUYER], &[]);
    world.run();
    let left = world.tools.db.read(|reader| privacy::list_findings(reader, again)).unwrap();
    assert_eq!(left, Vec::new());
}

#[test]
fn a_shop_that_still_takes_us_has_not_left_whatever_a_call_says() {
    let world = world(Replay::new(vec![Recorded::get("/me", r#"{"id":"shop-1"}"#)]));
    world.order(0, "#1", (Some("7"), None));
    let id = world.ask(Kind::ForgetShop, &[], &[]);
    world.run();
    assert_eq!(world.outcome(id), Some(Outcome::Connected));
    assert_eq!(world.with_buyer(), ["#1"]);
    assert_eq!(world.texts("select state from accounts"), ["active"]);
}

#[test]
fn a_shop_that_left_leaves_its_amounts_and_nothing_else() {
    let world = world(Replay::new(vec![Recorded::get("/me", "").status(401)]));
    world.order(0, "#1", (Some("7"), Some("buyer@example.test")));
    world.order(0, "#2", (Some("8"), None));
    world.document("5001", r#"{"id":5001}"#);
    let id = world.ask(Kind::ForgetShop, &[], &[]);
    world.run();
    assert_eq!(world.outcome(id), Some(Outcome::Done));
    assert_eq!((world.request(id).orders, world.request(id).documents), (2, 1));
    assert_eq!(world.with_buyer(), Vec::<String>::new());
    assert_eq!(world.texts("select state from accounts"), ["disconnected"]);
    for table in ["documents", "account_secrets", "streams"] {
        let left = format!("select 'one' from {table}");
        assert_eq!(world.texts(&left), Vec::<String>::new(), "{table}");
    }
    assert_eq!(world.texts("select external_id from orders"), ["#1", "#2"]);
    assert!(!world.knows(&BUYER) && !world.knows(&EMAIL));
    // The entry outlives the connection.
    let take = |tx: &Tx<'_>| accounts::delete_account(tx, world.row.id);
    world.tools.db.write_local(Lane::Background, take).unwrap();
    let entry = world.request(id);
    assert_eq!((entry.account, entry.account_name.as_str()), (None, "made shop"));
}

/// Out of service.
struct Silent;

impl Transport for Silent {
    fn send(&self, _: &Request, _: &Reach) -> Result<Answer, Fault> {
        Err(Fault::transient("no answer"))
    }
}

#[test]
fn a_shop_that_does_not_answer_is_asked_again_until_the_last_day() {
    let world = world(Silent);
    let id = world.ask(Kind::ForgetShop, &[], &[]);
    world.run();
    assert_eq!(world.outcome(id), None);
    assert_eq!(world.texts("select state from accounts"), ["active"]);
    assert_eq!(world.texts("select state from jobs where kind = 'privacy'"), ["failed"]);
    world.tools.db.clock().advance_seconds(29 * 86_400);
    world.run();
    assert_eq!(world.outcome(id), Some(Outcome::Nothing));
    assert_eq!(world.texts("select state from accounts"), ["disconnected"]);
}

#[test]
fn a_request_that_was_given_up_is_taken_up_again() {
    let world = seeded();
    let id = world.ask(Kind::Forget, &[BUYER], &[]);
    let give_up = |tx: &Tx<'_>| {
        let lane = format!("{OUTSIDE}{}", PRIVACY.name);
        jobs::delete_waiting(tx, &lane)
    };
    assert_eq!(world.tools.db.write_local(Lane::Background, give_up).unwrap(), 1);
    ensure_scheduled(&world.tools).unwrap();
    world.run();
    assert_eq!(world.outcome(id), Some(Outcome::Done));
    let buyers: Vec<CustomerId> =
        world.tools.db.read(|reader| privacy::list_unborne(reader, id)).unwrap();
    assert_eq!(buyers, []);
}
