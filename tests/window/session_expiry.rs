//! An SSO session that expires during a migration: the migration waits, the user signs in, and it resumes.

use std::time::Duration;

use anyhow::{Result, ensure};
use transload_tests::aws::IdentityCenter;
use transload_tests::ecr::Ecr;
use transload_tests::faults::{FaultProxy, SeenRequest};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::servers::TestRegistry;
use transload_tests::window::{Browser, Desktop, Role, run_story};

use crate::sign_in::sso_home;
use crate::wizard::{
    MIGRATION, log_in_and_review, next_step, open_registry_images, select_tags, verified_digest,
};

const TAGS: [&str; 4] = ["1.0", "1.1", "1.2", "2.0"];

/// Credentials that are too short for two calls: the SDK renews credentials ten seconds before they expire.
const SHORT: Duration = Duration::from_secs(5);

/// The number of role credentials that a migration uses to open its connection and to start writing. It needs
/// many more.
const ROLES: u32 = 3;

#[tokio::test]
async fn an_expired_session_is_renewed_in_the_window_during_a_migration() -> Result<()> {
    let (registry, ecr) = (TestRegistry::start().await?, Ecr::practice().await?);
    let proxy = FaultProxy::start(&ecr.api_url(), []).await?;
    let target = TestRepository::new(&registry.url(), "team/app")?;
    for (seed, tag) in (71..).zip(TAGS) {
        target.push(&Recipe::small(seed).layers([9_000, 40_000]).build()?, tag).await?;
    }
    let center = IdentityCenter::start(ecr.key()).await?;
    center.set_role_lifetime(SHORT);
    let home = sso_home(&center, &ecr)?;
    let (desktop, browser) = Browser::install(Desktop::new("session-ends").await?)?;
    let desktop = desktop.variables(home.environment()).variables(center.environment());
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        window.click_by_test_id("card-migrate").await?;
        window.click(Role::Radio, "Use work").await?;
        window.expand("advanced-endpoints").await?;
        window.fill_by_test_id("registry-endpoint", &proxy.url()).await?;
        window.click_by_test_id("error-action-sign_in").await?;
        IdentityCenter::open_page(&browser.opened().await?).await?;
        window.find_by_test_id("identity-account").await?;
        open_registry_images(&window, &registry.host()).await?;
        select_tags(&window, "team/app", &TAGS).await?;
        next_step(&window, "Names").await?;
        window.wait_for_text_in("repository-state-team/app", "Will be created").await?;
        log_in_and_review(&window).await?;

        center.end_sessions_after_roles(ROLES);
        window.click_by_test_id("wizard-start").await?;
        window.wait_for_text_in("sign-in-wait", "The migration is waiting").await?;
        window.wait_for_text("Sign-in required").await?;
        window.screenshot("1-waits").await?;
        window.check_accessibility().await?;
        window.click(Role::Button, "Dark theme").await?;
        window.screenshot("2-waits-dark").await?;
        window.check_accessibility().await?;

        window.click_by_test_id("error-action-sign_in").await?;
        IdentityCenter::open_page(&browser.opened().await?).await?;
        // It resumes without another confirmation.
        let outcome = window.attribute_of(MIGRATION, "result", "data-outcome").await?;
        ensure!(outcome == "succeeded", "{outcome}");
        for image in 0..TAGS.len() {
            verified_digest(&window, image, "equal").await?;
        }
        window.screenshot("3-report").await?;

        let mut sent: Vec<_> = proxy.requests().iter().filter_map(SeenRequest::sent_blob).collect();
        let all = sent.len();
        sent.sort();
        sent.dedup();
        ensure!(
            all == sent.len() && all > 0,
            "{all} layers were sent, {} are different",
            sent.len()
        );
        desktop.leaks_nothing_of(&center.secrets())
    })
    .await
}
