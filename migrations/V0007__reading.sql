-- For the pages that read: orders by day, newest first, and the few orders and lines of which
-- something is missing.

create index orders_by_day on orders (order_day, placed_at, id, store_id, counted);
create index orders_unexplained on orders (order_day) where unexplained_minor <> 0;
create index profit_lines_missing on profit_lines (event_day, missing) where missing <> 0;
