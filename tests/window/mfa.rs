//! A role with MFA: a wrong code, the correct one, and a migration with that one code.

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use transload_tests::aws::{MFA_CODE, Role as IamRole, Sts, check_shapes};
use transload_tests::aws_cli::REGION;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::Ecr;
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::secrets::SecretSearch;
use transload_tests::servers::TestRegistry;
use transload_tests::window::{Desktop, Role, run_story};

use crate::wizard::{
    log_in_and_review, next_step, open_registry_images, select_tags, start_and_wait,
    verified_digest,
};

const KEY: (&str, &str) = ("AKIASTORY00000000000", "wJalrXUtnFEMI/K7MDENG/window-story-key");
const SERIAL: &str = "arn:aws:iam::123456789012:mfa/ada";
const TAGS: [&str; 3] = ["1.0", "1.1", "2.0"];

#[tokio::test]
async fn one_mfa_code_is_enough_for_a_migration_of_several_images() -> Result<()> {
    let (registry, ecr) = (TestRegistry::start().await?, Ecr::practice().await?);
    let target = TestRepository::new(&registry.url(), "team/app")?;
    for (seed, tag) in (81..).zip(TAGS) {
        target.push(&Recipe::small(seed).build()?, tag).await?;
    }
    let role = IamRole::named("push").with_mfa(SERIAL).with_access_key(ecr.key());
    let sts = Sts::start([(KEY.0, "ada")], [role.clone()]).await?;
    let home = AwsHome::new()?.profile_with_key("base", KEY, &[])?.config_text(&format!(
        "[profile \"our team\"]\nregion = {REGION}\nrole_arn = {}\nsource_profile = base\n\
         mfa_serial = {SERIAL}\nservices = here\n\
         [services here]\nsts =\n  endpoint_url = {}\necr =\n  endpoint_url = {}\n",
        role.arn(),
        sts.url(),
        ecr.api_url(),
    ))?;
    let desktop = Desktop::new("mfa").await?.variables(home.environment());
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        window.click(Role::Button, "Dark theme").await?;
        window.click_by_test_id("card-migrate").await?;
        window.click(Role::Radio, "Use our team").await?;
        window.click_by_test_id("error-action-enter_mfa_code").await?;
        window.fill_by_test_id("mfa-code", "000000").await?;
        window.click_by_test_id("mfa-submit").await?;
        window.wait_for_text_in("mfa-modal", "AWS rejected the code").await?;
        window.screenshot("1-wrong-code").await?;
        window.check_accessibility().await?;
        // The field is empty and has the focus: the next code is typed without a click.
        window.type_keys(MFA_CODE).await?;
        window.press(Key::Enter).await?;
        window.find_by_test_id("identity-account").await?;
        window.screenshot("2-signed-in").await?;

        open_registry_images(&window, &registry.host()).await?;
        select_tags(&window, "team/app", &TAGS).await?;
        next_step(&window, "Names").await?;
        window.wait_for_text_in("repository-state-team/app", "Will be created").await?;
        log_in_and_review(&window).await?;
        ensure!(start_and_wait(&window).await? == "succeeded");
        for image in 0..TAGS.len() {
            verified_digest(&window, image, "equal").await?;
        }
        ensure!(sts.call_count("AssumeRole") == 2, "{} codes", sts.call_count("AssumeRole"));
        check_shapes("sts", &sts.exchanges()).await?;

        // After the program had time to write its log, the session is stored nowhere.
        desktop.close().await?;
        let search = SecretSearch::new()
            .secret("the session", "token-of-session-1")?
            .secret("the key", KEY.1)?;
        search.check_text("what the program printed", desktop.output())?;
        search.check_folder(desktop.folder())?;
        Ok(())
    })
    .await
}
