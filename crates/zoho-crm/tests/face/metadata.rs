//! Org, modules, fields, currencies, taxes, users.

use exact_json::Decimal;
use zoho_crm::{ErrorKind, Module, NewField, NewFieldKind, ZohoId};

use crate::scripted::{API, Service, answer};
use crate::{body, lost};

fn key_field() -> NewField {
    NewField {
        label: "BC Number".to_owned(),
        kind: NewFieldKind::Text { length: 50, unique: true },
        tooltip: None,
    }
}

#[tokio::test(start_paused = true)]
async fn an_org_with_one_currency_has_no_currencies_to_list() {
    for code in ["FEATURE_NOT_SUPPORTED", "CURRENCIES_NOT_ENABLED"] {
        let service = Service::new(move |_, _| Ok(answer(403, format!(r#"{{"code":"{code}"}}"#))));
        assert_eq!(service.client().currencies().await, Ok(Vec::new()));
    }
    let service = Service::new(|_, _| Ok(answer(403, r#"{"code":"NO_PERMISSION","details":{}}"#)));
    let error = service.client().currencies().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoPermission);
}

#[tokio::test(start_paused = true)]
async fn taxes_have_exact_rates() {
    let text = r#"{"org_taxes":{"taxes":[{"id":"1","name":"VAT","display_label":"VAT 17.5","value":17.5,"sequence_number":1}],
        "preference":{"auto_populate_tax":false,"modify_tax_rates":false}}}"#;
    let service = Service::new(move |_, _| Ok(answer(200, text)));
    let taxes = service.client().taxes().await.unwrap();
    assert_eq!((taxes[0].name.as_str(), taxes[0].percentage), ("VAT", Decimal::new(175, 1)));
    assert_eq!(service.calls()[0].url, format!("{API}/crm/v8/org/taxes"));
    for text in [r#"{"org_taxes":{"taxes":null}}"#, r#"{"org_taxes":null}"#] {
        let service = Service::new(move |_, _| Ok(answer(200, text)));
        assert_eq!(service.client().taxes().await, Ok(Vec::new()));
    }
}

#[tokio::test(start_paused = true)]
async fn users_are_read_page_by_page_and_need_an_address() {
    let service = Service::new(|turn, _| {
        let more = turn == 1;
        let text = format!(
            r#"{{"users":[{{"id":"{turn}","full_name":"U","email":"u{turn}@x.example"}},{{"id":"9","email":null}}],"info":{{"more_records":{more}}}}}"#
        );
        Ok(answer(200, text))
    });
    let users = service.client().users().await.unwrap();
    let addresses: Vec<&str> = users.iter().map(|user| user.email.as_str()).collect();
    assert_eq!(addresses, ["u1@x.example", "u2@x.example"]);
    assert_eq!(service.calls()[1].url, format!("{API}/crm/v8/users?type=ActiveUsers&page=2&per_page=200"));
}

#[tokio::test(start_paused = true)]
async fn a_made_field_is_known_by_its_id() {
    let text = r#"{"fields":[{"code":"SUCCESS","details":{"id":"111112000000067259"},"message":"field created","status":"success"}]}"#;
    let service = Service::new(move |_, _| Ok(answer(201, text)));
    let id = service.client().create_field(Module::Accounts, &key_field()).await.unwrap();
    assert_eq!(id, ZohoId::new("111112000000067259"));
    let call = &service.calls()[0];
    assert_eq!(call.url, format!("{API}/crm/v8/settings/fields?module=Accounts"));
    assert!(body(call).contains(r#""unique":{"case_sensitive":false}"#));
}

#[tokio::test(start_paused = true)]
async fn a_refused_field_is_an_error_wherever_the_refusal_stands() {
    let table = [
        (
            400,
            r#"{"fields":[{"code":"LIMIT_EXCEEDED","details":{"limit":2,"limit_due_to":"unique"},"message":"x","status":"error"}]}"#,
            ErrorKind::LimitExceeded,
            "LIMIT_EXCEEDED",
        ),
        (
            207,
            r#"{"fields":[{"code":"DUPLICATE_DATA","details":{"api_name":"field_label"},"message":"x","status":"error"}]}"#,
            ErrorKind::BadRequest,
            "DUPLICATE_DATA",
        ),
        (
            400,
            r#"{"code":"DUPLICATE_DATA","details":{},"message":"x","status":"error"}"#,
            ErrorKind::BadRequest,
            "DUPLICATE_DATA",
        ),
        (
            403,
            r#"{"code":"NOT_SUPPORTED","details":{},"message":"x","status":"error"}"#,
            ErrorKind::FeatureNotSupported,
            "NOT_SUPPORTED",
        ),
    ];
    for (status, text, kind, code) in table {
        let service = Service::new(move |_, _| Ok(answer(status, text)));
        let error = service.client().create_field(Module::Accounts, &key_field()).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_str()), (kind, code), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_field_is_not_made_twice_when_the_answer_is_lost() {
    let service = Service::new(|_, _| lost());
    service.client().create_field(Module::Accounts, &key_field()).await.unwrap_err();
    assert_eq!(service.calls().len(), 1);
}
