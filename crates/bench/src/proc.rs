//! What Linux says of a process: CPU time and memory.

use std::fs;
use std::time::Duration;

/// Linux counts CPU time in hundredths of a second (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// CPU time of a running process; `None` when it is gone.
pub fn cpu(pid: u32) -> Option<Duration> {
    ticks(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?, [11, 12])
}

/// CPU time of all children of this process that have ended and were waited for.
pub fn ended_children() -> Duration {
    fs::read_to_string("/proc/self/stat").ok().and_then(|stat| ticks(&stat, [13, 14])).unwrap_or_default()
}

/// Sums two columns of a `stat` file, counted behind the name, which may itself hold blanks.
fn ticks(stat: &str, columns: [usize; 2]) -> Option<Duration> {
    let values: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let tick = |column: usize| values.get(column)?.parse::<u32>().ok();
    Some(TICK * (tick(columns[0])? + tick(columns[1])?))
}

/// The most memory that a running process has had resident, in KiB.
pub fn peak_memory(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::ticks;
    use std::time::Duration;

    #[test]
    fn columns_are_counted_behind_a_name_with_blanks() {
        let stat = "42 (a b) c) S 1 42 42 0 -1 4194560 1 2 3 4 150 50 7 3 20 0 1 0 1";
        assert_eq!(ticks(stat, [11, 12]), Some(Duration::from_secs(2)));
        assert_eq!(ticks(stat, [13, 14]), Some(Duration::from_millis(100)));
        assert_eq!(ticks("nonsense", [11, 12]), None);
    }
}
