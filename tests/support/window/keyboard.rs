//! Key presses, and the element that has the focus.

use anyhow::{Result, bail};
use fantoccini::key::Key;

use crate::window::page::Window;
use crate::window::screen::SHIFT;

/// More tab stops than any page has.
const MOST_STOPS: usize = 250;

/// The keysym `XK_BackSpace` (`keysymdef.h` of the X Window System, like all numbers below).
pub(super) const BACKSPACE: u32 = 0xff08;

/// The X keysym of a character, or of a special key in WebDriver's notation (WebDriver, 17.4.2).
pub(super) fn symbol(key: char) -> u32 {
    match key {
        '\u{e003}' => BACKSPACE,
        '\u{e004}' => 0xff09,
        '\u{e006}' | '\u{e007}' => 0xff0d,
        '\u{e008}' => SHIFT,
        '\u{e009}' => 0xffe3,
        '\u{e00c}' => 0xff1b,
        '\u{e010}' => 0xff57,
        '\u{e012}' => 0xff51,
        '\u{e013}' => 0xff52,
        '\u{e014}' => 0xff53,
        '\u{e015}' => 0xff54,
        letter => u32::from(letter),
    }
}

impl Window {
    /// Presses and releases one key, wherever the focus is.
    pub async fn press(&self, key: Key) -> Result<()> {
        self.press_with(None, key.into()).await
    }

    /// Types a text, wherever the focus is.
    pub async fn type_keys(&self, text: &str) -> Result<()> {
        for key in text.chars() {
            self.press_with(None, key).await?;
        }
        Ok(())
    }

    /// Presses a key while another one is held, such as Shift and Tab.
    pub async fn press_holding(&self, held: Key, key: Key) -> Result<()> {
        self.press_with(Some(held.into()), key.into()).await
    }

    /// Presses a letter or digit while Control is held.
    pub async fn press_letter_with_control(&self, letter: char) -> Result<()> {
        self.press_with(Some(Key::Control.into()), letter).await
    }

    /// Pastes the clipboard into the field that has the focus, and returns the field's value.
    pub async fn paste(&self) -> Result<String> {
        self.press_letter_with_control('v').await?;
        let value = self.client.execute("return document.activeElement.value", Vec::new()).await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    async fn press_with(&self, held: Option<char>, key: char) -> Result<()> {
        let symbols = held.into_iter().chain([key]).map(symbol).collect::<Vec<_>>();
        self.watch_keys().await?;
        self.user_input()?.press(&[symbols])?;
        self.wait_for_key().await
    }

    /// The name, and the role or type, of the element that has the focus.
    pub async fn focused(&self) -> Result<Option<(String, String)>> {
        let focused = self.client.execute(include_str!("focused.js"), Vec::new()).await?;
        let text = |key: &str| focused[key].as_str().unwrap_or_default().to_owned();
        Ok((!focused.is_null()).then(|| (text("name"), text("kind"))))
    }

    /// Presses Tab until the element with this name has the focus.
    ///
    /// # Errors
    /// If it is not reached; the error lists every stop on the way.
    pub async fn tab_to(&self, name: &str) -> Result<()> {
        self.press_until(Key::Tab, MOST_STOPS, name).await
    }

    /// Presses Tab until an element whose name contains this text has the focus.
    pub async fn tab_to_part(&self, part_of_name: &str) -> Result<()> {
        for _ in 0..MOST_STOPS {
            self.press(Key::Tab).await?;
            let focused = self.focused().await?;
            if focused.is_some_and(|(name, _)| name.contains(part_of_name)) {
                return Ok(());
            }
        }
        bail!("Tab does not reach {part_of_name:?}")
    }

    /// Presses a key, such as an arrow in a table, until the element with this name has the focus.
    ///
    /// # Errors
    /// If it is not reached after `most` presses; the error lists every stop on the way.
    pub async fn press_until(&self, key: Key, most: usize, name: &str) -> Result<()> {
        let mut stops = Vec::new();
        for _ in 0..most {
            self.press(key).await?;
            let Some((focused, kind)) = self.focused().await? else { continue };
            if focused == name {
                return Ok(());
            }
            stops.push(format!("{kind} {focused:?}"));
        }
        stops.dedup();
        bail!("{key:?} does not reach {name:?}; it stops at {}", stops.join(", "))
    }
}
