//! The REST API's own shapes, nothing of ours. Shops differ in what they write (numbers as text,
//! empty arrays for empty objects, plugins' additions), so leaves are lenient and normalising
//! says what is wrong with them, by path. Nothing here is `Debug`: it holds buyers' data.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A text, or a number as it was written; absent for null, "" and blank text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text(Option<String>);

impl Text {
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    pub fn of(raw: &RawValue) -> Self {
        let text = raw.get();
        let value = match text.as_bytes().first() {
            Some(b'"') => serde_json::from_str::<String>(text).unwrap_or_else(|_| text.to_owned()),
            Some(b'n') | None => return Self(None),
            // An object or array is no text; what reads it will say so.
            Some(_) => text.chars().take(40).collect(),
        };
        Self(Some(value.trim().to_owned()).filter(|value| !value.is_empty()))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(Self::of)
    }
}

/// A list; null is empty, and PHP's arrays with gaps come as objects, whose values count.
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(List(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some((_, item)) = items.next_entry::<serde::de::IgnoredAny, T>()? {
            list.push(item);
        }
        Ok(List(list))
    }
}

/// One element of a file, its members not yet looked into: an order, or a refund.
#[derive(serde::Deserialize)]
pub struct Element<'a> {
    #[serde(default)]
    pub id: Text,
    #[serde(default)]
    pub parent_id: Text,
    #[serde(default)]
    pub number: Text,
    #[serde(default)]
    pub status: Text,
    #[serde(default)]
    pub currency: Text,
    #[serde(default)]
    pub date_created_gmt: Text,
    #[serde(default)]
    pub date_modified_gmt: Text,
    #[serde(default)]
    pub date_paid_gmt: Text,
    #[serde(default)]
    pub date_completed_gmt: Text,
    #[serde(default)]
    pub total: Text,
    #[serde(default)]
    pub total_tax: Text,
    #[serde(default)]
    pub shipping_total: Text,
    #[serde(default)]
    pub shipping_tax: Text,
    #[serde(default)]
    pub customer_id: Text,
    #[serde(default)]
    pub payment_method: Text,
    /// Only refunds have it.
    #[serde(default)]
    pub amount: Text,
    #[serde(borrow)]
    pub billing: Option<&'a RawValue>,
    #[serde(borrow)]
    pub shipping: Option<&'a RawValue>,
    #[serde(borrow)]
    pub line_items: Option<&'a RawValue>,
    #[serde(borrow)]
    pub shipping_lines: Option<&'a RawValue>,
    #[serde(borrow)]
    pub fee_lines: Option<&'a RawValue>,
    #[serde(borrow)]
    pub refunds: Option<&'a RawValue>,
    #[serde(borrow)]
    pub meta_data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub gift_cards: Option<&'a RawValue>,
    #[serde(borrow, rename = "_links")]
    pub links: Option<&'a RawValue>,
}

/// A member that should be a list of `T` and is not.
pub struct NotAList;

/// # Errors
/// `NotAList`; serde's own words are left out, because they repeat the data.
pub fn list<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Result<Vec<T>, NotAList> {
    let Some(raw) = raw else { return Ok(Vec::new()) };
    serde_json::from_str::<List<T>>(raw.get()).map(|list| list.0).map_err(|_| NotAList)
}

/// A product line of an order, or, with negative amounts, of a refund.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct Item {
    pub id: Text,
    pub name: Text,
    pub sku: Text,
    pub product_id: Text,
    pub variation_id: Text,
    pub quantity: Text,
    pub subtotal: Text,
    pub total: Text,
    pub total_tax: Text,
    pub meta_data: Metas,
}

/// A shipping or fee line.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct Extra {
    pub total: Text,
    pub total_tax: Text,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct Address {
    pub country: Text,
    pub state: Text,
    pub email: Text,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct GiftCard {
    pub amount: Text,
}

/// Meta data by key; of a key that stands twice the last one counts, as in WordPress.
#[derive(Default)]
pub struct Metas(pub BTreeMap<String, Box<RawValue>>);

impl Metas {
    pub fn of(raw: Option<&RawValue>) -> Self {
        raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }

    pub fn raw(&self, key: &str) -> Option<&RawValue> {
        self.0.get(key).map(AsRef::as_ref)
    }

    pub fn text(&self, key: &str) -> Option<String> {
        self.raw(key).and_then(|raw| Text::of(raw).0)
    }
}

/// The keys that are read; all others are dropped at once, whatever they hold.
pub const META_KEYS: &[&str] = &[
    "_refunded_item_id",
    "_restock_refunded_items",
    "_wc_order_attribution_utm_campaign",
    "_stripe_fee",
    "_stripe_currency",
    "Stripe Fee",
    "_wcpay_transaction_fee",
    "_wcpay_net",
    "_ppcp_paypal_fees",
    "PayPal Transaction Fee",
    "_paypal_fee",
    "_paypal_transaction_fee",
];

impl<'de> Deserialize<'de> for Metas {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Meta<'a> {
            #[serde(default)]
            key: Text,
            #[serde(borrow)]
            value: Option<&'a RawValue>,
        }
        // Meta data belongs to plugins: what cannot be read is none of our concern.
        let raw = <&RawValue>::deserialize(deserializer)?;
        let list: Vec<&RawValue> = list(Some(raw)).unwrap_or_default();
        let mut metas = BTreeMap::new();
        for raw in list {
            let Ok(meta) = serde_json::from_str::<Meta<'_>>(raw.get()) else { continue };
            let known = meta.key.get().filter(|key| META_KEYS.contains(key));
            if let (Some(key), Some(value)) = (known, meta.value) {
                metas.insert(key.to_owned(), value.to_owned());
            }
        }
        Ok(Self(metas))
    }
}

/// The id at the end of `_links.up[].href`, `…/orders/102`.
pub fn parent_of(element: &Element<'_>) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Links {
        #[serde(default)]
        up: List<Link>,
    }
    #[derive(serde::Deserialize)]
    struct Link {
        #[serde(default)]
        href: Text,
    }
    let links: Option<Links> = element.links.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let by_link = links.and_then(|links| {
        links.up.0.iter().find_map(|link| {
            let (before, id) = link.href.get()?.trim_end_matches('/').rsplit_once('/')?;
            let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
            (is_id && before.ends_with("/orders")).then(|| id.to_owned())
        })
    });
    by_link.or_else(|| element.parent_id.get().filter(|id| *id != "0").map(str::to_owned))
}
