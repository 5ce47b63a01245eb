//! The browser: notes what it is told to open, and goes where a person goes with it.

use std::path::{Path, PathBuf};

use super::until;
use crate::http;

/// What stands in for `xdg-open`.
pub struct Browser {
    log: PathBuf,
}

/// What a person answers on Zoho's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Accept.
    Accept,
    /// Reject.
    Reject,
}

impl Browser {
    pub(super) fn new(log: PathBuf) -> Self {
        Self { log }
    }

    /// A program that notes its argument, a line each.
    pub(super) fn script(log: &Path) -> String {
        format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{}'\n", log.display())
    }

    /// Every address, file and folder that was opened so far.
    #[must_use]
    pub fn opened(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().map(ToOwned::to_owned).collect()
    }

    /// What is opened next, behind the first `already`.
    #[must_use]
    pub fn opens(&self, already: usize) -> String {
        until("something that is opened", || {
            self.opened().get(already).cloned().ok_or_else(|| "nothing more was opened".to_owned())
        })
    }

    /// Answers Zoho's page at `address`, follows it back to the program, and returns what the program shows then.
    ///
    /// # Panics
    /// When there is no such page, or it leads nowhere.
    #[must_use]
    pub fn consents(&self, address: &str, answer: Consent) -> String {
        let page = http::ask("GET", address, None).unwrap();
        assert_eq!(page.status, 200, "{address}: {}", page.body);
        let (place, query) = address.split_once('?').expect("it says who asks");
        let button = match answer {
            Consent::Accept => "accept",
            Consent::Reject => "reject",
        };
        assert!(page.body.contains(&format!("value=\"{button}\"")), "{}", page.body);
        // What the form hands on is what stands in the address.
        let form = format!("{query}&answer={button}");
        let sent = http::ask("POST", place, Some(("application/x-www-form-urlencoded", &form))).unwrap();
        let back = sent
            .location
            .unwrap_or_else(|| panic!("Zoho's page leads nowhere: {} {}", sent.status, sent.body));
        let shown = http::ask("GET", &back, None).unwrap();
        assert_eq!(shown.status, 200, "{}", shown.body);
        shown.body
    }
}
