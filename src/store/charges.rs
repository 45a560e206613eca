//! Money that belongs to no order, payouts with what they state, and totals of platforms' own
//! reports.

use rusqlite::params;

use crate::base::id::{ImportId, PayoutId, StoreId};
use crate::base::{Day, DayRange, Money};
use crate::domain::record::{
    Charge, ChargeClass, GivesWay, Payout, PayoutPart, PayoutStatus, StatedTotal,
};
use crate::store::fact::{FactTable, Upserted, upsert_fact};
use crate::store::{Reader, StoreError, Tx};

pub const CHARGES: FactTable = FactTable {
    name: "charges",
    key: &["store_id", "key"],
    values: &[
        "day",
        "kind",
        "class",
        "amount_minor",
        "currency",
        "sku",
        "payout",
        "label",
        "family",
        "gives_way",
        "way_from_day",
        "way_to_day",
    ],
};

pub const PAYOUTS: FactTable = FactTable {
    name: "payouts",
    key: &["store_id", "external_id", "currency"],
    values: &[
        "from_day",
        "to_day",
        "deposited_day",
        "stated_minor",
        "rows",
        "received_minor",
        "received_currency",
        "parts",
        "status",
        "due_day",
    ],
};

pub const STATED_TOTALS: FactTable = FactTable {
    name: "stated_totals",
    key: &["store_id", "report", "name", "from_day", "to_day"],
    values: &["amount_minor", "currency"],
};

pub fn upsert_charge(
    tx: &Tx<'_>,
    store: StoreId,
    charge: &Charge,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    // Read again from an older export it is in no payout yet.
    let paid_out = "select exists (select 1 from charges where store_id = ? and key = ?
        and payout <> '' and amount_minor = ?)";
    if charge.payout.is_none()
        && tx
            .conn()
            .prepare_cached(paid_out)?
            .query_row(params![store, charge.key, charge.amount.minor], |row| row.get(0))?
    {
        return Ok(Upserted::Unchanged);
    }
    let (gives_way, from, to) = match charge.estimate {
        None => ("", None, None),
        Some(GivesWay::ToPayout) => ("payout", None, None),
        Some(GivesWay::ToFamily { from, to }) => ("family", Some(from), Some(to)),
    };
    upsert_fact(
        tx,
        &CHARGES,
        (
            &[&store, &charge.key],
            &[
                &charge.day,
                &charge.kind,
                &charge.class.name(),
                &charge.amount.minor,
                &charge.amount.currency,
                &charge.sku.as_deref().unwrap_or_default(),
                &charge.payout.as_deref().unwrap_or_default(),
                &charge.label,
                &charge.family.as_deref().unwrap_or_default(),
                &gives_way,
                &from,
                &to,
            ],
        ),
        import,
    )
}

/// An estimate counts until what settles it is known: a charge of its family within its days (one
/// that itself waits for a payout is no estimate of the amount), or a payout that covers its day.
const COUNTS: &str = "(gives_way = ''
    or (gives_way = 'family' and not exists (
        select 1 from charges settled
        where settled.store_id = charges.store_id and settled.family = charges.family
            and settled.gives_way <> 'family'
            and settled.day between charges.way_from_day and charges.way_to_day))
    or (gives_way = 'payout' and not exists (
        select 1 from payouts
        where payouts.store_id = charges.store_id
            and charges.day between payouts.from_day and payouts.to_day)))";

/// Charges of a range of days with their store; of estimates those that still count.
pub fn list_charges(
    reader: &Reader<'_>,
    range: DayRange,
) -> Result<Vec<(StoreId, Charge)>, StoreError> {
    let sql = format!(
        "select store_id, key, day, kind, class, amount_minor, currency, sku, payout, label,
            family, gives_way, way_from_day, way_to_day
         from charges where day between ? and ? and {COUNTS} order by day, store_id, key"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map(params![range.from, range.to], |row| {
        let class: String = row.get(4)?;
        let (sku, payout): (String, String) = (row.get(7)?, row.get(8)?);
        let charge = Charge {
            key: row.get(1)?,
            day: row.get(2)?,
            kind: row.get(3)?,
            class: ChargeClass::parse(&class).unwrap_or(ChargeClass::Unclassified),
            amount: Money::new(row.get(5)?, row.get(6)?),
            sku: (!sku.is_empty()).then_some(sku),
            payout: (!payout.is_empty()).then_some(payout),
            label: row.get(9)?,
            family: Some(row.get(10)?).filter(|family: &String| !family.is_empty()),
            estimate: match row.get_ref(11)?.as_str()? {
                "payout" => Some(GivesWay::ToPayout),
                "family" => Some(GivesWay::ToFamily { from: row.get(12)?, to: row.get(13)? }),
                _ => None,
            },
        };
        Ok((row.get(0)?, charge))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes a payout. Where a report was cut it shows only some of a payout's rows: of two readings
/// with the same total the one with more rows stands, whichever came first.
///
/// # Errors
/// `StoreError` of the database.
pub fn upsert_payout(
    tx: &Tx<'_>,
    store: StoreId,
    payout: &Payout,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    let fuller = "select exists (select 1 from payouts where store_id = ? and external_id = ?
        and currency = ? and stated_minor = ? and rows > ?)";
    let is_known: bool = tx.conn().prepare_cached(fuller)?.query_row(
        params![store, payout.id, payout.currency, payout.stated_minor, payout.rows],
        |row| row.get(0),
    )?;
    if is_known {
        return Ok(Upserted::Unchanged);
    }
    let parts =
        serde_json::to_string(&payout.parts).map_err(|e| StoreError::Internal(e.to_string()))?;
    upsert_fact(
        tx,
        &PAYOUTS,
        (
            &[&store, &payout.id, &payout.currency],
            &[
                &payout.from,
                &payout.to,
                &payout.deposited,
                &payout.stated_minor,
                &payout.rows,
                &payout.received.map(|money| money.minor),
                &payout.received.map(|money| money.currency),
                &parts,
                &payout.status.map_or("", PayoutStatus::name),
                &payout.due,
            ],
        ),
        import,
    )
}

/// All payouts, by store and the day of their deposit.
pub fn list_payouts(reader: &Reader<'_>) -> Result<Vec<(StoreId, Payout)>, StoreError> {
    let stored = list_stored_payouts(reader)?;
    Ok(stored.into_iter().map(|stored| (stored.store, stored.payout)).collect())
}

/// What a payout was paid out as, and what really arrived for it.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedPayout {
    pub store: StoreId,
    pub day: Day,
    pub stated: Money,
    pub received: Money,
}

/// Payouts deposited in a range of days of which it is known what arrived.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_received_payouts(
    reader: &Reader<'_>,
    range: DayRange,
) -> Result<Vec<ReceivedPayout>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select store_id, deposited_day, stated_minor, currency, received_minor, received_currency
         from payouts
         where deposited_day between ? and ? and received_minor is not null
            and received_currency is not null
         order by store_id, deposited_day, external_id",
    )?;
    let rows = statement.query_map(params![range.from, range.to], |row| {
        Ok(ReceivedPayout {
            store: row.get(0)?,
            day: row.get(1)?,
            stated: Money::new(row.get(2)?, row.get(3)?),
            received: Money::new(row.get(4)?, row.get(5)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A payout with its row's own id.
#[derive(Clone, Debug)]
pub struct StoredPayout {
    pub id: PayoutId,
    pub store: StoreId,
    pub payout: Payout,
}

pub fn list_stored_payouts(reader: &Reader<'_>) -> Result<Vec<StoredPayout>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select store_id, external_id, currency, from_day, to_day, deposited_day, stated_minor,
            rows, received_minor, received_currency, parts, status, due_day, id
         from payouts order by store_id, deposited_day, external_id",
    )?;
    let mut rows = statement.query([])?;
    let mut payouts = Vec::new();
    while let Some(row) = rows.next()? {
        let parts: String = row.get(10)?;
        let parts: Vec<PayoutPart> =
            serde_json::from_str(&parts).map_err(|e| StoreError::Internal(e.to_string()))?;
        let received: (Option<i64>, Option<crate::base::Currency>) = (row.get(8)?, row.get(9)?);
        let payout = Payout {
            id: row.get(1)?,
            currency: row.get(2)?,
            from: row.get(3)?,
            to: row.get(4)?,
            deposited: row.get(5)?,
            status: PayoutStatus::parse(&row.get::<_, String>(11)?),
            due: row.get(12)?,
            stated_minor: row.get(6)?,
            rows: row.get(7)?,
            parts,
            received: match received {
                (Some(minor), Some(currency)) => Some(Money::new(minor, currency)),
                _ => None,
            },
        };
        payouts.push(StoredPayout { id: row.get(13)?, store: row.get(0)?, payout });
    }
    Ok(payouts)
}

pub fn upsert_stated_total(
    tx: &Tx<'_>,
    store: StoreId,
    total: &StatedTotal,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    let (from, to) = (total.from.map_or(0, |day| day.0), total.to.map_or(0, |day| day.0));
    upsert_fact(
        tx,
        &STATED_TOTALS,
        (
            &[&store, &total.report, &total.name, &from, &to],
            &[&total.amount.minor, &total.amount.currency],
        ),
        import,
    )
}

pub fn list_stated_totals(reader: &Reader<'_>) -> Result<Vec<(StoreId, StatedTotal)>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select store_id, report, name, from_day, to_day, amount_minor, currency
         from stated_totals order by store_id, report, from_day, to_day, id",
    )?;
    let some = |day: i32| (day != 0).then_some(crate::base::Day(day));
    let rows = statement.query_map([], |row| {
        let total = StatedTotal {
            report: row.get(1)?,
            name: row.get(2)?,
            from: some(row.get(3)?),
            to: some(row.get(4)?),
            amount: Money::new(row.get(5)?, row.get(6)?),
        };
        Ok((row.get(0)?, total))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Currency, Day, Zone};
    use crate::domain::record::PayoutPart;
    use crate::store::testing::{Folder, open};
    use crate::store::{Db, Lane, stores};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn charge(key: &str, on: &str, minor: i64, estimate: Option<GivesWay>) -> Charge {
        Charge {
            key: key.to_owned(),
            day: day(on),
            kind: "storage".to_owned(),
            class: ChargeClass::PeriodFee,
            amount: Money::new(minor, Currency::EUR),
            sku: None,
            payout: None,
            label: String::new(),
            family: Some("storage".to_owned()),
            estimate,
        }
    }

    /// What counts of the spring.
    fn counting(db: &Db) -> Vec<i64> {
        let spring = DayRange { from: day("2026-02-01"), to: day("2026-05-31") };
        let charges = db.read(|reader| list_charges(reader, spring)).unwrap();
        charges.iter().map(|(_, charge)| charge.amount.minor).collect()
    }

    #[test]
    fn of_an_estimate_its_first_word_and_its_settlement_one_counts() {
        let folder = Folder::new();
        let db = open(&folder);
        let way = GivesWay::ToFamily { from: day("2026-03-01"), to: day("2026-03-31") };
        let payout = Payout {
            id: "7001".to_owned(),
            currency: Currency::EUR,
            from: Some(day("2026-03-10")),
            to: Some(day("2026-03-24")),
            deposited: None,
            status: None,
            due: None,
            stated_minor: -90,
            rows: 1,
            parts: Vec::<PayoutPart>::new(),
            received: None,
        };
        let store = db
            .write_local(Lane::Interactive, |tx| {
                stores::insert_store(tx, "shop", Currency::EUR, &Zone::utc())
            })
            .unwrap();
        let take = |charge: &Charge| {
            db.write_local(Lane::Interactive, |tx| upsert_charge(tx, store.id, charge, None))
                .unwrap();
        };
        take(&charge("storage/report", "2026-02-28", -91, Some(way)));
        assert_eq!(counting(&db), [-91]);
        take(&charge("finances/1", "2026-03-15", -90, Some(GivesWay::ToPayout)));
        assert_eq!(counting(&db), [-90], "what was posted is no estimate any more");
        take(&charge("7001/1", "2026-03-15", -90, None));
        db.write_local(Lane::Interactive, |tx| upsert_payout(tx, store.id, &payout, None)).unwrap();
        assert_eq!(counting(&db), [-90], "the settlement's own");
        take(&charge(
            "storage/report-2",
            "2026-03-31",
            -95,
            Some(GivesWay::ToFamily { from: day("2026-04-01"), to: day("2026-04-30") }),
        ));
        assert_eq!(counting(&db), [-90, -95], "the month after is not charged yet");
    }
}
