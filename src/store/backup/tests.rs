//! What a container gives away, what it withstands, and that a restore ends before or after.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::restore::{stage, staged_of};
use super::swap::{self, Outcome, Step};
use super::{Keys, header, make, restore, stream};
use crate::base::Secret;
use crate::store::testing::{Folder, clock, open};
use crate::store::vault::moves::{self, To};
use crate::store::vault::openers::Openers;
use crate::store::vault::{Vault, recovery, slots};
use crate::store::{Db, Lane, StoreError, crypt, password, settings};

const CANARY: &str = "canary of the living data";

struct Shop {
    folder: Folder,
    db: Db,
    openers: Openers,
    vault: Vault,
    code: Secret,
}

impl Shop {
    fn new() -> Self {
        let folder = Folder::new();
        std::fs::create_dir(folder.file("data")).unwrap();
        let db = Db::open(&folder.file("data/purser.db"), clock()).unwrap();
        let openers = Openers::of_key_file(&folder.file("purser.key"));
        let vault = Vault::open_with(&openers, &db).unwrap().vault().unwrap().clone();
        settings::instance_id(&db).unwrap();
        let code = recovery::make_code(&db, &openers).unwrap();
        let shop = Self { folder, db, openers, vault, code };
        shop.set("canary", CANARY);
        shop
    }

    fn set(&self, key: &str, value: &str) {
        self.db.write_local(Lane::Interactive, |tx| settings::upsert(tx, key, value)).unwrap();
    }

    fn get(&self, key: &str) -> Option<String> {
        self.db.read(|reader| settings::find(reader.conn(), key)).unwrap()
    }

    fn backup(&self) -> PathBuf {
        let target = self.folder.file("one.backup");
        make::make(&self.db, &self.vault, &target, &|_, _, _| true).unwrap();
        target
    }

    fn database(&self) -> PathBuf {
        self.folder.file("data/purser.db")
    }

    fn by_code(&self) -> Keys<'_> {
        Keys { openers: nobody(), code: Some(&self.code) }
    }
}

/// A machine without any key.
fn nobody() -> &'static Openers {
    static NOBODY: std::sync::LazyLock<Openers> =
        std::sync::LazyLock::new(|| Openers::of_key_file(Path::new("/nonexistent/purser.key")));
    &NOBODY
}

/// Opens a container in memory.
fn try_open(bytes: &[u8], keys: Keys<'_>) -> Result<Vec<u8>, StoreError> {
    let mut from = bytes;
    let opened = header::read(&mut from)?.open(keys, None)?;
    let mut out = Vec::new();
    let failed = |error: std::io::Error| StoreError::Internal(error.to_string());
    stream::open(&opened, &mut from, &mut out, &failed, &|_, _| true)?;
    Ok(out)
}

fn head_len(bytes: &[u8]) -> usize {
    let length = u32::from_be_bytes(bytes[10..14].try_into().unwrap()) as usize;
    14 + length + 32
}

fn refused(bytes: &[u8], keys: Keys<'_>, what: &str) {
    match try_open(bytes, keys) {
        Err(StoreError::Refused(_)) => {}
        Err(fault) => panic!("{what}: {fault}"),
        Ok(_) => panic!("{what} was taken"),
    }
}

#[test]
fn t10_a_stolen_backup_tells_nothing_and_holds_no_key() {
    let shop = Shop::new();
    let bytes = std::fs::read(shop.backup()).unwrap();
    let key = std::fs::read_to_string(shop.folder.file("purser.key")).unwrap();
    let hex = key.trim_end().rsplit(' ').next().unwrap();
    let raw = crypt::from_hex::<32>(hex).unwrap();
    let plain = shop.code.expose().replace('-', "");
    let canaries: [&[u8]; 6] = [
        CANARY.as_bytes(),
        b"SQLite format 3",
        b"create table",
        hex.as_bytes(),
        &raw,
        plain.as_bytes(),
    ];
    for canary in canaries {
        assert!(!bytes.windows(canary.len()).any(|window| window == canary));
    }
    // What is inside is the whole database.
    let inside = try_open(&bytes, shop.by_code()).unwrap();
    assert!(inside.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()));
    let mut other = shop.code.expose().to_owned();
    other.replace_range(0..1, if other.starts_with('0') { "1" } else { "0" });
    let other = Secret::new(other);
    refused(&bytes, Keys { openers: nobody(), code: Some(&other) }, "another code");
    refused(&bytes, Keys { openers: nobody(), code: None }, "no key");
    // Nothing of the work is left beside the data.
    let data = std::fs::read_dir(shop.folder.file("data")).unwrap();
    let left: Vec<String> =
        data.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.contains("staging")), "{left:?}");
}

#[test]
fn t10_guessing_a_passphrase_costs_argon2id_with_64_mib_and_three_passes() {
    let shop = Shop::new();
    let phrase = Secret::new("seven quiet herons wading".to_owned());
    moves::move_to(&shop.db, &shop.openers, To::Passphrase(&phrase)).unwrap();
    let path = shop.backup();
    let bytes = std::fs::read(&path).unwrap();
    let params = b"argon2id$v=19$m=65536,t=3,p=1";
    assert!(bytes.windows(params.len()).any(|window| window == params));
    let said = nobody().clone().with_passphrase(Some(phrase));
    let before = password::STRETCHED.get();
    try_open(&bytes, Keys { openers: &said, code: None }).unwrap();
    assert_eq!(password::STRETCHED.get(), before + 1);
    let wrong = Secret::new("eight loud herons wading".to_owned());
    let wrong = nobody().clone().with_passphrase(Some(wrong));
    refused(&bytes, Keys { openers: &wrong, code: None }, "a wrong passphrase");
    assert_eq!(password::STRETCHED.get(), before + 2);
}

#[test]
fn t23_a_head_that_asks_for_64_gib_of_memory_is_refused_before_anything_is_derived() {
    let shop = Shop::new();
    let phrase = Secret::new("seven quiet herons wading".to_owned());
    moves::move_to(&shop.db, &shop.openers, To::Passphrase(&phrase)).unwrap();
    let before = password::STRETCHED.get();
    let head = |params: &str| {
        let mut listed = shop.db.read(|reader| slots::list_slots(reader.conn())).unwrap();
        let slot = listed.iter_mut().find(|slot| slot.kind == slots::Kind::Passphrase).unwrap();
        slot.params = Some(params.to_owned());
        let about = header::About { step: 1, made_at: clock().now(), instance: "a", bytes: 0 };
        header::make(&about, listed, |salt| shop.vault.backup_key(salt)).unwrap().1
    };
    for params in [
        "argon2id$v=19$m=67108864,t=3,p=1",
        "argon2id$v=19$m=262145,t=3,p=1",
        "argon2id$v=19$m=65536,t=11,p=1",
        "argon2id$v=19$m=4294967296,t=3,p=1",
        "argon2d$v=19$m=65536,t=3,p=1",
        "",
    ] {
        assert!(header::read(&mut &head(params)[..]).is_err(), "{params}");
    }
    assert!(header::read(&mut &head("argon2id$v=19$m=262144,t=10,p=1")[..]).is_ok());
    assert_eq!(password::STRETCHED.get(), before);
}

#[test]
fn t23_no_byte_of_the_head_can_be_altered() {
    let shop = Shop::new();
    let bytes = std::fs::read(shop.backup()).unwrap();
    let keys = Keys { openers: &shop.openers, code: Some(&shop.code) };
    for at in 0..head_len(&bytes) {
        let mut altered = bytes.clone();
        altered[at] ^= 1 << (at % 8);
        refused(&altered, keys, &format!("byte {at}"));
    }
}

/// A shop whose backup has several pieces.
fn large() -> (Shop, Vec<u8>) {
    let shop = Shop::new();
    for number in 0..40 {
        let noise: [u8; 64 * 1024] = crypt::random().unwrap();
        shop.set(&format!("noise {number}"), &crypt::to_hex(&noise));
    }
    let bytes = std::fs::read(shop.backup()).unwrap();
    assert!(bytes.len() > 4 * stream::PIECE);
    (shop, bytes)
}

#[test]
fn t23_none_of_a_thousand_bits_of_the_content_can_be_altered() {
    let (shop, bytes) = large();
    let head = head_len(&bytes);
    let mut state = 1_u64;
    for _ in 0..1_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let at = head + (state >> 16) as usize % (bytes.len() - head);
        let mut altered = bytes.clone();
        altered[at] ^= 1 << (state % 8);
        refused(&altered, shop.by_code(), &format!("bit of byte {at}"));
    }
}

#[test]
fn t23_s12_pieces_swapped_left_out_repeated_or_cut_off_are_refused() {
    let (shop, bytes) = large();
    let head = head_len(&bytes);
    let sealed = stream::PIECE + 16;
    let (start, rest) = bytes.split_at(head);
    let (body, end) = rest.split_at(rest.len() - stream::TRAILER_LEN);
    let pieces: Vec<&[u8]> = body.chunks(sealed).collect();
    assert!(pieces.len() >= 4);
    let joined = |pieces: &[&[u8]], end: &[u8]| [start, &pieces.concat(), end].concat();
    assert!(try_open(&joined(&pieces, end), shop.by_code()).is_ok());
    let mut swapped = pieces.clone();
    swapped.swap(0, 1);
    refused(&joined(&swapped, end), shop.by_code(), "swapped");
    for out in 0..pieces.len() {
        let mut fewer = pieces.clone();
        fewer.remove(out);
        refused(&joined(&fewer, end), shop.by_code(), &format!("without piece {out}"));
        let mut more = pieces.clone();
        more.insert(out, pieces[out]);
        refused(&joined(&more, end), shop.by_code(), &format!("piece {out} twice"));
        refused(&joined(&pieces[..out], &[]), shop.by_code(), &format!("cut off at {out}"));
        refused(&joined(&pieces[..out], end), shop.by_code(), &format!("cut short at {out}"));
    }
    refused(&joined(&pieces, &[]), shop.by_code(), "without its end");
    refused(&joined(&pieces, &[end, &b"x"[..]].concat()), shop.by_code(), "with something behind");
    // A piece of another backup of the same shop.
    let others = std::fs::read(shop.backup()).unwrap();
    let other = &others[head_len(&others)..head_len(&others) + sealed];
    let mut mixed = pieces.clone();
    mixed[0] = other;
    refused(&joined(&mixed, end), shop.by_code(), "a piece of another backup");
}

#[test]
fn s12_a_wrong_key_is_told_by_the_head_alone() {
    let shop = Shop::new();
    let bytes = std::fs::read(shop.backup()).unwrap();
    let head = &bytes[..head_len(&bytes)];
    let open = |keys| header::read(&mut &head[..]).unwrap().open(keys, None).map(|_| ());
    assert!(open(shop.by_code()).is_ok());
    let other = Shop::new();
    let told = open(other.by_code()).unwrap_err().to_string();
    assert!(told.contains("recovery code does not open"), "{told}");
    let told = open(Keys { openers: &other.openers, code: None }).unwrap_err().to_string();
    assert!(told.contains("Say the recovery code"), "{told}");
    // The machine that made it needs nothing said.
    assert!(open(Keys { openers: &shop.openers, code: None }).is_ok());
}

#[test]
fn a_backup_opens_by_the_keys_of_its_day_and_its_vault_goes_on_after_a_rotation() {
    let shop = Shop::new();
    let first = shop.folder.file("first.backup");
    make::make(&shop.db, &shop.vault, &first, &|_, _, _| true).unwrap();
    let code = crate::store::vault::rotate::rotate_key(&shop.db, &shop.vault, &shop.openers);
    let code = code.unwrap().unwrap();
    let bytes = std::fs::read(shop.backup()).unwrap();
    assert!(try_open(&bytes, Keys { openers: nobody(), code: Some(&code) }).is_ok());
    refused(&bytes, shop.by_code(), "the former code");
    assert!(try_open(&std::fs::read(first).unwrap(), shop.by_code()).is_ok());
}

#[test]
fn a_file_of_somebody_else_is_never_written_over() {
    let shop = Shop::new();
    let target = shop.folder.file("diary");
    std::fs::write(&target, "my diary").unwrap();
    let make = |target: &Path| make::make(&shop.db, &shop.vault, target, &|_, _, _| true);
    assert!(matches!(make(&target), Err(StoreError::Refused(_))));
    assert_eq!(std::fs::read(&target).unwrap(), b"my diary");
    assert!(matches!(make(&shop.database()), Err(StoreError::Refused(_))));
    assert!(matches!(make(shop.folder.path()), Err(StoreError::Refused(_))));
    let first = std::fs::read(shop.backup()).unwrap();
    assert_ne!(std::fs::read(shop.backup()).unwrap(), first);
    // Stopped half-way, the former one stays.
    let stopped =
        make::make(&shop.db, &shop.vault, &shop.folder.file("one.backup"), &|_, _, _| false);
    assert!(matches!(stopped, Err(StoreError::Refused(_))));
    assert!(!shop.folder.names().iter().any(|name| name.ends_with(".part")));
}

/// The live database with something planted, as a copy of the file.
fn tampered(shop: &Shop, sql: &str) -> PathBuf {
    let copy = shop.folder.file("copy.db");
    let _ = std::fs::remove_file(&copy);
    shop.db.snapshot_to(&copy).unwrap();
    let conn = Connection::open(&copy).unwrap();
    conn.execute_batch(sql).unwrap();
    copy
}

fn stage_of(shop: &Shop, source: &Path) -> Result<restore::Preview, StoreError> {
    let keys = Keys { openers: &shop.openers, code: Some(&shop.code) };
    let live = (shop.database(), Some(&shop.db));
    stage(source, (&live.0, live.1), keys, &clock(), &|_, _| true)
}

#[test]
fn t23_t24_what_was_planted_in_a_copy_is_refused_and_nothing_is_left_of_it() {
    let shop = Shop::new();
    shop.db.checkpoint().unwrap();
    let before = std::fs::read(shop.database()).unwrap();
    for sql in [
        "CREATE TRIGGER t AFTER INSERT ON settings BEGIN DELETE FROM users; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE extra (id INTEGER)",
        "CREATE INDEX extra ON settings (value)",
        "DROP INDEX sessions_by_user",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = 'sqlite_evil' \
         WHERE name = 'sessions_by_user'",
        "UPDATE refinery_schema_history SET applied_on = 'yesterday' WHERE version = 1",
        "DELETE FROM refinery_schema_history WHERE version > 3",
        "PRAGMA application_id = 7",
        "PRAGMA foreign_keys = OFF; INSERT INTO restore_drills (id, path, drilled_at) \
         VALUES (1, '', 0); INSERT INTO hook_tallies (account_id) VALUES (77)",
    ] {
        let copy = tampered(&shop, sql);
        match stage_of(&shop, &copy) {
            Err(StoreError::Damaged { .. } | StoreError::NotOurs { .. }) => {}
            Err(fault) => panic!("{sql}: {fault}"),
            Ok(_) => panic!("{sql} was taken"),
        }
        assert!(!restore::folder_of(&shop.database()).exists(), "{sql}");
    }
    // Pages overwritten behind the head.
    let copy = tampered(&shop, "");
    let mut bytes = std::fs::read(&copy).unwrap();
    for at in (8_192..bytes.len()).step_by(4_096).take(40) {
        bytes[at..at + 64].fill(0xff);
    }
    std::fs::write(&copy, bytes).unwrap();
    assert!(stage_of(&shop, &copy).is_err());
    assert!(std::fs::read(shop.database()).unwrap() == before, "the live data was changed");
    // The same copy without anything planted is taken.
    assert!(stage_of(&shop, &tampered(&shop, "")).is_ok());
}

#[test]
fn t25_a_backup_of_a_newer_version_is_refused() {
    let shop = Shop::new();
    let sql = "INSERT INTO refinery_schema_history \
               SELECT 9999, 'later', applied_on, checksum FROM refinery_schema_history LIMIT 1";
    let told = stage_of(&shop, &tampered(&shop, sql)).unwrap_err();
    assert!(matches!(told, StoreError::NewerDatabase { found: 9999, .. }), "{told}");
}

/// A live database with newer data than its backup, both ready to be swapped.
fn ready() -> Shop {
    let shop = Shop::new();
    let backup = shop.backup();
    shop.set("canary", "newer");
    stage_of(&shop, &backup).unwrap();
    shop
}

fn canary_at(path: &Path) -> String {
    let db = Db::open(path, clock()).unwrap();
    db.read(|reader| settings::find(reader.conn(), "canary")).unwrap().unwrap()
}

#[test]
fn stopped_at_any_step_a_restore_ends_before_or_after_and_loses_neither() {
    for stop in [None].into_iter().chain(Step::ALL.map(Some)) {
        let Shop { folder, db, .. } = ready();
        let database = folder.file("data/purser.db");
        // Without the log folded in, as a crash leaves it.
        std::mem::drop(db);
        if stop.is_none() {
            // Before the marker nothing is decided.
            assert_eq!(swap::finish(&database).unwrap(), Outcome::Nothing);
            restore::sweep(&database);
            assert_eq!(canary_at(&database), "newer");
            continue;
        }
        let before = swap::mark(&database, clock().now()).unwrap();
        let stopped = swap::finish_until(&database, &mut |step| match Some(step) == stop {
            true => Err(StoreError::Busy),
            false => Ok(()),
        });
        assert!(stopped.is_err(), "{stop:?}");
        let again = swap::finish(&database).unwrap();
        let expected = match stop {
            Some(Step::MarkerGone) => Outcome::Nothing,
            _ => Outcome::Restored { before: before.clone() },
        };
        assert_eq!(again, expected, "{stop:?}");
        assert_eq!(canary_at(&database), CANARY, "{stop:?}");
        assert_eq!(canary_at(&before), "newer", "{stop:?}");
        assert!(!swap::is_marked(&database) && !restore::folder_of(&database).exists());
        assert_eq!(swap::finish(&database).unwrap(), Outcome::Nothing);
    }
}

#[test]
fn a_log_that_a_crash_left_goes_aside_with_its_database() {
    let shop = ready();
    // Copied while it is open: the newest rows are in the log only.
    let (database, crashed) = (shop.database(), shop.folder.file("crashed"));
    std::fs::create_dir_all(crashed.join("restore")).unwrap();
    for name in ["purser.db", "purser.db-wal", "restore/purser.db"] {
        let from = database.with_file_name(name);
        if from.exists() {
            std::fs::copy(from, crashed.join(name)).unwrap();
        }
    }
    let database = crashed.join("purser.db");
    assert!(std::fs::metadata(crashed.join("purser.db-wal")).unwrap().len() > 0);
    for step in Step::ALL {
        if !staged_of(&database).exists() {
            break;
        }
        if !swap::is_marked(&database) {
            swap::mark(&database, clock().now()).unwrap();
        }
        let _ = swap::finish_until(&database, &mut |done| match done == step {
            true => Err(StoreError::Busy),
            false => Ok(()),
        });
    }
    let Outcome::Restored { before } = swap::finish(&database).unwrap() else { panic!("not done") };
    assert_eq!(canary_at(&database), CANARY);
    assert_eq!(canary_at(&before), "newer");
}

#[test]
fn a_copy_that_was_altered_while_it_waited_is_not_put_in_place() {
    for stop in [Step::Marked, Step::OldAside, Step::LogAside] {
        let Shop { folder, db, .. } = ready();
        let database = folder.file("data/purser.db");
        drop(db);
        swap::mark(&database, clock().now()).unwrap();
        let _ = swap::finish_until(&database, &mut |step| match step == stop {
            true => Err(StoreError::Busy),
            false => Ok(()),
        });
        let mut bytes = std::fs::read(staged_of(&database)).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(staged_of(&database), bytes).unwrap();
        assert_eq!(swap::finish(&database).unwrap(), Outcome::Reverted, "{stop:?}");
        assert_eq!(canary_at(&database), "newer", "{stop:?}");
    }
    // A marker that leads elsewhere is none.
    let Shop { folder, db, .. } = ready();
    let database = folder.file("data/purser.db");
    drop(db);
    let marker = r#"{"sha256":"","before":"../x.before-restore-1"}"#;
    std::fs::write(folder.file("data/purser.restore"), marker).unwrap();
    assert_eq!(swap::finish(&database).unwrap(), Outcome::Reverted);
    assert_eq!(canary_at(&database), "newer");
}

#[test]
fn on_another_machine_the_code_opens_it_and_its_own_key_file_from_then_on() {
    let shop = Shop::new();
    let backup = shop.backup();
    let other = Folder::new();
    std::fs::create_dir(other.file("data")).unwrap();
    let database = other.file("data/purser.db");
    let openers = Openers::of_key_file(&other.file("purser.key"));
    let none = Keys { openers: &openers, code: None };
    assert!(stage(&backup, (&database, None), none, &clock(), &|_, _| true).is_err());
    let keys = Keys { openers: &openers, code: Some(&shop.code) };
    let preview = stage(&backup, (&database, None), keys, &clock(), &|_, _| true).unwrap();
    assert_eq!((preview.here, preview.made_at), (None, Some(clock().now())));
    swap::mark(&database, clock().now()).unwrap();
    assert!(matches!(swap::finish(&database).unwrap(), Outcome::Restored { .. }));
    let db = Db::open(&database, clock()).unwrap();
    let vault = Vault::open_with(&openers, &db).unwrap();
    let hash = |vault: &Vault| {
        vault.customer_hash(&crate::store::vault::Customer::Email("ann@example.test"))
    };
    assert_eq!(hash(vault.vault().unwrap()), hash(&shop.vault));
    // The former key file opens nothing here; the code does still.
    let kinds = db.read(|reader| slots::list_slots(reader.conn())).unwrap();
    assert_eq!(kinds.len(), 2);
    let former = Vault::open_with(&shop.openers, &db).unwrap();
    assert!(former.vault().is_none());
}

#[test]
fn what_was_erased_since_is_erased_in_what_is_restored() {
    use crate::base::id::{OrderId, RequestId};
    use crate::store::privacy;
    let (shop, zeros) = (Shop::new(), "0".repeat(62));
    let write = |work: &dyn Fn(&crate::store::Tx<'_>) -> Result<(), StoreError>| {
        shop.db.write_local(Lane::Interactive, |tx| work(tx)).unwrap();
    };
    write(&|tx| {
        Ok(tx.conn().execute_batch(&format!(
            "insert into stores (id, name, currency, time_zone, created_at)
                values (1, 'shop', 'EUR', 'UTC', 0);
             insert into customers (id, hash) values (1, x'11{zeros}'),
                (2, x'22{zeros}');
             insert into orders (id, store_id, external_id, placed_at, order_day, currency,
                financial_status) values (1, 1, 'o-1', 0, 0, 'EUR', 'paid'),
                (2, 1, 'o-2', 0, 0, 'EUR', 'paid');
             insert into order_facts (order_id, kind, part, body, customer_id, known_from_at)
                values (1, 'api', '', '{{}}', 1, 0), (2, 'api', '', '{{}}', 2, 0);",
        ))?)
    });
    let backup = shop.backup();
    write(&|tx| {
        tx.conn().execute_batch(&format!(
            "insert into privacy_requests
                (id, account_name, platform, kind, received_at, due_at)
             values (1, 'shop', '', 'forget', 5, 6), (2, 'shop', '', 'forget', 7, 8);
             insert into privacy_marks (request_id, hash, named)
                values (2, x'22{zeros}', 1);",
        ))?;
        privacy::forget_orders(tx, RequestId(1), &[OrderId(1)])?;
        privacy::blur_buyers(tx, &privacy::list_unborne_in(tx.conn(), RequestId(1))?)?;
        privacy::finish(tx, RequestId(1), privacy::Outcome::Done)
    });
    let preview = stage_of(&shop, &backup).unwrap();
    assert!(preview.is_same);
    assert_eq!((preview.there.orders, preview.erased), (2, 1));
    let conn = Connection::open(staged_of(&shop.database())).unwrap();
    let text = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    let borne = "select group_concat(order_id || ':' || coalesce(customer_id, '-'), ' ') \
                 from (select * from order_facts order by order_id)";
    assert_eq!(text(borne), "1:- 2:2");
    let hashes = "select group_concat(hex(substr(hash, 1, 1)) = '11', ' ') \
                  from (select * from customers order by id)";
    assert_eq!(text(hashes), "0 0");
    // What was still to be carried out is still to be carried out, of the same buyer.
    let open = "select count(*) || ' ' || hex(min(substr(hash, 1, 1))) from privacy_requests \
                join privacy_marks on request_id = privacy_requests.id where done_at is null";
    assert_eq!(text(open), "1 22");
}

#[test]
fn the_folder_that_was_chosen_is_known_again_and_an_empty_mount_point_is_not_it() {
    use super::folder;
    let shop = Shop::new();
    let place = shop.folder.file("disk");
    let choose = |path: &Path| folder::choose(path, &shop.database());
    assert!(matches!(choose(&place), Err(StoreError::Refused(_))));
    assert!(!place.exists());
    std::fs::create_dir(&place).unwrap();
    assert!(!folder::is_there(&place));
    choose(&place).unwrap();
    assert!(folder::is_there(&place));
    assert!(matches!(choose(&shop.folder.file("data")), Err(StoreError::Refused(_))));
    assert!(matches!(choose(Path::new("disk")), Err(StoreError::Refused(_))));
    let instance = shop.get("instance_id").unwrap();
    let now = clock().now();
    let target = place.join(folder::name_of(&instance, now));
    make::make(&shop.db, &shop.vault, &target, &|_, _, _| true).unwrap();
    std::fs::copy(&target, place.join(folder::name_of("another", now))).unwrap();
    std::fs::write(place.join(folder::name_of(&instance, now.plus_seconds(1))), "no").unwrap();
    let listed = folder::list(&place, &instance);
    assert_eq!(listed.iter().map(|one| one.path.clone()).collect::<Vec<_>>(), [target]);
    // The disk goes: what is left in its place is empty.
    std::fs::rename(&place, shop.folder.file("away")).unwrap();
    std::fs::create_dir(&place).unwrap();
    assert!(!folder::is_there(&place) && folder::list(&place, &instance).is_empty());
}

#[test]
fn unfinished_copies_of_a_program_that_died_are_swept() {
    let shop = Shop::new();
    let left = shop.folder.file("data/backup-0123456789ab.staging");
    std::fs::write(&left, "half").unwrap();
    std::fs::create_dir(restore::rehearsal_of(&shop.database())).unwrap();
    restore::sweep(&shop.database());
    assert!(!left.exists() && !restore::rehearsal_of(&shop.database()).exists());
    assert!(open(&shop.folder).path().exists());
}

#[test]
fn heads_that_a_fuzzer_begins_with_are_read_or_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fuzz/backup_header");
    let mut read = Vec::new();
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        seen += 1;
        if header::try_read(&bytes, "0000") {
            read.push(name);
        }
        // Cut off anywhere, it is refused.
        for length in 0..bytes.len() {
            assert!(!header::try_read(&bytes[..length], ""), "{}: {length}", path.display());
        }
    }
    read.sort();
    assert_eq!(
        (seen, read),
        (9, ["no-slots", "passphrase", "well-formed"].map(String::from).into())
    );
}
