//! What a figure means, behind its name: a small button that opens a card, by pointer, finger or
//! key and without script. The pointer alone finds the same words as a title.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::words::definitions::{self, Definition};
use crate::web::words::{Word, reports};

#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(path = "_define.html")]
pub struct Define {
    /// Unique in its page.
    pub id: String,
    pub label: String,
    pub text: String,
    pub formula: Option<String>,
    /// The list of all definitions, at this one.
    pub href: String,
}

impl HtmlSafe for Define {}

impl Define {
    /// The definition of a name in the part `part` of a page; `None` where it has none.
    pub fn find(part: &str, name: &str, base: &str) -> Option<Self> {
        definitions::find(name).map(|definition| Self::of(part, &definition, base))
    }

    fn of(part: &str, definition: &Definition, base: &str) -> Self {
        Self {
            id: format!("{part}-{}", definition.name),
            label: definition.label.to_owned(),
            text: definition.text.to_owned(),
            formula: definition.formula_in_words(),
            href: format!("{base}/definitions#{}", definition.name),
        }
    }

    fn spoken(&self) -> String {
        reports::what_is(&self.label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_opens_without_script_and_names_its_figure() {
        let define = Define::find("t", "net_sales", "/shop").unwrap();
        let html = define.render().unwrap();
        assert!(html.contains(r#"popovertarget="t-net_sales""#), "{html}");
        assert!(html.contains(r#"id="t-net_sales" popover"#), "{html}");
        assert!(html.contains("Gross sales + Discounts + Returns"), "{html}");
        assert!(html.contains("/shop/definitions#net_sales"), "{html}");
        assert!(Define::find("t", "nonsense", "").is_none());
    }
}
