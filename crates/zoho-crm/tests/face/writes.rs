//! Insert, update, upsert, delete: what is sent, what comes back, and what is never sent twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use exact_json::Value;
use tokio::task::JoinSet;
use transport::{BoxFuture, Fate, Request, Response, Transport, TransportError};
use zoho_crm::{Action, ErrorKind, Module, ROWS_PER_WRITE, Record, WriteOptions, ZohoId};

use crate::scripted::{API, Reply, Service, answer, token};
use crate::{body, lost};

fn row(json: &str) -> Record {
    Value::parse(json).unwrap().as_object().unwrap().clone()
}

fn rows(count: usize) -> Vec<Record> {
    vec![row(r#"{"id":"1","BC_Number":"C1"}"#); count]
}

fn keyed() -> WriteOptions {
    WriteOptions { duplicate_check: vec!["BC_Number".to_owned()], ..WriteOptions::default() }
}

fn success(id: &str, action: &str) -> String {
    format!(
        r#"{{"code":"SUCCESS","duplicate_field":null,"action":"{action}","details":{{"id":"{id}","Modified_Time":"2026-09-01T10:00:00+02:00"}},"message":"ok","status":"success"}}"#
    )
}

fn refused(code: &str) -> String {
    format!(
        r#"{{"code":"{code}","details":{{"api_name":"Phone","expected_data_type":"phone","maximum_length":30}},"message":"invalid data","status":"error"}}"#
    )
}

fn data(rows: &[String]) -> String {
    format!(r#"{{"data":[{}]}}"#, rows.join(","))
}

/// A success for as many rows as the tests send at once.
fn written(count: usize) -> Reply {
    Ok(answer(200, data(&vec![success("1", "update"); count])))
}

#[tokio::test(start_paused = true)]
async fn results_come_one_per_row_in_order_whatever_the_status() {
    for status in [200, 201, 202, 207, 400, 412] {
        let results = data(&[success("11", "insert"), refused("INVALID_DATA"), success("13", "update")]);
        let service = Service::new(move |_, _| Ok(answer(status, results.clone())));
        let results = service.client().upsert(Module::Accounts, &rows(3), &keyed()).await.unwrap();
        let [first, second, third] = results.try_into().unwrap();
        let first = first.unwrap();
        assert_eq!((first.id, first.action), (ZohoId::new("11"), Action::Inserted));
        assert_eq!(first.modified_time.as_deref(), Some("2026-09-01T10:00:00+02:00"));
        let second = second.unwrap_err();
        assert_eq!((second.code.as_str(), second.api_name.as_deref()), ("INVALID_DATA", Some("Phone")));
        assert_eq!((second.expected.as_deref(), second.maximum_length), (Some("phone"), Some(30)));
        assert_eq!(third.unwrap().action, Action::Updated);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_whole_call_is_an_error() {
    let table = [
        (
            400,
            r#"{"code":"INVALID_MODULE","details":{"resource_path_index":0},"message":"x","status":"error"}"#,
            ErrorKind::InvalidModule,
        ),
        (
            403,
            r#"{"code":"NO_PERMISSION","details":{"permissions":["Crm_Implied_Create_Accounts"]}}"#,
            ErrorKind::NoPermission,
        ),
        (
            403,
            r#"{"code":"NO_PERMISSION","details":{"permissions":["Crm_Implied_Api_Access"]}}"#,
            ErrorKind::ApiAccessOff,
        ),
        (
            400,
            r#"{"code":"LIMIT_EXCEEDED","details":{"maximum_length":100,"api_name":"data"}}"#,
            ErrorKind::LimitExceeded,
        ),
    ];
    for (status, text, kind) in table {
        let service = Service::new(move |_, _| Ok(answer(status, text)));
        let error =
            service.client().insert(Module::Accounts, &rows(1), &WriteOptions::default()).await.unwrap_err();
        assert_eq!((error.kind.clone(), error.fate()), (kind, Fate::NotSent), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_number_of_results_than_rows_leaves_the_outcome_unknown() {
    for count in [0, 1, 3] {
        let results = data(&vec![success("1", "insert"); count]);
        let service = Service::new(move |_, _| Ok(answer(201, results.clone())));
        let error =
            service.client().insert(Module::Accounts, &rows(2), &WriteOptions::default()).await.unwrap_err();
        assert_eq!((&error.kind, error.fate()), (&ErrorKind::Undecodable, Fate::OutcomeUnknown));
        assert_eq!(service.calls().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn workflows_are_told_not_to_run_unless_asked_for() {
    let service = Service::new(|_, _| written(1));
    let client = service.client();
    let one = [row(r#"{"id":"1","Annual_Revenue":1195.35}"#)];
    let quiet = WriteOptions::default();
    let loud = WriteOptions { workflows: true, ..WriteOptions::default() };
    client.update(Module::Accounts, &one, &quiet).await.unwrap();
    client.update(Module::Accounts, &one, &loud).await.unwrap();
    client.upsert(Module::Accounts, &one, &keyed()).await.unwrap();
    let bodies: Vec<String> = service.calls().iter().map(body).collect();
    assert_eq!(
        bodies,
        [
            r#"{"data":[{"Annual_Revenue":1195.35,"id":"1"}],"trigger":[]}"#,
            r#"{"data":[{"Annual_Revenue":1195.35,"id":"1"}]}"#,
            r#"{"data":[{"Annual_Revenue":1195.35,"id":"1"}],"duplicate_check_fields":["BC_Number"],"trigger":[]}"#,
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_found_before_sending() {
    let service = Service::new(|_, _| written(1));
    let client = service.client();
    let none = WriteOptions::default();
    let blank = WriteOptions { duplicate_check: vec![String::new()], ..WriteOptions::default() };
    let too_many = rows(ROWS_PER_WRITE + 1);
    let without_id = [row(r#"{"BC_Number":"C1"}"#)];
    let errors = [
        client.insert(Module::Accounts, &too_many, &none).await,
        client.insert(Module::Accounts, &[], &none).await,
        client.update(Module::Accounts, &too_many, &none).await,
        client.update(Module::Accounts, &without_id, &none).await,
        client.upsert(Module::Accounts, &too_many, &keyed()).await,
        client.upsert(Module::Accounts, &rows(1), &none).await,
        client.upsert(Module::Accounts, &rows(1), &blank).await,
        client.delete(Module::Accounts, &[], false).await,
    ];
    for error in errors {
        assert_eq!(error.unwrap_err().kind, ErrorKind::Misuse);
    }
    assert_eq!((service.calls().len(), service.sign_ins().len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn an_insert_is_not_sent_again_when_its_answer_is_lost_or_damaged() {
    let replies: [fn(usize, &Request) -> Reply; 4] = [
        |_, _| lost(),
        |_, _| Ok(answer(201, r#"{"data":[{"code":"SUCC"#)),
        |_, _| Ok(answer(200, "<html><title>Sign in to the network</title></html>")),
        |_, _| Ok(answer(500, r#"{"code":"INTERNAL_ERROR"}"#)),
    ];
    for reply in replies {
        let service = Service::new(reply);
        let error =
            service.client().insert(Module::Invoices, &rows(1), &WriteOptions::default()).await.unwrap_err();
        assert_eq!((error.fate(), error.is_outage()), (Fate::OutcomeUnknown, true), "{error}");
        assert_eq!(service.calls().len(), 1, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn keyed_writes_are_sent_again_when_their_answer_is_lost_or_damaged() {
    let first: [fn() -> Reply; 3] = [lost, || Ok(answer(200, r#"{"data":[{"co"#)), || Ok(answer(502, ""))];
    for reply in first {
        let service = Service::new(move |turn, _| if turn % 2 == 1 { reply() } else { written(1) });
        let client = service.client();
        client.upsert(Module::Accounts, &rows(1), &keyed()).await.unwrap();
        client.update(Module::Accounts, &rows(1), &WriteOptions::default()).await.unwrap();
        client.delete(Module::Accounts, &[ZohoId::new("1")], false).await.unwrap();
        assert_eq!(service.calls().len(), 6);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_would_append_lines_twice_is_sent_once() {
    let service = Service::new(|_, _| lost());
    let client = service.client();
    let appends = [row(r#"{"id":"1","Invoiced_Items":[{"id":"2"},{"Quantity":1}]}"#)];
    let none = WriteOptions::default();
    client.update(Module::Invoices, &appends, &none).await.unwrap_err();
    client.upsert(Module::Invoices, &appends, &keyed()).await.unwrap_err();
    client.update_once(Module::Invoices, &rows(1), &none).await.unwrap_err();
    assert_eq!(service.calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_too_many_requests_is_tried_again_even_for_an_insert() {
    let service =
        Service::new(
            |turn, _| {
                if turn == 1 { Ok(answer(429, r#"{"code":"TOO_MANY_REQUESTS"}"#)) } else { written(1) }
            },
        );
    let client = service.client();
    client.insert(Module::Accounts, &rows(1), &WriteOptions::default()).await.unwrap();
    assert_eq!((service.calls().len(), client.calls(), client.credits()), (2, 3, 2));
}

#[tokio::test(start_paused = true)]
async fn lasting_refusals_are_a_limit_and_no_outage() {
    let service = Service::new(|_, _| Ok(answer(429, r#"{"code":"TOO_MANY_REQUESTS"}"#)));
    let error =
        service.client().insert(Module::Accounts, &rows(1), &WriteOptions::default()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooManyRequests);
    assert_eq!((error.is_limit(), error.is_outage(), error.fate()), (true, false, Fate::NotSent));
}

#[tokio::test(start_paused = true)]
async fn a_write_is_booked_with_one_credit_per_begun_ten_rows() {
    let service = Service::new(|_, request| {
        let rows = body(request).matches("BC_Number").count();
        written(rows)
    });
    let client = service.client();
    for (count, credits) in [(1, 1), (10, 2), (11, 4), (100, 14)] {
        client.update(Module::Accounts, &rows(count), &WriteOptions::default()).await.unwrap();
        assert_eq!(client.credits(), credits);
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_names_its_ids_and_whether_workflows_run() {
    let service = Service::new(|_, _| {
        let text = r#"{"data":[{"code":"SUCCESS","details":{"id":"7"},"message":"record deleted","status":"success"},
            {"code":"INVALID_DATA","details":{"id":"8"},"message":"record not deleted","status":"error"}]}"#;
        Ok(answer(207, text))
    });
    let results = service
        .client()
        .delete(Module::Contacts, &[ZohoId::new("7"), ZohoId::new("8")], false)
        .await
        .unwrap();
    assert_eq!(service.calls()[0].url, format!("{API}/crm/v8/Contacts?ids=7%2C8&wf_trigger=false"));
    assert_eq!(results[0].as_ref().unwrap().action, Action::Deleted);
    assert_eq!(results[1].as_ref().unwrap_err().message, "record not deleted");
}

/// Notes how many calls of the API are under way at once.
struct Busy {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Transport for Busy {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            if !request.url.starts_with(API) {
                return Ok(token(1, API));
            }
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            written(body(request).matches("BC_Number").count())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn not_more_than_ten_calls_are_under_way_at_once_whatever_the_edition_allows() {
    for ceiling in [25, 5] {
        let busy = Arc::new(Busy { now: AtomicUsize::new(0), most: AtomicUsize::new(0) });
        let client = client_of(&busy);
        client.set_concurrency(ceiling);
        let mut tasks = JoinSet::new();
        for _ in 0..40 {
            let client = client.clone();
            tasks.spawn(async move {
                client.update(Module::Accounts, &rows(11), &WriteOptions::default()).await.unwrap();
            });
        }
        tasks.join_all().await;
        let most = busy.most.load(Ordering::SeqCst);
        assert_eq!(most, ceiling.min(10));
    }
}

fn client_of(transport: &Arc<Busy>) -> zoho_crm::Client {
    use crate::scripted::{Vault, clock, secret, settings};
    let random = Arc::new(transport::SeededRandom::new(7));
    let transport = Arc::clone(transport) as Arc<dyn Transport>;
    let leave = Arc::new(transport::Unmetered);
    let courier =
        transport::Courier::new(25, transport::Patience::default(), transport, leave, clock(), random);
    let vault = Arc::new(Vault::default());
    zoho_crm::Client::new(settings(), secret(), transport::Secret::new("r"), courier, clock(), vault)
}
