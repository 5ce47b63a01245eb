//! Chores: `cargo xtask demo`, `cargo xtask test` and what they need on a bare machine.
//!
//! It uses nothing but the standard library, so that it starts within seconds and without any download.

mod bench;
mod demo;
mod keychain;
mod machine;
mod program;
mod rules;
mod stopwatch;
mod test;
mod tools;
mod ui;

use std::process::ExitCode;

use program::Failed;

const HELP: &str = "\
Chores of the Ledgerline workspace. Each installs what it needs and says so.

  cargo xtask demo [ARGS]    builds the application and opens it on a built-in Business Central and Zoho CRM;
                             without a display, or with --terminal, --change, --serve or --json: in the terminal
  cargo xtask ui             builds the window's files, which `cargo build --workspace` embeds
  cargo xtask screenshots    makes the pictures of every screen in docs/images/window
  cargo xtask test [--all]   everything that a change must pass, with the time of each step;
                             --all: many more simulated histories
  cargo xtask check          only what needs no build: format, our own rules, licences, unused dependencies
  cargo xtask bench [CASE..] builds the release programs and measures them against the simulated services;
                             without a case: all of them, and the table is kept in docs/benchmarks.md
  cargo xtask help           this text

LEDGERLINE_SEEDS=N sets how many histories the simulation tests go through.
Check tools that are not on the PATH are kept in $XDG_CACHE_HOME/ledgerline (else ~/.cache/ledgerline).
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("\nxtask: {failed}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<(), Failed> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["demo", ..] => demo::run(&arguments[1..]),
        ["ui"] => ui::install().and_then(|()| ui::build()),
        ["screenshots"] => {
            machine::install(machine::WINDOW_TESTS)?;
            ui::install().and_then(|()| ui::screenshots())
        }
        ["bench", ..] => bench::run(&arguments[1..]),
        ["test"] => test::run(test::Depth::Usual),
        ["test", "--all"] => test::run(test::Depth::All),
        ["check"] => test::check(),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(Failed::new(format!("`{}` is not a chore; `cargo xtask help` lists them", words.join(" ")))),
    }
}
