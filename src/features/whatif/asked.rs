//! For which days, stores and basis a scenario is counted: written beside a kept result, so that
//! it is shown for nothing else and to nobody who may not see all of it.

use serde::{Deserialize, Serialize};

use crate::base::id::StoreId;
use crate::base::{Day, DayRange};
use crate::domain::ask::{Ask, Basis, Scope};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    from: Day,
    to: Day,
    store: Option<StoreId>,
    basis: String,
    /// `None`: every store.
    scope: Option<Vec<StoreId>>,
}

impl Asked {
    pub fn new(ask: &Ask, range: DayRange) -> Self {
        Self {
            from: range.from,
            to: range.to,
            store: ask.store,
            basis: ask.basis.name().to_owned(),
            scope: match &ask.scope {
                Scope::All => None,
                Scope::Stores(stores) => Some(stores.clone()),
            },
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn range(&self) -> DayRange {
        DayRange { from: self.from, to: self.to }
    }

    pub fn ask(&self) -> Ask {
        let scope = self.scope.clone().map_or(Scope::All, Scope::Stores);
        let basis = Basis::parse(&self.basis).unwrap_or_default();
        Ask { store: self.store, basis, ..Ask::all(scope) }.over(self.range())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_reads_back_as_it_was_written() {
        let range = DayRange { from: Day(20_000), to: Day(20_030) };
        let ask = Ask {
            basis: Basis::Order,
            store: Some(StoreId(2)),
            ..Ask::all(Scope::Stores(vec![StoreId(2)])).over(range)
        };
        let asked = Asked::new(&ask, range);
        assert_eq!(Asked::parse(&asked.to_json()), Some(asked.clone()));
        assert_eq!(asked.ask(), ask);
        assert_eq!(Asked::parse("{}"), None);
    }
}
