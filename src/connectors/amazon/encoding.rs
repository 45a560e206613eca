//! Files that were saved again as UTF-16: told by their byte-order mark, handed on as UTF-8.
//! Everything else passes unchanged; cells decide between UTF-8 and Windows-1252 by themselves.

use std::io::{self, BufRead, BufReader, Read};

/// The source as bytes that the table reader understands.
///
/// # Errors
/// What reading the first bytes gives.
pub fn open<'a>(source: &'a mut dyn BufRead) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut head = [0_u8; 2];
    let mut length = 0;
    while length < head.len() {
        match source.read(&mut head[length..])? {
            0 => break,
            n => length += n,
        }
    }
    let little = match &head[..length] {
        b"\xff\xfe" => true,
        b"\xfe\xff" => false,
        other => {
            let before = io::Cursor::new(other.to_vec());
            return Ok(Box::new(before.chain(source)));
        }
    };
    Ok(Box::new(BufReader::new(Utf16 { source, little, pending: Vec::new(), high: None })))
}

struct Utf16<'a> {
    source: &'a mut dyn BufRead,
    little: bool,
    /// UTF-8 that is not handed out yet.
    pending: Vec<u8>,
    /// The first half of a surrogate pair.
    high: Option<u16>,
}

impl Utf16<'_> {
    /// The next unit of 16 bits; a lone last byte is dropped, the row's cells will tell.
    fn next_unit(&mut self) -> io::Result<Option<u16>> {
        let mut bytes = [0_u8; 2];
        let mut length = 0;
        while length < bytes.len() {
            match self.source.read(&mut bytes[length..])? {
                0 => return Ok(None),
                n => length += n,
            }
        }
        Ok(Some(if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }))
    }

    fn push(&mut self, unit: u16) {
        let units = self.high.take().into_iter().chain([unit]);
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        for sign in char::decode_utf16(units) {
            let sign = sign.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.pending.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

impl Read for Utf16<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.pending.len() < out.len() {
            match self.next_unit()? {
                Some(unit) => self.push(unit),
                None => break,
            }
        }
        let length = self.pending.len().min(out.len());
        out[..length].copy_from_slice(&self.pending[..length]);
        self.pending.drain(..length);
        Ok(length)
    }
}
