//! How long it takes to come: measured from the day of the order to that of each receipt. A
//! receipt weighs as much as the units that came with it.

/// One receipt of one SKU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub days: i64,
    pub units: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeadTime {
    /// Half of the units came within so many days.
    pub median_days: i64,
    /// One unit of ten came within so many, nine of ten within so many.
    pub early_days: i64,
    pub late_days: i64,
    pub units: i64,
    pub receipts: usize,
}

/// `None` where nothing came. An order dated after its receipt took no time.
pub fn measure(samples: &[Sample]) -> Option<LeadTime> {
    let mut samples: Vec<Sample> = samples.iter().filter(|one| one.units > 0).copied().collect();
    samples.sort_by_key(|one| one.days);
    let units = samples.iter().fold(0_i64, |sum, one| sum.saturating_add(one.units));
    let within = |tenths: i128| {
        let mut sum = 0_i128;
        let reached = samples.iter().find(|one| {
            sum += i128::from(one.units);
            sum * 10 >= i128::from(units) * tenths
        });
        reached.map(|one| one.days.max(0))
    };
    Some(LeadTime {
        median_days: within(5)?,
        early_days: within(1)?,
        late_days: within(9)?,
        units,
        receipts: samples.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_weighs_as_much_as_its_units() {
        let check = |samples: &[(i64, i64)], expected: Option<(i64, i64, i64)>| {
            let samples: Vec<Sample> =
                samples.iter().map(|(days, units)| Sample { days: *days, units: *units }).collect();
            let found = measure(&samples);
            let found = found.map(|one| (one.early_days, one.median_days, one.late_days));
            assert_eq!(found, expected, "{samples:?}");
        };
        check(&[], None);
        check(&[(12, 0)], None);
        check(&[(12, 5)], Some((12, 12, 12)));
        // 90 of 100 came within 10 days, the last ten after 40.
        check(&[(40, 10), (10, 90)], Some((10, 10, 10)));
        check(&[(40, 11), (10, 89)], Some((10, 10, 40)));
        // 10 units after 5 days are a tenth of 100; half are reached with the 45 after 20.
        check(&[(5, 10), (20, 45), (30, 45)], Some((5, 20, 30)));
        check(&[(-2, 5)], Some((0, 0, 0)));
    }

    #[test]
    fn what_it_rests_on_is_told() {
        let samples = [Sample { days: 3, units: 7 }, Sample { days: 4, units: 2 }];
        let found = measure(&samples).unwrap();
        assert_eq!((found.units, found.receipts), (9, 2));
    }
}
