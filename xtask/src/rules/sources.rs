//! Rules about the text of single files.

use crate::program;

/// The most lines that a file of code may have: a larger room is hard to know one's way in.
const MOST_LINES: usize = 600;

/// Files that a test writes and holds to their source.
const MADE: &[&str] = &["ui/src/backend/schema.ts"];

/// Where binary fractions are right, and why.
const FRACTIONS_ALLOWED: &[(&str, &str)] = &[
    ("crates/business-central/tests/contracts/metadata.rs", "a macro of serde's wants every type named"),
    ("xtask/src/rules/sources.rs", "names the types to look for them"),
];

/// A code file that is too long.
pub fn too_long(file: &str, text: &str) -> Option<String> {
    let code = [".rs", ".ts", ".svelte", ".css"].iter().any(|ending| file.ends_with(ending));
    let lines = text.lines().count();
    (code && !MADE.contains(&file) && lines > MOST_LINES)
        .then(|| format!("{file}: {lines} lines, more than {MOST_LINES}: make two rooms of it"))
}

/// Rust code that uses `f32` or `f64`: amounts must not pass through them.
pub fn binary_fractions(file: &str, text: &str) -> Vec<String> {
    let allowed = FRACTIONS_ALLOWED.iter().any(|(path, _)| *path == file);
    if allowed || !file.ends_with(".rs") {
        return Vec::new();
    }
    let lines = text.lines().enumerate().filter(|(_, line)| {
        let code = line.split("//").next().unwrap_or_default();
        code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| matches!(word, "f32" | "f64"))
    });
    lines
        .map(|(index, _)| {
            let line = index + 1;
            format!(
                "{file}:{line}: binary floating point; use exact_json::Decimal, or allow the file in {}",
                file!()
            )
        })
        .collect()
}

/// An npm lock file that names the host from which packages came: it may be one that only its writer reaches.
pub fn download_addresses(file: &str, text: &str) -> Option<String> {
    let found = file.ends_with("package-lock.json") && text.contains("\"resolved\":");
    found.then(|| format!("{file}: carries download addresses; write it with `npm install --omit-lockfile-registry-resolved`"))
}

/// Folders that exist on this machine only and must not be committed.
pub struct MachinePaths(Vec<String>);

impl MachinePaths {
    /// The user's home folder and the workspace's own.
    pub fn of_this_machine() -> Self {
        let home = std::env::home_dir().map(|home| home.display().to_string());
        let workspace = Some(program::workspace().display().to_string());
        let places = [home, workspace].into_iter().flatten().filter(|place| place.len() > 1);
        Self(places.map(|place| format!("{}/", place.trim_end_matches('/'))).collect())
    }

    /// The first line of a file that names one of them.
    pub fn found_in(&self, file: &str, text: &str) -> Option<String> {
        let (index, _) =
            text.lines().enumerate().find(|(_, line)| self.0.iter().any(|place| line.contains(place)))?;
        Some(format!("{file}:{}: a path of this machine", index + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::{MachinePaths, binary_fractions, download_addresses, too_long};

    #[test]
    fn a_file_of_600_lines_is_still_a_room() {
        assert_eq!(too_long("a.rs", &"x\n".repeat(600)), None);
        assert!(too_long("a.rs", &"x\n".repeat(601)).is_some());
        assert_eq!(too_long("a.json", &"x\n".repeat(601)), None);
    }

    #[test]
    fn a_binary_fraction_counts_in_code_but_not_in_a_comment() {
        let text = "// never f64\nlet pdf64 = 1;\nlet x: f64 = 1.0;\nas f32;\n";
        let found = binary_fractions("crates/sync/src/a.rs", text);
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("crates/sync/src/a.rs:3:"));
        assert!(found[1].starts_with("crates/sync/src/a.rs:4:"));
        assert_eq!(binary_fractions("notes.md", text), Vec::<String>::new());
    }

    #[test]
    fn a_lock_file_of_npm_names_no_host() {
        assert!(download_addresses("ui/package-lock.json", "{\"resolved\": \"https://…\"}").is_some());
        assert_eq!(download_addresses("ui/package-lock.json", "{}"), None);
    }

    #[test]
    fn a_path_of_the_machine_is_found_with_its_line() {
        let places = MachinePaths(vec!["/home/anna/".to_owned()]);
        assert_eq!(
            places.found_in("a.md", "x\nsee /home/anna/b").as_deref(),
            Some("a.md:2: a path of this machine")
        );
        assert_eq!(places.found_in("a.md", "see /home/bert/b"), None);
    }
}
