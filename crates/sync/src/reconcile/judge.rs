//! Judges one record: what Business Central makes of it against its copies in Zoho.

use std::collections::BTreeMap;

use business_central::{BcId, Row};
use exact_json::{Decimal, Value};
use jiff::Timestamp;
use zoho_crm::ZohoId;

use super::finding::{Difference, DifferenceKind, Findings, FlowComparison};
use super::notebook::{Copy, Met};
use super::zoho_side::{Columns, ZohoSide};
use crate::apply::decide;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::map::{self, Context, Mapped, MappedRecord, SkipReason};
use crate::org_schema::CustomField;
use crate::policy::OnZohoDelete;
use crate::session::Session;
use crate::store::{links, warnings};

/// The code of the warning on a value that Zoho refused, so that the record was written without it.
const LEFT_OUT: &str = "left_out";

/// Judges the records of one flow.
pub(super) struct Judge<'a, 'b> {
    pub(super) session: &'a Session<'b>,
    pub(super) flow: Flow,
    pub(super) columns: &'a Columns,
    pub(super) side: &'a ZohoSide<'a>,
    /// The field for what is still to be paid, where the org has it.
    pub(super) remaining_field: Option<&'a str>,
    /// Whether documents are compared row by row.
    pub(super) lines: bool,
}

/// A document whose rows can be compared.
pub(super) struct WithLines {
    pub(super) id: BcId,
    pub(super) number: String,
    pub(super) zoho_id: ZohoId,
    pub(super) text: String,
    pub(super) posted: bool,
    pub(super) mapped: MappedRecord,
}

/// What is known of one record before it is counted.
#[derive(Default)]
struct Verdict {
    /// Whether it should be in Zoho, and is counted.
    counted: bool,
    /// Whether its copy is left as it is, and is not counted.
    left_alone: bool,
    left_out: u64,
    left_to_people: u64,
    differences: Vec<Difference>,
    amounts: Option<Amounts>,
}

/// An invoice's amounts on both sides.
struct Amounts {
    ours: String,
    theirs: String,
    total: (Decimal, Option<Decimal>),
    remaining: (Decimal, Option<Decimal>),
}

impl Judge<'_, '_> {
    pub(super) fn context(&self) -> Context<'_> {
        let session = self.session;
        Context {
            org: &session.org,
            company: &session.facts,
            policy: &session.policy().map,
            links: self.side,
        }
    }

    /// Judges a row of Business Central and notes its copies as met. Returns what is needed to compare an invoice's rows.
    pub(super) fn row(
        &self,
        id: BcId,
        row: &Row,
        posted: bool,
        comparison: &mut FlowComparison,
        findings: &mut Findings<'_>,
    ) -> Result<Option<WithLines>, RunError> {
        let number = row.number().unwrap_or_default().to_owned();
        let mut copies = self.side.notes.copies(self.flow, id)?;
        for copy in &copies {
            self.side.notes.meet(copy.place, Met::Compared)?;
        }
        // The copy that holds the number is the record; a clone made by hand cannot hold it.
        let same = |copy: &Copy| copy.number.to_lowercase() == number.to_lowercase();
        let at = copies.iter().position(same).unwrap_or_default();
        let copy = if copies.is_empty() { None } else { Some(copies.remove(at)) };
        let zoho_id = copy.as_ref().map(|copy| copy.zoho_id.to_string());
        let blank =
            |kind| Difference { zoho_id: zoho_id.clone(), ..self.difference(kind, Some(id), &number) };
        let mapped = map::map_row(self.flow, row.text(), posted, &self.context());
        let mut verdict = match &mapped {
            Ok(Mapped::Record(mapped)) => self.record(id, mapped, copy.as_ref(), &blank)?,
            Ok(Mapped::Skip(reason)) => self.skipped(reason, copy.as_ref(), &blank),
            Ok(Mapped::Wait(wait)) => {
                let field = match wait.flow {
                    Flow::Customers => "Account_Name",
                    Flow::Vendors => "Vendor_Name",
                    Flow::Items | Flow::Contacts | Flow::Invoices | Flow::PurchaseOrders => "Product_Name",
                };
                let kind = if copy.is_some() { DifferenceKind::WrongLink } else { DifferenceKind::Missing };
                let field = copy.is_some().then(|| field.to_owned());
                cannot_be(Difference { field, reason: Some(wait.message.clone()), ..blank(kind) })
            }
            Ok(Mapped::Refuse(refusal)) => {
                let kind = if copy.is_some() { DifferenceKind::Field } else { DifferenceKind::Missing };
                cannot_be(Difference { reason: Some(refusal.message.clone()), ..blank(kind) })
            }
            Err(problem) => {
                let kind = if copy.is_some() { DifferenceKind::Field } else { DifferenceKind::Missing };
                cannot_be(Difference { reason: Some(problem.to_string()), ..blank(kind) })
            }
        };
        for clone in copies {
            let difference = self.difference(DifferenceKind::Duplicate, Some(id), &number);
            verdict.differences.push(Difference { zoho_id: Some(clone.zoho_id.to_string()), ..difference });
        }
        let moving = is_after(row.modified(), self.session.started())
            || copy.as_ref().is_some_and(|copy| self.was_just_changed(copy));
        let with_lines = match (mapped, &copy) {
            (Ok(Mapped::Record(mapped)), Some(copy)) if self.lines && self.flow.is_document() => {
                Some(WithLines {
                    id,
                    number,
                    zoho_id: copy.zoho_id.clone(),
                    text: row.text().to_owned(),
                    posted,
                    mapped,
                })
            }
            _ => None,
        };
        settle(verdict, moving, comparison, findings);
        Ok(with_lines)
    }

    /// A difference of which nothing is known yet but the record.
    pub(super) fn difference(&self, kind: DifferenceKind, bc_id: Option<BcId>, number: &str) -> Difference {
        Difference {
            flow: self.flow,
            number: number.to_owned(),
            bc_id,
            zoho_id: None,
            kind,
            field: None,
            business_central: None,
            zoho: None,
            reason: None,
        }
    }

    fn record(
        &self,
        id: BcId,
        mapped: &MappedRecord,
        copy: Option<&Copy>,
        blank: &dyn Fn(DifferenceKind) -> Difference,
    ) -> Result<Verdict, RunError> {
        let mut verdict = Verdict { counted: true, ..Verdict::default() };
        let ours = mapped.currency.clone().unwrap_or_else(|| self.session.facts.local_currency.clone());
        let held = |name: &str| copy.map(|copy| self.columns.value(&copy.held, name));
        let number = |name: &str| held(name).map(|value| map::as_number(value).unwrap_or_default());
        if let Some(expected) = mapped.expected_total {
            let theirs = held("Currency").and_then(Value::as_text).unwrap_or(&ours).to_owned();
            let remaining = mapped.remaining.unwrap_or_default();
            verdict.amounts = Some(Amounts {
                theirs,
                ours,
                total: (expected, number("Grand_Total")),
                remaining: (remaining, self.remaining_field.and_then(number)),
            });
        }
        let Some(copy) = copy else {
            if self.may_be_missing(id)? {
                return Ok(Verdict::default());
            }
            verdict.differences.push(blank(DifferenceKind::Missing));
            return Ok(verdict);
        };
        let same = decide::same(&self.session.org, self.flow);
        // The Adjustment is whatever makes the total agree.
        for (name, ours) in mapped.fields.iter().filter(|(name, _)| name.as_str() != "Adjustment") {
            let theirs = self.columns.value(&copy.held, name);
            if same(name, ours, theirs) {
                continue;
            }
            if theirs.is_null() && self.was_left_out(id, name)? {
                verdict.left_out += 1;
                continue;
            }
            if self.may_stay(id, name, theirs)? || (ours.is_null() && self.is_left_to_people(id, name)?) {
                verdict.left_to_people += 1;
                continue;
            }
            let kind = match () {
                () if self.is_lookup(name) => DifferenceKind::WrongLink,
                () if self.remaining_field == Some(name) => DifferenceKind::Remaining,
                () => DifferenceKind::Field,
            };
            verdict.differences.push(Difference {
                field: Some(name.clone()),
                business_central: self.shown(name, kind, ours),
                zoho: self.shown(name, kind, theirs),
                ..blank(kind)
            });
        }
        if let Some(Amounts { total: (expected, Some(held)), .. }) = verdict.amounts
            && held != expected
            && !self.may_stay(id, "Grand_Total", &Value::Number(held))?
        {
            verdict.differences.push(Difference {
                field: Some("Grand_Total".to_owned()),
                business_central: Some(expected.to_string()),
                zoho: Some(held.to_string()),
                ..blank(DifferenceKind::Total)
            });
        }
        Ok(verdict)
    }

    /// A row that is not to be copied has no business in Zoho.
    fn skipped(
        &self,
        reason: &SkipReason,
        copy: Option<&Copy>,
        blank: &dyn Fn(DifferenceKind) -> Difference,
    ) -> Verdict {
        let Some(copy) = copy else { return Verdict::default() };
        // A person stays with the customer who was deleted, and whose Account says so.
        let lost = matches!(reason, SkipReason::NoCustomer | SkipReason::CustomerNotSynced);
        let account = map::as_reference(self.columns.value(&copy.held, "Account_Name"));
        let of_gone = account.and_then(|account| self.side.notes.by_zoho_id(Flow::Customers, account));
        if lost && of_gone.is_some_and(|(_, gone)| gone) {
            return Verdict { left_alone: true, ..Verdict::default() };
        }
        let difference = Difference { reason: Some(reason.to_string()), ..blank(DifferenceKind::Extra) };
        Verdict { differences: vec![difference], ..Verdict::default() }
    }

    fn is_lookup(&self, name: &str) -> bool {
        self.referred(name).is_some()
    }

    /// The flow of the record that a field of this flow refers to.
    fn referred(&self, name: &str) -> Option<Flow> {
        match (self.flow, name) {
            (Flow::Contacts | Flow::Invoices, "Account_Name") => Some(Flow::Customers),
            (Flow::PurchaseOrders, "Vendor_Name") => Some(Flow::Vendors),
            _ => None,
        }
    }

    /// Whether Zoho refused the value when the record was written. That cannot be read anew: it is what the run was told.
    fn was_left_out(&self, id: BcId, field: &str) -> Result<bool, RunError> {
        let known = self.session.store().read(|tx| warnings::of_record(tx, self.flow, id))?;
        Ok(known.iter().any(|warning| warning.code == LEFT_OUT && warning.field == field))
    }

    /// Whether somebody decided to take the record over with what people had written in this field, for which Business Central has no
    /// value. That is a decision, and stands nowhere else.
    fn is_left_to_people(&self, id: BcId, field: &str) -> Result<bool, RunError> {
        let link = self.session.store().read(|tx| links::get(tx, self.flow, id))?;
        Ok(link.is_some_and(|link| link.leaves_to_people(field)))
    }

    /// Whether this is what somebody typed, or Zoho made of what was written, and may stay there. The first is a decision, and the second was seen after
    /// the write: neither can be read anew.
    fn may_stay(&self, id: BcId, field: &str, theirs: &Value) -> Result<bool, RunError> {
        let link = self.session.store().read(|tx| links::get(tx, self.flow, id))?;
        let same = decide::same(&self.session.org, self.flow);
        Ok(link.is_some_and(|link| link.copy.held.get(field).is_some_and(|held| same(field, held, theirs))))
    }

    /// Whether somebody deleted the copy in Zoho and the settings leave it so.
    fn may_be_missing(&self, id: BcId) -> Result<bool, RunError> {
        if self.session.policy().on_zoho_delete(self.flow) != OnZohoDelete::Leave {
            return Ok(false);
        }
        let link = self.session.store().read(|tx| links::get(tx, self.flow, id))?;
        Ok(link.is_some_and(|link| link.copy.gone.is_some()))
    }

    fn shown(&self, name: &str, kind: DifferenceKind, value: &Value) -> Option<String> {
        if value.is_null() {
            return None;
        }
        if kind == DifferenceKind::WrongLink
            && let Some(id) = map::as_reference(value)
            && let Some(flow) = self.referred(name)
        {
            return Some(self.named(flow, id));
        }
        Some(value.as_text().map_or_else(|| value.to_json(), ToOwned::to_owned))
    }

    /// A record in Zoho by its number, where it has one, and its id.
    pub(super) fn named(&self, flow: Flow, zoho_id: &str) -> String {
        match self.side.notes.by_zoho_id(flow, zoho_id) {
            Some((number, _)) if !number.is_empty() => format!("{number} ({zoho_id})"),
            Some(_) | None => zoho_id.to_owned(),
        }
    }

    pub(super) fn was_just_changed(&self, copy: &Copy) -> bool {
        let at = self.columns.value(&copy.held, "Modified_Time").as_text().and_then(|text| text.parse().ok());
        is_after(at, self.session.started())
    }

    /// Whether the org keeps an invoice's remaining amount.
    pub(super) fn remaining_field<'s>(session: &'s Session<'_>, flow: Flow) -> Option<&'s str> {
        session.org.our_field(flow, CustomField::RemainingAmount)
    }
}

fn is_after(at: Option<Timestamp>, moment: Timestamp) -> bool {
    at.is_some_and(|at| at > moment)
}

/// A record that should be in Zoho, and of which nothing more can be said than this.
fn cannot_be(difference: Difference) -> Verdict {
    Verdict { counted: true, differences: vec![difference], ..Verdict::default() }
}

/// Counts a record. One that somebody changed while it was compared is left to the next comparison.
fn settle(verdict: Verdict, moving: bool, comparison: &mut FlowComparison, findings: &mut Findings<'_>) {
    let Verdict { counted, left_alone, left_out, left_to_people, differences, amounts } = verdict;
    comparison.business_central += u64::from(counted);
    comparison.deleted += u64::from(left_alone);
    comparison.left_out += left_out;
    comparison.left_to_people += left_to_people;
    if moving && !differences.is_empty() {
        findings.in_motion += 1;
        return;
    }
    if let Some(amounts) = amounts {
        add(&mut comparison.amount_business_central, &amounts.ours, amounts.total.0);
        add(&mut comparison.remaining_business_central, &amounts.ours, amounts.remaining.0);
        if let Some(held) = amounts.total.1 {
            add(&mut comparison.amount_zoho, &amounts.theirs, held);
        }
        if let Some(held) = amounts.remaining.1 {
            add(&mut comparison.remaining_zoho, &amounts.theirs, held);
        }
    }
    let differs = |found: &Difference| match found.kind {
        DifferenceKind::WrongLink
        | DifferenceKind::Total
        | DifferenceKind::Remaining
        | DifferenceKind::Field
        | DifferenceKind::Lines => true,
        DifferenceKind::Missing
        | DifferenceKind::Extra
        | DifferenceKind::Duplicate
        | DifferenceKind::DeletedUnmarked => false,
    };
    comparison.differing += u64::from(differences.iter().any(differs));
    for difference in differences {
        findings.add(comparison, difference);
    }
}

fn add(sums: &mut BTreeMap<String, Decimal>, currency: &str, amount: Decimal) {
    match sums.get_mut(currency) {
        Some(sum) => *sum += amount,
        None => {
            sums.insert(currency.to_owned(), amount);
        }
    }
}
