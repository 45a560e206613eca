//! The map of the house: Purser turns what shops, banks and lists tell into the net profit of
//! every order, on the seller's own machine.
//!
//! # Floors
//!
//! A room may import rooms on lower floors only, never one on its own. `tests/suite/floors.rs`
//! reads every import and holds us to it.
//!
//! ```text
//! 6  app                         the only place that knows everybody
//! 5  features                    a folder per question; none knows another
//! 4  sync · books · reports      facts in · figures made · figures read
//! 3  jobs · web                  the queue · the kit for pages
//! 2  store · connectors          the only writer of the database · one folder per channel
//! 1  domain                      what the numbers mean
//! 0  base                        money, rates, days, ids
//! ```
//!
//! # The way of a figure
//!
//! ```text
//! file, platform ── connectors ──▶ records ── sync::ingest ──▶ facts, marks on what they touch
//!                                                       │
//!                        books::profit_job ◀────────────┘
//!                              │  domain::profit::layers, what lines draw of receipts
//!                              │  domain::profit::engine, one order at a time
//!                              ▼
//!                        profit lines ─ sums ──▶ reports ──▶ page, JSON, CSV, terminal
//! ```
//!
//! A platform is asked page by page (`sync/pull_job.rs`); each page goes in with its cursor
//! (`sync/keep_page.rs`), and a fault says what the queue does next (`connectors/fault.rs`). What
//! is kept of it is read again by a later version (`sync/replay.rs`), and means the same by itself.
//! A platform's own call (`app/hooks.rs`, `sync/webhook.rs`) only makes us ask sooner; what it asks
//! on behalf of buyers is carried out by `sync/privacy_job.rs`.
//!
//! People are told by mail: queued in the transaction of what it tells of (`sync/mail`), kept in
//! one outbox (`store/mail`), handed over by a job, over TLS or not at all. Others in the network
//! reach us over TLS only (`app/tls.rs`), and commands of this machine by a door of their own.
//!
//! What is ordered of suppliers comes in as one (`sync/receiving.rs`): its units as stock events,
//! its costs and bills as facts; and goes as one, from wherever it is taken back. Transfers
//! (`sync/transfers.rs`) move units by way of a place where they are until they came.
//!
//! Every call that leaves the machine passes `connectors/kit/http/watched.rs`, which notes whom it
//! goes to (`sync/egress.rs`); `features/diagnostics` lists that, and looks at the machine itself.
//!
//! An order of which nothing was known is booked as it comes in, by the same engine
//! (`store/booked.rs`). The sums are kept by day, month and year, for stores, products and places.
//!
//! Facts are superseded, not overwritten, so an import can be taken back. Everything to the right
//! of the facts is derived: `books::verify` makes it again and compares. A change (a row, a cost,
//! a rate, a rule) marks the orders and days that lean on it (`store/touched.rs`), and only these
//! are computed again. What it would do is shown before by the same list and the same engine
//! (`reports/preview.rs`); that it was done is kept (`store/changes.rs`), and the way back with it.
//!
//! A buyer is erased across stores by the marks that their orders bear (`sync/erasure.rs`), leaving
//! a digest by which a restored copy forgets them again (`store/register.rs`). What is kept for a
//! while only goes by `store/retention.rs`; which tables hold what stands in `retention/held.rs`.
//!
//! What was known on an earlier day is asked of a copy of the books that `store::rewind` took back,
//! cause by cause, by the same reports; `features::known` makes it, `store::snapshots` keeps it.
//!
//! # The way of a unit
//!
//! ```text
//! orders, counts, receipts ──▶ store::stock: events, claims ──▶ what is available
//!                                                                 │
//!      channel ◀── sync::stock::write ◀── outbox ◀── domain::stock::plan
//!         └──────▶ sync::stock::look ──▶ a reading; settled, it confirms or is a drift
//! ```
//!
//! A channel's number is an observation and never an event. What channels can still sell stays
//! within what there is, whatever is under way (`domain/stock/plan.rs`); `tests/suite/oversell.rs`
//! holds the whole against a market that loses, repeats and delays (`tests/suite/market`).
//!
//! # The way back
//!
//! A backup (`store/backup/`) is a copy in sealed pieces, made beside a writer at work and opened
//! again before it counts; `sync/backup_job.rs` makes one a day. A restore is made ready beside the
//! live data and takes its place by a marker that the next start obeys (`store/backup/swap.rs`).
//!
//! # The way of a person
//!
//! ```text
//! request ── web::permission: role, stores, second factor ──▶ handler ──▶ store::behalf
//!                                                                             │
//! command ── app::control ────────────────────────────────────────────────────┤
//!                                           store::db: what it changes, and ◀─┘
//!                                           its row of store::audit, or neither
//! ```
//!
//! A route names its permission, and is closed to whoever sees some stores only until it says that
//! its answers keep to these (`Routes::of_stores`); `Who::scope` then goes into every report.
//!
//! # Rooms
//!
//! - [`base`]: values that cannot hold nonsense, the one rounding, the one way to split money, the
//!   one clock.
//! - [`domain`]: the records that all channels speak, the seller's rules, and the profit of one
//!   order with its trail; pure, without SQL, HTTP or clock.
//! - [`store`]: tables, migrations, transactions, the vault; one function, one statement.
//! - [`connectors`]: a channel's own words to our records; the mapping stands here and only here.
//! - [`jobs`]: work that survives the program; knows no job by name.
//! - [`web`]: what pages are made of: parts, words, sessions, permissions, guards; knows no page.
//! - [`sync`]: files read, platforms asked, records stored; costs, choices and stock changed by
//!   hand and taken back, each with its marks.
//! - [`books`]: facts to profit lines, their sums, and the day's ad spend over the lines.
//! - [`reports`]: the one place where each figure is read; every face shows the same value.
//! - [`features`]: the seller's questions; address, page and JSON of each.
//! - [`app`]: commands, folders, lock, server, what keeps it (`app/keeper.rs`) and what starts it
//!   (`app/service/`), the list of jobs, the demo shop.
//!
//! The header of each room's `mod.rs` goes on from here, down to the files.
//!
//! # Where do I change ...
//!
//! | ... | there |
//! | --- | --- |
//! | a step of the profit | `domain/profit/component.rs`, then where the compiler leads |
//! | a platform's file, answer | its folder in `connectors/`; a new one also its pair in the list |
//! | a figure on a page | `reports/`, never the page |
//! | a report | a file in `reports/`, its entry in `reports/catalogue.rs`; all faces follow |
//! | what a figure means | `web/words/definitions/`; its formula: `domain/profit/measure.rs` |
//! | how listings are linked | `domain/catalogue/`; what it costs: `store/listing_parts.rs` |
//! | what a scenario may assume | `domain/scenario/`, then where the compiler leads |
//! | a page | its folder in `features/`, its templates of the same name |
//! | what somebody may do, or must before | `web/permission.rs`, then where the compiler leads |
//! | what the log tells of a change | `store::audit::note`, in the transaction of the change |
//! | a word that people read | `web/words/` |
//! | what a mail says | `domain/mail.rs`, then `web/words/mail.rs` |
//! | how many units a channel is told | `domain/stock/{rule,plan}.rs` |
//! | what an order takes off the shelf | `domain/stock/claim.rs` |
//! | what a copy must pass to be restored | `store/backup/check.rs` |
//! | how long something is kept | `store/retention.rs` |
//! | what a new table holds, and why | `store/retention/held.rs`, then `web/words/privacy.rs` |
//! | a column | a new file in `migrations/`, then the table's file in `store/` |
//!
//! # Never
//!
//! - A float near money. Amounts are whole minor units; rates are decimals and become money once.
//! - A sum divided by hand: `base::split`, or a cent goes missing.
//! - Zero for what is not known. It is missing or estimated, and every face says so.
//! - A figure computed in a page, a template or a command.
//! - A total converted. Each part is, at the rate of its own day; totals add the parts up.
//! - SQL that writes outside `store`, SQL at all in `connectors`, HTTP in `store`.
//! - The system's clock outside `base::time`; a test sets the clock.
//! - A buyer's name, address or e-mail, or a secret, in a table, a log, an error or a page.
//! - A fact overwritten, a row dropped in silence, an unknown fee guessed into a known one.
//! - A released migration edited.
//! - A crash as an answer: no `unwrap`, no `expect`, no `panic!` outside tests.

// A test may end with a crash; that is how it says no.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)
)]

pub mod app;
pub mod base;
pub mod books;
pub mod connectors;
pub mod domain;
pub mod features;
pub mod jobs;
pub mod reports;
pub mod store;
pub mod sync;
pub mod web;
