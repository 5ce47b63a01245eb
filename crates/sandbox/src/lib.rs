//! A simulated Business Central and Zoho CRM that behave as the real ones do: for the demo, for tests and for benchmarks.
//!
//! The state of both is plain Rust ([`BcState`], [`ZohoState`]) behind one [`World`] with its own time and planned [`faults`]. The same
//! world is served over sockets ([`serve`]) and plugged into a client without any ([`InProcess`]).
//!
//! | prefix | service |
//! |---|---|
//! | `/login` | Microsoft's sign-in |
//! | `/bc` | Business Central |
//! | `/accounts` | Zoho's sign-in |
//! | `/zoho` | Zoho CRM |
//! | `/admin` | what people do on either side, time, faults |
//! | `/bc-web`, `/crm` | pages of records, as links to both services' web clients lead to them |

mod admin;
pub mod business_central;
mod carrier;
pub mod credentials;
mod deliver;
pub mod faults;
mod in_process;
mod incoming;
mod journal;
mod post;
pub mod seed;
mod server;
mod web_pages;
mod world;
pub mod zoho;

pub use business_central::BcState;
pub use in_process::{InProcess, ORIGIN};
pub use incoming::Incoming;
pub use post::{Handshake, Mishaps, Post, PostId, Postman, Receipt};
pub use server::{Server, serve};
pub use world::{Handled, World};
pub use zoho::ZohoState;
