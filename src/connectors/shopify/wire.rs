//! The columns of Shopify's orders export, and one row of it as text. Nothing of ours.

use std::io::BufRead;

use crate::connectors::fault::FileFault;
use crate::connectors::kit::csv::{self, Table};

/// The columns that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Name,
    Email,
    FinancialStatus,
    PaidAt,
    FulfilledAt,
    Currency,
    Subtotal,
    Shipping,
    Taxes,
    Total,
    DiscountAmount,
    CreatedAt,
    Quantity,
    ItemName,
    Price,
    Sku,
    RequiresShipping,
    Taxable,
    LineFulfilment,
    ItemDiscount,
    BillingProvince,
    BillingCountry,
    ShippingProvince,
    ShippingCountry,
    CancelledAt,
    PaymentMethod,
    RefundedAmount,
    OutstandingBalance,
    Tax1Name,
    Tax1Value,
    Tax2Name,
    Tax2Value,
    Tax3Name,
    Tax3Value,
    Tax4Name,
    Tax4Value,
    Tax5Name,
    Tax5Value,
    Duties,
}

const READ_N: usize = 39;

/// In the enum's own order, so that a column's place is its number.
const READ: [(Column, &str); READ_N] = [
    (Column::Name, "Name"),
    (Column::Email, "Email"),
    (Column::FinancialStatus, "Financial Status"),
    (Column::PaidAt, "Paid at"),
    (Column::FulfilledAt, "Fulfilled at"),
    (Column::Currency, "Currency"),
    (Column::Subtotal, "Subtotal"),
    (Column::Shipping, "Shipping"),
    (Column::Taxes, "Taxes"),
    (Column::Total, "Total"),
    (Column::DiscountAmount, "Discount Amount"),
    (Column::CreatedAt, "Created at"),
    (Column::Quantity, "Lineitem quantity"),
    (Column::ItemName, "Lineitem name"),
    (Column::Price, "Lineitem price"),
    (Column::Sku, "Lineitem sku"),
    (Column::RequiresShipping, "Lineitem requires shipping"),
    (Column::Taxable, "Lineitem taxable"),
    (Column::LineFulfilment, "Lineitem fulfillment status"),
    (Column::ItemDiscount, "Lineitem discount"),
    (Column::BillingProvince, "Billing Province"),
    (Column::BillingCountry, "Billing Country"),
    (Column::ShippingProvince, "Shipping Province"),
    (Column::ShippingCountry, "Shipping Country"),
    (Column::CancelledAt, "Cancelled at"),
    (Column::PaymentMethod, "Payment Method"),
    (Column::RefundedAmount, "Refunded Amount"),
    (Column::OutstandingBalance, "Outstanding Balance"),
    (Column::Tax1Name, "Tax 1 Name"),
    (Column::Tax1Value, "Tax 1 Value"),
    (Column::Tax2Name, "Tax 2 Name"),
    (Column::Tax2Value, "Tax 2 Value"),
    (Column::Tax3Name, "Tax 3 Name"),
    (Column::Tax3Value, "Tax 3 Value"),
    (Column::Tax4Name, "Tax 4 Name"),
    (Column::Tax4Value, "Tax 4 Value"),
    (Column::Tax5Name, "Tax 5 Name"),
    (Column::Tax5Value, "Tax 5 Value"),
    (Column::Duties, "Duties"),
];

/// The further columns of the export that we know and leave alone.
const IGNORED: &[&str] = &[
    "Fulfillment Status",
    "Accepts Marketing",
    "Discount Code",
    "Shipping Method",
    "Lineitem compare at price",
    "Billing Name",
    "Billing Street",
    "Billing Address1",
    "Billing Address2",
    "Billing Company",
    "Billing City",
    "Billing Zip",
    "Billing Phone",
    "Shipping Name",
    "Shipping Street",
    "Shipping Address1",
    "Shipping Address2",
    "Shipping Company",
    "Shipping City",
    "Shipping Zip",
    "Shipping Phone",
    "Notes",
    "Note Attributes",
    "Payment Reference",
    "Vendor",
    "Employee",
    "Location",
    "Device ID",
    "Id",
    "Tags",
    "Risk Level",
    "Source",
    "Phone",
    "Receipt Number",
    "Billing Province Name",
    "Shipping Province Name",
    "Payment ID",
    "Payment Terms Name",
    "Next Payment Due At",
    "Payment References",
];

/// Without these the file is something else, or cannot be understood.
pub const REQUIRED: [Column; 9] = [
    Column::Name,
    Column::FinancialStatus,
    Column::Currency,
    Column::Taxes,
    Column::Total,
    Column::CreatedAt,
    Column::Quantity,
    Column::ItemName,
    Column::Price,
];

/// The name and value columns of an order's taxes.
pub const TAXES: [(Column, Column); 5] = [
    (Column::Tax1Name, Column::Tax1Value),
    (Column::Tax2Name, Column::Tax2Value),
    (Column::Tax3Name, Column::Tax3Value),
    (Column::Tax4Name, Column::Tax4Value),
    (Column::Tax5Name, Column::Tax5Value),
];

impl Column {
    /// As the file writes it.
    pub fn title(self) -> &'static str {
        READ[self as usize].1
    }
}

/// Where the columns stand in this file.
pub struct Layout {
    places: [Option<usize>; READ_N],
    /// Columns that no generation of the export is known to have.
    pub unknown: Vec<String>,
}

impl Layout {
    /// # Errors
    /// `NotThisFormat`, naming the required column that is missing.
    pub fn of<R: BufRead>(table: &Table<R>) -> Result<Self, FileFault> {
        for column in REQUIRED {
            table.column(column.title())?;
        }
        let known =
            |name: &str| IGNORED.contains(&name) || READ.iter().any(|(_, title)| *title == name);
        let unknown = table
            .header
            .iter()
            .filter(|name| !name.is_empty() && !known(name.as_str()))
            .cloned()
            .collect();
        Ok(Self { places: READ.map(|(_, title)| table.find_column(title)), unknown })
    }

    pub fn row(&self, row: &csv::Row<'_>) -> Row {
        Row { line: row.line, cells: self.places.map(|place| row.find(place)) }
    }
}

/// The cells that are read. Not `Debug`: one of them is an e-mail address.
pub struct Row {
    /// Line of the file on which it begins.
    pub line: u64,
    cells: [String; READ_N],
}

impl Row {
    pub fn text(&self, column: Column) -> &str {
        &self.cells[column as usize]
    }

    /// Whether it bears the order's own cells; later rows of an order have only a line.
    pub fn is_head(&self) -> bool {
        [Column::FinancialStatus, Column::Total, Column::Currency]
            .into_iter()
            .any(|column| !self.text(column).is_empty())
    }

    pub fn has_line(&self) -> bool {
        [Column::Quantity, Column::ItemName, Column::Price]
            .into_iter()
            .any(|column| !self.text(column).is_empty())
    }

    /// For a refused order: what was read, but never the e-mail.
    pub fn raw(&self) -> String {
        let cells = READ.into_iter().filter(|(column, _)| *column != Column::Email);
        csv::raw_row(cells.map(|(column, title)| (title, self.text(column).to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_columns_number_is_its_place_in_the_list() {
        for (index, (column, title)) in READ.into_iter().enumerate() {
            assert_eq!(column as usize, index, "{title}");
            assert!(!IGNORED.contains(&title), "{title}");
        }
    }

    #[test]
    fn all_columns_of_the_export_are_known() {
        assert_eq!(READ.len() + IGNORED.len(), 79);
    }
}
