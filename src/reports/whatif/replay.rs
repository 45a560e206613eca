//! The orders again, under each scenario: one thread reads and unites them, the other books them.

use std::collections::{BTreeSet, HashMap};
use std::sync::mpsc::{Receiver, sync_channel};

use super::beside::{Days, SoldLine};
use super::sums::{Of, Set, Sums};
use super::{Listed, Progress};
use crate::base::DayRange;
use crate::base::id::StoreId;
use crate::domain::ask::{Ask, Basis};
use crate::domain::profit::component::Subtotal;
use crate::domain::profit::convert::{Converter, MissingRate};
use crate::domain::profit::engine::{Booking, EventKind, ProfitLine, book};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::layers::OrderDraws;
use crate::domain::record::Order;
use crate::domain::scenario::{Assumed, Assumption, Goods, Touched};
use crate::reports::ReportError;
use crate::store::{Reader, layers, united};

/// An order with what its lines draw on purchases, where they do.
type Read<'a> = (&'a Listed, Order, Option<OrderDraws>);

/// Orders handed over at once, and how many such parcels may wait.
const PARCEL: usize = 200;
const PARCELS_AHEAD: usize = 4;

/// What of it all is counted.
pub struct Scope<'a> {
    pub ask: &'a Ask,
    pub range: DayRange,
    pub days: &'a Days,
}

impl Scope<'_> {
    pub fn wants(&self, store: StoreId) -> bool {
        self.ask.scope.allows(store) && self.ask.store.is_none_or(|wanted| wanted == store)
    }
}

/// A scenario's orders, before ad spend, charges and expenses.
#[derive(Debug, Default)]
pub struct Replayed {
    pub sums: Sums,
    /// Lines that may bear ad spend, by day, in the order in which it is split.
    pub sold: HashMap<crate::base::Day, Vec<SoldLine>>,
    missing: BTreeSet<MissingRate>,
}

/// One after the other; `None` where `progress` said to stop.
pub fn run(
    reader: &Reader<'_>,
    (assumed, orders): (&[Assumed<'_>], &[Listed]),
    scope: &Scope<'_>,
    progress: Progress<'_>,
) -> Result<Option<Vec<Replayed>>, ReportError> {
    let total = orders.len() as i64;
    let method = layers::find_method(reader)?;
    let (sender, receiver) = sync_channel::<Vec<Read>>(PARCELS_AHEAD);
    std::thread::scope(|threads| {
        let booking = threads.spawn(move || book_all(assumed, scope, &receiver));
        let mut is_stopped = !progress(0, total);
        for (number, parcel) in orders.chunks(PARCEL).enumerate() {
            if is_stopped {
                break;
            }
            let mut united_orders = Vec::with_capacity(parcel.len());
            for listed in parcel {
                if let Some(order) = united::find_united(reader, listed.id)?.order {
                    let draws = layers::find_draws(reader, method, listed.id)?;
                    united_orders.push((listed, order, draws));
                }
            }
            // A fault of the other thread closes the channel; it is told below.
            if sender.send(united_orders).is_err() {
                break;
            }
            let done = (number * PARCEL + parcel.len()) as i64;
            is_stopped = !progress(done, total);
        }
        drop(sender);
        let replayed = booking
            .join()
            .map_err(|_| ReportError::Asked("The replay broke off.".to_owned()))??;
        Ok((!is_stopped).then_some(replayed))
    })
}

fn book_all(
    assumed: &[Assumed<'_>],
    scope: &Scope<'_>,
    parcels: &Receiver<Vec<Read<'_>>>,
) -> Result<Vec<Replayed>, ReportError> {
    let mut books: Vec<Book<'_, '_>> =
        assumed.iter().map(|assumed| Book::new(assumed, scope)).collect();
    while let Ok(parcel) = parcels.recv() {
        for (listed, order, draws) in &parcel {
            for book in &mut books {
                book.add_order(listed, (order, draws.as_ref()))?;
            }
        }
    }
    Ok(books.into_iter().map(Book::close).collect())
}

/// One scenario while its orders are booked.
struct Book<'a, 's> {
    assumed: &'a Assumed<'a>,
    scope: &'s Scope<'s>,
    converter: Converter<'a>,
    replayed: Replayed,
    /// What the guesses of more orders are about.
    like: Vec<Goods>,
}

impl<'a, 's> Book<'a, 's> {
    fn new(assumed: &'a Assumed<'a>, scope: &'s Scope<'s>) -> Self {
        let scenario = assumed.scenario;
        let more = scenario.assumptions.iter().filter_map(|assumption| match assumption {
            Assumption::MoreOrders { count, of } => Some((*count, of.clone())),
            _ => None,
        });
        let (counts, like): (Vec<i64>, Vec<Goods>) = more.unzip();
        let guesses = scenario.list_guesses().into_iter();
        let sums = Sums {
            guessed: guesses.map(|guess| (guess, Set::default())).collect(),
            more: counts.into_iter().map(|count| (count, Set::default())).collect(),
            touched: vec![Touched::default(); scenario.assumptions.len()],
            ..Sums::default()
        };
        Self {
            assumed,
            scope,
            converter: Converter::new(&assumed.policy.rates, assumed.policy.reporting),
            replayed: Replayed { sums, ..Replayed::default() },
            like,
        }
    }

    fn add_order(
        &mut self,
        listed: &Listed,
        (real, draws): (&Order, Option<&OrderDraws>),
    ) -> Result<(), ReportError> {
        let policy = &self.assumed.policy;
        let store = listed.store_name.as_str();
        let is_wanted = self.scope.wants(listed.store);
        let day = real.placed_at.day_in(&policy.zone);
        let mut uncounted = Vec::new();
        // Of orders that are here for a day's ad spend alone nothing is told.
        let is_told = is_wanted && self.scope.range.contains(day);
        let touched = match is_told {
            true => &mut self.replayed.sums.touched,
            false => &mut uncounted,
        };
        let Some(order) = self.assumed.order(real, store, touched)? else { return Ok(()) };
        let draws = draws.map(|draws| self.assumed.draws(draws, (real, &order)));
        let booking = Booking { order: &order, store, policy, draws: draws.as_ref(), trail: false };
        let booked = book(&booking, &mut self.converter)?;
        let is_like: Vec<bool> = self
            .like
            .iter()
            .map(|of| order.lines.iter().any(|l| of.means(l.sku.as_deref(), &policy.rules)))
            .collect();
        let mut is_counted = false;
        for line in &booked.lines {
            let event = &booked.events[line.event];
            let sku = order.lines[line.line].sku.as_deref();
            let counted_on = match self.scope.ask.basis {
                Basis::Event => event.day,
                Basis::Order => day,
            };
            let place = (is_wanted && self.scope.range.contains(counted_on))
                .then(|| (counted_on.first_of_month(), Some(listed.store)));
            let is_sale = event.kind == EventKind::Sale;
            if let Some(place) = place {
                let mut figures = figures_of(line, is_sale);
                figures.orders = i64::from(is_sale && !is_counted);
                is_counted |= is_sale;
                self.add_line(place, sku, (&figures, &is_like));
            }
            let is_sold = !matches!(event.kind, EventKind::Refund(_)) && line.units > 0;
            if is_sold && self.scope.days.has_spend(event.day) {
                let amounts = &line.amounts;
                let sold = SoldLine {
                    weight_minor: amounts[0] + amounts[1],
                    quantity: line.units,
                    sku: sku.map(str::to_owned),
                    store: listed.store_name.clone(),
                    campaign: order.campaign.clone(),
                    place,
                };
                self.replayed.sold.entry(event.day).or_default().push(sold);
            }
        }
        if is_counted {
            for ((_, set), is_like) in self.replayed.sums.more.iter_mut().zip(&is_like) {
                set.orders += i64::from(*is_like);
            }
        }
        if booked.lines.iter().any(|_| is_wanted) {
            self.replayed.missing.extend(booked.missing_rates);
        }
        Ok(())
    }

    fn add_line(
        &mut self,
        place: super::sums::Place,
        sku: Option<&str>,
        (figures, is_like): (&Figures, &[bool]),
    ) {
        let of = sku.map_or(Of::Nameless, |sku| Of::Sku(sku.to_owned()));
        let sums = &mut self.replayed.sums;
        sums.all.add(place, &of, figures);
        let rules = &self.assumed.policy.rules;
        // The first guess that fits wins.
        let guessed = sums.guessed.iter_mut().find(|(guess, _)| guess.of.means(sku, rules));
        if let Some((_, set)) = guessed {
            // The order itself is placed all the same.
            set.add(place, &of, &Figures { orders: 0, ..*figures });
        }
        for ((_, set), is_like) in sums.more.iter_mut().zip(is_like) {
            if *is_like {
                set.add(place, &of, figures);
            }
        }
    }

    fn close(mut self) -> Replayed {
        self.replayed.sums.missing =
            std::mem::take(&mut self.replayed.missing).into_iter().collect();
        self.replayed
    }
}

/// A booked line's figures, as the report makes them of a stored one.
fn figures_of(line: &ProfitLine, is_sale: bool) -> Figures {
    let mut figures = Figures {
        amounts: line.amounts,
        units: line.units,
        estimated: line.estimated,
        missing: line.missing,
        ..Figures::default()
    };
    if line.cost_known {
        figures.costed_net_sales = figures.subtotal(Subtotal::NetSales);
    }
    if is_sale {
        figures.sale_net_revenue = figures.subtotal(Subtotal::NetRevenue);
    }
    figures
}
