//! Unit costs with their dates, expenses, ad spend, exchange rates and rules: what the seller
//! enters or a list brings.

use rusqlite::{OptionalExtension, params};

use crate::base::id::{AdSpendId, CostId, ExpenseId, ImportId};
use crate::base::{Money, Zone};
use crate::domain::profit::input_vat::{InputVat, Share, VatAsk};
use crate::domain::record::rate::RateSource;
use crate::domain::record::{AdSpend, Cost, Every, ExchangeRate, Expense};
use crate::domain::rules::{Rules, VatSource};
use crate::store::fact::{FactTable, Upserted, end_fact, upsert_fact};
use crate::store::{Reader, StoreError, Tx};

pub const COSTS: FactTable = FactTable {
    name: "costs",
    key: &["sku", "valid_from_day", "store", "country"],
    values: &["unit_cost", "currency"],
};

pub const EXPENSES: FactTable = FactTable {
    name: "expenses",
    key: &["name", "from_day", "store"],
    values: &["to_day", "every", "amount_minor", "currency", "category"],
};

pub const AD_SPEND: FactTable = FactTable {
    name: "ad_spend",
    key: &["day", "platform", "campaign", "store", "sku", "country"],
    values: &[
        "amount_minor",
        "currency",
        "whole_campaign",
        "impressions",
        "clicks",
        "conversions",
        "conversion_value",
    ],
};

pub const FX_RATES: FactTable =
    FactTable { name: "fx_rates", key: &["base", "quote", "day", "source"], values: &["rate"] };

/// An absent name is the empty one in a key, so that keys compare.
fn text(name: &Option<String>) -> &str {
    name.as_deref().unwrap_or_default()
}

fn name(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

pub fn upsert_cost(
    tx: &Tx<'_>,
    cost: &Cost,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    upsert_fact(
        tx,
        &COSTS,
        (
            &[&cost.sku, &cost.valid_from, &text(&cost.store), &text(&cost.country)],
            &[&cost.unit_cost, &cost.currency],
        ),
        import,
    )
}

/// The cost that stands under the key of `cost`.
pub fn find_same_cost(tx: &Tx<'_>, cost: &Cost) -> Result<Option<Cost>, StoreError> {
    find_same_cost_in(tx.conn(), cost)
}

pub fn find_same_cost_in(
    conn: &rusqlite::Connection,
    cost: &Cost,
) -> Result<Option<Cost>, StoreError> {
    Ok(conn
        .prepare_cached(
            "select id, sku, valid_from_day, unit_cost, currency, store, country from costs
             where sku = ? and valid_from_day = ? and store = ? and country = ?",
        )?
        .query_row(
            params![cost.sku, cost.valid_from, text(&cost.store), text(&cost.country)],
            cost_from_row,
        )
        .optional()?
        .map(|(_, cost)| cost))
}

/// The row with the key of `cost`, if there is one.
pub fn find_cost_id(tx: &Tx<'_>, cost: &Cost) -> Result<Option<CostId>, StoreError> {
    Ok(tx
        .conn()
        .prepare_cached(
            "select id from costs
             where sku = ? and valid_from_day = ? and store = ? and country = ?",
        )?
        .query_row(
            params![cost.sku, cost.valid_from, text(&cost.store), text(&cost.country)],
            |row| row.get(0),
        )
        .optional()?)
}

/// What stood under the key of `cost` until its last change: replaced or deleted. `None` where
/// the last change entered it anew.
pub fn find_former_cost(tx: &Tx<'_>, cost: &Cost) -> Result<Option<Cost>, StoreError> {
    Ok(tx
        .conn()
        .prepare_cached(
            "select past.id, past.sku, past.valid_from_day, past.unit_cost, past.currency,
                past.store, past.country
             from costs_past past
             left join costs on costs.sku = past.sku
                and costs.valid_from_day = past.valid_from_day
                and costs.store = past.store and costs.country = past.country
             where past.sku = ? and past.valid_from_day = ? and past.store = ?
                and past.country = ?
                and (costs.id is null or costs.known_from_at = past.known_until_at)
             order by past.id desc limit 1",
        )?
        .query_row(
            params![cost.sku, cost.valid_from, text(&cost.store), text(&cost.country)],
            cost_from_row,
        )
        .optional()?
        .map(|(_, cost)| cost))
}

/// A SKU's costs, the latest first, with the name of the file that each came from.
pub fn list_costs_of(
    reader: &Reader<'_>,
    sku: &str,
) -> Result<Vec<(CostId, Cost, Option<String>)>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select costs.id, sku, valid_from_day, unit_cost, currency, store, country, file_name
         from costs left join imports on imports.id = import_id
         where sku = ? order by valid_from_day desc, store, country",
    )?;
    let rows = statement.query_map([sku], |row| {
        let (id, cost) = cost_from_row(row)?;
        Ok((id, cost, row.get(7)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn delete_cost(tx: &Tx<'_>, id: CostId) -> Result<(), StoreError> {
    end_fact(tx, &COSTS, id.0, None)
}

pub fn list_costs(reader: &Reader<'_>) -> Result<Vec<(CostId, Cost)>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select id, sku, valid_from_day, unit_cost, currency, store, country from costs
         order by sku, valid_from_day, store, country",
    )?;
    let rows = statement.query_map([], cost_from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn find_cost(reader: &Reader<'_>, id: CostId) -> Result<Option<Cost>, StoreError> {
    Ok(reader
        .conn()
        .prepare_cached(
            "select id, sku, valid_from_day, unit_cost, currency, store, country from costs
             where id = ?",
        )?
        .query_row([id], cost_from_row)
        .optional()?
        .map(|(_, cost)| cost))
}

fn cost_from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<(CostId, Cost)> {
    let cost = Cost {
        sku: row.get(1)?,
        valid_from: row.get(2)?,
        unit_cost: row.get(3)?,
        currency: row.get(4)?,
        store: name(row.get(5)?),
        country: name(row.get(6)?),
    };
    Ok((row.get(0)?, cost))
}

pub fn upsert_expense(
    tx: &Tx<'_>,
    expense: &Expense,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    upsert_fact(
        tx,
        &EXPENSES,
        (
            &[&expense.name, &expense.from, &text(&expense.store)],
            &[
                &expense.to,
                &expense.every.name(),
                &expense.amount.minor,
                &expense.amount.currency,
                &text(&expense.category),
            ],
        ),
        import,
    )
}

pub fn list_expenses(reader: &Reader<'_>) -> Result<Vec<(ExpenseId, Expense)>, StoreError> {
    list_expenses_in(reader.conn())
}

pub fn list_expenses_in(
    conn: &rusqlite::Connection,
) -> Result<Vec<(ExpenseId, Expense)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select id, name, amount_minor, currency, from_day, to_day, every, store, category
         from expenses order by name, from_day, store",
    )?;
    let rows = statement.query_map([], |row| {
        let every: String = row.get(6)?;
        let expense = Expense {
            name: row.get(1)?,
            amount: Money::new(row.get(2)?, row.get(3)?),
            from: row.get(4)?,
            to: row.get(5)?,
            every: Every::parse(&every).unwrap_or(Every::Once),
            store: name(row.get(7)?),
            category: name(row.get(8)?),
        };
        Ok((row.get(0)?, expense))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn upsert_ad_spend(
    tx: &Tx<'_>,
    spend: &AdSpend,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    upsert_fact(
        tx,
        &AD_SPEND,
        (
            &[
                &spend.day,
                &spend.platform,
                &spend.campaign,
                &text(&spend.store),
                &text(&spend.sku),
                &text(&spend.country),
            ],
            &[
                &spend.amount.minor,
                &spend.amount.currency,
                &spend.whole_campaign,
                &spend.impressions,
                &spend.clicks,
                &spend.conversions,
                &spend.conversion_value,
            ],
        ),
        import,
    )
}

/// The spend of a range of days as the books count it: recoverable VAT is taken out.
pub fn list_ad_spend(
    reader: &Reader<'_>,
    range: crate::base::DayRange,
) -> Result<Vec<(AdSpendId, AdSpend)>, StoreError> {
    let mut spends = list_stated_ad_spend(reader, range)?;
    let rules: Option<(String, bool)> = reader
        .conn()
        .prepare_cached(
            "select body, vat_registered from rules, organisation
             where instr(body, '\"input_vat\"') > 0",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((body, vat_registered)) = rules else { return Ok(spends) };
    let rules: Rules =
        serde_json::from_str(&body).map_err(|e| StoreError::Internal(e.to_string()))?;
    let vat = InputVat::new(&rules.input_vat, vat_registered);
    for (_, spend) in &mut spends {
        if let Some(share) = spend_share(vat, spend) {
            let net = share.net(spend.amount.minor);
            spend.amount.minor =
                net.ok_or_else(|| StoreError::Internal("ad spend is too large".to_owned()))?;
        }
    }
    Ok(spends)
}

/// What is left of a row of spend once recoverable VAT is taken out.
pub fn spend_share(vat: InputVat<'_>, spend: &AdSpend) -> Option<Share> {
    let platform = Some(spend.platform.as_str());
    let ask = VatAsk::new(VatSource::AdSpend, spend.day, spend.amount.currency);
    vat.find(VatAsk { platform, ..ask })
}

/// The spend of a range of days as it was stated. A campaign's whole stands with what its
/// products' rows leave of it, so that the amounts add up.
pub fn list_stated_ad_spend(
    reader: &Reader<'_>,
    range: crate::base::DayRange,
) -> Result<Vec<(AdSpendId, AdSpend)>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select id, day, platform, campaign, amount_minor, currency, store, sku, country,
            impressions, clicks, conversions, conversion_value, whole_campaign
         from ad_spend where day between ? and ?
         order by day, platform, campaign, store, sku, country",
    )?;
    let rows = statement.query_map(params![range.from, range.to], |row| {
        let spend = AdSpend {
            day: row.get(1)?,
            platform: row.get(2)?,
            campaign: row.get(3)?,
            amount: Money::new(row.get(4)?, row.get(5)?),
            store: name(row.get(6)?),
            sku: name(row.get(7)?),
            country: name(row.get(8)?),
            impressions: row.get(9)?,
            clicks: row.get(10)?,
            conversions: row.get(11)?,
            conversion_value: row.get(12)?,
            whole_campaign: row.get(13)?,
        };
        Ok((row.get(0)?, spend))
    })?;
    let mut spends: Vec<(AdSpendId, AdSpend)> = rows.collect::<Result<_, _>>()?;
    leave_to_products(&mut spends);
    Ok(spends)
}

/// Takes what products bear out of the wholes of their campaigns; never below nothing, where the
/// report by product knows more than the one by campaign.
fn leave_to_products(spends: &mut [(AdSpendId, AdSpend)]) {
    let is_same = |(_, one): &(AdSpendId, AdSpend), (_, other): &(AdSpendId, AdSpend)| {
        (one.day, &one.platform, &one.campaign, &one.store)
            == (other.day, &other.platform, &other.campaign, &other.store)
    };
    for campaign in spends.chunk_by_mut(is_same) {
        let products: Vec<Money> = campaign
            .iter()
            .filter(|(_, spend)| spend.sku.is_some())
            .map(|(_, spend)| spend.amount)
            .collect();
        for (_, spend) in campaign.iter_mut().filter(|(_, spend)| spend.sku.is_none()) {
            let of_products: i64 = products
                .iter()
                .filter(|amount| amount.currency == spend.amount.currency)
                .fold(0, |sum, amount| sum.saturating_add(amount.minor));
            let whole = &mut spend.amount.minor;
            if spend.whole_campaign && *whole > 0 {
                *whole = whole.saturating_sub(of_products.max(0)).max(0);
            }
        }
    }
}

pub fn upsert_rate(
    tx: &Tx<'_>,
    rate: &ExchangeRate,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    upsert_fact(
        tx,
        &FX_RATES,
        (&[&rate.base, &rate.quote, &rate.day, &rate.source.name()], &[&rate.rate]),
        import,
    )
}

pub fn list_rates(reader: &Reader<'_>) -> Result<Vec<ExchangeRate>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select day, base, quote, rate, source from fx_rates order by base, quote, day, source",
    )?;
    let rows = statement.query_map([], |row| {
        let source: String = row.get(4)?;
        Ok(ExchangeRate {
            day: row.get(0)?,
            base: row.get(1)?,
            quote: row.get(2)?,
            rate: row.get(3)?,
            source: RateSource::parse(&source).unwrap_or(RateSource::Own),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A rules file replaces all rules.
pub fn replace_rules(
    tx: &Tx<'_>,
    rules: &Rules,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    let body = serde_json::to_string(rules).map_err(|e| StoreError::Internal(e.to_string()))?;
    let known: Option<String> = tx
        .conn()
        .query_row("select body from rules where id = 1", [], |row| row.get(0))
        .optional()?;
    if known.as_deref() == Some(body.as_str()) {
        return Ok(Upserted::Unchanged);
    }
    tx.conn().execute(
        "insert into rules_past
            (body, known_from_at, known_until_at, import_id, until_import_id, changed_by)
         select body, known_from_at, ?, import_id, ?, changed_by from rules",
        params![tx.now, import],
    )?;
    tx.conn().execute(
        "insert into rules (id, body, known_from_at, import_id) values (1, ?1, ?2, ?3)
         on conflict (id) do update set body = ?1, known_from_at = ?2, import_id = ?3,
            changed_by = ''",
        params![body, tx.now, import],
    )?;
    Ok(if known.is_some() { Upserted::Changed } else { Upserted::New })
}

/// Takes a rules file back: what it replaced holds again; where that came from a file that was
/// taken back meanwhile, what that one had replaced in its turn.
pub fn undo_rules(tx: &Tx<'_>, import: ImportId) -> Result<i64, StoreError> {
    let is_in_force: bool = tx.conn().query_row(
        "select exists (select 1 from rules where import_id = ?)",
        [import],
        |row| row.get(0),
    )?;
    if !is_in_force {
        return Ok(0);
    }
    let (body, from) = find_rules_before(tx, import)?;
    tx.conn().execute(
        "insert into rules_past
            (body, known_from_at, known_until_at, import_id, until_import_id, changed_by)
         select body, known_from_at, ?1, import_id, ?2, changed_by from rules",
        params![tx.now, import],
    )?;
    tx.conn().execute(
        "update rules set body = ?1, known_from_at = ?2, import_id = ?3, changed_by = ''",
        params![body, tx.now, from],
    )?;
    Ok(1)
}

/// What holds where an import's rules do not, and the import that it is from.
fn find_rules_before(
    tx: &Tx<'_>,
    import: ImportId,
) -> Result<(String, Option<ImportId>), StoreError> {
    let mut by = import;
    loop {
        let found: Option<(String, Option<ImportId>, bool)> = tx
            .conn()
            .prepare_cached(
                "select body, import_id, exists (
                    select 1 from imports where id = past.import_id and state = 'undone')
                 from rules_past past
                 where until_import_id = ?1 and import_id is not ?1 order by id desc limit 1",
            )?
            .query_row([by], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        match found {
            // Each was read after the one that it replaced, so this ends.
            Some((_, Some(undone), true)) if undone < by => by = undone,
            Some((body, from, _)) => return Ok((body, from)),
            None => {
                let none = serde_json::to_string(&Rules::default())
                    .map_err(|e| StoreError::Internal(e.to_string()))?;
                return Ok((none, None));
            }
        }
    }
}

pub fn find_rules(reader: &Reader<'_>) -> Result<Rules, StoreError> {
    let body: Option<String> = reader
        .conn()
        .prepare_cached("select body from rules where id = 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    match body {
        Some(body) => serde_json::from_str(&body).map_err(|e| StoreError::Internal(e.to_string())),
        None => Ok(Rules::default()),
    }
}

/// The zone in which days are counted; `None` until the first store sets it.
pub fn find_chosen_zone(reader: &Reader<'_>) -> Result<Option<Zone>, StoreError> {
    Ok(reader.conn().query_row("select time_zone from organisation", [], |row| row.get(0))?)
}
