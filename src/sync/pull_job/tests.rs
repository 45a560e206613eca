//! A platform that exists in tests only, in fair weather and in foul.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::base::Currency;
use crate::base::secret::Secret;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Answer, Reach, Request, Transport};
use crate::connectors::kit::replay::{Recorded, Replay};
use crate::jobs::{JobKind, Runner};
use crate::store::accounts::{self, AccountRow, AccountState};
use crate::store::jobs::{self, lane_of};
use crate::store::streams::{self, StreamRow};
use crate::store::testing::{Folder, open};
use crate::store::vault::{Locked, Vault, moves};
use crate::store::{Db, Lane, credentials, documents, problems};
use crate::sync::connect::{self, Ask, ConnectFault};
use crate::sync::ctx::Tools;
use crate::sync::health::{self, Health};
use crate::sync::pull_job::{self, PULL};
use crate::sync::unlock;
use crate::sync::upkeep_job::UPKEEP;

const MARKER: &str = "marker-8472-never-shown";

static KINDS: &[JobKind<Tools>] = &[
    JobKind { name: PULL.name, run: PULL.run },
    JobKind { name: UPKEEP.name, run: UPKEEP.run },
    JobKind { name: "books", run: |_, _| Ok(()) },
];

/// A world of its own: a database, a vault, and answers for the network.
pub struct World {
    folder: Folder,
    pub tools: Tools,
}

pub fn world(transport: impl Transport + 'static) -> World {
    let folder = Folder::new();
    let db = open(&folder);
    let vault = Vault::open(&folder.file("purser.key"), &db).unwrap();
    let tools = Tools::new(db, Arc::new(vault)).with_transport(Arc::new(transport));
    World { folder, tools }
}

impl World {
    fn with(self, transport: impl Transport + 'static) -> Self {
        let tools = Tools { transport: Arc::new(transport), ..self.tools };
        Self { tools, ..self }
    }

    pub fn db(&self) -> &Db {
        &self.tools.db
    }

    pub fn run(&self) {
        let tools = self.tools.clone();
        let runner = Runner::new(tools.db.clone(), tools.clone(), KINDS, tools.signal.clone());
        runner.recover().unwrap();
        runner.outside().run_due().unwrap();
    }

    /// What needs no platform.
    pub fn run_here(&self) {
        let tools = self.tools.clone();
        let runner = Runner::new(tools.db.clone(), tools.clone(), KINDS, tools.signal.clone());
        runner.run_due().unwrap();
    }

    pub fn row(&self) -> AccountRow {
        self.db().read(accounts::list_accounts).unwrap().remove(0)
    }

    pub fn stream(&self, name: &str) -> StreamRow {
        let id = self.row().id;
        let rows = self.db().read(|reader| streams::list_streams(reader, id)).unwrap();
        rows.into_iter().find(|row| row.stream == name).unwrap()
    }

    /// Key and amount of every charge, in order: the facts.
    pub fn facts(&self) -> Vec<(String, i64)> {
        self.db()
            .read(|reader| {
                let mut statement =
                    reader.conn().prepare("select key, amount_minor from charges order by key")?;
                let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .unwrap()
    }

    pub fn count(&self, table: &str) -> i64 {
        let sql = format!("select count(*) from {table}");
        self.db().read(|reader| Ok(reader.conn().query_row(&sql, [], |row| row.get(0))?)).unwrap()
    }

    fn wait_s(&self, stream: &str) -> i64 {
        let key = pull_job::dedupe_key(self.stream(stream).id);
        let job = self.db().read(|reader| jobs::find_open(reader, (PULL.name, &key))).unwrap();
        job.unwrap().due_at.seconds() - self.db().clock().now().seconds()
    }
}

pub fn ask() -> Ask {
    Ask {
        platform: "made".to_owned(),
        store: Some("shop".to_owned()),
        currency: Currency::parse("EUR").ok(),
        settings: BTreeMap::from([("shop".to_owned(), "mine".to_owned())]),
        secrets: BTreeMap::from([("api_key".to_owned(), Secret::new(MARKER.to_owned()))]),
        ..Ask::default()
    }
}

fn me() -> Recorded {
    Recorded::get("/me", r#"{"id":"shop-1"}"#)
}

/// Three pages of charges, one of late ones.
pub fn pages() -> Vec<Recorded> {
    vec![
        me(),
        Recorded::get(
            "/charges?from=0;",
            r#"{"documents":[{"id":"a","minor":-100},{"id":"b","minor":-200}],
                "next":1,"more":true}"#,
        ),
        Recorded::get(
            "/charges?from=1;",
            r#"{"documents":[{"id":"c","minor":-300,"fee":"Climate levy"},
                {"id":"d","minor":0,"broken":true},{"id":"b","minor":-250}],
                "next":2,"more":true}"#,
        ),
        Recorded::get("/charges?from=2;", r#"{"documents":[],"next":2}"#),
        Recorded::get("/late?from=0;", r#"{"documents":[{"id":"z","minor":-1}],"next":1}"#),
        Recorded::get("/late?from=1;", r#"{"next":1}"#),
    ]
}

fn expected() -> Vec<(String, i64)> {
    [("a", -100), ("b", -250), ("c", -300), ("z", -1)].map(|(k, v)| (k.to_owned(), v)).to_vec()
}

#[test]
fn credentials_are_tried_before_anything_is_saved() {
    let world = world(Replay::new([Recorded::get("/me", "").status(401)]));
    let fault = connect::connect(&world.tools, &ask()).unwrap_err();
    assert!(matches!(fault, ConnectFault::Platform(Fault::Auth { .. })), "{fault}");
    let counts = ["accounts", "account_secrets", "streams", "stores", "imports"];
    assert!(counts.iter().all(|table| world.count(table) == 0));
    for lacking in [
        Ask { secrets: BTreeMap::new(), ..ask() },
        Ask { settings: BTreeMap::new(), ..ask() },
        Ask { store: None, ..ask() },
        Ask { platform: "unseen".to_owned(), ..ask() },
        Ask { settings: BTreeMap::from([("shp".to_owned(), "x".to_owned())]), ..ask() },
    ] {
        let fault = connect::connect(&world.tools, &lacking).unwrap_err();
        assert!(matches!(fault, ConnectFault::Usage { .. }), "{fault}");
    }
}

#[test]
fn an_account_is_read_to_its_end_and_read_again_changes_nothing() {
    let world = world(Replay::new(pages()));
    connect::connect(&world.tools, &ask()).unwrap();
    world.run();
    assert_eq!(world.facts(), expected());
    let stream = world.stream("charges");
    assert!(stream.success_at.is_some() && stream.fault.is_none());
    assert_eq!((stream.documents, stream.cursor.as_str()), (5, "1 2"));
    // The earlier state of "b" counts only where its page was written apart from the later one's.
    assert!((3..=4).contains(&stream.records), "{}", stream.records);
    assert_eq!(world.wait_s("charges"), 600);
    let id = world.row().id;
    let told = world.db().read(|reader| problems::list_problems(reader, id, 10)).unwrap();
    let told: Vec<_> = told.iter().map(|one| (one.kind.as_str(), one.name.as_str())).collect();
    assert_eq!(told, [("fee", "Climate levy"), ("unread", "total")]);
    let kept = world.db().read(|reader| {
        let ids = documents::list_ids(reader, (id, Some("charges")))?;
        documents::list_documents(reader, &ids)
    });
    let mut kept: Vec<String> = kept.unwrap().into_iter().map(|row| row.key).collect();
    kept.sort();
    assert_eq!(kept, ["a", "b", "c", "d"]);
    // From the beginning once more: known already.
    connect::pull_now(&world.tools, id, Some(None)).unwrap();
    world.run();
    assert_eq!(world.facts(), expected());
    let before = world.count("charges_past");
    connect::pull_now(&world.tools, id, Some(None)).unwrap();
    world.run();
    assert_eq!(world.facts(), expected());
    assert!(world.count("charges_past") <= before + 2);
    // The account's documents go after their days; the facts stay.
    world.db().clock().advance_seconds(31 * 86_400);
    world
        .db()
        .write_local(Lane::Background, |tx| {
            jobs::insert_job(
                tx,
                &jobs::NewJob {
                    kind: UPKEEP.name,
                    lane: "account:upkeep",
                    payload: "{}",
                    dedupe_key: None,
                    due_at: tx.now.plus_seconds(-86_400 * 400),
                },
            )
        })
        .unwrap();
    world.run();
    assert_eq!((world.facts(), world.count("documents")), (expected(), 0));
}

#[test]
fn a_platform_that_no_longer_knows_us_stops_the_account_until_somebody_mends_it() {
    let mut answers = pages();
    answers.insert(1, Recorded::get("/charges", "").status(401));
    let world = world(Replay::new(answers));
    connect::connect(&world.tools, &ask()).unwrap();
    world.run();
    let row = world.row();
    assert_eq!(row.state, AccountState::Refused);
    assert!(row.fault.as_deref().is_some_and(|what| what.contains("Connect the account again")));
    let lane = lane_of(row.id);
    let waiting = |world: &World| {
        let jobs = world.db().read(|reader| jobs::list_of_lane(reader, &lane, 50)).unwrap();
        jobs.iter().filter(|job| job.state == "due" || job.state == "failed").count()
    };
    assert_eq!(waiting(&world), 0);
    let world = world.with(Replay::new(pages()));
    connect::connect(&world.tools, &ask()).unwrap();
    world.run();
    world.db().clock().advance_seconds(60);
    world.run();
    assert_eq!((world.row().state, world.facts()), (AccountState::Active, expected()));
    assert_eq!(world.count("accounts"), 1);
}

#[test]
fn a_fault_says_what_happens_next() {
    for (recorded, kind, wait_s, health) in [
        (
            Recorded::get("/charges", "").status(429).header("retry-after", "90"),
            "throttled",
            90..=90,
            Health::Waiting,
        ),
        (Recorded::get("/charges", "").status(500), "transient", 5..=6, Health::Waiting),
        (Recorded::get("/charges", "").status(404), "refused", 21_600..=21_600, Health::Stopped),
        (
            Recorded::get("/charges", r#"{"next":"soon"}"#),
            "drift",
            21_600..=21_600,
            Health::Stopped,
        ),
        (
            Recorded::get("/charges", r#"{"next":0,"is_stale":true}"#),
            "stale",
            3_600..=3_600,
            Health::Waiting,
        ),
        (
            Recorded::get("/charges", r#"{"next":0,"more":true}"#),
            "drift",
            21_600..=21_600,
            Health::Stopped,
        ),
    ] {
        let world = world(Replay::new([me(), recorded]));
        connect::connect(&world.tools, &ask()).unwrap();
        world.run();
        if kind == "stale" {
            // Once at once, then after a while.
            world.db().clock().advance_seconds(1);
            world.run();
        }
        let fault = world.stream("charges").fault.unwrap();
        assert_eq!(fault.kind, kind);
        assert!(wait_s.contains(&world.wait_s("charges")), "{kind}: {}", world.wait_s("charges"));
        let now = world.db().clock().now();
        let seen = world.db().read(|reader| health::list_health(reader, now)).unwrap();
        assert_eq!(seen[0].streams[0].health, health, "{kind}");
        assert!(!format!("{fault:?}{seen:?}").contains(MARKER));
        assert_eq!(world.stream("late").loaded_at, None, "it waits for the charges");
        // When it is over, nothing is lost.
        let world = world.with(Replay::new(pages()));
        connect::pull_now(&world.tools, world.row().id, None).unwrap();
        world.db().clock().advance_seconds(30_000);
        world.run();
        world.db().clock().advance_seconds(60);
        world.run();
        assert_eq!(world.facts(), expected(), "{kind}");
        assert!(world.stream("charges").fault.is_none());
    }
}

/// Answers like another, and breaks off at the n-th call.
struct Dying {
    inner: Replay,
    left: AtomicI64,
    panics: bool,
}

impl Transport for Dying {
    fn send(&self, request: &Request, reach: &Reach) -> Result<Answer, Fault> {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 0 {
            assert!(!self.panics, "killed");
            return Err(Fault::transient("the line was cut"));
        }
        self.inner.send(request, reach)
    }
}

#[test]
fn whatever_call_it_breaks_off_at_the_facts_are_the_same() {
    for panics in [false, true] {
        // The first call is the check.
        for left in 1..7 {
            let dying = Dying { inner: Replay::new(pages()), left: left.into(), panics };
            let world = world(dying);
            connect::connect(&world.tools, &ask()).unwrap();
            for _ in 0..6 {
                world.run();
                world.db().clock().advance_seconds(45);
            }
            assert_eq!(world.facts(), expected(), "call {left}");
            assert_eq!(world.stream("charges").documents, 5, "no page was counted twice");
        }
    }
}

#[test]
fn a_page_of_a_past_that_is_no_longer_wanted_is_not_kept() {
    /// Begins the stream anew while its page is under way.
    struct Meddling(Db, Replay);
    impl Transport for Meddling {
        fn send(&self, request: &Request, reach: &Reach) -> Result<Answer, Fault> {
            if request.url.contains("/charges?from=1;") {
                let anew = |tx: &crate::store::Tx<'_>| {
                    tx.conn().execute(
                        "update streams set cursor = '', generation = generation + 1
                         where stream = 'charges' and generation = 0",
                        [],
                    )?;
                    Ok(())
                };
                self.0.write_local(Lane::Interactive, anew).unwrap();
            }
            self.1.send(request, reach)
        }
    }
    let world = world(Replay::new(pages()));
    let db = world.db().clone();
    let world = world.with(Meddling(db, Replay::new(pages())));
    connect::connect(&world.tools, &ask()).unwrap();
    world.run();
    let stream = world.stream("charges");
    assert_eq!((stream.cursor.as_str(), stream.generation), ("", 1));
    connect::resume(&world.tools, world.row().id).unwrap();
    world.run();
    world.db().clock().advance_seconds(60);
    world.run();
    assert_eq!(world.facts(), expected());
}

#[test]
fn what_a_connection_brought_stays_or_goes_with_it() {
    for keeps_data in [true, false] {
        let world = world(Replay::new(pages()));
        connect::connect(&world.tools, &ask()).unwrap();
        world.run();
        let row = world.row();
        let undo = crate::sync::take_back::undo(&world.tools, row.import, &Default::default());
        assert!(undo.is_err(), "only the connection itself takes it back");
        connect::disconnect(&world.tools, &row, keeps_data).unwrap();
        assert_eq!(world.count("account_secrets"), 0);
        assert_eq!(world.count("sealed_keys where name like 'account%'"), 0);
        assert_eq!(world.count("streams"), 0);
        assert_eq!(world.facts().is_empty(), !keeps_data);
        world.run();
        // Connected again, it is what it was.
        connect::connect(&world.tools, &ask()).unwrap();
        world.run();
        world.db().clock().advance_seconds(60);
        world.run();
        assert_eq!(world.facts(), expected());
        assert_eq!(world.count("accounts"), 1);
    }
}

#[test]
fn an_account_that_is_paused_is_left_alone_and_goes_on_where_it_was() {
    let world = world(Replay::new(pages()));
    let (id, _) = connect::connect(&world.tools, &ask()).unwrap();
    connect::pause(&world.tools, id).unwrap();
    world.run();
    assert_eq!((world.facts(), world.row().state), (vec![], AccountState::Paused));
    connect::resume(&world.tools, id).unwrap();
    world.run();
    assert_eq!(world.facts(), expected());
}

#[test]
fn one_account_is_not_connected_under_two_names() {
    let world = world(Replay::new(pages()));
    connect::connect(&world.tools, &ask()).unwrap();
    let twin = Ask { name: Some("second".to_owned()), ..ask() };
    let fault = connect::connect(&world.tools, &twin).unwrap_err();
    assert!(fault.to_string().contains("already"), "{fault}");
    let other = Replay::new([Recorded::get("/me", r#"{"id":"shop-2"}"#)]);
    let world = world.with(other);
    let fault = connect::connect(&world.tools, &ask()).unwrap_err();
    assert!(fault.to_string().contains("another account"), "{fault}");
    let mine = Ask { name: Some("second".to_owned()), ..ask() };
    connect::connect(&world.tools, &mine).unwrap();
    assert_eq!(world.count("accounts"), 2);
}

#[test]
fn while_the_vault_is_locked_an_account_waits_and_goes_on_when_it_is_unlocked() {
    let world = world(Replay::new(pages()));
    connect::connect(&world.tools, &ask()).unwrap();
    let phrase = Secret::new("seven quiet herons wading".to_owned());
    let openers = world.tools.vault.openers().clone();
    moves::move_to(world.db(), &openers, moves::To::Passphrase(&phrase)).unwrap();
    let locked = Vault::open_with(&openers, world.db()).unwrap();
    let tools = Tools { vault: Arc::new(locked), ..world.tools };
    let world = World { tools, ..world };
    world.run();
    assert_eq!((world.count("charges"), world.row().state), (0, AccountState::Active));
    assert!(world.stream("charges").fault.is_none());
    let told = connect::connect(&world.tools, &ask()).unwrap_err().to_string();
    assert!(told.contains("locked until its passphrase is said"), "{told}");
    let wrong = Secret::new("another one".to_owned());
    let reason = unlock::unlock(&world.tools, Some(&wrong)).unwrap();
    assert_eq!(reason, Some(Locked::WrongPassphrase));
    world.run();
    assert_eq!(world.count("charges"), 0);
    assert_eq!(unlock::unlock(&world.tools, Some(&phrase)).unwrap(), None);
    world.run();
    assert_eq!(world.facts(), expected());
}

#[test]
fn threat_09_a_secret_is_nowhere_and_an_altered_record_is_refused() {
    let world = world(Replay::new(pages()));
    connect::connect(&world.tools, &ask()).unwrap();
    world.run();
    world.db().checkpoint().unwrap();
    for name in world.folder.names() {
        let bytes = std::fs::read(world.folder.file(&name)).unwrap_or_default();
        let found = bytes.windows(MARKER.len()).any(|window| window == MARKER.as_bytes());
        assert!(!found, "{name}");
    }
    let row = world.row();
    assert!(!format!("{row:?} {:?}", ask()).contains(MARKER));
    let vault = world.tools.vault.vault().unwrap();
    let find = |name: &str| {
        let found = |reader: &crate::store::Reader<'_>| {
            credentials::find_secret(reader, vault, (row.id, name))
        };
        world.db().read(found)
    };
    assert_eq!(find("api_key").unwrap().unwrap().expose(), MARKER);
    // Under another name, and with one bit turned.
    for sql in [
        "insert into account_secrets select account_id, 'other', sealed, sealed_at
         from account_secrets",
        "update account_secrets
         set sealed = cast(substr(sealed, 1, length(sealed) - 1)
            || case when substr(sealed, -1) = x'00' then x'01' else x'00' end as blob)
         where name = 'api_key'",
    ] {
        let alter = |tx: &crate::store::Tx<'_>| Ok(tx.conn().execute(sql, [])?);
        world.db().write_local(Lane::Background, alter).unwrap();
    }
    assert!(find("other").is_err());
    assert!(find("api_key").is_err());
    connect::pull_now(&world.tools, row.id, None).unwrap();
    world.run();
    assert_eq!(world.row().state, AccountState::Refused);
    assert!(world.row().fault.unwrap().contains("altered"));
}
