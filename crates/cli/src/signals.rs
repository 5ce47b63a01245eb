//! Ctrl-C and SIGTERM: the first ends after the request that is under way, the second at once.

use sync::progress::Stop;

/// A stop signal that Ctrl-C and SIGTERM raise.
pub fn stop_on_request() -> Stop {
    let stop = Stop::default();
    let raised = stop.clone();
    tokio::spawn(async move {
        wait().await;
        raised.ask();
        eprintln!("stopping after the request that is under way; press Ctrl-C again to stop at once");
        wait().await;
        std::process::exit(130);
    });
    stop
}

#[cfg(unix)]
async fn wait() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn wait() {
    let _ = tokio::signal::ctrl_c().await;
}
