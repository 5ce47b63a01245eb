//! The questions about what is copied.

use app::AppError;
use app::connect;
use app::settings::Sync;
use jiff::civil::Date;
use sync::flow::Flow;
use sync::policy::InvoicesFrom;
use zoho_crm::Org;

use super::{Wizard, complain, left};
use crate::terminal;

/// Asks what is copied, within what the org's edition allows.
pub(super) fn ask(wizard: &Wizard<'_>, org: &Org) -> Result<Sync, AppError> {
    eprintln!("\nWhat to copy");
    let mut sync = wizard.old.as_ref().map(|old| old.sync.clone()).unwrap_or_default();
    let allowed = connect::flows_allowed(org);
    for flow in Flow::ALL.into_iter().filter(|flow| !allowed.contains(flow)) {
        let edition = org.edition.name();
        eprintln!("({} need Zoho CRM Professional or higher; this org has {edition}.)", flow.plural());
    }
    let kept: Vec<Flow> = sync.flows.iter().copied().filter(|flow| allowed.contains(flow)).collect();
    let usual = || Flow::BY_DEFAULT.into_iter().filter(|flow| allowed.contains(flow)).collect();
    let default = if kept.is_empty() { usual() } else { kept };
    let default: Vec<&str> = default.into_iter().map(Flow::name).collect();
    sync.flows = loop {
        let answer = terminal::line("Flows", Some(&default.join(", "))).map_err(left)?;
        match connect::flows(&answer, org) {
            Ok(flows) => break flows,
            Err(error) => complain(&error),
        }
    };
    if sync.flows.contains(&Flow::Invoices) {
        sync.invoices_from = invoices_from(wizard, sync.invoices_from)?;
    }
    Ok(sync)
}

fn invoices_from(wizard: &Wizard<'_>, old: Option<InvoicesFrom>) -> Result<Option<InvoicesFrom>, AppError> {
    const DEFAULT: &str = "start of last year";
    let default = match old {
        None => DEFAULT.to_owned(),
        Some(InvoicesFrom::All) => "all".to_owned(),
        Some(InvoicesFrom::Date(date)) => date.to_string(),
    };
    let today = wizard.wires.clock.now().to_zoned(jiff::tz::TimeZone::system()).date();
    loop {
        let question =
            "Posted invoices from which day on? (like 2025-01-31, or all; open ones are always copied)";
        let answer = terminal::line(question, Some(&default)).map_err(left)?;
        match answer.to_lowercase().as_str() {
            DEFAULT => return Ok(None),
            "all" => return Ok(Some(InvoicesFrom::All)),
            text => match text.parse::<Date>() {
                Ok(date) if date <= today => return Ok(Some(InvoicesFrom::Date(date))),
                Ok(_) => eprintln!("  → That day is not here yet."),
                Err(_) => eprintln!("  → Answer with a day like 2025-01-31, or with all."),
            },
        }
    }
}
