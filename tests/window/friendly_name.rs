//! A name in front of ECR, in the window: the diagnosis of a good proxy, the answers, the files, an installed file that
//! is undone, and the guides for pulling.

use anyhow::{Result, ensure};
use serde_json::json;
use transload_tests::company_network::CertificateAuthority;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::name_proxy::{NameProxy, ProxyKind, ProxyTls};
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::go_to;

#[tokio::test]
async fn a_name_is_diagnosed_answered_and_its_files_are_generated() -> Result<()> {
    let ecr = Ecr::practice().await?;
    ecr.aws()?.run(["ecr", "create-repository", "--repository-name", "team/app"]).succeed().await?;
    let (user, password) = ecr.login().await?;
    let url = format!("http://{}", ecr.registry_host());
    let repository = TestRepository::new(&url, "team/app")?.login(Some((&user, &password)));
    repository.push(&Recipe::small(406).build()?, "1.0").await?;
    let authority = CertificateAuthority::new("Example Corp Root CA")?;
    let (files, ca_file) = (authority.server("127.0.0.1")?, authority.file());
    let tls = ProxyTls { name: &files, authority: &ca_file };
    let registry = ecr.registry_host();
    let proxy =
        NameProxy::start(ProxyKind::Nginx, "127.0.0.1", &registry, &tls, |text| text).await?;
    let name = format!("127.0.0.1:{}", proxy.port());

    let home = ecr.home()?;
    let desktop = Desktop::new("friendly-name").await?.variables(home.environment());
    let settings = json!({ "welcomed": true, "ca_file": ca_file }).to_string();
    std::fs::create_dir_all(desktop.data_folder())?;
    std::fs::write(desktop.data_folder().join("settings.json"), settings)?;
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        go_to(&window, "Friendly name").await?;
        window.fill_by_test_id("friendly-name", &name).await?;
        window.click_by_test_id("friendly-name-diagnose").await?;
        window.wait_for_text_in("diagnosis-headline", "not everything was checked").await?;
        window.wait_for_text_in("diagnosis-headline", "Your ECR token was not sent").await?;
        look(&window, "1-without-token").await?;

        window.fill_by_test_id("friendly-name-image", "team/app:1.0").await?;
        window.click(Role::Checkbox, "Send my ECR token to this name").await?;
        window.choose("ECR connection", PROFILE).await?;
        window.click(Role::Checkbox, "Test an upload").await?;
        window.click_by_test_id("friendly-name-diagnose").await?;
        window.wait_for_text_in("diagnosis-headline", "works for login, pull and push").await?;
        window.wait_for_text_in("check-upload", "Uploads stay at the name").await?;
        look(&window, "2-diagnosed").await?;
        let cancelled = proxy.requests().iter().any(|line| line.starts_with("DELETE "));
        ensure!(cancelled, "the upload is cancelled: {:?}", proxy.requests());

        window.click_by_test_id("answers").await?;
        window.wait_for_text_in("answer-reverse_proxy", "Recommended").await?;
        look(&window, "3-answers").await?;
        window.click_by_test_id("files").await?;
        window.wait_for_text_in("file-text", "proxy_redirect").await?;
        look(&window, "4-files").await?;
        let block = "client-file-registries_conf";
        window.click_by_test_id(&format!("{block}-install")).await?;
        window.wait_for_text_in(block, "Installed").await?;
        let folder = home.path().join(".config/containers/registries.conf.d");
        ensure!(std::fs::read_dir(&folder)?.count() == 1);
        window.scroll_to(block).await?;
        window.screenshot("5-installed").await?;
        window.click_by_test_id(&format!("{block}-undo")).await?;
        window.wait_for_text_in(block, "Not installed").await?;
        ensure!(!folder.exists(), "the folder did not exist before");

        window.click_by_test_id("pull").await?;
        window.wait_for_text_in("pull-guide-docker", "team/app:1.0").await?;
        window.click_by_test_id("pull-prerequisites-check").await?;
        window.wait_for_text_in("pull-prerequisites", "The registry returned the manifest").await?;
        look(&window, "6-pull").await?;

        window.click(Role::Button, "Dark theme").await?;
        look(&window, "7-pull-dark").await?;
        window.click_by_test_id("diagnose").await?;
        look(&window, "8-diagnosed-dark").await?;
        window.resize(1024, 700).await?;
        look(&window, "9-diagnosed-small").await?;
        window.click_by_test_id("answers").await?;
        look(&window, "10-answers-small").await?;
        window.click_by_test_id("test").await?;
        look(&window, "11-test-small").await
    })
    .await
}

async fn look(window: &Window, screen: &str) -> Result<()> {
    window.scroll_to_top().await?;
    window.screenshot(screen).await?;
    window.check_accessibility().await?;
    let over = window.sideways_overflow().await?;
    ensure!(over == 0, "{screen}: {over} pixels wider than the window");
    Ok(())
}
