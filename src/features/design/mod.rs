//! Every part of the pages in every state, with made-up figures that add up: what an engineer
//! looks at before building a page, and what is photographed when a part changes.

mod sample;
mod tables;
mod view;

pub use view::render;
