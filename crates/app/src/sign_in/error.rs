//! Why a sign-in in the browser brought nothing.

/// Why a sign-in in the browser brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is no client to sign in with.
    #[error("there is no client id to sign in to Zoho with")]
    NoClientId,
    /// The operating system gives no random numbers.
    #[error("the operating system gives no random numbers: {0}")]
    NoChance(String),
    /// Another program listens on the port.
    #[error(
        "port {port} of this computer, to which Zoho sends the browser back, is taken by another program"
    )]
    PortTaken {
        /// Which port.
        port: u16,
    },
    /// The port cannot be listened on.
    #[error("port {port} of this computer, to which Zoho sends the browser back, cannot be opened: {reason}")]
    PortClosed {
        /// Which port.
        port: u16,
        /// Why not.
        reason: String,
    },
    /// Somebody said no on Zoho's page.
    #[error("the sign-in to Zoho was declined in the browser")]
    Denied,
    /// Zoho sent the browser back with another error.
    #[error("Zoho refused the sign-in: {0}")]
    Refused(String),
    /// Zoho sent the browser back with neither a code nor an error.
    #[error("Zoho sent the browser back without a code")]
    NoCode,
    /// The answer names an accounts server that is none of Zoho's.
    #[error(
        "the sign-in's answer names \"{0}\" as accounts server, which is none of Zoho's; nothing was sent there"
    )]
    ForeignAccountsServer(String),
    /// The org lives in another data centre than the client, and the client is not set up for that.
    #[error(
        "the Zoho account lives in the data centre \"{org}\", and the API client was looked for in \"{client}\": {source}"
    )]
    OtherDataCentre {
        /// Where the sign-in began.
        client: String,
        /// Where the account lives.
        org: String,
        /// What the accounts server there said.
        source: Box<zoho_crm::Error>,
    },
    /// Nobody came back in time.
    #[error("nobody came back from Zoho's page in ten minutes{}", Strangers(*.strangers))]
    TimedOut {
        /// The address that has to be registered.
        redirect_uri: String,
        /// How many answers belonged to another sign-in, or to nobody's.
        strangers: u32,
    },
    /// It was told to end.
    #[error("the sign-in was stopped")]
    Stopped,
}

impl SignInError {
    /// Stable; programs may match on it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoClientId => "sign_in_no_client_id",
            Self::NoChance(_) => "sign_in_no_chance",
            Self::PortTaken { .. } => "sign_in_port_taken",
            Self::PortClosed { .. } => "sign_in_port_closed",
            Self::Denied => "sign_in_denied",
            Self::Refused(_) => "sign_in_refused",
            Self::NoCode => "sign_in_no_code",
            Self::ForeignAccountsServer(_) => "sign_in_foreign_accounts_server",
            Self::OtherDataCentre { .. } => "sign_in_other_data_centre",
            Self::TimedOut { .. } => "sign_in_timed_out",
            Self::Stopped => "sign_in_stopped",
        }
    }

    /// What to do.
    #[must_use]
    pub fn cure(&self) -> String {
        match self {
            Self::NoClientId => "Enter the client id from Zoho's API console.".to_owned(),
            Self::NoChance(_) => "Restart the computer; if it stays, send a support bundle.".to_owned(),
            Self::PortTaken { port } => format!(
                "Close the program that uses port {port}; often it is a second Ledgerline that waits for a sign-in too. Or sign in with a self \
                 client's code, which needs no port."
            ),
            Self::PortClosed { port, .. } => format!(
                "Allow Ledgerline to listen on port {port} of this computer (a firewall or a range of reserved ports forbids it). Or sign in with a \
                 self client's code, which needs no port."
            ),
            Self::Denied => {
                "Sign in again and press Accept, as a user who may see and change everything that is to be copied.".to_owned()
            }
            Self::Refused(_) | Self::NoCode => {
                "Sign in again; if it stays, sign in with a self client's code, and send a support bundle.".to_owned()
            }
            Self::ForeignAccountsServer(_) => {
                "Sign in again. If it stays, Zoho may have opened a data centre that this version does not know: look for a newer one, and do not \
                 enter the client secret anywhere else."
                    .to_owned()
            }
            Self::OtherDataCentre { org, source, .. } => match source.code() {
                "zoho_sign_in_invalid_client_secret" => format!(
                    "Zoho's API console shows another client secret for {org}, under the client's settings for several data centres. Choose the data \
                     centre {org}, enter that secret, and sign in again."
                ),
                _ => format!(
                    "In Zoho's API console, in the client's settings, switch on several data centres (multi-DC) with {org} among them, and sign in \
                     again. Or make a client in {org}, and choose that data centre."
                ),
            },
            Self::TimedOut { redirect_uri, .. } => format!(
                "Sign in again. Where Zoho's page says \"Invalid Redirect Uri\", enter {redirect_uri} for the client in Zoho's API console, letter by \
                 letter; where it says \"Invalid Client\", check client id and data centre."
            ),
            Self::Stopped => "Sign in again when you want to.".to_owned(),
        }
    }
}

/// The half-sentence about answers of others.
struct Strangers(u32);

impl std::fmt::Display for Strangers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            0 => Ok(()),
            1 => f.write_str("; one answer came that did not belong to this sign-in"),
            count => write!(f, "; {count} answers came that did not belong to this sign-in"),
        }
    }
}
