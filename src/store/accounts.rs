//! Connected accounts. What one brings is the content of its own import, so that it can be told
//! from everything else and taken back.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};

use crate::base::id::{AccountId, ImportId, StoreId};
use crate::base::{Day, Instant, Zone};
use crate::store::imports::{self, NewImport};
use crate::store::{Reader, StoreError, Tx};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    pub id: AccountId,
    pub platform: String,
    pub name: String,
    pub store: Option<StoreId>,
    pub store_name: Option<String>,
    pub import: ImportId,
    pub state: AccountState,
    pub external_id: String,
    pub external_label: String,
    pub settings: BTreeMap<String, String>,
    pub since: Option<Instant>,
    pub fault: Option<String>,
    pub created_at: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    Active,
    /// By its owner.
    Paused,
    /// The platform no longer takes its credentials.
    Refused,
    /// What it brought is kept; it itself is gone.
    Disconnected,
}

impl AccountState {
    const ALL: [Self; 4] = [Self::Active, Self::Paused, Self::Refused, Self::Disconnected];

    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Refused => "refused",
            Self::Disconnected => "disconnected",
        }
    }

    fn parse(name: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.name() == name).unwrap_or(Self::Disconnected)
    }
}

pub struct NewAccount<'a> {
    pub platform: &'a str,
    pub name: &'a str,
    pub store: Option<StoreId>,
    pub external_id: &'a str,
    pub external_label: &'a str,
    pub settings: &'a BTreeMap<String, String>,
    pub since: Option<Instant>,
}

const COLUMNS: &str = "accounts.id, platform, accounts.name, store_id, stores.name, import_id, \
    state, external_id, external_label, settings, since_at, fault, accounts.created_at";
const FROM: &str = "accounts left join stores on stores.id = store_id";

fn from_row(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    let (state, settings): (String, String) = (row.get(6)?, row.get(9)?);
    Ok(AccountRow {
        id: row.get(0)?,
        platform: row.get(1)?,
        name: row.get(2)?,
        store: row.get(3)?,
        store_name: row.get(4)?,
        import: row.get(5)?,
        state: AccountState::parse(&state),
        external_id: row.get(7)?,
        external_label: row.get(8)?,
        settings: serde_json::from_str(&settings).unwrap_or_default(),
        since: row.get(10)?,
        fault: row.get(11)?,
        created_at: row.get(12)?,
    })
}

/// Makes an account and the import that holds what it brings.
///
/// # Errors
/// `Refused` where the name is none or taken.
pub fn insert_account(tx: &Tx<'_>, new: &NewAccount<'_>) -> Result<AccountId, StoreError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        let what = "A connection needs a name of 1 to 200 letters. Nothing was changed.";
        return Err(StoreError::Refused(what.to_owned()));
    }
    let is_taken: bool = tx.conn().query_row(
        "select exists (select 1 from accounts where name = ?)",
        [name],
        |row| row.get(0),
    )?;
    if is_taken {
        return Err(StoreError::Refused(format!(
            "There is a connection {name:?} already. Nothing was changed; give this one another \
             name."
        )));
    }
    let import = imports::insert_import(
        tx,
        &NewImport {
            format: new.platform,
            file_name: name,
            file_hash: None,
            file_bytes: 0,
            store: new.store,
            user: None,
            parent: None,
        },
    )?;
    imports::finish_import(tx, import, None)?;
    let settings = serde_json::to_string(new.settings)
        .map_err(|fault| StoreError::Internal(fault.to_string()))?;
    tx.conn()
        .prepare_cached(
            "insert into accounts (platform, name, store_id, import_id, state, external_id,
                external_label, settings, since_at, created_at)
             values (?, ?, ?, ?, 'active', ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            new.platform,
            name,
            new.store,
            import,
            new.external_id,
            new.external_label,
            settings,
            new.since,
            tx.now,
        ])?;
    Ok(AccountId(tx.conn().last_insert_rowid()))
}

/// Sets what the platform and its owner say of an account; it works again.
///
/// # Errors
/// `StoreError` of the database.
pub fn update_account(
    tx: &Tx<'_>,
    account: AccountId,
    (external_id, external_label): (&str, &str),
    settings: &BTreeMap<String, String>,
) -> Result<(), StoreError> {
    let settings =
        serde_json::to_string(settings).map_err(|fault| StoreError::Internal(fault.to_string()))?;
    tx.conn()
        .prepare_cached(
            "update accounts set external_id = ?2, external_label = ?3, settings = ?4,
                state = 'active', fault = null, disconnected_at = null where id = ?1",
        )?
        .execute(params![account, external_id, external_label, settings])?;
    Ok(())
}

/// # Errors
/// `StoreError` of the database.
pub fn set_state(
    tx: &Tx<'_>,
    account: AccountId,
    state: AccountState,
    fault: Option<&str>,
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update accounts set state = ?2, fault = ?3, disconnected_at = case ?2
                when 'disconnected' then coalesce(disconnected_at, ?4) end where id = ?1",
        )?
        .execute(params![account, state.name(), fault, tx.now])?;
    Ok(())
}

/// Removes an account, its streams, documents and problems; what it brought is another matter.
///
/// # Errors
/// `StoreError` of the database.
pub fn delete_account(tx: &Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    for table in ["documents", "problems", "streams", "account_secrets"] {
        tx.conn().execute(&format!("delete from {table} where account_id = ?"), [account])?;
    }
    tx.conn().execute("delete from accounts where id = ?", [account])?;
    Ok(())
}

/// # Errors
/// `StoreError` of the database.
pub fn list_accounts(reader: &Reader<'_>) -> Result<Vec<AccountRow>, StoreError> {
    let sql = format!("select {COLUMNS} from {FROM} order by accounts.name");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_map([], from_row)?.collect::<Result<_, _>>()?)
}

/// # Errors
/// `StoreError` of the database.
pub fn find_account(
    reader: &Reader<'_>,
    account: AccountId,
) -> Result<Option<AccountRow>, StoreError> {
    let sql = format!("select {COLUMNS} from {FROM} where accounts.id = ?");
    Ok(reader.conn().prepare_cached(&sql)?.query_row([account], from_row).optional()?)
}

/// # Errors
/// `StoreError` of the database.
pub fn find_account_by_name(
    reader: &Reader<'_>,
    name: &str,
) -> Result<Option<AccountRow>, StoreError> {
    let sql = format!("select {COLUMNS} from {FROM} where accounts.name = ?");
    Ok(reader.conn().prepare_cached(&sql)?.query_row([name], from_row).optional()?)
}

/// The account whose content an import is; such an import is not undone by itself.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_name_by_import(
    reader: &Reader<'_>,
    import: ImportId,
) -> Result<Option<String>, StoreError> {
    Ok(reader
        .conn()
        .prepare_cached(
            "select name from accounts where import_id = ? and state <> 'disconnected'",
        )?
        .query_row([import], |row| row.get(0))
        .optional()?)
}

/// The first day of which the books know anything; rates are needed from there on.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_first_day(reader: &Reader<'_>, zone: &Zone) -> Result<Option<Day>, StoreError> {
    let (day, at): (Option<Day>, Option<Instant>) = reader.conn().query_row(
        "select (select min(day) from (
                select min(day) as day from ad_spend
                union all select min(day) from charges
                union all select min(from_day) from expenses)),
            (select min(placed_at) from orders)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let ordered = at.map(|at| at.day_in(zone));
    Ok([day, ordered].into_iter().flatten().min())
}
