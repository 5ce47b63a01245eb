//! Every payload is read the way the client reads it.

use std::collections::BTreeSet;
use std::fs;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use transport::{
    BoxFuture, Courier, Patience, Request, Response, Secret, SeededRandom, TokioClock, Transport,
    TransportError, Unmetered,
};

use business_central::{
    Changed, Client, Contact, ContactInformation, ContactType, Currency, Customer, CustomerBlocked,
    DetailedLedgerEntry, DocumentStatus, Entity, Error, ErrorKind, GeneralLedgerSetup, Item, ItemType,
    LineType, Lookup, NewSubscription, OrderStatus, PostedSalesInvoice, PurchaseOrder, Query, Resource, Row,
    SalesInvoice, Settings, SignInProblem, Vendor,
};

use crate::material;

/// How a payload is read.
enum Reading {
    /// A page; every row as this type.
    Page(fn(&Row) -> Result<(), Error>),
    /// A record; as this type.
    Record(fn(&Row) -> Result<(), Error>),
    /// The list of companies.
    Companies,
    /// A page of an entity that has no type here; its rows are stripped and nothing else.
    UntypedPage,
    /// A record of an entity that has no type here.
    UntypedRecord,
    /// A refusal with this status.
    Refused(u16, ErrorKind),
    /// A token.
    Token,
    /// No token, with this status.
    NoToken(u16, SignInProblem),
    /// Notifications about these, in this order.
    Notifications(&'static [&'static str]),
    /// The body of a subscription that is made or renewed, exactly.
    SubscriptionSent,
    /// A subscription.
    SubscriptionMade,
    /// So many collections to subscribe to.
    Subscribable(usize),
    /// Nothing that this version asks for, for this reason.
    Unasked(&'static str),
}

fn as_type<T: DeserializeOwned>(row: &Row) -> Result<(), Error> {
    row.decode::<T>().map(drop)
}

#[rustfmt::skip]
fn readings() -> Vec<(&'static str, Reading)> {
    use ErrorKind as Kind;
    use Reading::*;
    vec![
        ("admin.environments.v2.29.json", Unasked("the admin API is not used")),
        ("automate.postedSalesInvoices.page.json", Page(as_type::<PostedSalesInvoice>)),
        ("batch.request.json", Unasked("a request; batches are not used")),
        ("batch.response.real.json", Unasked("batches are not used")),
        ("companies.real.json", Companies),
        ("contact.created.real.json", Record(as_type::<Contact>)),
        ("contacts.page.json", Page(as_type::<Contact>)),
        ("currencies.page.json", Page(as_type::<Currency>)),
        ("customer.contactsInformation.json", Page(as_type::<ContactInformation>)),
        ("customer.defaultDimensions.json", UntypedPage),
        ("customer.expanded.json", Record(as_type::<Customer>)),
        ("customer.single.real.json", Record(as_type::<Customer>)),
        ("customerContacts.page.json", UntypedPage),
        ("customers.edgecases.json", Page(as_type::<Customer>)),
        ("customers.page1.real.json", Page(as_type::<Customer>)),
        ("customers.page2-empty.real.json", Page(as_type::<Customer>)),
        ("entityDefinitions.customers.real-abridged.json", UntypedPage),
        ("environments.v1.2.json", Unasked("the list of environments is not used")),
        ("error.400.lines-without-parent.json", Refused(400, Kind::BadRequest)),
        ("error.400.missing-if-match.json", Refused(400, Kind::BadRequest)),
        ("error.400.no-such-property.real.json", Refused(400, Kind::BadRequest)),
        ("error.400.orderby-computed.json", Refused(400, Kind::BadRequest)),
        ("error.400.read-only-property.json", Refused(400, Kind::BadRequest)),
        ("error.401.gateway.xml", Refused(401, Kind::Unauthorized)),
        ("error.401.invalid-credentials.json", Refused(401, Kind::Unauthorized)),
        ("error.404.bad-key.json", Refused(404, Kind::BadRequest)),
        ("error.404.no-environment.real.xml", Refused(404, Kind::EnvironmentNotFound)),
        ("error.404.no-such-segment.real.json", Refused(404, Kind::ApiAbsent)),
        ("error.404.record-not-found.UNVERIFIED.json", Refused(404, Kind::RecordNotFound)),
        ("error.409.entity-changed.json", Refused(409, Kind::BadRequest)),
        ("error.429.json", Refused(429, Kind::Throttled)),
        ("error.bad-company.json", Refused(404, Kind::CompanyNotFound)),
        ("error.duplicate-key.json", Refused(400, Kind::BadRequest)),
        ("error.permission.json", Refused(403, Kind::Permission)),
        ("generalLedgerSetup.json", Page(as_type::<GeneralLedgerSetup>)),
        ("item.picture.json", UntypedRecord),
        ("itemCategories.page.json", UntypedPage),
        ("items.page.json", Page(as_type::<Item>)),
        ("notification.collection.filtered.json", Notifications(&["since 2025-09-29T10:22:52.313Z"])),
        ("notification.collection.unfiltered.json", Notifications(&["everything"])),
        ("notification.multi.json", Notifications(&["record", "record", "record"])),
        ("notification.single.real.json", Notifications(&["record"])),
        ("paymentTerms.page.json", Page(as_type::<business_central::PaymentTerm>)),
        ("purchaseOrder.draft.json", Record(as_type::<PurchaseOrder>)),
        ("purchaseOrder.open.expanded.json", Record(as_type::<PurchaseOrder>)),
        ("reportsFinance.customerLedgerEntries.page.json", UntypedPage),
        ("reportsFinance.detailedCustomerLedgerEntries.page.json", Page(as_type::<DetailedLedgerEntry>)),
        ("salesCreditMemo.corrective.expanded.json", UntypedRecord),
        ("salesInvoice.canceled.json", Record(as_type::<SalesInvoice>)),
        ("salesInvoice.draft.json", Record(as_type::<SalesInvoice>)),
        ("salesInvoice.eur.pricesIncludeTax.json", Record(as_type::<SalesInvoice>)),
        ("salesInvoice.open-but-unposted.json", Record(as_type::<SalesInvoice>)),
        ("salesInvoice.open.partially-paid.json", Record(as_type::<SalesInvoice>)),
        ("salesInvoice.paid.expanded.json", Record(as_type::<SalesInvoice>)),
        ("salesOrders.expanded.real.json", UntypedPage),
        ("subscription.create.request.json", SubscriptionSent),
        ("subscription.created.real.json", SubscriptionMade),
        ("subscription.renew.request.json", SubscriptionSent),
        ("taxAreas.page.json", UntypedPage),
        ("taxGroups.page.json", UntypedPage),
        ("token.error.AADSTS1002012.json", NoToken(400, SignInProblem::ScopeRefused)),
        ("token.error.AADSTS500011.json", NoToken(400, SignInProblem::ResourceAbsent)),
        ("token.error.AADSTS700016.json", NoToken(400, SignInProblem::AppNotInTenant)),
        ("token.error.AADSTS7000215.json", NoToken(401, SignInProblem::SecretWrong)),
        ("token.error.AADSTS7000222.json", NoToken(401, SignInProblem::SecretExpired)),
        ("token.error.AADSTS90002.json", NoToken(400, SignInProblem::TenantNotFound)),
        ("token.ok.json", Token),
        ("unitsOfMeasure.page.json", UntypedPage),
        ("vendors.page.json", Page(as_type::<Vendor>)),
        ("webhookSupportedResources.json", Subscribable(22)),
    ]
}

/// Answers every request of Business Central with one payload, and every sign-in with another one.
struct Playback {
    sign_in: Response,
    data: Response,
    /// Addresses and bodies.
    sent: Mutex<Vec<(String, Bytes)>>,
}

impl Transport for Playback {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        self.sent.lock().unwrap().push((request.url.clone(), request.body.clone()));
        let answer = if request.url.contains("/oauth2/") { &self.sign_in } else { &self.data };
        Box::pin(std::future::ready(Ok(answer.clone())))
    }
}

fn response(status: u16, file: &str, body: Vec<u8>) -> Response {
    let kind = if file.ends_with(".xml") { "application/xml" } else { "application/json" };
    Response { status, headers: vec![("Content-Type".to_owned(), kind.to_owned())], body: Bytes::from(body) }
}

fn client(sign_in: Response, data: Response) -> Client {
    client_of(Arc::new(Playback { sign_in, data, sent: Mutex::default() }))
}

fn client_of(transport: Arc<dyn Transport>) -> Client {
    // The recorded next page lies on this service.
    let settings = Settings {
        tenant: "5c6241d0-74cc-48a2-b667-3eb0d738af72".to_owned(),
        environment: "Production".to_owned(),
        client_id: "app".to_owned(),
        login_url: business_central::LOGIN_URL.to_owned(),
        api_url: business_central::API_URL.to_owned(),
    };
    let clock = Arc::new(TokioClock::starting_at("2025-09-29T10:00:00Z".parse().unwrap()));
    let random = Arc::new(SeededRandom::new(7));
    let courier =
        Courier::new(1, Patience::default(), transport, Arc::new(Unmetered), Arc::clone(&clock) as _, random);
    Client::new(settings, Secret::new("s"), courier, clock)
}

fn read_sample(file: &str) -> Option<Vec<u8>> {
    Some(fs::read(material()?.join("samples").join(file)).unwrap())
}

fn good_token() -> Response {
    response(200, "token.json", br#"{"expires_in":3599,"access_token":"t"}"#.to_vec())
}

async fn rows(status: u16, file: &str, body: Vec<u8>) -> Result<Vec<Row>, Error> {
    let client = client(good_token(), response(status, file, body));
    let company = client.company("b18aed47-c385-49d2-b954-dbdf8ad71780".parse().unwrap());
    let page = company.list(Query::of(Entity::Customers)).next().await?;
    Ok(page.map(|page| page.rows).unwrap_or_default())
}

async fn record(file: &str, body: Vec<u8>) -> Result<Row, Error> {
    let client = client(good_token(), response(200, file, body));
    let id = "b18aed47-c385-49d2-b954-dbdf8ad71780".parse().unwrap();
    match client.company(id).get(Query::of(Entity::Customers), id).await? {
        Lookup::Found(row) => Ok(row),
        Lookup::Absent => panic!("{file}: absent"),
    }
}

#[test]
fn every_payload_has_a_reading() {
    let Some(folder) = material() else { return };
    let names: BTreeSet<String> = fs::read_dir(folder.join("samples"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "MANIFEST.json")
        .collect();
    let listed: BTreeSet<String> = readings().into_iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, listed);
}

#[tokio::test(start_paused = true)]
async fn every_payload_is_read_as_what_it_is() {
    for (file, reading) in readings() {
        let Some(body) = read_sample(file) else { return };
        match reading {
            Reading::Page(decode) => {
                for row in rows(200, file, body).await.unwrap_or_else(|error| panic!("{file}: {error}")) {
                    check_text(file, &row);
                    decode(&row).unwrap_or_else(|error| panic!("{file}: {error}"));
                }
            }
            Reading::Record(decode) => {
                let row = record(file, body).await.unwrap_or_else(|error| panic!("{file}: {error}"));
                check_text(file, &row);
                decode(&row).unwrap_or_else(|error| panic!("{file}: {error}"));
            }
            Reading::UntypedPage => {
                let rows = rows(200, file, body).await.unwrap_or_else(|error| panic!("{file}: {error}"));
                rows.iter().for_each(|row| check_text(file, row));
            }
            Reading::UntypedRecord => {
                check_text(file, &record(file, body).await.unwrap_or_else(|error| panic!("{file}: {error}")));
            }
            Reading::Companies => {
                let companies = client(good_token(), response(200, file, body)).companies().await.unwrap();
                let labels: Vec<&str> = companies.iter().map(business_central::Company::label).collect();
                assert_eq!(labels, ["My Company", "Rebel Sp. z o.o."]);
            }
            Reading::Refused(status, kind) => {
                let has_id = String::from_utf8_lossy(&body).contains("CorrelationId");
                let error = rows(status, file, body).await.unwrap_err();
                assert_eq!(error.kind, kind, "{file}");
                assert_eq!(error.correlation_id.is_some(), has_id, "{file}");
                assert!(!error.message.contains("CorrelationId"), "{file}: {}", error.message);
            }
            Reading::Token => {
                client(response(200, file, body), good_token()).sign_in().await.unwrap();
            }
            Reading::NoToken(status, problem) => {
                let error = client(response(status, file, body), good_token()).sign_in().await.unwrap_err();
                assert_eq!(error.kind, ErrorKind::SignIn(problem), "{file}");
                assert_eq!(error.correlation_id.as_deref(), Some("22222222-2222-4222-8222-222222222222"));
                assert!(!error.message.contains("Trace ID"), "{file}");
            }
            Reading::Notifications(expected) => {
                let text = String::from_utf8(body).unwrap();
                let value = exact_json::Value::parse(&text).unwrap();
                let all = value.get("value").and_then(exact_json::Value::as_list).unwrap();
                let read = |one: &exact_json::Value| {
                    let text = one.get("resource").and_then(exact_json::Value::as_text).unwrap();
                    let resource = Resource::parse(text).unwrap();
                    assert!(resource.entity().is_some(), "{file}: {text}");
                    match resource.changed {
                        Changed::Record(_) => "record".to_owned(),
                        Changed::Since(moment) => format!("since {moment}"),
                        Changed::Everything => "everything".to_owned(),
                    }
                };
                assert_eq!(all.iter().map(read).collect::<Vec<_>>(), expected, "{file}");
            }
            Reading::SubscriptionSent => check_sent(file, &body).await,
            Reading::SubscriptionMade => {
                let client = client(good_token(), response(201, file, body));
                let made = client.subscribe(&wanted()).await.unwrap();
                assert_eq!(made.id.as_str(), "270135334a7d433e9009dde078e9e29c");
                assert_eq!(made.client_state.reveal(), "testClientState");
                assert_eq!(made.expires_at.to_string(), "2025-10-02T09:58:45Z");
                assert_eq!(made.target().map(|(_, entity)| entity), Some(Entity::Items));
            }
            Reading::Subscribable(count) => {
                let client = client(good_token(), response(200, file, body));
                let company = client.company("b18aed47-c385-49d2-b954-dbdf8ad71780".parse().unwrap());
                let names = company.webhook_supported_resources().await.unwrap().unwrap();
                assert_eq!(names.len(), count, "{file}");
                assert!(names.contains("customers") && !names.contains("contacts"), "{names:?}");
            }
            Reading::Unasked(reason) => assert!(!reason.is_empty()),
        }
    }
}

/// What the samples subscribe to.
fn wanted() -> NewSubscription {
    let company = "b18aed47-c385-49d2-b954-dbdf8ad71780".parse().unwrap();
    NewSubscription::of(
        company,
        Entity::Customers,
        "https://hook.example.com/bc",
        Secret::new("opaque-secret"),
    )
}

/// What goes out for a subscription, and for its renewal, is the sample.
async fn check_sent(file: &str, sample: &[u8]) {
    let made = read_sample("subscription.created.real.json").unwrap();
    let playback =
        Arc::new(Playback { sign_in: good_token(), data: response(201, file, made), sent: Mutex::default() });
    let client = client_of(Arc::clone(&playback) as _);
    let made = client.subscribe(&wanted()).await.unwrap();
    client.renew_subscription(&made, &wanted()).await.unwrap();
    let json = |bytes: &[u8]| exact_json::Value::parse(str::from_utf8(bytes).unwrap()).unwrap();
    let sent = playback.sent.lock().unwrap();
    let bodies: Vec<_> = sent.iter().filter(|(address, _)| !address.contains("/oauth2/")).collect();
    assert_eq!(bodies.len(), 2);
    assert!(bodies.iter().all(|(_, body)| json(body) == json(sample)), "{file}");
}

/// The fast pass keeps what a slow, thorough reading keeps.
fn check_text(file: &str, row: &Row) {
    let text = row.text();
    assert!(!text.contains("@odata."), "{file}");
    let value = exact_json::Value::parse(text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let again = exact_json::Value::parse(&business_central::row_text::strip(text).text).unwrap();
    assert_eq!(value, again, "{file}");
    assert!(!text.contains("\": ") && !text.contains('\n'), "{file}: not compact");
}

#[tokio::test(start_paused = true)]
async fn a_customer_of_a_real_tenant_is_read() {
    let Some(body) = read_sample("customers.page1.real.json") else {
        return;
    };
    let rows = rows(200, "customers.page1.real.json", body).await.unwrap();
    assert_eq!(rows[1].etag(), Some("W/\"JzE5OzUxMjE0Nzc3NzkwMzgwODUyMDkxOzAwOyc=\""));
    assert_eq!(rows[1].modified().unwrap().to_string(), "2025-03-05T19:19:22.37Z");
    let customer: Customer = rows[1].decode().unwrap();
    assert_eq!(customer.number.as_deref(), Some("20000"));
    assert_eq!(customer.r#type, Some(ContactType::Company));
    assert_eq!(customer.balance_due.to_string(), "3036.6");
    assert_eq!((customer.blocked, customer.currency_id, customer.website), (None, None, None));
    assert_eq!(customer.currency_code.as_deref(), Some("USD"));
}

#[tokio::test(start_paused = true)]
async fn what_is_expanded_with_a_customer_is_read() {
    let Some(body) = read_sample("customer.expanded.json") else {
        return;
    };
    let customer: Customer = record("customer.expanded.json", body).await.unwrap().decode().unwrap();
    assert_eq!(customer.customer_financial_detail.unwrap().balance.to_string(), "1020.6");
    assert_eq!(customer.payment_term.unwrap().display_name.as_deref(), Some("1 Month/2% 8 days"));
}

#[tokio::test(start_paused = true)]
async fn odd_customers_are_read() {
    let Some(body) = read_sample("customers.edgecases.json") else {
        return;
    };
    let rows = rows(200, "customers.edgecases.json", body).await.unwrap();
    let customers: Vec<Customer> = rows.iter().map(|row| row.decode().unwrap()).collect();
    assert!(customers.iter().any(|customer| customer.blocked == Some(CustomerBlocked::All)));
    assert!(customers.iter().any(|customer| customer.r#type == Some(ContactType::Person)));
}

#[tokio::test(start_paused = true)]
async fn an_invoice_is_read_with_its_lines() {
    let Some(body) = read_sample("salesInvoice.paid.expanded.json") else {
        return;
    };
    let invoice: SalesInvoice =
        record("salesInvoice.paid.expanded.json", body).await.unwrap().decode().unwrap();
    assert_eq!(invoice.status, Some(DocumentStatus::Paid));
    assert_eq!(invoice.total_amount_including_tax.to_string(), "1195.35");
    assert_eq!(invoice.order_number.as_deref(), Some("S-ORD101001"));
    let kinds: Vec<&LineType> = invoice.lines.iter().filter_map(|line| line.line_type.as_ref()).collect();
    for kind in [LineType::Item, LineType::Comment, LineType::Account, LineType::Resource] {
        assert!(kinds.contains(&&kind), "{kind}");
    }
    let net: exact_json::Decimal = invoice.lines.iter().map(|line| line.net_amount).sum();
    assert_eq!(net, invoice.total_amount_excluding_tax);
    assert!(invoice.lines.iter().any(|line| line.quantity.is_negative()));
}

#[tokio::test(start_paused = true)]
async fn encoded_enums_are_decoded() {
    let Some(body) = read_sample("items.page.json") else {
        return;
    };
    let items = rows(200, "items.page.json", body).await.unwrap();
    let kinds: BTreeSet<ItemType> =
        items.iter().filter_map(|row| row.decode::<Item>().unwrap().r#type).collect();
    assert_eq!(kinds, BTreeSet::from([ItemType::Inventory, ItemType::Service, ItemType::NonInventory]));
    let Some(body) = read_sample("purchaseOrder.draft.json") else {
        return;
    };
    let order: PurchaseOrder = record("purchaseOrder.draft.json", body).await.unwrap().decode().unwrap();
    assert_eq!((order.status, order.requested_receipt_date), (Some(OrderStatus::Draft), None));
}
