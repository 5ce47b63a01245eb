//! What is tried again and what is not, and what a failure says about all attempts together.

use transport::{Cause, Fate, Patience, Repeat, Request};

use crate::scripted::{Scripted, Step};
use crate::{NOON, courier, insert, read};

#[tokio::test(start_paused = true)]
async fn a_useful_answer_is_handed_over_at_once() {
    for status in [200, 201, 204, 207, 302, 304, 400, 401, 403, 404, 409, 413] {
        let service = Scripted::new([], Step::status(status));
        let courier = courier(Patience::default(), &service);
        assert_eq!(courier.send(read()).await.unwrap().status, status);
        assert_eq!(service.attempts(), 1);
        assert_eq!(courier.last_success(), Some(NOON.parse().unwrap()));
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again() {
    for step in [
        Step::status(408),
        Step::status(429),
        Step::status(500),
        Step::status(502),
        Step::status(503),
        Step::status(504),
        Step::unsent(Cause::Dns),
        Step::unsent(Cause::Connect("refused".to_owned())),
        Step::lost(Cause::Reset("reset".to_owned())),
        Step::lost(Cause::Damaged("cut off".to_owned())),
        Step::lost(Cause::Timeout),
    ] {
        let service = Scripted::new([step.clone(), step], Step::status(200));
        let answer = courier(Patience::default(), &service).send(read()).await;
        assert_eq!(answer.unwrap().status, 200);
        assert_eq!(service.attempts(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn what_would_end_alike_is_not_tried_again() {
    for step in [
        Step::status(501),
        Step::unsent(Cause::BadAddress("http".to_owned())),
        Step::unsent(Cause::Tls("expired".to_owned())),
        Step::lost(Cause::TooLarge { limit: 5 }),
    ] {
        let service = Scripted::new([step], Step::status(200));
        let courier = courier(Patience::default(), &service);
        let answer = courier.send(read()).await;
        assert!(answer.map_or(true, |response| response.status == 501));
        assert_eq!(service.attempts(), 1);
        assert_eq!(courier.last_success(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_is_not_repeated() {
    for cause in [Cause::Reset("reset".to_owned()), Cause::Timeout, Cause::Damaged("cut off".to_owned())] {
        let service = Scripted::new([Step::lost(cause.clone())], Step::status(201));
        let error = courier(Patience::default(), &service).send(insert()).await.unwrap_err();
        assert_eq!((error.fate, error.cause), (Fate::OutcomeUnknown, cause));
        assert_eq!(service.attempts(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_the_service_failed_is_handed_over() {
    for status in [408, 500, 502, 503, 504] {
        let service = Scripted::new([Step::status(status)], Step::status(201));
        let answer = courier(Patience::default(), &service).send(insert()).await;
        assert_eq!(answer.unwrap().status, status);
        assert_eq!(service.attempts(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_without_effect_is_repeated() {
    let unsent = Step::unsent(Cause::Connect("refused".to_owned()));
    let service = Scripted::new([Step::status(429), unsent], Step::status(201));
    assert_eq!(courier(Patience::default(), &service).send(insert()).await.unwrap().status, 201);
    assert_eq!(service.attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_a_key_protects_is_repeated() {
    let service = Scripted::new([Step::status(503), Step::lost(Cause::Timeout)], Step::status(200));
    let request = Request { repeat: Repeat::Safe, ..insert() };
    assert_eq!(courier(Patience::default(), &service).send(request).await.unwrap().status, 200);
    assert_eq!(service.attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn fate_speaks_of_all_attempts_together() {
    for first in [Step::status(503), Step::lost(Cause::Timeout)] {
        let service = Scripted::new([first], Step::unsent(Cause::Dns));
        let request = Request { repeat: Repeat::Safe, ..insert() };
        let error = courier(Patience::default(), &service).send(request).await.unwrap_err();
        assert_eq!((error.fate, error.cause), (Fate::OutcomeUnknown, Cause::Dns));
    }
    let service = Scripted::new([Step::status(429)], Step::unsent(Cause::Dns));
    let error = courier(Patience::default(), &service).send(insert()).await.unwrap_err();
    assert_eq!((error.fate, error.cause), (Fate::NotSent, Cause::Dns));
}

#[tokio::test(start_paused = true)]
async fn calls_count_what_reached_the_service() {
    let unsent = Step::unsent(Cause::Dns);
    let service = Scripted::new(
        [unsent.clone(), Step::status(503), unsent, Step::lost(Cause::Timeout)],
        Step::status(200),
    );
    let courier = courier(Patience::default(), &service);
    courier.send(read()).await.unwrap();
    assert_eq!((service.attempts(), courier.calls()), (5, 3));
}

#[tokio::test(start_paused = true)]
async fn every_request_has_an_id_of_its_own_that_its_repetitions_share() {
    let service = Scripted::new([Step::status(503)], Step::status(200));
    let courier = courier(Patience::default(), &service);
    courier.send(read()).await.unwrap();
    courier.send(read()).await.unwrap();
    let ids = service.ids();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[1], ids[2]);
    assert!(ids.iter().all(|id| id.len() == 36 && &id[14..15] == "4"));
}
