//! The XML in a workbook, event by event, with limits on how large one event and how deep the
//! elements may be. Knows no entities but the five that XML itself has.

use std::io::{self, BufRead, BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::connectors::fault::FileFault;
use crate::sync::archive;

/// A tag or a piece of text; a cell holds 32,767 letters at most.
const EVENT_BYTES_MAX: usize = 1024 * 1024;
const DEPTH_MAX: usize = 64;
const BUFFER_BYTES: usize = 64 * 1024;

/// What stands next.
pub enum Piece<'a> {
    /// The name without prefix, and its attributes.
    Open(&'a str, &'a BytesStart<'a>),
    Close(&'a str),
    Text(&'a str),
}

/// Hands out every piece; an empty element opens and closes.
///
/// # Errors
/// `Broken` for XML that is damaged, cut off, beyond a limit or that declares a document type,
/// and what `take` returns.
pub fn each_piece(
    source: impl Read,
    take: &mut dyn FnMut(Piece<'_>) -> Result<(), FileFault>,
) -> Result<(), FileFault> {
    let source = Short { inner: BufReader::with_capacity(BUFFER_BYTES, source), bytes: 0 };
    let mut reader = Reader::from_reader(source);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_dangling_amp = true;
    let mut buffer = Vec::new();
    let mut depth = 0_usize;
    loop {
        buffer.clear();
        reader.get_mut().bytes = 0;
        match reader.read_event_into(&mut buffer).map_err(fault_of)? {
            Event::Start(element) => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return Err(damaged());
                }
                take(Piece::Open(element.local_name().as_ref(), &element))?;
            }
            Event::Empty(element) => {
                take(Piece::Open(element.local_name().as_ref(), &element))?;
                take(Piece::Close(element.local_name().as_ref()))?;
            }
            Event::End(element) => {
                depth = depth.checked_sub(1).ok_or_else(damaged)?;
                take(Piece::Close(element.local_name().as_ref()))?;
            }
            Event::Text(text) => take(Piece::Text(&text))?,
            Event::CData(text) => take(Piece::Text(&text))?,
            Event::GeneralRef(name) => {
                let letter = resolve(&name).ok_or_else(damaged)?;
                take(Piece::Text(letter.encode_utf8(&mut [0; 4])))?;
            }
            // Entities of their own are how a small document becomes a large one.
            Event::DocType(_) => return Err(damaged()),
            Event::Eof if depth > 0 => return Err(damaged()),
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

/// An attribute's value by its name without prefix.
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)?;
    let mut value = String::new();
    let mut rest = found.value.as_ref();
    while let Some((before, after)) = rest.split_once('&') {
        value.push_str(before);
        let (name, after) = after.split_once(';')?;
        value.push(resolve(name)?);
        rest = after;
    }
    value.push_str(rest);
    Some(value)
}

fn resolve(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

pub fn damaged() -> FileFault {
    FileFault::broken(
        "The Excel workbook is damaged or was cut off. Nothing of it was taken in. Download it \
         again, or save it as CSV and import that.",
    )
}

fn fault_of(error: quick_xml::Error) -> FileFault {
    match error {
        // A limit of our own says more than that the XML ends.
        quick_xml::Error::Io(error) if error.kind() != io::ErrorKind::InvalidData => {
            archive::fault_of(&error)
        }
        _ => damaged(),
    }
}

/// A reader that does not let one event fill the memory.
struct Short<R> {
    inner: R,
    bytes: usize,
}

impl<R: BufRead> Read for Short<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: BufRead> BufRead for Short<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.bytes > EVENT_BYTES_MAX {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, taken: usize) {
        self.bytes += taken;
        self.inner.consume(taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut take = |piece: Piece<'_>| {
            match piece {
                Piece::Open(name, element) => {
                    let value = attribute(element, "r").unwrap_or_default();
                    out.push_str(&format!("<{name} {value}>"));
                }
                Piece::Close(name) => out.push_str(&format!("</{name}>")),
                Piece::Text(text) => out.push_str(text),
            }
            Ok(())
        };
        each_piece(text.as_bytes(), &mut take).map_err(|fault| fault.to_string())?;
        Ok(out)
    }

    #[test]
    fn pieces_come_without_prefixes_and_with_their_letters() {
        let text = "<?xml version=\"1.0\"?><x:c x:r=\"A&amp;1\"><v>a &lt; &#233;</v><e/></x:c>";
        assert_eq!(read(text).unwrap(), "<c A&1><v >a < é</v><e ></e></c>");
    }

    #[test]
    fn what_would_grow_without_end_is_refused() {
        let deep = "<a>".repeat(1_000);
        let long = format!("<a>{}</a>", "x".repeat(3 * EVENT_BYTES_MAX));
        let own = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;</a>";
        for text in [deep.as_str(), &long, own, "<a>&other;</a>", "<a><b></b>", "</a>"] {
            assert!(read(text).is_err(), "{}", &text[..text.len().min(40)]);
        }
    }
}
