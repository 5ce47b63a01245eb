//! The two records of our own making: the Product of lines without an item, and the Account of invoices whose customer is gone.

use business_central::SalesInvoice;
use exact_json::{Map, Value};
use zoho_crm::{WriteOptions, ZohoId, coql};

use super::{Invoices, adopt, create};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::links_view::{DELETED_CUSTOMERS, LINE_PRODUCT};
use crate::map::{DELETED_CUSTOMERS_NAME, DELETED_CUSTOMERS_NUMBER, LINE_PRODUCT_NAME, LINE_PRODUCT_NUMBER};
use crate::session::Session;
use crate::store::{StoreError, Tx, facts, links, sources};

/// Makes sure that the placeholder Product is known.
pub(crate) async fn line_product(session: &Session<'_>) -> Result<(), RunError> {
    ensure(session, Flow::Items, LINE_PRODUCT, LINE_PRODUCT_NUMBER, "Product_Name", LINE_PRODUCT_NAME).await
}

/// Makes sure that the placeholder Account is known, if one of the invoices has no customer any more.
pub(crate) async fn for_deleted_customers(
    session: &Session<'_>,
    invoices: &Invoices,
) -> Result<(), RunError> {
    line_product(session).await?;
    let orphaned = session.store().read(|tx| {
        for invoice in invoices.values() {
            if !has_customer(tx, invoice)? {
                return Ok(true);
            }
        }
        Ok(false)
    })?;
    if !orphaned {
        return Ok(());
    }
    ensure(
        session,
        Flow::Customers,
        DELETED_CUSTOMERS,
        DELETED_CUSTOMERS_NUMBER,
        "Account_Name",
        DELETED_CUSTOMERS_NAME,
    )
    .await
}

/// Whether anything is known of a customer of the invoice, by identity or by number.
fn has_customer(tx: &Tx<'_>, invoice: &SalesInvoice) -> Result<bool, StoreError> {
    const FLOW: Flow = Flow::Customers;
    for id in [invoice.customer_id, invoice.bill_to_customer_id].into_iter().flatten() {
        let lives = sources::identity(tx, FLOW, id)?.is_some_and(|known| known.live);
        if lives || links::zoho_id(tx, FLOW, id)?.is_some() {
            return Ok(true);
        }
    }
    for number in [&invoice.customer_number, &invoice.bill_to_customer_number].into_iter().flatten() {
        let holder = links::by_number(tx, FLOW, number)?.filter(|link| link.copy.gone.is_none());
        let lives = sources::by_number(tx, FLOW, number)?.iter().any(|row| row.gone.is_none());
        if holder.is_some() || lives {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Finds the record by its number, or creates it, and remembers its Zoho id.
async fn ensure(
    session: &Session<'_>,
    flow: Flow,
    fact: &str,
    number: &str,
    name_field: &str,
    name: &str,
) -> Result<(), RunError> {
    if session.store().read(|tx| facts::get(tx, fact))?.is_some() {
        return Ok(());
    }
    let (number_key, _) = adopt::keys(session, flow)?;
    let module = flow.module();
    let query =
        format!("select id from {} where {number_key} = {} limit 1", module.api_name(), coql::text(number));
    let found = session.zoho().coql(&query).await?.rows;
    let known = found.first().and_then(|row| row.get("id")).and_then(Value::as_text).map(ZohoId::new);
    let id = match known {
        Some(id) => id,
        None => {
            let row: Map =
                [(number_key.clone(), Value::text(number)), (name_field.to_owned(), Value::text(name))]
                    .into();
            let options =
                WriteOptions { duplicate_check: vec![number_key], ..create::options(session, flow) };
            match session.zoho().upsert(module, &[row], &options).await?.into_iter().next() {
                Some(Ok(written)) => written.id,
                Some(Err(error)) => {
                    return Err(RunError::refused(
                        "placeholder_refused",
                        format!("Zoho refused the record \"{name}\": {} ({})", error.message, error.code),
                        format!(
                            "Create a record of the module {} with that name and the BC Number {number}.",
                            module.api_name()
                        ),
                    ));
                }
                None => return Ok(()),
            }
        }
    };
    session.store().write(|tx| facts::set(tx, fact, id.as_str()))?;
    Ok(())
}
