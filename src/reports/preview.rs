//! What an edit would do, before it is saved: the orders that saving would mark are booked under
//! what holds and under what would hold, by the engine that makes the books, the ad spend of the
//! days is spread under both, and nothing is written. The whole history, exactly.

mod beside;
mod books;
pub mod desk;
pub mod expenses;
pub mod purchases;
mod spend;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::base::id::{OrderId, StoreId};
use crate::base::{Currency, Day, DayRange, Zone};
use crate::domain::ask::{Ask, Key, Scope};
use crate::domain::profit::ads::Step;
use crate::domain::profit::component::{COMPONENTS, Subtotal};
use crate::domain::profit::convert::{MissingRate, Rates};
use crate::domain::profit::facts::Policy;
use crate::domain::profit::figures::{Amounts, Figures};
use crate::domain::profit::layers::{CostMethod, Draws};
use crate::domain::record::{Cost, ExchangeRate};
use crate::domain::report::MonthChange;
use crate::domain::rules::Rules;
use crate::reports::{ReportError, profit};
use crate::store::policy::{KnownPolicy, find_policy};
use crate::store::touched::Touched;
use crate::store::{Reader, costs, layers, orders, rollups, stores};

use books::{Chunk, book_chunk};

/// Orders that are booked between two looks at whether somebody still waits.
pub const CHUNK: usize = 1_000;

/// What is looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    Cost(CostChange),
    /// The set that would be in force.
    Rules(Box<Rules>),
    Rate {
        gone: Option<ExchangeRate>,
        put: Option<ExchangeRate>,
    },
    /// What is given changes.
    Basics {
        currency: Option<Currency>,
        zone: Option<Zone>,
        vat_registered: Option<bool>,
        method: Option<CostMethod>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CostChange {
    /// Entered, or put in place of the row with its key.
    Put(Cost),
    /// The row with its key goes.
    Remove(Cost),
}

impl CostChange {
    pub fn cost(&self) -> &Cost {
        match self {
            Self::Put(cost) | Self::Remove(cost) => cost,
        }
    }
}

/// Ad spend that is borne elsewhere; minor units, positive for spend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    pub place: MovedPlace,
    pub before_minor: i64,
    pub after_minor: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MovedPlace {
    /// A step of the allocation; `None`: no line could bear it.
    Step(Option<Step>),
    Store(String),
    Sku(String),
}

/// Minor units of the books' currency as it would be.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    pub currency: Currency,
    /// As it is; another one only where the edit changes it.
    pub currency_before: Currency,
    /// Orders whose figures change.
    pub orders: i64,
    /// Units sold in them under the SKU of a cost.
    pub units: i64,
    /// 0 where the two sides are in different currencies.
    pub change_minor: i64,
    /// By the first day of each month that changes: net profit of everything.
    pub months: Vec<MonthChange>,
    /// All figures, with ads and expenses; of `after` the amounts alone are new.
    pub before: Figures,
    pub after: Figures,
    /// How the ad spend moves; what stays where it is left out.
    pub ads: Vec<Moved>,
    /// The days that are looked at.
    pub range: DayRange,
    /// Amounts that no rate would convert.
    pub missing_rates: Vec<MissingRate>,
}

impl Preview {
    pub fn before_minor(&self) -> i64 {
        self.months.iter().map(|month| month.before_minor).sum()
    }

    pub fn after_minor(&self) -> i64 {
        self.months.iter().map(|month| month.after_minor).sum()
    }

    pub fn is_in_one_currency(&self) -> bool {
        self.currency == self.currency_before
    }
}

/// Computes the effect of a cost.
///
/// # Errors
/// As `look`.
pub fn run(reader: &Reader<'_>, change: &CostChange) -> Result<Preview, ReportError> {
    look(reader, &Edit::Cost(change.clone()), find_last_day(reader)?)
}

/// The last day with any event.
fn find_last_day(reader: &Reader<'_>) -> Result<Day, ReportError> {
    Ok(rollups::read::find_last_day(reader, Day(i32::MAX), None)?.unwrap_or(Day(0)))
}

/// Computes the effect of an edit by the same engine that computes the books.
///
/// # Errors
/// `Nothing` before the first store; `Overflow` where a figure would leave 64 bits.
pub fn look(reader: &Reader<'_>, edit: &Edit, today: Day) -> Result<Preview, ReportError> {
    let mut looking = Looking::prepare(reader, edit, today)?;
    looking.draw(reader)?;
    let mut tally = Tally::new(reader, &looking)?;
    for chunk in looking.orders.chunks(CHUNK) {
        tally.add(reader, &looking, book_chunk(reader, &looking, chunk)?)?;
    }
    tally.finish(reader, &looking)
}

/// An edit with all that is needed to look at it.
pub struct Looking {
    before: KnownPolicy,
    after: KnownPolicy,
    /// What saving would mark, by the day on which it was placed.
    pub orders: Vec<(OrderId, StoreId, Day)>,
    /// Days whose ad spend it would mark.
    days: Vec<Day>,
    stores: HashMap<StoreId, String>,
    /// Days on which anything was spent.
    ad_days: HashSet<Day>,
    /// The SKU of a cost, and what is made of it.
    skus: Vec<String>,
    /// The cost method as it is, and as it would be.
    methods: (CostMethod, CostMethod),
    /// What lines would draw of received layers, where that may be something else than is noted.
    draws: Option<Draws>,
    draws_anew: bool,
    today: Day,
    /// Both sides are in another currency, or rates differ: what no line bears changes, too.
    converts: bool,
}

impl Looking {
    /// # Errors
    /// `Nothing` before the first store.
    pub fn prepare(reader: &Reader<'_>, edit: &Edit, today: Day) -> Result<Self, ReportError> {
        let before = find_policy(reader)?.ok_or(ReportError::Nothing)?;
        let conn = reader.conn();
        let mut policy = Policy::clone(&before.policy);
        let touched = match edit {
            Edit::Cost(change) => {
                match change {
                    CostChange::Put(cost) => policy.costs.put(cost.clone()),
                    CostChange::Remove(cost) => policy.costs.remove(cost),
                }
                Touched::by_cost(conn, change.cost())?
            }
            Edit::Rules(rules) => {
                policy.rules = rules.as_ref().clone();
                Touched::by_rules(conn, &before.policy.rules, rules)?
            }
            Edit::Rate { gone, put } => {
                let keys = change_rates(reader, &mut policy, (gone.as_ref(), put.as_ref()))?;
                Touched::by_rates(conn, &keys)?
            }
            Edit::Basics { currency, zone, vat_registered, .. } => {
                policy.reporting = currency.unwrap_or(policy.reporting);
                policy.zone = zone.clone().unwrap_or(policy.zone);
                policy.vat_registered = vat_registered.unwrap_or(policy.vat_registered);
                Touched::all()
            }
        };
        let converts =
            matches!(edit, Edit::Rate { .. }) || policy.reporting != before.policy.reporting;
        let method = layers::find_method(reader)?;
        let becomes = match edit {
            Edit::Basics { method: Some(becomes), .. } => *becomes,
            Edit::Cost(_) | Edit::Rules(_) | Edit::Rate { .. } | Edit::Basics { .. } => method,
        };
        // A cost may take the place of a bundle's parts, and with it what they draw.
        let (old, new) = (&before.policy.rules, &policy.rules);
        let draws_anew = match edit {
            Edit::Cost(_) => !old.bundles.is_empty() || !before.policy.links.is_empty(),
            Edit::Rules(_) => old.bundles != new.bundles || old.input_vat != new.input_vat,
            Edit::Rate { .. } => false,
            Edit::Basics { .. } => true,
        };
        let converts = converts
            || old.input_vat != new.input_vat
            || !old.input_vat.is_empty() && matches!(edit, Edit::Basics { .. });
        let stores = stores::list_stores(reader)?;
        let mut statement = conn.prepare_cached("select distinct day from ad_spend")?;
        let ad_days = statement.query_map([], |row| row.get(0))?;
        Ok(Self {
            orders: touched.list_orders(conn)?,
            days: touched.list_days(conn)?,
            stores: stores.into_iter().map(|store| (store.id, store.name)).collect(),
            ad_days: ad_days.collect::<Result<_, _>>()?,
            skus: match edit {
                Edit::Cost(change) => before.policy.list_holders(&change.cost().sku),
                Edit::Rules(_) | Edit::Rate { .. } | Edit::Basics { .. } => Vec::new(),
            },
            methods: (method, becomes),
            draws: None,
            draws_anew: draws_anew && becomes != CostMethod::Dated,
            today,
            converts,
            after: KnownPolicy { policy: policy.into(), ..before },
            before,
        })
    }

    /// Folds what lines would draw, where that may be something else than is noted; orders that
    /// would draw otherwise are looked at, too.
    ///
    /// # Errors
    /// `Store`.
    pub fn draw(&mut self, reader: &Reader<'_>) -> Result<(), ReportError> {
        if !self.draws_anew {
            return Ok(());
        }
        let drawn = layers::draw_all(reader, &self.after.policy, self.methods.1)?;
        let noted = layers::stored_draws(reader)?;
        let known: HashSet<OrderId> = self.orders.iter().map(|(order, ..)| *order).collect();
        let mut more: HashSet<OrderId> = HashSet::new();
        for (order, draws) in drawn.orders().chain(noted.orders()) {
            let is_same = drawn.of(order) == noted.of(order);
            if !is_same && !draws.is_empty() && !known.contains(&order) {
                more.insert(order);
            }
        }
        for order in more {
            if let Some(stored) = orders::find_order(reader, order)? {
                self.orders.push((order, stored.store, stored.header.order_day));
            }
        }
        self.orders.sort_unstable_by_key(|(order, _, day)| (*day, *order));
        self.draws = Some(drawn);
        Ok(())
    }

    fn policies(&self) -> (&Policy, &Policy) {
        (&self.before.policy, &self.after.policy)
    }

    fn changes_currency(&self) -> bool {
        self.before.policy.reporting != self.after.policy.reporting
    }
}

/// The rates with the change; gives what saving it would touch.
fn change_rates(
    reader: &Reader<'_>,
    policy: &mut Policy,
    (gone, put): (Option<&ExchangeRate>, Option<&ExchangeRate>),
) -> Result<Vec<(Currency, Currency, Day)>, ReportError> {
    let key = |rate: &ExchangeRate| (rate.base, rate.quote, rate.day, rate.source);
    let mut rates = costs::list_rates(reader)?;
    let goes =
        |rate: &ExchangeRate| gone.map(key) == Some(key(rate)) || put.map(key) == Some(key(rate));
    rates.retain(|rate| !goes(rate));
    rates.extend(put.cloned());
    policy.rates = Rates::new(&rates);
    let mut keys: Vec<_> =
        gone.into_iter().chain(put).map(|rate| (rate.base, rate.quote, rate.day)).collect();
    keys.dedup();
    Ok(keys)
}

/// Amounts before and after, by the first day of each month.
type ByMonth = BTreeMap<Day, (Amounts, Amounts)>;

const NOTHING: (Amounts, Amounts) = ([0; COMPONENTS], [0; COMPONENTS]);

/// The effect as far as it was looked at.
pub struct Tally {
    months: ByMonth,
    changed: Vec<OrderId>,
    units: i64,
    spend: spend::Spend,
    report: crate::domain::report::Report,
    missing: std::collections::BTreeSet<MissingRate>,
}

impl Tally {
    /// # Errors
    /// As `look`.
    pub fn new(reader: &Reader<'_>, looking: &Looking) -> Result<Self, ReportError> {
        let ask = Ask::all(Scope::All).by(&[Key::Month]);
        Ok(Self {
            months: ByMonth::new(),
            changed: Vec::new(),
            units: 0,
            spend: spend::Spend::default(),
            report: profit::run(reader, &ask, looking.today)?,
            missing: std::collections::BTreeSet::new(),
        })
    }

    /// Adds a chunk; they come in the order of the orders.
    ///
    /// # Errors
    /// As `look`.
    pub fn add(
        &mut self,
        reader: &Reader<'_>,
        looking: &Looking,
        chunk: Chunk,
    ) -> Result<(), ReportError> {
        add_months(&mut self.months, &chunk.months);
        self.changed.extend(chunk.changed);
        self.units += chunk.units;
        self.missing.extend(chunk.missing);
        self.spend.put(chunk.sold);
        // Zones differ by a day at most, and edits come after their order.
        let done = chunk.last_day.plus(-1);
        self.spend.flush(reader, looking, Some(done))
    }

    /// # Errors
    /// As `look`.
    pub fn finish(
        mut self,
        reader: &Reader<'_>,
        looking: &Looking,
    ) -> Result<Preview, ReportError> {
        self.spend.flush(reader, looking, None)?;
        add_months(&mut self.months, &self.spend.months);
        if looking.converts {
            add_months(&mut self.months, &beside::list_months(reader, looking)?);
        }
        self.changed.append(&mut self.spend.changed);
        self.changed.sort_unstable();
        self.changed.dedup();
        let (before, after) = looking.policies();
        let mut preview = Preview {
            currency: after.reporting,
            currency_before: before.reporting,
            orders: self.changed.len() as i64,
            units: self.units,
            change_minor: 0,
            months: Vec::new(),
            before: self.report.total,
            after: self.report.total,
            ads: self.spend.list_moved(),
            range: self.report.range,
            missing_rates: self.missing.into_iter().collect(),
        };
        preview.after.amounts = after_amounts(&self.report.total.amounts, &self.months, looking);
        let of_month = |first: Day| {
            let name = first.month_text();
            let row = self.report.rows.iter().find(|row| row.key("month") == Some(&name));
            row.map_or([0; COMPONENTS], |row| row.figures.amounts)
        };
        for (first, sides) in &self.months {
            let one = ByMonth::from([(*first, *sides)]);
            let before = of_month(*first);
            let month = MonthChange {
                first: *first,
                before_minor: net_profit(&before),
                after_minor: net_profit(&after_amounts(&before, &one, looking)),
            };
            if month.before_minor != month.after_minor || looking.changes_currency() {
                preview.months.push(month);
            }
        }
        if preview.is_in_one_currency() {
            preview.change_minor = preview.after.net_profit() - preview.before.net_profit();
        }
        Ok(preview)
    }
}

/// In one currency what stands and the changes; in another one all is computed anew, and all of
/// it was looked at.
fn after_amounts(stands: &Amounts, months: &ByMonth, looking: &Looking) -> Amounts {
    let mut amounts = if looking.changes_currency() { [0; COMPONENTS] } else { *stands };
    for (before, after) in months.values() {
        for (index, sum) in amounts.iter_mut().enumerate() {
            *sum += after[index];
            if !looking.changes_currency() {
                *sum -= before[index];
            }
        }
    }
    amounts
}

fn add_months(months: &mut ByMonth, more: &ByMonth) {
    for (first, (before, after)) in more {
        let sides = months.entry(*first).or_insert(NOTHING);
        for index in 0..COMPONENTS {
            sides.0[index] += before[index];
            sides.1[index] += after[index];
        }
    }
}

fn net_profit(amounts: &Amounts) -> i64 {
    let mask = Subtotal::NetProfit.mask();
    let within = |(index, minor): (usize, &i64)| (mask & (1 << index) != 0).then_some(*minor);
    amounts.iter().enumerate().filter_map(within).sum()
}
