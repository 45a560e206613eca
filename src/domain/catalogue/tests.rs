//! What is matched with what, by hand; and that neither order nor chance changes it.

use proptest::prelude::*;

use super::matching::{Matched, match_listings};
use super::{Choice, Found, Key, Listed, Reason, Variant};
use crate::base::id::StoreId;
use crate::base::{Currency, Money};

fn own(sku: &str, title: &str) -> Variant {
    Variant { sku: sku.into(), title: title.into(), is_own: true, ..Variant::default() }
}

fn listed(store: i64, sku: &str, title: &str) -> Listed {
    Listed {
        store: StoreId(store),
        listing: format!("m-{sku}-{title}"),
        sku: sku.into(),
        title: title.into(),
        barcode: String::new(),
        catalogue_id: String::new(),
        price: None,
        chosen: None,
    }
}

fn one(variants: &[Variant], listing: Listed) -> Matched {
    match_listings(variants, &[listing]).remove(0)
}

fn linked(sku: &str, units: i64, by: Key) -> Found {
    Found::Linked { sku: sku.into(), units, by }
}

#[test]
fn the_very_sku_goes_before_all_and_a_choice_before_it() {
    let variants = [own("MUG", "Mug"), own("mug", "Other mug")];
    assert_eq!(one(&variants, listed(1, "MUG", "Mug")).found, Found::Exact);
    let nothing = Listed { chosen: Some(Choice::Nothing), ..listed(1, "MUG", "Mug") };
    assert_eq!(one(&variants, nothing).found, Found::Chosen);
}

#[test]
fn another_way_of_writing_links_unless_it_is_that_of_two() {
    let variants = [own("MUG-RED", ""), own("A-1", ""), own("a.1", "")];
    let found = |sku: &str| one(&variants, listed(1, sku, "")).found;
    assert_eq!(found("mug red"), linked("MUG-RED", 1, Key::NormalisedSku));
    assert_eq!(found("a_1"), Found::Open, "two variants are written so");
    let suggestions = one(&variants, listed(1, "a_1", "")).suggestions;
    let told: Vec<_> = suggestions.iter().map(|one| (one.sku.as_str(), one.score)).collect();
    assert_eq!(told, [("A-1", 71), ("a.1", 71)]);
    assert!(suggestions[0].reasons.contains(&Reason::Several));
    // Zeros that a spreadsheet lost are only suggested.
    let variants = [own("00123", "")];
    let matched = one(&variants, listed(1, "123", ""));
    assert_eq!(matched.found, Found::Open);
    assert_eq!(matched.suggestions[0].reasons, [Reason::SkuZeros]);
}

#[test]
fn a_barcode_of_one_channel_links_the_listing_of_another() {
    let variants = [own("MUG", "Mug"), own("CUP", "Cup")];
    let with = |sku: &str, barcode: &str| Listed {
        barcode: barcode.into(),
        ..listed(if sku == "MUG" { 1 } else { 2 }, sku, "Mug")
    };
    // The first is a UPC, the second the same as an EAN.
    let listings = [with("MUG", "036000291452"), with("X1", "0036000291452"), with("X2", "12345")];
    let found: Vec<Found> =
        match_listings(&variants, &listings).into_iter().map(|one| one.found).collect();
    assert_eq!(found, [Found::Exact, linked("MUG", 1, Key::Barcode), Found::Open]);
    // Two variants with one barcode: nobody knows which.
    let listings = [with("MUG", "036000291452"), with("CUP", "036000291452"), listings[1].clone()];
    let matched = match_listings(&variants, &listings);
    assert_eq!(matched[2].found, Found::Open);
    assert_eq!(matched[2].suggestions.len(), 2);
}

#[test]
fn codes_that_tell_different_variants_link_nothing() {
    let mug = Variant { barcode: "4006381333931".into(), ..own("MUG", "") };
    let cup = Variant { catalogue_id: "B00CUP0001".into(), ..own("CUP", "") };
    let variants = [mug, cup];
    let by = |barcode: &str, id: &str| {
        let listing =
            Listed { barcode: barcode.into(), catalogue_id: id.into(), ..listed(1, "AMZ-9", "") };
        one(&variants, listing).found
    };
    assert_eq!(by("4006381333931", ""), linked("MUG", 1, Key::Barcode));
    assert_eq!(by("", "b00cup0001"), linked("CUP", 1, Key::CatalogueId));
    assert_eq!(by("4006381333931", "B00CUP0001"), Found::Open);
}

#[test]
fn a_multipack_is_suggested_with_its_units_and_never_linked_as_one() {
    let mug = Variant { barcode: "4006381333931".into(), ..own("MUG-RED", "Mug, red") };
    let listing = Listed { barcode: "4006381333931".into(), ..listed(1, "X", "Mug, red, 3-pack") };
    let matched = one(std::slice::from_ref(&mug), listing);
    assert_eq!(matched.found, Found::Open);
    let best = &matched.suggestions[0];
    assert_eq!((best.sku.as_str(), best.units), ("MUG-RED", 3));
    assert!(best.reasons.contains(&Reason::Pack(3)) && best.reasons.contains(&Reason::Barcode));
    // The SKU says it, too: 72 less 12 for two words, 3 for each further reason.
    let matched = one(&[own("MUG-RED", "")], listed(1, "AMZ-MUG-RED-3PK", ""));
    let best = &matched.suggestions[0];
    assert_eq!((best.sku.as_str(), best.units, best.score), ("MUG-RED", 3, 63));
}

#[test]
fn alike_titles_and_prices_are_suggested_and_the_likeliest_first() {
    let variants = [own("MUG-R", "Red mug of stoneware"), own("MUG-B", "Blue mug of stoneware")];
    let price = Some(Money::new(1990, Currency::EUR));
    let sold = Listed { price, ..listed(1, "MUG-R", "Red mug of stoneware") };
    let asked = Listed { price, ..listed(2, "ZZ", "Mug of stoneware, red") };
    let matched = match_listings(&variants, &[sold, asked]);
    let told: Vec<_> = matched[1].suggestions.iter().map(|one| one.sku.as_str()).collect();
    assert_eq!(told, ["MUG-R", "MUG-B"]);
    // Titles of the same words 80, and 4 for the same price.
    assert_eq!(matched[1].suggestions[0].score, 84);
    assert!(matched[1].suggestions[0].reasons.contains(&Reason::Price));
    assert!(one(&variants, listed(1, "ZZ", "Lamp")).suggestions.is_empty());
}

#[test]
fn what_only_orders_know_takes_no_link_and_ends_none() {
    let sold = Variant { is_own: false, ..own("AMZ-1", "Mug") };
    let mug = Variant { barcode: "4006381333931".into(), ..own("MUG", "Mug") };
    let listing = Listed { barcode: "4006381333931".into(), ..listed(1, "AMZ-1", "Mug") };
    // Before its first sale, and after it.
    let by = linked("MUG", 1, Key::Barcode);
    assert_eq!(one(std::slice::from_ref(&mug), listing.clone()).found, by);
    assert_eq!(one(&[mug, sold.clone()], listing.clone()).found, by);
    // Nothing is linked by itself to what orders made.
    let other = Listed { barcode: String::new(), ..listed(2, "amz 1", "") };
    let matched = one(std::slice::from_ref(&sold), other);
    assert_eq!((matched.found, matched.suggestions.len()), (Found::Open, 1));
    // And its own SKU stays its own, with what the seller keeps beside it.
    let matched = one(&[sold, own("MUG", "Mug")], listed(1, "AMZ-1", "Mug"));
    assert_eq!(matched.found, Found::Exact);
    assert_eq!(matched.suggestions[0].sku, "MUG");
}

#[test]
fn what_was_chosen_tells_other_listings() {
    let variants = [own("MUG", "Mug")];
    let chosen = Listed {
        chosen: Some(Choice::Variant { sku: "MUG".into(), units: 3 }),
        barcode: "4006381333931".into(),
        ..listed(1, "X", "Three mugs")
    };
    let same = Listed { barcode: "4006381333931".into(), ..listed(2, "Y", "Mugs") };
    let matched = match_listings(&variants, &[chosen, same]);
    assert_eq!(matched[1].found, linked("MUG", 3, Key::Barcode));
}

const SKUS: [&str; 8] = ["A-1", "a1", "A 1", "A-01", "B", "b_", "B-3PK", ""];
const CODES: [&str; 4] = ["", "4006381333931", "036000291452", "B00CUP0001"];
const TITLES: [&str; 5] = ["", "Red mug", "Red mug, 3-pack", "Blue mug", "Lamp"];

prop_compose! {
    fn any_variant()(sku in 0..7usize, title in 0..5usize, code in 0..4usize, is_own: bool)
        -> Variant {
        Variant {
            sku: SKUS[sku].into(),
            title: TITLES[title].into(),
            barcode: CODES[code].into(),
            catalogue_id: CODES[code].into(),
            is_own,
        }
    }
}

prop_compose! {
    fn any_listed()(
        store in 1..3i64, number in 0..6i64, sku in 0..8usize, title in 0..5usize,
        barcode in 0..4usize, id in 0..4usize, chosen in 0..10i64,
    ) -> Listed {
        let variant = |sku: &str| Some(Choice::Variant { sku: sku.into(), units: chosen - 1 });
        Listed {
            listing: number.to_string(),
            barcode: CODES[barcode].into(),
            catalogue_id: CODES[id].into(),
            chosen: match chosen {
                1 => Some(Choice::Nothing),
                2 | 4 => variant("B"),
                _ => None,
            },
            ..listed(store, SKUS[sku], TITLES[title])
        }
    }
}

proptest! {
    #[test]
    fn the_order_of_listings_and_variants_changes_nothing(
        variants in prop::collection::vec(any_variant(), 0..6),
        listings in prop::collection::vec(any_listed(), 0..10),
        turn in 0..10usize,
    ) {
        // Facts of one key are one.
        let mut variants = variants;
        variants.sort_by(|a, b| a.sku.cmp(&b.sku));
        variants.dedup_by(|a, b| a.sku == b.sku);
        let mut listings = listings;
        listings.sort_by_key(|one| (one.store, one.listing.clone()));
        listings.dedup_by_key(|one| (one.store, one.listing.clone()));
        let straight = match_listings(&variants, &listings);
        let (mut turned, mut others) = (listings.clone(), variants.clone());
        turned.rotate_left(turn % listings.len().max(1));
        turned.reverse();
        others.reverse();
        let again = match_listings(&others, &turned);
        for (listed, matched) in listings.iter().zip(&straight) {
            let at = turned.iter().position(|one| one == listed).unwrap();
            prop_assert_eq!(matched, &again[at]);
        }
    }

    #[test]
    fn what_is_linked_by_itself_is_kept_by_the_seller_and_never_what_was_chosen(
        variants in prop::collection::vec(any_variant(), 0..6),
        listings in prop::collection::vec(any_listed(), 0..10),
    ) {
        let mut variants = variants;
        variants.sort_by(|a, b| a.sku.cmp(&b.sku));
        variants.dedup_by(|a, b| a.sku == b.sku);
        let matched = match_listings(&variants, &listings);
        prop_assert_eq!(matched.len(), listings.len());
        for (listed, matched) in listings.iter().zip(matched) {
            prop_assert_eq!(listed.chosen.is_some(), matched.found == Found::Chosen);
            match matched.found {
                Found::Linked { sku, units, .. } => {
                    prop_assert!(units > 0);
                    prop_assert!(variants.iter().any(|one| one.sku == sku && one.is_own));
                    let own = |one: &Variant| one.is_own && one.sku == listed.sku;
                    prop_assert!(!variants.iter().any(own), "the very SKU goes before");
                    prop_assert!(matched.suggestions.is_empty());
                }
                Found::Exact => {
                    prop_assert!(variants.iter().any(|one| one.sku == listed.sku));
                }
                Found::Chosen | Found::Open => {}
            }
        }
    }
}
