//! Measures layout shifts: what moves or changes its size while the user does something. WebKit does not
//! report them itself, so a script in the page compares the boxes of everything that can be clicked or read.

use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;

use crate::window::page::Window;

/// What moved during an action.
#[derive(Clone, Debug, Deserialize)]
pub struct LayoutShifts {
    /// The number of elements that were watched.
    pub watched: usize,
    pub moved: Vec<MovedElement>,
}

/// An element that moved or changed its size.
#[derive(Clone, Debug, Deserialize)]
pub struct MovedElement {
    /// Its kind and its text.
    pub label: String,
    /// The largest change of an edge, in CSS pixels.
    pub moved: f64,
    /// Left, top, width and height before the action.
    pub before: [f64; 4],
    /// The same where it was farthest away.
    pub after: [f64; 4],
}

/// Time for animations and for answers that arrive after the result.
const AFTER: Duration = Duration::from_millis(400);

impl Window {
    /// Runs an action, and returns what moved while it ran and until shortly after it. `changed` is a CSS
    /// selector of what may change, with its content, or an empty text.
    pub async fn shifts_during(
        &self,
        changed: &str,
        action: impl AsyncFnOnce() -> Result<()>,
    ) -> Result<LayoutShifts> {
        self.shifts(changed, false, action).await
    }

    /// Opens a page, and returns what moved on it after it first appeared, for example when its answers arrived.
    pub async fn shifts_after_opening(
        &self,
        changed: &str,
        open: impl AsyncFnOnce() -> Result<()>,
    ) -> Result<LayoutShifts> {
        self.shifts(changed, true, open).await
    }

    async fn shifts(
        &self,
        changed: &str,
        opening: bool,
        action: impl AsyncFnOnce() -> Result<()>,
    ) -> Result<LayoutShifts> {
        self.layout().await?;
        let arguments = vec![json!(changed), json!(opening)];
        self.client.execute(include_str!("shifts.js"), arguments).await?;
        action().await?;
        tokio::time::sleep(AFTER).await;
        let shifts = self.client.execute("return window.layoutShifts.stop()", Vec::new()).await?;
        serde_json::from_value(shifts).context("an unexpected list of shifts")
    }

    /// Puts the clock of the page ahead of the real one, and makes the page look at it, as it does when the
    /// user returns to the window.
    pub async fn set_clock_ahead(&self, time: Duration) -> Result<()> {
        let script = "const real = window.realNow ?? (window.realNow = Date.now.bind(Date));\
             const ahead = arguments[0];\
             Date.now = () => real() + ahead;\
             window.dispatchEvent(new Event('focus'))";
        let milliseconds = u64::try_from(time.as_millis())?;
        self.client.execute(script, vec![json!(milliseconds)]).await?;
        Ok(())
    }
}
