//! `ledgerline`: everything that the window does, without a display.

mod args;
mod commands;
mod new_file;
mod output;
mod progress;
mod signals;
mod terminal;

use std::process::ExitCode;

use app::AppError;
use clap::Parser;

use crate::args::Args;
use crate::output::Output;

/// A first load makes and drops millions of small pieces. How it is set stands in `.cargo/config.toml`; SQLite is given its memory by it too.
#[cfg(not(windows))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return wrong_usage(&error),
    };
    let output = Output { json: args.json };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(commands::run(&args, output)),
        Err(error) => Err(AppError::usage(
            format!("the program could not start its threads: {error}"),
            "Close other programs, or restart the computer.",
        )),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output.failure(&error);
            ExitCode::from(1)
        }
    }
}

/// Wrong usage exits 1 like everything that could not run; help and version are no errors.
fn wrong_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Printing help fails only when nobody reads it.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let output = Output { json: std::env::args().any(|arg| arg == "--json") };
    if output.json {
        let text = error.render().to_string();
        let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        output.failure(&AppError::usage(first, "See `ledgerline --help`."));
    } else {
        let _ = error.print();
    }
    ExitCode::from(1)
}
