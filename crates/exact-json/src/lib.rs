//! JSON whose numbers stay what they were on the wire.
//!
//! Both services print money as JSON numbers. `serde_json` turns a number with a point into an `f64`, and its
//! `arbitrary_precision` feature would change decoding in the whole build. Here a number goes from its own text to
//! a [`Decimal`] and back, and never through binary floating point. [`Decimal`] is for typed records; [`Value`] is
//! for records whose fields are only known at run time.

mod decimal;
mod map;
mod value;

pub use decimal::{Decimal, ParseDecimalError};
pub use map::Map;
pub use value::Value;
