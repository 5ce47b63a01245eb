//! Links of a profile of simulated services lead to pages that say what is stored.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use app::Settings;
use app::deep_links::Links;
use exact_json::{Map, Value};
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sandbox::{Handled, Incoming, World, credentials};
use sync::flow::Flow;
use sync::store::binding::Binding;
use transport::{Method, SystemClock, SystemRandom};

const ORIGIN: &str = "http://127.0.0.1:8123";

fn settings() -> Settings {
    let text = format!(
        "[business_central]\ntenant = \"{}\"\nenvironment = \"{}\"\ncompany = \"{}\"\nclient_id = \"i\"\napi_url = \"{ORIGIN}/bc\"\n\
         [zoho]\nclient_id = \"z\"\naccounts_url = \"{ORIGIN}/accounts\"\n",
        credentials::TENANT,
        credentials::ENVIRONMENT,
        credentials::COMPANY
    );
    Settings::parse(&text, "ledgerline.toml").unwrap()
}

/// The page behind a link.
fn page(world: &World, link: Option<String>) -> String {
    let link = link.unwrap();
    let incoming = Incoming::new(Method::Get, &link, Vec::new(), Default::default()).unwrap();
    match world.handle(&incoming) {
        Handled::Answer(answer) => {
            assert_eq!(answer.status, 200, "{link}");
            String::from_utf8(answer.body.to_vec()).unwrap()
        }
        other => panic!("{link}: {other:?}"),
    }
}

#[test]
fn every_link_leads_to_what_it_is_about() {
    let world = World::distributor(Arc::new(SystemClock::default()), Arc::new(SystemRandom::default()));
    let bound = Binding {
        tenant: credentials::TENANT.to_owned(),
        environment: credentials::ENVIRONMENT.to_owned(),
        company_id: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
        company_name: credentials::COMPANY.to_owned(),
        zgid: world.zoho(|zoho| zoho.zgid().to_owned()),
    };
    let links = Links::of(&settings(), Some(&bound));
    for (flow, table) in [
        (Flow::Customers, Table::Customers),
        (Flow::Items, Table::Items),
        (Flow::Contacts, Table::Contacts),
        (Flow::Invoices, Table::SalesInvoices),
    ] {
        let (number, id) = world.bc(|bc| {
            let shown = |row: &&Row| flow != Flow::Invoices || row.posted;
            let row = bc.table(table).values().find(shown).unwrap();
            (row.text("number").to_owned(), row.id)
        });
        let html = page(&world, links.business_central(flow, &number));
        assert!(html.contains(&format!("<td>{number}</td>")), "{flow}: {html}");
        assert!(html.contains(&format!("<td>{id}</td>")), "{flow}: {html}");
    }
    let typed = Map::from([("Account_Name".to_owned(), Value::text("Typed by hand"))]);
    let now = world.now();
    let id = world.zoho(|zoho| zoho.person_adds(Module::Accounts, &typed, now)).unwrap();
    assert!(page(&world, links.zoho(Flow::Customers, &id)).contains("Typed by hand"));
    page(&world, links.business_central_home());
    page(&world, links.zoho_home());
}
