//! What a file really is when it is none of the formats: a picture, a document, a page that came
//! in place of a download. Told by its first bytes, never by its name.

/// Told of what a spreadsheet program can open.
const SAVE_AS: &str = "Open it in a spreadsheet program, save it as CSV or XLSX, and import that.";
/// Told of what holds no rows at all.
const EXPORT: &str = "Take the platform's export as CSV or XLSX instead.";

/// First bytes, what they belong to, and the way out.
const STARTS: &[(&[u8], &str, &str)] = &[
    (b"%PDF", "a PDF document", EXPORT),
    (b"\x89PNG\r\n\x1a\n", "a picture (PNG)", EXPORT),
    (b"\xff\xd8\xff", "a picture (JPEG)", EXPORT),
    (b"GIF8", "a picture (GIF)", EXPORT),
    (b"II*\0", "a picture (TIFF)", EXPORT),
    (b"MM\0*", "a picture (TIFF)", EXPORT),
    (b"\x1f\x8b", "packed with gzip", "Unpack it and import the file inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and import the files inside."),
    (b"Rar!\x1a\x07", "a RAR archive", "Unpack it and import the files inside."),
    (b"BZh", "packed with bzip2", "Unpack it and import the file inside."),
    (b"\xfd7zXZ\0", "packed with xz", "Unpack it and import the file inside."),
    (b"{\\rtf", "a text document (RTF)", EXPORT),
    (b"SQLite format 3\0", "a database", EXPORT),
    (b"\x7fELF", "a program", EXPORT),
    (b"MZ\x90\0", "a program", EXPORT),
];
/// An old Excel file, and also the shell of a new one that a password protects.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// The name of the protected content inside, in UTF-16.
const PROTECTED: &[u8] = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";

/// A sentence or two on what the file is and what to do; `None` where its bytes do not tell.
pub fn find(head: &[u8]) -> Option<String> {
    if !head.is_empty() && head.iter().all(|byte| *byte == 0) {
        return Some(
            "The file holds nothing but zeros; a copy or a download of it broke off. Get it \
             again. Nothing was changed."
                .to_owned(),
        );
    }
    let (what, way_out) = if head.starts_with(COMPOUND) {
        match head.windows(PROTECTED.len()).any(|window| window == PROTECTED) {
            true => ("an Excel workbook that a password protects", "Save it without one."),
            false => ("an old Excel workbook (.xls), or one that a password protects", SAVE_AS),
        }
    } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        ("a picture (WebP)", EXPORT)
    } else if is_page(head) {
        (
            "a web page, not the export itself: most often the page on which to sign in",
            "Sign in to the platform and download the file again.",
        )
    } else {
        let (_, what, way_out) = STARTS.iter().find(|(start, ..)| head.starts_with(start))?;
        (*what, *way_out)
    };
    Some(format!("The file is really {what}. Nothing was changed. {way_out}"))
}

fn is_page(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let start = text[..text.len().min(64)].to_ascii_lowercase();
    [b"<!doctype html".as_slice(), b"<html", b"<head", b"<script"]
        .iter()
        .any(|tag| start.starts_with(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_what_it_is_and_a_way_out_is_told() {
        let protected = [COMPOUND, &[7; 100], PROTECTED].concat();
        for (head, what) in [
            (b"%PDF-1.7\n".as_slice(), "PDF"),
            (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "WebP"),
            (b"\n <!DOCTYPE html><html>", "web page"),
            (b"\xef\xbb\xbf<HTML><head>", "web page"),
            (&[COMPOUND, &[0; 100]].concat(), "(.xls)"),
            (&protected, "password"),
            (b"\x1f\x8b\x08\0", "gzip"),
            (b"Rar!\x1a\x07\x01", "RAR"),
            (&[0; 100], "zeros"),
        ] {
            let told = find(head).unwrap_or_default();
            assert!(told.contains(what) && told.contains("Nothing was changed."), "{told}");
            assert!(told.ends_with('.'), "{told}");
        }
        for head in [b"sku,cost\n".as_slice(), b"{\"id\":1}", b"", b"<orders/>"] {
            assert_eq!(find(head), None);
        }
    }
}
