//! Organisation, modules, currencies, taxes, users.

use super::super::Edition;
use super::Desk;

#[test]
fn a_trial_shows_as_free_with_the_edition_beside() {
    let mut desk = Desk::new();
    desk.zoho.set_edition(Edition::Enterprise, true);
    let org = desk.get("org");
    assert_eq!(org.text("org.0.license_details.paid_type"), "free");
    assert_eq!(org.text("org.0.license_details.trial_type"), "enterprise");
    desk.zoho.set_edition(Edition::Professional, false);
    let org = desk.get("org");
    assert_eq!(org.text("org.0.license_details.paid_type"), "professional");
    assert_eq!(org.text("org.0.license_details.trial_type"), "null");
}

#[test]
fn the_home_currency_is_euro_unless_set() {
    let mut desk = Desk::new();
    assert_eq!(desk.get("org").text("org.0.iso_code"), "EUR");
    assert_eq!(desk.get("org").text("org.0.currency"), "Euro - EUR");
    desk.zoho.set_home_currency("GBP");
    assert_eq!(desk.get("org").text("org.0.iso_code"), "GBP");
}

#[test]
fn inventory_modules_are_hidden_below_professional() {
    let mut desk = Desk::new();
    desk.zoho.set_edition(Edition::Standard, false);
    let modules = desk.get("settings/modules");
    let of = |name: &str, member: &str| {
        let list = modules.at("modules");
        let module =
            list.as_list().unwrap().iter().find(|m| m.get("api_name").unwrap().as_text() == Some(name));
        module.unwrap().get(member).unwrap().to_json()
    };
    assert_eq!(
        (of("Invoices", "visibility"), of("Invoices", "api_supported")),
        ("-1".to_owned(), "false".to_owned())
    );
    assert_eq!(
        (of("Accounts", "visibility"), of("Accounts", "api_supported")),
        ("1".to_owned(), "true".to_owned())
    );
    let answer = desk.get("Invoices?fields=id");
    assert_eq!((answer.status, answer.text("code").as_str()), (400, "INVALID_MODULE"));
    assert_eq!(desk.query("select id from Products where id is not null").text("code"), "INVALID_MODULE");
}

#[test]
fn line_item_modules_are_subforms_of_their_parents() {
    let mut desk = Desk::new();
    let module = desk.get("settings/modules/Invoiced_Items");
    assert_eq!(module.text("modules.0.generated_type"), "subform");
    assert_eq!(module.text("modules.0.parent_module.api_name"), "Invoices");
    assert_eq!(module.text("modules.0.visibility"), "2");
    assert_eq!(desk.post("Invoiced_Items", r#"{"data":[{}]}"#).text("code"), "INVALID_MODULE");
}

#[test]
fn currencies_are_refused_while_they_are_off() {
    let mut desk = Desk::new();
    let answer = desk.get("org/currencies");
    assert_eq!((answer.status, answer.text("code").as_str()), (403, "CURRENCIES_NOT_ENABLED"));
    desk.zoho.set_edition(Edition::Professional, false);
    assert_eq!(desk.get("org/currencies").text("code"), "FEATURE_NOT_SUPPORTED");
}

#[test]
fn an_exchange_rate_is_a_string() {
    let mut desk = Desk::new();
    desk.zoho.set_multi_currency(true);
    desk.zoho.set_currency("USD", true);
    let answer = desk.get("org/currencies");
    assert_eq!(answer.len("currencies"), 2);
    assert_eq!(answer.at("currencies.0.exchange_rate").as_text(), Some("1.000000000"));
    assert_eq!(answer.text("currencies.0.is_base"), "true");
    assert_eq!(desk.get("org").text("org.0.mc_status"), "true");
}

#[test]
fn taxes_and_users_are_listed() {
    let mut desk = Desk::new();
    desk.zoho.add_tax("VAT 25", exact_json::Decimal::from(25));
    assert_eq!(desk.get("org/taxes").text("org_taxes.taxes.0.value"), "25");
    let id = desk.zoho.add_user("John Roberts", "jr@example.com");
    let users = desk.get("users?type=ActiveUsers");
    assert_eq!(users.text("users.2.id"), id);
    assert_eq!(users.text("users.2.email"), "jr@example.com");
}

#[test]
fn unknown_addresses_modules_and_methods_have_their_own_codes() {
    let mut desk = Desk::new();
    assert_eq!(desk.get("Nonsense?fields=id").text("code"), "INVALID_MODULE");
    let answer = desk.get("settings/fields/x/y/z");
    assert_eq!(answer.text("code"), "INVALID_REQUEST_METHOD");
    let answer = desk.get("a/b/c/d");
    assert_eq!((answer.status, answer.text("code").as_str()), (404, "INVALID_URL_PATTERN"));
    assert_eq!(desk.delete("Accounts/upsert").text("code"), "INVALID_REQUEST_METHOD");
}

#[test]
fn switched_off_api_access_is_403_with_the_permission() {
    let mut desk = Desk::new();
    desk.zoho.switches.api_access = false;
    let answer = desk.get("org");
    assert_eq!((answer.status, answer.text("code").as_str()), (403, "NO_PERMISSION"));
    assert_eq!(answer.text("details.permissions.0"), "Crm_Implied_Api_Access");
}
