-- Of the units of a listing that a line sold, those that are not to be sent any more, and of them
-- those for which there was nothing to send. A kit has a row for each thing that it takes, and
-- what was called off may stand on any of them: each row tells it of the whole line.
alter table reservations add column listing_released integer not null default 0;
alter table reservations add column listing_short integer not null default 0;

update reservations
set listing_released = listing_units * released / ordered,
    listing_short = listing_units * short / ordered
where ordered > 0 and released > 0;
