//! One writer, many readers, and a transaction that stands or falls as a whole.

use std::sync::mpsc::channel;

use super::*;
use crate::base::{Day, DayRange};
use crate::store::rollups::read::Wanted;
use crate::store::rollups::{Dim, Span, packed};
use crate::store::testing::{Folder, clock, open};

fn put(tx: &Tx<'_>, key: &str) -> Result<(), StoreError> {
    tx.conn().execute("INSERT INTO settings (key, value) VALUES (?1, ?2)", (key, tx.now))?;
    Ok(())
}

fn count(db: &Db) -> i64 {
    db.read(|reader| {
        Ok(reader.conn().query_row("SELECT count(*) FROM settings", [], |row| row.get(0))?)
    })
    .unwrap()
}

fn put_text(tx: &Tx<'_>, key: &str) -> Result<(), StoreError> {
    tx.conn().execute("INSERT INTO settings (key, value) VALUES (?1, '')", [key])?;
    Ok(())
}

#[test]
fn what_was_committed_is_read_and_one_file_remains_after_closing() {
    let folder = Folder::new();
    let db = open(&folder);
    db.write(Lane::Interactive, |tx| put_text(tx, "a")).unwrap();
    assert_eq!(count(&db), 1);
    drop(db);
    assert_eq!(folder.names(), ["purser.db"]);
    assert_eq!(count(&open(&folder)), 1);
}

#[test]
fn an_error_or_a_panic_takes_everything_back() {
    let folder = Folder::new();
    let db = open(&folder);
    let failed = db.write(Lane::Background, |tx| {
        put_text(tx, "a")?;
        Err::<(), _>(StoreError::Missing)
    });
    assert!(matches!(failed, Err(StoreError::Missing)));
    let panicked = db.write(Lane::Background, |tx| -> Result<(), StoreError> {
        put_text(tx, "b")?;
        panic!("broken");
    });
    assert!(matches!(panicked, Err(StoreError::Internal(what)) if what == "broken"));
    assert_eq!(count(&db), 0);
    db.write(Lane::Interactive, |tx| put_text(tx, "c")).unwrap();
    assert_eq!(count(&db), 1);
}

#[test]
fn strict_tables_refuse_the_wrong_type_and_uniqueness_is_a_conflict() {
    let folder = Folder::new();
    let db = open(&folder);
    // An instant in a text column is stored as its text by STRICT's lossless conversion, but a
    // text in a number column is refused.
    db.write(Lane::Interactive, |tx| put(tx, "a")).unwrap();
    let wrong = db.write(Lane::Interactive, |tx| {
        tx.conn().execute("UPDATE organisation SET books_version = 'many'", [])?;
        Ok(())
    });
    assert!(matches!(wrong, Err(StoreError::Sqlite(_))));
    let twice = db.write(Lane::Interactive, |tx| put(tx, "a"));
    assert!(matches!(twice, Err(StoreError::Conflict)));
}

#[test]
fn work_that_borrows_runs_on_the_lent_connection() {
    let folder = Folder::new();
    let db = open(&folder);
    let keys = ["a".to_owned(), "b".to_owned()];
    let written = db.write_local(Lane::Background, |tx| {
        keys.iter().try_for_each(|key| put_text(tx, key))?;
        Ok(keys.len())
    });
    assert_eq!(written.unwrap(), 2);
    let failed = db.write_local(Lane::Background, |tx| -> Result<(), StoreError> {
        put_text(tx, "c")?;
        panic!("broken");
    });
    assert!(matches!(failed, Err(StoreError::Internal(_))));
    db.write(Lane::Interactive, |tx| put_text(tx, "d")).unwrap();
    assert_eq!(count(&db), 3);
}

#[test]
fn a_write_inside_a_write_is_refused_instead_of_waiting_for_ever() {
    let folder = Folder::new();
    let db = open(&folder);
    let inner = db.clone();
    let nested =
        db.write(Lane::Interactive, move |_| inner.write(Lane::Interactive, |tx| put(tx, "a")));
    assert!(matches!(nested, Err(StoreError::Internal(_))));
    let nested = db.write_local(Lane::Interactive, |_| {
        db.write_local(Lane::Interactive, |tx| put_text(tx, "a"))
    });
    assert!(matches!(nested, Err(StoreError::Internal(_))));
}

#[test]
fn people_go_before_background_work() {
    let folder = Folder::new();
    let db = open(&folder);
    let (hold, held) = channel::<()>();
    let (started, has_started) = channel::<()>();
    let (done, order) = channel::<&'static str>();
    let threads: Vec<_> = {
        let spawn = |lane: Lane, name: &'static str| {
            let (db, done) = (db.clone(), done.clone());
            let work = move |_: &Tx<'_>| -> Result<(), StoreError> {
                done.send(name).map_err(|error| StoreError::Internal(error.to_string()))
            };
            std::thread::spawn(move || db.write(lane, work).unwrap())
        };
        let blocker = db.clone();
        let first = std::thread::spawn(move || {
            blocker
                .write(Lane::Background, move |_| {
                    started.send(()).unwrap();
                    held.recv().unwrap();
                    Ok(())
                })
                .unwrap();
        });
        has_started.recv().unwrap();
        let background = spawn(Lane::Background, "background");
        while lock(&db.inner.writer.as_ref().unwrap().queue.lanes).background.is_empty() {
            std::thread::yield_now();
        }
        let interactive = spawn(Lane::Interactive, "interactive");
        while lock(&db.inner.writer.as_ref().unwrap().queue.lanes).interactive.is_empty() {
            std::thread::yield_now();
        }
        hold.send(()).unwrap();
        vec![first, background, interactive]
    };
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(order.try_iter().collect::<Vec<_>>(), ["interactive", "background"]);
}

#[test]
fn one_read_sees_one_state() {
    let folder = Folder::new();
    let db = open(&folder);
    let counts = db
        .read(|reader| {
            let count = || -> Result<i64, StoreError> {
                let sql = "SELECT count(*) FROM settings";
                Ok(reader.conn().query_row(sql, [], |row| row.get(0))?)
            };
            let before = count()?;
            db.write(Lane::Interactive, |tx| put_text(tx, "a"))?;
            Ok((before, count()?))
        })
        .unwrap();
    assert_eq!(counts, (0, 0));
    assert_eq!(count(&db), 1);
}

#[test]
fn a_reader_cannot_write_and_a_slow_one_is_stopped() {
    let folder = Folder::new();
    let db = open(&folder);
    let written = db.read(|reader| Ok(reader.conn().execute("DELETE FROM settings", [])?));
    assert!(matches!(written, Err(StoreError::Sqlite(_))));
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
                   SELECT count(*) FROM n";
    let slow = db.read_within(Duration::from_millis(50), |reader| {
        Ok(reader.conn().query_row(endless, [], |row| row.get::<_, i64>(0))?)
    });
    assert!(matches!(slow, Err(StoreError::TooSlow)));
    assert_eq!(count(&db), 0);
}

#[test]
fn a_read_that_breaks_off_leaves_no_state_behind() {
    let folder = Folder::new();
    let db = open(&folder);
    let broken = catch_unwind(AssertUnwindSafe(|| {
        let _ = db.read(|reader| -> Result<(), StoreError> {
            let sql = "SELECT count(*) FROM settings";
            reader.conn().query_row(sql, [], |row| row.get::<_, i64>(0))?;
            panic!("broken");
        });
    }));
    assert!(broken.is_err());
    let failed = db.read(|_| Err::<(), _>(StoreError::Missing));
    assert!(matches!(failed, Err(StoreError::Missing)));
    db.write(Lane::Interactive, |tx| put_text(tx, "a")).unwrap();
    assert_eq!(count(&db), 1);
    assert_eq!(lock(&db.inner.readers.pool).taken, 0);
}

#[test]
fn who_waits_for_a_reader_is_woken_when_one_is_free() {
    let folder = Folder::new();
    let db = open(&folder);
    let (started, has_started) = channel::<()>();
    let mut holding: Vec<_> = (0..READERS_MAX)
        .map(|_| {
            let (hold, held) = channel::<()>();
            let (db, started) = (db.clone(), started.clone());
            let thread = std::thread::spawn(move || {
                db.read(|_| {
                    started.send(()).unwrap();
                    held.recv().unwrap();
                    Ok(())
                })
                .unwrap();
            });
            has_started.recv().unwrap();
            (hold, thread)
        })
        .collect();
    let busy = db.read_within(Duration::from_millis(1), |_| Ok(()));
    assert!(matches!(busy, Err(StoreError::Busy)));
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let db = db.clone();
            std::thread::spawn(move || count(&db))
        })
        .collect();
    while lock(&db.inner.readers.pool).waiting < waiting.len() {
        std::thread::yield_now();
    }
    // The others stay: the one place serves both.
    let (hold, thread) = holding.pop().unwrap();
    hold.send(()).unwrap();
    thread.join().unwrap();
    for thread in waiting {
        assert_eq!(thread.join().unwrap(), 0);
    }
    assert_eq!(lock(&db.inner.readers.pool).waiting, 0);
    for (hold, thread) in holding {
        hold.send(()).unwrap();
        thread.join().unwrap();
    }
}

#[test]
fn sums_by_store_and_day_are_kept_until_the_books_change_and_too_many_are_not() {
    let folder = Folder::new();
    let db = open(&folder);
    let fill = |rows: i64| {
        db.write_local(Lane::Background, |tx| {
            tx.conn().execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
                 INSERT OR REPLACE INTO rollups
                 SELECT 0, 0, 0, i, 0, 7, ?2 FROM n",
                (rows, packed::pack(&[1; crate::store::rollups::MEASURES])),
            )?;
            dirty::bump_version(tx)
        })
        .unwrap()
    };
    let kept = |version| {
        let kept = lock(&db.inner.kept.store_days);
        let known: Vec<_> = kept.iter().map(|(of, ..)| *of).collect();
        assert_eq!(known, [version]);
        kept[0].2.as_ref().map(|rows| rows.len())
    };
    let ask = |from, to| {
        let range = DayRange { from: Day(from), to: Day(to) };
        let wanted = Wanted { dim: Dim::Store, basis: Basis::Event, range, longest: Span::Day };
        let days = |reader: &Reader<'_>| {
            let rows = read::list_stores(reader, &wanted)?;
            Ok(rows.as_slice().iter().map(|row| row.day.0).collect::<Vec<i32>>())
        };
        db.read(days).unwrap()
    };
    let version = fill(3);
    assert_eq!((ask(2, 5), kept(version)), (vec![2, 3], Some(3)));
    let version = fill(STORE_DAYS_MAX);
    assert_eq!((ask(7_999, 9_000), kept(version)), (vec![7_999, 8_000], Some(8_000)));
    let version = fill(STORE_DAYS_MAX + 1);
    assert_eq!((ask(8_000, 9_000), kept(version)), (vec![8_000, 8_001], None));
}

#[test]
fn a_command_reads_beside_the_server_and_cannot_write() {
    let folder = Folder::new();
    let missing = Db::open_read_only(&folder.file("purser.db"), clock());
    assert!(matches!(missing, Err(StoreError::NoDatabase { .. })));
    let db = open(&folder);
    let beside = Db::open_read_only(&folder.file("purser.db"), clock()).unwrap();
    db.write(Lane::Interactive, |tx| put_text(tx, "a")).unwrap();
    assert_eq!(count(&beside), 1);
    let written = beside.write(Lane::Interactive, |tx| put_text(tx, "b"));
    assert!(matches!(written, Err(StoreError::ReadOnly)));
}

#[test]
fn a_snapshot_is_whole_and_private() {
    let folder = Folder::new();
    let db = open(&folder);
    db.write(Lane::Interactive, |tx| put_text(tx, "a")).unwrap();
    let target = folder.file("copy.db");
    db.snapshot_to(&target).unwrap();
    assert_eq!(count(&Db::open(&target, clock()).unwrap()), 1);
    assert!(!folder.names().iter().any(|name| name.ends_with(".part")));
}

#[cfg(unix)]
#[test]
fn threat_06_every_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    std::fs::write(folder.file("purser.db"), b"").unwrap();
    let loose = std::fs::Permissions::from_mode(0o666);
    std::fs::set_permissions(folder.file("purser.db"), loose).unwrap();
    let db = open(&folder);
    db.write(Lane::Interactive, |tx| put_text(tx, "a")).unwrap();
    db.snapshot_to(&folder.file("copy.db")).unwrap();
    assert!(folder.names().contains(&"purser.db-wal".to_owned()));
    for name in folder.names() {
        let mode = std::fs::metadata(folder.file(&name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn the_writer_is_durable_and_hardened() {
    let folder = Folder::new();
    let db = open(&folder);
    db.write(Lane::Interactive, |tx| {
        let pragma = |name: &str| -> Result<i64, StoreError> {
            Ok(tx.conn().query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))?)
        };
        assert_eq!(pragma("synchronous")?, 2);
        assert_eq!(pragma("secure_delete")?, 1);
        assert_eq!(pragma("foreign_keys")?, 1);
        assert_eq!(pragma("trusted_schema")?, 0);
        assert_eq!(pragma("mmap_size")?, 0);
        assert_eq!(pragma("cell_size_check")?, 1);
        // A double-quoted word is never a text.
        assert!(tx.conn().prepare("SELECT \"nothing\"").is_err());
        Ok(())
    })
    .unwrap();
}

#[test]
fn threat_29_a_full_disk_loses_nothing_and_writing_resumes() {
    let folder = Folder::new();
    let db = open(&folder);
    db.write(Lane::Interactive, |tx| put_text(tx, "kept")).unwrap();
    let limit = |pages: i64| {
        db.write(Lane::Interactive, move |tx| {
            let sql = format!("PRAGMA max_page_count = {pages}");
            Ok(tx.conn().query_row(&sql, [], |row| row.get::<_, i64>(0))?)
        })
        .unwrap()
    };
    // The file may not grow any more: what SQLite answers is what a full disk answers.
    limit(1);
    let filled = db.write(Lane::Background, |tx| {
        for number in 0..100 {
            put_text(tx, &format!("{number}{}", "x".repeat(4_000)))?;
        }
        Ok(())
    });
    assert!(matches!(filled, Err(StoreError::DiskFull)), "{filled:?}");
    assert_eq!(count(&db), 1);
    limit(1_000_000);
    db.write(Lane::Interactive, |tx| put_text(tx, "later")).unwrap();
    assert_eq!(count(&db), 2);
    let verdict = db.read(|reader| {
        let sql = "PRAGMA integrity_check";
        Ok(reader.conn().query_row(sql, [], |row| row.get::<_, String>(0))?)
    });
    assert_eq!(verdict.unwrap(), "ok");
}

#[test]
fn a_reader_beyond_its_deadline_lets_go_and_the_log_is_folded_in_whole() {
    let folder = Folder::new();
    let db = open(&folder);
    db.write(Lane::Interactive, |tx| put_text(tx, "kept")).unwrap();
    let endless = db.read_within(Duration::from_millis(50), |reader| {
        let sql = "with recursive n (x) as (select 1 union all select x + 1 from n)
                   select count(*) from n";
        Ok(reader.conn().query_row(sql, [], |row| row.get::<_, i64>(0))?)
    });
    assert!(matches!(endless, Err(StoreError::TooSlow)), "{endless:?}");
    assert!(db.bytes().1 > 0);
    assert!(db.fold(Fold::Whole).unwrap());
    assert_eq!(db.bytes().1, 0);
}

#[test]
fn while_somebody_reads_nobody_waits_for_the_log_and_it_is_folded_in_after() {
    let folder = Folder::new();
    let db = open(&folder);
    db.write(Lane::Interactive, |tx| put_text(tx, "before")).unwrap();
    let read = db.read(|reader| {
        let sql = "select count(*) from settings";
        let count = || reader.conn().query_row(sql, [], |row| row.get::<_, i64>(0));
        let seen = count()?;
        for text in ["beside", "the reader"] {
            db.write(Lane::Interactive, move |tx| put_text(tx, text))?;
        }
        assert!(!db.fold(Fold::Passive)?, "the reader holds on to an older state");
        assert!(!db.fold(Fold::Whole)?);
        db.write(Lane::Interactive, |tx| put_text(tx, "after"))?;
        assert_eq!(count()?, seen);
        Ok(())
    });
    read.unwrap();
    assert!(db.fold(Fold::Whole).unwrap());
    assert_eq!(db.bytes().1, 0);
}
