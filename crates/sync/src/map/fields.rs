//! Puts values into a record as the live fields can take them.
//!
//! A field that the org does not have, or does not let the API write, is left out without a word: what is missing is for `doctor` to
//! list. A value that the field cannot take is brought into a form that it can take, or left out; both leave a warning.

use business_central::BcId;
use exact_json::{Decimal, Map, Value};
use jiff::civil::Date;
use zoho_crm::{FieldInfo, ZohoId};

use super::context::lookup;
use super::formats::Format;
use super::{Refusal, Warning, text};
use crate::flow::Flow;
use crate::org_schema::{CustomField, ModuleSchema, OrgSchema};

/// The longest text of a field that does not say how long it is.
const TEXT: usize = 255;
/// The longest text of a text area that does not say how long it is: the smallest kind.
const TEXT_AREA: usize = 2_000;
/// Digits before the point that a number field holds (Zoho: currency and decimal, 16 digits).
pub(crate) const DIGITS: usize = 16;
/// Decimals that a number field holds at most, where it does not say how many.
const DECIMALS: u32 = 9;

/// A record in the making.
pub(crate) struct FieldWriter<'a> {
    flow: Flow,
    schema: Option<&'a ModuleSchema>,
    fields: Map,
    warnings: Vec<Warning>,
}

impl<'a> FieldWriter<'a> {
    /// An empty record of the flow's module.
    pub(crate) fn new(flow: Flow, org: &'a OrgSchema) -> Self {
        Self { flow, schema: org.modules.get(&flow.module()), fields: Map::new(), warnings: Vec::new() }
    }

    /// The record and what had to give.
    pub(crate) fn finish(self) -> (Map, Vec<Warning>) {
        (self.fields, self.warnings)
    }

    /// Puts the two keys, which are never cut. Returns the number.
    pub(crate) fn keys(&mut self, id: BcId, number: Option<&str>) -> Result<String, Refusal> {
        let name = self.flow.plural();
        let refuse = |code: &str, message: String, cure: &str| Refusal {
            held: false,
            code: code.to_owned(),
            message,
            cure: cure.to_owned(),
        };
        let Some(number) = number.and_then(text::one_line) else {
            let message = format!("One of the {name} has no number in Business Central ({id}).");
            return Err(refuse("no_number", message, "Give it a number in Business Central."));
        };
        for (field, key) in [(CustomField::Number, number.clone()), (CustomField::Id, id.to_string())] {
            let Some(live) = self.ours(field) else {
                let message = format!("{} {number}: the Zoho field \"{}\" is missing.", name, field.label());
                return Err(Refusal {
                    held: true,
                    ..refuse("keys_missing", message, "Run `ledgerline setup`.")
                });
            };
            if text::length(&key) > longest(live, TEXT) {
                let message =
                    format!("{name} {number}: the Zoho field \"{}\" is too short for {key}.", live.api_name);
                return Err(refuse(
                    "key_too_long",
                    message,
                    "Make the field longer in Zoho, or choose another as key in setup.",
                ));
            }
            self.fields.insert(live.api_name.clone(), Value::Text(key));
        }
        Ok(number)
    }

    /// Puts a mandatory name: the value, or the number where there is none.
    pub(crate) fn name(&mut self, api_name: &str, value: Option<&str>, number: &str) {
        let value = value.and_then(text::one_line).unwrap_or_else(|| number.to_owned());
        let limit = self.live(api_name).map_or(TEXT, |field| longest(field, TEXT));
        let kept = self.fitting(api_name, &value, limit);
        self.fields.insert(api_name.to_owned(), Value::Text(kept));
    }

    /// Puts a text of one line, in the form that the live field asks for.
    pub(crate) fn text(&mut self, api_name: &str, value: Option<&str>) {
        if let Some(field) = self.writable(api_name) {
            self.put_text(field, value.and_then(text::one_line));
        }
    }

    /// Puts a code of which it is known otherwise that Zoho takes it, whatever the field's own list says.
    pub(crate) fn code(&mut self, api_name: &str, value: &str) {
        self.fields.insert(api_name.to_owned(), Value::text(value));
    }

    /// Puts a text that may have several lines.
    pub(crate) fn lines(&mut self, api_name: &str, value: Option<&str>) {
        if let Some(field) = self.writable(api_name) {
            self.put_text(field, value.and_then(text::many_lines));
        }
    }

    /// Puts a text into a field of ours.
    pub(crate) fn custom_text(&mut self, field: CustomField, value: Option<&str>) {
        if let Some(field) = self.ours(field) {
            self.put_text(field, value.and_then(text::one_line));
        }
    }

    /// Puts a number.
    pub(crate) fn number(&mut self, api_name: &str, value: Option<Decimal>) {
        if let Some(field) = self.writable(api_name) {
            self.put_number(field, value);
        }
    }

    /// Puts a number into a field of ours.
    pub(crate) fn custom_number(&mut self, field: CustomField, value: Option<Decimal>) {
        if let Some(field) = self.ours(field) {
            self.put_number(field, value);
        }
    }

    /// Puts a truth.
    pub(crate) fn truth(&mut self, api_name: &str, value: bool) {
        if self.writable(api_name).is_some() {
            self.fields.insert(api_name.to_owned(), Value::Bool(value));
        }
    }

    /// Puts a date.
    pub(crate) fn date(&mut self, api_name: &str, value: Option<Date>) {
        if self.writable(api_name).is_some() {
            self.fields.insert(api_name.to_owned(), value.map(|date| date.to_string()).into());
        }
    }

    /// Puts a reference to another record, whatever the field list says: without it the record would stand alone.
    pub(crate) fn reference(&mut self, api_name: &str, id: &ZohoId) {
        self.fields.insert(api_name.to_owned(), lookup(id));
    }

    /// Leaves a field out that the org has, with a warning.
    pub(crate) fn leave_out(&mut self, api_name: &str, code: &str, why: &str) {
        if self.writable(api_name).is_some() {
            self.warn(api_name, code, format!("{api_name} was left out: {why}"));
        }
    }

    /// Notes that something had to give.
    pub(crate) fn warn(&mut self, api_name: &str, code: &str, text: String) {
        self.warnings.push(Warning { field: api_name.to_owned(), code: code.to_owned(), text });
    }

    fn live(&self, api_name: &str) -> Option<&'a FieldInfo> {
        self.schema?.fields.get(api_name)
    }

    fn writable(&self, api_name: &str) -> Option<&'a FieldInfo> {
        self.live(api_name).filter(|field| field.writable)
    }

    fn ours(&self, field: CustomField) -> Option<&'a FieldInfo> {
        self.live(self.schema?.ours.get(&field)?)
    }

    fn put_text(&mut self, field: &FieldInfo, value: Option<String>) {
        let name = &field.api_name;
        let Some(value) = value else {
            self.fields.insert(name.clone(), Value::Null);
            return;
        };
        if field.data_type == "picklist" {
            match picklist_value(field, &value) {
                Some(actual) => {
                    self.fields.insert(name.clone(), Value::text(actual));
                }
                None => self.leave_out(name, "not_in_picklist", &format!("Zoho's list has no \"{value}\"")),
            }
        } else if let Some(format) = Format::of(&field.data_type) {
            match format.accepted(&value, longest(field, format.longest())) {
                Some(accepted) => {
                    if format == Format::Email && value.matches('@').count() > 1 {
                        self.warn(
                            name,
                            "first_of_several",
                            format!("{name} holds only the first address of \"{value}\""),
                        );
                    }
                    self.fields.insert(name.clone(), Value::Text(accepted));
                }
                None => {
                    let why = format!("Zoho does not take \"{value}\" as a {}", format.name());
                    self.leave_out(name, "bad_format", &why);
                }
            }
        } else {
            let kept = self.fitting(name, &value, longest(field, default_length(&field.data_type)));
            self.fields.insert(name.clone(), Value::Text(kept));
        }
    }

    fn fitting(&mut self, api_name: &str, value: &str, limit: usize) -> String {
        let (kept, cut) = text::cut(value, limit);
        if cut {
            self.warn(api_name, "cut", format!("{api_name} holds {limit} characters; \"{value}\" was cut"));
        }
        kept
    }

    fn put_number(&mut self, field: &FieldInfo, value: Option<Decimal>) {
        let name = &field.api_name;
        let Some(value) = value else {
            self.fields.insert(name.clone(), Value::Null);
            return;
        };
        let decimals = match field.data_type.as_str() {
            "currency" | "double" | "percent" => field.decimal_place.unwrap_or(DECIMALS),
            "integer" | "bigint" => 0,
            // Somebody made the field a text field: it takes the number's text.
            _ => {
                self.fields.insert(name.clone(), Value::Text(value.to_string()));
                return;
            }
        };
        let rounded = value.round(decimals);
        if rounded.integer_digits() > DIGITS {
            self.leave_out(name, "too_large", &format!("Zoho cannot hold {value}"));
            return;
        }
        if rounded != value {
            self.warn(name, "rounded", format!("{name} holds {decimals} decimals; {value} was rounded"));
        }
        let value = if field.data_type == "bigint" {
            Value::Text(rounded.to_string())
        } else {
            Value::Number(rounded)
        };
        self.fields.insert(name.clone(), value);
    }
}

/// The longest text that the live field takes.
pub(crate) fn longest(field: &FieldInfo, otherwise: usize) -> usize {
    field.length.map(|length| length as usize).filter(|length| *length > 0).unwrap_or(otherwise)
}

/// How long a text may be in a field of this type that does not say so.
pub(crate) fn default_length(data_type: &str) -> usize {
    if data_type == "textarea" { TEXT_AREA } else { TEXT }
}

/// The picklist's own spelling of a value, matched without regard to case.
pub(crate) fn picklist_value<'f>(field: &'f FieldInfo, value: &str) -> Option<&'f str> {
    let values = field.picklist.iter().filter(|entry| entry.used && entry.actual != "-None-");
    if let Some(entry) = values.clone().find(|entry| entry.actual == value) {
        return Some(entry.actual.as_str());
    }
    let wanted = value.to_lowercase();
    let matching = |spelled: &str| spelled.trim().to_lowercase() == wanted;
    values
        .clone()
        .find(|entry| matching(&entry.actual))
        .or_else(|| values.clone().find(|entry| matching(&entry.display)))
        .map(|entry| entry.actual.as_str())
}
