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

/// The page that is kept in `docs/`, with `table` in place of its first one; what people wrote around it stays.
pub fn renewed(page: &str, table: &str) -> String {
    let is_row = |line: &&str| line.starts_with('|');
    let above: String = page.split_inclusive('\n').take_while(|line| !is_row(line)).collect();
    let below: String =
        page.split_inclusive('\n').skip_while(|line| !is_row(line)).skip_while(is_row).collect();
    format!("{above}{table}{below}")
}

#[cfg(test)]
mod tests {
    use super::renewed;

    #[test]
    fn what_people_wrote_around_the_table_stays() {
        let page = "# Benchmarks\n\nwords\n\n| old |\n|---|\n\n## The relay\n\n| kept |\n";
        let new = renewed(page, "| new |\n|---|\n| row |\n");
        assert_eq!(new, "# Benchmarks\n\nwords\n\n| new |\n|---|\n| row |\n\n## The relay\n\n| kept |\n");
    }
}
