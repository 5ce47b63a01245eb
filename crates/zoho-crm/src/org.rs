//! The org itself: identity, edition, currencies, taxes.

use exact_json::Decimal;
use serde::Deserialize;

use crate::call::Call;
use crate::envelope::undecodable;
use crate::{Client, Edition, Error, ErrorKind, ZohoId};

/// A Zoho CRM org (§3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Org {
    /// What identifies the org, and stays.
    pub zgid: String,
    /// The company's name, as the org has it.
    pub company_name: String,
    /// The edition that counts: the one on trial, else the one that is paid for.
    pub edition: Edition,
    /// Whether the edition is on trial.
    pub trial: bool,
    /// The home currency's code. It cannot be changed.
    pub home_currency: String,
    /// Whether records may be in different currencies.
    pub multi_currency: bool,
    /// How many user licences were bought; daily credits depend on it.
    pub users: u32,
    /// The org's time zone, by its IANA name.
    pub time_zone: Option<String>,
    /// What kind of org it is.
    pub kind: OrgKind,
}

/// The kinds of orgs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrgKind {
    /// The live one.
    Production,
    /// A copy to try things in.
    Sandbox,
    /// A developer's.
    Developer,
    /// Bigin, Zoho's small CRM.
    Bigin,
    /// Something else.
    Other(String),
}

/// A currency of the org.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency {
    /// The ISO code.
    pub iso_code: String,
    /// The name, for people.
    pub name: String,
    /// Whether records may use it.
    pub active: bool,
    /// Whether it is the home currency.
    pub base: bool,
    /// Home currency per unit.
    pub exchange_rate: Option<Decimal>,
    /// Digits behind the point.
    pub decimal_places: Option<u32>,
}

/// A tax of the org. Lines name their taxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tax {
    /// The tax.
    pub id: ZohoId,
    /// What lines call it.
    pub name: String,
    /// The rate, in percent.
    pub percentage: Decimal,
}

#[derive(Deserialize)]
struct OrgAnswer {
    org: Vec<OrgRow>,
}

#[derive(Deserialize)]
struct OrgRow {
    zgid: String,
    #[serde(default)]
    company_name: Option<String>,
    #[serde(default)]
    iso_code: Option<String>,
    #[serde(default)]
    mc_status: Option<bool>,
    #[serde(default)]
    time_zone: Option<String>,
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    license_details: Option<License>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct License {
    paid_type: Option<String>,
    trial_type: Option<String>,
    users_license_purchased: Option<u32>,
}

#[derive(Deserialize)]
struct CurrencyAnswer {
    currencies: Vec<CurrencyRow>,
}

#[derive(Deserialize)]
struct CurrencyRow {
    iso_code: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    is_active: Option<bool>,
    #[serde(default)]
    is_base: Option<bool>,
    /// A string, unlike other numbers.
    #[serde(default)]
    exchange_rate: Option<Decimal>,
    #[serde(default)]
    format: Option<CurrencyFormat>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CurrencyFormat {
    decimal_places: Option<String>,
}

#[derive(Deserialize)]
struct TaxAnswer {
    #[serde(default)]
    org_taxes: Option<OrgTaxes>,
}

#[derive(Deserialize)]
struct OrgTaxes {
    #[serde(default)]
    taxes: Option<Vec<TaxRow>>,
}

#[derive(Deserialize)]
struct TaxRow {
    id: ZohoId,
    name: String,
    value: Decimal,
}

impl Client {
    /// The org that the refresh token is bound to.
    ///
    /// # Errors
    /// When the call failed.
    pub async fn org(&self) -> Result<Org, Error> {
        let call = Call::get(["org"]);
        let place = call.place();
        let answer: Option<OrgAnswer> = self.fetch(call).await?;
        let org = answer.and_then(|answer| answer.org.into_iter().next());
        org.map(Org::from).ok_or_else(|| undecodable(200, "the answer names no org", &place))
    }

    /// The org's currencies, the inactive ones included; none where it keeps to one currency.
    ///
    /// # Errors
    /// When the call failed.
    pub async fn currencies(&self) -> Result<Vec<Currency>, Error> {
        let answer = self.fetch::<CurrencyAnswer>(Call::get(["org", "currencies"])).await;
        let currencies = unless_missing(answer)?.map(|answer| answer.currencies).unwrap_or_default();
        let currency = |row: CurrencyRow| Currency {
            name: row.name.unwrap_or_else(|| row.iso_code.clone()),
            active: row.is_active.unwrap_or(false),
            base: row.is_base.unwrap_or(false),
            exchange_rate: row.exchange_rate,
            decimal_places: row.format.and_then(|format| format.decimal_places?.parse().ok()),
            iso_code: row.iso_code,
        };
        Ok(currencies.into_iter().map(currency).collect())
    }

    /// The org's taxes; none where the edition has no inventory.
    ///
    /// # Errors
    /// When the call failed.
    pub async fn taxes(&self) -> Result<Vec<Tax>, Error> {
        let answer = self.fetch::<TaxAnswer>(Call::get(["org", "taxes"])).await;
        let taxes = unless_missing(answer)?.and_then(|answer| answer.org_taxes?.taxes).unwrap_or_default();
        Ok(taxes.into_iter().map(|row| Tax { id: row.id, name: row.name, percentage: row.value }).collect())
    }
}

/// A feature that the edition lacks, or that is switched off, has nothing to list.
fn unless_missing<T>(answer: Result<Option<T>, Error>) -> Result<Option<T>, Error> {
    match answer {
        Err(error) if error.kind == ErrorKind::FeatureNotSupported => Ok(None),
        other => other,
    }
}

impl From<OrgRow> for Org {
    fn from(row: OrgRow) -> Self {
        let license = row.license_details.unwrap_or_default();
        // During a trial paid_type says "free" (§3).
        let on_trial = license.trial_type.filter(|name| !name.is_empty());
        let trial = on_trial.is_some();
        let edition = on_trial.or(license.paid_type).unwrap_or_default();
        Self {
            zgid: row.zgid,
            company_name: row.company_name.unwrap_or_default(),
            edition: Edition::from_name(&edition),
            trial,
            home_currency: row.iso_code.unwrap_or_default(),
            multi_currency: row.mc_status.unwrap_or(false),
            users: license.users_license_purchased.unwrap_or_default(),
            time_zone: row.time_zone,
            kind: OrgKind::from_name(row.kind.unwrap_or_default()),
        }
    }
}

impl OrgKind {
    fn from_name(name: String) -> Self {
        match name.as_str() {
            "production" => Self::Production,
            "sandbox" => Self::Sandbox,
            "developer" => Self::Developer,
            "bigin" => Self::Bigin,
            _ => Self::Other(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Org, OrgRow};
    use crate::Edition;

    #[test]
    fn the_edition_is_the_one_on_trial_else_the_one_paid_for() {
        let table = [
            (r#"{"paid_type":"free","trial_type":"enterprise"}"#, Edition::Enterprise, true),
            (r#"{"paid_type":"professional","trial_type":null}"#, Edition::Professional, false),
            (r#"{"paid_type":"zohoone","trial_type":""}"#, Edition::Enterprise, false),
            (r#"{"paid_type":"bigger"}"#, Edition::Other("bigger".to_owned()), false),
        ];
        for (license, edition, trial) in table {
            let row: OrgRow =
                serde_json::from_str(&format!(r#"{{"zgid":"1","license_details":{license}}}"#)).unwrap();
            let org = Org::from(row);
            assert_eq!((org.edition, org.trial), (edition, trial), "{license}");
        }
    }
}
