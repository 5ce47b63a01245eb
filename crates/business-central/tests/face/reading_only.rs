//! Business Central is never written to.

use std::fs;
use std::path::{Path, PathBuf};

use business_central::{Entity, Query};
use transport::Method;

use crate::scripted::{CUSTOMER, LOGIN, Service, id, page};

#[tokio::test(start_paused = true)]
async fn every_call_is_a_get_except_the_sign_in() {
    let service = Service::new(|_| page(&[], None));
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
    for request in service.requests() {
        let expected = if request.url.starts_with(LOGIN) { Method::Post } else { Method::Get };
        assert_eq!(request.method, expected, "{request:?}");
        assert_eq!(request.body.is_empty(), expected == Method::Get);
    }
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
    let expected =
        [("client.rs", "Get"), ("token.rs", "Post")].map(|(file, name)| (file.to_owned(), name.to_owned()));
    assert_eq!(uses, expected);
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}
