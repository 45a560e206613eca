//! What platforms sent, as it came but without persons: kept some days, to be read again.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use rusqlite::params;

use crate::base::Instant;
use crate::base::id::AccountId;
use crate::store::{Reader, StoreError, Tx};

/// What one document may hold, unpacked; a larger one is not kept.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Documents that go at once, so that nobody waits long.
const PRUNED_AT_ONCE: i64 = 2_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    pub key: String,
    pub media: String,
    pub body: Vec<u8>,
    pub fetched_at: Instant,
}

/// Keeps a document in the place of its former state.
///
/// # Errors
/// `StoreError` of the database.
pub fn upsert_document(
    tx: &Tx<'_>,
    (account, stream, key): (AccountId, &str, &str),
    (media, body): (&str, &[u8]),
) -> Result<(), StoreError> {
    if body.len() > BODY_BYTES_MAX {
        return Ok(());
    }
    let pack = || -> std::io::Result<Vec<u8>> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(body)?;
        packer.finish()
    };
    let packed = pack().map_err(|fault| StoreError::Internal(fault.to_string()))?;
    tx.conn()
        .prepare_cached(
            "insert into documents (account_id, stream, external_id, media, body, fetched_at)
             values (?1, ?2, ?3, ?4, ?5, ?6)
             on conflict (account_id, stream, external_id) do update
             set media = excluded.media, body = excluded.body, fetched_at = excluded.fetched_at",
        )?
        .execute(params![account, stream, key, media, packed, tx.now])?;
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

/// The streams of which anything is kept.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_streams(reader: &Reader<'_>, account: AccountId) -> Result<Vec<String>, StoreError> {
    let mut statement = reader
        .conn()
        .prepare_cached("select distinct stream from documents where account_id = ?")?;
    Ok(statement.query_map([account], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The documents of a stream, by their key, from after `after` on.
///
/// # Errors
/// `StoreError` of the database; `Damaged` for a body that cannot be unpacked.
pub fn list_documents(
    reader: &Reader<'_>,
    (account, stream): (AccountId, &str),
    (after, limit): (&str, i64),
) -> Result<Vec<DocumentRow>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select external_id, media, body, fetched_at from documents
         where account_id = ? and stream = ? and external_id > ? order by external_id limit ?",
    )?;
    let rows = statement.query_map(params![account, stream, after, limit], |row| {
        let packed: Vec<u8> = row.get(2)?;
        Ok((row.get(0)?, row.get(1)?, packed, row.get(3)?))
    })?;
    let mut documents = Vec::new();
    for row in rows {
        let (key, media, packed, fetched_at) = row?;
        let mut body = Vec::new();
        GzDecoder::new(packed.as_slice())
            .take(BODY_BYTES_MAX as u64)
            .read_to_end(&mut body)
            .map_err(|_| StoreError::Damaged { what: "a kept document".to_owned() })?;
        documents.push(DocumentRow { key, media, body, fetched_at });
    }
    Ok(documents)
}
