//! A channel asked out of turn, because somebody waits for the answer: its places, its numbers.
//! Nothing here writes on a channel.

use super::job::Platform;
use super::turn::{Turn, TurnFault};
use crate::base::id::AccountId;
use crate::connectors;
use crate::connectors::contract::StockPlace;
use crate::connectors::ctx::Budget;
use crate::connectors::fault::Fault;
use crate::store::StoreError;
use crate::store::accounts::{self, AccountState};
use crate::sync::account::{OpenFault, Opened};
use crate::sync::ctx::Tools;

/// Calls and seconds for which somebody waits.
const CALLS_MAX: u32 = 500;
const ASK_S_MAX: i64 = 120;

/// The places of the platform whose number can be kept.
///
/// # Errors
/// `Refused` in words, where the channel could not be asked.
pub fn list_places(tools: &Tools, account: AccountId) -> Result<Vec<StockPlace>, StoreError> {
    with(tools, account, |outlet| {
        outlet.stock.list_places(&outlet.ctx).map_err(|fault| told(&fault))
    })
}

/// Reads every listing of the account now.
///
/// # Errors
/// `Refused` in words, where the channel could not be asked.
pub fn read_now(tools: &Tools, account: AccountId) -> Result<(), StoreError> {
    with(tools, account, |outlet| {
        let turn = Turn { db: &tools.db, gate: &tools.gate, account, outlet };
        turn.look().map_err(|fault| match fault {
            TurnFault::Store(fault) => fault,
            TurnFault::Channel(fault) => told(&fault),
        })
    })
}

fn told(fault: &Fault) -> StoreError {
    StoreError::Refused(format!("The channel could not be asked: {fault}. Nothing was changed."))
}

fn with<T>(
    tools: &Tools,
    account: AccountId,
    work: impl FnOnce(&Platform<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let row = tools.db.read(|reader| accounts::find_account(reader, account))?;
    let row = row.ok_or(StoreError::Missing)?;
    let connector = connectors::find(&row.platform);
    let (Some(stock), Some(api)) = (
        connector.and_then(|connector| connector.stock()),
        connector.and_then(|connector| connector.api()),
    ) else {
        let what = "The stock of this platform cannot be set. Nothing was changed.";
        return Err(StoreError::Refused(what.to_owned()));
    };
    if row.state != AccountState::Active {
        let what = "This connection is not at work; resume it, or connect it again.";
        return Err(StoreError::Refused(what.to_owned()));
    }
    let opened = match Opened::open(tools, (&row, api), row.since) {
        Ok(opened) => opened,
        Err(OpenFault::Store(fault)) => return Err(fault),
        Err(OpenFault::Locked(what) | OpenFault::Closed(what)) => {
            return Err(StoreError::Refused(what));
        }
    };
    let budget = Budget::new(CALLS_MAX, tools.db.clock().now().plus_seconds(ASK_S_MAX));
    let ctx = opened.ctx(tools, api, (&budget, &|| false));
    work(&Platform { stock, ctx })
}
