//! Bulk write: uploads, jobs in time, results.

use std::io::{Cursor, Read, Write};

use bytes::Bytes;
use exact_json::Value;
use transport::{Method, Response};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{Answer, Desk};
use crate::Incoming;
use crate::zoho::Module;

const ZGID: &str = "x-crm-org";

/// Names and values.
type Headers<'a> = &'a [(&'a str, &'a str)];

fn zipped(text: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("rows.csv", SimpleFileOptions::default()).unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

fn raw(desk: &mut Desk, method: Method, path: &str, headers: Headers<'_>, body: Vec<u8>) -> Response {
    let authorization = format!("Zoho-oauthtoken {}", desk.token);
    let mut all = vec![("Authorization".to_owned(), authorization)];
    all.extend(headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())));
    let origin = "https://sandbox.invalid".to_owned();
    let request = Incoming {
        method,
        origin,
        path: path.to_owned(),
        query: Vec::new(),
        headers: all,
        body: Bytes::from(body),
    };
    desk.zoho.handle(&request, desk.now)
}

fn answer(response: &Response) -> Answer {
    let body = Value::parse(str::from_utf8(&response.body).unwrap()).unwrap();
    Answer { status: response.status, body, headers: response.headers.clone() }
}

fn upload_with(desk: &mut Desk, headers: Headers<'_>, file: &[u8]) -> Answer {
    let kind = ("Content-Type", "multipart/form-data; boundary=b");
    let mut body =
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\n".to_vec();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let headers: Vec<(&str, &str)> = headers.iter().copied().chain([kind]).collect();
    answer(&raw(desk, Method::Post, "/upload/crm/v8/upload", &headers, body))
}

fn upload(desk: &mut Desk, text: &str) -> String {
    let zgid = desk.get("org").text("org.0.zgid");
    let answer = upload_with(desk, &[("feature", "bulk-write"), (ZGID, &zgid)], &zipped(text));
    assert_eq!((answer.status, answer.text("code").as_str()), (200, "FILE_UPLOAD_SUCCESS"));
    answer.text("details.file_id")
}

/// Starts a job over the columns in their order; a column called `X>id` refers to another record by its id.
fn create(desk: &mut Desk, module: &str, file: &str, columns: &[&str]) -> Answer {
    let mappings: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| match column.split_once('>') {
            Some((name, by)) => format!(r#"{{"api_name":"{name}","index":{index},"find_by":"{by}"}}"#),
            None => format!(r#"{{"api_name":"{column}","index":{index}}}"#),
        })
        .collect();
    let body = format!(
        r#"{{"operation":"insert","ignore_empty":true,"resource":[{{"type":"data","module":{{"api_name":"{module}"}},"file_id":"{file}","find_by":"BC_Number","field_mappings":[{}]}}]}}"#,
        mappings.join(",")
    );
    let response = raw(desk, Method::Post, "/zoho/crm/bulk/v8/write", &[], body.into_bytes());
    answer(&response)
}

fn status(desk: &mut Desk, job: &str) -> Answer {
    answer(&raw(desk, Method::Get, &format!("/zoho/crm/bulk/v8/write/{job}"), &[], Vec::new()))
}

fn download(desk: &mut Desk, address: &str) -> (u16, String) {
    let response = raw(desk, Method::Get, &format!("/zoho{address}"), &[], Vec::new());
    if response.status != 200 {
        return (response.status, String::new());
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(response.body)).unwrap();
    let mut text = String::new();
    archive.by_index(0).unwrap().read_to_string(&mut text).unwrap();
    (200, text)
}

/// Runs a job over `text` to its end, and returns its last status and its result.
fn run(desk: &mut Desk, module: &str, text: &str, columns: &[&str]) -> (Answer, String) {
    let file = upload(desk, text);
    let created = create(desk, module, &file, columns);
    assert_eq!(created.status, 201, "{}", created.body.to_json());
    desk.pass(600);
    let done = status(desk, &created.text("details.id"));
    let (_, result) = download(desk, &done.text("result.download_url"));
    (done, result)
}

const ACCOUNTS: [&str; 3] = ["BC_Number", "BC_Id", "Account_Name"];

#[test]
fn a_job_waits_runs_and_ends_and_its_rows_are_there_only_then() {
    let mut desk = Desk::keyed();
    let file = upload(&mut desk, "BC_Number,BC_Id,Account_Name\nC1,1,Contoso\nC2,2,\"Fabrikam, Inc.\"\n");
    let before = desk.zoho.credits_used();
    let created = create(&mut desk, "Accounts", &file, &ACCOUNTS);
    assert_eq!((created.status, desk.zoho.credits_used() - before), (201, 500));
    let job = created.text("details.id");
    assert_eq!(status(&mut desk, &job).text("status"), "ADDED");
    desk.pass(2);
    assert_eq!(status(&mut desk, &job).text("status"), "INPROGRESS");
    assert_eq!(desk.zoho.record_count(Module::Accounts), 0);
    desk.pass(10);
    let done = status(&mut desk, &job);
    assert_eq!(
        (done.text("status").as_str(), done.text("resource.0.file.added_count").as_str()),
        ("COMPLETED", "2")
    );
    let ids = desk.zoho.record_ids(Module::Accounts);
    let (_, result) = download(&mut desk, &done.text("result.download_url"));
    let expected = format!(
        "BC_Number,BC_Id,Account_Name,STATUS,RECORD_ID,ERRORS\nC1,1,Contoso,ADDED,{},\nC2,2,\"Fabrikam, Inc.\",ADDED,{},\n",
        ids[0], ids[1]
    );
    assert_eq!(result, expected);
}

#[test]
fn a_row_whose_key_is_there_is_skipped_and_nothing_of_it_is_written() {
    for says in [false, true] {
        let mut desk = Desk::keyed();
        desk.zoho.switches.bulk_names_duplicates = says;
        let old = desk.add("Accounts", r#"{"Account_Name":"Old","BC_Number":"c1"}"#);
        let text = "BC_Number,BC_Id,Account_Name\nC1,1,New\nC2,2,B\nC2,3,C\n";
        let (done, result) = run(&mut desk, "Accounts", text, &ACCOUNTS);
        assert_eq!(done.text("resource.0.file.skipped_count"), "2");
        assert_eq!(desk.field(Module::Accounts, &old, "Account_Name"), "Old");
        let words = if says { "DUPLICATE_DATA-BC_Number" } else { "" };
        let lines: Vec<&str> = result.lines().collect();
        assert_eq!(
            (lines[1], lines[3]),
            (&*format!("C1,1,New,SKIPPED,,{words}"), &*format!("C2,3,C,SKIPPED,,{words}"))
        );
    }
}

#[test]
fn rows_go_through_the_checks_of_the_records_api() {
    let mut desk = Desk::keyed();
    desk.zoho.set_unique(Module::Contacts, "Email", true).unwrap();
    let account = desk.add("Accounts", r#"{"Account_Name":"A"}"#);
    desk.add("Contacts", r#"{"Last_Name":"L","Email":"a@b.com"}"#);
    let text = format!(
        "BC_Number,Last_Name,Account_Name,Email,Phone\nP1,One,{account},x@b.com,1\nP2,,{account},,\nP3,Three,77,,\nP4,Four,,a@b.com,\nP5,Five,,,n/a\n"
    );
    let columns = ["BC_Number", "Last_Name", "Account_Name>id", "Email", "Phone"];
    let (_, result) = run(&mut desk, "Contacts", &text, &columns);
    let states: Vec<String> =
        result.lines().skip(1).map(|line| line.rsplit(',').take(3).collect::<Vec<_>>().join(" ")).collect();
    let id = desk.zoho.record_ids(Module::Contacts)[1].clone();
    assert_eq!(
        states,
        [
            format!(" {id} ADDED"),
            "MANDATORY_NOT_FOUND-Last_Name  SKIPPED".to_owned(),
            "INVALID_DATA-Account_Name  SKIPPED".to_owned(),
            "DUPLICATE_DATA-Email  SKIPPED".to_owned(),
            "INVALID_DATA-Phone  SKIPPED".to_owned(),
        ]
    );
}

#[test]
fn what_cannot_be_uploaded_is_refused_as_documented() {
    let mut desk = Desk::keyed();
    let zgid = desk.get("org").text("org.0.zgid");
    let zip = zipped("A\n");
    let table: [(Headers<'_>, &[u8], u16, &str); 6] = [
        (&[(ZGID, &zgid)], &zip, 400, "MANDATORY_NOT_FOUND"),
        (&[("feature", "bulk-write")], &zip, 400, "MANDATORY_NOT_FOUND"),
        (&[("feature", "other"), (ZGID, &zgid)], &zip, 400, "NOT_SUPPORTED_FEATURE"),
        (&[("feature", "bulk-write"), (ZGID, "1")], &zip, 400, "INVALID_DATA"),
        (&[("feature", "bulk-write"), (ZGID, &zgid)], b"A,B\n", 400, "INVALID_FILE_FORMAT"),
        (&[("feature", "bulk-write"), (ZGID, &zgid)], &zip, 200, "FILE_UPLOAD_SUCCESS"),
    ];
    for (headers, file, status, code) in table {
        let answer = upload_with(&mut desk, headers, file);
        assert_eq!((answer.status, answer.text("code").as_str()), (status, code));
    }
    desk.zoho.switches.bulk_max_bytes = 10;
    let answer = upload_with(&mut desk, &[("feature", "bulk-write"), (ZGID, &zgid)], &zip);
    assert_eq!((answer.status, answer.text("code").as_str()), (413, "FILE_TOO_LARGE"));
}

#[test]
fn a_job_that_makes_no_sense_is_refused_when_it_is_created() {
    let mut desk = Desk::keyed();
    let file = upload(&mut desk, "BC_Number,Account_Name\nC1,A\n");
    let wide: Vec<String> = (0..201).map(|n| format!("F{n}")).collect();
    let wide = upload(&mut desk, &format!("{}\n", wide.join(",")));
    let good = ["BC_Number", "Account_Name"];
    let table: [(&str, &str, &[&str], &str); 7] = [
        ("Accounts", "1", &good, "INVALID_FILE_ID"),
        ("Invoices", &file, &good, "MODULE_NOT_AVAILABLE"),
        ("Accounts", &file, &["BC_Number", "Nothing"], "INVALID_FIELD"),
        ("Accounts", &file, &["BC_Number"], "MANDATORY_FIELDS_NOT_MAPPED"),
        ("Accounts", &file, &["BC_Number", "Account_Name", "Phone"], "COLUMN_INDEX_NOT_FOUND"),
        ("Accounts", &file, &["Account_Name"], "INVALID_FIELD"),
        ("Accounts", &wide, &good, "HEADER_LIMIT_EXCEEDED"),
    ];
    for (module, file, columns, code) in table {
        let answer = create(&mut desk, module, file, columns);
        assert_eq!((answer.status, answer.text("code").as_str()), (400, code));
    }
    assert_eq!(create(&mut desk, "Accounts", &file, &good).status, 201);
}

#[test]
fn a_job_fails_when_it_is_told_to_and_when_it_has_too_many_rows() {
    let mut desk = Desk::keyed();
    desk.zoho.switches.bulk_failing = 1;
    desk.zoho.switches.bulk_max_rows = 1;
    let text = "BC_Number,BC_Id,Account_Name\nC1,1,A\nC2,2,B\n";
    for code in ["CANNOT_PROCESS", "LIMIT_EXCEEDED"] {
        let (done, result) = run(&mut desk, "Accounts", text, &ACCOUNTS);
        assert_eq!((done.text("status").as_str(), done.text("resource.0.code").as_str()), ("FAILED", code));
        assert_eq!((result.as_str(), done.text("result").as_str()), ("", "null"));
    }
    assert_eq!(desk.zoho.record_count(Module::Accounts), 0);
}

#[test]
fn a_result_is_kept_for_seven_days() {
    let mut desk = Desk::keyed();
    let (done, _) = run(&mut desk, "Accounts", "BC_Number,BC_Id,Account_Name\nC1,1,A\n", &ACCOUNTS);
    let address = done.text("result.download_url");
    desk.pass(8 * 86_400);
    desk.token = desk.refresh().text("access_token");
    assert_eq!(download(&mut desk, &address).0, 404);
}

#[test]
fn uploads_and_jobs_need_their_own_scopes() {
    let mut desk = Desk::keyed();
    let file = upload(&mut desk, "BC_Number,Account_Name\nC1,A\n");
    let scopes = ["ZohoCRM.modules.ALL", "ZohoCRM.org.READ", "ZohoCRM.settings.ALL"];
    desk.zoho.grant_refresh_token_with_scopes(super::CLIENT, super::REFRESH, &scopes);
    desk.token = desk.refresh().text("access_token");
    let zgid = desk.get("org").text("org.0.zgid");
    let answer = upload_with(&mut desk, &[("feature", "bulk-write"), (ZGID, &zgid)], &zipped("A\n"));
    assert_eq!((answer.status, answer.text("code").as_str()), (401, "OAUTH_SCOPE_MISMATCH"));
    assert_eq!(
        create(&mut desk, "Accounts", &file, &["BC_Number", "Account_Name"]).text("code"),
        "OAUTH_SCOPE_MISMATCH"
    );
}

#[test]
fn both_readings_of_what_is_unverified_can_be_set() {
    let mut desk = Desk::keyed();
    let set = |desk: &mut Desk, name: &str| desk.zoho.switches.set(name, &Value::Bool(true)).unwrap();
    set(&mut desk, "bulk_in_two_words");
    set(&mut desk, "bulk_in_lower_case");
    desk.zoho.switches.set("bulk_seconds", &Value::parse("60").unwrap()).unwrap();
    let file = upload(&mut desk, "BC_Number,BC_Id,Account_Name\nC1,1,A\n");
    let triggers = desk.zoho.counters.triggers_run;
    let job = create(&mut desk, "Accounts", &file, &ACCOUNTS).text("details.id");
    desk.pass(59);
    assert_eq!(status(&mut desk, &job).text("status"), "IN PROGRESS");
    set(&mut desk, "bulk_stuck");
    desk.pass(600);
    assert_eq!(status(&mut desk, &job).text("status"), "IN PROGRESS");
    desk.zoho.switches.bulk_stuck = false;
    desk.zoho.switches.bulk_runs_workflows = false;
    let done = status(&mut desk, &job);
    assert_eq!(desk.zoho.counters.triggers_run, triggers);
    let (_, result) = download(&mut desk, &done.text("result.download_url"));
    assert!(result.contains(",added,"), "{result}");
    set(&mut desk, "bulk_result_gone");
    assert_eq!(download(&mut desk, &done.text("result.download_url")).0, 404);
}

#[test]
fn the_time_of_jobs_that_run_beside_each_other_counts_once() {
    let mut desk = Desk::keyed();
    desk.zoho.switches.bulk_seconds = 60;
    desk.zoho.switches.bulk_seconds_per_thousand = 0;
    let file = upload(&mut desk, "BC_Number,BC_Id,Account_Name\nC1,1,A\n");
    create(&mut desk, "Accounts", &file, &ACCOUNTS);
    desk.pass(20);
    create(&mut desk, "Accounts", &file, &ACCOUNTS);
    desk.pass(600);
    create(&mut desk, "Accounts", &file, &ACCOUNTS);
    let answer = desk.zoho.admin("bulk-time", Value::Null, desk.now).unwrap();
    assert_eq!(answer.to_json(), r#"{"milliseconds":140000}"#);
}
