//! Which of our crates may use which (ARCHITECTURE.md).

use crate::program::{self, Failed};

/// A crate and those of our own that it may use, for tests too.
const MAY_USE: &[(&str, &[&str])] = &[
    ("exact-json", &[]),
    ("transport", &[]),
    ("relay-protocol", &[]),
    // It may stand on another machine, and knows nothing of the application.
    ("relay", &["relay-protocol"]),
    ("business-central", &["exact-json", "transport"]),
    ("zoho-crm", &["exact-json", "transport"]),
    ("sandbox", &["exact-json", "transport"]),
    ("sync", &["business-central", "exact-json", "transport", "zoho-crm"]),
    // Demo, sandbox and relay only in tests of what the window asks; nothing of the application needs them to run.
    (
        "app",
        &[
            "business-central",
            "demo",
            "exact-json",
            "relay",
            "relay-protocol",
            "sandbox",
            "sync",
            "transport",
            "zoho-crm",
        ],
    ),
    ("demo", &["app", "relay", "sandbox", "sync", "transport"]),
    ("cli", &["app", "business-central", "demo", "exact-json", "sandbox", "sync", "transport", "zoho-crm"]),
    ("desktop", &["app", "demo", "transport"]),
    ("icons", &[]),
    (
        "tests",
        &[
            "app",
            "business-central",
            "demo",
            "exact-json",
            "relay",
            "relay-protocol",
            "sandbox",
            "sync",
            "transport",
            "zoho-crm",
        ],
    ),
    // It starts the built programs, and knows none of their code.
    ("bench", &[]),
    ("xtask", &[]),
];

/// Uses between our crates that go against the direction.
pub fn check() -> Result<Vec<String>, Failed> {
    let arguments = ["tree", "--locked", "--workspace", "--depth", "1", "--target", "all"];
    let shape = ["--edges", "normal,build,dev", "--prefix", "depth", "--format", " {p}"];
    let tree = program::read(program::cargo(&arguments).args(shape))?;
    Ok(findings(&tree))
}

/// `tree` has a line "0 name v1.2.3 (path)" for each of our crates, and below it "1 name v1.2.3" for what it uses.
fn findings(tree: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut user = "";
    for line in tree.lines() {
        let mut words = line.split_whitespace();
        let (Some(depth), Some(name)) = (words.next(), words.next()) else {
            continue;
        };
        if depth == "0" {
            user = name;
            if !MAY_USE.iter().any(|(ours, _)| *ours == user) {
                findings.push(format!("crate `{user}` has no line in xtask/src/rules/directions.rs"));
            }
            continue;
        }
        let ours = MAY_USE.iter().any(|(ours, _)| *ours == name);
        let allowed = MAY_USE.iter().any(|(ours, uses)| *ours == user && uses.contains(&name));
        if ours && !allowed {
            findings
                .push(format!("`{user}` uses `{name}`: against the direction that ARCHITECTURE.md draws"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::findings;

    #[test]
    fn a_use_in_the_drawn_direction_is_no_finding() {
        let tree = "0 sync v0.1.0 (/x/crates/sync)\n1 zoho-crm v0.1.0 (/x/crates/zoho-crm)\n1 serde v1.0.0\n";
        assert_eq!(findings(tree), Vec::<String>::new());
    }

    #[test]
    fn the_engine_may_not_use_the_sandbox_nor_one_client_the_other() {
        let tree = "0 sync v0.1.0\n1 sandbox v0.1.0\n\n0 zoho-crm v0.1.0\n1 business-central v0.1.0\n";
        let found = findings(tree);
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("`sync` uses `sandbox`"));
        assert!(found[1].starts_with("`zoho-crm` uses `business-central`"));
    }

    #[test]
    fn a_new_crate_must_say_what_it_may_use() {
        assert_eq!(findings("0 courier v0.1.0 (/x/crates/courier)\n").len(), 1);
    }
}
