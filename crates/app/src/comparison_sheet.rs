//! The list of differences between both systems as CSV.

use sync::csv;
use sync::reconcile::Difference;

/// The columns.
const COLUMNS: [&str; 9] =
    ["flow", "number", "bc_id", "zoho_id", "kind", "field", "business_central", "zoho", "reason"];

/// The first line.
#[must_use]
pub fn head() -> String {
    csv::row(&COLUMNS)
}

/// One difference as a line.
#[must_use]
pub fn row(found: &Difference) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    csv::row(&[
        found.flow.name(),
        &found.number,
        &found.bc_id.map(|id| id.to_string()).unwrap_or_default(),
        &text(&found.zoho_id),
        found.kind.name(),
        &text(&found.field),
        &text(&found.business_central),
        &text(&found.zoho),
        &text(&found.reason),
    ])
}
