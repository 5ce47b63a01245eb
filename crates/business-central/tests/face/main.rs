//! The crate's public face against a scripted service in memory.

mod listing;
mod lookup;
mod posted;
mod reading_only;
mod scripted;
mod token;
