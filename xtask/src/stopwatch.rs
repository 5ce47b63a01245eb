//! How long each step took, against what it may take.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::program::Failed;

/// What the whole of `cargo xtask test` may take on two cores, in minutes.
const WHOLE_BUDGET: u64 = 60;

/// Takes the time of steps.
#[derive(Debug, Default)]
pub struct Stopwatch {
    laps: Vec<Lap>,
}

#[derive(Debug)]
struct Lap {
    name: &'static str,
    took: Duration,
    /// In minutes; `None` for what takes seconds.
    budget: Option<u64>,
    done: bool,
}

impl Stopwatch {
    /// Runs one step under a heading; `budget` is in minutes.
    pub fn step<T>(
        &mut self,
        name: &'static str,
        budget: Option<u64>,
        work: impl FnOnce() -> Result<T, Failed>,
    ) -> Result<T, Failed> {
        eprintln!("\n==> {name}");
        let start = Instant::now();
        let result = work();
        self.laps.push(Lap { name, took: start.elapsed(), budget, done: result.is_ok() });
        result
    }

    /// The steps so far as a table.
    pub fn table(&self) -> String {
        let mut table = format!("{:<24}{:>8}{:>10}\n", "step", "took", "budget");
        for lap in &self.laps {
            let outcome = if !lap.done { "  FAILED" } else { over(lap.took, lap.budget) };
            let budget = lap.budget.map_or_else(|| "-".to_owned(), |minutes| format!("{minutes}:00"));
            let _ = writeln!(table, "{:<24}{:>8}{budget:>10}{outcome}", lap.name, clock(lap.took));
        }
        let whole = self.laps.iter().map(|lap| lap.took).sum();
        let late = over(whole, Some(WHOLE_BUDGET));
        let _ = writeln!(table, "{:<24}{:>8}{WHOLE_BUDGET:>7}:00{late}", "whole", clock(whole));
        table
    }
}

fn over(took: Duration, budget: Option<u64>) -> &'static str {
    match budget {
        Some(minutes) if took > Duration::from_secs(minutes * 60) => "  over budget",
        Some(_) | None => "",
    }
}

/// Minutes and seconds.
fn clock(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use super::{Lap, Stopwatch};
    use std::time::Duration;

    fn lap(name: &'static str, seconds: u64, budget: Option<u64>, done: bool) -> Lap {
        Lap { name, took: Duration::from_secs(seconds), budget, done }
    }

    #[test]
    fn the_table_shows_what_took_too_long_and_what_failed() {
        let laps = vec![
            lap("set-up", 61, Some(5), true),
            lap("clippy", 361, Some(6), true),
            lap("rules", 2, None, false),
        ];
        let table = Stopwatch { laps }.table();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[1], "set-up                      1:01      5:00");
        assert_eq!(lines[2], "clippy                      6:01      6:00  over budget");
        assert_eq!(lines[3], "rules                       0:02         -  FAILED");
        assert_eq!(lines[4], "whole                       7:04     60:00");
    }

    #[test]
    fn a_failed_step_ends_with_its_own_error_and_stays_in_the_table() {
        let mut stopwatch = Stopwatch::default();
        let result: Result<(), _> = stopwatch.step("build", None, || Err(crate::Failed::new("no")));
        assert_eq!(result.unwrap_err().to_string(), "no");
        assert!(stopwatch.table().contains("FAILED"));
    }
}
