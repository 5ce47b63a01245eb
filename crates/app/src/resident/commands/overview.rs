//! The first screen.

use jiff::Timestamp;
use sync::store::{Store, StoreError, binding, comparisons};
use sync::writer::{self, Known};

use crate::alerts::capital;
use crate::resident::shared::Inner;
use crate::window::overview::{
    ComparedInShort, Credits, FlowAgreement, Moved, OtherWriter, Overview, RunInShort, Signals, SpentInHour,
};
use crate::window::schema::Failure;
use crate::window::wording;
use crate::{movement, status, webhooks};

pub(super) fn of(inner: &Inner) -> Result<Overview, Failure> {
    let store = inner.reader()?;
    let now = inner.now();
    let zone = &inner.outside.zone;
    // A profile without settings, or with wrong ones, is told by the state.
    let (sync, relay) =
        inner.settings().map(|settings| (settings.sync, settings.relay.url)).unwrap_or_default();
    let status = status::status(&store, &sync, now)?;
    let compared = store.read(comparisons::last)?;
    let text = |at: Timestamp| at.to_string();
    let flows = status.flows.iter().map(|flow| {
        let found = compared.as_ref().and_then(|compared| {
            let of_flow = compared.flows.iter().find(|found| found.flow == flow.flow)?;
            compared.agrees.map(|_| (of_flow, compared.at))
        });
        let differences = found.map_or(0, |(found, _)| found.differences());
        FlowAgreement {
            flow: flow.flow.into(),
            enabled: sync.flows.contains(&flow.flow),
            business_central: flow.business_central,
            zoho: flow.zoho,
            left_out: flow.left_out,
            agrees: found.map(|_| differences == 0),
            differences,
            compared_at: found.map(|(_, at)| text(at)),
            problems: flow.problems,
            ignored: flow.ignored,
            warnings: flow.warnings,
            stands_still: flow.stands_still.clone(),
        }
    });
    let flows = flows.collect();
    let mut moved = Vec::new();
    for bucket in movement::last_24_hours(&store, now, zone)? {
        for moves in bucket.flows {
            if moves.created + moves.updated + moves.deleted + moves.failed > 0 {
                moved.push(Moved {
                    hour: text(bucket.from),
                    flow: moves.flow.into(),
                    created: moves.created,
                    updated: moves.updated,
                    deleted: moves.deleted,
                    failed: moves.failed,
                });
            }
        }
    }
    let spent = movement::credits_per_hour(&store, now, zone)?;
    let credits = &status.credits;
    let signals = match &relay {
        Some(relay) => Some(signals(&super::signals::shown(inner, Some(relay))?)),
        None => None,
    };
    Ok(Overview {
        other_writer: other_writer(&store)?,
        signals,
        state: inner.app_state(),
        company: status.company.clone(),
        zoho_org: status.zoho_org.clone(),
        flows,
        compared: compared.as_ref().map(|compared| ComparedInShort {
            at: text(compared.at),
            agrees: compared.agrees,
            sentence: compared.sentence.clone(),
        }),
        moved,
        credits: Credits {
            spent_24h: credits.spent_24h,
            daily: credits.daily,
            budget: credits.budget,
            org_remaining: credits.org_remaining,
            org_remaining_at: credits.org_remaining_at.map(text),
            waits_until: credits.paused.as_ref().map(|pause| text(pause.until)),
            to_write: credits.forecast.records,
            needed: credits.forecast.credits,
            done_at: credits.forecast.done_at.map(text),
            by_hour: spent
                .into_iter()
                .map(|spent| SpentInHour { hour: text(spent.from), spent: spent.credits })
                .collect(),
        },
        last_run: status.last_run.map(|run| RunInShort {
            started_at: text(run.started_at),
            finished_at: run.finished_at.map(text),
            trigger: run.trigger,
            outcome: run.outcome,
        }),
        last_success_at: inner.facts().last_success.map(text),
    })
}

fn other_writer(store: &Store) -> Result<Option<OtherWriter>, StoreError> {
    let Known::Other(claim) = writer::known(store)? else { return Ok(None) };
    let bound = store.read(binding::get)?;
    Ok(Some(OtherWriter {
        may_take_over: bound.is_some_and(|bound| claim.is_of(&bound)),
        computer: claim.computer,
        seen_at: claim.renewed_at.to_string(),
    }))
}

fn signals(shown: &webhooks::Shown) -> Signals {
    let troubles = super::signals::troubles(shown);
    let mut refusals = shown.subscriptions.iter().filter_map(|subscription| subscription.refused.as_ref());
    let refusal =
        || refusals.next().map(|refusal| (capital(&refusal.message), wording::for_window(&refusal.cure)));
    let first = troubles.into_iter().next().map(|trouble| (trouble.message, trouble.cure)).or_else(refusal);
    Signals {
        standing: super::signals::standing(shown),
        why: first.map(|(message, cure)| format!("{}. {cure}", message.trim_end_matches('.'))),
        last_at: shown.link.last_signal_at.map(|at| at.to_string()),
    }
}
