//! uplinks

pub mod archive;
pub mod event;
pub mod model;
pub mod mrt;
pub mod target;
