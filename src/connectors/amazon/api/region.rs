//! Where an account sells: the region with its host, and the marketplaces with Amazon's own ids.

use crate::connectors::amazon::marketplace::{self, Marketplace};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;

pub struct Region {
    /// The name in the setting.
    pub slug: &'static str,
    pub host: &'static str,
}

static REGIONS: [Region; 3] = [
    Region { slug: "eu", host: "https://sellingpartnerapi-eu.amazon.com" },
    Region { slug: "na", host: "https://sellingpartnerapi-na.amazon.com" },
    Region { slug: "fe", host: "https://sellingpartnerapi-fe.amazon.com" },
];

/// One marketplace as the interface knows it.
pub struct Place {
    pub id: &'static str,
    pub region: &'static str,
    /// As in settlements, in lower case.
    pub name: &'static str,
    /// Marketplaces of one pool sell the same units of Amazon's warehouses.
    pub pool: &'static str,
}

const fn place(
    id: &'static str,
    region: &'static str,
    name: &'static str,
    pool: &'static str,
) -> Place {
    Place { id, region, name, pool }
}

static PLACES: [Place; 23] = [
    place("ATVPDKIKX0DER", "na", "amazon.com", "US"),
    place("A2EUQ1WTGCTBG2", "na", "amazon.ca", "CA"),
    place("A1AM78C64UM0Y8", "na", "amazon.com.mx", "MX"),
    place("A2Q3Y263D00KWC", "na", "amazon.com.br", "BR"),
    place("A1F83G8C2ARO7P", "eu", "amazon.co.uk", "GB"),
    place("A1PA6795UKMFR9", "eu", "amazon.de", "EU"),
    place("A13V1IB3VIYZZH", "eu", "amazon.fr", "EU"),
    place("APJ6JRA9NG5V4", "eu", "amazon.it", "EU"),
    place("A1RKKUPIHCS9HS", "eu", "amazon.es", "EU"),
    place("A1805IZSGTT6HS", "eu", "amazon.nl", "EU"),
    place("A2NODRKZP88ZB9", "eu", "amazon.se", "EU"),
    place("A1C3SOZRARQ6R3", "eu", "amazon.pl", "EU"),
    place("AMEN7PMS3EDWL", "eu", "amazon.com.be", "EU"),
    place("A28R8C7NBKEWEA", "eu", "amazon.ie", "EU"),
    place("A33AVAJ2PDY3EV", "eu", "amazon.com.tr", "TR"),
    place("A2VIGQ35RCS4UG", "eu", "amazon.ae", "AE"),
    place("A17E79C6D8DWNP", "eu", "amazon.sa", "SA"),
    place("ARBP9OOSHTCHU", "eu", "amazon.eg", "EG"),
    place("A21TJRUUN4KGV", "eu", "amazon.in", "IN"),
    place("AE08WJ6YKNBMC", "eu", "amazon.co.za", "ZA"),
    place("A1VC38T7YXB528", "fe", "amazon.co.jp", "JP"),
    place("A39IBJ37TRP1C6", "fe", "amazon.com.au", "AU"),
    place("A19VAU5U5O7RUS", "fe", "amazon.sg", "SG"),
];

impl Place {
    pub fn marketplace(&self) -> Option<&'static Marketplace> {
        marketplace::find(self.name)
    }

    fn is_called(&self, word: &str) -> bool {
        let country = self.marketplace().map_or("", |known| known.country);
        let is_britain = country == "GB" && word.eq_ignore_ascii_case("UK");
        is_britain || [self.id, self.name, country].iter().any(|it| it.eq_ignore_ascii_case(word))
    }
}

/// The marketplace of an id, which need not be one of the account's.
pub fn find_place(id: &str) -> Option<&'static Place> {
    PLACES.iter().find(|place| place.id == id)
}

/// Whose data is asked for, and where.
pub struct Seller<'a> {
    pub id: &'a str,
    pub region: &'static Region,
    pub places: Vec<&'static Place>,
}

impl<'a> Seller<'a> {
    /// As the form was filled in.
    ///
    /// # Errors
    /// `Auth` for a region or marketplace that there is none of.
    pub fn of(ctx: &'a Ctx<'_>) -> Result<Self, Fault> {
        let slug = ctx.account.setting("region").unwrap_or(REGIONS[0].slug);
        let region = REGIONS.iter().find(|region| region.slug.eq_ignore_ascii_case(slug));
        let Some(region) = region else {
            return Err(Fault::auth(format!(
                "There is no region {slug:?}; it is eu, na or fe. Connect the account again."
            )));
        };
        let mut places = Vec::new();
        let words = ctx.account.setting("marketplace").unwrap_or_default().split([',', ' ', ';']);
        for word in words.filter(|word| !word.is_empty()) {
            let found = PLACES.iter().find(|place| place.is_called(word));
            match found.filter(|place| place.region == region.slug) {
                Some(place) if places.iter().any(|known: &&Place| known.id == place.id) => {}
                Some(place) => places.push(place),
                None => {
                    return Err(Fault::auth(format!(
                        "{word:?} is no marketplace of the region {}; write countries, such as \
                         DE, FR. Each region is connected by itself.",
                        region.slug
                    )));
                }
            }
        }
        if places.is_empty() {
            return Err(Fault::auth("Name the marketplaces where you sell, such as DE, FR."));
        }
        Ok(Self { id: ctx.setting("seller_id")?, region, places })
    }

    /// Ids with commas between them, as the interface takes them.
    pub fn ids(&self) -> String {
        self.places.iter().map(|place| place.id).collect::<Vec<_>>().join(",")
    }

    /// One marketplace of each pool of stock.
    pub fn pools(&self) -> Vec<&'static Place> {
        let mut pools: Vec<&'static Place> = Vec::new();
        for place in &self.places {
            if !pools.iter().any(|known| known.pool == place.pool) {
                pools.push(place);
            }
        }
        pools
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_marketplace_of_the_interface_is_one_that_the_files_know() {
        for (index, place) in PLACES.iter().enumerate() {
            assert!(place.marketplace().is_some(), "{}", place.name);
            assert!(REGIONS.iter().any(|region| region.slug == place.region), "{}", place.name);
            let twice = PLACES[..index].iter().any(|known| known.id == place.id);
            assert!(!twice, "{}", place.id);
        }
    }

    /// The published list ("Marketplace IDs"): host, and what sells there.
    #[test]
    fn every_region_has_its_host_and_the_marketplaces_that_amazon_lists() {
        let listed = [
            ("na", "https://sellingpartnerapi-na.amazon.com", "US CA MX BR"),
            (
                "eu",
                "https://sellingpartnerapi-eu.amazon.com",
                "GB DE FR IT ES NL SE PL BE IE TR AE SA EG IN ZA",
            ),
            ("fe", "https://sellingpartnerapi-fe.amazon.com", "JP AU SG"),
        ];
        let mut count = 0;
        for (slug, host, countries) in listed {
            let region = REGIONS.iter().find(|region| region.slug == slug).unwrap();
            assert_eq!(region.host, host);
            for country in countries.split(' ') {
                let found = PLACES.iter().find(|place| place.is_called(country)).unwrap();
                assert_eq!(found.region, slug, "{country}");
                assert_eq!(find_place(found.id).unwrap().name, found.name);
                count += 1;
            }
        }
        assert_eq!((count, REGIONS.len()), (PLACES.len(), 3));
    }
}
