//! The last answers, kept while the books do not change: every change of theirs has a number, so
//! an answer is never older than its question.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::query::{Answer, Asked};

const KEPT_MAX: usize = 32;

/// The installation, the version of its books, the question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheKey {
    pub instance_id: String,
    pub version: i64,
    pub asked: Asked,
}

static KEPT: Mutex<VecDeque<(CacheKey, Arc<Answer>)>> = Mutex::new(VecDeque::new());

pub fn find(key: &CacheKey) -> Option<Arc<Answer>> {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.iter().find(|(known, _)| known == key).map(|(_, answer)| Arc::clone(answer))
}

/// Keeps an answer; the oldest of too many goes, and those of a former state of these books.
pub fn keep(key: CacheKey, answer: &Arc<Answer>) {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|(known, _)| {
        known.instance_id != key.instance_id
            || (known.version == key.version && known.asked != key.asked)
    });
    kept.truncate(KEPT_MAX - 1);
    kept.push_front((key, Arc::clone(answer)));
}
