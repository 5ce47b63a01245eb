//! The simulated Business Central, held to the checklist of what is known about the real one (facts, §10), from outside.

mod addresses;
mod conditions;
mod faults;
mod invoices;
mod paging;
mod people;
mod permissions;
mod rows;
mod sign_in;
mod socket;
mod support;
