//! Sums of profit lines by day and store, for both bases. Kept in step by adding what a line
//! became and taking away what it was, in the transaction that wrote the line.

use std::collections::HashMap;

use rusqlite::{params, params_from_iter};

use crate::base::id::StoreId;
use crate::base::{Day, DayRange};
use crate::domain::ask::Basis;
use crate::domain::profit::component::{Component, Mask};
use crate::domain::profit::figures::Figures;
use crate::store::profit::{AMOUNTS_STORED, LINE_COMPONENTS, LineKind, StoredLine};
use crate::store::{Reader, StoreError, Tx};

/// The measures of a row, in the order of the columns.
const COLUMNS: [&str; 52] = [
    "gross_sales_minor",
    "discounts_minor",
    "returns_minor",
    "shipping_income_minor",
    "service_income_minor",
    "cogs_minor",
    "shipping_cost_minor",
    "handling_cost_minor",
    "payment_fees_minor",
    "channel_fees_minor",
    "other_income_minor",
    "tax_collected_minor",
    "duties_collected_minor",
    "written_off_minor",
    "ad_direct_minor",
    "ad_matched_minor",
    "ad_blended_minor",
    "orders",
    "units",
    "costed_net_sales_minor",
    "sale_net_revenue_minor",
    "new_customers",
    "gross_sales_estimated",
    "gross_sales_missing",
    "discounts_estimated",
    "discounts_missing",
    "returns_estimated",
    "returns_missing",
    "shipping_income_estimated",
    "shipping_income_missing",
    "service_income_estimated",
    "service_income_missing",
    "cogs_estimated",
    "cogs_missing",
    "shipping_cost_estimated",
    "shipping_cost_missing",
    "handling_cost_estimated",
    "handling_cost_missing",
    "payment_fees_estimated",
    "payment_fees_missing",
    "channel_fees_estimated",
    "channel_fees_missing",
    "other_income_estimated",
    "other_income_missing",
    "tax_collected_estimated",
    "tax_collected_missing",
    "duties_collected_estimated",
    "duties_collected_missing",
    "written_off_estimated",
    "written_off_missing",
    "ad_direct_estimated",
    "ad_direct_missing",
];

const ORDERS: usize = AMOUNTS_STORED;
const UNITS: usize = ORDERS + 1;
const COSTED_NET_SALES: usize = ORDERS + 2;
const SALE_NET_REVENUE: usize = ORDERS + 3;
const NEW_CUSTOMERS: usize = ORDERS + 4;
const COUNTS: usize = ORDERS + 5;

/// What a rollup row holds, or what is added to one.
pub type Measures = [i64; COLUMNS.len()];

/// Changes of rollup rows, gathered while lines are written.
#[derive(Default)]
pub struct Deltas {
    by_row: HashMap<(Basis, Day, StoreId), Box<Measures>>,
}

impl Deltas {
    /// Adds a line (`sign` 1) or takes it away (−1).
    pub fn add_line(&mut self, line: &StoredLine, sign: i64) {
        for (basis, day) in [(Basis::Event, line.event_day), (Basis::Order, line.order_day)] {
            let row = self.row(basis, day, line.store);
            for (measure, minor) in row.iter_mut().zip(line.amounts) {
                *measure += sign * minor;
            }
            row[UNITS] += sign * line.units;
            if line.cost_known {
                row[COSTED_NET_SALES] += sign * line.net_sales();
            }
            if line.kind == LineKind::Sale {
                row[SALE_NET_REVENUE] += sign * line.net_revenue();
            }
            if line.estimated | line.missing != 0 {
                for (index, component) in LINE_COMPONENTS.into_iter().enumerate() {
                    let has = |mask: Mask| i64::from(mask & component.bit() != 0);
                    row[COUNTS + 2 * index] += sign * has(line.estimated);
                    row[COUNTS + 2 * index + 1] += sign * has(line.missing);
                }
            }
        }
    }

    /// Counts an order on the day of its sale, which both bases share.
    pub fn add_order(&mut self, day: Day, store: StoreId, sign: i64) {
        for basis in [Basis::Event, Basis::Order] {
            self.row(basis, day, store)[ORDERS] += sign;
        }
    }

    pub fn add_new_customer(&mut self, day: Day, store: StoreId, sign: i64) {
        for basis in [Basis::Event, Basis::Order] {
            self.row(basis, day, store)[NEW_CUSTOMERS] += sign;
        }
    }

    /// Whether a stored row is what these lines add up to; orders and new customers, which are
    /// counted by order, are left out.
    pub fn is_sum_of_lines(&self, basis: Basis, row: &DayRow) -> bool {
        let by_order = [ORDERS, NEW_CUSTOMERS];
        let sum = self.by_row.get(&(basis, row.day, row.store));
        (0..COLUMNS.len())
            .filter(|index| !by_order.contains(index))
            .all(|index| sum.map_or(0, |sum| sum[index]) == row.measures[index])
    }

    /// What all lines add up to, all ad spend included.
    pub fn total(&self, basis: Basis) -> Figures {
        let mut total = Figures::default();
        for ((of, ..), measures) in &self.by_row {
            if *of == basis {
                total.add(&figures_of(measures, true));
            }
        }
        total
    }

    fn row(&mut self, basis: Basis, day: Day, store: StoreId) -> &mut Measures {
        self.by_row.entry((basis, day, store)).or_insert_with(|| Box::new([0; COLUMNS.len()]))
    }

    /// Applies and empties the deltas.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn write(&mut self, tx: &Tx<'_>) -> Result<(), StoreError> {
        let columns = COLUMNS.join(", ");
        let marks = vec!["?"; COLUMNS.len() + 3].join(", ");
        let sums: Vec<String> = COLUMNS
            .iter()
            .map(|column| format!("{column} = {column} + excluded.{column}"))
            .collect();
        let sql = format!(
            "insert into rollup_days (basis, day, store_id, {columns}) values ({marks})
             on conflict (basis, day, store_id) do update set {}",
            sums.join(", ")
        );
        let mut statement = tx.conn().prepare_cached(&sql)?;
        let mut rows: Vec<_> = self.by_row.drain().collect();
        rows.sort_by_key(|((basis, day, store), _)| (basis_number(*basis), *day, *store));
        for ((basis, day, store), measures) in rows {
            if measures.iter().all(|measure| *measure == 0) {
                continue;
            }
            let key = [basis_number(basis), i64::from(day.0), store.0];
            statement.execute(params_from_iter(key.into_iter().chain(*measures)))?;
        }
        Ok(())
    }
}

fn basis_number(basis: Basis) -> i64 {
    match basis {
        Basis::Event => 0,
        Basis::Order => 1,
    }
}

/// One day of one store.
#[derive(Clone, Debug)]
pub struct DayRow {
    pub day: Day,
    pub store: StoreId,
    pub measures: Measures,
}

impl DayRow {
    /// As figures, with the ad spend that lines bear under the mode.
    pub fn figures(&self, with_blended: bool) -> Figures {
        figures_of(&self.measures, with_blended)
    }
}

fn figures_of(measures: &Measures, with_blended: bool) -> Figures {
    let mut figures = Figures {
        orders: measures[ORDERS],
        units: measures[UNITS],
        costed_net_sales: measures[COSTED_NET_SALES],
        sale_net_revenue: measures[SALE_NET_REVENUE],
        new_customers: measures[NEW_CUSTOMERS],
        ..Figures::default()
    };
    for (index, component) in LINE_COMPONENTS.into_iter().enumerate() {
        figures.put(component, measures[index]);
        if measures[COUNTS + 2 * index] > 0 {
            figures.estimated |= component.bit();
        }
        if measures[COUNTS + 2 * index + 1] > 0 {
            figures.missing |= component.bit();
        }
    }
    let blended = if with_blended { measures[AMOUNTS_STORED - 1] } else { 0 };
    let ads = measures[AMOUNTS_STORED - 2] + blended;
    figures.put(Component::AdSpend, ads);
    figures.attributed_ad_spend = figures.get(Component::AdSpend);
    figures
}

/// Rows of a range of days, by day and store.
pub fn list_days(
    reader: &Reader<'_>,
    basis: Basis,
    range: DayRange,
) -> Result<Vec<DayRow>, StoreError> {
    let sql = format!(
        "select day, store_id, {} from rollup_days
         where basis = ? and day between ? and ? order by day, store_id",
        COLUMNS.join(", ")
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map(params![basis_number(basis), range.from, range.to], |row| {
        let mut measures = [0; COLUMNS.len()];
        for (index, measure) in measures.iter_mut().enumerate() {
            *measure = row.get(2 + index)?;
        }
        Ok(DayRow { day: row.get(0)?, store: row.get(1)?, measures })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
