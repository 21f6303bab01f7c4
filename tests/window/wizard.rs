//! Steps through the wizard that the stories share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, ensure};
use transload_tests::wait::wait_until_true;
use transload_tests::window::{Role, Window};

/// How long a migration of a few megabytes may take. Generous, because the machine may be compiling at the
/// same time.
pub const MIGRATION: Duration = Duration::from_secs(90);

/// Goes from the first start into the wizard, with practice mode as the account.
pub async fn start_practice(window: &Window) -> Result<()> {
    window.click_by_test_id("card-practice").await?;
    window.find(Role::Heading, "Destination").await?;
    window.find_by_test_id("identity-account").await?;
    Ok(())
}

/// Goes to the next step, which has this title.
pub async fn next_step(window: &Window, title: &str) -> Result<()> {
    window.click_by_test_id("wizard-next").await?;
    window.find(Role::Heading, title).await?;
    Ok(())
}

/// Goes from step 1 to the images of any registry.
pub async fn open_registry_images(window: &Window, host: &str) -> Result<()> {
    next_step(window, "Images").await?;
    window.choose("Source", "Another registry").await?;
    window.fill_by_test_id("registry-host", host).await
}

/// Opens a source repository and selects some of its tags.
pub async fn select_tags(window: &Window, repository: &str, tags: &[&str]) -> Result<()> {
    window.click(Role::Button, &format!("Show tags of {repository}")).await?;
    for tag in tags {
        window.click(Role::Checkbox, &format!("Select {repository}:{tag}")).await?;
    }
    let count = if tags.len() == 1 { "1 tag selected" } else { "tags selected" };
    window.wait_for_text_in("selection-summary", count).await
}

/// Goes from step 3 to the review, which logs in to the registry, and where Start can be pressed.
pub async fn log_in_and_review(window: &Window) -> Result<()> {
    next_step(window, "Review").await?;
    window.find_by_test_id("plan-action-0").await?;
    window.wait_for_text_in("login-registry", "Logged in").await?;
    Ok(())
}

/// Presses Start, waits for the result, and returns its outcome.
pub async fn start_and_wait(window: &Window) -> Result<String> {
    window.click_by_test_id("wizard-start").await?;
    window.attribute_of(MIGRATION, "result", "data-outcome").await
}

/// Checks how an image was verified, and returns its digest in ECR.
pub async fn verified_digest(window: &Window, image: usize, proof: &str) -> Result<String> {
    let shown = async |id: String, name: &str| {
        window.attribute_of(Duration::from_secs(30), &id, name).await
    };
    let shown_proof = shown(format!("proof-{image}"), "data-proof").await?;
    ensure!(shown_proof == proof, "image {image} is verified as {shown_proof}");
    window.expand_in(&format!("tr:has([data-testid=\"result-{image}\"])")).await?;
    let in_ecr = shown(format!("digest-ecr-{image}"), "data-digest").await?;
    ensure!(in_ecr.starts_with("sha256:"), "ECR has {in_ecr:?}");
    let compared = if proof == "equal" { "source" } else { "pushed" };
    let other = shown(format!("digest-{compared}-{image}"), "data-digest").await?;
    ensure!(other == in_ecr, "{compared}: {other}; in ECR: {in_ecr}");
    Ok(in_ecr)
}

/// Goes to a page of the navigation, and opens the navigation where it is closed, as in the wizard.
pub async fn go_to(window: &Window, page: &str) -> Result<()> {
    let limit = Duration::from_secs(30);
    let clicked = AtomicBool::new(false);
    wait_until_true(limit, &format!("the page {page}"), async || {
        // The heading of a list ends with the number of its rows.
        let headings = window.all_with(Role::Heading, page).await;
        if clicked.load(Ordering::Relaxed) && headings.is_ok_and(|found| !found.is_empty()) {
            return true;
        }
        // A click on a link that moves with the opening navigation has no effect; the next attempt clicks again.
        if window.try_click(Role::Link, page).await {
            clicked.store(true, Ordering::Relaxed);
        } else {
            window.try_click(Role::Button, "Open navigation").await;
        }
        false
    })
    .await
}

/// Selects the newest migration of the history.
pub async fn select_newest_migration(window: &Window) -> Result<()> {
    wait_until_true(MIGRATION, "the newest migration to be selected", async || {
        window.try_click_with(Role::Radio, "Select migration of").await
    })
    .await
}
