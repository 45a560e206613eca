//! One line of an orders file as it is written, borrowed from the line. Nothing of ours.
//!
//! Stricter than `serde` alone: an optional field may be absent, but not `null`, and a list
//! cannot stand for an object.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

/// A text, borrowed from the line where it holds no escapes.
pub struct Text<'a>(pub Cow<'a, str>);

/// An object, and nothing but an object.
pub struct Object<T>(pub T);

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(default, deserialize_with = "present")]
    pub number: Option<Text<'a>>,
    pub created_at: Text<'a>,
    #[serde(default, deserialize_with = "present")]
    pub cancelled_at: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub financial_status: Option<Text<'a>>,
    #[serde(default)]
    pub test: bool,
    pub currency: Text<'a>,
    #[serde(default)]
    pub taxes_included: bool,
    #[serde(default)]
    pub marketplace_remitted_tax: bool,
    #[serde(default, deserialize_with = "present")]
    pub ship_to: Option<Object<ShipTo<'a>>>,
    #[serde(default, deserialize_with = "present")]
    pub customer_ref: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub campaign: Option<Text<'a>>,
    pub lines: Vec<Object<Line<'a>>>,
    #[serde(default, deserialize_with = "present")]
    pub order_discount: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub shipping: Option<Object<Shipping<'a>>>,
    #[serde(default, deserialize_with = "present")]
    pub tips: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub duties: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub service_income: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub gift_card_paid: Option<Text<'a>>,
    #[serde(default)]
    pub payments: Vec<Object<Payment<'a>>>,
    #[serde(default)]
    pub fees: Vec<Object<Fee<'a>>>,
    #[serde(default, deserialize_with = "present")]
    pub shipping_cost: Option<Text<'a>>,
    #[serde(default)]
    pub refunds: Vec<Object<Refund<'a>>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShipTo<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    pub country: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub region: Option<Text<'a>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(default, deserialize_with = "present")]
    pub sku: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub title: Option<Text<'a>>,
    pub quantity: i64,
    pub unit_price: Text<'a>,
    #[serde(default, deserialize_with = "present")]
    pub discount: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub tax: Option<Text<'a>>,
    #[serde(default)]
    pub gift_card: bool,
    #[serde(default)]
    pub weight_grams: i64,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipping<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    pub price: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub discount: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub tax: Option<Text<'a>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment<'a> {
    #[serde(borrow)]
    pub gateway: Text<'a>,
    pub amount: Text<'a>,
    #[serde(default, deserialize_with = "present")]
    pub fee: Option<Text<'a>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee<'a> {
    #[serde(borrow)]
    pub kind: Text<'a>,
    pub amount: Text<'a>,
    #[serde(default, deserialize_with = "present")]
    pub line_id: Option<Text<'a>>,
    #[serde(default)]
    pub estimated: bool,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refund<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    pub at: Text<'a>,
    #[serde(default)]
    pub lines: Vec<Object<RefundLine<'a>>>,
    #[serde(default, deserialize_with = "present")]
    pub shipping: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub shipping_tax: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub adjustment: Option<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    pub fee_returned: Option<Text<'a>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundLine<'a> {
    #[serde(borrow)]
    pub line_id: Text<'a>,
    pub quantity: i64,
    pub amount: Text<'a>,
    #[serde(default, deserialize_with = "present")]
    pub tax: Option<Text<'a>>,
    #[serde(default)]
    pub restock: bool,
}

/// Every field's name, at whatever depth: what of a refused line may be kept.
pub const FIELDS: &[&str] = &[
    "id",
    "number",
    "created_at",
    "cancelled_at",
    "financial_status",
    "test",
    "currency",
    "taxes_included",
    "marketplace_remitted_tax",
    "ship_to",
    "country",
    "region",
    "campaign",
    "lines",
    "sku",
    "title",
    "quantity",
    "unit_price",
    "discount",
    "tax",
    "gift_card",
    "weight_grams",
    "order_discount",
    "shipping",
    "price",
    "tips",
    "duties",
    "service_income",
    "gift_card_paid",
    "payments",
    "gateway",
    "amount",
    "fee",
    "fees",
    "kind",
    "line_id",
    "estimated",
    "shipping_cost",
    "refunds",
    "at",
    "restock",
    "shipping_tax",
    "adjustment",
    "fee_returned",
];

/// An optional field that stands there: `null` is no value of its type.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Cow<'de, str>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in quotes")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        from.deserialize_str(TextVisitor).map(Text)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = T;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }
        from.deserialize_map(ObjectVisitor(PhantomData)).map(Object)
    }
}
