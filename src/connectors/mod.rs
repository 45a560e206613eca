//! Floor 2: one folder per channel, and the list of them. A connector never imports another.

pub mod contract;
pub mod ctx;
pub mod fault;
pub mod kit;
pub mod spec;
pub mod trial;

mod amazon;
mod amazon_ads;
mod ebay;
mod ecb;
mod etsy;
mod google_ads;
mod meta_ads;
mod neutral;
mod shipstation;
mod shopify;
mod tiktok_ads;
mod tiktok_shop;
mod woocommerce;

use contract::{Connector, FileFormat, Head, Match};

pub static ALL: &[&dyn Connector] = &[
    &amazon::CONNECTOR,
    &amazon_ads::CONNECTOR,
    &ebay::CONNECTOR,
    &ecb::CONNECTOR,
    &etsy::CONNECTOR,
    &google_ads::CONNECTOR,
    &meta_ads::CONNECTOR,
    &neutral::CONNECTOR,
    &shipstation::CONNECTOR,
    &shopify::CONNECTOR,
    &tiktok_ads::CONNECTOR,
    &tiktok_shop::CONNECTOR,
    &woocommerce::CONNECTOR,
    #[cfg(test)]
    &kit::made::CONNECTOR,
    #[cfg(test)]
    &unseen::CONNECTOR,
];

/// The channel of that slug.
pub fn find(slug: &str) -> Option<&'static dyn Connector> {
    ALL.iter().copied().find(|connector| connector.slug() == slug)
}

/// Every file format of every channel.
pub fn list_formats() -> impl Iterator<Item = (&'static dyn Connector, &'static FileFormat)> {
    ALL.iter()
        .flat_map(|connector| connector.files().iter().map(move |format| (*connector, format)))
}

/// The formats of that name: the ECB's own files and the neutral table are both `fx`.
pub fn find_formats(name: &str) -> Vec<(&'static dyn Connector, &'static FileFormat)> {
    list_formats().filter(|(_, format)| format.name == name).collect()
}

/// The format of that name that is surest of the file; where none claims it, the last of them,
/// whose reader then says what is wrong.
pub fn find_format(
    name: &str,
    head: &Head<'_>,
) -> Option<(&'static dyn Connector, &'static FileFormat)> {
    find_formats(name).into_iter().max_by_key(|(_, format)| (format.recognises)(head))
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

#[cfg(test)]
mod tests;
#[cfg(test)]
pub mod unseen;
