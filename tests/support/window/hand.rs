//! Mouse movements and clicks.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use serde_json::Value;

use crate::wait::{wait_until, wait_until_true};
use crate::window::page::{LIMIT, Window};
use crate::window::screen::Hand;

/// How long the page may take to see a click or a key.
const SEEN_LIMIT: std::time::Duration = std::time::Duration::from_secs(5);

/// What pointer and keyboard do to the page.
impl Window {
    pub(super) fn hand(&self) -> Result<Hand> {
        Hand::over(&self.display)
    }

    /// Clicks an element with the pointer of the screen, when nothing lies over it.
    ///
    /// # Errors
    /// When something lies over it, or the page sees no click.
    pub async fn click_element(&self, element: &Element) -> Result<()> {
        let place = self.watch(serde_json::to_value(element)?).await?;
        ensure!(!place.is_null(), "something lies over it");
        let number = |name: &str| place[name].as_i64().context("no number");
        let page = [number("width")?, number("height")?];
        self.hand()?.click([number("x")?, number("y")?], page)?;
        // A click that closes the window leaves no page to ask.
        wait_until_true(SEEN_LIMIT, "the page to see the click", async || {
            self.seen_of_hand("clicked !== null").await.map_or(true, |seen| seen == true)
        })
        .await
    }

    /// Replaces what is in a field, by the keys of the screen.
    pub(super) async fn fill_element(&self, field: &Element, new: &str) -> Result<()> {
        wait_until(LIMIT, "a field that can be clicked", async || {
            self.click_element(field).await.ok()
        })
        .await?;
        if field.attr("type").await?.as_deref() == Some("password") {
            crate::secrets::known::remember("what was typed into a password field", new);
        }
        let field = serde_json::to_value(field)?;
        self.client.execute("arguments[0].select()", vec![field.clone()]).await?;
        self.hand()?.press(&[vec![crate::window::keyboard::BACKSPACE]])?;
        let keys =
            new.chars().map(|key| vec![crate::window::keyboard::symbol(key)]).collect::<Vec<_>>();
        self.hand()?.press(&keys)?;
        wait_until_true(LIMIT, &format!("{new:?} in the field"), async || {
            let value = self.client.execute("return arguments[0].value", vec![field.clone()]).await;
            value.is_ok_and(|value| value == new)
        })
        .await
    }

    /// Chooses a file in the system's dialog, as a person does who types its path.
    ///
    /// # Errors
    /// When the dialog does not come, or does not go.
    pub async fn choose_file(&self, path: &Path) -> Result<()> {
        let path = path.to_str().context("a path that can be typed")?;
        let dialog = || Hand::over_dialog(&self.display);
        wait_until(LIMIT, "a dialog for a file", async || dialog().ok()?).await?;
        let key = |key: Key| crate::window::keyboard::symbol(key.into());
        let letters =
            |text: &str| text.chars().map(crate::window::keyboard::symbol).collect::<Vec<_>>();
        wait_until_true(LIMIT, "the dialog to take the path and close", async || {
            // What is typed before the dialog listens is lost, so it is typed until it was taken.
            let type_keys = async |keys: Vec<Vec<u32>>| {
                crate::window::screen::wait_for_rest(|| dialog().ok()??.picture().ok()).await;
                // One that has closed meanwhile takes no more.
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

    /// From now on the page remembers what the hand does.
    pub(super) async fn watch_keys(&self) -> Result<()> {
        self.watch(Value::Null).await?;
        Ok(())
    }

    /// Waits until the page has seen a key be let go.
    pub(super) async fn wait_for_key(&self) -> Result<()> {
        wait_until_true(SEEN_LIMIT, "the page to see the key", async || {
            self.seen_of_hand("keys > 0").await.is_ok_and(|seen| seen == true)
        })
        .await
    }

    async fn watch(&self, element: Value) -> Result<Value> {
        Ok(self.client.execute(include_str!("hand.js"), vec![element]).await?)
    }

    async fn seen_of_hand(&self, question: &str) -> Result<Value> {
        let script = format!("return window.seenOfHand.{question}");
        Ok(self.client.execute(&script, Vec::new()).await?)
    }
}
