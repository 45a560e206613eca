//! Reading with limits: lines of text, and files that must be known whole before they are judged.

use std::io::{BufRead, Read};

use crate::connectors::fault::FileFault;

/// Lines one by one through one buffer; a line beyond the limit is passed over, never held.
pub struct Lines<R: BufRead> {
    source: R,
    buffer: Vec<u8>,
    bytes_max: usize,
    number: u64,
}

/// One line, without its line break (`\n` or `\r\n`).
pub enum Line<'a> {
    Bytes(&'a [u8]),
    TooLong,
}

impl<R: BufRead> Lines<R> {
    pub fn new(source: R, bytes_max: usize) -> Self {
        Self { source, buffer: Vec::new(), bytes_max, number: 0 }
    }

    /// The number of the line handed out last; 1 is the file's first.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next line; `None` at the end. A byte-order mark before the first line is taken off.
    ///
    /// # Errors
    /// `Read`.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, FileFault> {
        self.buffer.clear();
        let mut too_long = false;
        let mut any = false;
        loop {
            let piece = match self.source.fill_buf() {
                Ok(piece) => piece,
                Err(fault) if fault.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(fault) => return Err(fault.into()),
            };
            if piece.is_empty() {
                break;
            }
            any = true;
            let end = find_byte(piece, b'\n');
            let part = &piece[..end.unwrap_or(piece.len())];
            if self.buffer.len() + part.len() > self.bytes_max {
                too_long = true;
                self.buffer.clear();
            }
            if !too_long {
                self.buffer.extend_from_slice(part);
            }
            let used = end.map_or(piece.len(), |end| end + 1);
            self.source.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        if too_long {
            return Ok(Some(Line::TooLong));
        }
        let mut line = self.buffer.as_slice();
        if self.number == 1 {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        Ok(Some(Line::Bytes(line.strip_suffix(b"\r").unwrap_or(line))))
    }
}

fn find_byte(bytes: &[u8], wanted: u8) -> Option<usize> {
    bytes.iter().position(|byte| *byte == wanted)
}

/// The whole file in memory.
///
/// # Errors
/// `Broken` beyond `bytes_max`, `Read`.
pub fn read_whole(source: &mut dyn BufRead, bytes_max: usize) -> Result<Vec<u8>, FileFault> {
    let mut bytes = Vec::new();
    source.take(bytes_max as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > bytes_max {
        return Err(FileFault::broken(format!(
            "The file is larger than {} MiB, which is the most that is read of this format. \
             Nothing of it was taken in.",
            bytes_max / (1024 * 1024)
        )));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8], bytes_max: usize) -> Vec<String> {
        // A small buffer, so that lines lie across its edges.
        let source = std::io::BufReader::with_capacity(3, text);
        let mut lines = Lines::new(source, bytes_max);
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            let text = match line {
                Line::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
                Line::TooLong => "(too long)".to_owned(),
            };
            found.push(format!("{} {text}", lines.number()));
        }
        found
    }

    #[test]
    fn lines_lose_their_break_and_the_file_its_mark() {
        assert_eq!(lines(b"\xef\xbb\xbfab\r\n\ncdefgh", 10), ["1 ab", "2 ", "3 cdefgh"]);
        assert_eq!(lines(b"", 10), [""; 0]);
        assert_eq!(lines(b"a\n", 10), ["1 a"]);
    }

    #[test]
    fn a_line_beyond_the_limit_is_passed_over_and_the_next_is_read() {
        assert_eq!(lines(b"abcdefghijkl\nxyz\n", 8), ["1 (too long)", "2 xyz"]);
        assert_eq!(lines(b"abcdefgh\n", 8), ["1 abcdefgh"]);
    }

    #[test]
    fn a_file_beyond_the_limit_is_refused() {
        assert!(read_whole(&mut b"abcd".as_slice(), 3).is_err());
        assert_eq!(read_whole(&mut b"abc".as_slice(), 3).unwrap(), b"abc");
    }
}
