//! Business Central's webhooks.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use exact_json::Value;
use jiff::SignedDuration;
use sandbox::business_central::schema::Table;
use sandbox::{Handled, Incoming, Post, Postman, Receipt};
use transport::{Method, Response};

use crate::support::{Bc, base, code, decimal, json, member, members, rows, text};

const HOOK: &str = "https://hook.invalid/x?key=1";

/// Answers handshakes as they want, or not.
struct Hook {
    answers: bool,
    asked: Mutex<Vec<(Method, String)>>,
}

impl Postman for Hook {
    fn send(&self, method: Method, url: &str, body: &str) -> Option<Receipt> {
        assert_eq!(body, "");
        self.asked.lock().unwrap().push((method, url.to_owned()));
        let url = url::Url::parse(url).unwrap();
        let token = url.query_pairs().find(|(name, _)| name == "validationToken").unwrap().1.into_owned();
        Some(Receipt { status: 200, body: if self.answers { token } else { "hello".to_owned() } })
    }
}

fn open(answers: bool) -> (Bc, Arc<Hook>) {
    let bc = Bc::empty();
    let hook = Arc::new(Hook { answers, asked: Mutex::default() });
    bc.world.set_postman(Arc::clone(&hook) as _);
    (bc, hook)
}

fn call(bc: &Bc, method: Method, key: &str, if_match: Option<&str>, body: &str) -> Response {
    let request = bc.request("x");
    let authorization = request.authorization.unwrap().reveal().to_owned();
    let mut headers = vec![("Authorization".to_owned(), authorization)];
    headers.extend(if_match.map(|etag| ("If-Match".to_owned(), etag.to_owned())));
    let url = format!("{}/subscriptions{key}", base());
    let incoming = Incoming::new(method, &url, headers, Bytes::from(body.to_owned())).unwrap();
    match bc.world.handle(&incoming) {
        Handled::Answer(response) => response,
        other => panic!("{url}: {other:?}"),
    }
}

fn body(bc: &Bc, set: &str) -> String {
    let company = bc.company;
    format!(
        r#"{{"notificationUrl":"{HOOK}","resource":"/api/v2.0/companies({company})/{set}","clientState":"s3cret"}}"#
    )
}

fn subscribe(bc: &Bc, set: &str) -> Value {
    let answer = call(bc, Method::Post, "", None, &body(bc, set));
    assert_eq!(answer.status, 201, "{}", text(&answer));
    json(&answer)
}

fn ids(bc: &Bc) -> Vec<String> {
    members(&rows(&call(bc, Method::Get, "", None, "")), "subscriptionId")
}

fn pass(bc: &Bc, seconds: i64) -> Vec<Post> {
    bc.world.advance(SignedDuration::from_secs(seconds));
    bc.world.due_posts()
}

/// Kind and resource of each notification.
fn told(post: &Post) -> Vec<(String, String)> {
    let body = Value::parse(&post.body).unwrap();
    let all = body.get("value").and_then(Value::as_list).unwrap();
    let short = |one: &Value| member(one, "resource").split_once(")/").unwrap().1.to_owned();
    all.iter().map(|one| (member(one, "changeType"), short(one))).collect()
}

fn customer(id: uuid::Uuid) -> String {
    format!("customers({id})")
}

#[test]
fn a_subscription_is_made_when_the_address_returned_the_token() {
    let (bc, hook) = open(true);
    let made = subscribe(&bc, "customers");
    assert_eq!(member(&made, "resource"), format!("api/v2.0/companies({})/customers", bc.company));
    assert_eq!(member(&made, "clientState"), "s3cret");
    assert_eq!(member(&made, "lastModifiedDateTime"), "2025-03-10T08:00:00Z");
    assert_eq!(member(&made, "expirationDateTime"), "2025-03-13T08:00:00Z");
    let id = member(&made, "subscriptionId");
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    let asked = hook.asked.lock().unwrap().clone();
    assert_eq!((asked.len(), asked[0].0), (1, Method::Post));
    assert!(asked[0].1.starts_with(&format!("{HOOK}&validationToken=")), "{asked:?}");
    assert_eq!(ids(&bc), [id]);
    assert_eq!(bc.world.bc(|bc| bc.write_attempts.len()), 0);
}

#[test]
fn without_the_token_there_is_no_subscription_and_no_renewal() {
    let (bc, _) = open(false);
    let answer = call(&bc, Method::Post, "", None, &body(&bc, "customers"));
    assert_eq!((answer.status, ids(&bc).len()), (400, 0));
    assert!(text(&answer).contains("handshake"));
    // Where nobody carries the call it is the same.
    let alone = Bc::empty();
    assert_eq!(call(&alone, Method::Post, "", None, &body(&alone, "customers")).status, 400);

    let (bc, _) = open(true);
    let made = subscribe(&bc, "customers");
    bc.world.set_postman(Arc::new(Hook { answers: false, asked: Mutex::default() }));
    let key = format!("('{}')", member(&made, "subscriptionId"));
    let answer = call(&bc, Method::Patch, &key, Some("*"), &body(&bc, "customers"));
    assert_eq!(answer.status, 400);
}

#[test]
fn the_address_may_be_asked_by_get() {
    let (bc, hook) = open(true);
    bc.world.bc(|bc| bc.webhooks.handshake_by_get = true);
    subscribe(&bc, "customers");
    assert_eq!(hook.asked.lock().unwrap()[0].0, Method::Get);
}

#[test]
fn a_renewal_needs_if_match_and_a_body_and_gives_three_days() {
    let (bc, hook) = open(true);
    let made = subscribe(&bc, "customers");
    let key = format!("('{}')", member(&made, "subscriptionId"));
    bc.world.advance(SignedDuration::from_hours(24));
    bc.world.bc(|bc| bc.behaviour.token_seconds = 999_999);
    let bc = Bc::of(bc.world);
    let etag = member(&made, "@odata.etag");
    let patch = |etag, body: &str| call(&bc, Method::Patch, &key, etag, body);
    assert_eq!(code(&patch(None, &body(&bc, "customers"))), "BadRequest_InvalidToken");
    assert_eq!(code(&patch(Some("W/\"x\""), &body(&bc, "customers"))), "Request_EntityChanged");
    assert_eq!(patch(Some(&etag), "").status, 400);
    assert_eq!(hook.asked.lock().unwrap().len(), 1);
    let renewed = json(&patch(Some(&etag), &body(&bc, "customers")));
    assert_eq!(member(&renewed, "expirationDateTime"), "2025-03-14T08:00:00Z");
    assert_ne!(member(&renewed, "@odata.etag"), etag);
    assert_eq!(hook.asked.lock().unwrap().len(), 2);
}

#[test]
fn a_deletion_needs_if_match_and_a_subscription_ends_after_three_days_or_with_a_copy() {
    let (bc, _) = open(true);
    bc.world.bc(|bc| bc.behaviour.token_seconds = 999_999);
    let bc = Bc::of(bc.world);
    let key = format!("('{}')", member(&subscribe(&bc, "customers"), "subscriptionId"));
    assert_eq!(call(&bc, Method::Delete, &key, None, "").status, 400);
    assert_eq!(call(&bc, Method::Delete, &key, Some("*"), "").status, 204);
    assert_eq!(call(&bc, Method::Delete, &key, Some("*"), "").status, 404);

    subscribe(&bc, "customers");
    bc.world.advance(SignedDuration::from_secs(3 * 86_400 - 1));
    assert_eq!(ids(&bc).len(), 1);
    // What happened before the end and was not told before it is not told at all.
    bc.customer("1", "A");
    bc.world.advance(SignedDuration::from_secs(1));
    assert_eq!(ids(&bc).len(), 0);
    assert_eq!(pass(&bc, 30), []);

    subscribe(&bc, "customers");
    bc.world.bc(sandbox::BcState::copy_environment);
    assert_eq!(ids(&bc).len(), 0);
}

#[test]
fn only_eligible_collections_are_taken_and_no_more_than_the_limit() {
    let (bc, hook) = open(true);
    for set in ["contacts", "purchaseOrders", "salesInvoiceLines", "customers(1)", "nothing"] {
        assert_eq!(call(&bc, Method::Post, "", None, &body(&bc, set)).status, 400, "{set}");
    }
    let long = body(&bc, "items").replace("s3cret", &"x".repeat(2_049));
    assert_eq!(call(&bc, Method::Post, "", None, &long).status, 400);
    assert_eq!(hook.asked.lock().unwrap().len(), 0);
    bc.world.bc(|bc| bc.webhooks.limit = 1);
    let longest = body(&bc, "items").replace("s3cret", &"x".repeat(2_048));
    assert_eq!(call(&bc, Method::Post, "", None, &longest).status, 201);
    let answer = call(&bc, Method::Post, "", None, &body(&bc, "items"));
    assert!(answer.status == 400 && text(&answer).contains("limit"), "{}", text(&answer));
}

#[test]
fn what_is_eligible_is_listed_unless_the_list_is_absent() {
    let (bc, _) = open(true);
    let url = base().replace("api/v2.0", "api/microsoft/runtime/beta");
    let url =
        format!("{url}/companies({})/webhookSupportedResources?$filter=resource%20eq%20'v2.0*'", bc.company);
    let names = members(&rows(&bc.get_url(&url, None)), "resource");
    assert!(names.len() == 22 && names.contains(&"v2.0/vendors".to_owned()), "{names:?}");
    bc.world.bc(|bc| bc.webhooks.says_what_is_eligible = false);
    assert_eq!(bc.get_url(&url, None).status, 404);
}

#[test]
fn changes_are_told_thirty_seconds_after_the_first_one_and_merged_by_record() {
    let (bc, _) = open(true);
    let (old, gone) = (bc.customer("1", "A"), bc.customer("2", "B"));
    let made = subscribe(&bc, "customers");
    let new = bc.customer("3", "C");
    bc.world.bc(|bc| {
        bc.edit(Table::Customers, old, "city", "X");
        bc.edit(Table::Customers, new, "city", "X");
        bc.edit(Table::Customers, gone, "city", "X");
        bc.delete(Table::Customers, gone);
    });
    assert_eq!(pass(&bc, 29), []);
    bc.world.bc(|bc| bc.edit(Table::Customers, old, "city", "Y"));
    let posts = pass(&bc, 1);
    let mut told = told(&posts[0]);
    told.sort();
    let mut expected = vec![
        ("created".to_owned(), customer(new)),
        ("updated".to_owned(), customer(old)),
        ("deleted".to_owned(), customer(gone)),
    ];
    expected.sort();
    assert_eq!((posts.len(), posts[0].url.as_str(), told), (1, HOOK, expected));
    let body = Value::parse(&posts[0].body).unwrap();
    let first = &body.get("value").and_then(Value::as_list).unwrap()[0];
    assert_eq!(member(first, "subscriptionId"), member(&made, "subscriptionId"));
    assert_eq!(
        (member(first, "clientState").as_str(), member(first, "expirationDateTime").as_str()),
        ("s3cret", "2025-03-13T08:00:00Z")
    );
    bc.world.post_answered(posts[0].id, Some(200));
    assert_eq!((pass(&bc, 999_999), bc.world.next_post_due()), (vec![], None));
}

#[test]
fn a_write_that_changes_nothing_and_a_partial_payment_are_not_told() {
    let (bc, _) = open(true);
    let id = bc.customer("1", "A");
    let invoice = bc.world.bc(|bc| {
        let line = sandbox::business_central::invoices::Line::other(
            "Account",
            "1",
            "x",
            decimal("1"),
            decimal("100"),
        );
        bc.posted(id, "103001", &[line], sandbox::business_central::invoices::Terms::default()).unwrap()
    });
    subscribe(&bc, "customers");
    subscribe(&bc, "salesInvoices");
    bc.world.bc(|bc| {
        bc.edit(Table::Customers, id, "displayName", "A");
        bc.pay(invoice, decimal("10"));
    });
    assert_eq!(pass(&bc, 60), []);
    bc.world.bc(|bc| bc.pay(invoice, decimal("1000")));
    assert_eq!(told(&pass(&bc, 30)[0]), [("updated".to_owned(), format!("salesInvoices({invoice})"))]);
}

#[test]
fn a_renumbered_record_keeps_its_id_and_is_updated() {
    let (bc, _) = open(true);
    let id = bc.customer("1", "A");
    subscribe(&bc, "customers");
    bc.world.bc(|bc| bc.renumber(Table::Customers, id, "2"));
    assert_eq!(told(&pass(&bc, 30)[0]), [("updated".to_owned(), customer(id))]);
}

#[test]
fn subscriptions_with_one_address_share_a_post() {
    let (bc, _) = open(true);
    subscribe(&bc, "customers");
    subscribe(&bc, "items");
    let id = bc.customer("1", "A");
    let item = bc.add(Table::Items, &[("number", "I")]);
    let posts = pass(&bc, 30);
    let mut told = told(&posts[0]);
    told.sort();
    let created = "created".to_owned();
    assert_eq!(
        (posts.len(), told),
        (1, vec![(created.clone(), customer(id)), (created, format!("items({item})"))])
    );
}

#[test]
fn more_than_a_thousand_changes_are_told_as_a_collection() {
    let (bc, _) = open(true);
    subscribe(&bc, "customers");
    let many: Vec<_> = (0..1_000).map(|number| bc.customer(&number.to_string(), "A")).collect();
    let posts = pass(&bc, 30);
    assert_eq!(told(&posts[0]).len(), 1_000);
    let edit_all = |name: &str| {
        let last = bc.customer(name, "A");
        bc.world.bc(|bc| many.iter().for_each(|id| assert!(bc.edit(Table::Customers, *id, "city", name))));
        last
    };
    edit_all("X");
    let filter = "customers?$filter=lastModifiedDateTime%20gt%202025-03-10T08:00:30.073Z";
    assert_eq!(told(&pass(&bc, 30)[0]), [("collection".to_owned(), filter.to_owned())]);
    let last = edit_all("Y");
    bc.world.bc(|bc| bc.delete(Table::Customers, last));
    assert_eq!(told(&pass(&bc, 30)[0]), [("collection".to_owned(), "customers".to_owned())]);
}

#[test]
fn an_address_that_does_not_answer_is_tried_again_until_the_subscription_goes() {
    let (bc, _) = open(true);
    let made = subscribe(&bc, "customers");
    bc.customer("1", "A");
    let mut posts = pass(&bc, 30);
    let key = format!("('{}')", member(&made, "subscriptionId"));
    for (wait, status) in
        [(60, None), (60, Some(408)), (60, Some(429)), (600, Some(500)), (6_000, Some(503)), (60_000, None)]
    {
        bc.world.post_answered(posts[0].id, status);
        assert_eq!(pass(&bc, wait - 1), [], "{wait}");
        posts = pass(&bc, 1);
        assert_eq!(posts.len(), 1, "{wait}");
    }
    let count = |bc: &Bc| bc.world.bc(|bc| bc.webhooks.subscriptions().count());
    assert_eq!(count(&bc), 1, "{key}");
    bc.world.post_answered(posts[0].id, None);
    assert_eq!((count(&bc), bc.world.next_post_due()), (0, None));
}

#[test]
fn any_other_refusal_deletes_the_subscription_at_once() {
    for status in [301, 400, 401, 404, 410] {
        let (bc, _) = open(true);
        subscribe(&bc, "customers");
        bc.customer("1", "A");
        let posts = pass(&bc, 30);
        bc.world.post_answered(posts[0].id, Some(status));
        assert_eq!(ids(&bc), Vec::<String>::new(), "{status}");
    }
    for status in [200, 202, 204] {
        let (bc, _) = open(true);
        subscribe(&bc, "customers");
        bc.customer("1", "A");
        let posts = pass(&bc, 30);
        bc.world.post_answered(posts[0].id, Some(status));
        assert_eq!(ids(&bc).len(), 1, "{status}");
    }
}

#[test]
fn notifications_get_lost_come_twice_late_or_in_another_order_as_planned() {
    let post = |change: &dyn Fn(&mut sandbox::Mishaps)| {
        let (bc, _) = open(true);
        subscribe(&bc, "customers");
        bc.customer("1", "A");
        bc.world.faults(|faults| change(&mut faults.posts));
        let posts = pass(&bc, 30);
        (bc, posts.len())
    };
    let (bc, count) = post(&|posts| posts.lost = 100);
    assert_eq!((count, bc.world.next_post_due(), ids(&bc).len()), (0, None, 1));
    let (_, count) = post(&|posts| posts.duplicated = 100);
    assert_eq!(count, 2);
    let (bc, count) = post(&|posts| {
        posts.late = 100;
        posts.late_by = SignedDuration::from_secs(90);
    });
    assert_eq!((count, pass(&bc, 89).len(), pass(&bc, 1).len()), (0, 0, 1));

    let urls = |reversed| {
        let (bc, _) = open(true);
        for hook in ["https://a.invalid/x", "https://b.invalid/x"] {
            let made = call(&bc, Method::Post, "", None, &body(&bc, "customers").replace(HOOK, hook));
            assert_eq!(made.status, 201, "{}", text(&made));
        }
        bc.customer("1", "A");
        bc.world.faults(|faults| faults.posts.reversed = reversed);
        pass(&bc, 30).into_iter().map(|post| post.url).collect::<Vec<_>>()
    };
    let (inorder, mut reversed) = (urls(false), urls(true));
    reversed.reverse();
    assert_eq!((inorder.len(), inorder), (2, reversed));
}

#[test]
fn the_delay_can_be_set_and_silence_tells_nothing() {
    let (bc, _) = open(true);
    bc.world.bc(|bc| bc.webhooks.delay = SignedDuration::from_millis(200));
    subscribe(&bc, "customers");
    bc.customer("1", "A");
    bc.world.advance(SignedDuration::from_millis(199));
    assert_eq!(bc.world.due_posts(), []);
    bc.world.advance(SignedDuration::from_millis(1));
    assert_eq!(bc.world.due_posts().len(), 1);
    bc.world.bc(|bc| bc.webhooks.silent = true);
    bc.customer("2", "A");
    assert_eq!(pass(&bc, 30), []);
}

/// Keeps what it is sent, and answers with a status.
struct Letterbox(u16, Mutex<Vec<(String, String)>>);

impl Postman for Letterbox {
    fn send(&self, method: Method, url: &str, body: &str) -> Option<Receipt> {
        assert_eq!(method, Method::Post);
        self.1.lock().unwrap().push((url.to_owned(), body.to_owned()));
        Some(Receipt { status: self.0, body: String::new() })
    }
}

#[test]
fn the_worlds_own_postman_carries_what_is_due_and_its_answer_counts() {
    for (status, stays) in [(200, 1), (410, 0)] {
        let (bc, _) = open(true);
        subscribe(&bc, "customers");
        let letterbox = Arc::new(Letterbox(status, Mutex::default()));
        bc.world.set_postman(Arc::clone(&letterbox) as _);
        let id = bc.customer("1", "A");
        bc.world.advance(SignedDuration::from_secs(29));
        assert_eq!(bc.world.deliver(), 0);
        bc.world.advance(SignedDuration::from_secs(1));
        assert_eq!((bc.world.deliver(), bc.world.deliver()), (1, 0));
        let arrived = letterbox.1.lock().unwrap().clone();
        assert!(arrived[0].0 == HOOK && arrived[0].1.contains(&customer(id)), "{arrived:?}");
        assert_eq!((ids(&bc).len(), bc.world.next_post_due()), (stays, None), "{status}");
    }
}
