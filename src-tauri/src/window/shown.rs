//! The window itself: one page, one command, our events.

use std::sync::Arc;

use app::window::schema::{Event, Failure};
use desktop::arguments::Arguments;
use serde_json::Value;
use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, Emitter as _, Manager as _, RunEvent, State, Url, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, WindowEvent,
};

use super::autostart;
use super::line::Line;

/// The only window.
const MAIN: &str = "main";

#[tauri::command]
async fn call(
    app: AppHandle,
    line: State<'_, Arc<Line>>,
    name: String,
    params: Value,
) -> Result<Value, Failure> {
    match name.as_str() {
        "autostart" => autostart::is_on(&app),
        "autostart_set" => autostart::set(&app, params),
        _ => line.call(name, params).await,
    }
}

/// Shows the window until it is closed, or until the resident process ends.
///
/// # Errors
/// When there is no display, or the web view cannot be made.
pub fn run(runtime: &tokio::runtime::Runtime, line: Line, arguments: &Arguments) -> tauri::Result<()> {
    tauri::async_runtime::set(runtime.handle().clone());
    let line = Arc::new(line);
    let (events, ending) = (line.events(), Arc::clone(&line));
    let route = arguments.show.clone();
    let app = tauri::Builder::default()
        .plugin(autostart::plugin(arguments))
        .manage(line)
        .invoke_handler(tauri::generate_handler![call])
        .setup(move |app| {
            open(app.handle(), route.as_deref())?;
            if let Some(mut events) = events {
                let app = app.handle().clone();
                tauri::async_runtime::spawn(async move {
                    while let Some(event) = events.recv().await {
                        heard(&app, &event);
                    }
                    app.exit(0);
                });
            }
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(move |_, event| {
        if let RunEvent::WindowEvent { event: WindowEvent::CloseRequested { .. }, .. } = event {
            ending.closing();
        }
    });
    Ok(())
}

fn open(app: &AppHandle, route: Option<&str>) -> tauri::Result<WebviewWindow> {
    let page = match route {
        Some(route) => format!("index.html#/{route}"),
        None => "index.html".to_owned(),
    };
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App(page.into()))
        .title("Ledgerline")
        // In logical pixels: what the screens are made for, and what they still work at.
        .inner_size(1100.0, 760.0)
        .min_inner_size(480.0, 400.0)
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    window.set_focus()?;
    Ok(window)
}

/// The page never leaves the program's own files.
fn is_ours(to: &Url) -> bool {
    match to.scheme() {
        "tauri" => true,
        "http" | "https" => to.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

fn heard(app: &AppHandle, event: &Event) {
    if let (Event::Show { .. }, Some(window)) = (event, app.get_webview_window(MAIN)) {
        for done in [window.unminimize(), window.show(), window.set_focus()] {
            if let Err(error) = done {
                eprintln!("ledgerline-desktop: the window could not come to the front: {error}");
            }
        }
    }
    if let Err(error) = app.emit_to(MAIN, "event", event) {
        eprintln!("ledgerline-desktop: the page could not be told of an event: {error}");
    }
}
