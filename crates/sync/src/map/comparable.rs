//! What can be compared of a record of either side, to find out whether a record that stands in Zoho already is one of ours.
//!
//! A number may stand in any field that could hold one: sales teams put it where they find room. Every text or whole-number field that
//! was made in the org is read, and taken for a tax number where its label says so.

use business_central::{Contact, Customer, Item, PurchaseOrder, SalesInvoice, Vendor};
use exact_json::{Map, Value};
use zoho_crm::{FieldInfo, coql};

use super::{DELETED_CUSTOMERS_NUMBER, DecodeProblem, LINE_PRODUCT_NUMBER};
use crate::flow::Flow;
use crate::matching::{Kind, Party};
use crate::org_schema::{CustomField, OrgSchema};

/// Raised when other values of the same record are compared than before: the stored ones are then read anew.
pub const COMPARED: u32 = 1;

/// Words in a label that make a field one for tax numbers, in the big languages of business.
const TAX_WORDS: [&str; 14] = [
    "tax", "vat", "gst", "ust", "uid", "steuer", "tva", "siret", "siren", "iva", "nif", "btw", "moms", "abn",
];

/// The standard fields that are compared, by what is compared of them.
struct Standard {
    numbers: &'static [&'static str],
    /// Joined by a blank.
    name: &'static [&'static str],
    emails: &'static [&'static str],
    websites: &'static [&'static str],
    phones: &'static [&'static str],
    city: Option<&'static str>,
    postal_code: Option<&'static str>,
    country: Option<&'static str>,
    belongs_to: Option<&'static str>,
    total: Option<&'static str>,
    date: Option<&'static str>,
}

const ACCOUNTS: Standard = Standard {
    numbers: &["Account_Number", "Account_Site", "Ticker_Symbol"],
    name: &["Account_Name"],
    emails: &[],
    websites: &["Website"],
    phones: &["Phone"],
    city: Some("Billing_City"),
    postal_code: Some("Billing_Code"),
    country: Some("Billing_Country"),
    belongs_to: None,
    total: None,
    date: None,
};

const PRODUCTS: Standard = Standard {
    numbers: &["Product_Code"],
    name: &["Product_Name"],
    emails: &[],
    websites: &[],
    phones: &[],
    city: None,
    postal_code: None,
    country: None,
    belongs_to: None,
    total: None,
    date: None,
};

const CONTACTS: Standard = Standard {
    numbers: &[],
    name: &["First_Name", "Last_Name"],
    emails: &["Email", "Secondary_Email"],
    websites: &[],
    phones: &["Phone", "Mobile", "Home_Phone", "Other_Phone"],
    city: Some("Mailing_City"),
    postal_code: Some("Mailing_Zip"),
    country: Some("Mailing_Country"),
    belongs_to: Some("Account_Name"),
    total: None,
    date: None,
};

const INVOICES: Standard = Standard {
    numbers: &["Subject", "Invoice_Number"],
    name: &[],
    emails: &[],
    websites: &[],
    phones: &[],
    city: None,
    postal_code: None,
    country: None,
    belongs_to: Some("Account_Name"),
    total: Some("Grand_Total"),
    date: Some("Invoice_Date"),
};

const VENDORS: Standard = Standard {
    numbers: &[],
    name: &["Vendor_Name"],
    emails: &["Email"],
    websites: &["Website"],
    phones: &["Phone"],
    city: Some("City"),
    postal_code: Some("Zip_Code"),
    country: Some("Country"),
    belongs_to: None,
    total: None,
    date: None,
};

const PURCHASE_ORDERS: Standard = Standard {
    numbers: &["Subject", "PO_Number"],
    name: &[],
    emails: &[],
    websites: &[],
    phones: &[],
    city: None,
    postal_code: None,
    country: None,
    belongs_to: Some("Vendor_Name"),
    total: Some("Grand_Total"),
    date: Some("PO_Date"),
};

const fn standard(flow: Flow) -> &'static Standard {
    match flow {
        Flow::Customers => &ACCOUNTS,
        Flow::Items => &PRODUCTS,
        Flow::Contacts => &CONTACTS,
        Flow::Invoices => &INVOICES,
        Flow::Vendors => &VENDORS,
        Flow::PurchaseOrders => &PURCHASE_ORDERS,
    }
}

impl Standard {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        let lists = [self.name, self.numbers, self.emails, self.websites, self.phones];
        let single = [self.city, self.postal_code, self.country, self.belongs_to, self.total, self.date];
        lists.into_iter().flatten().copied().chain(single.into_iter().flatten())
    }
}

/// By which rules records of the flow are compared.
#[must_use]
pub const fn kind(flow: Flow) -> Kind {
    match flow {
        Flow::Customers | Flow::Vendors => Kind::Organisation,
        Flow::Items => Kind::Product,
        Flow::Contacts => Kind::Person,
        Flow::Invoices | Flow::PurchaseOrders => Kind::Document,
    }
}

/// The fields that are read of a record in Zoho to compare it, `room` at most: those of Zoho first, then those made in the org. The keys
/// are not among them.
#[must_use]
pub fn compared_fields(flow: Flow, org: &OrgSchema, room: usize) -> Vec<String> {
    let Some(schema) = org.modules.get(&flow.module()) else { return Vec::new() };
    let mut names: Vec<String> = standard(flow)
        .all()
        .filter(|name| schema.fields.contains_key(*name))
        .map(ToOwned::to_owned)
        .collect();
    let ours: Vec<&String> = schema.ours.values().collect();
    let custom = schema.fields.values().filter(|field| field.custom && holds_something(field));
    names.extend(custom.map(|field| field.api_name.clone()).filter(|name| !ours.contains(&name)));
    names.truncate(room.min(coql::FIELDS_MAX));
    names
}

/// Whether a field may hold a number, an address or a telephone number.
fn holds_something(field: &FieldInfo) -> bool {
    matches!(
        field.data_type.as_str(),
        "text" | "autonumber" | "integer" | "bigint" | "email" | "website" | "phone"
    )
}

/// The comparable values of a record in Zoho.
#[must_use]
pub fn zoho_party(flow: Flow, org: &OrgSchema, record: &Map) -> Party {
    let standard = standard(flow);
    let text = |name: &str| record.get(name).and_then(plain);
    let texts = |names: &[&str]| names.iter().filter_map(|name| text(name)).collect::<Vec<_>>();
    let reference = |name: &str| record.get(name)?.get("id")?.as_text().map(ToOwned::to_owned);
    let mut party = Party {
        numbers: texts(standard.numbers),
        name: texts(standard.name).join(" "),
        tax_numbers: Vec::new(),
        emails: texts(standard.emails),
        websites: texts(standard.websites),
        phones: texts(standard.phones),
        city: standard.city.and_then(text),
        postal_code: standard.postal_code.and_then(text),
        country: standard.country.and_then(text),
        belongs_to: standard.belongs_to.and_then(reference),
        total: standard.total.and_then(|name| record.get(name)?.as_number()),
        date: standard.date.and_then(text),
    };
    let Some(schema) = org.modules.get(&flow.module()) else { return party };
    for field in schema.fields.values().filter(|field| field.custom && holds_something(field)) {
        let Some(value) = text(&field.api_name) else { continue };
        match field.data_type.as_str() {
            "email" => party.emails.push(value),
            "website" => party.websites.push(value),
            "phone" => party.phones.push(value),
            _ if is_about_tax(&field.label) => party.tax_numbers.push(value),
            _ => party.numbers.push(value),
        }
    }
    party
}

fn is_about_tax(label: &str) -> bool {
    let label = label.to_lowercase();
    let mut words = label.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    // Longer ones stand in compounds too: Umsatzsteuer, Steuernummer.
    let names = |word: &str, tax: &str| {
        word == tax || (tax.len() > 3 && (word.starts_with(tax) || word.ends_with(tax)))
    };
    words.any(|word| TAX_WORDS.iter().any(|tax| names(word, tax)))
}

fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::Text(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The comparable values of a row of Business Central, which belongs to `belongs_to`: the Zoho id of its customer's Account, or of its Vendor.
///
/// # Errors
/// When the text is not a row of the flow's entity.
pub fn source_party(flow: Flow, text: &str, belongs_to: Option<String>) -> Result<Party, DecodeProblem> {
    let problem = |error: serde_json::Error| DecodeProblem { flow, message: error.to_string() };
    Ok(match flow {
        Flow::Customers => {
            let row: Customer = serde_json::from_str(text).map_err(problem)?;
            Party {
                numbers: list([row.number]),
                name: row.display_name.unwrap_or_default(),
                tax_numbers: list([row.tax_registration_number]),
                emails: list([row.email]),
                websites: list([row.website]),
                phones: list([row.phone_number]),
                city: row.city,
                postal_code: row.postal_code,
                country: row.country,
                ..Party::default()
            }
        }
        Flow::Items => {
            let row: Item = serde_json::from_str(text).map_err(problem)?;
            Party {
                numbers: list([row.number, row.gtin]),
                name: row.display_name.unwrap_or_default(),
                ..Party::default()
            }
        }
        Flow::Contacts => {
            let row: Contact = serde_json::from_str(text).map_err(problem)?;
            Party {
                numbers: list([row.number]),
                name: row.display_name.unwrap_or_default(),
                emails: list([row.email]),
                phones: list([row.phone_number, row.mobile_phone_number]),
                city: row.city,
                postal_code: row.postal_code,
                country: row.country,
                belongs_to,
                ..Party::default()
            }
        }
        Flow::Invoices => {
            let row: SalesInvoice = serde_json::from_str(text).map_err(problem)?;
            Party {
                numbers: list([row.number]),
                total: Some(row.total_amount_including_tax),
                date: row.invoice_date.map(|day| day.to_string()),
                belongs_to,
                ..Party::default()
            }
        }
        Flow::Vendors => {
            let row: Vendor = serde_json::from_str(text).map_err(problem)?;
            Party {
                numbers: list([row.number]),
                name: row.display_name.unwrap_or_default(),
                tax_numbers: list([row.tax_registration_number]),
                emails: list([row.email]),
                websites: list([row.website]),
                phones: list([row.phone_number]),
                city: row.city,
                postal_code: row.postal_code,
                country: row.country,
                ..Party::default()
            }
        }
        Flow::PurchaseOrders => {
            let row: PurchaseOrder = serde_json::from_str(text).map_err(problem)?;
            Party {
                numbers: list([row.number]),
                total: Some(row.total_amount_including_tax),
                date: row.order_date.map(|day| day.to_string()),
                belongs_to,
                ..Party::default()
            }
        }
    })
}

fn list<const N: usize>(values: [Option<String>; N]) -> Vec<String> {
    values.into_iter().flatten().filter(|value| !value.trim().is_empty()).collect()
}

/// Whether the record is one of the two of our own making.
#[must_use]
pub fn is_placeholder(number: &str) -> bool {
    [LINE_PRODUCT_NUMBER, DELETED_CUSTOMERS_NUMBER]
        .iter()
        .any(|ours| number.trim().eq_ignore_ascii_case(ours))
}

/// Whether the flow's number key is a field of the org's own that was chosen, and may hold other values in records that are not ours.
#[must_use]
pub fn key_is_borrowed(flow: Flow, org: &OrgSchema) -> bool {
    let Some(name) = org.our_field(flow, CustomField::Number) else { return false };
    let usual = CustomField::Number;
    org.field(flow.module(), name).is_some_and(|field| {
        !field.label.trim().eq_ignore_ascii_case(usual.label()) && field.api_name != usual.usual_api_name()
    })
}

#[cfg(test)]
mod tests {
    use super::{is_about_tax, is_placeholder};

    #[test]
    fn a_field_is_for_tax_numbers_where_its_label_says_so_in_a_language_of_business() {
        for label in [
            "VAT ID",
            "USt-IdNr.",
            "Umsatzsteuer-ID",
            "Steuernummer",
            "Tax Reg No",
            "N° TVA",
            "P. IVA",
            "CIF/NIF",
        ] {
            assert!(is_about_tax(label), "{label}");
        }
        for label in ["Customer No", "Taxi account", "Kundennummer", "ERP Id", "Private", "Industry"] {
            assert!(!is_about_tax(label), "{label}");
        }
    }

    #[test]
    fn the_records_of_our_own_making_are_known_whatever_their_case() {
        assert!(is_placeholder("BC-LINE") && is_placeholder(" bc-deleted "));
        assert!(!is_placeholder("C10000") && !is_placeholder(""));
    }
}
