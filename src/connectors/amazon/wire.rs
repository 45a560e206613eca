//! One row as Amazon writes it: columns by name in both versions of the flat file, told in the
//! words of the second. Knows nothing of what an amount means.

use crate::connectors::fault::FileFault;
use crate::connectors::kit::csv::Row;

/// The first column, by which a header is told.
pub const ID: &str = "settlement-id";

/// Columns that exist and hold nothing that we need.
const UNREAD: [&str; 6] = [
    "merchant-order-id",
    "shipment-id",
    "fulfillment-id",
    "merchant-order-item-id",
    "merchant-adjustment-item-id",
    "promotion-id",
];

/// V1: the amount's column, the column of its word, and the amount type that V2 gives it.
const V1_AMOUNTS: [(&str, &str, &str); 8] = [
    ("price-amount", "price-type", "ItemPrice"),
    ("item-related-fee-amount", "item-related-fee-type", "ItemFees"),
    ("promotion-amount", "promotion-type", "Promotion"),
    ("shipment-fee-amount", "shipment-fee-type", "ShipmentFees"),
    ("order-fee-amount", "order-fee-type", "OrderFees"),
    ("other-fee-amount", "other-fee-reason-description", "OtherFees"),
    ("direct-payment-amount", "direct-payment-type", "DirectPayment"),
    ("misc-fee-amount", "", "MiscFee"),
];
const V1_OTHER: &str = "other-amount";
/// The transaction under which V2 books what V1 names as a transaction of its own.
pub const OTHER: &str = "other-transaction";
const SERVICE: &str = "ServiceFee";
pub const REIMBURSEMENT: &str = "FBA Inventory Reimbursement";

/// Where the columns stand.
pub struct Layout {
    pub columns: usize,
    id: usize,
    start: Option<usize>,
    end: Option<usize>,
    deposit: Option<usize>,
    total: usize,
    currency: usize,
    transaction: usize,
    order: usize,
    adjustment: Option<usize>,
    marketplace: Option<usize>,
    posted: [Option<usize>; 2],
    item: usize,
    sku: usize,
    quantity: usize,
    amounts: Amounts,
    /// Column names that no version is known to have.
    pub unknown: Vec<String>,
    /// What a refused row shows.
    shown: Vec<(String, Option<usize>)>,
}

enum Amounts {
    /// Amount, word, V2's amount type; and the column of other amounts.
    V1 {
        named: Vec<(usize, Option<usize>, &'static str)>,
        other: usize,
    },
    V2 {
        amount_type: usize,
        description: usize,
        amount: usize,
    },
}

/// One row, still text.
pub struct WireRow {
    pub line: u64,
    pub cells: usize,
    /// Cells beyond the header's that hold something.
    pub overhang: bool,
    pub id: String,
    pub start: String,
    pub end: String,
    pub deposit: String,
    pub total: String,
    pub currency: String,
    pub transaction: String,
    pub order: String,
    pub adjustment: String,
    pub marketplace: String,
    pub posted: String,
    pub item: String,
    pub sku: String,
    pub quantity: String,
    pub amounts: Vec<WireAmount>,
}

pub struct WireAmount {
    /// In V2's words, whichever version the file is.
    pub transaction: String,
    pub amount_type: String,
    pub description: String,
    /// As written; never empty in V1.
    pub text: String,
    pub column: &'static str,
}

impl Layout {
    /// # Errors
    /// `NotThisFormat`, naming a column that is missing.
    pub fn from_header(header: &[String]) -> Result<Self, FileFault> {
        let names: Vec<String> =
            header.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        let find = |name: &str| names.iter().position(|column| column == name);
        let must = |name: &str| find(name).ok_or_else(|| missing(name));
        let id = must(ID)?;
        let mut read = vec![
            ID,
            "settlement-start-date",
            "settlement-end-date",
            "deposit-date",
            "total-amount",
            "currency",
            "transaction-type",
            "order-id",
            "adjustment-id",
            "marketplace-name",
            "posted-date",
            "posted-date-time",
            "order-item-code",
            "sku",
            "quantity-purchased",
        ];
        let amounts = if find("amount-type").is_some() {
            read.extend(["amount-type", "amount-description", "amount"]);
            Amounts::V2 {
                amount_type: must("amount-type")?,
                description: must("amount-description")?,
                amount: must("amount")?,
            }
        } else {
            for name in ["price-type", "price-amount", "item-related-fee-amount", V1_OTHER] {
                must(name)?;
            }
            let mut named = Vec::new();
            for (amount, word, amount_type) in V1_AMOUNTS {
                read.extend([amount, word].into_iter().filter(|name| !name.is_empty()));
                if let Some(column) = find(amount) {
                    named.push((column, find(word), amount_type));
                }
            }
            read.push(V1_OTHER);
            Amounts::V1 { named, other: must(V1_OTHER)? }
        };
        let posted = [find("posted-date-time"), find("posted-date")];
        if posted == [None, None] {
            return Err(missing("posted-date"));
        }
        let known = |name: &str| name.is_empty() || read.contains(&name) || UNREAD.contains(&name);
        Ok(Self {
            columns: names.len(),
            id,
            start: find("settlement-start-date"),
            end: find("settlement-end-date"),
            deposit: find("deposit-date"),
            total: must("total-amount")?,
            currency: must("currency")?,
            transaction: must("transaction-type")?,
            order: must("order-id")?,
            adjustment: find("adjustment-id"),
            marketplace: find("marketplace-name"),
            posted,
            item: must("order-item-code")?,
            sku: must("sku")?,
            quantity: must("quantity-purchased")?,
            amounts,
            unknown: names.iter().filter(|name| !known(name)).cloned().collect(),
            shown: read.iter().map(|name| ((*name).to_owned(), find(name))).collect(),
        })
    }

    /// Whether the row is a header again, as in files that were put together.
    pub fn is_header(&self, row: &Row<'_>) -> bool {
        row.text(self.id).eq_ignore_ascii_case(ID)
    }

    pub fn read(&self, row: &Row<'_>) -> WireRow {
        let transaction = row.text(self.transaction);
        let posted = self.posted.iter().map(|column| row.find(*column));
        WireRow {
            line: row.line,
            cells: row.cells(),
            overhang: (self.columns..row.cells()).any(|column| !row.text(column).is_empty()),
            id: row.text(self.id),
            start: row.find(self.start),
            end: row.find(self.end),
            deposit: row.find(self.deposit),
            total: row.text(self.total),
            currency: row.text(self.currency),
            order: row.text(self.order),
            adjustment: row.find(self.adjustment),
            marketplace: row.find(self.marketplace),
            posted: posted.into_iter().find(|text| !text.is_empty()).unwrap_or_default(),
            item: row.text(self.item),
            sku: row.text(self.sku),
            quantity: row.text(self.quantity),
            amounts: self.read_amounts(row, &transaction),
            transaction,
        }
    }

    /// The row for a refusal, only the columns that are read.
    pub fn raw(&self, row: &Row<'_>) -> String {
        let shown: Vec<(&str, Option<usize>)> =
            self.shown.iter().map(|(name, column)| (name.as_str(), *column)).collect();
        row.raw(&shown)
    }

    fn read_amounts(&self, row: &Row<'_>, transaction: &str) -> Vec<WireAmount> {
        match &self.amounts {
            Amounts::V2 { amount_type, description, amount } => {
                let (text, kind) = (row.text(*amount), row.text(*amount_type));
                if text.is_empty() && kind.is_empty() {
                    return Vec::new();
                }
                vec![WireAmount {
                    transaction: transaction.to_owned(),
                    amount_type: kind,
                    description: row.text(*description),
                    text,
                    column: "amount",
                }]
            }
            Amounts::V1 { named, other } => {
                let mut amounts = Vec::new();
                let mut service = String::new();
                for (amount, word, amount_type) in named {
                    let (text, word) = (row.text(*amount), row.find(*word));
                    if text.is_empty() {
                        continue;
                    }
                    let (amount_type, description) =
                        v2_words(transaction, amount_type, word, &mut service);
                    amounts.push(WireAmount {
                        transaction: transaction.to_owned(),
                        amount_type,
                        description,
                        text,
                        column: "amount",
                    });
                }
                let text = row.text(*other);
                if !text.is_empty() {
                    amounts.push(v1_other(transaction, text));
                }
                amounts
            }
        }
    }
}

fn missing(name: &str) -> FileFault {
    FileFault::not_this(format!(
        "This is not an Amazon settlement report: the column {name:?} is missing. Take the flat \
         file (V2) of the settlement as Amazon gives it, without opening it in a spreadsheet."
    ))
}

/// V1 writes a service and the tax on it into two columns of one row, V2 into two rows.
fn v2_words(
    transaction: &str,
    amount_type: &str,
    word: String,
    service: &mut String,
) -> (String, String) {
    if transaction != SERVICE {
        return (amount_type.to_owned(), word);
    }
    if amount_type == "ItemFees" {
        service.clone_from(&word);
        return (word, "TransactionTotalAmount".to_owned());
    }
    let of = if service.is_empty() { amount_type.to_owned() } else { service.clone() };
    (of, word)
}

/// V1 names a transaction where V2 has a description; reimbursements are codes such as
/// `WAREHOUSE_LOST`.
fn v1_other(transaction: &str, text: String) -> WireAmount {
    let is_code = transaction.contains('_')
        && transaction.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let amount_type = if is_code { REIMBURSEMENT } else { OTHER };
    WireAmount {
        transaction: OTHER.to_owned(),
        amount_type: amount_type.to_owned(),
        description: transaction.to_owned(),
        text,
        column: V1_OTHER,
    }
}
