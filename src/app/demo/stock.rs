//! What lies on the made-up shop's shelves: counted some weeks ago, in two places, one product in
//! lots, one kit, and here and there too little.

use anyhow::Context;

use super::catalogue::PRODUCTS;
use crate::base::id::UserId;
use crate::base::{Day, Instant};
use crate::domain::rules::{Bundle, BundlePart};
use crate::store::stock::locations::{LocationKind, USUAL, find_usual_location};
use crate::store::stock::variants::VariantSettings;
use crate::store::stock::{began, variants};
use crate::store::{StoreError, Tx};
use crate::sync::ctx::Tools;
use crate::sync::stock_edit::units::{self, LotName, UnitsAt};
use crate::sync::stock_edit::{Doer, places, settings};

/// Since when stock is kept.
const DAYS_KEPT: i64 = 45;
const ANNEX: &str = "Annex";
const HARBOUR: &str = "On the way from Porto";
/// Kept by lots: it can go stale.
const LOTTED: &str = "TEA-BLACK";
/// A gift of other products, some of which are put together already.
pub const KIT: &str = "KIT-TEA-TIME";
const KIT_TITLE: &str = "Tea time, a mug and a tea";
const KIT_PARTS: [(&str, i64); 2] = [("MUG-HARBOUR-SAND", 1), ("TEA-GREEN", 1)];

/// The rule of the kit.
pub fn bundle() -> Bundle {
    let part = |(sku, quantity): (&str, i64)| BundlePart { sku: sku.to_owned(), quantity };
    Bundle { sku: KIT.to_owned(), components: KIT_PARTS.map(part).to_vec() }
}

/// Before the first order comes in, so that every later one takes its units.
pub fn begin(tx: &Tx<'_>) -> Result<Instant, StoreError> {
    let at = tx.now.plus_seconds(-DAYS_KEPT * 86_400);
    began::begin_at(tx, at)?;
    find_usual_location(tx)?;
    Ok(at)
}

/// After the last one: what was counted then covers what was sold since, mostly.
///
/// # Errors
/// What the store said.
pub fn fill(tools: &Tools, (at, today): (Instant, Day), user: UserId) -> anyhow::Result<()> {
    let doer = |note: &str| Doer { user: Some(user), note: note.to_owned() };
    let mut lines = Vec::with_capacity(PRODUCTS.len());
    for (index, product) in PRODUCTS.iter().enumerate() {
        // A small shop has not sold everything.
        if !is_known(tools, product.sku)? {
            continue;
        }
        let gone = find_gone(tools, product.sku)?;
        let spare = match index % 9 {
            // Sold out, nearly so, or more sold than there was.
            4 if index < 9 => -2,
            4 => 0,
            7 => 2 + gone / 30,
            _ => 5 + gone / 4 + product.pull / 5 + (index as i64 * 7) % 23,
        };
        if product.sku == LOTTED {
            // What was sold since is of no lot that anybody wrote down.
            lines.push(UnitsAt { units: gone, ..at_usual(product.sku) });
            let lot = lot("B-2411", today.plus(40));
            lines.push(UnitsAt { units: spare.max(0), lot, ..at_usual(product.sku) });
            continue;
        }
        lines.push(UnitsAt { units: (gone + spare).max(0), ..at_usual(product.sku) });
    }
    set_title(tools, KIT, KIT_TITLE, &doer(""))?;
    say(tools, &doer(""))?;
    if lines.is_empty() {
        return Ok(());
    }
    units::count(tools, (&lines, Some(at)), &doer("First count")).context("count the shelf")?;
    places::add(tools, (ANNEX, LocationKind::Own), true)?;
    places::add(tools, (HARBOUR, LocationKind::InTransit), false)?;
    if is_known(tools, LOTTED)? {
        let more = UnitsAt { units: 60, lot: lot("B-2512", today.plus(310)), ..at_usual(LOTTED) };
        units::adjust(tools, &[more], ("found", "PO-112"), &doer("A later lot"))?;
    }
    for (sku, units) in [("MUG-HARBOUR-BLUE", 12), ("LIN-TOWEL-2", 8), ("CAN-SEA", 6)] {
        if is_known(tools, sku)? {
            let line = UnitsAt { units, ..at_usual(sku) };
            units::transfer(tools, (&[line], ANNEX), &doer("For the market stall"))?;
        }
    }
    if is_known(tools, "MUG-TRAVEL")? {
        let coming = UnitsAt { units: 48, place: HARBOUR.to_owned(), ..at_usual("MUG-TRAVEL") };
        units::count(tools, (&[coming], None), &doer("As the forwarder says"))?;
    }
    if is_known(tools, "GLS-CARAFE")? {
        let broken = UnitsAt { units: -1, ..at_usual("GLS-CARAFE") };
        units::adjust(tools, &[broken], ("damaged", ""), &doer("Fell off the packing table"))?;
    }
    let kits = UnitsAt { units: 6, ..at_usual(KIT) };
    units::build(tools, &kits, &doer("For the season"))?;
    Ok(())
}

fn at_usual(sku: &str) -> UnitsAt {
    UnitsAt { sku: sku.to_owned(), place: USUAL.to_owned(), ..UnitsAt::default() }
}

fn lot(code: &str, expires: Day) -> LotName {
    LotName { code: code.to_owned(), expires: Some(expires) }
}

/// Units that orders have taken since stock is kept, or hold.
fn find_gone(tools: &Tools, sku: &str) -> anyhow::Result<i64> {
    let sku = sku.to_owned();
    let found = tools.db.read(|reader| {
        let units = reader.conn().query_row(
            "select coalesce(sum(shipped - returned + held), 0) from reservations
             join variants on variants.id = variant_id where sku = ?",
            [sku.as_str()],
            |row| row.get(0),
        )?;
        Ok(units)
    });
    Ok(found?)
}

fn is_known(tools: &Tools, sku: &str) -> anyhow::Result<bool> {
    let known = tools.db.read(|reader| variants::find_variant(reader.conn(), sku));
    Ok(known?.is_some())
}

fn set_title(tools: &Tools, sku: &str, title: &str, doer: &Doer) -> anyhow::Result<()> {
    let said = VariantSettings { title: title.to_owned(), ..VariantSettings::default() };
    settings::save(tools, (sku, &said), doer)?;
    Ok(())
}

/// Barcodes to scan, lots to keep, and how long some take to come again.
fn say(tools: &Tools, doer: &Doer) -> anyhow::Result<()> {
    let of = |barcode: &str| VariantSettings {
        barcode: barcode.to_owned(),
        ..VariantSettings::default()
    };
    let lotted = VariantSettings { tracks_lots: true, ..of("4006381333931") };
    let slow = VariantSettings { lead_days: Some(35), low_at: Some(20), ..of("5901234123457") };
    for (sku, said) in [(LOTTED, lotted), ("MUG-HARBOUR-BLUE", slow)] {
        if is_known(tools, sku)? {
            settings::save(tools, (sku, &said), doer)?;
        }
    }
    Ok(())
}
