//! Both services without a socket, for simulations.

use transport::{BoxFuture, Cause, Fate, Request, Response, Transport, TransportError};

use crate::{Handled, Incoming, World};

/// A transport that ends in the simulated services, whatever host is called. Latency passes on tokio's clock, which tests pause.
#[derive(Clone)]
pub struct InProcess(pub World);

/// The origin that simulations call.
pub const ORIGIN: &str = "https://sandbox.invalid";

impl Transport for InProcess {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let failed = |fate, cause| TransportError { fate, cause, place: request.place().to_owned() };
            let Some(incoming) = Incoming::of(request) else {
                return Err(failed(Fate::NotSent, Cause::BadAddress(request.place().to_owned())));
            };
            // A request takes its turn like one that goes over a wire.
            tokio::task::yield_now().await;
            let _under_way = self.0.enter(&incoming);
            match self.0.handle(&incoming) {
                Handled::Answer(response) => Ok(response),
                Handled::Late(response, delay) => {
                    if delay > request.timeout {
                        tokio::time::sleep(request.timeout).await;
                        return Err(failed(Fate::OutcomeUnknown, Cause::Timeout));
                    }
                    tokio::time::sleep(delay).await;
                    Ok(response)
                }
                Handled::NeverReached => {
                    Err(failed(Fate::NotSent, Cause::Connect("connection refused".to_owned())))
                }
                Handled::AnswerLost => {
                    Err(failed(Fate::OutcomeUnknown, Cause::Reset("connection reset by peer".to_owned())))
                }
            }
        })
    }
}
