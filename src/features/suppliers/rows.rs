//! A price list as rows of text. What is wrong in a row is told with its line, and then nothing is
//! taken.

use crate::base::{Currency, Day, Decimal};
use crate::connectors::kit::decode::unwrap_cell;
use crate::domain::purchase::supplier::SupplierPrice;
use crate::web::csv as text;
use crate::web::words::purchasing as told;

const HEADS: [&str; 8] =
    ["sku", "code", "unit_cost", "currency", "moq", "pack", "from_quantity", "valid_from"];
const ROWS_MAX: usize = 20_000;
const NAME_CHARS_MAX: usize = 200;
const UNITS_MAX: i64 = 1_000_000_000;

pub fn write_list(prices: &[SupplierPrice]) -> String {
    let row = |price: &SupplierPrice| {
        vec![
            price.sku.clone(),
            price.code.clone(),
            price.unit_cost.to_string(),
            price.currency.code().to_owned(),
            price.moq.to_string(),
            price.pack.to_string(),
            price.from_quantity.to_string(),
            price.valid_from.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = prices.iter().map(row).collect();
    text::write(&HEADS.map(str::to_owned), &rows)
}

/// Reads rows under heads in any order; `sku` and `unit_cost` must be there. Without a currency
/// the supplier's own is meant, without a day today.
///
/// # Errors
/// A sentence with the line that is wrong.
pub fn read_list(
    list: &str,
    (currency, today): (Currency, Day),
) -> Result<Vec<SupplierPrice>, String> {
    let list = list.trim_start_matches('\u{FEFF}');
    let head = list.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|mark| head.bytes().filter(|byte| byte == mark).count());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter.filter(|mark| head.as_bytes().contains(mark)).unwrap_or(b','))
        .flexible(true)
        .from_reader(list.as_bytes());
    let heads = reader.headers().map_err(|_| told::PRICES_EMPTY.to_owned())?.clone();
    let place =
        |name: &str| heads.iter().position(|head| unwrap_cell(head).eq_ignore_ascii_case(name));
    let places = HEADS.map(place);
    for (index, name) in [(0, "sku"), (2, "unit_cost")] {
        if places[index].is_none() {
            return Err(told::prices_head_wrong(name));
        }
    }
    let mut rows: Vec<SupplierPrice> = Vec::new();
    for (number, record) in (2_u64..).zip(reader.records()) {
        let line = |what: &str| told::prices_row_wrong(&number.to_string(), what);
        let record = record.map_err(|_| line(told::PRICES_SKU_WRONG))?;
        let cell = |index: usize| {
            let found = places[index].and_then(|place| record.get(place));
            found.map(unwrap_cell).filter(|cell| !cell.is_empty())
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let row = read_row(cell, (currency, today)).map_err(line)?;
        if rows.iter().any(|other| other.key() == row.key()) {
            return Err(line(&told::prices_twice(&row.sku)));
        }
        rows.push(row);
        if rows.len() > ROWS_MAX {
            return Err(line(told::PRICES_TOO_MANY));
        }
    }
    if rows.is_empty() { Err(told::PRICES_EMPTY.to_owned()) } else { Ok(rows) }
}

fn read_row<'a>(
    cell: impl Fn(usize) -> Option<&'a str>,
    (currency, today): (Currency, Day),
) -> Result<SupplierPrice, &'static str> {
    let sku = cell(0).filter(|sku| sku.chars().count() <= NAME_CHARS_MAX);
    let cost = cell(2).and_then(|text| Decimal::parse(text).ok());
    let cost = cost.filter(|cost| !cost.is_negative()).ok_or(told::PRICES_COST_WRONG)?;
    let currency = match cell(3) {
        Some(code) => Currency::parse(code).map_err(|_| told::PRICES_CURRENCY_WRONG)?,
        None => currency,
    };
    let whole = |index: usize| match cell(index) {
        Some(text) => {
            let units = text.parse::<i64>().ok().filter(|units| (1..=UNITS_MAX).contains(units));
            units.ok_or(told::PRICES_NUMBER_WRONG)
        }
        None => Ok(1),
    };
    let valid_from = match cell(7) {
        Some(text) => Day::parse(text).map_err(|_| told::PRICES_DAY_WRONG)?,
        None => today,
    };
    Ok(SupplierPrice {
        sku: sku.ok_or(told::PRICES_SKU_WRONG)?.to_owned(),
        code: cell(1).unwrap_or_default().chars().take(NAME_CHARS_MAX).collect(),
        unit_cost: cost,
        currency,
        moq: whole(4)?,
        pack: whole(5)?,
        from_quantity: whole(6)?,
        valid_from,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_it(list: &str) -> Result<Vec<SupplierPrice>, String> {
        read_list(list, (Currency::EUR, Day::parse("2026-11-20").unwrap()))
    }

    #[test]
    fn a_list_reads_as_it_was_written() {
        let list =
            "sku;unit_cost;moq;pack;code\r\n\"MUG;RED\";4.205;50;12;P-1\r\n\r\n-BOX;0;;;\r\n";
        let read = read_it(list).unwrap();
        let told: Vec<(&str, String, i64, i64)> = read
            .iter()
            .map(|one| (one.sku.as_str(), one.unit_cost.to_string(), one.moq, one.pack))
            .collect();
        let expected = [("MUG;RED", "4.205".to_owned(), 50, 12), ("-BOX", "0".to_owned(), 1, 1)];
        assert_eq!(told, expected);
        let written = write_list(&read);
        assert!(written.contains("'-BOX"), "no cell begins a formula: {written}");
        assert_eq!(read_it(&written).unwrap(), read);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let check = |list: &str, expected: &str| {
            let fault = read_it(list).unwrap_err();
            assert!(fault.contains(expected), "{list}: {fault}");
        };
        check("", "sku");
        check("sku,price\nA,1", "unit_cost");
        check("sku,unit_cost\n", told::PRICES_EMPTY);
        check("sku,unit_cost\nA,1\n,2", "Line 3");
        check("sku,unit_cost\nA,four", told::PRICES_COST_WRONG);
        check("sku,unit_cost\nA,-1", told::PRICES_COST_WRONG);
        check("sku,unit_cost,currency\nA,1,Euro", told::PRICES_CURRENCY_WRONG);
        check("sku,unit_cost,pack\nA,1,0", told::PRICES_NUMBER_WRONG);
        check("sku,unit_cost,valid_from\nA,1,1.3.2026", told::PRICES_DAY_WRONG);
        check("sku,unit_cost\nA,1\nA,2", "Line 3: A has this day and step twice.");
    }
}
