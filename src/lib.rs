//! uplinks

pub mod archive;
pub mod event;
pub mod model;
pub mod replay;
pub mod report;
pub mod target;
pub mod timeline;
