//! Records made ready for the writer on other threads: what a fact says is written down, its key
//! worked out, and what a new order comes to computed.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::base::{Currency, Instant, Zone};
use crate::domain::record::order::CustomerIdentity;
use crate::domain::record::{CustomerReturn, Order, Record, Refund, SourceKind};
use crate::store::booked::{Computed, Terms};
use crate::store::orders::Header;
use crate::store::vault::Customer;
use crate::sync::ctx::CustomerHash;

/// A record with what can be worked out away from the writer.
pub enum Prepared {
    Order(Box<PreparedOrder>),
    /// A document of an order that arrived apart from it.
    Apart {
        /// `refund`, `return`.
        kind: &'static str,
        order_id: String,
        part: String,
        header: Box<Header>,
        body: String,
    },
    Other(Box<Record>),
    /// A later record of the same key stands in its place.
    Superseded,
}

/// Of two records of one key the later counts: the earlier is not written, so that the same file
/// a second time finds nothing new. Gives what the user should know of it.
pub fn drop_superseded<'a>(records: impl Iterator<Item = &'a mut Prepared>) -> Vec<String> {
    let mut last: HashMap<String, &'a mut Prepared> = HashMap::new();
    let mut told = Vec::new();
    for record in records {
        let Some(key) = record.key() else { continue };
        let later = record.order_currency().map(|(id, currency)| (id.to_owned(), currency));
        let Some(earlier) = last.insert(key, record) else { continue };
        if let (Some((id, new)), Some((_, old))) = (later, earlier.order_currency())
            && new != old
        {
            told.push(format!(
                "Order {id} stands twice in the file, in {old} and in {new}. The later one, in \
                 {new}, was taken in; where that is wrong, correct the file and import it again."
            ));
        }
        *earlier = Prepared::Superseded;
    }
    told
}

pub struct PreparedOrder {
    pub(super) external_id: String,
    pub(super) kind: SourceKind,
    pub(super) part: String,
    pub(super) header: Header,
    pub(super) body: String,
    pub(super) customer: Option<[u8; 32]>,
    pub(super) other_customer: Option<[u8; 32]>,
    /// What it comes to where it is not known yet.
    pub(super) computed: Option<Box<Computed>>,
}

impl PreparedOrder {
    pub fn currency(&self) -> Currency {
        self.header.currency
    }
}

impl Prepared {
    /// Whether it is an order that can be booked at once if nothing is known of it.
    pub fn is_booked(&self) -> bool {
        matches!(self, Self::Order(order) if order.computed.is_some())
    }

    fn order_currency(&self) -> Option<(&str, Currency)> {
        match self {
            Self::Order(order) => Some((&order.external_id, order.header.currency)),
            _ => None,
        }
    }

    /// What tells one fact from another, where a file may hold two of one key.
    pub(super) fn key(&self) -> Option<String> {
        match self {
            Self::Order(order) => {
                Some(format!("{}\0{}\0{}", order.kind.name(), order.part, order.external_id))
            }
            Self::Apart { kind, order_id, part, .. } => Some(format!("{kind}\0{order_id}\0{part}")),
            Self::Other(record) => match record.as_ref() {
                Record::Cost(cost) => Some(format!("{:?}", cost.key())),
                Record::Purchase(row) => Some(format!("{:?}", ("purchase", row.key()))),
                Record::Landed(row) => Some(format!("{:?}", ("landed", row.key()))),
                Record::Expense(row) => Some(format!("{:?}", (&row.name, row.from, &row.store))),
                Record::AdSpend(row) => Some(format!(
                    "{:?}",
                    (row.day, &row.platform, &row.campaign, &row.store, &row.sku, &row.country)
                )),
                Record::Rate(rate) => {
                    Some(format!("{:?}", (rate.day, rate.base, rate.quote, rate.source)))
                }
                Record::Charge(charge) => Some(format!("charge\0{}", charge.key)),
                Record::Listing(listing) => Some(format!("listing\0{}", listing.key)),
                Record::Link(row) => Some(format!(
                    "{:?}",
                    (
                        "link",
                        &row.store,
                        &row.listing,
                        row.listing.is_none().then_some(&row.listing_sku)
                    )
                )),
                Record::ListedCost(cost) => Some(format!("listed cost\0{}", cost.sku)),
                Record::FeeEstimate(estimate) => Some(format!("estimate\0{}", estimate.sku)),
                Record::Stock(level) => {
                    Some(format!("{:?}", ("stock", &level.sku, &level.location, level.state)))
                }
                Record::StockMovement(movement) => Some(format!("movement\0{}", movement.key)),
                Record::Label(label) => Some(format!("{:?}", ("label", &label.store, &label.key))),
                _ => None,
            },
            Self::Superseded => None,
        }
    }
}

/// What preparing needs to know.
pub struct Preparing<'a> {
    pub zone: &'a Zone,
    pub store: &'a str,
    /// Of the store, for a refund whose order is not known yet.
    pub currency: Option<Currency>,
    pub hash: &'a CustomerHash,
    /// Under what an order that is new can be booked at once, as soon as that is known.
    pub terms: &'a OnceLock<Terms>,
}

impl Preparing<'_> {
    /// # Errors
    /// A sentence, where a record cannot be written down.
    pub fn prepare(&self, record: Record) -> Result<Prepared, String> {
        match record {
            Record::Order(order) => self.prepare_order(*order),
            Record::Refund { order_id, refund } => self.prepare_refund(order_id, &refund),
            Record::Return(returned) => self.prepare_return(&returned),
            other => Ok(Prepared::Other(Box::new(other))),
        }
    }

    fn prepare_order(&self, mut order: Order) -> Result<Prepared, String> {
        let identity = std::mem::take(&mut order.customer);
        let (customer, other_customer) = self.hash_customer(&identity);
        let day = order.placed_at.day_in(self.zone);
        let body = serde_json::to_string(&order).map_err(|fault| fault.to_string())?;
        let header = Header::of(&order, day);
        let (kind, part) = (order.source.kind, order.source.part.clone());
        let external_id = order.id.clone();
        let computed = self.terms.get().and_then(|terms| terms.compute(&external_id, order));
        Ok(Prepared::Order(Box::new(PreparedOrder {
            header,
            kind,
            part,
            external_id,
            body,
            customer,
            other_customer,
            computed: computed.map(Box::new),
        })))
    }

    fn prepare_refund(&self, order_id: String, refund: &Refund) -> Result<Prepared, String> {
        let body = serde_json::to_string(refund).map_err(|fault| fault.to_string())?;
        let header = Box::new(self.waiting_header(refund.at)?);
        Ok(Prepared::Apart { kind: "refund", order_id, part: refund.id.clone(), header, body })
    }

    fn prepare_return(&self, returned: &CustomerReturn) -> Result<Prepared, String> {
        let body = serde_json::to_string(returned).map_err(|fault| fault.to_string())?;
        let header = Box::new(self.waiting_header(returned.at)?);
        let (order_id, part) = (returned.order_id.clone(), returned.key.clone());
        Ok(Prepared::Apart { kind: "return", order_id, part, header, body })
    }

    /// Until its order comes, a document apart makes a row that counts for nothing.
    fn waiting_header(&self, at: Instant) -> Result<Header, String> {
        let currency = self.currency.ok_or(
            "the store is new and the file names no currency; name the store's with --currency EUR",
        )?;
        Ok(Header {
            number: None,
            placed_at: at,
            order_day: at.day_in(self.zone),
            currency,
            country: None,
            region: None,
            channel: None,
            campaign: None,
            financial_status: "pending".to_owned(),
            cancelled: false,
            test: false,
            counted: false,
            unexplained_minor: 0,
        })
    }

    /// The e-mail's hash where there is one, and that of the platform's own mark.
    fn hash_customer(&self, identity: &CustomerIdentity) -> (Option<[u8; 32]>, Option<[u8; 32]>) {
        let some = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let by_email =
            some(&identity.email).and_then(|email| (self.hash)(&Customer::Email(&email)));
        let by_mark = match (&identity.platform_id, some(&identity.reference)) {
            (Some((platform, id)), _) => {
                (self.hash)(&Customer::Platform { platform, store: self.store, id })
            }
            (None, Some(reference)) => (self.hash)(&Customer::Reference(&reference)),
            (None, None) => None,
        };
        match by_email {
            Some(by_email) => (Some(by_email), by_mark),
            None => (by_mark, None),
        }
    }
}
