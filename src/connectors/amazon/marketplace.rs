//! Amazon's marketplaces: where most of their buyers are, in what they pay, and whether the
//! prices that they see hold the tax.

/// How a marketplace states prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prices {
    /// With VAT of a European country, whose rates are whole or half percents.
    HoldVat,
    /// With another tax.
    HoldTax,
    /// Tax comes on top.
    WithoutTax,
}

pub struct Marketplace {
    /// As Amazon writes it, in lower case.
    pub name: &'static str,
    pub country: &'static str,
    pub currency: &'static str,
    pub prices: Prices,
}

const fn marketplace(
    name: &'static str,
    country: &'static str,
    currency: &'static str,
    prices: Prices,
) -> Marketplace {
    Marketplace { name, country, currency, prices }
}

static MARKETPLACES: [Marketplace; 23] = [
    marketplace("amazon.de", "DE", "EUR", Prices::HoldVat),
    marketplace("amazon.fr", "FR", "EUR", Prices::HoldVat),
    marketplace("amazon.it", "IT", "EUR", Prices::HoldVat),
    marketplace("amazon.es", "ES", "EUR", Prices::HoldVat),
    marketplace("amazon.nl", "NL", "EUR", Prices::HoldVat),
    marketplace("amazon.se", "SE", "SEK", Prices::HoldVat),
    marketplace("amazon.pl", "PL", "PLN", Prices::HoldVat),
    marketplace("amazon.ie", "IE", "EUR", Prices::HoldVat),
    marketplace("amazon.com.be", "BE", "EUR", Prices::HoldVat),
    marketplace("amazon.co.uk", "GB", "GBP", Prices::HoldVat),
    marketplace("amazon.com.tr", "TR", "TRY", Prices::HoldTax),
    marketplace("amazon.ae", "AE", "AED", Prices::HoldTax),
    marketplace("amazon.sa", "SA", "SAR", Prices::HoldTax),
    marketplace("amazon.eg", "EG", "EGP", Prices::HoldTax),
    marketplace("amazon.in", "IN", "INR", Prices::HoldTax),
    marketplace("amazon.co.za", "ZA", "ZAR", Prices::HoldTax),
    marketplace("amazon.com.mx", "MX", "MXN", Prices::HoldTax),
    marketplace("amazon.com.br", "BR", "BRL", Prices::HoldTax),
    marketplace("amazon.co.jp", "JP", "JPY", Prices::HoldTax),
    marketplace("amazon.com.au", "AU", "AUD", Prices::HoldTax),
    marketplace("amazon.sg", "SG", "SGD", Prices::HoldTax),
    marketplace("amazon.ca", "CA", "CAD", Prices::WithoutTax),
    marketplace("amazon.com", "US", "USD", Prices::WithoutTax),
];

/// By its name in lower case.
pub fn find(name: &str) -> Option<&'static Marketplace> {
    MARKETPLACES.iter().find(|marketplace| marketplace.name == name)
}

/// The home country of a marketplace whose prices include VAT.
pub fn find_vat_country(name: &str) -> Option<&'static str> {
    find(name)
        .filter(|marketplace| marketplace.prices == Prices::HoldVat)
        .map(|marketplace| marketplace.country)
}

/// Orders of other channels that Amazon only ships.
pub fn is_mcf(marketplace: &str, order: &str) -> bool {
    let begins_with_s = order
        .strip_prefix('S')
        .is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()));
    is_mcf_marketplace(marketplace) || (marketplace.is_empty() && begins_with_s)
}

pub fn is_mcf_marketplace(marketplace: &str) -> bool {
    marketplace.to_ascii_lowercase().starts_with("non-amazon")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Currency;

    #[test]
    fn every_marketplace_is_known_by_one_name_and_pays_in_a_currency() {
        for (index, marketplace) in MARKETPLACES.iter().enumerate() {
            assert_eq!(marketplace.name, marketplace.name.to_lowercase());
            assert!(Currency::parse(marketplace.currency).is_ok(), "{}", marketplace.name);
            let twice = MARKETPLACES[..index].iter().any(|other| other.name == marketplace.name);
            assert!(!twice, "{}", marketplace.name);
        }
        assert_eq!(find_vat_country("amazon.co.uk"), Some("GB"));
        assert_eq!(find_vat_country("amazon.co.jp"), None);
    }
}
