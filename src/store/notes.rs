//! Notes of support: tickets to oneself or a helper, with what was written, files and states.
//! Whoever wrote a note or is named as its helper sees it; owners see all.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::{NoteFileId, NoteId, UserId};
use crate::domain::mail::Line;
use crate::store::{Reader, StoreError, Tx};

/// Months that a note is kept once it is closed.
pub const KEPT_MONTHS: i32 = 24;
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
pub const FILES_BYTES_MAX: i64 = 50 * 1024 * 1024;
pub const TEXT_CHARS_MAX: usize = 20_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteState {
    Open,
    Waiting,
    Closed,
}

impl NoteState {
    pub const ALL: [Self; 3] = [Self::Open, Self::Waiting, Self::Closed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Closed => "closed",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Whose notes are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    All,
    Of(UserId),
}

impl Whose {
    fn id(self) -> Option<UserId> {
        match self {
            Self::All => None,
            Self::Of(user) => Some(user),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Note {
    pub id: NoteId,
    pub title: String,
    pub state: NoteState,
    pub author: String,
    pub helper: String,
    pub created_at: Instant,
    pub changed_at: Instant,
    pub closed_at: Option<Instant>,
}

#[derive(Clone, Debug)]
pub struct NoteEntry {
    pub at: Instant,
    pub who: String,
    /// `text`, `state` or `file`.
    pub kind: String,
    pub text: String,
}

/// A file without its bytes.
#[derive(Clone, Debug)]
pub struct NoteFile {
    pub id: NoteFileId,
    pub name: String,
    pub size_bytes: i64,
    pub who: String,
    pub added_at: Instant,
}

pub struct NewNote<'a> {
    pub title: &'a Line,
    pub text: &'a str,
    pub author: (Option<UserId>, &'a str),
    pub helper: Option<(UserId, &'a str)>,
}

const COLUMNS: &str = "id, title, state, author, helper, created_at, changed_at, closed_at";
const MAY: &str = "(?1 is null or author_id = ?1 or helper_id = ?1)";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Note> {
    let state: String = row.get(2)?;
    Ok(Note {
        id: NoteId(row.get(0)?),
        title: row.get(1)?,
        state: NoteState::parse(&state).ok_or(rusqlite::Error::InvalidQuery)?,
        author: row.get(3)?,
        helper: row.get(4)?,
        created_at: row.get(5)?,
        changed_at: row.get(6)?,
        closed_at: row.get(7)?,
    })
}

/// # Errors
/// What SQLite said.
pub fn insert_note(tx: &Tx<'_>, new: &NewNote<'_>) -> Result<NoteId, StoreError> {
    tx.conn().execute(
        "insert into notes (title, state, author_id, author, helper_id, helper, created_at,
            changed_at) values (?1, 'open', ?2, ?3, ?4, ?5, ?6, ?6)",
        params![
            new.title.as_str(),
            new.author.0.map(|id| id.0),
            new.author.1,
            new.helper.map(|(id, _)| id.0),
            new.helper.map_or("", |(_, name)| name),
            tx.now
        ],
    )?;
    let id = NoteId(tx.conn().last_insert_rowid());
    append_entry(tx, id, (new.author.1, "text", new.text))?;
    Ok(id)
}

/// # Errors
/// What SQLite said.
pub fn append_entry(
    tx: &Tx<'_>,
    note: NoteId,
    (who, kind, text): (&str, &str, &str),
) -> Result<(), StoreError> {
    tx.conn().execute(
        "insert into note_entries (note_id, at, who, kind, body) values (?1, ?2, ?3, ?4, ?5)",
        params![note.0, tx.now, who, kind, text],
    )?;
    tx.conn().execute("update notes set changed_at = ?2 where id = ?1", params![note.0, tx.now])?;
    Ok(())
}

/// Sets the state, which is an entry of the history; the same state again is none.
///
/// # Errors
/// What SQLite said.
pub fn set_state(
    tx: &Tx<'_>,
    note: NoteId,
    (who, state): (&str, NoteState),
) -> Result<(), StoreError> {
    let closed_at = (state == NoteState::Closed).then_some(tx.now);
    let changed = tx.conn().execute(
        "update notes set state = ?2, closed_at = ?3 where id = ?1 and state <> ?2",
        params![note.0, state.name(), closed_at],
    )?;
    if changed == 0 { Ok(()) } else { append_entry(tx, note, (who, "state", state.name())) }
}

/// Attaches a file. `false` where it, or all of the note's together, would be too large.
///
/// # Errors
/// What SQLite said.
pub fn append_file(
    tx: &Tx<'_>,
    note: NoteId,
    (who, name, bytes): (&str, &str, &[u8]),
) -> Result<bool, StoreError> {
    let sql = "select coalesce(sum(length(bytes)), 0) from note_files where note_id = ?";
    let there: i64 = tx.conn().query_row(sql, [note.0], |row| row.get(0))?;
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    if bytes.len() > FILE_BYTES_MAX || there.saturating_add(size) > FILES_BYTES_MAX {
        return Ok(false);
    }
    tx.conn().execute(
        "insert into note_files (note_id, name, bytes, who, added_at) values (?1, ?2, ?3, ?4, ?5)",
        params![note.0, name, bytes, who, tx.now],
    )?;
    append_entry(tx, note, (who, "file", name))?;
    Ok(true)
}

/// Those that are not closed first, then what changed last.
///
/// # Errors
/// What SQLite said.
pub fn list_notes(reader: &Reader<'_>, whose: Whose, limit: i64) -> Result<Vec<Note>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from notes where {MAY}
         order by state = 'closed', changed_at desc, id desc limit ?2"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map(params![whose.id().map(|id| id.0), limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// `None` for a note that is somebody else's, as for one that is not there.
///
/// # Errors
/// What SQLite said.
pub fn find_note(
    conn: &Connection,
    whose: Whose,
    note: NoteId,
) -> Result<Option<Note>, StoreError> {
    let sql = format!("select {COLUMNS} from notes where {MAY} and id = ?2");
    let asked = params![whose.id().map(|id| id.0), note.0];
    Ok(conn.prepare_cached(&sql)?.query_row(asked, from_row).optional()?)
}

/// # Errors
/// What SQLite said.
pub fn list_entries(reader: &Reader<'_>, note: NoteId) -> Result<Vec<NoteEntry>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select at, who, kind, body from note_entries where note_id = ? order by id",
    )?;
    let rows = statement.query_map([note.0], |row| {
        Ok(NoteEntry { at: row.get(0)?, who: row.get(1)?, kind: row.get(2)?, text: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// # Errors
/// What SQLite said.
pub fn list_files(reader: &Reader<'_>, note: NoteId) -> Result<Vec<NoteFile>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select id, name, length(bytes), who, added_at from note_files
         where note_id = ? order by id",
    )?;
    let rows = statement.query_map([note.0], |row| {
        Ok(NoteFile {
            id: NoteFileId(row.get(0)?),
            name: row.get(1)?,
            size_bytes: row.get(2)?,
            who: row.get(3)?,
            added_at: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Name and bytes of a file of that note.
///
/// # Errors
/// What SQLite said.
pub fn find_file(
    conn: &Connection,
    (note, file): (NoteId, NoteFileId),
) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    let sql = "select name, bytes from note_files where note_id = ? and id = ?";
    let found = conn.query_row(sql, [note.0, file.0], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(found.optional()?)
}

/// Notes that were closed before that, whose time is over.
///
/// # Errors
/// What SQLite said.
pub fn list_due(reader: &Reader<'_>, before: Instant) -> Result<Vec<NoteId>, StoreError> {
    let sql = "select id from notes where closed_at < ? order by id";
    let mut statement = reader.conn().prepare_cached(sql)?;
    let rows = statement.query_map([before], |row| row.get(0).map(NoteId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Removes a note with all that hangs on it.
///
/// # Errors
/// What SQLite said.
pub fn delete_note(tx: &Tx<'_>, note: NoteId) -> Result<(), StoreError> {
    tx.conn().execute("delete from notes where id = ?", [note.0])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Folder, open};
    use crate::store::{Db, Lane};

    fn add(db: &Db, title: &str) -> NoteId {
        let title = Line::parse(title).unwrap();
        let author = (None, "ann");
        let new = NewNote { title: &title, text: "why", author, helper: None };
        db.write_local(Lane::Interactive, |tx| insert_note(tx, &new)).unwrap()
    }

    fn set(db: &Db, note: NoteId, state: NoteState) {
        db.write_local(Lane::Interactive, |tx| set_state(tx, note, ("ann", state))).unwrap();
    }

    #[test]
    fn a_note_is_due_when_it_was_closed_long_ago_and_not_opened_again() {
        let folder = Folder::new();
        let db = open(&folder);
        let (first, second, third) = (add(&db, "a"), add(&db, "b"), add(&db, "c"));
        set(&db, first, NoteState::Closed);
        set(&db, second, NoteState::Closed);
        set(&db, second, NoteState::Open);
        db.clock().advance_seconds(10);
        set(&db, third, NoteState::Closed);
        set(&db, third, NoteState::Closed);
        let now = db.clock().now();
        let due = |before| db.read(|reader| list_due(reader, before)).unwrap();
        assert_eq!(due(now), [first], "not what was closed just now");
        assert_eq!(due(now.plus_seconds(1)), [first, third]);
        let entries = db.read(|reader| list_entries(reader, third)).unwrap();
        let kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.as_str()).collect();
        assert_eq!(kinds, ["text", "state"], "the same state again is no entry");
        db.write_local(Lane::Interactive, |tx| delete_note(tx, first)).unwrap();
        assert_eq!(db.read(|reader| list_entries(reader, first)).unwrap().len(), 0);
    }

    #[test]
    fn a_file_beyond_its_size_or_the_notes_is_not_kept() {
        let folder = Folder::new();
        let db = open(&folder);
        let note = add(&db, "a");
        let append = |size: usize| {
            let bytes = vec![7; size];
            db.write_local(Lane::Interactive, |tx| append_file(tx, note, ("ann", "f", &bytes)))
                .unwrap()
        };
        assert!(!append(FILE_BYTES_MAX + 1));
        for _ in 0..5 {
            assert!(append(FILE_BYTES_MAX));
        }
        assert!(!append(1), "fifty together");
        let files = db.read(|reader| list_files(reader, note)).unwrap();
        assert_eq!(files.len(), 5);
    }
}
