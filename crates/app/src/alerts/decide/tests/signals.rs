//! When it is told that signals of changes do not arrive.

use sync::flow::Flow;

use super::super::super::samples::{at, cause, failing, well};
use super::super::super::{
    Alert, AlertKind, Broken, Facts, Light, Route, Section, SignalsHeard, Urgency, state,
};
use super::{Listening, NOTHING, early_afternoon, with};

/// Something that keeps runs from going on.
type Standing = fn(Facts) -> Facts;

fn silent_at(party: &str) -> SignalsHeard {
    SignalsHeard::Silent {
        party: party.to_owned(),
        message: "the relay does not answer".to_owned(),
        cure: "Run `ledgerline webhooks repair`.".to_owned(),
    }
}

fn hearing(signals: SignalsHeard, minutes: i64) -> Facts {
    Facts { signals, ..well(minutes) }
}

fn silent(minutes: i64) -> Facts {
    hearing(silent_at("relay"), minutes)
}

#[test]
fn an_hour_without_signals_is_told_once_quietly_and_leaves_the_light_alone() {
    let mut user = Listening::new();
    for minutes in [0, 10, 59] {
        assert_eq!(user.titles(&silent(minutes)), NOTHING, "{minutes}");
    }
    let told = user.hear(&silent(60));
    let expected = Alert {
        kind: AlertKind::SignalsLost,
        title: "No signals of changes since 14:02".to_owned(),
        body: "Both systems are asked regularly instead, so changes come later.\nThe relay does not answer\nUse \"Repair\" in Settings, \"Changes at once\".".to_owned(),
        route: Route::Settings(Section::Signals),
        urgency: Urgency::Low,
        key: "signals".to_owned(),
    };
    assert_eq!(told, [expected]);
    assert_eq!(state(&silent(60)).light, Light::UpToDate);
    for minutes in [70, 300, 3_000] {
        assert_eq!(user.titles(&silent(minutes)), NOTHING, "{minutes}");
    }
}

#[test]
fn a_silence_that_wanders_from_one_party_to_another_is_one_silence() {
    let mut user = Listening::new();
    user.hear(&silent(0));
    assert_eq!(user.titles(&hearing(silent_at("zoho"), 60)), ["No signals from Zoho since 14:02"]);
    assert_eq!(user.titles(&hearing(silent_at("business_central"), 120)), NOTHING);
}

#[test]
fn that_they_arrive_again_is_told_to_whoever_heard_that_they_did_not() {
    let mut user = Listening::new();
    user.hear(&silent(0));
    assert_eq!(user.titles(&hearing(SignalsHeard::Arrive, 30)), NOTHING);
    user.hear(&silent(40));
    assert_eq!(user.titles(&silent(99)), NOTHING);
    assert_eq!(user.titles(&silent(100)).len(), 1);
    let told = user.hear(&hearing(SignalsHeard::Arrive, 110));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, AlertKind::Recovered);
    assert_eq!(told[0].body, "This is over:\nNo signals of changes since 14:42");
    assert_eq!(user.titles(&silent(120)), NOTHING);
    assert_eq!(user.titles(&silent(180)), ["No signals of changes since 16:02"]);
}

#[test]
fn while_runs_do_not_go_on_either_that_is_told_and_signals_are_not() {
    let stands: [(&str, Standing); 4] = [
        ("an outage", |facts| Facts { failing: failing(0, "bc_unreachable", 0, 5).failing, ..facts }),
        ("a pause", |facts| Facts { paused_until: Some(at(9_000)), ..facts }),
        ("another writer", |facts| Facts { other_writer: true, ..facts }),
        ("a broken profile", |facts| Facts {
            broken: Some(Broken {
                code: "disk_full".to_owned(),
                message: "The disk is full.".to_owned(),
                cure: "Make room.".to_owned(),
            }),
            ..facts
        }),
    ];
    for (what, standing) in stands {
        let mut user = Listening::new();
        user.hear(&silent(0));
        let told = user.hear(&standing(silent(61)));
        assert!(told.iter().all(|alert| alert.kind != AlertKind::SignalsLost), "{what}: {told:?}");
        let after = |user: &mut Listening, minutes| {
            let told = user.hear(&silent(minutes));
            told.iter().filter(|alert| alert.kind == AlertKind::SignalsLost).count()
        };
        assert_eq!(after(&mut user, 62), 0, "{what}: the silence counts from its end");
        assert_eq!(after(&mut user, 121), 0, "{what}");
        assert_eq!(after(&mut user, 122), 1, "{what}");
    }
}

#[test]
fn a_failed_run_in_between_neither_ends_nor_repeats_what_was_told() {
    let mut user = Listening::new();
    user.hear(&silent(0));
    assert_eq!(user.titles(&silent(60)).len(), 1);
    let failed = Facts { signals: silent_at("relay"), ..failing(70, "zoho_unreachable", 70, 1) };
    assert_eq!(user.titles(&failed), NOTHING);
    assert_eq!(user.titles(&silent(75)), NOTHING);
    assert_eq!(user.titles(&silent(200)), NOTHING);
}

#[test]
fn what_is_being_found_out_after_a_start_neither_ends_nor_begins_a_silence() {
    let mut user = Listening::new();
    assert_eq!(user.titles(&hearing(SignalsHeard::Unknown, 0)), NOTHING);
    assert_eq!(user.titles(&silent(100)), NOTHING);
    assert_eq!(user.titles(&silent(160)), ["No signals of changes since 15:42"]);
    assert_eq!(user.titles(&hearing(SignalsHeard::Unknown, 900)), NOTHING);
    assert_eq!(user.titles(&silent(901)), NOTHING);
}

#[test]
fn switched_off_signals_are_missed_by_nobody() {
    let mut user = Listening::new();
    user.hear(&silent(0));
    assert_eq!(user.titles(&hearing(SignalsHeard::Unused, 61)), NOTHING);
    assert_eq!(user.titles(&hearing(SignalsHeard::Unused, 600)), NOTHING);
}

#[test]
fn in_quiet_hours_it_waits_and_is_told_afterwards_if_it_is_still_so() {
    let mut user = Listening::with(early_afternoon());
    user.hear(&silent(-70));
    assert_eq!(user.titles(&silent(10)), NOTHING);
    assert_eq!(user.titles(&silent(58)), ["No signals of changes since 12:52"]);
    let mut user = Listening::with(early_afternoon());
    user.hear(&silent(-70));
    assert_eq!(user.titles(&silent(10)), NOTHING);
    assert_eq!(user.titles(&hearing(SignalsHeard::Arrive, 58)), NOTHING);
}

#[test]
fn it_stands_beside_records_that_need_attention() {
    let mut user = Listening::new();
    user.hear(&silent(0));
    let both = with(&[cause(Flow::Items, "no_number", 1)], silent(60));
    assert_eq!(user.titles(&both), ["No signals of changes since 14:02", "1 item has no number"]);
}
