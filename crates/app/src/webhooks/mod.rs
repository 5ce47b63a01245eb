//! Change capture: signals from both services, through a relay, beside polling.
//!
//! A relay is optional. With one, a profile has a mailbox there ([`Access`], a secret), subscriptions on both sides that lead to it
//! ([`keeper`]), and one connection over which signals come ([`listener`]). A signal is judged ([`incoming`]), kept in the database,
//! acknowledged, and becomes work of the next run. Nothing here is needed for the copy to be true: polling goes on, less often.

mod access;
mod incoming;
mod keeper;
mod listener;
mod plan;
mod relay;
mod running;
mod sides;
mod state;
mod switch;

pub use access::Access;
pub use keeper::Refusal;
pub use relay::{RelayError, Way};
pub use running::run;
pub use state::{Counts, Link, LinkState, Shown, ShownSubscription, shown, told};
pub use switch::{Switched, repair, switch_off, switch_on};
