//! Compares documents row by row, where that was asked for: lists and queries do not bring rows, so that each document is read.

use exact_json::Value;
use zoho_crm::Record;

use super::finding::{Difference, DifferenceKind, Findings, FlowComparison};
use super::judge::{Judge, WithLines};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::map::{self, Context, MapPolicy, Mapped, MappedLine, NegativeStyle, RowMap};

/// Reads the invoices' rows from Zoho and compares them, four at a time. One credit an invoice.
pub(super) async fn compare(
    judge: &Judge<'_, '_>,
    invoices: &[WithLines],
    comparison: &mut FlowComparison,
    findings: &mut Findings<'_>,
) -> Result<(), RunError> {
    let zoho = judge.session.zoho();
    for four in invoices.chunks(4) {
        judge.session.check_stop()?;
        let read = |at: usize| {
            let id = four.get(at).map(|invoice| invoice.zoho_id.clone());
            async move {
                match id {
                    Some(id) => zoho.get(judge.flow.module(), &id).await,
                    None => Ok(None),
                }
            }
        };
        let records = tokio::join!(read(0), read(1), read(2), read(3));
        let records = [records.0?, records.1?, records.2?, records.3?];
        for (invoice, record) in four.iter().zip(records) {
            // One that was deleted meanwhile is for the next comparison.
            if let Some(record) = record {
                one(judge, invoice, &record, comparison, findings);
            }
        }
    }
    Ok(())
}

fn one(
    judge: &Judge<'_, '_>,
    invoice: &WithLines,
    record: &Record,
    comparison: &mut FlowComparison,
    findings: &mut Findings<'_>,
) {
    let Some(subform) = judge.flow.rows().map(zoho_crm::Module::api_name) else { return };
    let have = record.get(subform).and_then(Value::as_list).unwrap_or_default();
    if fits(judge, invoice, have) {
        return;
    }
    let zoho_id = Some(invoice.zoho_id.to_string());
    let found = |kind| Difference {
        zoho_id: zoho_id.clone(),
        ..judge.difference(kind, Some(invoice.id), &invoice.number)
    };
    let want = &invoice.mapped.lines;
    let difference = match other_product(want, have) {
        Some((ours, theirs)) => Difference {
            field: Some("Product_Name".to_owned()),
            business_central: Some(judge.named(Flow::Items, ours)),
            zoho: Some(judge.named(Flow::Items, theirs)),
            ..found(DifferenceKind::WrongLink)
        },
        None => Difference {
            field: Some(subform.to_owned()),
            business_central: Some(ours_in_words(want)),
            zoho: Some(theirs_in_words(have)),
            ..found(DifferenceKind::Lines)
        },
    };
    comparison.differing += 1;
    findings.add(comparison, difference);
}

/// Whether the rows are right: negative ones in whichever style Zoho took them, and a surplus folded to as many as Zoho took.
fn fits(judge: &Judge<'_, '_>, invoice: &WithLines, have: &[Value]) -> bool {
    // Which row stands for which line does not count, only what they say.
    let known = RowMap::new();
    if map::repair_lines(&invoice.mapped, have, &known).is_none() {
        return true;
    }
    let context = judge.context();
    let folded = (!have.is_empty() && have.len() < invoice.mapped.lines.len()).then_some(have.len());
    let most = [context.policy.most_rows, folded];
    NegativeStyle::ALL.into_iter().any(|style| {
        most.into_iter().any(|most_rows| {
            let policy = MapPolicy { negative_style: style, most_rows, ..context.policy.clone() };
            let context = Context { policy: &policy, ..context };
            let mapped = map::map_row(judge.flow, &invoice.text, invoice.posted, &context);
            matches!(mapped, Ok(Mapped::Record(record)) if map::repair_lines(&record, have, &known).is_none())
        })
    })
}

/// The first row that is right but for its Product: the Product it should have, and the one it has.
fn other_product<'a>(want: &'a [MappedLine], have: &'a [Value]) -> Option<(&'a str, &'a str)> {
    let product = |row: &'a Value| row.get("Product_Name").and_then(map::as_reference);
    let mut left: Vec<&str> = have.iter().filter_map(product).collect();
    let mut missing = Vec::new();
    for line in want {
        match left.iter().position(|id| *id == line.product.as_str()) {
            Some(at) => drop(left.swap_remove(at)),
            None => missing.push(line.product.as_str()),
        }
    }
    (want.len() == have.len()).then_some(())?;
    missing.first().copied().zip(left.first().copied())
}

fn ours_in_words(lines: &[MappedLine]) -> String {
    let words = |line: &MappedLine| format!("{} × {} − {}", line.quantity, line.list_price, line.discount);
    lines.iter().map(words).collect::<Vec<_>>().join("; ")
}

fn theirs_in_words(rows: &[Value]) -> String {
    let number = |row: &Value, name: &str| row.get(name).and_then(map::as_number).unwrap_or_default();
    let words = |row: &Value| {
        format!("{} × {} − {}", number(row, "Quantity"), number(row, "List_Price"), number(row, "Discount"))
    };
    rows.iter().map(words).collect::<Vec<_>>().join("; ")
}
