//! Where two sets of rules lead to different figures, lookup by lookup: what an order leans on is
//! asked under both. Which rule of several equal ones wins makes no difference.

use std::collections::BTreeSet;

use super::{Per, Rules, Target};
use crate::base::{Currency, Day, Decimal};

/// Days between which something differs; none is without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    pub from: Option<Day>,
    /// The first day on which it is alike again.
    pub until: Option<Day>,
}

#[derive(Clone, Copy)]
pub struct Differ<'a> {
    pub before: &'a Rules,
    pub after: &'a Rules,
}

impl Differ<'_> {
    fn differs<T: PartialEq>(&self, of: impl Fn(&Rules) -> T) -> bool {
        of(self.before) != of(self.after)
    }

    pub fn payment_fee(&self, gateway: Option<&str>, currency: Currency) -> bool {
        self.differs(|rules| {
            let found = rules.find_payment_fee(gateway, currency);
            found.map(|(_, rule)| {
                let (least, most) = (rule.minimum, rule.maximum);
                (rule.percent, rule.fixed, least, most, rule.returned_on_refund_percent)
            })
        })
    }

    /// For some weight.
    pub fn shipping(&self, country: Option<&str>) -> bool {
        self.differs(|rules| {
            let mut list: Vec<(Option<i64>, Decimal, Currency, Per)> = Vec::new();
            for rule in &rules.shipping_costs {
                if !super::fits(rule.country.as_deref(), country) {
                    continue;
                }
                // What was let through before is never reached again.
                let reached = |limit: &Option<i64>| match (limit, rule.up_to_grams) {
                    (None, _) => false,
                    (Some(limit), Some(mine)) => mine > *limit,
                    (Some(_), None) => true,
                };
                if list.iter().all(|(limit, ..)| reached(limit)) {
                    list.push((rule.up_to_grams, rule.cost, rule.currency, rule.per));
                }
            }
            list
        })
    }

    pub fn handling(&self) -> bool {
        self.differs(|rules| {
            let found = rules.find_handling_costs();
            found.map(|(_, rule)| (rule.per, rule.cost, rule.currency)).collect::<Vec<_>>()
        })
    }

    /// The days of orders to a country.
    pub fn list_vat_days(&self, country: Option<&str>) -> Vec<Between> {
        let all = self.before.vat_rates.iter().chain(&self.after.vat_rates);
        let steps: BTreeSet<Day> = all.filter_map(|rate| rate.from).collect();
        let differs = |day: Day| {
            self.differs(|rules| rules.find_vat_rate(country, day).map(|(_, rate)| rate.rate))
        };
        let first = steps.first().map_or(Day(0), |day| day.plus(-1));
        let mut list = Vec::new();
        let steps: Vec<Option<Day>> =
            std::iter::once(None).chain(steps.into_iter().map(Some)).collect();
        for (index, from) in steps.iter().enumerate() {
            if differs(from.unwrap_or(first)) {
                let until = steps.get(index + 1).copied().flatten();
                list.push(Between { from: *from, until });
            }
        }
        list
    }

    pub fn guess(&self, sku: Option<&str>) -> bool {
        self.differs(|rules| rules.find_cost_guess(sku).map(|(_, guess)| guess.percent))
    }

    /// Whether the spend of a campaign may go elsewhere; `skus` are those that were sold.
    pub fn campaign(&self, platform: &str, campaign: &str, skus: &[String]) -> bool {
        let target = |rules: &Rules| rules.find_campaign_target(platform, campaign).cloned();
        match (target(self.before), target(self.after)) {
            (before, after) if before != after => true,
            (Some(Target::Group(name)), _) => skus
                .iter()
                .any(|sku| self.differs(|rules| rules.find_group(sku) == Some(name.as_str()))),
            _ => false,
        }
    }

    /// SKUs that are made of something else, and every bundle that holds one of them.
    pub fn list_bundles(&self) -> BTreeSet<String> {
        let (before, after) = (&self.before.bundles, &self.after.bundles);
        let skus: BTreeSet<&String> = before.iter().chain(after).map(|one| &one.sku).collect();
        let changed =
            skus.into_iter().filter(|sku| self.differs(|rules| rules.find_bundle(sku).cloned()));
        let holders = changed.flat_map(|sku| {
            let mut holders = self.before.list_holders(sku);
            holders.extend(self.after.list_holders(sku));
            holders
        });
        holders.collect()
    }

    /// Fee kinds of which a rule came, went or changed its place or class.
    pub fn list_fee_kinds(&self) -> BTreeSet<String> {
        let (before, after) = (&self.before.fee_kinds, &self.after.fee_kinds);
        let kinds: BTreeSet<&String> = before.iter().chain(after).map(|rule| &rule.kind).collect();
        let of = |kind: &String, rules: &Rules| {
            let own = rules.fee_kinds.iter().filter(|rule| rule.kind == *kind);
            own.cloned().collect::<Vec<_>>()
        };
        let changed = kinds.into_iter().filter(|kind| self.differs(|rules| of(kind, rules)));
        changed.cloned().collect()
    }

    /// Every country that a rule of either set names; any other is like any other.
    pub fn list_countries(&self) -> BTreeSet<String> {
        let of = |rules: &Rules| -> Vec<String> {
            let parcels = rules.shipping_costs.iter().map(|rule| &rule.country);
            let taxes = rules.vat_rates.iter().map(|rate| &rate.country);
            parcels.chain(taxes).flatten().filter(|code| *code != "*").cloned().collect()
        };
        of(self.before).into_iter().chain(of(self.after)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Rules {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_rule_for_one_country_touches_that_country_alone() {
        let before = rules(
            r#"{"shipping_costs":[{"country":"DE","up_to_grams":500,"cost":"4","currency":"EUR"},
                {"cost":"9","currency":"EUR"}],"vat_rates":[{"country":"DE","rate":"19"}]}"#,
        );
        let after = rules(
            r#"{"shipping_costs":[{"country":"DE","up_to_grams":500,"cost":"5","currency":"EUR"},
                {"cost":"9","currency":"EUR"},{"country":"AT","cost":"1","currency":"EUR"}],
                "vat_rates":[{"country":"DE","rate":"19"},
                    {"country":"DE","rate":"16","from":"2020-07-01"},
                    {"country":"DE","rate":"19","from":"2021-01-01"}]}"#,
        );
        let differ = Differ { before: &before, after: &after };
        assert!(differ.shipping(Some("DE")) && !differ.shipping(Some("FR")));
        // The rule for Austria stands behind one that fits all: it is never reached.
        assert!(!differ.shipping(Some("AT")) && !differ.shipping(None));
        let day = |text: &str| Day::parse(text).ok();
        let half = Between { from: day("2020-07-01"), until: day("2021-01-01") };
        assert_eq!(differ.list_vat_days(Some("DE")), [half]);
        assert_eq!(differ.list_vat_days(Some("AT")), []);
        assert_eq!(differ.list_countries().into_iter().collect::<Vec<_>>(), ["AT", "DE"]);
    }

    #[test]
    fn fees_guesses_and_campaigns_differ_only_where_they_are_looked_up() {
        let before = rules(
            r#"{"payment_fees":[{"gateway":"stripe","percent":"1"}],
                "groups":[{"name":"mugs","sku_prefix":"MUG-"}],
                "cost_guesses":[{"group":"mugs","percent":"40"}],
                "campaigns":[{"platform":"meta","campaign":"c","target":{"group":"mugs"}}]}"#,
        );
        let after = rules(
            r#"{"payment_fees":[{"gateway":"paypal","percent":"2"},
                    {"gateway":"stripe","percent":"1"}],
                "groups":[{"name":"mugs","sku_prefix":"MUG-"},{"name":"cups","sku_prefix":"C"}],
                "cost_guesses":[{"group":"mugs","percent":"40"},{"group":"cups","percent":"9"}],
                "campaigns":[{"platform":"meta","campaign":"c","target":{"group":"mugs"}}],
                "fee_kinds":[{"kind":"Odd","class":"payment_fees"}]}"#,
        );
        let differ = Differ { before: &before, after: &after };
        assert!(differ.payment_fee(Some("paypal"), Currency::EUR));
        assert!(!differ.payment_fee(Some("stripe"), Currency::EUR));
        assert!(!differ.payment_fee(None, Currency::EUR));
        assert!(differ.guess(Some("CUP")) && !differ.guess(Some("MUG-1")) && !differ.guess(None));
        assert!(!differ.campaign("meta", "c", &["MUG-1".to_owned(), "CUP".to_owned()]));
        assert_eq!(differ.list_fee_kinds().into_iter().collect::<Vec<_>>(), ["Odd"]);
        assert!(!differ.handling());
    }
}
