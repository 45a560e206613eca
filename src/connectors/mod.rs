//! Floor 2: one folder per channel, and the list of them. A connector never imports another.

pub mod contract;
pub mod fault;
pub mod kit;

mod amazon;
mod ecb;
mod neutral;
mod shopify;
mod woocommerce;

use contract::{Connector, FileFormat, Head, Match};

pub static ALL: &[&dyn Connector] = &[
    &amazon::CONNECTOR,
    &ecb::CONNECTOR,
    &neutral::CONNECTOR,
    &shopify::CONNECTOR,
    &woocommerce::CONNECTOR,
];

/// Every file format of every channel.
pub fn list_formats() -> impl Iterator<Item = (&'static dyn Connector, &'static FileFormat)> {
    ALL.iter()
        .flat_map(|connector| connector.files().iter().map(move |format| (*connector, format)))
}

/// All formats of one name; their content tells them apart.
pub fn find_formats(name: &str) -> Vec<(&'static dyn Connector, &'static FileFormat)> {
    list_formats().filter(|(_, format)| format.name == name).collect()
}

/// The format that is surest of the file; `None` where none claims it, or two claim it alike.
pub fn recognise(head: &Head<'_>) -> Option<(&'static dyn Connector, &'static FileFormat)> {
    let mut best: Option<(Match, &'static dyn Connector, &'static FileFormat)> = None;
    let mut tied = false;
    for (connector, format) in list_formats() {
        let sure = (format.recognises)(head);
        if sure == Match::No {
            continue;
        }
        match &best {
            Some((other, ..)) if *other > sure => {}
            Some((other, ..)) if *other == sure => tied = true,
            _ => {
                best = Some((sure, connector, format));
                tied = false;
            }
        }
    }
    best.filter(|_| !tied).map(|(_, connector, format)| (connector, format))
}
