//! How old what lies there is: units leave in the order in which they came, so the oldest that is
//! left came with the last arrivals that cover what is there.

use std::collections::HashMap;

use crate::base::Instant;
use crate::base::id::VariantId;
use crate::reports::ReportError;
use crate::store::Reader;

/// When the oldest unit of each variant came. `of` names the variants; none is all.
///
/// # Errors
/// `Store`.
pub fn list(
    reader: &Reader<'_>,
    of: &[VariantId],
) -> Result<HashMap<VariantId, Instant>, ReportError> {
    let named = of.iter().map(|variant| variant.0.to_string()).collect::<Vec<_>>().join(",");
    let only = match of {
        [] => String::new(),
        _ => format!("and event.variant_id in ({named})"),
    };
    // Moves change nothing of the age; a count says what there is and not when it came.
    let sql = format!(
        "select event.variant_id, location_id, lot_id, occurred_at, delta, counted
         from stock_events event
         where kind not in ('reversed', 'moved_in', 'moved_out') {only}
            and not exists (select 1 from stock_events later where later.reverses_id = event.id)
         order by event.variant_id, occurred_at, event.id"
    );
    let mut statement = reader.conn().prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut oldest = HashMap::new();
    let mut shelf = Shelf::default();
    let mut current: Option<VariantId> = None;
    while let Some(row) = rows.next()? {
        let variant: VariantId = row.get(0)?;
        if current.is_some_and(|current| current != variant) {
            shelf.close(current, &mut oldest);
        }
        current = Some(variant);
        let place = (row.get(1)?, row.get(2)?);
        shelf.add(place, row.get(3)?, (row.get(4)?, row.get(5)?));
    }
    shelf.close(current, &mut oldest);
    Ok(oldest)
}

/// What lies of one variant, and when it came.
#[derive(Default)]
struct Shelf {
    places: HashMap<(i64, Option<i64>), i64>,
    came: Vec<(Instant, i64)>,
}

impl Shelf {
    fn add(
        &mut self,
        place: (i64, Option<i64>),
        at: Instant,
        (delta, counted): (Option<i64>, Option<i64>),
    ) {
        let level = self.places.entry(place).or_default();
        let change = counted.map_or(delta.unwrap_or_default(), |counted| counted - *level);
        *level = level.saturating_add(change);
        if change > 0 {
            self.came.push((at, change));
        }
    }

    fn close(&mut self, variant: Option<VariantId>, oldest: &mut HashMap<VariantId, Instant>) {
        let mut left: i64 = self.places.values().sum();
        let mut since = None;
        for (at, units) in self.came.iter().rev() {
            if left <= 0 {
                break;
            }
            left -= units;
            since = Some(*at);
        }
        if let (Some(variant), Some(since)) = (variant, since) {
            oldest.insert(variant, since);
        }
        *self = Self::default();
    }
}

/// Whole days since.
pub fn days(since: Instant, now: Instant) -> i64 {
    ((now.0 - since.0) / 86_400_000_000).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_came_with_the_arrivals_that_cover_what_is_left() {
        let mut shelf = Shelf::default();
        let mut oldest = HashMap::new();
        let place = (1, None);
        shelf.add(place, Instant(10), (None, Some(5)));
        shelf.add(place, Instant(20), (Some(7), None));
        shelf.add(place, Instant(30), (Some(-6), None));
        // 12 came and 6 went: what is left is of the second arrival.
        shelf.close(Some(VariantId(1)), &mut oldest);
        assert_eq!(oldest[&VariantId(1)], Instant(20));
        shelf.add(place, Instant(10), (Some(5), None));
        shelf.add(place, Instant(20), (Some(7), None));
        shelf.add(place, Instant(30), (None, Some(8)));
        // 8 of 12 are left: 7 of the second, 1 of the first.
        shelf.close(Some(VariantId(2)), &mut oldest);
        assert_eq!(oldest[&VariantId(2)], Instant(10));
        shelf.add(place, Instant(30), (Some(-3), None));
        shelf.close(Some(VariantId(3)), &mut oldest);
        assert!(!oldest.contains_key(&VariantId(3)));
    }
}
