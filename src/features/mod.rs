//! Floor 5: one folder per question of the seller; a feature never imports another.

pub mod design;
pub mod feature;

mod setup;
mod sign_in;

use feature::Feature;

pub static ALL: &[&Feature] = &[&setup::FEATURE, &sign_in::FEATURE];
