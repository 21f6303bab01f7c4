//! A browser that the program opens pages with.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Result;

use crate::wait::wait_until;
use crate::window::files::write_program;
use crate::window::stage::Stage;

/// How long the program may take to open a page.
const LIMIT: Duration = Duration::from_secs(30);

/// The browser of a stage: it only notes which pages it was asked to open. It stands in for
/// `xdg-open`, which is how a program opens a page on Linux.
#[derive(Debug)]
pub struct Browser {
    pages: PathBuf,
    seen: AtomicUsize,
}

impl Browser {
    /// A stage with this browser.
    ///
    /// # Errors
    /// When its files cannot be written.
    pub fn on(stage: Stage) -> Result<(Stage, Self)> {
        let folder = stage.folder().join("bin");
        std::fs::create_dir_all(&folder)?;
        let pages = folder.join("pages");
        let script = format!("#!/bin/sh\necho \"$1\" >> '{}'\n", pages.display());
        write_program(&folder.join("xdg-open"), &script)?;
        let path = std::env::var("PATH").unwrap_or_default();
        let stage = stage.variable("PATH", &format!("{}:{path}", folder.display()));
        Ok((stage, Self { pages, seen: AtomicUsize::new(0) }))
    }

    /// The next page that it was asked to open.
    ///
    /// # Errors
    /// When there is none in time.
    pub async fn opened(&self) -> Result<String> {
        let number = self.seen.fetch_add(1, Ordering::Relaxed);
        wait_until(LIMIT, "a page in the browser", async || {
            let pages = std::fs::read_to_string(&self.pages).ok()?;
            // Only whole lines: an address may be half written.
            let whole = &pages[..pages.rfind('\n')?];
            whole.lines().nth(number).map(str::to_owned)
        })
        .await
    }
}
