//! Starting with the computer: an entry that starts this program without a window.

use app::window::schema::Failure;
use app::window::settings::Autostart;
use desktop::arguments::Arguments;
use serde_json::Value;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Runtime};
use tauri_plugin_autostart::ManagerExt as _;

/// The plugin, for the profile of this window.
pub fn plugin<R: Runtime>(arguments: &Arguments) -> TauriPlugin<R> {
    let mut passed = vec!["--background".to_owned()];
    passed.extend(arguments.passed_on().iter().map(|word| quoted(&word.to_string_lossy())));
    tauri_plugin_autostart::Builder::new().app_name("Ledgerline").args(passed).build()
}

/// A word of a command line as the entry needs it: the plugin writes words as they are, with blanks between them.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/.-_:=@+,~\\".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    // Within quotes these three have a meaning (freedesktop.org, Desktop Entry Specification, "The Exec key").
    let escaped: String = word
        .chars()
        .flat_map(|c| matches!(c, '"' | '`' | '$').then_some('\\').into_iter().chain(std::iter::once(c)))
        .collect();
    format!("\"{escaped}\"")
}

/// The program's own path is written as it is too: with a blank in it the desktop would not find it.
fn in_a_plain_folder() -> Result<(), Failure> {
    let path = std::env::current_exe().unwrap_or_default();
    if cfg!(windows) || !path.to_string_lossy().contains(char::is_whitespace) {
        return Ok(());
    }
    Err(Failure {
        code: "autostart".to_owned(),
        message: format!(
            "starting with the computer cannot be set up for a program in a folder with a blank in its name: {}",
            path.display()
        ),
        cure: "Move Ledgerline's programs to a folder without blanks, and try again.".to_owned(),
        field: None,
    })
}

fn refused(error: &tauri_plugin_autostart::Error) -> Failure {
    Failure {
        code: "autostart".to_owned(),
        message: format!("starting with the computer could not be changed: {error}"),
        cure: "Check that you may write to the system's folder for programs that start with it.".to_owned(),
        field: None,
    }
}

fn answer(on: bool) -> Result<Value, Failure> {
    Ok(serde_json::json!(Autostart { on }))
}

/// Whether the entry is there.
pub fn is_on<R: Runtime>(app: &AppHandle<R>) -> Result<Value, Failure> {
    answer(app.autolaunch().is_enabled().map_err(|error| refused(&error))?)
}

/// Writes the entry, or removes it.
pub fn set<R: Runtime>(app: &AppHandle<R>, params: Value) -> Result<Value, Failure> {
    let wanted: Autostart = serde_json::from_value(params).map_err(|_| Failure {
        code: "not_understood".to_owned(),
        message: "the window and the program do not understand each other (autostart)".to_owned(),
        cure: "Start Ledgerline again.".to_owned(),
        field: None,
    })?;
    if wanted.on {
        in_a_plain_folder()?;
    }
    let launch = app.autolaunch();
    let is_on = launch.is_enabled().map_err(|error| refused(&error))?;
    let done = match (is_on, wanted.on) {
        (false, true) => launch.enable(),
        (true, false) => launch.disable(),
        (true, true) | (false, false) => Ok(()),
    };
    done.map_err(|error| refused(&error))?;
    self::is_on(app)
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_folder_with_a_blank_stays_one_word() {
        assert_eq!(quoted("--background"), "--background");
        assert_eq!(quoted("/home/ann/.local/share/Ledgerline"), "/home/ann/.local/share/Ledgerline");
        assert_eq!(quoted("/srv/our $ books"), "\"/srv/our \\$ books\"");
    }
}
