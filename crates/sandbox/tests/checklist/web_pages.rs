//! Pages of records, where links from outside lead.

use bytes::Bytes;
use exact_json::{Map, Value};
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sandbox::{Handled, Incoming, World, credentials};
use transport::{Method, Response};

use crate::support::{Bc, ORIGIN};

fn get(world: &World, path: &str) -> Response {
    let incoming = Incoming::new(Method::Get, &format!("{ORIGIN}{path}"), Vec::new(), Bytes::new()).unwrap();
    match world.handle(&incoming) {
        Handled::Answer(response) => response,
        other => panic!("{other:?}"),
    }
}

fn text(response: &Response) -> String {
    String::from_utf8(response.body.to_vec()).unwrap()
}

fn company(rest: &str) -> String {
    let name = credentials::COMPANY.replace(' ', "%20");
    format!("/bc-web/{}/{}/?company={name}{rest}", credentials::TENANT, credentials::ENVIRONMENT)
}

fn card(page: u32, number: &str) -> String {
    company(&format!("&page={page}&filter=%27No.%27%20IS%20%27{number}%27"))
}

/// A customer whose name would run, were it markup.
fn world() -> World {
    let bc = Bc::empty();
    bc.world.bc(|bc| {
        let id = bc.new_id();
        let row = Row::new(id).with("number", "O'1").with("displayName", "<script>alert(1)</script> & Sons");
        bc.add(Table::Customers, row);
    });
    bc.world
}

#[test]
fn a_link_to_business_central_shows_the_record_and_runs_nothing() {
    let world = world();
    let page = get(&world, &card(21, "O%27%271"));
    assert_eq!(page.status, 200);
    let html = text(&page);
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; Sons"), "{html}");
    assert!(!html.contains("<script"), "{html}");
    let policy = page.headers.iter().find(|(name, _)| name == "Content-Security-Policy").unwrap();
    assert!(policy.1.contains("default-src 'none'"));
    assert_eq!(get(&world, &company("")).status, 200);
}

#[test]
fn what_is_not_there_has_no_page() {
    let world = world();
    for path in [
        card(21, "C2"),
        card(30, "O%27%271"),
        card(99, "O%27%271"),
        company("&page=21"),
        company("&page=21&filter=nonsense"),
        "/bc-web/other.example/Production/?company=x".to_owned(),
        "/crm/org1/tab/Accounts/71".to_owned(),
        "/crm/org808232144/tab/Accounts/71".to_owned(),
        "/crm/org808232144/tab/Potions/71".to_owned(),
        "/crm/elsewhere/".to_owned(),
    ] {
        assert_eq!(get(&world, &path).status, 404, "{path}");
    }
}

#[test]
fn a_link_to_zoho_shows_the_record() {
    let world = world();
    let zgid = world.zoho(|zoho| zoho.zgid().to_owned());
    assert_eq!(get(&world, "/crm/").status, 200);
    assert_eq!(get(&world, &format!("/crm/org{zgid}/")).status, 200);
    let typed = Map::from([("Account_Name".to_owned(), Value::text("<b>Müller</b>"))]);
    let now = world.now();
    let id = world.zoho(|zoho| zoho.person_adds(Module::Accounts, &typed, now)).unwrap();
    let page = get(&world, &format!("/crm/org{zgid}/tab/Accounts/{id}"));
    assert_eq!(page.status, 200);
    assert!(text(&page).contains("<td>&lt;b&gt;Müller&lt;/b&gt;</td>"), "{}", text(&page));
    assert_eq!(get(&world, &format!("/crm/org{zgid}/tab/Contacts/{id}")).status, 404);
}
