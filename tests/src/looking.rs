//! What tests look at, and what people do on either side: short words for long expressions.

use business_central::BcId;
use exact_json::{Map, Value};
use sandbox::business_central::schema::Table;
use sandbox::zoho::Module;
use sync::flow::Flow;
use sync::map::Warning;
use sync::match_review::ReviewOptions;
use sync::org_schema::{CustomField, OrgSchema};
use sync::progress::Silent;
use sync::report::{FlowReport, RunReport};
use sync::store::warnings;
use uuid::Uuid;

use crate::{Choices, Rig, of};

impl Rig {
    /// Somebody has looked through what Zoho holds without our key, and says that it is nothing of ours.
    pub async fn create_whatever_is_there(&self) {
        let options =
            ReviewOptions { create_rest: true, who: "somebody".to_owned(), ..ReviewOptions::default() };
        self.engine.review(&options, &Silent, &self.stop).await.unwrap();
    }

    /// Somebody edits a record in Business Central.
    pub fn edit(&self, table: Table, id: Uuid, name: &str, value: impl Into<Value>) {
        assert!(self.world.bc(|bc| bc.edit(table, id, name, value)), "{table:?} {id} has no {name}");
    }

    /// Somebody gives a record another number in Business Central.
    pub fn renumber(&self, table: Table, id: Uuid, number: &str) {
        assert!(self.world.bc(|bc| bc.renumber(table, id, number)), "{table:?} has no {id}");
    }

    /// Somebody deletes a record in Business Central.
    pub fn delete(&self, table: Table, id: Uuid) {
        assert!(self.world.bc(|bc| bc.delete(table, id)), "{table:?} has no {id}");
    }

    /// Somebody edits a field of a record in Zoho.
    pub fn by_hand(&self, module: Module, record: &Map, field: &str, value: impl Into<Value>) {
        let now = self.world.now();
        let values = [(field.to_owned(), value.into())].into();
        self.world.zoho(|zoho| zoho.person_edits(module, &id_of(record), &values, now)).unwrap();
    }

    /// The Account with that BC Number.
    #[must_use]
    pub fn account(&self, number: &str) -> Map {
        self.zoho_record(Module::Accounts, "BC_Number", number)
    }

    /// The Product with that BC Number.
    #[must_use]
    pub fn product(&self, number: &str) -> Map {
        self.zoho_record(Module::Products, "BC_Number", number)
    }

    /// The Contact with that BC Number.
    #[must_use]
    pub fn contact(&self, number: &str) -> Map {
        self.zoho_record(Module::Contacts, "BC_Number", number)
    }

    /// The one record that stands for a record of Business Central.
    #[must_use]
    pub fn copy_of(&self, module: Module, id: Uuid) -> Map {
        self.zoho_record(module, "BC_Id", &id.to_string())
    }

    /// What had to give when a record was copied: field and code of each warning.
    #[must_use]
    pub fn warnings(&self, flow: Flow, id: Uuid) -> Vec<(String, String)> {
        let id: BcId = id.to_string().parse().unwrap();
        let found: Vec<Warning> = self.store.read(|tx| warnings::of_record(tx, flow, id)).unwrap();
        found.into_iter().map(|warning| (warning.field, warning.code)).collect()
    }

    /// Number and code of each open failure.
    #[must_use]
    pub fn problems(&self) -> Vec<(String, String)> {
        self.failures().into_iter().map(|failure| (failure.number, failure.code)).collect()
    }

    /// A profile against a company with set-up tables only, in an org that was changed before set-up.
    pub async fn bare_in(choices: Choices, change: impl FnOnce(&sandbox::World)) -> Self {
        let rig = Self::bare_unset(choices, change);
        rig.set_up().await;
        rig
    }

    /// The same, set up without one of our optional fields.
    pub async fn bare_without(field: CustomField) -> Self {
        let rig = Self::bare_unset(Choices::default(), |_| ());
        let org = OrgSchema::read(&rig.zoho, &Flow::BY_DEFAULT).await.unwrap();
        let mut plan = sync::setup::plan(&org, &Flow::BY_DEFAULT).in_currency("EUR");
        plan.create.retain(|planned| planned.field != field);
        sync::setup::apply(&rig.zoho, &plan, &mut |_| {}).await.unwrap();
        rig
    }

    fn bare_unset(choices: Choices, change: impl FnOnce(&sandbox::World)) -> Self {
        let (clock, random) = crate::outside();
        let world = sandbox::World::new(std::sync::Arc::clone(&clock), random);
        world.bc(sandbox::seed::bare);
        change(&world);
        Self::over(world, clock, choices)
    }
}

/// The id of a Zoho record.
#[must_use]
pub fn id_of(record: &Map) -> String {
    record.get("id").and_then(Value::as_text).unwrap().to_owned()
}

/// A text in a record; nothing where the field is empty.
#[must_use]
pub fn text<'a>(record: &'a Map, field: &str) -> Option<&'a str> {
    record.get(field).and_then(Value::as_text)
}

/// The id of the record that a field refers to.
#[must_use]
pub fn reference(record: &Map, field: &str) -> Option<String> {
    record.get(field).and_then(|value| value.get("id")).and_then(Value::as_text).map(ToOwned::to_owned)
}

/// Insists that a record holds exactly these values, and nothing in any other field that Zoho does not keep itself.
pub fn assert_holds(record: &Map, expected: &[(&str, Value)]) {
    const ZOHOS_OWN: [&str; 9] = [
        "id",
        "Owner",
        "Created_By",
        "Created_Time",
        "Modified_By",
        "Modified_Time",
        "Layout",
        "Full_Name",
        "Locked__s",
    ];
    for (field, value) in expected {
        assert_eq!(record.get(field), Some(value), "{field} in {record:#?}");
    }
    for (field, value) in record {
        let known = field.starts_with('$')
            || ZOHOS_OWN.contains(&field.as_str())
            || expected.iter().any(|(name, _)| name == field);
        let nothing = match value {
            Value::Null | Value::Bool(false) => true,
            Value::List(list) => list.is_empty(),
            Value::Text(text) => text.is_empty(),
            Value::Bool(true) | Value::Number(_) | Value::Object(_) => false,
        };
        assert!(known || nothing, "{field} holds {value:?}");
    }
}

/// What a run did in a flow, in the order of a report: read, created, updated, unchanged, skipped, failed, held.
#[must_use]
pub fn counts(report: &RunReport, flow: Flow) -> [u64; 7] {
    let FlowReport { read, created, updated, unchanged, skipped, failed, held, .. } = of(report, flow);
    [read, created, updated, unchanged, skipped, failed, held]
}
