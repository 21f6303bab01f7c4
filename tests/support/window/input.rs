//! Mouse and keyboard input to the page, and to the file dialog.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::Value;

use crate::wait::{wait_until, wait_until_true};
use crate::window::page::{LIMIT, Window};
use crate::window::screen::UserInput;

/// How long the page may take to receive a click or a key.
const SEEN_LIMIT: std::time::Duration = std::time::Duration::from_secs(20);

/// How often in a row an element has to be in the same place before it is clicked.
const STILL_LOOKS: usize = 3;

/// An element that moves all the time is clicked after so many looks. A click that misses it is done again.
const MOST_LOOKS: usize = 100;

impl Window {
    pub(super) fn user_input(&self) -> Result<UserInput> {
        UserInput::over(&self.display)
    }

    /// Moves the pointer away from the page's content, so that no tooltip is in front of it.
    pub fn rest_pointer(&self) -> Result<()> {
        self.user_input()?.rest_pointer()
    }

    /// Clicks an element with the pointer of the screen, if no other element covers it. Fails if the element
    /// was replaced in the meantime, so callers find it again.
    pub(super) async fn click_element(&self, element: Value) -> Result<()> {
        let place = self.still_place(element).await?;
        ensure!(!place.is_null(), "another element covers it");
        let number = |name: &str| place[name].as_i64().context("no number");
        let page = [number("width")?, number("height")?];
        self.user_input()?.click([number("x")?, number("y")?], page)?;
        // After a click that closes the window there is no page to ask.
        wait_until_true(SEEN_LIMIT, "the page to receive the click", async || {
            self.recorded_input("clicked").await.map_or(true, |seen| seen == true)
        })
        .await?;
        let is_missed = self.recorded_input("missed").await.is_ok_and(|missed| missed == true);
        ensure!(!is_missed, "the page moved it away from the pointer");
        // A click that the page did not receive is done again, and is one click of the user.
        self.count_click();
        Ok(())
    }

    /// Returns where to click an element, as soon as that stays the same: after another size of the window, the page
    /// takes some frames until its parts are in their places.
    async fn still_place(&self, element: Value) -> Result<Value> {
        let mut place = self.watch(element.clone()).await?;
        let mut same = 0;
        for _ in 0..MOST_LOOKS {
            let next = self.watch(element.clone()).await?;
            same = if next == place { same + 1 } else { 0 };
            place = next;
            if same == STILL_LOOKS {
                break;
            }
        }
        Ok(place)
    }

    /// Replaces the content of a field, with the keyboard of the screen. `find` returns the field, again for
    /// every step, because it may be replaced in between.
    pub(super) async fn fill_field(
        &self,
        new: &str,
        find: impl AsyncFn() -> Option<Value>,
    ) -> Result<()> {
        wait_until_true(LIMIT, "a field that can be clicked", async || {
            let Some(field) = find().await else { return false };
            self.click_element(field).await.is_ok()
        })
        .await?;
        let ask =
            async |question: &str| self.client.execute(question, vec![find().await?]).await.ok();
        let kind = wait_until(LIMIT, "the text of the field to be selected", async || {
            ask("arguments[0].select(); return arguments[0].type").await
        })
        .await?;
        if kind == "password" {
            crate::secrets::known_secrets::remember("text typed into a password field", new);
        }
        self.user_input()?.press(&[vec![crate::window::keyboard::BACKSPACE]])?;
        let keys =
            new.chars().map(|key| vec![crate::window::keyboard::symbol(key)]).collect::<Vec<_>>();
        self.user_input()?.press(&keys)?;
        wait_until_true(LIMIT, &format!("{new:?} in the field"), async || {
            ask("return arguments[0].value").await.is_some_and(|value| value == new)
        })
        .await
    }

    /// Drags files of a file manager over the window, and drops them.
    pub fn drop_files(&self, files: &[&Path]) -> Result<()> {
        crate::window::screen::drop_files(&self.display, files)
    }

    /// Chooses a file in the file dialog of the system by typing its path.
    pub async fn choose_file(&self, path: &Path) -> Result<()> {
        let path = path.to_str().context("the path is not UTF-8")?;
        let dialog = || UserInput::over_dialog(&self.display);
        wait_until(LIMIT, "the file dialog", async || dialog().ok()?).await?;
        let key = |key: Key| crate::window::keyboard::symbol(key.into());
        let letters =
            |text: &str| text.chars().map(crate::window::keyboard::symbol).collect::<Vec<_>>();
        wait_until_true(LIMIT, "the dialog to accept the path and close", async || {
            // Keys that arrive before the dialog is ready are lost, so they are typed until the dialog has
            // closed.
            let type_keys = async |keys: Vec<Vec<u32>>| {
                crate::window::screen::wait_until_still(|| dialog().ok()??.picture().ok()).await;
                // A dialog that has closed in the meantime accepts no keys.
                dialog().ok().flatten().and_then(|mut dialog| dialog.press(&keys).ok())
            };
            let path = letters(path).into_iter().map(|letter| vec![letter]);
            let all = vec![key(Key::Control), u32::from('a')];
            // A slash opens the field for a path.
            type_keys(vec![letters("/")]).await;
            type_keys([all].into_iter().chain(path).collect()).await;
            type_keys(vec![vec![key(Key::Enter)]]).await;
            let closed = async || dialog().is_ok_and(|dialog| dialog.is_none());
            wait_until_true(SEEN_LIMIT, "the dialog to close", closed).await.is_ok()
        })
        .await
    }

    /// Starts recording clicks and keys in the page.
    pub(super) async fn watch_keys(&self) -> Result<()> {
        self.watch(Value::Null).await?;
        Ok(())
    }

    /// Waits until the page has received a key-up event.
    pub(super) async fn wait_for_key(&self) -> Result<()> {
        wait_until_true(SEEN_LIMIT, "the page to receive the key", async || {
            self.recorded_input("keys > 0").await.is_ok_and(|seen| seen == true)
        })
        .await
    }

    async fn watch(&self, element: Value) -> Result<Value> {
        Ok(self.client.execute(include_str!("click_point.js"), vec![element]).await?)
    }

    async fn recorded_input(&self, question: &str) -> Result<Value> {
        let script = format!("return window.recordedInput.{question}");
        Ok(self.client.execute(&script, Vec::new()).await?)
    }
}
