//! Gaps of what orders and payouts state: fees and charges that no table knows, and totals that
//! their parts do not explain. Amounts stay in the currency in which they are stated.

use rusqlite::params;

use super::{Asked, with_pieces};
use crate::base::Money;
use crate::base::id::OrderId;
use crate::domain::gap::{Gap, GapKind, Piece, Place};
use crate::reports::ReportError;
use crate::store::{Reader, costs};

/// A kind of gap's rows, one for each piece.
type Row = (String, Piece);

pub(super) fn list_unknown_fees(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
) -> Result<Vec<Gap>, ReportError> {
    // A cross join keeps the few fees outside and looks up their orders, never the other way round.
    let sql = format!(
        "select kind, coalesce(number, external_id), order_id, sum(amount_minor),
            unclassified_fees.currency
         from unclassified_fees cross join orders on orders.id = order_id
         where class = '' and order_day between ? and ?{}
         group by kind, order_id, unclassified_fees.currency
         order by kind, order_day desc, order_id desc",
        asked.within("store_id")
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map(params![asked.range.from, asked.range.to], |row| {
        let (order, minor): (OrderId, i64) = (row.get(2)?, row.get(3)?);
        let piece = Piece {
            name: row.get(1)?,
            place: Place::Order(order),
            count: 1,
            // A fee is stated as a cost; on profit it weighs the other way.
            at_stake: vec![Money::new(-minor, row.get(4)?)],
            days: None,
        };
        Ok((row.get(0)?, piece))
    })?;
    let rows = rows.collect::<Result<_, _>>()?;
    Ok(by_kind(rows, |kind| GapKind::UnknownFee { kind }))
}

pub(super) fn list_unknown_charges(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
) -> Result<Vec<Gap>, ReportError> {
    let sql = format!(
        "select kind, case payout when '' then label else payout end as name, count(*),
            sum(amount_minor), currency, min(day), max(day)
         from charges where class = 'unclassified' and day between ? and ?{}
         group by kind, name, currency order by kind, max(day) desc, name",
        asked.within("store_id")
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map(params![asked.range.from, asked.range.to], |row| {
        let piece = Piece {
            name: row.get(1)?,
            place: Place::OfGap,
            count: row.get(2)?,
            at_stake: vec![Money::new(row.get(3)?, row.get(4)?)],
            days: Some(crate::base::DayRange { from: row.get(5)?, to: row.get(6)? }),
        };
        Ok((row.get(0)?, piece))
    })?;
    let rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
    let rules = costs::find_rules(reader)?;
    let rows = rows.into_iter().filter(|(kind, _)| !rules.knows_charge(kind)).collect();
    Ok(by_kind(rows, |kind| GapKind::UnknownCharge { kind }))
}

pub(super) fn list_unexplained(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
) -> Result<Vec<Gap>, ReportError> {
    let sql = format!(
        "select coalesce(number, external_id), id, unexplained_minor, currency from orders
         where unexplained_minor <> 0 and counted = 1 and order_day between ? and ?{}
         order by order_day desc, id desc",
        asked.within("store_id")
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map(params![asked.range.from, asked.range.to], |row| {
        let piece = Piece {
            name: row.get(0)?,
            place: Place::Order(row.get(1)?),
            count: 1,
            at_stake: vec![Money::new(row.get(2)?, row.get(3)?)],
            days: None,
        };
        Ok((String::new(), piece))
    })?;
    let rows = rows.collect::<Result<_, _>>()?;
    Ok(by_kind(rows, |_| GapKind::Unexplained))
}

/// Rows that come sorted by kind, as a gap for each.
fn by_kind(rows: Vec<Row>, kind_of: impl Fn(String) -> GapKind) -> Vec<Gap> {
    let mut kinds: Vec<(String, Vec<Piece>)> = Vec::new();
    for (kind, piece) in rows {
        match kinds.last_mut() {
            Some((last, pieces)) if *last == kind => pieces.push(piece),
            _ => kinds.push((kind, vec![piece])),
        }
    }
    let gap = |(kind, pieces): (String, Vec<Piece>)| {
        let count = pieces.iter().map(|piece| piece.count).sum();
        with_pieces(Gap { kind: kind_of(kind), count, ..Gap::default() }, pieces)
    };
    kinds.into_iter().map(gap).collect()
}
