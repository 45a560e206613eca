//! A locked vault unlocked while the program runs, and what waited for it set going.

use super::ctx::Tools;
use super::pull_job;
use crate::base::secret::Secret;
use crate::store::accounts::{self, AccountState};
use crate::store::vault::Locked;
use crate::store::{Lane, StoreError};

/// Tries to unlock the vault; from then on every platform is asked again, at once. Gives why it
/// stays locked.
///
/// # Errors
/// `StoreError` of the database; `Damaged` where what the opener opens was altered.
pub fn unlock(tools: &Tools, passphrase: Option<&Secret>) -> Result<Option<Locked>, StoreError> {
    if tools.vault.vault().is_some() {
        return Ok(None);
    }
    if let Some(reason) = tools.vault.unlock(&tools.db, passphrase)? {
        return Ok(Some(reason));
    }
    let rows = tools.db.read(accounts::list_accounts)?;
    tools.db.write_local(Lane::Interactive, |tx| {
        for row in rows.iter().filter(|row| row.state == AccountState::Active) {
            pull_job::schedule_all(tx, row.id, tx.now)?;
        }
        Ok(())
    })?;
    tools.signal.wake();
    Ok(None)
}
