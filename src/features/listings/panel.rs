//! What a change would do to each chosen listing, before it is saved.

use super::choice::{Form, Planned};
use super::page::list_href;
use crate::reports::listings::ListingRow;
use crate::sync::links::To;
use crate::web::effect;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Form as Fields, Panel};
use crate::web::format;
use crate::web::page::Page;
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, listing as told};

/// Listings that are shown one by one.
const ROWS_MAX: usize = 50;

pub fn panel(page: &Page, form: &Form, planned: &Planned) -> Panel {
    let count = planned.steps.len();
    let shown = format::quantity(count as i64, page.locale);
    Panel {
        title: told::panel_title(&shown, count == 1),
        lead: told::PANEL_LEAD.to_owned(),
        close: Link::new(words::text(Word::Close), list_href(page)),
        form: fields(page, form),
        progress: None,
        effect: None,
        months: None,
        history: Some((told::act(&form.act).to_owned(), table(page, planned))),
    }
}

/// The same once more, to be saved.
fn fields(page: &Page, form: &Form) -> Fields {
    let mut hidden = vec![
        ("act".to_owned(), form.act.clone()),
        ("sku".to_owned(), form.sku.clone()),
        ("units".to_owned(), form.units.clone()),
    ];
    if form.every {
        hidden.push(("every".to_owned(), "yes".to_owned()));
    }
    hidden.extend(form.keys.iter().map(|key| ("choose".to_owned(), key.clone())));
    let save = Button::submit(told::SAVE, ButtonKind::Main).sending("do", "save");
    let cancel = Button::link(words::text(Word::Cancel), ButtonKind::Plain, list_href(page));
    Fields {
        action: list_href(page),
        method: "post",
        hidden,
        fields: vec![effect::why(&form.why)],
        buttons: vec![save, cancel],
        ..Fields::default()
    }
}

fn table(page: &Page, planned: &Planned) -> Table {
    let mut table = Table::new("listings-change", told::act("link"));
    table.dense = true;
    table.columns =
        vec![Column::words(told::LISTING), Column::words(told::NOW), Column::words(told::THEN)];
    for (row, to) in planned.steps.iter().take(ROWS_MAX) {
        let cells =
            vec![Cell::text(name_of(row)), Cell::quiet(now(row)), Cell::text(then(row, to))];
        table.rows.push(Row::new(cells));
    }
    let more = planned.steps.len().saturating_sub(ROWS_MAX) as i64;
    table.cut = (more > 0).then(|| told::more(&format::quantity(more, page.locale)));
    table
}

/// By what a person knows a listing.
pub fn name_of(row: &ListingRow) -> String {
    [&row.sku, &row.title, &row.listing]
        .into_iter()
        .find(|name| !name.is_empty())
        .cloned()
        .unwrap_or_default()
}

fn now(row: &ListingRow) -> String {
    match (&row.variant, row.is_apart) {
        (Some(sku), _) => told::units_of(row.units, sku),
        (None, true) => told::NO_STOCK.to_owned(),
        (None, false) => told::how("").to_owned(),
    }
}

fn then(row: &ListingRow, to: &To) -> String {
    match to {
        To::Variant { sku, units } => told::units_of(*units, sku),
        To::Nothing => told::NO_STOCK.to_owned(),
        To::Matching => told::BECOMES_MATCHED.to_owned(),
        To::New => {
            let names = [&row.sku, &row.barcode, &row.catalogue_id, &row.listing];
            names.into_iter().find(|name| !name.is_empty()).cloned().unwrap_or_default()
        }
    }
}
