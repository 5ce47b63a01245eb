//! Business Central's client and its simulation agree about webhook subscriptions.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use business_central::{BcId, Changed, Client, Entity, ErrorKind, NewSubscription, Resource, Settings};
use exact_json::Value;
use jiff::SignedDuration;
use sandbox::business_central::schema::Table;
use sandbox::{InProcess, ORIGIN, Postman, Receipt, World, credentials};
use transport::{Courier, Method, Patience, Secret, SeededRandom, TokioClock, Unmetered};

/// An address that returns tokens unless it is told not to, and passes on what it is sent.
struct Hook {
    returns_tokens: AtomicBool,
    arrived: Sender<String>,
}

impl Postman for Hook {
    fn send(&self, _: Method, url: &str, body: &str) -> Option<Receipt> {
        let Some((_, token)) = url.split_once("?validationToken=") else {
            self.arrived.send(body.to_owned()).unwrap();
            return Some(Receipt { status: 200, body: String::new() });
        };
        let body = if self.returns_tokens.load(Ordering::Relaxed) { token } else { "" };
        Some(Receipt { status: 200, body: body.to_owned() })
    }
}

/// A world, a client, and the address.
async fn signed_in() -> (World, Client, BcId, Arc<Hook>, Receiver<String>) {
    let clock = Arc::new(TokioClock::starting_at("2025-09-29T10:00:00Z".parse().unwrap()));
    let random = Arc::new(SeededRandom::new(7));
    let world = World::distributor(Arc::clone(&clock) as _, Arc::clone(&random) as _);
    let (arrived, letters) = channel();
    let hook = Arc::new(Hook { returns_tokens: AtomicBool::new(true), arrived });
    world.set_postman(Arc::clone(&hook) as _);
    let courier = Courier::new(
        4,
        Patience::default(),
        Arc::new(InProcess(world.clone())),
        Arc::new(Unmetered),
        Arc::clone(&clock) as _,
        random,
    );
    let settings = Settings {
        tenant: credentials::TENANT.to_owned(),
        environment: credentials::ENVIRONMENT.to_owned(),
        client_id: credentials::BC_CLIENT_ID.to_owned(),
        login_url: format!("{ORIGIN}/login"),
        api_url: format!("{ORIGIN}/bc"),
    };
    let client = Client::new(settings, Secret::new(credentials::BC_CLIENT_SECRET), courier, clock);
    let company = client.companies().await.unwrap()[0].id;
    (world, client, company, hook, letters)
}

fn wanted(company: BcId, entity: Entity) -> NewSubscription {
    NewSubscription::of(company, entity, "https://hook.invalid/x", Secret::new("s3cret"))
}

#[tokio::test(start_paused = true)]
async fn a_subscription_lives_from_its_making_to_its_end() {
    let (world, client, company, _hook, _letters) = signed_in().await;
    let customers = wanted(company, Entity::Customers);
    let made = client.subscribe(&customers).await.unwrap();
    assert_eq!(made.target(), Some((company, Entity::Customers)));
    let listed = client.subscriptions().await.unwrap();
    assert_eq!((listed.len(), &listed[0].id, listed[0].expires_at), (1, &made.id, made.expires_at));
    world.advance(SignedDuration::from_mins(30));
    let renewed = client.renew_subscription(&made, &customers).await.unwrap();
    assert_eq!(renewed.expires_at.duration_since(made.expires_at), SignedDuration::from_mins(30));
    // An etag that somebody's change made stale is read anew.
    assert_ne!(client.renew_subscription(&made, &customers).await.unwrap().etag, renewed.etag);
    client.unsubscribe(&made).await.unwrap();
    assert!(client.subscriptions().await.unwrap().is_empty());
    client.unsubscribe(&made).await.unwrap();
    let gone = client.renew_subscription(&made, &customers).await.unwrap_err();
    assert_eq!(gone.kind, ErrorKind::RecordNotFound);
}

#[tokio::test(start_paused = true)]
async fn refusals_are_told_apart() {
    let (world, client, company, hook, _letters) = signed_in().await;
    let eligible = client.company(company).webhook_supported_resources().await.unwrap().unwrap();
    assert!(eligible.contains("customers") && !eligible.contains("contacts"), "{eligible:?}");
    let refused = async |entity| client.subscribe(&wanted(company, entity)).await.unwrap_err().kind;
    assert_eq!(refused(Entity::Contacts).await, ErrorKind::NotSubscribable);
    world.bc(|bc| bc.webhooks.limit = 0);
    assert_eq!(refused(Entity::Items).await, ErrorKind::SubscriptionLimit);
    world.bc(|bc| bc.webhooks.limit = 1);
    hook.returns_tokens.store(false, Ordering::Relaxed);
    assert_eq!(refused(Entity::Items).await, ErrorKind::HandshakeFailed);
    world.bc(|bc| bc.webhooks.says_what_is_eligible = false);
    assert_eq!(client.company(company).webhook_supported_resources().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_changed_customer_is_named_in_a_notification() {
    let (world, client, company, _hook, letters) = signed_in().await;
    let made = client.subscribe(&wanted(company, Entity::Customers)).await.unwrap();
    let id = world.bc(|bc| {
        let id = *bc.table(Table::Customers).keys().next().unwrap();
        assert!(bc.edit(Table::Customers, id, "city", "Elsewhere"));
        id
    });
    world.advance(SignedDuration::from_secs(30));
    assert_eq!(world.deliver(), 1);
    let letter = Value::parse(&letters.try_recv().unwrap()).unwrap();
    let all = letter.get("value").and_then(Value::as_list).unwrap();
    let text = |name: &str| all[0].get(name).and_then(Value::as_text).unwrap().to_owned();
    assert_eq!((all.len(), text("changeType"), text("clientState")), (1, "updated".into(), "s3cret".into()));
    assert_eq!(text("subscriptionId"), made.id.as_str());
    let resource = Resource::parse(&text("resource")).unwrap();
    let changed = Changed::Record(id.to_string().parse().unwrap());
    assert_eq!(
        (resource.company, resource.entity(), resource.changed),
        (company, Some(Entity::Customers), changed)
    );
}
