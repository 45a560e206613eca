//! The shop's own sales report (`reports/sales`), kept to be held against our figures.

use std::io::{BufRead, Read};

use serde_json::{Map, Value};

use crate::base::{Currency, Day, Decimal, Money};
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, Refusal};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::decode;
use crate::domain::record::{Record, StatedTotal};

const REPORT: &str = "woocommerce report-sales";
/// A report of ten years by day has less than a tenth of it.
const REPORT_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// The figures that are money; counts and the average are not kept.
const FIGURES: [&str; 6] =
    ["total_sales", "net_sales", "total_tax", "total_shipping", "total_discount", "total_refunds"];

pub fn recognise_report(head: &Head<'_>) -> Match {
    let text = head.text.trim_start_matches('\u{feff}').trim_start();
    let has = |mark: &str| text.contains(mark);
    let is_report = text.starts_with(['[', '{'])
        && has("\"total_sales\"")
        && has("\"net_sales\"")
        && has("\"totals_grouped_by\"");
    if is_report { Match::Yes } else { Match::No }
}

pub fn read_report(
    source: &mut dyn BufRead,
    ctx: &ReadCtx,
    emit: Emit<'_>,
) -> Result<(), FileFault> {
    let mut bytes = Vec::new();
    (&mut *source).take(REPORT_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > REPORT_BYTES_MAX {
        return Err(FileFault::not_this("The file is larger than any sales report."));
    }
    read_text(&decode::text(&bytes), None, ctx, emit)
}

/// As `read_report`, of an answer to a call for these days.
///
/// # Errors
/// As `read_report`.
pub fn read_answer(
    text: &str,
    asked: (Day, Day),
    ctx: &ReadCtx,
    emit: Emit<'_>,
) -> Result<(), FileFault> {
    read_text(text, Some(asked), ctx, emit)
}

fn read_text(
    text: &str,
    asked: Option<(Day, Day)>,
    ctx: &ReadCtx,
    emit: Emit<'_>,
) -> Result<(), FileFault> {
    let value: Value = serde_json::from_str(text)
        .map_err(|_| FileFault::not_this("The file is no readable JSON."))?;
    let asked = asked.or_else(|| asked_range(&value));
    let reports = unwrap_envelope(value);
    if reports.is_empty() || !reports.iter().all(|report| report.contains_key("total_sales")) {
        return Err(FileFault::not_this("The file is no sales report of WooCommerce."));
    }
    let currency = ctx.currency.ok_or_else(|| {
        FileFault::not_this(
            "The report names no currency. Name it with the import (--currency EUR), or add the \
             store first.",
        )
    })?;
    for report in &reports {
        read_figures(report, asked, currency, emit)?;
    }
    Ok(())
}

fn read_figures(
    report: &Map<String, Value>,
    asked: Option<(Day, Day)>,
    currency: Currency,
    emit: &mut dyn FnMut(Found) -> Result<(), FileFault>,
) -> Result<(), FileFault> {
    let range = asked.or_else(|| range_of(report));
    let mut records = Vec::new();
    for name in FIGURES {
        let text = match report.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => continue,
        };
        let Some(minor) = round(&text, currency) else {
            let shown: String = text.chars().take(40).collect();
            emit(Found::Refused(Refusal {
                row: 1,
                column: name.to_owned(),
                reason: format!("{shown:?} is not an amount; the figure was left out."),
                raw: format!("{name}={shown}"),
            }))?;
            continue;
        };
        records.push(Record::StatedTotal(StatedTotal {
            report: REPORT.to_owned(),
            from: range.map(|range| range.0),
            to: range.map(|range| range.1),
            name: name.to_owned(),
            amount: Money::new(minor, currency),
        }));
    }
    emit(Found::Records { row: 1, records })
}

/// Refunds come as a floating-point number, `161.40999999999997`: to the minor unit, half to even.
fn round(text: &str, currency: Currency) -> Option<i64> {
    let digits = match text.trim().split_once('.') {
        // What a decimal here can hold; the rest is the noise of the shop's arithmetic.
        Some((whole, fraction)) => {
            format!("{whole}.{}", fraction.chars().take(12).collect::<String>())
        }
        None => text.trim().to_owned(),
    };
    Decimal::parse(&digits).ok()?.to_minor(currency.digits())
}

/// The report itself, an array of it, or the answer kept with its request.
fn unwrap_envelope(value: Value) -> Vec<Map<String, Value>> {
    match value {
        Value::Array(items) => items.into_iter().flat_map(unwrap_envelope).collect(),
        Value::Object(mut members) => {
            if let Some(Value::Object(mut response)) = members.remove("response") {
                return response.remove("body").map(unwrap_envelope).unwrap_or_default();
            }
            vec![members]
        }
        _ => Vec::new(),
    }
}

/// The days that a kept request asked for, `date_min=2026-01-01&date_max=2026-12-31`.
fn asked_range(value: &Value) -> Option<(Day, Day)> {
    let path = value.get("request")?.get("path")?.as_str()?;
    let day = |name: &str| {
        let (_, query) = path.split_once('?')?;
        let pair = query.split('&').find_map(|pair| pair.strip_prefix(name))?;
        Day::parse(pair).ok()
    };
    Some((day("date_min=")?, day("date_max=")?))
}

/// From the first day of the first key of `totals` to the last day of the last one; the keys are
/// days or months.
fn range_of(report: &Map<String, Value>) -> Option<(Day, Day)> {
    let keys = report.get("totals")?.as_object()?.keys();
    let mut ranges = keys.filter_map(|key| {
        if let Ok(day) = Day::parse(key) {
            return Some((day, day));
        }
        let first = Day::parse(&format!("{key}-01")).ok()?;
        Some((first, first.plus_months(1).plus(-1)))
    });
    let first = ranges.next()?;
    Some(ranges.fold(first, |sum, range| (sum.0.min(range.0), sum.1.max(range.1))))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::base::Zone;

    fn read(text: &str, currency: Option<&str>) -> Result<Vec<Found>, FileFault> {
        let currency = currency.map(|code| Currency::parse(code).unwrap());
        let ctx = ReadCtx { currency, zone: Zone::utc(), store: None };
        let mut found = Vec::new();
        read_report(&mut Cursor::new(text.as_bytes()), &ctx, &mut |one| {
            found.push(one);
            Ok(())
        })?;
        Ok(found)
    }

    /// Name, amount in minor units, first and last day.
    fn figures(found: &[Found]) -> Vec<(String, i64, String)> {
        let [Found::Records { records, .. }] = found else { panic!("{found:?}") };
        let show = |record: &Record| match record {
            Record::StatedTotal(total) => {
                assert_eq!(total.report, "woocommerce report-sales");
                let days = format!("{:?} {:?}", total.from, total.to);
                (total.name.clone(), total.amount.minor, days)
            }
            other => panic!("{other:?}"),
        };
        records.iter().map(show).collect()
    }

    const REPORT: &str = r#"[{"total_sales":"100.50","net_sales":"80.00","total_tax":"16.00",
        "total_shipping":"4.5","total_discount":"0.00","total_refunds":61.40999999999997,
        "average_sales":"9.99","total_orders":3,"totals_grouped_by":"month",
        "totals":{"2026-02":{"sales":"1"},"2026-01":{"sales":"2"}}}]"#;

    #[test]
    fn every_figure_is_kept_with_its_days() {
        let found = read(REPORT, Some("EUR")).unwrap();
        let days = "Some(2026-01-01) Some(2026-02-28)";
        let expected = [
            ("total_sales", 10_050),
            ("net_sales", 8_000),
            ("total_tax", 1_600),
            ("total_shipping", 450),
            ("total_discount", 0),
            ("total_refunds", 6_141),
        ];
        let expected = expected.map(|(name, minor)| (name.to_owned(), minor, days.to_owned()));
        assert_eq!(figures(&found), expected);
    }

    #[test]
    fn a_kept_request_tells_its_days_exactly() {
        let kept = format!(
            "{{\"request\":{{\"path\":\"/wp-json/wc/v3/reports/sales?date_min=2026-01-15\
             &date_max=2026-02-14\"}},\"response\":{{\"status\":200,\"body\":{REPORT}}}}}"
        );
        let found = read(&kept, Some("EUR")).unwrap();
        assert_eq!(figures(&found)[0].2, "Some(2026-01-15) Some(2026-02-14)");
    }

    #[test]
    fn what_is_no_report_or_has_no_currency_is_refused_whole() {
        assert!(read(REPORT, None).unwrap_err().to_string().contains("--currency"));
        for text in ["[]", "{\"total\":1}", "total_sales", "[{\"total_sales\":\"1\"}, {}]"] {
            assert!(matches!(read(text, Some("EUR")), Err(FileFault::NotThisFormat { .. })));
        }
    }

    #[test]
    fn a_figure_that_is_no_amount_is_refused_alone() {
        let text = REPORT.replace("\"80.00\"", "\"plenty\"");
        let found = read(&text, Some("EUR")).unwrap();
        let Found::Refused(refused) = &found[0] else { panic!("{found:?}") };
        assert_eq!(refused.column, "net_sales");
        assert_eq!(figures(&found[1..]).len(), 5);
    }

    #[test]
    fn the_recorded_report_is_read_as_it_stands() {
        let sample = "woocommerce/recorded/report-sales.json";
        let Some(text) = crate::connectors::tests::find_sample(sample) else { return };
        let text = String::from_utf8(text).unwrap();
        let found = figures(&read(&text, Some("EUR")).unwrap());
        let minors: Vec<i64> = found.iter().map(|figure| figure.1).collect();
        assert_eq!(minors, [372_471, 331_046, 27_705, 13_720, 8_799, 16_141]);
        assert_eq!(found[0].2, "Some(2026-01-01) Some(2026-12-31)");
    }

    #[test]
    fn a_report_is_recognised_by_its_figures() {
        let head = |text: &'static str| Head {
            text,
            bytes: text.as_bytes(),
            whole: true,
            file_name: "report.json",
        };
        assert_eq!(recognise_report(&head(REPORT)), Match::Yes);
        assert_eq!(recognise_report(&head("[{\"total_sales\":1}]")), Match::No);
    }
}
