//! The organisation's currencies.

use exact_json::{Decimal, Value};
use jiff::Timestamp;

use super::answer::{id_text, object};
use super::stamp;

/// A currency of the organisation.
#[derive(Clone, Debug)]
pub(super) struct Currency {
    pub(super) id: u64,
    pub(super) iso_code: String,
    pub(super) name: String,
    pub(super) symbol: String,
    pub(super) decimals: u32,
    /// To the home currency; Zoho prints it as a string with nine decimals.
    pub(super) exchange_rate: Decimal,
    pub(super) is_base: bool,
    pub(super) is_active: bool,
}

/// (ISO code, name, symbol, decimals) of the currencies that the simulation knows by name.
const KNOWN: [(&str, &str, &str, u32); 12] = [
    ("EUR", "Euro - EUR", "€", 2),
    ("USD", "US Dollar - USD", "$", 2),
    ("GBP", "British Pound - GBP", "£", 2),
    ("CHF", "Swiss Franc - CHF", "CHF", 2),
    ("DKK", "Danish Krone - DKK", "kr", 2),
    ("SEK", "Swedish Krona - SEK", "kr", 2),
    ("NOK", "Norwegian Krone - NOK", "kr", 2),
    ("PLN", "Polish Zloty - PLN", "zł", 2),
    ("CAD", "Canadian Dollar - CAD", "$", 2),
    ("AUD", "Australian Dollar - AUD", "$", 2),
    ("JPY", "Japanese Yen - JPY", "¥", 0),
    ("KWD", "Kuwaiti Dinar - KWD", "KD", 3),
];

impl Currency {
    pub(super) fn new(id: u64, iso_code: &str, is_base: bool) -> Self {
        let known = KNOWN.iter().find(|(code, ..)| *code == iso_code);
        let (name, symbol, decimals) = match known {
            Some((_, name, symbol, decimals)) => ((*name).to_owned(), *symbol, *decimals),
            None => (format!("{iso_code} - {iso_code}"), iso_code, 2),
        };
        Self {
            id,
            iso_code: iso_code.to_owned(),
            name,
            symbol: symbol.to_owned(),
            decimals,
            exchange_rate: Decimal::ONE,
            is_base,
            is_active: true,
        }
    }

    pub(super) fn body(&self, created: Timestamp) -> Value {
        let format = object([
            ("decimal_separator", Value::text("Period")),
            ("thousand_separator", Value::text("Comma")),
            ("decimal_places", Value::text(self.decimals.to_string())),
        ]);
        let rate = self.exchange_rate.to_string();
        let (whole, fraction) = rate.split_once('.').unwrap_or((&rate, ""));
        object([
            ("symbol", Value::text(&self.symbol)),
            ("created_time", Value::text(stamp::text(created))),
            ("modified_time", Value::text(stamp::text(created))),
            ("is_active", Value::Bool(self.is_active)),
            ("exchange_rate", Value::text(format!("{whole}.{fraction:0<9}"))),
            ("format", format),
            ("prefix_symbol", Value::Bool(true)),
            ("is_base", Value::Bool(self.is_base)),
            ("name", Value::text(&self.name)),
            ("id", id_text(self.id)),
            ("iso_code", Value::text(&self.iso_code)),
        ])
    }
}
