//! The log holds against whoever has the file: each way to tamper names its row.

use rusqlite::Connection;

use super::verify::{Fault, Wrong};
use super::*;
use crate::store::testing::{Folder, clock};
use crate::store::{behalf, behalf::Behalf};

const KEY: [u8; 32] = [7; 32];

fn key() -> Key {
    Key::new(KEY)
}

fn filled(folder: &Folder, rows: i64) -> Db {
    let db = Db::open(&folder.file("purser.db"), clock()).unwrap();
    begin_sealing(&db, &key()).unwrap();
    for number in 1..=rows {
        write(&db, &format!("row {number}"));
        db.clock().advance_seconds(60);
    }
    db
}

fn write(db: &Db, subject: &str) {
    let entry = Entry {
        who: "ann@example.test",
        origin: "127.0.0.1",
        kind: Kind::Setting,
        subject,
        before: Some("1"),
        after: None,
    };
    db.write_local(Lane::Interactive, |tx| append(tx, &entry)).unwrap();
}

fn check(db: &Db) -> Verified {
    db.read(|reader| verify(reader.conn(), Some(&key()))).unwrap()
}

/// As somebody with the file but without the key does it.
fn tamper(db: &Db, sql: &str) {
    db.write_local(Lane::Interactive, |tx| {
        tx.conn().execute_batch(
            "drop trigger audit_log_is_not_altered; drop trigger audit_log_is_not_deleted;",
        )?;
        tx.conn().execute_batch(sql)?;
        rehash(tx.conn())
    })
    .unwrap();
}

/// Mends the chain from the first row on, and its end; the tags cannot be mended.
fn rehash(conn: &Connection) -> Result<(), StoreError> {
    let mut statement =
        conn.prepare("select id, at, who, origin, kind, subject, before, after from audit_log")?;
    let rows: Vec<Row> = statement
        .query_map([], |row| {
            Ok(Row {
                id: row.get(0)?,
                at: row.get(1)?,
                who: row.get(2)?,
                origin: row.get(3)?,
                kind: row.get(4)?,
                subject: row.get(5)?,
                before: row.get(6)?,
                after: row.get(7)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    let mut before = [0; 32];
    for row in &rows {
        before = row.hash(&before);
        conn.execute("update audit_log set hash = ?2 where id = ?1", (row.id, before))?;
    }
    let last = rows.last().map_or(0, |row| row.id);
    conn.execute("update audit_head set row_id = ?, hash = ?", (last, before))?;
    Ok(())
}

#[test]
fn t35_the_log_is_only_appended_to() {
    let folder = Folder::new();
    let db = filled(&folder, 3);
    for sql in [
        "update audit_log set who = 'bob'",
        "update audit_log set mac = null where id = 2",
        "delete from audit_log",
        "delete from audit_log where id = 1",
    ] {
        let refused = db.write_local(Lane::Interactive, |tx| Ok(tx.conn().execute(sql, [])?));
        assert!(refused.is_err(), "{sql}");
    }
    assert_eq!(check(&db), Verified { rows: 3, with_key: true, fault: None });
}

#[test]
fn t35_whoever_alters_takes_out_reorders_or_puts_in_a_row_is_found_out() {
    let cases = [
        ("update audit_log set subject = 'other' where id = 3", 3, Wrong::Forged),
        ("update audit_log set who = 'bob' where id = 1", 1, Wrong::Forged),
        ("update audit_log set before = null where id = 5", 5, Wrong::Forged),
        ("update audit_log set at = at + 1 where id = 4", 4, Wrong::Forged),
        ("update audit_log set subject = 'x', mac = null where id = 3", 3, Wrong::Forged),
        ("delete from audit_log where id = 2", 2, Wrong::Missing),
        (
            "update audit_log set id = 99 where id = 2; update audit_log set id = 2 where id = 3;
             update audit_log set id = 3 where id = 99",
            2,
            Wrong::Forged,
        ),
        (
            "insert into audit_log (id, at, who, origin, kind, subject, hash)
             values (6, 1, 'x', '', 'people', 'y', zeroblob(32))",
            6,
            Wrong::Forged,
        ),
        ("delete from audit_log where id = 5", 4, Wrong::Cut),
        ("delete from audit_log where id >= 3", 2, Wrong::Cut),
        ("delete from audit_head", 5, Wrong::Cut),
        ("update audit_log set mac = null; update audit_head set mac = null", 1, Wrong::Forged),
    ];
    for (sql, row, what) in cases {
        let folder = Folder::new();
        let db = filled(&folder, 5);
        tamper(&db, sql);
        assert_eq!(check(&db).fault, Some(Fault { row, what }), "{sql}");
    }
}

#[test]
fn t35_without_mending_the_chain_itself_tells_without_any_key() {
    for (sql, row) in [
        ("update audit_log set after = 'x' where id = 4", 4),
        ("update audit_log set hash = zeroblob(32) where id = 2", 2),
    ] {
        let folder = Folder::new();
        let db = filled(&folder, 5);
        db.write_local(Lane::Interactive, |tx| {
            tx.conn().execute_batch("drop trigger audit_log_is_not_altered")?;
            Ok(tx.conn().execute_batch(sql)?)
        })
        .unwrap();
        let found = db.read(|reader| verify(reader.conn(), None)).unwrap();
        assert_eq!(found.fault, Some(Fault { row, what: Wrong::Altered }), "{sql}");
    }
}

#[test]
fn t35_rows_of_a_locked_vault_are_covered_when_it_opens() {
    let folder = Folder::new();
    let db = Db::open(&folder.file("purser.db"), clock()).unwrap();
    write(&db, "locked 1");
    write(&db, "locked 2");
    begin_sealing(&db, &key()).unwrap();
    assert_eq!(check(&db), Verified { rows: 3, with_key: true, fault: None });
    tamper(&db, "update audit_log set subject = 'other' where id = 2");
    assert_eq!(check(&db).fault, Some(Fault { row: 1, what: Wrong::Forged }));
}

#[test]
fn s21_the_oldest_rows_go_and_the_rest_hangs_together() {
    let folder = Folder::new();
    let db = filled(&folder, 6);
    let begin = clock().now();
    // The first three, of the minutes 0, 1 and 2.
    let gone = db.write_local(Lane::Background, |tx| prune(tx, begin.plus_seconds(180))).unwrap();
    assert_eq!(gone, 3);
    // Three are left, and one tells of it.
    assert_eq!(check(&db), Verified { rows: 4, with_key: true, fault: None });
    let none = db.write_local(Lane::Background, |tx| prune(tx, begin.plus_seconds(180))).unwrap();
    assert_eq!(none, 0);
    let refused = db.write_local(Lane::Interactive, |tx| {
        Ok(tx.conn().execute("delete from audit_log where id = 4", [])?)
    });
    assert!(refused.is_err());
    db.write_local(Lane::Interactive, |tx| {
        Ok(tx.conn().execute("update audit_anchor set row_id = 4", [])?)
    })
    .unwrap();
    assert_eq!(check(&db).fault, Some(Fault { row: 4, what: Wrong::Anchor }));
}

#[test]
fn a_write_on_somebodys_behalf_is_in_the_log_whoever_forgets_to_note_it() {
    let folder = Folder::new();
    let db = filled(&folder, 0);
    let list = || {
        let rows = db.read(|reader| read::list(reader.conn(), &read::Wanted::default(), (0, 100)));
        rows.unwrap().into_iter().map(|row| (row.who, row.origin, row.subject)).collect::<Vec<_>>()
    };
    let change = |value: &'static str| {
        let work = move |tx: &Tx<'_>| {
            let sql = "insert or replace into settings (key, value) values ('k', ?)";
            tx.conn().execute(sql, [value])?;
            Ok(())
        };
        db.write(Lane::Interactive, work).unwrap();
    };
    let ann = Behalf::new("ann@example.test", "::1", "/settings/x");
    behalf::run(Some(ann), || {
        db.write(Lane::Interactive, |_| Ok(())).unwrap();
        assert!(list().is_empty(), "what changed nothing is not told");
        let failed: Result<(), _> = db.write(Lane::Interactive, |tx| {
            tx.conn().execute("delete from settings", [])?;
            Err(StoreError::Missing)
        });
        failed.unwrap_err();
        assert!(list().is_empty(), "what was taken back is not told");
        change("1");
        change("2");
    });
    let told = ("ann@example.test".to_owned(), "::1".to_owned(), "/settings/x".to_owned());
    assert_eq!(list(), [told], "one request, one row");
    // A job is nobody's.
    change("3");
    assert_eq!(list().len(), 1);
}
