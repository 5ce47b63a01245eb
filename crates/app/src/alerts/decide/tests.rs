mod signals;

use jiff::ToSpan;
use jiff::civil::{date, time};
use sync::flow::Flow;
use sync::store::failures::FailureClass;

use super::super::samples::{at, cause, failing, standing, waiting, well};
use super::super::{
    Alert, AlertKind, Broken, Cause, CreditUse, Differs, Facts, FirstSync, Memory, Preferences, QuietHours,
    Route, Section, Urgency, Work, WorkKind, alerts,
};

/// One who listens over a while.
struct Listening {
    memory: Memory,
    preferences: Preferences,
}

impl Listening {
    fn new() -> Self {
        Self { memory: Memory::default(), preferences: Preferences::default() }
    }

    fn with(preferences: Preferences) -> Self {
        Self { memory: Memory::default(), preferences }
    }

    fn hear(&mut self, facts: &Facts) -> Vec<Alert> {
        let (memory, alerts) = alerts(&self.memory, facts, &self.preferences);
        self.memory = memory;
        alerts
    }

    fn titles(&mut self, facts: &Facts) -> Vec<String> {
        self.hear(facts).into_iter().map(|alert| alert.title).collect()
    }
}

/// Quiet from 13:00 to 15:00: an hour before and after the samples' 14:02.
fn early_afternoon() -> Preferences {
    let quiet = QuietHours { from: time(13, 0, 0, 0), until: time(15, 0, 0, 0), days: Vec::new() };
    Preferences { quiet: Some(quiet), ..Preferences::default() }
}

fn with(problems: &[Cause], facts: Facts) -> Facts {
    Facts { problems: problems.to_vec(), ..facts }
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_cause_is_told_once_however_many_records_and_looks_there_are() {
    let mut user = Listening::new();
    let told = user.hear(&with(&[waiting(12)], well(0)));
    let expected = Alert {
        kind: AlertKind::NeedsAttention,
        title: "12 invoices wait for a product".to_owned(),
        body: "The cure of waits_for_record.".to_owned(),
        route: Route::Problem("records:invoices:waits_for_record:items".to_owned()),
        urgency: Urgency::Normal,
        key: "records:invoices:waits_for_record:items".to_owned(),
    };
    assert_eq!(told, [expected]);
    for minute in 1..10 {
        assert_eq!(user.hear(&with(&[waiting(12)], well(minute))), []);
    }
}

#[test]
fn a_group_is_told_again_only_when_it_doubled_and_grew_by_ten() {
    let cases = [
        (12, 23, false),
        (12, 24, true),
        (1, 10, false),
        (1, 11, true),
        (4, 13, false),
        (4, 14, true),
        (1_000, 1_999, false),
        (1_000, 2_000, true),
    ];
    for (told, now, again) in cases {
        let mut user = Listening::new();
        assert_eq!(user.hear(&with(&[waiting(told)], well(0))).len(), 1);
        assert_eq!(user.hear(&with(&[waiting(now)], well(5))).len(), usize::from(again), "{told} → {now}");
    }
}

#[test]
fn a_group_that_shrank_counts_from_there() {
    let mut user = Listening::new();
    user.hear(&with(&[waiting(100)], well(0)));
    assert_eq!(user.titles(&with(&[waiting(5)], well(5))), NOTHING);
    assert_eq!(user.titles(&with(&[waiting(14)], well(10))), NOTHING);
    assert_eq!(user.titles(&with(&[waiting(15)], well(15))), ["15 invoices wait for a product"]);
}

#[test]
fn another_cause_is_told_beside_the_one_that_is_known() {
    let mut user = Listening::new();
    user.hear(&with(&[waiting(12)], well(0)));
    let both = [waiting(12), cause(Flow::Customers, "zoho_invalid_data", 2)];
    assert_eq!(user.titles(&with(&both, well(5))), ["2 customers were refused by Zoho"]);
}

#[test]
fn many_causes_at_once_are_one_alert() {
    let codes = ["no_number", "total_differs", "zoho_invalid_data", "cloned_record", "key_too_long"];
    let causes = codes.map(|code| cause(Flow::Customers, code, 1));
    let mut user = Listening::new();
    assert_eq!(user.hear(&with(&causes[..3], well(0))).len(), 3);
    let mut user = Listening::new();
    let told = user.hear(&with(&causes, well(0)));
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].title.as_str(), &told[0].route), ("5 things need attention", &Route::Problems));
    assert_eq!(
        told[0].body,
        "1 customer has no number\n1 customer has another total in Zoho\n1 customer was refused by Zoho\n1 customer is in Zoho more than once\nand 1 more"
    );
    assert_eq!(user.hear(&with(&causes, well(5))), []);
}

#[test]
fn problems_that_come_and_go_within_a_run_are_nobodys_business() {
    let mut user = Listening::new();
    user.hear(&with(&[waiting(12)], well(0)));
    for kind in [WorkKind::Sync, WorkKind::Retry, WorkKind::MatchFind, WorkKind::Compare] {
        let working = Facts { work: Some(Work::begun(kind)), ..well(1) };
        assert_eq!(user.titles(&with(&[waiting(400)], working.clone())), NOTHING, "{kind:?}");
        assert_eq!(user.titles(&working), NOTHING, "{kind:?}");
    }
    assert_eq!(user.titles(&with(&[waiting(12)], well(2))), NOTHING);
    let preview = Facts { work: Some(Work::begun(WorkKind::Preview)), ..well(3) };
    assert_eq!(user.titles(&with(&[waiting(30)], preview)), ["30 invoices wait for a product"]);
}

#[test]
fn what_time_may_cure_is_told_when_it_has_not_within_an_hour() {
    let outage = Cause { class: FailureClass::Outage, ..cause(Flow::Items, "zoho_internal_error", 3) };
    let mut user = Listening::new();
    assert_eq!(user.titles(&with(std::slice::from_ref(&outage), well(59))), NOTHING);
    assert_eq!(user.titles(&with(&[outage], well(60))), ["3 items were refused by Zoho"]);
}

#[test]
fn one_records_own_words_are_told_and_those_of_many_are_not() {
    let mut user = Listening::new();
    let told = user.hear(&with(&[cause(Flow::Items, "no_number", 1)], well(0)));
    assert_eq!(told[0].body, "what no_number means\nThe cure of no_number.");
    let mut user = Listening::new();
    let told = user.hear(&with(&[cause(Flow::Items, "no_number", 2)], well(0)));
    assert_eq!(told[0].body, "The cure of no_number.");
}

#[test]
fn a_flow_that_stands_still_is_told_without_its_records() {
    let mut user = Listening::new();
    let facts = Facts {
        standing: vec![standing(Flow::Customers, "match_review_needed")],
        problems: vec![cause(Flow::Customers, "match_review_needed", 40)],
        ..well(0)
    };
    let told = user.hear(&facts);
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].title.as_str(), &told[0].route),
        ("Customers wait for match review", &Route::Matching)
    );
}

#[test]
fn a_comparison_with_differences_leads_to_the_agreement() {
    let mut user = Listening::new();
    let differs = |minute| Some(Differs { at: at(minute), sentence: "3 invoices differ.".to_owned() });
    let told = user.hear(&Facts { differs: differs(0), ..well(0) });
    assert_eq!((told.len(), &told[0].route), (1, &Route::Agreement));
    assert!(told[0].body.starts_with("3 invoices differ.\n"), "{}", told[0].body);
    assert!(!told[0].body.contains("`ledgerline"), "in the window's words: {}", told[0].body);
    assert_eq!(user.hear(&Facts { differs: differs(1_440), ..well(1_440) }), []);
}

#[test]
fn an_error_is_told_at_once_and_leads_to_where_it_is_mended() {
    let mut user = Listening::new();
    let told = user.hear(&failing(0, "zoho_sign_in_invalid_code", 0, 1));
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].kind, told[0].urgency), (AlertKind::Error, Urgency::Critical));
    assert_eq!(told[0].title, "Zoho sign-in no longer works");
    assert_eq!(told[0].body, "The cure of zoho_sign_in_invalid_code.");
    assert_eq!(told[0].route, Route::Settings(Section::Connections));
    for minute in 1..30 {
        let runs = u32::try_from(minute).unwrap();
        assert_eq!(user.hear(&failing(minute, "zoho_sign_in_invalid_code", 0, runs)), []);
    }
    assert_eq!(
        user.titles(&failing(30, "bc_permission", 30, 1)),
        ["Business Central no longer lets Ledgerline read"]
    );
}

#[test]
fn a_failure_that_nobody_foresaw_is_told_when_it_stays() {
    let mut user = Listening::new();
    assert_eq!(user.titles(&failing(0, "zoho_undecodable", 0, 1)), NOTHING);
    assert_eq!(user.titles(&failing(1, "zoho_undecodable", 0, 2)), NOTHING);
    assert_eq!(user.titles(&failing(2, "zoho_undecodable", 0, 3)), ["The last sync failed"]);
}

#[test]
fn what_keeps_the_program_from_running_at_all_is_an_error() {
    let broken = |code: &str| {
        let broken = Broken { code: code.to_owned(), message: "What.".to_owned(), cure: "Cure.".to_owned() };
        Facts { broken: Some(broken), ..well(0) }
    };
    let told = Listening::new().hear(&broken("no_keychain"));
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].kind, told[0].title.as_str()), (AlertKind::Error, "The keychain cannot be used"));
    assert_eq!(told[0].body, "What.\nCure.");
    assert_eq!(Listening::new().hear(&broken("database_busy")), []);
}

#[test]
fn maintenance_and_outages_are_waited_for_quietly_for_an_hour() {
    for code in ["bc_maintenance", "bc_unreachable", "zoho_outage"] {
        let mut user = Listening::new();
        for minute in 0..60 {
            assert_eq!(user.titles(&failing(minute, code, 0, 1)), NOTHING, "{code} {minute}");
        }
        let told = user.hear(&failing(60, code, 0, 12));
        assert_eq!((told.len(), told[0].kind), (1, AlertKind::Offline), "{code}");
        assert!(told[0].title.ends_with("since 14:02"), "{}", told[0].title);
        assert_eq!(user.hear(&failing(600, code, 0, 120)), [], "{code}");
    }
    // Another service that does not answer either is no other state.
    let mut user = Listening::new();
    user.hear(&failing(60, "bc_maintenance", 0, 12));
    assert_eq!(user.hear(&failing(70, "bc_unreachable", 0, 14)), []);
}

#[test]
fn a_short_outage_makes_nobody_forget_what_was_wrong_before() {
    let mut user = Listening::new();
    assert_eq!(user.hear(&failing(0, "bc_permission", 0, 1)).len(), 1);
    assert_eq!(user.hear(&failing(5, "bc_unreachable", 5, 1)), []);
    assert_eq!(user.hear(&failing(10, "bc_permission", 10, 1)), []);
}

#[test]
fn waiting_for_credits_needs_nobody_unless_the_budget_is_too_small() {
    for code in ["zoho_credit_budget", "zoho_credits_low", "zoho_too_many_requests"] {
        assert_eq!(Listening::new().hear(&failing(0, code, -10, 3)), [], "{code}");
    }
    let told = Listening::new().hear(&failing(0, "zoho_credit_budget_too_small", -10, 3));
    assert_eq!((told.len(), &told[0].route), (1, &Route::Settings(Section::Schedule)));
}

#[test]
fn good_news_is_told_once_everything_has_come_right_and_only_after_bad_news() {
    let mut user = Listening::new();
    assert_eq!(user.titles(&well(0)), NOTHING);
    user.hear(&Facts { problems: vec![waiting(12)], ..failing(1, "zoho_sign_in_invalid_code", 1, 1) });
    assert_eq!(user.titles(&with(&[waiting(12)], well(2))), NOTHING, "something is still wrong");
    let told = user.hear(&well(3));
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].kind, told[0].urgency), (AlertKind::Recovered, Urgency::Low));
    assert_eq!(told[0].title, "Up to date again, 14:05");
    assert_eq!(told[0].body, "This is over:\nZoho sign-in no longer works\n12 invoices wait for a product");
    assert_eq!(user.titles(&well(4)), NOTHING);
}

#[test]
fn what_was_never_told_does_not_recover() {
    let mut user = Listening::new();
    user.hear(&failing(0, "bc_maintenance", 0, 1));
    assert_eq!(user.titles(&well(30)), NOTHING, "it was over within the hour");
    let muted = Preferences { muted: [AlertKind::Error].into(), ..Preferences::default() };
    let mut user = Listening::with(muted);
    user.hear(&failing(0, "bc_permission", 0, 1));
    assert_eq!(user.titles(&well(5)), NOTHING);
    let silent = Preferences { tell_recovered: false, ..Preferences::default() };
    let mut user = Listening::with(silent);
    assert_eq!(user.hear(&failing(0, "bc_permission", 0, 1)).len(), 1);
    assert_eq!(user.titles(&well(5)), NOTHING);
}

#[test]
fn a_long_time_without_a_sync_is_told_once() {
    let stale =
        |hours: i64, minutes: i64| Facts { last_success: Some(at(minutes - 60 * hours)), ..well(minutes) };
    let mut user = Listening::new();
    assert_eq!(user.titles(&stale(23, 0)), NOTHING);
    let told = user.hear(&stale(24, 60));
    assert_eq!((told.len(), told[0].kind), (1, AlertKind::NoSync));
    assert_eq!(told[0].title, "Nothing was copied since yesterday 15:02");
    assert_eq!(user.titles(&stale(25, 120)), NOTHING);
    let told = user.hear(&well(125));
    assert_eq!((told.len(), told[0].kind), (1, AlertKind::Recovered));
    let hours = |hours_without_sync| Preferences { hours_without_sync, ..Preferences::default() };
    assert_eq!(Listening::with(hours(72)).titles(&stale(71, 0)), NOTHING);
    assert_eq!(Listening::with(hours(72)).hear(&stale(72, 0)).len(), 1);
    assert_eq!(Listening::with(hours(0)).titles(&stale(9_000, 0)), NOTHING, "0 is never");
}

#[test]
fn after_a_long_weekend_off_the_first_look_tells_how_old_the_copy_is() {
    let mut user = Listening::new();
    user.hear(&well(0));
    let monday = Facts { last_success: Some(at(0)), ..well(3 * 24 * 60) };
    let told = user.hear(&monday);
    assert_eq!(told[0].title, "Nothing was copied since Friday 14:02");
    assert!(told[0].body.contains("off or asleep"), "{}", told[0].body);
    // Where it ran and failed, that is why.
    let mut failed = failing(3 * 24 * 60, "bc_permission", 60, 50);
    failed.last_success = Some(at(0));
    let told = Listening::new().hear(&failed);
    let no_sync = told.iter().find(|alert| alert.kind == AlertKind::NoSync).unwrap();
    assert!(no_sync.body.contains("The cure of bc_permission."), "{}", no_sync.body);
}

#[test]
fn a_profile_that_never_synced_is_not_told_to_be_stale() {
    let facts = Facts { last_success: None, ..well(90_000) };
    assert_eq!(Listening::new().titles(&facts), NOTHING);
}

#[test]
fn a_pause_of_the_user_does_not_count_as_time_without_a_sync() {
    let hours = |n: i64| 60 * n;
    let paused = |minute: i64, until: i64| Facts {
        last_success: Some(at(0)),
        paused_until: Some(at(until)),
        ..well(minute)
    };
    let resumed = |minute: i64| Facts { last_success: Some(at(0)), ..well(minute) };
    let mut user = Listening::new();
    for hour in 1..48 {
        assert_eq!(user.titles(&paused(hours(hour), hours(72))), NOTHING, "{hour}");
    }
    // Resumed a day early: the time counts from here.
    assert_eq!(user.titles(&resumed(hours(48))), NOTHING);
    assert_eq!(user.titles(&resumed(hours(71))), NOTHING);
    assert_eq!(user.titles(&resumed(hours(72))).len(), 1);
    // The computer was off when the pause ended: the time counts from its end.
    let mut user = Listening::new();
    user.hear(&paused(hours(1), hours(18)));
    assert_eq!(user.titles(&resumed(hours(41))), NOTHING);
    assert_eq!(user.titles(&resumed(hours(42))).len(), 1);
}

#[test]
fn a_pause_neither_brings_nor_ends_what_only_runs_can_tell() {
    let mut user = Listening::new();
    let paused = |facts: Facts| Facts { paused_until: Some(at(10_000)), ..facts };
    assert_eq!(user.titles(&paused(failing(300, "bc_unreachable", 0, 1))), NOTHING, "nobody tries");
    let mut user = Listening::new();
    assert_eq!(user.hear(&failing(60, "bc_unreachable", 0, 9)).len(), 1);
    assert_eq!(user.titles(&paused(failing(61, "bc_unreachable", 0, 9))), NOTHING);
    assert_eq!(user.titles(&failing(90, "bc_unreachable", 0, 9)), NOTHING);
}

#[test]
fn the_client_secrets_end_is_told_in_steps() {
    let ends = date(2026, 7, 20);
    let mut user = Listening::new();
    let mut told = Vec::new();
    for day in 0..60 {
        let facts = Facts { secret_expires: Some(ends), ..well(day * 24 * 60) };
        told.extend(user.hear(&facts).into_iter().map(|alert| (facts.now.date().to_string(), alert.title)));
    }
    let expected = [
        ("2026-06-20", "Business Central's client secret expires in 30 days"),
        ("2026-07-06", "Business Central's client secret expires in 14 days"),
        ("2026-07-13", "Business Central's client secret expires in 7 days"),
        ("2026-07-17", "Business Central's client secret expires in 3 days"),
        ("2026-07-19", "Business Central's client secret expires tomorrow"),
        ("2026-07-21", "Business Central's client secret has expired"),
    ];
    let told: Vec<_> = told.iter().map(|(day, title)| (day.as_str(), title.as_str())).collect();
    assert_eq!(told, expected);
}

#[test]
fn a_secret_that_was_replaced_is_told_anew_and_steps_that_were_missed_are_one() {
    let mut user = Listening::new();
    let on = |ends, minute| Facts { secret_expires: Some(ends), ..well(minute) };
    assert_eq!(user.titles(&on(date(2026, 6, 7), 0)), ["Business Central's client secret expires in 2 days"]);
    assert_eq!(user.titles(&on(date(2028, 6, 7), 5)), NOTHING);
    assert_eq!(
        user.titles(&on(date(2026, 6, 25), 10)),
        ["Business Central's client secret expires in 20 days"]
    );
}

#[test]
fn nearly_spent_credits_are_told_once_until_they_have_eased() {
    let mut user = Listening::new();
    let used = |spent| Facts { credits: Some(CreditUse { spent, budget: 2_000 }), ..well(0) };
    let cases = [
        (1_799, None),
        (1_800, Some("1,800 of 2,000 Zoho credits are used")),
        (2_000, None),
        (1_500, None),
        (1_900, None),
        (1_399, None),
        (1_500, None),
        (1_850, Some("1,850 of 2,000 Zoho credits are used")),
    ];
    for (spent, title) in cases {
        let told = user.titles(&used(spent));
        assert_eq!(told.first().map(String::as_str), title, "{spent}");
    }
    let nothing = Facts { credits: Some(CreditUse { spent: 5, budget: 0 }), ..well(0) };
    assert_eq!(Listening::new().titles(&nothing), NOTHING);
}

#[test]
fn the_first_sync_is_told_to_who_asked_for_it() {
    let first = |agrees| Facts { first_sync: Some(FirstSync { records: 5_312, agrees }), ..well(0) };
    assert_eq!(Listening::new().titles(&first(None)), NOTHING);
    let asked = Preferences { tell_first_sync: true, ..Preferences::default() };
    let mut user = Listening::with(asked.clone());
    let told = user.hear(&first(Some(true)));
    assert_eq!((told.len(), told[0].kind), (1, AlertKind::FirstSync));
    assert_eq!(told[0].body, "5,312 records were copied. Both systems agree.");
    assert_eq!(user.titles(&first(Some(true))), NOTHING);
    // Asked for when it was over: not news any more.
    let mut user = Listening::new();
    user.hear(&first(None));
    user.preferences = asked;
    assert_eq!(user.titles(&first(None)), NOTHING);
}

#[test]
fn what_comes_up_in_quiet_hours_is_told_together_at_their_end_if_it_is_still_so() {
    let mut user = Listening::with(early_afternoon());
    let passing = cause(Flow::Items, "no_number", 3);
    assert_eq!(user.titles(&with(&[waiting(12), passing], well(0))), NOTHING);
    assert_eq!(
        user.titles(&Facts { problems: vec![waiting(14)], ..failing(30, "bc_permission", 30, 1) }),
        NOTHING
    );
    let told = user.hear(&Facts { problems: vec![waiting(14)], ..failing(58, "bc_permission", 30, 9) });
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].kind, told[0].urgency), (AlertKind::Several, Urgency::Critical));
    assert_eq!(told[0].title, "2 notifications were held back");
    assert_eq!(
        told[0].body,
        "Business Central no longer lets Ledgerline read\n14 invoices wait for a product"
    );
    assert_eq!(told[0].route, Route::Overview);
    assert_eq!(
        user.titles(&Facts { problems: vec![waiting(14)], ..failing(60, "bc_permission", 30, 9) }),
        NOTHING
    );
}

#[test]
fn one_thing_that_was_held_back_is_told_as_itself_and_one_that_is_over_is_not() {
    let mut user = Listening::with(early_afternoon());
    user.hear(&with(&[waiting(12)], well(0)));
    assert_eq!(user.titles(&with(&[waiting(12)], well(58))), ["12 invoices wait for a product"]);
    let mut user = Listening::with(early_afternoon());
    user.hear(&with(&[waiting(12)], well(0)));
    assert_eq!(user.titles(&well(30)), NOTHING);
    assert_eq!(user.titles(&well(58)), NOTHING, "neither the problem nor its end");
}

#[test]
fn what_was_told_before_and_is_over_in_quiet_hours_is_told_to_be_over_afterwards() {
    let mut user = Listening::with(early_afternoon());
    // 12:52, before the quiet hours.
    assert_eq!(user.hear(&with(&[waiting(12)], well(-70))).len(), 1);
    assert_eq!(user.titles(&well(0)), NOTHING);
    assert_eq!(user.titles(&well(58)), ["Up to date again, 15:00"]);
}

#[test]
fn a_run_at_the_end_of_the_quiet_hours_keeps_what_was_held_back_together() {
    let mut user = Listening::with(early_afternoon());
    let problems = [waiting(12), cause(Flow::Items, "no_number", 3)];
    user.hear(&with(&problems, well(0)));
    let running = Facts { work: Some(Work::begun(WorkKind::Sync)), ..well(58) };
    assert_eq!(user.titles(&with(&problems, running)), NOTHING);
    let told = user.hear(&with(&problems, well(59)));
    assert_eq!((told.len(), &told[0].route), (1, &Route::Problems));
}

#[test]
fn errors_break_the_quiet_only_where_the_user_wants_it() {
    let error = failing(0, "bc_permission", 0, 1);
    assert_eq!(Listening::with(early_afternoon()).titles(&error), NOTHING);
    let preferences = Preferences { errors_in_quiet_hours: true, ..early_afternoon() };
    let mut user = Listening::with(preferences);
    assert_eq!(
        user.titles(&Facts { problems: vec![waiting(12)], ..error }),
        ["Business Central no longer lets Ledgerline read"]
    );
}

#[test]
fn a_snooze_holds_back_until_its_end() {
    let mut user = Listening::new();
    user.memory.snooze(Some(at(60)));
    assert_eq!(user.titles(&with(&[waiting(12)], well(59))), NOTHING);
    assert_eq!(user.memory.snoozed_until(), Some(at(60)));
    assert_eq!(user.titles(&with(&[waiting(12)], well(60))), ["12 invoices wait for a product"]);
    assert_eq!(user.memory.snoozed_until(), None);
    user.memory.snooze(Some(at(120)));
    user.hear(&with(&[waiting(40)], well(61)));
    user.memory.snooze(None);
    assert_eq!(user.titles(&with(&[waiting(40)], well(62))), ["40 invoices wait for a product"]);
}

#[test]
fn growth_in_quiet_hours_counts_from_what_was_told_before() {
    let mut user = Listening::new();
    user.hear(&with(&[waiting(12)], well(0)));
    user.memory.snooze(Some(at(60)));
    assert_eq!(user.titles(&with(&[waiting(30)], well(10))), NOTHING);
    assert_eq!(user.titles(&with(&[waiting(31)], well(60))), ["31 invoices wait for a product"]);
}

#[test]
fn what_is_switched_off_is_not_told_later_either() {
    let off = Preferences { enabled: false, ..Preferences::default() };
    let mut user = Listening::with(off);
    assert_eq!(user.titles(&with(&[waiting(12)], well(0))), NOTHING);
    user.preferences = Preferences::default();
    assert_eq!(user.titles(&with(&[waiting(12)], well(1))), NOTHING);
    assert_eq!(user.titles(&with(&[waiting(30)], well(2))), ["30 invoices wait for a product"]);
    let muted = Preferences { muted: [AlertKind::Credits].into(), ..Preferences::default() };
    let near = Facts { credits: Some(CreditUse { spent: 95, budget: 100 }), ..well(0) };
    assert_eq!(Listening::with(muted).titles(&near), NOTHING);
}

#[test]
fn nothing_is_told_before_the_profile_is_set_up() {
    let facts = Facts { set_up: false, ..failing(0, "setup_needed", 0, 1) };
    assert_eq!(Listening::new().titles(&facts), NOTHING);
}

/// Whatever happens: what was told is not told again while the facts stay the same.
#[test]
fn the_same_facts_twice_tell_nothing_the_second_time() {
    let broken = Broken { code: "no_keychain".to_owned(), message: String::new(), cure: String::new() };
    let worlds = [
        well(0),
        failing(120, "bc_unreachable", 0, 9),
        failing(0, "disk_full", 0, 1),
        Facts { broken: Some(broken), ..well(0) },
        with(&[waiting(12), cause(Flow::Items, "no_number", 1)], well(0)),
        Facts { standing: vec![standing(Flow::Items, "gate")], ..well(0) },
        Facts { credits: Some(CreditUse { spent: 95, budget: 100 }), ..well(0) },
        Facts { secret_expires: Some(date(2026, 6, 6)), ..well(0) },
        Facts { last_success: Some(at(-5_000)), ..well(0) },
    ];
    for before in &worlds {
        for after in &worlds {
            let mut user = Listening::new();
            user.hear(before);
            user.hear(after);
            let later = Facts { now: after.now.checked_add(1.second()).unwrap(), ..after.clone() };
            assert_eq!(user.hear(&later), [], "{before:?}\n{after:?}");
        }
    }
}
