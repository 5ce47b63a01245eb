//! Lists, single records, deleted records.

use super::super::Module;
use super::Desk;

fn with_accounts(count: usize) -> Desk {
    let mut desk = Desk::new();
    for n in 0..count {
        desk.add("Accounts", &format!(r#"{{"Account_Name":"A{n}"}}"#));
    }
    desk
}

#[test]
fn a_list_needs_the_fields_it_shows() {
    let mut desk = with_accounts(1);
    let answer = desk.get("Accounts");
    assert_eq!((answer.status, answer.text("code").as_str()), (400, "REQUIRED_PARAM_MISSING"));
    assert_eq!(answer.text("details.param_name"), "fields");
    let names: Vec<String> = (0..51).map(|n| format!("F{n}")).collect();
    assert_eq!(desk.get(&format!("Accounts?fields={}", names.join(","))).text("code"), "LIMIT_EXCEEDED");
}

#[test]
fn nothing_to_list_is_204_without_a_body() {
    let mut desk = Desk::new();
    let answer = desk.get("Accounts?fields=id");
    assert!(answer.status == 204 && answer.body.is_null());
}

#[test]
fn the_newest_record_comes_first() {
    let mut desk = with_accounts(3);
    let answer = desk.get("Accounts?fields=Account_Name");
    assert_eq!(answer.text("data.0.Account_Name"), "A2");
    assert_eq!(answer.text("info.sort_order"), "desc");
    let answer = desk.get("Accounts?fields=Account_Name&sort_by=Modified_Time&sort_order=asc");
    assert_eq!(answer.text("data.0.Account_Name"), "A0");
}

#[test]
fn page_tokens_walk_through_everything_once() {
    let mut desk = with_accounts(7);
    for sorted in ["", "&sort_order=asc", "&sort_by=Modified_Time", "&sort_by=Modified_Time&sort_order=asc"] {
        let mut answer = desk.get(&format!("Accounts?fields=Account_Name&per_page=3{sorted}"));
        let mut names = Vec::new();
        loop {
            names.extend((0..answer.len("data")).map(|n| answer.text(&format!("data.{n}.Account_Name"))));
            if answer.text("info.more_records") == "false" {
                break;
            }
            let token = answer.text("info.next_page_token");
            answer = desk.get(&format!("Accounts?fields=Account_Name&per_page=3{sorted}&page_token={token}"));
        }
        names.sort();
        assert_eq!(names, ["A0", "A1", "A2", "A3", "A4", "A5", "A6"]);
    }
}

#[test]
fn a_page_token_is_bound_to_its_parameters_and_a_day() {
    let mut desk = with_accounts(3);
    let token = desk.get("Accounts?fields=Account_Name&per_page=1").text("info.next_page_token");
    let answer = desk.get(&format!("Accounts?fields=Phone&per_page=1&page_token={token}"));
    assert_eq!((answer.status, answer.text("code").as_str()), (400, "TOKEN_BOUND_DATA_MISMATCH"));
    desk.pass(24 * 3600);
    desk.token = desk.refresh().text("access_token");
    let answer = desk.get(&format!("Accounts?fields=Account_Name&per_page=1&page_token={token}"));
    assert_eq!(answer.text("code"), "EXPIRED_VALUE");
}

#[test]
fn pages_reach_two_thousand_records() {
    let mut desk = with_accounts(1);
    assert_eq!(desk.get("Accounts?fields=id&page=10&per_page=200").status, 204);
    let answer = desk.get("Accounts?fields=id&page=11&per_page=200");
    assert_eq!(answer.text("code"), "DISCRETE_PAGINATION_LIMIT_EXCEEDED");
    assert_eq!(desk.get("Accounts?fields=id&per_page=201").status, 400);
    assert_eq!(
        desk.get("Accounts?fields=id&page=1&page_token=x").text("code"),
        "AMBIGUITY_DURING_PROCESSING"
    );
}

#[test]
fn if_modified_since_shows_what_changed_or_304() {
    let mut desk = with_accounts(2);
    desk.pass(60);
    desk.add("Accounts", r#"{"Account_Name":"New"}"#);
    let address = "Accounts?fields=Account_Name";
    let answer = desk.get_since(address, "If-Modified-Since", "2026-09-01T12:00:30+02:00");
    assert_eq!((answer.len("data"), answer.text("data.0.Account_Name").as_str()), (1, "New"));
    assert_eq!(desk.get_since(address, "If-Modified-Since", "2026-09-01T12:01:00+02:00").status, 304);
}

#[test]
fn a_list_shows_no_subforms() {
    let mut desk = Desk::new();
    let product = desk.add("Products", r#"{"Product_Name":"P"}"#);
    desk.add(
        "Invoices",
        &format!(
            r#"{{"Subject":"S","Invoiced_Items":[{{"Product_Name":{{"id":"{product}"}},"Quantity":1}}]}}"#
        ),
    );
    let answer = desk.get("Invoices?fields=Subject,Invoiced_Items");
    assert_eq!(
        (answer.text("data.0.Subject").as_str(), answer.text("data.0.Invoiced_Items").as_str()),
        ("S", "null")
    );
    let rows = desk.get("Invoiced_Items?fields=Quantity,Parent_Id");
    assert_eq!(rows.text("data.0.Parent_Id.name"), "S");
}

#[test]
fn an_unknown_id_is_204_or_404() {
    let mut desk = Desk::new();
    assert_eq!(desk.get("Accounts/554023000000399999").status, 204);
    desk.zoho.switches.unknown_id_is_404 = true;
    assert_eq!(desk.get("Accounts/554023000000399999").status, 404);
}

#[test]
fn deleted_records_are_listed_with_how_they_went() {
    let mut desk = with_accounts(3);
    assert_eq!(desk.get("Accounts/deleted?type=all").status, 204);
    let ids = desk.zoho.record_ids(Module::Accounts);
    desk.delete(&format!("Accounts/{}", ids[0]));
    desk.pass(60);
    desk.zoho.purge(Module::Accounts, &ids[1], desk.now).unwrap();
    let answer = desk.get("Accounts/deleted?type=all");
    assert_eq!(answer.text("info.count"), "2");
    assert_eq!(
        (answer.text("data.0.id"), answer.text("data.0.type")),
        (ids[1].clone(), "permanent".to_owned())
    );
    assert_eq!(answer.text("data.0.display_name"), "null");
    assert_eq!(
        (answer.text("data.1.type").as_str(), answer.text("data.1.display_name").as_str()),
        ("recycle", "A0")
    );
    assert_eq!(desk.get("Accounts/deleted?type=recycle").text("info.count"), "1");
    let since = desk.get_since("Accounts/deleted?type=all", "If-Modified-Since", "2026-09-01T12:00:30+02:00");
    assert_eq!(since.text("info.count"), "1");
}

#[test]
fn the_recycle_bin_keeps_sixty_days_and_then_only_the_id() {
    let mut desk = with_accounts(1);
    let id = desk.zoho.record_ids(Module::Accounts)[0].clone();
    desk.delete(&format!("Accounts/{id}"));
    desk.pass(61 * 24 * 3600);
    desk.token = desk.refresh().text("access_token");
    assert_eq!(desk.get("Accounts/deleted?type=all").text("data.0.type"), "permanent");
    desk.pass(120 * 24 * 3600);
    desk.token = desk.refresh().text("access_token");
    assert_eq!(desk.get("Accounts/deleted?type=all").status, 204);
}

#[test]
fn records_can_be_counted() {
    let mut desk = with_accounts(3);
    assert_eq!(desk.get("Accounts/actions/count").text("count"), "3");
}
