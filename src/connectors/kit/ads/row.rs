//! One row of an ads export: on which day, of which campaign, in which currency, or why not; and
//! whether it is a total of other rows.

use std::borrow::Cow;

use super::totals::is_label;
use super::{
    CAMPAIGN, CAMPAIGN_ID, CLICKS, CURRENCY, DAY, FROM, Figures, IMPRESSIONS, OWN, Platform, SKU,
    SPEND, TO,
};
use crate::base::{Currency, Day, Decimal};
use crate::connectors::contract::{Found, ReadCtx, Refusal, UnknownKind};
use crate::connectors::kit::amount::Mark;
use crate::connectors::kit::csv;
use crate::connectors::kit::sheet::{CellFault, Cells, Sheet};
use crate::connectors::kit::when;

/// Where a row belongs.
pub struct Placed {
    pub line: u64,
    pub day: Day,
    pub campaign: String,
    pub sku: Option<String>,
    pub currency: Currency,
    /// A breakdown is blank that other rows name.
    pub is_parent: bool,
}

/// What rows come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Counted {
    pub rows: i64,
    pub amount: Decimal,
    pub impressions: Option<i64>,
    pub clicks: Option<i64>,
    pub conversions: Option<Decimal>,
    pub value: Option<Decimal>,
}

impl Counted {
    /// `None` beyond the range of a decimal.
    pub fn plus(&self, other: &Self) -> Option<Self> {
        fn both<T: Copy>(
            one: Option<T>,
            other: Option<T>,
            add: impl Fn(T, T) -> Option<T>,
        ) -> Option<Option<T>> {
            match (one, other) {
                (Some(one), Some(other)) => add(one, other).map(Some),
                (one, other) => Some(one.or(other)),
            }
        }
        Some(Self {
            rows: self.rows + other.rows,
            amount: self.amount.checked_add(other.amount)?,
            impressions: both(self.impressions, other.impressions, i64::checked_add)?,
            clicks: both(self.clicks, other.clicks, i64::checked_add)?,
            conversions: both(self.conversions, other.conversions, Decimal::checked_add)?,
            value: both(self.value, other.value, Decimal::checked_add)?,
        })
    }
}

/// What a row is.
pub enum What {
    Spend(Placed, Counted),
    /// It is known where it belongs, so what it is added to waits with it.
    Faulty(Placed, CellFault, Option<Decimal>),
    Refused {
        fault: CellFault,
        unknown: Option<Found>,
        amount: Option<Decimal>,
    },
    /// A total over the whole file, or over a part that is no campaign.
    Total(Option<Decimal>),
    /// A campaign's total over its days.
    CampaignTotal {
        campaign: String,
        amount: Option<Decimal>,
    },
}

type Span = Result<(Day, Day), String>;

/// What the file says beside its rows.
pub struct Reading {
    platform: &'static Platform,
    has_day: bool,
    has_span: bool,
    /// The range that the lines before the header name.
    span: Option<(Day, Day)>,
    bracket: Option<String>,
    /// Told before the header, or said with the import.
    pub currency: Option<Currency>,
    /// The names under which a row is kept to be tried again.
    names: Vec<Cow<'static, str>>,
    mark: Mark,
    /// Rows of one day follow one another as a rule.
    last: Option<(String, Span)>,
}

impl Reading {
    pub fn of(sheet: &Sheet<'_>, platform: &'static Platform, ctx: &ReadCtx) -> Self {
        let name = |field: usize| match platform.fields[field].names {
            [] => Cow::Borrowed(""),
            _ => sheet.raw_name(field),
        };
        let is_code =
            |text: &&str| text.len() == 3 && text.bytes().all(|b| b.is_ascii_alphabetic());
        Self {
            platform,
            has_day: sheet.has(DAY),
            has_span: sheet.has(FROM),
            span: find_span(&sheet.preamble),
            bracket: sheet.bracket(SPEND).filter(is_code).map(str::to_owned),
            currency: find_currency(&sheet.preamble, platform).or(ctx.currency),
            names: (0..OWN).map(name).collect(),
            mark: sheet.mark,
            last: None,
        }
    }

    pub fn read(&mut self, cells: &Cells<'_>) -> What {
        let figures = (self.platform.figures)(cells);
        let amount = cells.decimal(figures.spend).map(|amount| amount.unwrap_or(Decimal::ZERO));
        let stated = amount.as_ref().ok().copied();
        let day = self.day(cells);
        let refused = |fault| What::Refused { fault, unknown: None, amount: stated };
        let campaign = match find_campaign(cells) {
            Ok(campaign) => campaign,
            Err(fault) => return refused(fault),
        };
        let is_dated = self.has_day && matches!(day, Ok(Some(_)));
        if !is_dated && (campaign.is_none() || is_label(&cells.column(0))) {
            return What::Total(stated);
        }
        let Some(campaign) = campaign else {
            let reason = "The row names no campaign, so its spend cannot be told from others'.";
            return refused(CellFault::new(CAMPAIGN, reason));
        };
        let day = match day {
            Ok(Some(day)) => day,
            Ok(None) => return What::CampaignTotal { campaign, amount: stated },
            Err(fault) => return refused(fault),
        };
        let currency = match self.currency(cells) {
            Ok(currency) => currency,
            Err((fault, unknown)) => return What::Refused { fault, unknown, amount: stated },
        };
        let sku = cells.find(SKU).map(|text| (self.platform.sku)(&text).trim().to_owned());
        let is_blank = |field: &usize| is_all(&cells.text(*field));
        let placed = Placed {
            line: cells.line,
            day,
            campaign,
            sku: sku.filter(|sku| !is_all(sku)),
            currency,
            is_parent: self.breakdowns_of(cells).any(|field| is_blank(&field)),
        };
        match amount.and_then(|amount| count(cells, figures, amount)) {
            Ok(counted) => What::Spend(placed, counted),
            Err(fault) => What::Faulty(placed, fault, stated),
        }
    }

    /// The breakdowns that this file has.
    fn breakdowns_of(&self, cells: &Cells<'_>) -> impl Iterator<Item = usize> {
        self.platform.breakdowns.iter().copied().filter(|field| cells.has(*field))
    }

    /// `None` for a row that states no day although the file has the column.
    fn day(&mut self, cells: &Cells<'_>) -> Result<Option<Day>, CellFault> {
        if self.has_day {
            let text = cells.text(DAY);
            if is_all(&text) {
                return Ok(None);
            }
            return self.one_day(DAY, &text).map(Some);
        }
        if self.has_span {
            let (from, to) = (cells.text(FROM), cells.text(TO));
            if is_nothing(&from) || is_nothing(&to) {
                let reason = "The row does not say from which day to which it runs. ";
                return Err(CellFault::new(FROM, format!("{reason}{}", self.by_day())));
            }
            let span = format!("{from} - {to}");
            return self.one_day(FROM, &span).map(Some);
        }
        match self.span {
            Some(span) => self.one_of(DAY, span).map(Some),
            None => Err(CellFault::new(
                DAY,
                format!("The file does not say on which day this was spent. {}", self.by_day()),
            )),
        }
    }

    fn one_day(&mut self, field: usize, text: &str) -> Result<Day, CellFault> {
        let span = match &self.last {
            Some((last, span)) if last == text => span.clone(),
            _ => {
                let span = when::parse_span(text);
                self.last = Some((text.to_owned(), span.clone()));
                span
            }
        };
        let span = span.map_err(|reason| CellFault::new(field, format!("{reason}.")))?;
        self.one_of(field, span)
    }

    fn one_of(&self, field: usize, (first, last): (Day, Day)) -> Result<Day, CellFault> {
        if first == last {
            return Ok(first);
        }
        let reason = format!(
            "The row covers {first} to {last}, so its spend cannot be put on one day. {}",
            self.by_day()
        );
        Err(CellFault::new(field, reason))
    }

    fn by_day(&self) -> &'static str {
        self.platform.by_day
    }

    pub fn no_day(&self) -> CellFault {
        let reason = format!(
            "The row names no day, and no other row of the file spreads it over days. {}",
            self.by_day()
        );
        CellFault::new(DAY, reason)
    }

    fn currency(&self, cells: &Cells<'_>) -> Result<Currency, (CellFault, Option<Found>)> {
        let unknown = |field, code: &str| {
            let reason = format!(
                "{code:?} is no currency that is known, so the spend is not taken in. Write its \
                 code of three letters and import the row again."
            );
            let (row, name) = (cells.line, code.to_owned());
            let found = Found::Unknown { row, kind: UnknownKind::Currency, name };
            (CellFault::new(field, reason), Some(found))
        };
        if let Some(code) = &self.bracket {
            return Currency::parse(code).map_err(|_| unknown(SPEND, code));
        }
        let code = cells.text(CURRENCY);
        if !is_nothing(&code) {
            let parsed = Currency::parse(&code.to_ascii_uppercase());
            return parsed.map_err(|_| unknown(CURRENCY, &code));
        }
        self.currency.ok_or_else(|| {
            let reason = "The file does not say in which currency this was spent. Import it again \
                and name the currency (--currency EUR), or export it with that column.";
            (CellFault::new(CURRENCY, reason), None)
        })
    }

    /// The refusal of a row, with the day where only the lines before the header name it.
    pub fn refuse(&self, cells: &Cells<'_>, fault: CellFault) -> Refusal {
        let mut refusal = cells.refuse(fault);
        if let (false, false, Some((day, last))) = (self.has_day, self.has_span, self.span)
            && day == last
        {
            let name = &self.names[DAY];
            refusal.raw = format!("{{\"{name}\":\"{day}\",{}", &refusal.raw[1..]);
        }
        refusal
    }

    pub fn refused(&self, cells: &Cells<'_>, fault: CellFault) -> Found {
        Found::Refused(self.refuse(cells, fault))
    }

    /// One row that stands for rows that were added up, to be tried again beside a refused one.
    pub fn raw(&self, (day, currency): (Day, Currency), name: &str, parts: Part<'_>) -> String {
        let (sku, counted) = parts;
        let decimal = |number: Decimal| match self.mark {
            Mark::Point => number.to_string(),
            Mark::Comma => number.to_string().replace('.', ","),
        };
        let days: &[usize] = if self.has_day || !self.has_span { &[DAY] } else { &[FROM, TO] };
        let mut cells: Vec<(usize, String)> =
            days.iter().map(|field| (*field, day.to_string())).collect();
        cells.push((CAMPAIGN, name.to_owned()));
        cells.push((SPEND, decimal(counted.amount)));
        if self.bracket.is_none() {
            cells.push((CURRENCY, currency.code().to_owned()));
        }
        cells.push((SKU, sku.unwrap_or_default().to_owned()));
        let count = |count: Option<i64>| count.map(|count| count.to_string()).unwrap_or_default();
        cells.push((IMPRESSIONS, count(counted.impressions)));
        cells.push((CLICKS, count(counted.clicks)));
        let text = |number: Option<Decimal>| number.map(decimal).unwrap_or_default();
        cells.push((super::CONVERSIONS, text(counted.conversions)));
        cells.push((super::VALUE, text(counted.value)));
        let named = cells.into_iter().filter(|(field, _)| !self.names[*field].is_empty());
        csv::raw_row(named.map(|(field, text)| (self.names[field].as_ref(), text)))
    }
}

/// A product of a campaign and what it comes to.
pub type Part<'a> = (Option<&'a str>, &'a Counted);

fn count(cells: &Cells<'_>, figures: Figures, amount: Decimal) -> Result<Counted, CellFault> {
    let decimal = |field: Option<usize>| match field {
        Some(field) => cells.decimal(field),
        None => Ok(None),
    };
    Ok(Counted {
        rows: 1,
        amount,
        impressions: cells.count(IMPRESSIONS)?,
        clicks: cells.count(CLICKS)?,
        conversions: decimal(figures.conversions)?,
        value: decimal(figures.value)?,
    })
}

/// The campaign's name, its number where it has none.
fn find_campaign(cells: &Cells<'_>) -> Result<Option<String>, CellFault> {
    let name = cells.text(CAMPAIGN);
    if !is_nothing(&name) {
        return Ok(Some(name.into_owned()));
    }
    if is_nothing(&cells.text(CAMPAIGN_ID)) {
        return Ok(None);
    }
    cells.id(CAMPAIGN_ID).map(Some)
}

fn is_all(text: &str) -> bool {
    const ALL: [&str; 8] = ["all", "alle", "tous", "toutes", "todos", "todas", "tutti", "tutte"];
    is_nothing(text) || ALL.iter().any(|all| text.eq_ignore_ascii_case(all))
}

fn is_nothing(text: &str) -> bool {
    text.trim_matches(['-', '\u{2013}', '\u{2014}', ' ']).is_empty()
}

/// The range of the lines before the header, with or without a word before it.
fn find_span(preamble: &str) -> Option<(Day, Day)> {
    preamble.lines().find_map(|line| {
        let line = line.trim_matches(['"', ' ', ',', ';', '\t', '\u{feff}']);
        let after_word = line.split_once(':').map(|(_, rest)| rest.trim());
        when::parse_span(line).ok().or_else(|| when::parse_span(after_word?).ok())
    })
}

/// `Currency: EUR` before the header.
fn find_currency(preamble: &str, platform: &Platform) -> Option<Currency> {
    preamble.lines().find_map(|line| {
        let (word, code) = line.split_once([':', ',', ';', '\t'])?;
        let word = crate::connectors::kit::sheet::normal(word);
        let is_currency = platform.fields[CURRENCY].names.contains(&word.as_str());
        let code = code.trim_matches(['"', ' ', ',', ';', '\t']).to_ascii_uppercase();
        if is_currency { Currency::parse(&code).ok() } else { None }
    })
}
