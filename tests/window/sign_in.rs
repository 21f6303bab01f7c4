//! A profile whose SSO session expired: the user signs in from the wizard, in a browser.

use anyhow::{Result, ensure};
use transload_tests::aws::{IdentityCenter, Person};
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::Ecr;
use transload_tests::secrets::SecretSearch;
use transload_tests::window::{Browser, Role, Stage, story};

use crate::wizard::go_to;

/// A home with the profile `work`, which signs in at an IAM Identity Center and leads to an ECR.
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
async fn signing_in_from_the_wizard_by_browser_and_by_code() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let center = IdentityCenter::start(ecr.key()).await?;
    let home = sso_home(&center, &ecr)?;
    let (stage, browser) = Browser::on(Stage::new("sign-in").await?)?;
    let stage = stage.variables(home.environment()).variables(center.environment());
    story(stage, async |stage| {
        let window = stage.open().await?;
        window.click_by_test_id("card-migrate").await?;
        window.click(Role::Radio, "Use work").await?;
        window.wait_for_text("Sign-in required").await?;
        window.screenshot("1-sign-in-needed").await?;

        // The person looks at another device first, and then takes this one.
        center.person(Person::Waits);
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

        center.person(Person::Allows);
        window.click_by_test_id("error-action-sign_in").await?;
        let again = browser.opened().await?;
        ensure!(again != page, "the page of the sign-in that was given up opened again");
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
        window.wait_for_text_in("profile-added", "Team-Dev-ReadOnly").await?;
        window.click(Role::Button, "Dark mode").await?;
        window.click(Role::Button, "Sign in to corp").await?;
        window.find_by_test_id("sign-in-waiting").await?;
        window.screenshot("6-dark").await?;
        window.click_by_test_id("sign-in-cancel").await?;

        let mut search = SecretSearch::new();
        for secret in center.secrets() {
            search = search.secret("of the sign-in", &secret)?;
        }
        search.check_text("what the program printed", stage.output())?;
        search.check_folder(&stage.data_folder())?;
        Ok(())
    })
    .await
}
