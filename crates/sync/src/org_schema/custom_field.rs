//! The custom fields that we bring along.

use crate::flow::Flow;

/// A custom field of ours. Zoho derives its api name from the label; which one it is, is read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CustomField {
    /// The business key.
    Number,
    /// The identity: Business Central's SystemId.
    Id,
    /// Where the record stands in Business Central.
    Status,
    /// What the customer owes, in local currency.
    Balance,
    /// What of it is overdue, in local currency.
    Overdue,
    /// The customer's credit limit, in local currency.
    CreditLimit,
    /// What the customer may no longer do.
    Blocked,
    /// The customer's payment terms.
    PaymentTerms,
    /// Code of the customer's salesperson.
    Salesperson,
    /// The customer's e-mail address.
    Email,
    /// The customer's tax number.
    TaxNumber,
    /// What of an invoice is still to be paid.
    RemainingAmount,
    /// An invoice's total without tax.
    TotalExclTax,
    /// An invoice's tax.
    TotalTax,
    /// An invoice's total with tax.
    TotalInclTax,
    /// An invoice's currency.
    Currency,
    /// Number of the order that an invoice came from.
    OrderNumber,
}

impl CustomField {
    /// The two without which nothing is written.
    pub const KEYS: [Self; 2] = [Self::Number, Self::Id];

    /// The fields of a flow's module, the keys first, then by how much is lost without them.
    #[must_use]
    pub const fn of(flow: Flow) -> &'static [Self] {
        match flow {
            Flow::Customers => &[
                Self::Number,
                Self::Id,
                Self::Status,
                Self::Balance,
                Self::Overdue,
                Self::CreditLimit,
                Self::Blocked,
                Self::PaymentTerms,
                Self::Salesperson,
                Self::Email,
                Self::TaxNumber,
            ],
            Flow::Items | Flow::Contacts | Flow::Vendors | Flow::PurchaseOrders => {
                &[Self::Number, Self::Id, Self::Status]
            }
            Flow::Invoices => &[
                Self::Number,
                Self::Id,
                Self::Status,
                Self::RemainingAmount,
                Self::TotalInclTax,
                Self::TotalExclTax,
                Self::TotalTax,
                Self::Currency,
                Self::OrderNumber,
            ],
        }
    }

    /// Whether nothing is written without the field.
    #[must_use]
    pub const fn is_key(self) -> bool {
        matches!(self, Self::Number | Self::Id)
    }

    /// The label, which is how the field is found.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Number => "BC Number",
            Self::Id => "BC Id",
            Self::Status => "BC Status",
            Self::Balance => "BC Balance",
            Self::Overdue => "BC Overdue",
            Self::CreditLimit => "BC Credit Limit",
            Self::Blocked => "BC Blocked",
            Self::PaymentTerms => "BC Payment Terms",
            Self::Salesperson => "BC Salesperson",
            Self::Email => "BC Email",
            Self::TaxNumber => "BC Tax Number",
            Self::RemainingAmount => "BC Remaining Amount",
            Self::TotalExclTax => "BC Total Excl Tax",
            Self::TotalTax => "BC Total Tax",
            Self::TotalInclTax => "BC Total Incl Tax",
            Self::Currency => "BC Currency",
            Self::OrderNumber => "BC Order Number",
        }
    }

    /// The api name that Zoho is known to derive from the label: blanks become underscores (facts, §4.3).
    #[must_use]
    pub fn usual_api_name(self) -> String {
        self.label().replace(' ', "_")
    }
}

#[cfg(test)]
mod tests {
    use super::CustomField;
    use crate::flow::Flow;

    #[test]
    fn the_keys_come_first_in_every_flow() {
        for flow in Flow::ALL {
            assert!(CustomField::of(flow).starts_with(&CustomField::KEYS), "{flow}");
            assert!(CustomField::of(flow).contains(&CustomField::Status), "{flow}");
        }
    }
}
