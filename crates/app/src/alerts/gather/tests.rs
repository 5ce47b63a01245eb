use jiff::civil::date;
use sync::flow::Flow;
use sync::reconcile::{Cause as Why, Compared};
use sync::report::{Calls, FlowReport, Outcome, ReportedError, RunReport, Trigger};
use sync::store::failures::{FailureClass, FlowProblem, NewFailure, Retry};
use sync::store::{Store, Tx, comparisons, credits, facts, failures, ignored, runs};

use super::super::samples::{at, noon};
use super::super::{CreditUse, FailureKind, PAUSED_UNTIL, facts_of};
use crate::settings::Settings;

fn settings() -> Settings {
    let text = "[business_central]\ntenant = \"t\"\ncompany = \"c\"\nclient_id = \"i\"\nclient_secret_expires = \"2027-05-01\"\n\
                [zoho]\nclient_id = \"z\"\n[sync]\npoll_interval = \"10m\"\n";
    Settings::parse(text, "ledgerline.toml").unwrap()
}

fn flow(flow: Flow) -> FlowReport {
    FlowReport {
        flow,
        read: 0,
        created: 0,
        updated: 0,
        unchanged: 0,
        skipped: 0,
        failed: 0,
        held: 0,
        ignored: 0,
    }
}

/// A run that ended so many minutes after noon.
fn ended(minute: i64, code: Option<&str>) -> RunReport {
    RunReport {
        run_id: minute.to_string(),
        trigger: Trigger::Schedule,
        started_at: at(minute - 1),
        finished_at: at(minute),
        outcome: if code.is_some() { Outcome::Failed } else { Outcome::Clean },
        flows: Flow::ALL.map(flow).to_vec(),
        calls: Calls::default(),
        zoho_credits: 0,
        signals: None,
        flow_problems: Vec::new(),
        comparison: None,
        error: code.map(|code| ReportedError {
            code: code.to_owned(),
            message: format!("what {code} means"),
            cure: "A cure.".to_owned(),
        }),
        resumes_at: None,
    }
}

fn store(reports: &[RunReport]) -> Store {
    let store = Store::in_memory().unwrap();
    let put = |tx: &Tx<'_>| {
        for report in reports {
            let json = serde_json::to_string(report).unwrap();
            runs::begin(tx, &report.run_id, report.trigger.name(), report.started_at)?;
            runs::finish(tx, &report.run_id, report.outcome.name(), &json, report.finished_at)?;
        }
        Ok(())
    };
    store.write(put).unwrap();
    store
}

/// Since when, how often, and of what kind runs fail, and when the last one succeeded.
fn seen(reports: &[RunReport]) -> (Option<(i64, u32, FailureKind)>, Option<i64>) {
    let facts = facts_of(&store(reports), &settings(), noon()).unwrap();
    let minute = |moment: jiff::Timestamp| (moment.as_second() - at(0).as_second()) / 60;
    let failing = facts.failing.map(|failing| (minute(failing.since), failing.runs, failing.kind));
    (failing, facts.last_success.map(minute))
}

#[test]
fn the_last_runs_tell_since_when_and_why_they_fail() {
    use FailureKind::{Outage, SignIn};
    let offline = Some("bc_unreachable");
    assert_eq!(seen(&[]), (None, None));
    assert_eq!(seen(&[ended(-5, None)]), (None, Some(-5)));
    assert_eq!(seen(&[ended(-9, offline), ended(-5, None)]), (None, Some(-5)));
    let row = [ended(-20, None), ended(-15, offline), ended(-10, Some("zoho_outage")), ended(-5, offline)];
    assert_eq!(seen(&row), (Some((-15, 3, Outage)), Some(-20)));
    let sign_in = Some("zoho_sign_in_invalid_code");
    let other = [ended(-20, None), ended(-15, offline), ended(-10, sign_in), ended(-5, offline)];
    assert_eq!(seen(&other), (Some((-5, 1, Outage)), Some(-20)));
    assert_eq!(seen(&other[..3]), (Some((-10, 1, SignIn)), Some(-20)));
}

#[test]
fn a_run_that_was_stopped_or_interrupted_says_nothing() {
    let stopped = [ended(-10, None), ended(-5, Some("stopped"))];
    assert_eq!(seen(&stopped), (None, Some(-10)));
    let store = store(&[ended(-10, Some("bc_unreachable"))]);
    store.write(|tx| runs::begin(tx, "x", "schedule", at(-1))).unwrap();
    let facts = facts_of(&store, &settings(), noon()).unwrap();
    assert_eq!(facts.failing.map(|failing| failing.code).as_deref(), Some("bc_unreachable"));
}

#[test]
fn a_part_for_which_credits_sufficed_is_copied_all_the_same() {
    let part = RunReport { outcome: Outcome::Attention, ..ended(-5, Some("zoho_credit_budget")) };
    assert_eq!(seen(&[ended(-20, None), part]), (Some((-5, 1, FailureKind::Credits)), Some(-5)));
    let nothing = ended(-5, Some("zoho_credit_budget"));
    assert_eq!(seen(&[ended(-20, None), nothing]), (Some((-5, 1, FailureKind::Credits)), Some(-20)));
}

#[test]
fn a_replay_and_a_run_of_some_flows_end_failures_but_bring_nothing_up_to_date() {
    let replay = RunReport { trigger: Trigger::Replay, ..ended(-5, None) };
    let some = RunReport { flows: vec![flow(Flow::Items)], ..ended(-5, None) };
    for last in [replay, some] {
        let runs = [ended(-20, None), ended(-10, Some("bc_unreachable")), last];
        assert_eq!(seen(&runs), (None, Some(-20)));
    }
}

#[test]
fn open_problems_are_counted_by_cause_without_those_that_are_left_alone() {
    let store = Store::in_memory().unwrap();
    let failure = |n: u32, code: &str, retry| NewFailure {
        flow: Flow::Invoices,
        id: format!("00000000-0000-0000-0000-{n:012x}").parse().unwrap(),
        number: n.to_string(),
        class: FailureClass::Reference,
        code: code.to_owned(),
        message: "what".to_owned(),
        cure: "cure".to_owned(),
        held: matches!(retry, Retry::WaitsFor { .. }),
        retry,
        source_hash: String::new(),
        fingerprint: "1".to_owned(),
    };
    let waits = |what: &str| Retry::WaitsFor { flow: Flow::Items, what: what.to_owned() };
    store
        .write(|tx| {
            failures::record(tx, &failure(1, "waits_for_record", waits("1000")), at(-60))?;
            failures::record(tx, &failure(2, "waits_for_record", waits("1001")), at(-30))?;
            let alone = failures::record(tx, &failure(3, "total_differs", Retry::Manual), at(-30))?;
            ignored::ignore(tx, alone, "me", at(-10))?;
            let problem = FlowProblem {
                flow: Flow::Items,
                code: "gate".to_owned(),
                message: "what".to_owned(),
                cure: "cure".to_owned(),
                at: at(-60),
            };
            failures::set_flow_problem(tx, &problem)
        })
        .unwrap();
    let facts = facts_of(&store, &settings(), noon()).unwrap();
    assert_eq!(facts.problems.len(), 1);
    let cause = &facts.problems[0];
    assert_eq!((cause.count, cause.held, cause.since), (2, true, at(-60)));
    assert_eq!(
        (cause.waits_for, cause.title().as_str()),
        (Some(Flow::Items), "2 invoices wait for a product")
    );
    assert_eq!(facts.standing.len(), 1);
    assert_eq!((facts.standing[0].flow, facts.standing[0].since), (Flow::Items, at(-60)));
}

#[test]
fn credits_the_comparison_and_the_settings_are_among_the_facts() {
    let store = Store::in_memory().unwrap();
    let empty = facts_of(&store, &settings(), noon()).unwrap();
    assert_eq!((empty.credits, &empty.differs), (None, &None));
    assert_eq!(empty.poll_interval.as_secs(), 600);
    assert_eq!(empty.secret_expires, Some(date(2027, 5, 1)));
    let compared = |agrees| Compared {
        at: at(-60),
        cause: Why::Daily,
        agrees,
        sentence: "3 invoices differ.".to_owned(),
        flows: Vec::new(),
        kinds: Vec::new(),
        ignored: 0,
        calls: Calls::default(),
        zoho_credits: 3,
    };
    store
        .write(|tx| {
            facts::set(tx, "zoho.daily_credits", "4000")?;
            credits::book(tx, at(-25 * 60), 100)?;
            credits::book(tx, at(-60), 7)?;
            comparisons::put(tx, &compared(Some(false)))
        })
        .unwrap();
    let facts = facts_of(&store, &settings(), noon()).unwrap();
    assert_eq!(facts.credits, Some(CreditUse { spent: 7, budget: 2_000 }));
    assert_eq!(facts.differs.map(|differs| differs.sentence).as_deref(), Some("3 invoices differ."));
    store.write(|tx| facts::set(tx, PAUSED_UNTIL, &at(30).to_string())).unwrap();
    assert_eq!(facts_of(&store, &settings(), noon()).unwrap().paused_until, Some(at(30)));
    store.write(|tx| facts::set(tx, PAUSED_UNTIL, &at(-1).to_string())).unwrap();
    assert_eq!(facts_of(&store, &settings(), noon()).unwrap().paused_until, None);
    // One that could not be made found no differences.
    store.write(|tx| comparisons::put(tx, &compared(None))).unwrap();
    assert_eq!(facts_of(&store, &settings(), noon()).unwrap().differs, None);
}
