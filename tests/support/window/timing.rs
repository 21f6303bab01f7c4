//! How long the page takes to react.

use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::wait::wait_until;
use crate::window::page::Window;

/// How long something took on the page, in milliseconds of the page's own clock.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Timed {
    /// From the click until it was drawn.
    pub drawn_ms: f64,
    /// The longest time meanwhile in which the page did nothing else: a person who clicks waits for
    /// so long.
    pub blocked_ms: f64,
}

/// How the page was scrolled.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Scrolled {
    /// How many frames it took.
    pub frames: u32,
    /// The time between two frames, in milliseconds.
    pub median_ms: f64,
    /// The longest time between two frames, in milliseconds.
    pub longest_ms: f64,
}

impl Window {
    /// Clicks what a CSS selector names, or only looks where there is none, and waits until what
    /// another one names is drawn and has this text in it.
    ///
    /// # Errors
    /// When it does not come within `limit`.
    pub async fn timed(
        &self,
        limit: Duration,
        clicked: Option<&str>,
        drawn: &str,
        text: &str,
    ) -> Result<Timed> {
        let arguments = vec![json!(clicked), json!(drawn), json!(text)];
        wait_until(limit, &format!("{clicked:?} to be clicked"), async || {
            let begun = self.client.execute(include_str!("timing.js"), arguments.clone()).await;
            begun.ok().filter(|begun| *begun == true)
        })
        .await?;
        self.noted(limit, "timed", &format!("{text:?} in {drawn}")).await
    }

    /// Scrolls the page from top to bottom, some points with each frame.
    ///
    /// # Errors
    /// When the page draws nothing.
    pub async fn scrolled(&self, limit: Duration, step: u32) -> Result<Scrolled> {
        self.client.execute(include_str!("scrolling.js"), vec![json!(step)]).await?;
        self.noted(limit, "scrolled", "the end of the page").await
    }

    async fn noted<T: serde::de::DeserializeOwned>(
        &self,
        limit: Duration,
        name: &str,
        what: &str,
    ) -> Result<T> {
        let script = format!("return window.{name}");
        let noted = wait_until(limit, what, async || {
            let noted = self.client.execute(&script, Vec::new()).await.ok()?;
            (noted != Value::Null).then_some(noted)
        })
        .await?;
        serde_json::from_value(noted).context("not what was noted")
    }
}
