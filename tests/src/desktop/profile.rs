//! A profile that somebody has set up before.

use sandbox::credentials;

use super::Session;
use crate::processes::{SECRETS, Services, settings};

/// What the application calls its secrets in the keychain, in the order of [`SECRETS`].
const NAMES: [&str; 3] = ["business-central-client-secret", "zoho-client-secret", "zoho-refresh-token"];

/// The user's profile is connected to both services: settings in their file, secrets in the keychain, fields in Zoho.
pub fn connected(session: &Session, services: &Services) {
    let folder = session.profile();
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    std::fs::write(folder.join("ledgerline.toml"), settings(services.origin(), credentials::COMPANY))
        .expect("it can be written");
    let keychain = session.secrets();
    for (name, secret) in NAMES.into_iter().zip(SECRETS) {
        keychain.store(&format!("{name}: {}", folder.display()), secret);
    }
    let set_up = session.run("ledgerline", &["setup", "--yes"]);
    assert_eq!(set_up.code, 0, "{set_up:?}");
}

/// The same, and everything was copied once.
pub fn connected_and_synced(session: &Session, services: &Services) {
    connected(session, services);
    let synced = session.run("ledgerline", &["sync", "--once"]);
    assert_eq!(synced.code, 0, "{synced:?}");
}
