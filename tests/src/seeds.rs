//! Random histories, each from a seed that plays it again.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Plays the histories of seeds 1 to `usual` on virtual time: to as many as `LEDGERLINE_SEEDS` says, or the one of `LEDGERLINE_SEED`.
///
/// # Panics
/// When a history does, after saying how `test` plays it again.
pub fn play(usual: u64, test: &str, history: impl AsyncFn(u64)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("LEDGERLINE_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=number("LEDGERLINE_SEEDS").unwrap_or(usual),
    };
    for seed in seeds {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let played = catch_unwind(AssertUnwindSafe(|| runtime.block_on(history(seed))));
        if let Err(panic) = played {
            eprintln!("the history of seed {seed} broke; play it again with");
            eprintln!(
                "    LEDGERLINE_SEED={seed} cargo test -p tests --test scenarios {test} -- --nocapture"
            );
            resume_unwind(panic);
        }
    }
}
