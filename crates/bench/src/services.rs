//! The simulated services in a process of their own.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::{Failed, proc};

/// How late each side answers.
#[derive(Clone, Copy, Debug)]
pub struct Latency {
    /// Business Central, in milliseconds.
    pub business_central: u64,
    /// Zoho, in milliseconds.
    pub zoho: u64,
}

/// What was asked of the services so far.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// Requests to Business Central.
    pub business_central: u64,
    /// Calls of Zoho by kind.
    pub zoho: BTreeMap<String, u64>,
    /// Zoho's credits.
    pub credits: u64,
    /// Records written.
    pub writes: u64,
    /// CPU time of the services.
    pub cpu: Duration,
}

impl Usage {
    /// What came since `before`.
    pub fn since(&self, before: &Self) -> Self {
        let zoho = self
            .zoho
            .iter()
            .map(|(kind, calls)| (kind.clone(), calls - before.zoho.get(kind).copied().unwrap_or_default()));
        Self {
            business_central: self.business_central - before.business_central,
            zoho: zoho.filter(|(_, calls)| *calls > 0).collect(),
            credits: self.credits - before.credits,
            writes: self.writes - before.writes,
            cpu: self.cpu.saturating_sub(before.cpu),
        }
    }
}

/// Running services; they end with the value.
pub struct Services {
    child: Child,
    origin: String,
    /// The settings that lead to them.
    pub settings: String,
    /// The environment that signs in.
    pub environment: Vec<(String, String)>,
}

impl Services {
    /// Starts services with a company of that size.
    pub fn start(program: &Path, load: &str) -> Result<Self, Failed> {
        let mut child = Command::new(program)
            .args(["--port", "0", "--load", load])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} could not be started: {error}", program.display()))?;
        let output = child.stdout.take().ok_or("the sandbox has no output")?;
        let mut said = Vec::new();
        for line in BufReader::new(output).lines() {
            let line = line.map_err(|error| error.to_string())?;
            let last = line.contains("/admin/");
            said.push(line);
            if last {
                break;
            }
        }
        Self::told(child, &said)
    }

    fn told(child: Child, said: &[String]) -> Result<Self, Failed> {
        let mut settings = String::new();
        let mut environment = Vec::new();
        let mut origin = None;
        for line in said {
            if let Some((name, value)) = line.strip_prefix("export ").and_then(|rest| rest.split_once('=')) {
                environment.push((name.to_owned(), value.to_owned()));
            } else if let Some(rest) = line.strip_prefix("# http") {
                origin = rest.split("/admin/").next().map(|rest| format!("http{rest}"));
            } else if environment.is_empty() && !line.starts_with('#') {
                settings.push_str(line);
                settings.push('\n');
            }
        }
        let origin = origin.ok_or("the sandbox did not say where it is")?;
        Ok(Self { child, origin, settings, environment })
    }

    /// Sets how late both sides answer from now on.
    pub fn latency(&self, latency: Latency) -> Result<(), Failed> {
        let body = serde_json::json!({ "business_central": latency.business_central, "zoho": latency.zoho });
        self.admin("latency", &body).map(drop)
    }

    /// What was asked of them so far.
    pub fn usage(&self) -> Result<Usage, Failed> {
        let said = self.admin("usage", &Value::Null)?;
        let number = |name: &str| said.get(name).and_then(Value::as_u64).unwrap_or_default();
        let calls = said.get("zoho_calls").and_then(Value::as_object);
        Ok(Usage {
            business_central: number("business_central_requests"),
            zoho: calls
                .into_iter()
                .flatten()
                .map(|(kind, calls)| (kind.clone(), calls.as_u64().unwrap_or_default()))
                .collect(),
            credits: number("zoho_credits"),
            writes: number("zoho_record_writes"),
            cpu: proc::cpu(self.child.id()).unwrap_or_default(),
        })
    }

    /// The most memory that they have had, in KiB.
    pub fn peak_memory(&self) -> u64 {
        proc::peak_memory(self.child.id()).unwrap_or_default()
    }

    /// One admin call.
    pub fn admin(&self, path: &str, body: &Value) -> Result<Value, Failed> {
        let failed = |error: std::io::Error| format!("the sandbox did not answer: {error}");
        let address = self.origin.trim_start_matches("http://");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(address).map_err(failed)?;
        write!(
            stream,
            "POST /admin/{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .map_err(failed)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(failed)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("the sandbox's answer is cut off")?;
        if !head.starts_with("HTTP/1.1 200") {
            return Err(format!("the sandbox refused /admin/{path}: {body}"));
        }
        serde_json::from_str(body).map_err(|error| format!("the sandbox's answer is no JSON: {error}"))
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
