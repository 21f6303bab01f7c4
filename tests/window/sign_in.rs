//! A profile whose SSO session expired: the user signs in from the wizard, in a browser.

use anyhow::{Result, ensure};
use transload_tests::aws::{IdentityCenter, UserDecision};
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::Ecr;
use transload_tests::window::{Browser, Desktop, Role, run_story};

use crate::wizard::go_to;

/// A home folder with the profile `work`, which signs in with an IAM Identity Center and uses an ECR.
pub fn sso_home(center: &IdentityCenter, ecr: &Ecr) -> Result<AwsHome> {
    AwsHome::new()?.config_text(&format!(
        "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = {0}\n\
         [profile work]\nsso_session = corp\nsso_account_id = 111122223333\n\
         sso_role_name = ImagePusher\nregion = {1}\nendpoint_url = {2}\n",
        center.start_url(),
        ecr.region(),
        ecr.api_url(),
    ))
}

#[tokio::test]
async fn signing_in_from_the_wizard_with_browser_and_code() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let center = IdentityCenter::start(ecr.key()).await?;
    let home = sso_home(&center, &ecr)?;
    let (desktop, browser) = Browser::install(Desktop::new("sign-in").await?)?;
    let desktop = desktop.variables(home.environment()).variables(center.environment());
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        window.click_by_test_id("card-migrate").await?;
        window.click(Role::Radio, "Use work").await?;
        window.wait_for_text("Sign-in required").await?;
        window.screenshot("1-sign-in-needed").await?;

        // The user starts with a code for another device, and then uses the browser on this one.
        center.set_user_decision(UserDecision::Pending);
        window.click_by_test_id("error-action-sign_in").await?;
        window.find_by_test_id("sign-in-waiting").await?;
        let page = browser.opened().await?;
        ensure!(page.contains("/authorize?response_type=code"), "the browser opened {page}");
        window.check_accessibility().await?;
        window.screenshot("2-sign-in-browser").await?;
        window.click_by_test_id("sign-in-use-code").await?;
        window.find_by_test_id("sign-in-code").await?;
        window.check_accessibility().await?;
        window.screenshot("3-sign-in-code").await?;
        window.click_by_test_id("sign-in-cancel").await?;

        center.set_user_decision(UserDecision::Allow);
        window.click_by_test_id("error-action-sign_in").await?;
        let again = browser.opened().await?;
        ensure!(again != page, "the page of the cancelled sign-in was opened again");
        IdentityCenter::open_page(&again).await?;
        window.find_by_test_id("identity-account").await?;
        window.screenshot("4-signed-in").await?;

        go_to(&window, "Settings").await?;
        window.wait_for_text_in("sign-ins", "Signed in").await?;
        window.click(Role::Button, "Add profile from corp").await?;
        window.choose("Choose an account", "Team Dev").await?;
        window.choose("Choose a role", "ReadOnly").await?;
        window.wait_for_text_in("add-profile-preview", "[profile Team-Dev-ReadOnly]").await?;
        window.check_accessibility().await?;
        window.screenshot("5-add-profile").await?;
        window.click_by_test_id("add-profile-confirm").await?;
        window.wait_for_text_in("notices", "Team-Dev-ReadOnly").await?;
        window.click(Role::Button, "Dark theme").await?;
        window.click(Role::Button, "Sign in to corp").await?;
        window.find_by_test_id("sign-in-waiting").await?;
        window.screenshot("6-dark").await?;
        window.click_by_test_id("sign-in-cancel").await?;

        desktop.leaks_nothing_of(&center.secrets())
    })
    .await
}
