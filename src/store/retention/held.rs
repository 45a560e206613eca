//! What is held, kind by kind, and in which tables: all of them, which a test sees to.

use crate::store::{Reader, StoreError};

/// Rows that are counted of one table; a larger one is told as at least so many.
pub const COUNTED_MAX: i64 = 200_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Organisation,
    People,
    Log,
    Buyers,
    Orders,
    Costs,
    Figures,
    Connections,
    Raw,
    Files,
    Stock,
    Purchasing,
    Mail,
    Notes,
    Backups,
    Work,
    Keys,
    Privacy,
}

impl Kind {
    pub const ALL: [Self; 18] = [
        Self::Buyers,
        Self::Orders,
        Self::Raw,
        Self::Files,
        Self::People,
        Self::Log,
        Self::Notes,
        Self::Mail,
        Self::Connections,
        Self::Privacy,
        Self::Organisation,
        Self::Costs,
        Self::Figures,
        Self::Stock,
        Self::Purchasing,
        Self::Backups,
        Self::Work,
        Self::Keys,
    ];

    pub fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Organisation => &[
                "organisation",
                "organisation_past",
                "settings",
                "stores",
                "goals",
                "scenarios",
                "refinery_schema_history",
            ],
            Self::People => &[
                "users",
                "user_stores",
                "sessions",
                "one_time_links",
                "login_attempts",
                "recovery_codes",
                "sign_in_origins",
                "api_tokens",
                "token_stores",
            ],
            Self::Log => &["audit_log", "audit_head", "audit_anchor"],
            Self::Buyers => &["customers", "buyers_restricted"],
            Self::Orders => &[
                "orders",
                "order_facts",
                "order_facts_past",
                "labels",
                "labels_past",
                "charges",
                "charges_past",
                "payouts",
                "payouts_past",
                "stated_totals",
                "stated_totals_past",
            ],
            Self::Costs => COSTS,
            Self::Figures => FIGURES,
            Self::Connections => &[
                "accounts",
                "streams",
                "problems",
                "call_levels",
                "calls_out",
                "hook_deliveries",
                "hook_tallies",
            ],
            Self::Raw => &["documents"],
            Self::Files => &["imports", "refused_rows", "import_notices", "import_unknowns"],
            Self::Stock => STOCK,
            Self::Purchasing => &[
                "suppliers",
                "supplier_prices",
                "purchase_orders",
                "purchase_order_lines",
                "purchase_receipts",
                "purchase_receipt_lines",
                "purchasing_log",
                "transfers",
                "transfer_lines",
                "transfer_steps",
                "transfer_step_lines",
            ],
            Self::Mail => &["mail_server", "mail_wishes", "mails"],
            Self::Notes => &["notes", "note_entries", "note_files"],
            Self::Backups => &["backups", "restore_drills"],
            Self::Work => &["jobs", "retention_runs"],
            Self::Keys => &["key_slots", "sealed_keys", "account_secrets"],
            Self::Privacy => &[
                "privacy_requests",
                "privacy_marks",
                "privacy_named",
                "privacy_findings",
                "orders_forgotten",
                "buyers_erased",
            ],
        }
    }
}

const COSTS: &[&str] = &[
    "variants",
    "costs",
    "costs_past",
    "expenses",
    "expenses_past",
    "ad_spend",
    "ad_spend_past",
    "fx_rates",
    "fx_rates_past",
    "rules",
    "rules_past",
    "purchases",
    "purchases_past",
    "landed_costs",
    "landed_costs_past",
    "listed_costs",
    "listed_costs_past",
    "fee_estimates",
    "fee_estimates_past",
    "changes",
];

const FIGURES: &[&str] = &[
    "profit_lines",
    "rollups",
    "rollups_behind",
    "places",
    "leans",
    "line_moves",
    "line_draws",
    "layers_left",
    "ad_results",
    "missing_rates",
    "missing_ad_rates",
    "unclassified_fees",
    "dirty_orders",
    "dirty_days",
    "dirty_skus",
    "known_figures",
    "known_orders",
    "known_records",
    "month_closings",
    "closing_figures",
    "closing_covers",
];

const STOCK: &[&str] = &[
    "listings",
    "listings_past",
    "channel_listings",
    "channel_listings_past",
    "listing_links",
    "listing_links_past",
    "listing_parts",
    "listing_suggestions",
    "variant_settings",
    "variant_settings_past",
    "locations",
    "lots",
    "stock_actions",
    "stock_events",
    "on_hand",
    "reservations",
    "unlinked_lines",
    "stock_levels",
    "stock_levels_past",
    "stock_movements",
    "stock_movements_past",
    "stock_channels",
    "stock_listings",
    "stock_steerings",
    "stock_alerts",
    "stocktakes",
    "stocktake_lines",
    "pushes",
    "drifts",
    "dirty_stock",
    "dirty_claims",
];

/// How many rows of each kind there are now, and whether there are more than were counted.
///
/// # Errors
/// `StoreError` of the database.
pub fn count(reader: &Reader<'_>) -> Result<Vec<(Kind, i64, bool)>, StoreError> {
    let mut counts = Vec::new();
    for kind in Kind::ALL {
        let (mut rows, mut is_more) = (0, false);
        for table in kind.tables() {
            let sql =
                format!("select count(*) from (select 1 from {table} limit {COUNTED_MAX} + 1)");
            let count: i64 = reader.conn().query_row(&sql, [], |row| row.get(0))?;
            is_more |= count > COUNTED_MAX;
            rows += count.min(COUNTED_MAX);
        }
        counts.push((kind, rows, is_more));
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Folder, open};

    #[test]
    fn every_table_is_of_one_kind() {
        let folder = Folder::new();
        let db = open(&folder);
        let tables: Vec<String> = db
            .read(|reader| {
                let mut statement = reader.conn().prepare(
                    "select name from sqlite_schema where type = 'table'
                        and name not like 'sqlite_%' order by name",
                )?;
                let rows = statement.query_map([], |row| row.get(0))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .unwrap();
        let mut held: Vec<&str> =
            Kind::ALL.into_iter().flat_map(|kind| kind.tables().iter().copied()).collect();
        held.sort_unstable();
        assert_eq!(held, tables);
    }

    #[test]
    fn rows_are_counted_where_they_stand() {
        let folder = Folder::new();
        let db = open(&folder);
        let of = |wanted: Kind| {
            let counts = db.read(count).unwrap();
            counts.into_iter().find(|(kind, ..)| *kind == wanted).map(|(_, rows, _)| rows)
        };
        assert_eq!(of(Kind::Notes), Some(0));
        db.write_local(crate::store::Lane::Interactive, |tx| {
            tx.conn().execute_batch(
                "insert into notes (id, title, state, author, created_at, changed_at)
                 values (1, 'a', 'open', 'ann', 1, 1);
                 insert into note_entries (note_id, at, who, kind, body)
                 values (1, 1, 'ann', 'text', 'b');",
            )?;
            Ok(())
        })
        .unwrap();
        assert_eq!(of(Kind::Notes), Some(2));
    }
}
