//! Settlements made at random and written in every dialect: whatever the rows are, the records
//! add up to the deposit, and the dialect changes nothing.

use proptest::prelude::*;

use super::total::records_total;
use super::{payout, records};
use crate::domain::record::Record;

/// One row in V2's words.
#[derive(Clone, Debug)]
struct Made {
    words: (&'static str, &'static str, &'static str),
    minor: i64,
    /// 0 names no order.
    order: u8,
    item: u8,
    adjustment: u8,
    marketplace: &'static str,
    quantity: u8,
    day: u8,
}

#[derive(Clone, Copy, Debug)]
struct Dialect {
    v1: bool,
    comma: bool,
    crlf: bool,
    dotted: bool,
    blanks: bool,
    encoding: Encoding,
}

#[derive(Clone, Copy, Debug)]
enum Encoding {
    Utf8,
    Utf8Mark,
    Cp1252,
    Utf16Little,
    Utf16Big,
}

const ORDER_WORDS: [(&str, &str, &str); 24] = [
    ("Order", "ItemPrice", "Principal"),
    ("Order", "ItemPrice", "Principal"),
    ("Order", "ItemPrice", "Tax"),
    ("Order", "ItemPrice", "Shipping"),
    ("Order", "ItemPrice", "ShippingTax"),
    ("Order", "ItemPrice", "GiftWrap"),
    ("Order", "ItemPrice", "GiftWrapTax"),
    ("Order", "Promotion", "Principal"),
    ("Order", "Promotion", "Shipping"),
    ("Order", "Promotion", "TaxDiscount"),
    ("Order", "ItemFees", "Commission"),
    ("Order", "ItemFees", "NobodyKnowsThisFee"),
    ("Order", "ShipmentFees", "FBA transportation fee"),
    ("Order", "OrderFees", "SomeOrderFee"),
    ("Refund", "ItemPrice", "Principal"),
    ("Refund", "ItemPrice", "Tax"),
    ("Refund", "ItemPrice", "Shipping"),
    ("Refund", "ItemPrice", "Goodwill"),
    ("Refund", "ItemPrice", "RestockingFee"),
    ("Refund", "ItemFees", "RefundCommission"),
    ("Refund", "Promotion", "Principal"),
    ("Chargeback Refund", "ItemPrice", "Principal"),
    ("A-to-z Guarantee Refund", "ItemFees", "Commission"),
    ("other-transaction", "FBA Inventory Reimbursement", "REVERSAL_REIMBURSEMENT"),
];

const LOOSE_WORDS: [(&str, &str, &str); 8] = [
    ("ServiceFee", "Cost of Advertising", "TransactionTotalAmount"),
    ("other-transaction", "other-transaction", "Storage Fee"),
    ("other-transaction", "other-transaction", "Payable to Amazon"),
    ("other-transaction", "other-transaction", "Current Reserve Amount"),
    ("other-transaction", "other-transaction", "A word that is new"),
    ("other-transaction", "FBA Inventory Reimbursement", "WAREHOUSE_LOST"),
    ("other-transaction", "FBA Inventory Reimbursement", "COMPENSATED_CLAWBACK"),
    ("Order", "ItemPrice", "Principal"),
];

/// Words that only V2 has, or that V1 writes in columns of its own.
const V2_WORDS: [(&str, &str, &str); 5] = [
    ("Order", "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal"),
    ("Refund", "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal"),
    ("Order_Retrocharge", "ItemPrice", "Tax"),
    ("FBAFees", "FBA Inventory Storage Fee", "Base fee"),
    ("Order", "Points", "PointsGranted"),
];

fn marketplaces() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["Amazon.de", "Amazon.com", "", "Non-Amazon DE"])
}

fn made(words: Vec<(&'static str, &'static str, &'static str)>, orders: u8) -> BoxedStrategy<Made> {
    let numbers = (0..=orders, 0..4_u8, 0..3_u8, 0..4_u8, 1..28_u8);
    (prop::sample::select(words), -500_000..500_000_i64, numbers, marketplaces())
        .prop_map(|(words, minor, (order, item, adjustment, quantity, day), marketplace)| Made {
            words,
            minor,
            order,
            item,
            adjustment,
            marketplace,
            quantity,
            day,
        })
        .boxed()
}

fn rows(with_v2: bool) -> impl Strategy<Value = Vec<Made>> {
    let mut words = ORDER_WORDS.to_vec();
    if with_v2 {
        words.extend(V2_WORDS);
    }
    let one = prop_oneof![3 => made(words, 4), 1 => made(LOOSE_WORDS.to_vec(), 0)];
    prop::collection::vec(one, 1..60)
}

fn dialect() -> impl Strategy<Value = Dialect> {
    let encodings = vec![
        Encoding::Utf8,
        Encoding::Utf8Mark,
        Encoding::Cp1252,
        Encoding::Utf16Little,
        Encoding::Utf16Big,
    ];
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (flags, prop::sample::select(encodings)).prop_map(
        |((v1, comma, crlf, dotted, blanks), encoding)| Dialect {
            v1,
            comma,
            crlf,
            dotted,
            blanks,
            encoding,
        },
    )
}

const HEAD: [&str; 6] = [
    "settlement-id",
    "settlement-start-date",
    "settlement-end-date",
    "deposit-date",
    "total-amount",
    "currency",
];
const V2_COLUMNS: [&str; 12] = [
    "transaction-type",
    "order-id",
    "adjustment-id",
    "marketplace-name",
    "amount-type",
    "amount-description",
    "amount",
    "posted-date",
    "posted-date-time",
    "order-item-code",
    "sku",
    "quantity-purchased",
];
const V1_COLUMNS: [&str; 18] = [
    "transaction-type",
    "order-id",
    "adjustment-id",
    "marketplace-name",
    "shipment-fee-type",
    "shipment-fee-amount",
    "order-fee-type",
    "order-fee-amount",
    "posted-date",
    "order-item-code",
    "sku",
    "quantity-purchased",
    "price-type",
    "price-amount",
    "item-related-fee-type",
    "item-related-fee-amount",
    "promotion-type",
    "promotion-amount",
];

type Cells = Vec<(&'static str, String)>;

fn write(rows: &[Made], dialect: Dialect) -> Vec<u8> {
    let mut columns = HEAD.to_vec();
    if dialect.v1 {
        columns.extend(V1_COLUMNS);
        columns.push("other-amount");
    } else {
        columns.extend(V2_COLUMNS);
    }
    let sum: i64 = rows.iter().map(|row| row.minor).sum();
    let mut table: Vec<Cells> = vec![vec![
        ("settlement-id", "900".to_owned()),
        ("settlement-start-date", time(1, dialect)),
        ("settlement-end-date", time(28, dialect)),
        ("deposit-date", time(28, dialect)),
        ("total-amount", amount(sum, dialect)),
        ("currency", "EUR".to_owned()),
    ]];
    for row in rows {
        let counts = row.quantity > 0 && row.words.2 == "Principal" && row.words.1 == "ItemPrice";
        if dialect.v1 && counts {
            let mut units = common(row, dialect);
            units.push(("quantity-purchased", row.quantity.to_string()));
            table.push(units);
        }
        table.push(money(row, counts, dialect));
    }
    let end = if dialect.crlf { "\r\n" } else { "\n" };
    let mut text = columns.join("\t") + end;
    for cells in table {
        let find = |name: &&str| {
            cells.iter().find(|(column, _)| column == name).map_or("", |(_, text)| text.as_str())
        };
        text += &(columns.iter().map(find).collect::<Vec<_>>().join("\t") + end);
    }
    encode(&text, dialect.encoding)
}

fn common(row: &Made, dialect: Dialect) -> Cells {
    let mut cells = vec![
        ("settlement-id", "900".to_owned()),
        ("transaction-type", row.words.0.to_owned()),
        ("marketplace-name", row.marketplace.to_owned()),
    ];
    if dialect.v1 {
        cells.push(("posted-date", time(row.day, dialect)));
    } else {
        cells.push(("posted-date", time(row.day, dialect)[..10].to_owned()));
        cells.push(("posted-date-time", time(row.day, dialect)));
    }
    if row.order > 0 {
        cells.push(("order-id", format!("302-000000{}-0000001", row.order)));
    }
    if row.item > 0 {
        cells.push(("order-item-code", format!("7{}", row.item)));
        cells.push(("sku", format!("GRÖSSE-{}", row.item)));
    }
    if row.adjustment > 0 && row.words.0.contains("Refund") {
        cells.push(("adjustment-id", format!("amzn1:crow:{}", row.adjustment)));
    }
    cells
}

fn money(row: &Made, counts: bool, dialect: Dialect) -> Cells {
    let (transaction, amount_type, description) = row.words;
    let mut cells = common(row, dialect);
    let amount = amount(row.minor, dialect);
    if !dialect.v1 {
        if counts {
            cells.push(("quantity-purchased", row.quantity.to_string()));
        }
        cells.push(("amount-type", amount_type.to_owned()));
        cells.push(("amount-description", description.to_owned()));
        cells.push(("amount", amount));
        return cells;
    }
    let (word, value) = match amount_type {
        "ItemPrice" => ("price-type", "price-amount"),
        "ItemFees" | "Cost of Advertising" => ("item-related-fee-type", "item-related-fee-amount"),
        "Promotion" => ("promotion-type", "promotion-amount"),
        "ShipmentFees" => ("shipment-fee-type", "shipment-fee-amount"),
        "OrderFees" => ("order-fee-type", "order-fee-amount"),
        _ => ("transaction-type", "other-amount"),
    };
    let text = if transaction == "ServiceFee" { amount_type } else { description };
    cells.retain(|(column, _)| *column != word);
    cells.push((word, text.to_owned()));
    cells.push((value, amount));
    cells
}

fn amount(minor: i64, dialect: Dialect) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let mark = if dialect.comma { ',' } else { '.' };
    let blanks = if dialect.blanks { "   " } else { "" };
    let minor = minor.abs();
    format!("{sign}{}{mark}{:02}{blanks}", minor / 100, minor % 100)
}

fn time(day: u8, dialect: Dialect) -> String {
    match (dialect.v1, dialect.dotted) {
        (_, true) => format!("{day:02}.03.2026 10:00:00 UTC"),
        (true, _) => format!("2026-03-{day:02}T10:00:00+00:00"),
        (false, _) => format!("2026-03-{day:02} 10:00:00 UTC"),
    }
}

fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf8Mark => format!("\u{feff}{text}").into_bytes(),
        // All signs of a made settlement have the same number in Latin-1 and in Unicode.
        Encoding::Cp1252 => text.chars().map(|sign| sign as u8).collect(),
        Encoding::Utf16Little => {
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
        Encoding::Utf16Big => {
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect()
        }
    }
}

const PLAIN: Dialect = Dialect {
    v1: false,
    comma: false,
    crlf: false,
    dotted: false,
    blanks: false,
    encoding: Encoding::Utf8,
};

proptest! {
    #[test]
    fn whatever_the_rows_are_the_records_add_up_to_the_deposit(
        rows in rows(true),
        dialect in dialect(),
    ) {
        let dialect = Dialect { v1: false, ..dialect };
        let total_minor: i64 = rows.iter().map(|row| row.minor).sum();
        let records = records(&write(&rows, dialect));
        prop_assert_eq!(payout(&records).stated_minor, total_minor);
        prop_assert_eq!(records_total(&records), total_minor);
        let parts = &payout(&records).parts;
        prop_assert_eq!(parts.iter().map(|part| part.amount_minor).sum::<i64>(), total_minor);
        prop_assert_eq!(parts.iter().map(|part| part.rows).sum::<i64>(), rows.len() as i64);
        for record in &records {
            if let Record::Order(order) = record {
                prop_assert_eq!(order.check(), Ok(()));
                prop_assert!(!order.lines.is_empty());
                prop_assert!(order.lines.iter().all(|line| line.price_minor >= 0));
            }
        }
    }

    #[test]
    fn no_dialect_changes_what_a_settlement_says(rows in rows(false), dialect in dialect()) {
        prop_assert_eq!(records(&write(&rows, dialect)), records(&write(&rows, PLAIN)));
    }

    #[test]
    fn no_bytes_make_the_reader_fail_otherwise_than_by_a_fault(
        rows in rows(true),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = write(&rows, PLAIN);
        let length = bytes.len();
        bytes[at.index(length)] = byte;
        let _ = super::find_all(&bytes);
    }
}
