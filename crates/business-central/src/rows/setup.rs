//! The small tables: companies, local currency, company, countries, currencies, salespeople.

use exact_json::Decimal;
use jiff::Timestamp;

use super::record;

record! {
    /// A company of the environment.
    identified Company {
        /// The name, at most 30 characters; it can change.
        name: String,
        /// The name to show; often empty.
        display_name: String,
        /// The version of the platform.
        system_version: String,
    }
}

impl Company {
    /// What to call the company in front of people.
    #[must_use]
    pub fn label(&self) -> &str {
        if self.display_name.is_empty() { &self.name } else { &self.display_name }
    }
}

record! {
    /// The general ledger's setup.
    identified GeneralLedgerSetup {
        /// Code of the company's own currency.
        local_currency_code: Option<String>,
        /// Its symbol.
        local_currency_symbol: Option<String>,
        /// Code of the reporting currency, if there is one.
        additional_reporting_currency: Option<String>,
    }
}

record! {
    /// What the company says of itself.
    identified CompanyInformation {
        /// The name.
        display_name: Option<String>,
        /// First line of the address.
        address_line1: Option<String>,
        /// Second line of the address.
        address_line2: Option<String>,
        /// City.
        city: Option<String>,
        /// State or county.
        state: Option<String>,
        /// Code of the country.
        country: Option<String>,
        /// Postal code.
        postal_code: Option<String>,
        /// E-mail.
        email: Option<String>,
        /// Code of the company's own currency.
        currency_code: Option<String>,
    }
}

record! {
    /// A country.
    identified CountryRegion {
        /// The code, as used in addresses.
        code: Option<String>,
        /// The name.
        display_name: Option<String>,
        /// When the record last changed.
        last_modified_date_time: Option<Timestamp>,
    }
}

record! {
    /// A foreign currency.
    identified Currency {
        /// The code.
        code: Option<String>,
        /// The name.
        display_name: Option<String>,
        /// The symbol.
        symbol: Option<String>,
        /// To what amounts are rounded.
        amount_rounding_precision: Decimal,
        /// When the record last changed.
        last_modified_date_time: Option<Timestamp>,
    }
}

record! {
    /// A salesperson or purchaser.
    identified Salesperson {
        /// The code, as used in documents.
        code: Option<String>,
        /// The name.
        display_name: Option<String>,
        /// E-mail.
        email: Option<String>,
        /// Another e-mail.
        email2: Option<String>,
        /// When the record last changed.
        last_modified_date_time: Option<Timestamp>,
    }
}
