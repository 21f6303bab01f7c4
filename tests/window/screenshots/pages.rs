//! The walk through the pages beside a migration: empty pages, pages about all repositories, images of every kind, images
//! in use, long names, and deletions.

use anyhow::Result;
use fantoccini::key::Key;
use transload_tests::practice_ecr::create_repositories;
use transload_tests::window::{Desktop, Role};

use crate::screenshots::tour::Tour;
use crate::wizard::go_to;

/// Of the example repositories: a signed image, and a signature whose image is gone.
const SIGNED: &str = "shop/signed";
/// Of the example repositories: the one with most images.
const USED: &str = "shop/api";
/// The secret of a cache rule, whose credentials the practice ECR rejects.
const SECRET: &str =
    "arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/expired-a1B2c3";

pub async fn every_page(tour: &mut Tour<'_>, desktop: &Desktop) -> Result<()> {
    let window = tour.window;
    for page in ["Repositories", "History", "Saved profiles"] {
        go_to(window, page).await?;
        tour.look(&format!("20-empty-{}", page.to_lowercase().replace(' ', "-"))).await?;
    }
    go_to(window, "Repositories").await?;
    window.choose("ECR connection", "Practice").await?;
    window.wait_for_text("No repositories").await?;
    tour.look("20-no-repositories").await?;
    examples(tour).await?;
    filter(tour).await?;
    all_repositories(tour).await?;
    repository(tour).await?;
    registry_settings(tour).await?;
    in_use(tour).await?;
    long_name(tour, desktop).await?;
    deletion(tour).await
}

/// The sections of the settings, and the example repositories that one of them adds.
async fn examples(tour: &mut Tour<'_>) -> Result<()> {
    let window = tour.window;
    go_to(window, "Settings").await?;
    window.click_by_test_id("settings-practice-examples").await?;
    window.wait_for_text("5 example repositories added").await?;
    tour.check_below_notification("12-settings").await?;
    for part in ["settings-engine-address", "settings-practice-examples", "settings-about"] {
        tour.look_at_part(&format!("21-{part}"), part).await?;
    }
    go_to(window, "Repositories").await?;
    window.find_by_test_id(&format!("repository-open-{SIGNED}")).await?;
    tour.look("22-examples").await
}

/// The repositories that contain a kind of image. The filter has the focus when it opens.
async fn filter(tour: &mut Tour<'_>) -> Result<()> {
    let window = tour.window;
    window.click_by_test_id("repositories-filters").await?;
    window.find_css("[data-testid=repositories-filter] input[aria-expanded=true]").await?;
    window.type_keys("Contains = ").await?;
    window.wait_for_text("SOCI index").await?;
    tour.look_at_dialog("filter-values").await?;
    window.type_keys("Helm chart").await?;
    window.press(Key::Enter).await?;
    window.wait_for_text("1 match").await?;
    tour.look("22-filter").await?;
    window.click_by_test_id("repositories-filters").await?;
    window.find_by_test_id(&format!("repository-open-{SIGNED}")).await
}

/// A repository with a name as long as ECR allows.
async fn long_name(tour: &mut Tour<'_>, desktop: &Desktop) -> Result<()> {
    let window = tour.window;
    let long = format!("long/{}", "a-name-as-long-as-ecr-allows/".repeat(9));
    let long = long[..200].trim_end_matches(['/', '-']).to_owned();
    create_repositories(&desktop.data_folder(), std::slice::from_ref(&long)).await?;
    window.click(Role::Button, "Refresh repositories").await?;
    window.click_by_test_id(&format!("repository-open-{long}")).await?;
    window.wait_for_text("No images in this repository").await?;
    tour.look("27-long-name").await?;
    window.click_by_test_id("repository-close").await
}

async fn all_repositories(tour: &mut Tour<'_>) -> Result<()> {
    let window = tour.window;
    window.click_by_test_id("registry-find").await?;
    window.click_by_test_id("contents-read").await?;
    window.wait_for_text_in("contents-status", "Oldest list").await?;
    tour.look("23-find").await?;
    for tab in ["storage", "activity", "settings"] {
        window.click_by_test_id(&format!("registry-{tab}")).await?;
        tour.look(&format!("23-registry-{tab}")).await?;
    }
    window.click_by_test_id("registry-list").await
}

/// A repository with images of several kinds, and the image page of one.
async fn repository(tour: &mut Tour<'_>) -> Result<()> {
    let window = tour.window;
    window.click_by_test_id(&format!("repository-open-{USED}")).await?;
    window.find_by_test_id("images-table").await?;
    tour.look("24-used").await?;
    window.click_by_test_id("images-findings").await?;
    tour.look("24-used-vulnerabilities").await?;
    window.expand("images-actions").await?;
    tour.look_at_dialog("images-actions").await?;
    window.press(Key::Escape).await?;
    window.click(Role::Tab, "Storage").await?;
    tour.look("24-used-storage").await?;
    window.click(Role::Tab, "Access").await?;
    window.wait_for_text_in("access-statements", "Another account").await?;
    tour.look("24-used-access").await?;
    window.click_by_test_id("access-edit").await?;
    window.fill_by_test_id("access-add-id", "777788889999").await?;
    window.click_by_test_id("access-add").await?;
    tour.look("24-used-access-edit").await?;
    window.click_by_test_id("access-review").await?;
    tour.look_at_dialog("set-policy").await?;
    window.click_by_test_id("access-set-cancel").await?;
    window.click_by_test_id("access-discard").await?;
    window.click_by_test_id("repository-close").await
}

/// A cache rule and a template, from the form to the table.
async fn registry_settings(tour: &mut Tour<'_>) -> Result<()> {
    let window = tour.window;
    window.click_by_test_id("registry-settings").await?;
    window.click_by_test_id("cache-create").await?;
    window.fill_by_test_id("cache-secret", SECRET).await?;
    tour.look_at_dialog("cache-rule").await?;
    window.click_by_test_id("registry-change-confirm").await?;
    // ECR's own check follows.
    window.wait_for_text_in("registry-cache_rules", "The credentials are not valid").await?;
    window.click_by_test_id("template-create").await?;
    window.fill_by_test_id("template-prefix", "team").await?;
    tour.look_at_dialog("template").await?;
    window.click_by_test_id("registry-change-confirm").await?;
    window.wait_for_text_in("registry-templates", "Create on push").await?;
    tour.look("24-registry-settings").await?;
    window.click_by_test_id("registry-list").await
}

/// The images that run, which enhanced scanning reports.
async fn in_use(tour: &mut Tour<'_>) -> Result<()> {
    let window = tour.window;
    window.click_by_test_id("registry-settings").await?;
    window.click_by_test_id("registry-edit-scanning").await?;
    window.click(Role::Radio, "Enhanced").await?;
    window.fill_by_test_id("scan-continuous", "*").await?;
    tour.look_at_dialog("scanning").await?;
    window.click_by_test_id("registry-change-confirm").await?;
    window.wait_for_text_in("registry-scanning", "Enhanced").await?;
    window.click_by_test_id("registry-list").await?;
    window.click_by_test_id(&format!("repository-open-{USED}")).await?;
    window.wait_for_text_in("images-table", "4 places").await?;
    tour.look("24-used-in-use").await?;
    window.click_by_test_id("repository-close").await
}

/// A clean-up from its proposal to the undo of the deletion.
async fn deletion(tour: &mut Tour<'_>) -> Result<()> {
    let window = tour.window;
    window.click_by_test_id(&format!("repository-open-{SIGNED}")).await?;
    window.click(Role::Tab, "Clean-up").await?;
    window.wait_for_text_in("cleanup-table", "Orphaned referrers").await?;
    tour.look("25-clean-up").await?;
    window.click_by_test_id("cleanup-review-orphans").await?;
    window.wait_for_text_in("deletion-summary", "This deletes 1 image").await?;
    tour.look_at_dialog("clean-up").await?;
    window.fill_by_test_id("deletion-confirmation", SIGNED).await?;
    window.click_by_test_id("deletion-confirm").await?;
    window.wait_for_text(&format!("1 image deleted from {SIGNED}")).await?;
    go_to(window, "History").await?;
    window.click(Role::Tab, "Changes").await?;
    window.wait_for_text_in("change-history", "Clean-up: orphaned referrers").await?;
    tour.look("26-deletions").await?;
    window.click_with(Role::Button, "Undo the deletion").await?;
    window.wait_for_text_in("restore-summary", "can be restored").await?;
    tour.look_at_dialog("undo-deletion").await?;
    window.click_by_test_id("restore-close").await
}
