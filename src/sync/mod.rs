//! Floor 4: the outside world in and out.

pub mod account;
pub mod archive;
pub mod connect;
pub mod ctx;
pub mod edit;
pub mod health;
pub mod import_job;
pub mod ingest;
pub mod keep_page;
pub mod pull_job;
pub mod reader;
pub mod really;
pub mod replay;
pub mod retry;
pub mod spool;
pub mod take_back;
pub mod taking;
pub mod trial;
pub mod undo;
pub mod unlock;
pub mod unpack;
pub mod upkeep_job;
pub mod utf16;
pub mod workbook;
