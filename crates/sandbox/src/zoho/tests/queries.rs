//! COQL.

use super::super::Module;
use super::Desk;

fn desk() -> Desk {
    let mut desk = Desk::keyed();
    for (n, name) in ["Adatum", "Bentley", "Contoso", "Contoso"].iter().enumerate() {
        desk.add("Accounts", &format!(r#"{{"Account_Name":"{name}","BC_Number":"C{n}","Employees":{n}}}"#));
        desk.pass(10);
    }
    desk
}

fn names(desk: &mut Desk, criteria: &str) -> Vec<String> {
    let answer = desk.query(&format!("select BC_Number from Accounts where {criteria}"));
    assert!(matches!(answer.status, 200 | 204), "{}", answer.body.to_json());
    (0..answer.len("data")).map(|n| answer.text(&format!("data.{n}.BC_Number"))).collect()
}

fn code(desk: &mut Desk, query: &str) -> String {
    let answer = desk.query(query);
    assert_eq!(answer.status, 400, "{}", answer.body.to_json());
    answer.text("code")
}

#[test]
fn every_comparison_finds_what_it_should() {
    let mut desk = desk();
    let cases = [
        ("BC_Number = 'c1'", vec!["C1"]),
        ("BC_Number != 'C1'", vec!["C0", "C2", "C3"]),
        ("BC_Number in ('C0','C3','C9')", vec!["C0", "C3"]),
        ("BC_Number not in ('C0','C3')", vec!["C1", "C2"]),
        ("Account_Name like 'cont%'", vec!["C2", "C3"]),
        ("Employees between 1 and 2", vec!["C1", "C2"]),
        ("Employees > 2", vec!["C3"]),
        ("Employees <= 1", vec!["C0", "C1"]),
        ("Phone is null", vec!["C0", "C1", "C2", "C3"]),
        ("Phone is not null", vec![]),
        ("(Account_Name = 'Contoso' and Employees >= 3)", vec!["C3"]),
        ("(Account_Name = 'Adatum' or Employees = 1)", vec!["C0", "C1"]),
        ("Phone != 'x'", vec![]),
    ];
    for (criteria, expected) in cases {
        assert_eq!(names(&mut desk, criteria), expected, "{criteria}");
    }
}

#[test]
fn nothing_found_is_204() {
    let mut desk = desk();
    assert_eq!(desk.query("select id from Accounts where BC_Number = 'none'").status, 204);
}

#[test]
fn an_unknown_column_is_an_invalid_query() {
    let mut desk = desk();
    assert_eq!(code(&mut desk, "select No_Such from Accounts where id is not null"), "INVALID_QUERY");
    assert_eq!(code(&mut desk, "select id from Accounts where No_Such = 1"), "INVALID_QUERY");
    assert_eq!(code(&mut desk, "select id from Accounts where Employees = 'five'"), "INVALID_QUERY");
    assert_eq!(code(&mut desk, "select id from Accounts where Description = 'x'"), "INVALID_QUERY");
    assert_eq!(code(&mut desk, "select id from Nonsense where id is not null"), "INVALID_QUERY");
    assert_eq!(code(&mut desk, "select Invoiced_Items from Invoices where id is not null"), "INVALID_QUERY");
}

#[test]
fn a_query_without_where_is_a_syntax_error() {
    let mut desk = desk();
    assert_eq!(code(&mut desk, "select id from Accounts"), "SYNTAX_ERROR");
}

#[test]
fn three_criteria_need_brackets_in_pairs() {
    let mut desk = desk();
    let flat = "select id from Accounts where Employees > 0 and Employees < 3 and Phone is null";
    assert_eq!(code(&mut desk, flat), "SYNTAX_ERROR");
    assert_eq!(names(&mut desk, "((Employees > 0 and Employees < 3) and Phone is null)"), ["C1", "C2"]);
    desk.zoho.switches.coql_needs_pairs = false;
    assert_eq!(desk.query(flat).len("data"), 2);
}

#[test]
fn the_limits_of_a_query_are_kept() {
    let mut desk = desk();
    assert_eq!(code(&mut desk, "select id from Accounts where id is not null limit 201"), "LIMIT_EXCEEDED");
    let values = vec!["'x'"; 51].join(",");
    assert_eq!(
        code(&mut desk, &format!("select id from Accounts where BC_Number in ({values})")),
        "LIMIT_EXCEEDED"
    );
    let columns = vec!["id"; 51].join(",");
    assert_eq!(
        code(&mut desk, &format!("select {columns} from Accounts where id is not null")),
        "LIMIT_EXCEEDED"
    );
    assert_eq!(
        code(&mut desk, "select id from Accounts where id is not null limit 9900, 200"),
        "LIMIT_EXCEEDED"
    );
    desk.zoho.switches.coql_max_rows = 2000;
    assert_eq!(desk.query("select id from Accounts where id is not null limit 2000").status, 200);
}

#[test]
fn limit_and_offset_cut_the_rows_and_say_whether_more_follow() {
    let mut desk = desk();
    let answer = desk.query("select BC_Number from Accounts where id is not null order by id asc limit 1, 2");
    assert_eq!(
        (answer.text("data.0.BC_Number").as_str(), answer.text("info.more_records").as_str()),
        ("C1", "true")
    );
    assert_eq!(answer.text("info.count"), "2");
    let answer = desk.query("select BC_Number from Accounts where id is not null limit 2 offset 2");
    assert_eq!(
        (answer.text("data.0.BC_Number").as_str(), answer.text("info.more_records").as_str()),
        ("C2", "false")
    );
}

#[test]
fn rows_are_sorted_as_asked() {
    let mut desk = desk();
    let answer = desk.query(
        "select BC_Number from Accounts where id is not null order by Account_Name desc, BC_Number desc",
    );
    let order: Vec<String> = (0..4).map(|n| answer.text(&format!("data.{n}.BC_Number"))).collect();
    assert_eq!(order, ["C3", "C2", "C1", "C0"]);
}

#[test]
fn a_key_set_over_time_and_id_walks_through_everything_once() {
    let mut desk = desk();
    let ids = desk.zoho.record_ids(Module::Accounts);
    desk.put(
        "Accounts",
        &format!(r#"{{"data":[{{"id":"{}","Phone":"1"}},{{"id":"{}","Phone":"1"}}]}}"#, ids[0], ids[1]),
    );
    let (mut time, mut id, mut seen) = ("2026-09-01T00:00:00+00:00".to_owned(), "0".to_owned(), Vec::new());
    loop {
        let answer = desk.query(&format!(
            "select BC_Number, Modified_Time from Accounts where (Modified_Time > '{time}' or (Modified_Time = '{time}' and id > '{id}')) order by Modified_Time asc, id asc limit 1"
        ));
        if answer.status == 204 {
            break;
        }
        seen.push(answer.text("data.0.BC_Number"));
        (time, id) = (answer.text("data.0.Modified_Time"), answer.text("data.0.id"));
    }
    assert_eq!(seen, ["C2", "C3", "C0", "C1"]);
}

#[test]
fn a_lookup_comes_back_as_an_id_and_dotted_as_a_value() {
    let mut desk = desk();
    let account = desk.zoho.record_ids(Module::Accounts)[0].clone();
    desk.add("Contacts", &format!(r#"{{"Last_Name":"L","Account_Name":{{"id":"{account}"}}}}"#));
    let answer = desk.query("select Last_Name, Account_Name, Account_Name.Account_Name from Contacts where Account_Name.BC_Number = 'C0'");
    let row = answer.at("data.0");
    assert_eq!(row.get("Account_Name").unwrap().to_json(), format!(r#"{{"id":"{account}"}}"#));
    assert_eq!(row.get("Account_Name.Account_Name").unwrap().as_text(), Some("Adatum"));
    let answer = desk.query(&format!("select id from Contacts where Account_Name = '{account}'"));
    assert_eq!(answer.len("data"), 1);
}

#[test]
fn the_rows_of_invoices_are_found_by_their_parent() {
    let mut desk = desk();
    let product = desk.add("Products", r#"{"Product_Name":"P"}"#);
    let row = format!(r#"{{"Product_Name":{{"id":"{product}"}},"Quantity":2,"List_Price":3}}"#);
    let first = desk.add("Invoices", &format!(r#"{{"Subject":"I1","Invoiced_Items":[{row},{row}]}}"#));
    desk.add("Invoices", &format!(r#"{{"Subject":"I2","Invoiced_Items":[{row}]}}"#));
    let answer = desk.query(&format!(
        "select Product_Name, Quantity, Total, Parent_Id from Invoiced_Items where Parent_Id in ('{first}')"
    ));
    assert_eq!(answer.len("data"), 2);
    assert_eq!(answer.text("data.0.Parent_Id.id"), first);
    assert_eq!(answer.text("data.0.Total"), "6");
}

#[test]
fn a_quote_in_a_value_is_doubled() {
    let mut desk = desk();
    desk.add("Accounts", r#"{"Account_Name":"O'Brien","BC_Number":"OB"}"#);
    assert_eq!(names(&mut desk, "Account_Name = 'O''Brien'"), ["OB"]);
}

#[test]
fn fifty_thousand_records_are_read_in_no_time() {
    let mut desk = Desk::keyed();
    desk.zoho.set_credit_budget(Some(u64::MAX / 4));
    let start = std::time::Instant::now();
    for batch in 0..500 {
        let rows: Vec<String> = (0..100)
            .map(|n| format!(r#"{{"Account_Name":"Same","BC_Number":"C{batch}-{n}","BC_Id":"{batch}-{n}"}}"#))
            .collect();
        let body =
            format!(r#"{{"data":[{}],"duplicate_check_fields":["BC_Number"],"trigger":[]}}"#, rows.join(","));
        assert_eq!(desk.post("Accounts/upsert", &body).status, 200);
    }
    let mut last = "0".to_owned();
    let mut read = 0;
    while read < 10_000 {
        let answer =
            desk.query(&format!("select BC_Id from Accounts where id > '{last}' order by id asc limit 200"));
        read += answer.len("data");
        last = answer.text("data.199.id");
    }
    assert_eq!(names(&mut desk, "BC_Id = '499-99'"), ["C499-99"]);
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}
