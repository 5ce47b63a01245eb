//! Customers become Accounts.

use exact_json::Value;
use sync::flow::Flow;
use sync::map::{Mapped, MappedRecord};
use zoho_crm::{FieldInfo, Module, ZohoId};

use crate::scene::{RECORD, Scene, lookup, number, shown, warnings, with};

fn row(changes: &[(&str, &str)]) -> Value {
    let row = format!(
        r#"{{"id":"{RECORD}","number":"10000","displayName":"Adatum Corporation","type":"Company",
        "addressLine1":"192 Market Square","addressLine2":"","city":"Atlanta","state":"GA","country":"US","postalCode":"31772",
        "phoneNumber":"(425) 555-0100","email":"robert.townes@contoso.com","website":"www.adatum.com","salespersonCode":"JO",
        "balanceDue":0,"creditLimit":0,"taxRegistrationNumber":"","currencyId":"00000000-0000-0000-0000-000000000000",
        "currencyCode":"USD","blocked":"_x0020_","lastModifiedDateTime":"2025-03-05T19:19:22.37Z",
        "customerFinancialDetail":{{"id":"{RECORD}","number":"10000","balance":1195.35,"overdueAmount":0.1}},
        "paymentTerm":{{"id":"{RECORD}","code":"1M(8D)","displayName":"1 Month/2% 8 days"}}}}"#
    );
    with(&Value::parse(&row).unwrap(), changes)
}

fn mapped(changes: &[(&str, &str)]) -> MappedRecord {
    Scene::new().record(Flow::Customers, &row(changes))
}

#[test]
fn a_customer_becomes_an_account_with_every_field_of_the_contract() {
    let record = mapped(&[]);
    let want = format!(
        r#"{{"Account_Name":"Adatum Corporation","BC_Balance":1195.35,"BC_Blocked":null,"BC_Credit_Limit":null,"BC_Email":"robert.townes@contoso.com","BC_Id":"{RECORD}","BC_Number":"10000","BC_Overdue":0.1,"BC_Payment_Terms":"1 Month/2% 8 days","BC_Salesperson":"JO","BC_Status":"Active","BC_Tax_Number":null,"Billing_City":"Atlanta","Billing_Code":"31772","Billing_Country":"United States","Billing_State":"GA","Billing_Street":"192 Market Square","Currency":"USD","Phone":"(425) 555-0100","Website":"www.adatum.com"}}"#
    );
    assert_eq!(Value::Object(record.fields).to_json(), want);
    assert_eq!((record.number.as_str(), record.warnings), ("10000", Vec::new()));
}

#[test]
fn the_owner_is_the_salesperson_s_user_and_only_on_create() {
    let record = mapped(&[]);
    assert_eq!(record.on_create, [("Owner".to_owned(), lookup("8001"))].into());
    assert!(!record.fields.contains_key("Owner"));
}

#[test]
fn a_salesperson_who_is_no_user_leaves_the_default_owner_or_none() {
    let stranger = row(&[("salespersonCode", r#""XX""#)]);
    let mut scene = Scene::new();
    assert!(scene.record(Flow::Customers, &stranger).on_create.is_empty());
    scene.policy.default_owner = Some(ZohoId::new("8099"));
    assert_eq!(scene.record(Flow::Customers, &stranger).on_create.get("Owner"), Some(&lookup("8099")));
}

#[test]
fn a_customer_without_a_name_is_called_by_its_number() {
    for name in [r#""""#, r#""  ""#, "\"\\u0007\\n\""] {
        assert_eq!(mapped(&[("displayName", name)]).fields["Account_Name"], Value::text("10000"), "{name}");
    }
}

#[test]
fn control_characters_in_a_name_become_blanks() {
    assert_eq!(
        mapped(&[("displayName", r#"" Ada\ttum\r\n\u0000Ltd ""#)]).fields["Account_Name"],
        Value::text("Ada tum   Ltd")
    );
}

#[test]
fn a_name_longer_than_the_field_is_cut_with_a_warning() {
    let mut scene = Scene::new();
    scene.field(Module::Accounts, "Account_Name", |field| field.length = Some(8));
    let record = scene.record(Flow::Customers, &row(&[]));
    assert_eq!(record.fields["Account_Name"], Value::text("Adatum…"));
    assert_eq!(warnings(&record), [("Account_Name", "cut")]);
}

#[test]
fn keys_are_never_cut() {
    let mut scene = Scene::new();
    scene.field(Module::Accounts, "BC_Number", |field| field.length = Some(4));
    match scene.map(Flow::Customers, &row(&[]), true) {
        Mapped::Refuse(refusal) => assert_eq!((refusal.code.as_str(), refusal.held), ("key_too_long", false)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_our_keys_nothing_is_mapped() {
    for key in ["BC_Number", "BC_Id"] {
        let mut scene = Scene::new();
        scene.without(Module::Accounts, key);
        match scene.map(Flow::Customers, &row(&[]), true) {
            Mapped::Refuse(refusal) => {
                assert_eq!((refusal.code.as_str(), refusal.held), ("keys_missing", true));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_customer_without_a_number_is_refused() {
    match Scene::new().map(Flow::Customers, &row(&[("number", r#""""#)]), true) {
        Mapped::Refuse(refusal) => assert_eq!(refusal.code, "no_number"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_lines_of_a_street_are_joined_by_a_line_break() {
    let record = mapped(&[("addressLine2", r#""Suite 400""#)]);
    assert_eq!(record.fields["Billing_Street"], Value::text("192 Market Square\nSuite 400"));
}

#[test]
fn a_country_that_business_central_does_not_name_stays_a_code() {
    assert_eq!(mapped(&[("country", r#""XK""#)]).fields["Billing_Country"], Value::text("XK"));
    assert!(mapped(&[("country", r#""""#)]).fields["Billing_Country"].is_null());
}

#[test]
fn blanks_clear_the_fields_that_we_own() {
    let blank = r#""""#;
    let record = mapped(&[
        ("phoneNumber", blank),
        ("website", blank),
        ("city", blank),
        ("email", blank),
        ("paymentTerm", "null"),
    ]);
    let names = ["Phone", "Website", "Billing_City", "BC_Email", "BC_Payment_Terms"];
    assert_eq!(shown(&record.fields, names), ["null"; 5]);
}

#[test]
fn a_bad_phone_number_is_left_out_and_costs_nothing_else() {
    let record = mapped(&[("phoneNumber", r#""n/a""#), ("website", r#""none""#)]);
    assert_eq!(
        shown(&record.fields, ["Phone", "Website", "Account_Name"]),
        ["-", "-", "\"Adatum Corporation\""]
    );
    assert_eq!(warnings(&record), [("Phone", "bad_format"), ("Website", "bad_format")]);
}

#[test]
fn a_phone_number_that_can_be_tidied_is() {
    let record =
        mapped(&[("phoneNumber", r#""Tel.: 089/1234  567""#), ("website", r#""HTTPS://adatum.com""#)]);
    assert_eq!(shown(&record.fields, ["Phone", "Website"]), ["\"089 1234 567\"", "\"https://adatum.com\""]);
    assert!(record.warnings.is_empty());
}

#[test]
fn the_currency_goes_only_where_zoho_has_it() {
    assert_eq!(mapped(&[("currencyCode", r#""EUR""#)]).fields["Currency"], Value::text("EUR"));
    let record = mapped(&[("currencyCode", r#""GBP""#)]);
    assert!(!record.fields.contains_key("Currency"));
    assert_eq!(warnings(&record), [("Currency", "currency_inactive")]);
    assert_eq!(mapped(&[("currencyCode", r#""""#)]).fields["Currency"], Value::text("USD"));
    let record = Scene::one_currency().record(Flow::Customers, &row(&[("currencyCode", r#""EUR""#)]));
    assert!(!record.fields.contains_key("Currency") && record.warnings.is_empty());
}

#[test]
fn a_credit_limit_of_nought_means_none() {
    assert!(mapped(&[]).fields["BC_Credit_Limit"].is_null());
    assert_eq!(mapped(&[("creditLimit", "5000.00")]).fields["BC_Credit_Limit"], number("5000"));
}

#[test]
fn what_is_blocked_is_written_in_words() {
    for (encoded, words) in
        [("Ship", "\"Ship\""), ("All", "\"All\""), ("_x0020_", "null"), ("Not_x0020_Yet", "\"Not Yet\"")]
    {
        let record = mapped(&[("blocked", &format!("\"{encoded}\""))]);
        assert_eq!(shown(&record.fields, ["BC_Blocked"]), [words]);
    }
}

#[test]
fn optional_fields_that_the_org_lacks_are_left_out_without_a_word() {
    let mut scene = Scene::new();
    for name in ["BC_Balance", "BC_Email", "Website", "Billing_State"] {
        scene.without(Module::Accounts, name);
    }
    scene.field(Module::Accounts, "Phone", |field| field.writable = false);
    let record = scene.record(Flow::Customers, &row(&[]));
    let names = ["BC_Balance", "BC_Email", "Website", "Billing_State", "Phone"];
    assert_eq!(shown(&record.fields, names), ["-"; 5]);
    assert!(record.warnings.is_empty());
}

#[test]
fn a_field_that_a_person_made_of_another_type_is_filled_by_its_own_rules() {
    let mut scene = Scene::new();
    let change = |to: &'static str| move |field: &mut FieldInfo| field.data_type = to.to_owned();
    scene.field(Module::Accounts, "BC_Balance", change("text"));
    scene.field(Module::Accounts, "BC_Email", change("email"));
    scene.field(Module::Accounts, "BC_Overdue", change("integer"));
    let record = scene.record(Flow::Customers, &row(&[("email", r#""a@x.com;b@x.com""#)]));
    let names = ["BC_Balance", "BC_Email", "BC_Overdue"];
    assert_eq!(shown(&record.fields, names), ["\"1195.35\"", "\"a@x.com\"", "0"]);
    assert_eq!(warnings(&record), [("BC_Overdue", "rounded"), ("BC_Email", "first_of_several")]);
}

#[test]
fn an_amount_that_zoho_cannot_hold_is_left_out() {
    let detail = r#"{"balance":12345678901234567.1,"overdueAmount":0}"#;
    let record = mapped(&[("customerFinancialDetail", detail)]);
    assert_eq!(shown(&record.fields, ["BC_Balance"]), ["-"]);
    assert_eq!(warnings(&record), [("BC_Balance", "too_large")]);
}

#[test]
fn balances_that_were_not_read_are_cleared() {
    let record = mapped(&[("customerFinancialDetail", "null")]);
    assert_eq!(shown(&record.fields, ["BC_Balance", "BC_Overdue"]), ["null", "null"]);
}
