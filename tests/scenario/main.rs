//! What the right answer is: small synthetic archives, written as real MRT files, and what the program must see in them. Each test bears
//! its number, its line and the rules of reconstruction (R) that it proves.

#[path = "../support/mrt.rs"]
mod mrt;

mod archive;
mod seen;
mod table;
mod truths;

mod aggregation;
mod decoding;
mod dumps;
mod forms;
mod gap;
mod hijack;
mod order;
mod outage;
mod path;
mod regressions;
mod session;
mod snapshot;
