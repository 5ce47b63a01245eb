//! Set-up and mapping against a simulated Zoho: what is planned can be made, what is mapped is taken, and totals come back to the cent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use business_central::BcId;
use exact_json::{Decimal, Map, Value};
use sandbox::zoho::Edition;
use sandbox::{InProcess, ORIGIN, World, credentials};
use sync::company_facts::CompanyFacts;
use sync::flow::Flow;
use sync::map::{Context, Links, MapPolicy, Mapped, MappedRecord, NegativeStyle, map_row, repair_lines};
use sync::org_schema::{CustomField, OrgSchema};
use sync::setup::{SetupResult, SetupStep, apply, plan};
use transport::{Clock, Courier, Patience, Random, Secret, SeededRandom, TokioClock, Unmetered};
use zoho_crm::{AccessToken, Client, Module, TokenVault, WriteOptions, ZohoId};

#[derive(Default)]
struct Kept(Mutex<Option<AccessToken>>);

impl TokenVault for Kept {
    fn load(&self) -> Option<AccessToken> {
        self.0.lock().unwrap().clone()
    }

    fn store(&self, token: &AccessToken) {
        *self.0.lock().unwrap() = Some(token.clone());
    }

    fn forget(&self) {
        *self.0.lock().unwrap() = None;
    }
}

/// A simulated org and a client that is signed in there.
fn org() -> (World, Client) {
    let clock: Arc<dyn Clock> = Arc::new(TokioClock::starting_at("2026-11-20T09:00:00Z".parse().unwrap()));
    let random: Arc<dyn Random> = Arc::new(SeededRandom::new(7));
    let world = World::new(Arc::clone(&clock), Arc::clone(&random));
    let courier = Courier::new(
        4,
        Patience::default(),
        Arc::new(InProcess(world.clone())),
        Arc::new(Unmetered),
        Arc::clone(&clock),
        random,
    );
    let settings = zoho_crm::Settings {
        client_id: credentials::ZOHO_CLIENT_ID.to_owned(),
        accounts_url: format!("{ORIGIN}/accounts"),
        upload_url: None,
    };
    let client = Client::new(
        settings,
        Secret::new(credentials::ZOHO_CLIENT_SECRET),
        Secret::new(credentials::ZOHO_REFRESH_TOKEN),
        courier,
        clock,
        Arc::new(Kept::default()),
    );
    (world, client)
}

async fn set_up(client: &Client, flows: &[Flow]) -> (SetupResult, Vec<SetupStep>) {
    let before = OrgSchema::read(client, flows).await.unwrap();
    let mut steps = Vec::new();
    let mut note = |step| steps.push(step);
    let result = apply(client, &plan(&before, flows).in_currency("USD"), &mut note).await.unwrap();
    (result, steps)
}

#[tokio::test(start_paused = true)]
async fn a_bare_org_can_be_set_up_and_then_needs_nothing() {
    let (_world, client) = org();
    let (result, steps) = set_up(&client, &Flow::ALL).await;
    assert_eq!(result.refused, []);
    let fields: usize = Flow::ALL.into_iter().map(|flow| CustomField::of(flow).len()).sum();
    assert_eq!(result.created.len(), fields);
    assert_eq!(steps.len(), 2 * fields + 1);
    let after = OrgSchema::read(&client, &Flow::ALL).await.unwrap();
    for flow in Flow::ALL {
        assert_eq!(after.gate(flow), Ok(()), "{flow}");
        assert_eq!(after.our_field(flow, CustomField::Number), Some("BC_Number"));
    }
    assert!(plan(&after, &Flow::ALL).is_done());
    let balance = after.field(Module::Accounts, "BC_Balance").unwrap();
    assert_eq!((balance.data_type.as_str(), balance.tooltip.as_deref()), ("double", Some("In USD")));
    let product = client.get(Module::Products, result.line_product.as_ref().unwrap()).await.unwrap().unwrap();
    assert_eq!(product["BC_Number"], Value::text("BC-LINE"));
    let (again, _) = set_up(&client, &Flow::ALL).await;
    assert_eq!((again.created.len(), again.line_product), (0, result.line_product));
}

#[tokio::test(start_paused = true)]
async fn a_small_edition_gets_what_it_has_room_for() {
    let (world, client) = org();
    world.zoho(|zoho| zoho.set_edition(Edition::Standard, false));
    let org = OrgSchema::read(&client, &Flow::ALL).await.unwrap();
    let planned = plan(&org, &Flow::ALL);
    let blocked: Vec<_> = planned.blocked.iter().map(|blocked| (blocked.flow, blocked.code)).collect();
    let inventory = [Flow::Items, Flow::Invoices, Flow::Vendors, Flow::PurchaseOrders];
    assert_eq!(blocked, inventory.map(|flow| (flow, "edition_too_small")));
    let (result, _) = set_up(&client, &[Flow::Customers, Flow::Contacts]).await;
    assert_eq!((result.refused.len(), result.created.len()), (0, 13));
    let after = OrgSchema::read(&client, &[Flow::Customers]).await.unwrap();
    let left = plan(&after, &[Flow::Customers]);
    assert_eq!((left.create.len(), left.no_room.len()), (0, 1));
}

/// Links of an org in which everything is there.
struct AllThere {
    account: ZohoId,
    product: ZohoId,
    line_product: ZohoId,
}

impl Links for AllThere {
    fn zoho_id(&self, flow: Flow, _: BcId) -> Option<ZohoId> {
        match flow {
            Flow::Customers => Some(self.account.clone()),
            Flow::Items => Some(self.product.clone()),
            Flow::Contacts | Flow::Invoices | Flow::Vendors | Flow::PurchaseOrders => None,
        }
    }

    fn by_number(&self, _: Flow, _: &str) -> Option<ZohoId> {
        None
    }

    fn customer_of_contact(&self, _: Option<&str>, _: &str) -> Option<BcId> {
        None
    }

    fn line_product(&self) -> Option<ZohoId> {
        Some(self.line_product.clone())
    }

    fn deleted_customers_account(&self) -> Option<ZohoId> {
        None
    }

    fn will_come(&self, _: Flow, _: BcId) -> bool {
        false
    }
}

async fn insert(client: &Client, module: Module, rows: &[Map]) -> Vec<ZohoId> {
    let results = client.insert(module, rows, &WriteOptions::default()).await.unwrap();
    results
        .into_iter()
        .map(|result| result.unwrap_or_else(|error| panic!("{error}: {:?}", error.details)).id)
        .collect()
}

/// Links to an Account and a Product that are made for the purpose.
async fn everything(client: &Client, line_product: ZohoId) -> AllThere {
    let named = |name: &str| Map::from([(name.to_owned(), Value::text("Adatum"))]);
    let account = insert(client, Module::Accounts, &[named("Account_Name")]).await.remove(0);
    let product = insert(client, Module::Products, &[named("Product_Name")]).await.remove(0);
    AllThere { account, product, line_product }
}

/// An invoice of some lines drawn by chance, with amounts rounded as Business Central does.
fn drawn(random: &SeededRandom, at: usize) -> String {
    let amount = |most: u64, scale: u32| Decimal::new(i64::try_from(random.below(most)).unwrap(), scale);
    let mut lines = Vec::new();
    let mut total = amount(3, 2);
    for sequence in 0..random.below(9) {
        let sign = if random.below(5) == 0 { Decimal::from(-1) } else { Decimal::ONE };
        let quantity = sign * amount(9_999, [0, 2, 5][usize::try_from(random.below(3)).unwrap()]);
        let price = amount(999_999, [2, 5][usize::try_from(random.below(2)).unwrap()]);
        let rate =
            [Decimal::ZERO, Decimal::from(19), Decimal::from(7)][usize::try_from(random.below(3)).unwrap()];
        let net = (quantity * price * (Decimal::ONE - amount(40, 2))).round(2);
        let tax = (net * rate * Decimal::new(1, 2)).round(2);
        total += net + tax;
        lines.push(format!(
            r#"{{"id":"00030000-0a1b-f011-9a4a-7c1e52754{sequence:03}","sequence":{sequence},"itemId":"00020000-0a1b-f011-9a4a-7c1e5275406f",
            "lineType":"Item","description":"Line {sequence}","quantity":{quantity},"unitPrice":{price},"taxPercent":{rate},"netAmount":{net},
            "netTaxAmount":{tax}}}"#
        ));
    }
    format!(
        r#"{{"id":"00030005-0a1b-f011-9a4a-7c1e52754{at:03}","number":"1030{at:03}","invoiceDate":"2026-03-14","status":"Paid",
        "customerId":"00010000-0a1b-f011-9a4a-7c1e5275406f","currencyCode":"","pricesIncludeTax":false,
        "totalAmountIncludingTax":{total},"salesInvoiceLines":[{}]}}"#,
        lines.join(",")
    )
}

fn mapped(text: &str, org: &OrgSchema, links: &AllThere, style: NegativeStyle) -> MappedRecord {
    let company = CompanyFacts { local_currency: org.home_currency.clone(), ..CompanyFacts::default() };
    let policy = MapPolicy { negative_style: style, ..MapPolicy::default() };
    let context = Context { org, company: &company, policy: &policy, links };
    match map_row(Flow::Invoices, text, true, &context).unwrap() {
        Mapped::Record(record) => record,
        other => panic!("{other:?}"),
    }
}

fn row(record: &MappedRecord) -> Map {
    let fields = record.fields.iter().filter(|(_, value)| !value.is_null());
    fields.chain(&record.on_create).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[tokio::test(start_paused = true)]
async fn totals_come_back_to_the_cent_without_any_correction() {
    let (world, client) = org();
    world.zoho(|zoho| zoho.add_tax("VAT 19", 19.into()));
    let (result, _) = set_up(&client, &Flow::ALL).await;
    let org = OrgSchema::read(&client, &Flow::ALL).await.unwrap();
    let links = everything(&client, result.line_product.unwrap()).await;
    let random = SeededRandom::new(11);
    let styles = [NegativeStyle::NegativeQuantity, NegativeStyle::NegativePrice, NegativeStyle::ZeroRow];
    let records: Vec<MappedRecord> =
        (0..90).map(|at| mapped(&drawn(&random, at), &org, &links, styles[at % styles.len()])).collect();
    world.zoho(|zoho| zoho.switches.refuse_excess_decimals = true);
    let ids = insert(&client, Module::Invoices, &records.iter().map(row).collect::<Vec<_>>()).await;
    for (record, id) in records.iter().zip(ids) {
        let held = client.get(Module::Invoices, &id).await.unwrap().unwrap();
        let total = held["Grand_Total"].as_number();
        assert_eq!(total, record.expected_total, "{}: {:?}", record.number, record.lines);
        let rows = held["Invoiced_Items"].as_list().unwrap();
        assert_eq!(
            repair_lines(record, rows, &sync::map::RowMap::new()),
            None,
            "what was written needs no repair"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn doubled_and_changed_rows_are_repaired_by_their_ids() {
    let (world, client) = org();
    world.zoho(|zoho| zoho.add_tax("VAT 19", 19.into()));
    let (result, _) = set_up(&client, &Flow::ALL).await;
    let org = OrgSchema::read(&client, &Flow::ALL).await.unwrap();
    let links = everything(&client, result.line_product.unwrap()).await;
    let random = SeededRandom::new(5);
    let texts: Vec<String> = (0..6).map(|at| drawn(&random, at)).collect();
    let records: Vec<MappedRecord> =
        texts.iter().map(|text| mapped(text, &org, &links, NegativeStyle::default())).collect();
    let ids = insert(&client, Module::Invoices, &records.iter().map(row).collect::<Vec<_>>()).await;
    for (at, id) in ids.iter().enumerate() {
        // Each gets the rows of its neighbour and its own once more: as bad as it can be.
        let wanted = &records[(at + 1) % records.len()];
        let doubled = Map::from([
            ("id".to_owned(), Value::text(id.as_str())),
            ("Invoiced_Items".to_owned(), records[at].on_create["Invoiced_Items"].clone()),
        ]);
        client.update(Module::Invoices, &[doubled], &WriteOptions::default()).await.unwrap();
        let held = client.get(Module::Invoices, id).await.unwrap().unwrap();
        let rows = repair_lines(wanted, held["Invoiced_Items"].as_list().unwrap(), &sync::map::RowMap::new())
            .unwrap();
        let repair = Map::from([
            ("id".to_owned(), Value::text(id.as_str())),
            ("Invoiced_Items".to_owned(), Value::List(rows)),
        ]);
        let results = client.update(Module::Invoices, &[repair], &WriteOptions::default()).await.unwrap();
        assert!(results[0].is_ok(), "{results:?}");
        let held = client.get(Module::Invoices, id).await.unwrap().unwrap();
        let rows = held["Invoiced_Items"].as_list().unwrap();
        assert_eq!(
            (rows.len(), repair_lines(wanted, rows, &sync::map::RowMap::new())),
            (wanted.lines.len(), None)
        );
    }
}
