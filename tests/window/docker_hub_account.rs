//! A whole Docker Hub account from sign-in to report, with a pull quota that is used up in between.

use anyhow::{Result, ensure};
use transload_tests::practice_hub::use_up_the_quota;
use transload_tests::secrets::SecretSearch;
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{
    go_to, log_in_and_review, next_step, select_tags, start_and_wait, start_practice,
    verified_digest,
};

const USER: &str = "dencold";
const TOKEN: &str = "practice-hub-access-token";

#[tokio::test]
async fn an_account_is_migrated_from_sign_in_to_report() -> Result<()> {
    run_story(Desktop::new("account").await?.with_keychain().await?, async |desktop| {
        let window = desktop.open().await?;
        start_practice(&window).await?;
        next_step(&window, "Images").await?;
        window.expand("source-login").await?;
        window.fill_by_test_id("source-username", USER).await?;
        window.fill_by_test_id("source-secret", TOKEN).await?;
        window.click(Role::Checkbox, "Remember in keychain").await?;
        window.click_by_test_id("source-sign-in").await?;
        window.wait_for_text_in("source-login", "saved in the keychain").await?;
        // After the sign-in, organizations and private repositories are listed.
        window.wait_for_text_in("images-table", "acme/ledger").await?;
        window.wait_for_text_in("images-table", "Private").await?;
        window.screenshot("1-signed-in").await?;
        window.check_accessibility().await?;
        let first_run = desktop.output();

        // The next run of the program reads the login from the keychain.
        let window = desktop.open().await?;
        go_to(&window, "Migrate").await?;
        window.wait_for_text_in("source-login", "saved in the keychain").await?;
        window.wait_for_text_in("images-table", "acme/ledger").await?;
        window.expand("rules").await?;
        window.fill_by_test_id("rule-newest", "1").await?;
        window.click_by_test_id("rules-apply").await?;
        window.wait_for_text_in("rules-result", "7 images selected").await?;
        window.screenshot("2-chosen").await?;
        next_step(&window, "Names").await?;
        window.wait_for_text_in("repository-state-acme/ledger", "Will be created").await?;
        log_in_and_review(&window).await?;
        ensure!(start_and_wait(&window).await? == "succeeded");
        for image in 0..7 {
            verified_digest(&window, image, "equal").await?;
        }
        window.screenshot("3-report").await?;

        window.click_by_test_id("start-another").await?;
        window.find_by_test_id("identity-account").await?;
        next_step(&window, "Images").await?;
        window.expand("source-login").await?;
        window.click_by_test_id("source-sign-out").await?;
        window.wait_for_text_in("source-login", "Not signed in").await?;
        let search = SecretSearch::new().secret("the access token", TOKEN)?;
        search.check_text("what the program printed", first_run)?;
        search.check_text("what the program printed", desktop.output())?;
        search.check_folder(desktop.folder())?;
        let kept = std::fs::read_to_string(desktop.data_folder().join("kept-logins.json"))?;
        ensure!(kept == "[]", "the keychain still contains {kept}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_migration_waits_for_the_quota_until_the_user_signs_in() -> Result<()> {
    run_story(Desktop::new("quota").await?, async |desktop| {
        let window = desktop.open().await?;
        start_practice(&window).await?;
        next_step(&window, "Images").await?;
        select_tags(&window, "dencold/pgcli", &["4.0.1", "4.2.0"]).await?;
        next_step(&window, "Names").await?;
        use_up_the_quota(&desktop.data_folder()).await?;
        log_in_and_review(&window).await?;
        window.click_by_test_id("wizard-start").await?;
        window.wait_for_text_in("quota-wait", "").await?;
        window.screenshot("1-waiting").await?;
        window.check_accessibility().await?;
        sign_in(&window).await?;
        let outcome =
            window.attribute_of(crate::wizard::MIGRATION, "result", "data-outcome").await?;
        ensure!(outcome == "succeeded", "{outcome}");
        verified_digest(&window, 0, "equal").await?;
        verified_digest(&window, 1, "equal").await?;
        Ok(())
    })
    .await
}

async fn sign_in(window: &Window) -> Result<()> {
    window.expand("source-login").await?;
    window.fill_by_test_id("source-username", USER).await?;
    window.fill_by_test_id("source-secret", TOKEN).await?;
    window.click_by_test_id("source-sign-in").await
}
