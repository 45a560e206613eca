//! The ECB's XML, the newest day as well as the history: `Cube time` around `Cube currency rate`,
//! found by local names, whatever the prefixes and quotation marks.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::rates::{self, Rates};
use crate::base::Day;
use crate::connectors::fault::FileFault;

/// Elements that may lie in each other; the ECB's are four deep.
const DEPTH_MAX: usize = 16;

/// Whether a text begins like the ECB's XML.
pub fn looks_like(text: &str) -> bool {
    text.trim_start().starts_with('<')
        && text.contains("Envelope")
        && (text.contains("eurofxref") || text.contains("gesmes"))
}

/// # Errors
/// `Broken` for XML that is cut off, not well formed or not the ECB's.
pub fn read(text: &str) -> Result<Rates, FileFault> {
    let mut rates = Rates::default();
    let mut reader = Reader::from_str(text);
    let mut lines = LineCount { text, at: 0, line: 1 };
    // The local names of the open elements, and the day of the innermost that has one.
    let mut open: Vec<(String, Option<Day>)> = Vec::new();
    let mut closed = false;
    loop {
        let line = lines.line_at(reader.buffer_position());
        let event = reader
            .read_event()
            .map_err(|_| rates::refuse(line, "the XML is damaged or was cut off"))?;
        match event {
            Event::DocType(_) => {
                return Err(rates::refuse(line, "the XML declares a document type"));
            }
            Event::Start(element) | Event::Empty(element) if closed || open.len() >= DEPTH_MAX => {
                drop(element);
                return Err(rates::refuse(line, "the XML is not in the ECB's layout"));
            }
            Event::Start(element) => {
                let day = read_element(&element, find_day(&open), line, &mut rates)?;
                open.push((element.local_name().as_ref().to_owned(), day));
            }
            Event::Empty(element) => {
                read_element(&element, find_day(&open), line, &mut rates)?;
            }
            Event::End(_) => {
                open.pop();
                closed = open.is_empty();
            }
            Event::Eof => break,
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::GeneralRef(_) => {}
        }
    }
    if !closed {
        let line = lines.line_at(text.len() as u64);
        return Err(rates::refuse(line, "the XML was cut off"));
    }
    Ok(rates)
}

fn find_day(open: &[(String, Option<Day>)]) -> Option<Day> {
    open.last().and_then(|(_, day)| *day)
}

/// Reads one element; the day that holds within it.
fn read_element(
    element: &BytesStart<'_>,
    day: Option<Day>,
    line: u64,
    rates: &mut Rates,
) -> Result<Option<Day>, FileFault> {
    if element.local_name().as_ref() != "Cube" {
        return Ok(day);
    }
    let (mut time, mut currency, mut rate) = (None, None, None);
    for attribute in element.attributes() {
        let attribute =
            attribute.map_err(|_| rates::refuse(line, "an attribute in the XML is damaged"))?;
        match attribute.key.local_name().as_ref() {
            "time" => time = Some(attribute.value.into_owned()),
            "currency" => currency = Some(attribute.value.into_owned()),
            "rate" => rate = Some(attribute.value.into_owned()),
            _ => {}
        }
    }
    let time = time
        .map(|text| {
            rates::parse_day(&text).ok_or_else(|| {
                rates::refuse(line, "a time in the XML is no day such as 2026-04-13")
            })
        })
        .transpose()?;
    match (time.or(day), currency, rate) {
        (day, None, None) => Ok(day),
        (Some(day), Some(currency), Some(rate)) => {
            if let Some(quote) = rates.name_currency(&currency) {
                rates.push(line, day, quote, &rate)?;
            }
            Ok(Some(day))
        }
        _ => Err(rates::refuse(line, "a rate in the XML lacks its day, currency or value")),
    }
}

/// Lines by offset, counted once from front to back.
struct LineCount<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl LineCount<'_> {
    fn line_at(&mut self, offset: u64) -> u64 {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX).min(self.text.len());
        let passed = self.text.as_bytes().get(self.at..offset).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = self.at.max(offset);
        self.line
    }
}
