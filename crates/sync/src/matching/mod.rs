//! Who is who: which record that stands in Zoho already is which record of Business Central.
//!
//! Pure: a [`Party`] holds what can be compared of one record of either side, an [`Index`] the records of one Zoho module that do
//! not bear our key, and [`Index::candidates`] those of them that may be a given record of Business Central, each with the
//! [`Reason`]s for and against. [`assign`] makes of many such lists a one-to-one assignment. Nothing here decides: a person
//! does, or the setting that accepts what is [`Class::Certain`].
//!
//! A record is normalised once (`traits`: names, places, ways to reach it, numbers), found by keys (`blocking`, `postings`), compared
//! field by field (`evidence`), and judged (`rules`).

mod assign;
mod blocking;
mod distance;
mod evidence;
mod fold;
mod identifiers;
mod index;
mod legal_forms;
mod likeness;
mod name;
mod party;
mod places;
mod postings;
mod reach;
mod rules;
mod traits;
mod verdict;
mod words;

pub use assign::{Proposal, Proposals, assign};
pub use index::Index;
pub use party::{Kind, Party};
pub use verdict::{Candidate, Class, Reason};
