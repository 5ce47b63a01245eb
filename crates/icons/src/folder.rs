//! The folder `icons/`, brought in line with the source.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::IconError;

/// The folders that hold made icons and nothing else.
const MADE: [&str; 2] = ["app", "tray"];

/// `icons/` in the workspace.
#[must_use]
pub fn of_workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../icons")
}

/// What has to be done in a folder, by path below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Files that are not there.
    pub missing: Vec<String>,
    /// Files that the source draws otherwise by now.
    pub stale: Vec<String>,
    /// Files that nothing makes any more.
    pub superfluous: Vec<String>,
}

impl Difference {
    /// Whether there is none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.missing.is_empty() && self.stale.is_empty() && self.superfluous.is_empty()
    }
}

/// Holds a folder against the files that should be in it.
///
/// # Errors
/// When something cannot be read.
pub fn difference(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<Difference, IconError> {
    let mut found = Difference::default();
    let there = content(folder)?;
    for (path, made) in files {
        match there.get(path) {
            None => found.missing.push(path.clone()),
            Some(kept) if kept != made => found.stale.push(path.clone()),
            Some(_) => {}
        }
    }
    found.superfluous = there.into_keys().filter(|path| !files.contains_key(path)).collect();
    Ok(found)
}

/// Writes what is missing or stale, and removes what is superfluous. It tells what it did.
///
/// # Errors
/// When something cannot be read, written or removed.
pub fn renew(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<Difference, IconError> {
    let found = difference(folder, files)?;
    for made in MADE {
        let path = folder.join(made);
        std::fs::create_dir_all(&path).map_err(IconError::file(&path))?;
    }
    for (name, content) in files {
        if found.missing.contains(name) || found.stale.contains(name) {
            let path = folder.join(name);
            std::fs::write(&path, content).map_err(IconError::file(&path))?;
        }
    }
    for name in &found.superfluous {
        let path = folder.join(name);
        std::fs::remove_file(&path).map_err(IconError::file(&path))?;
    }
    Ok(found)
}

fn content(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, IconError> {
    let mut content = BTreeMap::new();
    for made in MADE {
        let path = folder.join(made);
        if !path.exists() {
            continue;
        }
        for entry in std::fs::read_dir(&path).map_err(IconError::file(&path))? {
            let entry = entry.map_err(IconError::file(&path))?;
            let file = std::fs::read(entry.path()).map_err(IconError::file(&entry.path()))?;
            content.insert(format!("{made}/{}", entry.file_name().to_string_lossy()), file);
        }
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Difference, difference, renew};

    fn files(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        files.iter().map(|(path, content)| ((*path).to_owned(), content.as_bytes().to_vec())).collect()
    }

    #[test]
    fn what_is_missing_stale_or_superfluous_is_found_and_put_right() {
        let folder = tempfile::tempdir().unwrap();
        renew(folder.path(), &files(&[("app/1.png", "one"), ("tray/2.png", "two"), ("tray/3.png", "three")]))
            .unwrap();
        std::fs::write(folder.path().join("README.md"), "made by hand").unwrap();

        let wanted = files(&[("app/1.png", "one"), ("tray/2.png", "two anew"), ("tray/4.png", "four")]);
        let expected = Difference {
            missing: vec!["tray/4.png".to_owned()],
            stale: vec!["tray/2.png".to_owned()],
            superfluous: vec!["tray/3.png".to_owned()],
        };
        assert_eq!(difference(folder.path(), &wanted).unwrap(), expected);
        assert_eq!(renew(folder.path(), &wanted).unwrap(), expected);

        assert!(difference(folder.path(), &wanted).unwrap().is_none());
        assert!(folder.path().join("README.md").exists());
    }
}
