//! A preview says what the sync after it does, and changes nothing anywhere.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use app::open::Mode;
use exact_json::{Map, Value};
use sandbox::World;
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::bulk_plan::{Reason, Way};
use sync::flow::Flow;
use sync::policy::{BulkMode, BulkPolicy, OnDelete};
use sync::preview::{PlannedAction, PlannedRecord, Preview, PreviewOptions};
use sync::progress::{Silent, Stop};
use sync::report::Outcome;
use sync::store::audit::{self, AuditKind};
use tests::folder::Folder;
use tests::story::Story;
use tests::{Choices, Rig, assert_clean, of, outside};
use transport::{Random, SeededRandom};

type Fields = BTreeMap<(Flow, String), Map>;

/// What a preview says and all of its records.
async fn preview(rig: &Rig) -> (Preview, Vec<PlannedRecord>) {
    let mut records = Vec::new();
    let seen = rig
        .preview(&mut |record| {
            records.push(record.clone());
            Ok(())
        })
        .await;
    (seen, records)
}

/// Every field that the preview would write, by record. References to records that are yet to be made have no value to compare.
fn planned(records: &[PlannedRecord]) -> Fields {
    let mut all = Fields::new();
    for record in records {
        let fields = record.fields.iter().map(|change| {
            (change.field.clone(), without_ids(change.after.clone().expect("a write has a value")))
        });
        if !record.fields.is_empty() {
            all.insert((record.flow, record.bc_id.to_string()), fields.collect());
        }
    }
    all
}

/// Every field that was written behind a place in the audit trail, with its last value.
fn written(rig: &Rig, after: i64) -> Fields {
    let mut all = Fields::new();
    for entry in rig.store.read(|tx| audit::behind(tx, after, usize::MAX)).unwrap() {
        if let (AuditKind::Written, Some(flow), Some(id), Some(Value::Object(fields))) =
            (entry.kind, entry.flow, entry.id, entry.after)
        {
            let fields = fields.into_iter().map(|(name, value)| (name, without_ids(value)));
            all.entry((flow, id.to_string())).or_default().extend(fields);
        }
    }
    all
}

/// What Zoho computes is known only once it holds the invoice: the rounding that Adjustment makes up for cannot be foreseen.
fn without_adjustments(fields: &Fields) -> Fields {
    let mut fields = fields.clone();
    for fields in fields.values_mut() {
        fields.remove("Adjustment");
    }
    fields.retain(|_, fields| !fields.is_empty());
    fields
}

/// Ids differ between what would be made and what was.
fn without_ids(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(name, value)| {
                    let value = if name == "id" { Value::text("*") } else { without_ids(value) };
                    (name, value)
                })
                .collect(),
        ),
        Value::List(list) => Value::List(list.into_iter().map(without_ids).collect()),
        other => other,
    }
}

/// Previews, syncs, and insists that the one said what the other did.
async fn preview_then_sync(rig: &Rig, story: &str) {
    let writes = rig.writes();
    let audit_before = rig.store.read(audit::head).unwrap();
    let calls_before = rig.world.zoho(|zoho| zoho.counters.calls.clone());
    let (seen, records) = preview(rig).await;
    assert_eq!(rig.writes(), writes, "{story}: a preview wrote to Zoho");
    assert_eq!(
        rig.store.read(audit::head).unwrap(),
        audit_before,
        "{story}: a preview wrote to the database"
    );
    let calls = rig.world.zoho(|zoho| zoho.counters.calls.clone());
    for (kind, count) in calls {
        let known = [
            "token",
            "deleted",
            "coql",
            "get",
            "list",
            "org",
            "modules",
            "fields",
            "users",
            "currencies",
            "taxes",
        ];
        let reads = known.iter().any(|read| kind.contains(read)) || kind.starts_with("read");
        assert!(reads || calls_before.get(kind) == Some(&count), "{story}: a preview called {kind}");
    }

    let report = rig.sync().await;
    assert_eq!(seen.error, None, "{story}");
    for flow in &seen.flows {
        let done = of(&report, flow.flow);
        let sum = flow.create + flow.update + flow.adopt + flow.flag + flow.delete + flow.unchanged;
        assert_eq!(flow.read, sum + flow.skip + flow.hold + flow.fail, "{story}: {flow:#?}");
        assert_eq!(flow.read, done.read, "{story}: {flow:#?} {done:#?}");
        assert_eq!(
            (flow.skip, flow.hold, flow.fail),
            (done.skipped, done.held, done.failed),
            "{story}: {flow:#?}"
        );
        assert_eq!(flow.create, done.created, "{story}: {flow:#?} {done:#?}");
        // A deleted record that only gives its number to another one counts as unchanged in a report, and so does an adopted one.
        let changed = flow.update + flow.adopt + flow.flag + flow.delete;
        assert!(changed >= done.updated && flow.unchanged <= done.unchanged, "{story}: {flow:#?} {done:#?}");
    }
    let planned = without_adjustments(&planned(&records));
    let written = without_adjustments(&written(rig, audit_before));
    let keys = |fields: &Fields| fields.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&planned), keys(&written), "{story}");
    for (record, fields) in &planned {
        assert_eq!(fields, &written[record], "{story}: {record:?}");
    }
}

/// A company of so many customers with all that belongs to them.
async fn company(size: usize) -> Rig {
    let rig = Rig::bare().await;
    let mut story = Story::new(5);
    (0..size).for_each(|_| story.newcomers(&rig));
    rig
}

#[tokio::test(start_paused = true)]
async fn the_first_load_does_what_its_preview_says() {
    let rig = company(40).await;
    preview_then_sync(&rig, "first load").await;
    let (seen, records) = preview(&rig).await;
    assert_eq!((seen.outcome, records.len()), (Outcome::Clean, 0), "{:#?}", seen.records);
}

#[tokio::test(start_paused = true)]
async fn new_records_refer_to_new_records_by_name() {
    let rig = Rig::bare().await;
    rig.customer("C1", "Adatum");
    rig.person("P1", "Ann Beebe", "C1");
    let (seen, records) = preview(&rig).await;
    let person = records.iter().find(|record| record.flow == Flow::Contacts).expect("the person is planned");
    assert_eq!((person.action, person.zoho_id.as_deref()), (PlannedAction::Create, None));
    let account = person.fields.iter().find(|change| change.field == "Account_Name").unwrap();
    let id = account.after.as_ref().and_then(|value| value.get("id")).and_then(Value::as_text);
    assert_eq!((account.before.as_ref(), id), (None, Some("new: customers C1")));
    assert_eq!(seen.flows.iter().map(|flow| flow.create).sum::<u64>(), 2);
}

#[test]
fn whatever_people_did_on_both_sides_the_sync_does_what_its_preview_says() {
    let seeds = std::env::var("LEDGERLINE_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    for seed in 1..=seeds {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(history(seed));
    }
}

/// A story of edits on both sides, with a preview and a sync after every few.
async fn history(seed: u64) {
    let (clock, _) = outside();
    let world = World::new(Arc::clone(&clock), Arc::new(SeededRandom::new(seed)));
    world.bc(sandbox::seed::bare);
    let mut story = Story::new(seed ^ 0xBEEF);
    let mut choices = Choices::default();
    if seed.is_multiple_of(3) {
        for flow in Flow::BY_DEFAULT {
            choices.policy.by_flow.entry(flow).or_default().on_delete = OnDelete::Delete;
        }
    }
    let rig = Rig::over(world, clock, choices);
    rig.set_up().await;
    (0..6).for_each(|_| story.newcomers(&rig));
    for step in 0..8 {
        let mut told = format!("seed {seed}, step {step}");
        for _ in 0..=story.chance.below(6) {
            told.push_str(&format!("; {}", story.edit(&rig)));
        }
        told.push_str(&format!("; {}", by_hand(&mut story, &rig)));
        rig.pass(Duration::from_secs(60 + story.chance.below(90_000))).await;
        preview_then_sync(&rig, &told).await;
    }
}

/// Somebody does something to a copy in Zoho.
fn by_hand(story: &mut Story, rig: &Rig) -> String {
    let module = story.pick(&[Module::Accounts, Module::Contacts, Module::Products]).unwrap();
    let ids: Vec<String> = rig
        .zoho_records(module)
        .iter()
        .filter_map(|record| record.get("id").and_then(Value::as_text).map(ToOwned::to_owned))
        .collect();
    let Some(id) = story.pick(&ids) else { return "nothing".to_owned() };
    let now = rig.clock.now();
    match story.chance.below(4) {
        // A deleted account or product makes Zoho refuse whatever refers to it, which only Zoho can know.
        0 if module == Module::Contacts => {
            let done = rig.world.zoho(|zoho| zoho.person_deletes(module, &id, now));
            format!("a person deletes {module:?} {id}: {done:?}")
        }
        1 => {
            let values: Map = [("Description".to_owned(), Value::text("by hand"))].into();
            let done = rig.world.zoho(|zoho| zoho.person_edits(module, &id, &values, now));
            format!("a person edits {module:?} {id}: {done:?}")
        }
        _ => "nothing".to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_database_that_was_lost_adopts_what_the_preview_says() {
    let rig = company(30).await;
    assert_clean(&rig.sync().await);
    let rig = rig.without_database();
    let customer = rig.world.bc(|bc| *bc.table(Table::Customers).keys().next().unwrap());
    rig.world.bc(|bc| bc.edit(Table::Customers, customer, "displayName", "Renamed meanwhile"));
    let (seen, _) = preview(&rig).await;
    let customers = seen.flows.iter().find(|flow| flow.flow == Flow::Customers).unwrap();
    assert_eq!((customers.create, customers.adopt), (0, 30), "{customers:#?}");
    preview_then_sync(&rig, "a lost database").await;
}

#[tokio::test(start_paused = true)]
async fn a_number_that_moves_to_a_new_record_is_planned_as_it_will_be() {
    let rig = Rig::bare().await;
    let old = rig.customer("C1", "Old holder");
    let other = rig.customer("C2", "Other");
    assert_clean(&rig.sync().await);
    rig.world.bc(|bc| bc.renumber(Table::Customers, old, "C9"));
    rig.world.bc(|bc| bc.delete(Table::Customers, other));
    rig.customer("C1", "New holder");
    rig.customer("C2", "After the deleted");
    rig.pass(Duration::from_secs(26 * 3600)).await;
    let (seen, records) = preview(&rig).await;
    assert_eq!(seen.outcome, Outcome::Clean, "{:#?}", seen.held);
    let action = |number: &str, action| {
        records.iter().any(|record| record.number.starts_with(number) && record.action == action)
    };
    assert!(action("C1", PlannedAction::Create) && action("C9", PlannedAction::Update), "{records:#?}");
    assert!(action("C2", PlannedAction::Create) && action("C2", PlannedAction::Flag), "{records:#?}");
    preview_then_sync(&rig, "moved numbers").await;
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_a_person_deleted_in_zoho_is_planned_as_a_failure() {
    let rig = Rig::bare().await;
    let customer = rig.customer("C1", "Adatum");
    rig.customer("C2", "Beebe");
    assert_clean(&rig.sync().await);
    let account = rig.zoho_record(Module::Accounts, "BC_Number", "C1");
    let id = account.get("id").and_then(Value::as_text).unwrap().to_owned();
    rig.world.zoho(|zoho| zoho.person_deletes(Module::Accounts, &id, rig.clock.now())).unwrap();
    rig.world.bc(|bc| bc.edit(Table::Customers, customer, "displayName", "Adatum Ltd"));
    rig.pass(Duration::from_secs(600)).await;
    let (seen, _) = preview(&rig).await;
    assert_eq!(
        seen.held.iter().map(|held| held.code.as_deref()).collect::<Vec<_>>(),
        [Some("zoho_record_deleted")]
    );
    preview_then_sync(&rig, "deleted in Zoho").await;
}

#[tokio::test(start_paused = true)]
async fn records_that_may_be_in_zoho_already_are_held_and_then_adopted_as_planned() {
    let rig = Rig::bare().await;
    rig.customer("C1", "Adatum Corporation");
    rig.customer("C2", "Quite Another");
    let values: Map = [("Account_Name".to_owned(), Value::text("Adatum Corporation"))].into();
    rig.world.zoho(|zoho| zoho.person_adds(Module::Accounts, &values, rig.clock.now())).unwrap();
    let (seen, _) = preview(&rig).await;
    assert_eq!(seen.outcome, Outcome::Attention);
    assert_eq!(seen.flow_problems.len(), 1, "{:#?}", seen.flow_problems);
    let customers = &seen.flows[0];
    assert_eq!((customers.create, customers.hold), (0, 2), "{customers:#?}");
    assert!(seen.held.iter().all(|held| held.reason.is_some() && held.cure.is_some()), "{:#?}", seen.held);
    preview_then_sync(&rig, "a closed gate").await;

    let pairs = sync::match_review::list::page(
        &rig.store,
        sync::match_review::list::Filter { flow: Flow::Customers, class: None, decided: false },
        0,
        10,
    )
    .unwrap();
    let by = sync::match_review::decide::By { who: "ann", at: rig.clock.now() };
    let pair = pairs.records[0].candidates[0].proposal;
    let accept = sync::store::decisions::DecisionKind::Accept;
    sync::match_review::decide::choose(&rig.store, &[(pair, accept)], by).unwrap();
    let options = sync::match_review::ReviewOptions {
        flows: None,
        accept_certain: false,
        create_rest: true,
        who: "ann".to_owned(),
    };
    rig.engine.review(&options, &Silent, &rig.stop).await.unwrap();
    let (seen, records) = preview(&rig).await;
    let customers = &seen.flows[0];
    assert_eq!((customers.create, customers.adopt, customers.hold), (1, 1, 0), "{customers:#?}");
    let adopted = records.iter().find(|record| record.action == PlannedAction::Adopt).unwrap();
    assert!(adopted.zoho_id.is_some() && adopted.fields.iter().any(|change| change.field == "BC_Number"));
    preview_then_sync(&rig, "an accepted match").await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_or_fails_is_listed_with_its_reason() {
    let rig = Rig::bare().await;
    rig.customer("C1", "Adatum");
    rig.person("P1", "Nobody's person", "C404");
    let nameless = rig.customer("C2", "");
    assert!(!nameless.is_nil());
    let (seen, records) = preview(&rig).await;
    let troubled: Vec<&PlannedRecord> = records.iter().filter(|record| record.reason.is_some()).collect();
    assert!(!troubled.is_empty(), "{records:#?}");
    for record in &seen.held {
        assert!(record.reason.is_some() && record.cure.is_some() && record.code.is_some(), "{record:#?}");
    }
    let report = rig.sync().await;
    let waits: u64 = report.flows.iter().map(|flow| flow.held + flow.failed).sum();
    assert_eq!(seen.held.len() as u64, waits, "{:#?}", seen.held);
    assert_eq!(seen.outcome == Outcome::Attention, waits > 0);
}

#[tokio::test(start_paused = true)]
async fn credits_and_time_are_about_what_the_sync_takes() {
    let rig = company(250).await;
    rig.world.set_latency(Duration::from_millis(50), Duration::from_millis(100));
    let (seen, _) = preview(&rig).await;
    let report = rig.sync().await;
    let (low, high) = (report.zoho_credits * 80 / 100, report.zoho_credits * 125 / 100);
    assert!(
        (low..=high).contains(&seen.credits.to_come),
        "{:?} and then {}",
        seen.credits,
        report.zoho_credits
    );
    assert!(seen.credits.spent_now < seen.credits.to_come / 2, "{:?}", seen.credits);
    assert_eq!(seen.time.latency_ms, Some(100), "{:?}", seen.time);
    let took = report.finished_at.duration_since(report.started_at).as_secs();
    let planned = i64::try_from(seen.time.seconds).unwrap();
    assert!(planned * 4 >= took && planned <= took * 4, "{planned} s planned, {took} s taken");
}

fn hash(path: &std::path::Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

async fn app_preview(folder: &Folder) -> Preview {
    let options = PreviewOptions { flows: None, full: false, shown: 5 };
    let profile = folder.profile();
    let settings = app::Settings::load(&profile.settings()).unwrap();
    let outside = folder.outside();
    app::preview::preview(&profile, &settings, &outside, &options, &mut |_| Ok(()), &Silent, &Stop::default())
        .await
        .unwrap()
}

fn open_files_without_a_name() -> usize {
    let links = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let targets = links.filter_map(|link| std::fs::read_link(link.path()).ok());
    targets.filter(|target| target.to_string_lossy().contains("etilqs")).count()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_anywhere_while_a_writer_works_beside_it() {
    let rig = company(8).await;
    let (world, clock) = (rig.world.clone(), Arc::clone(&rig.clock));
    let folder = Folder::new(&world, &clock, "\"customers\", \"items\", \"contacts\", \"invoices\"", "0.9");
    // Before anything ran there is no database, and a preview makes none.
    let seen = app_preview(&folder).await;
    assert_eq!(seen.error, None);
    assert!(seen.flows.iter().all(|flow| flow.create > 0) && seen.truncated, "{:#?}", seen.flows);
    assert_eq!(seen.records.len(), 5);
    assert!(!folder.profile().database().exists());
    assert!(seen.notes.iter().any(|note| note.contains("Business Central line")), "{:?}", seen.notes);

    let app = folder.open(Mode::Write);
    let options = sync::engine::RunOptions {
        flows: Some(vec![Flow::Customers]),
        ..sync::engine::RunOptions::of(sync::report::Trigger::Manual)
    };
    assert_clean(&app.engine.run(&options, &Silent, &Stop::default()).await);
    // The writer holds its lock and its database all the while.
    let writes = world.zoho(|zoho| zoho.counters.record_writes);
    let rows = app.store.read(audit::head).unwrap();
    let before = hash(&folder.profile().database());
    let log = folder.path().join("ledgerline.db-wal");
    let log_before = std::fs::read(&log).unwrap();
    let temporary: BTreeSet<_> =
        std::fs::read_dir(std::env::temp_dir()).unwrap().flatten().map(|e| e.path()).collect();
    let seen = app_preview(&folder).await;
    let customers = seen.flows.iter().find(|flow| flow.flow == Flow::Customers).unwrap();
    assert_eq!(
        (customers.create, customers.update),
        (0, 0),
        "it knows what the writer has done: {customers:#?}"
    );
    assert!(seen.flows.iter().any(|flow| flow.create > 0));
    assert_eq!(hash(&folder.profile().database()), before);
    assert_eq!(std::fs::read(&log).unwrap(), log_before);
    assert_eq!(app.store.read(audit::head).unwrap(), rows);
    assert_eq!(world.zoho(|zoho| zoho.counters.record_writes), writes);
    assert_eq!(world.bc(|bc| bc.write_attempts.clone()), Vec::<String>::new());
    let left: Vec<_> = std::fs::read_dir(std::env::temp_dir())
        .unwrap()
        .flatten()
        .map(|e| e.path())
        .filter(|path| !temporary.contains(path) && path.to_string_lossy().contains("etilqs"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(open_files_without_a_name(), 0, "the copy is gone");
}

#[tokio::test(start_paused = true)]
async fn a_preview_keeps_to_the_credit_budget() {
    let rig = company(8).await;
    let (world, clock) = (rig.world.clone(), Arc::clone(&rig.clock));
    let folder = Folder::new(&world, &clock, "\"customers\", \"items\"", "0.9");
    let app = folder.open(Mode::Write);
    app.ledger.set_daily(5_000);
    for _ in 0..450 {
        transport::Permit::ask(&*app.ledger, 10, transport::Purpose::Look).await.unwrap();
    }
    world.zoho(|zoho| zoho.set_edition(sandbox::zoho::Edition::Free, false));
    let used = world.zoho(|zoho| zoho.credits_used());
    let seen = app_preview(&folder).await;
    assert_eq!(seen.error.as_ref().map(|error| error.code.as_str()), Some("zoho_credit_budget"), "{seen:#?}");
    assert_eq!(seen.outcome, Outcome::Failed);
    assert_eq!(world.zoho(|zoho| zoho.credits_used()), used);
}

fn bulk(mode: BulkMode) -> Choices {
    let mut choices = Choices::default();
    choices.policy.flows = vec![Flow::Customers];
    choices.policy.bulk = BulkPolicy { mode, rows_per_job: 40, break_even: 10, ..BulkPolicy::default() };
    choices
}

#[tokio::test(start_paused = true)]
async fn big_numbers_of_new_records_go_the_way_that_the_preview_says() {
    for (mode, way, reason, jobs) in [
        (BulkMode::Auto, Way::Bulk, Reason::Cheaper, 3),
        (BulkMode::Never, Way::Rest, Reason::SwitchedOff, 0),
    ] {
        let rig = Rig::bare_with(bulk(mode)).await;
        rig.world.bc(|bc| sandbox::seed::bulk_customers(bc, 90));
        let (seen, _) = preview(&rig).await;
        let plan = seen.flows[0].way.clone().expect("records are created");
        assert_eq!((plan.way, plan.reason, plan.jobs, plan.creates), (way, reason, jobs, 90));
        let warned = seen.notes.iter().any(|note| note.contains("workflows") && note.contains("--no-bulk"));
        assert_eq!(warned, way == Way::Bulk, "{:?}", seen.notes);
        assert_eq!(rig.world.zoho(|zoho| zoho.bulk_jobs()), 0);
        preview_then_sync(&rig, "by bulk write").await;
        assert_eq!(rig.world.zoho(|zoho| zoho.bulk_jobs()) as u64, jobs);
        let spent = rig.store.read(|tx| sync::store::credits::spent_since(tx, jiff::Timestamp::MIN)).unwrap();
        let (low, high) = (spent * 80 / 100, spent * 130 / 100);
        assert!(
            (low..=high).contains(&(seen.credits.to_come + 10)),
            "{:?}, and {spent} were spent",
            seen.credits
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_preview_beside_a_running_bulk_job_starts_none_and_waits_for_none() {
    let rig = Rig::bare_with(bulk(BulkMode::Auto)).await;
    rig.world.bc(|bc| sandbox::seed::bulk_customers(bc, 30));
    rig.world.zoho(|zoho| zoho.switches.bulk_seconds = 3_600);
    // The program dies while its job runs.
    tokio::select! {
        biased;
        () = tokio::time::sleep(Duration::from_secs(60)) => {}
        report = rig.sync() => panic!("the job ended: {report:#?}"),
    }
    assert_eq!(rig.world.zoho(|zoho| zoho.bulk_jobs()), 1);
    let before = rig.clock.monotonic();
    let (seen, _) = preview(&rig).await;
    assert!(rig.clock.monotonic() - before < Duration::from_secs(60), "it does not wait for the job");
    assert_eq!(rig.world.zoho(|zoho| zoho.bulk_jobs()), 1);
    assert_eq!((seen.flows[0].create, seen.flows[0].hold), (0, 30), "{:#?}", seen.flows[0]);
    assert_eq!(seen.flow_problems.len(), 1, "{:#?}", seen.flow_problems);
    rig.pass(Duration::from_secs(3_700)).await;
    let rig = rig.restarted();
    let (seen, _) = preview(&rig).await;
    assert_eq!((seen.flows[0].hold, seen.flow_problems.len()), (0, 0), "what has ended is read: {seen:#?}");
    assert_clean(&rig.sync().await);
    assert_eq!(rig.zoho_records(Module::Accounts).len(), 30);
}
