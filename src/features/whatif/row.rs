//! One assumption as the fields of a form: what was typed stays whatever was wrong with it. An
//! assumption that the fields cannot tell is carried along as it is.

use std::collections::HashMap;

use crate::base::{Currency, Day, Decimal};
use crate::domain::rules::{HandlingCostRule, PaymentFeeRule, Per, ShippingCostRule};
use crate::domain::scenario::{Amount, Assumption, Change, Costs, Goods, RateChange};
use crate::web::words::whatif::{ALL_PRODUCTS, wrong};

/// Names of the fields, behind the column and the number of the row.
pub const FIELDS: [&str; 8] = ["kind", "of", "value", "unit", "text", "extra", "from", "raw"];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub kind: String,
    pub of: String,
    pub value: String,
    pub unit: String,
    pub text: String,
    pub extra: String,
    pub from: String,
    /// The assumption as JSON, where the other fields cannot tell it.
    pub raw: String,
}

/// What the words of a row may mean.
pub struct Terms {
    pub reporting: Currency,
    pub groups: Vec<String>,
    pub skus: Vec<String>,
}

pub const PERCENT: &str = "percent";
pub const AMOUNT: &str = "amount";

impl Row {
    /// An empty row of a kind.
    pub fn new(kind: &str) -> Self {
        Self { kind: kind.to_owned(), unit: PERCENT.to_owned(), ..Self::default() }
    }

    pub fn from_form(form: &HashMap<String, String>, prefix: &str) -> Option<Self> {
        let get = |field: &str| {
            let value = form.get(&format!("{prefix}{field}"));
            value.map(|value| value.trim().chars().take(4_000).collect()).unwrap_or_default()
        };
        form.contains_key(&format!("{prefix}kind")).then(|| Self {
            kind: get("kind"),
            of: get("of"),
            value: get("value"),
            unit: get("unit"),
            text: get("text"),
            extra: get("extra"),
            from: get("from"),
            raw: get("raw"),
        })
    }

    pub fn get(&self, field: &str) -> &str {
        match field {
            "kind" => &self.kind,
            "of" => &self.of,
            "value" => &self.value,
            "unit" => &self.unit,
            "text" => &self.text,
            "extra" => &self.extra,
            "from" => &self.from,
            _ => &self.raw,
        }
    }

    /// The fields of an assumption.
    pub fn of(assumption: &Assumption, terms: &Terms) -> Self {
        let row = plain(assumption);
        match row.read(terms) {
            Ok(read) if read == *assumption => row,
            _ => Self {
                kind: assumption.kind().to_owned(),
                raw: serde_json::to_string(assumption).unwrap_or_default(),
                ..Self::default()
            },
        }
    }

    /// # Errors
    /// A sentence: what is wrong, and how it is written.
    pub fn read(&self, terms: &Terms) -> Result<Assumption, String> {
        if !self.raw.is_empty() {
            let fault = |fault: serde_json::Error| fault.to_string();
            return serde_json::from_str(&self.raw).map_err(fault);
        }
        let named = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let of = || self.goods(terms);
        let percent = || number(&self.value);
        match self.kind.as_str() {
            "cost" => {
                Ok(Assumption::Cost { of: of()?, change: self.change(terms)?, from: self.day()? })
            }
            "price" => {
                Ok(Assumption::Price { of: of()?, change: self.change(terms)?, from: self.day()? })
            }
            "free_shipping" => {
                let from = Amount { amount: number(&self.value)?, currency: terms.reporting };
                Ok(Assumption::FreeShipping { from, country: None })
            }
            "shipping_charge" => {
                Ok(Assumption::ShippingCharge { change: self.change(terms)?, country: None })
            }
            "payment_fees" => {
                let fixed = match self.extra.as_str() {
                    "" => None,
                    text => Some(number(text)?),
                };
                let rule = PaymentFeeRule {
                    gateway: named(&self.text),
                    currency: None,
                    percent: Some(percent()?),
                    fixed,
                    minimum: None,
                    maximum: None,
                    returned_on_refund_percent: None,
                };
                Ok(Assumption::PaymentFees { rules: vec![rule] })
            }
            "commission" => {
                Ok(Assumption::Commission { percent: percent()?, store: named(&self.text) })
            }
            "shipping_cost" => {
                let rule = |cost| ShippingCostRule {
                    country: None,
                    up_to_grams: None,
                    cost,
                    currency: terms.reporting,
                    per: Per::Order,
                };
                Ok(Assumption::ShippingCost { costs: self.costs(rule)? })
            }
            "handling_cost" => {
                let currency = terms.reporting;
                let rule = |cost| HandlingCostRule { per: Per::Order, cost, currency };
                Ok(Assumption::HandlingCost { costs: self.costs(rule)? })
            }
            "ad_spend" => Ok(Assumption::AdSpend {
                percent: percent()?,
                platform: None,
                campaign: named(&self.text),
            }),
            "drop" => Ok(Assumption::Drop { of: of()? }),
            "rate" => {
                let code = self.text.to_uppercase();
                let currency = Currency::parse(&code).map_err(|_| wrong::CURRENCY.to_owned())?;
                let change = match self.unit.as_str() {
                    AMOUNT => RateChange::Fixed(number(&self.value)?),
                    _ => RateChange::Percent(percent()?),
                };
                Ok(Assumption::Rate { currency, change })
            }
            "expenses" => Ok(Assumption::Expenses { percent: percent()?, name: named(&self.text) }),
            "volume" => Ok(Assumption::Volume { of: of()?, percent: percent()?.negated() }),
            "more_orders" => {
                let count = self.value.parse().map_err(|_| wrong::VALUE.to_owned())?;
                Ok(Assumption::MoreOrders { count, of: of()? })
            }
            _ => Err(wrong::VALUE.to_owned()),
        }
    }

    fn goods(&self, terms: &Terms) -> Result<Goods, String> {
        let name = self.of.as_str();
        if name.is_empty() || name.eq_ignore_ascii_case(ALL_PRODUCTS) {
            Ok(Goods::All)
        } else if terms.groups.iter().any(|group| group == name) {
            Ok(Goods::Group(name.to_owned()))
        } else if terms.skus.iter().any(|sku| sku == name) {
            Ok(Goods::Sku(name.to_owned()))
        } else {
            Err(wrong::GOODS.to_owned())
        }
    }

    fn change(&self, terms: &Terms) -> Result<Change, String> {
        let value = number(&self.value)?;
        Ok(match self.unit.as_str() {
            AMOUNT => Change::To(Amount { amount: value, currency: terms.reporting }),
            _ => Change::Percent(value),
        })
    }

    fn costs<R>(&self, rule: impl FnOnce(Decimal) -> R) -> Result<Costs<R>, String> {
        let value = number(&self.value)?;
        Ok(match self.unit.as_str() {
            AMOUNT => Costs::Rules(vec![rule(value)]),
            _ => Costs::Percent(value),
        })
    }

    fn day(&self) -> Result<Option<Day>, String> {
        match self.from.as_str() {
            "" => Ok(None),
            text => Day::parse(text).map(Some).map_err(|_| wrong::DAY.to_owned()),
        }
    }
}

/// A number as people write it: `+5`, `−20`, `12.50`.
fn number(text: &str) -> Result<Decimal, String> {
    let text = text.replace('\u{2212}', "-");
    let text = text.strip_prefix('+').unwrap_or(&text);
    Decimal::parse(text).map_err(|_| wrong::VALUE.to_owned())
}

fn plain(assumption: &Assumption) -> Row {
    let mut row = Row::new(assumption.kind());
    let goods = |of: &Goods| match of {
        Goods::All => String::new(),
        Goods::Group(name) | Goods::Sku(name) => name.clone(),
    };
    let change = |row: &mut Row, change: &Change| match change {
        Change::Percent(percent) => row.value = percent.to_string(),
        Change::To(to) => {
            (row.value, row.unit) = (to.amount.to_string(), AMOUNT.to_owned());
        }
    };
    match assumption {
        Assumption::Cost { of, change: to, from } | Assumption::Price { of, change: to, from } => {
            row.of = goods(of);
            change(&mut row, to);
            row.from = from.map(|day| day.to_string()).unwrap_or_default();
        }
        Assumption::FreeShipping { from, .. } => row.value = from.amount.to_string(),
        Assumption::ShippingCharge { change: to, .. } => change(&mut row, to),
        Assumption::PaymentFees { rules } => {
            if let Some(rule) = rules.first() {
                row.text = rule.gateway.clone().unwrap_or_default();
                row.value = rule.percent.unwrap_or(Decimal::ZERO).to_string();
                row.extra = rule.fixed.map(|fixed| fixed.to_string()).unwrap_or_default();
            }
        }
        Assumption::Commission { percent, store } => {
            row.value = percent.to_string();
            row.text = store.clone().unwrap_or_default();
        }
        Assumption::ShippingCost { costs: Costs::Percent(percent) }
        | Assumption::HandlingCost { costs: Costs::Percent(percent) } => {
            row.value = percent.to_string();
        }
        Assumption::ShippingCost { costs: Costs::Rules(rules) } => {
            row.value = rules.first().map(|rule| rule.cost.to_string()).unwrap_or_default();
            row.unit = AMOUNT.to_owned();
        }
        Assumption::HandlingCost { costs: Costs::Rules(rules) } => {
            row.value = rules.first().map(|rule| rule.cost.to_string()).unwrap_or_default();
            row.unit = AMOUNT.to_owned();
        }
        Assumption::AdSpend { percent, campaign, .. } => {
            row.value = percent.to_string();
            row.text = campaign.clone().unwrap_or_default();
        }
        Assumption::Drop { of } => row.of = goods(of),
        Assumption::Rate { currency, change } => {
            row.text = currency.code().to_owned();
            match change {
                RateChange::Percent(percent) => row.value = percent.to_string(),
                RateChange::Fixed(rate) => {
                    (row.value, row.unit) = (rate.to_string(), AMOUNT.to_owned());
                }
            }
        }
        Assumption::Expenses { percent, name } => {
            row.value = percent.to_string();
            row.text = name.clone().unwrap_or_default();
        }
        Assumption::Volume { of, percent } => {
            row.of = goods(of);
            row.value = percent.negated().to_string();
        }
        Assumption::MoreOrders { count, of } => {
            row.of = goods(of);
            row.value = count.to_string();
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scenario::Scenario;

    fn terms() -> Terms {
        let reporting = Currency::EUR;
        Terms { reporting, groups: vec!["mugs".into()], skus: vec!["MUG-1".into()] }
    }

    #[test]
    fn every_assumption_comes_back_out_of_its_fields() {
        let all = r#"{"assumptions":[
            {"kind":"cost","of":{"group":"mugs"},"change":{"percent":"8"},"from":"2026-05-01"},
            {"kind":"price","of":{"sku":"MUG-1"},"change":{"to":{"amount":"26","currency":"EUR"}}},
            {"kind":"free_shipping","from":{"amount":"45","currency":"EUR"}},
            {"kind":"shipping_charge","change":{"percent":"-10"}},
            {"kind":"payment_fees","rules":[{"gateway":"stripe","percent":"1.4","fixed":"0.25"}]},
            {"kind":"payment_fees","rules":[{"percent":"1","maximum":"2"}]},
            {"kind":"commission","percent":"12","store":"market"},
            {"kind":"shipping_cost","costs":{"percent":"6"}},
            {"kind":"shipping_cost","costs":{"rules":[
                {"country":"DE","cost":"4.20","currency":"EUR"}]}},
            {"kind":"handling_cost","costs":{"rules":[{"cost":"0.5","currency":"EUR"}]}},
            {"kind":"ad_spend","percent":"-20","platform":"meta"},
            {"kind":"ad_spend","percent":"-20","campaign":"spring"},
            {"kind":"drop","of":{"sku":"GONE"}},
            {"kind":"rate","currency":"USD","change":{"fixed":"0.9"}},
            {"kind":"expenses","percent":"10","name":"Rent"},
            {"kind":"volume","of":"all","percent":"-6"},
            {"kind":"more_orders","count":38}]}"#;
        let scenario = Scenario::parse(all).unwrap();
        let mut raw = 0;
        for assumption in &scenario.assumptions {
            let row = Row::of(assumption, &terms());
            assert_eq!(row.read(&terms()).as_ref(), Ok(assumption));
            raw += i32::from(!row.raw.is_empty());
        }
        assert_eq!(raw, 4, "a maximum, a country, a platform and a product that is not sold");
    }

    #[test]
    fn what_is_typed_is_read_as_people_write_it() {
        let read = |row: Row| row.read(&terms());
        let price = |value: &str, of: &str| {
            read(Row { value: value.into(), of: of.into(), ..Row::new("price") })
        };
        assert!(price("+5", "mugs").is_ok() && price("−20", "All products").is_ok());
        assert_eq!(price("5 %", "mugs"), Err(wrong::VALUE.to_owned()));
        assert_eq!(price("5", "nothing"), Err(wrong::GOODS.to_owned()));
        let day = Row { value: "5".into(), from: "May".into(), ..Row::new("price") };
        assert_eq!(read(day), Err(wrong::DAY.to_owned()));
        let fewer = Row { value: "6".into(), ..Row::new("volume") };
        let percent = Decimal::parse("-6").unwrap();
        assert_eq!(read(fewer), Ok(Assumption::Volume { of: Goods::All, percent }));
    }
}
