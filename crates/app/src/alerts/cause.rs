//! Open problems, grouped by cause, in words.

use std::time::Duration;

use jiff::Timestamp;
use sync::flow::Flow;
use sync::store::failures::FailureClass;

use super::words::{capital, one_or, records};

/// What time alone may cure is nobody's business for so long.
const PASSING: Duration = Duration::from_secs(60 * 60);

/// A bulk job that Zoho has not ended is looked up by itself after a day.
const BULK_PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// Records of one flow that are not as they should be, all for one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The flow.
    pub flow: Flow,
    /// Stable; programs may match on it.
    pub code: String,
    /// The flow of the records that they wait for.
    pub waits_for: Option<Flow>,
    /// What kind of failure.
    pub class: FailureClass,
    /// How many records.
    pub count: u64,
    /// Whether they wait and are themselves all right.
    pub held: bool,
    /// Since when the oldest is open.
    pub since: Timestamp,
    /// What happened to the newest.
    pub message: String,
    /// What to do about it.
    pub cure: String,
}

impl Cause {
    /// Names the cause in routes and in what was told, as the list of problems does: `records:invoices:waits_for_record:items`.
    #[must_use]
    pub fn key(&self) -> String {
        match self.waits_for {
            Some(other) => format!("records:{}:{}:{other}", self.flow, self.code),
            None => format!("records:{}:{}", self.flow, self.code),
        }
    }

    /// In one line: "12 invoices wait for a product".
    #[must_use]
    pub fn title(&self) -> String {
        let (one, several) = self.predicate();
        format!("{} {}", records(self.flow, self.count), one_or(self.count, one, several))
    }

    /// Whether it is a matter of waiting still: nobody needs to be told.
    pub(super) fn is_passing(&self, age: Duration) -> bool {
        let waits = match self.class {
            FailureClass::Outage | FailureClass::Limit => PASSING,
            FailureClass::Data
            | FailureClass::Reference
            | FailureClass::Permission
            | FailureClass::Conflict
            | FailureClass::Bug => match self.code.as_str() {
                "bulk_job_running" => BULK_PATIENCE,
                "total_not_readable" => PASSING,
                _ => return false,
            },
        };
        age < waits
    }

    fn predicate(&self) -> (&'static str, &'static str) {
        match self.code.as_str() {
            "waits_for_record" => match self.waits_for {
                Some(Flow::Customers) => ("waits for a customer", "wait for a customer"),
                Some(Flow::Items) => ("waits for a product", "wait for a product"),
                Some(Flow::Contacts) => ("waits for a contact", "wait for a contact"),
                Some(Flow::Invoices) => ("waits for an invoice", "wait for an invoice"),
                Some(Flow::Vendors) => ("waits for a vendor", "wait for a vendor"),
                Some(Flow::PurchaseOrders) => ("waits for a purchase order", "wait for a purchase order"),
                None => ("waits for another record", "wait for other records"),
            },
            "may_already_exist_in_zoho" => ("may already be in Zoho", "may already be in Zoho"),
            "match_review_needed" => {
                ("waits for your decision in match review", "wait for your decision in match review")
            }
            "number_is_held" => ("has a number that is taken in Zoho", "have numbers that are taken in Zoho"),
            "matched_record_gone" => ("lost its match in Zoho", "lost their match in Zoho"),
            "matched_record_taken" | "matched_record_changed" => {
                ("no longer fits its match in Zoho", "no longer fit their match in Zoho")
            }
            "cloned_record" => ("is in Zoho more than once", "are in Zoho more than once"),
            "edited_in_zoho" => ("was edited in Zoho", "were edited in Zoho"),
            "edited_in_zoho_again" => {
                ("is edited in Zoho again and again", "are edited in Zoho again and again")
            }
            "zoho_record_deleted" => ("was deleted in Zoho", "were deleted in Zoho"),
            "zoho_record_not_writable" | "zoho_no_permission" | "zoho_authorization_failed" => {
                ("may not be changed in Zoho", "may not be changed in Zoho")
            }
            "zoho_record_locked"
            | "zoho_record_in_blueprint"
            | "zoho_not_approved"
            | "zoho_blocked_record" => ("is locked in Zoho", "are locked in Zoho"),
            "zoho_duplicate_data" => {
                ("claims a value of another record in Zoho", "claim values of other records in Zoho")
            }
            "zoho_mandatory_not_found" => {
                ("lacks a value that Zoho requires", "lack a value that Zoho requires")
            }
            "no_number" => ("has no number", "have no number"),
            "key_too_long" => {
                ("has a number that is too long for Zoho", "have numbers that are too long for Zoho")
            }
            "currency_inactive" => (
                "is in a currency that is not active in Zoho",
                "are in a currency that is not active in Zoho",
            ),
            "vendor_unknown" => ("has a vendor that cannot be seen", "have vendors that cannot be seen"),
            "total_differs" => ("has another total in Zoho", "have another total in Zoho"),
            "total_not_readable" => ("could not be checked in Zoho", "could not be checked in Zoho"),
            "no_longer_visible" => {
                ("is no longer visible in Business Central", "are no longer visible in Business Central")
            }
            "deleted_in_business_central" => {
                ("was deleted in Business Central", "were deleted in Business Central")
            }
            "privacy_blocked" => ("is blocked for privacy", "are blocked for privacy"),
            "undecodable_row" => ("could not be read", "could not be read"),
            "bulk_job_running" => ("waits for a bulk job in Zoho", "wait for a bulk job in Zoho"),
            code if code.starts_with("zoho_") => ("was refused by Zoho", "were refused by Zoho"),
            _ if self.held => ("waits", "wait"),
            _ => ("could not be copied", "could not be copied"),
        }
    }
}

/// A whole flow that stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingFlow {
    /// The flow.
    pub flow: Flow,
    /// Stable; programs may match on it.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// Since when.
    pub since: Timestamp,
}

impl StandingFlow {
    /// Names it in routes and in what was told: `flow:invoices:gate`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("flow:{}:{}", self.flow, self.code)
    }

    /// In one line: "Invoices stand still".
    #[must_use]
    pub fn title(&self) -> String {
        let flow = capital(self.flow.plural());
        match self.code.as_str() {
            "match_review_needed" => format!("{flow} wait for match review"),
            "mass_deletion" => format!("Many {} disappeared from Business Central", self.flow.plural()),
            "orders_without_trace" => format!("{flow} vanished from Business Central without a trace"),
            "records_hidden" => format!("{flow} are no longer visible in Business Central"),
            "bulk_job_running" => format!("{flow} wait for a bulk job in Zoho"),
            _ => format!("{flow} stand still"),
        }
    }

    /// Whether these records are those that stand still with the flow, and are not to be counted beside it.
    pub(super) fn covers(&self, cause: &Cause) -> bool {
        self.flow == cause.flow && self.code == cause.code
    }

    /// Whether it is a matter of waiting still.
    pub(super) fn is_passing(&self, age: Duration) -> bool {
        self.code == "bulk_job_running" && age < BULK_PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{cause, standing};
    use sync::flow::Flow;
    use sync::store::failures::FailureClass;

    use super::{BULK_PATIENCE, Cause, PASSING};

    #[test]
    fn a_cause_is_told_in_one_line() {
        let waiting = |flow, count, waits_for| Cause { waits_for, ..cause(flow, "waits_for_record", count) };
        let cases = [
            (waiting(Flow::Invoices, 12, Some(Flow::Items)), "12 invoices wait for a product"),
            (waiting(Flow::Invoices, 1, Some(Flow::Items)), "1 invoice waits for a product"),
            (waiting(Flow::Contacts, 2, Some(Flow::Customers)), "2 contacts wait for a customer"),
            (cause(Flow::Customers, "zoho_invalid_data", 1_300), "1,300 customers were refused by Zoho"),
            (
                cause(Flow::Customers, "zoho_duplicate_data", 1),
                "1 customer claims a value of another record in Zoho",
            ),
            (cause(Flow::Items, "something_new", 3), "3 items could not be copied"),
            (Cause { held: true, ..cause(Flow::Items, "something_new", 3) }, "3 items wait"),
        ];
        for (cause, title) in cases {
            assert_eq!(cause.title(), title);
        }
    }

    #[test]
    fn records_that_wait_for_different_things_have_different_causes() {
        let on = |waits_for| Cause { waits_for, ..cause(Flow::Invoices, "waits_for_record", 1) }.key();
        assert_eq!(on(Some(Flow::Items)), "records:invoices:waits_for_record:items");
        assert_eq!(on(Some(Flow::Customers)), "records:invoices:waits_for_record:customers");
        assert_eq!(on(None), "records:invoices:waits_for_record");
    }

    #[test]
    fn what_time_may_cure_is_a_matter_of_waiting_for_an_hour() {
        let outage = Cause { class: FailureClass::Outage, ..cause(Flow::Items, "zoho_internal_error", 1) };
        assert!(outage.is_passing(PASSING / 2));
        assert!(!outage.is_passing(PASSING));
        assert!(!cause(Flow::Items, "zoho_invalid_data", 1).is_passing(PASSING / 2));
        let job = standing(Flow::Items, "bulk_job_running");
        assert!(job.is_passing(BULK_PATIENCE / 2));
        assert!(!job.is_passing(BULK_PATIENCE));
        assert!(!standing(Flow::Items, "gate").is_passing(PASSING / 2));
    }

    #[test]
    fn the_most_common_reasons_why_a_flow_stands_still_have_words_of_their_own() {
        assert_eq!(
            standing(Flow::Customers, "match_review_needed").title(),
            "Customers wait for match review"
        );
        assert_eq!(standing(Flow::Invoices, "gate").title(), "Invoices stand still");
    }
}
