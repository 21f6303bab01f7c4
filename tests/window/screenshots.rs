//! Every screen and dialog, light and dark, checked with axe-core. The light tour also measures what is in view
//! at four sizes and at 200 % zoom: see `expected.rs`. With `TRANSLOAD_SCREENSHOTS`, both save pictures of every size.

mod expected;
mod pages;
mod refusals;
mod tour;
mod walk;

use anyhow::{Context, Result, ensure};
use transload_tests::ecr::Ecr;
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

#[tokio::test]
async fn screenshots_of_refusals_in_light() -> Result<()> {
    take_screenshots_of_refusals("light", Theme::Light).await
}

#[tokio::test]
async fn screenshots_of_refusals_in_dark() -> Result<()> {
    take_screenshots_of_refusals("dark", Theme::Dark).await
}

enum Walk<'a> {
    Migration,
    Pages,
    Refusals(&'a Ecr),
}

async fn take_screenshots_of_refusals(name: &str, theme: Theme) -> Result<()> {
    let ecr = Ecr::practice().await?;
    ecr.create_examples().await?;
    let home = ecr.home()?;
    let desktop = Desktop::new(name).await?.variables(home.environment());
    walk_with(desktop, theme, Walk::Refusals(&ecr)).await
}

async fn take_screenshots(name: &str, theme: Theme, walk: Walk<'_>) -> Result<()> {
    walk_with(Desktop::new(name).await?, theme, walk).await
}

async fn walk_with(desktop: Desktop, theme: Theme, walk: Walk<'_>) -> Result<()> {
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        if theme == Theme::Dark {
            window.click(Role::Button, "Dark theme").await?;
            window.find(Role::Button, "Light theme").await?;
        }
        let mut tour = Tour::new(&window, theme);
        let walked = match walk {
            Walk::Migration => walk::every_screen(&mut tour, desktop).await,
            Walk::Pages => pages::every_page(&mut tour, desktop).await,
            Walk::Refusals(ecr) => refusals::every_refused_page(&mut tour, ecr).await,
        };
        let faults = tour.faults();
        walked.with_context(|| format!("before that: {faults:#?}"))?;
        ensure!(faults.is_empty(), "{}", faults.join("\n"));
        Ok(())
    })
    .await
}
