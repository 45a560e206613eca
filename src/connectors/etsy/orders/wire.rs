//! The columns of both orders files and one row of each, amounts read, nothing interpreted.

use crate::base::{Currency, Instant};
use crate::connectors::contract::{ReadCtx, UnknownKind};
use crate::connectors::kit::decode;
use crate::connectors::kit::sheet::{CellFault, Cells, Field};
use crate::connectors::kit::when::DayOrder;

// Columns that both files have stand at the same place in both lists.
pub const ORDER: usize = 0;
pub const SOLD: usize = 1;
pub const CURRENCY: usize = 2;
const DISCOUNT: usize = 3;
const SHIPPING_DISCOUNT: usize = 4;
const SHIPPING: usize = 5;
const TAX: usize = 6;
const COUNTRY: usize = 7;
const REGION: usize = 8;
const BUYER: usize = 9;
const SKU: usize = 10;
const SHIPPED: usize = 11;

// Of the items.
pub const TRANSACTION: usize = 12;
pub const QUANTITY: usize = 13;
pub const PRICE: usize = 14;
const ITEM_TOTAL: usize = 15;
const VAT: usize = 16;
const TITLE: usize = 17;
const LISTING: usize = 18;
const PAID: usize = 19;

pub static ITEMS: [Field; 33] = [
    Field::required(&["order id"]),
    Field::required(&["sale date"]),
    Field::required(&["currency"]),
    Field::optional(&["discount amount"]).amount(),
    Field::optional(&["shipping discount", "delivery discount", "postage discount"]).amount(),
    Field::optional(&["order shipping", "order delivery", "order postage"]).amount(),
    Field::optional(&["order sales tax"]).amount(),
    Field::optional(&["ship country", "delivery country", "post country"]),
    Field::optional(&["ship state", "delivery state", "post state"]),
    Field::optional(&["buyer"]).personal(),
    Field::optional(&["sku"]),
    Field::optional(&["date shipped", "date posted", "date dispatched"]),
    Field::required(&["transaction id"]),
    Field::required(&["quantity"]),
    Field::required(&["price"]).amount(),
    Field::required(&["item total"]).amount(),
    Field::optional(&["vat paid by buyer"]).amount(),
    Field::required(&["item name"]),
    Field::optional(&["listing id"]),
    Field::optional(&["date paid"]),
    Field::ignored(&["coupon code"]),
    Field::ignored(&["coupon details"]),
    Field::ignored(&["ship name", "delivery name", "post name"]),
    Field::ignored(&["ship address1", "delivery address1", "post address1"]),
    Field::ignored(&["ship address2", "delivery address2", "post address2"]),
    Field::ignored(&["ship city", "delivery city", "post city"]),
    Field::ignored(&["ship zipcode", "delivery zipcode", "post postcode"]),
    Field::ignored(&["variations"]),
    Field::ignored(&["order type"]),
    Field::ignored(&["listings type"]),
    Field::ignored(&["payment type"]),
    Field::ignored(&["inperson discount"]),
    Field::ignored(&["inperson location"]),
];

// Of the totals.
pub const VALUE: usize = 12;
pub const TOTAL: usize = 13;
const STATUS: usize = 14;
const FEES: usize = 15;
const NET: usize = 16;
const TOTAL_NOW: usize = 17;
const FEES_NOW: usize = 18;
const ITEMS_COUNT: usize = 19;

pub static TOTALS: [Field; 36] = [
    Field::required(&["order id"]),
    Field::required(&["sale date"]),
    Field::required(&["currency"]),
    Field::optional(&["discount amount"]).amount(),
    Field::optional(&["shipping discount", "delivery discount", "postage discount"]).amount(),
    Field::optional(&["shipping", "delivery", "postage"]).amount(),
    Field::optional(&["sales tax"]).amount(),
    Field::optional(&["ship country", "delivery country", "post country"]),
    Field::optional(&["ship state", "delivery state", "post state"]),
    Field::optional(&["buyer user id"]).personal(),
    Field::optional(&["sku"]),
    Field::optional(&["date shipped", "date posted", "date dispatched"]),
    Field::required(&["order value"]).amount(),
    Field::required(&["order total"]).amount(),
    Field::optional(&["status"]),
    Field::optional(&["card processing fees"]).amount(),
    Field::optional(&["order net"]).amount(),
    Field::optional(&["adjusted order total"]).amount(),
    Field::optional(&["adjusted card processing fees"]).amount(),
    Field::optional(&["number of items"]),
    Field::ignored(&["adjusted net order amount"]),
    Field::ignored(&["full name"]),
    Field::ignored(&["first name"]),
    Field::ignored(&["last name"]),
    Field::ignored(&["buyer"]),
    Field::ignored(&["payment method"]),
    Field::ignored(&["street 1"]),
    Field::ignored(&["street 2"]),
    Field::ignored(&["ship city", "delivery city", "post city"]),
    Field::ignored(&["ship zipcode", "delivery zipcode", "post postcode"]),
    Field::ignored(&["coupon code"]),
    Field::ignored(&["coupon details"]),
    Field::ignored(&["order type"]),
    Field::ignored(&["payment type"]),
    Field::ignored(&["inperson discount"]),
    Field::ignored(&["inperson location"]),
];

/// What both files tell of an order; in the items it may stand on each row.
#[derive(Clone, Debug)]
pub struct Common {
    pub order: String,
    pub sold: Instant,
    pub currency: Currency,
    pub discount_minor: i64,
    pub shipping_discount_minor: i64,
    pub shipping_minor: i64,
    pub tax_minor: i64,
    pub country: Option<String>,
    pub region: Option<String>,
    /// As the file has it: the name with the user's in brackets, or the user's alone.
    pub buyer: Option<String>,
    pub sku: Option<String>,
    pub shipped: Option<Instant>,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub common: Common,
    pub transaction: String,
    pub quantity: i64,
    /// Of one unit.
    pub price_minor: i64,
    pub item_total_minor: Option<i64>,
    pub vat_minor: i64,
    pub title: Option<String>,
    pub listing: Option<String>,
    /// `None` where the file does not tell; otherwise whether it is paid.
    pub paid: Option<bool>,
}

#[derive(Clone, Debug)]
pub struct Total {
    pub common: Common,
    pub value_minor: i64,
    pub total_minor: i64,
    pub status: Option<String>,
    pub fees_minor: Option<i64>,
    pub net_minor: Option<i64>,
    pub total_now_minor: Option<i64>,
    pub fees_now_minor: Option<i64>,
    pub items: Option<i64>,
}

impl Common {
    fn read(cells: &Cells<'_>, ctx: &ReadCtx) -> Result<Self, CellFault> {
        let currency = cells.currency(CURRENCY)?.or(ctx.currency);
        let currency = currency.ok_or_else(|| {
            CellFault::new(CURRENCY, "The row names no currency; name it with --currency.")
        })?;
        let days = (DayOrder::MonthFirst, &ctx.zone);
        let sold = cells.instant(SOLD, days)?;
        let positive = |field| match cells.minor_or_zero(field, currency)? {
            minor if minor >= 0 => Ok(minor),
            // Some exports write what is taken off as a deduction.
            minor if field == DISCOUNT || field == SHIPPING_DISCOUNT => Ok(-minor),
            _ => Err(CellFault::new(field, "The amount is below 0.")),
        };
        Ok(Self {
            order: cells.id(ORDER)?,
            sold: sold.ok_or_else(|| CellFault::new(SOLD, "The order has no sale date."))?,
            currency,
            discount_minor: positive(DISCOUNT)?,
            shipping_discount_minor: positive(SHIPPING_DISCOUNT)?,
            shipping_minor: positive(SHIPPING)?,
            tax_minor: positive(TAX)?,
            country: cells.find(COUNTRY),
            region: cells.find(REGION),
            buyer: cells.find(BUYER),
            sku: cells.find(SKU),
            shipped: cells.instant(SHIPPED, days)?,
        })
    }
}

impl Item {
    /// # Errors
    /// The first cell that cannot be read.
    pub fn read(cells: &Cells<'_>, ctx: &ReadCtx) -> Result<Self, CellFault> {
        let common = Common::read(cells, ctx)?;
        let currency = common.currency;
        let quantity = cells.count(QUANTITY)?.filter(|quantity| *quantity > 0);
        let price = cells.minor(PRICE, currency)?.filter(|price| *price >= 0);
        Ok(Self {
            transaction: cells.id(TRANSACTION)?,
            quantity: quantity.ok_or_else(|| {
                CellFault::new(QUANTITY, "An item is sold at least once; the cell says otherwise.")
            })?,
            price_minor: price
                .ok_or_else(|| CellFault::new(PRICE, "The item has no price of 0 or more."))?,
            item_total_minor: cells.minor(ITEM_TOTAL, currency)?,
            vat_minor: cells.minor_or_zero(VAT, currency)?,
            title: cells.find(TITLE).map(|title| decode::entities(&title)),
            listing: cells.find(LISTING),
            paid: cells.has(PAID).then(|| cells.find(PAID).is_some()),
            common,
        })
    }
}

impl Total {
    /// # Errors
    /// The first cell that cannot be read.
    pub fn read(cells: &Cells<'_>, ctx: &ReadCtx) -> Result<Self, CellFault> {
        let common = Common::read(cells, ctx)?;
        let currency = common.currency;
        let need = |field| {
            let minor = cells.minor(field, currency)?.filter(|minor| *minor >= 0);
            minor.ok_or_else(|| CellFault::new(field, "The order has no amount of 0 or more here."))
        };
        Ok(Self {
            value_minor: need(VALUE)?,
            total_minor: need(TOTAL)?,
            status: cells.find(STATUS),
            fees_minor: cells.minor(FEES, currency)?,
            net_minor: cells.minor(NET, currency)?,
            total_now_minor: cells.minor(TOTAL_NOW, currency)?,
            fees_now_minor: cells.minor(FEES_NOW, currency)?,
            items: cells.count(ITEMS_COUNT)?,
            common,
        })
    }
}

/// A currency that no table of ours has, as the file writes it.
pub fn unknown_currency(cells: &Cells<'_>) -> Option<(UnknownKind, String)> {
    cells.currency(CURRENCY).err()?;
    Some((UnknownKind::Currency, cells.find(CURRENCY)?))
}
