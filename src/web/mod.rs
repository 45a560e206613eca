//! Floor 3: the kit for pages; knows no page. Every part is a typed struct with a template of
//! its own, so a page is a list of parts and no text reaches it unescaped.

pub mod ask;
pub mod assets;
pub mod chart;
pub mod figure;
pub mod form;
pub mod format;
pub mod layout;
pub mod locale;
pub mod notice;
pub mod parts;
pub mod strip;
pub mod table;
pub mod words;
