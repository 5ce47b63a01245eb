//! The access token: kept over restarts, renewed before its end, by one request at a time.
//!
//! Zoho gives ten access tokens in ten minutes and fifteen at a time (§1.7), so that a token is never fetched when one is at hand, not
//! even after a restart, and those that wait for a renewal share what it brings, failure included.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;
use transport::{Clock, Courier, Secret};
use url::Url;

use crate::revoke::revoke;
use crate::sign_in::{check_api_domain, refresh};
use crate::{Error, Settings};

/// A token is renewed this long before its end.
const AHEAD: Duration = Duration::from_secs(5 * 60);

/// An access token and where it is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// The token.
    pub token: Secret,
    /// The API's address, as the accounts server gave it.
    pub api_domain: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Keeps the access token over restarts. What cannot be read counts as absent, what cannot be stored is fetched again.
///
/// It is asked from within async code, once per renewal and once at the start: its calls must be short.
pub trait TokenVault: Send + Sync {
    /// The kept token.
    fn load(&self) -> Option<AccessToken>;
    /// Keeps `token` in place of any other.
    fn store(&self, token: &AccessToken);
    /// Drops the kept token.
    fn forget(&self);
}

/// A token that is ready for use.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    pub(crate) token: Secret,
    pub(crate) api: Url,
    /// Whether it was fetched just now, for this very request: a refusal is then final.
    pub(crate) fresh: bool,
}

pub(crate) struct Access {
    settings: Settings,
    client_secret: Secret,
    refresh_token: Secret,
    courier: Courier,
    clock: Arc<dyn Clock>,
    vault: Arc<dyn TokenVault>,
    kept: Mutex<Kept>,
    /// How many renewals have ended; read without the lock by those that are about to wait for it.
    renewals: AtomicU64,
}

#[derive(Default)]
struct Kept {
    looked_in_vault: bool,
    token: Option<(AccessToken, Url)>,
    last_failure: Option<Error>,
}

impl Access {
    pub(crate) fn new(
        settings: Settings,
        client_secret: Secret,
        refresh_token: Secret,
        courier: Courier,
        clock: Arc<dyn Clock>,
        vault: Arc<dyn TokenVault>,
    ) -> Self {
        let (kept, renewals) = Default::default();
        Self { settings, client_secret, refresh_token, courier, clock, vault, kept, renewals }
    }

    /// A token that is good for some minutes more; `refused` is one that the API did not take.
    pub(crate) async fn pass(&self, refused: Option<&Secret>) -> Result<Pass, Error> {
        let renewals = self.renewals.load(Ordering::Acquire);
        let mut kept = self.kept.lock().await;
        if !kept.looked_in_vault {
            kept.looked_in_vault = true;
            kept.token = self.vault.load().and_then(|token| self.checked(token).ok());
        }
        let soon = self.clock.now().saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
        if let Some((token, api)) = &kept.token
            && token.expires_at > soon
            && refused != Some(&token.token)
        {
            // Where another request renewed the token meanwhile, it is as fresh as can be.
            return Ok(Pass { token: token.token.clone(), api: api.clone(), fresh: refused.is_some() });
        }
        let ended_meanwhile = self.renewals.load(Ordering::Acquire) != renewals;
        if let Some(failure) = kept.last_failure.clone().filter(|_| ended_meanwhile) {
            return Err(failure);
        }
        if kept.token.take().is_some() {
            self.vault.forget();
        }
        let renewed = self.renew().await;
        self.renewals.fetch_add(1, Ordering::Release);
        kept.last_failure = renewed.as_ref().err().cloned();
        let (token, api) = renewed?;
        self.vault.store(&token);
        let pass = Pass { token: token.token.clone(), api: api.clone(), fresh: true };
        kept.token = Some((token, api));
        Ok(pass)
    }

    /// Drops a fresh token that the API did not take.
    pub(crate) async fn forget(&self, refused: &Secret) {
        let mut kept = self.kept.lock().await;
        if kept.token.as_ref().is_some_and(|(token, _)| token.token == *refused) {
            kept.token = None;
            self.vault.forget();
        }
    }

    /// Ends the refresh token for good.
    pub(crate) async fn revoke(&self) -> Result<(), Error> {
        let mut kept = self.kept.lock().await;
        revoke(&self.settings, &self.client_secret, &self.refresh_token, &self.courier).await?;
        kept.token = None;
        self.vault.forget();
        Ok(())
    }

    async fn renew(&self) -> Result<(AccessToken, Url), Error> {
        tracing::debug!("renewing the access token");
        let now = || self.clock.now();
        let token =
            refresh(&self.settings, &self.client_secret, &self.refresh_token, &self.courier, now).await?;
        self.checked(token)
    }

    fn checked(&self, token: AccessToken) -> Result<(AccessToken, Url), Error> {
        let api = check_api_domain(&token.api_domain, &self.settings.accounts_url, "the kept access token")?;
        Ok((token, api))
    }
}
