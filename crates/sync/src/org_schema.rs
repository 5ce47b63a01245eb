//! What the live Zoho org looks like, as far as the mapping depends on it, and its fingerprint.

mod custom_field;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use futures_util::future::try_join_all;
use sha2::{Digest, Sha256};
use zoho_crm::{Client, Edition, Error, ErrorKind, FieldInfo, Module, Tax, User, ZohoId};

pub use self::custom_field::CustomField;
use crate::company_facts::hex;
use crate::flow::Flow;

/// The org, as far as the mapping depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgSchema {
    /// The org's id.
    pub zgid: String,
    /// What the org pays for, or tries out.
    pub edition: Edition,
    /// User licences, on which the daily credits depend.
    pub licensed_users: u32,
    /// Code of the org's own currency.
    pub home_currency: String,
    /// Whether records may be in different currencies.
    pub multi_currency: bool,
    /// Codes of the currencies that records may be in.
    pub active_currencies: BTreeSet<String>,
    /// The taxes that rows may carry, in the org's order.
    pub taxes: Vec<Tax>,
    /// The org's active users.
    pub users: Vec<User>,
    /// The modules that the chosen flows touch.
    pub modules: BTreeMap<Module, ModuleSchema>,
}

/// One module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleSchema {
    /// Whether the edition and the user's profile let the API use it.
    pub usable: bool,
    /// Its fields by api name.
    pub fields: BTreeMap<String, FieldInfo>,
    /// The api names of our own fields.
    pub ours: BTreeMap<CustomField, String>,
}

/// Why a flow cannot run in this org.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct GateProblem {
    /// Stable; programs may match on it.
    pub code: &'static str,
    /// What is missing.
    pub message: String,
    /// What to do.
    pub cure: String,
}

impl OrgSchema {
    /// Reads what the chosen flows depend on.
    ///
    /// # Errors
    /// When Zoho does not answer, or does not let the user read its settings.
    pub async fn read(client: &Client, flows: &[Flow]) -> Result<Self, Error> {
        // What does not build on each other is asked at once: each answer takes a while.
        let (org, known, users) = tokio::join!(client.org(), client.modules(), client.users());
        let org = org?;
        let known: BTreeMap<String, bool> =
            known?.into_iter().map(|module| (module.api_name.clone(), module.usable)).collect();
        let fields = touched(flows).into_iter().map(|(module, flow)| {
            let usable = known.get(module.api_name()).copied().unwrap_or(false);
            async move {
                let fields = if usable { client.fields(module).await? } else { Vec::new() };
                Ok::<_, Error>((module, ModuleSchema::new(usable, fields, flow)))
            }
        });
        let currencies =
            async { if org.multi_currency { client.currencies().await } else { Ok(Vec::new()) } };
        let taxes = async {
            if flows.iter().any(|flow| flow.is_document()) && org.edition.has_inventory() {
                // Which scope covers taxes is unverified. Without them every tax goes into Adjustment, and totals still agree.
                unless_closed(client.taxes().await)
            } else {
                Ok(Vec::new())
            }
        };
        let (modules, currencies, taxes) = tokio::join!(try_join_all(fields), currencies, taxes);
        let mut active_currencies = BTreeSet::from([org.home_currency.clone()]);
        let active = currencies?.into_iter().filter(|currency| currency.active);
        active_currencies.extend(active.map(|currency| currency.iso_code));
        Ok(Self {
            zgid: org.zgid,
            edition: org.edition,
            licensed_users: org.users,
            home_currency: org.home_currency,
            multi_currency: org.multi_currency,
            active_currencies,
            taxes: taxes?,
            // Users only choose owners of new records.
            users: unless_closed(users)?,
            modules: modules?.into_iter().collect(),
        })
    }

    /// What of the org changes how records of `flow` map.
    #[must_use]
    pub fn fingerprint(&self, flow: Flow) -> String {
        let mut text = format!("{}|{}|{:?}", self.home_currency, self.multi_currency, self.active_currencies);
        let mut describe = |module: Module| {
            let Some(schema) = self.modules.get(&module) else {
                return;
            };
            // Writing to a String cannot fail.
            let _ = write!(text, "\n{module}|{}|{:?}", schema.usable, schema.ours);
            for field in schema.fields.values() {
                let kind = (&field.data_type, field.length, field.decimal_place, field.writable);
                let _ = write!(text, "\n{}|{kind:?}", field.api_name);
                for value in field.picklist.iter().filter(|value| value.used) {
                    let _ = write!(text, "|{}={}", value.actual, value.display);
                }
            }
        };
        describe(flow.module());
        if let Some(rows) = flow.rows() {
            describe(rows);
            for tax in &self.taxes {
                let _ = write!(text, "\n{}={}", tax.name, tax.percentage);
            }
        }
        hex(&Sha256::digest(text))
    }

    /// Whether the flow can run here.
    ///
    /// # Errors
    /// What is missing, and what to do about it.
    pub fn gate(&self, flow: Flow) -> Result<(), GateProblem> {
        let module = flow.module();
        if !self.is_usable(flow) {
            let edition = self.edition.name();
            return Err(if flow.is_inventory() && !self.edition.has_inventory() {
                GateProblem {
                    code: "edition_too_small",
                    message: format!(
                        "{module} need Zoho CRM Professional or higher; this org has {edition}."
                    ),
                    cure: format!("Leave the flow {flow} out, or change the edition."),
                }
            } else {
                GateProblem {
                    code: "module_not_usable",
                    message: format!("The Zoho module {module} is hidden, or not open to the API for the signed-in user."),
                    cure: "Show it in Zoho (Setup, Modules and Fields) and give the user's profile access to it.".to_owned(),
                }
            });
        }
        let missing = CustomField::KEYS.into_iter().find(|field| self.our_field(flow, *field).is_none());
        if let Some(missing) = missing {
            return Err(GateProblem {
                code: "keys_missing",
                message: format!("The Zoho module {module} has no field \"{}\" yet.", missing.label()),
                cure: "Run `ledgerline setup`: it creates the fields and asks before it does.".to_owned(),
            });
        }
        let key = self.our_field(flow, CustomField::Number).and_then(|name| self.field(module, name));
        if let Some(key) = key.filter(|key| key.unique.is_none()) {
            return Err(GateProblem {
                code: "key_not_unique",
                message: format!(
                    "The field {} of the Zoho module {module} allows duplicate values.",
                    key.api_name
                ),
                cure: "Tick \"Do not allow duplicate values\" for it in Zoho (Setup, Modules and Fields)."
                    .to_owned(),
            });
        }
        Ok(())
    }

    /// Whether the flow's module is there and open to the API.
    #[must_use]
    pub fn is_usable(&self, flow: Flow) -> bool {
        self.modules.get(&flow.module()).is_some_and(|schema| schema.usable)
    }

    /// The api name of a field of ours in the flow's module, if it is there.
    #[must_use]
    pub fn our_field(&self, flow: Flow, field: CustomField) -> Option<&str> {
        self.modules.get(&flow.module())?.ours.get(&field).map(String::as_str)
    }

    /// A field by its api name.
    #[must_use]
    pub fn field(&self, module: Module, api_name: &str) -> Option<&FieldInfo> {
        self.modules.get(&module)?.fields.get(api_name)
    }

    /// The api names of the fields whose values must be unique.
    #[must_use]
    pub fn unique_fields(&self, module: Module) -> Vec<String> {
        let fields = self.modules.get(&module).into_iter().flat_map(|schema| schema.fields.values());
        fields.filter(|field| field.unique.is_some()).map(|field| field.api_name.clone()).collect()
    }

    /// The active user of that e-mail address.
    #[must_use]
    pub fn active_user(&self, email: &str) -> Option<ZohoId> {
        let user = self.users.iter().find(|user| user.email.eq_ignore_ascii_case(email.trim()));
        user.map(|user| user.id.clone())
    }

    /// What the active user of that id is called.
    #[must_use]
    pub fn user_name(&self, id: &str) -> Option<&str> {
        self.users.iter().find(|user| user.id.as_str() == id).map(|user| user.name.as_str())
    }

    /// Uses an existing field as the flow's business key, because no slot for another unique field is left and the user chose so.
    ///
    /// # Errors
    /// When the field is not a unique text field that is long enough.
    pub fn choose_key(&mut self, flow: Flow, api_name: &str) -> Result<(), GateProblem> {
        let module = flow.module();
        let fits = self.field(module, api_name).is_some_and(can_be_key);
        match self.modules.get_mut(&module) {
            Some(schema) if fits => {
                schema.ours.insert(CustomField::Number, api_name.to_owned());
                Ok(())
            }
            _ => Err(GateProblem {
                code: "not_a_key",
                message: format!(
                    "The field {api_name} of the Zoho module {module} cannot hold Business Central's numbers."
                ),
                cure: "Choose a unique text field of at least 20 characters.".to_owned(),
            }),
        }
    }
}

impl ModuleSchema {
    /// A module's fields, with ours found among them; `flow` says which of ours to look for.
    #[must_use]
    pub fn new(usable: bool, fields: Vec<FieldInfo>, flow: Option<Flow>) -> Self {
        let by_label = |field: CustomField| {
            let custom = || fields.iter().filter(|live| live.custom);
            let labelled = custom().find(|live| live.label.trim().eq_ignore_ascii_case(field.label()));
            // A label can be changed by hand, an api name stays.
            labelled.or_else(|| custom().find(|live| live.api_name == field.usual_api_name()))
        };
        let wanted = flow.map(CustomField::of).unwrap_or_default();
        let ours =
            wanted.iter().filter_map(|field| Some((*field, by_label(*field)?.api_name.clone()))).collect();
        Self {
            usable,
            ours,
            fields: fields.into_iter().map(|field| (field.api_name.clone(), field)).collect(),
        }
    }
}

/// Whether Business Central's numbers (20 characters) fit into the field, and no two records may have the same.
#[must_use]
pub fn can_be_key(field: &FieldInfo) -> bool {
    field.data_type == "text"
        && field.unique.is_some()
        && field.writable
        && field.length.is_none_or(|length| length >= 20)
}

/// What was read, or nothing where the user or the sign-in may not read it.
fn unless_closed<T>(read: Result<Vec<T>, Error>) -> Result<Vec<T>, Error> {
    match read {
        Err(error) if matches!(error.kind, ErrorKind::ScopeMismatch | ErrorKind::NoPermission) => {
            Ok(Vec::new())
        }
        other => other,
    }
}

/// The modules that the flows write or refer to, each with the flow that writes it.
fn touched(flows: &[Flow]) -> BTreeMap<Module, Option<Flow>> {
    let mut modules = BTreeMap::new();
    for flow in flows {
        modules.insert(flow.module(), Some(*flow));
        for needed in flow.needs() {
            modules.insert(needed.module(), Some(*needed));
        }
        if let Some(rows) = flow.rows() {
            modules.insert(rows, None);
        }
    }
    modules
}
