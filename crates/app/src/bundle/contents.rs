//! What the files of an archive say, before anything is replaced: numbers, codes and times of the profile, and no record's data.

use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use sync::flow::Flow;
use sync::reconcile::Compared;
use sync::report::{Calls, FlowReport, ReportedError, ReportedFlowProblem};
use sync::store::failure_groups::{self, GroupKey};
use sync::store::{Store, StoreError, comparisons, failures, runs};

use crate::doctor::{Diagnosis, Verdict};
use crate::secrets::{Environment, SecretName};
use crate::settings::Settings;
use crate::status::{self, Credits, LastRun};
use crate::{alerts, profile::Profile};

/// So many runs are listed.
const RUNS: usize = 50;

/// So many problems are listed, where the user wants them to be.
const RECORDS: usize = 1_000;

/// Variables that say how the program was started, and hold nothing private by themselves.
const VARIABLES: [&str; 5] =
    ["LEDGERLINE_LOG", "LANG", "XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE", "DESKTOP_SESSION"];

/// Messages with these codes are made of companies' names.
const NAMES_COMPANIES: [&str; 5] =
    ["company", "company_not_found", "zoho_sign_in", "other_company_or_org", "profile_bound"];

/// The program and what it runs on.
#[derive(Serialize)]
struct System {
    ledgerline: &'static str,
    made_at: String,
    system: &'static str,
    architecture: &'static str,
    release: Option<String>,
    time_zone: Option<String>,
    folder: String,
    database_bytes: Option<u64>,
    variables: Vec<(&'static str, String)>,
    /// Which secrets come from the environment; where the others are, only the keychain knows.
    secrets_in_environment: Vec<&'static str>,
}

/// The program and what it runs on.
pub(super) fn system(profile: &Profile, environment: Environment<'_>, now: &Zoned) -> String {
    let release = std::fs::read_to_string("/etc/os-release").ok();
    let release =
        release.as_deref().and_then(|text| text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")));
    let in_environment = |name: &SecretName| crate::secrets::from_environment(environment, *name).is_some();
    print(&System {
        ledgerline: env!("CARGO_PKG_VERSION"),
        made_at: now.to_string(),
        system: std::env::consts::OS,
        architecture: std::env::consts::ARCH,
        release: release.map(|name| name.trim_matches('"').to_owned()),
        time_zone: now.time_zone().iana_name().map(ToOwned::to_owned),
        folder: profile.folder().display().to_string(),
        database_bytes: std::fs::metadata(profile.database()).ok().map(|found| found.len()),
        variables: VARIABLES.iter().filter_map(|name| Some((*name, environment(name)?))).collect(),
        secrets_in_environment: SecretName::PROVIDED
            .iter()
            .filter(|name| in_environment(name))
            .filter_map(|name| name.variable())
            .collect(),
    })
}

/// How things stand.
#[derive(Serialize)]
struct Standing {
    light: alerts::Light,
    sentence: String,
    code: Option<String>,
    since: Option<Timestamp>,
    last_run: Option<LastRun>,
    next_run_at: Option<Timestamp>,
    flows: Vec<FlowInNumbers>,
    credits: Credits,
    comparison: Option<Comparison>,
}

#[derive(Serialize)]
struct FlowInNumbers {
    flow: Flow,
    business_central: u64,
    zoho: u64,
    problems: u64,
    warnings: u64,
}

/// A comparison without sums.
#[derive(Serialize)]
struct Comparison {
    at: Timestamp,
    cause: &'static str,
    agrees: Option<bool>,
    kinds: Vec<(&'static str, u64)>,
    sentence: Option<String>,
}

impl Comparison {
    fn of(compared: Compared, with_records: bool) -> Self {
        Self {
            at: compared.at,
            cause: compared.cause.name(),
            agrees: compared.agrees,
            kinds: compared.kinds.iter().map(|found| (found.kind.name(), found.count)).collect(),
            // It holds sums of invoices.
            sentence: with_records.then_some(compared.sentence),
        }
    }
}

/// How things stand.
pub(super) fn standing(
    store: &Store,
    settings: &Settings,
    now: &Zoned,
    with_records: bool,
) -> Result<String, StoreError> {
    let state = alerts::state(&alerts::facts_of(store, settings, now.clone())?);
    let status = status::status(store, &settings.sync, now.timestamp())?;
    let comparison = store.read(comparisons::last)?;
    Ok(print(&Standing {
        light: state.light,
        sentence: state.sentence,
        code: state.code,
        since: state.since,
        last_run: status.last_run,
        next_run_at: status.next_run_at,
        flows: status
            .flows
            .into_iter()
            .map(|flow| FlowInNumbers {
                flow: flow.flow,
                business_central: flow.business_central,
                zoho: flow.zoho,
                problems: flow.problems,
                warnings: flow.warnings,
            })
            .collect(),
        credits: status.credits,
        comparison: comparison.map(|compared| Comparison::of(compared, with_records)),
    }))
}

/// Open problems by cause.
#[derive(Serialize)]
struct Problems {
    causes: Vec<CauseInNumbers>,
    flows: Vec<FlowInWords>,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<Vec<status::Problem>>,
}

#[derive(Serialize)]
struct CauseInNumbers {
    #[serde(flatten)]
    cause: GroupKey,
    class: &'static str,
    held: bool,
    count: u64,
    since: Timestamp,
    next_try: Option<Timestamp>,
}

#[derive(Serialize)]
struct FlowInWords {
    flow: Flow,
    code: String,
    since: Timestamp,
    message: Option<String>,
}

/// Open problems by cause; single ones with what is said of them only where the user wants that.
pub(super) fn problems(store: &Store, with_records: bool) -> Result<String, StoreError> {
    let (groups, flows) =
        store.read(|tx| Ok((failure_groups::groups(tx)?, failures::flow_problems(tx, None)?)))?;
    let mut records = if with_records { Some(status::problems(store)?) } else { None };
    if let Some(records) = &mut records {
        records.truncate(RECORDS);
    }
    let causes = groups.into_iter().map(|group| CauseInNumbers {
        class: group.newest.class.name(),
        held: group.newest.held,
        count: group.count,
        since: group.first_at,
        next_try: group.retry_at,
        cause: group.key,
    });
    let flows = flows.into_iter().map(|problem| FlowInWords {
        flow: problem.flow,
        code: problem.code,
        since: problem.at,
        message: with_records.then_some(problem.message),
    });
    Ok(print(&Problems { causes: causes.collect(), flows: flows.collect(), records }))
}

/// One run as an archive shows it.
#[derive(Serialize)]
struct RunInShort {
    run_id: String,
    trigger: String,
    started_at: Timestamp,
    finished_at: Option<Timestamp>,
    outcome: Option<String>,
    #[serde(flatten)]
    report: Option<ReportInShort>,
}

/// What of a report may leave the computer.
#[derive(Serialize, Deserialize)]
struct ReportInShort {
    flows: Vec<FlowReport>,
    calls: Calls,
    zoho_credits: u64,
    #[serde(default)]
    flow_problems: Vec<FlowAndCode>,
    error: Option<ReportedError>,
    resumes_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct FlowAndCode {
    flow: Flow,
    code: String,
}

impl From<ReportedFlowProblem> for FlowAndCode {
    fn from(problem: ReportedFlowProblem) -> Self {
        Self { flow: problem.flow, code: problem.code }
    }
}

/// The last runs.
pub(super) fn runs(store: &Store) -> Result<String, StoreError> {
    let listed = store.read(|tx| runs::list(tx, RUNS))?;
    let shown = listed.into_iter().map(|run| RunInShort {
        report: run.report.and_then(|text| serde_json::from_str(&text).ok()).map(without_names),
        run_id: run.run_id,
        trigger: run.trigger,
        started_at: run.started_at,
        finished_at: run.finished_at,
        outcome: run.outcome,
    });
    Ok(print(&shown.collect::<Vec<_>>()))
}

fn without_names(mut report: ReportInShort) -> ReportInShort {
    if let Some(error) = &mut report.error {
        error.message = unnamed(&error.code, &error.message);
    }
    report
}

fn unnamed(code: &str, message: &str) -> String {
    if NAMES_COMPANIES.contains(&code) {
        "[left out: names of companies]".to_owned()
    } else {
        message.to_owned()
    }
}

/// What `doctor` found.
pub(super) fn diagnosis(diagnosis: &Diagnosis) -> String {
    let mut text = String::new();
    for finding in &diagnosis.findings {
        let mark = match finding.verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Problem => "PROBLEM",
        };
        let message = unnamed(&finding.code, &finding.message);
        text.push_str(&format!("{mark}  {} ({}): {message}\n", finding.subject, finding.code));
    }
    if diagnosis.incomplete {
        text.push_str("A service could not be reached, so that not everything was checked.\n");
    }
    text
}

fn print(value: &impl Serialize) -> String {
    let mut text =
        serde_json::to_string_pretty(value).unwrap_or_else(|error| format!("not printable: {error}"));
    text.push('\n');
    text
}
