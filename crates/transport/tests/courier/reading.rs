//! Answers that look well and are damaged.

use tokio::time::Instant;
use transport::{Cause, Fate, Patience, Response};

use crate::scripted::{Scripted, Step};
use crate::{courier, insert, read};

fn whole(response: &Response) -> Result<usize, String> {
    if response.is_success() && !response.body.ends_with(b"}") {
        return Err("the JSON ends early".to_owned());
    }
    Ok(response.body.len())
}

#[tokio::test(start_paused = true)]
async fn a_damaged_body_behind_a_good_status_is_read_again() {
    let service = Scripted::new([Step::status(200).body("{\"value\":[")], Step::status(200).body("{}"));
    let (response, length) =
        courier(Patience::default(), &service).send_checked(read(), whole).await.unwrap();
    assert_eq!((response.status, length), (200, 2));
    assert_eq!(service.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_answer_to_a_write_leaves_doubt() {
    let service = Scripted::new([Step::status(201).body("{\"data\":")], Step::status(201).body("{}"));
    let error = courier(Patience::default(), &service).send_checked(insert(), whole).await.unwrap_err();
    assert_eq!(error.fate, Fate::OutcomeUnknown);
    assert_eq!(error.cause, Cause::Damaged("the JSON ends early".to_owned()));
    assert_eq!(service.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn bodies_that_stay_damaged_are_not_success() {
    let service = Scripted::new([], Step::status(200).body("{"));
    let courier = courier(Patience::default(), &service);
    let start = Instant::now();
    let error = courier.send_checked(read(), whole).await.unwrap_err();
    assert_eq!(error.cause, Cause::Damaged("the JSON ends early".to_owned()));
    assert_eq!(start.elapsed().as_secs(), 60);
    assert_eq!(courier.last_success(), None);
}

#[tokio::test(start_paused = true)]
async fn the_reader_sees_every_answer_that_is_handed_over() {
    let service = Scripted::new([], Step::status(503).body("<html>"));
    let answer = courier(Patience::default(), &service).send_checked(read(), whole).await.unwrap();
    assert_eq!((answer.0.status, answer.1), (503, 6));
}
