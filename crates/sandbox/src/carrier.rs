//! Carries posts and handshakes of a served world over the network.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};
use transport::{HttpTransport, Method, NetworkSettings, Request, Transport};

use crate::post::Handshake;
use crate::{Post, Receipt, World};

/// So long an address may take: about what Business Central grants (facts, §7).
const PATIENCE: Duration = Duration::from_secs(5);

/// More of an answer is not read.
const LARGEST_ANSWER: usize = 64 << 10;

/// The way to other addresses; none where the network cannot be used at all.
#[derive(Clone)]
pub(crate) struct Carrier {
    network: Option<Arc<HttpTransport>>,
}

impl Carrier {
    /// A carrier with connections of its own.
    pub(crate) fn new() -> Self {
        let network = HttpTransport::new(&NetworkSettings::default());
        if let Err(error) = &network {
            tracing::warn!(%error, "the sandbox can send no notifications");
        }
        Self { network: network.ok().map(Arc::new) }
    }

    /// Whether an address answers as it must. A world's own postman goes before the network.
    pub(crate) async fn validate(&self, world: &World, handshake: &Handshake) -> bool {
        if world.postman().is_some() {
            return world.validate(handshake);
        }
        let receipt = self.send(handshake.method, &handshake.url, String::new()).await;
        handshake.holds(receipt.as_ref())
    }

    /// Carries what is due until the task is aborted.
    pub(crate) fn run(self, world: World) -> JoinHandle<()> {
        tokio::spawn(async move {
            let mut under_way = JoinSet::new();
            loop {
                if world.postman().is_some() {
                    let _ = world.deliver();
                } else {
                    for post in world.due_posts() {
                        under_way.spawn(self.clone().carry(world.clone(), post));
                    }
                }
                while under_way.try_join_next().is_some() {}
                let wait = world.next_post_due().map(|due| due.duration_since(world.now()));
                let wait = wait.map(|wait| Duration::try_from(wait).unwrap_or_default());
                tokio::select! {
                    () = world.inner.stirred.notified() => {}
                    () = tokio::time::sleep(wait.unwrap_or(Duration::MAX)), if wait.is_some() => {}
                }
            }
        })
    }

    async fn carry(self, world: World, post: Post) {
        let receipt = self.send(Method::Post, &post.url, post.body).await;
        world.post_answered(post.id, receipt.map(|receipt| receipt.status));
    }

    async fn send(&self, method: Method, url: &str, body: String) -> Option<Receipt> {
        let mut request = Request::new(method, url);
        if !body.is_empty() {
            request = request.body("application/json", body);
        }
        request.timeout = PATIENCE;
        request.max_answer = LARGEST_ANSWER;
        match self.network.as_ref()?.send(&request).await {
            Ok(answer) => {
                let body = String::from_utf8_lossy(&answer.body).into_owned();
                Some(Receipt { status: answer.status, body })
            }
            Err(error) => {
                tracing::debug!(%error, "a notification of the sandbox did not arrive");
                None
            }
        }
    }
}
