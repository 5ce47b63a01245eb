//! The audit trail, and one record's history.

use jiff::Timestamp;
use jiff::civil::Date;
use sync::store::audit::AuditKind;
use sync::store::audit::search::Search;
use sync::store::{binding, sources};

use crate::resident::exports;
use crate::resident::shared::Inner;
use crate::window::activity::{
    ActivityFilter, ActivityPage, ActivityQuery, Change, Entry, History, HistoryEntry, RecordRef,
};
use crate::window::schema::Failure;
use crate::window::settings::Saved;
use crate::{activity, deep_links::Links};

/// So many entries of one record are shown.
const HISTORY: usize = 500;

/// The first screenful asks for at most so many.
const PAGE: u32 = 500;

pub(super) fn page(inner: &Inner, query: &ActivityQuery) -> Result<ActivityPage, Failure> {
    let filter = filter(inner, &query.filter)?;
    let limit = query.limit.min(PAGE) as usize;
    let store = inner.reader()?;
    // Only the first page of a list looks through the trail.
    let kept = inner.shared().search.take().filter(|(asked, _)| *asked == filter);
    let mut search = match kept {
        Some((_, search)) => search,
        None => store.read(|tx| Search::begin(tx, filter.clone()))?,
    };
    let found = activity::page_of(&store, &mut search, query.offset, limit)?;
    inner.shared().search = Some((filter, search));
    Ok(ActivityPage { total: found.total, entries: found.entries.iter().map(entry).collect() })
}

pub(super) fn export(inner: &Inner, wanted: &ActivityFilter) -> Result<Saved, Failure> {
    let filter = filter(inner, wanted)?;
    let store = inner.reader()?;
    exports::write(inner, "activity", "csv", |out| {
        activity::export_csv(&store, &filter, out)?;
        Ok(())
    })
}

/// The newest entries about records, in words, and where the window shows more.
pub(in crate::resident) fn recent(inner: &Inner, count: usize) -> Vec<(String, String)> {
    let kinds =
        vec![AuditKind::Written, AuditKind::Adopted, AuditKind::Failed, AuditKind::Held, AuditKind::Deleted];
    let filter = activity::Filter { kinds, ..activity::Filter::default() };
    let found = inner
        .reader()
        .ok()
        .and_then(|store| activity::page(&store, &filter, 0, count).ok())
        .map(|page| page.entries)
        .unwrap_or_default();
    found
        .into_iter()
        .map(|entry| {
            let record = match (entry.flow, &entry.number) {
                (Some(flow), Some(number)) => format!("{} {number}: ", flow.singular()),
                (Some(flow), None) => format!("{flow}: "),
                (None, _) => String::new(),
            };
            let route = match (entry.flow, &entry.bc_id) {
                (Some(flow), Some(id)) => format!("history?flow={flow}&id={id}"),
                _ => "activity".to_owned(),
            };
            (format!("{record}{}", entry.summary), route)
        })
        .collect()
}

pub(super) fn history(inner: &Inner, record: &RecordRef) -> Result<History, Failure> {
    let store = inner.reader()?;
    let flow = record.flow.into();
    let found = activity::record(&store, flow, &record.bc_id)?.ok_or_else(|| Failure {
        code: "record_unknown".to_owned(),
        message: "nothing is known about that record".to_owned(),
        cure: "It may not have been read yet: run \"Sync now\" and look again.".to_owned(),
        field: None,
    })?;
    let bound = store.read(binding::get)?;
    let settings = inner.settings()?;
    let links = Links::of(&settings, bound.as_ref());
    let opens_in_zoho = found.zoho_id.as_deref().is_some_and(|zoho_id| links.zoho(flow, zoho_id).is_some());
    let problem = match found.problem {
        Some(id) => super::problems::one(inner, id)?,
        None => None,
    };
    let name = match found.bc_id.parse() {
        Ok(id) => store.read(|tx| sources::get(tx, flow, id))?.and_then(|source| name_of(&source.text)),
        Err(_) => None,
    };
    Ok(History {
        flow: record.flow,
        opens_in_business_central: links.business_central(flow, &found.number).is_some(),
        opens_in_zoho,
        bc_id: found.bc_id,
        number: found.number,
        name,
        zoho_id: found.zoho_id,
        problem,
        truncated: found.entries.len() > HISTORY,
        entries: found
            .entries
            .iter()
            .take(HISTORY)
            .map(|found| HistoryEntry {
                entry: entry(found),
                changes: found
                    .fields
                    .iter()
                    .map(|change| Change {
                        field: change.field.clone(),
                        before: change.before.clone(),
                        after: change.after.clone(),
                    })
                    .collect(),
            })
            .collect(),
    })
}

/// What a record is called, for its heading.
fn name_of(source: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        display_name: Option<String>,
        customer_name: Option<String>,
    }
    let named: Named = serde_json::from_str(source).ok()?;
    named.display_name.or(named.customer_name).filter(|name| !name.trim().is_empty())
}

fn entry(found: &activity::ActivityEntry) -> Entry {
    Entry {
        seq: found.seq,
        at: found.at.to_string(),
        kind: found.kind.name().to_owned(),
        flow: found.flow.map(Into::into),
        bc_id: found.bc_id.clone(),
        number: found.number.clone(),
        summary: found.summary.clone(),
        zoho_id: found.zoho_id.clone(),
        has_values: !found.fields.is_empty(),
    }
}

fn filter(inner: &Inner, wanted: &ActivityFilter) -> Result<activity::Filter, Failure> {
    let day = |field: &str, text: &Option<String>| -> Result<Option<Date>, Failure> {
        text.as_deref()
            .filter(|text| !text.is_empty())
            .map(|text| {
                text.parse().map_err(|_| {
                    Failure::of_field(field, format!("\"{text}\" is no day"), "Enter it like 2026-11-01.")
                })
            })
            .transpose()
    };
    let midnight = |date: Date| -> Option<Timestamp> {
        date.to_zoned(inner.outside.zone.clone()).ok().map(|start| start.timestamp())
    };
    let kinds = AuditKind::ALL.into_iter().filter(|kind| wanted.kinds.iter().any(|name| name == kind.name()));
    Ok(activity::Filter {
        text: wanted.text.trim().to_owned(),
        flow: wanted.flow.map(Into::into),
        kinds: kinds.collect(),
        run: None,
        from: day("from", &wanted.from)?.and_then(midnight),
        to: day("until", &wanted.until)?.and_then(|date| date.tomorrow().ok()).and_then(midnight),
        up_to: None,
    })
}
