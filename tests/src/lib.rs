//! A whole Ledgerline without a face: the engine over the simulated services, in process, on virtual time.
//!
//! A [`Rig`] is one profile against one [`World`]. Tests change either side, run the engine, and look at what Zoho holds.

// This crate is test support: a failed expectation is a failed test.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

pub mod looking;

#[cfg(target_os = "linux")]
pub mod desktop;
pub mod folder;
pub mod http;
pub mod invariants;
pub mod invoicing;
pub mod listening;
pub mod office;
pub mod processes;
pub mod seeds;
pub mod story;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use exact_json::{Decimal, Map, Value};
use jiff::Timestamp;
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sandbox::{InProcess, ORIGIN, World, credentials, seed};
use sync::credit_ledger::CreditLedger;
use sync::engine::{Engine, Origin, Parts, Replay, RunOptions};
use sync::flow::Flow;
use sync::map::MapPolicy;
use sync::org_schema::OrgSchema;
use sync::policy::{BulkPolicy, InvoicesFrom, OnCertain, Policy};
use sync::preview::{self, Preview, PreviewOptions, Tell};
use sync::progress::{Silent, Stop};
use sync::reconcile::{ReconcileOptions, Reconciliation};
use sync::report::{FlowReport, Outcome, RunReport, Trigger};
use sync::store::Store;
use sync::store::failures::{self, Failure};
use sync::writer::Writer;
use transport::{
    Clock, Courier, Patience, Permit, Random, Secret, SeededRandom, TokioClock, Transport, Unmetered,
};
use uuid::Uuid;
use zoho_crm::{AccessToken, Rehearsal, TokenVault};

/// When every simulation begins.
pub const START: &str = "2026-03-02T08:00:00Z";

/// A vault that lives as long as the process that a test plays.
#[derive(Default)]
pub struct MemoryVault {
    token: Mutex<Option<AccessToken>>,
    starts: AtomicU64,
}

impl TokenVault for MemoryVault {
    fn load(&self) -> Option<AccessToken> {
        self.token.lock().unwrap().clone()
    }

    fn store(&self, token: &AccessToken) {
        *self.token.lock().unwrap() = Some(token.clone());
    }

    fn forget(&self) {
        *self.token.lock().unwrap() = None;
    }
}

/// What a profile's settings say, as far as tests change it.
#[derive(Clone)]
pub struct Choices {
    /// As in ledgerline.toml.
    pub origin: Origin,
    /// The client secret of the Entra app.
    pub bc_secret: String,
    /// Zoho's refresh token.
    pub refresh_token: String,
    /// Everything else.
    pub policy: Policy,
    /// Which of several installations this is; most tests have one.
    pub writer: Option<Writer>,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            origin: Origin {
                tenant: credentials::TENANT.to_owned(),
                environment: credentials::ENVIRONMENT.to_owned(),
                company: credentials::COMPANY.to_owned(),
            },
            bc_secret: credentials::BC_CLIENT_SECRET.to_owned(),
            refresh_token: credentials::ZOHO_REFRESH_TOKEN.to_owned(),
            policy: Policy {
                flows: Flow::BY_DEFAULT.to_vec(),
                invoices_from: InvoicesFrom::All,
                by_flow: BTreeMap::new(),
                credit_budget_percent: 100,
                inventory_interval: Duration::from_secs(3600),
                drift_interval: Duration::from_secs(30 * 60),
                safety_interval: Duration::from_secs(30 * 60),
                match_certain: OnCertain::Adopt,
                bulk: BulkPolicy::default(),
                map: MapPolicy::default(),
            },
            writer: None,
        }
    }
}

impl Choices {
    /// With vendors and purchase orders, which are off otherwise.
    #[must_use]
    pub fn purchasing() -> Self {
        let usual = Self::default();
        Self { policy: Policy { flows: Flow::ALL.to_vec(), ..usual.policy }, ..usual }
    }
}

/// One profile against one world.
pub struct Rig {
    /// Both services.
    pub world: World,
    /// The profile's database.
    pub store: Arc<Store>,
    /// The engine.
    pub engine: Engine,
    /// The Zoho client that the engine uses.
    pub zoho: zoho_crm::Client,
    /// Virtual time.
    pub clock: Arc<dyn Clock>,
    /// Asks a run to stop.
    pub stop: Stop,
    vault: Arc<MemoryVault>,
    choices: Choices,
}

impl Rig {
    /// A profile against the seeded distributor, set up.
    pub async fn distributor() -> Self {
        let (clock, random) = outside();
        let rig = Self::over(World::distributor(Arc::clone(&clock), random), clock, Choices::default());
        rig.set_up().await;
        rig
    }

    /// A profile against a company that holds only its set-up tables, set up.
    pub async fn bare() -> Self {
        Self::bare_with(Choices::default()).await
    }

    /// The same with other settings.
    pub async fn bare_with(choices: Choices) -> Self {
        let (clock, random) = outside();
        let world = World::new(Arc::clone(&clock), random);
        world.bc(seed::bare);
        let rig = Self::over(world, clock, choices);
        rig.set_up().await;
        rig
    }

    /// A profile with an empty database against a world.
    #[must_use]
    pub fn over(world: World, clock: Arc<dyn Clock>, choices: Choices) -> Self {
        let store = Arc::new(Store::in_memory().unwrap());
        Self::with_store(world, clock, choices, store, Arc::default())
    }

    /// A profile with this database against a world.
    #[must_use]
    pub fn over_store(world: World, clock: Arc<dyn Clock>, choices: Choices, store: Arc<Store>) -> Self {
        Self::with_store(world, clock, choices, store, Arc::default())
    }

    fn with_store(
        world: World,
        clock: Arc<dyn Clock>,
        choices: Choices,
        store: Arc<Store>,
        vault: Arc<MemoryVault>,
    ) -> Self {
        // Chance goes on over a restart: no two runs of a profile have one id.
        let random: Arc<dyn Random> =
            Arc::new(SeededRandom::new(7 + vault.starts.fetch_add(1, Ordering::Relaxed)));
        let ledger = Arc::new(CreditLedger::new(
            Arc::clone(&store),
            Arc::clone(&clock),
            choices.policy.credit_budget_percent,
        ));
        let transport: Arc<dyn Transport> = Arc::new(InProcess(world.clone()));
        let permit = Arc::clone(&ledger) as Arc<dyn Permit>;
        let parts =
            Self::parts(&world, &transport, permit, &ledger, &clock, random, &choices, &store, &vault);
        let zoho = parts.zoho.clone();
        let engine = Engine::new(parts);
        Self { world, store, engine, zoho, clock, stop: Stop::default(), vault, choices }
    }

    /// What `sync --once` would do now.
    pub async fn preview(&self, tell: &mut Tell<'_>) -> Preview {
        let store = Arc::new(self.store.copy().unwrap());
        let percent = self.choices.policy.credit_budget_percent;
        let ledger = Arc::new(CreditLedger::new(Arc::clone(&store), Arc::clone(&self.clock), percent));
        let network: Arc<dyn Transport> = Arc::new(InProcess(self.world.clone()));
        let leave = Arc::clone(&ledger) as Arc<dyn Permit>;
        let rehearsal = Arc::new(Rehearsal::new(network, leave, Arc::clone(&self.clock)));
        let transport = Arc::clone(&rehearsal) as Arc<dyn Transport>;
        let permit = Arc::clone(&rehearsal) as Arc<dyn Permit>;
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(11));
        let parts = Self::parts(
            &self.world,
            &transport,
            permit,
            &ledger,
            &self.clock,
            random,
            &self.choices,
            &store,
            &self.vault,
        );
        let options = PreviewOptions { flows: None, full: false, shown: usize::MAX };
        preview::preview(parts, &rehearsal, &ledger, &options, tell, &Silent, &self.stop).await.unwrap()
    }

    #[allow(clippy::too_many_arguments, reason = "everything that a profile is made of")]
    fn parts(
        world: &World,
        transport: &Arc<dyn Transport>,
        permit: Arc<dyn Permit>,
        ledger: &Arc<CreditLedger>,
        clock: &Arc<dyn Clock>,
        random: Arc<dyn Random>,
        choices: &Choices,
        store: &Arc<Store>,
        vault: &Arc<MemoryVault>,
    ) -> Parts {
        let direct: Arc<dyn Transport> = Arc::new(InProcess(world.clone()));
        let courier = |transport: &Arc<dyn Transport>, permit: Arc<dyn Permit>| {
            Courier::new(
                4,
                Patience::default(),
                Arc::clone(transport),
                permit,
                Arc::clone(clock),
                Arc::clone(&random),
            )
        };
        let business_central = business_central::Client::new(
            business_central::Settings {
                tenant: choices.origin.tenant.clone(),
                environment: choices.origin.environment.clone(),
                client_id: credentials::BC_CLIENT_ID.to_owned(),
                login_url: format!("{ORIGIN}/login"),
                api_url: format!("{ORIGIN}/bc"),
            },
            Secret::new(&choices.bc_secret),
            courier(&direct, Arc::new(Unmetered)),
            Arc::clone(clock),
        );
        let zoho = zoho_crm::Client::new(
            zoho_crm::Settings {
                client_id: credentials::ZOHO_CLIENT_ID.to_owned(),
                accounts_url: format!("{ORIGIN}/accounts"),
                upload_url: Some(format!("{ORIGIN}/upload")),
            },
            Secret::new(credentials::ZOHO_CLIENT_SECRET),
            Secret::new(&choices.refresh_token),
            courier(transport, permit),
            Arc::clone(clock),
            Arc::clone(vault) as Arc<dyn TokenVault>,
        );
        Parts {
            store: Arc::clone(store),
            business_central,
            zoho,
            clock: Arc::clone(clock),
            random,
            policy: choices.policy.clone(),
            origin: choices.origin.clone(),
            ledger: Arc::clone(ledger),
            writer: choices.writer.clone(),
        }
    }

    /// The same profile after a restart of the program.
    #[must_use]
    pub fn restarted(self) -> Self {
        Self::with_store(self.world, self.clock, self.choices, self.store, self.vault)
    }

    /// The same profile after its database was deleted.
    #[must_use]
    pub fn without_database(self) -> Self {
        let store = Arc::new(Store::in_memory().unwrap());
        Self::with_store(self.world, self.clock, self.choices, store, self.vault)
    }

    /// A copy of the profile's folder, on another computer.
    #[must_use]
    pub fn copied(&self) -> Self {
        let store = Arc::new(self.store.copy().unwrap());
        let (world, clock) = (self.world.clone(), Arc::clone(&self.clock));
        Self::with_store(world, clock, self.choices.clone(), store, Arc::default())
    }

    /// The same database with other settings.
    #[must_use]
    pub fn with(self, change: impl FnOnce(&mut Choices)) -> Self {
        let mut choices = self.choices;
        change(&mut choices);
        Self::with_store(self.world, self.clock, choices, self.store, self.vault)
    }

    /// Creates the fields in Zoho.
    pub async fn set_up(&self) {
        let flows = &self.choices.policy.flows;
        let org = OrgSchema::read(&self.zoho, flows).await.unwrap();
        let plan = sync::setup::plan(&org, flows).in_currency("EUR");
        let result = sync::setup::apply(&self.zoho, &plan, &mut |_| {}).await.unwrap();
        assert!(result.refused.is_empty(), "{:?}", result.refused);
    }

    /// One run as a person starts it.
    pub async fn sync(&self) -> RunReport {
        self.run(Trigger::Manual, false).await
    }

    /// One run of the polling loop.
    pub async fn poll(&self) -> RunReport {
        self.run(Trigger::Schedule, false).await
    }

    /// One run that reads everything and runs every sweep.
    pub async fn full(&self) -> RunReport {
        self.run(Trigger::Manual, true).await
    }

    /// One run that follows the notifications that wait.
    pub async fn follow(&self) -> RunReport {
        self.run(Trigger::Signal, false).await
    }

    async fn run(&self, trigger: Trigger, full: bool) -> RunReport {
        let options = RunOptions { full, ..RunOptions::of(trigger) };
        let report = self.engine.run(&options, &Silent, &self.stop).await;
        for flow in &report.flows {
            let parts = flow.created + flow.updated + flow.unchanged + flow.skipped + flow.failed + flow.held;
            assert_eq!(flow.read, parts, "a record left the count of {}", flow.flow.name());
        }
        report
    }

    /// Tries failures again.
    pub async fn replay(&self, what: Replay) -> RunReport {
        self.engine.replay(&what, &Silent, &self.stop).await
    }

    /// Compares both systems.
    pub async fn compare(&self) -> Reconciliation {
        self.compare_with(false).await
    }

    /// Compares both systems, invoices row by row as well.
    pub async fn compare_lines(&self) -> Reconciliation {
        self.compare_with(true).await
    }

    async fn compare_with(&self, lines: bool) -> Reconciliation {
        let options = ReconcileOptions { check_only: true, confirm_deletions: false, lines };
        self.engine.reconcile(&options, &mut |_| {}, &Silent, &self.stop).await.unwrap()
    }

    /// Compares both systems and insists that they agree.
    pub async fn assert_agrees(&self) {
        let found = self.compare().await;
        assert!(found.agrees, "{:#?}", found.differences.iter().take(10).collect::<Vec<_>>());
    }

    /// The open failures.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure> {
        self.store.read(|tx| failures::list(tx, None)).unwrap()
    }

    /// Lets time pass for everybody.
    pub async fn pass(&self, time: Duration) {
        tokio::time::advance(time).await;
    }

    /// Adds a customer.
    pub fn customer(&self, number: &str, name: &str) -> Uuid {
        self.world.bc(|bc| {
            let contact = format!("CT-{number}");
            let company = Row::new(bc.new_id())
                .with("number", contact.as_str())
                .with("type", "Company")
                .with("displayName", name)
                .with("companyNumber", contact.as_str());
            bc.add(Table::Contacts, company);
            let row = Row::new(bc.new_id())
                .with("number", number)
                .with("displayName", name)
                .with("currencyCode", "EUR")
                .with("companyContact", contact.as_str());
            bc.add(Table::Customers, row)
        })
    }

    /// Adds an item.
    pub fn item(&self, number: &str, name: &str, price: &str) -> Uuid {
        self.world.bc(|bc| {
            let row = Row::new(bc.new_id())
                .with("number", number)
                .with("displayName", name)
                .with("unitPrice", decimal(price));
            bc.add(Table::Items, row)
        })
    }

    /// Adds a vendor.
    pub fn vendor(&self, number: &str, name: &str) -> Uuid {
        self.world.bc(|bc| {
            let row = Row::new(bc.new_id())
                .with("number", number)
                .with("displayName", name)
                .with("currencyCode", "EUR");
            bc.add(Table::Vendors, row)
        })
    }

    /// Adds a person of a customer.
    pub fn person(&self, number: &str, name: &str, customer: &str) -> Uuid {
        self.world.bc(|bc| {
            let row = Row::new(bc.new_id())
                .with("number", number)
                .with("type", "Person")
                .with("displayName", name)
                .with("companyNumber", format!("CT-{customer}"));
            bc.add(Table::Contacts, row)
        })
    }

    /// Posts an invoice.
    pub fn invoice(&self, customer: Uuid, number: &str, lines: &[Line], terms: Terms) -> Uuid {
        self.world.bc(|bc| bc.posted(customer, number, lines, terms)).expect("the customer exists")
    }

    /// A line of an item.
    #[must_use]
    pub fn line(&self, item: Uuid, quantity: &str, price: &str) -> Line {
        self.world.bc(|bc| Line::item(&bc.table(Table::Items)[&item], decimal(quantity), decimal(price)))
    }

    /// All records of a Zoho module, with their rows.
    #[must_use]
    pub fn zoho_records(&self, module: Module) -> Vec<Map> {
        self.world.zoho(|zoho| zoho.records(module))
    }

    /// The one record of a module that has this value in this field.
    #[must_use]
    pub fn zoho_record(&self, module: Module, field: &str, value: &str) -> Map {
        let mut found: Vec<Map> = self
            .zoho_records(module)
            .into_iter()
            .filter(|record| record.get(field).and_then(Value::as_text) == Some(value))
            .collect();
        assert_eq!(found.len(), 1, "{module:?} with {field} = {value}: {found:#?}");
        found.remove(0)
    }

    /// How many record rows were written to Zoho so far.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.world.zoho(|zoho| zoho.counters.record_writes)
    }
}

/// Virtual time and repeatable chance.
#[must_use]
pub fn outside() -> (Arc<dyn Clock>, Arc<dyn Random>) {
    let start: Timestamp = START.parse().unwrap();
    (Arc::new(TokioClock::starting_at(start)), Arc::new(SeededRandom::new(42)))
}

/// A decimal from its text.
#[must_use]
pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// The report of one flow.
#[must_use]
pub fn of(report: &RunReport, flow: Flow) -> FlowReport {
    report.flows.iter().find(|found| found.flow == flow).cloned().expect("the flow was considered")
}

/// Insists that a run was clean.
pub fn assert_clean(report: &RunReport) {
    assert_eq!(report.outcome, Outcome::Clean, "{report:#?}");
}

/// A number in a record.
#[must_use]
pub fn number(record: &Map, field: &str) -> Decimal {
    record.get(field).and_then(Value::as_number).unwrap_or_else(|| panic!("{field} in {record:?}"))
}
