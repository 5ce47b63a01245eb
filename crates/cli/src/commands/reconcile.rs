//! `reconcile`: sweeps, due failures, and the comparison of both systems; as text, JSON, CSV and a page for printing.

use app::comparison_page::page;
use app::{App, AppError, comparison_sheet};
use exact_json::Decimal;
use jiff::tz::TimeZone;
use sync::reconcile::{Difference, FlowComparison, ReconcileOptions, Reconciliation, money, usual_decimals};
use sync::report::Outcome;

use crate::args;
use crate::new_file::NewFile;
use crate::output::{Output, columns, say};
use crate::progress::Shown;
use crate::signals;

/// How many differences of a kind are printed for people.
const SHOWN: usize = 20;

pub async fn run(app: &App, args: &args::Reconcile, output: Output) -> Result<u8, AppError> {
    let html = args.html.as_deref().map(NewFile::create).transpose()?;
    let mut list = args.csv.as_deref().map(NewFile::create).transpose()?;
    if let Some(list) = &mut list {
        list.line(&comparison_sheet::head())?;
    }
    let stop = signals::stop_on_request();
    let progress = Shown::new();
    let options = ReconcileOptions {
        check_only: args.check,
        confirm_deletions: args.confirm_deletions,
        lines: args.lines,
    };
    // A list that cannot be written any more must not cost the comparison: it is said afterwards.
    let mut unwritten = None;
    let mut hear = |difference: &Difference| {
        if let (Some(list), None) = (&mut list, &unwritten) {
            unwritten = list.line(&comparison_sheet::row(difference)).err();
        }
    };
    let result = app.engine.reconcile(&options, &mut hear, &progress, &stop).await;
    progress.done();
    let found = result?;
    if output.json {
        output.object(&found);
    } else {
        if let Some(run) = &found.run {
            output.report(run);
            say!("");
        }
        print(&found);
    }
    unwritten.map_or(Ok(()), Err)?;
    list.map_or(Ok(()), NewFile::finish)?;
    if let Some(mut html) = html {
        html.write(&page(&found, &TimeZone::system()))?;
        html.finish()?;
    }
    let ran = found.run.as_ref().is_none_or(|run| run.error.is_none() && run.outcome != Outcome::Failed);
    Ok(if found.agrees && ran { 0 } else { 2 })
}

/// The comparison in words; the last line is the sentence.
pub fn print(found: &Reconciliation) {
    let header = ["", "Business Central", "Zoho", "missing", "extra", "twice", "differing"];
    let mut rows = vec![header.map(ToOwned::to_owned)];
    for flow in &found.flows {
        rows.push([
            flow.flow.name().to_owned(),
            flow.business_central.to_string(),
            flow.zoho.to_string(),
            flow.missing.to_string(),
            flow.extra.to_string(),
            flow.duplicates.to_string(),
            flow.differing.to_string(),
        ]);
    }
    say!("{}", columns(&rows));
    for flow in &found.flows {
        sums(flow);
    }
    for kind in &found.kinds {
        say!("\n{}: {}\n  → {}", kind.kind.title(), kind.count, kind.cure);
        let listed = found.differences.iter().filter(|difference| difference.kind == kind.kind);
        for difference in listed.take(SHOWN) {
            say!("  {}", difference.words());
        }
        if kind.count > SHOWN as u64 {
            say!("  … and more: `ledgerline reconcile --check --csv FILE` lists all.");
        }
    }
    say!(
        "{} calls to Business Central, {} to Zoho · {} Zoho credits",
        found.calls.business_central,
        found.calls.zoho,
        found.zoho_credits
    );
    say!("{}", found.sentence);
}

fn amount_of(amount: Decimal, currency: &str) -> String {
    money(amount, currency, usual_decimals(currency))
}

/// Both sides' sums of a flow, where they differ; where they agree, the sentence has them.
fn sums(flow: &FlowComparison) {
    let pairs = [
        ("totals", &flow.amount_business_central, &flow.amount_zoho),
        ("remaining", &flow.remaining_business_central, &flow.remaining_zoho),
    ];
    for (what, ours, theirs) in pairs {
        if theirs.is_empty() && what == "remaining" {
            continue;
        }
        for (currency, amount) in ours {
            let held = theirs.get(currency).copied().unwrap_or_default();
            if held != *amount {
                let name = flow.flow.name();
                let (ours, theirs) = (amount_of(*amount, currency), amount_of(held, currency));
                say!("{name}, {what}: {ours} in Business Central, {theirs} in Zoho");
            }
        }
    }
}
