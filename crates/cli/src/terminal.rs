//! Questions in the terminal. They go to standard error, so that standard output holds results only.

use std::io::{BufRead, IsTerminal, Write};

use transport::Secret;

/// Nobody answers any more (Ctrl-D), or the terminal failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputEnded;

/// Whether a person can be asked.
pub fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for a line; an empty one means `default`, where there is one.
pub fn line(question: &str, default: Option<&str>) -> Result<String, InputEnded> {
    loop {
        match default {
            Some(default) => eprint!("{question} [{default}]: "),
            None => eprint!("{question}: "),
        }
        // A prompt that cannot be shown is followed by an answer that cannot be read.
        let _ = std::io::stderr().flush();
        let mut answer = String::new();
        match std::io::stdin().lock().read_line(&mut answer) {
            Ok(0) | Err(_) => return Err(InputEnded),
            Ok(_) => {}
        }
        match (answer.trim(), default) {
            ("", Some(default)) => return Ok(default.to_owned()),
            ("", None) => {}
            (answer, _) => return Ok(answer.to_owned()),
        }
    }
}

/// Asks for something that is not shown while it is typed.
pub fn secret(question: &str) -> Result<Secret, InputEnded> {
    loop {
        let answer = Secret::new(
            rpassword::prompt_password(format!("{question} (not shown): ")).map_err(|_| InputEnded)?,
        );
        let trimmed = answer.reveal().trim();
        if !trimmed.is_empty() {
            return Ok(Secret::new(trimmed));
        }
    }
}

/// Asks for yes or no; an empty answer means no.
pub fn yes(question: &str) -> Result<bool, InputEnded> {
    let answer = line(&format!("{question} (y/N)"), Some("N"))?.to_lowercase();
    Ok(matches!(answer.as_str(), "y" | "yes"))
}

/// Asks for one of `choices` by its number; `None` where the answer is `otherwise`.
pub fn choice(
    question: &str,
    choices: &[String],
    otherwise: Option<&str>,
) -> Result<Option<usize>, InputEnded> {
    for (index, choice) in choices.iter().enumerate() {
        eprintln!("  {}) {choice}", index + 1);
    }
    loop {
        let answer = line(question, otherwise)?;
        if otherwise.is_some_and(|otherwise| otherwise.eq_ignore_ascii_case(&answer)) {
            return Ok(None);
        }
        match answer.parse::<usize>() {
            Ok(number) if (1..=choices.len()).contains(&number) => return Ok(Some(number - 1)),
            Ok(_) | Err(_) => eprintln!("  → Answer with a number from 1 to {}.", choices.len()),
        }
    }
}
