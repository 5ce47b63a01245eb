//! The application's and the tray's icons, drawn from `icons/source/ledgerline.svg`.
//!
//! [`Source`] takes that file apart into shapes and colours, [`drawing`] composes an icon of them and draws it, [`set`] says which icons
//! there are and gives them as files in memory, and [`folder`] brings the folder `icons/` in line with that. The icons are committed, so
//! that no other build has to draw; a test holds that they are what the source draws.
//!
//! Drawing repeats: shapes have plain colours, and files are compressed the same way whatever else is built along.

pub mod drawing;
pub mod error;
pub mod folder;
mod ico;
mod picture;
pub mod set;
pub mod source;

pub use error::IconError;
pub use picture::Picture;
pub use source::{Panel, Source};
