//! An ads export of a made-up platform: what is added up, left out, refused; and how the tests of
//! the platforms read theirs.

use super::*;
use crate::base::{Currency, Zone};
use crate::connectors::contract::{FileFormat, Found, Refusal};
use crate::domain::record::{AdSpend, Record};

pub fn try_read(
    format: &FileFormat,
    mut bytes: &[u8],
    currency: Option<&str>,
) -> Result<Vec<Found>, FileFault> {
    let currency = currency.map(|code| Currency::parse(code).unwrap());
    let ctx = ReadCtx { currency, zone: Zone::utc(), store: Some("shop".to_owned()) };
    let mut found = Vec::new();
    (format.read)(&mut bytes, &ctx, &mut |one| {
        found.push(one);
        Ok(())
    })?;
    Ok(found)
}

pub fn spends(found: &[Found]) -> Vec<AdSpend> {
    let mut spends = Vec::new();
    for one in found {
        if let Found::Records { records, .. } = one {
            for record in records {
                let Record::AdSpend(spend) = record else { panic!("{record:?}") };
                assert_eq!((&spend.store, &spend.country), (&None, &None));
                spends.push(spend.clone());
            }
        }
    }
    spends
}

/// A line for each fact: day, campaign, product (`*` is the whole campaign), amount, impressions,
/// clicks, conversions, their value.
pub fn shown(found: &[Found]) -> Vec<String> {
    let count = |count: Option<i64>| count.map_or("-".to_owned(), |count| count.to_string());
    let text = |text: &Option<String>| text.clone().unwrap_or("-".to_owned());
    let show = |spend: &AdSpend| {
        assert_eq!(spend.whole_campaign, spend.sku.is_none());
        format!(
            "{} {} {} {} {} {} {} {}",
            spend.day,
            spend.campaign,
            spend.sku.as_deref().unwrap_or("*"),
            spend.amount,
            count(spend.impressions),
            count(spend.clicks),
            text(&spend.conversions),
            text(&spend.conversion_value),
        )
    };
    spends(found).iter().map(show).collect()
}

pub fn refusals(found: &[Found]) -> Vec<&Refusal> {
    found
        .iter()
        .filter_map(|one| if let Found::Refused(one) = one { Some(one) } else { None })
        .collect()
}

pub fn notices(found: &[Found]) -> Vec<&str> {
    let mut notices = Vec::new();
    for one in found {
        if let Found::Notice { what, .. } = one {
            notices.push(what.as_str());
        }
    }
    notices
}

/// Names of what was not known.
pub fn unknowns(found: &[Found]) -> Vec<(&'static str, &str)> {
    let mut unknowns = Vec::new();
    for one in found {
        if let Found::Unknown { kind, name, .. } = one {
            unknowns.push((kind.name(), name.as_str()));
        }
    }
    unknowns
}

static PLATFORM: Platform = Platform {
    name: "made-up",
    fields: &FIELDS,
    marks: &["mark"],
    breakdowns: &[OWN],
    sku: |cell| cell,
    figures: |_| Figures::PLAIN,
    by_day: "Export it by day.",
};

static FIELDS: [Field; 13] = [
    Field::optional(&["day"]),
    Field::optional(&["from"]),
    Field::optional(&["to"]),
    Field::either(&["campaign"]),
    Field::either(&["campaign id"]),
    Field::required(&["spend", "spend (*)"]).amount(),
    Field::optional(&["currency"]),
    Field::optional(&["sku"]),
    Field::optional(&["views"]),
    Field::optional(&["clicks"]),
    Field::optional(&["orders"]),
    Field::optional(&["sales"]).amount(),
    Field::optional(&["country"]),
];

fn find(text: &str, currency: Option<&str>) -> Vec<Found> {
    use crate::connectors::contract::{Rows, Seen};
    const FORMAT: FileFormat = FileFormat {
        name: "made-up",
        label: "Made-up ads",
        needs_store: false,
        seen: Seen::NotYet,
        rows: Rows::Table,
        recognises: |head| recognises(head, &PLATFORM),
        read: |source, ctx, emit| read(&PLATFORM, source, ctx, emit),
    };
    try_read(&FORMAT, text.as_bytes(), currency).unwrap()
}

#[test]
fn rows_of_one_day_and_campaign_are_added_exactly_and_rounded_once() {
    // 0.125 + 0.12 is a half, which goes to the even 0.24; 3 x 0.005 is another, to 0.02, where
    // each row by itself would have come to nothing.
    let text = "Day,Campaign,Spend (EUR),Views,Clicks,Orders,Sales\n\
        2026-03-01,a,0.125,10,1,0.5,1.25\n2026-03-01,a,0.12,5,,1,\n\
        2026-03-01,b,0.005,,,,\n2026-03-01,b,0.005,,,,\n2026-03-01,b,0.005,,,,\n\
        2026-03-02,a,-1.10,,,,\n";
    assert_eq!(
        shown(&find(text, None)),
        [
            "2026-03-01 a * 0.24 EUR 15 1 1.5 1.25",
            "2026-03-01 b * 0.02 EUR - - - -",
            "2026-03-02 a * -1.10 EUR - - - -",
        ]
    );
}

#[test]
fn products_stand_beside_the_campaign_only_where_rows_name_none() {
    let text = "Day,Campaign,Sku,Spend (EUR)\n2026-03-01,a,X,1\n2026-03-01,a,Y,2\n\
        2026-03-01,a,X,4\n2026-03-01,b,X,1\n2026-03-01,b,,0.50\n";
    let expected = [
        "2026-03-01 a X 5.00 EUR - - - -",
        "2026-03-01 a Y 2.00 EUR - - - -",
        "2026-03-01 b X 1.00 EUR - - - -",
        "2026-03-01 b * 1.50 EUR - - - -",
    ];
    assert_eq!(shown(&find(text, None)), expected);
}

#[test]
fn a_currency_is_the_header_s_then_the_row_s_then_the_file_s_then_what_was_said() {
    let first = |text: &str, currency| {
        let found = find(text, currency);
        let refused = refusals(&found).first().map(|one| one.column.clone());
        spends(&found).first().map(|spend| spend.amount.to_string()).or(refused).unwrap()
    };
    let day = "2026-03-01,a,1.5";
    assert_eq!(first(&format!("Day,Campaign,Spend (usd)\n{day}\n"), Some("EUR")), "1.50 USD");
    let text = format!("Day,Campaign,Spend,Currency\n{day},gbp\n");
    assert_eq!(first(&text, Some("EUR")), "1.50 GBP");
    let text = format!("Report\nCurrency: SEK\nDay,Campaign,Spend\n{day}\n");
    assert_eq!(first(&text, Some("EUR")), "1.50 SEK");
    let text = format!("Day,Campaign,Spend\n{day}\n");
    assert_eq!(first(&text, Some("EUR")), "1.50 EUR");
    assert_eq!(first(&text, None), "currency");
    let found = find(&format!("Day,Campaign,Spend,Currency\n{day},XQZ\n"), Some("EUR"));
    assert_eq!(unknowns(&found), [("currency", "XQZ")]);
    assert_eq!(refusals(&found)[0].column, "currency");
    let found = find(&format!("Day,Campaign,Spend (XQZ)\n{day}\n"), Some("EUR"));
    assert_eq!((unknowns(&found), spends(&found).len()), (vec![("currency", "XQZ")], 0));
}

#[test]
fn days_come_from_the_row_its_range_or_the_file_s() {
    let check = |text: &str, expected: &str, why: &str| {
        let found = find(text, Some("EUR"));
        let day = spends(&found).first().map(|spend| spend.day.to_string());
        let told = day.unwrap_or_else(|| refusals(&found)[0].reason.clone());
        assert!(told.contains(expected), "{why}: {told}");
    };
    check("Day,Campaign,Spend\n\"Mar 1, 2026\",a,1\n", "2026-03-01", "a day");
    check("Day,Campaign,Spend\n2026-03-01 - 2026-03-01,a,1\n", "2026-03-01", "a range of one");
    check("Day,Campaign,Spend\n2026-03-01 - 2026-03-02,a,1\n", "Export it by day.", "two");
    check("Day,Campaign,Spend\n3/7/2026,a,1\n", "2026-07-03", "either");
    check("From,To,Campaign,Spend\n2026-03-01,2026-03-01,a,1\n", "2026-03-01", "from, to");
    check("From,To,Campaign,Spend\n2026-03-01,2026-03-03,a,1\n", "2026-03-03", "three days");
    check("From,To,Campaign,Spend\n2026-03-01,,a,1\n", "from which day", "no end");
    let before = |range: &str| format!("Report\nDate range: {range}\nCampaign,Spend\na,1\n");
    check(&before("Mar 1, 2026 - Mar 1, 2026"), "2026-03-01", "the file's day");
    check(&before("Mar 1, 2026 - Mar 8, 2026"), "Export it by day.", "the file's week");
    check(&before("All time"), "does not say on which day", "nowhere");
}

#[test]
fn totals_are_left_out_and_held_against_the_rows() {
    let check = |rows: &str, told: &str, n_facts: usize| {
        let found = find(&format!("Day,Campaign,Country,Spend (EUR)\n{rows}"), None);
        assert_eq!(spends(&found).len(), n_facts, "{rows}");
        let notices = notices(&found).join(" ");
        assert!(notices.contains(told), "{rows}: {notices}");
    };
    let rows = "2026-03-01,a,DE,1\n2026-03-02,a,DE,2\n";
    check(&format!("{rows}Total: rows,,,3\nTotal: account,,,9\n"), "3, as the rows do", 2);
    check(&format!("Gesamt: Konto,,,4\n{rows}"), "4, but the rows come to 3", 2);
    check(&format!("{rows}Total of 2 results,-,-,3\n"), "3, as the rows do", 2);
    check(&format!("{rows},,,3\n"), "3, as the rows do", 2);
    check(&format!("All,a,DE,3\n{rows}"), "total of \"a\" was left out; they state 3, as", 2);
    check(&format!(",a,DE,5\n{rows}"), "they state 5, but the rows come to 3", 2);
    check("2026-03-01,Total Body,DE,1\n2026-03-01,Totale,DE,2\n", "", 2);
    let refused = find("Day,Campaign,Spend (EUR)\nAll,a,3\n2026-03-01,b,1\n", None);
    assert!(refusals(&refused)[0].reason.starts_with("The row names no day"));
}

#[test]
fn the_total_over_a_breakdown_is_not_added_to_it() {
    let amount = |rows: &str| {
        let found = find(&format!("Day,Campaign,Country,Spend (EUR)\n{rows}"), None);
        (spends(&found)[0].amount.minor, notices(&found).len())
    };
    assert_eq!(amount("2026-03-01,a,,3\n2026-03-01,a,DE,1\n2026-03-01,a,FR,2\n"), (300, 1));
    assert_eq!(amount("2026-03-01,a,DE,1\n2026-03-01,a,FR,2.01\n2026-03-01,a,All,3\n"), (301, 1));
    assert_eq!(amount("2026-03-01,a,DE,1\n2026-03-01,a,,0.40\n"), (140, 0), "not named");
    assert_eq!(amount("2026-03-01,a,,3\n2026-03-01,a,,2\n"), (500, 0), "none is named");
}

#[test]
fn a_row_that_cannot_be_read_holds_back_what_it_is_added_to() {
    let text = "Day,Campaign,Spend (EUR),Views,Note\n2026-03-01,a,1.5,10,x\n2026-03-01,a,1x5x,1,x\n\
        2026-03-01,a,2.25,20,x\n2026-03-02,a,3,1,x\n";
    let found = find(text, None);
    assert_eq!(shown(&found), ["2026-03-02 a * 3.00 EUR 1 - - -"]);
    let refused = refusals(&found)[0];
    assert_eq!((refused.row, refused.column.as_str()), (3, "spend"));
    assert!(refused.reason.contains("wait with it"), "{}", refused.reason);
    assert_eq!(
        refused.raw,
        "{\"day\":\"2026-03-01\",\"campaign\":\"a\",\"spend (eur)\":\"1x5x\",\"views\":\"1\"}\n\
         {\"day\":\"2026-03-01\",\"campaign\":\"a\",\"spend (eur)\":\"3.75\",\"views\":\"30\"}"
    );
    assert_eq!(unknowns(&found), [("column", "Note")]);
    // Mended and tried again, both rows make the day's figure.
    let again = "Day,Campaign,Spend (EUR),Views\n2026-03-01,a,1.55,1\n2026-03-01,a,3.75,30\n";
    assert_eq!(shown(&find(again, None)), ["2026-03-01 a * 5.30 EUR 31 - - -"]);
}

#[test]
fn what_is_kept_of_a_row_can_be_read_by_itself() {
    let text = "Report\n\"March 1, 2026\"\nCampaign;Currency;Spend\na;EUR;1,50\na;EUR;2,5x5\n";
    let found = find(text, None);
    assert_eq!(
        refusals(&found)[0].raw,
        "{\"day\":\"2026-03-01\",\"campaign\":\"a\",\"spend\":\"2,5x5\",\"currency\":\"EUR\"}\n\
         {\"day\":\"2026-03-01\",\"campaign\":\"a\",\"spend\":\"1,5\",\"currency\":\"EUR\"}"
    );
}

#[test]
fn a_campaign_in_two_currencies_is_two() {
    let text = "Day,Campaign,Spend,Currency\n2026-03-01,a,1,USD\n2026-03-01,a,2,MXN\n\
        2026-03-02,a,3,USD\n2026-03-02,b,4,USD\nTotal,,10,\n";
    let found = find(text, None);
    let expected = [
        "2026-03-01 a * 1.00 USD - - - -",
        "2026-03-01 a (MXN) * 2.00 MXN - - - -",
        "2026-03-02 a * 3.00 USD - - - -",
        "2026-03-02 b * 4.00 USD - - - -",
    ];
    assert_eq!(shown(&found), expected);
    let told = notices(&found);
    assert!(told[0].contains("not in USD") && told[1].contains("several currencies"), "{told:?}");
    let said = shown(&find(text, Some("MXN")));
    assert_eq!(
        said[..2],
        ["2026-03-01 a (USD) * 1.00 USD - - - -", "2026-03-01 a * 2.00 MXN - - - -"]
    );
}

#[test]
fn a_number_stands_for_the_name_unless_a_spreadsheet_rounded_it() {
    let text = "Day,Campaign,Campaign ID,Spend (EUR)\n2026-03-01,,171412504250,1\n\
        2026-03-01,--,1.71413E+17,1\n2026-03-01,,,1\n2026-03-01,c,1.71413E+17,1\n";
    let found = find(text, None);
    let expected =
        ["2026-03-01 171412504250 * 1.00 EUR - - - -", "2026-03-01 c * 1.00 EUR - - - -"];
    assert_eq!(shown(&found), expected);
    let columns: Vec<&str> = refusals(&found).iter().map(|one| one.column.as_str()).collect();
    assert_eq!(columns, ["campaign id", "campaign"]);
}
