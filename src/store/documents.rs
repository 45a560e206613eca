//! What platforms sent, as it came but without persons: kept some days, to be read again.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use rusqlite::{OptionalExtension, params};

use crate::base::Instant;
use crate::base::id::AccountId;
use crate::store::{Reader, StoreError, Tx, settings};

/// What one document may hold, unpacked; a larger one is not kept.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The longest time for which documents may be kept.
pub const KEPT_DAYS_MAX: u32 = 365;
const KEPT_DAYS: &str = "documents_kept_days";
/// Documents that go at once, so that nobody waits long.
const PRUNED_AT_ONCE: i64 = 2_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    pub id: i64,
    pub stream: String,
    pub key: String,
    pub media: String,
    pub body: Vec<u8>,
    /// What its reading needs besides, in the connector's own words; may be empty.
    pub beside: String,
    pub fetched_at: Instant,
}

/// What is kept of a document.
#[derive(Clone, Copy, Debug)]
pub struct NewDocument<'a> {
    pub media: &'a str,
    pub body: &'a [u8],
    pub beside: &'a str,
}

/// Keeps a document in the place of its former state.
///
/// # Errors
/// `StoreError` of the database.
pub fn upsert_document(
    tx: &Tx<'_>,
    (account, stream, key): (AccountId, &str, &str),
    new: &NewDocument<'_>,
) -> Result<(), StoreError> {
    if new.body.len().max(new.beside.len()) > BODY_BYTES_MAX {
        return Ok(());
    }
    let pack = || -> std::io::Result<Vec<u8>> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(new.body)?;
        packer.finish()
    };
    let packed = pack().map_err(|fault| StoreError::Internal(fault.to_string()))?;
    tx.conn()
        .prepare_cached(
            "insert into documents
                (account_id, stream, external_id, media, body, beside, fetched_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             on conflict (account_id, stream, external_id) do update
             set media = excluded.media, body = excluded.body, beside = excluded.beside,
                fetched_at = excluded.fetched_at",
        )?
        .execute(params![account, stream, key, new.media, packed, new.beside, tx.now])?;
    Ok(())
}

/// Removes some documents that are older; gives how many.
///
/// # Errors
/// `StoreError` of the database.
pub fn delete_older(
    tx: &Tx<'_>,
    (account, stream): (AccountId, &str),
    before: Instant,
) -> Result<usize, StoreError> {
    Ok(tx
        .conn()
        .prepare_cached(
            "delete from documents where id in (
                select id from documents
                where account_id = ? and stream = ? and fetched_at < ? limit ?)",
        )?
        .execute(params![account, stream, before, PRUNED_AT_ONCE])?)
}

/// # Errors
/// `StoreError` of the database.
pub fn delete_document(
    tx: &Tx<'_>,
    (account, stream, key): (AccountId, &str, &str),
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "delete from documents where account_id = ? and stream = ? and external_id = ?",
        )?
        .execute(params![account, stream, key])?;
    Ok(())
}

/// Removes some documents of an account, whatever their age; gives how many.
///
/// # Errors
/// `StoreError` of the database.
pub fn delete_some(tx: &Tx<'_>, account: AccountId) -> Result<usize, StoreError> {
    Ok(tx.conn().execute(
        "delete from documents where id in (
            select id from documents where account_id = ? limit ?)",
        params![account, PRUNED_AT_ONCE],
    )?)
}

/// The documents of an account, or of one stream of it, the newest first.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_ids(
    reader: &Reader<'_>,
    (account, stream): (AccountId, Option<&str>),
) -> Result<Vec<i64>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select id from documents where account_id = ?1 and (?2 is null or stream = ?2)
         order by fetched_at desc, id desc",
    )?;
    let rows = statement.query_map(params![account, stream], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// `None` for one that was thrown away meanwhile.
///
/// # Errors
/// `StoreError` of the database; `Damaged` for a body that cannot be unpacked.
pub fn find_document(reader: &Reader<'_>, id: i64) -> Result<Option<DocumentRow>, StoreError> {
    let found = reader
        .conn()
        .prepare_cached(
            "select id, stream, external_id, media, body, beside, fetched_at
             from documents where id = ?",
        )?
        .query_row([id], |row| {
            Ok(DocumentRow {
                id: row.get(0)?,
                stream: row.get(1)?,
                key: row.get(2)?,
                media: row.get(3)?,
                body: row.get(4)?,
                beside: row.get(5)?,
                fetched_at: row.get(6)?,
            })
        })
        .optional()?;
    let Some(mut row) = found else { return Ok(None) };
    let mut body = Vec::new();
    GzDecoder::new(row.body.as_slice())
        .take(BODY_BYTES_MAX as u64)
        .read_to_end(&mut body)
        .map_err(|_| StoreError::Damaged { what: "a kept document".to_owned() })?;
    row.body = body;
    Ok(Some(row))
}

/// As `find_document`, of several; without those that were thrown away meanwhile.
///
/// # Errors
/// As `find_document`.
pub fn list_documents(reader: &Reader<'_>, ids: &[i64]) -> Result<Vec<DocumentRow>, StoreError> {
    ids.iter().filter_map(|id| find_document(reader, *id).transpose()).collect()
}

/// Whether a document still stands as it was read.
///
/// # Errors
/// `StoreError` of the database.
pub fn is_unchanged(tx: &Tx<'_>, row: &DocumentRow) -> Result<bool, StoreError> {
    let sql = "select exists (select 1 from documents where id = ? and fetched_at = ?)";
    let mut statement = tx.conn().prepare_cached(sql)?;
    Ok(statement.query_row(params![row.id, row.fetched_at], |row| row.get(0))?)
}

/// For how many days documents are kept, where somebody said so; else each stream's own.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_kept_days(reader: &Reader<'_>) -> Result<Option<u32>, StoreError> {
    Ok(settings::find(reader.conn(), KEPT_DAYS)?.and_then(|text| text.parse().ok()))
}

/// From now on; what is older goes with the next upkeep.
///
/// # Errors
/// `Refused` beyond `KEPT_DAYS_MAX`.
pub fn set_kept_days(tx: &Tx<'_>, days: u32) -> Result<(), StoreError> {
    if days > KEPT_DAYS_MAX {
        return Err(StoreError::Refused(format!(
            "Documents are kept for {KEPT_DAYS_MAX} days at most. Nothing was changed."
        )));
    }
    settings::upsert(tx, KEPT_DAYS, &days.to_string())
}
