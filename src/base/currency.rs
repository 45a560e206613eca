//! ISO 4217 currency codes and the number of digits after the point that each of them has.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A known currency code, three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// The text is not the code of a currency that we know.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{code:?} is not a currency code")]
pub struct UnknownCurrency {
    pub code: String,
}

/// Codes without minor units.
const DIGITS_0: &str =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF TRL ROL";
/// Codes whose minor unit is a thousandth.
const DIGITS_3: &str = "BHD IQD JOD KWD LYD OMR TND";
/// Codes whose minor unit is a ten-thousandth.
const DIGITS_4: &str = "CLF UYW";
/// All others: a hundredth. Former currencies stay, because old books and rate files hold them.
const DIGITS_2: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL \
BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP \
GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR \
LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN \
PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB \
TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG HRK CYP EEK LTL LVL \
MTL SIT SKK DEM FRF ITL ESP NLG ATS BEF FIM IEP PTE GRD LUF";

impl Currency {
    pub const EUR: Self = Self(*b"EUR");

    /// Reads a code such as `EUR`.
    ///
    /// # Errors
    /// `UnknownCurrency` for anything that is not a code of ISO 4217, in capital letters.
    pub fn parse(code: &str) -> Result<Self, UnknownCurrency> {
        let bytes: [u8; 3] =
            code.as_bytes().try_into().map_err(|_| UnknownCurrency { code: shorten(code) })?;
        let currency = Self(bytes);
        match currency.find_digits() {
            Some(_) => Ok(currency),
            None => Err(UnknownCurrency { code: shorten(code) }),
        }
    }

    /// Every code that we know, in their order.
    pub fn list() -> Vec<Self> {
        let lists = [DIGITS_0, DIGITS_2, DIGITS_3, DIGITS_4];
        let codes = lists.iter().flat_map(|list| list.split(' '));
        let mut all: Vec<Self> = codes.filter_map(|code| Self::parse(code).ok()).collect();
        all.sort_unstable();
        all
    }

    /// Digits after the point: EUR 2, JPY 0, KWD 3.
    pub fn digits(self) -> u32 {
        if self.0 == *b"EUR" || self.0 == *b"USD" || self.0 == *b"GBP" {
            return 2;
        }
        self.find_digits().unwrap_or(2)
    }

    /// Minor units in one unit: EUR 100, JPY 1, KWD 1000.
    pub fn scale(self) -> i64 {
        10_i64.pow(self.digits())
    }

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    fn find_digits(self) -> Option<u32> {
        if !self.0.iter().all(u8::is_ascii_uppercase) {
            return None;
        }
        let digits = DIGITS[place(&self.0, 0)];
        (digits != UNKNOWN).then_some(digits as u32)
    }
}

/// In `DIGITS`: no currency of that code.
const UNKNOWN: u8 = u8::MAX;
const LETTERS: usize = 26;

/// Digits by code, because amounts are read by the million.
static DIGITS: [u8; LETTERS * LETTERS * LETTERS] = {
    let table = [UNKNOWN; LETTERS * LETTERS * LETTERS];
    let table = enter(table, DIGITS_2.as_bytes(), 2);
    let table = enter(table, DIGITS_0.as_bytes(), 0);
    let table = enter(table, DIGITS_3.as_bytes(), 3);
    enter(table, DIGITS_4.as_bytes(), 4)
};

/// Enters a list of codes, each followed by one blank but the last.
const fn enter(
    mut table: [u8; LETTERS * LETTERS * LETTERS],
    list: &[u8],
    digits: u8,
) -> [u8; LETTERS * LETTERS * LETTERS] {
    let mut at = 0;
    while at + 3 <= list.len() {
        table[place(list, at)] = digits;
        at += 4;
    }
    table
}

/// Where the code that begins at `at` stands in the table.
const fn place(code: &[u8], at: usize) -> usize {
    ((code[at] - b'A') as usize * LETTERS + (code[at + 1] - b'A') as usize) * LETTERS
        + (code[at + 2] - b'A') as usize
}

/// What an error may repeat of somebody's text.
fn shorten(text: &str) -> String {
    text.chars().take(20).collect()
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;
    fn try_from(code: String) -> Result<Self, UnknownCurrency> {
        Self::parse(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_currency_has_its_own_number_of_digits() {
        let check = |code: &str, digits: u32| {
            assert_eq!(Currency::parse(code).map(Currency::digits), Ok(digits), "{code}");
        };
        check("EUR", 2);
        check("ZAR", 2);
        check("JPY", 0);
        check("KWD", 3);
        check("CLF", 4);
        check("LUF", 2);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in ["", "eur", "EURO", "ZZZ", "E R", " EU", "D T", "AED ", "€"] {
            assert!(Currency::parse(text).is_err(), "{text:?}");
        }
    }
}
