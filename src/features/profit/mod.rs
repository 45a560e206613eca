//! What did products, stores, countries and days bring?

pub mod json;
