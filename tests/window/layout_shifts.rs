//! Nothing moves under the pointer: while a tag is selected, a sign-in fails, a migration is verified again, the settings are
//! read, and times advance, everything except the changed cell stays where it is.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use transload_tests::company_network::CertificateAuthority;
use transload_tests::window::{Desktop, LayoutShifts, Role, Window, run_story};

use crate::wizard::{
    go_to, log_in_and_review, next_step, select_newest_migration, start_and_wait, start_practice,
};

/// Fewer watched elements would prove nothing.
const FEWEST_WATCHED: usize = 20;

/// Notifications lie over the content.
const NOTICES: &str = "[data-testid=notices]";

#[tokio::test]
async fn nothing_moves_while_a_user_selects_fails_verifies_and_waits() -> Result<()> {
    let authority = CertificateAuthority::new("Example Corp Root CA")?;
    let file = authority.file().display().to_string();
    let desktop = Desktop::new("shifts").await?.variable("AWS_CA_BUNDLE", &file);
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        let mut faults = Vec::new();
        start_practice(&window).await?;
        next_step(&window, "Images").await?;
        images_step(&window, &mut faults).await?;
        footer(&window, &mut faults).await?;
        next_step(&window, "Names").await?;
        log_in_and_review(&window).await?;
        ensure!(start_and_wait(&window).await? == "succeeded");
        repositories(&window, &mut faults).await?;
        history(&window, &mut faults).await?;
        settings(&window, &mut faults).await?;
        ensure!(faults.is_empty(), "{}", faults.join("\n"));
        Ok(())
    })
    .await
}

/// Adds what moved to the faults.
fn check(what: &str, shifts: LayoutShifts, faults: &mut Vec<String>) -> Result<()> {
    ensure!(shifts.watched >= FEWEST_WATCHED, "{what}: only {} elements", shifts.watched);
    let moved = shifts.moved.into_iter().map(|one| {
        format!(
            "{what}: {:?} moved by {} pixels, from {:?} to {:?}",
            one.label, one.moved, one.before, one.after
        )
    });
    faults.extend(moved);
    Ok(())
}

async fn images_step(window: &Window, faults: &mut Vec<String>) -> Result<()> {
    window.click(Role::Button, "Show tags of dencold/pgcli").await?;
    window.find(Role::Checkbox, "Select dencold/pgcli:4.2.0").await?;
    for (what, tag, count) in [
        ("selecting the first tag", "4.2.0", "1 tag selected"),
        ("selecting another tag", "4.0.1", "2 tags selected"),
        ("deselecting it", "4.0.1", "1 tag selected"),
    ] {
        let shifts = window
            .shifts_during("", async || {
                window.click(Role::Checkbox, &format!("Select dencold/pgcli:{tag}")).await?;
                window.wait_for_text_in("selection-summary", count).await
            })
            .await?;
        check(what, shifts, faults)?;
    }

    window.expand("source-login").await?;
    window.fill_by_test_id("source-username", "dencold").await?;
    window.fill_by_test_id("source-secret", "not-the-token").await?;
    let shifts = window
        .shifts_during("", async || {
            window.click_by_test_id("source-sign-in").await?;
            window.wait_for_text("User name or access token rejected").await
        })
        .await?;
    check("a sign-in that fails", shifts, faults)?;
    window.press(Key::Escape).await
}

/// The buttons of the footer stay where they are while a step is replaced by another one.
async fn footer(window: &Window, faults: &mut Vec<String>) -> Result<()> {
    let mut shifts = window
        .shifts_during("", async || {
            next_step(window, "Names").await?;
            window.click(Role::Button, "Previous").await?;
            window.find(Role::Heading, "Images").await?;
            Ok(())
        })
        .await?;
    shifts.moved.retain(|one| matches!(one.label.as_str(), "button Next" | "button Previous"));
    check("the next step and back", shifts, faults)
}

async fn repositories(window: &Window, faults: &mut Vec<String>) -> Result<()> {
    go_to(window, "Repositories").await?;
    window.find_by_test_id("repository-open-pgcli").await?;
    advance(window, "times of the repositories", faults).await?;
    window.click_by_test_id("repository-open-pgcli").await?;
    window.find(Role::Checkbox, "Select 4.2.0").await?;
    advance(window, "times of a repository's images", faults).await
}

async fn history(window: &Window, faults: &mut Vec<String>) -> Result<()> {
    go_to(window, "History").await?;
    select_newest_migration(window).await?;
    advance(window, "times of the history", faults).await?;
    window.click_by_test_id("history-open").await?;
    window.find_by_test_id("report-verify").await?;
    for what in ["verifying again", "verifying a second time"] {
        let shifts = window
            .shifts_during(NOTICES, async || {
                window.click_by_test_id("report-verify").await?;
                window.wait_for_text_in("verified-at", "Verified at").await?;
                window.find_enabled("Verify again").await?;
                Ok(())
            })
            .await?;
        check(what, shifts, faults)?;
    }
    Ok(())
}

/// The settings, in windows of several heights, so that each of their sections is in view.
async fn settings(window: &Window, faults: &mut Vec<String>) -> Result<()> {
    for height in [860, 1080, 4000] {
        go_to(window, "Saved profiles").await?;
        window.resize_page(1280, height).await?;
        let shifts = window
            .shifts_after_opening(NOTICES, async || {
                go_to(window, "Settings").await?;
                window.wait_for_text_in("settings-ca-files", "1 certificate").await?;
                window.find_by_test_id("practice-endpoints").await
            })
            .await?;
        check(&format!("the settings at {height} pixels"), shifts, faults)?;
    }
    Ok(())
}

/// Times become longer: "now" after a moment, after minutes, after hours.
async fn advance(window: &Window, what: &str, faults: &mut Vec<String>) -> Result<()> {
    window.set_clock_ahead(Duration::ZERO).await?;
    for time in [Duration::from_secs(61), Duration::from_mins(12), Duration::from_hours(26)] {
        let before = times(window).await?;
        let shifts = window
            .shifts_during("a:has(time)", async || window.set_clock_ahead(time).await)
            .await?;
        check(what, shifts, faults)?;
        ensure!(before.is_empty() || times(window).await? != before, "{what} do not advance");
    }
    Ok(())
}

/// The relative times on the page.
async fn times(window: &Window) -> Result<Vec<String>> {
    window.texts_of("[data-page-content] time").await.context("the times")
}
