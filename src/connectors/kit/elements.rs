//! JSON files cut into their elements, one at a time: an array, one object after another (a line
//! each, or not), or an API's answer kept as `{request, response: {body}}` or `{data}`.
//! Knows no channel, and nothing of what an element means.

use std::io::{BufRead, Read};

use super::decode;
use crate::connectors::fault::FileFault;

/// Bytes that one element may have.
pub const ELEMENT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How far the first line is read to tell what the file is.
const FIRST_BYTES: u64 = 64 * 1024;

/// One element's text; most often an object, but whatever stands in its place.
pub struct Element<'a> {
    /// Line of the file on which it begins, 1 is the first.
    pub line: u64,
    pub text: &'a str,
}

type OnElement<'a> = &'a mut dyn FnMut(Element<'_>) -> Result<(), FileFault>;

/// Hands out each element. Memory holds one of them, never the file. In a file of lines a line
/// that is no JSON spoils only itself.
///
/// # Errors
/// `NotThisFormat` where the file does not begin as JSON, `Broken` where it is cut off or an
/// element is beyond `ELEMENT_BYTES_MAX`, `Read`, and what `on_element` returns.
pub fn each_element(source: &mut dyn BufRead, on_element: OnElement<'_>) -> Result<(), FileFault> {
    let lines_before = skip_blanks(source)?;
    let mut first = Vec::new();
    (&mut *source).take(FIRST_BYTES).read_until(b'\n', &mut first)?;
    // Written for people to read, the first key stands on a line of its own.
    while first.trim_ascii() == b"{" && first.len() < FIRST_BYTES as usize {
        if (&mut *source).take(FIRST_BYTES).read_until(b'\n', &mut first)? == 0 {
            break;
        }
    }
    match first.first() {
        Some(b'[') => {}
        Some(b'{') if is_envelope(&first) => {}
        Some(b'{') => {
            let room = ELEMENT_BYTES_MAX as u64;
            if first.last() != Some(&b'\n') {
                (&mut *source).take(room).read_until(b'\n', &mut first)?;
            }
            if is_lines(&first, source)? {
                return each_line(first, source, lines_before, on_element);
            }
        }
        Some(_) => {
            return Err(FileFault::not_this(
                "The file is no JSON; it should begin with [ or with {.",
            ));
        }
        None => return Err(FileFault::not_this("The file is empty.")),
    }
    let mut whole = first.as_slice().chain(source);
    Scanner { source: &mut whole, line: lines_before + 1, text: Vec::new() }.run(on_element)
}

/// Skips a byte-order mark and blanks; the number of line breaks among them.
fn skip_blanks(source: &mut dyn BufRead) -> Result<u64, FileFault> {
    let mut lines = 0;
    loop {
        let chunk = source.fill_buf()?;
        let Some(byte) = chunk.first() else { return Ok(lines) };
        match byte {
            b'\n' => lines += 1,
            b' ' | b'\t' | b'\r' | 0xef | 0xbb | 0xbf => {}
            _ => return Ok(lines),
        }
        source.consume(1);
    }
}

/// Whether the object that begins here is an answer kept with its request.
fn is_envelope(text: &[u8]) -> bool {
    let inner = text.get(1..).unwrap_or_default().trim_ascii_start();
    [b"\"request\"".as_slice(), b"\"response\"", b"\"data\""]
        .into_iter()
        .any(|key| inner.starts_with(key))
}

/// Whether each line is an element: the first one is whole, or is no beginning of anything, or
/// the second one begins like an element too.
fn is_lines(first: &[u8], rest: &mut dyn BufRead) -> Result<bool, FileFault> {
    match serde_json::from_slice::<serde::de::IgnoredAny>(first) {
        Ok(_) => Ok(true),
        Err(fault) if fault.is_eof() => Ok(rest.fill_buf()?.first() == Some(&b'{')),
        Err(_) => Ok(first.contains(&b'\n')),
    }
}

fn each_line(
    first: Vec<u8>,
    source: &mut dyn BufRead,
    lines_before: u64,
    on_element: OnElement<'_>,
) -> Result<(), FileFault> {
    let mut bytes = first;
    let mut line = lines_before;
    loop {
        line += 1;
        if bytes.len() > ELEMENT_BYTES_MAX {
            return Err(too_long(line));
        }
        let text = decode::text(bytes.trim_ascii());
        if !text.is_empty() {
            on_element(Element { line, text: &text })?;
        }
        bytes.clear();
        let read =
            (&mut *source).take(ELEMENT_BYTES_MAX as u64 + 1).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(());
        }
    }
}

fn too_long(line: u64) -> FileFault {
    FileFault::broken(format!(
        "What begins at line {line} is longer than any order; the file is probably damaged."
    ))
}

struct Scanner<'a> {
    source: &'a mut dyn BufRead,
    line: u64,
    /// The element being cut out.
    text: Vec<u8>,
}

impl Scanner<'_> {
    fn run(mut self, on_element: OnElement<'_>) -> Result<(), FileFault> {
        while self.peek()?.is_some() {
            self.value(on_element)?;
        }
        Ok(())
    }

    /// An array's elements, what an envelope holds, or the element itself.
    fn value(&mut self, on_element: OnElement<'_>) -> Result<(), FileFault> {
        match self.peek()? {
            Some(b'[') => {
                self.bump();
                loop {
                    match self.peek()? {
                        Some(b']') => {
                            self.bump();
                            return Ok(());
                        }
                        Some(b',') => self.bump(),
                        Some(_) => self.element(on_element)?,
                        None => return Err(self.cut_off()),
                    }
                }
            }
            Some(b'{') if self.at_envelope()? => self.envelope(&["response", "data"], on_element),
            Some(_) => self.element(on_element),
            None => Err(self.cut_off()),
        }
    }

    fn element(&mut self, on_element: OnElement<'_>) -> Result<(), FileFault> {
        let line = self.line;
        self.capture()?;
        on_element(Element { line, text: &decode::text(&self.text) })
    }

    fn at_envelope(&mut self) -> Result<bool, FileFault> {
        Ok(is_envelope(self.source.fill_buf()?))
    }

    /// Walks an object's members and goes into those that are named.
    fn envelope(&mut self, inner: &[&str], on_element: OnElement<'_>) -> Result<(), FileFault> {
        self.bump();
        loop {
            match self.peek()? {
                Some(b'}') => {
                    self.bump();
                    return Ok(());
                }
                Some(b',' | b':') => self.bump(),
                Some(b'"') => {
                    self.capture()?;
                    let key = decode::text(&self.text).trim_matches('"').to_owned();
                    if self.peek()? != Some(b':') {
                        return Err(self.cut_off());
                    }
                    self.bump();
                    let known = inner.contains(&key.as_str());
                    match (known, key.as_str(), self.peek()?) {
                        (true, "response", Some(b'{')) => self.envelope(&["body"], on_element)?,
                        (true, ..) => self.value(on_element)?,
                        (false, ..) => self.capture()?,
                    }
                }
                Some(_) | None => return Err(self.cut_off()),
            }
        }
    }

    /// Cuts out the value that begins here: up to its closing bracket or quotation mark, or, of a
    /// bare word or number, up to what cannot be part of it.
    fn capture(&mut self) -> Result<(), FileFault> {
        self.text.clear();
        let begin = self.line;
        let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
        loop {
            let chunk = self.source.fill_buf()?;
            if chunk.is_empty() {
                // A bare value at the very end is whole; anything else is cut off.
                let bare = depth == 0 && !in_string && !self.text.is_empty();
                return if bare { Ok(()) } else { Err(self.cut_off()) };
            }
            let mut end = None;
            for (index, byte) in chunk.iter().enumerate() {
                if *byte == b'\n' {
                    self.line += 1;
                }
                if in_string {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => {
                            in_string = false;
                            if depth == 0 {
                                end = Some(index + 1);
                                break;
                            }
                        }
                        _ => {}
                    }
                    continue;
                }
                match byte {
                    b'"' => in_string = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' if depth == 1 => {
                        end = Some(index + 1);
                        break;
                    }
                    b'}' | b']' | b',' if depth == 0 => {
                        end = Some(index);
                        break;
                    }
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
            }
            let taken = end.unwrap_or(chunk.len());
            self.text.extend_from_slice(&chunk[..taken]);
            self.source.consume(taken);
            if self.text.len() > ELEMENT_BYTES_MAX {
                return Err(too_long(begin));
            }
            // A stray closing bracket would otherwise be met again for ever.
            if end == Some(0) && self.text.is_empty() {
                return Err(self.cut_off());
            }
            if end.is_some() {
                return Ok(());
            }
        }
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Result<Option<u8>, FileFault> {
        loop {
            let Some(byte) = self.source.fill_buf()?.first().copied() else { return Ok(None) };
            match byte {
                b'\n' => self.line += 1,
                b' ' | b'\t' | b'\r' => {}
                other => return Ok(Some(other)),
            }
            self.source.consume(1);
        }
    }

    fn bump(&mut self) {
        self.source.consume(1);
    }

    fn cut_off(&self) -> FileFault {
        FileFault::broken(format!(
            "The JSON ends or breaks at line {}; the file was probably cut off. Nothing of it was \
             taken in; export it again.",
            self.line
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn elements(text: &str, chunk: usize) -> Result<Vec<(u64, String)>, String> {
        let mut found = Vec::new();
        let mut source = BufReader::with_capacity(chunk, text.as_bytes());
        each_element(&mut source, &mut |element| {
            found.push((element.line, element.text.to_owned()));
            Ok(())
        })
        .map_err(|fault| fault.to_string())?;
        Ok(found)
    }

    #[test]
    fn every_shape_gives_its_elements_with_their_lines() {
        let check = |text: &str, expected: &[(u64, &str)], why: &str| {
            let expected: Vec<(u64, String)> =
                expected.iter().map(|(line, text)| (*line, (*text).to_owned())).collect();
            assert_eq!(elements(text, 4096), Ok(expected), "{why}");
        };
        check("[]", &[], "an empty array");
        check(
            "\u{feff}\n[\n{\"a\":1},\n{\"a\":\"]}\\\"\"}]",
            &[(3, "{\"a\":1}"), (4, "{\"a\":\"]}\\\"\"}")],
            "an array, brackets in a string",
        );
        check("{\"a\":1}\n\n{\"a\":2}\n", &[(1, "{\"a\":1}"), (3, "{\"a\":2}")], "lines");
        check("{\"a\":1,\n{\"a\":2}\n", &[(1, "{\"a\":1,"), (2, "{\"a\":2}")], "a broken line");
        check("{\n\"a\": 1\n}\n", &[(1, "{\n\"a\": 1\n}")], "one object");
        check("[1, {\"a\":[2,3]}, null]", &[(1, "1"), (1, "{\"a\":[2,3]}"), (1, "null")], "else");
        let kept = "{\n\n \"request\":{\"body\":null},\n\"response\":{\"status\":200,\"headers\":\
                    {\"Link\":\"x\"},\n\"body\":[{\"a\":1}]}}";
        check(kept, &[(5, "{\"a\":1}")], "an answer with its request");
        check("{\"data\": {\"a\":1}}", &[(1, "{\"a\":1}")], "an answer in data");
    }

    #[test]
    fn small_reads_change_nothing() {
        let text = "[ {\"a\": \"x, y\"},\n {\"b\": {\"c\": [1, 2]}} ]";
        for chunk in 1..12 {
            assert_eq!(elements(text, chunk), elements(text, 4096), "chunks of {chunk}");
        }
    }

    #[test]
    fn a_file_that_is_cut_off_or_no_json_is_refused() {
        for text in ["[{\"a\":1}, {\"b\":", "[{\"a\":1}", "[}]", "{\"request\":1, \"response\""] {
            let fault = elements(text, 4096).err().unwrap_or_default();
            assert!(fault.contains("cut off"), "{text}: {fault}");
        }
        assert!(elements("Name,Email\n", 4096).is_err());
        assert!(elements(" ", 4096).is_err());
    }
}
