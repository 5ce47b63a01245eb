//! Waiting for a condition, with an end.

use std::time::{Duration, Instant};

/// A condition that is not met within this time will never be: it is generous, for computers that do much else.
pub const LIMIT: Duration = Duration::from_secs(90);

/// Between two looks.
const LOOK: Duration = Duration::from_millis(40);

/// Looks again and again until there is something, and returns it.
///
/// # Panics
/// When it is in vain; with what the last look found instead.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(instead) => assert!(start.elapsed() < LIMIT, "waited in vain for {what}: {instead}"),
        }
        std::thread::sleep(LOOK);
    }
}

/// Looks again and again until it is so.
///
/// # Panics
/// When it is in vain.
pub fn until_so(what: &str, mut look: impl FnMut() -> bool) {
    until(what, || if look() { Ok(()) } else { Err("it is not so".to_owned()) });
}
