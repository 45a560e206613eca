//! Floor 5: one folder per question of the seller; a feature never imports another.

pub mod costs;
pub mod design;
pub mod feature;
pub mod import;
pub mod orders;
pub mod profit;
pub mod reconcile;

mod settings;
mod setup;
mod sign_in;

use feature::Feature;

use crate::web::page::{Site, SiteItem};

pub static ALL: &[&Feature] =
    &[&setup::FEATURE, &sign_in::FEATURE, &costs::FEATURE, &import::FEATURE, &settings::FEATURE];

/// The navigation, in the order of `ALL`.
pub fn site() -> Site {
    let items = ALL.iter().flat_map(|feature| {
        feature.nav.iter().map(|nav| SiteItem {
            section: nav.section,
            slug: feature.slug,
            label: nav.label,
            path: nav.path,
            key: nav.key,
            permission: nav.permission,
        })
    });
    Site { items: items.collect() }
}
