//! Nothing of a company is ever written: only subscriptions are, and only through one type.

use std::fs;
use std::path::{Path, PathBuf};

use business_central::{Entity, NewSubscription, Query};
use transport::{Method, Secret};

use crate::scripted::{BASE, COMPANY, CUSTOMER, LOGIN, Service, answer, id, is_of_subscriptions, page};
use crate::subscriptions::SUBSCRIPTION;

#[tokio::test(start_paused = true)]
async fn every_call_is_a_get_except_the_sign_in_and_those_of_subscriptions() {
    let service = Service::new(|call| match call.method {
        Method::Get => page(&[], None),
        Method::Delete => Ok(answer(204, "")),
        Method::Post | Method::Put | Method::Patch => Ok(answer(201, SUBSCRIPTION)),
    });
    let (client, company) = (service.client(), service.company());
    client.sign_in().await.unwrap();
    client.companies().await.unwrap();
    for entity in Entity::ALL {
        company.list(Query::of(entity)).next().await.unwrap();
        company.probe(entity).await.unwrap();
        company.get(Query::of(entity), id(CUSTOMER)).await.unwrap();
    }
    company.contacts_information(id(CUSTOMER)).await.unwrap();
    company.posted_among(&[(id(CUSTOMER), "1".to_owned())]).await.unwrap();
    company.all_posted_ids().await.unwrap();
    company.webhook_supported_resources().await.unwrap();
    client.subscriptions().await.unwrap();
    let wanted = NewSubscription::of(id(COMPANY), Entity::Items, "https://hook.invalid/x", Secret::new("s"));
    let made = client.subscribe(&wanted).await.unwrap();
    client.renew_subscription(&made, &wanted).await.unwrap();
    client.unsubscribe(&made).await.unwrap();
    let mut changes = 0;
    for request in service.requests() {
        if request.url.strip_prefix(BASE).is_some_and(is_of_subscriptions) {
            changes += 1;
            continue;
        }
        let expected = if request.url.starts_with(LOGIN) { Method::Post } else { Method::Get };
        assert_eq!(request.method, expected, "{request:?}");
        assert_eq!(request.body.is_empty(), expected == Method::Get);
    }
    assert_eq!(changes, 4);
}

#[test]
fn the_source_names_no_other_method() {
    let mut uses = Vec::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        uses.extend(text.match_indices("Method::").map(|(at, _)| {
            let name: String = text[at + 8..].chars().take_while(char::is_ascii_alphabetic).collect();
            (file.file_name().unwrap().to_string_lossy().into_owned(), name)
        }));
        assert!(!text.contains("Microsoft.NAV."), "{}: a bound action posts documents", file.display());
    }
    uses.sort();
    // `Change` makes its own addresses, and holds nothing but ids of subscriptions.
    let expected = [
        ("change.rs", "Delete"),
        ("change.rs", "Patch"),
        ("change.rs", "Post"),
        ("client.rs", "Get"),
        ("token.rs", "Post"),
    ];
    assert_eq!(uses, expected.map(|(file, name)| (file.to_owned(), name.to_owned())));
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}
