//! `reconcile`: sweeps, due failures, and the comparison of both systems.

use app::{App, AppError};
use sync::reconcile::{Difference, DifferenceKind, Reconciliation};

use crate::args;
use crate::output::{Output, columns, say};
use crate::progress::Shown;
use crate::signals;

/// How many differences are printed for people.
const SHOWN: usize = 20;

pub async fn run(app: &App, args: &args::Reconcile, output: Output) -> Result<u8, AppError> {
    let stop = signals::stop_on_request();
    let progress = Shown::new();
    let result = app.engine.reconcile(args.check, args.confirm_deletions, &progress, &stop).await;
    progress.done();
    let found = result?;
    if output.json {
        output.object(&found);
    } else {
        print(&found);
    }
    Ok(if found.agrees { 0 } else { 2 })
}

/// The comparison in words.
pub fn print(found: &Reconciliation) {
    let header = ["", "Business Central", "Zoho", "missing", "extra", "differing"].map(ToOwned::to_owned);
    let mut rows = vec![header];
    for flow in &found.flows {
        rows.push([
            flow.flow.name().to_owned(),
            flow.business_central.to_string(),
            flow.zoho.to_string(),
            flow.missing.to_string(),
            flow.extra.to_string(),
            flow.differing.to_string(),
        ]);
    }
    say!("{}", columns(&rows));
    for difference in found.differences.iter().take(SHOWN) {
        say!("{}", sentence(difference));
    }
    if found.differences.len() > SHOWN {
        say!("… and more: `ledgerline reconcile --check --json` lists up to 1,000.");
    }
    say!("{}", if found.agrees { "Both systems agree." } else { "The systems differ." });
}

fn sentence(difference: &Difference) -> String {
    let record = format!("{} {}", difference.flow.name(), difference.number);
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    match difference.kind {
        DifferenceKind::Missing => format!("{record} is missing in Zoho"),
        DifferenceKind::Extra => format!("{record} is in Zoho without a source in Business Central"),
        DifferenceKind::Duplicate => format!("{record} is in Zoho more than once"),
        DifferenceKind::Field => format!(
            "{record}: {} should be {} and is {}",
            difference.field.as_deref().unwrap_or_default(),
            value(&difference.business_central),
            value(&difference.zoho)
        ),
    }
}
