//! The data of one company.

use crate::client::Client;
use crate::entity::STANDARD_API;
use crate::query::MAX_PAGE_SIZE;
use crate::rows::ContactInformation;
use crate::{BcId, Entity, Error, ErrorKind, Pages, Query, Row};

/// Reads one company. Cheap to clone.
#[derive(Clone)]
pub struct CompanyApi {
    client: Client,
    id: BcId,
}

/// What came of asking for one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The record.
    Found(Row),
    /// There is no such record, or the app may not see it: Business Central answers both alike.
    Absent,
}

/// What came of asking an entity for a single row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Whether there was a row. With too few permissions Business Central answers with none instead of an error.
    pub rows_seen: bool,
}

impl CompanyApi {
    pub(crate) fn new(client: Client, id: BcId) -> Self {
        Self { client, id }
    }

    /// The company.
    #[must_use]
    pub fn id(&self) -> BcId {
        self.id
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// A listing, page by page.
    #[must_use]
    pub fn list(&self, query: Query) -> Pages {
        let (entity, rows_per_page, matches_nothing) =
            (query.entity(), query.rows_per_page(), query.matches_nothing());
        let path = format!("/{entity}{}", query.into_listing_options());
        let address = self.client.address(entity.api(), self.id, &path);
        Pages::new(self.client.clone(), (!matches_nothing).then_some(address), rows_per_page)
    }

    /// One record by its id; of `query`, what is selected and expanded counts, not the filter.
    ///
    /// # Errors
    /// As every call; a missing API and a missing company are errors too, and not [`Lookup::Absent`].
    pub async fn get(&self, query: Query, id: BcId) -> Result<Lookup, Error> {
        let entity = query.entity();
        let path = format!("/{entity}({id}){}", query.into_record_options());
        match self.client.record(&self.client.address(entity.api(), self.id, &path)).await {
            Ok(row) => Ok(Lookup::Found(row)),
            Err(error) => self.confirm_absence(entity, error).await,
        }
    }

    /// The contacts of a customer: the company contact and the persons that belong to it.
    ///
    /// # Errors
    /// As every call; `RecordNotFound` or `ApiAbsent` where there is no such customer.
    pub async fn contacts_information(&self, customer: BcId) -> Result<Vec<ContactInformation>, Error> {
        let path = format!("/{}({customer})/contactsInformation?$expand=contact", Entity::Customers);
        let address = self.client.address(Entity::Customers.api(), self.id, &path);
        let mut pages = Pages::new(self.client.clone(), Some(address), MAX_PAGE_SIZE);
        let mut contacts = Vec::new();
        while let Some(page) = pages.next().await? {
            for row in page.rows {
                contacts.push(row.decode()?);
            }
        }
        Ok(contacts)
    }

    /// Asks an entity for a single row.
    ///
    /// # Errors
    /// As every call.
    pub async fn probe(&self, entity: Entity) -> Result<Probe, Error> {
        let page = self.list(Query::of(entity).select(&[entity.key()]).page_size(1)).next().await?;
        Ok(Probe { rows_seen: page.is_some() })
    }

    /// Whether a refusal means that the record does not exist.
    ///
    /// Which code a missing record gets is unverified: `Internal_RecordNotFound`, or `BadRequest_ResourceNotFound`, which also answers for a
    /// collection that is not there. So the company must answer, and where the code leaves it open the collection too.
    async fn confirm_absence(&self, entity: Entity, error: Error) -> Result<Lookup, Error> {
        let certain = match error.kind {
            ErrorKind::RecordNotFound => true,
            ErrorKind::ApiAbsent => false,
            _ => return Err(error),
        };
        self.company_answers().await?;
        if !certain {
            self.probe(entity).await?;
        }
        Ok(Lookup::Absent)
    }

    async fn company_answers(&self) -> Result<(), Error> {
        match self.client.record(&self.client.address(STANDARD_API, self.id, "")).await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.kind, ErrorKind::RecordNotFound | ErrorKind::ApiAbsent) => {
                Err(Error { kind: ErrorKind::CompanyNotFound, ..error })
            }
            Err(error) => Err(error),
        }
    }
}
