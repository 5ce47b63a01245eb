//! `map`: the id map out and in as a table, and built anew from the keys in Zoho.

use std::path::Path;

use app::open::Mode;
use app::{App, AppError, Profile};
use serde::Serialize;
use sync::flow::Flow;
use sync::id_map::import::{ImportPlan, PlannedLink, no_faults};
use sync::id_map::rebuild::{Keyed, RebuildReport};
use sync::id_map::table;
use sync::report::Outcome;
use sync::store::links;

use super::open;
use super::sync::flows as chosen;
use crate::args::{self, MapCommand};
use crate::new_file::NewFile;
use crate::output::{Output, columns, say};
use crate::progress::Shown;
use crate::signals;
use crate::terminal;

/// How many records of a kind are printed for people.
const SHOWN: usize = 20;

/// What `--json` prints of an export into a file.
#[derive(Serialize)]
struct Exported {
    outcome: Outcome,
    exported: u64,
}

/// What `--json` prints of an import.
#[derive(Serialize)]
struct Imported<'a> {
    outcome: Outcome,
    imported: u64,
    plan: &'a ImportPlan,
}

/// What `--json` prints of a rebuild.
#[derive(Serialize)]
struct Printed<'a> {
    outcome: Outcome,
    #[serde(flatten)]
    report: &'a RebuildReport,
}

pub async fn run(profile: Profile, args: &args::Map, output: Output) -> Result<u8, AppError> {
    match &args.what {
        MapCommand::Export { flow, file } => export(&profile, flow, file, output),
        MapCommand::Import { file, dry_run, yes } => {
            let wanted = read(file)?;
            let wanted = table::parse(&wanted).or_else(|faults| no_faults(&faults).map(|()| Vec::new()))?;
            let mode = if *dry_run { Mode::Read } else { Mode::Write };
            let app = open(profile, mode)?;
            import(&app, &wanted, (*dry_run, *yes), output).await
        }
        MapCommand::Rebuild { flow, yes } => {
            let app = open(profile, Mode::Write)?;
            rebuild(&app, flow, *yes, output).await
        }
    }
}

fn export(profile: &Profile, names: &[String], path: &Path, output: Output) -> Result<u8, AppError> {
    let settings = app::Settings::load(&profile.settings())?;
    let flows = chosen(&settings, names)?.unwrap_or_else(|| Flow::ALL.to_vec());
    let store = super::status::database(profile)?;
    if path == Path::new("-") {
        table::export(&store, &flows, |line| {
            say!("{line}");
            Ok::<(), AppError>(())
        })?;
        return Ok(0);
    }
    let mut file = NewFile::create(path)?;
    let exported = table::export(&store, &flows, |line| file.line(line))?;
    file.finish()?;
    if output.json {
        output.object(&Exported { outcome: Outcome::Clean, exported });
    } else {
        say!("{exported} links were written to {}.", path.display());
    }
    Ok(0)
}

async fn import(
    app: &App,
    wanted: &[table::Wanted],
    (dry_run, yes): (bool, bool),
    output: Output,
) -> Result<u8, AppError> {
    let stop = signals::stop_on_request();
    let progress = Shown::new();
    let plan = app.engine.plan_import(wanted, &progress, &stop).await;
    progress.done();
    let plan = plan?;
    no_faults(&plan.faults)?;
    if !output.json {
        say!("{}", plan_text(&plan));
    }
    let mut imported = 0;
    if !dry_run && !plan.links.is_empty() {
        if !yes && !terminal::yes("Link these records now?").map_err(|_| nobody_answers("import"))? {
            return Err(AppError::usage("nothing was linked", "Import the file again when you are ready."));
        }
        imported = app.engine.import(&plan)?;
    }
    if output.json {
        output.object(&Imported { outcome: Outcome::Clean, imported, plan: &plan });
    } else if imported > 0 {
        say!("{imported} records were linked. The next `ledgerline sync` writes keys and values into them.");
    }
    Ok(0)
}

fn plan_text(plan: &ImportPlan) -> String {
    if plan.links.is_empty() {
        return format!("There is nothing to link: {} lines say what is linked already.", plan.unchanged);
    }
    let line = |link: &PlannedLink| {
        let before = link.before.as_ref().map(|id| format!(" instead of {id}")).unwrap_or_default();
        format!("  {} {} → {}{before}", link.flow, link.number, link.zoho_id)
    };
    let mut text: Vec<String> = vec![format!(
        "{} records to link, {} linked already · {} Zoho credits",
        plan.links.len(),
        plan.unchanged,
        plan.zoho_credits
    )];
    text.extend(plan.links.iter().take(SHOWN).map(line));
    if plan.links.len() > SHOWN {
        text.push(format!("  … and {} more: --json lists all.", plan.links.len() - SHOWN));
    }
    text.join("\n")
}

async fn rebuild(app: &App, names: &[String], yes: bool, output: Output) -> Result<u8, AppError> {
    let flows = chosen(&app.settings, names)?;
    if !yes {
        eprintln!("{}", warning(app, flows.as_deref())?);
        let question = "Forget these links and make them anew from the keys in Zoho?";
        if !terminal::yes(question).map_err(|_| nobody_answers("rebuild"))? {
            return Err(AppError::usage("nothing was changed", "Run it again when you are ready."));
        }
    }
    let stop = signals::stop_on_request();
    let progress = Shown::new();
    let report = app.engine.rebuild_map(flows.as_deref(), &progress, &stop).await;
    progress.done();
    let report = report?;
    let attention = report.flows.iter().any(|flow| flow.doubles + flow.orphans > 0);
    let outcome = if attention { Outcome::Attention } else { Outcome::Clean };
    if output.json {
        output.object(&Printed { outcome, report: &report });
    } else {
        print(&report);
    }
    Ok(outcome.exit_code())
}

/// What a rebuild costs beyond itself.
fn warning(app: &App, flows: Option<&[Flow]>) -> Result<String, AppError> {
    let mut text = Vec::new();
    for flow in app.settings.sync.flows.iter().filter(|flow| flows.is_none_or(|flows| flows.contains(flow))) {
        let count = app.store.read(|tx| links::count(tx, *flow))?;
        let more = match flow {
            Flow::Invoices | Flow::PurchaseOrders => {
                format!("; the next run reads the rows of each again, about {count} Zoho credits")
            }
            Flow::Customers | Flow::Items | Flow::Contacts | Flow::Vendors => String::new(),
        };
        text.push(format!("{flow}: {count} links{more}"));
    }
    Ok(text.join("\n"))
}

fn print(report: &RebuildReport) {
    let header = ["", "linked", "of them new", "forgotten", "double", "orphans"].map(ToOwned::to_owned);
    let mut rows = vec![header];
    for flow in &report.flows {
        rows.push([
            flow.flow.name().to_owned(),
            flow.linked.to_string(),
            flow.changed.to_string(),
            flow.forgotten.to_string(),
            flow.doubles.to_string(),
            flow.orphans.to_string(),
        ]);
    }
    say!("{}", columns(&rows));
    for flow in &report.flows {
        let name = flow.flow.name();
        for double in flow.doubles_listed.iter().take(SHOWN) {
            say!("{name} {}: {} claim to be it", named(double), double.zoho_ids.join(", "));
        }
        if flow.doubles > 0 {
            say!("  → Clear BC Id and BC Number of all but one in Zoho, then rebuild again.");
        }
        for orphan in flow.orphans_listed.iter().take(SHOWN) {
            say!(
                "{name} {}: Business Central knows nothing of {}",
                named(orphan),
                orphan.zoho_ids.join(", ")
            );
        }
        if flow.orphans > 0 {
            say!("  → Open them in Zoho: delete what nobody needs, or clear BC Id and BC Number to keep it.");
        }
    }
    say!("{} Zoho credits. The next `ledgerline sync` writes what differs.", report.zoho_credits);
}

fn named(keyed: &Keyed) -> String {
    if keyed.number.is_empty() { keyed.bc_id.clone() } else { keyed.number.clone() }
}

fn nobody_answers(command: &str) -> AppError {
    AppError::usage(
        format!("map {command} asks before it changes anything, and nobody answers"),
        "Run it in a terminal, or with --yes.",
    )
}

fn read(path: &Path) -> Result<String, AppError> {
    let bytes = std::fs::read(path).map_err(|error| AppError::not_readable(path, &error))?;
    String::from_utf8(bytes).map_err(|_| {
        AppError::usage(
            format!("the file {} is not in UTF-8", path.display()),
            "Save it from the spreadsheet as \"CSV UTF-8\", then import it again.",
        )
    })
}
