//! What each custom field is made as.

use zoho_crm::{NewField, NewFieldKind};

use crate::org_schema::CustomField;

/// The definition of a field. `local_currency` is named in the tooltip of amounts that are in it whatever the record's currency.
pub(crate) fn new_field(field: CustomField, local_currency: Option<&str>) -> NewField {
    let text = |length| NewFieldKind::Text { length, unique: false };
    let amount = NewFieldKind::Currency { length: 16, decimals: 2 };
    // Zoho reads every currency field in the record's currency: amounts in local currency must not be one.
    let local_amount = NewFieldKind::Decimal { length: 16, decimals: 2 };
    let local =
        || Some(local_currency.map_or_else(|| "In local currency".to_owned(), |code| format!("In {code}")));
    let (kind, tooltip) = match field {
        CustomField::Number => {
            (NewFieldKind::Text { length: 50, unique: true }, Some("Number in Business Central".to_owned()))
        }
        CustomField::Id => (text(36), Some("Identity in Business Central".to_owned())),
        CustomField::Status | CustomField::Blocked | CustomField::Salesperson | CustomField::Currency => {
            (text(50), None)
        }
        CustomField::OrderNumber | CustomField::TaxNumber => (text(50), None),
        CustomField::PaymentTerms | CustomField::Email => (text(100), None),
        CustomField::Balance | CustomField::Overdue | CustomField::CreditLimit => (local_amount, local()),
        CustomField::RemainingAmount
        | CustomField::TotalExclTax
        | CustomField::TotalTax
        | CustomField::TotalInclTax => (amount, None),
    };
    NewField { label: field.label().to_owned(), kind, tooltip }
}

#[cfg(test)]
mod tests {
    use zoho_crm::NewFieldKind;

    use super::new_field;
    use crate::flow::Flow;
    use crate::org_schema::CustomField;

    #[test]
    fn only_the_number_is_unique() {
        for field in Flow::ALL.into_iter().flat_map(CustomField::of) {
            let unique = matches!(new_field(*field, None).kind, NewFieldKind::Text { unique: true, .. });
            assert_eq!(unique, *field == CustomField::Number, "{field:?}");
        }
    }

    #[test]
    fn amounts_in_local_currency_are_decimals_and_name_it() {
        let field = new_field(CustomField::Balance, Some("GBP"));
        assert_eq!(field.kind, NewFieldKind::Decimal { length: 16, decimals: 2 });
        assert_eq!(field.tooltip.as_deref(), Some("In GBP"));
    }

    #[test]
    fn an_invoices_amounts_are_in_the_records_currency() {
        let field = new_field(CustomField::RemainingAmount, Some("GBP"));
        assert_eq!((field.kind, field.tooltip), (NewFieldKind::Currency { length: 16, decimals: 2 }, None));
    }

    #[test]
    fn labels_keep_to_zohos_length() {
        for field in Flow::ALL.into_iter().flat_map(CustomField::of) {
            assert!(field.label().len() <= 25, "{field:?}");
        }
    }
}
