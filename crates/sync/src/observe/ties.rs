//! Keeps which customer a company contact stands for. Business Central says it only below each customer.

use std::time::Duration;

use business_central::{BcId, Customer, Entity, ErrorKind, Query, Row};

use super::sweeps::is_due;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::session::Session;
use crate::store::{sources, sweep_clocks, ties};

const CLOCK: &str = "ties";
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// More changed customers than this are read by one full pass instead of one by one.
const READ_ONE_BY_ONE: usize = 50;

/// Brings the map up to date: wholly at first and weekly, else for the customers that are new or changed.
pub(crate) async fn refresh(session: &Session<'_>, changed: &[BcId]) -> Result<(), RunError> {
    let (last, count) = session.store().read(|tx| Ok((sweep_clocks::last(tx, CLOCK)?, ties::count(tx)?)))?;
    if count == 0 || changed.len() > READ_ONE_BY_ONE || is_due(last, WEEK, session.now()) {
        return refresh_all(session).await;
    }
    for customer in changed {
        session.check_stop()?;
        let contacts = match session.company().contacts_information(*customer).await {
            // Deleted: the sweep of deletions says what becomes of it, and its persons stay where they are.
            Err(error) if matches!(error.kind, ErrorKind::RecordNotFound) => continue,
            other => other?,
        };
        let numbers: Vec<String> = contacts.into_iter().map(|contact| contact.contact_number).collect();
        session.store().write(|tx| {
            let moved = ties::replace_for_customer(tx, *customer, &numbers)?;
            replan(tx, &moved)
        })?;
    }
    Ok(())
}

/// Every customer's contacts.
pub(crate) fn everybody() -> Query {
    Query::of(Entity::Customers).select(&["id"]).expand("contactsInformation").page_size(500)
}

/// The numbers of one customer's contacts.
pub(crate) fn of_row(row: &Row) -> Result<Vec<(String, BcId)>, business_central::Error> {
    let customer: Customer = row.decode()?;
    let contacts = customer.contacts_information.into_iter();
    Ok(contacts.map(|contact| (contact.contact_number, customer.id)).collect())
}

/// Reads every customer's contacts anew.
pub(crate) async fn refresh_all(session: &Session<'_>) -> Result<(), RunError> {
    let started = session.now();
    let mut pages = session.company().list(everybody());
    let mut all: Vec<(String, BcId)> = Vec::new();
    while let Some(page) = pages.next().await? {
        session.check_stop()?;
        for row in &page.rows {
            all.extend(of_row(row)?);
        }
    }
    session.store().write(|tx| {
        // Absence is only suspicion: where suddenly nobody is tied to anybody, it is a permission that went away.
        if !all.is_empty() || ties::count(tx)? == 0 {
            let moved = ties::replace_all(tx, &all)?;
            replan(tx, &moved)?;
        }
        sweep_clocks::set(tx, CLOCK, started)
    })?;
    Ok(())
}

/// Whether the map was read in full during this run already.
pub(crate) fn is_fresh(session: &Session<'_>) -> Result<bool, RunError> {
    let last = session.store().read(|tx| sweep_clocks::last(tx, CLOCK))?;
    Ok(last.is_some_and(|last| last >= session.started()))
}

/// Plans the persons anew whose company contact changed hands.
fn replan(tx: &crate::store::Tx<'_>, company_contacts: &[String]) -> Result<(), crate::store::StoreError> {
    for number in company_contacts {
        for person in sources::ids_where_text(tx, Flow::Contacts, "companyNumber", number)? {
            sources::unsettle(tx, Flow::Contacts, person)?;
        }
    }
    Ok(())
}
