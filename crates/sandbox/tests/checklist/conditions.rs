//! `$filter`, `$select`, `$expand` (facts, §5.1 and §5.2).

use sandbox::business_central::schema::Table;

use crate::support::{Bc, START, code, json, member, members, text};

fn numbers(bc: &Bc, filter: &str) -> Vec<String> {
    let mut numbers = members(&bc.rows(&format!("customers?$filter={filter}")), "number");
    numbers.sort();
    numbers
}

fn three() -> Bc {
    let bc = Bc::empty();
    let a = bc.customer("C1", "O'Hara & Söhne");
    bc.customer("C2", "Ace");
    bc.customer("C3", "Acme");
    bc.world.bc(|bc| bc.edit(Table::Customers, a, "blocked", "All"));
    bc
}

#[test]
fn comparisons_and_functions_choose_rows() {
    let bc = three();
    assert_eq!(numbers(&bc, "number eq 'C2'"), ["C2"]);
    assert_eq!(numbers(&bc, "number ne 'C2'"), ["C1", "C3"]);
    assert_eq!(numbers(&bc, "number gt 'C1' and number le 'C3'"), ["C2", "C3"]);
    assert_eq!(numbers(&bc, "startswith(displayName,'Ac')"), ["C2", "C3"]);
    assert_eq!(numbers(&bc, "contains(displayName,'''Hara %26 S')"), ["C1"]);
    assert_eq!(numbers(&bc, "blocked eq 'All' or blocked eq 'Ship'"), ["C1"]);
    assert_eq!(numbers(&bc, &format!("lastModifiedDateTime ge {START}")).len(), 3);
    assert_eq!(numbers(&bc, &format!("lastModifiedDateTime gt {START}")), Vec::<String>::new());
}

#[test]
fn or_between_different_fields_is_refused() {
    let answer = three().get("customers?$filter=number eq 'C1' or displayName eq 'Ace'");
    assert_eq!((answer.status, code(&answer).as_str()), (400, "BadRequest"));
}

#[test]
fn computed_properties_are_refused() {
    for filter in ["customers?$filter=currencyCode eq 'EUR'", "salesInvoices?$filter=remainingAmount gt 0"] {
        assert_eq!(three().get(filter).status, 400, "{filter}");
    }
    assert_eq!(three().get("customers?$orderby=currencyCode").status, 400);
}

#[test]
fn enumerations_must_be_encoded_and_known() {
    let bc = three();
    assert_eq!(numbers(&bc, "blocked eq '_x0020_'"), ["C2", "C3"]);
    for literal in [" ", "Sometimes"] {
        let answer = bc.get(&format!("customers?$filter=blocked eq '{literal}'"));
        assert_eq!(answer.status, 400);
        assert!(text(&answer).contains("not a valid enumeration type constant"));
    }
    assert_eq!(bc.get("salesInvoices?$filter=status eq 'In_x0020_Review'").status, 200);
    assert_eq!(bc.get("salesInvoices?$filter=status eq 'In Review'").status, 400);
}

#[test]
fn a_property_that_an_entity_does_not_have_is_named() {
    let answer = three().get("customers?$filter=lastModified ge 2025-01-01T00:00:00Z");
    assert_eq!((answer.status, code(&answer).as_str()), (400, "BadRequest"));
    assert!(text(&answer).contains("Could not find a property named 'lastModified'"));
}

#[test]
fn a_plus_in_an_offset_must_be_encoded() {
    let bc = three();
    assert_eq!(numbers(&bc, "lastModifiedDateTime ge 2025-03-10T09:00:00%2B01:00").len(), 3);
    assert_eq!(bc.get("customers?$filter=lastModifiedDateTime ge 2025-03-10T09:00:00+01:00").status, 400);
}

#[test]
fn only_what_was_selected_comes() {
    let row = three().rows("customers?$select=id,number&$top=1").remove(0);
    let names: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["@odata.etag", "id", "number"]);
}

#[test]
fn numbers_are_printed_to_their_last_digit() {
    let bc = Bc::empty();
    let id = bc.add(Table::Items, &[("number", "A")]);
    for price in ["0.12345", "1234567890123.45678"] {
        bc.world
            .bc(|bc| bc.edit(Table::Items, id, "unitPrice", price.parse::<exact_json::Decimal>().unwrap()));
        assert!(text(&bc.get(&format!("items({id})"))).contains(&format!("\"unitPrice\":{price},")));
    }
}

#[test]
fn payment_terms_and_finances_come_with_a_customer() {
    let bc = Bc::empty();
    let term = bc.add(Table::PaymentTerms, &[("code", "30D"), ("dueDateCalculation", "30D")]);
    let id = bc.customer("C1", "One");
    bc.world.bc(|bc| bc.edit(Table::Customers, id, "paymentTermsId", term.to_string()));
    let row =
        json(&bc.get(&format!("customers({id})?$expand=paymentTerm($select=code),customerFinancialDetail")));
    assert_eq!(member(row.get("paymentTerm").unwrap(), "code"), "30D");
    assert!(row.get("customerFinancialDetail").and_then(|detail| detail.get("overdueAmount")).is_some());
}

#[test]
fn an_unknown_navigation_property_is_refused() {
    for bc in [three(), Bc::empty()] {
        assert_eq!(bc.get("customers?$expand=paymentTerms").status, 400);
        assert_eq!(bc.get("customers?$expand=paymentTerm($select=name)").status, 400);
    }
}

#[test]
fn the_ledger_set_up_names_the_local_currency_where_it_is_entered() {
    let bc = Bc::empty();
    bc.add(Table::LedgerSetup, &[("localCurrencyCode", "EUR")]);
    assert_eq!(member(&bc.rows("generalLedgerSetup")[0], "localCurrencyCode"), "EUR");
    assert!(bc.rows("currencies").is_empty());
}
