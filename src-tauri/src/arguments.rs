//! What the programs are started with.

use std::ffi::OsString;
use std::path::PathBuf;

/// The arguments of the window's and of the resident program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The profile's folder; the operating system's place for application data otherwise.
    pub profile: Option<PathBuf>,
    /// Connects the built-in Business Central and Zoho CRM.
    pub demo: bool,
    /// The demo begins anew.
    pub fresh: bool,
    /// Starts without a window: with the computer.
    pub background: bool,
    /// Where the window goes to.
    pub show: Option<String>,
}

/// What `--help` prints.
pub const HELP: &str = "\
Ledgerline keeps Zoho CRM a current copy of Business Central.

  ledgerline-desktop                 opens the window; starts what stays in the tray, if it does not run yet
    --background                     starts only what stays in the tray
    --profile DIR                    another folder for settings and database
    --demo [--fresh]                 a built-in Business Central and Zoho CRM; with --fresh from the beginning
    --show PLACE                     opens the window at a place, like problems or settings
    --version, --help

`ledgerline` does everything that the window does, without a display.
";

impl Arguments {
    /// Reads them; `Err` holds what is to be printed instead of running, and the exit code.
    ///
    /// # Errors
    /// When help or the version is asked for, or an argument is unknown.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, (String, u8)> {
        let mut read = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let text = argument.to_string_lossy().into_owned();
            let (name, attached) = match text.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(OsString::from(value))),
                None => (text, None),
            };
            let mut value = || {
                attached
                    .clone()
                    .or_else(|| arguments.next())
                    .ok_or_else(|| (format!("{name} needs a value; see `ledgerline-desktop --help`\n"), 1))
            };
            match name.as_str() {
                "--profile" => read.profile = Some(PathBuf::from(value()?)),
                "--show" => read.show = Some(value()?.to_string_lossy().into_owned()),
                "--demo" => read.demo = true,
                "--fresh" => read.fresh = true,
                "--background" => read.background = true,
                "--version" => {
                    return Err((format!("ledgerline-desktop {}\n", env!("CARGO_PKG_VERSION")), 0));
                }
                "--help" | "-h" => return Err((HELP.to_owned(), 0)),
                other => {
                    return Err((format!("{other} is not known; see `ledgerline-desktop --help`\n"), 1));
                }
            }
        }
        Ok(read)
    }

    /// The same, as arguments for another program of the shell.
    #[must_use]
    pub fn passed_on(&self) -> Vec<OsString> {
        let mut passed = Vec::new();
        if let Some(profile) = &self.profile {
            passed.push("--profile".into());
            passed.push(profile.clone().into_os_string());
        }
        if self.demo {
            passed.push("--demo".into());
        }
        passed
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;

    fn read(words: &[&str]) -> Result<Arguments, (String, u8)> {
        Arguments::read(words.iter().map(Into::into))
    }

    #[test]
    fn the_profile_comes_apart_or_attached() {
        let wanted = Some("/tmp/p".into());
        assert_eq!(read(&["--profile", "/tmp/p"]).unwrap().profile, wanted);
        assert_eq!(read(&["--profile=/tmp/p"]).unwrap().profile, wanted);
    }

    #[test]
    fn what_is_unknown_or_lacks_its_value_is_refused() {
        assert_eq!(read(&["--hiden"]).unwrap_err().1, 1);
        assert!(read(&["--show"]).unwrap_err().0.contains("needs a value"));
        assert_eq!(read(&["--help"]).unwrap_err().1, 0);
    }

    #[test]
    fn what_is_passed_on_reads_as_the_same_profile() {
        let read_once = read(&["--demo", "--profile", "/tmp/p", "--show", "problems"]).unwrap();
        let again = Arguments::read(read_once.passed_on()).unwrap();
        assert_eq!((again.profile, again.demo, again.show), (read_once.profile, true, None));
    }
}
