//! A text as a QR code, drawn as SVG: what a telephone's camera reads from the page.

use askama::Template;
use askama::filters::HtmlSafe;
use qrcode::{Color, QrCode};

/// Modules that stay light on every side.
const QUIET: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "_qr.html")]
pub struct Qr {
    /// For readers; the code itself is a secret and is not read aloud.
    pub label: String,
    /// Where each dark run begins, its row, and how long it is, in modules.
    runs: Vec<(usize, usize, usize)>,
    width: usize,
}

impl HtmlSafe for Qr {}

impl Qr {
    /// `None` for a text that is too long for one.
    pub fn of(text: &str, label: &str) -> Option<Self> {
        let code = QrCode::new(text.as_bytes()).ok()?;
        let side = code.width();
        let mut runs: Vec<(usize, usize, usize)> = Vec::new();
        for (row, colors) in code.to_colors().chunks(side).enumerate() {
            let mut begun = None;
            // One light module more, so that the last run ends too.
            let colors = colors.iter().copied().chain([Color::Light]);
            for (column, color) in colors.enumerate() {
                match (color, begun) {
                    (Color::Dark, None) => begun = Some(column),
                    (Color::Light, Some(from)) => {
                        runs.push((QUIET + from, QUIET + row, column - from));
                        begun = None;
                    }
                    (Color::Dark, Some(_)) | (Color::Light, None) => {}
                }
            }
        }
        Some(Self { label: label.to_owned(), runs, width: side + 2 * QUIET })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_the_three_squares_by_which_a_camera_finds_it() {
        let qr = Qr::of("otpauth://totp/x?secret=GEZDGNBV", "Code").unwrap();
        let side = qr.width - 2 * QUIET;
        // The upper edges of the squares at the top, and of the one at the bottom left.
        assert!(qr.runs.contains(&(QUIET, QUIET, 7)));
        assert!(qr.runs.contains(&(QUIET + side - 7, QUIET, 7)));
        assert!(qr.runs.contains(&(QUIET, QUIET + side - 1, 7)));
        assert!(Qr::of(&"x".repeat(5_000), "Code").is_none());
    }
}
