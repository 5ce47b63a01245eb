//! A service that answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use transport::{BoxFuture, Cause, Fate, Request, Response, Transport, TransportError};

/// What happens to one attempt.
#[derive(Clone)]
pub enum Step {
    Answer(Response),
    Failure(Fate, Cause),
}

impl Step {
    pub fn status(status: u16) -> Self {
        Self::Answer(Response { status, headers: Vec::new(), body: "{}".into() })
    }

    pub fn unsent(cause: Cause) -> Self {
        Self::Failure(Fate::NotSent, cause)
    }

    pub fn lost(cause: Cause) -> Self {
        Self::Failure(Fate::OutcomeUnknown, cause)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer(response) = &mut self {
            response.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub fn body(mut self, body: &'static str) -> Self {
        if let Self::Answer(response) = &mut self {
            response.body = body.into();
        }
        self
    }
}

/// Takes its steps one by one, and after the last one always the same. Requests for `/healthy` are served in any case.
pub struct Scripted {
    state: Mutex<State>,
    otherwise: Step,
    latency: Duration,
    start: Instant,
}

#[derive(Default)]
struct State {
    steps: VecDeque<Step>,
    moments: Vec<Duration>,
    ids: Vec<String>,
    under_way: usize,
    most: usize,
}

impl Scripted {
    pub fn new(steps: impl IntoIterator<Item = Step>, otherwise: Step) -> Arc<Self> {
        Self::build(steps.into_iter().collect(), otherwise, Duration::ZERO)
    }

    /// Every attempt takes `latency`.
    pub fn slow(latency: Duration, otherwise: Step) -> Arc<Self> {
        Self::build(VecDeque::new(), otherwise, latency)
    }

    fn build(steps: VecDeque<Step>, otherwise: Step, latency: Duration) -> Arc<Self> {
        let state = Mutex::new(State { steps, ..State::default() });
        Arc::new(Self { state, otherwise, latency, start: Instant::now() })
    }

    /// Adds a step.
    pub fn next(&self, step: Step) {
        self.state.lock().unwrap().steps.push_back(step);
    }

    pub fn attempts(&self) -> usize {
        self.moments().len()
    }

    /// When the attempts began.
    pub fn moments(&self) -> Vec<Duration> {
        self.state.lock().unwrap().moments.clone()
    }

    pub fn ids(&self) -> Vec<String> {
        self.state.lock().unwrap().ids.clone()
    }

    /// How many attempts were under way at once since the last question.
    pub fn take_most_at_once(&self) -> usize {
        std::mem::take(&mut self.state.lock().unwrap().most)
    }

    fn begin(&self, request: &Request) -> Step {
        let mut state = self.state.lock().unwrap();
        state.moments.push(self.start.elapsed());
        let ids = request.headers.iter().filter(|(name, _)| name == "client-request-id");
        state.ids.extend(ids.map(|(_, value)| value.clone()));
        state.under_way += 1;
        state.most = state.most.max(state.under_way);
        if request.place().ends_with("/healthy") {
            return Step::status(200);
        }
        state.steps.pop_front().unwrap_or_else(|| self.otherwise.clone())
    }
}

impl Transport for Scripted {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let step = self.begin(request);
            tokio::time::sleep(self.latency).await;
            self.state.lock().unwrap().under_way -= 1;
            match step {
                Step::Answer(response) => Ok(response),
                Step::Failure(fate, cause) => {
                    Err(TransportError { fate, cause, place: request.place().to_owned() })
                }
            }
        })
    }
}
