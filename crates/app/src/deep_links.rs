//! Addresses of records and start pages in both services' own web pages.
//!
//! Business Central: `https://businesscentral.dynamics.com/<tenant>/<environment>/?company=<name>&page=<id>&filter='<field>' IS '<value>'`, as Microsoft
//! documents it (learn.microsoft.com/dynamics365/business-central/dev-itpro/developer/devenv-web-client-urls: URL syntax, filtering). A bookmark would lead
//! straight to one record but cannot be made outside; a card page with a filter on its number shows the one record that fits.
//!
//! Zoho documents no address for a record. `https://crm.<domain>/crm/org<zgid>/tab/<module>/<id>` is what its own pages show and what people's
//! links to records have been for years *(unv)*: `org<zgid>` is the organisation's `domain_name` in its API. Should it change, the link leads to Zoho's own
//! page for what is not there.
//!
//! A profile of simulated services gets the addresses of the pages that those serve. Anywhere else nothing is known, and there is no link.

use std::net::IpAddr;

use sync::flow::Flow;
use sync::store::binding::Binding;
use url::{Host, Url};
use zoho_crm::DataCentre;

use crate::Settings;

/// Where the public cloud's API answers, and where its pages are.
const CLOUD_API: &str = "api.businesscentral.dynamics.com";
const CLOUD_PAGES: &str = "https://businesscentral.dynamics.com";

/// The addresses of one profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// Up to the query.
    business_central: Option<String>,
    company: String,
    /// Up to `/tab`; without a org that is known, the start page is all there is.
    zoho: Option<String>,
    org_is_known: bool,
}

impl Links {
    /// The addresses that follow from the settings and, once a run has tied the profile, from the company and org that it is tied to.
    #[must_use]
    pub fn of(settings: &Settings, bound: Option<&Binding>) -> Self {
        let from = &settings.business_central;
        let pages = pages_of_business_central(&from.api_url);
        let business_central =
            pages.map(|pages| format!("{pages}/{}/{}/", encoded(&from.tenant), encoded(&from.environment)));
        let zoho = pages_of_zoho(&settings.zoho.accounts_url).map(|pages| match bound {
            Some(bound) => format!("{pages}/crm/org{}", encoded(&bound.zgid)),
            None => format!("{pages}/crm"),
        });
        Self { business_central, company: company(&from.company, bound), zoho, org_is_known: bound.is_some() }
    }

    /// A record in Business Central, by its number.
    #[must_use]
    pub fn business_central(&self, flow: Flow, number: &str) -> Option<String> {
        let pages = self.business_central.as_ref().filter(|_| !number.is_empty())?;
        let filter = format!("'No.' IS '{}'", number.replace('\'', "''"));
        Some(format!(
            "{pages}?company={}&page={}&filter={}",
            encoded(&self.company),
            card(flow),
            encoded(&filter)
        ))
    }

    /// A record in Zoho, by its id there.
    #[must_use]
    pub fn zoho(&self, flow: Flow, zoho_id: &str) -> Option<String> {
        let pages = self.zoho.as_ref().filter(|_| self.org_is_known && !zoho_id.is_empty())?;
        Some(format!("{pages}/tab/{}/{}", flow.module().api_name(), encoded(zoho_id)))
    }

    /// The company's start page in Business Central.
    #[must_use]
    pub fn business_central_home(&self) -> Option<String> {
        self.business_central.as_ref().map(|pages| format!("{pages}?company={}", encoded(&self.company)))
    }

    /// The org's start page in Zoho.
    #[must_use]
    pub fn zoho_home(&self) -> Option<String> {
        self.zoho.as_ref().map(|pages| format!("{pages}/"))
    }
}

/// The page that shows one record of the flow: Customer Card, Item Card, Contact Card, Posted Sales Invoice, Vendor Card, Purchase Order.
const fn card(flow: Flow) -> u32 {
    match flow {
        Flow::Customers => 21,
        Flow::Items => 30,
        Flow::Contacts => 5050,
        Flow::Invoices => 132,
        Flow::Vendors => 26,
        Flow::PurchaseOrders => 50,
    }
}

/// The company's name, which is what an address names it by. The settings hold its id only where the name would fit several companies; what the
/// database remembers then is what people see, which is the name unless somebody gave the company another one to show.
fn company(setting: &str, bound: Option<&Binding>) -> String {
    let is_id = setting.parse::<business_central::BcId>().is_ok();
    match bound {
        Some(bound) if is_id => bound.company_name.clone(),
        Some(_) | None => setting.to_owned(),
    }
}

fn pages_of_business_central(api_url: &str) -> Option<String> {
    let url = Url::parse(api_url).ok()?;
    if url.scheme() == "https" && url.host_str() == Some(CLOUD_API) {
        return Some(CLOUD_PAGES.to_owned());
    }
    simulated(&url).map(|origin| format!("{origin}/bc-web"))
}

fn pages_of_zoho(accounts_url: &str) -> Option<String> {
    if let Some(centre) = DataCentre::from_accounts_url(accounts_url) {
        return centre.accounts_url().map(|address| address.replacen("://accounts.", "://crm.", 1));
    }
    simulated(&Url::parse(accounts_url).ok()?)
}

/// The origin of services on this computer: nothing but a simulation answers there.
fn simulated(url: &Url) -> Option<String> {
    let is_loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => IpAddr::V4(address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(address).is_loopback(),
    };
    is_loopback.then(|| url.origin().ascii_serialization())
}

/// A text as a part of an address: whatever is not a letter, a digit or one of `-._~` stands as its code. A blank is `%20`, not a plus sign.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests;
