//! The client: gives each call a token, sends it, and reads the answer.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use transport::{Clock, Courier, Response, Secret};
use url::Url;

use crate::access::{Access, Pass};
use crate::call::Call;
use crate::envelope::{read, refusal};
use crate::{DataCentre, Error, ErrorKind, Granted, TokenVault, authorization, sign_in};

/// Calls that may be under way at once. Every edition allows so many writes of more than 10 records, and queries (§9); of other calls the
/// larger ones allow more, but there are hardly any.
const MOST_CALLS: usize = 10;

/// Where to sign in and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The client's id, from Zoho's API console.
    pub client_id: String,
    /// The accounts server of the data centre, such as `https://accounts.zoho.eu`.
    pub accounts_url: String,
    /// Where files for bulk write are uploaded; `None` for the data centre's own.
    pub upload_url: Option<String>,
}

/// A client of one Zoho CRM org. Cheap to clone; clones share token and limits.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    access: Access,
    courier: Courier,
    upload: Option<Url>,
    accounts_url: String,
}

/// What a call's answer means.
pub(crate) type Reading<T> = Result<Result<T, Error>, String>;

impl Client {
    /// A client that signs in with a refresh token.
    #[must_use]
    pub fn new(
        settings: Settings,
        client_secret: Secret,
        refresh_token: Secret,
        courier: Courier,
        clock: Arc<dyn Clock>,
        vault: Arc<dyn TokenVault>,
    ) -> Self {
        let upload = upload_host(&settings);
        let accounts_url = settings.accounts_url.clone();
        let access = Access::new(settings, client_secret, refresh_token, courier.clone(), clock, vault);
        let client = Self { inner: Arc::new(Inner { access, courier, upload, accounts_url }) };
        client.set_concurrency(client.inner.courier.concurrency());
        client
    }

    /// Where files are uploaded; `None` where neither the settings nor the table of data centres say.
    pub(crate) fn upload_host(&self) -> Option<&Url> {
        self.inner.upload.as_ref()
    }

    /// The API's address, and the accounts server's.
    pub(crate) async fn hosts(&self) -> Result<(Url, &str), Error> {
        let pass = self.inner.access.pass(None).await?;
        Ok((pass.api, &self.inner.accounts_url))
    }

    /// The address at which somebody signs in with a browser and lets the program in.
    ///
    /// `scopes` stand with commas between them. The browser comes back to `redirect_uri` with `state` as it went; the code that
    /// it brings is exchanged at the accounts server that it names, which need not be this one.
    ///
    /// # Errors
    /// [`ErrorKind::Transport`] where the accounts server's address is none, or neither https nor of this computer.
    pub fn authorization_url(
        settings: &Settings,
        scopes: &str,
        redirect_uri: &str,
        state: &str,
    ) -> Result<String, Error> {
        authorization::url(settings, scopes, redirect_uri, state)
    }

    /// Exchanges the code of a sign-in, or of a self client, for a refresh token.
    ///
    /// A code works once and for about two minutes. `redirect_uri` is that of the sign-in; a self client has none.
    ///
    /// # Errors
    /// [`ErrorKind::SignIn`] where Zoho refuses or gives no refresh token, [`ErrorKind::Transport`] where no answer came.
    pub async fn exchange_code(
        settings: &Settings,
        client_secret: &Secret,
        courier: &Courier,
        code: &Secret,
        redirect_uri: Option<&str>,
    ) -> Result<Granted, Error> {
        sign_in::exchange(settings, client_secret, courier, code, redirect_uri).await
    }

    /// Ends the refresh token, and drops the kept access token.
    ///
    /// # Errors
    /// [`SignInProblem::InvalidCode`](crate::SignInProblem::InvalidCode) where the token was not valid any more; else where Zoho
    /// refuses or does not answer.
    pub async fn revoke(&self) -> Result<(), Error> {
        self.inner.access.revoke().await
    }

    /// Changes how many calls may be under way; see [`crate::Edition::concurrency`]. There are never more than ten.
    pub fn set_concurrency(&self, calls: usize) {
        self.inner.courier.set_concurrency(calls.min(MOST_CALLS));
    }

    /// How many calls may be under way.
    #[must_use]
    pub fn parallel_calls(&self) -> usize {
        self.inner.courier.concurrency()
    }

    /// How many calls went out so far, sign-ins and repetitions included.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.inner.courier.calls()
    }

    /// How far Zoho's clock is ahead of ours, by its last answer.
    #[must_use]
    pub fn clock_offset(&self) -> Option<jiff::SignedDuration> {
        self.inner.courier.clock_offset()
    }

    /// How many API credits were booked so far, repetitions included.
    #[must_use]
    pub fn credits(&self) -> u64 {
        self.inner.courier.credits()
    }

    /// Sends a call that answers with JSON, and reads it; `None` where there is no content.
    pub(crate) async fn fetch<T: DeserializeOwned + Send>(&self, call: Call) -> Result<Option<T>, Error> {
        let place = call.place();
        self.send(call, |response| match response.status {
            // 304: nothing is newer than If-Modified-Since.
            204 | 304 => Ok(Ok(None)),
            200..300 => read(response, &place).map(|reading| reading.map(Some)),
            _ => Ok(Err(refusal(response, &place))),
        })
        .await
    }

    /// Sends a call; where its token turns out to be invalid, once more with a new one.
    pub(crate) async fn send<T: Send>(
        &self,
        call: Call,
        read: impl Fn(&Response) -> Reading<T> + Send + Sync,
    ) -> Result<T, Error> {
        let pass = self.inner.access.pass(None).await?;
        let refused = match self.send_with(&pass, &call, &read).await {
            Err(error) if error.kind == ErrorKind::InvalidToken => error,
            other => return other,
        };
        if pass.fresh {
            self.inner.access.forget(&pass.token).await;
            return Err(refused);
        }
        tracing::debug!(code = refused.code, "the access token was refused");
        let pass = self.inner.access.pass(Some(&pass.token)).await?;
        let second = self.send_with(&pass, &call, &read).await;
        if second.as_ref().is_err_and(|error| error.kind == ErrorKind::InvalidToken) {
            self.inner.access.forget(&pass.token).await;
        }
        second
    }

    async fn send_with<T>(
        &self,
        pass: &Pass,
        call: &Call,
        read: &(impl Fn(&Response) -> Reading<T> + Send + Sync),
    ) -> Result<T, Error> {
        match self.inner.courier.send_checked(call.request(&pass.api, &pass.token), read).await {
            Ok((_, reading)) => reading,
            Err(error) => Err(Error::new(ErrorKind::Transport(Box::new(error)), "", "", call.place())),
        }
    }
}

/// The host that the settings name, else the data centre's.
fn upload_host(settings: &Settings) -> Option<Url> {
    let known = || DataCentre::from_accounts_url(&settings.accounts_url).and_then(DataCentre::upload_url);
    Url::parse(settings.upload_url.as_deref().or_else(known)?).ok()
}
