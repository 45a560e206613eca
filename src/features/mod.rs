//! Floor 5: one folder for each question that a seller asks. A feature never imports another.

pub mod design;
