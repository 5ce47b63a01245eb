//! What each call costs in API credits (Zoho: api-limits, §9).

/// Any call that has no price of its own.
pub const PLAIN: u32 = 1;

/// Calls of the accounts server: they are not counted.
pub const SIGN_IN: u32 = 0;

/// Starting a bulk write job, however many rows it has. What the upload costs is not said; it is taken for a plain call.
pub const BULK_JOB: u32 = 500;

/// Insert, update or upsert: one credit per 10 records, begun tens count.
#[must_use]
pub fn write(rows: usize) -> u32 {
    u32::try_from(rows.div_ceil(10)).unwrap_or(u32::MAX).max(1)
}

/// A COQL query that may return up to `rows` rows: 1 up to 200, 2 up to 1,000, 3 above.
#[must_use]
pub fn coql(rows: u32) -> u32 {
    match rows {
        0..=200 => 1,
        201..=1_000 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::{coql, write};

    #[test]
    fn a_write_costs_one_credit_per_begun_ten_records() {
        let table = [(1, 1), (10, 1), (11, 2), (20, 2), (99, 10), (100, 10)];
        assert!(table.iter().all(|&(rows, credits)| write(rows) == credits));
    }

    #[test]
    fn a_query_costs_by_its_limit() {
        let table = [(1, 1), (200, 1), (201, 2), (1_000, 2), (1_001, 3), (2_000, 3)];
        assert!(table.iter().all(|&(rows, credits)| coql(rows) == credits));
    }
}
