//! The Selling Partner API: what is asked of it stream by stream, and who we are there. Each room
//! knows one kind of answer; what an answer means stands in the room beside it.

mod call;
mod finances;
mod orders;
mod queue;
mod region;
mod reports;
mod spec;
mod stock;
mod wire;

#[cfg(test)]
mod tests;

use serde::Deserialize;

use crate::base::Currency;
use crate::connectors::contract::{Api, Cursor, Document, Identity, Kept, Page};
use crate::connectors::ctx::{Account, Ctx};
use crate::connectors::fault::Fault;
use crate::connectors::spec::{Spec, Stream};
use region::Seller;

impl Api for super::Channel {
    fn spec(&self) -> &'static Spec {
        &spec::SPEC
    }

    fn check(&self, ctx: &Ctx<'_>) -> Result<Identity, Fault> {
        let seller = Seller::of(ctx)?;
        let mut answer = call::get(ctx, "participations", "/sellers/v1/marketplaceParticipations")?;
        let wire: Participations = answer.json()?;
        Ok(identify(&seller, &wire))
    }

    fn pull(&self, ctx: &Ctx<'_>, stream: &Stream, from: &Cursor) -> Result<Page, Fault> {
        let seller = Seller::of(ctx)?;
        match stream.slug {
            spec::ORDERS => orders::pull(ctx, &seller, (stream, from)),
            spec::ORDER_NEWS => queue::pull(ctx, from),
            spec::PAST_ORDERS => reports::past_orders::pull(ctx, &seller, from),
            spec::FINANCES => finances::pull(ctx, &seller, (stream, from)),
            spec::BALANCES => finances::balances::pull(ctx, &seller, from),
            spec::SETTLEMENTS => reports::settlements::pull(ctx, &seller, from),
            spec::FBA_STOCK => stock::fba::pull(ctx, &seller, from),
            spec::LISTINGS => stock::listings::pull(ctx, &seller, from),
            spec::FEE_ESTIMATES => stock::fees::pull(ctx, &seller, from),
            other => match reports::daily::find(other) {
                Some(daily) => reports::daily::pull(ctx, &seller, (daily, from)),
                None => Err(Fault::refused(0, format!("There is no stream {other:?}."))),
            },
        }
    }

    fn replay(
        &self,
        account: &Account,
        stream: &Stream,
        kept: &Kept<'_>,
    ) -> Result<Document, Fault> {
        match stream.slug {
            spec::ORDERS | spec::ORDER_NEWS => orders::replay(account, kept),
            spec::FINANCES => finances::replay(account, kept),
            other => Err(Fault::drift(other, "documents of this kind are not kept")),
        }
    }
}

/// Amazon's own example lacks the wrapper that its definition demands.
#[derive(Deserialize)]
#[serde(untagged)]
enum Participations {
    Wrapped { payload: Vec<Participation> },
    Bare(Vec<Participation>),
}

impl Participations {
    fn list(&self) -> &[Participation] {
        match self {
            Self::Wrapped { payload } | Self::Bare(payload) => payload,
        }
    }
}

#[derive(Deserialize)]
struct Participation {
    marketplace: WireMarketplace,
    participation: Taking,
    #[serde(rename = "storeName", default)]
    store_name: String,
}

#[derive(Deserialize)]
struct WireMarketplace {
    id: String,
    #[serde(rename = "defaultCurrencyCode", default)]
    currency: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Taking {
    #[serde(default)]
    is_participating: bool,
    #[serde(default)]
    has_suspended_listings: bool,
}

fn identify(seller: &Seller<'_>, wire: &Participations) -> Identity {
    let mut told = Vec::new();
    let mut first: Option<&Participation> = None;
    for place in &seller.places {
        let found = wire.list().iter().find(|one| one.marketplace.id == place.id);
        match found {
            Some(one) if one.participation.is_participating => {
                first = first.or(Some(one));
                if one.participation.has_suspended_listings {
                    told.push(format!("Amazon has suspended listings of yours on {}.", place.name));
                }
            }
            _ => told.push(format!(
                "Amazon does not name {} among the places where you sell; check the marketplaces.",
                place.name
            )),
        }
    }
    // Another marketplace of the same account still tells how its owner calls it.
    let named = first.or(wire.list().first());
    let label = named.map_or("", |one| one.store_name.as_str());
    let told_currency = first.and_then(|one| Currency::parse(&one.marketplace.currency).ok());
    let market = seller.places.first().and_then(|place| place.marketplace());
    let usual_currency = market.and_then(|market| Currency::parse(market.currency).ok());
    Identity {
        id: format!("{}/{}", seller.id, seller.region.slug),
        label: if label.is_empty() { seller.id.to_owned() } else { label.to_owned() },
        currency: told_currency.or(usual_currency),
        time_zone: None,
        told,
    }
}
