//! Costs, expenses, ad spend and exchange rates.

use super::{code, day, places, read, records, refusals};
use crate::base::{Decimal, Money};
use crate::connectors::fault::FileFault;
use crate::domain::record::rate::RateSource;
use crate::domain::record::{
    AdSpend, Cost, Every, Expense, LandedCost, LandedKind, LinkRow, LinkTo, Purchase, Record,
    SplitBy, StockLevel, StockState,
};

const COSTS: &str = include_str!("../../../../tests/fixtures/neutral/costs.csv");
const EXPENSES: &str = include_str!("../../../../tests/fixtures/neutral/expenses.csv");
const AD_SPEND: &str = include_str!("../../../../tests/fixtures/neutral/ad-spend.csv");
const FX: &str = include_str!("../../../../tests/fixtures/neutral/fx.csv");
const PURCHASES: &str = include_str!("../../../../tests/fixtures/neutral/purchases.csv");
const LISTING_LINKS: &str = include_str!("../../../../tests/fixtures/neutral/listing-links.csv");
const LANDED_COSTS: &str = include_str!("../../../../tests/fixtures/neutral/landed-costs.csv");
const STOCK: &str = include_str!("../../../../tests/fixtures/neutral/stock.csv");

/// The column that refuses the row which differs from the sample.
fn column_with(name: &str, sample: &str, from: &str, to: &str) -> Option<String> {
    assert!(sample.contains(from), "{from}");
    let found = read(name, sample.replacen(from, to, 1).as_bytes()).unwrap();
    assert!(records(&found).len() >= sample.lines().count() - 2, "the other rows go in");
    refusals(&found).first().map(|refusal| refusal.column.clone())
}

#[test]
fn costs_may_be_finer_than_their_currency() {
    let found = read("costs", COSTS.as_bytes()).unwrap();
    let decimal = |text| Decimal::parse(text).unwrap();
    let cost =
        |sku: &str, from, unit_cost, currency, store: Option<&str>, country: Option<&str>| {
            Record::Cost(Cost {
                sku: sku.to_owned(),
                valid_from: day(from),
                unit_cost: decimal(unit_cost),
                currency: code(currency),
                store: store.map(str::to_owned),
                country: country.map(str::to_owned),
            })
        };
    assert_eq!(
        records(&found),
        [
            &cost("MUG-RED", "2026-01-01", "4.205", "EUR", None, None),
            &cost("MUG-BLUE", "2026-01-01", "410.5", "JPY", Some("shop"), Some("DE")),
            &cost("=MUG", "2026-02-01", "0", "EUR", None, None),
        ]
    );
}

#[test]
fn purchases_and_what_landed_them_are_read() {
    let found = read("purchases", PURCHASES.as_bytes()).unwrap();
    let purchase = |reference: &str, received, sku: &str, quantity, unit_cost, currency| Purchase {
        reference: reference.to_owned(),
        received: day(received),
        sku: sku.to_owned(),
        line: None,
        quantity,
        unit_cost: Decimal::parse(unit_cost).unwrap(),
        currency: code(currency),
        supplier: None,
        weight_grams: None,
    };
    let red = Purchase {
        supplier: Some("Potter & Sons".to_owned()),
        weight_grams: Some(350),
        ..purchase("PO-17", "2026-03-02", "MUG-RED", 100, "4.205", "EUR")
    };
    let blue = Purchase {
        line: Some("2".to_owned()),
        ..purchase("PO-17", "2026-03-02", "MUG-BLUE", 50, "5", "USD")
    };
    let free = Purchase {
        weight_grams: Some(-1),
        ..purchase("PO-18", "2026-04-01", "=MUG", 1, "0", "EUR")
    };
    let expected = [red, blue, free].map(|one| Record::Purchase(Box::new(one)));
    assert_eq!(records(&found), expected.iter().collect::<Vec<_>>());
    let found = read("landed-costs", LANDED_COSTS.as_bytes()).unwrap();
    let landed = |reference: &str, kind, minor, currency, by| LandedCost {
        reference: reference.to_owned(),
        kind,
        amount: Money::new(minor, code(currency)),
        by,
        day: None,
        bill: None,
    };
    let freight = LandedCost {
        day: Some(day("2026-03-20")),
        bill: Some("F-1".to_owned()),
        ..landed("PO-17", LandedKind::Freight, 30_00, "EUR", SplitBy::Weight)
    };
    let expected = [
        freight,
        landed("PO-17", LandedKind::Duty, 12_50, "USD", SplitBy::Value),
        landed("PO-18", LandedKind::Other, -3_00, "EUR", SplitBy::Quantity),
    ];
    let expected = expected.map(Record::Landed);
    assert_eq!(records(&found), expected.iter().collect::<Vec<_>>());
}

#[test]
fn links_say_what_a_listing_sells_or_nothing_of_it() {
    let found = read("listing-links", LISTING_LINKS.as_bytes()).unwrap();
    let row = |store: &str, listing: Option<&str>, listing_sku: Option<&str>, to| LinkRow {
        store: store.to_owned(),
        listing: listing.map(str::to_owned),
        listing_sku: listing_sku.map(str::to_owned),
        to,
    };
    let mug = LinkTo::Variant { sku: "MUG".to_owned(), units: 3 };
    let expected = [
        row("market", Some("B1"), Some("AMZ-3"), mug),
        row("market", None, Some("GIFT"), LinkTo::Nothing),
        row("shop", Some("42"), None, LinkTo::AsItIs),
    ];
    let expected = expected.map(|row| Record::Link(Box::new(row)));
    assert_eq!(records(&found), expected.iter().collect::<Vec<_>>());
    for (from, to, column) in [
        ("market,B1", ",B1", "store"),
        ("sku:GIFT", "", "listing"),
        ("MUG,3", "MUG,0", "units"),
        ("MUG,3", "MUG,1.5", "units"),
        ("MUG,3", "MUG,1000001", "units"),
    ] {
        let refused = column_with("listing-links", LISTING_LINKS, from, to);
        assert_eq!(refused.as_deref(), Some(column), "{from} -> {to}");
    }
}

#[test]
fn a_bad_purchase_is_refused_by_its_column() {
    let check = |name: &str, sample: &str, from: &str, to: &str, column: &str| {
        assert_eq!(column_with(name, sample, from, to).as_deref(), Some(column), "{from} -> {to}");
    };
    for (from, to, column) in [
        ("PO-17", "", "reference"),
        ("2026-03-02", "2026-03-32", "received"),
        ("MUG-RED", "", "sku"),
        (",100,", ",0,", "quantity"),
        (",100,", ",1.5,", "quantity"),
        (",100,", ",2000000000,", "quantity"),
        ("4.205", "-4.205", "unit_cost"),
        (",EUR,Potter", ",EURO,Potter", "currency"),
        (",350,", ",350g,", "weight_grams"),
    ] {
        check("purchases", PURCHASES, from, to, column);
    }
    for (from, to, column) in [
        ("PO-17", "", "reference"),
        ("freight", "insurance", "kind"),
        ("30.00", "30.001", "amount"),
        ("EUR", "EU", "currency"),
        ("weight", "size", "by"),
        ("2026-03-20", "20.3.2026", "day"),
    ] {
        check("landed-costs", LANDED_COSTS, from, to, column);
    }
}

#[test]
fn a_bad_cost_is_refused_by_its_column() {
    let check = |from: &str, to: &str, column: &str| {
        assert_eq!(
            column_with("costs", COSTS, from, to).as_deref(),
            Some(column),
            "{from} -> {to}"
        );
    };
    check("MUG-RED", "", "sku");
    check("4.205", "-4.205", "unit_cost");
    check("4.205", "\"4,205\"", "unit_cost");
    check("4.205", "4,205", "unit_cost");
    check("4.205", "", "unit_cost");
    check("2026-01-01", "01.01.2026", "valid_from");
    check("2026-01-01", "2026-02-29", "valid_from");
    check("EUR", "EURO", "currency");
    check("de", "Germany", "country");
}

#[test]
fn a_refused_row_knows_its_line_and_keeps_only_what_is_read() {
    let found = read("costs", COSTS.replace("410.5", "many").as_bytes()).unwrap();
    assert_eq!(places(&found), [(3, "unit_cost")]);
    let refusal = refusals(&found)[0];
    assert_eq!(
        refusal.raw,
        "{\"sku\":\"MUG-BLUE\",\"valid_from\":\"2026-01-01\",\"unit_cost\":\"many\",\
         \"currency\":\"JPY\",\"store\":\"shop\",\"country\":\"de\"}"
    );
    let found = read("costs", COSTS.replace("4.205", "a").as_bytes()).unwrap();
    assert!(!refusals(&found)[0].raw.contains("Potter"), "{:?}", refusals(&found)[0].raw);
}

#[test]
fn tables_of_spreadsheets_are_read_too() {
    let plain = read("costs", COSTS.as_bytes()).unwrap();
    let check = |text: &str, why: &str| {
        assert_eq!(read("costs", text.as_bytes()).unwrap(), plain, "{why}");
    };
    check(&format!("\u{feff}{COSTS}"), "a byte-order mark");
    check(&COSTS.replace('\n', "\r\n"), "CRLF");
    check(&COSTS.replace(',', ";"), "semicolons");
    check(&COSTS.replace(',', " , "), "blanks");
}

#[test]
fn a_table_without_a_required_column_is_refused_whole() {
    for (name, sample, column) in [
        ("costs", COSTS, "sku"),
        ("expenses", EXPENSES, "from"),
        ("ad-spend", AD_SPEND, "campaign"),
        ("fx", FX, "rate"),
        ("stock", STOCK, "location"),
    ] {
        let fault = read(name, sample.replacen(column, "else", 1).as_bytes()).unwrap_err();
        assert!(matches!(fault, FileFault::NotThisFormat { .. }), "{fault:?}");
        assert!(fault.to_string().contains(column), "{fault}");
        assert!(read(name, b"").is_err(), "empty");
    }
}

#[test]
fn expenses_recur_and_may_be_credits() {
    let found = read("expenses", EXPENSES.as_bytes()).unwrap();
    let euros = |minor| Money::new(minor, code("EUR"));
    let rent = Record::Expense(Expense {
        name: "Rent".to_owned(),
        amount: euros(100_000),
        from: day("2026-01-01"),
        to: Some(day("2026-12-31")),
        every: Every::Month,
        store: None,
        category: Some("premises".to_owned()),
    });
    assert_eq!(records(&found)[0], &rent);
    let Record::Expense(logo) = records(&found)[1] else { panic!("an expense") };
    assert_eq!((logo.every, logo.to, logo.store.as_deref()), (Every::Once, None, Some("shop")));
    let Record::Expense(credit) = records(&found)[2] else { panic!("an expense") };
    assert_eq!((credit.name.as_str(), credit.amount), ("Refund, insurance", euros(-3000)));
}

#[test]
fn a_bad_expense_is_refused_by_its_column() {
    let check = |from: &str, to: &str, column: &str| {
        let found = column_with("expenses", EXPENSES, from, to);
        assert_eq!(found.as_deref(), Some(column), "{from} -> {to}");
    };
    check("Rent", "", "name");
    check("1000.00", "1000.001", "amount");
    check("1000.00", "\"1.000,00\"", "amount");
    check("2026-12-31", "2025-12-31", "to");
    check("2026-12-31", "soon", "to");
    check("month", "fortnight", "every");
    check("2026-01-01", "", "from");
}

#[test]
fn ad_spend_keeps_what_the_platform_tells() {
    let found = read("ad-spend", AD_SPEND.as_bytes()).unwrap();
    let some = |text: &str| Some(text.to_owned());
    let spend = Record::AdSpend(AdSpend {
        day: day("2026-03-01"),
        platform: "meta".to_owned(),
        campaign: "spring".to_owned(),
        amount: Money::new(2500, code("EUR")),
        whole_campaign: false,
        store: some("shop"),
        sku: some("MUG-RED"),
        country: some("DE"),
        impressions: Some(12_000),
        clicks: Some(310),
        conversions: some("2.5"),
        conversion_value: some("80"),
    });
    assert_eq!(records(&found)[0], &spend);
    let Record::AdSpend(credit) = records(&found)[1] else { panic!("ad spend") };
    assert_eq!((credit.amount.minor, credit.clicks, &credit.store), (-120, None, &None));
}

#[test]
fn bad_ad_spend_is_refused_by_its_column() {
    let check = |from: &str, to: &str, column: &str| {
        let found = column_with("ad-spend", AD_SPEND, from, to);
        assert_eq!(found.as_deref(), Some(column), "{from} -> {to}");
    };
    check("2026-03-01", "2026-3-1", "day");
    check("meta", "", "platform");
    check("spring", " ", "campaign");
    check("25.00", "free", "amount");
    check("12000", "-5", "impressions");
    check("12000", "+5", "impressions");
    check("310", "3.5", "clicks");
    check("2.5", "a few", "conversions");
    check("80.00", "80 EUR", "conversion_value");
}

#[test]
fn own_rates_are_marked_as_own() {
    let found = read("fx", FX.as_bytes()).unwrap();
    let Record::Rate(rate) = records(&found)[0] else { panic!("a rate") };
    assert_eq!((rate.day, rate.base, rate.quote), (day("2026-03-01"), code("USD"), code("AED")));
    assert_eq!((rate.rate.to_string().as_str(), rate.source), ("3.6725", RateSource::Own));
    assert_eq!(records(&found).len(), 2);
    let check = |from: &str, to: &str, column: &str| {
        assert_eq!(column_with("fx", FX, from, to).as_deref(), Some(column), "{from} -> {to}");
    };
    check("3.6725", "0", "rate");
    check("3.6725", "-1", "rate");
    check("3.6725", "3,6725", "rate");
    check("3.6725", "1.1234567890123", "rate");
    check("AED", "USD", "rate");
    check("USD", "US", "base");
    check("2026-03-01", "2026-03-32", "day");
}

#[test]
fn a_count_of_stock_is_what_a_place_holds() {
    let found = read("stock", STOCK.as_bytes()).unwrap();
    let level = |sku: &str, location: &str, quantity, reason: Option<&str>| {
        Record::Stock(StockLevel {
            sku: sku.to_owned(),
            location: location.to_owned(),
            state: StockState::Available,
            quantity,
            at: None,
            reason: reason.map(str::to_owned),
            listing: None,
        })
    };
    assert_eq!(
        records(&found),
        [
            &level("MUG-RED", "Main", 12, Some("counted")),
            &level("MUG-BLUE", "Main", -1, None),
            &level("MUG-RED", "Shop window", 2, None),
        ]
    );
    let check = |from: &str, to: &str, column: &str| {
        assert_eq!(column_with("stock", STOCK, from, to).as_deref(), Some(column), "{from} {to}");
    };
    check("MUG-RED", "", "sku");
    check("Main", " ", "location");
    for wrong in ["", "a few", "1.5", "+2", "--1", "-", "1000000000000000"] {
        check("12", wrong, "quantity");
    }
}
