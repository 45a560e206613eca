//! The rows of a file, gathered by settlement. A settlement is held whole until its last row is
//! read, because only then its sum can be compared with the total that it states; repeated
//! texts are kept once.

use std::collections::HashMap;
use std::rc::Rc;

use super::value::{Mark, Number, Stamp};
use super::wire::{Layout, WireAmount, WireRow};
use crate::base::{Currency, Zone};
use crate::connectors::contract::Refusal;
use crate::connectors::fault::FileFault;
use crate::connectors::kit::csv::Row;

/// Rows that one file may have: it is held in memory.
pub const ROWS_MAX: u64 = 2_000_000;

/// A text of the file, kept once; 0 is the empty text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(u32);

impl Name {
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

pub struct Names {
    texts: Vec<Rc<str>>,
    by_text: HashMap<Rc<str>, Name>,
}

impl Names {
    pub fn new() -> Self {
        let empty: Rc<str> = Rc::from("");
        Self { texts: vec![empty.clone()], by_text: HashMap::from([(empty, Name(0))]) }
    }

    pub fn text(&self, name: Name) -> &str {
        self.texts.get(name.0 as usize).map_or("", |text| text)
    }

    /// Three words of one amount.
    pub fn words(&mut self, transaction: &str, amount_type: &str, description: &str) -> Words {
        Words {
            transaction: self.keep(transaction),
            amount_type: self.keep(amount_type),
            description: self.keep(description),
        }
    }

    pub fn keep(&mut self, text: &str) -> Name {
        if let Some(name) = self.by_text.get(text) {
            return *name;
        }
        let name = Name(self.texts.len() as u32);
        let text: Rc<str> = Rc::from(text);
        self.texts.push(text.clone());
        self.by_text.insert(text, name);
        name
    }
}

/// One amount of a settlement, or a row that only counts units.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub row: u64,
    pub words: Words,
    pub order: Name,
    pub adjustment: Name,
    pub marketplace: Name,
    pub item: Name,
    pub sku: Name,
    pub posted: Option<Stamp>,
    pub quantity: i64,
    pub number: Option<Number>,
}

/// Transaction type, amount type and description, as V2 writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Words {
    pub transaction: Name,
    pub amount_type: Name,
    pub description: Name,
}

pub struct Settlement {
    pub id: String,
    /// Line on which it begins.
    pub row: u64,
    pub currency: Option<Currency>,
    pub start: Option<Stamp>,
    pub end: Option<Stamp>,
    pub deposit: Option<Stamp>,
    pub total: Option<Number>,
    pub entries: Vec<Entry>,
    /// The first fault found; nothing is read of a settlement that has one.
    pub fault: Option<Refusal>,
    /// The row with which it begins, for a refusal that concerns all rows.
    pub raw: String,
    /// Rows that hold only the totals.
    heads: u32,
}

impl Settlement {
    /// One that nothing is known of yet.
    pub fn empty(id: String) -> Self {
        Self {
            id,
            row: 1,
            currency: None,
            start: None,
            end: None,
            deposit: None,
            total: None,
            entries: Vec::new(),
            fault: None,
            raw: String::new(),
            heads: 0,
        }
    }

    pub fn refusal(&self, column: &str, reason: String) -> Refusal {
        Refusal { row: self.row, column: column.to_owned(), reason, raw: self.raw.clone() }
    }
}

/// All settlements of a file, in the order of their first rows.
pub struct Gathered {
    pub settlements: Vec<Settlement>,
    pub names: Names,
    by_id: HashMap<String, usize>,
    zone: Zone,
    rows: u64,
    /// The first amount written with a point, and with a comma.
    marks: [Option<(u64, String)>; 2],
    stamps: HashMap<String, Stamp>,
}

impl Gathered {
    pub fn new(zone: Zone) -> Self {
        Self {
            settlements: Vec::new(),
            names: Names::new(),
            by_id: HashMap::new(),
            zone,
            rows: 0,
            marks: [None, None],
            stamps: HashMap::new(),
        }
    }

    /// Takes one row in. A fault of the row is kept with its settlement.
    ///
    /// # Errors
    /// `Broken` beyond `ROWS_MAX`.
    pub fn take(&mut self, layout: &Layout, source: &Row<'_>) -> Result<(), FileFault> {
        self.rows += 1;
        if self.rows > ROWS_MAX {
            return Err(FileFault::broken(format!(
                "The file has more than {ROWS_MAX} rows, more than a settlement can have. Import \
                 the settlements one by one."
            )));
        }
        let row = layout.read(source);
        let index = self.settlement_of(layout, &row, source);
        if self.settlements[index].fault.is_some() {
            return Ok(());
        }
        let read = check_shape(layout, &row).and_then(|()| self.read(index, &row));
        let settlement = &mut self.settlements[index];
        if let Err((column, reason)) = read {
            let raw = layout.raw(source);
            settlement.fault =
                Some(Refusal { row: row.line, column: column.to_owned(), reason, raw });
        }
        Ok(())
    }

    /// # Errors
    /// `Broken` where some amounts bear a point and others a comma.
    pub fn check_marks(&self) -> Result<(), FileFault> {
        let [Some((point_row, point)), Some((comma_row, comma))] = &self.marks else {
            return Ok(());
        };
        Err(FileFault::broken(format!(
            "The amount {point:?} on line {point_row} bears a point, {comma:?} on line {comma_row} \
             a comma: it cannot be told which of them is the decimal sign, so nothing was taken \
             in. Take the file as Amazon gives it, without opening it in a spreadsheet."
        )))
    }

    /// A row that was cut off may show only the beginning of its settlement's id, or none.
    fn settlement_of(&mut self, layout: &Layout, row: &WireRow, source: &Row<'_>) -> usize {
        if let Some(index) = self.by_id.get(&row.id) {
            return *index;
        }
        let is_cut = row.cells < layout.columns || row.id.is_empty();
        if is_cut
            && let Some(last) = self.settlements.last()
            && last.id.starts_with(&row.id)
        {
            return self.settlements.len() - 1;
        }
        self.by_id.insert(row.id.clone(), self.settlements.len());
        self.settlements.push(Settlement {
            row: row.line,
            raw: layout.raw(source),
            ..Settlement::empty(row.id.clone())
        });
        self.settlements.len() - 1
    }

    fn read(&mut self, index: usize, row: &WireRow) -> Result<(), Fault> {
        self.read_head(index, row)?;
        let posted = self.stamp("posted-date", &row.posted)?;
        let quantity = parse_quantity(&row.quantity)?;
        let keep = |names: &mut Names, text: &str| names.keep(text);
        let names = &mut self.names;
        let mut entry = Entry {
            row: row.line,
            words: Words {
                transaction: keep(names, &row.transaction),
                amount_type: Name(0),
                description: Name(0),
            },
            order: keep(names, &row.order),
            adjustment: keep(names, &row.adjustment),
            marketplace: keep(names, &row.marketplace),
            item: keep(names, &row.item),
            sku: keep(names, &row.sku),
            posted,
            quantity,
            number: None,
        };
        if row.amounts.is_empty() {
            if quantity != 0 {
                self.settlements[index].entries.push(entry);
            }
            return Ok(());
        }
        for amount in &row.amounts {
            entry.number = Some(self.number(row.line, amount)?);
            entry.words = Words {
                transaction: self.names.keep(&amount.transaction),
                amount_type: self.names.keep(&amount.amount_type),
                description: self.names.keep(&amount.description),
            };
            self.settlements[index].entries.push(entry);
        }
        Ok(())
    }

    /// What the first row states, and some files repeat on every row.
    fn read_head(&mut self, index: usize, row: &WireRow) -> Result<(), Fault> {
        let start = self.stamp("settlement-start-date", &row.start)?;
        let end = self.stamp("settlement-end-date", &row.end)?;
        let deposit = self.stamp("deposit-date", &row.deposit)?;
        let total = match row.total.as_str() {
            "" => None,
            text => Some(self.mark(row.line, "total-amount", text)?),
        };
        let currency = match row.currency.as_str() {
            "" => None,
            code => Some(Currency::parse(code).map_err(|fault| ("currency", fault.to_string()))?),
        };
        let settlement = &mut self.settlements[index];
        settlement.start = settlement.start.or(start);
        settlement.end = settlement.end.or(end);
        settlement.deposit = settlement.deposit.or(deposit);
        same("currency", &mut settlement.currency, currency)?;
        same("total-amount", &mut settlement.total, total)?;
        let is_head = total.is_some() && row.transaction.is_empty() && row.amounts.is_empty();
        settlement.heads += u32::from(is_head);
        if settlement.heads > 1 {
            let reason = format!("the settlement {} stands twice in the file", settlement.id);
            return Err(("total-amount", reason));
        }
        Ok(())
    }

    fn number(&mut self, row: u64, amount: &WireAmount) -> Result<Number, Fault> {
        if amount.text.is_empty() {
            return Err((amount.column, "the row has no amount".to_owned()));
        }
        self.mark(row, amount.column, &amount.text)
    }

    fn mark(&mut self, row: u64, column: &'static str, text: &str) -> Result<Number, Fault> {
        let (number, mark) = Number::parse(text).map_err(|reason| (column, reason))?;
        let seen = match mark {
            Some(Mark::Point) => &mut self.marks[0],
            Some(Mark::Comma) => &mut self.marks[1],
            None => return Ok(number),
        };
        if seen.is_none() {
            *seen = Some((row, text.to_owned()));
        }
        Ok(number)
    }

    fn stamp(&mut self, column: &'static str, text: &str) -> Result<Option<Stamp>, Fault> {
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(stamp) = self.stamps.get(text) {
            return Ok(Some(*stamp));
        }
        let stamp = Stamp::parse(text, &self.zone).map_err(|reason| (column, reason))?;
        self.stamps.insert(text.to_owned(), stamp);
        Ok(Some(stamp))
    }
}

/// Column and reason.
type Fault = (&'static str, String);

fn check_shape(layout: &Layout, row: &WireRow) -> Result<(), Fault> {
    if row.cells < layout.columns {
        return Err((
            "",
            format!(
                "the row on line {} ends after {} of {} cells: the file was cut off or changed \
                 after the download. Download it again",
                row.line, row.cells, layout.columns
            ),
        ));
    }
    if row.overhang {
        let reason = format!(
            "the row on line {} has {} cells, the header has {}",
            row.line, row.cells, layout.columns
        );
        return Err(("", reason));
    }
    if row.id.is_empty() {
        return Err(("settlement-id", "the row names no settlement".to_owned()));
    }
    Ok(())
}

fn same<T: PartialEq>(
    column: &'static str,
    known: &mut Option<T>,
    next: Option<T>,
) -> Result<(), Fault> {
    let Some(next) = next else { return Ok(()) };
    match known {
        Some(known) if *known != next => {
            Err((column, format!("the rows of one settlement state different values of {column}")))
        }
        _ => {
            *known = Some(next);
            Ok(())
        }
    }
}

/// Whole units; an empty cell states none.
fn parse_quantity(text: &str) -> Result<i64, Fault> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse::<i64>().ok().filter(|quantity| (0..1_000_000_000).contains(quantity)).ok_or_else(
        || {
            let shown: String = text.chars().take(40).collect();
            ("quantity-purchased", format!("{shown:?} is not a number of units"))
        },
    )
}
