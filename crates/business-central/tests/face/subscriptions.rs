//! Webhook subscriptions.

use business_central::{Entity, ErrorKind, NewSubscription, Subscription};
use transport::{Cause, Fate, Method, Secret, TransportError};

use crate::scripted::{COMPANY, Call, Reply, Service, answer, id, page, refusal, unauthorized};

/// A subscription as Business Central prints it.
pub const SUBSCRIPTION: &str = r#"{"@odata.context":"c","@odata.etag":"W/\"1\"","subscriptionId":"270135334a7d433e9009dde078e9e29c",
    "notificationUrl":"https://hook.invalid/x","resource":"api/v2.0/companies(b18aed47-c385-49d2-b954-dbdf8ad71780)/items",
    "timestamp":332571277,"userId":"0f72f0c3-0aaf-47ea-a532-e913a02e59ff","lastModifiedDateTime":"2025-09-29T09:58:45Z",
    "clientState":"s3cret","expirationDateTime":"2025-10-02T09:58:45Z"}"#;

const ONE: &str = "/v2.0/subscriptions('270135334a7d433e9009dde078e9e29c')";

fn wanted() -> NewSubscription {
    NewSubscription::of(id(COMPANY), Entity::Items, "https://hook.invalid/x", Secret::new("s3cret"))
}

fn accepted() -> Reply {
    Ok(answer(201, SUBSCRIPTION))
}

/// Lists one subscription, whose etag is the second by now.
fn listed() -> Reply {
    page(&[&SUBSCRIPTION.replace(r#"W/\"1\""#, r#"W/\"2\""#)], None)
}

async fn subscription(service: &std::sync::Arc<Service>) -> Subscription {
    service.client().subscribe(&wanted()).await.unwrap()
}

fn conflict(call: &Call) -> Option<Reply> {
    (call.if_match.as_deref() == Some("W/\"1\""))
        .then(|| refusal(409, "Request_EntityChanged", "Another user"))
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_asked_for_with_address_resource_and_client_state() {
    let service = Service::new(|_| accepted());
    let made = subscription(&service).await;
    assert_eq!(made.etag, "W/\"1\"");
    assert_eq!(made.target(), Some((id(COMPANY), Entity::Items)));
    let call = &service.calls()[0];
    assert_eq!((call.method, call.path.as_str()), (Method::Post, "/v2.0/subscriptions"));
    let body = format!(
        r#"{{"notificationUrl":"https://hook.invalid/x","resource":"/api/v2.0/companies({COMPANY})/items","clientState":"s3cret"}}"#
    );
    assert_eq!(call.body, body);
    assert!(service.requests().iter().all(|request| request.body.is_empty() || request.secret_body));
}

#[tokio::test(start_paused = true)]
async fn a_renewal_carries_if_match_and_a_body_and_an_end_carries_if_match() {
    let service = Service::new(|call| match call.method {
        Method::Delete => Ok(answer(204, "")),
        Method::Get | Method::Post | Method::Put | Method::Patch => accepted(),
    });
    let made = subscription(&service).await;
    service.client().renew_subscription(&made, &wanted()).await.unwrap();
    service.client().unsubscribe(&made).await.unwrap();
    let calls = service.calls();
    let sent: Vec<_> =
        calls.iter().map(|call| (call.method, call.path.as_str(), call.if_match.as_deref())).collect();
    let etag = Some("W/\"1\"");
    assert_eq!(sent[1..], [(Method::Patch, ONE, etag), (Method::Delete, ONE, etag)]);
    assert_eq!((calls[1].body.as_str(), calls[2].body.as_str()), (calls[0].body.as_str(), ""));
}

#[tokio::test(start_paused = true)]
async fn an_etag_that_is_old_by_now_is_read_anew_once() {
    let service = Service::new(|call| match call.method {
        Method::Get => listed(),
        Method::Post => accepted(),
        Method::Patch => conflict(call).unwrap_or_else(accepted),
        Method::Delete | Method::Put => conflict(call).unwrap_or_else(|| Ok(answer(204, ""))),
    });
    let made = subscription(&service).await;
    service.client().renew_subscription(&made, &wanted()).await.unwrap();
    service.client().unsubscribe(&made).await.unwrap();
    assert_eq!(service.calls().len(), 1 + 3 + 3);

    let service = Service::new(|call| match call.method {
        Method::Get => listed(),
        Method::Post => accepted(),
        Method::Patch | Method::Delete | Method::Put => refusal(412, "", ""),
    });
    let made = subscription(&service).await;
    let error = service.client().renew_subscription(&made, &wanted()).await.unwrap_err();
    assert_eq!((error.kind, service.calls().len()), (ErrorKind::BadRequest, 4));
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_is_gone_cannot_be_renewed_and_has_ended() {
    for code in ["Internal_RecordNotFound", "BadRequest_ResourceNotFound", "BadRequest_NotFound", ""] {
        let service = Service::new(move |call| match call.method {
            Method::Post => accepted(),
            Method::Get | Method::Patch | Method::Delete | Method::Put => refusal(404, code, "gone"),
        });
        let made = subscription(&service).await;
        let error = service.client().renew_subscription(&made, &wanted()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::RecordNotFound, "{code}");
        service.client().unsubscribe(&made).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_subscription_says_why_and_shows_the_code() {
    let table = [
        (400, "BadRequest", "The handshake with the subscriber failed.", ErrorKind::HandshakeFailed),
        (400, "BadRequest", "The limit of subscriptions is reached.", ErrorKind::SubscriptionLimit),
        (404, "BadRequest_ResourceNotFound", "The resource is not supported.", ErrorKind::NotSubscribable),
        (422, "Whatever", "No.", ErrorKind::SubscriptionRefused),
        (403, "Authorization_RequestDenied", "No.", ErrorKind::Permission),
        (
            400,
            "Internal_ServerError",
            "Sorry, the current permissions prevented the action.",
            ErrorKind::Permission,
        ),
    ];
    for (status, code, message, kind) in table {
        let service = Service::new(move |_| refusal(status, code, message));
        let error = service.client().subscribe(&wanted()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{code} {message}");
        let text = error.to_string();
        assert!(text.contains(code) && text.contains("v2.0/subscriptions"), "{text}");
        assert!(!text.contains("s3cret") && !format!("{error:?}").contains("s3cret"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_not_made_twice_when_the_answer_is_lost() {
    let service = Service::new(|_| {
        Err(TransportError {
            fate: Fate::OutcomeUnknown,
            cause: Cause::Reset("gone".to_owned()),
            place: "x".to_owned(),
        })
    });
    service.client().subscribe(&wanted()).await.unwrap_err();
    assert_eq!(service.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_for_a_change_too() {
    let service = Service::new(|call| if call.token == "t1" { unauthorized() } else { accepted() });
    subscription(&service).await;
    assert_eq!(service.sign_ins(), 2);
}

#[tokio::test(start_paused = true)]
async fn subscriptions_are_listed_page_by_page() {
    const NEXT: &str =
        "https://bc.invalid/v2.0/contoso.com/Production/api/v2.0/subscriptions?aid=FIN&$skiptoken=1";
    let service = Service::new(|call| match call.turn {
        1 => page(&[SUBSCRIPTION], Some(NEXT)),
        _ => page(&[&SUBSCRIPTION.replace("270135334a7d433e9009dde078e9e29c", "2")], None),
    });
    let subscriptions = service.client().subscriptions().await.unwrap();
    let ids: Vec<&str> = subscriptions.iter().map(|subscription| subscription.id.as_str()).collect();
    assert_eq!(ids, ["270135334a7d433e9009dde078e9e29c", "2"]);
    assert_eq!(service.calls()[0].path, "/v2.0/subscriptions");
}

#[tokio::test(start_paused = true)]
async fn what_can_be_subscribed_to_is_asked_and_an_absent_answer_is_none() {
    let service =
        Service::new(|_| page(&[r#"{"resource":"v2.0/customers"}"#, r#"{"resource":"v1.0/items"}"#], None));
    let names = service.company().webhook_supported_resources().await.unwrap().unwrap();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["customers"]);
    let path = format!(
        "/microsoft/runtime/beta/companies({COMPANY})/webhookSupportedResources?$filter=resource%20eq%20%27v2.0*%27"
    );
    assert_eq!(service.calls()[0].path, path);
    for (status, code) in [(404, "BadRequest_ResourceNotFound"), (403, ""), (400, "BadRequest")] {
        let service = Service::new(move |_| refusal(status, code, "no"));
        assert_eq!(service.company().webhook_supported_resources().await.unwrap(), None, "{code}");
    }
    let service = Service::new(|_| refusal(503, "Internal_TenantUnavailable", "x"));
    let error = service.company().webhook_supported_resources().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Maintenance);
}
