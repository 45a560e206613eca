//! What the payment cost, from the meta data that a gateway's plugin may have left on the order.
//! Lenient in shape, strict in plausibility: a wrong fee is worse than none.

use serde_json::value::RawValue;

use super::wire::{Metas, Text};
use crate::base::{Currency, Decimal, Money};

/// A fee and who took it.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub fee: Money,
    /// For orders that name no payment method.
    pub gateway: &'static str,
}

/// A value of a fee that nobody would pay, or that is no amount.
#[derive(Debug, PartialEq, Eq)]
pub struct Implausible {
    pub key: &'static str,
}

/// The first plausible fee, and those passed over.
pub fn find(
    metas: &Metas,
    currency: Currency,
    total_minor: i64,
) -> (Option<Found>, Vec<Implausible>) {
    let mut passed_over = Vec::new();
    for key in KEYS {
        let Some(raw) = metas.raw(key.name) else { continue };
        if Text::of(raw).get().is_none() {
            continue;
        }
        let own = metas.text("_stripe_currency").filter(|_| key.gateway == "stripe");
        let stated = (key.read)(raw, metas, total_minor, currency);
        let fee = stated.and_then(|stated| {
            let code = stated.code.or(own).map(|code| code.to_ascii_uppercase());
            let currency = match code {
                Some(code) => Currency::parse(&code).ok()?,
                None => currency,
            };
            Some(Money::new(stated.value.to_minor(currency.digits())?, currency))
        });
        match fee.filter(|fee| is_plausible(*fee, total_minor, currency)) {
            Some(fee) => return (Some(Found { fee, gateway: key.gateway }), passed_over),
            None => passed_over.push(Implausible { key: key.name }),
        }
    }
    (None, passed_over)
}

/// Neither negative nor above 20 % of the total and one unit. A fee in the currency of the
/// payout cannot be held against the total.
fn is_plausible(fee: Money, total_minor: i64, currency: Currency) -> bool {
    let ceiling = total_minor / 5 + currency.scale();
    fee.minor >= 0 && (fee.currency != currency || fee.minor <= ceiling)
}

struct Key {
    name: &'static str,
    gateway: &'static str,
    read: fn(&RawValue, &Metas, i64, Currency) -> Option<Stated>,
}

struct Stated {
    value: Decimal,
    code: Option<String>,
}

/// In the order in which they are believed.
const KEYS: [Key; 7] = [
    Key { name: "_stripe_fee", gateway: "stripe", read: read_plain },
    Key { name: "Stripe Fee", gateway: "stripe", read: read_plain },
    Key { name: "_wcpay_transaction_fee", gateway: "woocommerce_payments", read: read_wcpay },
    Key { name: "_ppcp_paypal_fees", gateway: "paypal", read: read_paypal },
    Key { name: "PayPal Transaction Fee", gateway: "paypal", read: read_plain },
    Key { name: "_paypal_fee", gateway: "paypal", read: read_plain },
    Key { name: "_paypal_transaction_fee", gateway: "paypal", read: read_plain },
];

fn read_plain(raw: &RawValue, _: &Metas, _: i64, _: Currency) -> Option<Stated> {
    let value = Decimal::parse(Text::of(raw).get()?).ok()?;
    Some(Stated { value, code: None })
}

/// Some versions wrote minor units: then fee and net add up to the total in minor units.
fn read_wcpay(
    raw: &RawValue,
    metas: &Metas,
    total_minor: i64,
    currency: Currency,
) -> Option<Stated> {
    let value = Decimal::parse(Text::of(raw).get()?).ok()?;
    let net = metas.text("_wcpay_net").and_then(|net| Decimal::parse(&net).ok());
    if let Some(net) = net
        && currency.digits() > 0
        && value.checked_add(net) == Some(Decimal::from_minor(total_minor, 0))
        && let Some(minor) = value.to_minor(0)
    {
        return Some(Stated { value: Decimal::from_minor(minor, currency.digits()), code: None });
    }
    Some(Stated { value, code: None })
}

/// An object, or the same as PHP serialises it: `paypal_fee` with `currency_code` and `value`.
fn read_paypal(raw: &RawValue, _: &Metas, _: i64, _: Currency) -> Option<Stated> {
    let text = match raw.get().as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(raw.get()).ok()?,
        _ => raw.get().to_owned(),
    };
    // Both shapes are a sequence of quoted words, names before values; numbers are bare in JSON.
    let words: Vec<&str> = text
        .split(['"', '{', '}', ':', ',', ';', '[', ']'])
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect();
    let begin = words.iter().position(|word| matches!(*word, "paypal_fee" | "fee"))?;
    let part = &words[begin + 1..];
    let end = part
        .iter()
        .position(|word| word.ends_with("_amount") || *word == "net" || *word == "gross")
        .unwrap_or(part.len());
    let after = |name: &str| {
        let at = part[..end].iter().position(|word| *word == name)?;
        // PHP writes the type and length of the value (`s`, `4`) before it.
        let rest = &part[at + 1..end];
        Some(if rest.first() == Some(&"s") { *rest.get(2)? } else { *rest.first()? })
    };
    let value = Decimal::parse(after("value")?).ok()?;
    Some(Stated { value, code: after("currency_code").map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(metas: &str, total_minor: i64) -> (Option<(i64, String)>, usize) {
        let metas: Vec<String> = metas
            .split('|')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| format!("{{\"key\":\"{key}\",\"value\":{value}}}"))
            .collect();
        let metas: Metas = serde_json::from_str(&format!("[{}]", metas.join(","))).unwrap();
        let (found, passed_over) = find(&metas, Currency::parse("EUR").unwrap(), total_minor);
        (found.map(|it| (it.fee.minor, it.fee.currency.to_string())), passed_over.len())
    }

    #[test]
    fn each_gateways_fee_is_read_where_its_plugin_writes_it() {
        let check = |metas: &str, expected: Option<(i64, &str)>, why: &str| {
            let expected = expected.map(|(minor, code)| (minor, code.to_owned()));
            assert_eq!(found(metas, 10_000), (expected, 0), "{why}");
        };
        check("_stripe_fee=\"1.28\"|_stripe_currency=\"EUR\"", Some((128, "EUR")), "stripe");
        check("_stripe_fee=1.285|_stripe_currency=\"usd\"", Some((128, "USD")), "payout's money");
        check("Stripe Fee=\"0.9\"", Some((90, "EUR")), "an old stripe");
        check("_wcpay_transaction_fee=\"1.75\"|_wcpay_net=\"98.25\"", Some((175, "EUR")), "wcpay");
        check("_wcpay_transaction_fee=175|_wcpay_net=9825", Some((175, "EUR")), "minor units");
        check("PayPal Transaction Fee=\"3.20\"", Some((320, "EUR")), "an old paypal");
        check("_stripe_fee=\"1.00\"|_paypal_fee=\"2.00\"", Some((100, "EUR")), "the first wins");
        check("_stripe_fee=\"\"|_paypal_fee=\"2.00\"", Some((200, "EUR")), "an empty one is none");
        check("_stripe_fee=\"0\"", Some((0, "EUR")), "a known fee of nothing");
        check("other=\"9\"", None, "none");
        let object = "_ppcp_paypal_fees={\"gross_amount\":{\"currency_code\":\"EUR\",\
                      \"value\":\"100.00\"},\"paypal_fee\":{\"currency_code\":\"USD\",\
                      \"value\":\"2.84\"},\"net_amount\":{\"currency_code\":\"EUR\",\
                      \"value\":\"97.16\"}}";
        check(object, Some((284, "USD")), "paypal, an object");
        let php = "_ppcp_paypal_fees=\"a:2:{s:10:\\\"paypal_fee\\\";a:2:{s:13:\
                   \\\"currency_code\\\";s:3:\\\"EUR\\\";s:5:\\\"value\\\";s:4:\\\"2.84\\\";}\
                   s:10:\\\"net_amount\\\";a:2:{s:13:\\\"currency_code\\\";s:3:\\\"EUR\\\";\
                   s:5:\\\"value\\\";s:5:\\\"97.16\\\";}}\"";
        check(php, Some((284, "EUR")), "paypal, serialised");
    }

    #[test]
    fn a_fee_that_nobody_would_pay_is_passed_over() {
        let check = |metas: &str, expected: (Option<(i64, String)>, usize)| {
            assert_eq!(found(metas, 10_000), expected, "{metas}");
        };
        check("_stripe_fee=\"21.00\"", (Some((2100, "EUR".to_owned())), 0));
        check("_stripe_fee=\"21.01\"", (None, 1));
        check("_stripe_fee=\"-1.00\"", (None, 1));
        check("_stripe_fee=\"a lot\"|_paypal_fee=1.5", (Some((150, "EUR".to_owned())), 1));
        check("_ppcp_paypal_fees={\"gross\":1}", (None, 1));
        check("_stripe_fee=\"1\"|_stripe_currency=\"euros\"", (None, 1));
    }
}
