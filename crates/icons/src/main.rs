//! Draws the icons anew: `cargo run -p icons`.

use std::process::ExitCode;

use icons::folder::{self, Difference};
use icons::{IconError, Source, set};

fn main() -> ExitCode {
    match renewed() {
        Ok(done) if done.is_none() => {
            println!("The icons are what the source draws; nothing was changed.");
            ExitCode::SUCCESS
        }
        Ok(done) => {
            for (what, paths) in
                [("new", done.missing), ("changed", done.stale), ("removed", done.superfluous)]
            {
                for path in paths {
                    println!("{what}: icons/{path}");
                }
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn renewed() -> Result<Difference, IconError> {
    let files = set::files(&Source::built_in()?)?;
    folder::renew(&folder::of_workspace(), &files)
}
