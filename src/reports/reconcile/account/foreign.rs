//! Orders sold in another currency than they are paid out in: our figures at the rate of the day,
//! and what the platform's own rate made of them, the difference on a row of its own.

use std::collections::BTreeSet;

use super::{Case, Named, Rows, net_sales};
use crate::domain::ledger::{Moved, moved};
use crate::domain::profit::component::Component;
use crate::domain::profit::convert::Converter;
use crate::domain::profit::engine::{Booking, book};
use crate::domain::record::Order;
use crate::domain::report::RECORDS_MAX;
use crate::reports::{ReportError, ledger};

/// What the platform settled of one order, trade in the order's own currency.
#[derive(Default)]
struct Settled {
    trade_in: i64,
    trade_all: i64,
    /// Of the payouts, in their currency.
    net_in: i64,
    fees_in: i64,
    is_told: bool,
    is_open: bool,
}

impl Case<'_> {
    /// Adds one such order. Without a rate all of it is the platform's conversion.
    pub(super) fn add_foreign(
        &self,
        (order, named): (&Order, &Named),
        members: &BTreeSet<&str>,
        (converter, rows, taken): (&mut Converter<'_>, &mut Rows, &mut Moved),
    ) -> Result<(), ReportError> {
        let Some((settled, fees)) = self.read_settled(order, named, members, converter)? else {
            return Ok(());
        };
        rows.told += settled.net_in - settled.fees_in;
        let Some((ours_in, ours_all)) = self.count_foreign(order, converter, rows)? else {
            taken.add_all(&fees);
            rows.differ("fx", named, settled.net_in - settled.fees_in);
            return Ok(());
        };
        taken.add_all(&fees);
        if !settled.is_told {
            rows.differ("open", named, -ours_in);
            return Ok(());
        }
        // What the platform settled of our figure; beyond that it is a fault, not a rate.
        let day = order.placed_at.day_in(&self.policy.zone);
        let own = |minor: i64, converter: &mut Converter<'_>| {
            converter.convert(minor, order.currency, day).map(Option::unwrap_or_default)
        };
        let paid = ledger::paid_by_buyer(order);
        let (base, off) = match settled.trade_in {
            0 => (0, 0),
            part if part == settled.trade_all => (ours_all, own(part - paid, converter)?),
            part => (own(part, converter)?, 0),
        };
        rows.differ(if settled.is_open { "open" } else { "timing" }, named, base - ours_in);
        rows.differ("fx", named, settled.net_in - settled.fees_in - base - off);
        if off != 0 && rows.suspects.len() < RECORDS_MAX {
            rows.suspects.push(named.record(off));
        }
        Ok(())
    }

    /// `None` where nothing of the order is in this account's currency.
    fn read_settled(
        &self,
        order: &Order,
        named: &Named,
        members: &BTreeSet<&str>,
        converter: &mut Converter<'_>,
    ) -> Result<Option<(Settled, Moved)>, ReportError> {
        let currency = self.account.currency;
        let (mut settled, mut fees) = (Settled::default(), Moved::default());
        let mut is_other = false;
        for (document, is_its) in ledger::list_documents(self.reader, named.id, self.format.name)? {
            let told = document.source.settled.as_ref().filter(|_| is_its);
            let net = moved(&document, currency).total();
            let is_here = document.currency == currency
                || told.and_then(|told| told.moved).is_some_and(|net| net.currency == currency);
            let (Some(told), true) = (told, is_here) else {
                is_other = true;
                continue;
            };
            settled.is_told = true;
            settled.is_open |= told.payout.as_deref() == Some("");
            let own = moved(&document, order.currency);
            settled.trade_all += own.trade();
            if !self.is_in(&document, members) {
                continue;
            }
            settled.trade_in += own.trade();
            settled.net_in += net;
            let day = document.placed_at.day_in(&self.policy.zone);
            for (group, minor) in own.iter() {
                let is_trade = matches!(group, "sales" | "tax" | "refunds" | "withheld_tax" | "fx");
                if is_trade {
                    continue;
                }
                let minor = converter.convert(minor, order.currency, day)?.unwrap_or(0);
                fees.add(group, minor);
                settled.fees_in += minor;
            }
        }
        Ok((settled.is_told || !is_other).then_some((settled, fees)))
    }

    /// Our figures of the order in the account's currency: in the days, and in all. `None` where a
    /// rate is missing, or nothing is counted.
    fn count_foreign(
        &self,
        order: &Order,
        converter: &mut Converter<'_>,
        rows: &mut Rows,
    ) -> Result<Option<(i64, i64)>, ReportError> {
        let (store, policy) = (&self.account.store_name, self.policy);
        let booking = Booking { order, store, policy, draws: None, trail: false };
        let booked = book(&booking, converter)?;
        if booked.events.is_empty() || !booked.missing_rates.is_empty() {
            return Ok(None);
        }
        let (mut ours_in, mut ours_all) = (0, 0);
        for (index, event) in booked.events.iter().enumerate() {
            let lines = booked.lines.iter().filter(|line| line.event == index);
            let sum = |component: Component| -> i64 {
                lines.clone().map(|line| line.amounts[component.index()]).sum()
            };
            let tax = if order.marketplace_remitted_tax { 0 } else { sum(Component::TaxCollected) };
            let parts = [
                ("net_sales", net_sales(&sum)),
                ("shipping_income", sum(Component::ShippingIncome)),
                ("service_income", sum(Component::ServiceIncome)),
                ("tax_collected", tax),
                ("duties_collected", sum(Component::DutiesCollected)),
            ];
            let total: i64 = parts.iter().map(|(_, minor)| minor).sum();
            ours_all += total;
            if self.range.contains(event.day) {
                ours_in += total;
                parts.iter().for_each(|(name, minor)| rows.ours(name, *minor));
            }
        }
        Ok(Some((ours_in, ours_all)))
    }
}
