//! What a payout was really converted at, against what was booked (PROFIT, section 3,
//! `fx_difference`).

use super::convert::{Converter, Overflow};
use crate::base::{Day, Money};

/// The difference in minor units of the reporting currency: what was received, converted on its
/// day where it is in another currency, less the converted rows that the payout pays out.
/// `None` while a rate is missing.
///
/// # Errors
/// `Overflow` beyond 64 bits.
pub fn fx_difference(
    rows: &[(Money, Day)],
    received: (Money, Day),
    converter: &mut Converter<'_>,
) -> Result<Option<i64>, Overflow> {
    let mut booked: i64 = 0;
    for (amount, day) in rows {
        match converter.convert(amount.minor, amount.currency, *day)? {
            Some(minor) => booked = booked.checked_add(minor).ok_or(Overflow)?,
            None => return Ok(None),
        }
    }
    let (amount, day) = received;
    let received = converter.convert(amount.minor, amount.currency, day)?;
    Ok(received.map(|received| received - booked))
}
