//! Is the log as it was written? Walks the chain from its anchor to its head and names the first
//! row that is not.

use rusqlite::{Connection, OptionalExtension};

use super::{Row, Tag, tag};
use crate::store::StoreError;
use crate::store::crypt::{self, Key};

/// What a check of the log found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub rows: i64,
    /// Whether tags were looked at, for which the vault has to be open.
    pub with_key: bool,
    pub fault: Option<Fault>,
}

/// The first thing that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub row: i64,
    pub what: Wrong,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The row is not there, though later ones are.
    Missing,
    /// Its content or the row before it was altered.
    Altered,
    /// It was written by something that has not our key.
    Forged,
    /// Rows after it are gone, or the note of where the log ends.
    Cut,
    /// Where the log begins is not where its oldest rows were taken away.
    Anchor,
}

type Mac = Option<[u8; 32]>;

/// Checks the chain, and with the vault's key its tags.
///
/// # Errors
/// What SQLite said.
pub fn verify(conn: &Connection, key: Option<&Key>) -> Result<Verified, StoreError> {
    let mut found = Verified { with_key: key.is_some(), ..Verified::default() };
    let anchor: Option<(i64, [u8; 32], Mac)> = find_place(conn, "audit_anchor")?;
    let (mut last, mut before) = anchor.map_or((0, [0; 32]), |(id, hash, _)| (id, hash));
    // Rows without a tag are good as long as a later row bears one.
    let mut open_from = None;
    if let (Some(key), Some((id, hash, Some(mac)))) = (key, anchor.as_ref())
        && !crypt::same(&tag(key, Tag::Anchor, *id, hash), mac)
    {
        found.fault = Some(Fault { row: *id, what: Wrong::Anchor });
        return Ok(found);
    }
    let sql = "select id, at, who, origin, kind, subject, before, after, hash, mac
        from audit_log order by id";
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(sql_row) = rows.next()? {
        let row = Row {
            id: sql_row.get(0)?,
            at: sql_row.get(1)?,
            who: sql_row.get(2)?,
            origin: sql_row.get(3)?,
            kind: sql_row.get(4)?,
            subject: sql_row.get(5)?,
            before: sql_row.get(6)?,
            after: sql_row.get(7)?,
        };
        let (hash, mac): ([u8; 32], Mac) = (sql_row.get(8)?, sql_row.get(9)?);
        let wrong = if row.id != last + 1 {
            Some(Fault { row: last + 1, what: Wrong::Missing })
        } else if row.hash(&before) != hash {
            Some(Fault { row: row.id, what: Wrong::Altered })
        } else {
            find_forged(key, (row.id, &hash, mac.as_ref()), &mut open_from)
        };
        if wrong.is_some() {
            found.fault = wrong;
            return Ok(found);
        }
        (last, before) = (row.id, hash);
        found.rows += 1;
    }
    found.fault = check_end(conn, key, (last, &before), open_from)?;
    Ok(found)
}

fn find_forged(
    key: Option<&Key>,
    (id, hash, mac): (i64, &[u8; 32], Option<&[u8; 32]>),
    open_from: &mut Option<i64>,
) -> Option<Fault> {
    let (Some(key), Some(mac)) = (key, mac) else {
        open_from.get_or_insert(id);
        return None;
    };
    if crypt::same(&tag(key, Tag::Row, id, hash), mac) {
        *open_from = None;
        return None;
    }
    Some(Fault { row: open_from.unwrap_or(id), what: Wrong::Forged })
}

/// The end is where the head says, and bears our tag wherever the vault is open: rows written
/// while it was locked are covered as soon as it opens.
fn check_end(
    conn: &Connection,
    key: Option<&Key>,
    (last, hash): (i64, &[u8; 32]),
    open_from: Option<i64>,
) -> Result<Option<Fault>, StoreError> {
    let head: Option<(i64, [u8; 32], Mac)> = find_place(conn, "audit_head")?;
    let Some((id, of, mac)) = head else {
        return Ok((last > 0).then_some(Fault { row: last, what: Wrong::Cut }));
    };
    if id != last || of != *hash {
        return Ok(Some(Fault { row: last + 1, what: Wrong::Cut }));
    }
    let Some(key) = key else { return Ok(None) };
    if let Some(row) = open_from {
        return Ok(Some(Fault { row, what: Wrong::Forged }));
    }
    let is_ours = mac.is_some_and(|mac| crypt::same(&tag(key, Tag::Head, id, &of), &mac));
    Ok((!is_ours).then_some(Fault { row: last, what: Wrong::Cut }))
}

fn find_place(conn: &Connection, table: &str) -> Result<Option<(i64, [u8; 32], Mac)>, StoreError> {
    let sql = format!("select row_id, hash, mac from {table}");
    let place =
        conn.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    Ok(place)
}
