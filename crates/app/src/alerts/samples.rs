//! Facts for the tests of this folder: a Friday afternoon in Berlin.

use jiff::{Timestamp, ToSpan, Zoned};
use sync::flow::Flow;
use sync::store::failures::FailureClass;

use super::{Cause, Facts, Failing, FailureKind, StandingFlow};

/// Friday, 5 June 2026, 14:02 in Berlin.
pub(super) fn noon() -> Zoned {
    "2026-06-05T14:02:00+02:00[Europe/Berlin]".parse().unwrap()
}

/// So many minutes after [`noon`]; negative before it.
pub(super) fn at(minutes: i64) -> Timestamp {
    noon().timestamp() + minutes.minutes()
}

/// A profile that copied everything a moment ago, so many minutes after [`noon`].
pub(super) fn well(minutes: i64) -> Facts {
    let now = noon().checked_add(minutes.minutes()).unwrap();
    Facts { last_success: Some(now.timestamp()), ..Facts::at(now) }
}

/// A profile whose runs end with this code since so many minutes after [`noon`], looked at later.
pub(super) fn failing(minutes: i64, code: &str, since: i64, runs: u32) -> Facts {
    let failing = Failing {
        runs,
        since: at(since),
        kind: FailureKind::of(code),
        code: code.to_owned(),
        message: format!("what {code} means"),
        cure: format!("The cure of {code}."),
    };
    Facts { failing: Some(failing), last_success: Some(at(since - 5)), ..well(minutes) }
}

/// So many records that failed at [`noon`].
pub(super) fn cause(flow: Flow, code: &str, count: u64) -> Cause {
    Cause {
        flow,
        code: code.to_owned(),
        waits_for: None,
        class: FailureClass::Data,
        count,
        held: false,
        since: at(0),
        message: format!("what {code} means"),
        cure: format!("The cure of {code}."),
    }
}

/// Twelve or so invoices that wait for an item.
pub(super) fn waiting(count: u64) -> Cause {
    Cause {
        waits_for: Some(Flow::Items),
        class: FailureClass::Reference,
        held: true,
        ..cause(Flow::Invoices, "waits_for_record", count)
    }
}

/// A flow that stands still since [`noon`].
pub(super) fn standing(flow: Flow, code: &str) -> StandingFlow {
    StandingFlow {
        flow,
        code: code.to_owned(),
        message: format!("what {code} means"),
        cure: format!("The cure of {code}."),
        since: at(0),
    }
}
