//! One made-up order: who bought what, how it was paid, what it cost, and what went wrong.

use super::basket;
use super::calendar::Calendar;
use super::chance::{Chance, Stream};
use super::place::{self, Gateway, Place};
use super::refund;
use crate::base::{Currency, Instant, Money};
use crate::domain::record::order::{CustomerIdentity, SourceTag};
use crate::domain::record::{
    Fee, FeeClass, FinancialStatus, Line, Order, Payment, Shipping, SourceKind,
};

/// One of the two stores.
pub struct Side {
    pub name: &'static str,
    pub currency: Currency,
    pub zone: &'static str,
    pub places: &'static [Place],
    pub gateways: &'static [Gateway],
    pub taxes_included: bool,
}

/// Where an order stands among all.
#[derive(Clone, Copy)]
pub struct Slot {
    /// Among the orders of both stores, from 0.
    pub index: u64,
    /// Of the store.
    pub number: i64,
    pub at: Instant,
}

/// What happens to an order besides being paid and sent. Rare kinds come by turns and not by
/// chance, so that a small shop has each of them too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Usual,
    Pending,
    Authorized,
    Voided,
    Failed,
    Test,
    /// Paid, and given back whole before it was sent.
    Cancelled,
    GiftCardSold,
    GiftCardRedeemed,
    /// On the market place, with a fee of a kind that nobody knows.
    UnknownFee,
    TipAndWrap,
    Edited,
    Engraved,
    /// Will come back in exchange for something else.
    Exchanged,
}

/// Orders after which the turns begin anew.
const TURN: u64 = 251;

impl Fate {
    pub fn of(index: u64) -> Self {
        match index % TURN {
            7 | 131 => Self::Pending,
            190 => Self::Authorized,
            31 => Self::Voided,
            77 => Self::Failed,
            59 => Self::Test,
            83 | 233 => Self::Cancelled,
            101 | 150 | 199 => Self::GiftCardSold,
            17 | 171 | 201 => Self::GiftCardRedeemed,
            139 => Self::UnknownFee,
            43 | 211 => Self::TipAndWrap,
            230 => Self::Edited,
            66 => Self::Engraved,
            12 | 120 => Self::Exchanged,
            _ => Self::Usual,
        }
    }

    fn status(self) -> FinancialStatus {
        match self {
            Self::Pending => FinancialStatus::Pending,
            Self::Authorized => FinancialStatus::Authorized,
            Self::Voided => FinancialStatus::Voided,
            Self::Failed => FinancialStatus::Failed,
            _ => FinancialStatus::Paid,
        }
    }
}

pub const CAMPAIGN_OF_ORDERS: &str = "Retargeting, 30 days";
pub const MARKET: &str = "market";
const WEB: &str = "web";
const FAIR: &str = "fair";
/// Of a thousand orders, how many have a label with a known cost.
const LABELS_PER_MILLE: i64 = 740;
/// Of a thousand European orders, how many come without their tax lines.
const TAX_UNTOLD_PER_MILLE: i64 = 90;

pub fn make(side: &Side, slot: Slot, calendar: &Calendar, seed: u64) -> Order {
    let mut chance = Chance::new(seed, Stream::Order, slot.index);
    let day = calendar.day_of(slot.at);
    let fate = Fate::of(slot.index);
    let place = place::draw(&mut chance, side.places);
    let is_renamed = calendar.range.to.0 - day.0 < 180;
    let mut order = bare(side, slot, place);
    order.financial_status = fate.status();
    order.test = fate == Fate::Test;
    order.customer = draw_buyer(&mut chance, slot.index);
    order.channel = Some(draw_channel(&mut chance, side, fate).to_owned());
    order.lines = basket::draw_lines(&mut chance, day, is_renamed);
    if order.channel.as_deref() == Some(WEB) && chance.happens(70) {
        order.campaign = Some(CAMPAIGN_OF_ORDERS.to_owned());
    }
    apply_fate(&mut chance, &mut order, fate);
    basket::discount(&mut chance, &mut order, day);
    let is_fair = order.channel.as_deref() == Some(FAIR);
    if !is_fair {
        basket::charge_shipping(&mut chance, &mut order, place);
    }
    if !(order.taxes_included && chance.happens(TAX_UNTOLD_PER_MILLE)) {
        basket::tax(&mut order, place.tax(day));
    }
    if fate == Fate::GiftCardRedeemed {
        order.gift_card_paid_minor = basket::total(&order).min(2_500);
    }
    if fate == Fate::Voided {
        order.cancelled_at = calendar.later(slot.at, 0, 1_800);
    }
    pay(&mut chance, &mut order, side, calendar.is_settled(day));
    if fate == Fate::UnknownFee {
        order.fees.push(unknown_fee(&order));
    }
    send(&mut chance, &mut order, place, is_fair);
    refund::draw(&mut chance, &mut order, fate, calendar);
    order
}

pub fn bare(side: &Side, slot: Slot, place: &Place) -> Order {
    Order {
        id: format!("demo-{}", slot.number),
        // Both stores count from 1001, as shops do.
        number: Some(format!("#{}", slot.number)),
        placed_at: slot.at,
        cancelled_at: None,
        source: SourceTag {
            kind: SourceKind::OrdersFile,
            part: String::new(),
            label: "demo orders".to_owned(),
            settled: None,
        },
        financial_status: FinancialStatus::Paid,
        test: false,
        currency: side.currency,
        taxes_included: side.taxes_included,
        marketplace_remitted_tax: false,
        country: Some(place.country.to_owned()),
        region: place.region.map(str::to_owned),
        customer: CustomerIdentity::default(),
        campaign: None,
        channel: None,
        lines: Vec::new(),
        order_discount_minor: 0,
        shipping: Shipping::default(),
        tips_minor: 0,
        duties_minor: 0,
        service_income_minor: 0,
        service_tax_minor: 0,
        gift_card_paid_minor: 0,
        payments: Vec::new(),
        fees: Vec::new(),
        labels: Vec::new(),
        progress: None,
        shipping_cost: None,
        refunds: Vec::new(),
        unexplained_minor: 0,
        platform_status: None,
        stock: Default::default(),
    }
}

/// Two in five were here before.
fn draw_buyer(chance: &mut Chance, index: u64) -> CustomerIdentity {
    let index = index as i64;
    let buyer = if chance.happens(400) { chance.below(index * 3 / 5) } else { index };
    let reference = Some(format!("buyer-{buyer}"));
    CustomerIdentity { reference, ..CustomerIdentity::default() }
}

fn draw_channel(chance: &mut Chance, side: &Side, fate: Fate) -> &'static str {
    let drawn = chance.weighted([820, 150, if side.taxes_included { 30 } else { 0 }].into_iter());
    match fate {
        Fate::UnknownFee => MARKET,
        Fate::Usual => [WEB, MARKET, FAIR][drawn],
        _ => WEB,
    }
}

fn apply_fate(chance: &mut Chance, order: &mut Order, fate: Fate) {
    let n_lines = order.lines.len();
    match fate {
        Fate::GiftCardSold => {
            let value_minor = [2_500, 5_000][chance.weighted([1, 1].into_iter())];
            // Alone, or beside goods.
            if chance.happens(500) {
                order.lines = vec![basket::gift_card(0, value_minor)];
            } else {
                order.lines.push(basket::gift_card(n_lines, value_minor));
            }
        }
        Fate::TipAndWrap => {
            order.tips_minor = 200;
            order.service_income_minor = 350;
        }
        Fate::Edited => {
            if let Some(product) = basket::find_alike("", 1_250) {
                let mut line = basket::line_of(product, 1, n_lines, false);
                line.id = "edit-1".to_owned();
                line.added_at = Some(order.placed_at.plus_seconds(3_600));
                if !order.lines.iter().any(|known| known.sku == line.sku) {
                    order.lines.push(line);
                }
            }
        }
        Fate::Engraved => order.lines.push(basket::engraving(n_lines)),
        _ => {}
    }
}

fn pay(chance: &mut Chance, order: &mut Order, side: &Side, is_settled: bool) {
    let charged = basket::total(order) - order.gift_card_paid_minor;
    let channel = order.channel.as_deref();
    let (gateway, fee) = if channel == Some(MARKET) {
        add_market_fees(order, charged);
        order.marketplace_remitted_tax = !order.taxes_included;
        (MARKET, None)
    } else if channel == Some(FAIR) {
        ("cash", Some(0))
    } else {
        let gateway = place::draw_gateway(chance, side.gateways);
        let (hundredths, fixed) = gateway.fee;
        let told = chance.happens(gateway.told_per_mille) && is_settled;
        (gateway.name, told.then(|| basket::share(charged, hundredths, 10_000) + fixed))
    };
    if !order.financial_status.counts() || charged == 0 {
        return;
    }
    let fee = fee.map(|minor| order.money(minor));
    order.payments.push(Payment { gateway: gateway.to_owned(), amount_minor: charged, fee });
}

/// A market place takes its commission and its payment fee itself.
fn add_market_fees(order: &mut Order, charged: i64) {
    let fee = |kind: &str, class: FeeClass, minor: i64| Fee {
        kind: kind.to_owned(),
        class,
        amount: order.money(minor),
        line_id: None,
        estimated: false,
        unclassified: false,
    };
    let mut fees = vec![
        fee("commission", FeeClass::Channel, basket::share(charged, 12, 100)),
        fee("payment_processing", FeeClass::Payment, basket::share(charged, 180, 10_000)),
    ];
    let number = order.number.as_deref().unwrap_or_default();
    if number.ends_with('9') {
        fees.push(fee("listing", FeeClass::Channel, 20));
    }
    order.fees = fees;
}

/// A fee of a kind that no table knows: counted, visible, alarming.
fn unknown_fee(order: &Order) -> Fee {
    Fee {
        kind: "regulatory_adj_v2".to_owned(),
        class: FeeClass::Channel,
        amount: order.money(123),
        line_id: None,
        estimated: false,
        unclassified: true,
    }
}

/// Most parcels have a label whose cost is known; of the others rules tell, or nobody.
pub fn send(chance: &mut Chance, order: &mut Order, place: &Place, is_fair: bool) {
    let only_gift_cards = order.lines.iter().all(|line: &Line| line.gift_card);
    let noise = chance.between(92, 112);
    let has_label = chance.happens(LABELS_PER_MILLE);
    if is_fair {
        order.shipping_cost = Some(Money::zero(order.currency));
    } else if has_label && !only_gift_cards && order.counts() {
        let minor = basket::share(place.label(basket::grams(order)), noise, 100);
        order.shipping_cost = Some(order.money(minor));
    }
}
