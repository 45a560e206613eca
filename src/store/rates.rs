//! Exchange rates as they are changed by hand, and listed (`costs.rs` upserts them): the seller's
//! own beside the bank's, which nobody edits.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::base::Currency;
use crate::domain::record::ExchangeRate;
use crate::domain::record::rate::RateSource;
use crate::store::costs::FX_RATES;
use crate::store::fact::end_fact;
use crate::store::{Reader, StoreError, Tx};

fn from_row(row: &Row<'_>) -> rusqlite::Result<ExchangeRate> {
    let source: String = row.get(4)?;
    Ok(ExchangeRate {
        day: row.get(0)?,
        base: row.get(1)?,
        quote: row.get(2)?,
        rate: row.get(3)?,
        source: RateSource::parse(&source).unwrap_or(RateSource::Own),
    })
}

/// The own rate with the pair and day of `rate`.
pub fn find_own(
    conn: &Connection,
    rate: &ExchangeRate,
) -> Result<Option<ExchangeRate>, StoreError> {
    Ok(conn
        .prepare_cached(
            "select day, base, quote, rate, source from fx_rates
             where base = ? and quote = ? and day = ? and source = 'own'",
        )?
        .query_row(params![rate.base, rate.quote, rate.day], from_row)
        .optional()?)
}

pub fn delete_own(tx: &Tx<'_>, rate: &ExchangeRate) -> Result<(), StoreError> {
    let id: Option<i64> = tx
        .conn()
        .prepare_cached(
            "select id from fx_rates
             where base = ? and quote = ? and day = ? and source = 'own'",
        )?
        .query_row(params![rate.base, rate.quote, rate.day], |row| row.get(0))
        .optional()?;
    end_fact(tx, &FX_RATES, id.ok_or(StoreError::Missing)?, None)
}

/// A pair, with how many rates of each source there are and the newest.
#[derive(Clone, Debug)]
pub struct Pair {
    pub base: Currency,
    pub quote: Currency,
    pub own: i64,
    pub bank: i64,
    pub newest: ExchangeRate,
}

/// All pairs, those with own rates first.
pub fn list_pairs(reader: &Reader<'_>) -> Result<Vec<Pair>, StoreError> {
    // With one `max`, SQLite gives the other columns of its row; of one day the own rate counts.
    let mut statement = reader.conn().prepare_cached(
        "select day, base, quote, rate, source, sum(source = 'own'), sum(source = 'ecb'),
            max(day * 2 + (source = 'own'))
         from fx_rates group by base, quote order by sum(source = 'own') = 0, base, quote",
    )?;
    let rows = statement.query_map([], |row| {
        let newest = from_row(row)?;
        let (base, quote) = (newest.base, newest.quote);
        Ok(Pair { base, quote, newest, own: row.get(5)?, bank: row.get(6)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The rates of a pair, or all own ones, the newest first.
pub fn list_rates(
    reader: &Reader<'_>,
    pair: Option<(Currency, Currency)>,
    (limit, offset): (i64, i64),
) -> Result<Vec<ExchangeRate>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select day, base, quote, rate, source from fx_rates
         where case when ?1 is null then source = 'own' else base = ?1 and quote = ?2 end
         order by day desc, base, quote, source desc limit ?3 offset ?4",
    )?;
    let (base, quote) = pair.unzip();
    let rows = statement.query_map(params![base, quote, limit, offset], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many `list_rates` would list in all.
pub fn count_rates(
    reader: &Reader<'_>,
    pair: Option<(Currency, Currency)>,
) -> Result<i64, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select count(*) from fx_rates
         where case when ?1 is null then source = 'own' else base = ?1 and quote = ?2 end",
    )?;
    let (base, quote) = pair.unzip();
    Ok(statement.query_row(params![base, quote], |row| row.get(0))?)
}
