//! The reports of Fulfilment by Amazon, a file each: stock, returns, reimbursements, storage
//! fees, fees as Amazon expects them, the inventory ledger. Each row stands for itself.

pub mod estimated_fees;
pub mod inventory;
pub mod ledger;
pub mod reimbursements;
pub mod returns;
pub mod storage;

/// Where Amazon's own warehouses hold units, with the marketplace or country that a file names.
pub fn location(of: Option<String>) -> String {
    match of {
        Some(of) => format!("FBA {of}"),
        None => "FBA".to_owned(),
    }
}

#[cfg(test)]
mod tests;
