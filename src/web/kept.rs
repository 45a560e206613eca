//! The last answers, kept while the books do not change: every change of theirs has a number, so
//! an answer is never older than its question.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::{Reader, StoreError, dirty, settings};

const KEPT_MAX: usize = 32;

/// The installation, the version of its books, the question.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key<Q> {
    instance_id: String,
    version: i64,
    asked: Q,
}

fn key_of<Q: Clone>(reader: &Reader<'_>, asked: &Q) -> Result<Key<Q>, StoreError> {
    // That of the very books that are read: a copy of them has a mark of its own.
    let instance_id = settings::find(reader.conn(), "instance_id")?.unwrap_or_default();
    let version = dirty::find_version(reader)?;
    Ok(Key { instance_id, version, asked: asked.clone() })
}

/// Questions of one kind with their last answers.
pub struct Kept<Q, A>(Mutex<VecDeque<(Key<Q>, Arc<A>)>>);

impl<Q, A> Default for Kept<Q, A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<Q, A> Kept<Q, A> {
    pub const fn new() -> Self {
        Self(Mutex::new(VecDeque::new()))
    }
}

impl<Q: Clone + PartialEq, A> Kept<Q, A> {
    /// The answer that is kept, or the one that `answer` finds, which is kept then; `None` of it
    /// is not.
    ///
    /// # Errors
    /// Those of `answer`, `StoreError` of the database.
    pub fn find_or<E: From<StoreError>>(
        &self,
        reader: &Reader<'_>,
        asked: &Q,
        answer: impl FnOnce() -> Result<Option<A>, E>,
    ) -> Result<Option<Arc<A>>, E> {
        let key = key_of(reader, asked)?;
        if let Some(known) = self.find_known(&key) {
            return Ok(Some(known));
        }
        let Some(found) = answer()? else { return Ok(None) };
        let found = Arc::new(found);
        self.keep(key, &found);
        Ok(Some(found))
    }

    /// The answer, where it is kept.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn find(&self, reader: &Reader<'_>, asked: &Q) -> Result<Option<Arc<A>>, StoreError> {
        Ok(self.find_known(&key_of(reader, asked)?))
    }

    fn find_known(&self, key: &Key<Q>) -> Option<Arc<A>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == key).map(|(_, answer)| Arc::clone(answer))
    }

    /// The oldest of too many goes, and those of a former state of these books.
    fn keep(&self, key: Key<Q>, answer: &Arc<A>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, _)| {
            known.instance_id != key.instance_id
                || (known.version == key.version && known.asked != key.asked)
        });
        kept.truncate(KEPT_MAX - 1);
        kept.push_front((key, Arc::clone(answer)));
    }
}
