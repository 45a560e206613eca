//! Placeholder while the spine is laid.
