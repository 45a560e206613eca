//! A platform calls: the signature is judged on the bytes as they came, what it asks for is put
//! into the inbox, and it is answered. Nothing of what it tells is believed but that something
//! happened; a buyer whom it names is a keyed hash from here on.

use super::account::{OpenFault, Opened};
use super::ctx::Tools;
use super::inbox::{Note, Work};
use crate::base::id::AccountId;
use crate::base::secret::Secret;
use crate::connectors;
use crate::connectors::contract::{
    Api, Buyer, Nudge, PrivacyRequest, WebhookCall, WebhookSecret, WebhookSource,
};
use crate::connectors::fault::Fault;
use crate::connectors::kit::sign;
use crate::store::accounts::{self, AccountRow, AccountState};
use crate::store::privacy::{BuyerHash, Kind, NewRequest};
use crate::store::vault::Customer;
use crate::store::{Lane, StoreError, credentials, crypt};

/// The longest call that is listened to.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// A call as it reached us.
pub struct Call<'a> {
    pub platform: &'a str,
    /// The number of the connection, as the address bears it.
    pub connection: &'a str,
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
}

/// What the platform is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Noted, or known already.
    Taken,
    /// There is no such connection.
    Unknown,
    Forged,
    /// Genuine, but about something else than this connection.
    Odd,
    /// It must come again.
    Later,
}

/// Takes a call in. Reads the database, writes nothing and asks nobody.
pub fn hear(tools: &Tools, call: &Call<'_>) -> Heard {
    let found = find(tools, call.platform, call.connection);
    let (row, api, source) = match found {
        Ok(Some(found)) => found,
        Ok(None) => return Heard::Unknown,
        Err(fault) => return later(&fault),
    };
    let opened = match Opened::open(tools, (&row, api), None) {
        Ok(opened) => opened,
        Err(OpenFault::Closed(what) | OpenFault::Locked(what)) => {
            tracing::warn!(account.id = %row.id, "A platform's call was not judged: {what}");
            return Heard::Later;
        }
        Err(OpenFault::Store(fault)) => return later(&fault),
    };
    let judged = source.verify(&WebhookCall {
        account: &opened.account,
        secrets: opened.secrets(),
        headers: call.headers,
        body: call.body,
    });
    let delivery = match judged {
        Ok(delivery) => delivery,
        Err(fault) => {
            tools.inbox.count_refused(row.id);
            return match fault {
                Fault::Auth { .. } => Heard::Forged,
                _ => Heard::Odd,
            };
        }
    };
    let work = match delivery.nudge {
        Nudge::Pull(streams) if row.state == AccountState::Active => Work::Pull(streams),
        // Its owner paused it, or it is to be connected anew; both begin by asking for everything.
        Nudge::Pull(_) | Nudge::Nothing => Work::Nothing,
        Nudge::Privacy(asked) => match request_of(tools, &row, asked) {
            Some(request) => Work::Request(request),
            None => return Heard::Later,
        },
    };
    let marks = delivery.keys.iter().map(|key| crypt::sha256(key.as_bytes())).collect();
    match tools.inbox.put(Note { account: row, marks, work }) {
        true => Heard::Taken,
        false => Heard::Later,
    }
}

fn later(fault: &StoreError) -> Heard {
    tracing::warn!(%fault, "A platform's call could not be looked at; it comes again");
    Heard::Later
}

type Found = (AccountRow, &'static dyn Api, &'static dyn WebhookSource);

fn find(tools: &Tools, platform: &str, connection: &str) -> Result<Option<Found>, StoreError> {
    let Some(connector) = connectors::find(platform) else { return Ok(None) };
    let (Some(api), Some(source)) = (connector.api(), connector.webhooks()) else {
        return Ok(None);
    };
    // One spelling of a number only, so that an address is not two.
    let id = connection.parse().ok().filter(|id: &i64| id.to_string() == connection);
    let Some(id) = id else { return Ok(None) };
    let row = tools.db.read(|reader| accounts::find_account(reader, AccountId(id)))?;
    let is_it =
        |row: &AccountRow| row.platform == platform && row.state != AccountState::Disconnected;
    Ok(row.filter(is_it).map(|row| (row, api, source)))
}

/// `None` while the vault is locked: then nobody can be known again.
fn request_of(tools: &Tools, row: &AccountRow, asked: PrivacyRequest) -> Option<NewRequest> {
    let (kind, buyer) = match asked {
        PrivacyRequest::Tell(buyer) => (Kind::Tell, buyer),
        PrivacyRequest::Forget(buyer) => (Kind::Forget, buyer),
        PrivacyRequest::ForgetShop => (Kind::ForgetShop, Buyer::default()),
    };
    let store = row.store_name.as_deref().unwrap_or_default();
    let text = |secret: &Option<Secret>| secret.as_ref().map(|it| it.expose().trim().to_owned());
    let mut marks: Vec<BuyerHash> = Vec::new();
    if let Some(id) = text(&buyer.id) {
        let mark = Customer::Platform { platform: &row.platform, store, id: &id };
        marks.push((tools.customer_hash)(&mark)?);
    }
    if let Some(email) = text(&buyer.email) {
        marks.push((tools.customer_hash)(&Customer::Email(&email))?);
    }
    Some(NewRequest { kind, marks, named: buyer.orders })
}

/// Makes the secret with which a connection's calls are signed, where that is for us to make and
/// there is none yet; or a new one in its place.
///
/// # Errors
/// `StoreError` of the database and of the vault.
pub fn make_secret(tools: &Tools, row: &AccountRow, is_new: bool) -> Result<(), StoreError> {
    let source = connectors::find(&row.platform).and_then(|known| known.webhooks());
    let Some(WebhookSecret::Made(name)) = source.map(|source| source.spec().secret) else {
        return Ok(());
    };
    let Some(vault) = tools.vault.vault() else { return Ok(()) };
    let known = tools.db.read(|reader| credentials::list_names(reader, row.id))?;
    if row.state == AccountState::Disconnected || (!is_new && known.iter().any(|it| it == name)) {
        return Ok(());
    }
    let fault = |fault: Fault| StoreError::Internal(fault.to_string());
    let secret = Secret::new(sign::nonce().map_err(fault)?);
    tools.db.write_local(Lane::Interactive, |tx| {
        credentials::upsert_secret(tx, vault, (row.id, name), &secret)
    })
}

/// Sees to it that every connection that needs a secret of ours has one.
///
/// # Errors
/// `StoreError` of the database and of the vault.
pub fn ensure_secrets(tools: &Tools) -> Result<(), StoreError> {
    for row in tools.db.read(accounts::list_accounts)? {
        make_secret(tools, &row, false)?;
    }
    Ok(())
}

/// The secret that its owner must enter at the platform; `None` where it has none of ours.
///
/// # Errors
/// `StoreError` of the database; `Damaged` for one that was altered.
pub fn find_secret(tools: &Tools, row: &AccountRow) -> Result<Option<Secret>, StoreError> {
    let source = connectors::find(&row.platform).and_then(|known| known.webhooks());
    match (source.map(|source| source.spec().secret), tools.vault.vault()) {
        (Some(WebhookSecret::Made(name)), Some(vault)) => {
            tools.db.read(|reader| credentials::find_secret(reader, vault, (row.id, name)))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests;
