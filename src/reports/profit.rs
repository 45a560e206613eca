//! The profit report: one row per key with every component of the ladder (PROFIT, section 3).
//! By day, week, month and store, with product and group or with country, channel and campaign, it
//! reads the rollups; by anything else the lines.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use rusqlite::params;
use rustc_hash::FxHashMap;

use super::present::Present;
use super::rows::{Names, Place, Rows};
use super::spread::{AdPart, Beside, Spreading};
use super::{ReportError, days, grouped};
use crate::base::id::{PlaceId, VariantId};
use crate::base::{Day, DayRange};
use crate::domain::ask::{AdsMode, Ask, Basis, Key, Scope};
use crate::domain::profit::component::Component;
use crate::domain::profit::convert::MissingRate;
use crate::domain::profit::figures::Figures;
use crate::domain::report::Report;
use crate::store::Reader;
use crate::store::places::{self, OrderPlace};
use crate::store::policy::{KnownPolicy, find_terms};
use crate::store::profit::{
    LINE_COLUMNS, LINE_COMPONENTS, LineKind, StoredLine, line_columns, line_from_row,
};
use crate::store::rollups::read::{self, Row, Spot, StoreRows, Wanted};
use crate::store::rollups::{self, AdsBorne, Dim, MEASURES, Measures, Span};

/// Answers the ask; `today` ends a report without an end.
///
/// # Errors
/// `Nothing` before the first store, `Asked` for keys that cannot stand together.
pub fn run(reader: &Reader<'_>, ask: &Ask, today: Day) -> Result<Report, ReportError> {
    let mut reports = run_each(reader, std::slice::from_ref(ask), today)?;
    reports.pop().ok_or(ReportError::Nothing)
}

/// Answers several asks in one reading of the books; those that stand together and differ in
/// nothing but their keys share what they read.
///
/// # Errors
/// As `run`.
pub fn run_each(reader: &Reader<'_>, asks: &[Ask], today: Day) -> Result<Vec<Report>, ReportError> {
    let known = find_terms(reader)?.ok_or(ReportError::Nothing)?;
    let with_products = asks
        .iter()
        .flat_map(|ask| &ask.by)
        .any(|key| matches!(key, Key::Product | Key::Variant | Key::Group));
    let names = Names::load(reader, &known.policy.rules, with_products)?;
    let mut reading = Reading {
        reader,
        known: &known,
        names: &names,
        last: None,
        rolled: None,
        behind: None,
        beside: None,
    };
    asks.iter().map(|ask| reading.answer(ask, today)).collect()
}

/// What reports that differ only in their keys read once.
struct Reading<'a> {
    reader: &'a Reader<'a>,
    known: &'a KnownPolicy,
    names: &'a Names,
    /// The ask for which the rest was read; its keys are none of it.
    last: Option<&'a Ask>,
    /// The sums by store, of spans no longer than this.
    rolled: Option<(Span, StoreRows)>,
    /// Whether the sums by product and place lag behind the lines, once that was asked.
    behind: Option<bool>,
    /// What stands beside the lines, with the rates that were missing for it.
    beside: Option<(Vec<Beside>, BTreeSet<MissingRate>)>,
}

impl<'a> Reading<'a> {
    fn answer(&mut self, ask: &'a Ask, today: Day) -> Result<Report, ReportError> {
        let (reader, known, names) = (self.reader, self.known, self.names);
        let range = find_range(reader, ask, today)?;
        if !self.last.is_some_and(|last| last.is_alike(ask)) {
            (self.rolled, self.beside) = (None, None);
        }
        self.last = Some(ask);
        let mut spreading =
            Spreading { reader, ask, range, known, names, missing: BTreeSet::new() };
        let mut report = Report {
            currency: known.policy.reporting,
            range,
            basis: ask.basis,
            ads: ask.ads,
            by: ask.by.clone(),
            rows: Vec::new(),
            unallocated: Figures::default(),
            total: Figures::default(),
            missing_rates: Vec::new(),
        };
        let mut rows = Rows::new(&ask.by);
        match self.find_dim(ask)? {
            Some(Dim::Store) => {
                add_rollups(&spreading, self.rolled(ask, range)?, &mut rows, &mut report.total);
            }
            Some(dim) => {
                // An order with two products counts once in the total: that of the stores.
                let no_rows = &mut Rows::new(&[]);
                add_rollups(&spreading, self.rolled(ask, range)?, no_rows, &mut report.total);
                add_dim(&spreading, dim, &mut rows)?;
            }
            None => add_lines(&spreading, &mut rows, &mut report.total)?,
        }
        if ask.by.contains(&Key::Campaign) {
            add_campaign_parts(&mut spreading, &mut rows)?;
        }
        if ask.fully_loaded {
            let (shares, rest) = spreading.load_expenses()?;
            add_shares(&spreading, &mut rows, &mut report.total, shares)?;
            self.list_beside(&mut spreading, Some(rest))?;
        } else {
            self.list_beside(&mut spreading, None)?;
        }
        for amount in self.beside.iter().flat_map(|(beside, _)| beside) {
            let mut figures = Figures::default();
            figures.put(amount.component, amount.minor);
            if amount.estimated {
                figures.estimated |= amount.component.bit();
            }
            report.total.add(&figures);
            match rows.key(&place_of(amount, names), names, true) {
                Some(key) => rows.add(key, &figures, None),
                None => report.unallocated.add(&figures),
            }
        }
        report.missing_rates = spreading.missing.into_iter().collect();
        report.rows = rows.close(names);
        Ok(report)
    }

    /// The sums that hold all of the keys, if any do and they do not lag behind.
    fn find_dim(&mut self, ask: &Ask) -> Result<Option<Dim>, ReportError> {
        let dim = find_dim(&ask.by);
        if matches!(dim, None | Some(Dim::Store)) {
            return Ok(dim);
        }
        let behind = match self.behind {
            Some(known) => known,
            None => *self.behind.insert(rollups::is_behind(self.reader)?),
        };
        Ok(dim.filter(|_| !behind))
    }

    /// Reads what stands beside the lines, where it was not read for an ask before. `loaded`:
    /// what of the expenses no line bears, where lines bear them.
    fn list_beside(
        &mut self,
        spreading: &mut Spreading<'_>,
        loaded: Option<Vec<Beside>>,
    ) -> Result<(), ReportError> {
        if let Some((_, missing)) = &self.beside {
            spreading.missing.extend(missing);
            return Ok(());
        }
        let present = Present::find(self.reader, spreading.ask, spreading.range)?;
        let mut beside = Vec::new();
        if present.unborne_ads {
            beside.extend(spreading.list_unallocated_ads()?);
        }
        if present.charges {
            beside.extend(spreading.list_charges()?);
        }
        match loaded {
            Some(rest) => beside.extend(rest),
            None if present.expenses => beside.extend(spreading.list_expenses()?),
            None => {}
        }
        if present.missing_rates {
            add_missing(spreading)?;
        }
        self.beside = Some((beside, spreading.missing.clone()));
        Ok(())
    }

    /// The sums by store, kept for the next ask where its days are as long.
    fn rolled(&mut self, ask: &Ask, range: DayRange) -> Result<&[Row], ReportError> {
        let longest = find_longest(&ask.by);
        if self.rolled.as_ref().is_none_or(|(span, _)| *span > longest) {
            let wanted = Wanted { dim: Dim::Store, basis: ask.basis, range, longest };
            self.rolled = Some((longest, read::list_stores(self.reader, &wanted)?));
        }
        Ok(self.rolled.as_ref().map_or(&[], |(_, rows)| rows.as_slice()))
    }
}
/// From the first event, to today, where the ask does not say.
///
/// # Errors
/// `Asked` where the range ends before it begins.
pub fn find_range(reader: &Reader<'_>, ask: &Ask, today: Day) -> Result<DayRange, ReportError> {
    let to = ask.to.unwrap_or(today);
    let from = match ask.from {
        Some(from) => from,
        None => find_first_day(reader)?.map_or(to, |first| first.min(to)),
    };
    if from > to {
        return Err(ReportError::Asked(format!("{from} is after {to}. Ask for days in order.")));
    }
    Ok(DayRange { from, to })
}

fn find_first_day(reader: &Reader<'_>) -> Result<Option<Day>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select min(day) from (
            select min(event_day) as day from profit_lines
            union all select min(day) from ad_spend
            union all select min(day) from charges
            union all select min(from_day) from expenses)",
    )?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// The sums that hold all of the keys, if any do.
fn find_dim(keys: &[Key]) -> Option<Dim> {
    let mut dim = Dim::Store;
    for key in keys {
        let of = match key {
            Key::Day | Key::Week | Key::Month | Key::Store => continue,
            Key::Product | Key::Variant | Key::Group => Dim::Product,
            Key::Country | Key::Channel | Key::Campaign => Dim::Place,
            Key::Order | Key::Line => return None,
        };
        if dim != Dim::Store && dim != of {
            return None;
        }
        dim = of;
    }
    Some(dim)
}

/// The longest span in which the keys tell nothing apart.
fn find_longest(keys: &[Key]) -> Span {
    match keys {
        _ if keys.iter().any(|key| matches!(key, Key::Day | Key::Week)) => Span::Day,
        _ if keys.contains(&Key::Month) => Span::Month,
        _ => Span::Year,
    }
}

fn place_of<'a>(beside: &'a Beside, names: &Names) -> Place<'a> {
    Place {
        day: Some(beside.day),
        store: beside.store.as_ref().and_then(|name| names.store_ids.get(name)).copied(),
        variant: beside.sku.as_ref().and_then(|sku| names.variant_ids.get(sku)).copied(),
        campaign: beside.campaign.as_deref(),
        ..Place::default()
    }
}

fn add_rollups(spreading: &Spreading<'_>, rolled: &[Row], rows: &mut Rows, total: &mut Figures) {
    let ads = ads_borne(spreading.ask.ads);
    let by_store = spreading.ask.by.contains(&Key::Store);
    let mut whole = [0; MEASURES];
    let mut add = |rows: &mut Rows, key, sum: &Measures| {
        rollups::add_measures(&mut whole, sum);
        rows.add(key, &rollups::figures_of(sum, ads), None);
    };
    // Rows of one day stand together, so most go where the one before went.
    let (mut last, mut key, mut sum) = (None, [0; 2], [0; MEASURES]);
    for row in rolled.iter().filter(|row| spreading.wants_line(row.store)) {
        let spot = (row.day, by_store.then_some(row.store));
        if last != Some(spot) {
            let place = Place { day: Some(row.day), store: Some(row.store), ..Place::default() };
            let Some(next) = rows.key(&place, spreading.names, false) else { continue };
            if last.is_some() && key != next {
                add(rows, key, &sum);
                sum = [0; MEASURES];
            }
            (last, key) = (Some(spot), next);
        }
        rollups::add_measures(&mut sum, &row.measures);
    }
    if last.is_some() {
        add(rows, key, &sum);
    }
    total.add(&rollups::figures_of(&whole, ads));
}

fn ads_borne(mode: AdsMode) -> AdsBorne {
    match mode {
        AdsMode::Blended => AdsBorne::All,
        AdsMode::Matched => AdsBorne::Matched,
    }
}

/// The rows by product, or by country, channel and campaign.
fn add_dim(spreading: &Spreading<'_>, dim: Dim, rows: &mut Rows) -> Result<(), ReportError> {
    let ask = spreading.ask;
    let places = match dim {
        Dim::Place => places::list_places(spreading.reader)?,
        Dim::Store | Dim::Product => HashMap::new(),
    };
    // By campaign, ad spend stands under its own campaign: see `add_campaign_parts`. Only what an
    // order itself was charged stays with the order.
    let by_campaign = ask.by.contains(&Key::Campaign);
    let ads = if by_campaign { AdsBorne::Direct } else { ads_borne(ask.ads) };
    let is_grouped = is_grouped(&ask.by);
    let range = spreading.range;
    let wanted = Wanted { dim, basis: ask.basis, range, longest: find_longest(&ask.by) };
    // The rows of the report in the order in which they are met, and what they come to.
    let mut indexes: FxHashMap<[i64; 2], usize> = FxHashMap::default();
    let mut sums = Vec::new();
    let mut find = |spot: Spot| {
        if !spreading.wants_line(spot.store) {
            return None;
        }
        let found = places.get(&PlaceId(spot.key));
        let named = |text: fn(&OrderPlace) -> &String| {
            found.map(|place| text(place).as_str()).filter(|text| !text.is_empty())
        };
        let place = Place {
            day: Some(spot.day),
            store: Some(spot.store),
            variant: (dim == Dim::Product && spot.key != 0).then_some(VariantId(spot.key)),
            country: named(|place| &place.country),
            channel: named(|place| &place.channel),
            campaign: named(|place| &place.campaign),
            ..Place::default()
        };
        let key = rows.key(&place, spreading.names, false)?;
        let next = indexes.len();
        Some(*indexes.entry(key).or_insert(next))
    };
    read::add_up(spreading.reader, &wanted, &mut find, &mut sums)?;
    for (key, index) in indexes {
        let mut figures = rollups::figures_of(&sums[index], ads);
        if is_grouped {
            (figures.orders, figures.new_customers) = (0, 0);
        }
        rows.add(key, &figures, None);
    }
    if is_grouped { grouped::add_orders(spreading, rows) } else { Ok(()) }
}

/// Whether a row holds several products, and so an order with more than one of them.
fn is_grouped(keys: &[Key]) -> bool {
    keys.contains(&Key::Group) && !keys.iter().any(|key| matches!(key, Key::Product | Key::Variant))
}

/// The figures of one stored line.
pub fn line_figures(line: &StoredLine, ads: AdsMode) -> Figures {
    let mut figures = Figures {
        units: line.units,
        orders: i64::from(line.kind == LineKind::Sale),
        estimated: line.estimated,
        missing: line.missing,
        ..Figures::default()
    };
    for (component, minor) in LINE_COMPONENTS.into_iter().zip(line.amounts) {
        figures.put(component, minor);
    }
    let blended = if ads == AdsMode::Blended { line.ad_blended() } else { 0 };
    figures.put(Component::AdSpend, line.ad_matched() + blended);
    figures.attributed_ad_spend = figures.get(Component::AdSpend);
    if line.cost_known {
        figures.costed_net_sales = line.net_sales();
    }
    if line.kind == LineKind::Sale {
        figures.sale_net_revenue = line.net_revenue();
    }
    figures
}

fn add_lines(
    spreading: &Spreading<'_>,
    rows: &mut Rows,
    total: &mut Figures,
) -> Result<(), ReportError> {
    let ask = spreading.ask;
    let by_campaign = ask.by.contains(&Key::Campaign);
    let by_order = ask.by.contains(&Key::Order) || ask.by.contains(&Key::Line);
    let column = days::column(spreading.reader, ask.basis, spreading.range)?;
    let sql = format!(
        "select {}, country, channel, campaign, new_customer_day, number, external_id
         from profit_lines join orders on orders.id = order_id
         where {column} between ?1 and ?2 order by order_id, event_no, line_no",
        line_columns()
    );
    let mut statement = spreading.reader.conn().prepare_cached(&sql)?;
    let mut found = statement.query(params![spreading.range.from, spreading.range.to])?;
    let mut last_order = None;
    while let Some(row) = found.next()? {
        let line = line_from_row(row)?;
        if !spreading.wants_line(line.store) {
            continue;
        }
        let mut figures = line_figures(&line, ask.ads);
        let new_customer_day: Option<Day> = row.get(LINE_COLUMNS + 3)?;
        figures.new_customers = i64::from(figures.orders > 0 && new_customer_day.is_some());
        let mut once = figures;
        if last_order == Some(line.order) {
            once.orders = 0;
            once.new_customers = 0;
        } else if figures.orders > 0 {
            last_order = Some(line.order);
        }
        total.add(&once);
        if by_campaign {
            // Under its own campaign, not the order's: see `add_campaign_parts`. Only what the
            // order itself was charged stays with the order.
            let direct = line.ad_direct();
            figures.put(Component::AdSpend, direct - figures.get(Component::AdSpend));
            figures.attributed_ad_spend = direct;
        }
        let (country, channel, campaign): (Option<&str>, Option<&str>, Option<&str>) = (
            row.get_ref(LINE_COLUMNS)?.as_str_or_null().map_err(rusqlite::Error::from)?,
            row.get_ref(LINE_COLUMNS + 1)?.as_str_or_null().map_err(rusqlite::Error::from)?,
            row.get_ref(LINE_COLUMNS + 2)?.as_str_or_null().map_err(rusqlite::Error::from)?,
        );
        let place = place_of_line(spreading, &line, (country, channel, campaign));
        let Some(key) = rows.key(&place, spreading.names, false) else { continue };
        rows.add(key, &figures, Some(line.order));
        if by_order {
            let number: Option<String> = row.get(LINE_COLUMNS + 4)?;
            let external_id = || row.get(LINE_COLUMNS + 5).unwrap_or_default();
            rows.name_order(line.order, || number.unwrap_or_else(external_id), line.store);
        }
    }
    if ask.by.contains(&Key::Line) {
        name_lines(spreading, rows)?;
    }
    Ok(())
}

fn place_of_line<'a>(
    spreading: &Spreading<'_>,
    line: &StoredLine,
    (country, channel, campaign): (Option<&'a str>, Option<&'a str>, Option<&'a str>),
) -> Place<'a> {
    Place {
        day: Some(match spreading.ask.basis {
            Basis::Event => line.event_day,
            Basis::Order => line.order_day,
        }),
        store: Some(line.store),
        variant: line.variant,
        country,
        channel,
        campaign,
        order: Some(line.order),
        line_no: line.line_no,
    }
}

/// The platform's own line ids, out of the orders' facts.
fn name_lines(spreading: &Spreading<'_>, rows: &mut Rows) -> Result<(), ReportError> {
    let column = match spreading.ask.basis {
        Basis::Event => "event_day",
        Basis::Order => "order_day",
    };
    let sql = format!("select distinct order_id from profit_lines where {column} between ? and ?");
    let mut statement = spreading.reader.conn().prepare_cached(&sql)?;
    let orders: Vec<crate::base::id::OrderId> = statement
        .query_map(params![spreading.range.from, spreading.range.to], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for order in orders {
        for (line_no, id) in super::explain::list_line_ids(spreading.reader, order)? {
            rows.name_line(order, line_no, id);
        }
    }
    Ok(())
}

/// By campaign, ad spend stands under the campaign that spent it.
fn add_campaign_parts(spreading: &mut Spreading<'_>, rows: &mut Rows) -> Result<(), ReportError> {
    // By the order's day, what an edit's line bears counts with its order, on another day.
    if spreading.ask.by == [Key::Campaign]
        && spreading.ask.basis == Basis::Event
        && spreading.ask.store.is_none()
        && spreading.ask.scope == Scope::All
    {
        // What all lines bear of each row of spend is stored with it.
        for (campaign, minor) in spreading.list_borne_ads()? {
            let place = Place { campaign: Some(&campaign), ..Place::default() };
            let mut figures = Figures { attributed_ad_spend: minor, ..Figures::default() };
            figures.put(Component::AdSpend, minor);
            if let Some(key) = rows.key(&place, spreading.names, false) {
                rows.add(key, &figures, None);
            }
        }
        return Ok(());
    }
    let parts = spreading.list_ad_parts()?;
    let lines: Vec<StoredLine> = parts.iter().map(|part| part.sold.line).collect();
    let orders = load_order_places(spreading, &lines)?;
    for AdPart { sold, campaign, minor, .. } in parts {
        let (country, channel) = orders.get(&sold.line.order).cloned().unwrap_or_default();
        let place = place_of_line(
            spreading,
            &sold.line,
            (country.as_deref(), channel.as_deref(), Some(&campaign)),
        );
        let mut figures = Figures { attributed_ad_spend: minor, ..Figures::default() };
        figures.put(Component::AdSpend, minor);
        if let Some(key) = rows.key(&place, spreading.names, false) {
            rows.add(key, &figures, None);
        }
    }
    Ok(())
}

type OrderPlaces = HashMap<crate::base::id::OrderId, (Option<String>, Option<String>)>;

fn load_order_places(
    spreading: &Spreading<'_>,
    lines: &[StoredLine],
) -> Result<OrderPlaces, ReportError> {
    let mut places = OrderPlaces::new();
    let mut statement = spreading
        .reader
        .conn()
        .prepare_cached("select country, channel from orders where id = ?")?;
    for line in lines {
        if let Entry::Vacant(place) = places.entry(line.order) {
            place.insert(statement.query_row([line.order], |row| Ok((row.get(0)?, row.get(1)?)))?);
        }
    }
    Ok(places)
}

/// Shares of operating expenses that lines bear when fully loaded.
fn add_shares(
    spreading: &Spreading<'_>,
    rows: &mut Rows,
    total: &mut Figures,
    shares: Vec<(crate::store::day_lines::SoldLine, i64)>,
) -> Result<(), ReportError> {
    let lines: Vec<StoredLine> = shares.iter().map(|(sold, _)| sold.line).collect();
    let orders = load_order_places(spreading, &lines)?;
    for (sold, minor) in shares {
        let (country, channel) = orders.get(&sold.line.order).cloned().unwrap_or_default();
        let place = place_of_line(
            spreading,
            &sold.line,
            (country.as_deref(), channel.as_deref(), sold.campaign.as_deref()),
        );
        let mut figures = Figures::default();
        figures.put(Component::OperatingExpenses, minor);
        total.add(&figures);
        if let Some(key) = rows.key(&place, spreading.names, false) {
            rows.add(key, &figures, None);
        }
    }
    Ok(())
}

/// Every currency and day without a rate that the report would need.
fn add_missing(spreading: &mut Spreading<'_>) -> Result<(), ReportError> {
    let column = match spreading.ask.basis {
        Basis::Event => "missing_rates.day",
        Basis::Order => "missing_rates.order_day",
    };
    let sql = format!(
        "select distinct missing_rates.currency, missing_rates.day, store_id
         from missing_rates cross join orders on orders.id = order_id
         where {column} between ? and ?"
    );
    let mut statement = spreading.reader.conn().prepare_cached(&sql)?;
    let mut rows = statement.query([spreading.range.from, spreading.range.to])?;
    while let Some(row) = rows.next()? {
        if spreading.wants_line(row.get(2)?) {
            let missing = MissingRate { currency: row.get(0)?, day: row.get(1)? };
            spreading.missing.insert(missing);
        }
    }
    let mut statement = spreading.reader.conn().prepare_cached(
        "select distinct currency, day from missing_ad_rates where day between ? and ?",
    )?;
    let mut rows = statement.query([spreading.range.from, spreading.range.to])?;
    while let Some(row) = rows.next()? {
        spreading.missing.insert(MissingRate { currency: row.get(0)?, day: row.get(1)? });
    }
    Ok(())
}
