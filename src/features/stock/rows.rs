//! The rows of the list: what there is, what each channel shows, how long it lasts.

use std::collections::BTreeSet;

use super::ITEM;
use super::page::{Known, PER_PAGE, shown_rows};
use crate::base::Money;
use crate::base::id::VariantId;
use crate::reports::stock::levels::Level as Shown;
use crate::reports::stock::{Standing, Stocked};
use crate::web::ask::write_href;
use crate::web::chart::{Axis, RowBar};
use crate::web::figure::{Figure, Tone};
use crate::web::format;
use crate::web::notice::Empty;
use crate::web::page::Page;
use crate::web::parts::{State, StateMark};
use crate::web::table::{Cell, Column, Level, Pager, Row, Table, Words};
use crate::web::words::{definitions, stock as told};

/// Stores that have a column of their own.
const STORES_MAX: usize = 6;
/// Bars of cover end here.
const COVER_MAX: i64 = 60;

pub struct Listed<'a> {
    pub page: &'a Page,
    pub known: &'a Known,
    /// No panel stands beside it.
    pub is_wide: bool,
    pub has_figures: bool,
}

pub fn item_href(page: &Page, sku: &str) -> String {
    write_href(&page.url(ITEM), std::iter::once(("sku".to_owned(), sku.to_owned())))
}

pub fn table(listed: &Listed<'_>) -> Table {
    let (page, known) = (listed.page, listed.known);
    let stores: BTreeSet<&str> =
        known.levels.values().flatten().map(|level| level.store.as_str()).collect();
    let stores: Vec<&str> = stores.into_iter().take(STORES_MAX).collect();
    let mut table = Table::new("stock-table", told::TABLE);
    table.columns = columns(listed, &stores);
    let rows = shown_rows(&known.found, i64::from(page.ask.page));
    table.rows = rows.map(|index| listed.row(&known.all[index], &stores)).collect();
    let is_empty = known.all.is_empty();
    table.empty = Some(Empty {
        sentence: if is_empty { told::EMPTY } else { told::NONE_FOUND }.to_owned(),
        why: if is_empty { told::EMPTY_WHY.to_owned() } else { String::new() },
        ..Empty::default()
    });
    table.note = Some(if stores.is_empty() { told::NOTE_PLAIN } else { told::NOTE }.to_owned());
    let total = known.found.len() as i64;
    if total > PER_PAGE {
        table.pager = Some(Pager::new(&page.ask, total, PER_PAGE, page.locale));
    }
    table
}

fn columns(listed: &Listed<'_>, stores: &[&str]) -> Vec<Column> {
    let ask = &listed.page.ask;
    let figures = |name: &'static str| Column::figures(definitions::label(name)).sorted(ask, name);
    let mut columns = vec![Column::words(told::PRODUCT)];
    if listed.is_wide {
        columns.push(figures("on_hand").wide());
        columns.push(figures("held").wide());
    }
    columns.push(figures("available"));
    if listed.is_wide {
        columns.extend(stores.iter().map(|store| Column::figures(*store).wide()));
        columns.push(figures("incoming").wide());
    }
    columns.push(figures("days_of_cover"));
    if listed.is_wide {
        columns.push(Column::bars(definitions::label("days_of_cover")).wide());
        columns.push(Column::figures(definitions::label("stock_age_days")).wide());
    }
    if listed.is_wide && listed.has_figures {
        columns.push(figures("stock_value").wide());
    }
    columns
}

impl Listed<'_> {
    fn row(&self, one: &Stocked, stores: &[&str]) -> Row {
        let quantity = |units| Figure::text(format::quantity(units, self.page.locale));
        let kept = |figure: Figure| if one.is_unkept { Figure::unknown() } else { figure };
        let mut cells = vec![self.name(one)];
        if self.is_wide {
            cells.push(Cell::figure(kept(quantity(one.on_hand))));
            let held = if one.held == 0 { quantity(0) } else { quantity(-one.held) };
            cells.push(Cell::figure(held.quiet()));
        }
        let tone = if one.available < 0 { Tone::Loss } else { Tone::Ink };
        let free = Figure { tone, ..quantity(one.available) };
        let is_known = !one.is_unkept || one.held > 0;
        cells.push(Cell::figure(if is_known { free } else { Figure::unknown() }));
        if self.is_wide {
            cells.extend(stores.iter().map(|store| self.level(one, store)));
            let incoming = match one.incoming {
                0 => Figure::unknown(),
                units => Figure::text(format::change(units, 0, self.page.locale)),
            };
            cells.push(Cell::figure(incoming));
        }
        cells.push(Cell::figure(self.cover(one)));
        if self.is_wide {
            let axis = Axis::over([0, COVER_MAX]);
            let cover = one.cover().unwrap_or(0).min(COVER_MAX);
            let bar = RowBar::cover(cover, one.lead_days.min(COVER_MAX), axis);
            cells.push(if one.cover().is_some() { Cell::Bar(bar) } else { Cell::Blank });
            let age = self.known.ages.get(&VariantId(one.variant)).copied();
            let days = |days| Figure::text(told::days(&format::quantity(days, self.page.locale)));
            cells.push(Cell::figure(age.map_or_else(Figure::unknown, days)));
        }
        if self.is_wide && self.has_figures {
            cells.push(Cell::figure(kept(self.value(one))));
        }
        Row::new(cells)
    }

    fn name(&self, one: &Stocked) -> Cell {
        let title = one.title.clone().filter(|title| !title.is_empty());
        let under = title.is_some().then(|| one.sku.clone());
        Cell::Words(Words {
            text: title.unwrap_or_else(|| one.sku.clone()),
            href: Some(item_href(self.page, &one.sku)),
            under,
            line: Some(self.state(one)),
            ..Words::default()
        })
    }

    fn levels(&self, one: &Stocked) -> &[Shown] {
        self.known.levels.get(&one.sku).map_or(&[], Vec::as_slice)
    }

    /// One line for a phone: what is wrong, else how the channels are.
    fn state(&self, one: &Stocked) -> StateMark {
        let quantity = |units| format::quantity(units, self.page.locale);
        let levels = self.levels(one);
        if let Some(off) = levels.iter().find(|level| level.differs()) {
            let (theirs, ours) = (off.live.unwrap_or(0), off.desired.unwrap_or(0));
            let text = told::differs(&off.store, &quantity(theirs), &quantity(ours));
            return StateMark::new(State::Broken, text);
        }
        let moving = levels.iter().filter(|level| level.is_moving).count() as i64;
        if moving > 0 {
            return StateMark::new(State::Running, told::levels_moving(moving));
        }
        let standing = one.standing();
        let state = match standing {
            Standing::Oversold => State::Broken,
            Standing::Low | Standing::Out => State::Late,
            Standing::Plenty if one.is_unkept => State::Off,
            Standing::Plenty => State::Fresh,
        };
        let text = match (standing, levels.len() as i64) {
            (Standing::Plenty, count) if count > 0 => told::channels_in_step(count),
            _ => definitions::label(standing.name()).to_owned(),
        };
        StateMark::new(state, text)
    }

    fn level(&self, one: &Stocked, store: &str) -> Cell {
        let quantity = |units: i64| format::quantity(units, self.page.locale);
        let Some(level) = self.levels(one).iter().find(|level| level.store == store) else {
            return Cell::Level(Level::NotSold);
        };
        Cell::Level(match (level.live, level.desired) {
            (Some(live), Some(desired)) if level.is_moving && live != desired => {
                Level::Sent { from: quantity(live), to: quantity(desired) }
            }
            (Some(live), Some(desired)) if level.differs() => {
                Level::Differs { theirs: quantity(live), ours: quantity(desired) }
            }
            (live, desired) => match live.or(desired) {
                Some(units) => Level::Agreed(quantity(units)),
                None => return Cell::figure(Figure::unknown()),
            },
        })
    }

    fn cover(&self, one: &Stocked) -> Figure {
        let Some(cover) = one.cover() else { return Figure::unknown() };
        let shown = format::quantity(cover.min(999), self.page.locale);
        let tone = if is_short(one) { Tone::Loss } else { Tone::Ink };
        let figure = Figure { tone, ..Figure::text(told::days(&shown)) };
        match one.pace.is_some_and(|pace| pace.is_guess()) {
            true => figure.estimated(),
            false => figure,
        }
    }

    fn value(&self, one: &Stocked) -> Figure {
        let Some((worth, currency)) =
            self.known.worth.as_ref().zip(self.page.organisation.currency)
        else {
            return Figure::unknown();
        };
        match worth.find(&one.sku, one.on_hand + one.incoming) {
            Some(minor) => Figure::money(Money::new(minor, currency), self.page.locale),
            None => Figure::missing(None),
        }
    }
}

fn is_short(one: &Stocked) -> bool {
    one.cover().is_some_and(|cover| cover < one.lead_days)
}
