//! What stays in memory, as the window sees it: asked by the window's commands, against both simulated systems on a socket.

// A failed expectation is a failed test.
#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::sync::Arc;

use app::window::agreement::CompareOptions;
use app::window::schema::{Commands, Event, NAMES, Nothing, dispatch};
use app::window::state::{LightName, PauseUntil, Stage, WorkKind};
use sandbox::credentials;

use crate::office::{Office, heard, taken_up};

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_set_up_copied_compared_and_shown() {
    let office = Office::new().await;
    let resident = &office.resident;
    // By schedule at once, and in vain: there are no fields yet. That is no green light.
    let plan = resident.wizard_fields(Nothing).await.unwrap();
    assert!(!plan.ready && plan.create.iter().any(|field| field.required));
    assert_eq!(office.works(WorkKind::Fields, resident.wizard_fields_create(Nothing)).await, None);
    assert!(resident.wizard_fields(Nothing).await.unwrap().ready);

    assert_eq!(office.works(WorkKind::Sync, resident.sync_now(Nothing)).await, None);
    let overview = resident.overview(Nothing).await.unwrap();
    assert_eq!(overview.state.stage, Stage::Ready);
    assert_eq!(overview.state.light, LightName::UpToDate);
    assert!(overview.flows.iter().all(|flow| flow.enabled && flow.zoho > 0), "{:?}", overview.flows);
    let created: u64 = overview.moved.iter().map(|moved| moved.created).sum();
    assert_eq!(created, overview.flows.iter().map(|flow| flow.zoho).sum::<u64>());

    let only = CompareOptions { mend: false, lines: false, confirm_deletions: false };
    assert_eq!(office.works(WorkKind::Compare, resident.compare_start(only)).await, None);
    let agreement = resident.agreement(Nothing).await.unwrap().unwrap();
    assert_eq!(agreement.agrees, Some(true), "{}", agreement.sentence);

    let trail = dispatch(resident, "activity", serde_json::json!({"limit": 5})).await.unwrap();
    assert_eq!(trail["entries"].as_array().unwrap().len(), 5);
    assert!(trail["total"].as_u64().unwrap() > created);
    let written =
        trail["entries"].as_array().unwrap().iter().find(|entry| entry["bc_id"].is_string()).cloned();
    let number = resident.recent(5);
    assert!(!number.is_empty() && number[0].1.starts_with("history?flow="), "{number:?} {written:?}");
    office.quits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_thing_at_a_time_and_whoever_asks_for_another_is_told_what_goes_on() {
    let office = Office::new().await;
    let resident = &office.resident;
    let events = resident.events();
    // The first answer comes before the work begins.
    resident.preview_start(Nothing).await.unwrap();
    let refused = resident.sync_now(Nothing).await.unwrap_err();
    assert_eq!(refused.code, "busy");
    assert!(!refused.cure.is_empty());
    heard(events, |event| matches!(event, Event::WorkEnded { work: WorkKind::Preview, .. })).await;
    office.quits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_outlives_a_restart() {
    let office = Office::new().await;
    let paused = office.resident.pause(PauseUntil::Tomorrow).await.unwrap();
    assert_eq!(paused.light, LightName::Paused);
    let (hands, clock) = (Arc::clone(&office.hands), Arc::clone(&office.clock));
    let folder = office.quits().await;
    let (resident, life) = taken_up(folder.path(), &hands, &clock);
    loop {
        let events = resident.events();
        if resident.state().paused_until.is_some() {
            break;
        }
        heard(events, |event| matches!(event, Event::State { .. } | Event::Changed)).await;
    }
    assert_eq!(resident.state().paused_until, paused.paused_until);
    assert_eq!(resident.resume(Nothing).await.unwrap().paused_until, None);
    resident.quit();
    tokio::task::spawn_blocking(|| life.join()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_setting_is_refused_at_its_input_and_nothing_is_kept() {
    let office = Office::new().await;
    let before = office.resident.settings(Nothing).await.unwrap();
    let mut wrong = before.clone();
    wrong.poll_interval = 3;
    let failure = office.resident.settings_save(wrong).await.unwrap_err();
    assert_eq!(failure.field.as_deref(), Some("poll_interval"), "{failure:?}");
    let mut wrong = before.clone();
    wrong.notifications.quiet_from = "late".to_owned();
    let failure = office.resident.settings_save(wrong).await.unwrap_err();
    assert_eq!(failure.field.as_deref(), Some("quiet_from"), "{failure:?}");
    let mut wrong = before.clone();
    for flow in &mut wrong.flows {
        flow.enabled = flow.flow == app::window::state::FlowName::Invoices;
    }
    let failure = office.resident.settings_save(wrong).await.unwrap_err();
    assert_eq!(failure.field.as_deref(), Some("flows"), "{failure:?}");
    assert_eq!(office.resident.settings(Nothing).await.unwrap(), before);
    office.quits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_of_any_command_holds_a_secret() {
    let office = Office::new().await;
    for name in NAMES.iter().filter(|name| !name.starts_with("wizard_zoho_sign_in")) {
        let answer = dispatch(&office.resident, name, serde_json::Value::Null).await;
        let text = format!("{answer:?}");
        for secret in
            [credentials::BC_CLIENT_SECRET, credentials::ZOHO_CLIENT_SECRET, credentials::ZOHO_REFRESH_TOKEN]
        {
            assert!(!text.contains(secret), "{name} gives a secret away");
        }
    }
    office.quits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_window_is_said_to_be_no_end_and_only_once() {
    let office = Office::new().await;
    office.resident.window_closed();
    office.resident.window_closed();
    let said = office.hands.said.lock().unwrap().clone();
    assert_eq!(said.iter().filter(|title| title.contains("tray")).count(), 1, "{said:?}");
    office.quits().await;
}
