//! Every screen and dialog, light and dark, checked with axe-core. The light tour also measures what is in view
//! at four sizes, and that of the pages at 200 % zoom: see `expected.rs`. With `TRANSLOAD_SCREENSHOTS`, both save pictures of every size.

mod expected;
mod pages;
mod tour;
mod walk;

use anyhow::{Context, Result, ensure};
use transload_tests::window::{Desktop, Role, run_story};

use crate::screenshots::tour::{Theme, Tour};

#[tokio::test]
async fn screenshots_in_light() -> Result<()> {
    take_screenshots("light", Theme::Light, Walk::Migration).await
}

#[tokio::test]
async fn screenshots_in_dark() -> Result<()> {
    take_screenshots("dark", Theme::Dark, Walk::Migration).await
}

#[tokio::test]
async fn screenshots_of_pages_in_light() -> Result<()> {
    take_screenshots("light", Theme::Light, Walk::Pages).await
}

#[tokio::test]
async fn screenshots_of_pages_in_dark() -> Result<()> {
    take_screenshots("dark", Theme::Dark, Walk::Pages).await
}

enum Walk {
    Migration,
    Pages,
}

async fn take_screenshots(name: &str, theme: Theme, walk: Walk) -> Result<()> {
    run_story(Desktop::new(name).await?, async |desktop| {
        let window = desktop.open().await?;
        if theme == Theme::Dark {
            window.click(Role::Button, "Dark theme").await?;
            window.find(Role::Button, "Light theme").await?;
        }
        // The walk through a migration is the longest without it.
        let mut tour = Tour::new(&window, theme, matches!(walk, Walk::Pages));
        let walked = match walk {
            Walk::Migration => walk::every_screen(&mut tour, desktop).await,
            Walk::Pages => pages::every_page(&mut tour, desktop).await,
        };
        let faults = tour.faults();
        walked.with_context(|| format!("before that: {faults:#?}"))?;
        ensure!(faults.is_empty(), "{}", faults.join("\n"));
        Ok(())
    })
    .await
}
