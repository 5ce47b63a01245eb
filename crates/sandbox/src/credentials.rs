//! What the simulated services accept by default. These are no secrets: they open nothing but a simulation.

/// The tenant's domain.
pub const TENANT: &str = "contoso.example";
/// The environment.
pub const ENVIRONMENT: &str = "Production";
/// The company that is full of data.
pub const COMPANY: &str = "Northwind Industrial Supplies";
/// The Entra app.
pub const BC_CLIENT_ID: &str = "6f1c2a9e-0d3b-4c55-9f1e-2b7a51c0de01";
/// The Entra app's secret.
pub const BC_CLIENT_SECRET: &str = "sandbox-bc-secret";
/// The Zoho API client.
pub const ZOHO_CLIENT_ID: &str = "1000.SANDBOXCLIENT";
/// The Zoho API client's secret.
pub const ZOHO_CLIENT_SECRET: &str = "sandbox-zoho-secret";
/// The address to which Zoho's consent page may send the browser back, as it stands in the API console.
pub const ZOHO_REDIRECT_URI: &str = "http://localhost:47817/callback";
/// The refresh token of the Zoho user.
pub const ZOHO_REFRESH_TOKEN: &str = "1000.sandbox.refresh";
