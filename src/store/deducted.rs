//! Advertising that a marketplace deducts from its payouts pays an expense that the ad report
//! tells. Where no report tells it, the deduction is all that is known of the expense, and a row
//! of spend is derived from it (PROFIT, sections 7 and 12).

use rusqlite::params;

use crate::base::Day;
use crate::store::{StoreError, Tx, dirty};

/// Under which the derived rows stand.
pub const CAMPAIGN: &str = "Deducted from payouts";

/// What the derived rows have to be: the deductions of a platform and store by day, but for months
/// of which, or of the one before, the platform's own report is there. A report bears no store,
/// or the very one.
const WANTED: &str = "
    select day, family as platform, stores.name as store, -sum(amount_minor) as amount_minor,
        charges.currency as currency
    from charges join stores on stores.id = charges.store_id
    where class = 'advertising_payment' and family <> '' and not exists (
        select 1 from ad_spend
        where derived = 0 and ad_spend.platform in (family, family || '-ads')
            and ad_spend.store in ('', stores.name)
            and ad_spend.day between
                unixepoch(charges.day * 86400, 'unixepoch', 'start of month', '-1 month') / 86400
                and unixepoch(charges.day * 86400, 'unixepoch', 'start of month', '+1 month',
                    '-1 day') / 86400)
    group by day, family, stores.name, charges.currency";

/// Brings the derived rows up to date; few are ever there, so all are looked at.
///
/// # Errors
/// `StoreError` of the database.
pub fn refresh(tx: &Tx<'_>, mark: i64) -> Result<(), StoreError> {
    let sql = format!(
        "select id, day from ad_spend where derived = 1 and not exists (
            select 1 from ({WANTED}) wanted
            where wanted.day = ad_spend.day and wanted.platform = ad_spend.platform
                and wanted.store = ad_spend.store and wanted.currency = ad_spend.currency
                and wanted.amount_minor = ad_spend.amount_minor)"
    );
    let gone: Vec<(i64, Day)> = list(tx, &sql)?;
    for (id, day) in gone {
        dirty::mark_day(tx, day, mark)?;
        tx.conn().execute("delete from ad_spend where id = ?", [id])?;
    }
    let sql = format!(
        "insert into ad_spend (day, platform, campaign, store, amount_minor, currency, derived,
            known_from_at)
         select day, platform, ?1 || ' (' || currency || ')', store, amount_minor, currency, 1, ?2
         from ({WANTED}) wanted
         where true
         on conflict do nothing returning id, day"
    );
    let mut statement = tx.conn().prepare(&sql)?;
    let rows =
        statement.query_map(params![CAMPAIGN, tx.now], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let new: Vec<(i64, Day)> = rows.collect::<Result<_, _>>()?;
    for (_, day) in new {
        dirty::mark_day(tx, day, mark)?;
    }
    Ok(())
}

fn list(tx: &Tx<'_>, sql: &str) -> Result<Vec<(i64, Day)>, StoreError> {
    let mut statement = tx.conn().prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
