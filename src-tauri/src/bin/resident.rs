//! `ledgerline-resident`: schedule, tray and notifications of one profile. `ledgerline-desktop` starts it.

use std::process::ExitCode;

use desktop::arguments::Arguments;
use desktop::resident;

/// A first load makes and drops millions of small pieces; what is free goes back at once (docs/adr/0007).
#[cfg(not(windows))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err((text, code)) => {
            eprint!("{text}");
            return ExitCode::from(code);
        }
    };
    match resident::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The window's process reads this line and shows it.
            eprintln!("{error} → {}", error.cure());
            ExitCode::FAILURE
        }
    }
}
