//! How many requests are under way.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use transport::{Patience, Unmetered};

use crate::scripted::{Scripted, Step};
use crate::{ENDLESS, courier, courier_with, read, send_all};

#[tokio::test(start_paused = true)]
async fn refusals_halve_what_is_under_way_and_successes_bring_it_back() {
    let service = Scripted::slow(Duration::from_millis(100), Step::status(200));
    let courier = courier_with(16, ENDLESS, &service, Arc::new(Unmetered));
    assert!(send_all(&courier, 64).await.iter().all(Result::is_ok));
    assert_eq!(service.take_most_at_once(), 16);

    (0..60).for_each(|_| service.next(Step::status(429)));
    assert!(send_all(&courier, 16).await.iter().all(Result::is_ok));
    service.take_most_at_once();
    assert!(send_all(&courier, 8).await.iter().all(Result::is_ok));
    assert!(service.take_most_at_once() <= 4, "it recovers slowly");

    assert!(send_all(&courier, 400).await.iter().all(Result::is_ok));
    assert_eq!(service.take_most_at_once(), 16, "it recovers");
}

#[tokio::test(start_paused = true)]
async fn concurrency_can_be_changed_on_the_way() {
    let service = Scripted::slow(Duration::from_millis(100), Step::status(200));
    let courier = courier(ENDLESS, &service);
    for (ceiling, expected) in [(10, 10), (2, 2), (0, 1)] {
        courier.clone().set_concurrency(ceiling);
        send_all(&courier, 30).await;
        assert_eq!(service.take_most_at_once(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_to_be_repeated_holds_nobody_up() {
    let refused = Step::status(503).header("Retry-After", "30");
    let service = Scripted::new([refused], Step::status(200));
    let courier = courier_with(1, Patience::default(), &service, Arc::new(Unmetered));
    let waiting = tokio::spawn({
        let courier = courier.clone();
        async move { courier.send(read()).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let start = Instant::now();
    courier.send(read()).await.unwrap();
    assert!(start.elapsed().is_zero());
    assert!(!waiting.is_finished());
}
