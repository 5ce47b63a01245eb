//! HTTP as a test needs it: one request over one connection to a server of this computer.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// A window's driver answers a script only when it has run.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where it sends the browser.
    pub location: Option<String>,
    /// The body.
    pub body: String,
}

/// Asks `http://host:port/path` and reads the answer to its end; no redirect is followed.
///
/// # Errors
/// When nobody answers there, or the answer is no HTTP; in words.
pub fn ask(method: &str, address: &str, body: Option<(&str, &str)>) -> Result<Answer, String> {
    let rest = address.strip_prefix("http://").ok_or_else(|| format!("{address} is no http address"))?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = if path.is_empty() { "/" } else { path };
    let text = exchange(method, host, path, body).map_err(|error| format!("{method} {address}: {error}"))?;
    read(&text).ok_or_else(|| format!("{method} {address}: no HTTP answer in {text:?}"))
}

fn exchange(method: &str, host: &str, path: &str, body: Option<(&str, &str)>) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let (kind, body) = body.unwrap_or(("text/plain", ""));
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn read(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let header = |name: &str| {
        let found = head.lines().filter_map(|line| line.split_once(':'));
        found
            .clone()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    };
    Some(Answer { status, location: header("location"), body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn status_redirect_and_body_are_read() {
        let answer =
            read("HTTP/1.1 302 Found\r\nlocation: http://localhost:1/x?a=b:c\r\n\r\nbody\r\n\r\nmore")
                .unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (302, "body\r\n\r\nmore"));
        assert_eq!(answer.location.as_deref(), Some("http://localhost:1/x?a=b:c"));
        assert!(read("HTTP/1.1 200 OK\r\n").is_none());
    }
}
