//! Signing in to Zoho in the system's browser.
//!
//! [`SignIn::begin`] opens a door (`door`) on this computer and makes the address of Zoho's consent page; whoever shows the window opens
//! that address in the browser. [`SignIn::finish`] waits until Zoho sends the browser back to the door. What the browser asks for there is
//! read by `request`, judged by `callback`, and answered with a `page`. What came is a [`Granted`]: a code, and the accounts server at which
//! it is exchanged.
//!
//! Nothing but Zoho's own answer ends the wait: it alone carries the `state` that this sign-in made up (only a denial is believed without it,
//! since Zoho is known to send it so). Everybody else, favicons and forgeries alike, gets a page and is left behind.
//!
//! Zoho sends nobody to an address that is not registered, and takes the port letter by letter (facts, §1.4), so that the port is fixed:
//! [`DEFAULT_PORT`].

mod callback;
mod door;
mod error;
mod granted;
mod page;
mod request;

use std::time::Duration;

use sync::progress::Stop;
use transport::Secret;
use zoho_crm::Client;

use crate::AppError;
use crate::connect::ZOHO_SCOPES;
use crate::settings::Zoho;
use callback::{Callback, Expected};
use door::Door;

pub use error::SignInError;
pub use granted::Granted;

/// The port of the registered redirect address. It is nobody's at IANA, and below those that Windows and macOS lend to outgoing connections.
pub const DEFAULT_PORT: u16 = 47_817;

/// The path of the registered redirect address.
const PATH: &str = "/callback";

/// How long somebody may take in the browser.
pub const TIME_LIMIT: Duration = Duration::from_secs(10 * 60);

/// How often a request to stop is looked for.
const TICK: Duration = Duration::from_millis(100);

/// Bytes of chance in the state.
const STATE_BYTES: usize = 32;

/// The address to register in Zoho's API console for `port`.
#[must_use]
pub fn redirect_uri(port: u16) -> String {
    // `localhost` as a name, since that is what Zoho is known to accept.
    format!("http://localhost:{port}{PATH}")
}

/// A sign-in that waits for the browser. Dropping it closes the door.
pub struct SignIn {
    /// The page to open in the browser.
    pub url: String,
    /// Where Zoho sends the browser back to.
    pub redirect_uri: String,
    door: Door,
    expected: Expected,
}

impl SignIn {
    /// Opens the door on `port` of this computer (0 takes a free one, which is of use where it can be registered afterwards) and makes
    /// the address of Zoho's page.
    ///
    /// # Errors
    /// When client id or accounts server are not usable, the port is taken, or the system has no chance to offer.
    pub async fn begin(settings: &Zoho, port: u16) -> Result<Self, AppError> {
        if settings.client_id.trim().is_empty() {
            return Err(SignInError::NoClientId.into());
        }
        let state = new_state()?;
        let door = Door::open(port).await?;
        let redirect_uri = redirect_uri(door.port());
        let client = crate::connect::zoho_settings(settings);
        let url = Client::authorization_url(&client, ZOHO_SCOPES, &redirect_uri, state.reveal())?;
        let expected = Expected { state, accounts_url: settings.accounts_url.clone() };
        Ok(Self { url, redirect_uri, door, expected })
    }

    /// Waits for Zoho's answer, at most for [`TIME_LIMIT`]. Dropping the future ends the wait as well as `stop` does.
    ///
    /// # Errors
    /// [`SignInError`]: somebody declined, stopped or took too long, or the answer cannot be used.
    pub async fn finish(self, stop: &Stop) -> Result<Granted, AppError> {
        let Self { redirect_uri, mut door, expected, .. } = self;
        let found = tokio::select! {
            found = door.answer(expected) => Some(found),
            () = stopped(stop) => return Err(SignInError::Stopped.into()),
            () = tokio::time::sleep(TIME_LIMIT) => None,
        };
        let strangers = door.strangers();
        let Some((callback, browser)) = found else {
            return Err(SignInError::TimedOut { redirect_uri, strangers }.into());
        };
        // From here on nobody else is let in.
        drop(door);
        match callback {
            Callback::Granted { code, accounts_url } => {
                Ok(Granted::new(code, accounts_url, redirect_uri, strangers, browser))
            }
            Callback::Failed(error) => {
                browser.show(&page::failed(&error.to_string(), &error.cure())).await;
                Err(error.into())
            }
        }
    }
}

/// Text that nobody guesses. `transport::Random` is not for secrets, and so not used.
fn new_state() -> Result<Secret, SignInError> {
    let mut bytes = [0_u8; STATE_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| SignInError::NoChance(error.to_string()))?;
    Ok(Secret::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}

async fn stopped(stop: &Stop) {
    let mut ticks = tokio::time::interval(TICK);
    while !stop.asked() {
        ticks.tick().await;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::new_state;

    #[test]
    fn no_two_sign_ins_have_one_state() {
        let states: BTreeSet<String> = (0..100).map(|_| new_state().unwrap().reveal().to_owned()).collect();
        assert_eq!(states.len(), 100);
        assert!(states.iter().all(|state| state.len() == 64));
    }
}
