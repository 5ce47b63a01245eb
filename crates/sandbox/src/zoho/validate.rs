//! Whether a value may stand in a field, and in which form it is kept.

use exact_json::{Decimal, Map, Value};

use super::answer::{Refusal, id_text, number, object};
use super::field::{DataType, Field};
use super::formats;
use super::module::Module;
use super::stamp;
use super::state::ZohoState;

/// The totals that Zoho computes itself (whether it honours sent ones is unverified: a switch).
const TOTALS: [&str; 3] = ["Sub_Total", "Tax", "Grand_Total"];

impl ZohoState {
    /// The values of `row` that may be written, in the form in which they are kept; `Null` clears.
    ///
    /// As in Zoho, unknown fields and read-only ones are passed over. Subforms are not looked at here.
    pub(super) fn check_row(&self, module: Module, row: &Map, path: &str) -> Result<Map, Refusal> {
        let mut changes = Map::new();
        for (name, value) in row {
            let Some(field) = self.field(module, name) else {
                continue;
            };
            let sent_total = self.switches.honour_sent_totals && TOTALS.contains(&name.as_str());
            if !(field.is_writable() || sent_total) || matches!(field.data_type, DataType::Subform(_)) {
                continue;
            }
            let path = format!("{path}.{name}");
            changes.insert(name.clone(), self.check_value(module, field, value, &path)?);
        }
        Ok(changes)
    }

    fn check_value(
        &self,
        module: Module,
        field: &Field,
        value: &Value,
        path: &str,
    ) -> Result<Value, Refusal> {
        if value.is_null() {
            return Ok(Value::Null);
        }
        let wrong = || wrong_type(field, path);
        let text = || value.as_text().ok_or_else(wrong);
        match field.data_type {
            DataType::Text
            | DataType::Textarea
            | DataType::Email
            | DataType::Phone
            | DataType::Website
            | DataType::AutoNumber => checked_text(field, text()?, path),
            DataType::Integer => {
                let number = value.as_number().filter(|number| number.decimals() == 0).ok_or_else(wrong)?;
                within_digits(field, number, path)
            }
            DataType::Bigint => {
                let digits = match value {
                    Value::Number(number) if number.decimals() == 0 => number.to_string(),
                    Value::Text(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.clone(),
                    _ => return Err(wrong()),
                };
                if digits.trim_start_matches('-').len() > field.length as usize {
                    return Err(too_long(field, path));
                }
                Ok(Value::Text(digits))
            }
            DataType::Double | DataType::Currency | DataType::Percent => {
                // Row discounts come as text in Zoho's own SDK sample.
                let is_discount = module.parent().is_some() && field.api_name == "Discount";
                let parsed =
                    value.as_text().filter(|_| is_discount).and_then(|text| text.parse::<Decimal>().ok());
                let number = value.as_number().or(parsed).ok_or_else(wrong)?;
                within_digits(field, self.fitted(field, number, path)?, path)
            }
            DataType::Boolean => value.as_bool().map(Value::Bool).ok_or_else(wrong),
            DataType::Date => {
                let date = text()?;
                if stamp::is_date(date) { Ok(Value::text(date)) } else { Err(wrong()) }
            }
            DataType::DateTime => {
                let time = stamp::parse_strictly(text()?).ok_or_else(wrong)?;
                Ok(Value::Text(stamp::text(time)))
            }
            DataType::Picklist => self.checked_pick(module, field, text()?, path),
            DataType::MultiPicklist => {
                let picks =
                    value.as_list().ok_or_else(wrong)?.iter().map(|pick| {
                        self.checked_pick(module, field, pick.as_text().ok_or_else(wrong)?, path)
                    });
                picks.collect::<Result<_, _>>().map(Value::List)
            }
            DataType::Lookup(target) => {
                let id = reference_id(field, value, path)?;
                if self.stores[target].get(id).is_none() {
                    return Err(unknown_id(&field.api_name, &format!("{path}.id")));
                }
                Ok(id_text(id))
            }
            DataType::ForeignLookup(_) => {
                reference_id(field, value, path)?;
                Err(unknown_id(&field.api_name, &format!("{path}.id")))
            }
            DataType::Owner => {
                let id = reference_id(field, value, path)?;
                if self.org.user(id).is_none_or(|user| !user.active) {
                    return Err(unknown_id(&field.api_name, &format!("{path}.id")));
                }
                Ok(id_text(id))
            }
            DataType::LineTax => self.checked_taxes(field, value, path),
            DataType::ProductTax => {
                let taxes = value.as_list().ok_or_else(wrong)?;
                let known = |tax: &Value| {
                    let id = tax.get("id").and_then(Value::as_text);
                    self.org.taxes.iter().any(|tax| Some(tax.id.to_string().as_str()) == id)
                };
                if taxes.iter().all(known) {
                    Ok(value.clone())
                } else {
                    Err(unknown_id(&field.api_name, path))
                }
            }
            DataType::Tags | DataType::Subform(_) => value.as_list().map(|_| value.clone()).ok_or_else(wrong),
            // The one layout: nothing to keep.
            DataType::Layout => Ok(Value::Null),
            DataType::Image => text().map(Value::from),
        }
    }

    /// The number with at most the field's digits behind the point.
    fn fitted(&self, field: &Field, number: Decimal, path: &str) -> Result<Decimal, Refusal> {
        let decimals = field.decimals.unwrap_or(9);
        if self.switches.refuse_excess_decimals && number.decimals() > decimals {
            return Err(wrong_type(field, path).with("decimal_place", super::answer::number(decimals)));
        }
        Ok(number.round(decimals))
    }

    fn checked_pick(&self, module: Module, field: &Field, pick: &str, path: &str) -> Result<Value, Refusal> {
        if pick.is_empty() || pick == "-None-" {
            return Ok(Value::Null);
        }
        if pick.chars().count() > field.length as usize {
            return Err(too_long(field, path));
        }
        let is_currency = field.api_name == "Currency" && module.parent().is_none() && !field.custom;
        let known = if is_currency {
            self.org.active_currency(pick).is_some()
        } else {
            !self.switches.strict_picklists || field.picklist.iter().any(|value| value == pick)
        };
        if known { Ok(Value::text(pick)) } else { Err(wrong_type(field, path)) }
    }

    /// Taxes of a row or of the whole document: each must be one of the organisation's, by name.
    pub(super) fn checked_taxes(&self, field: &Field, value: &Value, path: &str) -> Result<Value, Refusal> {
        let taxes =
            value.as_list().ok_or_else(|| wrong_type(field, path))?.iter().enumerate().map(|(at, tax)| {
                let name = tax.get("name").and_then(Value::as_text).unwrap_or_default();
                let known = self.org.taxes.iter().find(|tax| tax.name == name);
                let known = known.ok_or_else(|| {
                    Refusal::invalid_data("invalid data")
                        .with("api_name", field.api_name.as_str())
                        .with("json_path", format!("{path}[{at}].name"))
                })?;
                // The organisation's rate counts: its preference `modify_tax_rates` is off.
                Ok(object([
                    ("name", Value::text(&known.name)),
                    ("id", id_text(known.id)),
                    ("percentage", Value::Number(known.percentage)),
                ]))
            });
        taxes.collect::<Result<_, _>>().map(Value::List)
    }

    /// Every mandatory field must have a value afterwards.
    pub(super) fn check_mandatory(
        &self,
        module: Module,
        before: Option<&Map>,
        changes: &Map,
        path: &str,
    ) -> Result<(), Refusal> {
        for field in self.fields(module).filter(|field| field.mandatory) {
            if matches!(field.data_type, DataType::Subform(_)) {
                continue;
            }
            let present = match changes.get(&field.api_name) {
                Some(value) => !value.is_null(),
                None => before.is_some_and(|before| before.contains_key(&field.api_name)),
            };
            // An update that does not speak of the field leaves it as it is.
            if !present && (before.is_none() || changes.contains_key(&field.api_name)) {
                return Err(mandatory(&field.api_name, path));
            }
        }
        Ok(())
    }
}

fn checked_text(field: &Field, text: &str, path: &str) -> Result<Value, Refusal> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    if text.chars().count() > field.length as usize {
        return Err(too_long(field, path));
    }
    if formats::fits(field.data_type, text) { Ok(Value::text(text)) } else { Err(wrong_type(field, path)) }
}

fn within_digits(field: &Field, number: Decimal, path: &str) -> Result<Value, Refusal> {
    if number.integer_digits() > field.length as usize {
        return Err(too_long(field, path));
    }
    Ok(Value::Number(number))
}

fn reference_id(field: &Field, value: &Value, path: &str) -> Result<u64, Refusal> {
    let object = value.as_object().ok_or_else(|| wrong_type(field, path))?;
    let id = match object.get("id") {
        Some(Value::Text(id)) => id.parse().ok(),
        Some(Value::Number(id)) => id.to_string().parse().ok(),
        _ => None,
    };
    id.ok_or_else(|| wrong_type(field, path))
}

pub(super) fn wrong_type(field: &Field, path: &str) -> Refusal {
    Refusal::invalid_data("invalid data")
        .with("expected_data_type", field.data_type.expected())
        .with("api_name", field.api_name.as_str())
        .with("json_path", path)
}

fn too_long(field: &Field, path: &str) -> Refusal {
    Refusal::invalid_data("invalid data")
        .with("maximum_length", number(field.length))
        .with("api_name", field.api_name.as_str())
        .with("json_path", path)
}

pub(super) fn unknown_id(api_name: &str, path: &str) -> Refusal {
    Refusal::invalid_data("the id given seems to be invalid")
        .with("api_name", api_name)
        .with("json_path", path)
}

pub(super) fn mandatory(api_name: &str, path: &str) -> Refusal {
    Refusal::new(400, "MANDATORY_NOT_FOUND", "required field not found")
        .with("api_name", api_name)
        .with("json_path", format!("{path}.{api_name}"))
}
