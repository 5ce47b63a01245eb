//! In which order a record's values are shown: as the mapping's tables name them, what comes first there first.

use super::owned;
use crate::flow::Flow;
use crate::org_schema::CustomField;

/// What a document holds beside its own fields.
const BESIDE: [&str; 5] = ["Description", "Invoiced_Items", "Purchase_Items", "Adjustment", "Owner"];

/// The members of Business Central's rows that the mapping reads, in the order of its tables.
fn read_of(flow: Flow) -> &'static [&'static str] {
    match flow {
        Flow::Customers => &[
            "number",
            "displayName",
            "phoneNumber",
            "website",
            "addressLine1",
            "addressLine2",
            "city",
            "state",
            "postalCode",
            "country",
            "currencyCode",
            "customerFinancialDetail",
            "creditLimit",
            "blocked",
            "paymentTerm",
            "salespersonCode",
            "email",
            "taxRegistrationNumber",
        ],
        Flow::Items => &[
            "number",
            "displayName",
            "unitPrice",
            "priceIncludesTax",
            "blocked",
            "displayName2",
            "inventory",
            "baseUnitOfMeasureCode",
            "itemCategoryCode",
        ],
        Flow::Contacts => &[
            "number",
            "displayName",
            "companyNumber",
            "email",
            "phoneNumber",
            "mobilePhoneNumber",
            "jobTitle",
            "addressLine1",
            "addressLine2",
            "city",
            "state",
            "postalCode",
            "country",
            "privacyBlocked",
        ],
        Flow::Invoices => &[
            "number",
            "status",
            "customerNumber",
            "customerName",
            "invoiceDate",
            "dueDate",
            "customerPurchaseOrderReference",
            "externalDocumentNumber",
            "orderNumber",
            "currencyCode",
            "remainingAmount",
            "totalAmountExcludingTax",
            "totalTaxAmount",
            "totalAmountIncludingTax",
            "salesInvoiceLines",
        ],
        Flow::Vendors => &[
            "number",
            "displayName",
            "email",
            "phoneNumber",
            "website",
            "addressLine1",
            "addressLine2",
            "city",
            "state",
            "postalCode",
            "country",
        ],
        Flow::PurchaseOrders => &[
            "number",
            "status",
            "vendorNumber",
            "vendorName",
            "orderDate",
            "requestedReceiptDate",
            "currencyCode",
            "totalAmountExcludingTax",
            "totalTaxAmount",
            "totalAmountIncludingTax",
            "purchaseOrderLines",
        ],
    }
}

/// Sorts names of fields, of either side, into the order of the mapping. What it does not name comes behind, in alphabetical order.
pub fn sort<T>(flow: Flow, fields: &mut [T], name: impl Fn(&T) -> &str) {
    let keys = CustomField::KEYS.map(CustomField::usual_api_name);
    let ours: Vec<String> = CustomField::of(flow).iter().map(|field| field.usual_api_name()).collect();
    let written = owned::standard(flow).iter().copied().chain(BESIDE);
    let order: Vec<&str> = keys
        .iter()
        .map(String::as_str)
        .chain(written)
        .chain(ours.iter().map(String::as_str))
        .chain(read_of(flow).iter().copied())
        .collect();
    let rank = |field: &str| order.iter().position(|known| *known == field).unwrap_or(order.len());
    fields.sort_by(|one, other| {
        let (one, other) = (name(one), name(other));
        (rank(one), one).cmp(&(rank(other), other))
    });
}

#[cfg(test)]
mod tests {
    use super::{read_of, sort};
    use crate::flow::Flow;

    fn sorted<'a>(flow: Flow, names: &[&'a str]) -> Vec<&'a str> {
        let mut names = names.to_vec();
        sort(flow, &mut names, |name| name);
        names
    }

    #[test]
    fn values_stand_as_the_mapping_names_them() {
        assert_eq!(
            sorted(
                Flow::Customers,
                &["Zeta", "BC_Balance", "Alpha", "Phone", "BC_Id", "Account_Name", "BC_Number"]
            ),
            ["BC_Number", "BC_Id", "Account_Name", "Phone", "BC_Balance", "Alpha", "Zeta"]
        );
        assert_eq!(
            sorted(Flow::Invoices, &["Adjustment", "BC_Status", "Invoiced_Items", "Subject", "Due_Date"]),
            ["Subject", "Due_Date", "Invoiced_Items", "Adjustment", "BC_Status"]
        );
        assert_eq!(
            sorted(Flow::Items, &["inventory", "gtin", "number", "unitPrice"]),
            ["number", "unitPrice", "inventory", "gtin"]
        );
    }

    #[test]
    fn every_flow_begins_with_the_number() {
        for flow in Flow::ALL {
            assert_eq!(read_of(flow).first(), Some(&"number"), "{flow}");
        }
    }
}
