//! The program as the market meets it: its database, ingest, plan and turns.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use purser::base::id::{AccountId, ImportId, VariantId};
use purser::base::{Clock, Currency, Zone};
use purser::domain::record::{Listing, Order, Record, Stocked};
use purser::domain::stock::event::{Change, EventKind};
use purser::store::accounts::{self, NewAccount};
use purser::store::stock::channels::{self, PushState, StockChannel};
use purser::store::stock::groups::{ChannelFacts, FactsByAccount, LoadedGroup, load_groups};
use purser::store::stock::ledger::{NewEvent, append_event};
use purser::store::stock::listings;
use purser::store::stock::variants::{self, Mode};
use purser::store::stock::{began, locations};
use purser::store::stores::{self, Store};
use purser::store::{Db, Lane};
use purser::sync::ctx::CustomerHash;
use purser::sync::ingest::Ingest;
use purser::sync::prepare::Preparing;
use purser::sync::stock::gate::Gate;
use purser::sync::stock::turn::{Next, Turn, TurnFault, tool_of};
use purser::sync::stock::{job, plan};

use super::channel::{Channel, SimOrder};

pub struct Hub {
    pub db: Db,
    pub gate: Gate,
    pub facts: FactsByAccount,
    pub accounts: Vec<(AccountId, Store)>,
    imports: Vec<ImportId>,
    pub variants: Vec<VariantId>,
    folder: PathBuf,
    hash: CustomerHash,
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// In memory where the system has such a place: nothing here is about disks.
fn folder() -> PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let memory = PathBuf::from("/dev/shm");
    let base = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = base.join(format!("purser-market-{}-{number}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn sku(item: usize) -> String {
    format!("SKU-{item:04}")
}

impl Hub {
    pub fn new(clock: Clock, (channels, items): (&[Channel], usize), mode: Mode) -> Self {
        let folder = folder();
        let db = Db::open(&folder.join("purser.db"), clock).unwrap();
        let currency = Currency::parse("EUR").unwrap();
        let made = db.write_local(Lane::Interactive, |tx| {
            began::begin(tx)?;
            let mut accounts = Vec::new();
            for (index, _) in channels.iter().enumerate() {
                let name = format!("Shop {index}");
                let store = stores::insert_store(tx, &name, currency, &Zone::utc())?;
                let account = accounts::insert_account(
                    tx,
                    &NewAccount {
                        platform: "market",
                        name: &name,
                        store: Some(store.id),
                        external_id: &name,
                        external_label: "",
                        settings: &BTreeMap::new(),
                        since: None,
                    },
                )?;
                accounts.push((account, store));
            }
            let mut known = Vec::new();
            for item in 0..items {
                let variant = variants::upsert_variant(tx, &sku(item), "")?;
                variants::update_mode(tx, variant, mode)?;
                known.push(variant);
            }
            Ok((accounts, known))
        });
        let (accounts, variants) = made.unwrap();
        let facts = accounts.iter().zip(channels).map(|((account, _), channel)| {
            let spec = &channel.spec;
            let lags = spec.apply_max.as_secs() + spec.order_lag_max.as_secs();
            let blind_s = channel.habits.poll_s + lags as i64;
            (*account, ChannelFacts { tool: tool_of(spec), blind_s })
        });
        let facts: HashMap<_, _> = facts.collect();
        let hash: CustomerHash = Arc::new(|_| None);
        let rows = db.read(accounts::list_accounts).unwrap();
        let import = |id: &AccountId| rows.iter().find(|row| row.id == *id).unwrap().import;
        let imports = accounts.iter().map(|(id, _)| import(id)).collect();
        let gate = Gate::default();
        let hub = Self { db, gate, facts, accounts, imports, variants, folder, hash };
        for index in 0..channels.len() {
            hub.arm(index, items);
        }
        hub
    }

    /// Killed and started anew: what was only in memory is gone.
    pub fn restart(&mut self) {
        let path = self.db.path().to_owned();
        let clock = self.db.clock().clone();
        // Two writers of one file would be the fault of the test.
        let spare = Db::open(&self.folder.join("spare.db"), clock.clone()).unwrap();
        drop(std::mem::replace(&mut self.db, spare));
        self.db = Db::open(&path, clock).unwrap();
        self.gate = Gate::default();
    }

    fn arm(&self, index: usize, items: usize) {
        let (account, store) = &self.accounts[index];
        let listings = (0..items).map(|item| {
            Record::Listing(Box::new(Listing {
                key: sku(item),
                sku: Some(sku(item)),
                channel_id: Some(Channel::name(item)),
                stocked: Stocked::Counted,
                ..Listing::default()
            }))
        });
        self.take(index, listings.collect());
        let armed = self.db.write_local(Lane::Interactive, |tx| {
            let channel = StockChannel { state: PushState::Armed, ..StockChannel::new(*account) };
            channels::upsert_channel(tx, &channel)?;
            listings::insert_new_listings(tx, *account)
        });
        assert_eq!(armed.unwrap(), items, "{}", store.name);
    }

    /// Into the books, the way every page of a platform goes.
    pub fn take(&self, index: usize, records: Vec<Record>) {
        let store = &self.accounts[index].1;
        let zone = Zone::utc();
        let terms = OnceLock::new();
        let preparing = Preparing {
            zone: &zone,
            store: &store.name,
            currency: Some(store.currency),
            hash: &self.hash,
            terms: &terms,
        };
        let mut prepared: Vec<_> =
            records.into_iter().map(|record| preparing.prepare(record).unwrap()).collect();
        let taken = self.db.write_bulk(|tx| {
            let mut ingest = Ingest::begin(tx, Some(store), (Some(self.imports[index]), &zone))?;
            for one in &mut prepared {
                ingest.take(one)?;
            }
            ingest.finish()
        });
        taken.unwrap();
    }

    /// A poll of a channel's orders, begun now.
    pub fn pull(&self, index: usize, channel: &Channel) {
        let asked = (self.db.clock().now(), self.gate.epoch(self.db.clock()));
        let Ok(found) = channel.poll() else { return };
        let orders: Vec<Record> =
            found.iter().map(|order| Record::Order(Box::new(told(order)))).collect();
        for one in orders {
            // One by one: two states of one order may be in a page.
            self.take(index, vec![one]);
        }
        let account = self.accounts[index].0;
        let noted =
            self.db.write_local(Lane::Background, |tx| job::take_orders(tx, account, asked));
        noted.unwrap();
    }

    pub fn plan(&self) {
        plan::run(&self.db, &self.facts).unwrap();
    }

    pub fn turn(&self, index: usize, channel: &Channel) -> Option<Next> {
        let account = self.accounts[index].0;
        let turn = Turn { db: &self.db, gate: &self.gate, account, outlet: channel };
        match turn.run() {
            Ok(next) => next,
            Err(TurnFault::Channel(_)) => None,
            Err(TurnFault::Store(fault)) => panic!("{fault}"),
        }
    }

    /// Whether something waits to be written.
    pub fn has_planned(&self, index: usize) -> bool {
        let account = self.accounts[index].0;
        self.ask(&format!(
            "select exists (select 1 from pushes
                join stock_listings on stock_listings.id = listing_id
                where account_id = {account} and pushes.state = 'planned')"
        )) > 0
    }

    pub fn receive(&self, item: usize, units: i64) {
        let key = format!("received:{}", self.ask("select count(*) from stock_events"));
        let received = self.db.write_local(Lane::Interactive, |tx| {
            append_event(
                tx,
                &NewEvent {
                    variant: self.variants[item],
                    location: locations::find_usual_location(tx)?,
                    lot: None,
                    kind: EventKind::Received,
                    change: Change::Delta(units),
                    reason: "",
                    reference: "",
                    key: &key,
                    occurred_at: tx.now,
                    unit_cost: None,
                    order: None,
                    action: None,
                },
            )
        });
        received.unwrap();
    }

    pub fn groups(&self) -> Vec<LoadedGroup> {
        let now = self.db.clock().now();
        self.db.read(|reader| load_groups(reader.conn(), None, (&self.facts, now))).unwrap()
    }

    /// The bound of STOCK, I4: what strict variants can still sell is within what there is.
    pub fn check_bound(&self) {
        for mut loaded in self.groups() {
            // What a channel put back before we heard that it was called off is there, too.
            for (offer, of) in loaded.group.offers.iter_mut().zip(&loaded.listings) {
                offer.sellable = of.listing.sellable;
            }
            let sold = loaded.group.exposures();
            for (index, resource) in loaded.group.resources.iter().enumerate() {
                if !resource.is_strict {
                    continue;
                }
                let sold = sold[index].unwrap_or(0);
                assert!(
                    sold <= resource.available.max(0),
                    "{}: {sold} of {} can be sold: {:#?}",
                    loaded.skus[index],
                    resource.available,
                    loaded.group.offers
                );
            }
        }
    }

    /// Has all listings of a channel be read in its next turn.
    pub fn sweep(&self, index: usize) {
        let account = self.accounts[index].0;
        let swept = self.db.write_local(Lane::Interactive, |tx| {
            let channel = channels::find_channel(tx.conn(), account)?.unwrap();
            let channel = StockChannel { swept_at: None, ..channel };
            channels::upsert_channel(tx, &channel)
        });
        swept.unwrap();
    }

    /// What is known of the listings that strict mode ended for.
    pub fn tell_drifts(&self) -> String {
        let sql = "select group_concat(line, char(10)) from (
            select printf('%d %s expected %d seen %d, sellable %s slop %d off %d', drifts.id,
                listing || ' of ' || account_id, expected, drifts.seen, sellable, slop,
                called_off) as line
            from drifts join stock_listings on stock_listings.id = listing_id
            where drifts.state <> 'explained' order by drifts.id
            limit 5) union all select group_concat(line, char(10)) from (
            select printf('  %d %s: %d to %d expected %s, sold %d, sent %s, ended %s %s', pushes.id,
                pushes.state, from_units, to_units, expected, sold, sent_at, ended_at,
                fault) as line
            from pushes where listing_id in (select listing_id from drifts
                where state <> 'explained') order by pushes.id desc limit 12)";
        let told = self.db.read(|reader| {
            let mut statement = reader.conn().prepare(sql)?;
            let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0))?;
            Ok(rows.map(|row| row.unwrap().unwrap_or_default()).collect::<Vec<_>>())
        });
        told.unwrap().join("\n")
    }

    /// A number that one query gives.
    pub fn ask(&self, sql: &str) -> i64 {
        self.db.read(|reader| Ok(reader.conn().query_row(sql, [], |row| row.get(0))?)).unwrap()
    }
}

fn told(order: &SimOrder) -> Order {
    let off = match order.off {
        Some((at, _)) => format!(r#","cancelled_at":{}"#, at.0),
        None => String::new(),
    };
    let text = format!(
        r#"{{"id":"{}","placed_at":{},"currency":"EUR","financial_status":"paid",
            "source":{{"kind":"api","label":"market"}},
            "lines":[{{"id":"1","sku":"{}","quantity":{},"price_minor":1000,
                "stock":{{"listing":"{}","shipped":0}}}}]{off}}}"#,
        order.number,
        order.placed_at.0,
        sku(order.item),
        order.units,
        Channel::name(order.item),
    );
    serde_json::from_str(&text).unwrap()
}
