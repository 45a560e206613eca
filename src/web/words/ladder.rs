//! The names of the ladder's steps and of the keys of a report, as a reader sees them.

use super::Word;
use crate::domain::ask::Key;
use crate::domain::profit::component::{Component, Step, Subtotal};
use crate::domain::table::Grain;

pub fn step(step: Step) -> Word {
    match step {
        Step::Component(component) => self::component(component),
        Step::Subtotal(subtotal) => self::subtotal(subtotal),
    }
}

pub fn component(component: Component) -> Word {
    match component {
        Component::GrossSales => Word::GrossSales,
        Component::Discounts => Word::Discounts,
        Component::Returns => Word::Returns,
        Component::ShippingIncome => Word::ShippingIncome,
        Component::ServiceIncome => Word::ServiceIncome,
        Component::Cogs => Word::Cogs,
        Component::ShippingCost => Word::ShippingCost,
        Component::HandlingCost => Word::HandlingCost,
        Component::PaymentFees => Word::PaymentFees,
        Component::ChannelFees => Word::ChannelFees,
        Component::OtherIncome => Word::OtherIncome,
        Component::AdSpend => Word::AdSpend,
        Component::PeriodFees => Word::PeriodFees,
        Component::OperatingExpenses => Word::OperatingExpenses,
        Component::FxDifference => Word::FxDifference,
        Component::TaxCollected => Word::TaxCollected,
        Component::DutiesCollected => Word::DutiesCollected,
        Component::WrittenOff => Word::WrittenOff,
    }
}

pub fn subtotal(subtotal: Subtotal) -> Word {
    match subtotal {
        Subtotal::NetSales => Word::NetSales,
        Subtotal::NetRevenue => Word::NetRevenue,
        Subtotal::GrossProfit => Word::GrossProfit,
        Subtotal::ContributionMargin => Word::ContributionMargin,
        Subtotal::ContributionAfterAds => Word::ContributionAfterAds,
        Subtotal::NetProfit => Word::NetProfit,
    }
}

/// The head of the column of a key.
pub fn key(key: Key) -> Word {
    match key {
        Key::Order | Key::Line => Word::OrderHead,
        Key::Day => Word::DayHead,
        Key::Week => Word::WeekHead,
        Key::Month => Word::MonthHead,
        Key::Store => Word::Store,
        Key::Product => Word::Product,
        Key::Variant => Word::Variant,
        Key::Country => Word::Country,
        Key::Channel => Word::Channel,
        Key::Campaign => Word::Campaign,
        Key::Group => Word::Group,
    }
}

/// One and many of a key, where it is counted in a sentence.
pub fn key_counted(key: Key) -> (Word, Word) {
    match key {
        Key::Order | Key::Line => (Word::Order, Word::Orders),
        Key::Day => (Word::Day, Word::Days),
        Key::Week => (Word::Week, Word::Weeks),
        Key::Month => (Word::Month, Word::Months),
        Key::Store => (Word::Store1, Word::StoresCounted),
        Key::Product => (Word::Product1, Word::Products),
        Key::Variant => (Word::Variant1, Word::Variants),
        Key::Country => (Word::Country1, Word::Countries),
        Key::Channel => (Word::Channel1, Word::Channels),
        Key::Campaign => (Word::Campaign1, Word::Campaigns),
        Key::Group => (Word::Group1, Word::Groups),
    }
}

/// How long a time is, in a sentence.
pub fn grain(grain: Grain) -> Word {
    match grain {
        Grain::Day => Word::Day,
        Grain::Week => Word::Week,
        Grain::Month => Word::Month,
        Grain::Quarter => Word::Quarter,
        Grain::Year => Word::Year,
    }
}

/// The head of a column of times.
pub fn grain_head(grain: Grain) -> Word {
    match grain {
        Grain::Day => Word::DayHead,
        Grain::Week => Word::WeekHead,
        Grain::Month => Word::MonthHead,
        Grain::Quarter => Word::QuarterHead,
        Grain::Year => Word::YearHead,
    }
}
