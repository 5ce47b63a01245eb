//! The resident's side of the socket: one window at a time, its commands and our events.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::resident::Resident;
use app::window::schema;
use interprocess::local_socket::tokio::{Listener, Stream, prelude::*};
use tokio::io::BufReader;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex, Notify};

use crate::wire::{self, Asked, Told};

/// Whether there is a window, and the request to end.
#[derive(Clone, Default)]
pub struct Door {
    window: Arc<AtomicBool>,
    quit: Arc<Notify>,
}

impl Door {
    /// Whether a window is open.
    #[must_use]
    pub fn has_window(&self) -> bool {
        self.window.load(Ordering::SeqCst)
    }

    /// Asks the process to end.
    pub fn quit(&self) {
        self.quit.notify_one();
    }

    /// Waits until the process is asked to end.
    pub async fn asked_to_quit(&self) {
        self.quit.notified().await;
    }
}

/// Answers whoever connects, until it is dropped.
pub async fn serve(listener: Listener, resident: Resident, door: Door) {
    loop {
        match listener.accept().await {
            Ok(stream) => {
                let (resident, door) = (resident.clone(), door.clone());
                tokio::spawn(async move {
                    if let Err(error) = visit(stream, &resident, &door).await {
                        tracing::debug!(%error, "a window's connection ended");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a window could not connect");
                // Too many open files is over in a moment; nothing else is known to happen here.
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
        }
    }
}

/// Frees the place of the window, however its connection ends.
struct Place<'a>(&'a Door, &'a Resident);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.1.window_closed();
        self.0.window.store(false, Ordering::SeqCst);
    }
}

async fn visit(stream: Stream, resident: &Resident, door: &Door) -> io::Result<()> {
    let (read, write) = tokio::io::split(stream);
    let mut read = BufReader::new(read);
    let write = Arc::new(Mutex::new(write));
    match wire::read(&mut read).await? {
        Some(Asked::Window { show }) => {
            if door.window.swap(true, Ordering::SeqCst) {
                resident.show(show);
                return wire::write(&mut *write.lock().await, &Told::ThereIsOne).await;
            }
        }
        Some(Asked::Call { .. } | Asked::Closing) | None => return Ok(()),
    }
    let _place = Place(door, resident);
    let mut events = resident.events();
    wire::write(&mut *write.lock().await, &Told::BeTheWindow).await?;
    let (asked, mut calls) = tokio::sync::mpsc::channel(16);
    // A line is read whole, however long that takes: a cancelled reading would lose its beginning.
    let reading = tokio::spawn(async move {
        while let Ok(Some(line)) = wire::read::<Asked>(&mut read).await {
            if asked.send(line).await.is_err() {
                break;
            }
        }
    });
    let result = loop {
        tokio::select! {
            call = calls.recv() => match call {
                Some(Asked::Call { id, name, params }) => {
                    let (resident, write) = (resident.clone(), Arc::clone(&write));
                    tokio::spawn(async move {
                        let result = schema::dispatch(&resident, &name, params).await;
                        let answer = Told::Answer { id, result };
                        if let Err(error) = wire::write(&mut *write.lock().await, &answer).await {
                            tracing::debug!(%error, command = name, "the window has gone before its answer");
                        }
                    });
                }
                Some(Asked::Window { .. } | Asked::Closing) | None => break Ok(()),
            },
            event = events.recv() => {
                let event = match event {
                    Ok(event) => event,
                    // What it missed it finds when it asks anew.
                    Err(RecvError::Lagged(_)) => schema::Event::Changed,
                    Err(RecvError::Closed) => break Ok(()),
                };
                if let Err(error) = wire::write(&mut *write.lock().await, &Told::Event(event)).await {
                    break Err(error);
                }
            }
        }
    };
    reading.abort();
    result
}
