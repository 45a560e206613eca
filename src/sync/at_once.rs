//! What a turn keeps from page to page so that new orders are booked as they come in.

use std::sync::OnceLock;

use crate::store::booked::{Terms, Writing};
use crate::store::rollups::Deltas;
use crate::store::stores::Store;
use crate::store::{Db, StoreError, dirty};

/// Under what new orders of a store are booked, and what the writer knows by heart.
#[derive(Default)]
pub struct AtOnce {
    pub terms: OnceLock<Terms>,
    pub writing: Option<Writing>,
}

impl AtOnce {
    /// Before a page that brings orders of this store: what they are booked under is read again
    /// where costs, rules, rates or settings changed since the page before.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn prepare(&mut self, db: &Db, store: &Store) -> Result<(), StoreError> {
        let is_current = match self.terms.get() {
            Some(terms) => {
                let now = db.read(|reader| dirty::find_policy_version(reader.conn()))?;
                terms.policy_version() == now
            }
            None => false,
        };
        if !is_current {
            let found = db.read(|reader| Terms::find(reader, store))?;
            self.terms = found.map_or_else(OnceLock::new, OnceLock::from);
        }
        if self.terms.get().is_some() && self.writing.is_none() {
            self.writing = Some(Writing::load(db, Deltas::default())?);
        }
        Ok(())
    }

    /// After a transaction that was taken back: what was learned in it does not hold.
    pub fn forget(&mut self) {
        self.writing = None;
    }
}
