//! Every request that the client builds fits the published OpenAPI files.

use exact_json::Value;
use transport::Request;
use zoho_crm::bulk::{BulkColumn, BulkFile, FileLimits};
use zoho_crm::{Module, NewField, NewFieldKind, Record, WriteOptions, ZohoId, coql};

use crate::replay::Replay;
use crate::schema::{Operation, operations};

/// What no OpenAPI file describes, and where it is known from.
const UNPUBLISHED: [(&str, &str); 1] = [("GET /crm/v8/org/taxes", "Zoho's Python SDK 8.0")];

/// Here the 2025 files use the schema of a field as it is read: it demands all that Zoho itself adds.
const DESCRIBES_THE_ANSWER: &str = "POST /crm/v8/settings/fields in oas/2025-06-v3.0.0/fields.json";

#[tokio::test(start_paused = true)]
async fn every_request_fits_the_published_operations() {
    let Some(operations) = operations() else { return };
    for request in every_request().await {
        let (method, address) = (request.method.as_str(), address(&request));
        let path = address.0;
        if UNPUBLISHED.iter().any(|(known, _)| *known == format!("{method} {path}")) {
            continue;
        }
        let fitting = fitting(&operations, method, &path);
        assert!(!fitting.is_empty(), "{method} {path} is published nowhere");
        check_parameters(&fitting, "query", &address.1);
        check_parameters(&fitting, "header", &own_headers(&request));
        // A file's schema says only that there is one.
        if path.ends_with("/upload") {
            continue;
        }
        let body = std::str::from_utf8(&request.body).unwrap();
        let body = (!body.is_empty()).then(|| Value::parse(body).unwrap());
        for operation in fitting {
            let mut complaints = operation.complaints(body.as_ref());
            if operation.name() == DESCRIBES_THE_ANSWER {
                complaints.retain(|complaint| !complaint.starts_with("$.fields[0] lacks"));
            }
            assert!(complaints.is_empty(), "{}: {complaints:?}", operation.name());
        }
    }
}

#[test]
fn a_request_that_does_not_fit_is_noticed() {
    let Some(operations) = operations() else { return };
    let upsert = fitting(&operations, "POST", "/crm/v8/Accounts/upsert");
    let complaints = |json: &str| -> Vec<String> {
        let body = Value::parse(json).unwrap();
        upsert.iter().flat_map(|operation| operation.complaints(Some(&body))).collect()
    };
    assert_eq!(complaints(r#"{"data":[{}],"trigger":[]}"#), Vec::<String>::new());
    for wrong in [r#"{"trigger":[]}"#, r#"{"data":{}}"#, r#"{"data":[{}],"triggers":[]}"#] {
        assert!(!complaints(wrong).is_empty(), "{wrong}");
    }
    let field = fitting(&operations, "POST", "/crm/v8/settings/fields");
    let body = Value::parse(r#"{"fields":[{"field_label":"X","data_type":"decimal","length":16}]}"#).unwrap();
    assert!(field.iter().any(|operation| !operation.complaints(Some(&body)).is_empty()));
    assert!(fitting(&operations, "POST", "/crm/v8/settings/nothing/here").is_empty());
}

/// Everything that the client can ask, whatever the answer.
async fn every_request() -> Vec<Request> {
    let service = Replay::new(204, "");
    let client = service.client();
    let row: Record = [
        ("id".to_owned(), Value::text("554023000000235011")),
        ("Subject".to_owned(), Value::text("Invoice 103001")),
    ]
    .into();
    let rows = [row];
    let id = ZohoId::new("554023000000235011");
    let quiet = WriteOptions { duplicate_check: vec!["BC_Number".to_owned()], workflows: false };
    let loud = WriteOptions { workflows: true, ..quiet.clone() };
    let kinds = [
        NewFieldKind::Text { length: 50, unique: true },
        NewFieldKind::Text { length: 255, unique: false },
        NewFieldKind::Decimal { length: 16, decimals: 2 },
        NewFieldKind::Currency { length: 16, decimals: 2 },
    ];
    client.org().await.unwrap_err();
    client.modules().await.unwrap();
    client.currencies().await.unwrap();
    client.taxes().await.unwrap();
    client.users().await.unwrap();
    for module in Module::ALL {
        client.fields(module).await.unwrap();
    }
    for tooltip in [None, Some("in GBP".to_owned()), Some("in the company's local currency, GBP".to_owned())]
    {
        for kind in kinds {
            let field = NewField { label: "BC Remaining Amount".to_owned(), kind, tooltip: tooltip.clone() };
            client.create_field(Module::Invoices, &field).await.unwrap_err();
        }
    }
    for options in [quiet, loud] {
        client.insert(Module::Invoices, &rows, &options).await.unwrap_err();
        client.update(Module::Invoices, &rows, &options).await.unwrap_err();
        client.upsert(Module::Accounts, &rows, &options).await.unwrap_err();
        client.delete(Module::Accounts, std::slice::from_ref(&id), options.workflows).await.unwrap_err();
    }
    client.get(Module::PurchaseOrders, &id).await.unwrap();
    let query = format!("select id from Accounts where {} limit 200", coql::in_list("BC_Number", &["C1"]));
    client.coql(&query).await.unwrap();
    let since = "2026-09-01T00:00:00Z".parse().ok();
    client.deleted(Module::Accounts, since, 1).await.unwrap();
    let columns = vec![BulkColumn::of("BC_Number", "text"), BulkColumn::of("Account_Name", "lookup")];
    let file = BulkFile::new("Contacts", columns, FileLimits::default()).unwrap().finish().unwrap();
    client.bulk_upload("808232144", file.zip.clone()).await.unwrap_err();
    client.bulk_insert(Module::Contacts, "111111000001492610", "BC_Number", &file.columns).await.unwrap_err();
    client.bulk_job("111111000000541958").await.unwrap_err();
    service.calls()
}

/// The best fitting operation of each file.
fn fitting<'a>(operations: &'a [Operation], method: &str, path: &str) -> Vec<&'a Operation> {
    let fit = |operation: &&Operation| operation.fit(method, path);
    let best = operations.iter().filter_map(|operation| fit(&operation)).max();
    operations.iter().filter(|operation| best.is_some() && fit(operation) == best).collect()
}

/// Each name is known to one of the operations, with that value; and whatever must be there is there.
fn check_parameters(operations: &[&Operation], place: &str, given: &[(String, String)]) {
    for operation in operations {
        for (name, required, _) in operation.parameters(place) {
            let is_there = given.iter().any(|(given, _)| *given == name);
            assert!(is_there || !required, "{}: {name} is missing", operation.name());
        }
    }
    for (name, value) in given {
        let known: Vec<_> = operations
            .iter()
            .flat_map(|operation| operation.parameters(place))
            .filter(|(known, _, _)| known == name)
            .collect();
        assert!(!known.is_empty(), "{}: {name} is not known", operations[0].name());
        let allowed = |values: &Vec<String>| values.is_empty() || values.contains(value);
        assert!(known.iter().all(|(_, _, values)| allowed(values)), "{name}={value} is not allowed");
    }
}

/// The path and the decoded query.
fn address(request: &Request) -> (String, Vec<(String, String)>) {
    let url = url::Url::parse(&request.url).unwrap();
    (url.path().to_owned(), url.query_pairs().into_owned().collect())
}

/// The headers that belong to the call and not to HTTP or the courier.
fn own_headers(request: &Request) -> Vec<(String, String)> {
    let headers = request.headers.iter().cloned();
    headers.filter(|(name, _)| !["Content-Type", "client-request-id"].contains(&name.as_str())).collect()
}
