//! Where the payloads and OpenAPI files lie.

use std::fs;
use std::path::{Path, PathBuf};

use exact_json::Value;

/// A folder of the material; `None`, with a word, where it is absent.
pub fn folder(name: &str) -> Option<PathBuf> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/contracts/zoho-crm"));
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {name} of the contracts is not here");
    None
}

/// The names of the files in a folder.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A JSON file.
pub fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    Value::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
