//! `cargo xtask demo`: builds the application and shows it on a built-in Business Central and Zoho CRM; in a terminal where there is no display.

use crate::program::{self, Failed};
use crate::{machine, ui};

/// What the demo in a terminal knows and the window does not: whoever asks for it wants the terminal.
const TERMINAL: [&str; 5] = ["--change", "--serve", "--signals", "--json", "--terminal"];

/// Opens the window on the built-in systems, or runs `ledgerline demo` with `arguments` behind it.
pub fn run(arguments: &[String]) -> Result<(), Failed> {
    machine::check_rust()?;
    machine::install(machine::BUILD)?;
    let wants_terminal = arguments.iter().any(|word| TERMINAL.contains(&word.as_str()));
    let display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if display && !wants_terminal {
        return window(arguments);
    }
    if !wants_terminal {
        eprintln!("There is no display: the demo runs in the terminal.");
    }
    let mut arguments: Vec<String> = arguments.iter().filter(|word| *word != "--terminal").cloned().collect();
    // Whoever asks for nothing in particular sees everything.
    if arguments.iter().all(|word| word == "--fresh") {
        arguments.push("--signals".to_owned());
    }
    terminal(&arguments)
}

/// The desktop application, tray and window.
fn window(arguments: &[String]) -> Result<(), Failed> {
    machine::install(machine::WINDOW)?;
    ui::install()?;
    ui::build()?;
    program::run(&mut program::cargo(&["build", "--locked", "--package", "desktop", "--bins"]))?;
    let arguments = arguments.strip_prefix(&["--".to_owned()]).unwrap_or(arguments);
    let mut cargo =
        program::cargo(&["run", "--locked", "--package", "desktop", "--bin", "ledgerline-desktop"]);
    program::run(cargo.args(["--", "--demo"]).args(arguments))
}

/// The first sync in a terminal.
///
/// `--locked` keeps cargo from asking the registry: once everything is fetched, this works without a network.
fn terminal(arguments: &[String]) -> Result<(), Failed> {
    let mut cargo =
        program::cargo(&["run", "--locked", "--package", "cli", "--bin", "ledgerline", "--", "demo"]);
    // People write `cargo xtask demo -- --change` out of habit.
    let arguments = arguments.strip_prefix(&["--".to_owned()]).unwrap_or(arguments);
    program::run(cargo.args(arguments))
}
