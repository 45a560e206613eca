-- Refused rows that are tried again are an import of their own, which names where they came from.
alter table imports add column parent_id integer references imports (id) on delete set null;

create index imports_by_parent on imports (parent_id) where parent_id is not null;
create index imports_running on imports (id) where state = 'running';

-- What an import replaced is found again by its key when the import is taken back.
create index costs_past_by_key on costs_past (sku, valid_from_day);
create index expenses_past_by_key on expenses_past (name, from_day);
create index ad_spend_past_by_key on ad_spend_past (day, platform, campaign);
create index fx_rates_past_by_key on fx_rates_past (base, quote, day);
create index charges_past_by_key on charges_past (store_id, key);
create index payouts_past_by_key on payouts_past (store_id, external_id);
create index stated_totals_past_by_key on stated_totals_past (store_id, report, name);
create index listings_past_by_key on listings_past (store_id, key);
create index listed_costs_past_by_key on listed_costs_past (store_id, sku);
create index fee_estimates_past_by_key on fee_estimates_past (store_id, sku);
create index stock_levels_past_by_key on stock_levels_past (store, sku, location);
create index stock_movements_past_by_key on stock_movements_past (store_id, key);
create index labels_past_by_key on labels_past (store_id, key);
