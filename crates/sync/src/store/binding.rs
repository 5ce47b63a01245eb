//! Which company and which org the profile belongs to.

use business_central::BcId;
use rusqlite::OptionalExtension;

use super::{StoreError, Tx, columns};

/// The company and the org that a profile ties together for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Tenant id or domain.
    pub tenant: String,
    /// Environment name.
    pub environment: String,
    /// The company's identity.
    pub company_id: BcId,
    /// What the company was called then.
    pub company_name: String,
    /// Zoho's id of the org.
    pub zgid: String,
}

/// The binding, once there is one.
///
/// # Errors
/// When the database fails.
pub fn get(tx: &Tx<'_>) -> Result<Option<Binding>, StoreError> {
    let mut statement = tx.connection.prepare_cached("SELECT * FROM binding")?;
    let found = statement.query_row([], |row| {
        Ok(columns::parsed(row, "company_id").map(|company_id| {
            (
                company_id,
                row.get("tenant"),
                row.get("environment"),
                row.get("company_name"),
                row.get("zgid"),
            )
        }))
    });
    let Some(found) = found.optional()? else {
        return Ok(None);
    };
    let (company_id, tenant, environment, company_name, zgid) = found?;
    Ok(Some(Binding {
        tenant: tenant?,
        environment: environment?,
        company_id,
        company_name: company_name?,
        zgid: zgid?,
    }))
}

/// Ties the profile; a profile is tied once.
///
/// # Errors
/// When it is tied already, or the database fails.
pub fn set(tx: &Tx<'_>, binding: &Binding) -> Result<(), StoreError> {
    tx.connection.execute(
        "INSERT INTO binding VALUES (1, ?1, ?2, ?3, ?4, ?5)",
        (
            &binding.tenant,
            &binding.environment,
            binding.company_id.to_string(),
            &binding.company_name,
            &binding.zgid,
        ),
    )?;
    Ok(())
}
