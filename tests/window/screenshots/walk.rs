//! The walk through every screen and dialog of a migration, in practice mode with a large account.

use anyhow::{Result, bail};
use fantoccini::key::Key;
use transload_tests::practice_ecr::create_repositories;
use transload_tests::window::{Desktop, Role, Window};

use crate::screenshots::tour::Tour;
use crate::wizard::{
    MIGRATION, go_to, log_in_and_review, next_step, select_newest_migration, start_practice,
};

/// The namespace with 301 repositories of at least 20 tags.
const NAMESPACE: &str = "warehouse";

/// More repositories than any size of the window shows.
const REPOSITORIES: usize = 26;

pub async fn every_screen(tour: &mut Tour<'_>, desktop: &Desktop) -> Result<()> {
    let window = tour.window;
    tour.look("1-first-start").await?;
    window.type_keys("?").await?;
    window.find(Role::Dialog, "Keyboard shortcuts").await?;
    tour.look_at_dialog("shortcuts").await?;
    window.press(Key::Escape).await?;
    window.click(Role::Button, "Help").await?;
    window.find(Role::Heading, "Learn more").await?;
    tour.look_at_dialog("help").await?;
    window.click(Role::Button, "Help").await?;
    let repository = wizard(tour).await?;
    migration(tour).await?;
    let names: Vec<_> = (1..=REPOSITORIES).map(|number| format!("team/app-{number:02}")).collect();
    create_repositories(&desktop.data_folder(), &names).await?;
    repositories(tour, &repository).await?;
    friendly_name(tour).await?;
    profiles_and_settings(tour).await?;
    history(tour).await
}

/// The steps of the wizard. Returns the name of the repository in ECR.
async fn wizard(tour: &mut Tour<'_>) -> Result<String> {
    let window = tour.window;
    start_practice(window).await?;
    window.fill_by_test_id("save-profile-name", "Try-out").await?;
    tour.look("2-step-1-profile").await?;
    window.click_by_test_id("save-profile").await?;
    window.find(Role::Radio, "Use saved profile Try-out").await?;
    tour.close_notifications().await;
    next_step(window, "Images").await?;
    window.fill_by_test_id("hub-namespace", NAMESPACE).await?;
    let source = first_repository(window).await?;
    window.click(Role::Button, &format!("Show tags of {source}")).await?;
    window.click(Role::Checkbox, &format!("Select {source}")).await?;
    window.wait_for_text_in("selection-summary", "20 tags selected").await?;
    tour.look("3-step-2-images").await?;
    window.expand("source-login").await?;
    tour.look_at_dialog("sign-in-source").await?;
    window.press(Key::Escape).await?;
    window.expand("extent").await?;
    window.find_by_test_id("extent-referrers").await?;
    tour.look_at_dialog("copy-options").await?;
    window.press(Key::Escape).await?;
    window.expand("rules").await?;
    tour.look("3-step-2-rules").await?;
    next_step(window, "Names").await?;
    window.wait_for_text_in(&format!("repository-state-{source}"), "Will be created").await?;
    tour.look("4-step-3-repositories").await?;
    window.expand("template").await?;
    tour.look("5-step-3-template").await?;
    log_in_and_review(window).await?;
    tour.look("6-step-4-review").await?;
    for tab in ["repositories", "permissions", "commands"] {
        window.click_by_test_id(&format!("plan-tab-{tab}")).await?;
        tour.look(&format!("7-step-4-{tab}")).await?;
    }
    Ok(source.trim_start_matches(NAMESPACE).trim_start_matches('/').to_owned())
}

/// The first repository of the images table.
async fn first_repository(window: &Window) -> Result<String> {
    // Not its repository with 10,000 tags.
    let show = format!("Show tags of {NAMESPACE}/service-");
    let label = window.find_with(Role::Button, &show).await?.name;
    Ok(label.replace("Show tags of ", ""))
}

/// Progress, paused so that it stays the same, and the result.
async fn migration(tour: &mut Tour<'_>) -> Result<()> {
    let window = tour.window;
    window.click_by_test_id("wizard-start").await?;
    window.click_by_test_id("job-pause").await?;
    window.wait_for_text("Paused").await?;
    window.find(Role::Button, "Resume").await?;
    tour.look("8-progress").await?;
    window.click_by_test_id("job-cancel").await?;
    window.find(Role::Dialog, "Stop migration?").await?;
    tour.look_at_dialog("stop").await?;
    window.press(Key::Escape).await?;
    window.click_by_test_id("job-resume").await?;
    window.attribute_of(MIGRATION, "result", "data-outcome").await?;
    tour.look("8-result").await?;
    window.click(Role::Button, "Export report").await?;
    tour.look_at_dialog("export").await?;
    window.press(Key::Escape).await
}

async fn repositories(tour: &mut Tour<'_>, name: &str) -> Result<()> {
    let window = tour.window;
    go_to(window, "Repositories").await?;
    window.find_by_test_id(&format!("repository-open-{name}")).await?;
    tour.look("9-repositories").await?;
    window.click_by_test_id("repositories-create").await?;
    window.find(Role::Dialog, "Create repository").await?;
    tour.look_at_dialog("create-repository").await?;
    window.press(Key::Escape).await?;
    window.click(Role::Checkbox, &format!("Select {name}")).await?;
    window.click_by_test_id("repositories-delete").await?;
    window.wait_for_text_in("deletion-summary", "permanently deletes").await?;
    tour.look_at_dialog("delete-repository").await?;
    window.press(Key::Escape).await?;
    window.click(Role::Button, "Preferences").await?;
    window.find(Role::Dialog, "Preferences").await?;
    tour.look_at_dialog("preferences").await?;
    // The sizes of the window changed meanwhile.
    window.find(Role::Dialog, "Preferences").await?;
    window.press(Key::Escape).await?;
    window.click_by_test_id(&format!("repository-open-{name}")).await?;
    window.find_by_test_id("images-table").await?;
    window.find(Role::Checkbox, "Select all images on this page").await?;
    tour.look("10-repository").await?;
    window.click_by_test_id("repository-push-commands").await?;
    window.find(Role::Dialog, &format!("Push commands for {name}")).await?;
    tour.look_at_dialog("push-commands").await?;
    window.press(Key::Escape).await?;
    image(tour).await?;
    window.click(Role::Tab, "Clean-up").await?;
    window.wait_for_text_in("cleanup-table", "Orphaned referrers").await?;
    tour.look("10-repository-clean-up").await?;
    for tab in ["Lifecycle", "Access", "Settings"] {
        window.click(Role::Tab, tab).await?;
        tour.look(&format!("10-repository-{}", tab.to_lowercase())).await?;
    }
    window.click_by_test_id("lifecycle").await?;
    window.click_by_test_id("lifecycle-add-rule").await?;
    window.click_by_test_id("lifecycle-preview").await?;
    window.wait_for_text_in("lifecycle-preview-result", "would be deleted").await?;
    tour.look("10-repository-lifecycle-preview").await
}

/// The page of an image with its tabs, and the comparison with another image of the repository.
async fn image(tour: &mut Tour<'_>) -> Result<()> {
    let window = tour.window;
    let images = window.all_with(Role::Button, "Open 1.").await?;
    let tags: Vec<_> = images.iter().map(|image| image.name.trim_start_matches("Open ")).collect();
    let [tag, .., other] = tags[..] else { bail!("two tags to compare: {tags:?}") };
    window.click_by_test_id(&format!("image-open-{tag}")).await?;
    window.wait_for_text_in("image-facts", tag).await?;
    tour.look("17-image").await?;
    let tabs = [
        "Layers",
        "Configuration",
        "Supply chain",
        "Vulnerabilities",
        "Replication",
        "Pull",
        "Raw",
    ];
    for tab in tabs {
        window.click(Role::Tab, tab).await?;
        tour.look(&format!("17-image-{}", tab.to_lowercase().replace(' ', "-"))).await?;
    }
    window.click_by_test_id("image-compare").await?;
    window.fill_by_test_id("compare-tag", other).await?;
    tour.look("18-compare-form").await?;
    window.click_by_test_id("compare-start").await?;
    window.find_by_test_id("compare-sides").await?;
    tour.look("18-compare").await?;
    window.click_by_test_id("compare-close").await?;
    window.click_by_test_id("image-close").await?;
    window.find_by_test_id("images-table").await
}

/// The tabs of the friendly name, for the registry of practice mode.
async fn friendly_name(tour: &mut Tour<'_>) -> Result<()> {
    let window = tour.window;
    go_to(window, "Friendly name").await?;
    window.find_by_test_id("friendly-name").await?;
    tour.look("19-friendly-name").await?;
    for tab in ["answers", "files", "test", "pull"] {
        window.click_by_test_id(tab).await?;
        tour.look(&format!("19-friendly-name-{tab}")).await?;
    }
    Ok(())
}

async fn history(tour: &mut Tour<'_>) -> Result<()> {
    let window = tour.window;
    go_to(window, "History").await?;
    window.wait_for_text_in("history-table", "copied and verified").await?;
    tour.look("13-history").await?;
    select_newest_migration(window).await?;
    window.click_by_test_id("history-open").await?;
    window.click_by_test_id("report-verify").await?;
    window.wait_for_text_in("verified-at", "Verified at").await?;
    // Every row can be scrolled above the notification.
    window.find(Role::Button, "Close notification").await?;
    tour.look_at_dialog("report-notification").await?;
    tour.look("14-report").await?;
    window.click_by_test_id("report-undo").await?;
    window.wait_for_text_in("undo-plan", "The repository is deleted").await?;
    tour.look_at_dialog("15-undo").await?;
    window.click_by_test_id("undo-confirm").await?;
    window.wait_for_text_in("undo-report", "Deleted: 20 tags").await?;
    tour.look_at_dialog("16-undone").await?;
    window.click_by_test_id("undo-close").await
}

async fn profiles_and_settings(tour: &mut Tour<'_>) -> Result<()> {
    let window = tour.window;
    go_to(window, "Saved profiles").await?;
    window.wait_for_text_in("profiles-table", "Try-out").await?;
    tour.look("11-saved-profiles").await?;
    window.click_by_test_id("profile-new").await?;
    window.find_by_test_id("profile-form").await?;
    tour.look("11-profile-form").await?;
    go_to(window, "Settings").await?;
    tour.look("12-settings").await
}
