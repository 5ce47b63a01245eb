//! The window's files in `ui/`: packages, checks, build, tests.

use std::process::Command;

use crate::machine;
use crate::program::{self, Failed};

/// `npm` in the window's folder. It reports nothing to anybody and asks nothing.
fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(program::workspace().join("ui"));
    for (name, value) in
        [("NPM_CONFIG_FUND", "false"), ("NPM_CONFIG_AUDIT", "false"), ("NPM_CONFIG_UPDATE_NOTIFIER", "false")]
    {
        command.env(name, value);
    }
    command
}

/// Gets the packages that the lock file names, unless they are there as it names them.
pub fn install() -> Result<(), Failed> {
    machine::check_node()?;
    let ui = program::workspace().join("ui");
    let changed = |file: &str| std::fs::metadata(ui.join(file)).and_then(|found| found.modified());
    // npm writes the second one after it has installed what the first one names.
    if let (Ok(wanted), Ok(installed)) =
        (changed("package-lock.json"), changed("node_modules/.package-lock.json"))
        && wanted <= installed
    {
        return Ok(());
    }
    eprintln!("installing the window's packages with npm, into ui/node_modules");
    program::run(&mut npm(&["ci"]))
}

/// Checks types and texts.
pub fn check() -> Result<(), Failed> {
    program::run(&mut npm(&["run", "--silent", "check"]))
}

/// Builds what the program embeds, into ui/dist.
pub fn build() -> Result<(), Failed> {
    program::run(&mut npm(&["run", "--silent", "build"]))
}

/// Tests every screen in a browser without a display.
pub fn test() -> Result<(), Failed> {
    program::run(&mut npm(&["run", "--silent", "test"]))
}

/// Makes pictures of every screen, into docs/images/window.
pub fn screenshots() -> Result<(), Failed> {
    program::run(&mut npm(&["run", "--silent", "screenshots"]))
}
