//! Gets from the public archives exactly the files that a question needs, and says what the archives do not have.
mod catalogue;
mod client;
mod download;
mod host;
mod listing;
mod name;
mod partial;
mod plan;
mod policy;
mod url;
mod verify;
