//! Floor 0: values. Money, rates, days and ids that cannot hold nonsense.
//! Knows no storage, no network, no meaning; the one system clock of the program is in `time`.

pub mod currency;
pub mod id;
pub mod money;
pub mod rate;
pub mod secret;
pub mod split;
pub mod time;

pub use currency::Currency;
pub use money::Money;
pub use rate::Decimal;
pub use secret::Secret;
pub use time::{Clock, Day, DayRange, Instant, Zone};
