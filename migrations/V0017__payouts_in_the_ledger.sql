-- Where a payout stands, in the platform's own word, and when it is to arrive.
alter table payouts add column status text not null default ''
    check (status in ('', 'paid', 'in_transit', 'failed'));
alter table payouts add column due_day integer;
alter table payouts_past add column status text not null default '';
alter table payouts_past add column due_day integer;

-- The documents of a payout: which payout a settlement's document says that it is part of.
create index order_facts_by_payout on order_facts (json_extract(body, '$.source.settled.payout'))
    where kind = 'settlement';
create index charges_by_payout on charges (store_id, payout);
