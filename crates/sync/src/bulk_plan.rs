//! Which way new records go to Zoho, what that costs, and why: a pure decision.
//!
//! The records API costs one credit for ten rows, a bulk job 500 however many rows it has (facts, §9), so that a job pays from 5,000 rows on. The
//! decision is taken for each job's worth of rows: what is left over behind full jobs may go by the records API.

use serde::Serialize;

use crate::flow::Flow;
use crate::policy::{BulkMode, BulkPolicy};

/// How new records go to Zoho.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BulkPlan {
    /// The flow.
    pub flow: Flow,
    /// How many records are new; at the most, for it is known of some only later that they are left alone.
    pub creates: u64,
    /// Which way most of them go.
    pub way: Way,
    /// Why.
    pub reason: Reason,
    /// Bulk jobs.
    pub jobs: u64,
    /// Rows that go by jobs.
    pub bulk_rows: u64,
    /// Rows that go by the records API.
    pub rest_rows: u64,
    /// What all of it costs, without the calls that ask how a job stands.
    pub credits: u64,
    /// What it would cost by the records API alone.
    pub credits_by_rest: u64,
    /// About how long it takes, in seconds. Nobody has measured Zoho's jobs: see [`SECONDS_PER_THOUSAND`].
    pub seconds: u64,
}

/// The two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Files and jobs.
    Bulk,
    /// Up to a hundred records a call.
    Rest,
}

/// Why records go the way they go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A job costs no more than the records API.
    Cheaper,
    /// Too few rows for a job.
    TooFew,
    /// The user said so.
    SwitchedOff,
    /// Records of this flow have rows of their own, of which it is not known whether bulk write takes them.
    NotThisFlow,
    /// It is not known where this data centre takes files.
    NoUploadAddress,
}

impl Reason {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Cheaper => "a bulk job costs 500 credits however many rows it has",
            Self::TooFew => "for so few rows the records API costs fewer credits",
            Self::SwitchedOff => "bulk write is switched off",
            Self::NotThisFlow => "it is not verified that bulk write takes this module",
            Self::NoUploadAddress => {
                "it is not known where this data centre takes files; set upload_url under [zoho]"
            }
        }
    }
}

/// How long a job is taken to run for every thousand rows, in seconds. **Unverified**: no figure of Zoho's is known.
pub const SECONDS_PER_THOUSAND: u64 = 20;

/// How long a call of a hundred rows is taken to run, in milliseconds, and how many run beside each other.
const CALL_MILLISECONDS: u64 = 700;
const CALLS_AT_ONCE: u64 = 4;

/// Uploading the file and starting the job: what the upload costs is not said, one credit is assumed.
const JOB_CREDITS: u64 = zoho_crm::credits::BULK_JOB as u64 + 1;

/// Whether bulk write takes the flow's module. Zoho's list has accounts, products, contacts and vendors; invoices and purchase orders are not in it (facts, §7).
#[must_use]
pub fn takes(flow: Flow) -> bool {
    match flow {
        Flow::Customers | Flow::Items | Flow::Contacts | Flow::Vendors => true,
        Flow::Invoices | Flow::PurchaseOrders => false,
    }
}

/// Decides for `creates` new records of `flow`. `can_upload` says whether an address for files is known.
#[must_use]
pub fn choose(flow: Flow, creates: u64, policy: &BulkPolicy, can_upload: bool) -> BulkPlan {
    let (rows_per_job, break_even) = (policy.rows_per_job.max(1) as u64, policy.break_even as u64);
    let pays = |rows: u64| rows > 0 && rows >= break_even;
    let full = if pays(rows_per_job) { creates / rows_per_job } else { 0 };
    let left = creates - full * rows_per_job;
    let last = u64::from(left <= rows_per_job && pays(left));
    let reason = if policy.mode == BulkMode::Never {
        Reason::SwitchedOff
    } else if !takes(flow) {
        Reason::NotThisFlow
    } else if full + last == 0 {
        Reason::TooFew
    } else if !can_upload {
        Reason::NoUploadAddress
    } else {
        Reason::Cheaper
    };
    let (way, jobs) = match reason {
        Reason::Cheaper => (Way::Bulk, full + last),
        Reason::TooFew | Reason::SwitchedOff | Reason::NotThisFlow | Reason::NoUploadAddress => {
            (Way::Rest, 0)
        }
    };
    let bulk_rows = if jobs == 0 { 0 } else { full * rows_per_job + last * left };
    let rest_rows = creates - bulk_rows;
    let longest_job = bulk_rows.min(rows_per_job);
    let turns = jobs.div_ceil(policy.in_flight.max(1) as u64);
    let job_seconds = turns * longest_job * SECONDS_PER_THOUSAND / 1_000;
    let rest_seconds = rest_rows.div_ceil(100).div_ceil(CALLS_AT_ONCE) * CALL_MILLISECONDS / 1_000;
    BulkPlan {
        flow,
        creates,
        way,
        reason,
        jobs,
        bulk_rows,
        rest_rows,
        credits: jobs * JOB_CREDITS + by_rest(rest_rows),
        credits_by_rest: by_rest(creates),
        seconds: job_seconds + rest_seconds,
    }
}

fn by_rest(rows: u64) -> u64 {
    rows.div_ceil(10)
}

#[cfg(test)]
mod tests {
    use super::{Reason, Way, choose};
    use crate::flow::Flow;
    use crate::policy::{BulkMode, BulkPolicy};

    #[test]
    fn a_job_is_chosen_from_five_thousand_rows_and_for_each_part_by_itself() {
        let table = [
            (0, 0, 0),
            (4_999, 0, 4_999),
            (5_000, 1, 0),
            (25_000, 1, 0),
            (27_000, 1, 2_000),
            (30_000, 2, 0),
            (50_000, 2, 0),
            (1_000_000, 40, 0),
            (1_000_001, 40, 1),
        ];
        for (creates, jobs, rest) in table {
            let plan = choose(Flow::Customers, creates, &BulkPolicy::default(), true);
            assert_eq!((plan.jobs, plan.rest_rows), (jobs, rest), "{creates}");
            assert_eq!(plan.bulk_rows + plan.rest_rows, creates);
            assert_eq!(plan.way, if jobs > 0 { Way::Bulk } else { Way::Rest });
        }
    }

    #[test]
    fn the_way_chosen_never_costs_more_than_the_other_by_more_than_the_upload() {
        for creates in [1, 4_990, 5_000, 5_001, 24_999, 29_999, 30_000, 75_000] {
            let plan = choose(Flow::Items, creates, &BulkPolicy::default(), true);
            assert!(plan.credits <= plan.credits_by_rest + plan.jobs, "{plan:?}");
        }
        let plan = choose(Flow::Customers, 50_000, &BulkPolicy::default(), true);
        assert_eq!((plan.credits, plan.credits_by_rest), (1_002, 5_000));
    }

    #[test]
    fn the_reason_is_said() {
        let never = BulkPolicy { mode: BulkMode::Never, ..BulkPolicy::default() };
        let table = [
            (Flow::Customers, 50_000, BulkPolicy::default(), true, Reason::Cheaper),
            (Flow::Customers, 50_000, never, true, Reason::SwitchedOff),
            (Flow::Customers, 50_000, BulkPolicy::default(), false, Reason::NoUploadAddress),
            (Flow::Customers, 50, BulkPolicy::default(), false, Reason::TooFew),
            (Flow::Invoices, 50_000, BulkPolicy::default(), true, Reason::NotThisFlow),
        ];
        for (flow, creates, policy, can_upload, reason) in table {
            assert_eq!(choose(flow, creates, &policy, can_upload).reason, reason);
        }
    }

    #[test]
    fn a_job_too_small_to_pay_is_never_started() {
        let policy = BulkPolicy { rows_per_job: 100, break_even: 200, ..BulkPolicy::default() };
        assert_eq!(choose(Flow::Customers, 1_000, &policy, true).reason, Reason::TooFew);
    }

    #[test]
    fn a_plan_is_printed_for_programs() {
        let plan = choose(Flow::Customers, 27_000, &BulkPolicy::default(), true);
        let json = serde_json::to_string(&plan).unwrap();
        assert!(json.contains(r#""way":"bulk","reason":"cheaper","jobs":1,"bulk_rows":25000"#), "{json}");
    }
}
