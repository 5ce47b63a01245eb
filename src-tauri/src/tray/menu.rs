//! The tray's menu as a value: what it offers in which state.

use app::window::state::{AppState, Stage};

/// What a click does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Opens the window, at a place.
    Open(Option<String>),
    /// Starts a run.
    SyncNow,
    /// Pauses for an hour.
    PauseHour,
    /// Pauses until tomorrow.
    PauseTomorrow,
    /// Goes on.
    Resume,
    /// Opens the company in the browser.
    OpenBusinessCentral,
    /// Opens the org in the browser.
    OpenZoho,
    /// Opens the user guide.
    Guide,
    /// Opens the folder of log files.
    Logs,
    /// Ends the program.
    Quit,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Something to click.
    Item {
        /// Its text.
        label: String,
        /// What it does; nothing where it only tells.
        choice: Option<Choice>,
    },
    /// Entries behind an entry.
    Menu {
        /// Its text.
        label: String,
        /// The entries.
        entries: Vec<Entry>,
    },
    /// A line.
    Line,
}

fn item(label: impl Into<String>, choice: Choice) -> Entry {
    Entry::Item { label: label.into(), choice: Some(choice) }
}

fn told(label: impl Into<String>) -> Entry {
    Entry::Item { label: label.into(), choice: None }
}

fn menu(label: &str, entries: Vec<Entry>) -> Entry {
    Entry::Menu { label: label.to_owned(), entries }
}

/// The menu in a state, with the newest entries about records. The first entry opens the window: not every tray knows a click on its icon.
#[must_use]
pub fn entries(state: &AppState, recent: &[(String, String)]) -> Vec<Entry> {
    let mut entries = vec![item("Open Ledgerline", Choice::Open(None)), told(&state.sentence)];
    let ready = state.stage == Stage::Ready;
    if ready {
        entries.push(Entry::Line);
        let syncs = state.work.is_none();
        entries.push(Entry::Item { label: "Sync now".to_owned(), choice: syncs.then_some(Choice::SyncNow) });
        if state.paused_until.is_some() {
            entries.push(item("Resume", Choice::Resume));
        } else {
            entries.push(item("Pause for 1 hour", Choice::PauseHour));
            entries.push(item("Pause until tomorrow", Choice::PauseTomorrow));
        }
        let shown: Vec<Entry> = if recent.is_empty() {
            vec![told("Nothing yet")]
        } else {
            recent
                .iter()
                .map(|(words, route)| item(shortened(words), Choice::Open(Some(route.clone()))))
                .collect()
        };
        entries.push(menu("Recent activity", shown));
        entries.push(Entry::Line);
        entries.push(item("Open Business Central", Choice::OpenBusinessCentral));
        entries.push(item("Open Zoho CRM", Choice::OpenZoho));
        entries.push(item("Settings", Choice::Open(Some("settings".to_owned()))));
    }
    let mut help = vec![item("User guide", Choice::Guide), item("Logs", Choice::Logs)];
    if ready {
        help.push(item("Support bundle", Choice::Open(Some("settings?section=diagnostics".to_owned()))));
    }
    entries.push(menu("Help", help));
    entries.push(Entry::Line);
    entries.push(item("Quit", Choice::Quit));
    entries
}

/// Menus have one line of moderate length.
fn shortened(words: &str) -> String {
    const LONGEST: usize = 70;
    let line = words.lines().next().unwrap_or_default();
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    let cut: String = line.chars().take(LONGEST - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use app::window::state::{AppState, LightName, Stage, Work, WorkKind};

    use super::{Choice, Entry, entries};

    fn state(stage: Stage) -> AppState {
        AppState {
            stage,
            light: LightName::UpToDate,
            sentence: "Up to date, 14:02".to_owned(),
            cure: None,
            work: None,
            paused_until: None,
            snoozed_until: None,
            next_run_at: None,
            problems: 0,
            undecided: 0,
            demo: false,
        }
    }

    fn choices(entries: &[Entry]) -> Vec<Choice> {
        let mut found = Vec::new();
        for entry in entries {
            match entry {
                Entry::Item { choice, .. } => found.extend(choice.clone()),
                Entry::Menu { entries, .. } => found.extend(choices(entries)),
                Entry::Line => {}
            }
        }
        found
    }

    #[test]
    fn the_first_entry_opens_the_window_and_the_second_tells_the_state() {
        for stage in [Stage::Setup, Stage::Ready, Stage::Unusable] {
            let found = entries(&state(stage), &[]);
            assert!(matches!(&found[0], Entry::Item { choice: Some(Choice::Open(None)), .. }));
            assert!(matches!(&found[1], Entry::Item { label, choice: None } if label == "Up to date, 14:02"));
            assert!(choices(&found).contains(&Choice::Quit));
        }
    }

    #[test]
    fn a_pause_can_only_be_ended_and_no_pause_only_begun() {
        let mut paused = state(Stage::Ready);
        paused.paused_until = Some("2026-06-05T14:00:00Z".to_owned());
        let found = choices(&entries(&paused, &[]));
        assert!(found.contains(&Choice::Resume) && !found.contains(&Choice::PauseHour));
        let found = choices(&entries(&state(Stage::Ready), &[]));
        assert!(!found.contains(&Choice::Resume) && found.contains(&Choice::PauseTomorrow));
    }

    #[test]
    fn nothing_is_started_while_something_works_or_before_the_set_up() {
        let mut working = state(Stage::Ready);
        working.work = Some(Work {
            kind: WorkKind::Sync,
            since: String::new(),
            words: String::new(),
            flow: None,
            done: None,
            of: None,
            stopping: false,
        });
        assert!(!choices(&entries(&working, &[])).contains(&Choice::SyncNow));
        assert!(!choices(&entries(&state(Stage::Setup), &[])).contains(&Choice::SyncNow));
    }

    #[test]
    fn recent_activity_leads_to_the_record() {
        let recent = [("customer C10000: created".to_owned(), "history?flow=customers&id=1".to_owned())];
        let found = choices(&entries(&state(Stage::Ready), &recent));
        assert!(found.contains(&Choice::Open(Some("history?flow=customers&id=1".to_owned()))));
    }
}
