//! What of stock needs a person now: alerts that stand, the newest first.

use crate::base::Instant;
use crate::reports::ReportError;
use crate::store::Reader;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    pub kind: String,
    /// A sentence.
    pub what: String,
    pub sku: Option<String>,
    pub at: Instant,
}

/// # Errors
/// `Store`.
pub fn list(reader: &Reader<'_>, limit: i64) -> Result<Vec<Alert>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select kind, what, sku, at from stock_alerts
         left join variants on variants.id = variant_id
         where ended_at is null order by at desc, stock_alerts.id desc limit ?",
    )?;
    let rows = statement.query_map([limit], |row| {
        Ok(Alert { kind: row.get(0)?, what: row.get(1)?, sku: row.get(2)?, at: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// # Errors
/// `Store`.
pub fn count(reader: &Reader<'_>) -> Result<i64, ReportError> {
    let sql = "select count(*) from stock_alerts where ended_at is null";
    Ok(reader.conn().prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}
