//! What is wrong with a JSON text, where, and what of it may be kept. Only the bad road comes
//! here: the good one reads into typed structures and never asks for a path.

/// Where and why a JSON text does not fit, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonFault {
    /// `lines[2].unit_price`; empty where the text as a whole is meant.
    pub path: String,
    pub reason: String,
}

/// Names the place of a fault of `serde_json` in `text`, the very text that was read. The value
/// found there is not repeated: it may be a buyer's.
pub fn explain(text: &str, fault: &serde_json::Error) -> JsonFault {
    let offset = offset_of(text, fault);
    if !fault.is_data() {
        let path = path_at(text, offset);
        let reason = format!(
            "The text is not valid JSON from character {} of its line {} on; a quotation mark, \
             a comma or a bracket is missing or too much there, or the end was cut off.",
            fault.column(),
            fault.line()
        );
        return JsonFault { path, reason };
    }
    let message = fault.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(text, _)| text);
    if let Some(name) = quoted_after(message, "missing field `") {
        let frames = frames_at(text, offset);
        let parent = path_of(&frames[..frames.len().saturating_sub(1)]);
        let dot = if parent.is_empty() { "" } else { "." };
        return JsonFault {
            path: format!("{parent}{dot}{name}"),
            reason: "The field is missing.".to_owned(),
        };
    }
    let reason = if message.starts_with("unknown field") {
        "There is no field of this name; check its spelling, or take it out.".to_owned()
    } else if message.starts_with("duplicate field") {
        "The field stands twice.".to_owned()
    } else if let Some(rest) =
        message.strip_prefix("invalid type: ").or(message.strip_prefix("invalid value: "))
    {
        mismatch(rest)
    } else {
        format!("{message}.")
    };
    JsonFault { path: path_at(text, offset), reason }
}

/// `integer `5`, expected a string` in words, without the value.
fn mismatch(rest: &str) -> String {
    let found = if rest.starts_with("string") {
        "a text"
    } else if rest.starts_with("integer") {
        "a whole number without quotes"
    } else if rest.starts_with("floating") {
        "a number that is not whole"
    } else if rest.starts_with("number") {
        "a number without quotes"
    } else if rest.starts_with("boolean") {
        "true or false"
    } else if rest.starts_with("null") {
        "null"
    } else if rest.starts_with("map") {
        "an object"
    } else {
        "a list"
    };
    let expected = match rest.rsplit_once("expected ").map_or("something else", |(_, text)| text) {
        "a string" | "a borrowed string" => "a text in quotes",
        "i64" | "u64" | "an integer" => "a whole number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "option" => "something else",
        other if other.starts_with("struct") || other.contains("map") => "an object",
        other => other,
    };
    format!("Here stands {found}, where {expected} is expected.")
}

fn quoted_after<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.strip_prefix(start)?.split('`').next()
}

/// Bytes of `text` that had been read when the fault showed.
pub fn offset_of(text: &str, fault: &serde_json::Error) -> usize {
    let lines = text.split_inclusive('\n').take(fault.line().saturating_sub(1));
    let before: usize = lines.map(str::len).sum();
    (before + fault.column()).min(text.len())
}

/// The path of the value that lies at or just before `offset`.
pub fn path_at(text: &str, offset: usize) -> String {
    path_of(&frames_at(text, offset))
}

fn frames_at(text: &str, offset: usize) -> Vec<Frame<'_>> {
    // The reader has often already taken the bracket or comma after the culprit.
    let last = offset.checked_sub(1).and_then(|index| text.as_bytes().get(index));
    let end = if matches!(last, Some(b'}' | b']' | b',')) { offset - 1 } else { offset };
    let mut scan = Scan::new(text);
    while scan.at < end && scan.next_token().is_some() {}
    scan.frames
}

fn path_of(frames: &[Frame<'_>]) -> String {
    let mut path = String::new();
    for frame in frames {
        match frame {
            Frame::Array { index } => path.push_str(&format!("[{index}]")),
            Frame::Object { key: "", .. } => {}
            Frame::Object { key, .. } => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(if is_name(key) { key } else { "?" });
            }
        }
    }
    path
}

/// What a key's value is worth when a refused text is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    Value,
    /// The name stays, `null` stands for the value.
    Name,
    Nothing,
}

/// The JSON text with only those values that `keep` allows, up to the byte `end`, which for a
/// text that is no JSON is where it breaks. Blanks are dropped.
pub fn redact(text: &str, end: usize, keep: impl Fn(&str) -> Keep) -> String {
    let mut out = String::new();
    // Per open bracket: whether an item was written, and what its keyless values are worth.
    let mut written: Vec<(bool, Keep)> = Vec::new();
    // While a value is passed over: the depth at which it began.
    let mut skip_depth: Option<usize> = None;
    let mut value = Keep::Nothing;
    let mut scan = Scan::new(text);
    loop {
        let depth = scan.frames.len();
        let start = scan.at;
        let Some(token) = scan.next_token().filter(|_| start < end) else { break };
        if let Some(begun) = skip_depth {
            if scan.frames.len() <= begun {
                skip_depth = None;
            }
            if depth > begun || matches!(token, Token::Close(_)) {
                continue;
            }
        }
        match token {
            Token::Key(key) => {
                value = if is_name(key) { keep(&unescape(key)) } else { Keep::Nothing };
                if value != Keep::Nothing {
                    comma(&mut out, &mut written);
                    out.push_str(&format!("\"{key}\":"));
                }
            }
            Token::Open(_) | Token::Scalar(_) => {
                let named = out.ends_with(':');
                let worth = match written.last() {
                    None if matches!(token, Token::Open(_)) => Keep::Value,
                    None => Keep::Nothing,
                    Some((_, inherited)) if scan.is_array(depth) => *inherited,
                    Some(_) if named => value,
                    Some(_) => Keep::Nothing,
                };
                if worth != Keep::Nothing && !named {
                    comma(&mut out, &mut written);
                }
                match (worth, token) {
                    (Keep::Value, Token::Open(sign)) => {
                        out.push(sign);
                        // A list at the very top has no name that could vouch for its values.
                        let inherited = if depth == 0 { Keep::Nothing } else { worth };
                        written.push((false, inherited));
                    }
                    (Keep::Value, Token::Scalar(text)) => out.push_str(text),
                    (Keep::Name, _) => out.push_str("null"),
                    (Keep::Nothing | Keep::Value, _) => {}
                }
                if worth != Keep::Value && matches!(token, Token::Open(_)) {
                    skip_depth = Some(depth);
                }
            }
            Token::Close(sign) => {
                out.push(sign);
                written.pop();
                if written.is_empty() {
                    break;
                }
            }
            Token::Mark => {}
        }
    }
    out
}

fn comma(out: &mut String, written: &mut [(bool, Keep)]) {
    if let Some((any, _)) = written.last_mut() {
        if *any {
            out.push(',');
        }
        *any = true;
    }
}

/// Whether `name` is a key of the object that `text` is or begins to be.
pub fn has_key(text: &str, name: &str) -> bool {
    let mut scan = Scan::new(text);
    while let Some(token) = scan.next_token() {
        if scan.frames.is_empty() {
            return false;
        }
        if scan.frames.len() == 1 && matches!(token, Token::Key(key) if unescape(key) == name) {
            return true;
        }
    }
    false
}

/// Whether a key looks like a field's name, and not like somebody's.
fn is_name(key: &str) -> bool {
    key.len() <= 60 && !key.contains(['@', ' '])
}

/// The path of the first list that stands in a list, which `serde` would read as a structure.
pub fn find_nested_list(text: &str) -> Option<String> {
    let mut scan = Scan::new(text);
    while let Some(token) = scan.next_token() {
        let depth = scan.frames.len();
        if matches!(token, Token::Open('[')) && scan.is_array(depth.saturating_sub(1)) {
            return Some(path_of(&scan.frames[..depth - 1]));
        }
    }
    None
}

fn unescape(key: &str) -> String {
    if key.contains('\\') {
        let quoted = format!("\"{key}\"");
        return serde_json::from_str(&quoted).unwrap_or_else(|_| key.to_owned());
    }
    key.to_owned()
}

/// Goes through any text as if it were JSON, and knows at each place what is open.
struct Scan<'a> {
    text: &'a str,
    at: usize,
    frames: Vec<Frame<'a>>,
}

enum Frame<'a> {
    Array { index: usize },
    Object { key: &'a str, key_next: bool },
}

#[derive(Clone, Copy)]
enum Token<'a> {
    Open(char),
    Close(char),
    /// Without its quotation marks, as written.
    Key(&'a str),
    /// As written.
    Scalar(&'a str),
    /// A comma or colon.
    Mark,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, frames: Vec::new() }
    }

    /// Whether the innermost of the first `depth` open brackets is a list's.
    fn is_array(&self, depth: usize) -> bool {
        let index = depth.checked_sub(1);
        matches!(index.and_then(|index| self.frames.get(index)), Some(Frame::Array { .. }))
    }

    fn next_token(&mut self) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        let start = self.at;
        let first = *bytes.get(start)?;
        self.at += 1;
        Some(match first {
            b'{' => {
                self.frames.push(Frame::Object { key: "", key_next: true });
                Token::Open('{')
            }
            b'[' => {
                self.frames.push(Frame::Array { index: 0 });
                Token::Open('[')
            }
            b'}' | b']' => {
                self.frames.pop();
                Token::Close(char::from(first))
            }
            b',' => {
                match self.frames.last_mut() {
                    Some(Frame::Array { index }) => *index += 1,
                    Some(Frame::Object { key_next, .. }) => *key_next = true,
                    None => {}
                }
                Token::Mark
            }
            b':' => Token::Mark,
            b'"' => self.string(start),
            _ => {
                let rest = &self.text[start..];
                let end = rest.find([',', ':', '{', '}', '[', ']', '"', ' ', '\t', '\r', '\n']);
                self.at = start + end.unwrap_or(rest.len());
                Token::Scalar(&self.text[start..self.at])
            }
        })
    }

    fn string(&mut self, start: usize) -> Token<'a> {
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        while end < bytes.len() && bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let closed = end < bytes.len();
        end = end.min(bytes.len());
        self.at = if closed { end + 1 } else { end };
        match self.frames.last_mut() {
            Some(Frame::Object { key, key_next }) if *key_next => {
                *key = self.text.get(start + 1..end).unwrap_or_default();
                *key_next = false;
                Token::Key(key)
            }
            _ => Token::Scalar(self.text.get(start..self.at).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_the_value_at_an_offset() {
        let text = r#"{"id":"1","lines":[{"id":"a"},{"id":"b,{","price":5}],"x":{"y":true}}"#;
        let check = |needle: &str, path: &str| {
            let offset = text.find(needle).unwrap() + needle.len();
            assert_eq!(path_at(text, offset), path, "{needle}");
        };
        check("\"1\"", "id");
        check("\"a\"", "lines[0].id");
        check("\"b,{\"", "lines[1].id");
        check("5}", "lines[1].price");
        check("true", "x.y");
        check("true}", "x.y");
    }

    #[test]
    fn only_allowed_values_are_kept() {
        let keep = |key: &str| match key {
            "ref" => Keep::Nothing,
            "id" | "lines" | "n" => Keep::Value,
            _ => Keep::Name,
        };
        let check = |text: &str, kept: &str| {
            assert_eq!(redact(text, text.len(), keep), kept, "{text}");
        };
        check(r#"{"id": "1", "ref": "ann@example.com"}"#, r#"{"id":"1"}"#);
        check(r#"{"ref": {"a": ["b"]}, "id": "1"}"#, r#"{"id":"1"}"#);
        check(r#"{"re\u0066": "ann", "id": 1}"#, r#"{"id":1}"#);
        check(
            r#"{"email":"ann","lines":[{"id":"a","z":[1,{"n":2}]},3],"n":4}"#,
            r#"{"email":null,"lines":[{"id":"a","z":null},3],"n":4}"#,
        );
        check(r#"["ann", {"id": 1}]"#, "[]");
        check(r#""ann""#, "");
        check("ann@example.com", "");
        check(r#"{"id":"1","email":"ann"#, r#"{"id":"1","email":null"#);
        check(r#"{"email:"ann@example.com","id":1}"#, r#"{"email:":null"#);
        check(r#"{"ann@example.com":1,"id":1}"#, r#"{"id":1}"#);
    }

    #[test]
    fn keys_are_found_at_the_top_only() {
        let text = r#"{"a":{"b":1},"c":[{"d":2}],"e"#;
        let found = ["a", "b", "c", "d", "e"].map(|name| has_key(text, name));
        assert_eq!(found, [true, false, true, false, true]);
        assert!(!has_key(r#"[{"a":1}]"#, "a"));
        assert!(!has_key(r#"{} {"a":1}"#, "a"));
    }
}
