//! Sees to it that nothing of a session outlives its test, however the test ends.

use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// Waits until the other end of its input is gone, which is so when the test has ended or was killed. Then whatever was started within the
/// session is ended: it is known by the folder that stands in its environment, whoever started it. First it is asked, then it is made to.
const SCRIPT: &str = r#"
cat > /dev/null
of_session() {
  for each in /proc/[0-9]*/environ; do
    if grep -qzsxF "XDG_RUNTIME_DIR=$1/run" "$each"; then
      each=${each#/proc/}
      echo "${each%/environ}"
    fi
  done
}
round=0
while [ $round -lt 200 ]; do
  left=$(of_session "$1")
  [ -n "$left" ] || break
  if [ $round -eq 0 ]; then kill -s TERM $left 2>/dev/null; fi
  if [ $round -ge 30 ]; then kill -s KILL $left 2>/dev/null; fi
  round=$((round + 1))
  sleep 0.05
done
rm -rf "$1"
"#;

/// A process of its own that outlives the test by a moment.
pub(super) struct Keeper {
    process: Child,
    input: Option<ChildStdin>,
}

impl Keeper {
    /// Keeps watch over the session in `folder`.
    pub(super) fn of(folder: &Path) -> Self {
        use std::os::unix::process::CommandExt as _;
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "keeper"]).arg(folder).stdin(Stdio::piped()).stdout(Stdio::null());
        // Whoever ends the test with all that belongs to it does not end this.
        let mut process = command.stderr(Stdio::null()).process_group(0).spawn().expect("there is a shell");
        let input = process.stdin.take();
        Self { process, input }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.process.wait();
    }
}
