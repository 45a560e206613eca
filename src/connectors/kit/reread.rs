//! Whatever a test pulls must mean the same when what was kept of it is read again.

use crate::connectors::contract::{Api, Kept, Page};
use crate::connectors::ctx::Account;
use crate::connectors::spec::Stream;
use crate::domain::record::Record;
use crate::domain::record::order::CustomerIdentity;

/// # Panics
/// Where a document of the page reads otherwise by itself than it did in its page.
pub fn expect_same(api: &dyn Api, (account, stream): (&Account, &Stream), page: &Page) {
    for document in &page.documents {
        let Some(raw) = &document.raw else { continue };
        let kept = Kept { key: &document.key, bytes: &raw.bytes, beside: &raw.beside };
        let again = api.replay(account, stream, &kept);
        let again = again.unwrap_or_else(|fault| panic!("{} {}: {fault}", stream.slug, kept.key));
        assert_eq!(again.key, document.key, "{}", stream.slug);
        let told: Vec<Record> = document.records.iter().cloned().map(without_buyer).collect();
        assert_eq!(again.records, told, "{} {}", stream.slug, kept.key);
        assert_eq!(again.raw.as_ref(), Some(raw), "{} {}: kept alike", stream.slug, kept.key);
    }
}

/// Of the buyer nothing was kept; the books know the order's buyer from before.
fn without_buyer(record: Record) -> Record {
    match record {
        Record::Order(mut order) => {
            order.customer = CustomerIdentity::default();
            Record::Order(order)
        }
        other => other,
    }
}
