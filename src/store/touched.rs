//! Which orders and which days of ad spend an edit touches: looked at before it is saved, marked
//! when it is. One list for both, so that what is shown is what is computed again. It may hold
//! too much, never too little.

use std::collections::{BTreeMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::base::id::{OrderId, StoreId};
use crate::base::{Currency, Day};
use crate::domain::profit::leans::Leans;
use crate::domain::record::Cost;
use crate::domain::rules::Rules;
use crate::domain::rules::differ::{Between, Differ};
use crate::store::{StoreError, Tx, dirty, listing_parts};

/// Products beyond which all orders with an unknown cost are taken.
const VARIANTS_MAX: usize = 500;
/// Costs beyond which their lines are looked for by going through all.
const COSTS_MAX: usize = 100;
/// Rates beyond which only their currency and first day are looked at.
const RATES_MAX: usize = 40;

/// A select that gives ids of orders, or days.
#[derive(Clone, Debug)]
struct Select {
    sql: String,
    values: Vec<Value>,
}

#[derive(Clone, Debug, Default)]
pub struct Touched {
    orders: Vec<Select>,
    days: Vec<Select>,
    /// What lines draw of received layers is folded again, whatever the SKU.
    draws: bool,
}

/// What leans on what, by the number of the lean.
type LeanList = Vec<(i64, Option<Leans>)>;

impl Touched {
    /// A setting of the organisation: everything.
    pub fn all() -> Self {
        let mut touched = Self::default();
        touched.add_orders("select id from orders", Vec::new());
        touched.add_days("select day from ad_spend", Vec::new());
        touched.draws = true;
        touched
    }

    /// A unit cost that came, went or changed: what sold its SKU, or a bundle with it, from its
    /// day on, where it holds, until the next one of its kind.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn by_cost(conn: &Connection, cost: &Cost) -> Result<Self, StoreError> {
        let (store, country) = (cost.store.as_deref(), cost.country.as_deref());
        let next: Option<Day> = conn
            .prepare_cached(
                "select min(valid_from_day) from costs
                 where sku = ? and valid_from_day > ? and store = ? and country = ?",
            )?
            .query_row(
                rusqlite::params![
                    cost.sku,
                    cost.valid_from,
                    store.unwrap_or_default(),
                    country.unwrap_or_default()
                ],
                |row| row.get(0),
            )?;
        let holders = dirty::Holders::find(conn)?.list(conn, &cost.sku)?;
        let mut sql = format!(
            "select distinct order_id as id from profit_lines
             where variant_id in (select id from variants where sku in ({})) and order_day >= ?",
            vec!["?"; holders.len()].join(", ")
        );
        let mut values: Vec<Value> = holders.into_iter().map(Value::from).collect();
        values.push(day_value(cost.valid_from));
        if let Some(next) = next {
            sql.push_str(" and order_day < ?");
            values.push(day_value(next));
        }
        if let Some(store) = store {
            sql.push_str(" and store_id = (select id from stores where name = ?)");
            values.push(Value::from(store.to_owned()));
        }
        if let Some(country) = country {
            sql.push_str(" and (select country from orders where id = order_id) = ?");
            values.push(Value::from(country.to_owned()));
        }
        let mut touched = Self::default();
        touched.add_orders(&sql, values);
        touched.add_faulty();
        Ok(touched)
    }

    /// As `by_cost`, for several; of a whole list of costs, what sold any of its SKUs since the
    /// first of its days.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn by_costs(conn: &Connection, costs: &[Cost]) -> Result<Self, StoreError> {
        let mut touched = Self::default();
        let Some(first) = costs.iter().map(|cost| cost.valid_from).min() else {
            return Ok(touched);
        };
        if costs.len() <= COSTS_MAX {
            for cost in costs {
                // The faulty ones are the same for all.
                touched.orders.extend(Self::by_cost(conn, cost)?.orders.into_iter().take(1));
            }
            touched.add_faulty();
            return Ok(touched);
        }
        let holders = dirty::Holders::find(conn)?;
        let mut skus: HashSet<String> = HashSet::new();
        for cost in costs {
            skus.extend(holders.list(conn, &cost.sku)?);
        }
        let variants = list_skus(conn)?.into_iter().filter(|(_, sku)| skus.contains(sku));
        let ids: Vec<String> = variants.map(|(id, _)| id.to_string()).collect();
        // Through all lines in their order: less than to look up most of them, one by one.
        let sql = format!(
            "select distinct order_id as id from profit_lines
             where +order_day >= ? and +variant_id in ({})",
            ids.join(", ")
        );
        touched.add_orders(&sql, vec![day_value(first)]);
        touched.add_faulty();
        Ok(touched)
    }

    /// Exchange rates that came, went or changed: what was converted with them, until the next
    /// day of which one is known.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn by_rates(
        conn: &Connection,
        rates: &[(Currency, Currency, Day)],
    ) -> Result<Self, StoreError> {
        let reporting: Option<Currency> =
            conn.query_row("select currency from organisation", [], |row| row.get(0))?;
        let mut touched = Self::default();
        let Some(reporting) = reporting.filter(|_| !rates.is_empty()) else {
            return Ok(touched);
        };
        let leans = list_leans(conn)?;
        if rates.len() > RATES_MAX {
            return Self::by_first_rates(conn, rates);
        }
        for (base, quote, day) in rates {
            let until: Option<Day> = conn.query_row(
                "select min(day) from fx_rates where base = ? and quote = ? and day > ?",
                rusqlite::params![base, quote, day],
                |row| row.get(0),
            )?;
            if let Some(currency) = converted_by((*base, *quote), reporting) {
                touched.add_rate(&leans, currency, (*day, until));
            }
        }
        touched.add_faulty();
        Ok(touched)
    }

    /// As `by_rates`, for many: what was converted since the first of each.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn by_first_rates(
        conn: &Connection,
        rates: &[(Currency, Currency, Day)],
    ) -> Result<Self, StoreError> {
        let reporting: Option<Currency> =
            conn.query_row("select currency from organisation", [], |row| row.get(0))?;
        let mut touched = Self::default();
        let Some(reporting) = reporting.filter(|_| !rates.is_empty()) else {
            return Ok(touched);
        };
        let leans = list_leans(conn)?;
        let mut first: BTreeMap<Option<Currency>, Day> = BTreeMap::new();
        for (base, quote, day) in rates {
            if let Some(currency) = converted_by((*base, *quote), reporting) {
                let known = first.entry(currency).or_insert(*day);
                *known = (*known).min(*day);
            }
        }
        for (currency, from) in first {
            touched.add_rate(&leans, currency, (from, None));
        }
        touched.add_faulty();
        Ok(touched)
    }

    fn add_rate(
        &mut self,
        leans: &LeanList,
        currency: Option<Currency>,
        (from, until): (Day, Option<Day>),
    ) {
        let converts = |leans: &Leans| match currency {
            Some(currency) => leans.converted.contains(&currency),
            None => !leans.converted.is_empty(),
        };
        let mut values = vec![day_value(from)];
        let mut within = "event_day >= ?".to_owned();
        if let Some(until) = until {
            within.push_str(" and event_day < ?");
            values.push(day_value(until));
        }
        self.add_orders(
            &format!(
                "select distinct order_id as id from profit_lines
                 join orders on orders.id = order_id where {within} and {}",
                lean_on(leans, converts)
            ),
            values.clone(),
        );
        let within = within.replace("event_day", "day");
        let spent = match currency {
            Some(currency) => {
                values.push(Value::from(currency.code().to_owned()));
                "currency = ?"
            }
            None => "currency is not (select currency from organisation)",
        };
        self.add_days(&format!("select day from ad_spend where {within} and {spent}"), values);
    }

    /// Rules in place of others.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn by_rules(conn: &Connection, before: &Rules, after: &Rules) -> Result<Self, StoreError> {
        let differ = Differ { before, after };
        let mut touched = Self::default();
        if before == after {
            return Ok(touched);
        }
        if before.input_vat != after.input_vat {
            return Ok(Self::all());
        }
        let leans = list_leans(conn)?;
        touched.add_fees_and_handling(&differ, &leans);
        touched.add_by_country(&differ, &leans);
        let skus = list_skus(conn)?;
        touched.add_guesses(&differ, &leans, &skus);
        touched.add_fee_kinds(&differ);
        touched.add_bundles(conn, &differ)?;
        touched.add_campaigns(conn, &differ, &skus)?;
        if !touched.orders.is_empty() {
            touched.add_faulty();
        }
        Ok(touched)
    }

    fn add_fees_and_handling(&mut self, differ: &Differ<'_>, leans: &LeanList) {
        let is_charged = |leans: &Leans| {
            let mut fees = leans.payment_fees.iter();
            fees.any(|(gateway, currency)| differ.payment_fee(gateway.as_deref(), *currency))
        };
        if differ.before.payment_fees != differ.after.payment_fees {
            self.add_leaning(leans, is_charged, "", Vec::new());
        }
        if differ.handling() {
            self.add_leaning(leans, |leans| leans.handling, "", Vec::new());
        }
    }

    /// Shipping and tax: for each country that a rule names, for all others, and for none.
    fn add_by_country(&mut self, differ: &Differ<'_>, leans: &LeanList) {
        let named = differ.list_countries();
        let list: Vec<String> = named.iter().map(|code| format!("'{}'", plain(code))).collect();
        let others = format!("country is not null and country not in ({})", list.join(", "));
        let places = named.iter().map(|code| (Some(code.as_str()), "country = ?".to_owned()));
        let places = places.chain([(Some("--"), others), (None, "country is null".to_owned())]);
        for (country, place) in places {
            let code = country.filter(|code| *code != "--");
            let values: Vec<Value> =
                code.map(|code| Value::from(code.to_owned())).into_iter().collect();
            if differ.shipping(country) {
                let place = format!(" and {place}");
                self.add_leaning(leans, |leans| leans.shipping, &place, values.clone());
            }
            for Between { from, until } in differ.list_vat_days(country) {
                let (mut place, mut values) = (format!(" and {place}"), values.clone());
                for (sign, day) in [(">=", from), ("<", until)] {
                    if let Some(day) = day {
                        place.push_str(&format!(" and order_day {sign} ?"));
                        values.push(day_value(day));
                    }
                }
                self.add_leaning(leans, |leans| leans.vat, &place, values);
            }
        }
    }

    fn add_guesses(&mut self, differ: &Differ<'_>, leans: &LeanList, skus: &[(i64, String)]) {
        let of_skus: Vec<String> = skus
            .iter()
            .filter(|(_, sku)| differ.guess(Some(sku)))
            .map(|(id, _)| id.to_string())
            .collect();
        let of_none = differ.guess(None);
        if of_skus.len() > VARIANTS_MAX {
            self.add_leaning(leans, |leans| leans.guess, "", Vec::new());
            return;
        }
        let lines = "select distinct order_id as id from profit_lines where cost_known = 0";
        if !of_skus.is_empty() {
            let sql = format!("{lines} and variant_id in ({})", of_skus.join(", "));
            self.add_orders(&sql, Vec::new());
        }
        if of_none {
            self.add_orders(&format!("{lines} and variant_id is null"), Vec::new());
        }
    }

    fn add_fee_kinds(&mut self, differ: &Differ<'_>) {
        for kind in differ.list_fee_kinds() {
            let sql = "select distinct order_id as id from unclassified_fees where kind = ?";
            self.add_orders(sql, vec![Value::from(kind)]);
        }
    }

    /// Bundles that came, went or are made of something else, those that hold them, and listings
    /// linked to any.
    fn add_bundles(&mut self, conn: &Connection, differ: &Differ<'_>) -> Result<(), StoreError> {
        let mut skus: Vec<String> = differ.list_bundles().into_iter().collect();
        if skus.is_empty() {
            return Ok(());
        }
        let linked = listing_parts::list_skus_of(conn, &skus)?;
        skus.extend(linked);
        let marks = vec!["?"; skus.len()].join(", ");
        let sql = format!(
            "select distinct order_id as id from profit_lines
             where variant_id in (select id from variants where sku in ({marks}))"
        );
        self.add_orders(&sql, skus.into_iter().map(Value::from).collect());
        Ok(())
    }

    fn add_campaigns(
        &mut self,
        conn: &Connection,
        differ: &Differ<'_>,
        skus: &[(i64, String)],
    ) -> Result<(), StoreError> {
        let (before, after) = (differ.before, differ.after);
        if before.campaigns == after.campaigns && before.groups == after.groups {
            return Ok(());
        }
        let skus: Vec<String> = skus.iter().map(|(_, sku)| sku.clone()).collect();
        let mut statement = conn.prepare("select distinct platform, campaign from ad_spend")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let campaigns: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
        for (platform, campaign) in campaigns {
            if differ.campaign(&platform, &campaign, &skus) {
                let sql = "select day from ad_spend where platform = ? and campaign = ?";
                self.add_days(sql, vec![Value::from(platform), Value::from(campaign)]);
            }
        }
        Ok(())
    }

    fn add_leaning(
        &mut self,
        leans: &LeanList,
        leans_on_it: impl Fn(&Leans) -> bool,
        place: &str,
        values: Vec<Value>,
    ) {
        let leaning = lean_on(leans, leans_on_it);
        self.add_orders(&format!("select id from orders where {leaning}{place}"), values);
    }

    /// What could not be booked may be now.
    fn add_faulty(&mut self) {
        self.add_orders("select id from orders where fault is not null", Vec::new());
    }

    fn add_orders(&mut self, sql: &str, values: Vec<Value>) {
        self.orders.push(Select { sql: sql.to_owned(), values });
    }

    fn add_days(&mut self, sql: &str, values: Vec<Value>) {
        self.days.push(Select { sql: sql.to_owned(), values });
    }

    /// The orders by the day on which they were placed.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn list_orders(
        &self,
        conn: &Connection,
    ) -> Result<Vec<(OrderId, StoreId, Day)>, StoreError> {
        let Some((union, values)) = union_of(&self.orders) else { return Ok(Vec::new()) };
        let sql = format!(
            "select id, store_id, order_day from orders where id in ({union})
             order by order_day, id"
        );
        let mut statement = conn.prepare(&sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// # Errors
    /// `StoreError` of the database.
    pub fn list_days(&self, conn: &Connection) -> Result<Vec<Day>, StoreError> {
        let Some((union, values)) = union_of(&self.days) else { return Ok(Vec::new()) };
        let mut statement =
            conn.prepare(&format!("select distinct day from ({union}) order by day"))?;
        let rows = statement.query_map(params_from_iter(values), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Marks them, in the transaction of the edit.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn mark(&self, tx: &Tx<'_>, mark: i64) -> Result<(), StoreError> {
        if let Some((union, values)) = union_of(&self.orders) {
            let sql = format!(
                "insert or replace into dirty_orders (order_id, mark)
                 select id, {mark} from ({union})"
            );
            tx.conn().execute(&sql, params_from_iter(values))?;
        }
        if self.draws {
            tx.conn().execute(
                "insert or replace into dirty_skus (sku, mark)
                 select distinct sku, ? from line_moves",
                [mark],
            )?;
        }
        if let Some((union, values)) = union_of(&self.days) {
            let sql = format!(
                "insert or replace into dirty_days (day, mark) select day, {mark} from ({union})"
            );
            tx.conn().execute(&sql, params_from_iter(values))?;
        }
        Ok(())
    }
}

fn union_of(selects: &[Select]) -> Option<(String, Vec<Value>)> {
    let texts: Vec<&str> = selects.iter().map(|select| select.sql.as_str()).collect();
    let values = selects.iter().flat_map(|select| select.values.iter().cloned());
    (!texts.is_empty()).then(|| (texts.join(" union "), values.collect()))
}

/// The currencies that a rate of a pair converts: `Some(None)` stands for all that are foreign.
fn converted_by(
    (base, quote): (Currency, Currency),
    reporting: Currency,
) -> Option<Option<Currency>> {
    let other = |one: Currency| if one == base { quote } else { base };
    if base == reporting || quote == reporting {
        // With the euro on the other side every conversion may go through it.
        let other = other(reporting);
        return Some((other != Currency::EUR).then_some(other));
    }
    let has_euro = base == Currency::EUR || quote == Currency::EUR;
    has_euro.then(|| Some(other(Currency::EUR)))
}

fn list_leans(conn: &Connection) -> Result<LeanList, StoreError> {
    let mut statement = conn.prepare_cached("select id, body from leans")?;
    let rows = statement.query_map([], |row| {
        let body: String = row.get(1)?;
        Ok((row.get(0)?, Leans::parse(&body)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What was never booked may lean on anything.
fn lean_on(leans: &LeanList, leans_on_it: impl Fn(&Leans) -> bool) -> String {
    let chosen = leans.iter().filter(|(_, leans)| leans.as_ref().is_none_or(&leans_on_it));
    let ids: Vec<String> = chosen.map(|(id, _)| id.to_string()).collect();
    format!("(leans_id is null or leans_id in ({}))", ids.join(", "))
}

fn list_skus(conn: &Connection) -> Result<Vec<(i64, String)>, StoreError> {
    let mut statement = conn.prepare_cached("select id, sku from variants order by id")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Countries are two letters (`domain/rules/check.rs`); anything else names none.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn day_value(day: Day) -> Value {
    Value::Integer(i64::from(day.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_converts_what_lies_between_it_and_the_books() {
        let code = |code: &str| Currency::parse(code).unwrap();
        let (eur, usd, gbp, chf) = (Currency::EUR, code("USD"), code("GBP"), code("CHF"));
        let check = |pair, reporting, expected: Option<Option<Currency>>, why: &str| {
            assert_eq!(converted_by(pair, reporting), expected, "{why}");
        };
        check((eur, usd), eur, Some(Some(usd)), "dollars into euros");
        check((usd, eur), eur, Some(Some(usd)), "stated the other way round");
        check((eur, usd), usd, Some(None), "all go through the euro");
        check((gbp, usd), usd, Some(Some(gbp)), "a pair of its own");
        check((eur, gbp), usd, Some(Some(gbp)), "pounds through the euro");
        check((gbp, chf), usd, None, "neither side is ours");
    }
}
