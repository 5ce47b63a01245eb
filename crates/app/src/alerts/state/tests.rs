use jiff::ToSpan;
use jiff::civil::date;
use sync::flow::Flow;
use sync::progress::Event;

use super::super::samples::{at, cause, failing, noon, standing, waiting, well};
use super::super::{Broken, Differs, Facts, Work, WorkKind};
use super::{Light, Route, Section, state};
use crate::credit_pause::Pause;

fn working(kind: WorkKind, event: Option<Event>) -> Option<Work> {
    let mut work = Work::begun(kind);
    if let Some(event) = event {
        work.note(&event);
    }
    Some(work)
}

#[test]
fn each_state_has_its_light_and_its_sentence() {
    let writing = Event::Applied { flow: Flow::Customers, done: 1_200, of: 5_000 };
    let credits = |code: &str| Some(Pause { code: code.to_owned(), until: at(118) });
    let broken =
        |code: &str| Some(Broken { code: code.to_owned(), message: String::new(), cure: String::new() });
    let differs = Some(Differs { at: at(0), sentence: "3 invoices differ.".to_owned() });
    let cases: Vec<(Facts, Light, &str)> = vec![
        (well(0), Light::UpToDate, "Up to date, 14:02"),
        (Facts { last_success: None, ..well(0) }, Light::Attention, "Nothing was copied yet"),
        (Facts { last_success: Some(at(-1_440)), ..well(0) }, Light::UpToDate, "Up to date, yesterday 14:02"),
        (
            Facts { last_success: Some(at(-3 * 1_440)), ..well(0) },
            Light::Attention,
            "Nothing was copied since Tuesday 14:02",
        ),
        (Facts { set_up: false, ..Facts::at(noon()) }, Light::Attention, "Not set up yet"),
        (Facts { work: working(WorkKind::Sync, None), ..well(0) }, Light::Syncing, "Syncing"),
        (
            Facts { work: working(WorkKind::Sync, Some(writing)), ..well(0) },
            Light::Syncing,
            "Syncing customers: 1,200 of 5,000",
        ),
        (Facts { paused_until: Some(at(58)), ..well(0) }, Light::Paused, "Paused until 15:00"),
        (
            Facts { paused_until: Some(at(18 * 60 - 2)), ..well(0) },
            Light::Paused,
            "Paused until tomorrow 08:00",
        ),
        (Facts { paused_until: Some(at(-1)), ..well(0) }, Light::UpToDate, "Up to date, 14:02"),
        (
            Facts { other_writer: true, ..well(0) },
            Light::Paused,
            "Another Ledgerline works with this profile",
        ),
        (
            Facts { credit_pause: credits("zoho_credit_budget"), ..well(0) },
            Light::Paused,
            "Waiting for Zoho credits until 16:00",
        ),
        (
            Facts { credit_pause: credits("zoho_credit_budget_too_small"), ..well(0) },
            Light::Attention,
            "The credit budget is too small",
        ),
        (failing(0, "zoho_credits_low", -5, 1), Light::Paused, "Waiting for Zoho credits"),
        (failing(0, "zoho_unreachable", -52, 9), Light::Offline, "Offline since 13:10, trying again"),
        (failing(0, "bc_unreachable", -52, 9), Light::Offline, "Offline since 13:10, trying again"),
        (
            failing(0, "bc_maintenance", -52, 9),
            Light::Offline,
            "Business Central does not work since 13:10, trying again",
        ),
        (failing(0, "zoho_outage", -52, 9), Light::Offline, "Zoho does not work since 13:10, trying again"),
        (failing(0, "zoho_sign_in_invalid_code", -52, 1), Light::Error, "Zoho sign-in no longer works"),
        (
            failing(0, "bc_sign_in_secret_wrong", -52, 1),
            Light::Error,
            "Business Central sign-in no longer works",
        ),
        (
            failing(0, "bc_sign_in_secret_expired", -52, 1),
            Light::Error,
            "Business Central's client secret has expired",
        ),
        (failing(0, "setup_needed", -52, 1), Light::Error, "Ledgerline's fields in Zoho are missing"),
        (failing(0, "disk_full", -52, 1), Light::Error, "The disk is full"),
        (failing(0, "zoho_undecodable", -52, 1), Light::Error, "The last sync failed, trying again"),
        (Facts { broken: broken("no_keychain"), ..well(0) }, Light::Error, "The keychain cannot be used"),
        (Facts { broken: broken("settings_wrong"), ..well(0) }, Light::Error, "The settings cannot be used"),
        (Facts { broken: broken("database_damaged"), ..well(0) }, Light::Error, "The database is damaged"),
        (
            Facts { problems: vec![waiting(2), cause(Flow::Items, "no_number", 1)], ..well(0) },
            Light::Attention,
            "3 records need attention",
        ),
        (Facts { problems: vec![waiting(1)], ..well(0) }, Light::Attention, "1 record needs attention"),
        (
            Facts { standing: vec![standing(Flow::Invoices, "gate")], ..well(0) },
            Light::Attention,
            "Invoices stand still",
        ),
        (
            Facts {
                standing: vec![standing(Flow::Items, "gate")],
                problems: vec![waiting(1_200)],
                ..well(0)
            },
            Light::Attention,
            "Items stand still; 1,200 records need attention",
        ),
        (Facts { differs, ..well(0) }, Light::Attention, "The systems do not agree"),
        (
            Facts { secret_expires: Some(date(2026, 6, 12)), ..well(0) },
            Light::Attention,
            "Business Central's client secret expires in 7 days",
        ),
        (Facts { secret_expires: Some(date(2026, 6, 13)), ..well(0) }, Light::UpToDate, "Up to date, 14:02"),
        (
            Facts { secret_expires: Some(date(2026, 6, 4)), ..well(0) },
            Light::Attention,
            "Business Central's client secret has expired",
        ),
    ];
    for (facts, light, sentence) in cases {
        let state = state(&facts);
        assert_eq!((state.light, state.sentence.as_str()), (light, sentence), "{facts:?}");
    }
}

#[test]
fn what_keeps_everything_from_going_on_comes_before_what_merely_waits() {
    let all = Facts {
        broken: Some(Broken { code: "no_keychain".to_owned(), message: String::new(), cure: String::new() }),
        paused_until: Some(at(58)),
        work: Some(Work::begun(WorkKind::Compare)),
        problems: vec![waiting(12)],
        ..failing(0, "zoho_outage", -5, 1)
    };
    assert_eq!(state(&all).light, Light::Error);
    let without = Facts { broken: None, ..all };
    assert_eq!(state(&without).light, Light::Paused);
    assert_eq!(state(&without).detail.as_deref(), Some("12 records need attention"));
    let without = Facts { paused_until: None, ..without };
    assert_eq!(state(&without).light, Light::Offline);
    let without = Facts { failing: None, ..without };
    assert_eq!(state(&without).light, Light::Syncing);
    let without = Facts { work: None, ..without };
    assert_eq!(state(&without).light, Light::Attention);
}

#[test]
fn trying_again_is_no_sign_that_the_service_is_back_until_something_was_read() {
    let mut facts = failing(0, "zoho_unreachable", -5, 3);
    facts.work = working(WorkKind::Sync, Some(Event::Preparing));
    assert_eq!(state(&facts).light, Light::Offline);
    facts.work = working(WorkKind::Sync, Some(Event::Read { flow: Flow::Items, rows: 1 }));
    assert_eq!(state(&facts).light, Light::Syncing);
}

#[test]
fn records_that_stand_still_with_their_flow_are_not_counted_beside_it() {
    let facts = Facts {
        standing: vec![standing(Flow::Customers, "match_review_needed")],
        problems: vec![cause(Flow::Customers, "match_review_needed", 40)],
        ..well(0)
    };
    let state = state(&facts);
    assert_eq!(state.sentence, "Customers wait for match review");
    assert_eq!(state.route, Route::Matching);
}

#[test]
fn the_state_says_why_what_to_do_and_where() {
    let sign_in = state(&failing(0, "zoho_sign_in_invalid_code", -52, 1));
    assert_eq!(sign_in.code.as_deref(), Some("zoho_sign_in_invalid_code"));
    assert_eq!(sign_in.detail.as_deref(), Some("what zoho_sign_in_invalid_code means"));
    assert_eq!(sign_in.cure.as_deref(), Some("The cure of zoho_sign_in_invalid_code."));
    assert_eq!(sign_in.since, Some(at(-52)));
    assert_eq!(sign_in.route, Route::Settings(Section::Connections));
    let records = state(&Facts { problems: vec![waiting(12)], ..well(0) });
    assert_eq!(records.detail.as_deref(), Some("12 invoices wait for a product"));
    assert_eq!(records.route, Route::Problem("records:invoices:waits_for_record:items".to_owned()));
    let several = Facts { problems: vec![waiting(12), cause(Flow::Items, "no_number", 1)], ..well(0) };
    assert_eq!(state(&several).route, Route::Problems);
}

#[test]
fn a_poll_interval_of_days_is_no_standstill() {
    let days = std::time::Duration::from_secs(2 * 86_400);
    let facts = Facts { last_success: Some(at(-3 * 1_440)), poll_interval: days, ..well(0) };
    assert_eq!(state(&facts).light, Light::UpToDate);
}

#[test]
fn names_and_json_of_the_lights_are_the_same_words() {
    for light in Light::ALL {
        assert_eq!(serde_json::to_string(&light).unwrap(), format!("\"{}\"", light.name()));
    }
}

#[test]
fn times_are_those_of_the_time_zone_that_is_passed_in() {
    let mut facts = well(0);
    facts.now = facts.now.in_tz("America/New_York").unwrap();
    assert_eq!(state(&facts).sentence, "Up to date, 08:02");
    // The night in which clocks go back: four hours after 23:30 it is 02:30.
    let night: jiff::Zoned = "2026-10-24T23:30:00+02:00[Europe/Berlin]".parse().unwrap();
    let facts = Facts { paused_until: Some(night.timestamp() + 4.hours()), ..Facts::at(night) };
    assert_eq!(state(&facts).sentence, "Paused until tomorrow 02:30");
}
