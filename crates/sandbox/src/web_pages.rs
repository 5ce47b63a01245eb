//! What people see of a record in both services' own web pages: a plain table of what is stored. Links from outside lead here.
//!
//! | address | page |
//! |---|---|
//! | `/bc-web/<tenant>/<environment>/?company=…` | Business Central's start page |
//! | the same with `&page=<id>&filter='No.' IS '<number>'` | one customer, item, contact, invoice, vendor or purchase order |
//! | `/crm/org<zgid>/` | Zoho's start page |
//! | `/crm/org<zgid>/tab/<module>/<id>` | one record |

use exact_json::Value;
use transport::Response;

use crate::Incoming;
use crate::business_central::BcState;
use crate::business_central::row::Row;
use crate::business_central::schema::Table;
use crate::world::plain;
use crate::zoho::{Module, ZohoState};

/// Business Central's web client.
const BUSINESS_CENTRAL: &str = "/bc-web/";
/// Zoho CRM's web client.
const ZOHO: &str = "/crm/";

const STYLE: &str = "body{font:16px/1.5 sans-serif;margin:2rem;color:#222;background:#fff}\
                     table{border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0;\
                     border-bottom:1px solid #ddd;white-space:pre-wrap}";

/// The page at an address; `None` where the address is none of a web page.
pub(crate) fn page(bc: &BcState, zoho: &ZohoState, incoming: &Incoming) -> Option<Response> {
    if incoming.path.starts_with(BUSINESS_CENTRAL) {
        Some(business_central(bc, incoming))
    } else if incoming.path.starts_with(ZOHO) {
        Some(zoho_crm(zoho, incoming))
    } else {
        None
    }
}

fn business_central(bc: &BcState, incoming: &Incoming) -> Response {
    let home = incoming.segments(BUSINESS_CENTRAL);
    let company = incoming.parameter("company").unwrap_or_default();
    let is_known = bc.companies.iter().any(|known| known.name.eq_ignore_ascii_case(company));
    if home != [bc.tenant.as_str(), bc.environment.as_str()] || !is_known {
        return nothing("Business Central");
    }
    let title = |what: &str| format!("{what} - {company} - Business Central (simulated)");
    let Some(page) = incoming.parameter("page") else {
        let customers = bc.table(Table::Customers).len();
        return html(&title("Start page"), &format!("<p>{customers} customers are stored.</p>"));
    };
    let table = match page {
        "21" => Table::Customers,
        "30" => Table::Items,
        "5050" => Table::Contacts,
        "132" => Table::SalesInvoices,
        "26" => Table::Vendors,
        "50" => Table::PurchaseOrders,
        _ => return nothing("Business Central"),
    };
    let number = incoming.parameter("filter").and_then(number_in);
    // A draft may have the number of an invoice that is posted, and has another page.
    let shows = |row: &&Row| table != Table::SalesInvoices || row.posted;
    let Some(row) = number.and_then(|number| bc.with_number(table, &number).find(shows)) else {
        return nothing("Business Central");
    };
    let fields = table.properties().iter().map(|property| (property.name.to_owned(), row.printed(property)));
    let mut body = fields_of(fields);
    for (place, line) in row.lines.iter().enumerate() {
        body.push_str(&format!("<h2>Line {}</h2>", place + 1));
        body.push_str(&fields_of(
            line.values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())),
        ));
    }
    html(&title(&format!("{} {}", table.segment(), row.text("number"))), &body)
}

/// The number of `'No.' IS 'C10000'`, in which an apostrophe is doubled.
fn number_in(filter: &str) -> Option<String> {
    let number = filter.strip_prefix("'No.' IS '")?.strip_suffix('\'')?;
    Some(number.replace("''", "'"))
}

fn zoho_crm(zoho: &ZohoState, incoming: &Incoming) -> Response {
    let parts = incoming.segments(ZOHO);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let ours = format!("org{}", zoho.zgid());
    let title = |what: &str| format!("{what} - Zoho CRM (simulated)");
    match parts.as_slice() {
        [] => html(&title("Start page"), "<p>Whoever is signed in sees the org here.</p>"),
        [org] if *org == ours => {
            let accounts = zoho.record_count(Module::Accounts);
            html(&title("Start page"), &format!("<p>{accounts} Accounts are stored.</p>"))
        }
        [org, "tab", module, id] if *org == ours => {
            let found = Module::parse(module).and_then(|module| zoho.record(module, id));
            match found {
                Some(record) => html(
                    &title(&format!("{module} {id}")),
                    &fields_of(record.iter().map(|(name, value)| (name.clone(), value.clone()))),
                ),
                None => nothing("Zoho CRM"),
            }
        }
        _ => nothing("Zoho CRM"),
    }
}

/// A row for each field that holds something.
fn fields_of(fields: impl Iterator<Item = (String, Value)>) -> String {
    let mut table = String::from("<table>");
    for (name, value) in fields {
        let text = match &value {
            Value::Null => continue,
            Value::Text(text) if text.is_empty() => continue,
            Value::Text(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => value.to_json(),
        };
        table.push_str(&format!("<tr><th>{}</th><td>{}</td></tr>", escaped(&name), escaped(&text)));
    }
    table.push_str("</table>");
    table
}

fn nothing(service: &str) -> Response {
    let title = format!("Not here - {service} (simulated)");
    let mut page = html(&title, "<p>There is no such record, or it was deleted.</p>");
    page.status = 404;
    page
}

fn html(title: &str, body: &str) -> Response {
    let title = escaped(title);
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><h1>{title}</h1>{body}</body></html>\n"
    );
    let mut page = plain(200, "text/html;charset=UTF-8", page);
    // Nothing in a record may run, whatever it holds.
    let policy = "default-src 'none'; style-src 'unsafe-inline'";
    page.headers.push(("Content-Security-Policy".to_owned(), policy.to_owned()));
    page
}

/// A text from outside: nothing in it is markup.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
    html
}
