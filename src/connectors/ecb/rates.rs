//! What all layouts have in common: the rates of a file, judged as a whole before any is handed
//! out.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Currency, Day, Decimal};
use crate::connectors::contract::{Emit, Found};
use crate::connectors::fault::FileFault;
use crate::domain::record::rate::RateSource;
use crate::domain::record::{ExchangeRate, Record};

/// The ECB quotes about thirty; fewer than this is a page of something else, or half a file.
const CURRENCIES_MIN: usize = 10;
/// Rates that a file may hold: half a century of forty currencies a day.
const RATES_MAX: usize = 600_000;

/// The rates of one file, in its order.
#[derive(Default)]
pub struct Rates {
    published: Vec<Published>,
    /// Rate and row.
    by_key: BTreeMap<(Currency, Day), (Decimal, u64)>,
    /// Currencies that the file names, also those without any rate left.
    named: BTreeSet<String>,
    unknown: BTreeSet<String>,
}

struct Published {
    row: u64,
    day: Day,
    quote: Currency,
    rate: Decimal,
}

impl Rates {
    /// Takes note of a currency's code; `None` for one that we do not know.
    pub fn name_currency(&mut self, code: &str) -> Option<Currency> {
        let code: String = code.chars().take(20).collect();
        let currency = Currency::parse(&code).ok();
        if currency.is_none() {
            self.unknown.insert(code.clone());
        }
        self.named.insert(code);
        currency
    }

    /// # Errors
    /// `Broken` for a rate that is no decimal above 0, or contradicts an earlier one.
    pub fn push(
        &mut self,
        row: u64,
        day: Day,
        quote: Currency,
        text: &str,
    ) -> Result<(), FileFault> {
        let shown: String = text.chars().take(40).collect();
        let rate = Decimal::parse(text)
            .ok()
            .filter(|rate| rate.is_positive())
            .ok_or_else(|| refuse(row, format!("{shown:?} is no rate of {quote} on {day}")))?;
        match self.by_key.get(&(quote, day)) {
            Some((earlier, _)) if *earlier == rate => return Ok(()),
            Some((earlier, _)) => {
                return Err(refuse(
                    row,
                    format!("{quote} has two rates on {day}, {earlier} and {rate}"),
                ));
            }
            None => {}
        }
        if self.published.len() >= RATES_MAX {
            return Err(refuse(row, format!("the file has more than {RATES_MAX} rates")));
        }
        self.by_key.insert((quote, day), (rate, row));
        self.published.push(Published { row, day, quote, rate });
        Ok(())
    }

    /// Hands out the rates, those of one row together, once the file has proved whole.
    ///
    /// # Errors
    /// `Broken` for a file without rates or with too few currencies; what `emit` fails with.
    pub fn hand_out(self, emit: Emit<'_>) -> Result<(), FileFault> {
        if self.named.len() < CURRENCIES_MIN {
            return Err(FileFault::broken(format!(
                "The file names {} currencies, but the ECB publishes about thirty. It was \
                 probably cut off or changed; nothing of it was taken in. Download it again.",
                self.named.len()
            )));
        }
        if self.published.is_empty() {
            return Err(FileFault::broken("The file holds no rate; nothing of it was taken in."));
        }
        let euro = Currency::parse("EUR").map_err(|wrong| FileFault::broken(wrong.to_string()))?;
        for (row, what) in self.list_jumps() {
            emit(Found::Notice { row, what })?;
        }
        for code in &self.unknown {
            let what = format!("The currency {code:?} is not known here; its rates were left out.");
            emit(Found::Notice { row: 1, what })?;
        }
        for day in
            self.published.chunk_by(|left, right| left.row == right.row && left.day == right.day)
        {
            let records = day.iter().map(|rate| rate.to_record(euro)).collect();
            emit(Found::Records { row: day[0].row, records })?;
        }
        Ok(())
    }

    /// Rates more than 30 % away from the one before: taken in, but said.
    fn list_jumps(&self) -> Vec<(u64, String)> {
        let mut jumps = Vec::new();
        let mut before: Option<(Currency, Day, Decimal)> = None;
        for ((quote, day), (rate, row)) in &self.by_key {
            if let Some((other, earlier_day, earlier)) = before
                && other == *quote
                && is_jump(earlier, *rate)
            {
                jumps.push((
                    *row,
                    format!(
                        "{quote} went from {earlier} on {earlier_day} to {rate} on {day}, more \
                         than 30 % at once. The rate was taken in; check it if this surprises you."
                    ),
                ));
            }
            before = Some((*quote, *day, *rate));
        }
        jumps
    }
}

impl Published {
    fn to_record(&self, base: Currency) -> Record {
        Record::Rate(ExchangeRate {
            day: self.day,
            base,
            quote: self.quote,
            rate: self.rate,
            source: RateSource::Ecb,
        })
    }
}

/// Whether `later` differs from `earlier` by more than 30 %. Both are above 0 and have at most
/// 12 digits on either side of the point, so that the products stay within 128 bits.
fn is_jump(earlier: Decimal, later: Decimal) -> bool {
    let ((earlier, earlier_scale), (later, later_scale)) = (earlier.parts(), later.parts());
    let (earlier, later) = (earlier * later_scale, later * earlier_scale);
    10 * (later - earlier).abs() > 3 * earlier
}

/// A fault of one line, which refuses the file.
pub fn refuse(row: u64, what: impl std::fmt::Display) -> FileFault {
    FileFault::broken(format!(
        "Line {row}: {what}. Nothing of the file was taken in. Download it again from the ECB."
    ))
}

/// `2026-04-13`, or `13 April 2026` as the newest day's table writes it.
pub fn parse_day(text: &str) -> Option<Day> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    if let Ok(day) = Day::parse(text) {
        return Some(day);
    }
    let mut words = text.split_ascii_whitespace();
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?;
    let plain = |text: &str, digits: usize| {
        text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if words.next().is_some() || !plain(day, 2) || !plain(year, 4) {
        return None;
    }
    Day::from_civil(year.parse().ok()?, month as u32 + 1, day.parse().ok()?)
}
