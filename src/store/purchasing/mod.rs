//! Suppliers and what they ask for, purchase orders and what came of them, transfers between
//! places, and the history of all. The rules are pure and stand in `domain/purchase` and
//! `domain/transfer`; units and costs that came stand in the ledger and in `purchases`.

pub mod log;
pub mod orders;
pub mod receipts;
pub mod suppliers;
pub mod transfers;

/// A number of the seller's own or a name that is taken already.
fn taken(what: &str, name: &str) -> crate::store::StoreError {
    let sentence = format!("There is {what} {name:?} already. Nothing was changed.");
    crate::store::StoreError::Refused(sentence)
}
