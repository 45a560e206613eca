//! One batch of records into the facts, in one transaction: upsert, mark what has to be computed
//! again. The same for files and for connectors.

use std::collections::HashMap;

use crate::base::id::{ImportId, OrderId, StoreId};
use crate::base::{Currency, Day, Zone};
use crate::domain::record::order::CustomerIdentity;
use crate::domain::record::{Order, Record, Refund, SourceKind};
use crate::store::fact::Upserted;
use crate::store::orders::{self, Header, NewFact};
use crate::store::vault::Customer;
use crate::store::{StoreError, Tx, charges, costs, dirty};
use crate::sync::ctx::CustomerHash;

/// A record with what can be worked out away from the writer.
pub enum Prepared {
    Order(Box<PreparedOrder>),
    Refund {
        order_id: String,
        id: String,
        header: Box<Header>,
        body: String,
    },
    Other(Box<Record>),
    /// A later record of the same key stands in its place.
    Superseded,
}

/// Of two records of one key the later counts: the earlier is not written, so that the same file
/// a second time finds nothing new.
pub fn drop_superseded<'a>(records: impl Iterator<Item = &'a mut Prepared>) {
    let mut last: HashMap<String, &'a mut Prepared> = HashMap::new();
    for record in records {
        let Some(key) = record.key() else { continue };
        if let Some(earlier) = last.insert(key, record) {
            *earlier = Prepared::Superseded;
        }
    }
}

pub struct PreparedOrder {
    external_id: String,
    kind: SourceKind,
    part: String,
    header: Header,
    body: String,
    customer: Option<[u8; 32]>,
    other_customer: Option<[u8; 32]>,
}

impl PreparedOrder {
    pub fn currency(&self) -> Currency {
        self.header.currency
    }
}

impl Prepared {
    /// What tells one fact from another, where a file may hold two of one key.
    fn key(&self) -> Option<String> {
        match self {
            Self::Order(order) => {
                Some(format!("{}\0{}\0{}", order.kind.name(), order.part, order.external_id))
            }
            Self::Refund { order_id, id, .. } => Some(format!("refund\0{order_id}\0{id}")),
            Self::Other(record) => match record.as_ref() {
                Record::Cost(cost) => Some(format!("{:?}", cost.key())),
                Record::Expense(row) => Some(format!("{:?}", (&row.name, row.from, &row.store))),
                Record::AdSpend(row) => Some(format!(
                    "{:?}",
                    (row.day, &row.platform, &row.campaign, &row.store, &row.sku, &row.country)
                )),
                Record::Rate(rate) => {
                    Some(format!("{:?}", (rate.day, rate.base, rate.quote, rate.source)))
                }
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
}

impl Preparing<'_> {
    /// # Errors
    /// A sentence, where a record cannot be written down.
    pub fn prepare(&self, record: Record) -> Result<Prepared, String> {
        match record {
            Record::Order(order) => self.prepare_order(*order),
            Record::Refund { order_id, refund } => self.prepare_refund(order_id, &refund),
            other => Ok(Prepared::Other(Box::new(other))),
        }
    }

    fn prepare_order(&self, mut order: Order) -> Result<Prepared, String> {
        let identity = std::mem::take(&mut order.customer);
        let (customer, other_customer) = self.hash_customer(&identity);
        let day = order.placed_at.day_in(self.zone);
        let body = serde_json::to_string(&order).map_err(|fault| fault.to_string())?;
        Ok(Prepared::Order(Box::new(PreparedOrder {
            header: Header::of(&order, day),
            kind: order.source.kind,
            part: order.source.part,
            external_id: order.id,
            body,
            customer,
            other_customer,
        })))
    }

    fn prepare_refund(&self, order_id: String, refund: &Refund) -> Result<Prepared, String> {
        let body = serde_json::to_string(refund).map_err(|fault| fault.to_string())?;
        let currency = self.currency.ok_or("the store's currency is not known")?;
        // Until its order comes, the refund alone makes a row that counts for nothing.
        let header = Header {
            number: None,
            placed_at: refund.at,
            order_day: refund.at.day_in(self.zone),
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
        };
        Ok(Prepared::Refund { order_id, id: refund.id.clone(), header: Box::new(header), body })
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

/// Counts of one batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub accepted: i64,
    pub unchanged: i64,
}

/// Writes a batch.
pub struct Ingest<'a> {
    tx: &'a Tx<'a>,
    store: Option<StoreId>,
    import: Option<ImportId>,
    mark: i64,
    pub counts: Counts,
    skus: HashMap<String, Day>,
    rates_from: Option<Day>,
    rules_changed: bool,
}

impl<'a> Ingest<'a> {
    /// # Errors
    /// `StoreError` of the database.
    pub fn begin(
        tx: &'a Tx<'a>,
        store: Option<StoreId>,
        import: Option<ImportId>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            tx,
            store,
            import,
            mark: dirty::bump_version(tx)?,
            counts: Counts::default(),
            skus: HashMap::new(),
            rates_from: None,
            rules_changed: false,
        })
    }

    /// Writes one record.
    ///
    /// # Errors
    /// `StoreError` of the database; `Refused` where the record needs a store and none is named.
    pub fn take(&mut self, prepared: &Prepared) -> Result<(), StoreError> {
        let upserted = match prepared {
            Prepared::Order(order) => self.take_order(order)?,
            Prepared::Refund { order_id, id, header, body } => {
                let order = self.find_or_insert(order_id, header, None)?.0;
                let fact = NewFact { kind: "refund", part: id, body, ..self.bare_fact() };
                let upserted = orders::upsert_fact(self.tx, order, &fact)?;
                self.mark_written(order, upserted)?;
                upserted
            }
            Prepared::Other(record) => self.take_other(record)?,
            Prepared::Superseded => Upserted::Unchanged,
        };
        match upserted.is_written() {
            true => self.counts.accepted += 1,
            false => self.counts.unchanged += 1,
        }
        Ok(())
    }

    fn take_order(&mut self, order: &PreparedOrder) -> Result<Upserted, StoreError> {
        let customer = |hash: &Option<[u8; 32]>| {
            hash.as_ref().map(|hash| orders::upsert_customer(self.tx, hash)).transpose()
        };
        let (first, other) = (customer(&order.customer)?, customer(&order.other_customer)?);
        let (id, is_new) = self.find_or_insert(&order.external_id, &order.header, first)?;
        let fact = NewFact {
            kind: order.kind.name(),
            part: &order.part,
            body: &order.body,
            customer: first,
            other_customer: other,
            ..self.bare_fact()
        };
        let upserted = if is_new {
            orders::insert_fact(self.tx, id, &fact)?;
            Upserted::New
        } else {
            orders::upsert_fact(self.tx, id, &fact)?
        };
        self.mark_written(id, upserted)?;
        Ok(upserted)
    }

    fn take_other(&mut self, record: &Record) -> Result<Upserted, StoreError> {
        let (tx, import) = (self.tx, self.import);
        let upserted = match record {
            Record::Charge(charge) => charges::upsert_charge(tx, self.store()?, charge, import)?,
            Record::Payout(payout) => charges::upsert_payout(tx, self.store()?, payout, import)?,
            Record::StatedTotal(total) => {
                charges::upsert_stated_total(tx, self.store()?, total, import)?
            }
            Record::Cost(cost) => {
                let upserted = costs::upsert_cost(tx, cost, import)?;
                if upserted.is_written() {
                    let from = self.skus.entry(cost.sku.clone()).or_insert(cost.valid_from);
                    *from = cost.valid_from.min(*from);
                }
                upserted
            }
            Record::Expense(expense) => costs::upsert_expense(tx, expense, import)?,
            Record::AdSpend(spend) => {
                let upserted = costs::upsert_ad_spend(tx, spend, import)?;
                if upserted.is_written() {
                    dirty::mark_day(tx, spend.day, self.mark)?;
                }
                upserted
            }
            Record::Rate(rate) => {
                let upserted = costs::upsert_rate(tx, rate, import)?;
                if upserted.is_written() {
                    self.rates_from =
                        Some(self.rates_from.map_or(rate.day, |day| day.min(rate.day)));
                }
                upserted
            }
            Record::Rules(rules) => {
                let upserted = costs::replace_rules(tx, rules, import)?;
                self.rules_changed |= upserted.is_written();
                upserted
            }
            Record::Order(_) | Record::Refund { .. } => {
                return Err(StoreError::Internal("an order was not prepared".to_owned()));
            }
        };
        Ok(upserted)
    }

    /// Marks what the batch's costs, rates and rules touch.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn finish(self) -> Result<Counts, StoreError> {
        for (sku, from) in &self.skus {
            dirty::mark_sku(self.tx, sku, *from, self.mark)?;
        }
        if let Some(from) = self.rates_from {
            dirty::mark_rates(self.tx, from, self.mark)?;
        }
        if self.rules_changed {
            dirty::mark_all(self.tx, self.mark)?;
        }
        Ok(self.counts)
    }

    fn bare_fact(&self) -> NewFact<'static> {
        NewFact {
            kind: "",
            part: "",
            body: "",
            customer: None,
            other_customer: None,
            import: self.import,
        }
    }

    fn mark_written(&self, order: OrderId, upserted: Upserted) -> Result<(), StoreError> {
        if upserted.is_written() {
            dirty::mark_order(self.tx, order, self.mark)?;
        }
        Ok(())
    }

    fn find_or_insert(
        &self,
        external_id: &str,
        header: &Header,
        customer: Option<crate::base::id::CustomerId>,
    ) -> Result<(OrderId, bool), StoreError> {
        let store = self.store()?;
        if let Some(id) = orders::find_order_id(self.tx, store, external_id)? {
            return Ok((id, false));
        }
        Ok((orders::insert_order(self.tx, store, external_id, header, customer)?, true))
    }

    fn store(&self) -> Result<StoreId, StoreError> {
        self.store.ok_or_else(|| {
            StoreError::Refused("These rows belong to a store; name it with --store.".to_owned())
        })
    }
}
