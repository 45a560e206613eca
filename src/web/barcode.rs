//! Barcodes as SVG: EAN-13 where a text is one, else Code 128 (set B) for what a keyboard types.
//! Nothing for other texts; their letters stand on the label all the same.

use askama::Template;
use askama::filters::HtmlSafe;

/// Widths of bar, gap, bar, gap, bar, gap by value; the last is the stop with its closing bar.
const CODE_128: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
    "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
    "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
    "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
    "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
    "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
    "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
    "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];
const START_B: usize = 104;
const STOP: usize = 106;
/// Longer ones do not fit a label.
const CHARS_MAX: usize = 48;

/// The left digits of an EAN with odd parity, as modules.
const EAN_ODD: [&str; 10] = [
    "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011",
    "0110111", "0001011",
];
/// By the first digit, which of the next six have even parity.
const EAN_EVEN: [&str; 10] = [
    "000000", "001011", "001101", "001110", "010011", "011001", "011100", "010101", "010110",
    "011010",
];

/// Modules that stay light on either side.
const QUIET: usize = 11;

#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "_barcode.html")]
pub struct Barcode {
    pub text: String,
    /// Where each bar begins and how wide it is, in modules.
    bars: Vec<(usize, usize)>,
    width: usize,
}

impl HtmlSafe for Barcode {}

impl Barcode {
    /// `None` for what no such code can bear.
    pub fn of(text: &str) -> Option<Self> {
        let modules = ean_13(text).or_else(|| code_128(text))?;
        let (mut bars, mut at): (Vec<(usize, usize)>, usize) = (Vec::new(), QUIET);
        for dark in &modules {
            match bars.last_mut() {
                Some((x, width)) if *dark && *x + *width == at => *width += 1,
                _ if *dark => bars.push((at, 1)),
                _ => {}
            }
            at += 1;
        }
        Some(Self { text: text.to_owned(), bars, width: modules.len() + 2 * QUIET })
    }
}

/// Dark and light modules of thirteen digits whose last one checks the others.
fn ean_13(text: &str) -> Option<Vec<bool>> {
    let digits: Vec<usize> = text
        .chars()
        .map(|one| one.to_digit(10).and_then(|digit| usize::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let [first, rest @ ..] = digits.as_slice() else { return None };
    if rest.len() != 12 {
        return None;
    }
    let weighed = digits.iter().enumerate().map(|(index, digit)| digit * (1 + 2 * (index % 2)));
    if weighed.sum::<usize>() % 10 != 0 {
        return None;
    }
    let bits = |text: &str| text.bytes().map(|bit| bit == b'1').collect::<Vec<_>>();
    let mut modules = bits("101");
    for (digit, parity) in rest[..6].iter().zip(EAN_EVEN[*first].bytes()) {
        let odd = bits(EAN_ODD[*digit]);
        match parity {
            // Even parity is the right hand's code read backwards.
            b'1' => modules.extend(odd.iter().rev().map(|dark| !dark)),
            _ => modules.extend(odd),
        }
    }
    modules.extend(bits("01010"));
    for digit in &rest[6..] {
        modules.extend(bits(EAN_ODD[*digit]).iter().map(|dark| !dark));
    }
    modules.extend(bits("101"));
    Some(modules)
}

fn code_128(text: &str) -> Option<Vec<bool>> {
    let is_short = !text.is_empty() && text.len() <= CHARS_MAX;
    let values: Vec<usize> = text
        .bytes()
        .map(|byte| (b' '..=b'~').contains(&byte).then(|| usize::from(byte - b' ')))
        .collect::<Option<_>>()?;
    if !is_short {
        return None;
    }
    let weighed = values.iter().enumerate().map(|(index, value)| value * (index + 1));
    let check = (START_B + weighed.sum::<usize>()) % 103;
    let mut modules = Vec::new();
    let all = std::iter::once(START_B).chain(values).chain([check, STOP]);
    for pattern in all.filter_map(|value| CODE_128.get(value)) {
        for (index, width) in pattern.bytes().enumerate() {
            let width = usize::from(width - b'0');
            modules.extend(std::iter::repeat_n(index % 2 == 0, width));
        }
    }
    Some(modules)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn shown(modules: &[bool]) -> String {
        modules.iter().map(|dark| if *dark { '1' } else { '0' }).collect()
    }

    #[test]
    fn every_pattern_of_code_128_is_eleven_modules_and_its_own() {
        let own: BTreeSet<&str> = CODE_128.into_iter().collect();
        assert_eq!(own.len(), CODE_128.len());
        for (value, pattern) in CODE_128.iter().enumerate() {
            let width: u32 = pattern.bytes().map(|width| u32::from(width - b'0')).sum();
            assert_eq!(width, if value == STOP { 13 } else { 11 }, "{value}");
            // Bars take an even number of modules in all.
            let bars = pattern.bytes().step_by(2).map(|width| u32::from(width - b'0'));
            assert!(value == STOP || bars.sum::<u32>() % 2 == 0, "{value}");
        }
    }

    #[test]
    fn code_128_bears_its_check_sum() {
        // "A1": values 33 and 17, 104 + 33 + 2 x 17 = 171, which leaves 68 of 103.
        let widths = ["211214", "111323", "123221", "141221", "2331112"].concat();
        let mut expected = Vec::new();
        for (index, width) in widths.bytes().enumerate() {
            expected.extend(std::iter::repeat_n(index % 2 == 0, usize::from(width - b'0')));
        }
        assert_eq!(shown(&code_128("A1").unwrap()), shown(&expected));
        assert!(code_128("").is_none() && code_128("ö").is_none());
    }

    #[test]
    fn an_ean_is_drawn_by_its_parities_and_a_wrong_one_is_not() {
        // 5 901234 123457: the first digit gives odd, even, even, odd, odd, even.
        let found = shown(&ean_13("5901234123457").unwrap());
        assert_eq!(found.len(), 95);
        assert!(found.starts_with("101") && found.ends_with("101"));
        assert_eq!(&found[3..10], "0001011", "9, odd");
        assert_eq!(&found[10..17], "0100111", "0, even");
        assert_eq!(&found[45..50], "01010");
        assert_eq!(&found[50..57], "1100110", "1, right");
        assert!(ean_13("5901234123458").is_none(), "the last digit does not check");
        assert!(ean_13("590123412345").is_none());
        // What is no EAN is drawn all the same.
        assert!(Barcode::of("5901234123458").is_some());
        assert!(Barcode::of("Käsi").is_none());
    }
}
