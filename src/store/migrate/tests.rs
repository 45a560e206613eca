//! What opening does with a file that is newer, foreign or damaged.

use super::*;
use crate::store::testing::{Folder, clock, open};
use crate::store::{Db, Lane};

/// Changes the file behind the program's back, and folds the log in.
fn tamper(folder: &Folder, sql: &str) {
    let conn = Connection::open(folder.file("purser.db")).unwrap();
    conn.execute_batch(sql).unwrap();
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

fn refused(folder: &Folder) -> StoreError {
    let path = folder.file("purser.db");
    let before = std::fs::read(&path).unwrap();
    let error = Db::open(&path, clock()).err().expect("should have been refused");
    assert_eq!(std::fs::read(&path).unwrap(), before, "the file was changed");
    error
}

#[test]
fn a_file_of_somebody_else_is_left_alone() {
    let folder = Folder::new();
    std::fs::write(folder.file("purser.db"), b"my diary").unwrap();
    assert!(matches!(refused(&folder), StoreError::NotOurs { .. }));
    std::fs::remove_file(folder.file("purser.db")).unwrap();
    tamper(&folder, "CREATE TABLE diary (page TEXT)");
    assert!(matches!(refused(&folder), StoreError::NotOurs { .. }));
}

#[test]
fn threat_24_a_history_that_makes_no_sense_is_a_clean_error() {
    for set in ["applied_on = 'yesterday'", "checksum = 'x'", "version = -1", "name = NULL"] {
        let folder = Folder::new();
        drop(open(&folder));
        let sql = format!("UPDATE refinery_schema_history SET {set} WHERE version = 1");
        tamper(&folder, &sql);
        assert!(matches!(refused(&folder), StoreError::Damaged { .. }), "{set}");
    }
}

#[test]
fn threat_25_a_newer_database_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    drop(open(&folder));
    let snapshot = snapshot_path(&folder.file("purser.db"), 2, clock().now());
    std::fs::write(&snapshot, b"").unwrap();
    tamper(
        &folder,
        "INSERT INTO refinery_schema_history \
         SELECT 9999, 'later', applied_on, checksum FROM refinery_schema_history LIMIT 1",
    );
    let error = refused(&folder);
    assert!(matches!(error, StoreError::NewerDatabase { found: 9999, .. }));
    assert!(error.to_string().contains(&*snapshot.to_string_lossy()), "{error}");

    let folder = Folder::new();
    drop(open(&folder));
    tamper(&folder, "PRAGMA user_version = 2");
    assert!(matches!(refused(&folder), StoreError::NewerDatabase { found: 2, .. }));
}

#[test]
fn threat_26_an_altered_upgrade_is_refused() {
    let folder = Folder::new();
    drop(open(&folder));
    tamper(&folder, "UPDATE refinery_schema_history SET checksum = '1' WHERE version = 1");
    assert!(matches!(refused(&folder), StoreError::Damaged { .. }));
    for step in embedded::migrations::runner().get_migrations() {
        assert!(!step.sql().unwrap().contains('\r'), "{step} has line ends of Windows");
    }
}

#[test]
fn threat_23_a_planted_trigger_view_or_table_is_refused() {
    for sql in [
        "CREATE TRIGGER t AFTER INSERT ON settings BEGIN DELETE FROM users; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE extra (id INTEGER)",
        "DROP INDEX sessions_by_user",
    ] {
        let folder = Folder::new();
        drop(open(&folder));
        tamper(&folder, sql);
        assert!(matches!(refused(&folder), StoreError::Damaged { .. }), "{sql}");
    }
}

#[test]
fn indexes_of_lines_may_lack_while_first_orders_come_in_and_only_then() {
    const BEHIND: &str = "INSERT INTO rollups_behind (id, mark) VALUES (1, 1)";
    let check = |sql: &str, is_fine: bool| {
        let folder = Folder::new();
        drop(open(&folder));
        tamper(&folder, sql);
        match is_fine {
            true => drop(open(&folder)),
            false => assert!(matches!(refused(&folder), StoreError::Damaged { .. }), "{sql}"),
        }
    };
    let both = "DROP INDEX profit_lines_by_event_day; DROP INDEX profit_lines_by_variant";
    check(both, false);
    check(&format!("{both}; {BEHIND}"), true);
    check(&format!("DROP INDEX profit_lines_by_variant; {BEHIND}"), true);
    check(BEHIND, true);
    check(&format!("DROP INDEX profit_lines_missing; {BEHIND}"), false);
    let other = "CREATE INDEX profit_lines_by_variant ON profit_lines (units)";
    check(&format!("{both}; {other}; {BEHIND}"), false);
}

/// Rebuilds what an older program left behind: only the first step applied.
fn make_old(folder: &Folder) {
    let mut conn = Connection::open(folder.file("purser.db")).unwrap();
    conn.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    conn.pragma_update(None, "user_version", FORMAT_EPOCH).unwrap();
    let first = refinery::Target::Version(1);
    embedded::migrations::runner().set_grouped(true).set_target(first).run(&mut conn).unwrap();
    conn.execute("INSERT INTO settings (key, value) VALUES ('kept', 'yes')", []).unwrap();
}

#[test]
fn sums_of_an_older_database_go_over_as_they_are_and_are_checked_without_a_table_of_its_own() {
    let folder = Folder::new();
    let mut conn = Connection::open(folder.file("purser.db")).unwrap();
    conn.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    conn.pragma_update(None, "user_version", FORMAT_EPOCH).unwrap();
    let older = refinery::Target::Version(22);
    embedded::migrations::runner().set_grouped(true).set_target(older).run(&mut conn).unwrap();
    let insert = "INSERT INTO rollups VALUES (?1, ?2, ?3, -5, 7, 3, x'0102')";
    for key in [[2, 1, 0], [0, 0, 2], [1, 0, 1]] {
        conn.execute(insert, key).unwrap();
    }
    let is_slow = |conn: &Connection| {
        let sql = format!("EXPLAIN {insert}");
        let mut statement = conn.prepare(&sql).unwrap();
        let steps = statement.query_map([0; 3], |row| row.get(1)).unwrap();
        steps.map(Result::unwrap).any(|step: String| step == "OpenEphemeral")
    };
    assert!(is_slow(&conn));
    drop(conn);
    drop(open(&folder));
    let conn = Connection::open(folder.file("purser.db")).unwrap();
    let list = "SELECT dim, basis, span, first_day, key, store_id, hex(measures) FROM rollups";
    let mut statement = conn.prepare(list).unwrap();
    let number = |row: &rusqlite::Row<'_>, column: usize| row.get::<_, i64>(column);
    let rows = statement
        .query_map([], |row| {
            let key = [number(row, 0)?, number(row, 1)?, number(row, 2)?];
            Ok((key, [number(row, 3)?, number(row, 4)?, number(row, 5)?], row.get(6)?))
        })
        .unwrap();
    let rows: Vec<([i64; 3], [i64; 3], String)> = rows.map(Result::unwrap).collect();
    let row = |key: [i64; 3]| (key, [-5, 7, 3], "0102".to_owned());
    assert_eq!(rows, [row([0, 0, 2]), row([1, 0, 1]), row([2, 1, 0])]);
    assert!(!is_slow(&conn));
    for key in [[3, 0, 0], [-1, 0, 0], [0, 2, 0], [0, -1, 0], [0, 0, 3], [0, 0, -1]] {
        assert!(conn.execute(insert, key).is_err(), "{key:?}");
    }
}

#[test]
fn an_older_database_is_copied_and_then_brought_up_to_date() {
    let folder = Folder::new();
    make_old(&folder);
    let beside = Db::open_read_only(&folder.file("purser.db"), clock());
    assert!(matches!(beside, Err(StoreError::OlderDatabase { found: 1, .. })));
    let clock = clock();
    let db = Db::open(&folder.file("purser.db"), clock.clone()).unwrap();
    let kept = "SELECT value FROM settings WHERE key = 'kept'";
    let value: String =
        db.read(|reader| Ok(reader.conn().query_row(kept, [], |row| row.get(0))?)).unwrap();
    assert_eq!(value, "yes");
    drop(db);
    let copies = list_snapshots(&folder.file("purser.db"));
    assert_eq!(copies.len(), 1);
    assert_eq!(inspect(&copies[0].1).unwrap(), Found::Ours { step: 1 });

    clock.advance_seconds(31 * 86_400);
    drop(Db::open(&folder.file("purser.db"), clock).unwrap());
    assert!(list_snapshots(&folder.file("purser.db")).is_empty());
}

#[test]
fn threat_27_an_upgrade_that_fails_leaves_the_old_state() {
    let folder = Folder::new();
    make_old(&folder);
    // The second step meets a table of its own name: it must fail as a whole.
    tamper(&folder, "CREATE TABLE sealed_keys (id INTEGER)");
    assert!(Db::open(&folder.file("purser.db"), clock()).is_err());
    tamper(&folder, "DROP TABLE sealed_keys");
    let db = Db::open(&folder.file("purser.db"), clock()).unwrap();
    db.write(Lane::Interactive, |_| Ok(())).unwrap();
}

#[test]
fn a_damaged_log_still_gives_a_whole_state() {
    let folder = Folder::new();
    let db = open(&folder);
    for number in 0..20 {
        db.write(Lane::Background, move |tx| {
            let sql = "INSERT INTO settings (key, value) VALUES (?1, '')";
            tx.conn().execute(sql, [number.to_string()])?;
            Ok(())
        })
        .unwrap();
    }
    let (main, log) = (folder.file("purser.db"), folder.file("purser.db-wal"));
    let (main, log) = (std::fs::read(main).unwrap(), std::fs::read(log).unwrap());
    for cut in (0..log.len()).step_by(log.len() / 40 + 1) {
        let torn = Folder::new();
        std::fs::write(torn.file("purser.db"), &main).unwrap();
        std::fs::write(torn.file("purser.db-wal"), &log[..cut]).unwrap();
        let db = open(&torn);
        let rows: Vec<String> = db
            .read(|reader| {
                let mut rows = reader.conn().prepare("SELECT key FROM settings")?;
                let keys = rows.query_map([], |row| row.get(0))?;
                Ok(keys.collect::<Result<_, _>>()?)
            })
            .unwrap();
        for number in 0..rows.len() {
            assert!(rows.contains(&number.to_string()), "not a prefix: {rows:?}");
        }
    }
}

#[test]
fn threat_27_a_file_that_was_left_half_made_is_made_anew() {
    let folder = Folder::new();
    let path = folder.file("purser.db");
    // A program that dies between writing the first page and ending its transaction.
    let copy = folder.file("half.db");
    {
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch("PRAGMA synchronous = FULL; PRAGMA cache_size = 1; BEGIN EXCLUSIVE;")
            .unwrap();
        conn.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        conn.execute_batch("CREATE TABLE t (a); PRAGMA cache_spill = 1;").unwrap();
        for _ in 0..200 {
            conn.execute("INSERT INTO t VALUES (randomblob(2000))", []).unwrap();
        }
        std::fs::copy(&path, &copy).unwrap();
        let journal = |of: &std::path::Path| format!("{}-journal", of.display());
        std::fs::copy(journal(&path), journal(&copy)).unwrap();
    }
    assert!(is_half_created(&copy), "the journal was left behind");
    assert!(matches!(Db::open_read_only(&copy, clock()), Err(StoreError::NoDatabase { .. })));
    let db = Db::open(&copy, clock()).unwrap();
    let tables = db.read(|reader| {
        let sql = "SELECT count(*) FROM sqlite_schema WHERE name = 't'";
        Ok(reader.conn().query_row(sql, [], |row| row.get::<_, i64>(0))?)
    });
    assert_eq!(tables.unwrap(), 0);
}
