//! A mailbox's signals as server-sent events.
//!
//! The stream is pulled: the store is read, a page at a time, when the connection has room for more. Between pages it waits for a
//! notice of the hub. Each heartbeat looks into the store as well, so that a notice that was lost costs twenty seconds and no signal.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use jiff::Timestamp;
use relay_protocol::{ErrorCode, HEARTBEAT, Hello, LAST_EVENT_ID, PROTOCOL, Signal, SignalId, event_name};
use tokio::time::Instant;

use super::{App, Caller, Refusal};
use crate::hub::Seat;
use crate::limits::{PAGE, TOUCH_EVERY};

/// `GET /v1/mailboxes/{id}/signals`.
pub(super) async fn signals(
    State(app): State<Arc<App>>,
    Path(mailbox): Path<String>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let mailbox = app.authorised(&mailbox, &headers, caller).await?;
    let last = last_event_id(&headers)?;
    // The place is taken before the store is read: what comes in between is noticed.
    let seat = app.hub.take_seat(&mailbox);
    let now = app.clock.now();
    app.store.read_by(&mailbox, now).await?;
    let newest = app.store.newest().await?;
    // A reader that has had more than there ever was comes from another store: it gets everything.
    let after = if last > newest { SignalId(0) } else { last };
    let reading = Reading {
        app,
        seat,
        after,
        step: Step::Greet(Hello { protocol: PROTOCOL, newest }),
        spoke: Instant::now(),
        touched: now,
    };
    let body = Body::from_stream(futures_util::stream::unfold(reading, Reading::next));
    let headers =
        [(header::CONTENT_TYPE, "text/event-stream"), (HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, body).into_response())
}

fn last_event_id(headers: &HeaderMap) -> Result<SignalId, Refusal> {
    let Some(value) = headers.get(LAST_EVENT_ID).filter(|value| !value.is_empty()) else {
        return Ok(SignalId(0));
    };
    let number = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    number.map(SignalId).ok_or_else(|| {
        Refusal::new(StatusCode::BAD_REQUEST, ErrorCode::BadRequest, "Last-Event-ID is not a signal's number")
    })
}

/// A reader's connection.
struct Reading {
    app: Arc<App>,
    seat: Seat,
    after: SignalId,
    step: Step,
    spoke: Instant,
    touched: Timestamp,
}

#[derive(Clone, Copy)]
enum Step {
    Greet(Hello),
    Read,
    Wait,
    End,
}

/// What a reader that has everything waits for.
enum Happened {
    /// A notice, or that the relay stops.
    Something,
    /// For as long as a heartbeat.
    Nothing,
}

impl Reading {
    /// The next piece to send; none ends the connection.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        loop {
            if self.seat.notices.borrow().superseded && !matches!(self.step, Step::End) {
                self.step = Step::End;
                return Some(self.say(event(event_name::SUPERSEDED, "{}")));
            }
            if *self.seat.closing.borrow() && !matches!(self.step, Step::End) {
                self.step = Step::End;
                return Some(self.say(": the relay stops\n\n".to_owned()));
            }
            match self.step {
                Step::Greet(hello) => {
                    self.step = Step::Read;
                    let hello = serde_json::to_string(&hello).unwrap_or_default();
                    return Some(self.say(event(event_name::HELLO, &hello)));
                }
                Step::Read => {
                    // What comes from here on gives a notice of its own.
                    self.seat.notices.mark_unchanged();
                    match self.app.store.page(self.seat.mailbox(), self.after, PAGE).await {
                        Ok(signals) => match signals.last() {
                            Some(last) => {
                                self.after = last.id;
                                self.app.metrics.delivered(signals.len());
                                let text = written(&signals);
                                return Some(self.say(text));
                            }
                            None => self.step = Step::Wait,
                        },
                        Err(error) => {
                            tracing::error!(%error, "a reader is disconnected");
                            self.step = Step::End;
                            return Some(self.say(": the store does not answer\n\n".to_owned()));
                        }
                    }
                }
                Step::Wait => {
                    self.step = Step::Read;
                    if let Happened::Nothing = self.wait().await {
                        self.touch().await;
                        return Some(self.say(": alive\n\n".to_owned()));
                    }
                }
                Step::End => return None,
            }
        }
    }

    async fn wait(&mut self) -> Happened {
        let heartbeat = tokio::time::sleep_until(self.spoke + HEARTBEAT);
        tokio::select! {
            biased;
            _ = self.seat.closing.wait_for(|closing| *closing) => Happened::Something,
            // The sender lives as long as the place is this reader's; its end comes with a notice.
            _ = self.seat.notices.changed() => Happened::Something,
            () = heartbeat => Happened::Nothing,
        }
    }

    fn say(mut self, text: String) -> (Result<Bytes, Infallible>, Self) {
        self.spoke = Instant::now();
        (Ok(Bytes::from(text)), self)
    }

    /// A mailbox that is read without a break for months is being read.
    async fn touch(&mut self) {
        let now = self.app.clock.now();
        if now.duration_since(self.touched) < TOUCH_EVERY {
            return;
        }
        self.touched = now;
        if let Err(error) = self.app.store.read_by(self.seat.mailbox(), now).await {
            tracing::warn!(%error, "that a mailbox is read was not noted");
        }
    }
}

fn event(name: &str, data: &str) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

/// JSON has no line ends, hence one line of data each.
fn written(signals: &[Signal]) -> String {
    let mut text = String::new();
    for signal in signals {
        let data = serde_json::to_string(signal).unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = write!(text, "event: {}\nid: {}\ndata: {data}\n\n", event_name::SIGNAL, signal.id);
    }
    text
}
