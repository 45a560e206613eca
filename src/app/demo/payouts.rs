//! How the made-up shop is paid: every week its card processor tells what it took in, gave back
//! and kept, and sends the rest; once it held something back, and once it took a sum for which
//! nobody has a record.

use std::collections::BTreeMap;

use super::basket::share;
use super::calendar::Calendar;
use super::place::PROCESSOR;
use crate::base::{Currency, Day, Instant, Money};
use crate::connectors::kit::bare;
use crate::domain::ledger::given_back;
use crate::domain::record::order::{PAYMENT_LINE, Settled, SourceTag};
use crate::domain::record::{
    Charge, ChargeClass, Line, Order, Payout, PayoutPart, PayoutStatus, Record, SourceKind,
};

/// The export that is made up.
pub const FORMAT: &str = "shopify-payments";
pub const FILE: &str = "payment_transactions_export.csv";

/// Days after the end of its week on which a payout arrives; so one is always on its way.
const ARRIVES_AFTER: i32 = 10;
/// Weeks ago: where something was held back, and where a sum was taken that has no record.
const HELD_WEEKS_AGO: i32 = 4;
const TAKEN_WEEKS_AGO: i32 = 7;
const TAKEN_MINOR: i64 = 420;

/// What the processor tells of a store's orders.
pub fn tell(orders: &[Order], currency: Currency, calendar: &Calendar) -> Vec<Record> {
    let mut teller = Teller { calendar, currency, weeks: BTreeMap::new(), records: Vec::new() };
    for order in orders {
        teller.tell_order(order);
    }
    teller.finish()
}

struct Teller<'a> {
    calendar: &'a Calendar,
    currency: Currency,
    /// By their Monday; only those that were paid out or are about to be.
    weeks: BTreeMap<Day, Week>,
    records: Vec<Record>,
}

#[derive(Default)]
struct Week {
    sales: (i64, i64),
    refunds: (i64, i64),
    tax_minor: i64,
    fees_minor: i64,
    held_minor: i64,
    taken_minor: i64,
}

impl Teller<'_> {
    fn tell_order(&mut self, order: &Order) {
        let is_its = |payment: &&crate::domain::record::Payment| payment.gateway == PROCESSOR;
        let Some(payment) = order.payments.iter().find(is_its) else { return };
        let day = self.calendar.day_of(order.placed_at);
        if !order.counts() || order.test || !self.calendar.is_settled(day) {
            return;
        }
        let fee_minor = payment.fee.map_or(0, |fee| fee.minor);
        let mut document = self.document(order, order.placed_at, "charge");
        document.lines = vec![payment_line(payment.amount_minor)];
        document.payments = vec![payment.clone()];
        self.records.push(Record::Order(Box::new(document)));
        if let Some(week) = self.week(day) {
            week.sales = (week.sales.0 + payment.amount_minor, week.sales.1 + 1);
            week.fees_minor += fee_minor;
        }
        for refund in &order.refunds {
            let mut document = self.document(order, refund.at, &refund.id);
            document.lines = vec![payment_line(0)];
            document.financial_status = order.financial_status;
            document.refunds = vec![refund.clone()];
            self.records.push(Record::Order(Box::new(document)));
            let (back, tax) = given_back(refund);
            if let Some(week) = self.week(self.calendar.day_of(refund.at)) {
                week.refunds = (week.refunds.0 + back, week.refunds.1 + 1);
                week.tax_minor += tax;
            }
        }
    }

    fn document(&self, order: &Order, at: Instant, part: &str) -> Order {
        let day = self.calendar.day_of(at);
        let payout = self.is_over(monday_of(day)).then(|| reference(monday_of(day)));
        let source = SourceTag {
            kind: SourceKind::Settlement,
            part: format!("{} {part}", order.id),
            label: format!("demo payments of {day}"),
            settled: Settled::in_payout(payout.as_deref()),
        };
        Order {
            number: order.number.clone(),
            // The amount holds its tax.
            taxes_included: true,
            ..bare::order(order.id.clone(), at, self.currency, source)
        }
    }

    /// The week of a day, once nothing more can be added to it.
    fn week(&mut self, day: Day) -> Option<&mut Week> {
        let monday = monday_of(day);
        self.is_over(monday).then(|| self.weeks.entry(monday).or_default())
    }

    fn is_over(&self, monday: Day) -> bool {
        self.calendar.is_settled(monday.plus(6))
    }

    fn finish(mut self) -> Vec<Record> {
        let last = self.weeks.keys().next_back().copied();
        let ago = |weeks: i32| last.map(|monday| monday.plus(-7 * weeks));
        let held = ago(HELD_WEEKS_AGO).filter(|monday| self.weeks.contains_key(monday));
        if let Some(monday) = held {
            let held = self.weeks.get(&monday).map_or(0, |week| share(week.sales.0, 10, 100));
            self.hold(monday, held);
            self.hold(monday.plus(7), -held);
        }
        if let Some(week) = ago(TAKEN_WEEKS_AGO).and_then(|monday| self.weeks.get_mut(&monday)) {
            week.taken_minor = TAKEN_MINOR;
        }
        let (currency, today) = (self.currency, self.calendar.range.to);
        let payouts =
            self.weeks.iter().map(|(monday, week)| week.payout(*monday, (currency, today)));
        self.records.extend(payouts.map(Record::Payout));
        self.records
    }

    /// Held back, or freed where it is below 0.
    fn hold(&mut self, monday: Day, minor: i64) {
        self.weeks.entry(monday).or_default().held_minor = minor;
        self.records.push(Record::Charge(Charge {
            key: format!("reserve {monday}"),
            day: monday.plus(6),
            kind: "reserve".to_owned(),
            class: ChargeClass::Balance,
            amount: Money::new(-minor, self.currency),
            sku: None,
            payout: Some(reference(monday)),
            label: "reserved_funds".to_owned(),
            family: None,
            estimate: None,
        }));
    }
}

impl Week {
    fn payout(&self, monday: Day, (currency, today): (Currency, Day)) -> Payout {
        let arrives = monday.plus(6 + ARRIVES_AFTER);
        let is_paid = arrives <= today;
        let parts: Vec<PayoutPart> = [
            ("sales", "charge", self.sales.0, self.sales.1),
            ("refunds", "refund", -self.refunds.0, self.refunds.1),
            ("tax", "refund, tax", -self.tax_minor, self.refunds.1),
            ("fees", "charge, fee", -self.fees_minor, self.sales.1),
            ("reserves", "reserved_funds", -self.held_minor, 1),
            ("unclassified", "adjustment", -self.taken_minor, 1),
        ]
        .into_iter()
        .filter(|(_, _, minor, _)| *minor != 0)
        .map(|(group, kind, amount_minor, rows)| PayoutPart {
            group: group.to_owned(),
            kind: kind.to_owned(),
            amount_minor,
            rows,
            unclassified: group == "unclassified",
        })
        .collect();
        Payout {
            id: reference(monday),
            currency,
            from: Some(monday),
            to: Some(monday.plus(6)),
            deposited: is_paid.then_some(arrives),
            status: Some(if is_paid { PayoutStatus::Paid } else { PayoutStatus::InTransit }),
            due: (!is_paid).then_some(arrives),
            stated_minor: parts.iter().map(|part| part.amount_minor).sum(),
            rows: self.sales.1 + self.refunds.1,
            parts,
            received: None,
        }
    }
}

fn monday_of(day: Day) -> Day {
    day.plus(-(day.weekday() as i32))
}

fn reference(monday: Day) -> String {
    format!("week of {monday}")
}

fn payment_line(price_minor: i64) -> Line {
    Line {
        id: PAYMENT_LINE.to_owned(),
        sku: None,
        title: None,
        quantity: i64::from(price_minor > 0),
        price_minor,
        discount_minor: 0,
        tax_minor: None,
        gift_card: false,
        weight_grams: 0,
        restocked_in_all: 0,
        added_at: None,
        stock: Default::default(),
    }
}
