//! The file of a job: which columns it has, and which records are in it.

use business_central::BcId;
use exact_json::Map;
use zoho_crm::bulk::{BulkColumn, BulkFile, FileLimits, Pushed, WrittenFile};

use super::super::{Task, adopt};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::map;
use crate::session::Session;
use crate::store::sources;

/// A file that takes rows.
pub(super) struct Filling {
    file: BulkFile,
    most: usize,
    /// Which record each row is, and a hash of what it sends.
    rows: Vec<(BcId, String)>,
}

impl Filling {
    pub(super) fn new(session: &Session<'_>, flow: Flow) -> Result<Self, RunError> {
        let policy = &session.policy().bulk;
        let limits = FileLimits { rows: policy.rows_per_job, zip_bytes: policy.zip_bytes };
        let file = BulkFile::new(flow.module().api_name(), columns(session, flow)?, limits)?;
        Ok(Self { file, most: policy.rows_per_job, rows: Vec::new() })
    }

    pub(super) fn push(&mut self, task: &Task) -> Result<Pushed, RunError> {
        let pushed = self.file.push(&task.row)?;
        if pushed == Pushed::Taken {
            self.rows.push((task.source.id, payload_hash(&task.row)));
        }
        Ok(pushed)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= self.most
    }

    pub(super) fn ids(&self) -> Vec<BcId> {
        self.rows.iter().map(|(id, _)| *id).collect()
    }

    /// The file as it is sent, and its rows.
    pub(super) fn written(self) -> Result<(WrittenFile, Vec<(BcId, String)>), RunError> {
        Ok((self.file.finish()?, self.rows))
    }
}

/// By which it is known later what was sent: half of a SHA-256 is plenty for that, and a file's rows are kept in memory.
pub(super) fn payload_hash(row: &Map) -> String {
    let mut hash = sources::hash(row.to_json());
    hash.truncate(32);
    hash.shrink_to_fit();
    hash
}

/// Keys first, for the first three columns come back with each row's result; then everything that a new record may get.
fn columns(session: &Session<'_>, flow: Flow) -> Result<Vec<BulkColumn>, RunError> {
    let (number, id) = adopt::keys(session, flow)?;
    let name = match flow {
        Flow::Customers => "Account_Name",
        Flow::Items => "Product_Name",
        Flow::Contacts => "Last_Name",
        Flow::Invoices | Flow::PurchaseOrders => "Subject",
        Flow::Vendors => "Vendor_Name",
    };
    let mut names = vec![number, id, name.to_owned()];
    let owned = map::owned_fields(flow, &session.org);
    let others = (flow == Flow::Contacts).then(|| "Account_Name".to_owned());
    for name in owned.into_iter().chain(others).chain(["Owner".to_owned()]) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let kind = |name: &str| match session.org.field(flow.module(), name) {
        Some(field) => field.data_type.clone(),
        None if name == "Owner" => "ownerlookup".to_owned(),
        None if flow == Flow::Contacts && name == "Account_Name" => "lookup".to_owned(),
        None => "text".to_owned(),
    };
    Ok(names.iter().map(|name| BulkColumn::of(name, &kind(name))).collect())
}
