//! What is done without being asked: collapsing what is too old and removing mailboxes that nobody reads.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::store::Store;

/// How often.
pub const EVERY: Duration = Duration::from_secs(3600);

/// Tidies now and every hour, until it is dropped.
pub async fn keep(store: Arc<dyn Store>, clock: Arc<dyn Clock>, metrics: Arc<Metrics>) {
    let mut hours = tokio::time::interval(EVERY);
    hours.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        hours.tick().await;
        match store.tidy(clock.now()).await {
            Ok(tidied) => {
                metrics.tidied(tidied.collapsed, tidied.removed);
                if tidied.collapsed + tidied.removed > 0 {
                    tracing::info!(
                        collapsed = tidied.collapsed,
                        removed = tidied.removed,
                        "tidied: mailboxes whose old signals were collapsed, mailboxes that nobody read"
                    );
                }
            }
            Err(error) => tracing::error!(%error, "nothing was tidied"),
        }
    }
}
