//! Floor 3: the kit for pages; knows no page.
//!
//! | question | file |
//! | --- | --- |
//! | what a handler may reach | `state.rs` |
//! | which routes there are, and who may use them | `permission.rs` |
//! | who is asking | `session.rs` |
//! | is this our own address, our own page | `host.rs`, `csrf.rs` |
//! | what every answer bears | `headers.rs` |
//! | what went wrong, in words | `error.rs` |
//! | a page from a template | `answer.rs` |

pub mod answer;
pub mod csrf;
pub mod error;
pub mod headers;
pub mod host;
pub mod permission;
pub mod session;
pub mod state;
pub mod words;
