//! The figures of a period by another tool's definition, beside ours.

use super::ReportError;
use super::profit;
use crate::base::{Currency, Day, DayRange};
use crate::domain::ask::Ask;
use crate::domain::preset::{Preset, PresetRow};
use crate::domain::profit::convert::MissingRate;
use crate::domain::profit::figures::Figures;
use crate::store::Reader;

/// One preset's rows; `theirs` + `differences` = `ours`, to the minor unit.
#[derive(Clone, Debug)]
pub struct PresetReport {
    pub preset: &'static Preset,
    pub rows: Vec<(&'static str, i64)>,
    pub theirs_minor: i64,
    pub differences: Vec<(&'static str, i64)>,
    pub ours_minor: i64,
}

/// Presets over one period.
#[derive(Clone, Debug)]
pub struct PresetReports {
    pub currency: Currency,
    pub range: DayRange,
    pub reports: Vec<PresetReport>,
    pub missing_rates: Vec<MissingRate>,
}

/// # Errors
/// As `profit::run`.
pub fn run(
    reader: &Reader<'_>,
    ask: &Ask,
    presets: &[&'static Preset],
    today: Day,
) -> Result<PresetReports, ReportError> {
    let report = profit::run(reader, &ask.clone().by(&[]), today)?;
    Ok(PresetReports {
        currency: report.currency,
        range: report.range,
        reports: presets.iter().map(|preset| by(preset, &report.total)).collect(),
        missing_rates: report.missing_rates,
    })
}

fn by(preset: &'static Preset, figures: &Figures) -> PresetReport {
    let list = |rows: &[PresetRow]| -> Vec<(&'static str, i64)> {
        rows.iter().map(|row| (row.name, row.of(figures))).collect()
    };
    PresetReport {
        preset,
        rows: list(preset.rows),
        theirs_minor: preset.theirs(figures),
        differences: list(preset.differences),
        ours_minor: figures.subtotal(preset.ours),
    }
}
