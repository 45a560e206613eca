//! Words of the page of listings: what is linked with what, why something is suggested, and what
//! a change does.

use crate::domain::catalogue::Reason;

pub const TABLE: &str = "Listings of all channels, and the products that they sell";
pub const LISTING: &str = "Listing";
pub const STORE: &str = "Store";
pub const PRODUCT: &str = "Product";
pub const HOW: &str = "Linked";
pub const CHOOSE: &str = "Choose";
pub const SUGGESTED: &str = "Suggested";
pub const DESIRED: &str = "Desired";
pub const LIVE: &str = "Live";
pub const CONFIRMED: &str = "Confirmed";
pub const FIND: &str = "Find a listing";
pub const FIND_HELP: &str = "SKU, title, barcode or product";
pub const CLEAR: &str = "Clear";
pub const STATE: &str = "State";
pub const BLANK_SKU: &str = "no SKU";
pub const AS_MATCHED: &str = "no link by hand";
pub const NO_STOCK: &str = "sold from no stock";
pub const ACCEPT: &str = "Accept";
pub const MATCH: &str = "Match again";
pub const MATCHED: &str = "Listings are being matched; reload in a moment.";
pub const EXPORT: &str = "Links as CSV";
pub const IMPORT: &str = "Import links";
pub const NOTE: &str = "A listing sells the product whose SKU it bears, unless it is linked to \
    another. SKUs written another way, barcodes and catalogue ids link by themselves only where \
    they tell one product of yours; everything else waits here for you.";
pub const EMPTY: &str = "No listings here.";
pub const EMPTY_WHY: &str = "Listings come with a connected shop, or with a file of its products.";
pub const EMPTY_SEARCH_WHY: &str = "Look in another state or store, or for something else.";
pub const ALL: &str = "All listings";

// The change of several at once.

pub const BULK: &str = "With the chosen listings";
pub const ACT: &str = "Do";
pub const SKU: &str = "SKU of the product";
pub const UNITS: &str = "Units of it in one";
pub const UNITS_HELP: &str = "3 for a pack of three";
pub const EVERY: &str = "All of this list, also on its other pages";
pub const SHOW: &str = "Show what changes";
pub const SAVE: &str = "Change the links";
pub const PANEL_LEAD: &str = "Costs and profit of orders follow in the background. It can be \
    undone, here and under Changes.";
pub const NOW: &str = "Now";
pub const THEN: &str = "Then";
pub const NONE_CHOSEN: &str = "Choose at least one listing, or all of this list.";
pub const NOTHING_CHANGES: &str = "Nothing changes: the chosen listings are so already.";
pub const SKU_MISSING: &str = "Write the SKU of one of your products.";
pub const UNITS_WRONG: &str = "Write a whole number from 1 to 1,000,000.";
pub const UNDONE: &str = "The links are as they were. The figures follow in the background.";
pub const BECOMES_MATCHED: &str = "what its codes tell";

pub fn act(name: &str) -> &'static str {
    match name {
        "accept" => "Accept what is suggested",
        "link" => "Link to a product",
        "new" => "Make products of them",
        "nothing" => "Sold from no stock",
        _ => "Leave to the matching",
    }
}

pub fn state(name: &str) -> &'static str {
    match name {
        "unlinked" => "Unlinked",
        "blank" => "Without SKU",
        "duplicate" => "SKU twice in a store",
        "suggested" => "Suggested",
        "linked" => "Linked",
        "apart" => "From no stock",
        _ => "All",
    }
}

/// How a listing came to its product.
pub fn how(name: &str) -> &'static str {
    match name {
        "sku" => "by SKU",
        "normalised_sku" => "by SKU, written another way",
        "barcode" => "by barcode",
        "catalogue_id" => "by catalogue id",
        "hand" => "by hand",
        "file" => "by file",
        _ => "not linked",
    }
}

/// `3 × MUG`
pub fn units_of(units: i64, sku: &str) -> String {
    if units == 1 { sku.to_owned() } else { format!("{units} × {sku}") }
}

pub fn reason(reason: Reason) -> String {
    match reason {
        Reason::Barcode => "same barcode".to_owned(),
        Reason::BarcodeUnchecked => "same barcode, though its check digit is wrong".to_owned(),
        Reason::CatalogueId => "same catalogue id".to_owned(),
        Reason::NormalisedSku => "same SKU, written another way".to_owned(),
        Reason::SkuZeros => "same SKU but for zeros in front".to_owned(),
        Reason::SkuPart => "its SKU is within this one".to_owned(),
        Reason::Title(score) => format!("titles alike to {score} %"),
        Reason::Price => "same price".to_owned(),
        Reason::Pack(units) => format!("speaks of {units} units"),
        Reason::Several => "fits several products".to_owned(),
    }
}

/// `82 of 100: same barcode, speaks of 3 units`
pub fn score(score: i64, reasons: &[Reason]) -> String {
    let told: Vec<String> = reasons.iter().map(|one| reason(*one)).collect();
    format!("{score} of 100: {}", told.join(", "))
}

/// `1,204 listings; 12 unlinked, 3 without SKU, 2 SKUs twice in a store.`
pub fn answer(all: &str, unlinked: &str, blank: &str, duplicate: &str) -> String {
    format!(
        "{all} listings: {unlinked} unlinked, {blank} without SKU, {duplicate} with a SKU that \
         stands twice in its store."
    )
}

pub fn choose(name: &str) -> String {
    format!("Choose {name}")
}

pub fn accept(sku: &str) -> String {
    format!("Accept {sku}")
}

pub fn panel_title(count: &str, is_one: bool) -> String {
    format!("{count} {} would change", if is_one { "listing" } else { "listings" })
}

pub fn more(count: &str) -> String {
    format!("And {count} more.")
}

pub fn done(count: i64, shown: &str) -> String {
    format!("{shown} {} changed.", if count == 1 { "listing" } else { "listings" })
}

pub fn no_product(sku: &str) -> String {
    format!("You have no product {sku}. Write the SKU of one, or make one of the listing.")
}

pub fn made(count: i64) -> String {
    format!("{count} {} made", if count == 1 { "product" } else { "products" })
}

pub fn unmade(count: i64) -> String {
    format!("{count} {} no longer made", if count == 1 { "product" } else { "products" })
}

// What is to be done.

pub const TASKS: &str = "Listings that no product is known of";

pub fn task(name: &str, count: i64, shown: &str) -> String {
    let noun = if count == 1 { "listing" } else { "listings" };
    match name {
        "unlinked" => format!("{shown} {noun} linked to no product"),
        "blank" => format!("{shown} {noun} without a SKU"),
        "duplicate" => format!("{shown} {noun} with a SKU that stands twice in its store"),
        _ => format!("{shown} {noun} with a suggestion to accept"),
    }
}
