//! Input VAT: what a cost includes of tax that the seller gets back is taken out first
//! (PROFIT, section 4).

use crate::base::rate::{Fraction, mul_div_half_even};
use crate::base::{Currency, Day, Decimal};
use crate::domain::rules::{InputVatRule, VatSource, fits};

/// The rules that say so; none of them where the seller is not registered for VAT.
#[derive(Clone, Copy, Debug, Default)]
pub struct InputVat<'a>(&'a [InputVatRule]);

/// The amount that is asked about.
#[derive(Clone, Copy, Debug)]
pub struct VatAsk<'a> {
    pub source: VatSource,
    pub day: Day,
    pub currency: Currency,
    pub platform: Option<&'a str>,
    pub country: Option<&'a str>,
}

impl VatAsk<'_> {
    pub fn new(source: VatSource, day: Day, currency: Currency) -> Self {
        Self { source, day, currency, platform: None, country: None }
    }
}

impl<'a> InputVat<'a> {
    pub fn new(rules: &'a [InputVatRule], vat_registered: bool) -> Self {
        Self(if vat_registered { rules } else { &[] })
    }

    pub fn is_none(self) -> bool {
        self.0.is_empty()
    }

    /// Of the rules that fit the one with the latest `from` on or before the day.
    pub fn find(self, ask: VatAsk<'_>) -> Option<Share> {
        let mut best: Option<&InputVatRule> = None;
        for rule in self.0.iter().filter(|rule| rule.source == ask.source) {
            let in_force = rule.from.is_none_or(|from| from <= ask.day)
                && fits(rule.currency.as_deref(), Some(ask.currency.code()))
                && fits(rule.platform.as_deref(), ask.platform)
                && fits(rule.country.as_deref(), ask.country);
            if in_force && best.is_none_or(|found| rule.from > found.from) {
                best = Some(rule);
            }
        }
        best.filter(|rule| !rule.rate.is_zero()).map(|rule| Share { rate: rule.rate })
    }

    /// An amount without its recoverable VAT; `None` beyond 64 bits.
    pub fn net(self, minor: i64, ask: VatAsk<'_>) -> Option<i64> {
        match self.find(ask) {
            Some(share) => share.net(minor),
            None => Some(minor),
        }
    }
}

/// What is left of an amount: × 100 / (100 + rate).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub rate: Decimal,
}

impl Share {
    fn parts(self) -> Option<(i128, i128)> {
        let (numerator, denominator) = self.rate.parts();
        let over = denominator.checked_mul(100)?;
        Some((over, over.checked_add(numerator)?))
    }

    /// Rounded once, half to even.
    pub fn net(self, minor: i64) -> Option<i64> {
        let (over, under) = self.parts()?;
        mul_div_half_even(i128::from(minor), over, under)
    }

    /// A unit cost or rate without it, exact.
    pub fn net_of(self, gross: &Fraction) -> Option<Fraction> {
        let (over, under) = self.parts()?;
        Some(gross.times(&Fraction::new(over, under)?))
    }

    /// ` × 100 / 120`, for a trail.
    pub fn text(self) -> String {
        let hundred = Decimal::from_minor(100, 0);
        let with = hundred.checked_add(self.rate).map(|sum| sum.to_string()).unwrap_or_default();
        format!(" × 100 / {with}")
    }
}

/// ` × 100 / 120` where there is such a share, else nothing.
pub fn share_text(share: Option<Share>) -> String {
    share.map(Share::text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(source: VatSource, rate: &str, from: Option<&str>) -> InputVatRule {
        InputVatRule {
            source,
            rate: Decimal::parse(rate).unwrap(),
            from: from.map(|day| Day::parse(day).unwrap()),
            platform: None,
            currency: None,
            country: None,
        }
    }

    fn ask(source: VatSource, day: &str) -> VatAsk<'static> {
        VatAsk::new(source, Day::parse(day).unwrap(), Currency::EUR)
    }

    #[test]
    fn vat_is_taken_out_by_the_latest_rule_in_force_half_to_even() {
        let rules = [
            rule(VatSource::Fees, "20", Some("2025-01-01")),
            rule(VatSource::Fees, "21", Some("2026-01-01")),
            rule(VatSource::Labels, "19", None),
        ];
        let vat = InputVat::new(&rules, true);
        let net = |minor, source, day| vat.net(minor, ask(source, day)).unwrap();
        assert_eq!(net(1_20, VatSource::Fees, "2024-12-31"), 1_20);
        assert_eq!(net(1_20, VatSource::Fees, "2025-01-01"), 1_00);
        // 1.21 × 100 / 121; 5.00 × 100 / 119 = 4.2017.
        assert_eq!(net(1_21, VatSource::Fees, "2026-05-01"), 1_00);
        assert_eq!(net(5_00, VatSource::Labels, "2020-01-01"), 4_20);
        assert_eq!(net(5_00, VatSource::Costs, "2026-01-01"), 5_00);
        // 0.03 × 100 / 120 = 0.025, to even 0.02; a credit alike.
        assert_eq!(net(3, VatSource::Fees, "2025-06-01"), 2);
        assert_eq!(net(-9, VatSource::Fees, "2025-06-01"), -8);
    }

    #[test]
    fn a_seller_who_is_not_registered_gets_nothing_back() {
        let rules = [rule(VatSource::Fees, "20", None)];
        let vat = InputVat::new(&rules, false);
        assert_eq!(vat.net(1_20, ask(VatSource::Fees, "2026-01-01")), Some(1_20));
    }

    #[test]
    fn a_condition_keeps_a_rule_from_other_amounts() {
        let mut meta = rule(VatSource::AdSpend, "20", None);
        meta.platform = Some("meta".into());
        meta.currency = Some("EUR".into());
        let rules = [meta];
        let vat = InputVat::new(&rules, true);
        let of = |platform, currency: &str| {
            let currency = Currency::parse(currency).unwrap();
            let day = Day::parse("2026-01-01").unwrap();
            let ask = VatAsk::new(VatSource::AdSpend, day, currency);
            vat.net(1_20, VatAsk { platform: Some(platform), ..ask }).unwrap()
        };
        assert_eq!((of("meta", "EUR"), of("meta", "USD"), of("google", "EUR")), (100, 120, 120));
    }
}
