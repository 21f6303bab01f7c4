//! A company network: an unreachable proxy, and certificates of an unknown authority until the user selects
//! its file.

use anyhow::{Result, ensure};
use transload_tests::aws_home::AwsHome;
use transload_tests::company_network::{CertificateAuthority, CompanyProxy, proxy_variables};
use transload_tests::ecr::Ecr;
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::process::free_port;
use transload_tests::servers::TestRegistry;
use transload_tests::window::{Desktop, Role, run_story};

use crate::wizard::{
    go_to, log_in_and_review, next_step, open_registry_images, select_tags, start_and_wait,
    verified_digest,
};

const HOST: &str = "registry.example";

#[tokio::test]
async fn proxy_and_certificate_errors_are_named_and_fixed_in_the_settings() -> Result<()> {
    let authority = CertificateAuthority::new("Example Corp Root CA")?;
    let registry = TestRegistry::start_with_tls(&authority.server(HOST)?).await?;
    let ecr = Ecr::practice().await?;
    let target = TestRepository::new(&format!("https://{}", registry.host()), "team/app")?
        .any_certificate()?;
    target.push(&Recipe::small(97).build()?, "1.0").await?;
    let url = ecr.api_url();
    let settings = [("region", ecr.region()), ("endpoint_url", url.as_str())];
    let home = AwsHome::new()?.profile_with_key("work", ecr.key(), &settings)?;
    let port = free_port()?;
    let desktop = Desktop::new("company-network").await?;
    let desktop = desktop.variables(home.environment()).variables(proxy_variables(port));
    // The environment of the tests may set another file.
    let desktop = desktop.variable("AWS_CA_BUNDLE", "");
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        window.click_by_test_id("card-migrate").await?;
        window.click(Role::Radio, "Use work").await?;
        window.find_by_test_id("identity-account").await?;
        open_registry_images(&window, HOST).await?;
        window.wait_for_text("Couldn't connect to the proxy").await?;
        window.wait_for_text(&format!("http://127.0.0.1:{port}")).await?;
        window.screenshot("1-no-proxy").await?;
        window.check_accessibility().await?;

        let proxy = CompanyProxy::start(port, &registry.host()).await?;
        window.click_by_test_id("error-action-retry").await?;
        window.wait_for_text("Certificate not trusted").await?;
        window.wait_for_text("Example Corp Root CA").await?;
        window.screenshot("2-untrusted-light").await?;
        window.check_accessibility().await?;

        window.click(Role::Button, "Dark theme").await?;
        window.screenshot("3-untrusted-dark").await?;
        window.check_accessibility().await?;

        window.click_by_test_id("error-action-open_settings").await?;
        window.click_by_test_id("settings-ca-file-choose").await?;
        window.choose_file(&authority.file()).await?;
        window.wait_for_text_in("settings-ca-files", "1 certificate from 1 CA file").await?;
        window.expand("settings-certificates").await?;
        window.wait_for_text_in("settings-ca-files", "Example Corp Root CA").await?;
        window.screenshot("4-settings-dark").await?;
        window.check_accessibility().await?;

        // The typed values are still present, and now the registry is trusted.
        go_to(&window, "Migrate").await?;
        select_tags(&window, "team/app", &["1.0"]).await?;
        window.screenshot("5-images-dark").await?;
        next_step(&window, "Names").await?;
        window.wait_for_text_in("repository-state-team/app", "Will be created").await?;
        log_in_and_review(&window).await?;
        ensure!(start_and_wait(&window).await? == "succeeded");
        verified_digest(&window, 0, "equal").await?;
        let requests = proxy.requests();
        let through = format!("CONNECT {HOST}:443 ");
        ensure!(
            !requests.is_empty() && requests.iter().all(|line| line.starts_with(&through)),
            "{requests:?}"
        );
        Ok(())
    })
    .await
}
