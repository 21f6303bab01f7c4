//! Measures how long the page takes to react.

use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::wait::wait_until;
use crate::window::page::Window;

/// How long the page is observed after the result was drawn, in milliseconds. What follows in the background
/// can block the page, too.
const REST_MS: u32 = 500;

/// The rows of a page of a table, unless the user chose another page size (`rowsOfAPage` in `ui`).
const ROWS_OF_A_PAGE: u32 = 50;

/// A measurement in milliseconds of the page's clock.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct PageTiming {
    /// From the click until the result was drawn.
    pub drawn_ms: f64,
    /// The longest time that the page was blocked until it came to rest, which is how long another click would
    /// have to wait.
    pub blocked_ms: f64,
}

/// The frames of a scrolled table.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct ScrollTiming {
    /// The rows that were scrolled through.
    pub rows: u32,
    pub frames: u32,
    /// The median time between two frames, in milliseconds.
    pub median_ms: f64,
    /// The longest time between two frames, in milliseconds.
    pub longest_ms: f64,
}

impl Window {
    /// Clicks the element of a CSS selector, if there is one, and waits until the element of another selector
    /// is drawn with this text.
    ///
    /// # Errors
    /// If it does not appear within `limit`.
    pub async fn measure(
        &self,
        limit: Duration,
        clicked: Option<&str>,
        drawn: &str,
        text: &str,
    ) -> Result<PageTiming> {
        let arguments = vec![json!(clicked), json!(drawn), json!(text), json!(REST_MS)];
        wait_until(limit, &format!("{clicked:?} to be clicked"), async || {
            let started = self.client.execute(include_str!("timing.js"), arguments.clone()).await;
            started.ok().filter(|started| *started == true)
        })
        .await?;
        self.result(limit, "timed", &format!("{text:?} in {drawn}")).await
    }

    /// Scrolls a table that fills the window from its first row to its last, on all pages, by `step` pixels per frame.
    /// `table` is its test ID, `pages` that of its page buttons, and `rows` the number of its rows.
    ///
    /// # Errors
    /// If the end does not appear within `limit`.
    pub async fn measure_scrolling(
        &self,
        limit: Duration,
        (table, pages): (&str, &str),
        rows: usize,
        step: u32,
    ) -> Result<ScrollTiming> {
        let table = format!("[data-testid={table}]");
        let next = format!("[data-testid={pages}] [aria-label='Next page']");
        let arguments =
            vec![json!(table), json!(next), json!(ROWS_OF_A_PAGE), json!(rows), json!(step)];
        self.client.execute(include_str!("scrolling.js"), arguments).await?;
        self.result(limit, "scrolled", "the last row").await
    }

    /// Types texts into the field of a CSS selector, each in place of the one before, and measures each from
    /// its event to the frame after it, in milliseconds.
    pub async fn measure_keys(&self, field: &str, texts: &[&str]) -> Result<Vec<f64>> {
        let arguments = vec![json!(field), json!(texts)];
        let times = self.client.execute(include_str!("keys.js"), arguments).await?;
        serde_json::from_value(times).context("an unexpected measurement")
    }

    async fn result<T: serde::de::DeserializeOwned>(
        &self,
        limit: Duration,
        name: &str,
        what: &str,
    ) -> Result<T> {
        let script = format!("return window.{name}");
        let result = wait_until(limit, what, async || {
            let result = self.client.execute(&script, Vec::new()).await.ok()?;
            (result != Value::Null).then_some(result)
        })
        .await?;
        serde_json::from_value(result).context("an unexpected measurement")
    }
}
