use std::fs::{self, File};
use std::io::Read;

use jiff::Zoned;
use sync::flow::Flow;
use sync::reconcile::{Cause, Compared};
use sync::report::{Calls, FlowReport, Outcome, ReportedError, RunReport, Trigger};
use sync::store::binding::Binding;
use sync::store::failures::{FailureClass, FlowProblem, NewFailure, Retry};
use sync::store::{Store, binding, comparisons, failures, runs};
use tempfile::TempDir;

use super::{Bundle, Private, Wanted, in_words, log_tail};
use crate::doctor::{Diagnosis, Finding, Verdict};
use crate::profile::Profile;

const TENANT: &str = "6f1c2a9e-0d3b-4c55-9f1e-2b7a51c0de01";
const SECRET: &str = "Pl8~anted.secret_value-of-the-app";
const REFRESH: &str = "1000.8a2b3c4d5e6f70819203a4b5c6d7e8f9.0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// Everything that was planted and must not be found.
const PLANTED: [&str; 19] = [
    SECRET,
    "Pl8%7Eanted",
    "hush-client",
    REFRESH,
    "8a2b3c4d5e6f70819203a4b5c6d7e8f9",
    TENANT,
    "6F1C2A9E",
    "1000.CLIENTIDOFZOHO",
    "CRONUS",
    "contoso",
    "jane.roe",
    "/srv/people/janeroe",
    "janeroe",
    "OFFICE-PC-7",
    "203.0.113.9",
    "5554000000123456789",
    "Ann Example",
    "C10000",
    "4312220.18",
];

fn now() -> Zoned {
    "2026-06-05T14:02:00+02:00[Europe/Berlin]".parse().unwrap()
}

fn environment(name: &str) -> Option<String> {
    let value = match name {
        "LEDGERLINE_BC_CLIENT_SECRET" => SECRET,
        "LEDGERLINE_ZOHO_CLIENT_SECRET" => "hush-client",
        "LEDGERLINE_ZOHO_REFRESH_TOKEN" => REFRESH,
        "HOME" => "/srv/people/janeroe",
        "USER" => "janeroe",
        "COMPUTERNAME" => "OFFICE-PC-7",
        "LANG" => "en_GB.UTF-8",
        _ => return None,
    };
    Some(value.to_owned())
}

/// A profile with something private in every corner.
fn planted() -> (TempDir, Profile) {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::at(Some(folder.path().join("janeroe"))).unwrap();
    profile.create().unwrap();
    let settings = format!(
        "[business_central]\ntenant = \"{TENANT}\"\ncompany = \"CRONUS Ltd.\"\nclient_id = \"{TENANT}\"\n\
         [zoho]\nclient_id = \"1000.CLIENTIDOFZOHO\"\ndefault_owner = \"5554000000123456789\"\n\
         [network]\nproxy = \"http://janeroe:hush-proxy@203.0.113.9:3128\"\n"
    );
    fs::write(profile.settings(), settings).unwrap();
    fs::create_dir(profile.logs()).unwrap();
    let log = format!(
        "{{\"level\":\"INFO\",\"message\":\"started in /srv/people/janeroe/x on OFFICE-PC-7\"}}\n\
         {{\"level\":\"WARN\",\"message\":\"client_secret={SECRET}&x=1 refused for Jane.Roe@contoso.com from 203.0.113.9\"}}\n\
         {{\"level\":\"WARN\",\"message\":\"body client_secret=Pl8%7Eanted.secret_value-of-the-app\"}}\n\
         {{\"level\":\"WARN\",\"message\":\"{REFRESH} of {}\"}}\n",
        TENANT.to_uppercase()
    );
    fs::write(profile.logs().join("ledgerline.2026-06-05.log"), log).unwrap();
    fill(&Store::open(&profile.database()).unwrap());
    (folder, profile)
}

fn fill(store: &Store) {
    let flow = FlowReport {
        flow: Flow::Customers,
        read: 3,
        created: 2,
        updated: 0,
        unchanged: 0,
        skipped: 0,
        failed: 1,
        held: 0,
        ignored: 0,
    };
    let compared = Compared {
        at: now().timestamp(),
        cause: Cause::Daily,
        agrees: Some(false),
        sentence: "1 customer differs; 4312220.18 EUR.".to_owned(),
        flows: Vec::new(),
        kinds: Vec::new(),
        ignored: 0,
        calls: Calls::default(),
        zoho_credits: 3,
    };
    let report = |code: &str, message: &str| RunReport {
        run_id: code.to_owned(),
        trigger: Trigger::Schedule,
        started_at: now().timestamp(),
        finished_at: now().timestamp(),
        outcome: Outcome::Failed,
        flows: vec![flow.clone()],
        calls: Calls::default(),
        zoho_credits: 31,
        signals: None,
        flow_problems: Vec::new(),
        comparison: Some(compared.clone()),
        error: Some(ReportedError {
            code: code.to_owned(),
            message: message.to_owned(),
            cure: "A cure.".to_owned(),
        }),
        resumes_at: None,
    };
    let reports = [
        report("company_not_found", "It has: CRONUS Ltd., Contoso Holding."),
        report("zoho_unreachable", "accounts.zoho.eu/oauth/v2/token: no answer in time"),
    ];
    let failure = NewFailure {
        flow: Flow::Customers,
        id: TENANT.parse().unwrap(),
        number: "C10000".to_owned(),
        class: FailureClass::Data,
        code: "zoho_invalid_data".to_owned(),
        message: "Zoho refused Ann Example (C10000): jane.roe@contoso.com is no e-mail".to_owned(),
        cure: "Correct it.".to_owned(),
        retry: Retry::Manual,
        source_hash: String::new(),
        fingerprint: "1".to_owned(),
        held: false,
    };
    let standing = FlowProblem {
        flow: Flow::Items,
        code: "gate".to_owned(),
        message: "Ann Example is in the way.".to_owned(),
        cure: "Move her.".to_owned(),
        at: now().timestamp(),
    };
    let bound = Binding {
        tenant: "contoso.onmicrosoft.com".to_owned(),
        environment: "Production".to_owned(),
        company_id: TENANT.parse().unwrap(),
        company_name: "CRONUS Ltd.".to_owned(),
        zgid: "20071234567".to_owned(),
    };
    store
        .write(|tx| {
            binding::set(tx, &bound)?;
            for report in &reports {
                let json = serde_json::to_string(report).unwrap();
                runs::begin(tx, &report.run_id, "schedule", report.started_at)?;
                runs::finish(tx, &report.run_id, "failed", &json, report.finished_at)?;
            }
            comparisons::put(tx, &compared)?;
            failures::set_flow_problem(tx, &standing)?;
            failures::record(tx, &failure, now().timestamp())
        })
        .unwrap();
}

fn diagnosis() -> Diagnosis {
    let finding = |verdict, code: &str, message: &str| Finding {
        verdict,
        code: code.to_owned(),
        subject: "Zoho CRM".to_owned(),
        message: message.to_owned(),
        cure: String::new(),
    };
    let findings = vec![
        finding(Verdict::Ok, "zoho_sign_in", "org Contoso Sales (20071234567)"),
        finding(Verdict::Ok, "zoho_edition", "Professional, 50000 credits a day"),
        finding(Verdict::Problem, "bc_permission", "reading is forbidden"),
    ];
    Diagnosis { findings, incomplete: true }
}

/// The files of the archive as they come out of it.
fn unzipped(path: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().to_owned(), bytes)
        })
        .collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

#[test]
fn nothing_that_was_planted_is_in_any_byte_of_the_archive() {
    let (folder, profile) = planted();
    let diagnosis = diagnosis();
    let wanted = Wanted { with_records: false, diagnosis: Some(&diagnosis) };
    let bundle = Bundle::prepare(&profile, &environment, &wanted, &now());
    let path = folder.path().join(bundle.file_name());
    bundle.write(&path).unwrap();
    let files = unzipped(&path);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "README.txt",
            "system.json",
            "settings.toml",
            "doctor.txt",
            "status.json",
            "problems.json",
            "runs.json",
            "logs/ledgerline.2026-06-05.log"
        ]
    );
    for (name, bytes) in &files {
        for planted in PLANTED.iter().chain(&["hush-proxy", "Contoso Sales", "20071234567"]) {
            assert!(!contains(bytes, planted), "{planted} is in {name}: {}", String::from_utf8_lossy(bytes));
        }
    }
    assert!(!contains(&fs::read(&path).unwrap(), "janeroe"), "nor in the archive's own lists");
    // What is shown is what is saved.
    let shown: Vec<_> =
        bundle.entries().iter().map(|entry| (entry.name.clone(), entry.text.clone().into_bytes())).collect();
    assert_eq!(shown, files);
    let replaced = bundle.replaced();
    for kind in [Private::Secret, Private::Email, Private::Guid, Private::HomeFolder, Private::NetworkAddress]
    {
        assert!(replaced.contains_key(&kind), "{kind:?} is not in {}", in_words(&replaced));
    }
}

#[test]
fn what_helps_is_there() {
    let (_folder, profile) = planted();
    let diagnosis = diagnosis();
    let wanted = Wanted { with_records: false, diagnosis: Some(&diagnosis) };
    let bundle = Bundle::prepare(&profile, &environment, &wanted, &now());
    let text = |name: &str| &bundle.entries().iter().find(|entry| entry.name == name).unwrap().text;
    let json = |name: &str| serde_json::from_str::<serde_json::Value>(text(name)).unwrap();
    let system = json("system.json");
    assert_eq!(system["ledgerline"], env!("CARGO_PKG_VERSION"));
    assert_eq!(system["time_zone"], "Europe/Berlin");
    assert_eq!(system["secrets_in_environment"].as_array().unwrap().len(), 3);
    assert!(text("settings.toml").contains("poll_interval = \"5m\""));
    assert!(text("doctor.txt").contains("PROBLEM  Zoho CRM (bc_permission): reading is forbidden"));
    assert!(text("doctor.txt").contains("Professional, 50000 credits a day"));
    let problems = json("problems.json");
    assert_eq!(problems["causes"][0]["code"], "zoho_invalid_data");
    assert_eq!(problems["causes"][0]["count"], 1);
    assert_eq!(problems["flows"][0]["code"], "gate");
    assert_eq!(problems.get("records"), None);
    let runs = json("runs.json");
    assert_eq!(runs[0]["error"]["code"], "zoho_unreachable");
    assert!(runs[0]["error"]["message"].as_str().unwrap().contains("no answer in time"));
    assert_eq!(runs[0]["flows"][0]["created"], 2);
    let status = json("status.json");
    assert_eq!(status["light"], "offline");
    assert_eq!(status["comparison"]["agrees"], false);
}

#[test]
fn records_are_in_it_only_where_that_was_asked_for_and_secrets_never() {
    let (_folder, profile) = planted();
    let wanted = Wanted { with_records: true, diagnosis: None };
    let bundle = Bundle::prepare(&profile, &environment, &wanted, &now());
    let all: String = bundle.entries().iter().map(|entry| entry.text.as_str()).collect();
    assert!(all.contains("Zoho refused Ann Example (C10000): [e-mail-"));
    assert!(all.contains("4312220.18 EUR"));
    for planted in [SECRET, "hush-client", REFRESH, TENANT, "jane.roe", "CRONUS"] {
        assert!(!contains(all.as_bytes(), planted), "{planted}");
    }
}

#[test]
fn a_huge_log_stays_bounded() {
    let (_folder, profile) = planted();
    let line = format!("{{\"message\":\"{TENANT} {}\"}}\n", "x".repeat(200));
    for day in 1..=9 {
        fs::write(profile.logs().join(format!("ledgerline.2026-06-{day:02}.log")), line.repeat(20_000))
            .unwrap();
    }
    let bundle = Bundle::prepare(&profile, &environment, &Wanted::default(), &now());
    let logs: Vec<_> = bundle.entries().iter().filter(|entry| entry.name.starts_with("logs/")).collect();
    assert_eq!(logs.len(), 5);
    let most = usize::try_from(log_tail::BYTES).unwrap() + 100;
    assert!(logs.iter().all(|entry| entry.bytes == entry.text.len() && entry.bytes <= most));
}

#[test]
fn what_is_broken_or_absent_is_said_and_keeps_nothing_else_out() {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::at(Some(folder.path().join("p"))).unwrap();
    let names = |profile: &Profile| -> Vec<String> {
        let bundle = Bundle::prepare(profile, &environment, &Wanted::default(), &now());
        bundle.entries().iter().map(|entry| entry.name.clone()).collect()
    };
    assert_eq!(names(&profile), ["README.txt", "system.json", "settings.txt", "database.txt"]);
    let (_folder, profile) = planted();
    fs::write(profile.settings(), "[sync]\nflows = \"x\"").unwrap();
    fs::write(profile.database(), "no database at all, but long enough to be looked at".repeat(100)).unwrap();
    let bundle = Bundle::prepare(&profile, &environment, &Wanted::default(), &now());
    let text = |name: &str| &bundle.entries().iter().find(|entry| entry.name == name).unwrap().text;
    assert!(text("settings.txt").contains("(settings_wrong)"));
    assert!(text("database.txt").contains("(not_a_database)"), "{}", text("database.txt"));
    assert!(text("logs/ledgerline.2026-06-05.log").contains("refused for [e-mail-1]"));
}

#[test]
fn a_place_that_cannot_be_written_is_named_and_nothing_is_left_behind() {
    let (folder, profile) = planted();
    let bundle = Bundle::prepare(&profile, &environment, &Wanted::default(), &now());
    let full = folder.path().join("there.zip");
    fs::write(&full, "mine").unwrap();
    let before = fs::read_dir(folder.path()).unwrap().count();
    for path in [full.clone(), folder.path().join("absent").join("x.zip"), folder.path().to_owned()] {
        let error = bundle.write(&path).unwrap_err();
        assert_eq!(error.code(), "file_not_writable");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
    assert_eq!(fs::read_to_string(&full).unwrap(), "mine");
    // A folder in the place of the unfinished file: it cannot even be begun.
    let place = folder.path().join("x.zip");
    let unfinished = folder.path().join(format!(".x.zip.{}.unfinished", std::process::id()));
    fs::create_dir(&unfinished).unwrap();
    assert_eq!(bundle.write(&place).unwrap_err().code(), "file_not_writable");
    assert!(!place.exists());
    fs::remove_dir(&unfinished).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before);
}
