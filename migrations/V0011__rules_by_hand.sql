-- Who changed the rules by hand; '' where a file brought them, which names its own reader.

alter table rules add column changed_by text not null default '';
alter table rules_past add column changed_by text not null default '';
