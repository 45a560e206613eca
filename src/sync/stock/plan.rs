//! What moved is planned: claims of orders first, then for each group what its channels shall be
//! told. A cycle that wants to change too much at once is held for its user to see.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::AccountId;
use crate::store::stock::channels::{self, PushState};
use crate::store::stock::claims::{self, ClaimedOrder, Claiming};
use crate::store::stock::drifts::{self, NewAlert};
use crate::store::stock::groups::{FactsByAccount, LoadedGroup, load_groups};
use crate::store::stock::{listings, outbox, variants};
use crate::store::{Db, Lane, StoreError, Tx, orders, united};

/// Orders looked at in one transaction.
const ORDERS_MAX: i64 = 500;
/// Beyond so many variants all are planned in one go.
const VARIANTS_MAX: i64 = 200;
/// Listings that one cycle may change, and empty: the greater of a number and a share in percent.
const CHANGES_MIN: usize = 20;
const CHANGES_PERCENT: usize = 15;
const EMPTIED_MIN: usize = 5;
const EMPTIED_PERCENT: usize = 5;
/// For so long what a person did explains what follows of it.
const BY_HAND_S: i64 = 600;

/// Plans everything that is marked. Gives the accounts for which there is something to write.
///
/// # Errors
/// `StoreError` of the database.
pub fn run(db: &Db, facts: &FactsByAccount) -> Result<BTreeSet<AccountId>, StoreError> {
    claim_marked(db)?;
    db.write_local(Lane::Background, |tx| plan_marked(tx, facts))
}

/// Looks at every order that is marked.
///
/// # Errors
/// `StoreError` of the database.
pub fn claim_marked(db: &Db) -> Result<(), StoreError> {
    while claim_some(db)? {}
    Ok(())
}

/// Looks at some of the orders that are marked; `false` when there is none left.
fn claim_some(db: &Db) -> Result<bool, StoreError> {
    db.write_local(Lane::Background, |tx| {
        let marked = claims::list_marked(tx.conn(), ORDERS_MAX)?;
        let claiming = Claiming::begin(tx)?;
        for order in &marked {
            if let Some(claiming) = &claiming {
                claim_one(tx, claiming, *order)?;
            }
            claims::clear_mark(tx, *order)?;
        }
        Ok(!marked.is_empty())
    })
}

fn claim_one(
    tx: &Tx<'_>,
    claiming: &Claiming,
    id: crate::base::id::OrderId,
) -> Result<(), StoreError> {
    let store = match orders::find_store_of(tx.conn(), id)? {
        Some(store) => store,
        None => return Ok(()),
    };
    let (order, _) = united::unite_facts(tx.conn(), id)?;
    claiming.apply(tx, &ClaimedOrder { id, store, order: order.as_ref() })
}

fn plan_marked(tx: &Tx<'_>, facts: &FactsByAccount) -> Result<BTreeSet<AccountId>, StoreError> {
    let dirty = variants::list_dirty(tx.conn(), VARIANTS_MAX + 1)?;
    if dirty.is_empty() {
        return Ok(BTreeSet::new());
    }
    let is_all = dirty.len() as i64 > VARIANTS_MAX;
    let dirty = if is_all { variants::list_dirty(tx.conn(), i64::MAX)? } else { dirty };
    let skus: BTreeSet<String> = dirty.iter().map(|(_, sku, _)| sku.clone()).collect();
    let only = (!is_all).then_some(&skus);
    let groups = load_groups(tx.conn(), only, (facts, tx.now))?;
    let mut cycle = Cycle::default();
    for group in &groups {
        cycle.plan(tx, group)?;
    }
    for (variant, sku, mark) in &dirty {
        tell_lack(tx, (*variant, sku))?;
        variants::clear_dirty(tx, *variant, *mark)?;
    }
    cycle.hold(tx)
}

#[derive(Default)]
struct Cycle {
    /// Of each account: changes that nobody's hand explains, and those of them to nothing.
    changes: BTreeMap<AccountId, (usize, usize)>,
    accounts: BTreeSet<AccountId>,
}

impl Cycle {
    fn plan(&mut self, tx: &Tx<'_>, loaded: &LoadedGroup) -> Result<(), StoreError> {
        let pushes = loaded.group.plan();
        let mut by_hand = None;
        for (index, one) in loaded.listings.iter().enumerate() {
            let push = pushes.iter().find(|push| push.offer == index);
            let (id, account) = (one.listing.id, one.listing.account);
            let Some(push) = push else {
                outbox::drop_planned(tx, id)?;
                continue;
            };
            // Its own number, which may be below nothing.
            let from = one.listing.sellable.unwrap_or(push.from);
            if !outbox::plan_push(tx, id, (from, push.to), push.why)? {
                self.accounts.insert(account);
                continue;
            }
            self.accounts.insert(account);
            let is_by_hand = match by_hand {
                Some(known) => known,
                None => *by_hand.insert(variants::were_moved_since(
                    tx.conn(),
                    &loaded.variants,
                    tx.now.plus_seconds(-BY_HAND_S),
                )?),
            };
            if one.state == PushState::Armed && !is_by_hand {
                let (changes, emptied) = self.changes.entry(account).or_default();
                *changes += 1;
                *emptied += usize::from(push.to == 0 && push.from > 0);
            }
        }
        Ok(())
    }

    /// Too much at once, and nobody's doing: it waits for its user (STOCK.md, step H).
    fn hold(self, tx: &Tx<'_>) -> Result<BTreeSet<AccountId>, StoreError> {
        for (account, (changes, emptied)) in &self.changes {
            // Whoever armed it, or let a plan go, has just seen what it would change.
            let since = tx.now.plus_seconds(-BY_HAND_S);
            if channels::was_looked_at_since(tx.conn(), *account, since)? {
                continue;
            }
            let active = listings::count_active(tx.conn(), *account)?;
            let most = CHANGES_MIN.max(active * CHANGES_PERCENT / 100);
            let most_emptied = EMPTIED_MIN.max(active * EMPTIED_PERCENT / 100);
            if *changes <= most && *emptied <= most_emptied {
                continue;
            }
            let what = format!(
                "{changes} of {active} listings would change at once, {emptied} of them to 0, and \
                 nothing that anybody did explains it. Nothing is written until you have looked at \
                 what is planned and let it go."
            );
            channels::update_held(tx, *account, &what)?;
            let subject = account.to_string();
            let new = NewAlert {
                kind: "held",
                subject: &subject,
                what: &what,
                variant: None,
                listing: None,
            };
            drifts::raise_alert(tx, &new)?;
        }
        Ok(self.accounts)
    }
}

/// The shop's usual: at or below so many a variant is low.
const LOW_AT: i64 = 0;

/// Too little, or less than nothing: told once while it stands.
fn tell_lack(
    tx: &Tx<'_>,
    (variant, sku): (crate::base::id::VariantId, &str),
) -> Result<(), StoreError> {
    let available = crate::store::stock::on_hand::find_available(tx.conn(), variant)?;
    let low_at = variants::find_settings(tx.conn(), variant)?.low_at.unwrap_or(LOW_AT);
    let oversold = format!("{} units of {sku} are sold that are not there.", -available);
    let low = format!("{available} units of {sku} are left to sell.");
    let is_low = available >= 0 && low_at > 0 && available <= low_at;
    for (kind, is_so, what) in [("oversold", available < 0, &oversold), ("low", is_low, &low)] {
        if is_so {
            let new = NewAlert { kind, subject: sku, what, variant: Some(variant), listing: None };
            drifts::raise_alert(tx, &new)?;
        } else {
            drifts::end_alert(tx, kind, sku)?;
        }
    }
    Ok(())
}
