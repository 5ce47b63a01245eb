//! The user guide: one page that stands by itself, kept in the profile's folder so that a browser can open it without a network.

use crate::{AppError, Profile};

/// The page. It loads nothing and runs nothing.
const PAGE: &str = include_str!("guide/guide.html");

/// The page's name in the profile's folder.
const NAME: &str = "user-guide.html";

/// Sees to it that the guide of this version is in the profile's folder, and returns its path. A file that is the same already is left alone.
///
/// # Errors
/// When the folder cannot be made, or the page cannot be written.
pub fn write(profile: &Profile) -> Result<String, AppError> {
    profile.create()?;
    let path = profile.folder().join(NAME);
    let current = std::fs::read(&path).is_ok_and(|kept| kept == PAGE.as_bytes());
    if !current {
        std::fs::write(&path, PAGE).map_err(|error| AppError::not_writable(&path, &error))?;
    }
    Ok(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{NAME, PAGE, write};
    use crate::alerts::Light;
    use crate::connect::ZOHO_SCOPES;
    use crate::{Profile, sign_in};

    /// The values of an attribute, wherever it stands.
    fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
        let start = format!(" {attribute}=\"");
        html.split(&start).skip(1).filter_map(|rest| rest.split_once('"').map(|(value, _)| value)).collect()
    }

    #[test]
    fn the_guide_is_written_into_the_profile_and_renewed_when_it_differs() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(Some(folder.path().join("new"))).unwrap();
        let path = profile.folder().join(NAME);
        assert_eq!(write(&profile).unwrap(), path.display().to_string());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), PAGE);

        std::fs::write(&path, "of an older version").unwrap();
        write(&profile).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), PAGE);
    }

    #[test]
    fn a_guide_that_is_the_same_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(Some(folder.path().to_owned())).unwrap();
        let path = write(&profile).unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
        write(&profile).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), long_ago);
    }

    #[test]
    fn a_guide_that_cannot_be_written_is_said_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(NAME)).unwrap();
        let profile = Profile::at(Some(folder.path().to_owned())).unwrap();
        let error = write(&profile).unwrap_err();
        assert_eq!(error.code(), "file_not_writable");
        assert!(error.to_string().contains(NAME));
    }

    #[test]
    fn the_page_loads_nothing_and_runs_nothing() {
        for part in
            ["<script", "<link", "<img", "<iframe", "url(", "@import", " src=", " onclick", "javascript:"]
        {
            assert!(!PAGE.contains(part), "{part}");
        }
        assert!(PAGE.contains("default-src 'none'"));
    }

    #[test]
    fn every_link_leads_to_a_place_on_the_page() {
        let places: BTreeSet<&str> = values(PAGE, "id").into_iter().collect();
        assert_eq!(places.len(), values(PAGE, "id").len(), "a place has two");
        for link in values(PAGE, "href") {
            let place = link.strip_prefix('#');
            assert!(place.is_some_and(|place| places.contains(place)), "{link}");
        }
    }

    #[test]
    fn the_values_to_copy_are_those_that_the_program_uses() {
        let copied: Vec<&str> =
            PAGE.split("<code class=\"copy\">").skip(1).filter_map(|rest| rest.split('<').next()).collect();
        assert_eq!(copied, [sign_in::redirect_uri(sign_in::DEFAULT_PORT).as_str(), ZOHO_SCOPES]);
    }

    #[test]
    fn the_icons_in_the_guide_are_those_of_the_tray() {
        let source = include_str!("../../../icons/source/ledgerline.svg");
        let drawn = |id: &str| {
            let (_, rest) = source.split_once(&format!("id=\"{id}\"")).unwrap();
            values(rest, "d").into_iter().next().unwrap()
        };
        for icon in Light::ALL.iter().map(|light| light.name()).chain(["ledger"]) {
            let path = drawn(&format!("{icon}-22"));
            assert!(PAGE.contains(path), "{icon}");
        }
        assert!(PAGE.contains(drawn("app-64")));
    }
}
