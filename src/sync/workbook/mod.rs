//! Excel workbooks (XLSX) as the tables in them: which sheets there are, and each as CSV. Streams;
//! memory holds the shared texts and one row, whatever the file claims to be.

mod number;
mod sheet;
mod strings;
mod xml;

use std::collections::HashMap;
use std::io::Write;

use number::Look;
use strings::Strings;
use xml::Piece;

pub use sheet::SheetFault;

use super::archive::{self, Archive, ENTRY_BYTES_MAX};
use crate::connectors::fault::FileFault;

/// Sheets that are looked through.
pub const SHEETS_MAX: usize = 50;
/// Styles of one workbook.
const STYLES_MAX: usize = 100_000;
/// The small parts that say where the others are.
const PART_BYTES_MAX: u64 = 16 * 1024 * 1024;

pub struct Workbook {
    archive: Archive,
    /// Name and part of each visible sheet, in order.
    sheets: Vec<(String, String)>,
    strings: Strings,
    looks: Vec<Look>,
    from_1904: bool,
}

/// Whether an archive is a workbook of the kind that is read.
pub fn is_one(archive: &Archive) -> bool {
    archive.index_for_name("[Content_Types].xml").is_some()
        && archive::names(archive).any(|name| name.starts_with("xl/") && name.ends_with(".xml"))
}

impl Workbook {
    /// # Errors
    /// `Broken` where a part is lacking, damaged or beyond a limit.
    pub fn open(mut archive: Archive) -> Result<Self, FileFault> {
        let kinds = read_relations(&mut archive, "")?;
        let book = kinds.into_iter().find(|(kind, ..)| kind == "officeDocument");
        let book = book.map_or_else(|| "xl/workbook.xml".to_owned(), |(_, _, target)| target);
        let mut listed: Vec<(String, String)> = Vec::new();
        let mut from_1904 = false;
        each_piece(&mut archive, &book, PART_BYTES_MAX, &mut |piece| {
            match piece {
                Piece::Open("workbookPr", element) => {
                    let flag = xml::attribute(element, "date1904").unwrap_or_default();
                    from_1904 = matches!(flag.as_str(), "1" | "true");
                }
                Piece::Open("sheet", element) => {
                    let is_hidden = xml::attribute(element, "state")
                        .is_some_and(|state| state.to_lowercase().contains("hidden"));
                    let name = xml::attribute(element, "name").unwrap_or_default();
                    let id = xml::attribute(element, "id").unwrap_or_default();
                    if !is_hidden && listed.len() < SHEETS_MAX {
                        listed.push((name, id));
                    }
                }
                Piece::Open(..) | Piece::Close(_) | Piece::Text(_) => {}
            }
            Ok(())
        })?;
        let relations = read_relations(&mut archive, &book)?;
        let by_id: HashMap<&str, (&str, &str)> = relations
            .iter()
            .map(|(kind, id, target)| (id.as_str(), (kind.as_str(), target.as_str())))
            .collect();
        let sheets = listed
            .into_iter()
            .filter_map(|(name, id)| match by_id.get(id.as_str()) {
                Some(("worksheet", part)) => Some((name, (*part).to_owned())),
                _ => None,
            })
            .collect();
        let part_of = |wanted: &str| {
            let found = relations.iter().find(|(kind, ..)| kind == wanted);
            found.map(|(_, _, target)| target.clone())
        };
        let strings = match part_of("sharedStrings") {
            Some(part) => match archive.index_for_name(&part) {
                Some(index) => {
                    let content = archive::read_entry(&mut archive, index, ENTRY_BYTES_MAX)?;
                    Strings::read(content)?
                }
                None => Strings::default(),
            },
            None => Strings::default(),
        };
        let looks = match part_of("styles") {
            Some(part) if archive.index_for_name(&part).is_some() => {
                read_looks(&mut archive, &part)?
            }
            _ => Vec::new(),
        };
        Ok(Self { archive, sheets, strings, looks, from_1904 })
    }

    pub fn sheets(&self) -> Vec<String> {
        self.sheets.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Writes a sheet as CSV; gives whether it holds anything.
    ///
    /// # Errors
    /// `File` where the sheet is damaged or beyond a limit, `Disk`.
    pub fn write_csv(&mut self, index: usize, out: &mut dyn Write) -> Result<bool, SheetFault> {
        let part = self.sheets.get(index).map(|(_, part)| part.as_str()).unwrap_or_default();
        let entry = self.archive.index_for_name(part);
        let entry = entry.ok_or_else(xml::damaged).map_err(SheetFault::File)?;
        let content = archive::read_entry(&mut self.archive, entry, ENTRY_BYTES_MAX);
        let context = sheet::Context {
            strings: &self.strings,
            looks: &self.looks,
            from_1904: self.from_1904,
        };
        sheet::write_csv(content.map_err(SheetFault::File)?, &context, out)
    }
}

type OnPiece<'a> = &'a mut dyn FnMut(Piece<'_>) -> Result<(), FileFault>;

fn each_piece(
    archive: &mut Archive,
    part: &str,
    bytes_max: u64,
    take: OnPiece<'_>,
) -> Result<(), FileFault> {
    let index = archive.index_for_name(part).ok_or_else(xml::damaged)?;
    xml::each_piece(archive::read_entry(archive, index, bytes_max)?, take)
}

/// Kind, id and target of what a part refers to; none where it refers to nothing.
fn read_relations(
    archive: &mut Archive,
    part: &str,
) -> Result<Vec<(String, String, String)>, FileFault> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let inner = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let path = format!("{inner}_rels/{name}.rels");
    let mut found = Vec::new();
    if archive.index_for_name(&path).is_none() {
        return Ok(found);
    }
    each_piece(archive, &path, PART_BYTES_MAX, &mut |piece| {
        if let Piece::Open("Relationship", element) = piece {
            let text = |name| xml::attribute(element, name).unwrap_or_default();
            let (kind, target) = (text("Type"), text("Target"));
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            // From the root, or from where the part stands; the name of an entry, never a place.
            let target = match target.strip_prefix('/') {
                Some(target) => target.to_owned(),
                None => format!("{inner}{target}"),
            };
            found.push((kind, text("Id"), target));
        }
        Ok(())
    })?;
    Ok(found)
}

/// What each style makes of a number.
fn read_looks(archive: &mut Archive, part: &str) -> Result<Vec<Look>, FileFault> {
    let mut codes: HashMap<u32, String> = HashMap::new();
    let mut looks = Vec::new();
    let mut in_cells = false;
    each_piece(archive, part, PART_BYTES_MAX, &mut |piece| {
        let id_of = |element| {
            let id: Option<String> = xml::attribute(element, "numFmtId");
            id.and_then(|id| id.parse::<u32>().ok()).unwrap_or(0)
        };
        match piece {
            Piece::Open("numFmt", element) if codes.len() < STYLES_MAX => {
                let code = xml::attribute(element, "formatCode").unwrap_or_default();
                codes.insert(id_of(element), code);
            }
            Piece::Open("cellXfs", _) => in_cells = true,
            Piece::Close("cellXfs") => in_cells = false,
            Piece::Open("xf", element) if in_cells && looks.len() < STYLES_MAX => {
                let id = id_of(element);
                looks.push(number::look_of(id, codes.get(&id).map(String::as_str)));
            }
            Piece::Open(..) | Piece::Close(_) | Piece::Text(_) => {}
        }
        Ok(())
    })?;
    Ok(looks)
}
