//! Tax inside prices: taken out by the platform's own tax lines, else by the seller's dated
//! rule for the destination (PROFIT, section 4).

use super::component::Quality;
use super::engine::Case;
use crate::base::rate::mul_div_half_even;

/// How an order's tax is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Prices include it and it is taken out.
    Included,
    /// It stands on top of prices and is collected.
    OnTop,
    /// A seller not registered owes none: inside prices it is part of the sale, on top of them
    /// it is nobody's income.
    Nothing,
}

impl Treatment {
    pub fn of(case: &Case<'_>) -> Self {
        // What a marketplace remits is taken out whether or not the seller is registered.
        if !case.policy.vat_registered && !case.order.marketplace_remitted_tax {
            Self::Nothing
        } else if case.order.taxes_included {
            Self::Included
        } else {
            Self::OnTop
        }
    }
}

/// The tax on an amount that the order states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tax {
    pub minor: i64,
    pub quality: Quality,
    /// `19 % inside, DE`, where a rule made it.
    pub rule: Option<String>,
}

/// The tax on a net amount `minor` (after discounts). A stated tax decides; inside prices an
/// unknown one follows the rule; on top of prices it is nothing.
pub(super) fn tax_of(case: &Case<'_>, minor: i64, stated: Option<i64>) -> Tax {
    let known = |minor| Tax { minor, quality: Quality::Actual, rule: None };
    match (Treatment::of(case), stated) {
        (Treatment::Nothing, _) => known(0),
        (_, Some(stated)) => known(stated),
        (Treatment::OnTop, None) => known(0),
        (Treatment::Included, None) if minor == 0 => known(0),
        (Treatment::Included, None) => match by_rule(case, minor) {
            Some((tax_minor, rule)) => {
                Tax { minor: tax_minor, quality: Quality::Estimated, rule: Some(rule) }
            }
            None => Tax { minor: 0, quality: Quality::Missing, rule: None },
        },
    }
}

/// `minor × r / (100 + r)`, half to even, by the destination's rule of the order's day.
pub(super) fn by_rule(case: &Case<'_>, minor: i64) -> Option<(i64, String)> {
    let country = case.order.country.as_deref();
    let (_, rate) = case.policy.rules.find_vat_rate(country, case.day)?;
    let (numerator, denominator) = rate.rate.parts();
    let over = numerator.checked_add(denominator.checked_mul(100)?)?;
    let tax = mul_div_half_even(i128::from(minor), numerator, over)?;
    let place = rate.country.as_deref().unwrap_or("*");
    Some((tax, format!("VAT {} % {place}", rate.rate)))
}
