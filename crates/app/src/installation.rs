//! What tells this installation from all others that work with the same company or org.

use sync::store::{Store, StoreError, facts};
use sync::writer::Writer;
use transport::Random;

/// The fact that names this installation.
const NAME: &str = "installation";

/// Its name; made up once, and kept in the profile's database.
///
/// # Errors
/// When the database fails.
pub fn name(store: &Store, random: &dyn Random) -> Result<String, StoreError> {
    let made = format!("{:016x}", random.next());
    store.write(|tx| match facts::get(tx, NAME)? {
        Some(known) => Ok(known),
        None => facts::set(tx, NAME, &made).map(|()| made),
    })
}

/// Who writes, where this process does.
///
/// # Errors
/// When the database fails.
pub(crate) fn writer(store: &Store, random: &dyn Random) -> Result<Writer, StoreError> {
    let computer = gethostname::gethostname().to_string_lossy().into_owned();
    Ok(Writer { installation: name(store, random)?, computer })
}

#[cfg(test)]
mod tests {
    use super::*;
    use transport::SeededRandom;

    #[test]
    fn the_name_is_made_up_once() {
        let store = Store::in_memory().unwrap();
        let random = SeededRandom::new(1);
        let first = name(&store, &random).unwrap();
        assert_eq!(name(&store, &random).unwrap(), first);
        assert_eq!(writer(&store, &random).unwrap().installation, first);
        assert_ne!(name(&Store::in_memory().unwrap(), &random).unwrap(), first);
    }
}
