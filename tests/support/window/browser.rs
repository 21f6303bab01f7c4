//! A fake browser that records the pages that the program opens.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Result;

use crate::wait::wait_until;
use crate::window::desktop::Desktop;
use crate::window::files::write_program;

/// How long the program may take to open a page.
const LIMIT: Duration = Duration::from_secs(30);

/// A fake browser. It replaces `xdg-open`, which programs on Linux use to open a page.
#[derive(Debug)]
pub struct Browser {
    pages: PathBuf,
    seen: AtomicUsize,
}

impl Browser {
    pub fn install(desktop: Desktop) -> Result<(Desktop, Self)> {
        let folder = desktop.folder().join("bin");
        std::fs::create_dir_all(&folder)?;
        let pages = folder.join("pages");
        let script = format!("#!/bin/sh\necho \"$1\" >> '{}'\n", pages.display());
        write_program(&folder.join("xdg-open"), &script)?;
        let path = std::env::var("PATH").unwrap_or_default();
        let desktop = desktop.variable("PATH", &format!("{}:{path}", folder.display()));
        Ok((desktop, Self { pages, seen: AtomicUsize::new(0) }))
    }

    /// Waits for the next page that the program opens, and returns its URL.
    pub async fn opened(&self) -> Result<String> {
        let number = self.seen.fetch_add(1, Ordering::Relaxed);
        wait_until(LIMIT, "a page in the browser", async || {
            let pages = std::fs::read_to_string(&self.pages).ok()?;
            // Only complete lines, because a URL can be partly written.
            let whole = &pages[..pages.rfind('\n')?];
            whole.lines().nth(number).map(str::to_owned)
        })
        .await
    }
}
