//! The built program, as somebody types it.

#[cfg(feature = "demo")]
mod demo;
mod preview;
mod program;
mod sync;
mod usage;
