//! From watching a channel to writing it: the truth of each item is chosen, what it would change
//! is shown, and both are done at once, so that both are taken back at once (STOCK.md, step G).

use super::steer::{Said, find_row, go_on, note, of_channel, refuse};
use crate::base::id::{AccountId, StockActionId};
use crate::domain::stock::event::{Change, EventKind};
use crate::store::stock::channels::{self, PushState, StockChannel};
use crate::store::stock::drifts;
use crate::store::stock::first::{self, First, FirstItem, Truth, Truths, find_first};
use crate::store::stock::groups::FactsByAccount;
use crate::store::stock::ledger::{NewEvent, append_event};
use crate::store::stock::listings;
use crate::store::stock::{locations, variants};
use crate::store::{Lane, StoreError, Tx};
use crate::sync::ctx::Tools;

/// What is armed, and what was typed to say so.
#[derive(Clone, Debug)]
pub struct Ask {
    pub account: AccountId,
    pub truths: Truths,
    pub word: String,
}

/// # Errors
/// `Refused`, in words, where a listing was never read, an item is still to be counted, or the
/// name was not typed where so much would change.
pub fn arm(
    tools: &Tools,
    (ask, facts): (&Ask, &FactsByAccount),
    said: &Said,
) -> Result<StockActionId, StoreError> {
    let row = find_row(&tools.db, ask.account)?;
    let action = tools.db.write_local(Lane::Interactive, |tx| {
        let known = channels::find_channel(tx.conn(), ask.account)?;
        let channel = check_ready(tx, known, facts)?;
        let first = find_first(tx.conn(), (ask.account, &ask.truths), (facts, tx.now))?;
        check_first(&first)?;
        if first.risk.needs_word() && ask.word.trim() != row.name {
            return refuse(format!(
                "{} of {} listings would go to 0, and {} would rise steeply. Type the channel's \
                 name, {}, to say that this is right. Nothing was changed.",
                first.risk.emptied, first.risk.active, first.risk.steep, row.name
            ));
        }
        let armed =
            StockChannel { state: PushState::Armed, held: String::new(), ..channel.clone() };
        let sides = (of_channel(&channel), of_channel(&armed));
        let about = ("arm", Some(ask.account), row.name.as_str());
        let action = note(tx, about, said, (&sides.0, &sides.1))?;
        for item in &first.items {
            count(tx, item, action)?;
        }
        channels::upsert_channel(tx, &armed)?;
        // Also where it was armed before: what follows was looked at now.
        channels::let_go(tx, ask.account)?;
        drifts::end_alert(tx, "held", &ask.account.to_string())?;
        go_on(tx, Some(ask.account))?;
        Ok(action)
    })?;
    tools.signal.wake();
    Ok(action)
}

fn check_ready(
    tx: &Tx<'_>,
    channel: Option<StockChannel>,
    facts: &FactsByAccount,
) -> Result<StockChannel, StoreError> {
    let Some(channel) = channel.filter(|channel| channel.state != PushState::Off) else {
        return refuse("Have Purser watch this channel first. Nothing was changed.");
    };
    if !facts.contains_key(&channel.account) {
        return refuse("The stock of this platform cannot be set. Nothing was changed.");
    }
    let (listings, unread) = listings::count_unread(tx.conn(), channel.account)?;
    if unread > 0 || channel.swept_at.is_none() {
        return refuse(format!(
            "{unread} of {listings} listings were not read yet. Purser reads them by itself; try \
             again when it has. Nothing was changed."
        ));
    }
    Ok(channel)
}

fn check_first(first: &First) -> Result<(), StoreError> {
    let open = first.count_open();
    if open > 0 {
        return refuse(format!(
            "{open} items are still to be counted. Count them, then choose what you know already \
             as their truth. Nothing was changed."
        ));
    }
    Ok(())
}

/// What was chosen for the truth is counted; what is known already stays as it is.
fn count(tx: &Tx<'_>, item: &FirstItem, action: StockActionId) -> Result<(), StoreError> {
    let Some(free) = item.becomes.filter(|_| item.truth != Truth::Mine) else { return Ok(()) };
    if free == item.mine {
        return Ok(());
    }
    let variant = variants::upsert_variant(tx, &item.sku, "")?;
    let location = locations::find_usual_location(tx)?;
    let Some(counted) = first::find_count(tx.conn(), (variant, location), free)? else {
        return refuse(format!(
            "{} shall have {free} units to sell, but there are more at other places. Choose what \
             you know already as its truth, or count it. Nothing was changed.",
            item.sku
        ));
    };
    let key = format!("first:{action}:{variant}");
    let new = NewEvent {
        variant,
        location,
        lot: None,
        kind: EventKind::Counted,
        change: Change::Count(counted),
        reason: "first_push",
        reference: "",
        key: &key,
        occurred_at: tx.now,
        unit_cost: None,
        order: None,
        action: Some(action),
    };
    append_event(tx, &new).map(|_| ())
}

/// What arming would do, for whoever looks before.
///
/// # Errors
/// `StoreError` of the database.
pub fn look(
    tools: &Tools,
    (account, truths): (AccountId, &Truths),
    facts: &FactsByAccount,
) -> Result<First, StoreError> {
    let now = tools.db.clock().now();
    tools.db.read(|reader| find_first(reader.conn(), (account, truths), (facts, now)))
}
