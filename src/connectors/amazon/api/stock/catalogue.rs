//! What Amazon's catalogue knows of the things that a listing sells: barcode and weight.

use std::collections::HashMap;

use serde::Deserialize;

use crate::base::Decimal;
use crate::connectors::amazon::api::call;
use crate::connectors::amazon::api::region::Place as Market;
use crate::connectors::amazon::api::wire::{Text, some};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::Method;

const CATALOGUE: &str = "/catalog/2022-04-01/items";
/// What one call may ask for.
pub const ASINS_MAX: usize = 20;

/// What the catalogue knows of an ASIN.
#[derive(Default)]
pub struct Known {
    pub barcode: Option<String>,
    pub weight_grams: Option<i64>,
}

#[derive(Deserialize)]
struct CatalogueAnswer {
    #[serde(default)]
    items: Vec<CatalogueItem>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CatalogueItem {
    asin: String,
    identifiers: Option<Vec<Identifiers>>,
    dimensions: Option<Vec<Dimensions>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Identifiers {
    marketplace_id: String,
    identifiers: Option<Vec<Identifier>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Identifier {
    identifier_type: String,
    identifier: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Dimensions {
    marketplace_id: String,
    item: Option<Measures>,
    package: Option<Measures>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Measures {
    weight: Option<Weight>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Weight {
    unit: Option<String>,
    value: Option<Text>,
}

/// At most `ASINS_MAX` of them; those that the catalogue does not know are left out.
///
/// # Errors
/// As `call::send`.
pub fn look_up(
    ctx: &Ctx<'_>,
    market: &Market,
    asins: &[&str],
) -> Result<HashMap<String, Known>, Fault> {
    let mut asins: Vec<&str> = asins.to_vec();
    asins.sort_unstable();
    asins.dedup();
    asins.truncate(ASINS_MAX);
    if asins.is_empty() {
        return Ok(HashMap::new());
    }
    let request = call::request(ctx, (Method::Get, "catalogue"), CATALOGUE)?
        .query("identifiers", &asins.join(","))
        .query("identifiersType", "ASIN")
        .query("marketplaceIds", market.id)
        .query("includedData", "identifiers,dimensions")
        .query("pageSize", &ASINS_MAX.to_string());
    let wire: CatalogueAnswer = match call::send(ctx, request) {
        Ok(mut answer) => answer.json()?,
        // A listing stands without what the catalogue would add.
        Err(Fault::Refused { .. }) => return Ok(HashMap::new()),
        Err(fault) => return Err(fault),
    };
    Ok(wire.items.into_iter().map(|item| (item.asin.clone(), known(&item, market))).collect())
}

fn known(item: &CatalogueItem, market: &Market) -> Known {
    let lists = item.identifiers.as_deref().unwrap_or_default();
    let own = lists.iter().filter(|it| it.marketplace_id == market.id);
    let all: Vec<&Identifier> =
        own.flat_map(|it| it.identifiers.as_deref().unwrap_or_default()).collect();
    let barcode = ["EAN", "UPC", "GTIN", "JAN", "ISBN"].into_iter().find_map(|kind| {
        let found = all.iter().find(|it| it.identifier_type == kind)?;
        some(Some(&found.identifier))
    });
    let dimensions = item.dimensions.as_deref().unwrap_or_default();
    let own = dimensions.iter().find(|it| it.marketplace_id == market.id);
    let weight = own.and_then(|it| {
        let measures = [it.package.as_ref(), it.item.as_ref()];
        measures.into_iter().flatten().find_map(|measures| measures.weight.as_ref())
    });
    Known { barcode, weight_grams: weight.and_then(grams) }
}

/// Whole grams; `None` for a unit that we do not know.
fn grams(weight: &Weight) -> Option<i64> {
    let factor = match weight.unit.as_deref()?.to_ascii_lowercase().as_str() {
        "grams" => "1",
        "kilograms" => "1000",
        "pounds" => "453.59237",
        "ounces" => "28.349523125",
        _ => return None,
    };
    let value = Decimal::parse(&weight.value.as_ref()?.0).ok()?;
    value.checked_mul(Decimal::parse(factor).ok()?)?.to_minor(0).filter(|grams| *grams >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_become_grams() {
        let weight = |unit: &str, value: &str| {
            let (unit, value) = (Some(unit.to_owned()), Some(Text(value.to_owned())));
            grams(&Weight { unit, value })
        };
        assert_eq!(weight("pounds", "1.5"), Some(680));
        assert_eq!(weight("kilograms", "0.25"), Some(250));
        assert_eq!(weight("Ounces", "1"), Some(28));
        assert_eq!(weight("stones", "1"), None);
    }
}
