//! Signals as the window switches them on and off, with a relay on this computer.

// A failed expectation is a failed test.
#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::collections::BTreeSet;

use app::window::activity::{ActivityFilter, ActivityQuery};
use app::window::schema::{Commands, Event, Nothing, dispatch};
use app::window::signals::{SignalsAnswers, SignalsParty, SignalsStanding, SignalsView};
use app::window::state::WorkKind;
use jiff::SignedDuration;
use relay::local::LocalRelay;
use sandbox::business_central::schema::Table;

use crate::office::Office;

const KEY: &str = "a key for enrolment in tests";

/// An office whose first sync is done, and a relay.
async fn scene() -> (Office, LocalRelay) {
    let office = Office::new().await;
    let resident = &office.resident;
    assert_eq!(office.works(WorkKind::Fields, resident.wizard_fields_create(Nothing)).await, None);
    assert_eq!(office.works(WorkKind::Sync, resident.sync_now(Nothing)).await, None);
    office.world.bc(|bc| bc.webhooks.delay = SignedDuration::from_millis(10));
    let relay = LocalRelay::start(&office.folder.path().join("relay.db"), KEY).await.unwrap();
    (office, relay)
}

fn answers(relay: &str, key: &str) -> SignalsAnswers {
    SignalsAnswers { relay: relay.to_owned(), enrolment_key: key.to_owned() }
}

impl Office {
    /// Looks after each event, until signals stand so.
    async fn until_signals(&self, standing: SignalsStanding) -> SignalsView {
        loop {
            let events = self.resident.events();
            let view = self.resident.signals(Nothing).await.unwrap();
            if view.standing == standing {
                return view;
            }
            crate::office::heard(events, |event| matches!(event, Event::Changed)).await;
        }
    }

    /// Business Central tells of it at once.
    fn edits_a_customer(&self) {
        self.world.bc(|bc| {
            let customer = *bc.table(Table::Customers).keys().next().unwrap();
            assert!(bc.edit(Table::Customers, customer, "phoneNumber", "+1 555 0100"));
        });
    }

    async fn runs_by_schedule(&self) -> u64 {
        let text = "run by schedule".to_owned();
        let query =
            ActivityQuery { filter: ActivityFilter { text, ..Default::default() }, ..Default::default() };
        self.resident.activity(query).await.unwrap().total
    }

    /// The clock alone would lead to none as long as a test may last.
    async fn until_more_runs_by_schedule(&self, than: u64) {
        loop {
            let events = self.resident.events();
            if self.runs_by_schedule().await > than {
                return;
            }
            crate::office::heard(events, |event| matches!(event, Event::WorkEnded { .. })).await;
        }
    }

    fn subscribed(&self) -> usize {
        self.world.bc(|bc| bc.webhooks.subscriptions().count())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_are_switched_on_bring_a_change_and_are_switched_off_without_a_trace() {
    let (office, relay) = scene().await;
    let resident = &office.resident;
    assert_eq!(resident.signals(Nothing).await.unwrap().standing, SignalsStanding::Off);

    assert_eq!(office.works(WorkKind::Signals, resident.signals_on(answers(relay.url(), KEY))).await, None);
    let view = office.until_signals(SignalsStanding::Well).await;
    assert_eq!(view.relay.as_deref(), Some(relay.url()));
    assert!(view.connected_since.is_some() && view.troubles.is_empty());
    let told: BTreeSet<_> = view.subscriptions.iter().map(|one| one.about.as_str()).collect();
    assert!(told.contains("customers") && told.contains("Accounts"), "{told:?}");
    assert_eq!(resident.overview(Nothing).await.unwrap().signals.unwrap().standing, SignalsStanding::Well);

    let trail = resident.activity(ActivityQuery::default()).await.unwrap().total;
    let events = resident.events();
    office.edits_a_customer();
    crate::office::heard(events, |event| matches!(event, Event::WorkEnded { work: WorkKind::Sync, .. }))
        .await;
    assert!(resident.activity(ActivityQuery::default()).await.unwrap().total > trail);
    let view = resident.signals(Nothing).await.unwrap();
    assert!(view.taken > 0 && view.last_at.is_some(), "{view:?}");

    assert_eq!(office.works(WorkKind::Signals, resident.signals_repair(Nothing)).await, None);
    office.until_signals(SignalsStanding::Well).await;
    assert!(office.subscribed() > 0);
    assert_eq!(office.works(WorkKind::Signals, resident.signals_off(Nothing)).await, None);
    let view = resident.signals(Nothing).await.unwrap();
    assert_eq!((view.standing, view.subscriptions.len(), view.taken), (SignalsStanding::Off, 0, 0));
    assert_eq!(office.subscribed(), 0);
    office.quits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_wrongly_is_refused_at_its_input_and_the_key_is_in_no_answer() {
    let (office, relay) = scene().await;
    let resident = &office.resident;
    for (relay, key, field) in [
        ("relay.example.com", KEY, "relay"),
        ("http://relay.example.com", KEY, "relay"),
        (relay.url(), " ", "enrolment_key"),
    ] {
        let failure = resident.signals_on(answers(relay, key)).await.unwrap_err();
        assert_eq!(failure.field.as_deref(), Some(field), "{relay}");
    }
    let wrong = "not the key of this relay";
    let failure =
        office.works(WorkKind::Signals, resident.signals_on(answers(relay.url(), wrong))).await.unwrap();
    assert_eq!(
        (failure.code.as_str(), failure.field.as_deref()),
        ("relay_enrolment_refused", Some("enrolment_key"))
    );
    assert!(!format!("{failure:?}").contains(wrong));
    let view = dispatch(resident, "signals", serde_json::Value::Null).await.unwrap();
    assert_eq!(view["standing"], "off");
    assert_eq!(view["relay"], serde_json::Value::Null);
    office.quits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_gone_is_told_with_what_to_do_and_can_be_left() {
    let (office, relay) = scene().await;
    let resident = &office.resident;
    assert_eq!(office.works(WorkKind::Signals, resident.signals_on(answers(relay.url(), KEY))).await, None);
    office.until_signals(SignalsStanding::Well).await;
    relay.stop().await;
    let view = office.until_signals(SignalsStanding::Lost).await;
    assert_eq!(view.troubles[0].party, SignalsParty::Relay);
    assert!(!view.troubles[0].cure.is_empty() && view.down_since.is_some());
    assert_eq!(office.works(WorkKind::Signals, resident.signals_off(Nothing)).await, None);
    assert_eq!(resident.signals(Nothing).await.unwrap().standing, SignalsStanding::Off);
    assert_eq!(office.subscribed(), 0);
    office.quits().await;
}

/// Shorter than the time between two runs, so that what follows it is its own doing.
const NAP: SignedDuration = SignedDuration::from_mins(2);

/// Signals come, and what connecting itself led to is done.
async fn listening() -> (Office, LocalRelay) {
    let (office, relay) = scene().await;
    let resident = &office.resident;
    assert_eq!(office.works(WorkKind::Signals, resident.signals_on(answers(relay.url(), KEY))).await, None);
    office.until_signals(SignalsStanding::Well).await;
    assert_eq!(office.works(WorkKind::Sync, resident.sync_now(Nothing)).await, None);
    (office, relay)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleep_that_a_signal_ends_is_caught_up() {
    let (office, _relay) = listening().await;
    let before = office.runs_by_schedule().await;
    office.clock.sleeps(NAP);
    office.edits_a_customer();
    office.until_more_runs_by_schedule(before).await;
    office.quits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleep_in_the_middle_of_a_run_is_caught_up_after_it() {
    let (office, _relay) = listening().await;
    let before = office.runs_by_schedule().await;
    let (events, ends) = (office.resident.events(), office.resident.events());
    office.resident.sync_now(Nothing).await.unwrap();
    crate::office::heard(events, |event| matches!(event, Event::State { state } if state.work.is_some()))
        .await;
    office.clock.sleeps(NAP);
    crate::office::heard(ends, |event| matches!(event, Event::WorkEnded { work: WorkKind::Sync, .. })).await;
    office.edits_a_customer();
    office.until_more_runs_by_schedule(before).await;
    office.quits().await;
}
