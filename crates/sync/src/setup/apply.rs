//! Makes what a plan says, one field at a time.

use std::collections::BTreeSet;

use exact_json::Value;
use zoho_crm::{Client, Error, ErrorKind, Module, Record, WriteOptions, ZohoId, coql};

use super::plan::{PlannedField, SetupPlan};
use crate::flow::Flow;
use crate::map::{LINE_PRODUCT_NAME, LINE_PRODUCT_NUMBER};
use crate::org_schema::{CustomField, ModuleSchema};

/// What setup is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetupStep {
    /// A field is being made.
    Creating(PlannedField),
    /// A field is there; Zoho calls it so.
    Created(PlannedField, String),
    /// Zoho refused a field; the words say why.
    Refused(PlannedField, String),
    /// The placeholder Product is being looked for, and made where it is missing.
    LineProduct,
}

/// What setup achieved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetupResult {
    /// The fields that are there now, by the names that Zoho gave them.
    pub created: Vec<(PlannedField, String)>,
    /// The fields that Zoho refused, and why.
    pub refused: Vec<(PlannedField, Error)>,
    /// The placeholder Product.
    pub line_product: Option<ZohoId>,
}

/// Makes the plan's fields, reads back what Zoho called them, and makes the placeholder Product.
///
/// It can be run again at any time: what is there already is left as it is.
///
/// # Errors
/// When Zoho does not answer. A field that it refuses is no error: the result says so, and the others are made.
pub async fn apply(
    client: &Client,
    plan: &SetupPlan,
    progress: &mut (dyn FnMut(SetupStep) + Send),
) -> Result<SetupResult, Error> {
    let mut result = SetupResult::default();
    let mut made = Vec::new();
    let mut full = BTreeSet::new();
    for planned in &plan.create {
        let module = planned.flow.module();
        if full.contains(&module) {
            continue;
        }
        progress(SetupStep::Creating(*planned));
        let definition = planned.definition(plan.local_currency.as_deref());
        match client.create_field(module, &definition).await {
            Ok(_) => made.push(*planned),
            // Somebody, or an earlier attempt whose answer was lost, made it.
            Err(error) if error.code == "DUPLICATE_DATA" => made.push(*planned),
            Err(error) if error.is_refusal() => {
                progress(SetupStep::Refused(*planned, error.to_string()));
                if error.kind == ErrorKind::LimitExceeded || planned.field.is_key() {
                    full.insert(module);
                }
                result.refused.push((*planned, error));
            }
            Err(error) => return Err(error),
        }
    }
    let flows: BTreeSet<Flow> = made.iter().map(|planned| planned.flow).collect();
    for flow in flows {
        let schema = ModuleSchema::new(true, client.fields(flow.module()).await?, Some(flow));
        for planned in made.iter().filter(|planned| planned.flow == flow) {
            if let Some(name) = schema.ours.get(&planned.field) {
                progress(SetupStep::Created(*planned, name.clone()));
                result.created.push((*planned, name.clone()));
            }
        }
    }
    if plan.line_product {
        progress(SetupStep::LineProduct);
        result.line_product = line_product(client, plan.product_key.as_deref()).await?;
    }
    Ok(result)
}

/// Finds the placeholder Product by its number, or makes it. `None` where Products have no key, or Zoho refuses the record.
async fn line_product(client: &Client, known_key: Option<&str>) -> Result<Option<ZohoId>, Error> {
    let key = match known_key {
        Some(key) => key.to_owned(),
        None => {
            let fields = client.fields(Module::Products).await?;
            let schema = ModuleSchema::new(true, fields, Some(Flow::Items));
            let Some(key) = schema.ours.get(&CustomField::Number) else { return Ok(None) };
            key.clone()
        }
    };
    let query = format!("select id from Products where {key} = {} limit 1", coql::text(LINE_PRODUCT_NUMBER));
    let found = client.coql(&query).await?.rows;
    if let Some(id) = found.first().and_then(|row| row.get("id")).and_then(Value::as_text) {
        return Ok(Some(ZohoId::new(id)));
    }
    let row: Record = [
        (key.clone(), Value::text(LINE_PRODUCT_NUMBER)),
        ("Product_Name".to_owned(), Value::text(LINE_PRODUCT_NAME)),
    ]
    .into();
    let options = WriteOptions { workflows: false, duplicate_check: vec![key] };
    let results = client.upsert(Module::Products, &[row], &options).await?;
    Ok(results.into_iter().next().and_then(Result::ok).map(|written| written.id))
}
