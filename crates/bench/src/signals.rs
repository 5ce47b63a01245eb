//! How soon a single change arrives by its signal: Business Central's POST, the relay, Ledgerline, the write in Zoho.
//!
//! The services themselves say when they told of a change and when they were written to. That Business Central gathers changes for half a
//! minute before it tells them is its own affair: here it tells them at once.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Failed;
use crate::cases::{LATENCY, calls, program};
use crate::measured::{Goal, Measured};
use crate::profile::{Listening, Profile};
use crate::relay::Relay;
use crate::services::Services;

/// Changes that are measured.
const CHANGES: u32 = 50;

/// After a run signals are gathered for two seconds. Zoho tells of our own write as well, which makes one more run: then it is quiet.
const QUIET: Duration = Duration::from_secs(5);

/// How often the services are asked whether the write has arrived.
const LOOK: Duration = Duration::from_millis(5);

/// A change that has not arrived by then is lost.
const LOST: Duration = Duration::from_secs(30);

/// Changes of one customer each: after a quiet time, and each as soon as the one before has arrived.
pub fn run() -> Result<Vec<Measured>, Failed> {
    let services = Services::start(&program("ledgerline-sandbox")?, "customers=300")?;
    services.admin("webhooks", &json!({ "delay_milliseconds": 0 }))?;
    let relay = Relay::start(&program("ledgerline-relay")?)?;
    // No poll must be faster than the signals.
    let mut profile = Profile::set_up(&program("ledgerline")?, &services, &["customers"], "1h")?;
    profile.run(&["sync", "--once", "--json"])?;
    profile.switch_signals_on(&relay)?;
    services.latency(LATENCY)?;
    let listening = profile.listen()?;
    std::thread::sleep(QUIET);
    let quiet = measured(&services, &listening, QUIET, 0)?;
    let gathered = measured(&services, &listening, Duration::ZERO, CHANGES)?;
    Ok(vec![
        Measured {
            what: format!("a change by its signal, {CHANGES} after a quiet time each: median"),
            goal: Goal::Wall(Duration::from_secs(2)),
            ..quiet
        },
        Measured {
            what: format!("a change by its signal, {CHANGES} in a row, each behind the one before: median"),
            goal: Goal::Wall(Duration::from_secs(3)),
            ..gathered
        },
    ])
}

fn measured(
    services: &Services,
    listening: &Listening,
    pause: Duration,
    first: u32,
) -> Result<Measured, Failed> {
    let (before, (cpu, _)) = (services.usage()?, listening.spent());
    let mut times = Vec::new();
    for number in first..first + CHANGES {
        times.push(one(services, number)?);
        std::thread::sleep(pause);
    }
    times.sort_unstable();
    let (usage, (cpu_after, peak)) = (services.usage()?.since(&before), listening.spent());
    let (median, most) = (at(&times, 50), at(&times, 100));
    let changes = u64::from(CHANGES);
    if usage.writes > changes {
        return Err(format!("{CHANGES} changes led to {} writes", usage.writes));
    }
    Ok(Measured {
        what: String::new(),
        wall: median,
        floor: None,
        goal: Goal::Wall(Duration::MAX),
        business_central: (usage.business_central / changes, Some(1)),
        zoho: (calls(&usage) / changes, Some(1)),
        credits: (usage.credits / changes, Some(1)),
        cpu: cpu_after.saturating_sub(cpu) / CHANGES,
        services_cpu: usage.cpu / CHANGES,
        peak,
        note: format!(
            "from the POST until the write arrived: median {} ms, 90 % {} ms, most {} ms; calls and CPU for each change",
            median.as_millis(),
            at(&times, 90).as_millis(),
            most.as_millis()
        ),
    })
}

/// Changes a customer, and returns how long it took from Business Central's POST until the write arrived in Zoho.
fn one(services: &Services, number: u32) -> Result<Duration, Failed> {
    let before = services.usage()?.writes;
    let customer = format!("C{:05}", 10_000 + number * 10);
    let edit = json!({
        "table": "customers", "number": customer, "property": "phoneNumber", "value": format!("+1 555 {number:04}")
    });
    services.admin("bc/edit", &edit)?;
    let start = Instant::now();
    while services.usage()?.writes == before {
        if start.elapsed() > LOST {
            return Err(format!("the change of {customer} did not arrive"));
        }
        std::thread::sleep(LOOK);
    }
    let said = services.admin("usage", &Value::Null)?;
    let moment = |name: &str| said.get(name).and_then(Value::as_u64).ok_or(format!("no {name}: {said}"));
    let (told, written) = (moment("business_central_told_at")?, moment("zoho_written_at")?);
    let took = written.checked_sub(told).ok_or("the write was there before the POST")?;
    Ok(Duration::from_millis(took))
}

/// The time within which so many of a hundred were there.
fn at(sorted: &[Duration], percent: usize) -> Duration {
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(place).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::at;
    use std::time::Duration;

    #[test]
    fn shares_are_counted_from_the_shortest() {
        let times: Vec<_> = (1..=50).map(Duration::from_millis).collect();
        let of = |percent| at(&times, percent).as_millis();
        assert_eq!((of(50), of(90), of(100)), (25, 45, 50));
        assert_eq!(at(&[], 50), Duration::ZERO);
    }
}
