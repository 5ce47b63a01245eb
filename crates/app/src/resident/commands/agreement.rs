//! The comparison of both systems.

use std::collections::BTreeMap;
use std::io::Write as _;

use exact_json::Decimal;
use sync::reconcile::{Compared, FlowComparison, Reconciliation};
use sync::store::comparisons;

use crate::AppError;
use crate::comparison_page::page;
use crate::comparison_sheet;
use crate::resident::exports;
use crate::resident::shared::Inner;
use crate::window::agreement::{Agreement, AgreementExport, Difference, FlowCompared, KindFound, Sum};
use crate::window::schema::Failure;
use crate::window::settings::Saved;
use crate::window::wording::for_window;

/// The newest comparison: with its differences where this process made it, else what is kept of it.
pub(super) fn last(inner: &Inner) -> Result<Option<Agreement>, Failure> {
    let kept = inner.reader()?.read(comparisons::last)?;
    let made = inner.shared().agreement.clone();
    Ok(match (made, kept) {
        (Some(made), Some(kept)) if made.compared_at >= kept.at => Some(detailed(&made)),
        (Some(made), None) => Some(detailed(&made)),
        (_, Some(kept)) => Some(short(&kept)),
        (None, None) => None,
    })
}

fn detailed(found: &Reconciliation) -> Agreement {
    Agreement {
        at: found.compared_at.to_string(),
        agrees: Some(found.agrees),
        sentence: found.sentence.clone(),
        flows: found.flows.iter().map(flow).collect(),
        kinds: found.kinds.iter().map(kind).collect(),
        differences: found.differences.iter().map(difference).collect(),
        detailed: true,
        truncated: found.truncated,
        in_motion: found.in_motion,
        lines_compared: found.lines_compared,
        credits: found.zoho_credits,
    }
}

fn short(kept: &Compared) -> Agreement {
    Agreement {
        at: kept.at.to_string(),
        agrees: kept.agrees,
        sentence: kept.sentence.clone(),
        flows: kept.flows.iter().map(flow).collect(),
        kinds: kept.kinds.iter().map(kind).collect(),
        differences: Vec::new(),
        // Without any difference there is nothing more to know.
        detailed: kept.agrees == Some(true),
        truncated: false,
        in_motion: 0,
        lines_compared: false,
        credits: kept.zoho_credits,
    }
}

fn kind(found: &sync::reconcile::KindFound) -> KindFound {
    KindFound {
        kind: found.kind.name().to_owned(),
        title: found.kind.title().to_owned(),
        count: found.count,
        cure: for_window(&found.cure),
    }
}

fn difference(found: &sync::reconcile::Difference) -> Difference {
    Difference {
        flow: found.flow.into(),
        kind: found.kind.name().to_owned(),
        number: found.number.clone(),
        bc_id: found.bc_id.map(|id| id.to_string()),
        zoho_id: found.zoho_id.clone(),
        field: found.field.clone(),
        business_central: found.business_central.clone(),
        zoho: found.zoho.clone(),
        reason: found.reason.clone(),
    }
}

fn flow(found: &FlowComparison) -> FlowCompared {
    let mut all = sums("total", &found.amount_business_central, &found.amount_zoho);
    if !found.remaining_zoho.is_empty() {
        all.extend(sums("remaining", &found.remaining_business_central, &found.remaining_zoho));
    }
    FlowCompared {
        flow: found.flow.into(),
        business_central: found.business_central,
        zoho: found.zoho,
        missing: found.missing,
        extra: found.extra,
        duplicates: found.duplicates,
        differing: found.differing,
        sums: all,
    }
}

fn sums(what: &str, ours: &BTreeMap<String, Decimal>, theirs: &BTreeMap<String, Decimal>) -> Vec<Sum> {
    let mut currencies: Vec<&String> = ours.keys().chain(theirs.keys()).collect();
    currencies.sort();
    currencies.dedup();
    currencies
        .into_iter()
        .map(|currency| {
            let ours = ours.get(currency).copied().unwrap_or_default();
            let theirs = theirs.get(currency).copied().unwrap_or_default();
            Sum {
                what: what.to_owned(),
                currency: currency.clone(),
                business_central: ours.to_string(),
                zoho: theirs.to_string(),
                agrees: ours == theirs,
            }
        })
        .collect()
}

pub(super) fn export(inner: &Inner, how: AgreementExport) -> Result<Saved, Failure> {
    let found = inner.shared().agreement.clone().ok_or_else(|| Failure {
        code: "not_compared".to_owned(),
        message: "there is no comparison at hand to write".to_owned(),
        cure: "Press \"Compare\" first: details are kept while the program runs.".to_owned(),
        field: None,
    })?;
    let folder = exports::folder(inner);
    let unwritten = |error: std::io::Error| Failure::from(AppError::not_writable(&folder, &error));
    match how {
        AgreementExport::Csv => exports::write(inner, "differences", "csv", |out| {
            write!(out, "\u{feff}{}\r\n", comparison_sheet::head()).map_err(unwritten)?;
            for found in &found.differences {
                write!(out, "{}\r\n", comparison_sheet::row(found)).map_err(unwritten)?;
            }
            Ok(())
        }),
        AgreementExport::Html => exports::write(inner, "agreement", "html", |out| {
            out.write_all(page(&found, &inner.outside.zone).as_bytes()).map_err(unwritten)
        }),
    }
}
