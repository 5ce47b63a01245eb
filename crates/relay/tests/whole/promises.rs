//! What every store promises.

use relay::limits::{PAGE, Page, Retention};
use relay::secrets::Digest;
use relay::store::{Figures, Hook, Store};
use relay_protocol::{CatchUpReason, Change, Kind, MailboxId, Signal, SignalId, Source};

use crate::stores::{Place, another_process, at, bc, mailbox, on_both_stores, open_file, updated};

on_both_stores!(
    signals_come_in_their_order_and_page_by_page,
    a_later_signal_of_a_record_takes_the_place_of_the_earlier_one,
    a_delete_never_merges_into_an_update,
    what_is_acknowledged_is_forgotten_and_nothing_else,
    a_hook_leads_to_its_mailbox_until_that_is_removed,
    too_many_signals_collapse_into_one_that_comes_after_them,
    signals_that_are_too_old_collapse,
    a_mailbox_that_nobody_reads_is_removed_and_one_that_is_read_stays,
    no_number_is_given_twice_even_when_everything_was_forgotten,
    a_new_signal_wakes_the_reader_of_its_mailbox_alone,
);

async fn all(store: &dyn Store, mailbox: &MailboxId) -> Vec<Signal> {
    store.page(mailbox, SignalId(0), PAGE).await.unwrap()
}

fn kinds(signals: &[Signal]) -> Vec<Kind> {
    signals.iter().map(|signal| signal.kind.clone()).collect()
}

async fn signals_come_in_their_order_and_page_by_page(place: Place) {
    let (store, _) = place.open().await;
    let (first, other) = (mailbox(1), mailbox(2));
    store.create(first.clone()).await.unwrap();
    store.create(other.clone()).await.unwrap();
    let sent: Vec<Kind> = (0..5).map(|record| updated(&record.to_string())).collect();
    assert!(store.push(&first.id, at(1), sent[..3].to_vec()).await.unwrap());
    assert!(store.push(&other.id, at(1), vec![updated("other")]).await.unwrap());
    assert!(store.push(&first.id, at(2), sent[3..].to_vec()).await.unwrap());
    let two = Page { signals: 2, bytes: usize::MAX };
    let (mut after, mut found) = (SignalId(0), Vec::new());
    loop {
        let page = store.page(&first.id, after, two).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        assert!(page.iter().all(|signal| signal.id > after));
        after = last.id;
        found.extend(page);
    }
    assert_eq!(kinds(&found), sent);
    assert_eq!((found[0].received_at, found[4].received_at), (at(1), at(2)));
    assert!(store.newest().await.unwrap() >= after);
    assert_eq!(store.figures().await.unwrap(), Figures { mailboxes: 2, signals: 6 });
}

async fn a_later_signal_of_a_record_takes_the_place_of_the_earlier_one(place: Place) {
    let (store, _) = place.open().await;
    let id = mailbox(1).id;
    store.create(mailbox(1)).await.unwrap();
    store.push(&id, at(1), vec![updated("a"), updated("b")]).await.unwrap();
    let before = all(&*store, &id).await;
    store.push(&id, at(2), vec![updated("a")]).await.unwrap();
    let after = all(&*store, &id).await;
    assert_eq!(kinds(&after), [updated("b"), updated("a")]);
    // A reader that has had both gets it once more.
    let last = before.last().unwrap().id;
    assert_eq!(kinds(&store.page(&id, last, PAGE).await.unwrap()), [updated("a")]);
}

async fn a_delete_never_merges_into_an_update(place: Place) {
    let (store, _) = place.open().await;
    let id = mailbox(1).id;
    store.create(mailbox(1)).await.unwrap();
    for change in [Change::Updated, Change::Deleted, Change::Updated] {
        store.push(&id, at(1), vec![bc("a", change)]).await.unwrap();
    }
    assert_eq!(kinds(&all(&*store, &id).await), [bc("a", Change::Deleted), bc("a", Change::Updated)]);
}

async fn what_is_acknowledged_is_forgotten_and_nothing_else(place: Place) {
    let (store, _) = place.open().await;
    let (id, other) = (mailbox(1).id, mailbox(2).id);
    store.create(mailbox(1)).await.unwrap();
    store.create(mailbox(2)).await.unwrap();
    store.push(&other, at(1), vec![updated("x")]).await.unwrap();
    store.push(&id, at(1), vec![updated("a"), updated("b"), updated("c")]).await.unwrap();
    let signals = all(&*store, &id).await;
    store.acknowledge(&id, signals[1].id).await.unwrap();
    assert_eq!(kinds(&all(&*store, &id).await), [updated("c")]);
    store.acknowledge(&id, signals[1].id).await.unwrap();
    store.acknowledge(&id, SignalId(0)).await.unwrap();
    assert_eq!(kinds(&all(&*store, &id).await), [updated("c")]);
    store.acknowledge(&id, SignalId(u64::MAX)).await.unwrap();
    assert_eq!(all(&*store, &id).await, []);
    assert_eq!(kinds(&all(&*store, &other).await), [updated("x")]);
}

async fn a_hook_leads_to_its_mailbox_until_that_is_removed(place: Place) {
    let (store, hub) = place.open().await;
    let (one, two) = (mailbox(1), mailbox(2));
    store.create(one.clone()).await.unwrap();
    store.create(two.clone()).await.unwrap();
    let hook = |source| Some(Hook { mailbox: one.id.clone(), source });
    assert_eq!(store.hook(&one.business_central).await.unwrap(), hook(Source::BusinessCentral));
    assert_eq!(store.hook(&one.zoho).await.unwrap(), hook(Source::Zoho));
    assert_eq!(store.hook(&one.token).await.unwrap(), None);
    assert!(store.token(&one.id).await.unwrap().unwrap().is(&Digest::of("token 1")));
    store.push(&one.id, at(1), vec![updated("a")]).await.unwrap();
    store.push(&two.id, at(1), vec![updated("a")]).await.unwrap();
    let seat = hub.take_seat(&one.id);
    store.remove(&one.id).await.unwrap();
    assert!(seat.notices.borrow().superseded);
    assert!(store.token(&one.id).await.unwrap().is_none());
    assert_eq!(store.hook(&one.business_central).await.unwrap(), None);
    assert_eq!(all(&*store, &one.id).await, []);
    assert_eq!(store.figures().await.unwrap(), Figures { mailboxes: 1, signals: 1 });
    store.remove(&one.id).await.unwrap();
    assert!(store.hook(&two.zoho).await.unwrap().is_some());
}

async fn too_many_signals_collapse_into_one_that_comes_after_them(place: Place) {
    let (store, _) = place.open_with(Retention { most: 20, ..Retention::default() }).await;
    let id = mailbox(1).id;
    store.create(mailbox(1)).await.unwrap();
    let mut newest_first_21 = SignalId(0);
    for record in 0..45 {
        store.push(&id, at(record), vec![updated(&record.to_string())]).await.unwrap();
        if record == 20 {
            newest_first_21 = store.newest().await.unwrap();
        }
        assert!(all(&*store, &id).await.len() <= 22, "a tenth more at most");
    }
    let found = all(&*store, &id).await;
    let stands_for_others = |signal: &&Signal| {
        matches!(signal.kind, Kind::CatchUp { reason: CatchUpReason::Collapsed, source: None })
    };
    let catch_up: Vec<&Signal> = found.iter().filter(stands_for_others).collect();
    assert_eq!(catch_up.len(), 1);
    // Whatever is missing was numbered below the one that stands for it.
    let missing =
        (0..45).filter(|record| !found.iter().any(|signal| signal.kind == updated(&record.to_string())));
    assert!(missing.count() >= 25);
    assert!(catch_up[0].id >= SignalId(newest_first_21.0 - 20));
    assert_eq!(found.last().unwrap().kind, updated("44"));
}

async fn signals_that_are_too_old_collapse(place: Place) {
    let (store, hub) = place.open().await;
    let id = mailbox(1).id;
    store.create(mailbox(1)).await.unwrap();
    store.create(mailbox(2)).await.unwrap();
    store.push(&id, at(0), vec![updated("a"), updated("b")]).await.unwrap();
    store.push(&mailbox(2).id, at(100), vec![updated("young")]).await.unwrap();
    assert_eq!(store.tidy(at(7 * 24)).await.unwrap().collapsed, 0);
    assert_eq!(all(&*store, &id).await.len(), 2);
    let seat = hub.take_seat(&id);
    let tidied = store.tidy(at(7 * 24 + 1)).await.unwrap();
    assert_eq!((tidied.collapsed, tidied.removed), (1, 0));
    assert!(seat.notices.borrow().signals > 0, "a reader that waits is told");
    let collapsed = Kind::CatchUp { reason: CatchUpReason::Collapsed, source: None };
    assert_eq!(kinds(&all(&*store, &id).await), [collapsed]);
    assert_eq!(kinds(&all(&*store, &mailbox(2).id).await), [updated("young")]);
}

async fn a_mailbox_that_nobody_reads_is_removed_and_one_that_is_read_stays(place: Place) {
    let (store, _) = place.open().await;
    store.create(mailbox(1)).await.unwrap();
    store.create(mailbox(2)).await.unwrap();
    store.read_by(&mailbox(2).id, at(50 * 24)).await.unwrap();
    assert_eq!(store.tidy(at(90 * 24)).await.unwrap().removed, 0);
    assert_eq!(store.tidy(at(91 * 24)).await.unwrap().removed, 1);
    assert!(store.hook(&mailbox(1).zoho).await.unwrap().is_none());
    assert!(store.hook(&mailbox(2).zoho).await.unwrap().is_some());
}

async fn no_number_is_given_twice_even_when_everything_was_forgotten(place: Place) {
    let id = mailbox(1).id;
    let before = {
        let (store, _) = place.open().await;
        store.create(mailbox(1)).await.unwrap();
        store.push(&id, at(1), vec![updated("a")]).await.unwrap();
        let before = store.newest().await.unwrap();
        store.acknowledge(&id, before).await.unwrap();
        before
    };
    let (store, _) = place.open().await;
    assert_eq!(store.newest().await.unwrap(), before);
    store.push(&id, at(2), vec![updated("b")]).await.unwrap();
    assert!(all(&*store, &id).await[0].id > before);
}

async fn a_new_signal_wakes_the_reader_of_its_mailbox_alone(place: Place) {
    let (store, hub) = place.open().await;
    store.create(mailbox(1)).await.unwrap();
    store.create(mailbox(2)).await.unwrap();
    let (seat, other) = (hub.take_seat(&mailbox(1).id), hub.take_seat(&mailbox(2).id));
    store.push(&mailbox(1).id, at(1), vec![updated("a")]).await.unwrap();
    assert!(seat.notices.borrow().signals > 0);
    assert_eq!(other.notices.borrow().signals, 0);
}

#[tokio::test]
async fn on_nats_a_signal_and_a_new_reader_at_one_process_are_known_at_the_others() {
    let Some(place) = Place::nats() else { return };
    let (here, hub) = place.open().await;
    let (there, _) = another_process(&place).await;
    let id = mailbox(1).id;
    there.create(mailbox(1)).await.unwrap();
    let mut seat = hub.take_seat(&id);
    there.push(&id, at(1), vec![updated("a")]).await.unwrap();
    seat.notices.wait_for(|notice| notice.signals > 0).await.unwrap();
    assert_eq!(kinds(&all(&*here, &id).await), [updated("a")]);
    // A reader of this process ends none of this process, one of another does.
    here.read_by(&id, at(1)).await.unwrap();
    there.push(&id, at(1), vec![updated("b")]).await.unwrap();
    seat.notices.wait_for(|notice| notice.signals > 1).await.unwrap();
    assert!(!seat.notices.borrow().superseded);
    there.read_by(&id, at(1)).await.unwrap();
    seat.notices.wait_for(|notice| notice.superseded).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_an_error_that_says_so_and_what_was_stored_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open_file(&folder).await;
    let id = mailbox(1).id;
    store.create(mailbox(1)).await.unwrap();
    store.push(&id, at(1), vec![updated("kept")]).await.unwrap();
    store.let_no_longer_grow().await.unwrap();
    let large = updated(&"x".repeat(50_000));
    let error = store.push(&id, at(1), vec![large]).await.unwrap_err();
    assert!(error.to_string().starts_with("the disk is full"), "{error}");
    assert_eq!(kinds(&all(&*store, &id).await), [updated("kept")]);
}

#[tokio::test]
async fn after_a_backup_every_mailbox_hears_of_it_and_numbers_go_on_above() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open_file(&folder).await;
    store.create(mailbox(1)).await.unwrap();
    store.create(mailbox(2)).await.unwrap();
    store.push(&mailbox(1).id, at(1), vec![updated("a")]).await.unwrap();
    let before = store.newest().await.unwrap();
    store.restored(at(2)).await.unwrap();
    let restored = Kind::CatchUp { reason: CatchUpReason::Restored, source: None };
    for (mailbox, expected) in
        [(mailbox(1).id, vec![updated("a"), restored.clone()]), (mailbox(2).id, vec![restored])]
    {
        let found = all(&*store, &mailbox).await;
        assert_eq!(kinds(&found), expected);
        assert!(found.last().unwrap().id.0 > before.0 + 1_000_000);
    }
}
