//! Floor 5: one folder per question of the seller; a feature never imports another.

pub mod ads;
pub mod backup;
pub mod changes;
pub mod channels;
pub mod connections;
pub mod costs;
pub mod definitions;
pub mod design;
pub mod diagnostics;
pub mod drift;
pub mod expenses;
pub mod feature;
pub mod goals;
pub mod import;
pub mod known;
pub mod listings;
pub mod locations;
pub mod mail;
pub mod months;
pub mod notes;
pub mod orders;
pub mod overview;
pub mod payouts;
pub mod presets;
pub mod privacy;
pub mod profit;
pub mod purchase_orders;
pub mod purchases;
pub mod rates;
pub mod reconcile;
pub mod reports;
pub mod returns;
pub mod rules;
pub mod stock;
pub mod stocktake;
pub mod suppliers;
pub mod todo;
pub mod transfers;
pub mod whatif;

pub mod security;
mod settings;
mod setup;
mod sign_in;

use feature::Feature;

use crate::web::page::{Site, SiteItem};
use crate::web::permission::Routes;

pub static ALL: &[&Feature] = &[
    &overview::FEATURE,
    &todo::FEATURE,
    &orders::FEATURE,
    &profit::FEATURE,
    &reports::FEATURE,
    &goals::FEATURE,
    &months::FEATURE,
    &known::FEATURE,
    &ads::FEATURE,
    &whatif::FEATURE,
    &costs::FEATURE,
    &purchases::FEATURE,
    &expenses::FEATURE,
    &rules::FEATURE,
    &rates::FEATURE,
    &payouts::FEATURE,
    &reconcile::FEATURE,
    &presets::FEATURE,
    &changes::FEATURE,
    &stock::FEATURE,
    &stocktake::FEATURE,
    &returns::FEATURE,
    &locations::FEATURE,
    &listings::FEATURE,
    &channels::FEATURE,
    &drift::FEATURE,
    &purchase_orders::FEATURE,
    &suppliers::FEATURE,
    &transfers::FEATURE,
    &connections::FEATURE,
    &import::FEATURE,
    &settings::FEATURE,
    &diagnostics::FEATURE,
    &mail::FEATURE,
    &notes::FEATURE,
    &backup::FEATURE,
    &privacy::FEATURE,
    &security::FEATURE,
    &definitions::FEATURE,
    &design::FEATURE,
    &setup::FEATURE,
    &sign_in::FEATURE,
];

/// The navigation, in the order of `ALL`.
pub fn site() -> Site {
    let mut routes = Routes::default();
    for feature in ALL {
        (feature.routes)(&mut routes);
    }
    let is_open = |path: &str| {
        let mut entries = routes.entries();
        entries.any(|entry| entry.path == path && entry.of_stores)
    };
    let items = ALL.iter().flat_map(|feature| {
        feature.nav.iter().map(|nav| SiteItem {
            of_stores: is_open(nav.path),
            section: nav.section,
            slug: feature.slug,
            label: nav.label,
            path: nav.path,
            key: nav.key,
            permission: nav.permission,
            badge: nav.badge,
        })
    });
    Site { items: items.collect(), api: routes.docs().to_vec() }
}
