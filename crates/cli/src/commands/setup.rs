//! `setup`: says what is to be created in Zoho, asks, creates it.

use std::fmt::Write as _;

use app::setup::{self, ShownField, ShownPlan, ShownResult};
use app::{App, AppError};
use serde::Serialize;
use sync::report::{Outcome, ReportedError};
use sync::setup::{SetupPlan, SetupStep};

use crate::args;
use crate::output::{Output, say};
use crate::terminal::{self, InputEnded};

/// What `--json` prints.
#[derive(Serialize)]
struct Printed {
    outcome: Outcome,
    plan: ShownPlan,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<ShownResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ReportedError>,
}

pub async fn run(app: &App, args: &args::Setup, output: Output) -> Result<u8, AppError> {
    let mut plan = setup::plan(app).await?;
    if args.dry_run {
        let outcome = if plan.blocked.is_empty() { Outcome::Clean } else { Outcome::Attention };
        let printed = Printed { outcome, plan: ShownPlan::from(&plan), result: None, error: None };
        return Ok(print(&printed, output));
    }
    if !args.yes {
        if choose(app, &plan)? {
            plan = setup::plan(app).await?;
        }
        if !plan.create.is_empty() {
            eprintln!("{}", plan_text(&ShownPlan::from(&plan)));
            if !terminal::yes("Create these fields in Zoho now?").map_err(nobody_answers)? {
                return Err(AppError::usage(
                    "nothing was created in Zoho",
                    "Run `ledgerline setup` again when you are ready; `sync` needs these fields.",
                ));
            }
        }
    }
    let result = setup::apply(app, &plan, &mut tell).await?;
    Ok(print(&conclude(&plan, ShownResult::new(&plan, &result)), output))
}

/// Offers existing unique fields where Zoho has no room for ours. Whether something was chosen.
fn choose(app: &App, plan: &SetupPlan) -> Result<bool, AppError> {
    let mut chosen = false;
    for blocked in plan.blocked.iter().filter(|blocked| !blocked.reusable.is_empty()) {
        eprintln!("{}\n  → {}", blocked.message, blocked.cure);
        eprintln!(
            "One of these fields can hold Business Central's numbers. What it holds now is overwritten in every record that is synced:"
        );
        let question = "Which one? (n: none of them)";
        if let Some(index) =
            terminal::choice(question, &blocked.reusable, Some("n")).map_err(nobody_answers)?
        {
            setup::choose_key(app, blocked.flow, &blocked.reusable[index])?;
            chosen = true;
        }
    }
    Ok(chosen)
}

fn nobody_answers(_: InputEnded) -> AppError {
    AppError::usage(
        "setup asks before it creates anything, and nobody answers",
        "Run it in a terminal, or with --yes to create without being asked, or with --dry-run to see what it would create.",
    )
}

fn tell(step: SetupStep) {
    match step {
        SetupStep::Creating(planned) => {
            eprintln!("{}: creating \"{}\"", planned.flow.module(), planned.field.label());
        }
        SetupStep::Refused(planned, reason) => {
            eprintln!("{}: \"{}\" was refused: {reason}", planned.flow.module(), planned.field.label());
        }
        SetupStep::Created(..) | SetupStep::LineProduct => {}
    }
}

/// Without its key fields a flow cannot run: that is a failure. A flow that the edition lacks needs attention; an optional field does not.
fn conclude(plan: &SetupPlan, result: ShownResult) -> Printed {
    let in_the_way = plan.blocked.iter().find(|blocked| setup::is_about_keys(blocked));
    let refused = result.refused.iter().find(|refused| refused.field.required);
    let error = match (in_the_way, refused) {
        (Some(blocked), _) => Some(ReportedError {
            code: blocked.code.to_owned(),
            message: blocked.message.clone(),
            cure: blocked.cure.clone(),
        }),
        (None, Some(refused)) => Some(ReportedError {
            code: refused.code.clone(),
            message: format!(
                "Zoho refused the field \"{}\" of {}, without which {} cannot be copied: {}",
                refused.field.label, refused.field.module, refused.field.flow, refused.message
            ),
            cure: refused.cure.clone(),
        }),
        (None, None) => None,
    };
    let outcome = match (&error, plan.blocked.is_empty()) {
        (Some(_), _) => Outcome::Failed,
        (None, false) => Outcome::Attention,
        (None, true) => Outcome::Clean,
    };
    Printed { outcome, plan: ShownPlan::from(plan), result: Some(result), error }
}

/// Prints what was found or done, and returns the exit code.
fn print(printed: &Printed, output: Output) -> u8 {
    if output.json {
        output.object(printed);
    } else if let Some(result) = &printed.result {
        say!("{}", result_text(&printed.plan, result));
        if let Some(error) = &printed.error {
            eprintln!("ledgerline: {}\n  → {}", error.message, error.cure);
        }
    } else {
        say!("{}", plan_text(&printed.plan));
    }
    printed.outcome.exit_code()
}

fn plan_text(plan: &ShownPlan) -> String {
    let mut text = String::new();
    if plan.create.is_empty() {
        text.push_str("There is nothing to create.");
    } else {
        text.push_str("To be created in Zoho:");
        text.push_str(&list(plan.create.iter()));
    }
    text.push_str(&remarks(plan));
    text
}

fn result_text(plan: &ShownPlan, result: &ShownResult) -> String {
    let mut text = String::new();
    if plan.create.is_empty() {
        text.push_str("Every field that can be created is there already.");
    } else {
        // Writing to a String cannot fail.
        let _ =
            write!(text, "{} of {} fields were created in Zoho.", result.created.len(), plan.create.len());
    }
    if !result.refused.is_empty() {
        text.push_str("\nZoho refused some. A Zoho administrator can create them by hand (Setup, Customization, Modules and Fields):");
        text.push_str(&list(result.refused.iter().map(|refused| &refused.field)));
    }
    text.push_str(&remarks(plan));
    text
}

/// What stands in the way of whole flows, and what is left out for lack of room.
fn remarks(plan: &ShownPlan) -> String {
    let mut text = String::new();
    for blocked in &plan.blocked {
        let _ = write!(text, "\n{}: {}\n  → {}", blocked.flow, blocked.message, blocked.cure);
    }
    if !plan.no_room.is_empty() {
        text.push_str("\nLeft out, because the edition has no room for more custom fields:");
        text.push_str(&list(plan.no_room.iter()));
    }
    text
}

fn list<'a>(fields: impl Iterator<Item = &'a ShownField>) -> String {
    fields.fold(String::new(), |mut text, field| {
        let _ = write!(text, "\n  {}: \"{}\" ({})", field.module, field.label, field.definition);
        text
    })
}
