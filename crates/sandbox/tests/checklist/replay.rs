//! A world that is put together again from its journal after the process died.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use exact_json::Value;
use jiff::Timestamp;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sandbox::{Handled, World, credentials};
use transport::{BoxFuture, Clock, Method};

use crate::support::{Bc, ORIGIN, chance, json, member, post, text, watch_accounts, zoho_token};

/// A clock that stands still at its own second.
struct At(i64);

impl Clock for At {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0).unwrap()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// A journal that goes when the test ends.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ledgerline-replay-{}-{name}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }

    fn open(&self, second: i64) -> Bc {
        Bc::of(World::open(&self.0, Arc::new(At(second)), chance()).unwrap())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

const START: i64 = 1_741_593_600;

fn insert_account(bc: &Bc, token: &str, name: &str) -> Value {
    let body = format!(r#"{{"data":[{{"Account_Name":"{name}"}}]}}"#);
    post(
        bc,
        "/zoho/crm/v8/Accounts",
        &[("Authorization", token), ("Content-Type", "application/json")],
        &body,
    )
}

fn everything(bc: &Bc) -> Vec<String> {
    // The token may have ended meanwhile.
    let bc = Bc::of(bc.world.clone());
    let mut all: Vec<String> = ["customers", "items", "contacts", "salesInvoices?$expand=salesInvoiceLines"]
        .iter()
        .map(|set| text(&bc.get(set)).to_owned())
        .collect();
    let accounts = bc.world.zoho(|zoho| zoho.records(Module::Accounts));
    all.extend(accounts.into_iter().map(|account| Value::Object(account).to_json()));
    all
}

#[test]
fn both_services_come_back_as_they_were_though_time_went_on() {
    let file = File::new("whole");
    let (before, now) = {
        let bc = file.open(START);
        post(
            &bc,
            "/admin/bc/edit",
            &[],
            r#"{"table":"customers","number":"C10000","property":"city","value":"Köln"}"#,
        );
        post(&bc, "/admin/bc/demo-changes", &[], "");
        post(&bc, "/admin/time/advance", &[], r#"{"seconds":3600}"#);
        let token = zoho_token(&bc);
        insert_account(&bc, &token, "Müller");
        (everything(&bc), bc.world.now())
    };
    let bc = file.open(START + 86_400);
    assert!(everything(&bc) == before, "the world differs");
    assert_eq!(bc.world.now().as_second(), now.as_second() + 86_400);
    let city = bc.world.bc(|bc| bc.find(Table::Customers, "C10000").unwrap().text("city").to_owned());
    assert_eq!(city, "Köln");
}

#[test]
fn a_token_and_ids_go_on_where_they_were() {
    let file = File::new("token");
    let (token, first) = {
        let bc = file.open(START);
        let token = zoho_token(&bc);
        let first = insert_account(&bc, &token, "One").to_json();
        (token, first)
    };
    let bc = file.open(START + 1);
    let second = insert_account(&bc, &token, "Two").to_json();
    assert_ne!(first, second);
    assert_eq!(bc.world.zoho(|zoho| zoho.record_count(Module::Accounts)), 2);
}

#[test]
fn a_sign_in_in_the_browser_is_remembered() {
    let file = File::new("consent");
    let headers = vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let send = |bc: &Bc, path: &str, fields: &[(&str, &str)]| {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        bc.send(Method::Post, &format!("{ORIGIN}/accounts/oauth/v2/{path}"), headers.clone(), form)
    };
    let client = [
        ("client_id", credentials::ZOHO_CLIENT_ID),
        ("client_secret", credentials::ZOHO_CLIENT_SECRET),
        ("redirect_uri", credentials::ZOHO_REDIRECT_URI),
    ];
    let refresh_token = {
        let bc = file.open(START);
        let asked = [
            ("response_type", "code"),
            ("scope", "ZohoCRM.modules.ALL"),
            ("access_type", "offline"),
            ("prompt", "consent"),
            ("answer", "accept"),
        ];
        let agreed = send(&bc, "auth", &[&client[..], &asked].concat());
        let back = url::Url::parse(agreed.header("Location").unwrap()).unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let exchange = [("grant_type", "authorization_code"), ("code", code.as_str())];
        member(&json(&send(&bc, "token", &[&client[..], &exchange].concat())), "refresh_token")
    };
    let bc = file.open(START + 86_400);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
    let answer = json(&send(&bc, "token", &[&client[..], &refresh].concat()));
    assert!(member(&answer, "access_token").starts_with("1000."));
}

#[test]
fn an_answer_that_was_lost_is_remembered_and_a_fault_is_not() {
    let file = File::new("fault");
    {
        let bc = file.open(START);
        let token = zoho_token(&bc);
        post(&bc, "/admin/faults", &[], r#"{"service":"zoho","effect":"lose_answer","times":9}"#);
        let incoming = sandbox::Incoming::new(
            Method::Post,
            &format!("{ORIGIN}/zoho/crm/v8/Accounts"),
            vec![("Authorization".to_owned(), token)],
            bytes::Bytes::from_static(br#"{"data":[{"Account_Name":"Lost"}]}"#),
        );
        assert!(matches!(bc.world.handle(&incoming.unwrap()), Handled::AnswerLost));
    }
    let bc = file.open(START + 1);
    assert_eq!(bc.world.zoho(|zoho| zoho.record_count(Module::Accounts)), 1);
    insert_account(&bc, &zoho_token(&bc), "Heard");
}

#[test]
fn a_change_that_was_cut_off_is_left_out_and_the_rest_stays() {
    let file = File::new("cut");
    {
        let bc = file.open(START);
        for city in ["Ulm", "Köln"] {
            let body =
                format!(r#"{{"table":"customers","number":"C10000","property":"city","value":"{city}"}}"#);
            post(&bc, "/admin/bc/edit", &[], &body);
        }
    }
    let bytes = std::fs::read(&file.0).unwrap();
    std::fs::write(&file.0, &bytes[..bytes.len() - 9]).unwrap();
    let bc = file.open(START + 1);
    let city = bc.world.bc(|bc| bc.find(Table::Customers, "C10000").unwrap().text("city").to_owned());
    assert_eq!(city, "Ulm");
}

#[test]
fn reading_leaves_the_journal_alone() {
    let file = File::new("reading");
    let bc = file.open(START);
    let before = std::fs::metadata(&file.0).unwrap().len();
    bc.rows("customers");
    bc.write(Method::Post, "customers");
    assert_eq!(std::fs::metadata(&file.0).unwrap().len(), before);
}

#[test]
fn channels_stay_open_and_what_was_written_before_is_not_told_again() {
    let file = File::new("channels");
    {
        let bc = file.open(START);
        watch_accounts(&bc, "https://hook.invalid/z");
        insert_account(&bc, &zoho_token(&bc), "One");
    }
    let bc = file.open(START + 5);
    assert_eq!((bc.world.due_posts(), bc.world.next_post_due()), (vec![], None));
    insert_account(&bc, &zoho_token(&bc), "Two");
    assert!(bc.world.next_post_due().is_some());
}
