//! Whatever happens in whatever order: of each signal that was taken in, its reader gets to know.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use relay::limits::{Page, Retention};
use relay::notification::key_of;
use relay::store::Store;
use relay_protocol::{Change, Kind, SignalId};

use crate::stores::{Place, at, bc, mailbox};

#[derive(Clone, Debug)]
enum Step {
    /// A record changes in one way.
    Push(u8, Change),
    /// The reader reads a page.
    Read,
    /// The reader has made all that it read durable.
    Acknowledge,
    /// The reader loses all that it has not acknowledged.
    Crash,
    /// So many hours pass, and the relay tidies up.
    Tidy(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let change = prop_oneof![Just(Change::Created), Just(Change::Updated), Just(Change::Deleted)];
    prop_oneof![
        6 => (0..12_u8, change).prop_map(|(record, change)| Step::Push(record, change)),
        3 => Just(Step::Read),
        2 => Just(Step::Acknowledge),
        1 => Just(Step::Crash),
        1 => (1..100_i64).prop_map(Step::Tidy),
    ]
}

/// What the reader knows of.
#[derive(Default)]
struct Reader {
    after: SignalId,
    read: Vec<(SignalId, Kind)>,
    acknowledged: SignalId,
    durable: Vec<(SignalId, Kind)>,
}

async fn history(store: &dyn Store, number: u8, steps: &[Step]) {
    let id = mailbox(number).id;
    store.create(mailbox(number)).await.unwrap();
    let (mut reader, mut hours) = (Reader::default(), 0);
    let mut pushed: Vec<(SignalId, Kind)> = Vec::new();
    let page = Page { signals: 3, bytes: usize::MAX };
    for step in steps {
        match step {
            Step::Push(record, change) => {
                let kind = bc(&record.to_string(), *change);
                pushed.push((store.newest().await.unwrap(), kind.clone()));
                store.push(&id, at(hours), vec![kind]).await.unwrap();
            }
            Step::Read => read(store, &mut reader, number, page).await,
            Step::Acknowledge => {
                reader.durable.append(&mut reader.read);
                reader.acknowledged = reader.after;
                store.acknowledge(&id, reader.acknowledged).await.unwrap();
            }
            Step::Crash => {
                reader.read.clear();
                reader.after = reader.acknowledged;
            }
            Step::Tidy(passed) => {
                hours += passed;
                store.read_by(&id, at(hours)).await.unwrap();
                store.tidy(at(hours)).await.unwrap();
            }
        }
    }
    loop {
        let before = reader.after;
        read(store, &mut reader, number, page).await;
        if reader.after == before {
            break;
        }
    }
    reader.durable.append(&mut reader.read);
    for (newest_before, kind) in pushed {
        let known = reader.durable.iter().any(|(id, found)| {
            *id > newest_before && (key_of(found) == key_of(&kind) || matches!(found, Kind::CatchUp { .. }))
        });
        assert!(known, "{kind:?} after {newest_before} was lost; the reader knows {:?}", reader.durable);
    }
}

async fn read(store: &dyn Store, reader: &mut Reader, number: u8, page: Page) {
    for signal in store.page(&mailbox(number).id, reader.after, page).await.unwrap() {
        assert!(signal.id > reader.after);
        reader.after = signal.id;
        reader.read.push((signal.id, signal.kind));
    }
}

fn histories(place: &Place, cases: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let retention = Retention { most: 10, ..Retention::default() };
    let (store, _hub) = runtime.block_on(place.open_with(retention));
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let number = std::cell::Cell::new(0_u8);
    runner
        .run(&proptest::collection::vec(step(), 1..60), |steps| {
            // Each history has a mailbox of its own beside those of the histories before.
            number.set(number.get().wrapping_add(1));
            runtime.block_on(async {
                store.remove(&mailbox(number.get()).id).await.unwrap();
                history(&*store, number.get(), &steps).await;
            });
            Ok(())
        })
        .unwrap();
}

#[test]
fn in_a_file_no_history_loses_a_signal() {
    histories(&Place::file(), 32);
}

#[test]
fn on_nats_no_history_loses_a_signal() {
    if let Some(place) = Place::nats() {
        histories(&place, 24);
    }
}
