//! Advice that names commands of the command line, in the words of the window.

/// What to press where the command line has a command. Longer commands come first, for shorter ones begin like them.
const BUTTONS: [(&str, &str); 42] = [
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
    ("; scripts say `ledgerline match --accept certain --create-rest`", ""),
    ("Run `ledgerline match`, decide about what it lists", "Decide in Matching about what it lists"),
    ("Run `ledgerline match` and decide: --accept takes", "Decide in Matching: \"Same\" takes"),
    ("Run `ledgerline match`: --undo takes", "In Matching, \"Undo\" takes"),
    ("--reject says", "\"Not the same\" says"),
    ("--create-rest creates", "\"Create new\" creates"),
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
    ("`--no-bulk`", "`ledgerline sync --no-bulk` on the command line"),
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
    fn what_a_match_review_asks_for_has_the_names_of_its_buttons() {
        assert_eq!(
            for_window(
                "Run `ledgerline match` and decide: --accept takes the record in Zoho over, --reject says that it is another, \
                 --create-rest creates a new one."
            ),
            "Decide in Matching: \"Same\" takes the record in Zoho over, \"Not the same\" says that it is another, \"Create new\" creates a \
             new one."
        );
        assert_eq!(
            for_window(
                "Run `ledgerline match`: --undo takes the decision back, --reject says that it is another record."
            ),
            "In Matching, \"Undo\" takes the decision back, \"Not the same\" says that it is another record."
        );
        assert_eq!(
            for_window(
                "Run `ledgerline match`, decide about what it lists, and sync again; scripts say `ledgerline match --accept certain \
                 --create-rest`."
            ),
            "Decide in Matching about what it lists, and sync again."
        );
    }

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
