//! Which OAuth scopes allow a call (facts §1.8).

use super::module::Module;

/// What a call does to what it touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Read,
    Create,
    Update,
    Delete,
}

impl Operation {
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Read => &["ALL", "READ"],
            Self::Create => &["ALL", "CREATE", "WRITE"],
            Self::Update => &["ALL", "UPDATE", "WRITE"],
            Self::Delete => &["ALL", "DELETE"],
        }
    }
}

/// What a call must be allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Records(Module, Operation),
    Upsert(Module),
    Settings(&'static str, Operation),
    Org,
    Users,
    Coql(Module),
    /// Counting asks the search service.
    Count(Module),
    /// Uploading a file.
    Upload,
    /// Writing a module by a job.
    BulkWrite(Module),
    /// Looking at a job and its result.
    BulkRead,
    /// Watch channels.
    Notifications(Operation),
}

/// Everything that Ledgerline and its wizard ask for.
pub(super) const ALL: [&str; 10] = [
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.settings.variables.ALL",
    "ZohoCRM.org.READ",
    "ZohoCRM.users.READ",
    "ZohoCRM.coql.READ",
    "ZohoCRM.bulk.ALL",
    "ZohoCRM.notifications.ALL",
    "ZohoSearch.securesearch.READ",
    "ZohoFiles.files.ALL",
];

/// Whether `granted` covers `need`; scopes are compared without regard to case.
pub(super) fn allow(granted: &[String], need: &Need) -> bool {
    match need {
        Need::Records(module, operation) => records(granted, *module, *operation),
        Need::Upsert(module) => {
            records(granted, *module, Operation::Create) && records(granted, *module, Operation::Update)
        }
        // The narrow scope of taxes is unverified; settings.taxes is the natural guess beside settings.ALL.
        Need::Settings(part, operation) => operation.words().iter().any(|word| {
            has(granted, &format!("ZohoCRM.settings.{word}"))
                || has(granted, &format!("ZohoCRM.settings.{part}.{word}"))
        }),
        Need::Org => has(granted, "ZohoCRM.org.ALL") || has(granted, "ZohoCRM.org.READ"),
        Need::Users => has(granted, "ZohoCRM.users.ALL") || has(granted, "ZohoCRM.users.READ"),
        Need::Coql(module) => {
            (has(granted, "ZohoCRM.coql.READ") || has(granted, "ZohoCRM.coql.ALL"))
                && records(granted, *module, Operation::Read)
        }
        Need::Upload => has(granted, "ZohoFiles.files.ALL") || has(granted, "ZohoFiles.files.CREATE"),
        Need::BulkWrite(module) => {
            (has(granted, "ZohoCRM.bulk.ALL") || has(granted, "ZohoCRM.bulk.CREATE"))
                && records(granted, *module, Operation::Create)
        }
        Need::Notifications(operation) => {
            operation.words().iter().any(|word| has(granted, &format!("ZohoCRM.notifications.{word}")))
        }
        Need::BulkRead => has(granted, "ZohoCRM.bulk.ALL") || has(granted, "ZohoCRM.bulk.READ"),
        Need::Count(module) => {
            has(granted, "ZohoSearch.securesearch.READ") && records(granted, *module, Operation::Read)
        }
    }
}

fn records(granted: &[String], module: Module, operation: Operation) -> bool {
    let module = module.scope();
    operation.words().iter().any(|word| {
        has(granted, &format!("ZohoCRM.modules.{word}"))
            || has(granted, &format!("ZohoCRM.modules.{module}.{word}"))
    })
}

fn has(granted: &[String], scope: &str) -> bool {
    granted.iter().any(|granted| granted.eq_ignore_ascii_case(scope))
}

#[cfg(test)]
mod tests {
    use super::{Need, Operation, allow};
    use crate::zoho::Module;

    #[test]
    fn a_modules_own_scope_covers_that_module_only() {
        let granted = ["ZohoCRM.modules.purchaseorders.ALL".to_owned()];
        assert!(allow(&granted, &Need::Records(Module::PurchaseOrders, Operation::Create)));
        assert!(allow(&granted, &Need::Records(Module::PurchaseItems, Operation::Read)));
        assert!(!allow(&granted, &Need::Records(Module::Invoices, Operation::Read)));
    }

    #[test]
    fn reading_does_not_allow_writing() {
        let granted = ["ZohoCRM.modules.READ".to_owned(), "ZohoCRM.settings.fields.READ".to_owned()];
        assert!(!allow(&granted, &Need::Upsert(Module::Accounts)));
        assert!(allow(&granted, &Need::Settings("fields", Operation::Read)));
        assert!(!allow(&granted, &Need::Settings("fields", Operation::Create)));
    }

    #[test]
    fn a_query_needs_its_own_scope_beside_the_modules() {
        let granted = ["ZohoCRM.modules.ALL".to_owned()];
        assert!(!allow(&granted, &Need::Coql(Module::Accounts)));
    }
}
