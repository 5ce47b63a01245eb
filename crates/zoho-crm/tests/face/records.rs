//! Reading records: one, by query, and those that were deleted.

use exact_json::{Decimal, Value};
use zoho_crm::{CoqlPage, DeletedPage, Deletion, ErrorKind, Module, ZohoId};

use crate::body;
use crate::scripted::{API, Reply, Service, answer};

#[tokio::test(start_paused = true)]
async fn a_record_comes_with_exact_numbers_and_its_subform() {
    let text = r#"{"data":[{"id":"9","Grand_Total":9007199254740993.1,"Invoiced_Items":[{"id":"10","List_Price":0.1}]}]}"#;
    let service = Service::new(move |_, _| Ok(answer(200, text)));
    let record = service.client().get(Module::Invoices, &ZohoId::new("9")).await.unwrap().unwrap();
    assert_eq!(service.calls()[0].url, format!("{API}/crm/v8/Invoices/9"));
    assert_eq!(record["Grand_Total"].to_json(), "9007199254740993.1");
    let line = &record["Invoiced_Items"].as_list().unwrap()[0];
    assert_eq!(line.get("List_Price").and_then(Value::as_number), Some(Decimal::new(1, 1)));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_id_is_none_in_every_form_that_zoho_may_use() {
    let table = [
        (204, ""),
        (404, r#"{"code":"RESOURCE_NOT_FOUND","details":{},"message":"x","status":"error"}"#),
        (404, r#"{"code":"RECORD_NOT_FOUND"}"#),
        (
            400,
            r#"{"code":"INVALID_DATA","details":{"resource_path_index":1},"message":"the id given seems to be invalid","status":"error"}"#,
        ),
    ];
    for (status, text) in table {
        let service = Service::new(move |_, _| Ok(answer(status, text)));
        let found = service.client().get(Module::Accounts, &ZohoId::new("9")).await;
        assert_eq!(found, Ok(None), "{status} {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_address_or_module_says_nothing_about_the_record() {
    let table = [
        (
            404,
            r#"{"code":"INVALID_URL_PATTERN","message":"x","status":"error","details":{}}"#,
            ErrorKind::NotFound,
        ),
        (400, r#"{"code":"INVALID_MODULE","details":{"resource_path_index":0}}"#, ErrorKind::InvalidModule),
        (404, "<html><title>404</title></html>", ErrorKind::Outage),
    ];
    for (status, text, kind) in table {
        let service = Service::new(move |_, _| Ok(answer(status, text)));
        let error = service.client().get(Module::Accounts, &ZohoId::new("9")).await.unwrap_err();
        assert_eq!(error.kind, kind, "{status} {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_id_does_not_reach_the_path() {
    let service = Service::new(|_, _| Ok(answer(204, "")));
    for id in ["", "../org", "9?x=1", "9/10"] {
        let error = service.client().get(Module::Accounts, &ZohoId::new(id)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Misuse, "{id}");
    }
    assert_eq!(service.calls().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_query_goes_in_the_body_and_brings_rows() {
    let text = r#"{"data":[{"id":"1","Grand_Total":10.50},{"id":"2","Grand_Total":3}],"info":{"count":2,"more_records":true}}"#;
    let service = Service::new(move |_, _| Ok(answer(200, text)));
    let query = "select id, Grand_Total from Invoices where BC_Number in ('O''Neill') limit 0, 200";
    let client = service.client();
    let page = client.coql(query).await.unwrap();
    let call = &service.calls()[0];
    assert_eq!((call.url.as_str(), call.credits), (format!("{API}/crm/v8/coql").as_str(), 1));
    assert_eq!(body(call), format!(r#"{{"select_query":"{query}"}}"#));
    assert!(page.more);
    assert_eq!(page.rows[0]["Grand_Total"].to_json(), "10.5");
    client.coql("select id from Invoices where id is not null limit 2000").await.unwrap();
    assert_eq!(client.credits(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_query_that_finds_nothing_is_an_empty_page() {
    let service = Service::new(|_, _| Ok(answer(204, "")));
    let page = service.client().coql("select id from Accounts where id is not null").await;
    assert_eq!(page, Ok(CoqlPage::default()));
}

#[tokio::test(start_paused = true)]
async fn a_damaged_answer_to_a_read_is_asked_for_again() {
    let damaged: [fn() -> Reply; 3] = [
        || Ok(answer(200, r#"{"data":[{"id":"1"#)),
        || Ok(answer(200, "")),
        || Ok(answer(200, "<html>proxy</html>")),
    ];
    for reply in damaged {
        let service =
            Service::new(
                move |turn, _| {
                    if turn == 1 { reply() } else { Ok(answer(200, r#"{"data":[{"id":"1"}]}"#)) }
                },
            );
        let page = service.client().coql("select id from Accounts where id is not null").await.unwrap();
        assert_eq!((page.rows.len(), service.calls().len()), (1, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_shape_is_not_asked_for_again() {
    let service = Service::new(|_, _| Ok(answer(200, r#"{"data":"none"}"#)));
    let error = service.client().coql("select id from Accounts where id is not null").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Undecodable);
    assert_eq!(service.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn deleted_records_are_asked_for_by_page_and_moment() {
    let text = r#"{"data":[{"deleted_by":{"name":"Pat","id":"1"},"id":"7","display_name":"Adatum","type":"recycle",
        "deleted_time":"2026-09-01T11:19:38+02:00"},
        {"deleted_by":null,"id":"8","display_name":null,"type":"permanent","created_by":null,"deleted_time":"2016-10-26T11:44:15+05:30"}],
        "info":{"per_page":200,"count":2,"page":2,"more_records":true}}"#;
    let service = Service::new(move |_, _| Ok(answer(200, text)));
    let since = "2026-09-01T00:00:00.5Z".parse().unwrap();
    let page = service.client().deleted(Module::Accounts, Some(since), 2).await.unwrap();
    let call = &service.calls()[0];
    assert_eq!(call.url, format!("{API}/crm/v8/Accounts/deleted?type=all&page=2&per_page=200"));
    let header = ("If-Modified-Since".to_owned(), "2026-09-01T00:00:00+00:00".to_owned());
    assert!(call.headers.contains(&header), "{:?}", call.headers);
    assert!(page.more);
    assert_eq!(page.rows[0].kind, Deletion::Recycled);
    assert_eq!(page.rows[0].deleted_time.unwrap().to_string(), "2026-09-01T09:19:38Z");
    assert_eq!((&page.rows[1].kind, &page.rows[1].deleted_by), (&Deletion::Permanent, &None));
}

#[tokio::test(start_paused = true)]
async fn no_deletions_are_an_empty_page() {
    for status in [204, 304] {
        let service = Service::new(move |_, _| Ok(answer(status, "")));
        let page = service.client().deleted(Module::Accounts, None, 1).await;
        assert_eq!(page, Ok(DeletedPage::default()));
        assert!(!service.calls()[0].headers.iter().any(|(name, _)| name == "If-Modified-Since"));
    }
}
