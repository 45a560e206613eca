//! What an order becomes under a scenario: the assumptions one after the other, each followed by
//! what hangs on it. An order that does not happen is `None`.

use std::borrow::Cow;

use super::follow::{follow, goods_minor, is_share, list_nets};
use super::terms::changed;
use super::{Amount, Assumed, Assumption, Change, Costs, Goods, Touched};
use crate::base::rate::mul_div_half_even;
use crate::base::{Currency, Day, Decimal, Instant, Money};
use crate::domain::profit::convert::{Converter, Overflow};
use crate::domain::record::{Fee, FeeClass, Order, Shipping};
use crate::domain::rules::{PaymentFeeRule, Rules, ShippingCostRule};

impl Assumed<'_> {
    /// The order as it would have been; `touched` counts, for each assumption, what it is about.
    ///
    /// # Errors
    /// `Overflow` where an amount leaves 64 bits.
    pub fn order<'o>(
        &self,
        order: &'o Order,
        store: &str,
        touched: &mut [Touched],
    ) -> Result<Option<Cow<'o, Order>>, Overflow> {
        let mut order = Cow::Borrowed(order);
        if !order.counts() {
            return Ok(Some(order));
        }
        for (index, assumption) in self.scenario.assumptions.iter().enumerate() {
            let outcome = self.assume(&order, store, assumption)?;
            if let (Some(touched), Some(units)) = (touched.get_mut(index), outcome.units()) {
                touched.orders += 1;
                touched.units += units;
            }
            match outcome {
                Outcome::Untouched | Outcome::Counted { .. } => {}
                Outcome::Changed { order: changed, .. } => order = Cow::Owned(*changed),
                Outcome::Gone { .. } => return Ok(None),
            }
        }
        Ok(Some(order))
    }

    fn assume(
        &self,
        order: &Order,
        store: &str,
        assumption: &Assumption,
    ) -> Result<Outcome, Overflow> {
        let day = order.placed_at.day_in(&self.real.zone);
        let is_there = |country: &Option<String>| {
            country.is_none() || country.as_deref() == order.country.as_deref()
        };
        match assumption {
            Assumption::Price { of, change, from } if from.is_none_or(|from| from <= day) => {
                self.reprice(order, of, change, day)
            }
            Assumption::Drop { of } => self.drop_goods(order, of),
            Assumption::FreeShipping { from, country } if is_there(country) => {
                self.free_shipping(order, from, day)
            }
            Assumption::ShippingCharge { change, country } if is_there(country) => {
                self.charge_shipping(order, change, day)
            }
            Assumption::PaymentFees { rules } => Ok(refee(order, rules)),
            Assumption::Commission { percent, store: of }
                if of.as_deref().is_none_or(|of| of == store) =>
            {
                self.commission(order, store, (*percent, of.is_some()))
            }
            Assumption::ShippingCost { costs: Costs::Percent(percent) } => {
                reship_by(order, *percent)
            }
            Assumption::ShippingCost { costs: Costs::Rules(rules) } => {
                Ok(self.reship(order, rules))
            }
            // These change terms or weigh lines; here it is only told what they are about.
            Assumption::Cost { of, from, .. } if from.is_none_or(|from| from <= day) => {
                Ok(self.count(order, of))
            }
            Assumption::Volume { of, .. } | Assumption::MoreOrders { of, .. } => {
                Ok(self.count(order, of))
            }
            Assumption::Rate { currency, .. } if *currency == order.currency => {
                Ok(self.count(order, &Goods::All))
            }
            Assumption::Price { .. }
            | Assumption::FreeShipping { .. }
            | Assumption::ShippingCharge { .. }
            | Assumption::Commission { .. }
            | Assumption::HandlingCost { .. }
            | Assumption::AdSpend { .. }
            | Assumption::Rate { .. }
            | Assumption::Cost { .. }
            | Assumption::Expenses { .. } => Ok(Outcome::Untouched),
        }
    }

    /// The lines that sell some of the goods.
    fn list_meant(&self, order: &Order, of: &Goods) -> Vec<usize> {
        let is_meant = |index: &usize| {
            let line = &order.lines[*index];
            !line.gift_card && of.means(line.sku.as_deref(), &self.real.rules)
        };
        (0..order.lines.len()).filter(is_meant).collect()
    }

    fn count(&self, order: &Order, of: &Goods) -> Outcome {
        let meant = self.list_meant(order, of);
        match meant.is_empty() {
            true => Outcome::Untouched,
            false => Outcome::Counted { units: units_of(order, &meant) },
        }
    }

    fn reprice(
        &self,
        order: &Order,
        of: &Goods,
        change: &Change,
        day: Day,
    ) -> Result<Outcome, Overflow> {
        let meant = self.list_meant(order, of);
        let mut new = order.clone();
        let mut is_changed = false;
        for index in &meant {
            let line = &mut new.lines[*index];
            let was = line.price_minor;
            let price = match change {
                Change::Percent(percent) => Some(changed(was, *percent)?),
                Change::To(amount) => self.of_amount(amount, line.quantity, order.currency, day)?,
            };
            let Some(price) = price.filter(|_| was > 0) else { continue };
            line.price_minor = price;
            let discount = i128::from(line.discount_minor);
            line.discount_minor =
                mul_div_half_even(discount, i128::from(price), i128::from(was)).ok_or(Overflow)?;
            is_changed = true;
        }
        if !is_changed {
            return Ok(Outcome::Untouched);
        }
        scale_order_discount(order, &mut new)?;
        follow(order, &mut new, &self.real.rules)?;
        Ok(Outcome::Changed { order: Box::new(new), units: units_of(order, &meant) })
    }

    fn drop_goods(&self, order: &Order, of: &Goods) -> Result<Outcome, Overflow> {
        let meant = self.list_meant(order, of);
        if meant.is_empty() {
            return Ok(Outcome::Untouched);
        }
        let units = units_of(order, &meant);
        if meant.len() == order.lines.len() {
            return Ok(Outcome::Gone { units });
        }
        let mut new = order.clone();
        // What they bore of the order's discount goes with them.
        let nets = list_nets(order);
        for index in &meant {
            let line = &mut new.lines[*index];
            let own = line.price_minor - line.discount_minor;
            new.order_discount_minor -= own - nets[*index];
            (line.price_minor, line.discount_minor) = (0, 0);
        }
        follow(order, &mut new, &self.real.rules)?;
        let gone: Vec<String> = meant.iter().map(|index| order.lines[*index].id.clone()).collect();
        let is_gone = |id: &str| gone.iter().any(|gone| gone == id);
        new.lines.retain(|line| !is_gone(&line.id));
        let of_gone = |fee: &Fee| fee.line_id.as_deref().is_some_and(is_gone);
        new.fees.retain(|fee| !of_gone(fee));
        for refund in &mut new.refunds {
            refund.lines.retain(|part| !is_gone(&part.line_id));
            refund.fees.retain(|fee| !of_gone(fee));
        }
        Ok(Outcome::Changed { order: Box::new(new), units })
    }

    fn free_shipping(&self, order: &Order, from: &Amount, day: Day) -> Result<Outcome, Overflow> {
        let charged = order.shipping.price_minor - order.shipping.discount_minor;
        if charged == 0 {
            return Ok(Outcome::Untouched);
        }
        let goods = goods_minor(order, &list_nets(order));
        let limit = from.amount.to_minor(from.currency.digits()).ok_or(Overflow)?;
        match self.convert(goods, order.currency, (from.currency, day))? {
            Some(goods) if goods >= limit => {}
            _ => return Ok(Outcome::Untouched),
        }
        let mut new = order.clone();
        new.shipping = Shipping { tax_minor: order.shipping.tax_minor, ..Shipping::default() };
        self.with_shipping(order, new)
    }

    fn charge_shipping(
        &self,
        order: &Order,
        change: &Change,
        day: Day,
    ) -> Result<Outcome, Overflow> {
        let old = &order.shipping;
        let mut new = order.clone();
        new.shipping = match change {
            Change::Percent(percent) => Shipping {
                price_minor: changed(old.price_minor, *percent)?,
                discount_minor: changed(old.discount_minor, *percent)?,
                tax_minor: old.tax_minor,
            },
            Change::To(amount) => {
                let sends = order.lines.iter().any(|line| !line.gift_card);
                match self.of_amount(amount, 1, order.currency, day)?.filter(|_| sends) {
                    Some(price_minor) => {
                        let tax_minor = old.tax_minor;
                        Shipping { price_minor, discount_minor: 0, tax_minor }
                    }
                    None => return Ok(Outcome::Untouched),
                }
            }
        };
        self.with_shipping(order, new)
    }

    fn with_shipping(&self, order: &Order, mut new: Order) -> Result<Outcome, Overflow> {
        if new.shipping == order.shipping {
            return Ok(Outcome::Untouched);
        }
        follow(order, &mut new, &self.real.rules)?;
        let all: Vec<usize> = (0..order.lines.len()).collect();
        Ok(Outcome::Changed { order: Box::new(new), units: units_of(order, &all) })
    }

    /// Another share for the channel in place of those that it took; what it gave back of them at
    /// refunds follows.
    fn commission(
        &self,
        order: &Order,
        store: &str,
        (percent, is_named): (Decimal, bool),
    ) -> Result<Outcome, Overflow> {
        let is_own = |fee: &Fee| fee.class == FeeClass::Channel && is_share(fee);
        let taken = order.fees.iter().any(is_own);
        let all: Vec<usize> = (0..order.lines.len()).collect();
        let units = units_of(order, &all);
        let is_estimated = |sku: &str| {
            let key = (store.to_owned(), sku.to_owned());
            self.real.fee_estimates.contains_key(&key)
        };
        let by_estimate = !order.fees.iter().any(|fee| fee.class == FeeClass::Channel)
            && order.lines.iter().filter_map(|line| line.sku.as_deref()).any(is_estimated);
        if by_estimate {
            // The terms know the other share already.
            return Ok(Outcome::Counted { units });
        }
        if !taken && !is_named {
            return Ok(Outcome::Untouched);
        }
        let mut new = order.clone();
        new.fees.retain(|fee| !is_own(fee));
        let charged = goods_minor(order, &list_nets(order)) + order.shipping.price_minor
            - order.shipping.discount_minor;
        new.fees.push(commission_of(order, charged, percent)?);
        for refund in &mut new.refunds {
            let before = refund.fees.len();
            refund.fees.retain(|fee| !is_own(fee));
            if refund.fees.len() == before {
                continue;
            }
            let mut back = refund.shipping_minor + refund.adjustment_minor;
            back += refund.lines.iter().map(|part| part.amount_minor).sum::<i64>();
            if order.taxes_included {
                back += refund.shipping_tax_minor + refund.adjustment_tax_minor;
                back += refund.lines.iter().map(|part| part.tax_minor).sum::<i64>();
            }
            refund.fees.push(commission_of(order, -back, percent)?);
        }
        Ok(Outcome::Changed { order: Box::new(new), units })
    }

    /// An order that a rule fits forgets what sending it really cost; parcels that came back cost
    /// what they did. One that was cancelled, or holds gift cards alone, bears no cost by rule and
    /// keeps its own.
    fn reship(&self, order: &Order, rules: &[ShippingCostRule]) -> Outcome {
        let sold: Vec<usize> =
            (0..order.lines.len()).filter(|index| !order.lines[*index].gift_card).collect();
        if sold.is_empty() || order.cancelled_at.is_some() {
            return Outcome::Untouched;
        }
        let grams = sold
            .iter()
            .map(|index| &order.lines[*index])
            .map(|line| line.weight_grams.saturating_mul(line.quantity))
            .fold(0_i64, i64::saturating_add);
        let known = Rules { shipping_costs: rules.to_vec(), ..Rules::default() };
        if known.find_shipping_cost(order.country.as_deref(), grams).is_none() {
            return Outcome::Untouched;
        }
        let mut new = order.clone();
        new.shipping_cost = None;
        new.fees.retain(|fee| fee.class != FeeClass::ShippingCost);
        for label in std::mem::take(&mut new.labels).into_iter().filter(|label| label.is_return) {
            // As the engine finds its refund; without one it has nowhere to stand.
            let day = |at: Instant| at.day_in(&self.real.zone);
            let later = new.refunds.iter().position(|refund| day(refund.at) >= day(label.at));
            let at = later.or(new.refunds.len().checked_sub(1));
            if let Some(refund) = at.and_then(|at| new.refunds.get_mut(at)) {
                refund.fees.push(Fee {
                    kind: "return_label".to_owned(),
                    class: FeeClass::ShippingCost,
                    amount: label.cost,
                    line_id: None,
                    estimated: label.estimated,
                    unclassified: false,
                });
            }
        }
        let units = units_of(order, &sold);
        Outcome::Changed { order: Box::new(new), units }
    }

    /// An amount for so many units, in the order's currency; `None` without a rate.
    fn of_amount(
        &self,
        amount: &Amount,
        quantity: i64,
        into: Currency,
        day: Day,
    ) -> Result<Option<i64>, Overflow> {
        let minor = amount.amount.times(quantity, amount.currency.digits()).ok_or(Overflow)?;
        self.convert(minor, amount.currency, (into, day))
    }

    fn convert(
        &self,
        minor: i64,
        from: Currency,
        (into, day): (Currency, Day),
    ) -> Result<Option<i64>, Overflow> {
        Converter::new(&self.policy.rates, into).convert(minor, from, day)
    }
}

enum Outcome {
    Untouched,
    Counted { units: i64 },
    Changed { order: Box<Order>, units: i64 },
    Gone { units: i64 },
}

impl Outcome {
    fn units(&self) -> Option<i64> {
        match self {
            Self::Untouched => None,
            Self::Counted { units } | Self::Changed { units, .. } | Self::Gone { units } => {
                Some(*units)
            }
        }
    }
}

fn units_of(order: &Order, lines: &[usize]) -> i64 {
    let sold = lines.iter().map(|index| &order.lines[*index]).filter(|line| !line.gift_card);
    sold.map(|line| line.quantity).sum()
}

/// A discount on the whole order moves with what it is taken from.
fn scale_order_discount(old: &Order, new: &mut Order) -> Result<(), Overflow> {
    let room = |order: &Order| -> i64 {
        let sold = order.lines.iter().filter(|line| !line.gift_card);
        sold.map(|line| line.price_minor - line.discount_minor).sum()
    };
    let (was, becomes) = (room(old), room(new));
    if was > 0 {
        let discount = i128::from(old.order_discount_minor);
        new.order_discount_minor =
            mul_div_half_even(discount, i128::from(becomes), i128::from(was)).ok_or(Overflow)?;
    }
    Ok(())
}

fn commission_of(order: &Order, charged: i64, percent: Decimal) -> Result<Fee, Overflow> {
    let (over, under) = percent.parts();
    let under = under.checked_mul(100).ok_or(Overflow)?;
    let minor = mul_div_half_even(i128::from(charged), over, under).ok_or(Overflow)?;
    Ok(Fee {
        kind: "commission".to_owned(),
        class: FeeClass::Channel,
        amount: Money::new(minor, order.currency),
        line_id: None,
        estimated: true,
        unclassified: false,
    })
}

/// Payments that a rule fits forget what they really cost.
fn refee(order: &Order, rules: &[PaymentFeeRule]) -> Outcome {
    let known = Rules { payment_fees: rules.to_vec(), ..Rules::default() };
    let fits = |gateway: Option<&str>| known.find_payment_fee(gateway, order.currency).is_some();
    let fitted = order.payments.iter().filter(|payment| fits(Some(&payment.gateway))).count();
    let all: Vec<usize> = (0..order.lines.len()).collect();
    let units = units_of(order, &all);
    if order.payments.is_empty() {
        return match fits(None) {
            true => Outcome::Counted { units },
            false => Outcome::Untouched,
        };
    }
    if fitted == 0 {
        return Outcome::Untouched;
    }
    let mut new = order.clone();
    for payment in new.payments.iter_mut().filter(|payment| fits(Some(&payment.gateway))) {
        payment.fee = None;
    }
    if fitted == order.payments.len() {
        new.fees.retain(|fee| fee.class != FeeClass::Payment);
        for refund in &mut new.refunds {
            refund.fee_returned = None;
            refund.fees.retain(|fee| fee.class != FeeClass::Payment);
        }
    }
    Outcome::Changed { order: Box::new(new), units }
}

/// What was really paid to send it moves by a percentage; rules do so in the terms.
fn reship_by(order: &Order, percent: Decimal) -> Result<Outcome, Overflow> {
    let mut new = order.clone();
    for label in &mut new.labels {
        label.cost.minor = changed(label.cost.minor, percent)?;
    }
    if let Some(cost) = &mut new.shipping_cost {
        cost.minor = changed(cost.minor, percent)?;
    }
    let fees = new.fees.iter_mut().chain(new.refunds.iter_mut().flat_map(|r| &mut r.fees));
    for fee in fees.filter(|fee| fee.class == FeeClass::ShippingCost) {
        fee.amount.minor = changed(fee.amount.minor, percent)?;
    }
    let all: Vec<usize> = (0..order.lines.len()).collect();
    let units = units_of(order, &all);
    Ok(Outcome::Changed { order: Box::new(new), units })
}
