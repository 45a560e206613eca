-- Everything here is derived: it can be deleted and made again from the facts.
-- Amounts are minor units of the reporting currency.

create table profit_lines (
    order_id integer not null references orders (id) on delete cascade,
    event_no integer not null,
    line_no integer not null,
    -- 0 sale, 1 edit, 2 refund.
    kind integer not null check (kind in (0, 1, 2)),
    event_day integer not null,
    order_day integer not null,
    store_id integer not null,
    variant_id integer,
    units integer not null,
    gross_sales_minor integer not null default 0,
    discounts_minor integer not null default 0,
    returns_minor integer not null default 0,
    shipping_income_minor integer not null default 0,
    service_income_minor integer not null default 0,
    cogs_minor integer not null default 0,
    shipping_cost_minor integer not null default 0,
    handling_cost_minor integer not null default 0,
    payment_fees_minor integer not null default 0,
    channel_fees_minor integer not null default 0,
    other_income_minor integer not null default 0,
    tax_collected_minor integer not null default 0,
    duties_collected_minor integer not null default 0,
    written_off_minor integer not null default 0,
    ad_matched_minor integer not null default 0,
    ad_blended_minor integer not null default 0,
    -- Bits of components, in the order of the ladder.
    estimated integer not null default 0,
    missing integer not null default 0,
    cost_known integer not null,
    primary key (order_id, event_no, line_no)
) strict, without rowid;

create index profit_lines_by_event_day on profit_lines (event_day);
create index profit_lines_by_variant on profit_lines (variant_id, order_day);

create table rollup_days (
    -- 0 event, 1 order.
    basis integer not null check (basis in (0, 1)),
    day integer not null,
    store_id integer not null,
    gross_sales_minor integer not null default 0,
    discounts_minor integer not null default 0,
    returns_minor integer not null default 0,
    shipping_income_minor integer not null default 0,
    service_income_minor integer not null default 0,
    cogs_minor integer not null default 0,
    shipping_cost_minor integer not null default 0,
    handling_cost_minor integer not null default 0,
    payment_fees_minor integer not null default 0,
    channel_fees_minor integer not null default 0,
    other_income_minor integer not null default 0,
    tax_collected_minor integer not null default 0,
    duties_collected_minor integer not null default 0,
    written_off_minor integer not null default 0,
    ad_matched_minor integer not null default 0,
    ad_blended_minor integer not null default 0,
    orders integer not null default 0,
    units integer not null default 0,
    costed_net_sales_minor integer not null default 0,
    sale_net_revenue_minor integer not null default 0,
    new_customers integer not null default 0,
    -- How many profit lines of the day have the component estimated, or missing.
    gross_sales_estimated integer not null default 0,
    gross_sales_missing integer not null default 0,
    discounts_estimated integer not null default 0,
    discounts_missing integer not null default 0,
    returns_estimated integer not null default 0,
    returns_missing integer not null default 0,
    shipping_income_estimated integer not null default 0,
    shipping_income_missing integer not null default 0,
    service_income_estimated integer not null default 0,
    service_income_missing integer not null default 0,
    cogs_estimated integer not null default 0,
    cogs_missing integer not null default 0,
    shipping_cost_estimated integer not null default 0,
    shipping_cost_missing integer not null default 0,
    handling_cost_estimated integer not null default 0,
    handling_cost_missing integer not null default 0,
    payment_fees_estimated integer not null default 0,
    payment_fees_missing integer not null default 0,
    channel_fees_estimated integer not null default 0,
    channel_fees_missing integer not null default 0,
    other_income_estimated integer not null default 0,
    other_income_missing integer not null default 0,
    tax_collected_estimated integer not null default 0,
    tax_collected_missing integer not null default 0,
    duties_collected_estimated integer not null default 0,
    duties_collected_missing integer not null default 0,
    written_off_estimated integer not null default 0,
    written_off_missing integer not null default 0,
    primary key (basis, day, store_id)
) strict, without rowid;

-- What became of each row of ad spend.
create table ad_results (
    ad_spend_id integer primary key references ad_spend (id) on delete cascade,
    day integer not null,
    -- 1 product, 2 attributed, 3 mapped, 4 store; null: no line could bear it.
    step integer check (step between 1 and 4),
    -- What lines bear, negative; and the spend converted whole, for when they may not.
    borne_minor integer not null,
    whole_minor integer not null
) strict;

create index ad_results_by_day on ad_results (day);

-- Amounts that could not be converted, by what they belong to.
create table missing_rates (
    order_id integer not null references orders (id) on delete cascade,
    currency text not null,
    day integer not null,
    order_day integer not null,
    primary key (order_id, currency, day)
) strict, without rowid;

create table missing_ad_rates (
    ad_spend_id integer not null references ad_spend (id) on delete cascade,
    currency text not null,
    day integer not null,
    primary key (ad_spend_id, currency, day)
) strict, without rowid;

-- Fee kinds that no table of ours knows, by order.
create table unclassified_fees (
    order_id integer not null references orders (id) on delete cascade,
    kind text not null,
    amount_minor integer not null,
    currency text not null,
    primary key (order_id, kind, currency)
) strict, without rowid;

-- What has to be computed again. `mark` tells a later change from the one being worked on.
create table dirty_orders (order_id integer primary key, mark integer not null) strict;
create table dirty_days (day integer primary key, mark integer not null) strict;
