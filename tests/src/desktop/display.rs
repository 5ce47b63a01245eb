//! The screen: which window is there, which is in front, and the cross in its corner.

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, EventMask,
    InputFocus, MapState, StackMode, Window as Id, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// The application's window is called this.
const TITLE: &[u8] = b"Ledgerline";

/// A display without a window manager: what is raised is in front, and has the keyboard.
pub struct Display {
    number: String,
    server: RustConnection,
    root: Id,
    other: Id,
}

impl Display {
    pub(super) fn of(number: &str) -> Self {
        let (server, screen) = x11rb::connect(Some(number)).expect("the display has been started");
        let root = server.setup().roots[screen].root;
        let other = server.generate_id().expect("there is a number left");
        let plain = CreateWindowAux::new();
        let (depth, class, visual) =
            (x11rb::COPY_DEPTH_FROM_PARENT, WindowClass::INPUT_OUTPUT, x11rb::COPY_FROM_PARENT);
        server
            .create_window(depth, other, root, 0, 0, 1280, 900, 0, class, visual, &plain)
            .unwrap()
            .check()
            .unwrap();
        Self { number: number.to_owned(), server, root, other }
    }

    pub(super) fn number(&self) -> &str {
        &self.number
    }

    /// Whether the application's window can be seen.
    #[must_use]
    pub fn shows_window(&self) -> bool {
        self.window().is_some()
    }

    /// Whether it is in front of everything else, with the keyboard.
    #[must_use]
    pub fn is_in_front(&self) -> bool {
        let Some(window) = self.window() else { return false };
        let keyboard = self.server.get_input_focus().unwrap().reply().unwrap().focus;
        self.visible().last() == Some(&window) && self.is_within(keyboard, window)
    }

    /// Another program's window comes before it, and takes the keyboard.
    pub fn work_elsewhere(&self) {
        self.server.map_window(self.other).unwrap().check().unwrap();
        let raised = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
        self.server.configure_window(self.other, &raised).unwrap().check().unwrap();
        self.server
            .set_input_focus(InputFocus::PARENT, self.other, x11rb::CURRENT_TIME)
            .unwrap()
            .check()
            .unwrap();
    }

    /// Takes the other program's window away.
    pub fn come_back(&self) {
        self.server.unmap_window(self.other).unwrap().check().unwrap();
    }

    /// Closes the application's window with the cross in its corner.
    ///
    /// # Panics
    /// When there is none.
    pub fn close_window(&self) {
        let window = self.window().expect("there is a window to close");
        let [protocols, delete] = ["WM_PROTOCOLS", "WM_DELETE_WINDOW"]
            .map(|name| self.server.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom);
        let message = ClientMessageEvent::new(32, window, protocols, [delete, x11rb::CURRENT_TIME, 0, 0, 0]);
        self.server.send_event(false, window, EventMask::NO_EVENT, message).unwrap().check().unwrap();
        self.server.sync().unwrap();
    }

    /// The windows that can be seen, from the back to the front.
    fn visible(&self) -> Vec<Id> {
        let all = self.server.query_tree(self.root).unwrap().reply().unwrap().children;
        let is_seen = |window: &Id| {
            let look = self.server.get_window_attributes(*window).unwrap().reply();
            look.is_ok_and(|look| look.map_state == MapState::VIEWABLE)
        };
        all.into_iter().filter(is_seen).collect()
    }

    fn window(&self) -> Option<Id> {
        self.visible().into_iter().find(|window| {
            let kinds = (AtomEnum::WM_NAME, AtomEnum::ANY);
            let name = self.server.get_property(false, *window, kinds.0, kinds.1, 0, 64).unwrap().reply();
            name.is_ok_and(|name| name.value == TITLE)
        })
    }

    fn is_within(&self, inner: Id, outer: Id) -> bool {
        let mut at = inner;
        // The values below are "nowhere" and "wherever the pointer is".
        while at > 1 && at != self.root {
            if at == outer {
                return true;
            }
            let Ok(tree) = self.server.query_tree(at).unwrap().reply() else { return false };
            at = tree.parent;
        }
        false
    }
}
