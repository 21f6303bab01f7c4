//! Story 8: screenshots of every screen, each checked with axe-core.

use anyhow::{Result, ensure};
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{
    go_to, log_in_and_review, next_step, select_newest_migration, select_tags, start_and_wait,
    start_practice,
};

#[tokio::test]
async fn screenshots_in_light() -> Result<()> {
    ScreenTour { name: "light", dark: false, size: None }.go().await
}

#[tokio::test]
async fn screenshots_in_dark() -> Result<()> {
    ScreenTour { name: "dark", dark: true, size: None }.go().await
}

/// The minimum size of the window.
#[tokio::test]
async fn screenshots_of_a_small_window() -> Result<()> {
    ScreenTour { name: "small", dark: false, size: Some((900, 600)) }.go().await
}

struct ScreenTour {
    name: &'static str,
    dark: bool,
    size: Option<(u32, u32)>,
}

impl ScreenTour {
    async fn go(self) -> Result<()> {
        run_story(Desktop::new(self.name).await?, async |desktop| {
            let window = desktop.open().await?;
            if self.dark {
                window.click(Role::Button, "Dark mode").await?;
                window.find(Role::Button, "Light mode").await?;
            }
            if let Some((width, height)) = self.size {
                window.resize(width, height).await?;
            }
            let mut faults = Vec::new();
            self.every_screen(&window, &mut faults).await?;
            ensure!(faults.is_empty(), "{}", faults.join("\n"));
            Ok(())
        })
        .await
    }

    async fn every_screen(&self, window: &Window, faults: &mut Vec<String>) -> Result<()> {
        self.look(window, "1-first-start", faults).await?;
        start_practice(window).await?;
        window.fill_by_test_id("save-profile-name", "Try-out").await?;
        self.look(window, "2-step-1-profile", faults).await?;
        window.click_by_test_id("save-profile").await?;
        window.find(Role::Radio, "Use saved profile Try-out").await?;
        next_step(window, "Images").await?;
        select_tags(window, "dencold/pgcli", &["4.0.1", "4.2.0"]).await?;
        self.look(window, "3-step-2-images", faults).await?;
        window.expand("rules").await?;
        window.expand("extent").await?;
        self.look(window, "3-step-2-rules", faults).await?;
        next_step(window, "Names").await?;
        window.wait_for_text_in("repository-state-dencold/pgcli", "Will be created").await?;
        self.look(window, "4-step-3-repositories", faults).await?;
        window.expand("template").await?;
        self.look(window, "5-step-3-template", faults).await?;
        log_in_and_review(window).await?;
        self.look(window, "6-step-4-review", faults).await?;
        for tab in ["repositories", "permissions", "commands"] {
            window.click_by_test_id(&format!("plan-tab-{tab}")).await?;
            self.look(window, &format!("7-step-4-{tab}"), faults).await?;
        }
        start_and_wait(window).await?;
        self.look(window, "8-result", faults).await?;
        go_to(window, "Repositories").await?;
        window.find_by_test_id("repository-open-pgcli").await?;
        self.look(window, "9-repositories", faults).await?;
        window.click_by_test_id("repository-open-pgcli").await?;
        window.wait_for_text_in("images-table", "4.2.0").await?;
        self.look(window, "10-repository", faults).await?;
        go_to(window, "History").await?;
        window.wait_for_text_in("history-table", "All images are in ECR").await?;
        self.look(window, "13-history", faults).await?;
        select_newest_migration(window).await?;
        window.click_by_test_id("history-open").await?;
        window.click_by_test_id("report-verify").await?;
        window.wait_for_text_in("verified-at", "Verified at").await?;
        self.look(window, "14-report", faults).await?;
        window.click_by_test_id("report-undo").await?;
        window.wait_for_text_in("undo-plan", "The repository is deleted").await?;
        self.look(window, "15-undo", faults).await?;
        window.click_by_test_id("undo-confirm").await?;
        window.wait_for_text_in("undo-report", "Deleted: 2 tags").await?;
        self.look(window, "16-undone", faults).await?;
        window.click_by_test_id("undo-close").await?;
        go_to(window, "Saved profiles").await?;
        window.wait_for_text_in("profiles-table", "Try-out").await?;
        self.look(window, "11-saved-profiles", faults).await?;
        go_to(window, "Settings").await?;
        self.look(window, "12-settings", faults).await
    }

    async fn look(&self, window: &Window, screen: &str, faults: &mut Vec<String>) -> Result<()> {
        window.scroll_to_top().await?;
        window.screenshot(screen).await?;
        if let Err(error) = window.check_accessibility().await {
            faults.push(format!("{screen}: {error}"));
        }
        let over = window.sideways_overflow().await?;
        if over > 0 {
            faults.push(format!("{screen}: {over} pixels wider than the window"));
        }
        Ok(())
    }
}
