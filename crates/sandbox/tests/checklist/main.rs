//! The simulated Business Central, held to the checklist of what is known about the real one (facts, §10), from outside.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail tests")]

mod addresses;
mod admin;
mod channels;
mod conditions;
mod faults;
mod invoices;
mod paging;
mod people;
mod permissions;
mod purchasing;
mod replay;
mod rows;
mod seeded;
mod sign_in;
mod socket;
mod support;
mod web_pages;
mod webhooks;
