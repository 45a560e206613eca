//! What a reader of files found, as documents of the interface: a record keeps the key that the
//! file gave it, and what is odd stands beside what it is about.

use crate::connectors::contract::{Document, Found, Problem};
use crate::connectors::fault::FileFault;
use crate::domain::record::Record;

/// Notices of one report that are shown; further ones are counted.
const NOTICES_MAX: usize = 20;

/// The documents of one report.
pub struct Gathered<'a> {
    kind: &'a str,
    /// Amazon's id of the report's document.
    id: &'a str,
    documents: Vec<Document>,
    /// What concerns the report as a whole.
    beside: Vec<Problem>,
    notices: usize,
}

impl<'a> Gathered<'a> {
    pub fn new(kind: &'a str, id: &'a str) -> Self {
        Self { kind, id, documents: Vec::new(), beside: Vec::new(), notices: 0 }
    }

    pub fn take(&mut self, found: Found) {
        match found {
            Found::Records { row, records } => {
                let key = records.first().and_then(key_of);
                let key = key.unwrap_or_else(|| format!("{}/{row}", self.id));
                self.documents.push(Document { key, records, ..Document::default() });
            }
            Found::Refused(refusal) => {
                let path = match refusal.column.as_str() {
                    "" => format!("line {}", refusal.row),
                    column => column.to_owned(),
                };
                let key = format!("{}/{}", self.id, refusal.row);
                let problems = vec![Problem::Unread { path, what: refusal.reason }];
                self.documents.push(Document { key, problems, ..Document::default() });
            }
            Found::Unknown { kind, name, .. } => self.tell(Problem::Unknown { kind, name }),
            Found::Notice { what, .. } => {
                self.notices += 1;
                if self.notices <= NOTICES_MAX {
                    self.tell(Problem::Doubt { what });
                }
            }
        }
    }

    /// A problem belongs to what was read before it; before anything was, to the report.
    fn tell(&mut self, problem: Problem) {
        match self.documents.last_mut() {
            Some(last) => last.problems.push(problem),
            None => self.beside.push(problem),
        }
    }

    /// A report that is not what it should be is told, and leaves what was read of it.
    pub fn finish(mut self, read: Result<(), FileFault>) -> Vec<Document> {
        if let Err(fault) = read {
            let path = self.kind.to_owned();
            self.beside.push(Problem::Unread { path, what: fault.to_string() });
        }
        if !self.beside.is_empty() {
            let key = self.kind.to_owned();
            self.documents.push(Document { key, problems: self.beside, ..Document::default() });
        }
        self.documents
    }
}

/// A report of which there is nothing but trouble to tell.
pub fn trouble(kind: &str, what: String) -> Document {
    let problems = vec![Problem::Unread { path: kind.to_owned(), what }];
    Document { key: kind.to_owned(), problems, ..Document::default() }
}

fn key_of(record: &Record) -> Option<String> {
    Some(match record {
        Record::Order(order) => order.id.clone(),
        Record::Charge(charge) => charge.key.clone(),
        Record::Payout(payout) => payout.id.clone(),
        Record::Return(returned) => format!("{}/{}", returned.order_id, returned.key),
        Record::StockMovement(movement) => movement.key.clone(),
        _ => return None,
    })
}
