//! Gaps of records that are not there or could not be placed: exchange rates, ad spend that no
//! line could bear, labels without an order, and what files held that we could not read.

use std::collections::BTreeMap;

use rusqlite::params;

use super::{Asked, with_pieces};
use crate::base::id::{ImportId, StoreId};
use crate::base::{Currency, Day, DayRange, Instant, Money};
use crate::domain::ask::Ask;
use crate::domain::gap::{Gap, GapKind, Piece, Place};
use crate::reports::{ReportError, profit};
use crate::store::{Reader, dirty, labels, stores};

pub(super) fn list_rates(reader: &Reader<'_>, asked: &Asked<'_>) -> Result<Vec<Gap>, ReportError> {
    let ask = Ask { by: Vec::new(), ..asked.ask.clone() }.over(asked.range);
    let missing = profit::run(reader, &ask, asked.today)?.missing_rates;
    let mut days: BTreeMap<Currency, Vec<Day>> = BTreeMap::new();
    for rate in missing {
        days.entry(rate.currency).or_default().push(rate.day);
    }
    let piece = |(currency, days): (Currency, Vec<Day>)| Piece {
        name: currency.code().to_owned(),
        count: days.len() as i64,
        days: days
            .iter()
            .min()
            .zip(days.iter().max())
            .map(|(from, to)| DayRange { from: *from, to: *to }),
        ..Piece::default()
    };
    Ok(as_gap(GapKind::ExchangeRate, days.into_iter().map(piece).collect()))
}

pub(super) fn list_unallocated_ads(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
) -> Result<Vec<Gap>, ReportError> {
    let Some(currency) = dirty::find_reporting(reader)? else { return Ok(Vec::new()) };
    let names: BTreeMap<String, StoreId> =
        stores::list_stores(reader)?.into_iter().map(|store| (store.name, store.id)).collect();
    let mut statement = reader.conn().prepare_cached(
        "select platform, campaign, store, count(*), sum(whole_minor), min(ad_results.day),
            max(ad_results.day)
         from ad_results join ad_spend on ad_spend.id = ad_spend_id
         where step is null and ad_results.day between ? and ?
         group by platform, campaign, store order by platform, campaign, store",
    )?;
    let mut rows = statement.query(params![asked.range.from, asked.range.to])?;
    let mut pieces: Vec<Piece> = Vec::new();
    while let Some(row) = rows.next()? {
        let (platform, campaign, store): (String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        if !asked.wants(names.get(&store).copied()) {
            continue;
        }
        pieces.push(Piece {
            name: campaign.clone(),
            place: Place::Campaign { platform, campaign },
            count: row.get(3)?,
            at_stake: vec![Money::new(row.get(4)?, currency)],
            days: Some(DayRange { from: row.get(5)?, to: row.get(6)? }),
        });
    }
    Ok(as_gap(GapKind::UnallocatedAds, pieces))
}

pub(super) fn list_labels(reader: &Reader<'_>, asked: &Asked<'_>) -> Result<Vec<Gap>, ReportError> {
    let pieces = labels::list_unmatched(reader)?
        .into_iter()
        .filter(|label| asked.wants(Some(label.store)))
        .filter(|label| asked.range.contains(label.at.day_in(asked.zone)))
        .map(|label| {
            let day = label.at.day_in(asked.zone);
            Piece {
                name: label.order_ref,
                count: 1,
                at_stake: vec![Money::new(-label.cost.minor, label.cost.currency)],
                days: Some(DayRange { from: day, to: day }),
                ..Piece::default()
            }
        });
    Ok(as_gap(GapKind::LabelWithoutOrder, pieces.collect()))
}

/// A file is settled when a later one of its name and format held all that went in before, and
/// fewer rows of it were refused.
const NOT_SETTLED: &str = "imports.state = 'done' and not exists (
    select 1 from imports later
    where later.id > imports.id and later.state = 'done' and later.format = imports.format
        and later.file_name = imports.file_name
        and later.store_id is imports.store_id
        and later.unchanged >= imports.accepted + imports.unchanged
        and later.refused < max(imports.refused, 1))";

pub(super) fn list_refused(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
) -> Result<Vec<Gap>, ReportError> {
    let sql = format!(
        "select id, file_name, started_at, store_id, refused from imports
         where refused > 0 and {NOT_SETTLED} order by id desc"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| {
        let id: ImportId = row.get(0)?;
        let name: String = row.get(1)?;
        Ok((id, name, row.get::<_, Instant>(2)?, row.get::<_, Option<StoreId>>(3)?, row.get(4)?))
    })?;
    let mut pieces = Vec::new();
    for row in rows {
        let (id, name, at, store, count) = row?;
        pieces.extend(piece_of_file(asked, (id, name), (at, store), count));
    }
    Ok(as_gap(GapKind::RefusedRows, pieces))
}

pub(super) fn list_unknowns(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
) -> Result<Vec<Gap>, ReportError> {
    // Fees stand with the orders and charges that bear them.
    let sql = format!(
        "select import_id, name, started_at, store_id, times, kind from import_unknowns
         join imports on imports.id = import_id
         where kind <> 'fee' and {NOT_SETTLED} order by kind, import_id desc, name"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| {
        let id: ImportId = row.get(0)?;
        let name: String = row.get(1)?;
        let found = (id, name, row.get::<_, Instant>(2)?, row.get::<_, Option<StoreId>>(3)?);
        Ok((found, row.get(4)?, row.get::<_, String>(5)?))
    })?;
    let mut kinds: BTreeMap<String, Vec<Piece>> = BTreeMap::new();
    for row in rows {
        let ((id, name, at, store), times, kind) = row?;
        let Some(piece) = piece_of_file(asked, (id, name), (at, store), times) else { continue };
        let pieces = kinds.entry(kind).or_default();
        // One name in several files is one unknown; the newest file stands for it.
        match pieces.iter_mut().find(|known| known.name == piece.name) {
            Some(known) => known.count += piece.count,
            None => pieces.push(piece),
        }
    }
    let gap = |(kind, pieces)| as_gap(GapKind::UnknownInFiles { kind }, pieces);
    Ok(kinds.into_iter().flat_map(gap).collect())
}

/// Files count under the day on which they were brought.
fn piece_of_file(
    asked: &Asked<'_>,
    (id, name): (ImportId, String),
    (at, store): (Instant, Option<StoreId>),
    count: i64,
) -> Option<Piece> {
    let is_asked = asked.range.contains(at.day_in(asked.zone)) && asked.wants(store);
    is_asked.then(|| Piece { name, place: Place::Import(id), count, ..Piece::default() })
}

fn as_gap(kind: GapKind, pieces: Vec<Piece>) -> Vec<Gap> {
    if pieces.is_empty() {
        return Vec::new();
    }
    let count = match kind {
        // A campaign is one thing to map, however many days it ran.
        GapKind::UnallocatedAds => pieces.len() as i64,
        _ => pieces.iter().map(|piece| piece.count).sum(),
    };
    vec![with_pieces(Gap { kind, count, ..Gap::default() }, pieces)]
}
