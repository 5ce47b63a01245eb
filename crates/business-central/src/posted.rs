//! Which sales invoices are posted.
//!
//! Among `salesInvoices` a released draft and a posted, unpaid invoice look alike (both `Open`). The API `microsoft/automate/v1.0` lists
//! posted invoices only; its `apiId` is the `id` among `salesInvoices`. Not every tenant has the API or lets the app read it.

use std::collections::BTreeSet;

use crate::query::MAX_PAGE_SIZE;
use crate::rows::PostedSalesInvoice;
use crate::{BcId, CompanyApi, Entity, Error, ErrorKind, Filter, Literal, Query};

/// Conditions in one request.
const NUMBERS_A_CALL: usize = 20;

/// Characters of all numbers in one request, so that the address stays far below what gateways accept: 20 characters of a number
/// take at most 120 once encoded, with the condition around them.
const CHARACTERS_A_CALL: usize = 240;

/// What could be proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostedProof {
    /// These are posted; the others are not.
    Ids(BTreeSet<BcId>),
    /// The API is not installed, or closed to the app: nothing is proved.
    ApiAbsent,
}

impl CompanyApi {
    /// Which of these invoices, given by id and number, are posted.
    ///
    /// # Errors
    /// As every call; a missing API or permission is not an error.
    pub async fn posted_among(&self, invoices: &[(BcId, String)]) -> Result<PostedProof, Error> {
        let mut asked = BTreeSet::new();
        let mut numbers = BTreeSet::new();
        for (id, number) in invoices {
            asked.insert(*id);
            numbers.insert(number.as_str());
        }
        numbers.retain(|number| !number.trim().is_empty());
        let mut posted = BTreeSet::new();
        for batch in batches(numbers) {
            let numbers: Vec<Literal> = batch.into_iter().map(Literal::text).collect();
            let query = Query::of(Entity::PostedSalesInvoices)
                .select(&["apiId", "number"])
                .filter(Filter::any_of("number", &numbers));
            match self.posted_by(query).await? {
                PostedProof::Ids(ids) => posted.extend(ids.intersection(&asked)),
                PostedProof::ApiAbsent => return Ok(PostedProof::ApiAbsent),
            }
        }
        Ok(PostedProof::Ids(posted))
    }

    /// The ids of all posted invoices.
    ///
    /// # Errors
    /// As every call; a missing API or permission is not an error.
    pub async fn all_posted_ids(&self) -> Result<PostedProof, Error> {
        self.posted_by(Query::of(Entity::PostedSalesInvoices).select(&["apiId"]).page_size(MAX_PAGE_SIZE))
            .await
    }

    async fn posted_by(&self, query: Query) -> Result<PostedProof, Error> {
        let mut ids = BTreeSet::new();
        let mut pages = self.list(query);
        loop {
            match pages.next().await {
                Ok(None) => return Ok(PostedProof::Ids(ids)),
                Ok(Some(page)) => {
                    for row in page.rows {
                        ids.extend(row.decode::<PostedSalesInvoice>()?.api_id);
                    }
                }
                Err(error) if is_absence(&error.kind) => return Ok(PostedProof::ApiAbsent),
                Err(error) => return Err(error),
            }
        }
    }
}

/// The app's token is good for the standard API, so a refusal here speaks about this API.
fn is_absence(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::ApiAbsent | ErrorKind::Unauthorized | ErrorKind::Permission)
}

/// Numbers in as many portions as there are requests.
pub(crate) fn batches(numbers: BTreeSet<&str>) -> Vec<Vec<&str>> {
    let mut batches: Vec<Vec<&str>> = Vec::new();
    let mut characters = 0;
    for number in numbers {
        characters += number.len();
        match batches.last_mut() {
            Some(batch) if batch.len() < NUMBERS_A_CALL && characters <= CHARACTERS_A_CALL => {
                batch.push(number);
            }
            _ => {
                characters = number.len();
                batches.push(vec![number]);
            }
        }
    }
    batches
}
