//! Gaps that profit lines bear as a mark: what is missing, guessed, or computed by rule. Read from
//! the sums that are kept of them.

use std::collections::BTreeMap;

use rusqlite::params;

use super::{Asked, with_pieces};
use crate::base::{Currency, Money};
use crate::domain::ask::Basis;
use crate::domain::gap::{Gap, GapKind, Piece, Place};
use crate::domain::profit::component::{Component, Mask};
use crate::reports::ReportError;
use crate::store::rollups::marks::Mark;
use crate::store::rollups::read::{Row, Wanted, visit};
use crate::store::rollups::{self, Dim, Span, marked};
use crate::store::{Reader, dirty, places, profit};

/// Orders whose payments are looked into for their gateways.
const ORDERS_READ_MAX: i64 = 2_000;

/// What the lines of a gap are told apart by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Sku,
    Country,
    Gateway,
    Nothing,
}

/// A mark and what it stands for.
struct Marked {
    kind: GapKind,
    mark: Mark,
    by: By,
}

pub(super) fn list_missing(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
) -> Result<Vec<Gap>, ReportError> {
    let marked = |kind, mark, by| Marked { kind, mark, by };
    list(
        reader,
        asked,
        [
            marked(GapKind::UnitCost, Mark::UnitCost, By::Sku),
            marked(GapKind::ShippingCost, Mark::ShippingCost, By::Country),
            marked(GapKind::PaymentFees, Mark::PaymentFees, By::Gateway),
            marked(GapKind::VatRate, Mark::VatRate, By::Country),
        ],
    )
}

pub(super) fn list_guessed(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
) -> Result<Vec<Gap>, ReportError> {
    let (kind, mark) = (GapKind::GuessedCost, Mark::GuessedCost);
    list(reader, asked, [Marked { kind, mark, by: By::Sku }])
}

pub(super) fn list_estimated(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
) -> Result<Vec<Gap>, ReportError> {
    let marked = |kind, mark| Marked { kind, mark, by: By::Nothing };
    list(
        reader,
        asked,
        [
            marked(GapKind::EstimatedFees, Mark::EstimatedFees),
            marked(GapKind::EstimatedShipping, Mark::EstimatedShipping),
        ],
    )
}

fn list<const N: usize>(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
    gaps: [Marked; N],
) -> Result<Vec<Gap>, ReportError> {
    let Some(currency) = dirty::find_reporting(reader)? else { return Ok(Vec::new()) };
    let mut sums = [(0, 0); N];
    visit_rows(reader, asked, Dim::Store, &mut |row| {
        for (sum, gap) in sums.iter_mut().zip(&gaps) {
            let (orders, minor) = marked(&row.measures, gap.mark);
            *sum = (sum.0 + orders, sum.1 + minor);
        }
    })?;
    let mut list = Vec::new();
    for (gap, (count, minor)) in gaps.into_iter().zip(sums) {
        if count == 0 && minor == 0 {
            continue;
        }
        let pieces = match gap.by {
            By::Nothing => Vec::new(),
            By::Gateway => list_gateways(reader, asked)?,
            By::Sku => list_pieces(reader, asked, (Dim::Product, &gap), currency)?,
            By::Country => list_pieces(reader, asked, (Dim::Place, &gap), currency)?,
        };
        let products = match gap.by {
            By::Sku => pieces.iter().filter(|piece| piece.place != Place::OfGap).count(),
            By::Country | By::Gateway | By::Nothing => 0,
        };
        let whole = Gap { kind: gap.kind, count, products: products as i64, ..Gap::default() };
        // Its own sum counts lines that several pieces may share.
        let at_stake = vec![Money::new(minor, currency)];
        list.push(Gap { at_stake, ..with_pieces(whole, pieces) });
    }
    Ok(list)
}

fn visit_rows(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
    dim: Dim,
    each: &mut dyn FnMut(&Row),
) -> Result<(), ReportError> {
    let wanted = Wanted { dim, basis: Basis::Event, range: asked.range, longest: Span::Year };
    visit(reader, &wanted, &mut |row| {
        if asked.wants(Some(row.store)) {
            each(&row);
        }
    })?;
    Ok(())
}

/// By SKU or by country; none while the sums lag behind the lines.
fn list_pieces(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
    (dim, gap): (Dim, &Marked),
    currency: Currency,
) -> Result<Vec<Piece>, ReportError> {
    if rollups::is_behind(reader)? {
        return Ok(Vec::new());
    }
    let mut sums: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    visit_rows(reader, asked, dim, &mut |row| {
        let (orders, minor) = marked(&row.measures, gap.mark);
        if (orders, minor) != (0, 0) {
            let sum = sums.entry(row.key).or_default();
            *sum = (sum.0 + orders, sum.1 + minor);
        }
    })?;
    let names: BTreeMap<i64, String> = match dim {
        Dim::Product => {
            let variants = profit::list_variants(reader.conn())?.into_iter();
            variants.map(|(id, sku, _)| (id.0, sku)).collect()
        }
        Dim::Place => {
            let places = places::list_places(reader)?.into_iter();
            places.map(|(id, place)| (id.0, place.country)).collect()
        }
        Dim::Store => BTreeMap::new(),
    };
    let mut by_name: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for (key, (orders, minor)) in sums {
        let name = names.get(&key).cloned().unwrap_or_default();
        let sum = by_name.entry(name).or_default();
        *sum = (sum.0 + orders, sum.1 + minor);
    }
    let piece = |(name, (count, minor)): (String, (i64, i64))| {
        let is_sku = dim == Dim::Product && !name.is_empty();
        Piece {
            place: if is_sku { Place::Sku(name.clone()) } else { Place::OfGap },
            name,
            count,
            at_stake: vec![Money::new(minor, currency)],
            days: None,
        }
    };
    Ok(by_name.into_iter().map(piece).collect())
}

/// The gateways of the orders concerned, as their files name them.
fn list_gateways(reader: &Reader<'_>, asked: &Asked<'_>) -> Result<Vec<Piece>, ReportError> {
    let mask: Mask = Component::PaymentFees.bit();
    let sql = format!(
        "with touched as (
            select distinct order_id from profit_lines
            where event_day between ? and ? and missing <> 0 and missing & ? <> 0{}
            limit {ORDERS_READ_MAX})
         select coalesce(json_extract(payment.value, '$.gateway'), '') as gateway,
            count(distinct touched.order_id)
         from touched join order_facts on order_facts.order_id = touched.order_id
         join json_each(body, '$.payments') payment
         group by gateway order by gateway",
        asked.within("store_id")
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let values = params![asked.range.from, asked.range.to, mask];
    let rows = statement.query_map(values, |row| {
        Ok(Piece { name: row.get(0)?, count: row.get(1)?, ..Piece::default() })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
