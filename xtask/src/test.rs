//! `cargo xtask test`: everything that a change must pass, cheapest first.
//!
//! Everything is compiled twice and no more: once for clippy, which needs no code, and once for building, testing and
//! trying out. The build names the same packages and targets as the test run, so that the latter compiles nothing.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::keychain::{TemporaryFolder, with_own_keychain, without_display};
use crate::program::{self, Failed};
use crate::stopwatch::Stopwatch;
use crate::{machine, rules, tools, ui};

/// How many histories `--all` simulates, unless `LEDGERLINE_SEEDS` says otherwise.
const MANY_SEEDS: &str = "2000";

/// How long the first sync of the demo may take.
const DEMO_LIMIT: Duration = Duration::from_secs(120);

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What every change must pass.
    Usual,
    /// More of what is left to chance.
    All,
}

/// The whole of it; prints what each step took, also when one fails.
pub fn run(depth: Depth) -> Result<(), Failed> {
    let mut stopwatch = Stopwatch::default();
    let mut summary = Vec::new();
    let result = steps(depth, &mut stopwatch, &mut summary);
    println!("\n{}", stopwatch.table());
    for line in summary {
        println!("{line}");
    }
    result
}

/// What needs no build.
pub fn check() -> Result<(), Failed> {
    machine::check_rust()?;
    tools::install()?;
    without_build(&mut Stopwatch::default())
}

fn steps(depth: Depth, stopwatch: &mut Stopwatch, summary: &mut Vec<String>) -> Result<(), Failed> {
    let keychain = stopwatch.step("set-up", Some(5), set_up)?;
    stopwatch.step("check tools", Some(8), tools::install)?;
    without_build(stopwatch)?;
    stopwatch.step("window: types and texts", None, ui::check)?;
    stopwatch.step("window: build", None, ui::build)?;
    stopwatch.step("clippy", Some(6), || {
        let arguments = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
        program::run(&mut program::cargo(&arguments))
    })?;
    stopwatch.step("build", Some(14), || {
        program::run(&mut program::cargo(&["build", "--locked", "--workspace", "--all-targets"]))
    })?;
    stopwatch.step("window: screens in a browser", Some(8), ui::test)?;
    stopwatch.step("tests", Some(12), || nextest(depth, keychain, summary))?;
    if rules::any_doc_example()? {
        stopwatch.step("examples in the docs", None, || {
            program::run(&mut program::cargo(&["test", "--locked", "--workspace", "--doc"]))
        })?;
    }
    stopwatch.step("demo without a display", None, try_demo)
}

/// Shows what every one of these finds before the first failure counts.
fn without_build(stopwatch: &mut Stopwatch) -> Result<(), Failed> {
    let results = [
        stopwatch.step("format", None, || program::run(&mut program::cargo(&["fmt", "--all", "--check"]))),
        stopwatch.step("our own rules", None, rules::check),
        stopwatch.step("licences and bans", None, || {
            let arguments = ["--locked", "check", "licenses", "bans", "sources"];
            program::run(tools::cargo_tool("deny")?.args(arguments))
        }),
        stopwatch.step("unused dependencies", None, || program::run(&mut tools::cargo_tool("machete")?)),
    ];
    results.into_iter().collect()
}

/// Prepares the machine; says whether there is a keychain to test with.
fn set_up() -> Result<bool, Failed> {
    machine::check_rust()?;
    machine::check_node()?;
    let all = [machine::BUILD, machine::WINDOW, machine::WINDOW_TESTS].concat();
    machine::install(&all)?;
    let keychain = machine::install(machine::KEYCHAIN);
    if let Err(failed) = &keychain {
        println!("the keychain will not be tested: {failed}");
    }
    if let Err(failed) = machine::install(machine::NATS) {
        println!("the relay's store on NATS will not be tested: {failed}");
    }
    ui::install()?;
    program::run(&mut program::cargo(&["fetch", "--locked"]))?;
    Ok(keychain.is_ok())
}

/// Runs the tests; keeps the runner's closing lines for the very end.
fn nextest(depth: Depth, keychain: bool, summary: &mut Vec<String>) -> Result<(), Failed> {
    let folder = TemporaryFolder::new("tests")?;
    let mut command = tools::cargo_tool("nextest")?;
    command.args(["nextest", "run", "--locked", "--workspace", "--profile", "ci", "--color", "never"]);
    if depth == Depth::All && std::env::var_os("LEDGERLINE_SEEDS").is_none() {
        command.env("LEDGERLINE_SEEDS", MANY_SEEDS);
    }
    if keychain {
        command = with_own_keychain(&command, &folder);
    } else {
        summary.push("NOT TESTED: the keychain; set-up says why".to_owned());
    }
    command.stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| program::not_started(&command, &error))?;
    let (sender, lines) = mpsc::channel();
    if let Some(errors) = child.stderr.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                eprintln!("{line}");
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    let status = child.wait().map_err(|error| program::not_started(&command, &error))?;
    // The keychain's processes hold the other end a little longer; what the test runner said has come by then.
    let said = std::iter::from_fn(|| lines.recv_timeout(Duration::from_secs(1)).ok());
    summary.extend(said.skip_while(|line| !is_summary(line)));
    program::succeeded(&command, status)
}

/// Whether this is the line with which the test runner begins its closing words.
fn is_summary(line: &str) -> bool {
    line.trim_start().starts_with("Summary [")
}

/// The built program makes its first sync in an empty profile, with no desktop to be seen.
fn try_demo() -> Result<(), Failed> {
    let folder = TemporaryFolder::new("demo")?;
    let own = std::env::current_exe()
        .map_err(|error| Failed::new(format!("the build folder is unknown: {error}")))?;
    let mut command = Command::new(own.with_file_name("ledgerline"));
    command.arg("--profile").arg(folder.path().join("profile")).arg("demo").stdin(Stdio::null());
    without_display(&mut command);
    let mut child = command.spawn().map_err(|error| program::not_started(&command, &error))?;
    let start = Instant::now();
    loop {
        let ended = child.try_wait().map_err(|error| program::not_started(&command, &error))?;
        if let Some(status) = ended {
            return program::succeeded(&command, status);
        }
        if start.elapsed() > DEMO_LIMIT {
            // It may have ended by itself just now.
            let _ = child.kill();
            return Err(Failed::new(format!(
                "`ledgerline demo` did not end within {} s",
                DEMO_LIMIT.as_secs()
            )));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::is_summary;

    #[test]
    fn only_the_test_runners_last_heading_is_its_summary() {
        assert!(is_summary("     Summary [   1.234s] 345 tests run: 345 passed, 0 skipped"));
        assert!(!is_summary("        PASS [   0.005s] sync::report summary_counts_everything"));
        assert!(!is_summary("Summary of the run"));
    }
}
