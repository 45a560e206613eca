//! The rows of one order made one order: the items that were sold, what the buyer paid for them,
//! and how sure that is.

use super::fields::{
    CHANNEL, COUNTRY, CURRENCY, DISCOUNT, FULFILMENT, ITEM, ITEM_STATUS, NUMBER, ORDER, PRICE,
    PRICE_WITHOUT_VAT, PURCHASED, QUANTITY, REGION, REPLACEMENT, SHIPPING, SHIPPING_DISCOUNT,
    SHIPPING_TAX, SKU, STATUS, TAX, TAX_MODEL, TAX_PARTY, TITLE, UPDATED, WRAP, WRAP_TAX,
};
use super::status::{Status, count_shipped};
use super::tax::{self, Reason, Taxed};
use crate::base::{Currency, Instant, Money, Zone};
use crate::connectors::amazon::marketplace::{self, Marketplace};
use crate::connectors::amazon::rows::{Told, check_whole};
use crate::connectors::contract::{ReadCtx, UnknownKind};
use crate::connectors::kit::decode;
use crate::connectors::kit::sheet::{CellFault, Cells};
use crate::connectors::kit::when::DayOrder;
use crate::domain::record::order::{LineStock, OrderFault, SourceTag};
use crate::domain::record::{FinancialStatus, Line, Order, Payment, Shipping, SourceKind};

/// What the file and the user say beside an order's own rows.
pub struct Around<'a> {
    pub ctx: &'a ReadCtx,
    /// Whether the file tells the tax of any sale on a channel; where it never does, a tax of 0
    /// is a tax that is not told.
    pub tells_tax: &'a dyn Fn(&str) -> bool,
}

/// A fault, and the place of its row among the order's.
pub type RowFault = (usize, CellFault);

/// # Errors
/// The first cell that cannot be understood.
pub fn read(
    rows: &[Cells<'_>],
    around: &Around<'_>,
    told: &mut Told,
) -> Result<Option<Order>, RowFault> {
    let Some(first) = rows.first() else { return Ok(None) };
    let at_first = |fault| (0, fault);
    let id = first.id(ORDER).map_err(at_first)?;
    let zone = &around.ctx.zone;
    let channel = rows.iter().find_map(|row| row.find(CHANNEL)).unwrap_or_default().to_lowercase();
    let marketplace = marketplace::find(&channel);
    let currency = currency(rows, (around.ctx, marketplace), told)?;
    let placed_at = instant(first, PURCHASED, zone).map_err(at_first)?.ok_or_else(|| {
        at_first(CellFault::new(PURCHASED, "The cell is empty; every order needs its day."))
    })?;
    let replaces = rows.iter().any(|row| row.text(REPLACEMENT).eq_ignore_ascii_case("true"));
    let mut items = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        check_whole(row).map_err(|fault| (index, fault))?;
        items.push(Item::read(row, currency, told).map_err(|fault| (index, fault))?);
    }
    let stated = match Status::parse(&first.text(STATUS)) {
        Some(status) => status,
        None => {
            // Whether it was sold is not known, so it does not count yet.
            told.unknown(first.line, UnknownKind::Status, first.text(STATUS).into_owned());
            Status::Pending
        }
    };
    let all_cancelled = items.iter().all(|item| item.cancelled);
    let status = if all_cancelled { Status::Cancelled } else { stated };
    if status != Status::Cancelled {
        items.retain(|item| !item.cancelled);
    }
    let unpriced = items.iter().any(|item| item.price_minor.is_none());
    let status = match status {
        Status::Sold if unpriced && !replaces => {
            told.notice(
                first.line,
                format!(
                    "Order {id} has no price yet. It does not count until a settlement or a later \
                     report tells what was paid."
                ),
            );
            Status::Pending
        }
        status => status,
    };

    let taxed: Vec<Taxed> = items.iter().map(Item::taxed).collect();
    let (inside, reason) = tax::decide(&taxed, marketplace);
    tell_reason(first.line, &id, (reason, inside), told);
    let tells_tax = !inside || (around.tells_tax)(&channel);
    let mut sums = Sums { inside, tells_tax, ..Sums::default() };
    let lines: Vec<Line> = items.iter().map(|item| sums.take(item)).collect();
    if sums.hides_wrap_tax {
        told.notice(
            first.line,
            format!("The gift wrap of order {id} may hold a tax that the file does not tell."),
        );
    }
    let sold = status == Status::Sold;
    let by_amazon = rows.iter().all(|row| is_by_amazon(&row.text(FULFILMENT)));
    let updated = instant(first, UPDATED, zone).ok().flatten();
    let mut order = Order {
        number: first.find(NUMBER).filter(|number| *number != id),
        placed_at,
        cancelled_at: (status == Status::Cancelled).then(|| updated.unwrap_or(placed_at)),
        source: SourceTag {
            kind: SourceKind::OrdersFile,
            part: String::new(),
            label: "Amazon orders report".to_owned(),
            settled: None,
        },
        financial_status: match status {
            Status::Sold => FinancialStatus::Paid,
            Status::Pending => FinancialStatus::Pending,
            Status::Cancelled => FinancialStatus::Voided,
        },
        test: false,
        currency,
        taxes_included: inside,
        marketplace_remitted_tax: is_remitted(rows, told),
        country: first.find(COUNTRY).and_then(|text| decode::country(&text)),
        region: first.find(REGION),
        customer: Default::default(),
        campaign: None,
        channel: (!channel.is_empty()).then_some(channel),
        order_discount_minor: 0,
        shipping: sums.shipping(),
        tips_minor: 0,
        duties_minor: 0,
        service_income_minor: sums.wrap_minor,
        service_tax_minor: sums.wrap_tax_minor,
        gift_card_paid_minor: 0,
        // What Amazon takes are channel fees; a payment fee of nothing keeps the rules away.
        payments: Vec::from_iter(sold.then(|| Payment {
            gateway: "amazon".to_owned(),
            amount_minor: sums.charged_minor(&lines),
            fee: Some(Money::zero(currency)),
        })),
        fees: Vec::new(),
        labels: Vec::new(),
        progress: None,
        // What Amazon sends has its parcel in the fulfilment fee.
        shipping_cost: by_amazon.then(|| Money::zero(currency)),
        refunds: Vec::new(),
        unexplained_minor: 0,
        platform_status: first.find(STATUS),
        lines,
        id,
        stock: Default::default(),
    };
    order.tell_progress(updated);
    order.check().map_err(|fault| at_first(cell_fault(&fault)))?;
    Ok(Some(order))
}

fn cell_fault(fault: &OrderFault) -> CellFault {
    let field = match fault.field {
        "lines.discount" => DISCOUNT,
        "lines.tax" => TAX,
        "shipping.discount" => SHIPPING_DISCOUNT,
        "shipping.tax" => SHIPPING_TAX,
        _ => PRICE,
    };
    CellFault::new(field, format!("The order does not add up: {}.", fault.reason))
}

/// The order's, else that of its marketplace or of the store: pending orders state none.
fn currency(
    rows: &[Cells<'_>],
    (ctx, marketplace): (&ReadCtx, Option<&Marketplace>),
    told: &mut Told,
) -> Result<Currency, RowFault> {
    for (index, row) in rows.iter().enumerate() {
        if let Some(currency) = told.currency(row, CURRENCY).map_err(|fault| (index, fault))? {
            return Ok(currency);
        }
    }
    let usual = marketplace.and_then(|marketplace| Currency::parse(marketplace.currency).ok());
    usual.or(ctx.currency).ok_or_else(|| {
        let reason = "The order names no currency. Name the store's, with --currency EUR.";
        (0, CellFault::new(CURRENCY, reason))
    })
}

/// Slashed days are never seen here; a day before its month is how Europe writes.
fn instant(row: &Cells<'_>, field: usize, zone: &Zone) -> Result<Option<Instant>, CellFault> {
    row.instant(field, (DayOrder::DayFirst, zone))
}

fn is_by_amazon(text: &str) -> bool {
    ["amazon", "afn"].iter().any(|name| text.eq_ignore_ascii_case(name))
}

/// Whether Amazon itself hands the tax on.
fn is_remitted(rows: &[Cells<'_>], told: &mut Told) -> bool {
    let mut remitted = false;
    for row in rows {
        let model = row.text(TAX_MODEL).to_lowercase();
        remitted |= row.text(TAX_PARTY).to_lowercase().contains("amazon");
        match model.as_str() {
            "" | "seller" | "standard" => {}
            "marketplacefacilitator" | "deemedreseller" | "low value goods" => remitted = true,
            _ if remitted => {}
            _ => told.unknown(row.line, UnknownKind::Status, row.text(TAX_MODEL).into_owned()),
        }
    }
    remitted
}

fn tell_reason(row: u64, id: &str, (reason, inside): (Reason, bool), told: &mut Told) {
    if reason == Reason::Rate {
        let way = if inside { "hold" } else { "are without" };
        told.notice(
            row,
            format!("The prices of order {id} are taken to {way} their tax, by its rate alone."),
        );
    }
}

/// One row's item.
struct Item {
    id: Option<String>,
    sku: Option<String>,
    title: Option<String>,
    cancelled: bool,
    quantity: i64,
    shipped: Option<i64>,
    by_amazon: bool,
    /// Of all units; `None` is not known.
    price_minor: Option<i64>,
    discount_minor: i64,
    tax_minor: Option<i64>,
    without_minor: Option<i64>,
    shipping_minor: i64,
    shipping_discount_minor: i64,
    shipping_tax_minor: Option<i64>,
    wrap_minor: i64,
    wrap_tax_minor: Option<i64>,
}

impl Item {
    fn read(row: &Cells<'_>, currency: Currency, told: &mut Told) -> Result<Self, CellFault> {
        let state = row.text(ITEM_STATUS);
        let status = Status::parse(&state);
        if status.is_none() && !state.is_empty() {
            told.unknown(row.line, UnknownKind::Status, state.as_ref());
        }
        let amount = |field| {
            let minor = row.minor(field, currency)?;
            let negative = minor.is_some_and(|minor| minor < 0);
            let fault = || CellFault::new(field, "The amount is negative, which no sale's can be.");
            if negative { Err(fault()) } else { Ok(minor) }
        };
        let discount =
            |field| row.minor_or_zero(field, currency).map(|minor: i64| minor.saturating_abs());
        let price_minor = amount(PRICE)?;
        let quantity = row.count(QUANTITY)?.unwrap_or(0);
        let cancelled =
            status == Some(Status::Cancelled) || (quantity == 0 && price_minor.unwrap_or(0) == 0);
        if !cancelled && quantity <= 0 {
            let reason = "A price without units sold cannot be read; the report is damaged.";
            return Err(CellFault::new(QUANTITY, reason));
        }
        Ok(Self {
            // `0` stands for many items at once.
            id: row.find(ITEM).map(|_| row.id(ITEM)).transpose()?.filter(|id| id != "0"),
            sku: row.find(SKU),
            title: row.find(TITLE),
            cancelled,
            quantity,
            shipped: match state.is_empty() {
                true => count_shipped(&row.text(STATUS), quantity),
                false => count_shipped(&state, quantity),
            },
            by_amazon: is_by_amazon(&row.text(FULFILMENT)),
            price_minor,
            discount_minor: discount(DISCOUNT)?,
            tax_minor: amount(TAX)?,
            without_minor: amount(PRICE_WITHOUT_VAT)?,
            shipping_minor: amount(SHIPPING)?.unwrap_or(0),
            shipping_discount_minor: discount(SHIPPING_DISCOUNT)?,
            shipping_tax_minor: amount(SHIPPING_TAX)?,
            wrap_minor: amount(WRAP)?.unwrap_or(0),
            wrap_tax_minor: amount(WRAP_TAX)?,
        })
    }

    fn taxed(&self) -> Taxed {
        Taxed {
            price_minor: self.price_minor.unwrap_or(0),
            tax_minor: self.tax_minor.unwrap_or(0),
            without_minor: self.without_minor,
            units: self.quantity,
        }
    }
}

/// What belongs to the whole order, and the ids that its lines already have.
#[derive(Default)]
struct Sums {
    inside: bool,
    tells_tax: bool,
    ids: Vec<String>,
    shipping_minor: i64,
    shipping_discount_minor: i64,
    shipping_tax_minor: Option<i64>,
    wrap_minor: i64,
    wrap_tax_minor: i64,
    /// The tax on a parcel, or on a wrapping, is not known, and so not that of the order.
    hides_shipping_tax: bool,
    hides_wrap_tax: bool,
}

impl Sums {
    fn take(&mut self, item: &Item) -> Line {
        self.shipping_minor += item.shipping_minor;
        self.shipping_discount_minor += item.shipping_discount_minor;
        let on = Taxed { price_minor: item.shipping_minor, units: 1, ..Taxed::default() };
        match self.told(item.shipping_tax_minor, item.shipping_minor) {
            // A row that ships for nothing tells nothing of the others' tax.
            Some(0) if item.shipping_minor == 0 => {}
            Some(tax) => {
                let tax = self.after_discount(&on, tax, item.shipping_discount_minor);
                self.shipping_tax_minor = Some(self.shipping_tax_minor.unwrap_or(0) + tax);
            }
            None => self.hides_shipping_tax |= item.shipping_minor > item.shipping_discount_minor,
        }
        let wrap_tax = self.told(item.wrap_tax_minor, item.wrap_minor);
        self.hides_wrap_tax |= self.inside && item.wrap_minor > 0 && wrap_tax.is_none();
        let wrap_tax_minor = wrap_tax.unwrap_or(0);
        self.wrap_tax_minor += wrap_tax_minor;
        self.wrap_minor += item.wrap_minor - if self.inside { wrap_tax_minor } else { 0 };
        self.line(item)
    }

    /// A tax of 0 on a price that would hold one, in a file that never tells any, is not known.
    fn told(&self, tax_minor: Option<i64>, price_minor: i64) -> Option<i64> {
        tax_minor.filter(|tax| *tax > 0 || price_minor == 0 || self.tells_tax)
    }

    /// Tax on top is Amazon's own figure and stays as it is.
    fn after_discount(&self, on: &Taxed, tax_minor: i64, discount_minor: i64) -> i64 {
        match self.inside {
            true => tax::after_discount(&Taxed { tax_minor, ..*on }, discount_minor),
            false => tax_minor,
        }
    }

    fn line(&mut self, item: &Item) -> Line {
        let price_minor = item.price_minor.unwrap_or(0);
        let known_zero = item.without_minor == Some(price_minor);
        let tax_minor = match item.tax_minor {
            Some(0) if known_zero => Some(0),
            tax => self.told(tax, price_minor),
        };
        let tax_minor = tax_minor
            .map(|tax_minor| self.after_discount(&item.taxed(), tax_minor, item.discount_minor));
        Line {
            id: self.id_of(item),
            sku: item.sku.clone(),
            title: item.title.clone(),
            quantity: item.quantity,
            price_minor,
            discount_minor: item.discount_minor,
            tax_minor,
            gift_card: false,
            weight_grams: 0,
            restocked_in_all: 0,
            added_at: None,
            stock: LineStock {
                listing: item.sku.clone(),
                shipped: item.shipped,
                by_channel: item.by_amazon,
            },
        }
    }

    /// As a settlement names its lines: the item's id, else its SKU; a second one is numbered.
    fn id_of(&mut self, item: &Item) -> String {
        let plain = match (&item.id, &item.sku) {
            (Some(id), _) => id.clone(),
            (None, Some(sku)) => format!("sku:{sku}"),
            (None, None) => "order".to_owned(),
        };
        let times = self.ids.iter().filter(|id| **id == plain).count();
        self.ids.push(plain.clone());
        if times == 0 { plain } else { format!("{plain}#{}", times + 1) }
    }

    fn shipping(&self) -> Shipping {
        Shipping {
            price_minor: self.shipping_minor,
            discount_minor: self.shipping_discount_minor,
            tax_minor: self.shipping_tax_minor.filter(|_| !self.hides_shipping_tax),
        }
    }

    fn charged_minor(&self, lines: &[Line]) -> i64 {
        let on_top = |tax: Option<i64>| if self.inside { 0 } else { tax.unwrap_or(0) };
        let goods: i64 = lines
            .iter()
            .map(|line| line.price_minor - line.discount_minor + on_top(line.tax_minor))
            .sum();
        let shipping = self.shipping_minor - self.shipping_discount_minor;
        goods + shipping + on_top(self.shipping_tax_minor) + self.wrap_minor + self.wrap_tax_minor
    }
}
