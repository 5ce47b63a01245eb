//! `ledgerline-desktop`: what a user starts. It sees to it that the resident process runs, and is the window.

mod autostart;
mod line;
mod shown;

use std::process::ExitCode;

use desktop::arguments::Arguments;
use desktop::resident;

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err((text, code)) => {
            if code == 0 {
                print!("{text}");
            } else {
                eprint!("{text}");
            }
            return ExitCode::from(code);
        }
    };
    let profile = match resident::profile_of(&arguments) {
        Ok(profile) => profile,
        Err(error) => {
            eprintln!("ledgerline-desktop: {error}\n  → {}", error.cure());
            return ExitCode::FAILURE;
        }
    };
    if arguments.background {
        return in_the_background(&arguments);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ledgerline-desktop: its threads could not be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let line = match runtime.block_on(line::open(&profile, &arguments)) {
        line::Opened::Window(line) => line,
        line::Opened::ThereIsOne => return ExitCode::SUCCESS,
    };
    match shown::run(&runtime, line, &arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ledgerline-desktop: the window could not be shown: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Becomes the resident process, so that GTK and WebKit are never loaded; elsewhere starts it.
fn in_the_background(arguments: &Arguments) -> ExitCode {
    let started = line::resident_command(arguments).and_then(|mut command| {
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            Err::<(), _>(command.exec())
        }
        #[cfg(not(unix))]
        {
            command.spawn().map(drop)
        }
    });
    match started {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ledgerline-desktop: ledgerline-resident could not be started: {error}");
            ExitCode::FAILURE
        }
    }
}
