//! Amounts, units, days and codes as the export's cells write them, and which cell cannot be read.

use super::wire::{Column, Row};
use crate::base::{Currency, Decimal, Instant};
use crate::connectors::contract::ReadCtx;
use crate::connectors::kit::decode;

/// Why the order is refused, and where.
#[derive(Debug)]
pub struct Problem {
    pub line: u64,
    pub column: Column,
    pub reason: String,
}

pub fn read_currency(head: &Row, ctx: &ReadCtx) -> Result<Currency, Problem> {
    match (head.text(Column::Currency), ctx.currency) {
        ("", Some(currency)) => Ok(currency),
        ("", None) => Err(problem(head, Column::Currency, "the order names no currency")),
        (code, _) => Currency::parse(&code.to_ascii_uppercase())
            .map_err(|fault| problem(head, Column::Currency, fault.to_string())),
    }
}

/// Whole units above 0; `2.0` is 2.
pub fn read_quantity(row: &Row) -> Result<i64, Problem> {
    let text = row.text(Column::Quantity);
    let whole = Decimal::parse(text).ok().and_then(|quantity| match quantity.parts() {
        (units, 1) if units > 0 => i64::try_from(units).ok(),
        _ => None,
    });
    whole.ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        let reason = format!("{shown:?} is not a whole number of units above 0");
        problem(row, Column::Quantity, reason)
    })
}

pub fn read_minor(row: &Row, column: Column, currency: Currency) -> Result<i64, Problem> {
    decode::minor_or_zero(row.text(column), currency).map_err(|reason| problem(row, column, reason))
}

pub fn read_instant(row: &Row, column: Column, ctx: &ReadCtx) -> Result<Instant, Problem> {
    let text = row.text(column);
    parse_instant(text, ctx).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        let reason = format!("{shown:?} is not a time such as 2026-03-06 08:58:42 +0100");
        problem(row, column, reason)
    })
}

/// `2025-08-16 17:27:55 +0100`; also what Shopify's API and spreadsheets write.
pub fn parse_instant(text: &str, ctx: &ReadCtx) -> Option<Instant> {
    if let Some((local, offset)) = text.rsplit_once(' ')
        && let Some((day, time)) = local.split_once(' ')
    {
        let utc = Instant::parse(&format!("{day}T{time}Z")).ok()?;
        return Some(utc.plus_seconds(-offset_seconds(offset)?));
    }
    Instant::parse(text).or_else(|_| Instant::parse_local(text, &ctx.zone)).ok()
}

/// `+0100`, `-05:00`, `UTC`.
fn offset_seconds(text: &str) -> Option<i64> {
    if text == "UTC" || text == "GMT" {
        return Some(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    Some(sign * (number / 100 * 3600 + number % 100 * 60))
}

pub fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}

pub fn problem(row: &Row, column: Column, reason: impl Into<String>) -> Problem {
    Problem { line: row.line, column, reason: reason.into() }
}

/// Shopify guards a number that is no amount (a barcode used as SKU) with one `'`.
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|sign: char| sign.is_ascii_digit()) => rest,
        _ => text,
    }
}
