//! uplinks

pub mod archive;
pub mod cli;
pub mod event;
pub mod model;
pub mod mrt;
pub mod replay;
pub mod report;
pub mod target;
pub mod timeline;
