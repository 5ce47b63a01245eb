//! The line to the resident process: calls go out, answers and events come in.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader as LinesOf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::Profile;
use app::window::schema::{Event, Failure};
use desktop::arguments::Arguments;
use desktop::resident::beside;
use desktop::wire::{self, Asked, Told};
use interprocess::local_socket::tokio::Stream;
use serde_json::Value;
use tokio::io::BufReader;
use tokio::sync::{mpsc, oneshot};

/// The resident process answers within this time after its start: it opens a database and a socket.
const START: Duration = Duration::from_secs(15);

/// Between two looks whether it answers.
const LOOK: Duration = Duration::from_millis(20);

/// What became of the wish to be the window.
pub enum Opened {
    /// This process is the window.
    Window(Line),
    /// Another one is, and has come to the front.
    ThereIsOne,
}

/// Calls that wait for their answers.
type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Result<Value, Failure>>>>>;

/// The line. Where nobody answers, every call says so.
pub struct Line {
    calls: Option<mpsc::UnboundedSender<Asked>>,
    waiting: Waiting,
    next: Mutex<u64>,
    events: Mutex<Option<mpsc::UnboundedReceiver<Event>>>,
    why_not: String,
}

/// The command line that starts the resident process.
pub fn resident_command(arguments: &Arguments) -> std::io::Result<Command> {
    let mut command = Command::new(beside("ledgerline-resident")?);
    command.args(arguments.passed_on());
    if arguments.fresh {
        command.arg("--fresh");
    }
    Ok(command)
}

/// Connects to the resident process, and starts it where there is none.
pub async fn open(profile: &Profile, arguments: &Arguments) -> Opened {
    let mut why_not = String::new();
    let stream = match wire::connect(profile).await {
        Ok(stream) => Some(stream),
        Err(_) => match started(profile, arguments).await {
            Ok(stream) => Some(stream),
            Err(reason) => {
                why_not = reason;
                None
            }
        },
    };
    let Some(stream) = stream else { return Opened::Window(Line::without(why_not)) };
    match introduced(stream, arguments.show.clone()).await {
        Ok(opened) => opened,
        Err(error) => Opened::Window(Line::without(error.to_string())),
    }
}

/// Starts the resident process and waits until it answers.
async fn started(profile: &Profile, arguments: &Arguments) -> Result<Stream, String> {
    let mut command = resident_command(arguments).map_err(|error| error.to_string())?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        // What ends this window, like Ctrl-C in a terminal, is not meant for what stays.
        command.process_group(0);
    }
    let mut child =
        command.spawn().map_err(|error| format!("ledgerline-resident could not be started: {error}"))?;
    let said = child.stderr.take();
    let mut waited = Duration::ZERO;
    while waited < START {
        if let Ok(stream) = wire::connect(profile).await {
            return Ok(stream);
        }
        if let Ok(Some(_)) = child.try_wait() {
            let line = said.and_then(|said| LinesOf::new(said).lines().map_while(Result::ok).last());
            return Err(line.unwrap_or_else(|| "ledgerline-resident has ended without a word".to_owned()));
        }
        tokio::time::sleep(LOOK).await;
        waited += LOOK;
    }
    Err("ledgerline-resident does not answer".to_owned())
}

async fn introduced(stream: Stream, show: Option<String>) -> std::io::Result<Opened> {
    let (read, mut write) = tokio::io::split(stream);
    let mut read = BufReader::new(read);
    wire::write(&mut write, &Asked::Window { show }).await?;
    match wire::read(&mut read).await? {
        Some(Told::BeTheWindow) => {}
        Some(Told::ThereIsOne) => return Ok(Opened::ThereIsOne),
        Some(Told::Answer { .. } | Told::Event(_)) | None => {
            return Err(std::io::Error::other(
                "ledgerline-resident is of another version; quit it from its tray menu",
            ));
        }
    }
    let waiting = Waiting::default();
    let (calls, mut asked) = mpsc::unbounded_channel::<Asked>();
    let (heard, events) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(asked) = asked.recv().await {
            if wire::write(&mut write, &asked).await.is_err() {
                break;
            }
        }
    });
    let answered = Arc::clone(&waiting);
    tokio::spawn(async move {
        while let Ok(Some(told)) = wire::read::<Told>(&mut read).await {
            match told {
                Told::Answer { id, result } => {
                    let caller = answered.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
                    if let Some(caller) = caller {
                        // Whoever called may have gone.
                        let _ = caller.send(result);
                    }
                }
                Told::Event(event) => {
                    if heard.send(event).is_err() {
                        break;
                    }
                }
                Told::BeTheWindow | Told::ThereIsOne => {}
            }
        }
        // Nobody answers any more: whoever waits is told, and the end of the events ends the window.
        answered.lock().unwrap_or_else(PoisonError::into_inner).clear();
    });
    Ok(Opened::Window(Line {
        calls: Some(calls),
        waiting,
        next: Mutex::new(0),
        events: Mutex::new(Some(events)),
        why_not: String::new(),
    }))
}

impl Line {
    fn without(why_not: String) -> Self {
        Self {
            calls: None,
            waiting: Waiting::default(),
            next: Mutex::new(0),
            events: Mutex::new(None),
            why_not,
        }
    }

    /// What is heard; whoever takes it first hears it. `None` where nobody answers.
    pub fn events(&self) -> Option<mpsc::UnboundedReceiver<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Calls a command.
    pub async fn call(&self, name: String, params: Value) -> Result<Value, Failure> {
        let Some(calls) = &self.calls else { return Err(self.nobody()) };
        let (caller, answer) = oneshot::channel();
        let id = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            *next += 1;
            *next
        };
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id, caller);
        calls.send(Asked::Call { id, name, params }).map_err(|_| self.nobody())?;
        answer.await.unwrap_or_else(|_| Err(self.nobody()))
    }

    /// Says that the window is being closed: it does not come to the front any more.
    pub fn closing(&self) {
        if let Some(calls) = &self.calls {
            // Where nobody hears it, nobody opens it either.
            let _ = calls.send(Asked::Closing);
        }
    }

    fn nobody(&self) -> Failure {
        let (message, cure) = self.why_not.split_once(" → ").unwrap_or((&self.why_not, ""));
        let or = |text: &str, usual: &str| if text.is_empty() { usual.to_owned() } else { text.to_owned() };
        Failure {
            code: "no_resident".to_owned(),
            message: or(message, "Ledgerline has ended in the background"),
            cure: or(cure, "Close this window and start Ledgerline again."),
            field: None,
        }
    }
}
