//! A listing, page by page.

use transport::Cause;

use crate::client::Client;
use crate::{Error, ErrorKind, Row};

/// The pages of a listing, in the order of the service (usually by id, never by time of change).
///
/// Rows that change while pages are being fetched may be missed or come twice.
pub struct Pages {
    client: Client,
    next: Option<String>,
    page_size: u32,
    first: bool,
}

/// One page; it has at least one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
}

impl Pages {
    pub(crate) fn new(client: Client, address: Option<String>, page_size: u32) -> Self {
        Self { client, next: address, page_size, first: true }
    }

    /// The next page, or `None` after the last one.
    ///
    /// The link to the next page is followed as it came. After an error the same page can be asked for again.
    ///
    /// # Errors
    /// As every call. [`ErrorKind::SkipTokenExpired`]: the listing must start from its beginning. [`ErrorKind::ForeignLink`]: the next page
    /// would lie on another server.
    pub async fn next(&mut self) -> Result<Option<Page>, Error> {
        while let Some(address) = self.next.clone() {
            let page = match self.client.page(&address, self.page_size).await {
                Ok(page) => page,
                Err(error) if self.page_size > 1 && is_too_large(&error) => {
                    self.page_size = (self.page_size / 4).max(1);
                    tracing::debug!(rows = self.page_size, "a page was too large; asking for fewer rows");
                    continue;
                }
                Err(error) => return Err(self.judge(error)),
            };
            if page.next.as_ref() == Some(&address) {
                return Err(Error::undecodable("the next page is this page", "a listing"));
            }
            self.next = page.next;
            self.first = false;
            // A page that is exactly full is followed by an empty one.
            if !page.rows.is_empty() {
                return Ok(Some(Page { rows: page.rows }));
            }
        }
        Ok(None)
    }

    /// The first page proved the query right: where a later one is rejected, the position in the link is no longer valid.
    fn judge(&self, error: Error) -> Error {
        match error.kind {
            ErrorKind::BadRequest | ErrorKind::RecordNotFound if !self.first => {
                Error { kind: ErrorKind::SkipTokenExpired, ..error }
            }
            _ => error,
        }
    }
}

fn is_too_large(error: &Error) -> bool {
    matches!(&error.kind, ErrorKind::Transport(error) if matches!(error.cause, Cause::TooLarge { .. }))
}
