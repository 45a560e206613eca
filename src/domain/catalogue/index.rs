//! Codes and the variants that they point at: those of the variants themselves, and those of the
//! listings that are known to sell them.

use std::collections::{BTreeSet, HashMap};

use super::{Choice, Listed, Variant, barcode, normal};

/// A variant by its place, and units of it.
pub type Target = (usize, i64);

/// Everything by which a variant may be found.
pub struct Index<'a> {
    /// By SKU.
    pub variants: Vec<&'a Variant>,
    pub by_sku: HashMap<&'a str, usize>,
    pub by_normalised: HashMap<String, BTreeSet<Target>>,
    pub by_bare: HashMap<String, BTreeSet<Target>>,
    pub by_barcode: HashMap<String, BTreeSet<Target>>,
    pub by_text: HashMap<String, BTreeSet<Target>>,
    pub by_catalogue: HashMap<String, BTreeSet<Target>>,
    /// What each is called, and asked for by the channels.
    pub titles: Vec<String>,
    pub prices: Vec<Vec<crate::base::Money>>,
}

impl<'a> Index<'a> {
    /// `listings` come in an order of their own, whatever the order in which they were read.
    pub fn new(variants: &'a [Variant], listings: &[&Listed]) -> Self {
        let mut sorted: Vec<&Variant> =
            variants.iter().filter(|variant| !variant.sku.is_empty()).collect();
        sorted.sort_by(|one, other| one.sku.cmp(&other.sku));
        sorted.dedup_by(|later, kept| later.sku == kept.sku);
        let mut index = Self {
            by_sku: sorted.iter().enumerate().map(|(at, one)| (one.sku.as_str(), at)).collect(),
            titles: sorted.iter().map(|variant| variant.title.clone()).collect(),
            prices: vec![Vec::new(); sorted.len()],
            variants: sorted,
            by_normalised: HashMap::new(),
            by_bare: HashMap::new(),
            by_barcode: HashMap::new(),
            by_text: HashMap::new(),
            by_catalogue: HashMap::new(),
        };
        for at in 0..index.variants.len() {
            let variant = index.variants[at];
            let normalised = normal::normalised_sku(&variant.sku);
            if !normalised.is_empty() {
                let bare = normal::without_zeros(&normalised);
                index.by_bare.entry(bare).or_default().insert((at, 1));
                index.by_normalised.entry(normalised).or_default().insert((at, 1));
            }
            index.add_codes((&variant.barcode, &variant.catalogue_id), (at, 1));
        }
        for listed in listings {
            if let Some(target) = index.anchor(listed) {
                index.add_listed(listed, target);
            }
        }
        index
    }

    /// What a listing is known to sell without any other: what was chosen, else its very SKU.
    fn anchor(&self, listed: &Listed) -> Option<Target> {
        match &listed.chosen {
            Some(Choice::Nothing) => None,
            Some(Choice::Variant { sku, units }) => Some((*self.by_sku.get(sku.as_str())?, *units)),
            None => Some((*self.by_sku.get(listed.sku.as_str())?, 1)),
        }
    }

    fn add_listed(&mut self, listed: &Listed, target: Target) {
        self.add_codes((&listed.barcode, &listed.catalogue_id), target);
        if target.1 == 1 {
            let title = &mut self.titles[target.0];
            if title.is_empty() {
                title.clone_from(&listed.title);
            }
            self.prices[target.0].extend(listed.price);
        }
    }

    fn add_codes(&mut self, (code, catalogue): (&str, &str), target: Target) {
        let text = code.trim();
        match barcode::parse(text) {
            Some(number) => drop(self.by_barcode.entry(number).or_default().insert(target)),
            None if text.len() >= TEXT_CHARS_MIN => {
                self.by_text.entry(text.to_owned()).or_default().insert(target);
            }
            None => {}
        }
        if let Some(id) = catalogue_id(catalogue) {
            self.by_catalogue.entry(id).or_default().insert(target);
        }
    }

    pub fn is_own(&self, at: usize) -> bool {
        self.variants[at].is_own
    }
}

/// Shorter texts in the place of a barcode say nothing.
pub const TEXT_CHARS_MIN: usize = 6;

/// A catalogue's id as it is compared; ASINs are written in capitals.
pub fn catalogue_id(text: &str) -> Option<String> {
    let id: String = text.trim().chars().map(normal::usual_width).collect();
    (id.chars().count() >= 4).then(|| id.to_uppercase())
}
