//! How alike two titles are, 0 to 100: the words that they share, the rarer the more they count.

use std::collections::{BTreeSet, HashMap};

use super::normal::usual_width;

/// Words of a title that are looked at, and its rarest words by which others are looked up.
const WORDS_MAX: usize = 24;
const ASKED_MAX: usize = 6;
/// Titles behind one word that are looked at; a word of more says little.
const TITLES_MAX: usize = 300;

/// Titles by their words.
#[derive(Debug, Default)]
pub struct Titles {
    ids: HashMap<String, usize>,
    /// The titles that hold each word.
    holders: Vec<Vec<u32>>,
    /// The words of each title.
    words: Vec<Vec<usize>>,
}

impl Titles {
    /// The titles, each under its place.
    pub fn new<'a>(titles: impl Iterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for (place, title) in titles.enumerate() {
            let mut own = Vec::new();
            for word in words(title) {
                let next = all.ids.len();
                let id = *all.ids.entry(word).or_insert(next);
                if id == all.holders.len() {
                    all.holders.push(Vec::new());
                }
                all.holders[id].push(place as u32);
                own.push(id);
            }
            all.words.push(own);
        }
        all
    }

    /// The titles that are at least so alike, by place.
    pub fn list_alike(&self, title: &str, score_min: i64) -> Vec<(usize, i64)> {
        let words = words(title);
        let mut known: Vec<usize> =
            words.iter().filter_map(|word| self.ids.get(word).copied()).collect();
        known.sort_unstable_by_key(|id| (self.holders[*id].len(), *id));
        let mut places: BTreeSet<u32> = BTreeSet::new();
        for (number, id) in known.iter().take(ASKED_MAX).enumerate() {
            let holders = &self.holders[*id];
            if number > 0 && holders.len() > TITLES_MAX {
                break;
            }
            places.extend(holders.iter().take(TITLES_MAX));
        }
        let unknown = (words.len() - known.len()) as i64;
        // A word that no other title holds counts as the rarest.
        let own: i64 = known.iter().map(|id| self.weight(*id)).sum::<i64>()
            + unknown * weight_of(self.words.len(), 1);
        known.sort_unstable();
        let alike = |place: u32| {
            let theirs = &self.words[place as usize];
            let weigh = |id: &usize| self.weight(*id);
            let shared: i64 =
                theirs.iter().filter(|id| known.binary_search(id).is_ok()).map(weigh).sum();
            let whole = own + theirs.iter().map(weigh).sum::<i64>();
            let score = (200 * shared).checked_div(whole).unwrap_or(0);
            (score >= score_min).then_some((place as usize, score))
        };
        places.into_iter().filter_map(alike).collect()
    }

    fn weight(&self, id: usize) -> i64 {
        weight_of(self.words.len(), self.holders[id].len())
    }
}

/// More for a word that fewer titles hold.
fn weight_of(titles: usize, holders: usize) -> i64 {
    i64::from((titles / holders.max(1) + 1).ilog2()) + 1
}

/// The words of a title, each once.
fn words(title: &str) -> BTreeSet<String> {
    let usual: String =
        title.chars().map(usual_width).flat_map(char::to_lowercase).take(400).collect();
    let words = usual.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.take(WORDS_MAX).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_words_make_titles_alike_and_rare_ones_more() {
        let titles = Titles::new(
            ["Red mug of stoneware", "Blue mug of stoneware", "Red plate", "Lamp"].into_iter(),
        );
        let score = |title: &str, place: usize| {
            let alike = titles.list_alike(title, 1);
            alike.iter().find(|(found, _)| *found == place).map_or(0, |(_, score)| *score)
        };
        assert_eq!(score("RED MUG, of stoneware", 0), 100);
        assert!(score("Red mug", 0) > score("Red mug", 2), "two words say more than one");
        assert!(score("Lamp shade", 3) > score("Red shade", 2), "a rare word says more");
        assert_eq!(score("Shade", 0), 0);
        assert_eq!(titles.list_alike("", 1), Vec::new());
    }
}
