//! Advice that names commands of the command line, in the words of the window.

/// What to press where the command line has a command. Longer commands come first, for shorter ones begin like them.
const BUTTONS: [(&str, &str); 35] = [
    ("`ledgerline reconcile --check --csv FILE`", "Agreement, \"Export CSV\""),
    ("`ledgerline reconcile --check`", "Agreement, \"Compare\""),
    (
        "`ledgerline reconcile --confirm-deletions`",
        "Agreement, \"Compare and mend\", with deletions confirmed",
    ),
    ("`ledgerline reconcile`", "Agreement, \"Compare and mend\""),
    ("`ledgerline sync --take-over`", "Overview, \"Take over\""),
    ("`ledgerline sync --once`", "\"Sync now\""),
    ("`ledgerline sync`", "\"Sync now\""),
    ("`ledgerline setup`", "the step \"Fields\" of the set-up (Settings, \"Connections\")"),
    ("`ledgerline connect`", "the set-up (Settings, \"Connections\")"),
    ("`ledgerline doctor`", "Settings, \"Check everything\""),
    (
        "`ledgerline match --accept certain --create-rest`",
        "Matching, \"Accept all certain\" and then \"Confirm\"",
    ),
    ("`ledgerline match --decided`", "Matching, \"Decided\""),
    ("`ledgerline match`", "Matching"),
    ("`ledgerline preview`", "Preview"),
    ("`ledgerline problems`", "Problems"),
    ("`ledgerline history`", "Activity"),
    ("`ledgerline status`", "Overview"),
    (
        "Run `ledgerline webhooks on` with the relay's enrolment key",
        "Switch signals on in Settings, \"Changes at once\", with the relay's enrolment key",
    ),
    ("Run `ledgerline webhooks on`", "Switch signals on in Settings, \"Changes at once\","),
    ("Run `ledgerline webhooks repair`", "Use \"Repair\" in Settings, \"Changes at once\""),
    ("`ledgerline webhooks repair`", "\"Repair\" in Settings, \"Changes at once\""),
    ("`ledgerline webhooks`", "Settings, \"Changes at once\""),
    ("the address of the relay ([relay] url)", "the address of the relay"),
    ("`ledgerline replay --all`", "Problems, \"Retry all\""),
    ("`ledgerline replay`", "Problems, \"Retry\""),
    (
        "`ledgerline map rebuild --flow invoices`",
        "`ledgerline map rebuild --flow invoices` on the command line",
    ),
    ("`ledgerline map rebuild`", "`ledgerline map rebuild` on the command line"),
    ("then replay", "then press \"Try again\""),
    ("run setup again", "look at the fields again in the set-up"),
    ("Run doctor", "Use \"Check everything\" in Settings"),
    ("`problems`", "Problems"),
    ("`history`", "Activity"),
    ("--undo", "\"Undo\""),
    ("`--profile`", "`--profile` on the command line"),
    ("--confirm-deletions", "\"Confirm deletions\""),
];

/// The advice as the window gives it.
#[must_use]
pub fn for_window(cure: &str) -> String {
    BUTTONS.iter().fold(cure.to_owned(), |text, (command, button)| text.replace(command, button))
}

#[cfg(test)]
mod tests {
    use super::for_window;

    #[test]
    fn a_command_becomes_the_button_that_does_the_same() {
        assert_eq!(
            for_window("Run `ledgerline reconcile`: it reads everything anew."),
            "Run Agreement, \"Compare and mend\": it reads everything anew."
        );
        assert_eq!(for_window("Run `ledgerline reconcile --check`."), "Run Agreement, \"Compare\".");
        assert_eq!(for_window("Correct it; then replay."), "Correct it; then press \"Try again\".");
        assert_eq!(for_window("Check the network."), "Check the network.");
    }
}
