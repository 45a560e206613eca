-- A report by campaign and one by product tell the same spend twice. A row that holds a whole
-- campaign says so; where rows of its products are there, it counts for the rest alone.
alter table ad_spend
    add column whole_campaign integer not null default 0 check (whole_campaign in (0, 1));
alter table ad_spend_past add column whole_campaign integer not null default 0;
