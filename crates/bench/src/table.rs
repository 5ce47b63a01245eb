//! The table that people read.

use std::fmt::Write as _;
use std::time::Duration;

use crate::measured::{Goal, Measured};

const HEADER: &str = "| what | wall | floor | ratio | goal | BC calls | Zoho calls | credits | CPU Ledgerline | CPU services | peak memory | |\n\
                      |---|---|---|---|---|---|---|---|---|---|---|---|\n";

/// The rows as a table in Markdown.
pub fn markdown(rows: &[Measured]) -> String {
    let mut text = HEADER.to_owned();
    for row in rows {
        let _ = writeln!(text, "{}", line(row));
    }
    text
}

/// One row.
pub fn line(row: &Measured) -> String {
    let count = |(made, least): (u64, Option<u64>)| match least {
        Some(least) => format!("{made} ({least})"),
        None => made.to_string(),
    };
    let ratio = row.ratio().map_or_else(|| "-".to_owned(), |r| format!("{}.{:02}", r / 100, r % 100));
    let goal = match row.goal {
        Goal::OfFloor(most) => format!("≤ {}.{:02} × floor", most / 100, most % 100),
        Goal::AboveFloor(most) => format!("≤ floor + {}", seconds(most)),
        Goal::Memory(most) => format!("≤ {} MB", (most * 1_024).div_ceil(1_000_000)),
        Goal::Cpu(most) => format!("CPU ≤ {}", seconds(most)),
        Goal::Wall(most) => format!("≤ {}", seconds(most)),
    };
    let met = if row.misses() { "**missed**" } else { "" };
    format!(
        "| {} | {} | {} | {ratio} | {goal} {met} | {} | {} | {} | {} | {} | {} MB | {} |",
        row.what,
        seconds(row.wall),
        row.floor.map_or_else(|| "-".to_owned(), seconds),
        count(row.business_central),
        count(row.zoho),
        count(row.credits),
        seconds(row.cpu),
        seconds(row.services_cpu),
        row.peak * 1_024 / 1_000_000,
        row.note
    )
}

fn seconds(time: Duration) -> String {
    format!("{}.{:02} s", time.as_secs(), time.subsec_millis() / 10)
}

/// The page that is kept in `docs/`.
pub fn page(table: &str) -> String {
    format!(
        "# Benchmarks\n\n\
         `cargo xtask bench` builds the release programs, starts the simulated services in a process of their own, and measures `ledgerline` against them.\n\
         In brackets stands the least possible. The *floor* is what the services' latency alone demands: the serial prelude (measured in the same run\n\
         against an empty company), plus the larger of Business Central's pages one after the other and Zoho's calls at ten at a time\n\
         (its limit for writes and queries in every edition), or the bulk jobs' own time. 1 MB is 1,000,000 bytes.\n\n{table}"
    )
}
