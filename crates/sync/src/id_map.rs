//! The id map: which record in Zoho stands for which record of Business Central, as a table that goes out and comes back, and built
//! anew from the keys in Zoho.
//!
//! [`table`] writes and reads the file. [`import`] holds every line of it against both systems before anything is linked, and links only
//! when no line is wrong. [`rebuild`] forgets what the database believes and believes the keys in Zoho instead. None of them writes to Zoho:
//! the next run does, with what it finds linked.

pub mod import;
pub mod rebuild;
pub mod table;

use std::collections::{BTreeMap, BTreeSet};

use business_central::{BcId, Filter, Literal};

use crate::failure::RunError;
use crate::flow::Flow;
use crate::observe;
use crate::session::Session;

/// So many ids are asked for in one call: addresses have a length.
const IDS_A_CALL: usize = 20;

/// Which of these records Business Central has, with their numbers.
async fn numbers_of(
    session: &Session<'_>,
    flow: Flow,
    ids: &BTreeSet<BcId>,
) -> Result<BTreeMap<BcId, String>, RunError> {
    let ids: Vec<BcId> = ids.iter().copied().collect();
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(IDS_A_CALL) {
        session.check_stop()?;
        let wanted: Vec<Literal> = chunk.iter().copied().map(Literal::guid).collect();
        let query = observe::narrow(flow.entity(), &["id", "number"]).filter(Filter::any_of("id", &wanted));
        let mut pages = session.company().list(query);
        while let Some(page) = pages.next().await? {
            for row in &page.rows {
                if let Some(id) = row.id() {
                    found.insert(id, row.number().unwrap_or_default().to_owned());
                }
            }
        }
    }
    Ok(found)
}
