//! Every edit by hand or by import: who, when, why and from where, what stood and what stands,
//! and the effect that was seen before it was saved. Written in the transaction of the edit.

use rusqlite::{OptionalExtension, Row, params};

use crate::base::id::{ChangeId, ImportId};
use crate::base::{Currency, Instant};
use crate::store::audit::{self, Kind, Note};
use crate::store::{Reader, StoreError, Tx};

/// What was edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Cost,
    Expense,
    Rules,
    Rate,
    Organisation,
    Purchase,
    Import,
    /// Which variants listings sell.
    Links,
}

impl ChangeKind {
    pub const ALL: [Self; 8] = [
        Self::Cost,
        Self::Expense,
        Self::Purchase,
        Self::Rules,
        Self::Rate,
        Self::Organisation,
        Self::Import,
        Self::Links,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Expense => "expense",
            Self::Rules => "rules",
            Self::Rate => "rate",
            Self::Organisation => "organisation",
            Self::Purchase => "purchase",
            Self::Import => "import",
            Self::Links => "links",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// From where an edit came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    Page,
    Api,
    #[default]
    Command,
}

impl Source {
    pub const ALL: [Self; 3] = [Self::Page, Self::Api, Self::Command];

    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Command => "command",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }
}

/// The effect as it was previewed, in minor units of the currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub orders: i64,
    pub before_minor: i64,
    pub after_minor: i64,
    pub currency: Currency,
}

/// Who edits, from where and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// An address, a token's name; empty for a command.
    pub name: String,
    pub source: Source,
    pub why: String,
    pub seen: Option<Seen>,
}

#[derive(Clone, Debug)]
pub struct NewChange<'a> {
    pub kind: ChangeKind,
    pub by: &'a By,
    pub subject: &'a str,
    /// JSON; `None` where nothing stood or stands.
    pub before: Option<String>,
    pub after: Option<String>,
    pub import: Option<ImportId>,
    pub undoes: Option<ChangeId>,
}

#[derive(Clone, Debug)]
pub struct Change {
    pub id: ChangeId,
    pub at: Instant,
    pub kind: ChangeKind,
    pub by: By,
    pub subject: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub import: Option<ImportId>,
    pub undoes: Option<ChangeId>,
    pub undone_by: Option<ChangeId>,
}

/// Writes a change, and notes on the one that it takes back that it did.
///
/// # Errors
/// `StoreError` of the database.
pub fn append(tx: &Tx<'_>, new: &NewChange<'_>) -> Result<ChangeId, StoreError> {
    let seen = new.by.seen;
    tx.conn()
        .prepare_cached(
            "insert into changes (at, kind, source, by_name, why, subject, before, after,
                import_id, orders, before_minor, after_minor, currency, undoes)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            tx.now,
            new.kind.name(),
            new.by.source.name(),
            new.by.name,
            new.by.why,
            new.subject,
            new.before,
            new.after,
            new.import,
            seen.map(|seen| seen.orders),
            seen.map(|seen| seen.before_minor),
            seen.map(|seen| seen.after_minor),
            seen.map(|seen| seen.currency),
            new.undoes,
        ])?;
    let id = ChangeId(tx.conn().last_insert_rowid());
    if let Some(undone) = new.undoes {
        mark_undone(tx, undone, id)?;
    }
    let (kind, before, after) = (Kind::Change, new.before.as_deref(), new.after.as_deref());
    let subject = format!("{}: {}", new.kind.name(), new.subject);
    audit::note_of(tx, &new.by.name, Note { kind, subject: &subject, before, after })?;
    Ok(id)
}

fn mark_undone(tx: &Tx<'_>, change: ChangeId, by: ChangeId) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("update changes set undone_by = ? where id = ?")?
        .execute(params![by, change])?;
    Ok(())
}

const COLUMNS: &str = "id, at, kind, source, by_name, why, subject, before, after, import_id, \
    orders, before_minor, after_minor, currency, undoes, undone_by";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Change> {
    let (kind, source): (String, String) = (row.get(2)?, row.get(3)?);
    let seen = match (row.get(10)?, row.get(11)?, row.get(12)?, row.get(13)?) {
        (Some(orders), Some(before_minor), Some(after_minor), Some(currency)) => {
            Some(Seen { orders, before_minor, after_minor, currency })
        }
        _ => None,
    };
    Ok(Change {
        id: row.get(0)?,
        at: row.get(1)?,
        // The columns' own checks admit no other names.
        kind: ChangeKind::parse(&kind).unwrap_or(ChangeKind::Import),
        by: By {
            name: row.get(4)?,
            source: Source::parse(&source).unwrap_or_default(),
            why: row.get(5)?,
            seen,
        },
        subject: row.get(6)?,
        before: row.get(7)?,
        after: row.get(8)?,
        import: row.get(9)?,
        undoes: row.get(14)?,
        undone_by: row.get(15)?,
    })
}

/// # Errors
/// `StoreError` of the database.
pub fn find(conn: &rusqlite::Connection, id: ChangeId) -> Result<Option<Change>, StoreError> {
    let sql = format!("select {COLUMNS} from changes where id = ?");
    Ok(conn.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
}

/// The last change of a subject that still stands; `is_it` tells it from others.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_last(
    conn: &rusqlite::Connection,
    kind: ChangeKind,
    subject: Option<&str>,
    is_it: impl Fn(&Change) -> bool,
) -> Result<Option<Change>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from changes
         where kind = ?1 and (?2 is null or subject = ?2) and undone_by is null
         order by id desc"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params![kind.name(), subject], from_row)?;
    for change in rows {
        let change = change?;
        if is_it(&change) {
            return Ok(Some(change));
        }
    }
    Ok(None)
}

/// The newest first.
///
/// # Errors
/// `StoreError` of the database.
pub fn list(
    reader: &Reader<'_>,
    kind: Option<ChangeKind>,
    (limit, offset): (i64, i64),
) -> Result<Vec<Change>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from changes where ?1 is null or kind = ?1
         order by id desc limit ?2 offset ?3"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map(params![kind.map(ChangeKind::name), limit, offset], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Those with a smaller id, the newest first.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_before(
    reader: &Reader<'_>,
    kind: Option<ChangeKind>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Change>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from changes
         where (?1 is null or kind = ?1) and (?2 is null or id < ?2) order by id desc limit ?3"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map(params![kind.map(ChangeKind::name), before, limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// # Errors
/// `StoreError` of the database.
pub fn count(reader: &Reader<'_>, kind: Option<ChangeKind>) -> Result<i64, StoreError> {
    let sql = "select count(*) from changes where ?1 is null or kind = ?1";
    let mut statement = reader.conn().prepare_cached(sql)?;
    Ok(statement.query_row([kind.map(ChangeKind::name)], |row| row.get(0))?)
}

/// The change that an import was: who brought which file, and the rules before and after where it
/// brought some.
///
/// # Errors
/// `StoreError` of the database.
pub fn append_import(tx: &Tx<'_>, import: ImportId) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into changes
                (at, kind, source, by_name, why, subject, before, after, import_id)
             select ?2, 'import', case when user_id is null then 'command' else 'page' end,
                coalesce(users.email, ''), '', file_name,
                (select body from rules_past where until_import_id = ?1 order by id limit 1),
                (select body from rules where import_id = ?1), imports.id
             from imports left join users on users.id = user_id where imports.id = ?1",
        )?
        .execute(params![import, tx.now])?;
    Ok(())
}

/// An import was taken back.
///
/// # Errors
/// `StoreError` of the database.
pub fn append_taken_back(tx: &Tx<'_>, import: ImportId, by: &By) -> Result<(), StoreError> {
    let done: Option<(ChangeId, String)> = tx
        .conn()
        .prepare_cached(
            "select id, subject from changes where import_id = ? and undoes is null
             order by id desc limit 1",
        )?
        .query_row([import], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let name: String =
        tx.conn()
            .query_row("select file_name from imports where id = ?", [import], |row| row.get(0))?;
    let (undoes, subject) = done.map_or((None, name), |(id, subject)| (Some(id), subject));
    let new = NewChange {
        kind: ChangeKind::Import,
        by,
        subject: &subject,
        before: None,
        after: None,
        import: Some(import),
        undoes,
    };
    append(tx, &new).map(|_| ())
}
