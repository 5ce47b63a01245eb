//! Every payload is read the way the client reads it, and every request sample is what the client sends.

use std::collections::BTreeSet;

use exact_json::{Map, Value};
use transport::Secret;
use zoho_crm::bulk::{BulkColumn, BulkFile, BulkState, FileLimits, RowStatus, WrittenFile};
use zoho_crm::{
    Client, DataCentre, Edition, ErrorKind, Module, NewField, NewFieldKind, Record, RowResult, SignInProblem,
    WriteOptions, ZohoId,
};

use crate::material;
use crate::replay::{Replay, secret, settings};

/// How a payload is read.
enum Reading {
    /// The org, of this edition.
    Org(Edition),
    /// So many modules.
    Modules(usize),
    /// So many fields, without the envelope around them.
    Fields(usize),
    /// So many currencies.
    Currencies(usize),
    /// The id of a new field.
    CreatedField(&'static str),
    /// Results of an upsert with this status, by code.
    Upserted(u16, &'static [&'static str]),
    /// Results of a deletion with this status, by code.
    Deleted(u16, &'static [&'static str]),
    /// One record.
    Record,
    /// So many rows of a query.
    Queried(usize),
    /// So many deleted records.
    DeletedRecords(usize),
    /// A refusal of the whole call with this status.
    Refused(u16, ErrorKind),
    /// Several refusals in an array, with this status.
    RefusedEach(u16, ErrorKind),
    /// Codes and statuses by API.
    ErrorCodes,
    /// The answer to a code.
    ExchangedCode,
    /// The answer to a refresh token.
    Refreshed,
    /// The accounts server's refusals.
    SignInRefusals,
    /// The table of data centres.
    DataCentres,
    /// Rows that are sent as they stand: inserted, updated, upserted.
    InsertedRows,
    UpdatedRows,
    UpsertedRows,
    /// The request for a new key field, exactly.
    NewKeyField,
    /// The id of an uploaded file.
    UploadedFile(&'static str),
    /// Refusals of an upload, each of this kind.
    UploadRefusals(&'static [ErrorKind]),
    /// The id of a job.
    StartedJob(&'static str),
    /// How a job stands, its counts, and where its result lies.
    JobState(BulkState, u64, Option<&'static str>),
    /// Nothing that this version sends or reads, for this reason.
    Unasked(&'static str),
}

#[rustfmt::skip]
fn readings() -> Vec<(&'static str, Reading)> {
    use Reading::*;
    const WATCH: &str = "notifications are not used";
    vec![
        ("accounts_openid-configuration.json", Unasked("the addresses are built in")),
        ("bulk_upload_errors.json", UploadRefusals(&[
            ErrorKind::BadRequest, ErrorKind::FeatureNotSupported, ErrorKind::BadRequest, ErrorKind::BadRequest,
            ErrorKind::BadRequest, ErrorKind::BadRequest,
        ])),
        ("bulk_upload_response_200.json", UploadedFile("111111000001492610")),
        ("bulk_write_create_request_parent_child.json", Unasked("whether bulk write takes invoices is unverified; they go by REST")),
        ("bulk_write_create_response_201.json", StartedJob("111111000000541958")),
        ("bulk_write_result.csv", Unasked("it is no JSON; a test of its own reads it")),
        ("bulk_write_status_added.json", JobState(BulkState::Added, 0, None)),
        ("bulk_write_status_completed.json", JobState(
            BulkState::Completed, 100, Some("/v8/crm/org6196138/bulk-write/111111000000541958/111111000000541958.zip"),
        )),
        ("bulk_write_status_inprogress.json", JobState(BulkState::InProgress, 100, None)),
        ("coql_request_response.json", Queried(1)),
        ("create_field_request_external_org.json", Unasked("a plain unique field is the key, no external one")),
        ("create_field_request_text_external_user.json", Unasked("a plain unique field is the key, no external one")),
        ("create_field_request_unique.json", NewKeyField),
        ("create_field_response_201.json", CreatedField("111112000000067259")),
        ("datacenters.json", DataCentres),
        ("delete_response.json", Deleted(207, &["SUCCESS", "INVALID_DATA"])),
        ("deleted_records_200.json", DeletedRecords(2)),
        ("docs_v7_coql_2.json", Queried(2)),
        ("docs_v7_coql_4.json", Queried(1)),
        ("docs_v7_currencies_1.json", Currencies(3)),
        ("docs_v7_deleted_1.json", DeletedRecords(4)),
        ("docs_v7_features_1.json", Unasked("the edition's own table and the modules say enough")),
        ("docs_v7_get_with_subform_1.json", Record),
        ("docs_v7_org_v7_1.json", Org(Edition::Enterprise)),
        ("docs_v7_records_1.json", Unasked("records are listed by COQL")),
        ("docs_v7_records_3.json", Unasked("records are listed by COQL")),
        ("docs_v7_search_1.json", Unasked("search lags behind and is never used")),
        ("docs_v7_update_subforms_1.json", UpdatedRows),
        ("docs_v7_update_subforms_2.json", Unasked("an update of one record by its address; rows carry their ids")),
        ("docs_v7_update_subforms_3.json", Unasked("an update of one record by its address; rows carry their ids")),
        ("docs_v7_upsert_2.json", Upserted(200, &["SUCCESS", "SUCCESS"])),
        ("docs_v7_watch_enable_1.json", Unasked(WATCH)),
        ("docs_v7_watch_enable_2.json", Unasked(WATCH)),
        ("docs_v7_watch_enable_3.json", Unasked(WATCH)),
        ("docs_v7_watch_list_1.json", Unasked(WATCH)),
        ("error_400_list_paging.json", RefusedEach(400, ErrorKind::BadRequest)),
        ("error_401_invalid_token.json", Refused(401, ErrorKind::InvalidToken)),
        ("error_401_scope.json", Refused(401, ErrorKind::ScopeMismatch)),
        ("error_401_unauthenticated.json", Refused(401, ErrorKind::InvalidToken)),
        ("error_403_api_access_off.json", Refused(403, ErrorKind::ApiAccessOff)),
        ("error_403_module_permission.json", Refused(403, ErrorKind::NoPermission)),
        ("error_404_url.json", Refused(404, ErrorKind::NotFound)),
        ("error_412_already_modified.json", Upserted(412, &["ALREADY_MODIFIED"])),
        ("error_429.json", Refused(429, ErrorKind::TooManyRequests)),
        ("error_500.json", Refused(500, ErrorKind::Outage)),
        ("error_codes_by_api_v7docs.json", ErrorCodes),
        ("field_type_limits.json", Unasked("what Zoho accepts is checked where values are mapped")),
        ("fields_leads_87_full.json", Fields(87)),
        ("invoice_insert_request.json", InsertedRows),
        ("invoice_insert_sdk8_sample.json", InsertedRows),
        ("invoice_update_lines_request.json", UpdatedRows),
        ("modules_sample.json", Modules(68)),
        ("notification_callbacks.json", Unasked(WATCH)),
        ("notification_enable_request.json", Unasked(WATCH)),
        ("oauth_errors.json", SignInRefusals),
        ("oauth_token_authorization_code_200.json", ExchangedCode),
        ("oauth_token_refresh_200.json", Refreshed),
        ("org_v8_200.json", Org(Edition::Enterprise)),
        ("product_insert_sdk8_sample.json", InsertedRows),
        ("purchase_order_insert_sdk8_sample.json", InsertedRows),
        ("record_errors.json", Upserted(400, &[
            "INVALID_DATA", "INVALID_DATA", "INVALID_DATA", "MANDATORY_NOT_FOUND", "DUPLICATE_DATA",
            // A single error inside MULTIPLE_OR_MULTI_ERRORS is that error.
            "DUPLICATE_DATA",
            "RECORD_LOCKED", "NOT_APPROVED", "LIMIT_EXCEEDED", "INVALID_MODULE", "AUTHORIZATION_FAILED",
            "DEPENDENT_FIELD_MISSING",
        ])),
        ("upsert_request_accounts.json", UpsertedRows),
        ("upsert_response_207.json", Upserted(207, &["SUCCESS", "SUCCESS", "INVALID_DATA"])),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_payload_is_read_as_the_client_reads_it() {
    let Some(folder) = material::folder("samples") else {
        return;
    };
    let mut unlisted: BTreeSet<String> = material::names(&folder).into_iter().collect();
    for (name, reading) in readings() {
        assert!(unlisted.remove(name), "{name} is not there (any more)");
        match reading {
            Reading::Unasked(why) => println!("{name} is left out: {why}"),
            reading => check(name, &reading, material::json(&folder.join(name))).await,
        }
    }
    assert!(unlisted.is_empty(), "say how these are read: {unlisted:?}");
}

#[tokio::test(start_paused = true)]
async fn the_result_of_a_bulk_job_is_read_row_by_row() {
    let Some(folder) = material::folder("samples") else {
        return;
    };
    let text = std::fs::read(folder.join("bulk_write_result.csv")).unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("Invoices-file.csv", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, &text).unwrap();
    let service = Replay::new(200, zip.finish().unwrap().into_inner());
    let client = service.client();
    let result = client.bulk_result("https://download-accl.zoho.com/v2/crm/1/2.zip").await.unwrap();
    assert!(service.calls()[0].authorization.is_some());
    assert_eq!((result.place_of("subject"), result.place_of("STATUS")), (Some(0), None));
    let rows: Vec<_> = result.map(Result::unwrap).collect();
    let shown: Vec<_> =
        rows.iter().map(|row| (row.keys[0].as_str(), &row.status, row.id.is_some())).collect();
    assert_eq!(
        shown,
        [
            ("INV-1", &RowStatus::Added, true),
            ("INV-2", &RowStatus::Updated, true),
            ("INV-3", &RowStatus::Skipped, false)
        ]
    );
    assert_eq!(rows[2].errors[0].code, "MANDATORY_NOT_FOUND");
    assert_eq!(rows[2].errors[0].columns, ["Account_Name"]);
}

async fn check(name: &str, reading: &Reading, payload: Value) {
    let text = payload.to_json();
    match reading {
        Reading::Org(edition) => {
            let org = Replay::new(200, text).client().org().await.unwrap();
            assert_eq!((&org.edition, org.trial, org.users), (edition, false, 10), "{name}");
            assert_eq!((org.zgid.as_str(), org.home_currency.as_str()), ("808232144", "USD"), "{name}");
        }
        Reading::Modules(count) => check_modules(&text, *count).await,
        Reading::Fields(count) => check_fields(&text, *count).await,
        Reading::Currencies(count) => {
            let currencies = Replay::new(200, text).client().currencies().await.unwrap();
            assert_eq!(currencies.len(), *count, "{name}");
            assert_eq!(currencies.iter().filter(|currency| currency.base).count(), 1);
            assert!(currencies.iter().all(|currency| currency.exchange_rate.is_some()
                && currency.decimal_places == Some(2)
                && currency.iso_code.len() == 3));
        }
        Reading::CreatedField(id) => {
            let made = Replay::new(201, text).client().create_field(Module::Accounts, &key_field()).await;
            assert_eq!(made, Ok(ZohoId::new(*id)), "{name}");
        }
        Reading::Upserted(status, codes) => {
            let rows = vec![Map::new(); codes.len()];
            let client = Replay::new(*status, text).client();
            let results = client.upsert(Module::Accounts, &rows, &keyed()).await.unwrap();
            assert_eq!(codes_of(&results), *codes, "{name}");
            let duplicates = results.iter().filter_map(|result| result.as_ref().err());
            for error in duplicates.filter(|error| error.code == "DUPLICATE_DATA") {
                assert!(error.duplicate_id.is_some() && error.api_name.is_some(), "{error}");
            }
        }
        Reading::Deleted(status, codes) => {
            let ids = vec![ZohoId::new("1"); codes.len()];
            let client = Replay::new(*status, text).client();
            let results = client.delete(Module::Accounts, &ids, false).await.unwrap();
            assert_eq!(codes_of(&results), *codes, "{name}");
        }
        Reading::Record => {
            let client = Replay::new(200, text).client();
            let record =
                client.get(Module::Contacts, &ZohoId::new("554023000000298003")).await.unwrap().unwrap();
            let sent = payload.get("data").and_then(Value::as_list).unwrap();
            assert_eq!(Some(&record), sent[0].as_object(), "{name}");
        }
        Reading::Queried(count) => {
            let answer = payload.get("response").unwrap_or(&payload);
            let query = "select id from Accounts where id is not null";
            let page = Replay::new(200, answer.to_json()).client().coql(query).await.unwrap();
            let more = answer.get("info").and_then(|info| info.get("more_records")).and_then(Value::as_bool);
            assert_eq!((page.rows.len(), Some(page.more)), (*count, more), "{name}");
        }
        Reading::DeletedRecords(count) => {
            let client = Replay::new(200, text).client();
            let page = client.deleted(Module::Accounts, None, 1).await.unwrap();
            assert_eq!((page.rows.len(), page.more), (*count, false), "{name}");
            assert!(page.rows.iter().all(|row| row.deleted_time.is_some()), "{name}");
        }
        Reading::Refused(status, kind) => {
            let error = Replay::new(*status, text).client().org().await.unwrap_err();
            assert_eq!(&error.kind, kind, "{name}");
            assert_eq!(payload.get("code").and_then(Value::as_text), Some(error.code.as_str()));
        }
        Reading::RefusedEach(status, kind) => {
            for refusal in payload.as_list().unwrap() {
                let client = Replay::new(*status, refusal.to_json()).client();
                assert_eq!(&client.org().await.unwrap_err().kind, kind, "{name}");
            }
        }
        Reading::ErrorCodes => check_error_codes(&payload).await,
        Reading::ExchangedCode => {
            let courier = Replay::with_accounts((200, text), (500, String::new())).courier();
            let code = Secret::new("1000.code");
            let granted = Client::exchange_code(&settings(), &secret(), &courier, &code, None).await.unwrap();
            assert!(granted.refresh_token.reveal().starts_with("1000.c"));
            assert_eq!(granted.scopes.len(), 2);
        }
        Reading::Refreshed => {
            let org = r#"{"org":[{"zgid":"1"}]}"#.to_owned();
            let service = Replay::with_accounts((200, text), (200, org));
            service.client().org().await.unwrap();
            let sent = service.calls()[0].authorization.clone().unwrap();
            assert!(sent.reveal().starts_with("Zoho-oauthtoken 1000.a"));
        }
        Reading::SignInRefusals => check_sign_in_refusals(&payload).await,
        Reading::DataCentres => check_data_centres(&payload),
        Reading::InsertedRows => {
            let rows = rows_of(&payload);
            let service = Replay::new(204, "");
            // There is no result to read: only what was sent counts here.
            let sent = service.client().insert(Module::Invoices, &rows, &WriteOptions::default()).await;
            assert_eq!(sent.unwrap_err().kind, ErrorKind::Undecodable);
            assert_sent(name, &service, &payload);
        }
        Reading::UpdatedRows => {
            let service = Replay::new(204, "");
            let sent = service
                .client()
                .update_once(Module::Invoices, &rows_of(&payload), &WriteOptions::default())
                .await;
            assert_eq!(sent.unwrap_err().kind, ErrorKind::Undecodable);
            assert_sent(name, &service, &payload);
        }
        Reading::UpsertedRows => {
            let service = Replay::new(207, r#"{"data":[]}"#);
            let options =
                WriteOptions { duplicate_check: vec!["BC_Id".to_owned()], ..WriteOptions::default() };
            let sent = service.client().upsert(Module::Accounts, &rows_of(&payload), &options).await;
            assert_eq!(sent.unwrap_err().kind, ErrorKind::Undecodable);
            assert_eq!(body_of(&service), payload, "{name}");
        }
        Reading::NewKeyField => {
            let service = Replay::new(400, r#"{"code":"ALREADY_USED"}"#);
            service.client().create_field(Module::Accounts, &key_field()).await.unwrap_err();
            assert_eq!(body_of(&service), payload, "{name}");
        }
        Reading::UploadedFile(id) => {
            let uploaded = Replay::new(200, text).client().bulk_upload("1", a_file().zip).await;
            assert_eq!(uploaded.as_deref(), Ok(*id), "{name}");
        }
        Reading::UploadRefusals(kinds) => {
            let refusals = payload.as_list().unwrap();
            assert_eq!(refusals.len(), kinds.len(), "{name}");
            // Whether the status says so as well is not documented for each of them.
            for ((refusal, kind), status) in refusals.iter().zip(*kinds).zip([400, 200].into_iter().cycle()) {
                let client = Replay::new(status, refusal.to_json()).client();
                let error = client.bulk_upload("1", a_file().zip).await.unwrap_err();
                let expected = if status == 200 && *kind == ErrorKind::BadRequest {
                    &ErrorKind::Undecodable
                } else {
                    kind
                };
                assert_eq!(&error.kind, expected, "{name}: {error}");
            }
        }
        Reading::StartedJob(id) => {
            let client = Replay::new(201, text).client();
            let started = client.bulk_insert(Module::Accounts, "1", "BC_Number", &a_file().columns).await;
            assert_eq!(started.as_deref(), Ok(*id), "{name}");
        }
        Reading::JobState(state, total, address) => {
            let job = Replay::new(200, text).client().bulk_job("111111000000541958").await.unwrap();
            assert_eq!((&job.state, job.counts.total), (state, *total), "{name}");
            assert_eq!(job.download_url.as_deref(), *address, "{name}");
        }
        Reading::Unasked(_) => {}
    }
}

fn keyed() -> WriteOptions {
    WriteOptions { duplicate_check: vec!["BC_Number".to_owned()], ..WriteOptions::default() }
}

fn a_file() -> WrittenFile {
    let columns = vec![BulkColumn::of("BC_Number", "text")];
    BulkFile::new("Accounts", columns, FileLimits::default()).unwrap().finish().unwrap()
}

fn key_field() -> NewField {
    let kind = NewFieldKind::Text { length: 50, unique: true };
    NewField { label: "BC Id".to_owned(), kind, tooltip: None }
}

fn codes_of(results: &[RowResult]) -> Vec<&str> {
    results
        .iter()
        .map(|result| result.as_ref().map_or_else(|error| error.code.as_str(), |_| "SUCCESS"))
        .collect()
}

fn rows_of(payload: &Value) -> Vec<Record> {
    let rows = payload.get("data").and_then(Value::as_list).unwrap();
    rows.iter().map(|row| row.as_object().unwrap().clone()).collect()
}

fn body_of(service: &Replay) -> Value {
    let [call] = service.calls().try_into().unwrap();
    Value::parse(std::str::from_utf8(&call.body).unwrap()).unwrap()
}

/// The sample's rows as they stand, and no workflows.
fn assert_sent(name: &str, service: &Replay, payload: &Value) {
    let body = body_of(service);
    assert_eq!(body.get("data"), payload.get("data"), "{name}");
    assert_eq!(body.get("trigger"), Some(&Value::List(Vec::new())), "{name}");
}

async fn check_modules(text: &str, count: usize) {
    let modules = Replay::new(200, text.to_owned()).client().modules().await.unwrap();
    assert_eq!(modules.len(), count);
    let usable = |name: &str| modules.iter().any(|module| module.api_name == name && module.usable);
    for module in Module::ALL {
        assert!(usable(module.api_name()), "{module}");
    }
    assert!(!usable("Home") && !usable("Vehicles"));
}

async fn check_fields(text: &str, count: usize) {
    let text = format!(r#"{{"fields":{text}}}"#);
    let fields = Replay::new(200, text).client().fields(Module::Contacts).await.unwrap();
    assert_eq!(fields.len(), count);
    let field = |name: &str| fields.iter().find(|field| field.api_name == name).unwrap();
    let unique: Vec<&str> =
        fields.iter().filter(|field| field.unique.is_some()).map(|field| field.api_name.as_str()).collect();
    assert_eq!(unique, ["Email", "Phone"]);
    assert!(field("Company").can_be_unique() && !field("Owner").can_be_unique());
    let rows = field("Project_Details");
    assert!(rows.is_subform() && rows.writable);
    assert_eq!(rows.associated_module.as_deref(), Some("Project_Details"));
    assert_eq!(field("Percent").tooltip.as_deref(), Some("Your marks"));
    let picklists = fields.iter().filter(|field| field.data_type == "picklist");
    assert!(picklists.clone().count() > 0 && picklists.clone().all(|field| !field.picklist.is_empty()));
    assert_eq!(field("Lead_Source").picklist[0].display, "-None-");
}

/// No documented refusal is taken for nonsense, and none but a server error leaves doubt.
async fn check_error_codes(payload: &Value) {
    let by_api = payload.as_object().unwrap().iter();
    let errors = by_api.filter_map(|(_, errors)| errors.as_list()).flatten();
    let mut seen = BTreeSet::new();
    for entry in errors {
        let code = entry.get("code").and_then(Value::as_text).unwrap();
        let status = entry.get("http").and_then(Value::as_number).unwrap();
        let status: u16 = status.to_string().parse().unwrap();
        if status < 400 || !seen.insert((status, code.to_owned())) {
            continue;
        }
        let body = format!(r#"{{"code":"{code}","details":{{}},"message":"m","status":"error"}}"#);
        let client = Replay::new(status, body).client();
        let error = client.org().await.unwrap_err();
        assert_eq!(error.code, code);
        let doubtful = error.fate() == transport::Fate::OutcomeUnknown;
        assert_eq!(doubtful, status >= 500, "{status} {code}");
        assert_eq!(error.is_outage(), status >= 500, "{status} {code}");
        assert_ne!(error.kind, ErrorKind::Undecodable, "{status} {code}");
    }
    assert!(seen.len() > 40, "{}", seen.len());
}

async fn check_sign_in_refusals(payload: &Value) {
    let table = [
        ("invalid_code", SignInProblem::InvalidCode),
        ("invalid_client", SignInProblem::InvalidClient),
        ("invalid_client_secret", SignInProblem::InvalidClientSecret),
        ("invalid_redirect_uri", SignInProblem::InvalidRedirectUri),
        ("Access Denied", SignInProblem::Throttled),
    ];
    let throttle = payload.get("_throttle_http_400").unwrap();
    let failures = payload.get("_http_200").and_then(Value::as_list).unwrap();
    let answers = failures.iter().map(|failure| (200, failure)).chain([(400, throttle)]);
    for (status, failure) in answers {
        let code = failure.get("error").and_then(Value::as_text).unwrap();
        let (_, problem) = table.iter().find(|(name, _)| *name == code).unwrap();
        let service = Replay::with_accounts((status, failure.to_json()), (500, String::new()));
        let error = service.client().org().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::SignIn(*problem), "{code}");
        assert_eq!(service.calls().len(), 0);
    }
}

fn check_data_centres(payload: &Value) {
    let rows = payload.get("dcs").and_then(Value::as_list).unwrap();
    assert_eq!(rows.len(), DataCentre::ALL.len());
    for row in rows {
        let text = |key: &str| row.get(key).and_then(Value::as_text);
        let location = text("location").unwrap();
        let centre = DataCentre::from_location(location).unwrap();
        assert_eq!(centre.accounts_url(), text("accounts"), "{location}");
        assert_eq!(centre.api_url(), text("api"), "{location}");
        assert_eq!(centre.sandbox_api_url(), text("sandbox"), "{location}");
        assert_eq!(centre.upload_url(), text("bulk_upload"), "{location}");
    }
}
