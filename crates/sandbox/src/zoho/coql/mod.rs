//! COQL, Zoho's query language: text → tokens → query → rows.
//!
//! The subset that a sync needs: columns of one module and, dotted, of the records it looks up; criteria, order, limit.

mod column;
mod lex;
mod parse;
mod plan;
mod run;

pub(super) use parse::{Query, parse};
