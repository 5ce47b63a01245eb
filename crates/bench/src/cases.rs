//! What is measured.

use std::path::PathBuf;
use std::time::Duration;

use crate::Failed;
use crate::measured::{Goal, Measured};
use crate::profile::{Profile, Ran};
use crate::services::{Latency, Services, Usage};
use crate::signals;

/// The cases, in the order of the table.
pub const NAMES: [&str; 7] =
    ["rest-10k", "rest-50k", "bulk-50k", "invoices-20k", "poll-100k", "signals", "million"];

/// Business Central needs 50 ms a page, Zoho 100 ms a call.
pub(crate) const LATENCY: Latency = Latency { business_central: 50, zoho: 100 };

/// Writes of more than ten records, and queries, that Zoho lets one org have under way, in every edition (api-limits).
const AT_ONCE: u64 = 10;

/// Rows of a page of customers, and of invoices with their lines, as Ledgerline asks for them.
const CUSTOMERS_A_PAGE: u64 = 1_000;
const INVOICES_A_PAGE: u64 = 200;

/// Rows of one write (Zoho, insert-records).
const ROWS_A_WRITE: u64 = 100;

/// Rows of one query at the price of one credit, by which invoices' totals are read back.
const TOTALS_A_QUERY: u64 = 200;

/// Rows of one bulk job, and what starting one costs (Zoho, bulk-write).
const ROWS_A_JOB: u64 = 25_000;
const CREDITS_A_JOB: u64 = 500;

/// Runs one case.
pub fn run(name: &str) -> Result<Vec<Measured>, Failed> {
    match name {
        "rest-10k" => customers(10_000, Goal::AboveFloor(Duration::from_secs(1))),
        "rest-50k" => customers(50_000, Goal::OfFloor(125)),
        "bulk-50k" => bulk(50_000),
        "invoices-20k" => invoices(20_000),
        "poll-100k" => poll(),
        "signals" => signals::run(),
        "million" => million(),
        other => Err(format!("{other} is no case")),
    }
}

pub(crate) fn program(name: &str) -> Result<PathBuf, Failed> {
    let own = std::env::current_exe().map_err(|error| format!("the build folder is unknown: {error}"))?;
    let program = own.with_file_name(name);
    if program.exists() { Ok(program) } else { Err(format!("{} is not built", program.display())) }
}

/// Services of that size with a profile that is set up.
fn ready(load: &str, flows: &[&str]) -> Result<(Services, Profile), Failed> {
    let services = Services::start(&program("ledgerline-sandbox")?, load)?;
    let profile = Profile::set_up(&program("ledgerline")?, &services, flows, "10s")?;
    Ok((services, profile))
}

/// How long a run takes that has nothing to copy: sign-ins, metadata, one question for each flow.
fn prelude(flows: &[&str]) -> Result<Duration, Failed> {
    let (services, profile) = ready("customers=0", flows)?;
    services.latency(LATENCY)?;
    Ok(profile.run(&["sync", "--once", "--json"])?.wall)
}

fn sync(services: &Services, profile: &Profile, arguments: &[&str]) -> Result<(Ran, Usage), Failed> {
    let before = services.usage()?;
    let ran = profile.run(arguments)?;
    Ok((ran, services.usage()?.since(&before)))
}

fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

pub(crate) fn calls(usage: &Usage) -> u64 {
    usage.zoho.values().sum()
}

/// A first load of customers by REST.
fn customers(count: u64, goal: Goal) -> Result<Vec<Measured>, Failed> {
    let flows = ["customers"];
    let prelude = prelude(&flows)?;
    let (services, profile) = ready(&format!("customers={count}"), &flows)?;
    services.latency(LATENCY)?;
    let (ran, usage) = sync(&services, &profile, &["sync", "--once", "--json", "--no-bulk"])?;
    ran.created("customers", count)?;
    let pages = count.div_ceil(CUSTOMERS_A_PAGE);
    let writes = count.div_ceil(ROWS_A_WRITE);
    let reading = milliseconds(pages * LATENCY.business_central);
    let writing = milliseconds(writes * LATENCY.zoho / AT_ONCE);
    Ok(vec![Measured {
        what: format!("first load of {count} customers by REST"),
        wall: ran.wall,
        floor: Some(prelude + reading.max(writing)),
        goal,
        business_central: (usage.business_central, Some(pages)),
        zoho: (calls(&usage), Some(writes)),
        credits: (usage.credits, Some(count.div_ceil(10))),
        cpu: ran.cpu,
        services_cpu: usage.cpu,
        peak: ran.peak,
        note: format!("prelude {} ms, database {} MB", prelude.as_millis(), profile.database() / 1_000_000),
    }])
}

/// A first load of customers by bulk write.
fn bulk(count: u64) -> Result<Vec<Measured>, Failed> {
    let flows = ["customers"];
    let (services, profile) = ready(&format!("customers={count}"), &flows)?;
    services.latency(LATENCY)?;
    let (ran, usage) = sync(&services, &profile, &["sync", "--once", "--json"])?;
    ran.created("customers", count)?;
    let jobs = count.div_ceil(ROWS_A_JOB);
    let own = services.admin("zoho/bulk-time", &serde_json::Value::Null)?;
    let own = own.get("milliseconds").and_then(serde_json::Value::as_u64).map(milliseconds);
    Ok(vec![
        Measured {
            what: format!("first load of {count} customers by bulk write"),
            wall: ran.wall,
            floor: own,
            goal: Goal::OfFloor(125),
            business_central: (usage.business_central, Some(count.div_ceil(CUSTOMERS_A_PAGE))),
            zoho: (calls(&usage), None),
            credits: (usage.credits, Some(jobs * CREDITS_A_JOB)),
            cpu: ran.cpu,
            services_cpu: usage.cpu,
            peak: ran.peak,
            note: format!("{jobs} jobs"),
        },
        Measured {
            what: format!("memory of that load of {count} customers"),
            wall: ran.wall,
            floor: None,
            goal: Goal::Memory(40_000_000 / 1_024),
            business_central: (usage.business_central, None),
            zoho: (calls(&usage), None),
            credits: (usage.credits, None),
            cpu: ran.cpu,
            services_cpu: usage.cpu,
            peak: ran.peak,
            note: String::new(),
        },
    ])
}

/// A first load of invoices with five lines each, every total read back.
fn invoices(count: u64) -> Result<Vec<Measured>, Failed> {
    let flows = ["customers", "items", "invoices"];
    let prelude = prelude(&flows)?;
    let (customers, items) = (1_000_u64, 500_u64);
    let load = format!("customers={customers},items={items},invoices={count},lines=5");
    let (services, profile) = ready(&load, &flows)?;
    services.latency(LATENCY)?;
    let (ran, usage) = sync(&services, &profile, &["sync", "--once", "--json"])?;
    ran.created("invoices", count)?;
    let pages = count.div_ceil(INVOICES_A_PAGE) + 2;
    let writes = (count + customers + items).div_ceil(ROWS_A_WRITE);
    let totals = count.div_ceil(TOTALS_A_QUERY);
    let reading = milliseconds(pages * LATENCY.business_central);
    let writing = milliseconds((writes + totals) * LATENCY.zoho / AT_ONCE);
    let each = |cpu: Duration| cpu.as_micros() / u128::from(count);
    Ok(vec![Measured {
        what: format!("first load of {count} invoices with 5 lines, totals verified"),
        wall: ran.wall,
        floor: Some(prelude + reading.max(writing)),
        goal: Goal::OfFloor(200),
        business_central: (usage.business_central, Some(pages)),
        zoho: (calls(&usage), Some(writes + totals)),
        credits: (usage.credits, Some((count + customers + items).div_ceil(10) + totals)),
        cpu: ran.cpu,
        services_cpu: usage.cpu,
        peak: ran.peak,
        note: format!(
            "CPU per invoice: Ledgerline {} µs, services {} µs; prelude {} ms",
            each(ran.cpu),
            each(usage.cpu),
            prelude.as_millis()
        ),
    }])
}

/// Runs of the polling loop in which nothing has changed.
fn poll() -> Result<Vec<Measured>, Failed> {
    const RUNS: u32 = 5;
    let flows = ["customers", "items", "contacts", "invoices"];
    let (services, profile) =
        ready("customers=40000,items=20000,contacts=20000,invoices=20000,lines=5", &flows)?;
    let (ran, usage) = profile.poll(&services, RUNS)?;
    let requests = usage.business_central.div_ceil(u64::from(RUNS));
    if usage.writes > 0 {
        return Err(format!("{} records were written although nothing had changed", usage.writes));
    }
    if requests > 8 {
        return Err(format!(
            "a run without changes made {requests} requests to Business Central; 8 is the limit"
        ));
    }
    Ok(vec![Measured {
        what: "a poll of four flows over 100,000 records, nothing changed".to_owned(),
        wall: ran.wall / RUNS,
        floor: None,
        goal: Goal::Cpu(Duration::from_millis(300)),
        business_central: (requests, None),
        zoho: (calls(&usage) / u64::from(RUNS), None),
        credits: (usage.credits / u64::from(RUNS), None),
        cpu: ran.cpu,
        services_cpu: usage.cpu / RUNS,
        peak: ran.peak,
        note: format!("mean of {RUNS}; the wall time includes the pause of 10 s; no record written"),
    }])
}

/// A million customers: memory of the first load, and CPU time of reading everything again.
fn million() -> Result<Vec<Measured>, Failed> {
    const COUNT: u64 = 1_000_000;
    let (services, profile) = ready(&format!("customers={COUNT}"), &["customers"])?;
    let (ran, usage) = sync(&services, &profile, &["sync", "--once", "--json"])?;
    ran.created("customers", COUNT)?;
    let row = |what: &str, ran: Ran, usage: Usage, goal, note| Measured {
        what: what.to_owned(),
        wall: ran.wall,
        floor: None,
        goal,
        business_central: (usage.business_central, None),
        zoho: (calls(&usage), None),
        credits: (usage.credits, None),
        cpu: ran.cpu,
        services_cpu: usage.cpu,
        peak: ran.peak,
        note,
    };
    let database = format!(
        "database {} MB, services {} MB",
        profile.database() / 1_000_000,
        services.peak_memory() / 1_000
    );
    let first = row(
        "memory of a first load of 1,000,000 customers",
        ran,
        usage,
        Goal::Memory(60_000_000 / 1_024),
        database,
    );
    let (ran, usage) = sync(&services, &profile, &["sync", "--once", "--json", "--full"])?;
    let each = format!("{} µs a row", ran.cpu.as_micros() / u128::from(COUNT));
    let limit = Goal::Cpu(Duration::from_micros(20 * COUNT));
    Ok(vec![first, row("full re-read of 1,000,000 rows, nothing changed", ran, usage, limit, each)])
}
