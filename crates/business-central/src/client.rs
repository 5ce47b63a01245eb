//! Requests to one environment: who asks, where, and what a refusal means.

use std::sync::Arc;
use std::time::Duration;

use transport::{Clock, Courier, Method, Request, Response, Secret};
use url::Url;

use crate::answer::{self, CutRow, ListAnswer, Unread};
use crate::entity::STANDARD_API;
use crate::query::{MAX_PAGE_SIZE, encode_segment};
use crate::subscriptions::Change;
use crate::token::TokenSource;
use crate::{BcId, Company, CompanyApi, Error, ErrorKind, Row, refusal};

/// Microsoft's sign-in service.
pub const LOGIN_URL: &str = "https://login.microsoftonline.com";

/// Business Central online.
pub const API_URL: &str = "https://api.businesscentral.dynamics.com";

/// How long one attempt may take. Business Central itself gives up after 8 minutes (operational limits); a page of the usual size
/// takes seconds.
const TIMEOUT: Duration = Duration::from_secs(180);

/// Whom to ask, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The Microsoft Entra tenant: its id or a domain name.
    pub tenant: String,
    /// The name of the Business Central environment.
    pub environment: String,
    /// The app's client id.
    pub client_id: String,
    /// The sign-in service, usually [`LOGIN_URL`].
    pub login_url: String,
    /// Business Central's service, usually [`API_URL`]; without the version.
    pub api_url: String,
}

/// Reads one environment. Cheap to clone; clones share token and courier.
///
/// Nothing but the app's own webhook subscriptions can be written ([`subscriptions`](crate::subscriptions)): every other request is a
/// GET, except the POST that fetches a token.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    base: String,
    origin: Option<url::Origin>,
    courier: Courier,
    tokens: TokenSource,
}

/// What came of a request.
enum Exchange<T> {
    /// What was asked for.
    Data(T),
    /// An answer whose status is no success.
    Refused(Response),
}

/// A page whose rows are whole.
pub(crate) struct WholePage {
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
}

impl Client {
    /// A client that signs in when it is first used.
    #[must_use]
    pub fn new(settings: Settings, secret: Secret, courier: Courier, clock: Arc<dyn Clock>) -> Self {
        let api = settings.api_url.trim_end_matches('/');
        let tenant = encode_segment(settings.tenant.trim());
        let base = format!("{api}/v2.0/{tenant}/{}/api", encode_segment(settings.environment.trim()));
        let origin = Url::parse(api).ok().map(|url| url.origin()).filter(url::Origin::is_tuple);
        let tokens = TokenSource::new(settings, secret, clock);
        Self { inner: Arc::new(Inner { base, origin, courier, tokens }) }
    }

    /// Asks for a new token, whether there is one or not.
    ///
    /// # Errors
    /// When there is no connection or the app may not sign in.
    pub async fn sign_in(&self) -> Result<(), Error> {
        self.inner.tokens.renew(&self.inner.courier).await
    }

    /// The companies that the app can see.
    ///
    /// # Errors
    /// As every call: connection, sign-in, permissions, an answer that is not understood.
    pub async fn companies(&self) -> Result<Vec<Company>, Error> {
        let mut companies = Vec::new();
        let mut next = Some(format!("{}/{STANDARD_API}/companies", self.inner.base));
        while let Some(address) = next {
            let page = self.page(&address, MAX_PAGE_SIZE).await?;
            for row in page.rows {
                companies.push(row.decode()?);
            }
            next = page.next.filter(|next| *next != address);
        }
        Ok(companies)
    }

    /// The data of one company.
    #[must_use]
    pub fn company(&self, id: BcId) -> CompanyApi {
        CompanyApi::new(self.clone(), id)
    }

    /// How many attempts went out so far, sign-ins included.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.inner.courier.calls()
    }

    /// How far Business Central's clock is ahead of ours, by its last answer.
    #[must_use]
    pub fn clock_offset(&self) -> Option<jiff::SignedDuration> {
        self.inner.courier.clock_offset()
    }

    /// The address of a company, or of what `path_and_query` names inside it.
    pub(crate) fn address(&self, api: &str, company: BcId, path_and_query: &str) -> String {
        format!("{}/{api}/companies({company}){path_and_query}", self.inner.base)
    }

    /// One page of a listing.
    pub(crate) async fn page(&self, address: &str, page_size: u32) -> Result<WholePage, Error> {
        let page = self.list(address, page_size).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.push(self.whole(row, page_size).await?);
        }
        Ok(WholePage { rows, next: page.next })
    }

    /// A single record.
    pub(crate) async fn record(&self, address: &str) -> Result<Row, Error> {
        let row = self.read(address, None, answer::record).await?;
        self.whole(row, MAX_PAGE_SIZE).await
    }

    async fn list(&self, address: &str, page_size: u32) -> Result<ListAnswer, Error> {
        self.read(address, Some(page_size), answer::list).await
    }

    /// Fetches what is missing of a row's expanded lists.
    async fn whole(&self, (mut row, cuts): CutRow, page_size: u32) -> Result<Row, Error> {
        for cut in cuts {
            let link = serde_json::from_str::<String>(&cut.link).ok().filter(|_| cut.outermost);
            let problem = || Error::undecodable(format!("the list {} is cut off", cut.property), "a record");
            let mut next = Some(link.ok_or_else(problem)?);
            while let Some(address) = next {
                let page = self.list(&address, page_size).await?;
                let mut rest = Vec::with_capacity(page.rows.len());
                for (element, deeper) in page.rows {
                    if !deeper.is_empty() {
                        return Err(problem());
                    }
                    rest.push(element);
                }
                row.complete(&cut.property, &rest)?;
                next = page.next;
                if next.as_ref() == Some(&address) {
                    return Err(problem());
                }
            }
        }
        Ok(row)
    }

    /// Gets `address` and reads the answer.
    pub(crate) async fn read<T: Send>(
        &self,
        address: &str,
        page_size: Option<u32>,
        read: fn(&[u8]) -> Result<T, Unread>,
    ) -> Result<T, Error> {
        match self.exchange(address, |authorization| get(address, page_size, authorization), read).await? {
            Exchange::Data(data) => Ok(data),
            Exchange::Refused(response) => Err(self.refusal(address, &response)),
        }
    }

    /// Sends the one kind of request that writes: a change of this app's own subscriptions, whose address it makes itself.
    pub(crate) async fn change<T: Send>(
        &self,
        change: &Change<'_>,
        read: fn(&[u8]) -> Result<T, Unread>,
    ) -> Result<T, Error> {
        let address = change.address(&self.inner.base);
        match self.exchange(&address, |authorization| change.request(&address, authorization), read).await? {
            Exchange::Data(data) => Ok(data),
            Exchange::Refused(response) => {
                Err(change.refused(response.status, self.refusal(&address, &response)))
            }
        }
    }

    /// The address of what `path_and_query` names in an API, outside all companies.
    pub(crate) fn address_outside(&self, api: &str, path_and_query: &str) -> String {
        format!("{}/{api}{path_and_query}", self.inner.base)
    }

    /// Sends a request to `address` and reads the answer; a token that is refused is replaced once.
    async fn exchange<T: Send>(
        &self,
        address: &str,
        request: impl Fn(&Secret) -> Request + Send + Sync,
        read: fn(&[u8]) -> Result<T, Unread>,
    ) -> Result<Exchange<T>, Error> {
        self.check_origin(address)?;
        let mut refused: Option<Secret> = None;
        loop {
            let authorization =
                self.inner.tokens.authorization(&self.inner.courier, refused.as_ref()).await?;
            let request = request(&authorization);
            let (response, outcome) =
                self.inner.courier.send_checked(request, |response| examine(response, read)).await.map_err(
                    |error| Error::new(ErrorKind::Transport(Box::new(error)), self.place(address)),
                )?;
            if response.status == 401 && refused.is_none() {
                tracing::debug!(place = %self.place(address), "the access token was refused; asking for another one");
                refused = Some(authorization);
                continue;
            }
            return match outcome {
                Some(Ok(data)) => Ok(Exchange::Data(data)),
                Some(Err(error)) => {
                    Err(Error { place: format!("{}, {}", self.place(address), error.place), ..error })
                }
                None => Ok(Exchange::Refused(response)),
            };
        }
    }

    /// The token goes to the service of the settings and nowhere else, whatever an answer says.
    fn check_origin(&self, address: &str) -> Result<(), Error> {
        let Some(origin) = &self.inner.origin else {
            return Err(Error::new(ErrorKind::Settings, self.inner.base.clone()));
        };
        let url = Url::parse(address).map_err(|error| {
            Error::undecodable(format!("the next page's address: {error}"), self.place(address))
        })?;
        let is_ours = url.origin() == *origin && url.username().is_empty() && url.password().is_none();
        if is_ours {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::ForeignLink, url.origin().ascii_serialization()))
        }
    }

    fn refusal(&self, address: &str, response: &Response) -> Error {
        let refusal = refusal::decode(response.status, response.header("Content-Type"), &response.body);
        let message = match (refusal.code.as_str(), refusal.message) {
            ("", message) if message.is_empty() => format!("HTTP {}", response.status),
            ("", message) => format!("HTTP {}, {message}", response.status),
            (code, message) => format!("{code}: {message}"),
        };
        Error {
            kind: refusal.kind,
            message,
            correlation_id: refusal.correlation_id,
            place: self.place(address),
        }
    }

    /// The address from the API's name on, without the query.
    fn place(&self, address: &str) -> String {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        path.strip_prefix(&self.inner.base).unwrap_or(path).trim_start_matches('/').to_owned()
    }
}

/// What the courier may hand on: data, sound nonsense, or `None` for a refusal. An error sends the request again.
fn examine<T>(
    response: &Response,
    read: fn(&[u8]) -> Result<T, Unread>,
) -> Result<Option<Result<T, Error>>, String> {
    if !response.is_success() {
        return Ok(None);
    }
    match read(&response.body) {
        Ok(data) => Ok(Some(Ok(data))),
        Err(Unread::Unexpected(error)) => Ok(Some(Err(error))),
        Err(Unread::Broken(complaint)) => Err(complaint),
    }
}

fn get(address: &str, page_size: Option<u32>, authorization: &Secret) -> Request {
    let mut request = signed(Request::new(Method::Get, address), authorization);
    if let Some(rows) = page_size {
        request = request.header("Prefer", format!("odata.maxpagesize={rows}"));
    }
    request
}

/// What every request to the API has in common.
pub(crate) fn signed(request: Request, authorization: &Secret) -> Request {
    let mut request = request
        .header("Accept", "application/json")
        // Messages are looked at in a few cases, and shown to people who search the web for them.
        .header("Accept-Language", "en-US");
    request.authorization = Some(authorization.clone());
    request.timeout = TIMEOUT;
    request
}
