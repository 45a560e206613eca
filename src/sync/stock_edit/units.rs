//! Units counted, adjusted, moved, built into kits and taken apart, and what came back decided.

use super::{Acting, Doer, Done, Happened, act, find_place, find_sku, refused};
use crate::base::id::{LocationId, LotId, VariantId};
use crate::base::{Day, Instant};
use crate::domain::stock::event::{Change, EventKind};
use crate::store::stock::locations::{self, LocationKind, QUARANTINE, list_lots, upsert_lot};
use crate::store::stock::on_hand::{Held, list_on_hand};
use crate::store::stock::variants::{find_settings, upsert_variant};
use crate::store::{StoreError, Tx, rules};
use crate::sync::ctx::Tools;

/// Why units came or went.
pub const REASONS: [&str; 9] =
    ["found", "lost", "damaged", "expired", "theft", "sample", "own_use", "returned", "correction"];

/// Lines of one action.
const LINES_MAX: usize = 10_000;

/// A lot by its code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LotName {
    /// Empty is none.
    pub code: String,
    pub expires: Option<Day>,
}

/// Units of one product at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitsAt {
    pub sku: String,
    /// Empty is where orders are sent from.
    pub place: String,
    pub lot: LotName,
    /// Counted, or signed units that came.
    pub units: i64,
}

fn check_lines(lines: usize) -> Result<(), StoreError> {
    match lines {
        0 => refused("Nothing was named."),
        1..=LINES_MAX => Ok(()),
        _ => refused(format!("At most {LINES_MAX} lines are taken at once.")),
    }
}

fn place_of(tx: &Tx<'_>, name: &str) -> Result<LocationId, StoreError> {
    match name.trim() {
        "" => locations::find_usual_location(tx),
        name => Ok(find_place(tx, name)?.id),
    }
}

fn lot_of(tx: &Tx<'_>, variant: VariantId, lot: &LotName) -> Result<Option<LotId>, StoreError> {
    match lot.code.trim() {
        "" => Ok(None),
        code => upsert_lot(tx, variant, (code, lot.expires)).map(Some),
    }
}

/// Says how many there are, as of `at` or now: whatever is learned later of the time before
/// changes nothing of it.
///
/// # Errors
/// `Refused` for what is not known, a time to come, or a lot that is not named where lots are kept.
pub fn count(
    tools: &Tools,
    (lines, at): (&[UnitsAt], Option<Instant>),
    doer: &Doer,
) -> Result<Done, StoreError> {
    check_lines(lines.len())?;
    act(tools, ("count", doer), |acting| {
        let at = at.unwrap_or(acting.tx.now);
        if at > acting.tx.now {
            return refused("A count cannot be of a time to come.");
        }
        for line in lines {
            let variant = find_sku(acting.tx, &line.sku)?;
            let location = place_of(acting.tx, &line.place)?;
            let lot = lot_of(acting.tx, variant, &line.lot)?;
            acting.count((variant, location, lot), line.units, at)?;
        }
        Ok(())
    })
}

impl Acting<'_> {
    /// A count without a lot is of all that lies there: what was in lots is in it.
    pub(super) fn count(
        &mut self,
        (variant, location, lot): (VariantId, LocationId, Option<LotId>),
        units: i64,
        at: Instant,
    ) -> Result<(), StoreError> {
        let happened = |lot, units| Happened {
            variant,
            location,
            lot,
            kind: EventKind::Counted,
            change: Change::Count(units),
            reason: "",
            reference: "",
            at,
        };
        if lot.is_none() {
            let here =
                |held: &Held| held.location == location && held.lot.is_some() && held.units != 0;
            let mut lots = list_on_hand(self.tx.conn(), variant)?;
            lots.retain(here);
            if !lots.is_empty() && find_settings(self.tx.conn(), variant)?.tracks_lots {
                return refused("This product is kept by lots; count each of them.");
            }
            for held in lots {
                self.append(&happened(held.lot, 0))?;
            }
        }
        self.append(&happened(lot, units))
    }

    /// Units that leave without a named lot are taken of the one that expires first.
    fn spread(
        &self,
        (variant, location): (VariantId, LocationId),
        units: i64,
    ) -> Result<Vec<(Option<LotId>, i64)>, StoreError> {
        if !find_settings(self.tx.conn(), variant)?.tracks_lots {
            return Ok(vec![(None, units)]);
        }
        let held = list_on_hand(self.tx.conn(), variant)?;
        let (mut left, mut parts) = (units, Vec::new());
        for lot in list_lots(self.tx.conn(), variant)? {
            let here = |one: &&Held| one.location == location && one.lot == Some(lot.id);
            let there = held.iter().find(here).map_or(0, |held| held.units.max(0));
            let taken = left.min(there);
            if taken > 0 {
                parts.push((Some(lot.id), taken));
                left -= taken;
            }
        }
        if left > 0 {
            parts.push((None, left));
        }
        Ok(parts)
    }

    /// Signed units; those that leave come of the lots in turn where none is named.
    fn change(&mut self, happened: &Happened<'_>, units: i64) -> Result<(), StoreError> {
        let parts = match happened.lot {
            None if units < 0 => {
                let taken = self.spread((happened.variant, happened.location), -units)?;
                taken.into_iter().map(|(lot, units)| (lot, -units)).collect()
            }
            lot => vec![(lot, units)],
        };
        for (lot, units) in parts {
            self.append(&Happened { lot, change: Change::Delta(units), ..*happened })?;
        }
        Ok(())
    }
}

/// Adds units or takes them off, for a reason of `REASONS`.
///
/// # Errors
/// `Refused` for what is not known, and for no units.
pub fn adjust(
    tools: &Tools,
    lines: &[UnitsAt],
    (reason, reference): (&str, &str),
    doer: &Doer,
) -> Result<Done, StoreError> {
    check_lines(lines.len())?;
    if !REASONS.contains(&reason) {
        return refused(format!("The reason is one of {}.", REASONS.join(", ")));
    }
    act(tools, ("adjust", doer), |acting| {
        for line in lines {
            if line.units == 0 {
                return refused(format!("{:?}: 0 units change nothing.", line.sku));
            }
            let variant = find_sku(acting.tx, &line.sku)?;
            let happened = Happened {
                variant,
                location: place_of(acting.tx, &line.place)?,
                lot: lot_of(acting.tx, variant, &line.lot)?,
                kind: EventKind::Adjusted,
                change: Change::Delta(0),
                reason,
                reference: reference.trim(),
                at: acting.tx.now,
            };
            acting.change(&happened, line.units)?;
        }
        Ok(())
    })
}

/// Moves units from their place to another, with their lots.
///
/// # Errors
/// `Refused` for what is not known, and for a move to where they are.
pub fn transfer(
    tools: &Tools,
    (lines, to): (&[UnitsAt], &str),
    doer: &Doer,
) -> Result<Done, StoreError> {
    check_lines(lines.len())?;
    act(tools, ("move", doer), |acting| {
        let to = find_place(acting.tx, to)?.id;
        for line in lines {
            let variant = find_sku(acting.tx, &line.sku)?;
            let from = place_of(acting.tx, &line.place)?;
            if line.units <= 0 || from == to {
                return refused(format!("{:?}: name units and two places.", line.sku));
            }
            let named = lot_of(acting.tx, variant, &line.lot)?;
            let parts = match named {
                Some(lot) => vec![(Some(lot), line.units)],
                None => acting.spread((variant, from), line.units)?,
            };
            for (lot, units) in parts {
                let happened = Happened {
                    variant,
                    location: from,
                    lot,
                    kind: EventKind::MovedOut,
                    change: Change::Delta(-units),
                    reason: "",
                    reference: "",
                    at: acting.tx.now,
                };
                acting.append(&happened)?;
                let (kind, change) = (EventKind::MovedIn, Change::Delta(units));
                acting.append(&Happened { location: to, kind, change, ..happened })?;
            }
        }
        Ok(())
    })
}

/// Puts kits together, or takes them apart where `line.units` is negative; a kit is a bundle of
/// the rules.
///
/// # Errors
/// `Refused` where the product is no bundle.
pub fn build(tools: &Tools, line: &UnitsAt, doer: &Doer) -> Result<Done, StoreError> {
    act(tools, ("build", doer), |acting| {
        let rules = rules::find_rules_for_write(acting.tx)?;
        let Some(bundle) = rules.find_bundle(line.sku.trim()) else {
            return refused(format!("{:?} is no bundle of your rules.", line.sku));
        };
        if line.units == 0 {
            return refused("0 kits change nothing.");
        }
        let location = place_of(acting.tx, &line.place)?;
        let mut parts = vec![(upsert_variant(acting.tx, line.sku.trim(), "")?, line.units)];
        for part in &bundle.components {
            let Some(units) = line.units.checked_mul(-part.quantity) else {
                return refused("So many kits cannot be written down.");
            };
            parts.push((upsert_variant(acting.tx, &part.sku, "")?, units));
        }
        for (variant, units) in parts {
            let happened = Happened {
                variant,
                location,
                lot: None,
                kind: EventKind::Built,
                change: Change::Delta(0),
                reason: if line.units > 0 { "built" } else { "taken_apart" },
                reference: line.sku.trim(),
                at: acting.tx.now,
            };
            acting.change(&happened, units)?;
        }
        Ok(())
    })
}

/// What becomes of units that came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Back on the shelf.
    Restock,
    /// Into quarantine, until somebody looked.
    Inspect,
    Scrap,
}

impl Fate {
    pub const ALL: [Self; 3] = [Self::Restock, Self::Inspect, Self::Scrap];

    pub fn name(self) -> &'static str {
        match self {
            Self::Restock => "restock",
            Self::Inspect => "inspect",
            Self::Scrap => "scrap",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fate| fate.name() == name)
    }
}

/// Decides what becomes of units that came back; `reference` is the order's number. Scrapped ones
/// come and go, so that the history tells both.
///
/// # Errors
/// `Refused` for what is not known, and for no units.
pub fn decide_return(
    tools: &Tools,
    (line, fate): (&UnitsAt, Fate),
    reference: &str,
    doer: &Doer,
) -> Result<Done, StoreError> {
    act(tools, ("return", doer), |acting| {
        let variant = find_sku(acting.tx, &line.sku)?;
        if line.units <= 0 {
            return refused("Name how many came back.");
        }
        let location = match fate {
            Fate::Restock => place_of(acting.tx, &line.place)?,
            Fate::Inspect | Fate::Scrap => {
                locations::upsert_location(acting.tx, QUARANTINE, LocationKind::Quarantine)?
            }
        };
        let came = Happened {
            variant,
            location,
            lot: lot_of(acting.tx, variant, &line.lot)?,
            kind: EventKind::Returned,
            change: Change::Delta(line.units),
            reason: fate.name(),
            reference: reference.trim(),
            at: acting.tx.now,
        };
        acting.append(&came)?;
        if fate == Fate::Scrap {
            let (kind, change) = (EventKind::Adjusted, Change::Delta(-line.units));
            acting.append(&Happened { kind, change, ..came })?;
        }
        Ok(())
    })
}
