-- What people said of channels, their listings and the modes of variants, so that it can be taken
-- back; and when somebody let a plan go that was held.

alter table stock_channels add column let_go_at integer;

create table stock_steerings (
    action_id integer primary key references stock_actions (id),
    -- Of which channel; null: of none alone.
    account_id integer references accounts (id) on delete cascade,
    -- In words: a channel, a listing, a SKU.
    subject text not null,
    source text not null check (source in ('page', 'api', 'command')),
    -- The address or token of whoever said it; '' for a command.
    by_name text not null,
    -- JSON of what was set; what was there before it.
    before text not null,
    after text not null
) strict;

create index stock_steerings_by_account on stock_steerings (account_id, action_id);
