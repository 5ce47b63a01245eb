//! The organisation: edition, currencies, taxes, users.

use exact_json::{Decimal, Value};
use jiff::Timestamp;

use super::answer::{Refusal, id_text, number, object};
use super::currency::Currency;
use super::edition::Edition;
use super::stamp;

/// A tax of the organisation; line taxes refer to it by name.
#[derive(Clone, Debug)]
pub(super) struct Tax {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) percentage: Decimal,
}

/// A user of the organisation.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) email: String,
    administrator: bool,
    pub(super) active: bool,
}

/// The user whose consent the tokens stand for.
pub(super) const API_USER: u64 = 554_023_000_000_235_011;
/// Somebody of the sales team.
pub(super) const PERSON: u64 = 554_023_000_000_235_021;

/// The organisation.
#[derive(Clone, Debug)]
pub(super) struct Org {
    pub(super) edition: Edition,
    pub(super) trial: bool,
    pub(super) users_licensed: u32,
    pub(super) zgid: String,
    pub(super) company_name: String,
    pub(super) kind: String,
    pub(super) home_currency: String,
    pub(super) multi_currency: bool,
    pub(super) currencies: Vec<Currency>,
    pub(super) taxes: Vec<Tax>,
    pub(super) users: Vec<User>,
}

impl Org {
    pub(super) fn new() -> Self {
        let user = |id, name: &str, email: &str, administrator| User {
            id,
            name: name.to_owned(),
            email: email.to_owned(),
            administrator,
            active: true,
        };
        let mut org = Self {
            edition: Edition::Enterprise,
            trial: false,
            users_licensed: 10,
            zgid: "808232144".to_owned(),
            company_name: "Cronus Sales".to_owned(),
            kind: "production".to_owned(),
            home_currency: "EUR".to_owned(),
            multi_currency: false,
            currencies: Vec::new(),
            taxes: Vec::new(),
            users: vec![
                user(API_USER, "Patricia Boyle", "patricia.boyle@example.com", true),
                user(PERSON, "Robin Counts", "robin.counts@example.com", false),
            ],
        };
        org.set_home_currency("EUR");
        org
    }

    pub(super) fn daily_credits(&self) -> u64 {
        let (per_user, greatest) = self.edition.credits();
        if self.edition == Edition::Free {
            return greatest;
        }
        (50_000 + per_user * u64::from(self.users_licensed)).min(greatest)
    }

    /// Starts again with one currency.
    pub(super) fn set_home_currency(&mut self, iso_code: &str) {
        self.home_currency = iso_code.to_owned();
        self.currencies = vec![Currency::new(554_023_000_000_078_001, iso_code, true)];
    }

    /// Adds the currency, or switches an existing one on or off; the home currency stays on.
    pub(super) fn set_currency(&mut self, iso_code: &str, active: bool) {
        let next = self.currencies.iter().map(|currency| currency.id).max().unwrap_or_default() + 1;
        match self.currencies.iter_mut().find(|currency| currency.iso_code == iso_code) {
            Some(currency) => currency.is_active = active || currency.is_base,
            None => {
                let mut currency = Currency::new(next, iso_code, false);
                currency.is_active = active;
                self.currencies.push(currency);
            }
        }
    }

    /// Digits behind the point of amounts in `iso_code`, or in the home currency.
    pub(super) fn decimals(&self, iso_code: Option<&str>) -> u32 {
        let iso_code = iso_code.unwrap_or(&self.home_currency);
        self.currencies
            .iter()
            .find(|currency| currency.iso_code == iso_code)
            .map_or(2, |found| found.decimals)
    }

    /// The sign of `iso_code`, or of the home currency.
    pub(super) fn symbol(&self, iso_code: Option<&str>) -> &str {
        let iso_code = iso_code.unwrap_or(&self.home_currency);
        let found = self.currencies.iter().find(|currency| currency.iso_code == iso_code);
        found.map_or("", |currency| currency.symbol.as_str())
    }

    pub(super) fn active_currency(&self, iso_code: &str) -> Option<&Currency> {
        self.currencies.iter().find(|currency| currency.iso_code == iso_code && currency.is_active)
    }

    /// Whether records have a currency of their own.
    pub(super) fn has_currencies(&self) -> bool {
        self.multi_currency && self.edition.has_multi_currency()
    }

    pub(super) fn user(&self, id: u64) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(super) fn add_user(&mut self, name: &str, email: &str) -> u64 {
        let id = self.users.iter().map(|user| user.id).max().unwrap_or(API_USER) + 1;
        let user =
            User { id, name: name.to_owned(), email: email.to_owned(), administrator: false, active: true };
        self.users.push(user);
        id
    }

    pub(super) fn add_tax(&mut self, name: &str, percentage: Decimal) -> u64 {
        let id = self.taxes.iter().map(|tax| tax.id).max().unwrap_or(554_023_000_000_079_000) + 1;
        self.taxes.push(Tax { id, name: name.to_owned(), percentage });
        id
    }

    /// `GET /org`.
    pub(super) fn body(&self, now: Timestamp) -> Value {
        let in_a_month = now.saturating_add(jiff::SignedDuration::from_hours(30 * 24)).unwrap_or(now);
        let paid = self.edition != Edition::Free && !self.trial;
        let when = |condition: bool, text: String| condition.then_some(text);
        let license = object([
            ("paid_expiry", Value::from(when(paid, stamp::text(in_a_month)))),
            ("users_license_purchased", number(self.users_licensed)),
            ("trial_type", Value::from(when(self.trial, self.edition.name().to_owned()))),
            ("trial_expiry", Value::from(when(self.trial, stamp::text(in_a_month)))),
            ("paid", Value::Bool(paid)),
            ("paid_type", Value::text(if self.trial { "free" } else { self.edition.name() })),
            ("portal_users_license_purchased", number(0)),
        ]);
        let home = self.currencies.iter().find(|currency| currency.is_base);
        let org = object([
            ("country", Value::text("DE")),
            ("city", Value::text("Hamburg")),
            ("type", Value::text(&self.kind)),
            ("created_time", Value::text("2023-01-01T12:00:00Z")),
            ("mc_status", Value::Bool(self.has_currencies())),
            ("gapps_enabled", Value::Bool(false)),
            ("translation_enabled", Value::Bool(false)),
            ("domain_name", Value::text(format!("org{}", self.zgid))),
            ("alias", Value::Null),
            ("currency", Value::from(home.map(|currency| currency.name.clone()))),
            ("currency_symbol", Value::from(home.map(|currency| currency.symbol.clone()))),
            ("currency_locale", Value::text(&self.home_currency)),
            ("iso_code", Value::text(&self.home_currency)),
            ("id", id_text(554_023_000_000_020_005)),
            ("primary_zuid", Value::text("808233918")),
            ("time_zone", Value::text(stamp::TIME_ZONE)),
            ("zgid", Value::text(&self.zgid)),
            ("country_code", Value::text("DE")),
            ("deletable_org_account", Value::Bool(false)),
            ("license_details", license),
            ("company_name", Value::text(&self.company_name)),
            ("primary_email", Value::text("patricia.boyle@example.com")),
            ("privacy_settings", Value::Bool(false)),
            ("max_per_page", number(200)),
        ]);
        object([("org", Value::List(vec![org]))])
    }

    /// `GET /org/currencies`.
    pub(super) fn currencies_body(&self, now: Timestamp) -> Result<Value, Refusal> {
        if !self.edition.has_multi_currency() {
            let text =
                "The multi-currency feature is not available except the Enterprise and higher editions";
            return Err(Refusal::new(403, "FEATURE_NOT_SUPPORTED", text));
        }
        if !self.multi_currency {
            return Err(Refusal::new(403, "CURRENCIES_NOT_ENABLED", "Multi currency is not enabled"));
        }
        let currencies = self.currencies.iter().map(|currency| currency.body(now)).collect();
        Ok(object([("currencies", Value::List(currencies))]))
    }

    /// `GET /org/taxes`.
    pub(super) fn taxes_body(&self) -> Value {
        let taxes = self.taxes.iter().zip(1..).map(|(tax, sequence)| {
            object([
                ("id", id_text(tax.id)),
                ("name", Value::text(&tax.name)),
                ("display_label", Value::text(&tax.name)),
                ("value", Value::Number(tax.percentage)),
                ("sequence_number", number(sequence)),
            ])
        });
        let preference =
            object([("auto_populate_tax", Value::Bool(false)), ("modify_tax_rates", Value::Bool(false))]);
        let taxes = Value::List(taxes.collect());
        object([("org_taxes", object([("taxes", taxes), ("preference", preference)]))])
    }

    /// `GET /users`.
    pub(super) fn users_body(&self, only_active: bool) -> Value {
        let shown = self.users.iter().filter(|user| user.active || !only_active);
        let users: Vec<_> = shown.map(User::body).collect();
        let info = object([
            ("per_page", number(200)),
            ("count", number(users.len())),
            ("page", number(1)),
            ("more_records", Value::Bool(false)),
        ]);
        object([("users", Value::List(users)), ("info", info)])
    }
}

impl User {
    /// The short form inside records.
    pub(super) fn reference(&self) -> Value {
        object([
            ("name", Value::text(&self.name)),
            ("id", id_text(self.id)),
            ("email", Value::text(&self.email)),
        ])
    }

    fn body(&self) -> Value {
        let (first, last) = self.name.rsplit_once(' ').unwrap_or(("", &self.name));
        let (profile, profile_id) = if self.administrator {
            ("Administrator", 554_023_000_000_026_011)
        } else {
            ("Standard", 554_023_000_000_026_014)
        };
        object([
            ("id", id_text(self.id)),
            ("full_name", Value::text(&self.name)),
            ("first_name", Value::text(first)),
            ("last_name", Value::text(last)),
            ("email", Value::text(&self.email)),
            ("status", Value::text(if self.active { "active" } else { "disabled" })),
            ("confirm", Value::Bool(true)),
            ("profile", object([("name", Value::text(profile)), ("id", id_text(profile_id))])),
            ("role", object([("name", Value::text("CEO")), ("id", id_text(554_023_000_000_026_005))])),
            ("time_zone", Value::text(stamp::TIME_ZONE)),
            ("locale", Value::text("en_US")),
            ("category", Value::text("regular_user")),
        ])
    }
}
