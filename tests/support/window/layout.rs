//! Measures the layout of a page: rows in view, the primary button, and whether the page scrolls.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::wait::{wait_until, wait_until_true};
use crate::window::page::{LIMIT, Window};

/// The time between two looks at a page that is expected to stay the same.
const LOOK_INTERVAL: Duration = Duration::from_millis(30);

/// The longest time between two steps of a page that adapts to a new size, with room for a busy machine.
const LONGEST_STEP: Duration = Duration::from_millis(450);

/// The layout of a page or of the dialog on top of it, in CSS pixels.
#[derive(Clone, Debug, Deserialize)]
pub struct PageLayout {
    pub width: f64,
    pub height: f64,
    /// How much higher the page is than the window.
    pub scrolls_by: f64,
    /// How much wider the page is than the window.
    pub wider_by: f64,
    pub tables: Vec<TableLayout>,
    /// The primary buttons, in the order of the page.
    pub primary: Vec<ButtonPlace>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct TableLayout {
    pub name: String,
    /// The rows that are drawn, in view or not.
    pub rows: usize,
    /// The rows that are in view from top to bottom, with nothing in front of them.
    pub full: usize,
    /// The height of the first row.
    pub height: f64,
    /// The width in view.
    pub width: f64,
    /// How far it scrolls sideways.
    pub wider_by: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct ButtonPlace {
    pub name: String,
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    /// Whether the whole button is in the window, with nothing in front of it.
    pub in_view: bool,
}

impl PageLayout {
    /// The table with the most rows in view: the one the page is about.
    pub fn main_table(&self) -> Option<&TableLayout> {
        self.tables.iter().max_by_key(|table| table.full)
    }
}

impl Window {
    /// Resizes the window so that the page has this size, and waits until the page is drawn in it.
    pub async fn resize_page(&self, width: u32, height: u32) -> Result<()> {
        let wanted = [i64::from(width), i64::from(height)];
        // The driver waits for a change, which doesn't come.
        if self.page_size().await? == wanted {
            return Ok(());
        }
        // It counts what the page does from here on.
        self.is_quiet().await?;
        let (mut outer_width, mut outer_height) = (width, height);
        for _ in 0..2 {
            self.client.set_window_size(outer_width, outer_height).await?;
            let reached = async || self.page_size().await.is_ok_and(|size| size == wanted);
            let short = Duration::from_secs(2);
            if wait_until_true(short, "the size of the page", reached).await.is_ok() {
                return Ok(());
            }
            // A title bar that the window draws itself is part of its size.
            let [now_width, now_height] = self.page_size().await?;
            outer_width = u32::try_from(i64::from(outer_width) + wanted[0] - now_width)?;
            outer_height = u32::try_from(i64::from(outer_height) + wanted[1] - now_height)?;
        }
        let now = self.page_size().await?;
        ensure!(now == wanted, "the page has {now:?} pixels instead of {wanted:?}");
        Ok(())
    }

    /// Zooms the page to 200 %, with the command of the zoom shortcuts, so that it has half of its size in CSS pixels.
    pub async fn zoom_to_double(&self, size: (u32, u32)) -> Result<()> {
        self.zoom(2, (size.0 / 2, size.1 / 2)).await
    }

    /// Resets the zoom, and waits until the page has this size again.
    pub async fn reset_zoom(&self, size: (u32, u32)) -> Result<()> {
        self.zoom(1, size).await
    }

    /// Waits until the page has the size. The zoom rounds it.
    async fn zoom(&self, factor: u8, (width, height): (u32, u32)) -> Result<()> {
        self.is_quiet().await?;
        let script = "window.__TAURI_INTERNALS__.invoke('plugin:webview|set_webview_zoom', { value: arguments[0] })";
        self.client.execute(script, vec![factor.into()]).await?;
        let wanted = [i64::from(width), i64::from(height)];
        wait_until_true(LIMIT, &format!("a page of {wanted:?} pixels"), async || {
            let size = self.page_size().await.unwrap_or_default();
            size.iter().zip(wanted).all(|(now, wanted)| now.abs_diff(wanted) <= 1)
        })
        .await
    }

    async fn page_size(&self) -> Result<[i64; 2]> {
        let size =
            self.client.execute("return [window.innerWidth, window.innerHeight]", vec![]).await?;
        Ok(serde_json::from_value(size)?)
    }

    /// Whether the page has nothing to do.
    async fn is_quiet(&self) -> Result<bool> {
        Ok(self.client.execute(include_str!("quiet.js"), Vec::new()).await? == true)
    }

    /// Measures the page, or the dialog on top of it, once it is quiet and stays the same: tables adapt to a new size in
    /// several steps, the first after 200 ms. A page that is never quiet has to stay the same for longer.
    pub async fn layout(&self) -> Result<PageLayout> {
        let measure = async || self.client.execute(include_str!("layout.js"), Vec::new()).await;
        let start = Instant::now();
        // Measuring takes longer than asking.
        while !self.is_quiet().await? && start.elapsed() < LONGEST_STEP {
            tokio::time::sleep(LOOK_INTERVAL).await;
        }
        let (mut last, mut since) = (measure().await?, Instant::now());
        let layout = wait_until(LIMIT, "the layout to stay the same", async || {
            tokio::time::sleep(LOOK_INTERVAL).await;
            let is_quiet = self.is_quiet().await.ok()?;
            let now = measure().await.ok()?;
            if std::mem::replace(&mut last, now.clone()) != now {
                since = Instant::now();
                return None;
            }
            (is_quiet || since.elapsed() >= LONGEST_STEP).then_some(now)
        })
        .await?;
        serde_json::from_value(layout).context("an unexpected layout")
    }
}
