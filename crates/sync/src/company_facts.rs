//! What a company's small tables say: local currency, countries, salespeople, decimals of currencies.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use business_central::{
    CompanyApi, CompanyInformation, CountryRegion, Currency, Entity, Error, ErrorKind, GeneralLedgerSetup,
    Query, Salesperson,
};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// What the mapping needs to know of the company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanyFacts {
    /// Code of the local currency; empty where the company does not say.
    pub local_currency: String,
    /// Names of countries by code.
    pub countries: BTreeMap<String, String>,
    /// E-mail addresses of salespeople by code.
    pub salespeople: BTreeMap<String, String>,
    /// Decimals of amounts by currency code.
    pub currency_decimals: BTreeMap<String, u32>,
}

impl CompanyFacts {
    /// Reads the company's small tables.
    ///
    /// # Errors
    /// When Business Central does not answer, or says the local currency nowhere that the app may read.
    pub async fn read(company: &CompanyApi) -> Result<Self, Error> {
        let mut facts = Self::default();
        let mut refused = None;
        let (setup, countries, salespeople, currencies) = tokio::join!(
            rows::<GeneralLedgerSetup>(company, Entity::GeneralLedgerSetup),
            rows::<CountryRegion>(company, Entity::CountriesRegions),
            rows::<Salesperson>(company, Entity::SalespeoplePurchasers),
            rows::<Currency>(company, Entity::Currencies),
        );
        match setup {
            Ok(setup) => {
                facts.local_currency = first(setup.into_iter().map(|setup| setup.local_currency_code));
            }
            Err(error) if is_closed(&error) => refused = Some(error),
            Err(error) => return Err(error),
        }
        if facts.local_currency.is_empty() {
            match rows::<CompanyInformation>(company, Entity::CompanyInformation).await {
                Ok(about) => facts.local_currency = first(about.into_iter().map(|about| about.currency_code)),
                // Amounts whose currency nobody knows must not be copied.
                Err(error) => return Err(refused.unwrap_or(error)),
            }
        }
        for country in countries? {
            if let (Some(code), Some(name)) = (country.code, country.display_name) {
                facts.countries.insert(code, name);
            }
        }
        let salespeople = match salespeople {
            // They only choose owners of new records: the mapping can do without.
            Err(error) if is_closed(&error) => Vec::new(),
            other => other?,
        };
        for person in salespeople {
            if let (Some(code), Some(email)) = (person.code, person.email.or(person.email2)) {
                facts.salespeople.insert(code, email);
            }
        }
        for currency in currencies? {
            if let Some(code) = currency.code
                && !currency.amount_rounding_precision.is_zero()
            {
                facts.currency_decimals.insert(code, currency.amount_rounding_precision.decimals());
            }
        }
        Ok(facts)
    }

    /// Decimals of amounts in a currency: the company's own setting, else those of ISO 4217.
    #[must_use]
    pub fn decimals(&self, currency: &str) -> u32 {
        self.currency_decimals.get(currency).copied().unwrap_or_else(|| crate::map::iso_decimals(currency))
    }

    /// What of the facts changes how records map. Salespeople do not: an owner counts on create only.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut text = self.local_currency.clone();
        for (code, name) in &self.countries {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n{code}={name}");
        }
        for (code, decimals) in &self.currency_decimals {
            let _ = write!(text, "\n{code}:{decimals}");
        }
        hex(&Sha256::digest(text))
    }
}

/// The first eight bytes in hexadecimal: enough to tell one state from the next.
pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

async fn rows<T: DeserializeOwned>(company: &CompanyApi, entity: Entity) -> Result<Vec<T>, Error> {
    let mut pages = company.list(Query::of(entity));
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await? {
        for row in &page.rows {
            rows.push(row.decode()?);
        }
    }
    Ok(rows)
}

fn first(mut codes: impl Iterator<Item = Option<String>>) -> String {
    codes.find_map(|code| code).map(|code| code.trim().to_owned()).unwrap_or_default()
}

/// Whether the app may not read the table, or the environment does not have it.
fn is_closed(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Permission | ErrorKind::ApiAbsent)
}

#[cfg(test)]
mod tests {
    use super::CompanyFacts;

    #[test]
    fn decimals_come_from_the_company_and_else_from_iso() {
        let facts = CompanyFacts {
            currency_decimals: [("CHF".to_owned(), 2), ("HUF".to_owned(), 0)].into(),
            ..CompanyFacts::default()
        };
        assert_eq!(["CHF", "HUF", "JPY", "KWD", "USD"].map(|code| facts.decimals(code)), [2, 0, 0, 3, 2]);
    }

    #[test]
    fn a_renamed_country_changes_the_fingerprint_and_a_salesperson_does_not() {
        let facts = CompanyFacts { local_currency: "USD".to_owned(), ..CompanyFacts::default() };
        let renamed =
            CompanyFacts { countries: [("DE".to_owned(), "Germany".to_owned())].into(), ..facts.clone() };
        let staffed =
            CompanyFacts { salespeople: [("JO".to_owned(), "jo@x.com".to_owned())].into(), ..facts.clone() };
        assert_ne!(facts.fingerprint(), renamed.fingerprint());
        assert_eq!(facts.fingerprint(), staffed.fingerprint());
    }
}
