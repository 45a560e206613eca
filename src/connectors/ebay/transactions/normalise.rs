//! One transaction in our words: what it tells of its order, or the charge that it is. Pure.

use super::SLUG;
use super::vocabulary::{self, FeeMeaning, Meaning};
use super::wire::{self, ColumnFee, Row};
use crate::base::split;
use crate::base::{Currency, Money};
use crate::connectors::contract::UnknownKind;
use crate::connectors::kit::sheet::CellFault;
use crate::connectors::kit::tally::Tally;
use crate::connectors::kit::words::kind_of_words;
use crate::connectors::kit::{bare, country};
use crate::domain::record::order::{Settled, SourceTag};
use crate::domain::record::{
    Charge, ChargeClass, Fee, FeeClass, Line, Order, Payment, Record, SourceKind,
};

/// The line of a transaction that names none.
const BARE_LINE: &str = "order";

/// The rows of one transaction: the one with its total, then those of its items.
pub struct Movement<'a> {
    pub rows: &'a [&'a Row],
    pub meaning: Meaning,
}

#[derive(Debug, Default)]
pub struct Normalised {
    pub records: Vec<Record>,
    pub notices: Vec<String>,
    pub unknown: Vec<(UnknownKind, String)>,
}

impl<'a> Movement<'a> {
    pub fn head(&self) -> &'a Row {
        self.rows[0]
    }

    /// The rows that tell items: those below the total, else the one row there is.
    fn items(&self) -> &'a [&'a Row] {
        if self.rows.len() > 1 { &self.rows[1..] } else { self.rows }
    }

    pub fn fees(&self) -> impl Iterator<Item = &'a ColumnFee> {
        self.rows.iter().flat_map(|row| &row.fees)
    }

    fn sum(&self, of: impl Fn(&Row) -> i64) -> i64 {
        self.rows.iter().map(|row| of(row)).sum()
    }

    /// A tax, which the total tells for all items, or else each item for itself.
    fn tax(&self, of: impl Fn(&Row) -> i64) -> i64 {
        match of(self.head()) {
            0 => self.sum(of),
            whole => whole,
        }
    }

    /// What its description says of a fee.
    pub fn fee_meaning(&self) -> Option<FeeMeaning> {
        vocabulary::find_fee(self.head().description.as_deref().unwrap_or_default())
    }

    pub fn is_held(&self) -> bool {
        matches!(self.meaning, Meaning::Outside(_, "hold" | "reserve"))
    }
}

/// # Errors
/// The cell for which the whole transaction is refused.
pub fn normalise(movement: &Movement<'_>, tally: &mut Tally) -> Result<Normalised, CellFault> {
    let mut found = Normalised::default();
    let head = movement.head();
    for fee in movement.fees().filter(|fee| fee.unknown) {
        found.unknown.push((UnknownKind::Fee, fee.title.clone()));
    }
    match (movement.meaning, &head.order) {
        (Meaning::Sale, Some(order)) => {
            let order = sale(movement, order, &mut found)?;
            found.records.push(Record::Order(Box::new(order)));
        }
        (Meaning::Refund, Some(order)) => {
            let order = refund(movement, order, tally);
            found.records.push(Record::Order(Box::new(order)));
        }
        _ => {
            let other = Other::of(movement, &mut found);
            if other.amount.minor != 0 {
                found.records.push(other.into_record(movement, tally));
            }
        }
    }
    Ok(found)
}

/// What the whole movement was in its payout, whatever of it a document tells.
fn document(movement: &Movement<'_>, order: &str, part: String) -> Order {
    let row = movement.head();
    let moved = row.net_minor.filter(|_| row.payout_currency != row.currency);
    let trades = matches!(movement.meaning, Meaning::Sale | Meaning::Refund);
    let settled = Settled {
        payout: Some(row.payout.clone().unwrap_or_default()),
        withheld_minor: if trades { movement.tax(|row| row.ebay_tax_minor) } else { 0 },
        moved: moved.map(|minor| Money::new(minor, row.payout_currency)),
        ..Settled::default()
    };
    let label = "eBay transaction report".to_owned();
    let source = SourceTag { kind: SourceKind::Settlement, part, label, settled: Some(settled) };
    let mut document = bare::order(order.to_owned(), row.at, row.currency, source);
    document.channel = Some(SLUG.to_owned());
    document
}

fn sale(movement: &Movement<'_>, id: &str, found: &mut Normalised) -> Result<Order, CellFault> {
    let head = movement.head();
    let items = movement.items();
    let named = items.iter().find_map(|row| row.transaction.as_deref());
    let mut order = document(movement, id, format!("sale/{}", named.unwrap_or_default()));
    for row in items {
        add_line(&mut order.lines, row, head, found)?;
    }
    order.shipping.price_minor = movement.sum(|row| row.shipping_minor);
    let goods: i64 = order.lines.iter().map(|line| line.price_minor).sum();
    let seller_tax = movement.tax(|row| row.seller_tax_minor);
    let ebay_tax = movement.tax(|row| row.ebay_tax_minor);
    let plain = goods + order.shipping.price_minor;
    let gross = head.gross_minor.unwrap_or(plain);
    // What the seller collects stands on top where the gross amount says so, else inside.
    let seller_on_top = seller_tax != 0 && gross == plain + seller_tax;
    let tax = ebay_tax + if seller_on_top { seller_tax } else { 0 };
    let inside = if seller_on_top { 0 } else { seller_tax };
    if tax != 0 {
        set_tax(&mut order.lines, tax);
        order.marketplace_remitted_tax = ebay_tax != 0;
    } else if inside > 0 && inside <= goods {
        order.taxes_included = true;
        set_tax(&mut order.lines, inside);
    } else {
        order.taxes_included = country::prices_include_tax(head.currency);
    }
    order.unexplained_minor = gross - plain - if seller_on_top { seller_tax } else { 0 };
    if order.unexplained_minor != 0 {
        found.notices.push(format!(
            "Order {id}: {} of its gross amount stand neither in the items nor in the shipping.",
            order.money(order.unexplained_minor)
        ));
    }
    order.payments = vec![Payment {
        gateway: SLUG.to_owned(),
        amount_minor: gross + ebay_tax,
        // eBay's fees hold the payment's; a known fee of nothing keeps payment rules away.
        fee: Some(Money::zero(head.currency)),
    }];
    order.fees = column_fees(movement);
    order.fees.extend(unexplained_fee(movement, gross));
    order.country = head.country.as_deref().and_then(country::code).map(str::to_owned);
    order.region.clone_from(&head.region);
    if let Some(buyer) = &head.buyer {
        order.customer.platform_id = Some((SLUG, buyer.clone()));
    }
    order.check().map_err(|fault| CellFault::new(wire::GROSS, format!("{fault}.")))?;
    Ok(order)
}

fn add_line(
    lines: &mut Vec<Line>,
    row: &Row,
    head: &Row,
    found: &mut Normalised,
) -> Result<(), CellFault> {
    let name = row.transaction.clone().or_else(|| row.item.clone());
    let id = name.unwrap_or_else(|| BARE_LINE.to_owned());
    let quantity = row.quantity.unwrap_or(1);
    if quantity <= 0 {
        return Err(CellFault::new(wire::QUANTITY, "An order sells at least one unit."));
    }
    if row.quantity.is_none() {
        let order = head.order.as_deref().unwrap_or_default();
        found.notices.push(format!("Order {order} sells without a number of units; 1 is taken."));
    }
    // A total whose items are nowhere is a sale of its whole.
    let price = row.subtotal_minor.or(row.gross_minor).unwrap_or(0);
    if price < 0 {
        return Err(CellFault::new(wire::GROSS, "A sale cannot be negative."));
    }
    if let Some(line) = lines.iter_mut().find(|line| line.id == id) {
        line.quantity += quantity;
        line.price_minor += price;
        return Ok(());
    }
    lines.push(Line {
        sku: row.sku.clone().or_else(|| row.item.clone()),
        title: row.title.clone(),
        quantity,
        price_minor: price,
        ..bare::line(id)
    });
    Ok(())
}

fn set_tax(lines: &mut [Line], tax: i64) {
    let weights: Vec<i64> = lines.iter().map(|line| line.price_minor).collect();
    for (line, part) in lines.iter_mut().zip(split::by_weight(tax, &weights)) {
        line.tax_minor = Some(part);
    }
}

fn column_fees(movement: &Movement<'_>) -> Vec<Fee> {
    let mut fees = Vec::new();
    for row in movement.rows {
        let line = row.transaction.clone().or_else(|| row.item.clone());
        let line = line.filter(|_| movement.meaning == Meaning::Sale);
        for fee in &row.fees {
            let is_ad = fee.kind == "promoted_listings";
            fees.push(Fee {
                kind: fee.kind.clone(),
                class: if is_ad { FeeClass::Advertising } else { FeeClass::Channel },
                amount: Money::new(-fee.minor, row.currency),
                line_id: line.clone(),
                estimated: false,
                unclassified: fee.unknown,
            });
        }
    }
    fees
}

/// What the net amount lacks of gross and fees: deducted, but told by no column.
fn unexplained_fee(movement: &Movement<'_>, gross: i64) -> Option<Fee> {
    let head = movement.head();
    let net = head.net_minor.filter(|_| head.payout_currency == head.currency)?;
    let minor = gross + movement.sum(Row::fees_minor) - net;
    (minor != 0).then(|| Fee {
        kind: "in_no_column".to_owned(),
        class: FeeClass::Channel,
        amount: Money::new(minor, head.currency),
        line_id: None,
        estimated: false,
        unclassified: true,
    })
}

fn refund(movement: &Movement<'_>, id: &str, tally: &mut Tally) -> Order {
    let head = movement.head();
    let net = head.net_minor.filter(|_| head.payout_currency == head.currency);
    let gross = head.gross_minor.or_else(|| Some(net? - movement.sum(Row::fees_minor)));
    let gross = gross.unwrap_or(0);
    let name = match &head.reference {
        Some(reference) => format!("refund/{reference}/{gross}"),
        None => format!("refund/{}/{}/{gross}", head.day, kind_of_words(&head.kind)),
    };
    let key = tally.key(format!("{id}/{name}"));
    let name = key[id.len() + 1..].to_owned();
    let mut refund = bare::refund(name.clone(), head.at, head.currency);
    let seller_tax = movement.sum(|row| row.seller_tax_minor);
    refund.adjustment_minor = -gross;
    // What the seller collected goes back out of the gross amount, what eBay collected beside it.
    refund.adjustment_tax_minor = -movement.tax(|row| row.ebay_tax_minor);
    if seller_tax != 0 {
        refund.adjustment_minor += seller_tax;
        refund.adjustment_tax_minor -= seller_tax;
    }
    refund.tax_inside =
        refund.adjustment_tax_minor == 0 && country::prices_include_tax(head.currency);
    refund.fees = column_fees(movement);
    refund.fees.extend(unexplained_fee(movement, gross));
    let mut order = document(movement, id, name);
    order.taxes_included = refund.tax_inside;
    order.lines = vec![bare::line(BARE_LINE.to_owned())];
    order.refunds = vec![refund];
    order
}

/// A movement that neither sells nor gives back.
struct Other {
    kind: String,
    /// Signed as eBay books it.
    amount: Money,
    class: FeeClass,
    charge: ChargeClass,
    unclassified: bool,
    /// Of the order, where it names one.
    on_order: bool,
}

impl Other {
    fn of(movement: &Movement<'_>, found: &mut Normalised) -> Self {
        let head = movement.head();
        let mut other = Self {
            kind: String::new(),
            amount: amount_of(movement),
            class: FeeClass::Channel,
            charge: ChargeClass::PeriodFee,
            unclassified: false,
            on_order: head.order.is_some(),
        };
        match movement.meaning {
            Meaning::Label => {
                other.kind = "shipping_label".to_owned();
                other.class = FeeClass::ShippingCost;
            }
            Meaning::Fee => match movement.fee_meaning() {
                Some(meaning) => {
                    other.kind = meaning.kind.to_owned();
                    other.class = meaning.class;
                    other.charge = meaning.charge;
                }
                None => {
                    let name = head.description.clone().unwrap_or_else(|| head.kind.clone());
                    other.unknown(kind_of_words(&name));
                    found.unknown.push((UnknownKind::Fee, name));
                }
            },
            Meaning::Income(kind) => {
                other.kind = kind.to_owned();
                other.class = FeeClass::OtherIncome;
                other.charge = ChargeClass::PeriodIncome;
            }
            Meaning::Outside(charge, kind) => {
                other.kind = kind.to_owned();
                other.charge = charge;
                other.on_order = false;
            }
            Meaning::Sale | Meaning::Refund | Meaning::Payout | Meaning::Unknown => {
                other.unknown(kind_of_words(&head.kind));
                found.unknown.push((UnknownKind::Transaction, head.kind.clone()));
            }
        }
        other
    }

    fn unknown(&mut self, kind: String) {
        self.kind = kind;
        self.charge = ChargeClass::Unclassified;
        self.unclassified = true;
    }

    fn into_record(self, movement: &Movement<'_>, tally: &mut Tally) -> Record {
        let head = movement.head();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let key = [
            kind_of_words(&head.kind),
            head.day.to_string(),
            self.kind.clone(),
            text(&head.reference),
            text(&head.order),
            text(&head.item),
            self.amount.minor.to_string(),
        ];
        let key = tally.key(key.join("/"));
        if let (true, Some(id)) = (self.on_order, &head.order) {
            let mut order = document(movement, id, key);
            order.lines = vec![bare::line(BARE_LINE.to_owned())];
            order.fees = vec![Fee {
                kind: self.kind,
                class: self.class,
                amount: Money::new(-self.amount.minor, self.amount.currency),
                line_id: None,
                estimated: false,
                unclassified: self.unclassified,
            }];
            return Record::Order(Box::new(order));
        }
        let is_ad = self.charge == ChargeClass::AdvertisingPayment;
        Record::Charge(Charge {
            key,
            day: head.day,
            kind: self.kind,
            class: self.charge,
            amount: self.amount,
            sku: head.sku.clone().or_else(|| head.item.clone()),
            payout: head.payout.clone(),
            label: match &head.description {
                Some(description) => format!("{} / {description}", head.kind),
                None => head.kind.clone(),
            },
            family: is_ad.then(|| SLUG.to_owned()),
            estimate: None,
        })
    }
}

/// What a row moves: net in the payout's currency, where there is none gross with its fees.
fn amount_of(movement: &Movement<'_>) -> Money {
    let head = movement.head();
    let gross = head.gross_minor.map(|gross| gross + movement.sum(Row::fees_minor));
    let own: (Option<i64>, Currency) = (gross, head.currency);
    let (minor, currency) = match head.net_minor {
        Some(net) if gross.is_none() || head.payout_currency == head.currency => {
            (net, head.payout_currency)
        }
        _ => (own.0.unwrap_or(0), own.1),
    };
    Money::new(minor, currency)
}
