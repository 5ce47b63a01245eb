//! What each field becomes: from a Business Central row to a Zoho record, as a pure function.
//!
//! This is the only module that knows both vocabularies. [`map_row`] decodes a stored row and hands it to the flow's own
//! file ([`customer`], [`item`], [`contact`], [`invoice`], [`vendor`], [`purchase_order`]), which puts values through [`fields`]: that one knows what the live field takes
//! (length, format, picklist, decimals) and notes a warning for whatever had to give. The rows of invoices and orders are made in [`lines`] so that the
//! total agrees to the cent ([`totals`]).

mod comparable;
mod compare;
mod contact;
mod context;
mod customer;
pub mod field_order;
mod fields;
mod formats;
mod invoice;
mod item;
mod line_shape;
mod line_text;
pub mod lines;
mod owned;
mod policy;
mod purchase_order;
mod repair;
mod text;
mod totals;
mod vendor;

use std::fmt;

use exact_json::{Decimal, Map};
use jiff::civil::Date;

pub use self::comparable::{
    COMPARED, compared_fields, is_placeholder, key_is_borrowed, kind, source_party, zoho_party,
};
pub use self::compare::same_value;
pub(crate) use self::compare::{number as as_number, reference as as_reference};
pub use self::contact::contact;
pub use self::context::{Context, Links};
pub use self::customer::customer;
pub use self::invoice::invoice;
pub use self::item::item;
pub use self::lines::{LineTax, MappedLine};
pub use self::owned::{completed_fields, deleted_fields, is_optional, owned_fields};
pub use self::policy::{ForeignCurrency, MapPolicy, NegativeStyle};
pub use self::purchase_order::purchase_order;
pub use self::repair::{RowMap, pair_lines, repair_lines};
pub(crate) use self::totals::iso_decimals;
pub use self::vendor::vendor;
use crate::flow::Flow;

/// Part of every fingerprint: raised when the same row maps to other fields than before.
pub const VERSION: u32 = 1;

/// BC Number of the Product that stands for lines without an item.
pub const LINE_PRODUCT_NUMBER: &str = "BC-LINE";
/// Name of the Product that stands for lines without an item.
pub const LINE_PRODUCT_NAME: &str = "Business Central line";
/// BC Number of the Account of invoices whose customer is gone.
pub const DELETED_CUSTOMERS_NUMBER: &str = "BC-DELETED";
/// Name of the Account of invoices whose customer is gone.
pub const DELETED_CUSTOMERS_NAME: &str = "Business Central, deleted customers";

/// What a row becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mapped {
    /// A record in Zoho.
    Record(MappedRecord),
    /// Nothing, by rule or policy.
    Skip(SkipReason),
    /// Nothing yet: another record has to be in Zoho first.
    Wait(Wait),
    /// Nothing until somebody changes something.
    Refuse(Refusal),
}

/// A record as Zoho should hold it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappedRecord {
    /// The business key, as it goes into BC Number.
    pub number: String,
    /// The fields that we own, by api name. `Null` clears a field; a field that is left out is absent.
    pub fields: Map,
    /// What is sent on create only: the owner; a document's rows, the Adjustment that belongs to them, and the Description made of leading comments.
    pub on_create: Map,
    /// What had to give.
    pub warnings: Vec<Warning>,
    /// The currency of its amounts; documents only.
    pub currency: Option<String>,
    /// What Grand_Total must be; documents only.
    pub expected_total: Option<Decimal>,
    /// What is still to be paid; invoices only.
    pub remaining: Option<Decimal>,
    /// What Grand_Total will be by our own computation; documents only.
    pub predicted_total: Option<Decimal>,
    /// The Adjustment that belongs to the rows, where the org lets it be written; documents only.
    pub adjustment: Option<Decimal>,
    /// A document's rows, for comparing and repairing.
    pub lines: Vec<MappedLine>,
    /// Tells these lines from any others, however they are written; documents whose lines change only.
    pub lines_digest: Option<String>,
    /// How negative lines were written.
    pub negative_style: NegativeStyle,
}

impl MappedRecord {
    /// Whether a row is written with a negative quantity, price or amount, so that another [`NegativeStyle`] would change it.
    #[must_use]
    pub fn has_negative_lines(&self) -> bool {
        self.lines.iter().any(|line| {
            line.quantity.is_negative() || line.list_price.is_negative() || line.amount().is_negative()
        })
    }
}

/// Something of a record that could not be taken over as it is. Warnings never stop a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// The Zoho field's api name.
    pub field: String,
    /// Stable; programs may match on it.
    pub code: String,
    /// What happened, in words.
    pub text: String,
}

/// Why a row becomes nothing. That is clean, not a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// The invoice is a draft, or released but not posted.
    NotPosted,
    /// The invoice is older than the day from which invoices are copied.
    OlderThan(Date),
    /// The document is in a currency that the one-currency org does not have.
    ForeignCurrency(String),
    /// The contact is a company.
    NotAPerson,
    /// The contact belongs to no customer.
    NoCustomer,
    /// The contact's customer is not in Zoho and will not come.
    CustomerNotSynced,
    /// The person's data must no longer be used.
    PrivacyBlocked,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPosted => f.write_str("not posted yet"),
            Self::OlderThan(day) => write!(f, "older than {day}, the day from which invoices are copied"),
            Self::ForeignCurrency(code) => {
                write!(f, "in {code}, which the org with one currency does not have")
            }
            Self::NotAPerson => f.write_str("not a person"),
            Self::NoCustomer => f.write_str("belongs to no customer"),
            Self::CustomerNotSynced => f.write_str("its customer is not copied"),
            Self::PrivacyBlocked => f.write_str("blocked for privacy in Business Central"),
        }
    }
}

/// What a row waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The flow of the other record.
    pub flow: Flow,
    /// The other record: its Business Central id, or the BC Number of a placeholder.
    pub what: String,
    /// What is missing, for people.
    pub message: String,
    /// What to do.
    pub cure: String,
}

/// Why a row cannot be mapped as things are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Whether the record is fine and merely held until something around it changes.
    pub held: bool,
    /// Stable; programs may match on it.
    pub code: String,
    /// What is wrong, with what.
    pub message: String,
    /// What to do.
    pub cure: String,
}

/// A stored row that is not what the API promises.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored row of {flow} does not have the form of the API: {message}")]
pub struct DecodeProblem {
    /// The flow of the row.
    pub flow: Flow,
    /// What the decoder says.
    pub message: String,
}

/// Maps an invoice that was decoded already, as [`map_row`] does.
#[must_use]
pub fn map_invoice(row: &business_central::SalesInvoice, posted: bool, context: &Context<'_>) -> Mapped {
    invoice(row, posted, context)
}

/// Maps one stored row. `posted` says whether an open invoice is proved to be posted.
///
/// # Errors
/// When the text is not a row of the flow's entity.
pub fn map_row(
    flow: Flow,
    row_text: &str,
    posted: bool,
    context: &Context<'_>,
) -> Result<Mapped, DecodeProblem> {
    let problem = |error: serde_json::Error| DecodeProblem { flow, message: error.to_string() };
    Ok(match flow {
        Flow::Customers => customer(&serde_json::from_str(row_text).map_err(problem)?, context),
        Flow::Items => item(&serde_json::from_str(row_text).map_err(problem)?, context),
        Flow::Contacts => contact(&serde_json::from_str(row_text).map_err(problem)?, context),
        Flow::Invoices => invoice(&serde_json::from_str(row_text).map_err(problem)?, posted, context),
        Flow::Vendors => vendor(&serde_json::from_str(row_text).map_err(problem)?, context),
        Flow::PurchaseOrders => purchase_order(&serde_json::from_str(row_text).map_err(problem)?, context),
    })
}
