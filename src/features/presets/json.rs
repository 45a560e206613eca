//! Other tools' figures as JSON, CSV and text.

use serde_json::{Value, json};

use crate::base::money::decimal_text;
use crate::reports::preset::{PresetReport, PresetReports};
use crate::web::csv;
use crate::web::words::preset as told;

pub fn reports(all: &PresetReports) -> Value {
    let money = |minor| decimal_text(minor, all.currency.digits());
    let list = |rows: &[(&'static str, i64)]| -> Vec<Value> {
        rows.iter().map(|(name, minor)| json!({ "name": name, "amount": money(*minor) })).collect()
    };
    let one = |report: &PresetReport| {
        json!({
            "preset": report.preset.slug,
            "tool": report.preset.tool.name(),
            "figure": report.preset.figure,
            "rows": list(&report.rows),
            "theirs": money(report.theirs_minor),
            "differences": list(&report.differences),
            "our_figure": report.preset.ours.name(),
            "ours": money(report.ours_minor),
        })
    };
    json!({
        "currency": all.currency.code(),
        "from": all.range.from.to_string(),
        "to": all.range.to.to_string(),
        "presets": all.reports.iter().map(one).collect::<Vec<_>>(),
    })
}

/// A line for each row, then theirs, the differences and ours.
fn lines(report: &PresetReport) -> Vec<(&'static str, i64)> {
    let mut lines = report.rows.clone();
    lines.push(("theirs", report.theirs_minor));
    lines.extend(report.differences.iter().copied());
    lines.push(("ours", report.ours_minor));
    lines
}

pub fn csv(all: &PresetReports) -> String {
    let header = ["preset", "row", "amount", "currency"].map(str::to_owned);
    let mut rows = Vec::new();
    for report in &all.reports {
        for (name, minor) in lines(report) {
            rows.push(vec![
                report.preset.slug.to_owned(),
                name.to_owned(),
                decimal_text(minor, all.currency.digits()),
                all.currency.code().to_owned(),
            ]);
        }
    }
    csv::write(&header, &rows)
}

pub fn text(all: &PresetReports) -> String {
    let mut text = format!("{}, {} to {}\n", all.currency, all.range.from, all.range.to);
    for report in &all.reports {
        let preset = report.preset;
        text.push_str(&format!("{}\n", told::title(preset.tool.name(), preset.figure)));
        for (name, minor) in lines(report) {
            let amount = decimal_text(minor, all.currency.digits());
            text.push_str(&format!("  {name:<28} {amount:>14}\n"));
        }
    }
    text
}
