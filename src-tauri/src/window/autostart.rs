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
    passed.extend(arguments.passed_on().into_iter().map(|word| word.to_string_lossy().into_owned()));
    tauri_plugin_autostart::Builder::new().app_name("Ledgerline").args(passed).build()
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
