//! The review in words.

use sync::flow::Flow;
use sync::match_review::decide::Count;
use sync::match_review::list::{Candidate, Page, Record};
use sync::match_review::{FlowGate, Reviewed};
use sync::matching::Party;
use sync::store::match_gate::GateState;

use crate::output::{columns, say};

/// What each flow comes to, then the records.
pub fn lists(reviewed: Option<&Reviewed>, lists: &[(Flow, Page)], page: u64, size: usize, decided: bool) {
    if let Some(reviewed) = reviewed {
        summary(reviewed);
    }
    let mut any = false;
    for (flow, list) in lists.iter().filter(|(_, list)| list.of > 0) {
        any = true;
        let first = (page - 1).saturating_mul(size as u64);
        let shown = list.records.len() as u64;
        if shown == 0 {
            say!("\n{flow}: {} records; there is no page {page}", list.of);
            continue;
        }
        say!("\n{flow}: {} to {} of {}", first + 1, first + shown, list.of);
        list.records.iter().for_each(record);
        if first + shown < list.of {
            say!("… `ledgerline match --flow {flow} --page {}` lists the next.", page + 1);
        }
    }
    if any && !decided {
        say!(
            "\nDecide with --accept certain, --accept/--reject/--create and the numbers behind #, --ask, or --export and --import.\n--create-rest has everything created about which nothing is decided."
        );
    } else if !any && decided {
        say!("Nothing was decided.");
    }
}

fn summary(reviewed: &Reviewed) {
    let header = ["", "without our key", "certain", "likely", "unclear", "records may be created"];
    let mut rows = vec![header.map(ToOwned::to_owned)];
    for flow in &reviewed.flows {
        let gate = match (&flow.gate, &flow.left_out) {
            (_, Some(_)) => "left out",
            (Some(gate), _) if gate.state == GateState::Closed => "no",
            (Some(_), _) => "yes",
            (None, _) => "not yet",
        };
        rows.push([
            flow.flow.name().to_owned(),
            flow.keyless.to_string(),
            flow.certain.to_string(),
            flow.likely.to_string(),
            flow.unclear.to_string(),
            gate.to_owned(),
        ]);
    }
    say!("{}", columns(&rows));
    for flow in &reviewed.flows {
        if let Some(why) = &flow.left_out {
            say!("{}: {why}", flow.flow);
        }
    }
    let decided = reviewed.flows.iter().fold(Count::default(), |sum, flow| sum.and(flow.decided));
    if !decided.is_nothing() {
        count(&decided);
    }
    say!("{}", sentence(reviewed));
}

fn sentence(reviewed: &Reviewed) -> String {
    let credits = reviewed.zoho_credits;
    let waits_for_accounts = reviewed.flows.iter().any(|flow| flow.gate.is_none() && flow.left_out.is_none());
    match reviewed.undecided() {
        0 if waits_for_accounts => {
            format!(
                "Nothing waits for a decision yet; persons and invoices follow their customers · {credits} Zoho credits"
            )
        }
        0 => format!("Nothing waits for a decision · {credits} Zoho credits"),
        1 => format!("1 record of Business Central may be in Zoho already · {credits} Zoho credits"),
        many => format!("{many} records of Business Central may be in Zoho already · {credits} Zoho credits"),
    }
}

/// One record and what it may be.
pub fn record(record: &Record) {
    say!("{} {}", record.number, described(&record.business_central));
    if let Some(said) = &record.create {
        say!("    to be created: {} ({})", said.who, said.at);
    }
    if let Some(written) = &record.written_as {
        say!("    is in Zoho as {written}");
    }
    record.candidates.iter().for_each(candidate);
}

fn candidate(candidate: &Candidate) {
    let zoho =
        candidate.zoho.as_ref().map_or_else(|| "(not there any more, or ours by now)".to_owned(), described);
    say!(
        "    #{} {:<7} {}.{} %  {} {zoho}",
        candidate.proposal,
        candidate.class.name(),
        candidate.score / 10,
        candidate.score % 10,
        candidate.zoho_id
    );
    say!("        {}", candidate.reasons.join(", "));
    if let Some(said) = &candidate.decision {
        say!("        {}: {} ({})", said.kind.name(), said.who, said.at);
    }
}

/// A record's values in one line.
pub fn described(party: &Party) -> String {
    let lists = [&party.tax_numbers, &party.emails, &party.phones, &party.websites].into_iter().flatten();
    let place = [&party.postal_code, &party.city, &party.country];
    let place: Vec<&str> =
        place.into_iter().flatten().map(String::as_str).filter(|part| !part.trim().is_empty()).collect();
    let mut parts: Vec<String> = Vec::new();
    if !party.name.trim().is_empty() {
        parts.push(format!("\"{}\"", party.name.trim()));
    }
    parts.extend(Some(place.join(" ")).filter(|place| !place.is_empty()));
    parts.extend(lists.filter(|value| !value.trim().is_empty()).cloned());
    parts.extend(party.total.map(|total| total.to_string()));
    parts.join(" · ")
}

/// What was decided.
pub fn count(count: &Count) {
    let one = |number: u64, what: &str| (number > 0).then(|| format!("{number} {what}"));
    let parts: Vec<String> = [
        one(count.accepted, "accepted"),
        one(count.rejected, "rejected"),
        one(count.created, "to be created"),
        one(count.undone, "taken back"),
    ]
    .into_iter()
    .flatten()
    .collect();
    say!(
        "{}",
        if parts.is_empty() {
            "Nothing was decided.".to_owned()
        } else {
            format!("Decided: {}.", parts.join(", "))
        }
    );
}

/// What still waits, by flow.
pub fn gates(gates: &[FlowGate]) {
    let waiting: Vec<&FlowGate> = gates.iter().filter(|gate| gate.undecided > 0).collect();
    if waiting.is_empty() {
        say!("Nothing waits for a decision any more. `ledgerline sync --once` carries it out.");
    }
    for gate in waiting {
        let stops = gate.gate.as_ref().is_some_and(|gate| gate.state == GateState::Closed);
        let stops = if stops { "; none is created until then" } else { "" };
        say!("{}: {} wait for a decision{stops}.", gate.flow, gate.undecided);
    }
}
