//! Names as WordPress keeps them, with tags and entities, made readable.

/// Without tags, entities decoded once, blanks run together. For display only; a page escapes it
/// again.
pub fn plain(markup: &str) -> String {
    let mut out = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (shown, taken) = match rest.as_bytes().first() {
            Some(b'<') => (None, tag_length(rest)),
            _ => entity(rest).map_or((None, 0), |(sign, length)| (Some(sign), length)),
        };
        match taken {
            // A lone sign stands for itself; both are one byte.
            0 => {
                out.push_str(&rest[..1]);
                rest = &rest[1..];
            }
            taken => {
                out.extend(shown);
                rest = &rest[taken..];
            }
        }
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The length of the tag that begins here; 0 where none does.
fn tag_length(text: &str) -> usize {
    let begins =
        text[1..].starts_with(|sign: char| sign.is_ascii_alphabetic() || "/!".contains(sign));
    if begins { text.find('>').map_or(0, |end| end + 1) } else { 0 }
}

/// The longest entity that is read, `&#x10FFFF;`.
const ENTITY_BYTES_MAX: usize = 10;

/// The sign that the entity here stands for, and the entity's length.
fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(ENTITY_BYTES_MAX).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let sign = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|sign| !sign.is_control())?
        }
        None => NAMED.iter().find(|(known, _)| *known == name).map(|(_, sign)| *sign)?,
    };
    Some((sign, end + 1))
}

const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("bull", '•'),
    ("middot", '·'),
    ("times", '×'),
    ("deg", '°'),
    ("euro", '€'),
    ("pound", '£'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("frac12", '½'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("agrave", 'à'),
    ("ccedil", 'ç'),
    ("ntilde", 'ñ'),
    ("oslash", 'ø'),
    ("aring", 'å'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_entities_are_decoded_once() {
        let check = |markup: &str, expected: &str| assert_eq!(plain(markup), expected, "{markup}");
        check("Mug 12 <b>&amp; co</b>", "Mug 12 & co");
        check("T-shirt &#8211; M&nbsp;/&#x20;L", "T-shirt – M / L");
        check("&amp;lt;b&amp;gt;", "&lt;b&gt;");
        check("a < b & c > d", "a < b & c > d");
        check("5 <6; R&D; AT&T", "5 <6; R&D; AT&T");
        check("<span class=\"x\">Größe</span><br/>XL", "GrößeXL");
        check("&bogus; &; &#; &#xD800; &#0;", "&bogus; &; &#; &#xD800; &#0;");
        check("an unclosed <b tag", "an unclosed <b tag");
        check("&€;", "&€;");
        check("", "");
    }
}
