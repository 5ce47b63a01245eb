//! Match review.

use sync::flow::Flow;
use sync::match_review::decide::{self, By, Count};
use sync::match_review::list::{self, Filter};
use sync::match_review::{gates, sheet};
use sync::matching::{Class, Party};
use sync::store::decisions::DecisionKind;
use sync::store::{keyless, proposals};

use crate::resident::shared::Inner;
use crate::resident::{exports, wizard};
use crate::window::matching::{
    AcceptCertain, Candidate, Choices, Decided, MatchClass, MatchConfirm, MatchFlow, MatchImport, MatchPage,
    MatchQuery, MatchRecord, MatchSummary, MatchVerdict, Side,
};
use crate::window::schema::Failure;
use crate::window::settings::Saved;
use crate::{App, AppError, review};

/// A part of the list has at most so many records.
const PAGE: u32 = 200;

pub(super) fn summary(inner: &Inner) -> Result<MatchSummary, Failure> {
    let app = inner.app()?;
    let store = inner.reader()?;
    let mut flows = Vec::new();
    for found in gates(&store)?.into_iter().filter(|found| app.settings.sync.flows.contains(&found.flow)) {
        let flow = found.flow;
        let (keyless, [certain, likely, unclear]) = store.read(|tx| {
            let of = |class| proposals::undecided_of(tx, flow, class);
            Ok((keyless::count(tx, flow)?, [of(Class::Certain)?, of(Class::Likely)?, of(Class::Unclear)?]))
        })?;
        let decided = list::page(&store, Filter { flow, class: None, decided: true }, 0, 0)?.of;
        flows.push(MatchFlow {
            flow: flow.into(),
            gate: found.gate.as_ref().map_or("not_looked", |gate| gate.state.name()).to_owned(),
            who: found.gate.as_ref().map(|gate| gate.who.clone()),
            at: found.gate.as_ref().map(|gate| gate.at.to_string()),
            keyless,
            certain,
            likely,
            unclear,
            decided,
        });
    }
    Ok(MatchSummary { flows })
}

pub(super) fn page(inner: &Inner, query: &MatchQuery) -> Result<MatchPage, Failure> {
    let filter =
        Filter { flow: query.flow.into(), class: query.class.map(Into::into), decided: query.decided };
    let found = list::page(&*inner.reader()?, filter, query.offset, query.limit.min(PAGE) as usize)?;
    Ok(MatchPage { total: found.of, records: found.records.iter().map(record).collect() })
}

fn record(found: &list::Record) -> MatchRecord {
    MatchRecord {
        bc_id: found.bc_id.to_string(),
        number: found.number.clone(),
        class: found.class.into(),
        business_central: side(&found.business_central),
        candidates: found.candidates.iter().map(candidate).collect(),
        create_by: found.create.as_ref().map(|said| said.who.clone()),
        written: found.written_as.is_some(),
    }
}

fn candidate(found: &list::Candidate) -> Candidate {
    Candidate {
        proposal: found.proposal,
        zoho_id: found.zoho_id.clone(),
        class: found.class.into(),
        score: found.score,
        reasons: found.reasons.clone(),
        proposed: found.proposed,
        zoho: found.zoho.as_ref().map(side),
        decision: found.decision.as_ref().and_then(|said| match said.kind {
            DecisionKind::Accept => Some("accept".to_owned()),
            DecisionKind::Reject => Some("reject".to_owned()),
            DecisionKind::Create => None,
        }),
        decided_by: found.decision.as_ref().map(|said| said.who.clone()),
    }
}

fn side(party: &Party) -> Side {
    let filled = |values: &[String]| -> Vec<String> {
        values.iter().filter(|value| !value.trim().is_empty()).cloned().collect()
    };
    let parts = [&party.postal_code, &party.city, &party.country];
    let place: Vec<&str> =
        parts.into_iter().flatten().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    Side {
        name: party.name.clone(),
        numbers: filled(&party.numbers),
        tax_numbers: filled(&party.tax_numbers),
        emails: filled(&party.emails),
        websites: filled(&party.websites),
        phones: filled(&party.phones),
        place: place.join(" "),
        total: party.total.map(|total| total.to_string()),
        date: party.date.clone(),
    }
}

impl From<Class> for MatchClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Certain => Self::Certain,
            Class::Likely => Self::Likely,
            Class::Unclear => Self::Unclear,
            Class::None => Self::None,
        }
    }
}

impl From<MatchClass> for Class {
    fn from(class: MatchClass) -> Self {
        match class {
            MatchClass::Certain => Self::Certain,
            MatchClass::Likely => Self::Likely,
            MatchClass::Unclear => Self::Unclear,
            MatchClass::None => Self::None,
        }
    }
}

pub(super) fn decide(inner: &Inner, choices: &Choices) -> Result<Decided, Failure> {
    with_desk(inner, |app, by| {
        let undo: Vec<i64> = choices
            .choices
            .iter()
            .filter(|choice| choice.verdict == MatchVerdict::Undo)
            .map(|choice| choice.proposal)
            .collect();
        let others: Vec<(i64, DecisionKind)> = choices
            .choices
            .iter()
            .filter_map(|choice| {
                let kind = match choice.verdict {
                    MatchVerdict::Accept => DecisionKind::Accept,
                    MatchVerdict::Reject => DecisionKind::Reject,
                    MatchVerdict::Create => DecisionKind::Create,
                    MatchVerdict::Undo => return None,
                };
                Some((choice.proposal, kind))
            })
            .collect();
        let mut count = Count::default();
        if !undo.is_empty() {
            count = count.and(decide::undo(&app.store, &undo, by)?);
        }
        if !others.is_empty() {
            count = count.and(decide::choose(&app.store, &others, by)?);
        }
        Ok(count)
    })
}

pub(super) fn accept_certain(inner: &Inner, what: AcceptCertain) -> Result<Decided, Failure> {
    with_desk(inner, |app, by| {
        chosen(app, what.flow.map(Into::into)).into_iter().try_fold(Count::default(), |count, flow| {
            Ok(count.and(decide::accept_certain(&app.store, flow, by)?))
        })
    })
}

pub(super) fn confirm(inner: &Inner, what: MatchConfirm) -> Result<MatchSummary, Failure> {
    with_desk(inner, |app, by| {
        chosen(app, what.flow.map(Into::into)).into_iter().try_fold(Count::default(), |count, flow| {
            Ok(count.and(decide::create_rest(&app.store, flow, by)?))
        })
    })?;
    summary(inner)
}

pub(super) fn export(inner: &Inner) -> Result<Saved, Failure> {
    let app = inner.app()?;
    let store = inner.reader()?;
    exports::write(inner, "matching", "csv", |out| {
        use std::io::Write as _;
        let mut failed = None;
        // With the mark, spreadsheets know that it is UTF-8.
        let mut mark = "\u{feff}";
        sheet::export(&store, &app.settings.sync.flows, |line| {
            if failed.is_none() {
                failed = write!(out, "{mark}{line}\r\n").err();
                mark = "";
            }
        })?;
        match failed {
            Some(error) => Err(AppError::not_writable(&exports::folder(inner), &error).into()),
            None => Ok(()),
        }
    })
}

pub(super) fn import(inner: &Inner, file: &MatchImport) -> Result<Decided, Failure> {
    with_desk(inner, |app, by| Ok(sheet::import(&app.store, &file.text, by)?))
}

/// Decides something, and has everybody know.
fn with_desk(
    inner: &Inner,
    work: impl FnOnce(&App, By<'_>) -> Result<Count, AppError>,
) -> Result<Decided, Failure> {
    let app = inner.app()?;
    let who = review::who(&*inner.outside.environment);
    let count = work(&app, By { who: &who, at: inner.now() })?;
    wizard::after_match(inner)?;
    inner.tell_changed();
    Ok(Decided {
        accepted: count.accepted,
        rejected: count.rejected,
        created: count.created,
        undone: count.undone,
    })
}

fn chosen(app: &App, only: Option<Flow>) -> Vec<Flow> {
    app.settings.sync.flows.iter().copied().filter(|flow| only.is_none_or(|only| only == *flow)).collect()
}
