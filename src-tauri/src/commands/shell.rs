//! What every command of the shell receives: the window that called it, and the state of the program.

use tauri::{Manager as _, Runtime, State, WebviewWindow};

/// What a command of the shell works with: the window that called it, and the state of the program.
pub struct Shell<R: Runtime> {
    pub(super) window: WebviewWindow<R>,
}

impl<R: Runtime> Shell<R> {
    /// The shell for a call of this window.
    pub fn new(window: WebviewWindow<R>) -> Self {
        Self { window }
    }

    /// A part of the program's state.
    pub(super) fn state<T: Send + Sync + 'static>(&self) -> State<'_, T> {
        self.window.state()
    }
}
