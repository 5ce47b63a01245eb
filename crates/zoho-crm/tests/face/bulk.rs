//! Bulk jobs: where each call goes, what it costs, and what is repeated.

use exact_json::Value;
use transport::Fate;
use zoho_crm::bulk::{BulkColumn, BulkFile, FileLimits, Pushed, WrittenFile};
use zoho_crm::{Client, ErrorKind, Module};

use crate::scripted::{ACCOUNTS, API, CONTENT, Service, answer, clock, secret};
use crate::{authorization, body, lost};

fn file() -> WrittenFile {
    let columns = vec![
        BulkColumn::of("BC_Number", "text"),
        BulkColumn::of("Account_Name", "lookup"),
        BulkColumn::of("Day", "date"),
    ];
    let mut file = BulkFile::new("Contacts", columns, FileLimits::default()).unwrap();
    let row = r#"{"BC_Number":"P1","Account_Name":{"id":"7"},"Day":"2026-01-31"}"#;
    let row = Value::parse(row).unwrap().as_object().unwrap().clone();
    assert_eq!(file.push(&row).unwrap(), Pushed::Taken);
    file.finish().unwrap()
}

const UPLOADED: &str = r#"{"status":"success","code":"FILE_UPLOAD_SUCCESS","message":"file uploaded.","details":{"file_id":111111000001492610}}"#;

#[tokio::test(start_paused = true)]
async fn a_file_goes_to_the_content_host_with_its_headers() {
    let service = Service::new(|_, _| Ok(answer(200, UPLOADED)));
    let client = service.client();
    let file = file();
    assert_eq!(client.bulk_upload("808", file.zip.clone()).await.as_deref(), Ok("111111000001492610"));
    let call = &service.uploads()[0];
    assert_eq!((call.url.as_str(), call.credits), (format!("{CONTENT}/crm/v8/upload").as_str(), 1));
    assert_eq!(authorization(call), "Zoho-oauthtoken t1");
    let header =
        |name: &str| call.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!((header("feature"), header("X-CRM-ORG")), (Some("bulk-write"), Some("808")));
    let boundary = header("Content-Type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"rows.zip\"\r\nContent-Type: application/zip\r\n\r\n"
    );
    let whole = [head.as_bytes(), &file.zip, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
    assert_eq!(call.body, whole);
}

#[tokio::test(start_paused = true)]
async fn a_lost_upload_is_sent_again_and_a_token_that_ended_is_renewed() {
    let refused = r#"{"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"}"#;
    let service = Service::new(move |turn, _| match turn {
        1 => lost(),
        2 => Ok(answer(401, refused)),
        _ => Ok(answer(200, UPLOADED)),
    });
    let vault = crate::scripted::Vault::with(zoho_crm::AccessToken {
        token: transport::Secret::new("t0"),
        api_domain: API.to_owned(),
        expires_at: "2026-09-01T10:50:00Z".parse().unwrap(),
    });
    assert!(service.client_with(vault).bulk_upload("808", file().zip).await.is_ok());
    let tokens: Vec<String> = service.uploads().iter().map(authorization).collect();
    assert_eq!(tokens, ["Zoho-oauthtoken t0", "Zoho-oauthtoken t0", "Zoho-oauthtoken t1"]);
}

#[tokio::test(start_paused = true)]
async fn the_settings_may_name_another_content_host_and_without_any_nothing_is_sent() {
    let service = Service::new(|_, _| Ok(answer(200, UPLOADED)));
    let with = |accounts: &str, upload: Option<&str>| {
        let settings = zoho_crm::Settings {
            client_id: "1000.CLIENT".to_owned(),
            accounts_url: accounts.to_owned(),
            upload_url: upload.map(ToOwned::to_owned),
        };
        let refresh = transport::Secret::new("r");
        let vault = std::sync::Arc::new(crate::scripted::Vault::default());
        Client::new(settings, secret(), refresh, service.courier(), clock(), vault)
    };
    let named = with(ACCOUNTS, Some(&format!("{CONTENT}/elsewhere")));
    named.bulk_upload("808", file().zip).await.unwrap();
    assert_eq!(service.uploads()[0].url, format!("{CONTENT}/elsewhere/crm/v8/upload"));
    let unknown = with("https://accounts.zoho.uk", None);
    assert!(!unknown.can_upload());
    assert_eq!(unknown.bulk_upload("808", file().zip).await.unwrap_err().kind, ErrorKind::Misuse);
}

#[tokio::test(start_paused = true)]
async fn a_job_names_its_columns_costs_five_hundred_credits_and_is_never_started_twice_by_itself() {
    let started = r#"{"status":"success","code":"SUCCESS","message":"success","details":{"id":"42"}}"#;
    let service = Service::new(move |turn, _| if turn == 1 { Ok(answer(201, started)) } else { lost() });
    let client = service.client();
    let columns = file().columns;
    let id = client.bulk_insert(Module::Contacts, "9", "BC_Number", &columns).await;
    assert_eq!(id.as_deref(), Ok("42"));
    let call = &service.calls()[0];
    assert_eq!((call.url.as_str(), call.credits), (format!("{API}/crm/bulk/v8/write").as_str(), 500));
    assert_eq!(
        body(call),
        r#"{"character_encoding":"UTF-8","ignore_empty":true,"operation":"insert","resource":[{"field_mappings":[{"api_name":"BC_Number","index":0},{"api_name":"Account_Name","find_by":"id","index":1},{"api_name":"Day","format":"yyyy-MM-dd","index":2}],"file_id":"9","find_by":"BC_Number","ignore_empty":true,"module":{"api_name":"Contacts"},"type":"data"}]}"#
    );
    let error = client.bulk_insert(Module::Contacts, "9", "BC_Number", &columns).await.unwrap_err();
    assert_eq!((error.fate(), service.calls().len()), (Fate::OutcomeUnknown, 2));
}

#[tokio::test(start_paused = true)]
async fn a_missing_scope_is_known_as_such() {
    let refused = r#"{"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"invalid oauth scope to access this URL","status":"error"}"#;
    let service = Service::new(move |_, _| Ok(answer(401, refused)));
    let error = service.client().bulk_upload("808", file().zip).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::ScopeMismatch);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_zoho_does_not_know_is_not_found() {
    let gone = r#"{"code":"RESOURCE_NOT_FOUND","details":{},"message":"The requested resource doesn't exist.","status":"error"}"#;
    let service = Service::new(move |_, _| Ok(answer(404, gone)));
    let client = service.client();
    assert_eq!(client.bulk_job("42").await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(service.calls()[0].url, format!("{API}/crm/bulk/v8/write/42"));
    assert_eq!(client.bulk_job("../42").await.unwrap_err().kind, ErrorKind::Misuse);
}

#[tokio::test(start_paused = true)]
async fn a_page_instead_of_a_result_is_asked_for_again() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("Contacts-file.csv", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, b"BC_Number,Name,STATUS,RECORD_ID,ERRORS\nP1,A,added,9,\n").unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let service = Service::new(move |turn, _| {
        Ok(if turn == 1 { answer(200, "<html>proxy</html>") } else { answer(200, zip.clone()) })
    });
    let result = service.client().bulk_result("/v8/crm/org1/bulk-write/42/42.zip").await.unwrap();
    assert_eq!(result.count(), 1);
    let call = &service.calls()[1];
    assert_eq!(call.url, format!("{API}/v8/crm/org1/bulk-write/42/42.zip"));
    assert_eq!(authorization(call), "Zoho-oauthtoken t1");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_not_sent_to_a_strange_host() {
    let service = Service::new(|_, _| Ok(answer(200, "PK")));
    let error = service.client().bulk_result("https://evil.example/42.zip").await.err().unwrap();
    assert_eq!(error.kind, ErrorKind::Undecodable);
    assert_eq!(service.calls().len(), 0);
}
