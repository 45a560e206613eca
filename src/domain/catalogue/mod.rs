//! Listings of all channels and the variants that they sell: which is which by SKU, barcode or
//! catalogue id, and what may be which where nothing says it for certain. Pure; what is linked by
//! hand goes before all of it.
//!
//! | what | file |
//! | --- | --- |
//! | SKUs written in another way | `normal.rs` |
//! | barcodes and their check digits | `barcode.rs` |
//! | how many units a title speaks of | `packs.rs` |
//! | how alike two titles are | `title.rs` |
//! | codes that point at variants | `index.rs` |
//! | the matching of all listings | `matching.rs` |

pub mod barcode;
mod index;
pub mod matching;
pub mod normal;
pub mod packs;
pub mod title;

#[cfg(test)]
mod tests;

use crate::base::Money;
use crate::base::id::StoreId;

/// A product as the seller keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    pub sku: String,
    /// Texts are empty where nothing is told.
    pub title: String,
    pub barcode: String,
    pub catalogue_id: String,
    /// Whether the seller keeps it: a cost, a receipt, stock, a bundle, an entry by hand. Others
    /// are known only because an order named their SKU, and nothing is linked to them by itself:
    /// else the first sale of a listing would end its link.
    pub is_own: bool,
}

/// A thing that a channel sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub store: StoreId,
    /// Unique in its store.
    pub listing: String,
    pub sku: String,
    pub title: String,
    pub barcode: String,
    pub catalogue_id: String,
    pub price: Option<Money>,
    /// What was chosen by hand or by file.
    pub chosen: Option<Choice>,
}

/// What somebody chose for a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It is sold from no stock of ours.
    Nothing,
    Variant {
        sku: String,
        units: i64,
    },
}

/// What tells for certain which variant a listing sells, beside the very SKU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    NormalisedSku,
    Barcode,
    CatalogueId,
}

/// What a listing sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// What was chosen.
    Chosen,
    /// The variant whose SKU it bears.
    Exact,
    Linked {
        sku: String,
        units: i64,
        by: Key,
    },
    Open,
}

/// What a listing may sell, for a person to accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub sku: String,
    pub units: i64,
    /// 0 to 100.
    pub score: i64,
    pub reasons: Vec<Reason>,
}

/// Why a variant is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Barcode,
    /// The same text, though it is no barcode that checks.
    BarcodeUnchecked,
    CatalogueId,
    NormalisedSku,
    /// The same SKU but for zeros in front of its numbers.
    SkuZeros,
    /// The variant's SKU with a word before or behind it.
    SkuPart,
    /// How alike the titles are, 0 to 100.
    Title(i64),
    Price,
    /// Units that the listing's title or SKU speaks of.
    Pack(i64),
    /// What would tell for certain fits several variants, or tells different ones.
    Several,
}

impl Reason {
    /// As it is kept.
    pub fn code(self) -> String {
        match self {
            Self::Barcode => "barcode".to_owned(),
            Self::BarcodeUnchecked => "barcode_unchecked".to_owned(),
            Self::CatalogueId => "catalogue_id".to_owned(),
            Self::NormalisedSku => "normalised_sku".to_owned(),
            Self::SkuZeros => "sku_zeros".to_owned(),
            Self::SkuPart => "sku_part".to_owned(),
            Self::Title(score) => format!("title:{score}"),
            Self::Price => "price".to_owned(),
            Self::Pack(units) => format!("pack:{units}"),
            Self::Several => "several".to_owned(),
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        let (name, number) = code.split_once(':').unwrap_or((code, ""));
        match name {
            "barcode" => Some(Self::Barcode),
            "barcode_unchecked" => Some(Self::BarcodeUnchecked),
            "catalogue_id" => Some(Self::CatalogueId),
            "normalised_sku" => Some(Self::NormalisedSku),
            "sku_zeros" => Some(Self::SkuZeros),
            "sku_part" => Some(Self::SkuPart),
            "title" => number.parse().ok().map(Self::Title),
            "price" => Some(Self::Price),
            "pack" => number.parse().ok().map(Self::Pack),
            "several" => Some(Self::Several),
            _ => None,
        }
    }
}
