//! Variables of the org.

use transport::{Method, Purpose, Secret};
use zoho_crm::{ErrorKind, NewVariable, Variable, VariableCreation, ZohoId};

use crate::scripted::{API, Service, answer};
use crate::{body, lost};

const VALUE: &str = "the value that nobody may see";

fn new() -> NewVariable {
    NewVariable {
        name: "Ledgerline lease".to_owned(),
        api_name: "Ledgerline_Lease".to_owned(),
        group: "Ledgerline".to_owned(),
        description: "Do not change".to_owned(),
        value: Secret::new(VALUE),
    }
}

#[tokio::test(start_paused = true)]
async fn a_variable_is_found_by_its_api_name_among_others_of_any_type() {
    let text = r#"{"variables":[
        {"id":"1","api_name":"Rate","name":"Ledgerline_Lease","type":"percent","value":17.5,"description":null},
        {"id":"2","api_name":"Ledgerline_Lease","name":"Lease","type":"textarea","value":"a\nb","variable_group":{"id":"9","name":"Ledgerline","api_name":"Ledgerline"}},
        {"id":"3","api_name":"Empty","name":"Empty","type":"textarea","value":null}]}"#;
    let service = Service::new(move |_, _| Ok(answer(200, text)));
    let client = service.client();
    let variable = |id: &str, value: &str| Some(Variable { id: ZohoId::new(id), value: Secret::new(value) });
    assert_eq!(client.variable("Ledgerline_Lease").await, Ok(variable("2", "a\nb")));
    assert_eq!(client.variable("Empty").await, Ok(variable("3", "")));
    assert_eq!(client.variable("Lease").await, Ok(None));
    assert_eq!(service.calls()[0].url, format!("{API}/crm/v8/settings/variables"));
}

#[tokio::test(start_paused = true)]
async fn an_org_without_variables_answers_with_nothing() {
    let service = Service::new(|_, _| Ok(answer(204, "")));
    assert_eq!(service.client().variable("Any").await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_without_variables_is_no_broken_sign_in() {
    let text = r#"{"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"invalid oauth scope to access this URL","status":"error"}"#;
    let service = Service::new(move |_, _| Ok(answer(401, text)));
    let client = service.client();
    let id = ZohoId::new("1");
    let errors = [
        client.variable("Any").await.unwrap_err(),
        client.create_variable(&new()).await.unwrap_err(),
        client.set_variable(&id, &Secret::new("x")).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.kind, error.code.as_str()), (ErrorKind::ScopeMismatch, "OAUTH_SCOPE_MISMATCH"));
    }
    assert_eq!(service.sign_ins().len(), 1, "another token would be no better");
}

#[tokio::test(start_paused = true)]
async fn a_new_variable_is_a_text_of_several_lines_in_its_group() {
    let text = r#"{"variables":[{"code":"SUCCESS","details":{"id":"692969000000981102"},"message":"Variable added","status":"success"}]}"#;
    let service = Service::new(move |_, _| Ok(answer(201, text)));
    let creation = service.client().create_variable(&new()).await;
    assert_eq!(creation, Ok(VariableCreation::Created(ZohoId::new("692969000000981102"))));
    let call = &service.calls()[0];
    assert_eq!((call.method, call.purpose), (Method::Post, Purpose::Change));
    let sent = r#"{"variables":[{"name":"Ledgerline lease","api_name":"Ledgerline_Lease","type":"textarea","variable_group":{"name":"Ledgerline"},"value":"the value that nobody may see","description":"Do not change"}]}"#;
    assert_eq!(body(call), sent);
}

#[tokio::test(start_paused = true)]
async fn a_taken_name_is_no_error_wherever_it_is_said() {
    let row = r#"{"code":"DUPLICATE_DATA","details":{"api_name":"api_name"},"message":"duplicate data","status":"error"}"#;
    for (status, text) in [
        (400, format!(r#"{{"variables":[{row}]}}"#)),
        (207, format!(r#"{{"variables":[{row}]}}"#)),
        (400, row.to_owned()),
    ] {
        let service = Service::new(move |_, _| Ok(answer(status, text.clone())));
        let creation = service.client().create_variable(&new()).await;
        assert_eq!(creation, Ok(VariableCreation::Taken { field: "api_name".to_owned() }));
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_is_written_by_id() {
    let text = r#"{"variables":[{"code":"SUCCESS","details":{"id":"7"},"message":"Variable updated","status":"success"}]}"#;
    let service = Service::new(move |_, _| Ok(answer(200, text)));
    assert_eq!(service.client().set_variable(&ZohoId::new("7"), &Secret::new("x")).await, Ok(()));
    let call = &service.calls()[0];
    assert_eq!(
        (call.method, call.url.as_str()),
        (Method::Put, &*format!("{API}/crm/v8/settings/variables/7"))
    );
    assert_eq!(body(call), r#"{"variables":[{"value":"x"}]}"#);
    let error = service.client().set_variable(&ZohoId::new("7/8"), &Secret::new("x")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Misuse);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_never_repeats_the_value() {
    let rows = [
        (400, "INVALID_DATA", ErrorKind::BadRequest),
        (207, "INVALID_DATA", ErrorKind::BadRequest),
        (400, "AUTHORIZATION_FAILED", ErrorKind::NoPermission),
        (400, "LIMIT_EXCEEDED", ErrorKind::LimitExceeded),
    ];
    for (status, code, kind) in rows {
        let row = format!(
            r#"{{"code":"{code}","details":{{"api_name":"value","value":"{VALUE}"}},"message":"invalid data","status":"error"}}"#
        );
        for text in [format!(r#"{{"variables":[{row}]}}"#), row] {
            let service = Service::new(move |_, _| Ok(answer(status, text.clone())));
            let client = service.client();
            let errors = [
                client.set_variable(&ZohoId::new("7"), &Secret::new(VALUE)).await.unwrap_err(),
                client.create_variable(&new()).await.unwrap_err(),
            ];
            for error in errors {
                assert_eq!(error.kind, kind, "{error}");
                assert!(!format!("{error} {error:?}").contains(VALUE), "{error}");
            }
        }
    }
    assert!(!format!("{:?}", new()).contains(VALUE));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_twice_when_the_answer_is_lost() {
    let service = Service::new(|_, _| lost());
    let client = service.client();
    client.create_variable(&new()).await.unwrap_err();
    client.set_variable(&ZohoId::new("7"), &Secret::new("x")).await.unwrap_err();
    assert_eq!(service.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_shape_is_not_quoted() {
    for text in [r#"{"variables":"secret"}"#, r#"{"variables":[{"api_name":"A","value":"secret"}]}"#] {
        let service = Service::new(move |_, _| Ok(answer(200, text)));
        let error = service.client().variable("A").await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Undecodable);
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
