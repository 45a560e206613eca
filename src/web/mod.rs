//! Floor 3: the kit for pages; knows no page. Every part is a typed struct with a template of
//! its own, so a page is a list of parts and no text reaches it unescaped.
//!
//! | question | file |
//! | --- | --- |
//! | what a handler may reach | `state.rs` |
//! | which routes there are, and who may use them | `permission.rs` |
//! | who is asking · what is asked | `session.rs` · `ask.rs` |
//! | is this our own address, our own page | `host.rs`, `csrf.rs` |
//! | what every answer bears | `headers.rs` |
//! | requests and their times, counted | `metrics.rs` |
//! | a form that brings files · a word for the next page | `multipart.rs` · `flash.rs` |
//! | what went wrong, in words | `error.rs` |
//! | a page from a template · files that go with it | `answer.rs` · `assets.rs` |
//! | the pages before the door | `door.rs` |
//! | frame and strip of every page · what each starts from | `layout.rs`, `strip.rs` · `page.rs` |
//! | the books as they were known on an earlier day | `known.rs` |
//! | what a change would do, before it is saved | `effect.rs` |
//! | what is missing, as a list with its ways out | `gaps.rs` |
//! | the parts of a page | `chart/`, `figure.rs`, `form.rs`, `notice.rs`, `parts.rs`, `table.rs` |
//! | a page about one thing: its tables, its panel, its history | `dossier.rs` |
//! | what a figure means, at its head · barcodes | `define.rs` · `barcode.rs`, `qr.rs` |
//! | how figures and days are written · every word | `format.rs`, `locale.rs` · `words/` |

pub mod answer;
pub mod ask;
pub mod assets;
pub mod barcode;
pub mod chart;
pub mod csrf;
pub mod csv;
pub mod define;
pub mod door;
pub mod dossier;
pub mod effect;
pub mod error;
pub mod figure;
pub mod flash;
pub mod form;
pub mod format;
pub mod gaps;
pub mod headers;
pub mod host;
pub mod kept;
pub mod known;
pub mod layout;
pub mod locale;
pub mod metrics;
pub mod multipart;
pub mod notice;
pub mod page;
pub mod parts;
pub mod permission;
pub mod qr;
pub mod session;
pub mod standing;
pub mod state;
pub mod strip;
pub mod table;
pub mod words;
pub mod xlsx;
