//! `multipart/form-data` piece by piece (RFC 7578): bytes in, events out, nothing kept but the
//! piece that may still be the beginning of a boundary. Knows neither files nor the network.

/// A boundary is at most this long (RFC 2046).
const BOUNDARY_MAX: usize = 70;
const HEAD_BYTES_MAX: usize = 8 * 1024;
const PARTS_MAX: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MultipartFault {
    #[error("the form is not multipart/form-data")]
    NotMultipart,
    #[error("the form is cut off")]
    CutOff,
    #[error("the form cannot be read")]
    Malformed,
    #[error("the form has too many parts, or too long a head")]
    TooMuch,
}

/// What begins, goes on or ends.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    Part(Part),
    Data(&'a [u8]),
    /// The part is whole.
    End,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    /// Without folders; `None` for a field that is no file.
    pub file_name: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before the first boundary.
    Preamble,
    /// Just behind a boundary: a line end begins a part, two dashes end it all.
    Boundary,
    Head,
    Body,
    Over,
}

#[derive(Debug)]
pub struct Parser {
    /// `\r\n--boundary`
    delimiter: Vec<u8>,
    kept: Vec<u8>,
    at: At,
    parts: usize,
}

impl Parser {
    /// Reads the boundary out of the request's `Content-Type`.
    ///
    /// # Errors
    /// `NotMultipart`.
    pub fn new(content_type: &str) -> Result<Self, MultipartFault> {
        let mut parameters = content_type.split(';').map(str::trim);
        let media = parameters.next().unwrap_or_default();
        if !media.eq_ignore_ascii_case("multipart/form-data") {
            return Err(MultipartFault::NotMultipart);
        }
        let boundary = parameters.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
        });
        let boundary = boundary.ok_or(MultipartFault::NotMultipart)?;
        if boundary.is_empty() || boundary.len() > BOUNDARY_MAX {
            return Err(MultipartFault::NotMultipart);
        }
        Ok(Self {
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            // As if a line had ended before the first boundary, which may stand at the start.
            kept: b"\r\n".to_vec(),
            at: At::Preamble,
            parts: 0,
        })
    }

    /// Takes the next bytes and tells what is in them.
    ///
    /// # Errors
    /// `Malformed`, `TooMuch`, and what `tell` answers.
    pub fn push<F: From<MultipartFault>>(
        &mut self,
        bytes: &[u8],
        tell: &mut dyn FnMut(Event<'_>) -> Result<(), F>,
    ) -> Result<(), F> {
        let mut data = std::mem::take(&mut self.kept);
        data.extend_from_slice(bytes);
        let mut rest = data.as_slice();
        loop {
            let before = (rest.len(), self.at);
            rest = self.step(rest, tell)?;
            if (rest.len(), self.at) == before || self.at == At::Over {
                break;
            }
        }
        self.kept = rest.to_vec();
        Ok(())
    }

    /// The form is at its end.
    ///
    /// # Errors
    /// `CutOff` where its last boundary did not come.
    pub fn finish(&self) -> Result<(), MultipartFault> {
        if self.at == At::Over { Ok(()) } else { Err(MultipartFault::CutOff) }
    }

    /// One step; gives what it left. Nothing taken and no change: more bytes are needed.
    fn step<'a, F: From<MultipartFault>>(
        &mut self,
        rest: &'a [u8],
        tell: &mut dyn FnMut(Event<'_>) -> Result<(), F>,
    ) -> Result<&'a [u8], F> {
        match self.at {
            At::Over => Ok(&[]),
            At::Preamble => match find(rest, &self.delimiter) {
                Some(at) => {
                    self.at = At::Boundary;
                    Ok(&rest[at + self.delimiter.len()..])
                }
                None => Ok(&rest[rest.len() - self.may_begin(rest)..]),
            },
            At::Boundary => Ok(self.step_boundary(rest)?),
            At::Head => {
                let Some(end) = find(rest, b"\r\n\r\n") else {
                    let is_long = rest.len() > HEAD_BYTES_MAX;
                    return if is_long { Err(MultipartFault::TooMuch.into()) } else { Ok(rest) };
                };
                tell(Event::Part(read_head(&rest[..end])?))?;
                self.at = At::Body;
                Ok(&rest[end + 4..])
            }
            At::Body => self.step_body(rest, tell),
        }
    }

    fn step_boundary<'a>(&mut self, rest: &'a [u8]) -> Result<&'a [u8], MultipartFault> {
        // Blanks may follow a boundary.
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        match &rest[blanks..] {
            [b'-', b'-', ..] => {
                self.at = At::Over;
                Ok(&[])
            }
            [b'\r', b'\n', ..] => {
                self.parts += 1;
                self.at = At::Head;
                if self.parts > PARTS_MAX {
                    Err(MultipartFault::TooMuch)
                } else {
                    Ok(&rest[blanks + 2..])
                }
            }
            [] | [b'-'] | [b'\r'] if blanks < HEAD_BYTES_MAX => Ok(rest),
            _ => Err(MultipartFault::Malformed),
        }
    }

    fn step_body<'a, F: From<MultipartFault>>(
        &mut self,
        rest: &'a [u8],
        tell: &mut dyn FnMut(Event<'_>) -> Result<(), F>,
    ) -> Result<&'a [u8], F> {
        let found = find(rest, &self.delimiter);
        let end = found.unwrap_or_else(|| rest.len() - self.may_begin(rest));
        if end > 0 {
            tell(Event::Data(&rest[..end]))?;
        }
        if found.is_none() {
            return Ok(&rest[end..]);
        }
        self.at = At::Boundary;
        tell(Event::End)?;
        Ok(&rest[end + self.delimiter.len()..])
    }

    /// How many bytes at the end may be the beginning of a boundary.
    fn may_begin(&self, rest: &[u8]) -> usize {
        let longest = rest.len().min(self.delimiter.len() - 1);
        let begins = |n: &usize| self.delimiter.starts_with(&rest[rest.len() - n..]);
        (1..=longest).rev().find(begins).unwrap_or(0)
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == first) {
        let at = from + at;
        if bytes[at..].starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

fn read_head(head: &[u8]) -> Result<Part, MultipartFault> {
    let head = String::from_utf8_lossy(head);
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    });
    let disposition = disposition.ok_or(MultipartFault::Malformed)?;
    let name = parameter(disposition, "name").ok_or(MultipartFault::Malformed)?;
    let file_name = parameter(disposition, "filename").map(|name| plain_name(&name));
    Ok(Part { name, file_name })
}

/// The value of `name="..."`; browsers write a quotation mark as `%22`, others as `\"`.
fn parameter(disposition: &str, wanted: &str) -> Option<String> {
    let mut rest = disposition.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value_of(after);
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value.replace("%22", "\""));
        }
        rest = after.split_once(';')?.1;
    }
}

fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.trim_start().strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut escaped = false;
    for (at, letter) in quoted.char_indices() {
        match letter {
            '"' if !escaped => return (value, &quoted[at + 1..]),
            '"' => {
                value.pop();
                value.push('"');
            }
            other => value.push(other),
        }
        escaped = letter == '\\' && !escaped;
    }
    (value, "")
}

/// A file's name without its folders, in one line and of a length that can be shown.
fn plain_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Name, file name and content of each part, fed in pieces of `size` bytes.
    type Parts = Vec<(String, Option<String>, Vec<u8>)>;

    fn read(body: &[u8], size: usize) -> Result<Parts, MultipartFault> {
        let mut parser = Parser::new("multipart/form-data; boundary=XX").unwrap();
        let mut parts: Parts = Vec::new();
        let mut open = false;
        for piece in body.chunks(size.max(1)) {
            parser.push::<MultipartFault>(piece, &mut |event| {
                match event {
                    Event::Part(part) => {
                        assert!(!open);
                        open = true;
                        parts.push((part.name, part.file_name, Vec::new()));
                    }
                    Event::Data(data) => parts.last_mut().unwrap().2.extend_from_slice(data),
                    Event::End => open = false,
                }
                Ok(())
            })?;
        }
        parser.finish()?;
        assert!(!open);
        Ok(parts)
    }

    fn write(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, file_name, content) in parts {
            let file = file_name.map(|f| format!("; filename=\"{f}\"")).unwrap_or_default();
            let head = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(b"Content-Type: text/plain\r\n\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--XX--\r\n");
        body
    }

    #[test]
    fn pieces_of_any_size_give_the_same_parts() {
        let tricky = b"a\r\n--X\r\n--\r\n--XY\r\r\n-";
        let body = write(&[
            ("store", None, b"Heron"),
            ("file", Some("a.csv"), tricky),
            ("file", Some("empty.csv"), b""),
        ]);
        let whole = read(&body, body.len()).unwrap();
        assert_eq!(whole.len(), 3);
        assert_eq!(whole[1], ("file".into(), Some("a.csv".into()), tricky.to_vec()));
        assert_eq!(whole[2].2, b"");
        for size in 1..40 {
            assert_eq!(read(&body, size).unwrap(), whole, "pieces of {size}");
        }
    }

    #[test]
    fn a_form_that_breaks_off_is_no_form() {
        let body = write(&[("file", Some("a.csv"), b"1,2,3")]);
        for end in 0..body.len() - 4 {
            assert!(read(&body[..end], 7).is_err(), "cut at {end}");
        }
        assert!(read(&body, 7).is_ok());
        assert_eq!(read(b"--XX garbage", 5), Err(MultipartFault::Malformed));
        assert_eq!(read(b"--XX\r\nNo: name\r\n\r\nx", 5), Err(MultipartFault::Malformed));
    }

    #[test]
    fn what_is_too_much_is_refused() {
        let mut long = b"--XX\r\nX: ".to_vec();
        long.resize(HEAD_BYTES_MAX * 2, b'x');
        assert_eq!(read(&long, 512), Err(MultipartFault::TooMuch));
        let many = vec![("a", None, &b"1"[..]); PARTS_MAX + 1];
        assert_eq!(read(&write(&many), 512), Err(MultipartFault::TooMuch));
    }

    #[test]
    fn file_names_lose_their_folders_and_keep_their_letters() {
        let check = |sent: &str, expected: &str| {
            let parts = read(&write(&[("file", Some(sent), b"")]), 9).unwrap();
            assert_eq!(parts[0].1.as_deref(), Some(expected), "{sent}");
        };
        check("orders 1;x=2.csv", "orders 1;x=2.csv");
        check("C:\\exports\\märz.csv", "märz.csv");
        check("../../etc/passwd", "passwd");
        check("a%22b\\\"c.csv", "a\"b\"c.csv");
        check("", "");
    }

    #[test]
    fn only_a_multipart_form_with_a_boundary_is_read() {
        let new = |text: &str| Parser::new(text).map(|_| ());
        assert!(new("multipart/form-data; boundary=\"a b\"").is_ok());
        assert!(new("Multipart/Form-Data; charset=utf-8; Boundary=a").is_ok());
        for text in ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary="] {
            assert_eq!(new(text), Err(MultipartFault::NotMultipart), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_content_arrives_as_it_left(
            content in proptest::collection::vec(
                prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'-'), Just(b'X'), any::<u8>()], 0..200),
            size in 1_usize..50,
        ) {
            let framed = [b"\r\n", content.as_slice(), b"\r\n"].concat();
            prop_assume!(find(&framed, b"\r\n--XX").is_none());
            let body = write(&[("file", Some("f"), &content)]);
            let parts = read(&body, size).unwrap();
            prop_assert_eq!(&parts[0].2, &content);
        }

        #[test]
        fn no_bytes_at_all_can_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes, 13);
        }
    }
}
