//! Another account requires confirmation, and a missing permission is shown before Start.

use anyhow::{Result, ensure};
use transload_tests::aws::Iam;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::Ecr;
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::secrets::SecretSearch;
use transload_tests::servers::TestRegistry;
use transload_tests::window::{Desktop, Role, run_story};

use crate::wizard::{
    log_in_and_review, next_step, open_registry_images, select_tags, start_and_wait,
};

#[tokio::test]
async fn another_account_and_a_missing_permission_are_confirmed_before_anything_is_written()
-> Result<()> {
    let iam = Iam::start("123456789012").await?;
    iam.set_alias("my-company");
    let ecr = Ecr::practice().await?;
    let registry = TestRegistry::start().await?;
    let target = TestRepository::new(&registry.url(), "team/web")?;
    target.push(&Recipe::small(92).build()?, "1.0").await?;
    let url = iam.url();
    let settings = [("region", ecr.region()), ("endpoint_url", url.as_str())];
    let home = AwsHome::new()?.profile_with_key("work", ecr.key(), &settings)?;
    let desktop = Desktop::new("permissions").await?.variables(home.environment());
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        window.click_by_test_id("card-migrate").await?;
        window.click(Role::Radio, "Use work").await?;
        window.expand("advanced-endpoints").await?;
        window.fill_by_test_id("ecr-endpoint", &ecr.api_url()).await?;
        window.wait_for_text_in("identity-alias", "my-company").await?;
        window.fill_by_test_id("save-profile-name", "Production").await?;
        window.click_by_test_id("save-profile").await?;
        window.wait_for_text("Production").await?;

        // Later, the same keys belong to another account, with fewer permissions.
        iam.set_account("210987654321");
        iam.deny_actions(&["ecr:CreateRepository", "ecr:PutImage"]);
        let window = desktop.open().await?;
        window.click(Role::Radio, "Use saved profile Production").await?;
        window.wait_for_text_in("account-warning", "Different account: 210987654321").await?;
        window
            .wait_for_text_in("account-warning", "saved profile uses account 123456789012")
            .await?;
        window.screenshot("account").await?;
        window.check_accessibility().await?;
        open_registry_images(&window, &registry.host()).await?;
        select_tags(&window, "team/web", &["1.0"]).await?;
        next_step(&window, "Names").await?;
        log_in_and_review(&window).await?;
        window.wait_for_text_in("permissions-missing", "ecr:CreateRepository").await?;
        ensure!(!window.is_enabled("wizard-start").await?, "Start is enabled");
        window.screenshot("light").await?;
        window.check_accessibility().await?;
        window.click(Role::Button, "Dark theme").await?;
        window.screenshot("dark").await?;
        window.check_accessibility().await?;

        window.click(Role::Checkbox, "Use this account").await?;
        window.click(Role::Checkbox, "Continue without these permissions").await?;
        window.find_enabled("Start migration").await?;
        ensure!(ecr.api().await?.repositories().await?.is_empty(), "something was written");
        ensure!(start_and_wait(&window).await? == "succeeded");
        SecretSearch::new()
            .secret("the access key", ecr.key().1)?
            .check_text("what the program printed", desktop.output())?;
        Ok(())
    })
    .await
}
