//! Connecting an account, and what its owner does with it afterwards. Credentials are tried before
//! anything is saved.

use std::collections::BTreeMap;

use super::account::{Folder, forget_tokens};
use super::ctx::Tools;
use super::import_job::BOOKS_JOB;
use super::{pull_job, take_back, webhook};
use crate::base::id::{AccountId, StoreId};
use crate::base::secret::Secret;
use crate::base::{Currency, Day, Instant, Zone};
use crate::connectors;
use crate::connectors::contract::{Api, Identity};
use crate::connectors::ctx::{Account, Budget, Ctx, list_missing};
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Http, Reach};
use crate::connectors::kit::stage::{Files, InMemory};
use crate::connectors::spec::{ALLOW_PRIVATE_NETWORK, AUTH_URL, BASE_URL, FieldKind, Spec};
use crate::jobs::runner;
use crate::store::accounts::{self, AccountRow, AccountState, NewAccount};
use crate::store::jobs::{self, lane_of};
use crate::store::organisation;
use crate::store::stores::{self, Store};
use crate::store::{Lane, StoreError, Tx, credentials, imports, streams};

/// Calls that a check may make.
const CHECK_CALLS_MAX: u32 = 50;
/// Seconds after which a check is given up.
const CHECK_S_MAX: i64 = 90;

/// What a user gives to connect an account.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub platform: String,
    /// `None`: the platform, and the store where it has one.
    pub name: Option<String>,
    pub store: Option<String>,
    /// Of a store that does not exist yet, where the platform does not say.
    pub currency: Option<Currency>,
    pub settings: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, Secret>,
    /// From when on; everything without it.
    pub since: Option<Day>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConnectFault {
    /// What the user must say otherwise; the field it is about, where it is about one.
    #[error("{what}")]
    Usage { field: Option<&'static str>, what: String },
    /// What the platform said.
    #[error("{0}")]
    Platform(Fault),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ConnectFault {
    fn usage(what: impl Into<String>) -> Self {
        Self::Usage { field: None, what: what.into() }
    }
}

/// An account that was tried: what it is, and its secrets as they are after that.
pub struct Checked {
    pub identity: Identity,
    secrets: Vec<(String, Secret)>,
}

/// The platform's interface.
///
/// # Errors
/// `Usage` where this version speaks none of that name.
pub fn find_api(platform: &str) -> Result<&'static dyn Api, ConnectFault> {
    let api = connectors::find(platform).and_then(|connector| connector.api());
    api.ok_or_else(|| {
        let known = connectors::ALL.iter().filter(|connector| connector.api().is_some());
        let known: Vec<&str> = known.map(|connector| connector.slug()).collect();
        ConnectFault::usage(format!(
            "{platform:?} cannot be connected. What can: {}. Files of other platforms are taken \
             in by import.",
            known.join(", ")
        ))
    })
}

/// Tries the credentials; nothing is saved.
///
/// # Errors
/// `Usage` where something is lacking or not of the form; `Platform` where it said no.
pub fn check(tools: &Tools, ask: &Ask) -> Result<Checked, ConnectFault> {
    let api = find_api(&ask.platform)?;
    let spec = api.spec();
    check_fields(spec, ask)?;
    let store = match &ask.store {
        Some(name) => tools.db.read(|reader| stores::find_store(reader, name.trim()))?,
        None => None,
    };
    let account = Account {
        // Of nobody yet; the first account is 1.
        id: AccountId(0),
        name: name_of(ask),
        store: ask.store.clone(),
        currency: store.as_ref().map(|store| store.currency).or(ask.currency),
        zone: store.as_ref().map_or_else(Zone::system, |store| store.zone.clone()),
        settings: ask.settings.clone(),
    };
    let secrets = InMemory::default();
    for (key, secret) in &ask.secrets {
        secrets.put(key, secret.clone());
    }
    let (clock, spool) = (tools.db.clock(), Files::default());
    let now = clock.now();
    let budget = Budget::new(CHECK_CALLS_MAX, now.plus_seconds(CHECK_S_MAX));
    let ctx = Ctx {
        account: &account,
        secrets: &secrets,
        http: Http {
            transport: &*tools.transport,
            limiter: &tools.limiter,
            spec,
            account: account.id,
            reach: Reach::of(spec, &account),
            budget: &budget,
            clock,
            should_stop: &|| tools.signal.is_stopped(),
        },
        clock,
        since: now,
        spool: &spool,
    };
    let identity = api.check(&ctx).map_err(ConnectFault::Platform)?;
    Ok(Checked { identity, secrets: secrets.list() })
}

/// Tries the credentials and saves the account; of one of the same name that is there already,
/// the credentials are replaced. Its first turn begins at once.
///
/// # Errors
/// As `check`; `Usage` where the same account is connected under another name.
pub fn connect(tools: &Tools, ask: &Ask) -> Result<(AccountId, Identity), ConnectFault> {
    let Some(vault) = tools.vault.vault() else {
        return Err(ConnectFault::usage(tell_locked(tools)));
    };
    let api = find_api(&ask.platform)?;
    let rows = tools.db.read(accounts::list_accounts)?;
    let name = name_of(ask);
    let same_name = rows.iter().find(|row| row.name == name);
    if let Some(row) = same_name
        && row.platform != ask.platform
    {
        return Err(ConnectFault::usage(format!(
            "There is a connection {name:?} to {} already. Give this one another name.",
            row.platform
        )));
    }
    let Checked { identity, secrets } = check(tools, ask)?;
    refuse_twin(&rows, ask, (&name, &identity))?;
    let zone = identity.time_zone.as_deref().and_then(|name| Zone::parse(name).ok());
    let known = same_name.map(|row| (row.id, row.state));
    let saved = tools.db.write_local(Lane::Interactive, |tx| {
        let id = match known {
            Some((id, state)) => {
                let who = (identity.id.as_str(), identity.label.as_str());
                accounts::update_account(tx, id, who, &ask.settings)?;
                streams::clear_faults(tx, id)?;
                if state == AccountState::Disconnected {
                    vault.make_account_key(tx, id)?;
                }
                id
            }
            None => {
                let store = match (api.spec().needs_store, &ask.store) {
                    (true, Some(store)) => {
                        Some(find_or_make_store(tx, store, (ask, &identity), zone.as_ref())?.id)
                    }
                    _ => None,
                };
                let id = insert(tx, (ask, &name), (store, &identity))?;
                vault.make_account_key(tx, id)?;
                id
            }
        };
        for (key, secret) in &secrets {
            credentials::upsert_secret(tx, vault, (id, key), secret)?;
        }
        let names: Vec<&str> = api.spec().streams.iter().map(|stream| stream.slug).collect();
        streams::insert_streams(tx, id, &names)?;
        pull_job::schedule_all(tx, id, tx.now)?;
        Ok(id)
    })?;
    forget_tokens(tools, saved);
    if let Some(row) = tools.db.read(|reader| accounts::find_account(reader, saved))? {
        webhook::make_secret(tools, &row, false)?;
    }
    tools.signal.wake();
    Ok((saved, identity))
}

/// Why nothing can be sealed.
fn tell_locked(tools: &Tools) -> String {
    let reason = tools.vault.locked().map(|reason| reason.to_string()).unwrap_or_default();
    format!("Nothing was connected: {reason}.")
}

fn insert(
    tx: &Tx<'_>,
    (ask, name): (&Ask, &str),
    (store, identity): (Option<StoreId>, &Identity),
) -> Result<AccountId, StoreError> {
    let zone = organisation::find(tx.conn())?.time_zone.unwrap_or_else(Zone::system);
    accounts::insert_account(
        tx,
        &NewAccount {
            platform: &ask.platform,
            name,
            store,
            external_id: &identity.id,
            external_label: &identity.label,
            settings: &ask.settings,
            since: ask.since.map(|day| Instant::start_of(day, &zone)),
        },
    )
}

fn find_or_make_store(
    tx: &Tx<'_>,
    name: &str,
    (ask, identity): (&Ask, &Identity),
    zone: Option<&Zone>,
) -> Result<Store, StoreError> {
    if let Some(store) = stores::find_store_for_write(tx, name.trim())? {
        return Ok(store);
    }
    let currency = ask.currency.or(identity.currency).ok_or_else(|| {
        StoreError::Refused(format!(
            "The store {name:?} is new, and the platform does not say in which currency it sells. \
             Name its currency. Nothing was changed."
        ))
    })?;
    let chosen = organisation::find(tx.conn())?.time_zone;
    let zone = zone.cloned().or(chosen).unwrap_or_else(Zone::system);
    stores::insert_store(tx, name, currency, &zone)
}

fn refuse_twin(
    rows: &[AccountRow],
    ask: &Ask,
    (name, identity): (&str, &Identity),
) -> Result<(), ConnectFault> {
    let is_twin = |row: &&AccountRow| {
        row.platform == ask.platform
            && row.name != name
            && row.external_id == identity.id
            && row.state != AccountState::Disconnected
    };
    if let Some(twin) = rows.iter().find(is_twin).filter(|_| !identity.id.is_empty()) {
        return Err(ConnectFault::usage(format!(
            "This account is connected already, as {:?}. Nothing was changed.",
            twin.name
        )));
    }
    let same = rows.iter().find(|row| row.name == name);
    if let Some(same) = same.filter(|row| !row.external_id.is_empty())
        && same.external_id != identity.id
    {
        return Err(ConnectFault::usage(format!(
            "These are credentials of another account ({}) than {name:?} is ({}). Nothing was \
             changed; connect it under another name.",
            identity.label, same.external_label
        )));
    }
    Ok(())
}

/// What the user gave, held against what the platform's spec asks for.
fn check_fields(spec: &Spec, ask: &Ask) -> Result<(), ConnectFault> {
    if spec.needs_store && ask.store.as_deref().is_none_or(|name| name.trim().is_empty()) {
        return Err(ConnectFault::usage(
            "Name the store that its orders belong to; a new name makes a new store.",
        ));
    }
    let given: Vec<&str> = ask.secrets.keys().map(String::as_str).collect();
    if let Some(field) = list_missing(spec, &ask.settings, &given).first().copied() {
        let label = spec.find_field(field).map_or(field, |field| field.label);
        let what = format!("{label} is missing ({field}).");
        return Err(ConnectFault::Usage { field: Some(field), what });
    }
    let common = [BASE_URL, AUTH_URL, ALLOW_PRIVATE_NETWORK];
    for key in ask.settings.keys() {
        let field = spec.find_field(key).filter(|field| field.kind != FieldKind::Secret);
        if field.is_none() && !common.contains(&key.as_str()) {
            return Err(ConnectFault::usage(unknown_field(spec, key)));
        }
        if let Some(field) = field
            && let FieldKind::Choice(choices) = field.kind
            && !choices.iter().any(|(name, _)| *name == ask.settings[key])
        {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let what = format!("{}: choose one of {}.", field.label, names.join(", "));
            return Err(ConnectFault::Usage { field: Some(field.key), what });
        }
    }
    let is_secret =
        |key: &str| spec.find_field(key).is_some_and(|field| field.kind == FieldKind::Secret);
    match ask.secrets.keys().find(|key| !is_secret(key)) {
        Some(key) => Err(ConnectFault::usage(unknown_field(spec, key))),
        None => Ok(()),
    }
}

fn unknown_field(spec: &Spec, key: &str) -> String {
    let list = |is_secret: bool| {
        let fields =
            spec.fields.iter().filter(|field| (field.kind == FieldKind::Secret) == is_secret);
        let keys: Vec<&str> = fields.map(|field| field.key).collect();
        if keys.is_empty() { "none".to_owned() } else { keys.join(", ") }
    };
    format!(
        "There is no {key:?} here. Settings: {}, {BASE_URL}, {AUTH_URL}, {ALLOW_PRIVATE_NETWORK}. \
         Secrets: {}.",
        list(false),
        list(true)
    )
}

fn name_of(ask: &Ask) -> String {
    let given = ask.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    match (given, ask.store.as_deref().map(str::trim)) {
        (Some(name), _) => name.to_owned(),
        (None, Some(store)) if !store.is_empty() => format!("{} {store}", ask.platform),
        (None, _) => ask.platform.clone(),
    }
}

/// The account of that name.
///
/// # Errors
/// `Usage` where there is none.
pub fn find(tools: &Tools, name: &str) -> Result<AccountRow, ConnectFault> {
    let found = tools.db.read(|reader| accounts::find_account_by_name(reader, name))?;
    found.ok_or_else(|| ConnectFault::usage(format!("There is no connection {name:?}.")))
}

/// Stops asking the platform until somebody resumes it.
///
/// # Errors
/// `StoreError` of the database.
pub fn pause(tools: &Tools, account: AccountId) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        accounts::set_state(tx, account, AccountState::Paused, None)?;
        jobs::delete_waiting(tx, &lane_of(account)).map(|_| ())
    })
}

/// Goes on where it was, at once; also after faults.
///
/// # Errors
/// `StoreError` of the database.
pub fn resume(tools: &Tools, account: AccountId) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        accounts::set_state(tx, account, AccountState::Active, None)?;
        streams::clear_faults(tx, account)?;
        pull_job::schedule_all(tx, account, tx.now)
    })?;
    tools.signal.wake();
    Ok(())
}

/// Asks for everything now; with `anew`, from the beginning, or from a day on.
///
/// # Errors
/// `StoreError` of the database.
pub fn pull_now(
    tools: &Tools,
    account: AccountId,
    anew: Option<Option<Day>>,
) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let zone = organisation::find(tx.conn())?.time_zone.unwrap_or_else(Zone::system);
        if let Some(from) = anew {
            let since = from.map(|day| Instant::start_of(day, &zone));
            for stream in streams::list_streams_for_write(tx, account)? {
                streams::restart(tx, stream.id, ("", since))?;
            }
        }
        pull_job::schedule_all(tx, account, tx.now)
    })?;
    tools.signal.wake();
    Ok(())
}

/// Ends a connection: its secrets and the key that sealed them go at once. What it brought stays,
/// or goes too.
///
/// # Errors
/// `StoreError` of the database.
pub fn disconnect(tools: &Tools, row: &AccountRow, keeps_data: bool) -> Result<(), StoreError> {
    let id = row.id;
    tools.db.write_local(Lane::Interactive, |tx| {
        accounts::set_state(tx, id, AccountState::Disconnected, None)?;
        jobs::delete_waiting(tx, &lane_of(id))?;
        credentials::delete_secrets(tx, id)?;
        // A page under way finds no stream and is not kept.
        streams::delete_streams(tx, id)
    })?;
    forget_tokens(tools, id);
    Folder::of(tools, id).remove_all();
    if keeps_data {
        return Ok(());
    }
    take_back::take_back(tools, row.import)?;
    tools.db.write_local(Lane::Interactive, |tx| {
        imports::mark_undone(tx, row.import)?;
        accounts::delete_account(tx, id)?;
        runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB)).map(|_| ())
    })?;
    tools.signal.wake();
    Ok(())
}
