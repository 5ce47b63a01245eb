//! What the browser brought: a code to exchange, and a page that is still to be shown.

use std::time::Duration;

use tokio::sync::oneshot;
use transport::Secret;
use zoho_crm::{DataCentre, ErrorKind, SignInProblem};

use super::SignInError;
use super::door::Browser;
use super::page::{self, Page};
use crate::AppError;
use crate::connect::{self, Wires, ZohoGrant};
use crate::settings::Zoho;

/// How long the browser's page waits for what becomes of the code.
const TIME_TO_TELL: Duration = Duration::from_secs(60);

/// Somebody agreed on Zoho's page. The code lives for about a minute: exchange it at once.
///
/// The browser waits meanwhile, so that it shows how the sign-in ended and not just that it came back. Where this value is dropped
/// without a word, it shows that the answer has arrived.
#[derive(Debug)]
pub struct Granted {
    /// Works once, with `redirect_uri`.
    pub code: Secret,
    /// The accounts server at which the code is exchanged, and the account lives.
    pub accounts_url: String,
    /// The address that the sign-in went to.
    pub redirect_uri: String,
    /// How many answers came before that belonged to another sign-in, or to nobody's.
    pub strangers: u32,
    tell: oneshot::Sender<Page>,
}

impl Granted {
    pub(super) fn new(
        code: Secret,
        accounts_url: String,
        redirect_uri: String,
        strangers: u32,
        browser: Browser,
    ) -> Self {
        let (tell, told) = oneshot::channel();
        tokio::spawn(async move {
            let page = match tokio::time::timeout(TIME_TO_TELL, told).await {
                Ok(Ok(page)) => page,
                Ok(Err(_)) | Err(_) => page::received(),
            };
            browser.show(&page).await;
        });
        Self { code, accounts_url, redirect_uri, strangers, tell }
    }

    /// Exchanges the code, and tells the browser what came of it. The settings come back with the data centre where the account lives.
    ///
    /// # Errors
    /// What Zoho said about code, client or data centre, with the cure.
    pub async fn exchange(
        self,
        wires: &Wires,
        settings: &Zoho,
        client_secret: &Secret,
    ) -> Result<(Zoho, ZohoGrant), AppError> {
        let there = moved(settings, &self.accounts_url);
        let came =
            connect::zoho_code(wires, &there, client_secret, &self.code, Some(&self.redirect_uri)).await;
        let came = came.map_err(|error| explained(error, settings, &there));
        match &came {
            Ok(_) => self.connected(),
            Err(error) => self.failed(error),
        }
        came.map(|grant| (there, grant))
    }

    /// Has the browser show that Zoho is connected.
    pub fn connected(self) {
        // A browser that is gone needs no telling.
        let _ = self.tell.send(page::connected());
    }

    /// Has the browser show what went wrong.
    pub fn failed(self, error: &AppError) {
        // Which address was called is for the log and the window.
        let message =
            if let AppError::Zoho(zoho) = error { zoho.kind.to_string() } else { error.to_string() };
        let _ = self.tell.send(page::failed(&message, &error.cure()));
    }
}

/// The settings in the data centre where the account lives. An upload server belongs to the old one.
fn moved(settings: &Zoho, accounts_url: &str) -> Zoho {
    let same =
        DataCentre::from_accounts_url(&settings.accounts_url) == DataCentre::from_accounts_url(accounts_url);
    Zoho {
        accounts_url: accounts_url.to_owned(),
        upload_url: settings.upload_url.clone().filter(|_| same),
        ..settings.clone()
    }
}

/// A client that is unknown, or has another secret, in the account's data centre needs other words than one that was mistyped (facts, §1.4).
fn explained(error: AppError, begun: &Zoho, there: &Zoho) -> AppError {
    let (Some(client), Some(org)) =
        (connect::data_centre(&begun.accounts_url), connect::data_centre(&there.accounts_url))
    else {
        return error;
    };
    match error {
        AppError::Zoho(source)
            if client != org
                && matches!(
                    source.kind,
                    ErrorKind::SignIn(SignInProblem::InvalidClient | SignInProblem::InvalidClientSecret)
                ) =>
        {
            let source = Box::new(source);
            SignInError::OtherDataCentre { client: client.to_owned(), org: org.to_owned(), source }.into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use transport::{
        BoxFuture, Clock, Request, Response, Secret, SeededRandom, TokioClock, Transport, TransportError,
    };

    use super::{Granted, moved};
    use crate::connect::Wires;
    use crate::settings::Zoho;

    fn settings(accounts_url: &str) -> Zoho {
        Zoho {
            client_id: "1000.A".to_owned(),
            accounts_url: accounts_url.to_owned(),
            upload_url: Some("https://upload.example".to_owned()),
            default_owner: Some("1".to_owned()),
        }
    }

    /// A Zoho whose every data centre answers alike.
    struct Says(&'static str);

    impl Transport for Says {
        fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
            assert_eq!(request.url, "https://accounts.zoho.eu/oauth/v2/token");
            let body = self.0.into();
            Box::pin(std::future::ready(Ok(Response { status: 200, headers: Vec::new(), body })))
        }
    }

    async fn refused(begun_at: &str, says: &'static str) -> (String, String) {
        let clock: Arc<dyn Clock> =
            Arc::new(TokioClock::starting_at("2026-03-02T08:00:00Z".parse().unwrap()));
        let wires = Wires { transport: Arc::new(Says(says)), clock, random: Arc::new(SeededRandom::new(1)) };
        let (tell, _told) = tokio::sync::oneshot::channel();
        let granted = Granted {
            code: Secret::new("c"),
            accounts_url: "https://accounts.zoho.eu".to_owned(),
            redirect_uri: "http://localhost:1/callback".to_owned(),
            strangers: 0,
            tell,
        };
        let error = granted.exchange(&wires, &settings(begun_at), &Secret::new("s")).await.err().unwrap();
        (error.code(), error.cure())
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_of_another_data_centre_is_told_how_to_reach_this_one() {
        let (client, secret) = (r#"{"error":"invalid_client"}"#, r#"{"error":"invalid_client_secret"}"#);
        let (code, cure) = refused("https://accounts.zoho.com", client).await;
        assert_eq!(code, "sign_in_other_data_centre");
        assert!(cure.contains("multi-DC") && cure.contains("eu"), "{cure}");
        let (code, cure) = refused("https://accounts.zoho.com", secret).await;
        assert_eq!(code, "sign_in_other_data_centre");
        assert!(cure.contains("another client secret for eu"), "{cure}");
    }

    #[tokio::test(start_paused = true)]
    async fn in_its_own_data_centre_a_client_was_mistyped() {
        for (says, code) in [
            (r#"{"error":"invalid_client"}"#, "zoho_sign_in_invalid_client"),
            (r#"{"error":"invalid_client_secret"}"#, "zoho_sign_in_invalid_client_secret"),
        ] {
            assert_eq!(refused("https://accounts.zoho.eu", says).await.0, code);
        }
        let used = r#"{"error":"invalid_code"}"#;
        assert_eq!(refused("https://accounts.zoho.com", used).await.0, "zoho_sign_in_invalid_code");
    }

    #[test]
    fn an_upload_server_stays_where_the_account_does() {
        let stays = moved(&settings("https://accounts.zoho.eu/"), "https://accounts.zoho.eu");
        assert_eq!(stays.upload_url.as_deref(), Some("https://upload.example"));
        let moves = moved(&settings("https://accounts.zoho.com"), "https://accounts.zoho.eu");
        assert_eq!((moves.upload_url, moves.accounts_url.as_str()), (None, "https://accounts.zoho.eu"));
        assert_eq!(moves.default_owner.as_deref(), Some("1"));
        let sandbox = "http://127.0.0.1:8765/accounts";
        assert!(moved(&settings(sandbox), sandbox).upload_url.is_some());
    }
}
