//! The profit definition told in the product's words: `tests/scenarios/profit`, a file for each of
//! its sections. `language.rs` cuts the sentences, `told.rs` makes files of what is given, which go
//! the way of all files, and `asked.rs` holds reports against what is expected.
//!
//! ```text
//! == what it shows
//! given order 1001 on 2026-01-10 in shop, EUR, to DE, prices with tax, campaign spring
//!   1 × MUG at 120.00, discount 5.00, tax 20.00, line a, weight 500, gift card,
//!     added on 2026-01-12
//!   discount 5.00 · shipping 4.90, discount 1.00, tax 0.78 · tip 1.00 · duties 1.00
//!   service 3.00 · gift card pays 50.00 · sending costs 5.00 · paid by stripe 64.00, fee 1.00
//!   fee commission 1.23, on a, estimated · free (of fees and sending)
//!   refund r1 on 2026-02-03, shipping 4.90, shipping tax 0.78, adjustment 5.00, fee returned 0.20
//!     1 of MUG for 12.00, tax 2.00, restocked
//! given cost of MUG is 4.00 EUR from 2026-01-01, in shop, for DE
//! given rate on 2026-01-02 is 1 EUR = 1.10 USD
//! given ad spend on 2026-01-02 of 25.00 EUR for spring, on meta, in shop, product MUG
//! given expense rent of 1000.00 EUR from 2026-01-01, to 2026-12-31, every month, in shop
//! given rule vat 20 % · payment 1.4 % · sending 4.20 EUR · handling 0.50 EUR · campaign · group
//! given the organisation reckons in EUR · lives in Europe/Tallinn · is not registered for VAT
//! given the file amazon/v1.txt in market
//! given payout p of 100.00 EUR on 2026-01-15 in shop, arrives as 107.00 USD
//! given bought 10 × MUG at 4.00 EUR on 2026-01-01 in PO-1, weight 350
//! given freight of PO-1 is 20.00 EUR by value, on 2026-02-01 (or duty, other; weight, quantity)
//! given the organisation counts goods by fifo
//! given it is 2026-06-01 (the day on which what follows is learned)
//! when month 2026-05 is closed · month 2026-05 is opened again
//! when the last import is taken back
//! then order 1001: net_profit 20.00, cogs -80.00 actual
//! then month 2026-01 (by the order's day, matched, fully loaded, from …, to …, in shop): …
//! then month 2026-05 (as known on 2026-06-05): …
//! then closed view of 2026-06: net_profit -8.69, adjustments -8.69
//! then there is no row for month 2026-02
//! then order 1001 explains cogs by: −2 × 4.00
//! then it is refused: The discount is above
//! then rates are missing: USD 2026-01-05
//! then 2 bridges of market leave nothing unexplained
//! ```

mod asked;
mod language;
mod told;

use std::path::Path;

use language::{Scenario, read_scenarios};
use told::Teller;

fn run_file(name: &str) {
    let path = format!("tests/scenarios/profit/{name}.txt");
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
    let text = std::fs::read_to_string(text).unwrap();
    let scenarios = read_scenarios(&text);
    assert!(!scenarios.is_empty(), "{path} tells nothing");
    let faults: Vec<String> = scenarios
        .iter()
        .flat_map(|scenario| {
            run(scenario).into_iter().map(move |(line, what)| (scenario, line, what))
        })
        .map(|(scenario, line, what)| format!("{path}:{line}: {what} ({})", scenario.title))
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// What is not as expected, with its line.
fn run(scenario: &Scenario) -> Vec<(usize, String)> {
    let mut teller = Teller::new();
    let mut faults = Vec::new();
    for sentence in &scenario.sentences {
        let done = match sentence.words().as_slice() {
            ["given", ..] => teller.tell(sentence),
            // What was given has happened by then.
            ["when", ..] => teller.flush().and_then(|()| teller.tell(sentence)),
            ["then", ..] => teller.flush().and_then(|()| asked::check(&mut teller, sentence)),
            _ => Err("begins neither with given nor when nor then".to_owned()),
        };
        if let Err(what) = done {
            faults.push((sentence.line, what));
        }
    }
    let wrong = teller.close();
    faults.extend(wrong.into_iter().map(|what| (scenario.line, what)));
    faults
}

macro_rules! sections {
    ($($test:ident $file:literal,)*) => {$(
        #[test]
        fn $test() {
            run_file($file);
        }
    )*};
}

sections! {
    exactness "01-exactness",
    events_and_days "02-events-and-days",
    the_ladder "03-ladder",
    tax "04-tax",
    cost_of_goods "05-cost-of-goods",
    layers "05-layers",
    fees "06-fees",
    ad_spend "07-ad-spend",
    operating_expenses "08-operating-expenses",
    nothing_is_silently_zero "09-nothing-is-silently-zero",
    worked_cases "10-worked-cases",
    closing_a_month "11-closing-a-month",
    sources_that_overlap "12-sources",
    fine_print "13-fine-print",
}

#[test]
fn a_failing_step_names_its_line_and_both_values() {
    let text = "== a sale\ngiven order 1 on 2026-01-10 in shop, EUR\n  1 × MUG at 12.00\n\
                then order 1: gross_sales 13.00\n";
    let faults = run(&read_scenarios(text)[0]);
    assert_eq!(faults, [(4, "gross_sales is 12.00, expected 13.00".to_owned())]);
}
