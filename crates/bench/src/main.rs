//! `cargo xtask bench`: the built `ledgerline` against the simulated services, each in a process of its own.
//!
//! Machines are noisy: every time stands beside the least that the services' own latency allows in the same run, and the ratio is what counts.

mod cases;
mod measured;
mod proc;
mod profile;
mod relay;
mod services;
mod signals;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

/// What failed, in words.
type Failed = String;

const HELP: &str = "\
ledgerline-bench [CASE...] [--save FILE]   measures the cases named, or all of them

Cases: ";

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("ledgerline-bench: {failed}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Vec<String>) -> Result<(), Failed> {
    let mut wanted = Vec::new();
    let mut save: Option<PathBuf> = None;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" | "-h" => {
                println!("{HELP}{}", cases::NAMES.join(", "));
                return Ok(());
            }
            "--save" => save = Some(arguments.next().ok_or("--save wants a file")?.into()),
            name if cases::NAMES.contains(&name) => wanted.push(argument),
            other => {
                return Err(format!("\"{other}\" is no case; there are {}", cases::NAMES.join(", ")));
            }
        }
    }
    let names: Vec<&str> = cases::NAMES
        .into_iter()
        .filter(|name| wanted.is_empty() || wanted.iter().any(|w| w == name))
        .collect();
    let mut rows = Vec::new();
    for name in names {
        eprintln!("==> {name}");
        let found = cases::run(name)?;
        for row in &found {
            eprintln!("{}", table::line(row));
        }
        rows.extend(found);
    }
    let text = table::markdown(&rows);
    println!("{text}");
    if let Some(path) = save {
        let before = std::fs::read_to_string(&path)
            .map_err(|error| format!("{} could not be read: {error}", path.display()))?;
        std::fs::write(&path, table::renewed(&before, &text))
            .map_err(|error| format!("{} could not be written: {error}", path.display()))?;
    }
    if rows.iter().any(measured::Measured::misses) { Err("a goal was missed".to_owned()) } else { Ok(()) }
}
