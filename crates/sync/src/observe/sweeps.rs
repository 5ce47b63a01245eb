//! Compares what moves without a timestamp: remaining amounts, balances, inventory.

use std::time::Duration;

use business_central::{BcId, Entity, Filter, Literal, Query};
use jiff::Timestamp;

use super::{listing, member};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::progress::Event;
use crate::session::Session;
use crate::store::sources::{self, Incoming};
use crate::store::{StoreError, Tx, sweep_clocks};

/// A comparison of one set of moving values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sweep {
    /// What is still to be paid of open invoices; a partial payment moves nothing else (facts, §4.3).
    RemainingAmounts,
    /// Customers' balance and overdue amount.
    Balances,
    /// Items' stock.
    Inventory,
}

impl Sweep {
    const ALL: [Self; 3] = [Self::RemainingAmounts, Self::Balances, Self::Inventory];

    fn flow(self) -> Flow {
        match self {
            Self::RemainingAmounts => Flow::Invoices,
            Self::Balances => Flow::Customers,
            Self::Inventory => Flow::Items,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::RemainingAmounts => "remaining_amounts",
            Self::Balances => "balances",
            Self::Inventory => "inventory",
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::RemainingAmounts => "remaining amounts",
            Self::Balances => "balances",
            Self::Inventory => "stock",
        }
    }

    /// The members of a row that it compares.
    fn members(self) -> &'static [&'static str] {
        match self {
            Self::RemainingAmounts => &["remainingAmount"],
            Self::Balances => &["customerFinancialDetail"],
            Self::Inventory => &["inventory"],
        }
    }

    fn query(self) -> Query {
        match self {
            Self::RemainingAmounts => super::narrow(Entity::SalesInvoices, &["id", "remainingAmount"])
                .filter(Filter::eq("status", Literal::enumeration("Open"))),
            Self::Balances => super::narrow(Entity::Customers, &["id"]).expand("customerFinancialDetail"),
            Self::Inventory => super::narrow(Entity::Items, &["id", "inventory"]),
        }
    }

    /// How long after the last pass the next one is due, for so many rows.
    ///
    /// Remaining amounts: 5 minutes up to 2,000 open invoices, else hourly. Balances: as often while they fit a page.
    fn interval(self, rows: u64, inventory: Duration) -> Duration {
        let (frequent, seldom) = (Duration::from_secs(5 * 60), Duration::from_secs(60 * 60));
        match self {
            Self::RemainingAmounts => {
                if rows <= 2_000 {
                    frequent
                } else {
                    seldom
                }
            }
            Self::Balances => {
                if rows < u64::from(super::NARROW_PAGE) {
                    frequent
                } else {
                    seldom
                }
            }
            Self::Inventory => inventory,
        }
    }
}

/// Runs the flow's sweeps that are due, or all of them where `force` says so. A listing that has just read all rows `since` then brought
/// what they would compare.
pub(crate) async fn run(
    session: &Session<'_>,
    flow: Flow,
    force: bool,
    whole: Option<Timestamp>,
) -> Result<(), RunError> {
    for sweep in Sweep::ALL.into_iter().filter(|sweep| sweep.flow() == flow) {
        if let Some(since) = whole {
            session.store().write(|tx| sweep_clocks::set(tx, sweep.name(), since))?;
            continue;
        }
        let (last, rows) = session
            .store()
            .read(|tx| Ok((sweep_clocks::last(tx, sweep.name())?, sources::count(tx, flow)?)))?;
        let due = sweep.interval(rows, session.policy().inventory_interval);
        if force || is_due(last, due, session.now()) {
            session.progress().event(Event::Sweep { flow, what: sweep.what() });
            pass(session, sweep).await?;
        }
    }
    Ok(())
}

/// Whether `interval` has passed since `last`. A clock that was set back makes a sweep due as well.
pub(crate) fn is_due(last: Option<Timestamp>, interval: Duration, now: Timestamp) -> bool {
    last.is_none_or(|last| now < last || now.duration_since(last).unsigned_abs() >= interval)
}

async fn pass(session: &Session<'_>, sweep: Sweep) -> Result<(), RunError> {
    let flow = sweep.flow();
    let started = session.now();
    let mut pages = session.company().list(sweep.query());
    while let Some(page) = pages.next().await? {
        session.check_stop()?;
        let now = session.now();
        session.store().write(|tx| {
            for row in &page.rows {
                if let Some(id) = row.id() {
                    compare(tx, session, flow, id, row.text(), sweep.members(), now)?;
                }
            }
            Ok(())
        })?;
    }
    session.store().write(|tx| sweep_clocks::set(tx, sweep.name(), started))?;
    Ok(())
}

/// Takes the moving members of `text` over into the stored row, where they differ.
///
/// A row that is not stored is left to the listing; an invoice that is not in the sweep is not thereby paid.
fn compare(
    tx: &Tx<'_>,
    session: &Session<'_>,
    flow: Flow,
    id: BcId,
    text: &str,
    members: &[&str],
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(stored) = sources::get(tx, flow, id)? else {
        return Ok(());
    };
    let mut patched = stored.text.clone();
    for name in members {
        if let Some(value) = member::get(text, name)
            && let Some(changed) = member::set(&patched, name, value)
        {
            patched = changed;
        }
    }
    if patched == stored.text {
        return Ok(());
    }
    let seen = sources::patch(tx, flow, id, &patched)?;
    let incoming =
        Incoming { id, number: stored.number, etag: stored.etag, modified: stored.modified, text: patched };
    listing::note(tx, &session.run_id, flow, &incoming, &seen, now)
}
