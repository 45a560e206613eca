//! Floor 4: the outside world in and out.

pub mod ctx;
pub mod edit;
pub mod import_job;
pub mod ingest;
pub mod reader;
pub mod spool;
