//! The shop's interface: a look before anything is saved, and one page of one stream at a time.

mod fresh;
mod orders;
mod products;
mod refunds;
mod strikes;
mod sweep;
mod totals;

use std::time::Duration;

use serde_json::Value;

use super::client::{Shop, parse_value};
use super::spec::{ORDERS, PRODUCTS, REFUNDS, SPEC, SWEEP, TOTALS};
use super::{document, product};
use crate::base::Currency;
use crate::connectors::contract::{Api, Cursor, Document, Identity, Kept, Page};
use crate::connectors::ctx::{Account, Ctx};
use crate::connectors::fault::Fault;
use crate::connectors::spec::{Spec, Stream};

/// The first version whose lists can be asked for what changed (5.8).
const VERSION_MIN: (u32, u32) = (5, 8);
/// Pages of a long stream before the others have their turn.
const PAGES_AT_ONCE: u32 = 5;

impl Api for super::Channel {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check(&self, ctx: &Ctx<'_>) -> Result<Identity, Fault> {
        let shop = Shop::of(ctx)?;
        shop.forget_way();
        let query = [
            ("per_page", "1".to_owned()),
            ("orderby", "id".to_owned()),
            ("order", "desc".to_owned()),
            ("_fields", "id,version".to_owned()),
        ];
        let newest = shop.get(ORDERS, "orders", &query)?;
        if let Some(version) = read_version(&newest.text).filter(|known| *known < VERSION_MIN) {
            return Err(Fault::refused(
                0,
                format!(
                    "The shop runs WooCommerce {}.{}; {}.{} or newer is needed to ask for what \
                     changed. Update it in WordPress under Plugins.",
                    version.0, version.1, VERSION_MIN.0, VERSION_MIN.1
                ),
            ));
        }
        let mut identity = Identity { id: shop.id(), label: shop.id(), ..Identity::default() };
        match read_settings(&shop, "general")? {
            Some(settings) => identity.currency = currency_of(&settings),
            None => identity.told.push(
                "The key's user may not read the shop's settings, so name its currency here, and \
                 weights of products stay unknown. A user who is administrator or shop manager may."
                    .to_owned(),
            ),
        }
        Ok(identity)
    }

    fn pull(&self, ctx: &Ctx<'_>, stream: &Stream, from: &Cursor) -> Result<Page, Fault> {
        let shop = Shop::of(ctx)?;
        let page = match stream.slug {
            ORDERS => orders::pull(&shop, from),
            REFUNDS => refunds::pull(&shop, from),
            PRODUCTS => products::pull(&shop, from),
            SWEEP => sweep::pull(&shop, from),
            TOTALS => totals::pull(&shop, from),
            other => Err(Fault::refused(0, format!("there is no stream {other:?}"))),
        };
        match page {
            Ok(page) => {
                strikes::forget(ctx);
                Ok(page)
            }
            Err(fault) => {
                // Another way in may be the right one by now.
                if matches!(fault, Fault::Auth { .. }) {
                    shop.forget_way();
                }
                Err(strikes::judge(ctx, fault))
            }
        }
    }

    fn replay(
        &self,
        account: &Account,
        stream: &Stream,
        kept: &Kept<'_>,
    ) -> Result<Document, Fault> {
        match stream.slug {
            ORDERS | REFUNDS | SWEEP => document::replay(account, kept),
            PRODUCTS => product::replay(kept),
            other => Err(Fault::drift(other, "documents of this kind are not kept")),
        }
    }
}

/// The version of WooCommerce by which the newest order was written.
pub fn read_version(text: &str) -> Option<(u32, u32)> {
    let value = parse_value(text).ok()?;
    let version = value.as_array()?.first()?["version"].as_str()?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    Some((parts.next()??, parts.next().flatten().unwrap_or(0)))
}

/// Lets the account's other streams have a turn in between, so that new orders do not wait for a
/// long look at something else.
fn give_way(page: &mut Page, n_pages: u32) {
    if page.more && n_pages.is_multiple_of(PAGES_AT_ONCE) {
        page.wait = Some(Duration::from_secs(1));
    }
}

/// In what the shop sells; the store's currency where its settings are closed to the key.
///
/// # Errors
/// What the shop says.
fn find_currency(shop: &Shop<'_, '_>) -> Result<Option<Currency>, Fault> {
    let settings = read_settings(shop, "general")?;
    Ok(settings.as_ref().and_then(currency_of).or(shop.ctx.account.currency))
}

fn currency_of(settings: &Value) -> Option<Currency> {
    Currency::parse(find_setting(settings, "woocommerce_currency")?).ok()
}

/// A group of the shop's settings; `None` where this key has no access to it.
///
/// # Errors
/// What the shop says.
fn read_settings(shop: &Shop<'_, '_>, group: &str) -> Result<Option<Value>, Fault> {
    let query = [("_fields", "id,value".to_owned())];
    match shop.get("settings", &format!("settings/{group}"), &query) {
        Ok(reply) => parse_value(&reply.text).map(Some),
        Err(refused) if matches!(refused.status, 401 | 403 | 404) => Ok(None),
        Err(refused) => Err(refused.into()),
    }
}

fn find_setting<'a>(settings: &'a Value, id: &str) -> Option<&'a str> {
    let found = settings.as_array()?.iter().find(|setting| setting["id"] == id)?;
    found["value"].as_str()
}

#[cfg(test)]
mod tests;
