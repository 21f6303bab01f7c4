//! The walk through the pages of an account whose permissions are missing: the error names the action, and the rest of the page
//! stays.

use anyhow::Result;
use transload_practice::{FaultAction, FaultRule, Plane};
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::window::{Role, Window};

use crate::screenshots::tour::Tour;
use crate::wizard::go_to;

/// Of the example repositories: the one with most images.
const REPOSITORY: &str = "shop/api";

/// What a repository page reads besides its images.
const REPOSITORY_PARTS: [&str; 4] =
    ["GetLifecyclePolicy", "GetRepositoryPolicy", "ListTagsForResource", "BatchGetImage"];

/// What the settings of the registry read.
const REGISTRY_PARTS: [&str; 9] = [
    "DescribePullThroughCacheRules",
    "DescribeRegistry",
    "DescribeRepositoryCreationTemplates",
    "GetAccountSetting",
    "GetRegistryPolicy",
    "GetRegistryScanningConfiguration",
    "GetSigningConfiguration",
    "ListPullTimeUpdateExclusions",
    "ListReplicationBackfills",
];

pub async fn every_refused_page(tour: &mut Tour<'_>, ecr: &Ecr) -> Result<()> {
    list(tour, ecr).await?;
    registry(tour, ecr).await?;
    repository(tour, ecr).await?;
    image(tour, ecr).await?;
    profile(tour, ecr).await
}

fn deny(ecr: &Ecr, operations: &[&str]) -> Result<()> {
    for operation in operations {
        ecr.faults()?.add(FaultRule::operation(FaultAction::AccessDenied, operation));
    }
    Ok(())
}

/// Waits for the error that names a denied action.
async fn denied(window: &Window, action: &str) -> Result<()> {
    window.wait_for_text(&format!("ecr:{action}")).await
}

async fn list(tour: &mut Tour<'_>, ecr: &Ecr) -> Result<()> {
    let window = tour.window;
    deny(ecr, &["DescribeRepositories"])?;
    go_to(window, "Repositories").await?;
    window.choose("ECR connection", PROFILE).await?;
    denied(window, "DescribeRepositories").await?;
    tour.look("31-refused-repositories").await?;
    ecr.faults()?.clear();
    window.click(Role::Button, "Refresh repositories").await?;
    window.find_by_test_id(&format!("repository-open-{REPOSITORY}")).await
}

async fn registry(tour: &mut Tour<'_>, ecr: &Ecr) -> Result<()> {
    let window = tour.window;
    deny(ecr, &["DescribeImages"])?;
    window.click_by_test_id("registry-find").await?;
    // These tabs show what was listed, and list the images only when the user asks.
    window.click_by_test_id("contents-read").await?;
    for tab in ["find", "storage", "activity"] {
        window.click_by_test_id(&format!("registry-{tab}")).await?;
        denied(window, "DescribeImages").await?;
        tour.look(&format!("32-refused-{tab}")).await?;
    }
    ecr.faults()?.clear();
    deny(ecr, &REGISTRY_PARTS)?;
    window.click_by_test_id("registry-settings").await?;
    denied(window, "GetRegistryScanningConfiguration").await?;
    tour.look("32-refused-registry-settings").await?;
    ecr.faults()?.clear();
    window.click_by_test_id("registry-list").await
}

async fn repository(tour: &mut Tour<'_>, ecr: &Ecr) -> Result<()> {
    let window = tour.window;
    deny(ecr, &["DescribeImages"])?;
    window.click_by_test_id(&format!("repository-open-{REPOSITORY}")).await?;
    denied(window, "DescribeImages").await?;
    tour.look("33-refused-repository").await?;
    ecr.faults()?.clear();
    window.click_by_test_id("repository-close").await?;
    deny(ecr, &REPOSITORY_PARTS)?;
    window.click_by_test_id(&format!("repository-open-{REPOSITORY}")).await?;
    window.find_by_test_id("images-table").await?;
    tour.look("33-refused-images").await?;
    // A policy that can't be read may use pull times, so manifests are read on request only.
    window.wait_for_text_in("manifests-offer", "may use pull times").await?;
    window.click_by_test_id("manifests-read").await?;
    denied(window, "BatchGetImage").await?;
    tour.look("33-refused-manifests").await?;
    for tab in ["Storage", "Clean-up", "Lifecycle", "Access", "Settings"] {
        window.click(Role::Tab, tab).await?;
        tour.look(&format!("33-refused-{}", tab.to_lowercase())).await?;
    }
    ecr.faults()?.clear();
    Ok(())
}

/// An image whose manifest is refused, and then the parts of its page that are.
async fn image(tour: &mut Tour<'_>, ecr: &Ecr) -> Result<()> {
    let window = tour.window;
    window.click_with(Role::Tab, "Images").await?;
    let of_registry = FaultRule::new(FaultAction::AccessDenied).on(Plane::Registry);
    ecr.faults()?.add(of_registry.clone());
    window.click_by_test_id("image-open-2.2").await?;
    window.wait_for_text("Access denied by the registry").await?;
    tour.look("34-refused-image").await?;
    ecr.faults()?.clear();
    window.click(Role::Button, "Retry").await?;
    window.find_by_test_id("image-facts").await?;
    // From here on, the image is known, and its attestations aren't.
    ecr.faults()?.add(of_registry.path("*/manifests/*"));
    deny(ecr, &["DescribeImageScanFindings", "DescribeImageReplicationStatus"])?;
    let parts = [
        ("Supply chain", "The list may be incomplete"),
        ("Vulnerabilities", "ecr:DescribeImageScanFindings"),
        ("Replication", "ecr:DescribeImageReplicationStatus"),
    ];
    for (tab, missing) in parts {
        window.click(Role::Tab, tab).await?;
        window.wait_for_text(missing).await?;
        tour.look(&format!("34-refused-{}", tab.to_lowercase().replace(' ', "-"))).await?;
    }
    ecr.faults()?.clear();
    Ok(())
}

/// The destination of the wizard, whose identity AWS doesn't report.
async fn profile(tour: &mut Tour<'_>, ecr: &Ecr) -> Result<()> {
    let window = tour.window;
    ecr.faults()?.add(FaultRule::operation(FaultAction::ExpiredCredentials, "GetCallerIdentity"));
    go_to(window, "Migrate").await?;
    window.wait_for_text("expired").await?;
    tour.look("35-refused-profile").await
}
