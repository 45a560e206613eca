//! One batch of records into the facts, in one transaction: upsert, mark what has to be computed
//! again. The same for files and for connectors.

use std::collections::{BTreeSet, HashMap};

use crate::base::id::{ImportId, OrderId, StockActionId, StoreId};
use crate::base::{Currency, Day, Zone};
use crate::domain::record::{ChargeClass, Cost, Label, LinkRow, LinkTo, Record, StockLevel};
use crate::domain::rules::Rules;
use crate::domain::stock::event::{Change, EventKind};
use crate::store::booked::{self, Terms, Writing};
use crate::store::fact::Upserted;
use crate::store::listing_links::{self, How, ListingLink};
use crate::store::orders::{self, Header, NewFact, NewOrder};
use crate::store::stock::claims::{ClaimedOrder, Claiming, NO_STOCK};
use crate::store::stock::ledger::{NewAction, NewEvent};
use crate::store::stock::locations::LocationKind;
use crate::store::stock::{began, claims, ledger, locations, variants};
use crate::store::stores::Store;
use crate::store::touched::Touched;
use crate::store::{
    StoreError, Tx, channel_listings, charges, costs, deducted, dirty, labels, listing_parts,
    listings, privacy, purchases, rules, stock_levels, stores, united,
};
use crate::sync::match_job;
use crate::sync::prepare::{Prepared, PreparedOrder};
use crate::sync::stock::job as stock_job;

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
    costs: Vec<Cost>,
    rates: Vec<(Currency, Currency, Day)>,
    /// The rules that held before this batch, where it changed them.
    rules_before: Option<Rules>,
    /// Of which something was received, and purchase orders of which something is known anew.
    received: BTreeSet<String>,
    references: BTreeSet<String>,
    /// Whether a link was put, and whether anything was that listings are matched by.
    linked: bool,
    matched: bool,
    /// Whether advertising was spent, or deducted from a payout.
    deducted: bool,
    store_name: Option<String>,
    today: Day,
    /// Where new orders are booked at once.
    writing: Option<&'a mut Writing>,
    /// A label of this batch may be of an order that is still to come.
    has_labels: bool,
    keeps_customers: bool,
    /// Where stock is kept: how claims are read, and the orders of which something is new.
    claiming: Option<Claiming>,
    claimed: BTreeSet<OrderId>,
    counting: Option<StockActionId>,
}

impl<'a> Ingest<'a> {
    /// # Errors
    /// `StoreError` of the database.
    pub fn begin(
        tx: &'a Tx<'a>,
        store: Option<&Store>,
        (import, zone): (Option<ImportId>, &Zone),
    ) -> Result<Self, StoreError> {
        Ok(Self {
            tx,
            store: store.map(|store| store.id),
            store_name: store.map(|store| store.name.clone()),
            today: tx.now.day_in(zone),
            import,
            mark: dirty::bump_version(tx)?,
            counts: Counts::default(),
            skus: HashMap::new(),
            costs: Vec::new(),
            rates: Vec::new(),
            rules_before: None,
            received: BTreeSet::new(),
            references: BTreeSet::new(),
            linked: false,
            matched: false,
            deducted: false,
            writing: None,
            has_labels: false,
            keeps_customers: false,
            claiming: Claiming::begin(tx)?,
            claimed: BTreeSet::new(),
            counting: None,
        })
    }

    /// Orders that name no buyer keep the one that they are known to be of.
    pub fn keep_customers(&mut self) {
        self.keeps_customers = true;
    }

    /// Books orders at once of which nothing is known yet, if what they were computed under still
    /// holds. `orders` are as many as the batch may bring.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn book_at_once(
        &mut self,
        terms: &Terms,
        writing: &'a mut Writing,
        orders: i64,
    ) -> Result<(), StoreError> {
        let is_current = dirty::find_policy_version(self.tx.conn())? == terms.policy_version();
        // A label may be of an order that is still to come.
        if is_current && !labels::is_any(self.tx.conn())? {
            writing.begin(self.tx, orders)?;
            self.writing = Some(writing);
        }
        Ok(())
    }

    /// Writes one record.
    ///
    /// # Errors
    /// `StoreError` of the database; `Refused` where the record needs a store and none is named.
    pub fn take(&mut self, prepared: &mut Prepared) -> Result<(), StoreError> {
        let upserted = match prepared {
            Prepared::Order(order) => self.take_order(order)?,
            Prepared::Apart { kind, order_id, part, header, body } => {
                let order = self.find_or_insert(order_id, header, None)?.0;
                let fact = NewFact { kind, part, body, ..self.bare_fact() };
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

    fn take_order(&mut self, order: &mut PreparedOrder) -> Result<Upserted, StoreError> {
        let known = orders::find_order_id(self.tx, self.store()?, &order.external_id)?;
        let is_forgotten = match known {
            Some(known) => privacy::is_forgotten(self.tx, known)?,
            None => false,
        };
        let customer = |hash: &Option<[u8; 32]>| {
            let hash = hash.as_ref().filter(|_| !is_forgotten);
            hash.map(|hash| orders::upsert_customer(self.tx, hash)).transpose()
        };
        let (first, other) = (customer(&order.customer)?, customer(&order.other_customer)?);
        let computed =
            order.computed.as_deref_mut().filter(|_| known.is_none() && !self.has_labels);
        let booked = match (&mut self.writing, computed) {
            (Some(writing), Some(computed)) => {
                Some(booked::insert_order(self.tx, computed, first, writing)?)
            }
            _ => None,
        };
        let (id, is_new) = match known.or(booked) {
            Some(id) => (id, booked.is_some()),
            None => (self.insert(&order.external_id, &order.header, first)?, true),
        };
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
        if booked.is_some() {
            self.claimed.extend(self.claiming.is_some().then_some(id));
            return Ok(upserted);
        }
        self.mark_written(id, upserted)?;
        if upserted == Upserted::New && labels::is_any(self.tx.conn())? {
            // Its parcels were another's as long as it was not known.
            for order in labels::list_orders_beside(self.tx, id)? {
                dirty::mark_order(self.tx, order, self.mark)?;
            }
        }
        Ok(upserted)
    }

    fn take_other(&mut self, record: &Record) -> Result<Upserted, StoreError> {
        let (tx, import) = (self.tx, self.import);
        let upserted = match record {
            Record::Charge(charge) => {
                let upserted = charges::upsert_charge(tx, self.store()?, charge, import)?;
                self.deducted |=
                    upserted.is_written() && charge.class == ChargeClass::AdvertisingPayment;
                upserted
            }
            Record::Payout(payout) => charges::upsert_payout(tx, self.store()?, payout, import)?,
            Record::StatedTotal(total) => {
                charges::upsert_stated_total(tx, self.store()?, total, import)?
            }
            Record::Cost(cost) => {
                let upserted = costs::upsert_cost(tx, cost, import)?;
                if upserted.is_written() {
                    self.costs.push(cost.clone());
                }
                upserted
            }
            Record::Purchase(purchase) => {
                let upserted = purchases::upsert_purchase(tx, purchase, import)?;
                if upserted.is_written() {
                    self.received.insert(purchase.sku.clone());
                    self.references.insert(purchase.reference.clone());
                }
                upserted
            }
            Record::Landed(cost) => {
                let upserted = purchases::upsert_landed(tx, cost, import)?;
                if upserted.is_written() {
                    self.references.insert(cost.reference.clone());
                }
                upserted
            }
            Record::Expense(expense) => costs::upsert_expense(tx, expense, import)?,
            Record::AdSpend(spend) => {
                let upserted = costs::upsert_ad_spend(tx, spend, import)?;
                if upserted.is_written() {
                    dirty::mark_day(tx, spend.day, self.mark)?;
                    self.deducted = true;
                }
                upserted
            }
            Record::Rate(rate) => {
                let upserted = costs::upsert_rate(tx, rate, import)?;
                if upserted.is_written() {
                    self.rates.push((rate.base, rate.quote, rate.day));
                }
                upserted
            }
            Record::Rules(rules) => {
                let before = rules::find_rules_for_write(tx)?;
                let upserted = costs::replace_rules(tx, rules, import)?;
                if upserted.is_written() {
                    self.rules_before.get_or_insert(before);
                }
                upserted
            }
            Record::Listing(listing) => {
                let store = self.store()?;
                let told = channel_listings::upsert_channel_listing(tx, store, listing, import)?;
                let written = match listings::upsert_listing(tx, store, listing, import)? {
                    Upserted::Unchanged => told,
                    written => written,
                };
                self.matched |= written.is_written();
                written
            }
            Record::Link(row) => self.take_link(row)?,
            Record::ListedCost(cost) => {
                let (store, today) = (self.store()?, self.today);
                let (upserted, from) =
                    listings::upsert_listed_cost(tx, store, cost, (today, import))?;
                if upserted.is_written() {
                    let known = self.skus.entry(cost.sku.clone()).or_insert(from);
                    *known = from.min(*known);
                }
                upserted
            }
            Record::FeeEstimate(estimate) => {
                let upserted = listings::upsert_fee_estimate(tx, self.store()?, estimate, import)?;
                if upserted.is_written() {
                    self.skus.insert(estimate.sku.clone(), Day(0));
                }
                upserted
            }
            Record::Stock(level) => {
                let name = self.store_name.as_deref();
                let upserted = stock_levels::upsert_level(tx, name, level, import)?;
                if name.is_none() && upserted.is_written() {
                    self.count(level)?;
                }
                upserted
            }
            Record::StockMovement(movement) => {
                stock_levels::upsert_movement(tx, self.store()?, movement, import)?
            }
            Record::Label(label) => self.take_label(label)?,
            Record::Order(_) | Record::Refund { .. } | Record::Return(_) => {
                return Err(StoreError::Internal("an order was not prepared".to_owned()));
            }
        };
        Ok(upserted)
    }

    /// What the seller's own file says that a place holds was counted there.
    fn count(&mut self, level: &StockLevel) -> Result<(), StoreError> {
        let tx = self.tx;
        let action = match self.counting {
            Some(action) => action,
            None => {
                let new = NewAction { kind: "import", import: self.import, ..NewAction::default() };
                *self.counting.insert(ledger::insert_action(tx, &new)?)
            }
        };
        if self.claiming.is_none() && began::begin(tx)? {
            claims::mark_open_orders(tx)?;
        }
        let location = locations::upsert_location(tx, &level.location, LocationKind::Own)?;
        let key = format!("count:{action}:{}:{}", level.location, level.sku);
        let new = NewEvent {
            variant: variants::upsert_variant(tx, &level.sku, "")?,
            location,
            lot: None,
            kind: EventKind::Counted,
            change: Change::Count(level.quantity.max(0)),
            reason: level.reason.as_deref().unwrap_or_default(),
            reference: "",
            key: &key,
            occurred_at: level.at.unwrap_or(tx.now),
            unit_cost: None,
            order: None,
            action: Some(action),
        };
        ledger::append_event(tx, &new).map(|_| ())
    }

    /// A label belongs to the store that its row names, where one of ours is called so.
    fn take_label(&mut self, label: &Label) -> Result<Upserted, StoreError> {
        self.has_labels = true;
        let named = match &label.store {
            Some(name) => stores::find_store_for_write(self.tx, name)?.map(|store| store.id),
            None => None,
        };
        let store = match named {
            Some(store) => store,
            None => self.store()?,
        };
        let before = labels::find_order_ref(self.tx, store, &label.key)?;
        let upserted = labels::upsert_label(self.tx, store, label, self.import)?;
        if upserted.is_written() {
            // Also the order that it was thought to be of.
            for name in before.iter().chain([&label.order]) {
                for order in labels::list_orders_of(self.tx, store, name)? {
                    dirty::mark_order(self.tx, order, self.mark)?;
                }
            }
        }
        Ok(upserted)
    }

    /// A link that the seller wrote down; one that holds already stays what it is.
    fn take_link(&mut self, row: &LinkRow) -> Result<Upserted, StoreError> {
        let Some(store) = stores::find_store_for_write(self.tx, &row.store)? else {
            return Err(StoreError::Refused(format!(
                "There is no store {:?}, so its listings cannot be linked. Write the name of one \
                 of your stores; nothing of the file was kept.",
                row.store
            )));
        };
        let mark = row.listing.clone();
        let listing = mark.or_else(|| row.listing_sku.as_deref().map(listing_links::by_sku));
        let Some(listing) = listing else { return Ok(Upserted::Unchanged) };
        let (sku, units) = match &row.to {
            LinkTo::AsItIs => return Ok(Upserted::Unchanged),
            LinkTo::Nothing => (NO_STOCK, 1),
            LinkTo::Variant { sku, units } => (sku.as_str(), *units),
        };
        let known = listing_links::find_link(self.tx.conn(), store.id, &listing)?;
        let is_own = row.listing_sku.as_deref() == Some(sku) && units == 1;
        let holds = match &known {
            Some(link) => link.sku == sku && link.units == units,
            None => is_own && variants::find_variant(self.tx.conn(), sku)?.is_some(),
        };
        if holds {
            return Ok(Upserted::Unchanged);
        }
        if sku != NO_STOCK {
            variants::upsert_variant(self.tx, sku, "")?;
        }
        self.linked = true;
        let link =
            ListingLink { store: store.id, listing, sku: sku.to_owned(), units, how: How::File };
        listing_links::upsert_link(self.tx, &link, self.import)
    }

    /// Marks what the batch's costs, rates and rules touch.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn finish(self) -> Result<Counts, StoreError> {
        let (tx, mark) = (self.tx, self.mark);
        let is_policy = !self.skus.is_empty()
            || !self.costs.is_empty()
            || !self.rates.is_empty()
            || !self.received.is_empty()
            || !self.references.is_empty()
            || self.rules_before.is_some();
        if is_policy {
            dirty::bump_policy(tx)?;
        }
        let skus = self.skus.iter().map(|(sku, from)| (sku.as_str(), *from));
        dirty::mark_skus(tx, skus, mark)?;
        let mut received = self.received;
        for reference in &self.references {
            received.extend(purchases::list_skus_of(tx, reference)?);
        }
        let received = received.iter().map(String::as_str);
        dirty::mark_layers(tx, received, mark, self.import)?;
        Touched::by_costs(tx.conn(), &self.costs)?.mark(tx, mark)?;
        Touched::by_rates(tx.conn(), &self.rates)?.mark(tx, mark)?;
        if let Some(before) = &self.rules_before {
            let after = rules::find_rules_for_write(tx)?;
            Touched::by_rules(tx.conn(), before, &after)?.mark(tx, mark)?;
            claims::mark_bundles(tx, before, &after)?;
            stock_job::queue_plan(tx)?;
        }
        if self.deducted {
            deducted::refresh(self.tx, self.mark)?;
        }
        if self.linked && listing_parts::refresh(tx, mark)? {
            dirty::bump_policy(tx)?;
        }
        if self.linked || self.matched || is_policy {
            match_job::queue(tx)?;
        }
        if let Some(writing) = self.writing {
            booked::finish(tx, writing)?;
        }
        if self.counting.is_some() || !self.claimed.is_empty() {
            stock_job::queue_plan(tx)?;
        }
        if let (Some(claiming), Some(store)) = (&self.claiming, self.store) {
            for id in self.claimed {
                let (order, _) = united::unite_facts(tx.conn(), id)?;
                let order = order.as_ref();
                claiming.apply(tx, &ClaimedOrder { id, store, order })?;
            }
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
            keeps_customer: self.keeps_customers,
            import: self.import,
        }
    }

    fn mark_written(&mut self, order: OrderId, upserted: Upserted) -> Result<(), StoreError> {
        if upserted.is_written() {
            self.claimed.extend(self.claiming.is_some().then_some(order));
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
        Ok((self.insert(external_id, header, customer)?, true))
    }

    /// A new order that the books are to book.
    fn insert(
        &self,
        external_id: &str,
        header: &Header,
        customer: Option<crate::base::id::CustomerId>,
    ) -> Result<OrderId, StoreError> {
        let store = self.store()?;
        let (new_customer_day, leans) = (None, None);
        let new = NewOrder { store, external_id, header, customer, new_customer_day, leans };
        orders::insert_order(self.tx, &new)
    }

    fn store(&self) -> Result<StoreId, StoreError> {
        self.store.ok_or_else(|| {
            let what = "These rows belong to a store; name it with --store NAME, and the currency \
                        of a new one with --currency EUR.";
            StoreError::Refused(what.to_owned())
        })
    }
}
