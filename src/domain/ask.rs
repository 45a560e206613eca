//! What is asked of a report: days, stores, basis, grouping. Read alike from a URL, a command
//! line, JSON and tool arguments (`web/ask.rs`, `app/cli.rs`).

use crate::base::id::StoreId;
use crate::base::{Day, DayRange};

/// The stores that somebody may see. Every query takes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    Stores(Vec<StoreId>),
}

impl Scope {
    pub fn allows(&self, store: StoreId) -> bool {
        match self {
            Self::All => true,
            Self::Stores(stores) => stores.contains(&store),
        }
    }
}

/// Which day a row is counted under (PROFIT, section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    #[default]
    Event,
    Order,
}

impl Basis {
    pub fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Order => "order",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Event, Self::Order].into_iter().find(|basis| basis.name() == name)
    }
}

/// Which ad spend lines bear: all of it, or only what was matched (PROFIT, section 7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AdsMode {
    #[default]
    Blended,
    Matched,
}

impl AdsMode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Blended => "blended",
            Self::Matched => "matched",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Blended, Self::Matched].into_iter().find(|mode| mode.name() == name)
    }
}

/// Whether months that are closed stand as they were closed (PROFIT, section 11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BooksView {
    /// Everything on its own day, as it is known today.
    #[default]
    Open,
    /// Closed months as they were closed; what became known since in the next open month.
    Closed,
}

impl BooksView {
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Open, Self::Closed].into_iter().find(|view| view.name() == name)
    }
}

/// What a period is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    #[default]
    Before,
    Year,
    Nothing,
}

impl Against {
    pub const ALL: [Self; 3] = [Self::Before, Self::Year, Self::Nothing];

    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Year => "year",
            Self::Nothing => "nothing",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|against| against.name() == name)
    }

    /// The days that `range` is compared with. Calendar months step by months.
    pub fn range(self, range: DayRange) -> Option<DayRange> {
        match self {
            Self::Before => Some(before(range)),
            Self::Year => {
                let from = range.from.plus_months(-12);
                // The last day of a February stays the last of February.
                let to = match range.whole_months() {
                    Some(months) => from.plus_months(months).plus(-1),
                    None => range.to.plus_months(-12),
                };
                Some(DayRange { from, to })
            }
            Self::Nothing => None,
        }
    }
}

/// As long a time right before; as many calendar months before whole ones.
pub fn before(range: DayRange) -> DayRange {
    match range.whole_months() {
        Some(months) => DayRange { from: range.from.plus_months(-months), to: range.from.plus(-1) },
        None => range.before(),
    }
}

/// What a report groups by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Order,
    Line,
    Day,
    Week,
    Month,
    Store,
    Product,
    Variant,
    Country,
    Channel,
    Campaign,
    Group,
}

impl Key {
    pub const ALL: [Self; 12] = [
        Self::Order,
        Self::Line,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Store,
        Self::Product,
        Self::Variant,
        Self::Country,
        Self::Channel,
        Self::Campaign,
        Self::Group,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Line => "line",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Store => "store",
            Self::Product => "product",
            Self::Variant => "variant",
            Self::Country => "country",
            Self::Channel => "channel",
            Self::Campaign => "campaign",
            Self::Group => "group",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }
}

/// Reports join at most this many keys.
pub const KEYS_MAX: usize = 2;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub by: Vec<Key>,
    pub store: Option<StoreId>,
    pub basis: Basis,
    pub ads: AdsMode,
    pub fully_loaded: bool,
    pub scope: Scope,
}

impl Ask {
    /// Everything, by nothing, for whoever may see `scope`.
    pub fn all(scope: Scope) -> Self {
        Self {
            from: None,
            to: None,
            by: Vec::new(),
            store: None,
            basis: Basis::Event,
            ads: AdsMode::Blended,
            fully_loaded: false,
            scope,
        }
    }

    /// Whether it asks about the same, whatever it groups by.
    pub fn is_alike(&self, other: &Self) -> bool {
        let Self { from, to, by: _, store, basis, ads, fully_loaded, scope } = self;
        (from, to, store, basis) == (&other.from, &other.to, &other.store, &other.basis)
            && (ads, fully_loaded, scope) == (&other.ads, &other.fully_loaded, &other.scope)
    }

    pub fn over(mut self, range: DayRange) -> Self {
        self.from = Some(range.from);
        self.to = Some(range.to);
        self
    }

    pub fn by(mut self, keys: &[Key]) -> Self {
        self.by = keys.to_vec();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_are_alike_where_nothing_but_their_keys_differs() {
        let range = DayRange { from: Day(7), to: Day(9) };
        let ask = Ask::all(Scope::All).over(range).by(&[Key::Day]);
        assert!(ask.is_alike(&ask.clone().by(&[Key::Store, Key::Month])));
        let others = [
            ask.clone().over(DayRange { from: Day(8), ..range }),
            ask.clone().over(DayRange { to: Day(8), ..range }),
            Ask { from: None, ..ask.clone() },
            Ask { store: Some(StoreId(1)), ..ask.clone() },
            Ask { basis: Basis::Order, ..ask.clone() },
            Ask { ads: AdsMode::Matched, ..ask.clone() },
            Ask { fully_loaded: true, ..ask.clone() },
            Ask { scope: Scope::Stores(vec![StoreId(1)]), ..ask.clone() },
        ];
        for other in others {
            assert!(!ask.is_alike(&other) && !other.is_alike(&ask), "{other:?}");
        }
    }
}
