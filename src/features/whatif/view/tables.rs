//! The tables of the page: the ladder of each scenario beside what was, by month, the products
//! that win or lose, and what is saved.

use super::{counted, letter};
use crate::base::{Currency, Day, Money};
use crate::domain::profit::component::{Component, Subtotal};
use crate::domain::profit::figures::Figures;
use crate::domain::scenario::Scenario;
use crate::features::whatif::asked::Asked;
use crate::features::whatif::edit::LETTERS;
use crate::features::whatif::job;
use crate::features::whatif::page::{Looked, href_of};
use crate::reports::whatif::Column as Counted;
use crate::store::scenarios::SavedScenario;
use crate::web::chart::{Axis, RowBar};
use crate::web::effect;
use crate::web::figure::{Figure, Link};
use crate::web::format;
use crate::web::notice::Empty;
use crate::web::page::Page;
use crate::web::parts::SectionHead;
use crate::web::table::{Cell, Column, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, ladder, whatif as told};

/// Products of each scenario that are told, and months that stand in rows.
const MONTHS_MAX: usize = 24;

/// A row of the P&L: several components in one, as the page shows them.
struct Step {
    name: &'static str,
    kind: RowKind,
    parts: &'static [Component],
    subtotal: Option<Subtotal>,
}

const STEPS: [Step; 11] = {
    use Component::*;
    const fn part(name: &'static str, parts: &'static [Component]) -> Step {
        Step { name, kind: RowKind::Plain, parts, subtotal: None }
    }
    const fn sum(subtotal: Subtotal, kind: RowKind) -> Step {
        Step { name: "", kind, parts: &[], subtotal: Some(subtotal) }
    }
    [
        sum(Subtotal::NetSales, RowKind::Plain),
        part(told::SHIPPING_SERVICE, &[ShippingIncome, ServiceIncome]),
        sum(Subtotal::NetRevenue, RowKind::Subtotal),
        part("", &[Cogs]),
        part(told::SHIP_HANDLE, &[ShippingCost, HandlingCost]),
        part(told::FEES, &[PaymentFees, ChannelFees]),
        part(told::OTHER_INCOME, &[OtherIncome]),
        sum(Subtotal::ContributionMargin, RowKind::Subtotal),
        part("", &[AdSpend]),
        part(told::ABOVE, &[PeriodFees, OperatingExpenses, FxDifference]),
        sum(Subtotal::NetProfit, RowKind::Total),
    ]
};

impl Step {
    fn of(&self, figures: &Figures) -> i64 {
        match self.subtotal {
            Some(subtotal) => figures.subtotal(subtotal),
            None => self.parts.iter().map(|part| figures.get(*part)).sum(),
        }
    }

    fn label(&self) -> &'static str {
        match (self.name, self.subtotal, self.parts.first()) {
            ("", Some(subtotal), _) => words::text(ladder::subtotal(subtotal)),
            ("", None, Some(part)) => words::text(ladder::component(*part)),
            (name, ..) => name,
        }
    }
}

/// As it was, each scenario, the change and its bar.
pub fn ladder(page: &Page, looked: &Looked) -> Option<Table> {
    let whatif = looked.whatif.as_ref()?;
    let columns = counted(looked);
    if columns.is_empty() {
        return None;
    }
    let currency = whatif.currency;
    let real = &whatif.real.total;
    let mut table = Table::new("whatif-table", told::TABLE);
    table.columns = vec![Column::words(currency.code()), Column::figures(told::AS_IT_WAS)];
    for (index, ..) in &columns {
        table.columns.extend([
            Column::figures(letter(*index)).wide(),
            Column::figures(format!("{} {}", told::CHANGE, letter(*index))),
            Column::bars(told::BAR).wide(),
        ]);
    }
    let change = |step: &Step, column: &Counted| step.of(&column.total) - step.of(real);
    let all = STEPS.iter().flat_map(|step| columns.iter().map(move |(_, _, c)| change(step, c)));
    let axis = Axis::over(all);
    for step in &STEPS {
        let is_nothing =
            step.of(real) == 0 && columns.iter().all(|(_, _, column)| step.of(&column.total) == 0);
        if step.parts == [Component::OtherIncome] && is_nothing {
            continue;
        }
        let is_result = step.subtotal == Some(Subtotal::NetProfit);
        let amount = |figures: &Figures| {
            let money = Money::new(step.of(figures), currency);
            let figure = match is_result {
                true => Figure::result(money, page.locale),
                false => Figure::money(money, page.locale),
            };
            let doubted = is_result && figures.is_at_most();
            if doubted { figure.at_most() } else { figure }
        };
        let mut cells = vec![Cell::text(step.label()), Cell::figure(amount(real))];
        for (_, _, column) in &columns {
            let moved = change(step, column);
            let money = Money::new(moved, currency);
            let figure = effect::change(money, page.locale);
            let figure = if is_result { figure } else { figure.quiet() };
            cells.push(Cell::figure(amount(&column.total)));
            cells.push(Cell::figure(figure));
            cells.push(Cell::Bar(RowBar::new(moved, axis)));
        }
        table.rows.push(Row::of(step.kind, cells));
    }
    let margin = |figures: &Figures| {
        let ratio = format::fraction(figures.net_margin());
        Cell::figure(Figure::text(format::percent(ratio, page.locale)).quiet())
    };
    let mut cells = vec![Cell::quiet(told::MARGIN), margin(real)];
    for (_, _, column) in &columns {
        cells.extend([margin(&column.total), Cell::Blank, Cell::Blank]);
    }
    table.rows.push(Row::new(cells));
    table.note = Some(told::NOTE.to_owned());
    table.legend = real.is_at_most();
    Some(table)
}

/// By month, and the products of each scenario.
pub fn others(page: &Page, looked: &Looked) -> Vec<(SectionHead, Table)> {
    let mut tables = Vec::new();
    let Some(whatif) = &looked.whatif else { return tables };
    let columns = counted(looked);
    if columns.is_empty() {
        return tables;
    }
    for (index, edited, column) in &columns {
        if column.products.is_empty() {
            continue;
        }
        let id = format!("products-{}", LETTERS[*index]);
        let of = format!("{} {}", letter(*index), edited.name);
        // Two tables of one page have names that tell them apart.
        let caption = format!("{}: {of}", told::PRODUCTS);
        let table = products(page, (&id, caption), (whatif.currency, column));
        let head = SectionHead { beside: Some(of), ..SectionHead::new(id.clone(), told::PRODUCTS) };
        tables.push((head, table));
    }
    if whatif.real.rows.len() > 1 {
        let head = SectionHead::new("whatif-months", told::MONTHS);
        tables.push((head, months(page, looked, &columns)));
    }
    tables
}

fn products(
    page: &Page,
    (id, caption): (&str, String),
    (currency, column): (Currency, &Counted),
) -> Table {
    let mut table = Table::new(format!("{id}-table"), caption);
    table.dense = true;
    table.columns = vec![
        Column::words(told::PRODUCT),
        Column::figures(told::AS_IT_WAS),
        Column::figures(told::BECOMES),
        Column::figures(told::CHANGE),
    ];
    for product in &column.products {
        let name = product.sku.clone().unwrap_or_else(|| told::NO_SKU.to_owned());
        let money = |minor| Money::new(minor, currency);
        let (was, becomes) = (money(product.was_minor), money(product.becomes_minor));
        let mut cells = effect::cells(&name, (was, becomes), page.locale);
        let words = Words { text: name, beside: product.title.clone(), ..Words::default() };
        if let Some(first) = cells.first_mut() {
            *first = Cell::Words(words);
        }
        table.rows.push(Row::new(cells));
    }
    table
}

fn months(page: &Page, looked: &Looked, columns: &[(usize, &super::Edited, &Counted)]) -> Table {
    let mut table = Table::new("whatif-months-table", told::MONTHS);
    table.dense = true;
    let Some(whatif) = &looked.whatif else { return table };
    table.columns = vec![Column::words(told::MONTH), Column::figures(told::AS_IT_WAS)];
    for (index, ..) in columns {
        table.columns.push(Column::figures(letter(*index)));
    }
    let rows = &whatif.real.rows;
    let skipped = rows.len().saturating_sub(MONTHS_MAX);
    for row in rows.iter().skip(skipped) {
        let text = row.key("month").unwrap_or_default();
        let Ok(month) = Day::parse(&format!("{text}-01")) else { continue };
        let money =
            |minor| Cell::figure(Figure::result(Money::new(minor, whatif.currency), page.locale));
        let name = Cell::text(format::month(month, page.locale));
        let mut cells = vec![name, money(row.figures.net_profit())];
        for (_, _, column) in columns {
            let of_month = column.cells.iter().filter(|cell| cell.month == month);
            cells.push(money(of_month.map(|cell| cell.figures.net_profit()).sum()));
        }
        table.rows.push(Row::new(cells));
    }
    table
}

/// What is saved, the last changed first.
pub fn saved(page: &Page, looked: &Looked) -> Option<(SectionHead, Table)> {
    let code = looked.whatif.as_ref()?.currency;
    let version = looked.whatif.as_ref().map_or(0, |whatif| whatif.version);
    let mut table = Table::new("whatif-saved", told::SAVED_LIST);
    table.columns = vec![
        Column::words(words::text(Word::SetName)),
        Column::words(told::ASSUMES).wide(),
        Column::words(told::DAYS).wide(),
        Column::figures(format!("{}, {code}", told::PROFIT_CHANGE)),
        Column::words(told::OPEN),
    ];
    for saved in &looked.saved {
        table.rows.push(saved_row(page, looked, saved, (code, version)));
    }
    table.empty = Some(Empty {
        sentence: told::SAVED_EMPTY.to_owned(),
        why: told::SAVED_EMPTY_WHY.to_owned(),
        ..Empty::default()
    });
    Some((SectionHead::new("saved", told::SAVED_LIST), table))
}

fn saved_row(
    page: &Page,
    looked: &Looked,
    saved: &SavedScenario,
    (code, version): (Currency, i64),
) -> Row {
    let id = saved.id.to_string();
    let scenario = Scenario::parse(&saved.definition).ok();
    let assumes = scenario.as_ref().map(|scenario| {
        let all = scenario.assumptions.iter();
        all.map(|one| told::sentence(one, page.locale)).collect::<Vec<_>>().join(" · ")
    });
    let kept = saved.counted.as_ref().and_then(|kept| {
        Some((Asked::parse(&kept.asked)?, job::read(&kept.result)?, kept.version))
    });
    let (days, change) = match &kept {
        Some((asked, column, known)) => {
            let change = effect::change(Money::new(column.change_minor(), code), page.locale);
            let days = format::day_range(asked.range(), page.locale);
            let old = (*known != version).then(|| told::OLD.to_owned());
            let days = Words { text: days, under: old, ..Words::default() };
            (Cell::Words(days), Cell::figure(change))
        }
        None => (Cell::Blank, Cell::figure(Figure::unknown())),
    };
    let name = Words {
        text: saved.name.clone(),
        href: Some(href_of(page, std::slice::from_ref(&id))),
        ..Words::default()
    };
    let mut links = Vec::new();
    let free = LETTERS.get(looked.columns.len()).filter(|_| !looked.columns.is_empty());
    let is_shown = looked.columns.iter().any(|(edited, _)| edited.saved == Some(saved.id));
    if let Some(free) = free.filter(|_| !is_shown) {
        links.push(Link::new(told::COMPARE, page.ask.href_with(&[(*free, Some(&id))])));
    }
    if let Some(scenario) = scenario {
        let copy = Scenario { name: told::copy_of(&scenario.name), ..scenario };
        let value = serde_json::to_string(&copy).unwrap_or_default();
        links.push(Link::new(told::COPY, href_of(page, &[value])));
    }
    Row::new(vec![
        Cell::Words(name),
        Cell::quiet(assumes.unwrap_or_default()),
        days,
        change,
        Cell::Links(links),
    ])
}
