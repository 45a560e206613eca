//! How the measures of a rollup row look in the database: a bit for each that is not 0, then
//! these, each a zigzag number of as few bytes as it needs.

use super::{MEASURES, Measures};
use crate::store::StoreError;

/// Bytes of the bits.
const MASK_BYTES: usize = MEASURES.div_ceil(8);

pub fn pack(measures: &Measures) -> Vec<u8> {
    let mut mask: u128 = 0;
    let mut packed = vec![0; MASK_BYTES];
    for (index, measure) in measures.iter().enumerate().filter(|(_, measure)| **measure != 0) {
        mask |= 1 << index;
        let mut rest = ((measure << 1) ^ (measure >> 63)) as u64;
        while rest >= 0x80 {
            packed.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        packed.push(rest as u8);
    }
    packed[..MASK_BYTES].copy_from_slice(&mask.to_le_bytes()[..MASK_BYTES]);
    packed
}

/// # Errors
/// `Internal` where the bytes are not those of a row.
pub fn unpack(packed: &[u8]) -> Result<Measures, StoreError> {
    let mut measures = [0; MEASURES];
    add(packed, &mut measures)?;
    Ok(measures)
}

/// Adds a packed row to measures.
///
/// # Errors
/// As `unpack`.
pub fn add(packed: &[u8], measures: &mut Measures) -> Result<(), StoreError> {
    let damaged = || StoreError::Internal("a row of sums cannot be read".to_owned());
    let (mask_bytes, mut rest) = packed.split_at_checked(MASK_BYTES).ok_or_else(damaged)?;
    let mut mask_wide = [0; 16];
    mask_wide[..MASK_BYTES].copy_from_slice(mask_bytes);
    let mut mask = u128::from_le_bytes(mask_wide);
    while mask != 0 {
        let index = mask.trailing_zeros() as usize;
        mask &= mask - 1;
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let (byte, behind) = rest.split_first().ok_or_else(damaged)?;
            rest = behind;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
            if shift > 63 {
                return Err(damaged());
            }
        }
        let measure = measures.get_mut(index).ok_or_else(damaged)?;
        *measure += (value >> 1) as i64 ^ -((value & 1) as i64);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_comes_out_again(values in prop::collection::vec(
            prop_oneof![Just(0), -100_i64..100, any::<i64>()], MEASURES)
        ) {
            let mut measures = [0; MEASURES];
            measures.copy_from_slice(&values);
            prop_assert_eq!(unpack(&pack(&measures)).unwrap(), measures);
        }

        #[test]
        fn other_bytes_are_an_error_or_a_row(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = unpack(&bytes);
        }
    }

    #[test]
    fn a_row_of_nothing_is_its_bits_alone() {
        assert_eq!(pack(&[0; MEASURES]), vec![0; MASK_BYTES]);
        assert!(unpack(&[]).is_err());
        let mut cut = pack(&[0; MEASURES]);
        cut[0] = 1;
        cut.push(0x80);
        assert!(unpack(&cut).is_err(), "a number without its end");
    }
}
