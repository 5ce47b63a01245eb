//! The window that is open, through WebDriver: what can be seen in it, and a hand that clicks and types.

use std::net::TcpStream;
use std::process::{Child, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::session::free_port;
use super::{Session, page, until};
use crate::http;

/// How WebDriver names a thing of the page (W3C WebDriver, §12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A window, for as long as it is open.
pub struct Window {
    driver: Child,
    place: String,
}

impl Window {
    /// Takes hold of the window that is open in the session, or opens soon.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        until("a window", || {
            TcpStream::connect(("127.0.0.1", session.inspector()))
                .map(drop)
                .map_err(|error| error.to_string())
        });
        let port = free_port();
        let mut command = session.command("WebKitWebDriver");
        command.arg(format!("--port={port}")).arg(format!("--target=127.0.0.1:{}", session.inspector()));
        // It is no window itself.
        command.env_remove("WEBKIT_INSPECTOR_SERVER").stdout(Stdio::null()).stderr(Stdio::null());
        let mut window = Self { driver: command.spawn().expect("it is installed"), place: String::new() };
        let origin = format!("http://127.0.0.1:{port}");
        let begun = until("a window that can be driven", || {
            call("POST", &format!("{origin}/session"), &json!({ "capabilities": { "alwaysMatch": {} } }))
        });
        let id = begun["sessionId"].as_str().expect("a session has a name").to_owned();
        window.place = format!("{origin}/session/{id}");
        window
    }

    /// Runs a script in the page, and returns what it returns.
    ///
    /// # Errors
    /// When the script fails or there is no page; in words.
    pub fn script(&self, text: &str, arguments: &Value) -> Result<Value, String> {
        self.post("execute/sync", &json!({ "script": text, "args": arguments }))
    }

    /// Waits until something of that selector can be seen.
    pub fn wait_for(&self, selector: &str) {
        let _ = self.find(selector);
    }

    /// Waits until nothing of that selector can be seen any more.
    pub fn wait_until_gone(&self, selector: &str) {
        until(&format!("the end of {selector}"), || {
            let found = self.script(page::SEEN, &json!([selector]))?;
            if found.is_null() { Ok(()) } else { Err("it is still there".to_owned()) }
        });
    }

    /// Whether something of that selector can be seen now.
    #[must_use]
    pub fn shows(&self, selector: &str) -> bool {
        self.script(page::SEEN, &json!([selector])).is_ok_and(|found| !found.is_null())
    }

    /// Waits until something of that selector has these words in it, and returns its whole text.
    pub fn wait_for_text(&self, selector: &str, words: &str) -> String {
        until(&format!("\"{words}\" in {selector}"), || {
            let found = self.found(page::SEEN, &json!([selector]))?;
            let text = self.text_of(&found)?;
            if text.contains(words) { Ok(text) } else { Err(text) }
        })
    }

    /// The text of the first thing of that selector.
    #[must_use]
    pub fn text(&self, selector: &str) -> String {
        self.wait_for_text(selector, "")
    }

    /// Clicks the first thing of that selector, as soon as it can be clicked.
    pub fn click(&self, selector: &str) {
        self.press(selector, page::SEEN, &json!([selector]));
    }

    /// Clicks what has this role and name, or a name that begins so.
    pub fn click_named(&self, role: &str, name: &str) {
        self.press(&format!("the {role} \"{name}\""), page::NAMED, &json!([role, name]));
    }

    /// Waits until there is something of this role whose name is this, or begins so.
    pub fn wait_for_named(&self, role: &str, name: &str) {
        until(&format!("the {role} \"{name}\""), || self.found(page::NAMED, &json!([role, name])).map(drop));
    }

    /// Types into a control instead of what stands there.
    pub fn write(&self, selector: &str, text: &str) {
        until(&format!("typing into {selector}"), || {
            let element = self.found(page::SEEN, &json!([selector]))?;
            let place = element_path(&element)?;
            self.post(&format!("{place}/clear"), &json!({}))?;
            self.post(&format!("{place}/value"), &json!({ "text": text }))?;
            let written = self.script("return arguments[0].value", &json!([element]))?;
            if written == text {
                Ok(())
            } else {
                Err(format!("{} characters stand there", written.to_string().len()))
            }
        });
    }

    /// Chooses a value in a control.
    pub fn choose(&self, selector: &str, value: &str) {
        until(&format!("{value} in {selector}"), || {
            let element = self.found(page::SEEN, &json!([selector]))?;
            let chosen = self.script(page::CHOOSE, &json!([element, value]))?;
            if chosen == value { Ok(()) } else { Err(format!("{chosen} is chosen")) }
        });
    }

    /// Whether a box or switch is on.
    #[must_use]
    pub fn is_checked(&self, selector: &str) -> bool {
        let element = self.find(selector);
        self.script("return arguments[0].checked", &json!([element])) == Ok(Value::Bool(true))
    }

    /// Whether the first thing of that selector can be seen and pressed now.
    #[must_use]
    pub fn can_press(&self, selector: &str) -> bool {
        let found = self.found(page::SEEN, &json!([selector]));
        found.and_then(|element| self.script(page::READY, &json!([element]))) == Ok(Value::Bool(true))
    }

    /// Goes to a place, as a link within the window does.
    pub fn go_to(&self, place: &str) {
        self.script("location.hash = arguments[0]", &json!([place])).unwrap();
        self.wait_for_place(place);
    }

    /// Where in the window it is: what stands in the address.
    #[must_use]
    pub fn place(&self) -> String {
        let hash = self.script("return location.hash", &json!([])).unwrap_or_default();
        hash.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until it is at this place.
    pub fn wait_for_place(&self, place: &str) {
        until(&format!("the place {place}"), || match self.place() {
            found if found == place => Ok(()),
            found => Err(found),
        });
    }

    /// Everything that the page holds where a secret could stand.
    #[must_use]
    pub fn everything(&self) -> String {
        let held = self.script(page::EVERYTHING, &json!([])).unwrap();
        held.as_str().expect("it is a text").to_owned()
    }

    /// A picture of the page, as PNG in Base64.
    fn picture(&self) -> Result<String, String> {
        let picture = call("GET", &format!("{}/screenshot", self.place), &Value::Null)?;
        picture.as_str().map(ToOwned::to_owned).ok_or_else(|| "it is no text".to_owned())
    }

    fn find(&self, selector: &str) -> Value {
        until(selector, || self.found(page::SEEN, &json!([selector])))
    }

    fn found(&self, script: &str, arguments: &Value) -> Result<Value, String> {
        let found = self.script(script, arguments)?;
        if found.is_null() { Err("it cannot be seen".to_owned()) } else { Ok(found) }
    }

    fn press(&self, what: &str, script: &str, arguments: &Value) {
        until(&format!("a click on {what}"), || {
            let element = self.found(script, arguments)?;
            if self.script(page::READY, &json!([element]))? != Value::Bool(true) {
                return Err("it cannot be pressed now".to_owned());
            }
            self.post(&format!("{}/click", element_path(&element)?), &json!({})).map(drop)
        });
    }

    fn text_of(&self, element: &Value) -> Result<String, String> {
        let text = self.script("return arguments[0].innerText", &json!([element]))?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        call("POST", &format!("{}/{path}", self.place), body)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if std::thread::panicking() && !self.place.is_empty() {
            let words = self.script(page::WORDS, &json!([])).unwrap_or_else(Value::String);
            eprintln!("--- the window: {}", words.as_str().unwrap_or_default());
            match self.picture().and_then(|picture| kept(&picture)) {
                Ok(path) => eprintln!("--- a picture of it: {path}"),
                Err(error) => eprintln!("--- no picture of it: {error}"),
            }
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Keeps the picture beside the built programs, under the test's name.
fn kept(picture: &str) -> Result<String, String> {
    let test = std::env::current_exe().map_err(|error| error.to_string())?;
    let build = test.ancestors().nth(3).ok_or("the build folder is unknown")?;
    let folder = build.join("pictures-of-failures");
    let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
    let path = folder.join(format!("{name}.png"));
    let bytes = BASE64_STANDARD.decode(picture).map_err(|error| error.to_string())?;
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&path, bytes))
        .map_err(|error| error.to_string())?;
    Ok(path.display().to_string())
}

fn element_path(element: &Value) -> Result<String, String> {
    let id = element[ELEMENT].as_str().ok_or_else(|| format!("{element} is nothing of the page"))?;
    Ok(format!("element/{id}"))
}

/// Calls the driver: what it answers, or why it did nothing.
fn call(method: &str, address: &str, body: &Value) -> Result<Value, String> {
    let body = body.to_string();
    let sent = (method != "GET").then_some(("application/json", body.as_str()));
    let answer = http::ask(method, address, sent)?;
    let read: Value =
        serde_json::from_str(&answer.body).map_err(|error| format!("{error}: {}", answer.body))?;
    if answer.status == 200 {
        return Ok(read["value"].clone());
    }
    Err(format!("{}: {}", read["value"]["error"], read["value"]["message"]))
}
