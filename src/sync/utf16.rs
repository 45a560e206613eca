//! Text in UTF-16, as spreadsheets call "Unicode text" and some portals write their CSV: told by
//! its mark or its zeros, and handed on as UTF-8 while it is read.

use std::io::{self, BufRead, Read};

/// How much of the beginning is looked at for zeros.
const LOOK_BYTES: usize = 4 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Little,
    Big,
}

/// The byte order of a text in UTF-16; `None` for any other file.
pub fn find_order(head: &[u8]) -> Option<Order> {
    match head {
        [0xff, 0xfe, ..] => return Some(Order::Little),
        [0xfe, 0xff, ..] => return Some(Order::Big),
        _ => {}
    }
    let head = &head[..head.len().min(LOOK_BYTES) & !1];
    let zeros = |first: usize| head.iter().skip(first).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let half = head.len() / 2;
    // Most letters of an export are plain, so one byte of most pairs is a zero, the other never.
    match () {
        () if half >= 4 && odd * 3 > half * 2 && even == 0 => Some(Order::Little),
        () if half >= 4 && even * 3 > half * 2 && odd == 0 => Some(Order::Big),
        () => None,
    }
}

/// The beginning of a file as UTF-8.
pub fn decode(head: &[u8], order: Order) -> Vec<u8> {
    let mut text = Vec::new();
    // What is already in memory cannot fail.
    let _ = Utf8::new(head, order).read_to_end(&mut text);
    text
}

/// UTF-16 in, UTF-8 out, without the mark; halves of pairs become U+FFFD.
pub struct Utf8<R> {
    source: R,
    order: Order,
    /// The first byte of a unit whose second is still to come.
    odd: Option<u8>,
    /// The first half of a pair.
    high: Option<u16>,
    is_first: bool,
    ready: Vec<u8>,
    given: usize,
}

impl<R: BufRead> Utf8<R> {
    pub fn new(source: R, order: Order) -> Self {
        let ready = Vec::new();
        Self { source, order, odd: None, high: None, is_first: true, ready, given: 0 }
    }

    /// Makes the next piece; none at the end.
    fn fill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty() {
            let piece = self.source.fill_buf()?;
            if piece.is_empty() {
                let is_cut = [self.odd.take().is_some(), self.high.take().is_some()];
                if is_cut.contains(&true) {
                    push(&mut self.ready, char::REPLACEMENT_CHARACTER);
                }
                return Ok(());
            }
            let taken = piece.len();
            for byte in piece {
                let Some(first) = self.odd.take() else {
                    self.odd = Some(*byte);
                    continue;
                };
                let unit = match self.order {
                    Order::Little => u16::from_le_bytes([first, *byte]),
                    Order::Big => u16::from_be_bytes([first, *byte]),
                };
                let is_mark = std::mem::take(&mut self.is_first) && unit == 0xfeff;
                if !is_mark {
                    take_unit(unit, &mut self.high, &mut self.ready);
                }
            }
            self.source.consume(taken);
        }
        Ok(())
    }
}

fn take_unit(unit: u16, high: &mut Option<u16>, out: &mut Vec<u8>) {
    let units = match high.take() {
        Some(high) => vec![high, unit],
        None if (0xd800..0xdc00).contains(&unit) => {
            *high = Some(unit);
            return;
        }
        None => vec![unit],
    };
    for letter in char::decode_utf16(units) {
        push(out, letter.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
}

fn push(out: &mut Vec<u8>, letter: char) {
    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
}

impl<R: BufRead> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            self.fill()?;
        }
        let left = &self.ready[self.given..];
        let n_read = left.len().min(buffer.len());
        buffer[..n_read].copy_from_slice(&left[..n_read]);
        self.given += n_read;
        Ok(n_read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn write(text: &str, order: Order) -> Vec<u8> {
        let bytes = |unit: u16| match order {
            Order::Little => unit.to_le_bytes(),
            Order::Big => unit.to_be_bytes(),
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn any_text_comes_out_as_it_went_in_however_it_is_cut() {
        let text = "sku\tGröße\tпривет 🎁\r\nA\t1\t漢字\n";
        for order in [Order::Little, Order::Big] {
            for (marked, found) in [(format!("\u{feff}{text}"), Some(order)), (text.into(), None)] {
                let bytes = write(&marked, order);
                if found.is_some() {
                    assert_eq!(find_order(&bytes), found);
                }
                for size in [1, 2, 3, 5, 4096] {
                    let source = BufReader::with_capacity(size, bytes.as_slice());
                    let mut out = String::new();
                    Utf8::new(source, order).read_to_string(&mut out).unwrap();
                    assert_eq!(out, text, "pieces of {size}");
                }
            }
        }
    }

    #[test]
    fn without_a_mark_the_zeros_tell_and_nothing_else_is_taken_for_it() {
        let plain = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.20,EUR\n";
        assert_eq!(find_order(&write(plain, Order::Little)), Some(Order::Little));
        assert_eq!(find_order(&write(plain, Order::Big)), Some(Order::Big));
        for bytes in [plain.as_bytes(), &[0; 64], b"PK\x03\x04\x14\0\0\0\x08\0", b"a\0b", b""] {
            assert_eq!(find_order(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_half_pair_and_a_half_unit_are_shown_as_such() {
        let bytes = [0x3d, 0xd8, b'a', 0, b'b', 0, 0x3d, 0xd8, 0x07];
        assert_eq!(decode(&bytes, Order::Little), "\u{fffd}ab\u{fffd}".as_bytes());
    }
}
