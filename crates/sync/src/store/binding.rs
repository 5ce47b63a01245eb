//! Which company and which org the profile belongs to.

use super::{StoreError, Tx, columns};
use business_central::BcId;

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
    let mut statement = tx
        .connection
        .prepare_cached("SELECT tenant, environment, company_id, company_name, zgid FROM binding")?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Binding {
        tenant: row.get("tenant")?,
        environment: row.get("environment")?,
        company_id: columns::parsed(row, "company_id")?,
        company_name: row.get("company_name")?,
        zgid: row.get("zgid")?,
    }))
}

/// Ties the profile; a profile is tied once.
///
/// # Errors
/// [`StoreError::Bound`] when it is tied to something else already, or when the database fails.
pub fn set(tx: &Tx<'_>, binding: &Binding) -> Result<(), StoreError> {
    if let Some(bound) = get(tx)? {
        return if bound == *binding { Ok(()) } else { Err(StoreError::Bound(bound.company_name)) };
    }
    tx.connection.execute(
        "INSERT INTO binding (one, tenant, environment, company_id, company_name, zgid) VALUES (1, ?1, ?2, ?3, ?4, ?5)",
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

#[cfg(test)]
mod tests {
    use super::{Binding, get, set};
    use crate::store::{Store, StoreError};

    fn binding() -> Binding {
        Binding {
            tenant: "contoso.onmicrosoft.com".to_owned(),
            environment: "Production".to_owned(),
            company_id: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
            company_name: "CRONUS International Ltd.".to_owned(),
            zgid: "60001".to_owned(),
        }
    }

    #[test]
    fn a_profile_is_tied_once() {
        let store = Store::in_memory().unwrap();
        assert_eq!(store.read(get).unwrap(), None);
        store.write(|tx| set(tx, &binding())).unwrap();
        store.write(|tx| set(tx, &binding())).unwrap();
        let other = Binding { zgid: "60002".to_owned(), ..binding() };
        assert!(
            matches!(store.write(|tx| set(tx, &other)), Err(StoreError::Bound(name)) if name.starts_with("CRONUS"))
        );
        assert_eq!(store.read(get).unwrap(), Some(binding()));
    }
}
