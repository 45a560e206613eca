//! The matching of all listings at once, the same in whatever order they come. A normalised SKU, a
//! barcode or a catalogue id links by itself only to a variant that the seller keeps, and only
//! where nothing else says another one; whatever is less certain is suggested.

use std::collections::{BTreeMap, BTreeSet};

use super::index::{Index, TEXT_CHARS_MIN, Target, catalogue_id};
use super::title::Titles;
use super::{Found, Key, Listed, Reason, Suggestion, Variant, barcode, normal, packs};

/// Suggestions kept of a listing, and the score below which there is none.
const SUGGESTIONS_MAX: usize = 3;
pub const SCORE_MIN: i64 = 40;
/// Titles less alike say nothing.
const TITLE_MIN: i64 = 50;
/// Words of a SKU that may stand before or behind that of a variant.
const PARTS_LEFT_OUT_MAX: usize = 2;
const PART_CHARS_MIN: usize = 3;

/// What a listing sells, and what it may sell, the likeliest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    pub found: Found,
    pub suggestions: Vec<Suggestion>,
}

/// One for each of `listings`, in their order.
pub fn match_listings(variants: &[Variant], listings: &[Listed]) -> Vec<Matched> {
    let mut sorted: Vec<&Listed> = listings.iter().collect();
    sorted.sort_by_key(|listed| (listed.store, &listed.listing));
    let index = Index::new(variants, &sorted);
    let titles = Titles::new(index.titles.iter().map(String::as_str));
    let matching = Matching { index, titles };
    listings.iter().map(|listed| matching.one(listed)).collect()
}

struct Matching<'a> {
    index: Index<'a>,
    titles: Titles,
}

/// Targets that a code of a listing points at.
struct Pointed<'a> {
    key: Key,
    targets: Option<&'a BTreeSet<Target>>,
}

impl Matching<'_> {
    fn one(&self, listed: &Listed) -> Matched {
        let none = |found| Matched { found, suggestions: Vec::new() };
        if listed.chosen.is_some() {
            return none(Found::Chosen);
        }
        let exact = self.index.by_sku.get(listed.sku.as_str()).copied();
        if exact.is_some_and(|at| self.index.is_own(at)) {
            return none(Found::Exact);
        }
        let pointed = self.point(listed);
        if let Some((target, by)) = self.settle(listed, &pointed) {
            let sku = self.index.variants[target.0].sku.clone();
            return none(Found::Linked { sku, units: target.1, by });
        }
        let found = if exact.is_some() { Found::Exact } else { Found::Open };
        Matched { found, suggestions: self.suggest(listed, exact, &pointed) }
    }

    /// What the codes of a listing point at, the surest first.
    fn point(&self, listed: &Listed) -> [Pointed<'_>; 3] {
        let index = &self.index;
        let normalised = normal::normalised_sku(&listed.sku);
        let number = barcode::parse(&listed.barcode);
        let id = catalogue_id(&listed.catalogue_id);
        let by_sku = index.by_normalised.get(&normalised);
        let by_barcode = number.and_then(|number| index.by_barcode.get(&number));
        let by_catalogue = id.and_then(|id| index.by_catalogue.get(&id));
        [
            Pointed { key: Key::NormalisedSku, targets: by_sku },
            Pointed { key: Key::Barcode, targets: by_barcode },
            Pointed { key: Key::CatalogueId, targets: by_catalogue },
        ]
    }

    /// The one variant of the seller's that all codes allow, and the first of them that tells it.
    fn settle(&self, listed: &Listed, pointed: &[Pointed<'_>; 3]) -> Option<(Target, Key)> {
        let mut settled: Option<(Target, Key)> = None;
        let own = |targets: &BTreeSet<Target>| -> Vec<Target> {
            targets.iter().copied().filter(|(at, _)| self.index.is_own(*at)).collect()
        };
        let told: Vec<(Key, Vec<Target>)> = pointed
            .iter()
            .filter_map(|one| Some((one.key, own(one.targets?))))
            .filter(|(_, targets)| !targets.is_empty())
            .collect();
        for (key, targets) in &told {
            if let ([target], None) = (targets.as_slice(), settled) {
                settled = Some((*target, *key));
            }
        }
        let (target, key) = settled?;
        let agree = told.iter().all(|(_, targets)| targets.contains(&target));
        (agree && self.packs_agree(listed, target)).then_some((target, key))
    }

    /// Whether the listing's title speaks of no other number of units than it would be linked to.
    fn packs_agree(&self, listed: &Listed, (at, units): Target) -> bool {
        let theirs = packs::find_units(&listed.title);
        let ours = packs::find_units(&self.index.titles[at]).unwrap_or(1);
        theirs.is_none_or(|theirs| ours.checked_mul(units) == Some(theirs))
    }

    fn suggest(
        &self,
        listed: &Listed,
        exact: Option<usize>,
        pointed: &[Pointed<'_>; 3],
    ) -> Vec<Suggestion> {
        let mut hints = Hints::default();
        for one in pointed {
            let (score, reason) = match one.key {
                Key::NormalisedSku => (86, Reason::NormalisedSku),
                Key::Barcode => (90, Reason::Barcode),
                Key::CatalogueId => (88, Reason::CatalogueId),
            };
            let targets = one.targets.into_iter().flatten();
            let is_one = one.targets.is_some_and(|targets| targets.len() == 1);
            for target in targets {
                hints.add(*target, score, reason);
                if !is_one {
                    hints.add(*target, score - 15, Reason::Several);
                    hints.lower(target.0, score - 15);
                }
            }
        }
        self.hint_by_sku(listed, &mut hints);
        for (at, score) in self.titles.list_alike(&listed.title, TITLE_MIN) {
            hints.add((at, 1), score * 4 / 5, Reason::Title(score));
        }
        // An order alone made the variant of its own SKU: only one that is kept is worth more.
        let is_other = |at: usize| exact.is_none_or(|own| own != at && self.index.is_own(at));
        let mut found: Vec<Suggestion> = hints
            .by_variant
            .into_iter()
            .filter(|(at, _)| is_other(*at))
            .map(|(at, hint)| self.suggestion(listed, at, hint))
            .filter(|suggestion| suggestion.score >= SCORE_MIN)
            .collect();
        found.sort_by(|one, other| {
            other.score.cmp(&one.score).then_with(|| one.sku.cmp(&other.sku))
        });
        found.truncate(SUGGESTIONS_MAX);
        found
    }

    /// SKUs that are nearly the same, and texts in the place of a barcode.
    fn hint_by_sku(&self, listed: &Listed, hints: &mut Hints) {
        let index = &self.index;
        let normalised = normal::normalised_sku(&listed.sku);
        if normalised.is_empty() {
            // Nothing to go by.
        } else if let Some(targets) = index.by_bare.get(&normal::without_zeros(&normalised)) {
            let are_others = !index.by_normalised.contains_key(&normalised);
            for target in targets.iter().filter(|_| are_others) {
                hints.add(*target, 82, Reason::SkuZeros);
            }
        }
        let parts = normal::parts(&listed.sku);
        for from in 0..=PARTS_LEFT_OUT_MAX.min(parts.len()) {
            for behind in 0..=(PARTS_LEFT_OUT_MAX - from) {
                let until = parts.len().saturating_sub(behind);
                let Some(within) = parts.get(from..until).filter(|_| from + behind > 0) else {
                    continue;
                };
                let sku = normal::normalised_sku(&within.join("-"));
                if sku.chars().count() < PART_CHARS_MIN {
                    continue;
                }
                let left = parts[..from].iter().chain(&parts[until..]);
                let units = left.clone().find_map(|part| packs::units_of_part(part));
                let score = 72 - 6 * (from + behind) as i64;
                for (at, _) in index.by_normalised.get(&sku).into_iter().flatten() {
                    hints.add((*at, units.unwrap_or(1)), score, Reason::SkuPart);
                    if let Some(units) = units {
                        hints.add((*at, units), score, Reason::Pack(units));
                    }
                }
            }
        }
        let text = listed.barcode.trim();
        if text.len() >= TEXT_CHARS_MIN && barcode::parse(text).is_none() {
            for target in index.by_text.get(text).into_iter().flatten() {
                hints.add(*target, 75, Reason::BarcodeUnchecked);
            }
        }
    }

    fn suggestion(&self, listed: &Listed, at: usize, hint: Hint) -> Suggestion {
        let Hint { mut score, mut units, mut reasons, lowered } = hint;
        // Further reasons make it likelier, never certain.
        score += 3 * (reasons.len() as i64 - 1);
        if let Some(theirs) = packs::find_units(&listed.title) {
            let ours = packs::find_units(&self.index.titles[at]).unwrap_or(1);
            if theirs % ours == 0 && theirs / ours > 1 && units == 1 {
                units = theirs / ours;
                reasons.insert(Reason::Pack(units));
            }
        }
        if units == 1 && listed.price.is_some_and(|price| self.index.prices[at].contains(&price)) {
            score += 4;
            reasons.insert(Reason::Price);
        }
        let score = score.min(lowered.unwrap_or(99)).clamp(0, 99);
        let sku = self.index.variants[at].sku.clone();
        Suggestion { sku, units, score, reasons: reasons.into_iter().collect() }
    }
}

/// What speaks for each variant.
#[derive(Default)]
struct Hints {
    by_variant: BTreeMap<usize, Hint>,
}

#[derive(Default)]
struct Hint {
    score: i64,
    units: i64,
    reasons: BTreeSet<Reason>,
    /// The most that it may come to.
    lowered: Option<i64>,
}

impl Hints {
    fn add(&mut self, (at, units): Target, score: i64, reason: Reason) {
        let hint = self.by_variant.entry(at).or_default();
        hint.score = hint.score.max(score);
        hint.units = hint.units.max(units).max(1);
        hint.reasons.insert(reason);
    }

    fn lower(&mut self, at: usize, most: i64) {
        let hint = self.by_variant.entry(at).or_default();
        hint.lowered = Some(hint.lowered.unwrap_or(most).min(most));
    }
}
