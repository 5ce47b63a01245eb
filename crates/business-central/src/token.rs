//! The access token: fetched when needed, kept until shortly before its end, by one caller at a time.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::Mutex;
use transport::{Clock, Courier, Method, Repeat, Request, Response, Secret};

use crate::query::encode_segment;
use crate::{Error, ErrorKind, Settings, sign_in};

/// The scope of client credentials must end in `/.default`.
const SCOPE: &str = "https://api.businesscentral.dynamics.com/.default";

/// How long before its end a token is renewed; at most half of its life.
const MARGIN: Duration = Duration::from_secs(300);

/// Where tokens come from. Cloning shares nothing; it stands behind the client's `Arc`.
pub(crate) struct TokenSource {
    address: String,
    place: String,
    client_id: String,
    client_secret: Secret,
    clock: Arc<dyn Clock>,
    current: Mutex<Option<Token>>,
}

/// A token that can be shown to Business Central.
#[derive(Clone)]
struct Token {
    authorization: Secret,
    /// By the wall clock, which notices that the computer slept.
    until: Timestamp,
    /// By the clock that cannot be set back.
    until_monotonic: Duration,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: u64,
}

impl TokenSource {
    pub(crate) fn new(settings: Settings, client_secret: Secret, clock: Arc<dyn Clock>) -> Self {
        let login = settings.login_url.trim_end_matches('/');
        Self {
            address: format!("{login}/{}/oauth2/v2.0/token", encode_segment(settings.tenant.trim())),
            place: format!("{login}/{}", settings.tenant.trim()),
            client_id: settings.client_id,
            client_secret,
            clock,
            current: Mutex::new(None),
        }
    }

    /// The value of the `Authorization` header.
    ///
    /// `refused` is a value that Business Central did not accept: it is replaced, unless another caller did so already. Callers who come
    /// while a token is being fetched wait for it.
    pub(crate) async fn authorization(
        &self,
        courier: &Courier,
        refused: Option<&Secret>,
    ) -> Result<Secret, Error> {
        let mut current = self.current.lock().await;
        if let Some(token) = current.as_ref()
            && refused != Some(&token.authorization)
            && self.is_good(token)
        {
            return Ok(token.authorization.clone());
        }
        *current = None;
        let token = self.fetch(courier).await?;
        let authorization = token.authorization.clone();
        *current = Some(token);
        Ok(authorization)
    }

    /// Fetches a token whether there is one or not.
    pub(crate) async fn renew(&self, courier: &Courier) -> Result<(), Error> {
        let mut current = self.current.lock().await;
        *current = Some(self.fetch(courier).await?);
        Ok(())
    }

    fn is_good(&self, token: &Token) -> bool {
        self.clock.now() < token.until && self.clock.monotonic() < token.until_monotonic
    }

    async fn fetch(&self, courier: &Courier) -> Result<Token, Error> {
        // The life of a token is counted from before the request, so that a slow answer cannot lengthen it.
        let (now, monotonic) = (self.clock.now(), self.clock.monotonic());
        tracing::debug!(place = %self.place, "asking for an access token");
        let (response, answer) = courier
            .send_checked(self.request(), |response| read_answer(response).map_err(str::to_owned))
            .await
            .map_err(|error| Error::new(ErrorKind::Transport(Box::new(error)), self.place.clone()))?;
        if !response.is_success() {
            let refusal = sign_in::refusal(response.status, &response.body);
            return Err(Error {
                kind: ErrorKind::SignIn(refusal.problem),
                message: refusal.message,
                correlation_id: refusal.correlation_id,
                place: self.place.clone(),
            });
        }
        let answer =
            answer.ok_or_else(|| Error::undecodable("no token in the answer", self.place.clone()))?;
        let life = Duration::from_secs(answer.expires_in);
        let usable = life.saturating_sub(MARGIN).max(life / 2);
        let until = SignedDuration::try_from(usable).ok().and_then(|usable| now.checked_add(usable).ok());
        Ok(Token {
            authorization: Secret::new(format!("Bearer {}", answer.access_token)),
            until: until.unwrap_or(Timestamp::MAX),
            until_monotonic: monotonic.saturating_add(usable),
        })
    }

    fn request(&self) -> Request {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", self.client_secret.reveal())
            .append_pair("scope", SCOPE)
            .finish();
        let mut request = Request::new(Method::Post, &self.address)
            .header("Accept", "application/json")
            .body("application/x-www-form-urlencoded", form);
        request.secret_body = true;
        // A second token does no harm.
        request.repeat = Repeat::Safe;
        request.max_answer = 1 << 20;
        request
    }
}

/// The token of a success; `None` where the answer is sound JSON without one. Complaints quote nothing: the text may hold a token.
fn read_answer(response: &Response) -> Result<Option<Answer>, &'static str> {
    if !response.is_success() {
        return Ok(None);
    }
    match serde_json::from_slice::<Answer>(&response.body) {
        Ok(answer) if answer.access_token.is_empty() => Ok(None),
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_data() => Ok(None),
        Err(_) => Err("the sign-in answer is not whole"),
    }
}
