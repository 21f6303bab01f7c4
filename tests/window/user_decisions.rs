//! Decisions of the user: tags that point to another image, names that collide, a tag that moves after
//! planning, and a migration that another process runs.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use transload_model::{RepositoryName, RepositorySettings};
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Image, Recipe, TestRepository};
use transload_tests::process::Process;
use transload_tests::servers::TestRegistry;
use transload_tests::tools::command_line;
use transload_tests::wait::{wait_until, wait_until_true};
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{
    go_to, log_in_and_review, next_step, open_registry_images, select_tags, start_and_wait,
    verified_digest,
};

/// How long a state may take to be reached.
const LIMIT: Duration = Duration::from_secs(60);

fn image(seed: u64) -> Result<Image> {
    Recipe::small(seed).build()
}

/// Creates a repository in ECR, for pushes.
async fn in_ecr(ecr: &Ecr, name: &str) -> Result<TestRepository> {
    let parsed = RepositoryName::parse(name)?;
    ecr.api().await?.create_repository(&parsed, &RepositorySettings::default()).await?;
    target(ecr, name).await
}

async fn target(ecr: &Ecr, name: &str) -> Result<TestRepository> {
    let (user, token) = ecr.login().await?;
    let target = TestRepository::new(&format!("http://{}", ecr.registry_host()), name)?;
    Ok(target.login(Some((&user, &token))))
}

/// Goes from the first start to the images of a registry.
async fn open_images(window: &Window, registry: &TestRegistry) -> Result<()> {
    window.click_by_test_id("card-migrate").await?;
    window.click(Role::Radio, &format!("Use {PROFILE}")).await?;
    window.find_by_test_id("identity-account").await?;
    open_registry_images(window, &registry.host()).await
}

#[tokio::test]
async fn each_conflicting_tag_requires_a_decision() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, TestRegistry::start().await?);
    let source = TestRepository::new(&registry.url(), "team/app")?;
    let destination = in_ecr(&ecr, "app").await?;
    for (seed, tag) in [(21, "1"), (22, "2"), (23, "3")] {
        source.push(&image(seed)?, tag).await?;
        destination.push(&image(seed + 10)?, tag).await?;
    }
    let home = ecr.home()?;
    run_story(Desktop::new("conflicts").await?.variables(home.environment()), async |desktop| {
        let window = desktop.open().await?;
        open_images(&window, &registry).await?;
        select_tags(&window, "team/app", &["1", "2", "3"]).await?;
        next_step(&window, "Names").await?;
        log_in_and_review(&window).await?;
        window.wait_for_text("Choose an action for 3 conflicts").await?;
        window.screenshot("light").await?;
        window.check_accessibility().await?;
        window.click(Role::Button, "Dark theme").await?;
        window.screenshot("dark").await?;
        window.check_accessibility().await?;

        let what = |tag: &str| format!("Action for {}/app:{tag}", ecr.registry_host());
        window.choose(&what("1"), "Keep existing").await?;
        window.wait_for_text("Choose an action for 2 conflicts").await?;
        window.choose(&what("2"), "Overwrite").await?;
        window.wait_for_text("Choose an action for 1 conflict").await?;
        window.choose(&what("3"), "Copy as new tag").await?;
        window.fill(&format!("Other tag for {}/team/app:3", registry.host()), "3-hub").await?;
        window.click(Role::Button, "Use tag").await?;
        window.find_enabled("Start migration").await?;
        ensure!(
            start_and_wait(&window).await? == "kept",
            "one image was kept, so not all are verified"
        );
        let digest_in_ecr = async |tag: &str| {
            destination.tag_digest(tag).await?.with_context(|| format!("no tag {tag} in ECR"))
        };
        ensure!(
            digest_in_ecr("1").await? == image(31)?.manifest.digest,
            "the existing image was overwritten"
        );
        ensure!(
            digest_in_ecr("2").await? == image(22)?.manifest.digest,
            "the tag was not overwritten"
        );
        ensure!(digest_in_ecr("3").await? == image(33)?.manifest.digest, "the old tag moved");
        ensure!(
            digest_in_ecr("3-hub").await? == image(23)?.manifest.digest,
            "the new tag is another image"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn colliding_names_are_rejected_and_a_moved_tag_is_reported() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, TestRegistry::start().await?);
    let first = TestRepository::new(&registry.url(), "one/app")?;
    let second = TestRepository::new(&registry.url(), "two/app")?;
    first.push(&image(41)?, "1").await?;
    second.push(&image(42)?, "1").await?;
    let home = ecr.home()?;
    run_story(Desktop::new("collision").await?.variables(home.environment()), async |desktop| {
        let window = desktop.open().await?;
        open_images(&window, &registry).await?;
        select_tags(&window, "one/app", &["1"]).await?;
        window.click(Role::Button, "Show tags of two/app").await?;
        window.click(Role::Checkbox, "Select two/app:1").await?;
        next_step(&window, "Names").await?;
        for source in ["one", "two"] {
            window.fill_by_test_id(&format!("repository-name-{source}/app"), "app").await?;
        }
        window.wait_for_text("has the same name.").await?;
        window.click_by_test_id("wizard-next").await?;
        window.wait_for_text("Fix 2 invalid names.").await?;
        window.screenshot("refused").await?;
        window.check_accessibility().await?;
        window.fill_by_test_id("repository-name-two/app", "app-of-two").await?;
        log_in_and_review(&window).await?;
        window.find_enabled("Start migration").await?;

        // Another user pushes during the review: the planned image is copied.
        first.push(&image(43)?, "1").await?;
        ensure!(start_and_wait(&window).await? == "succeeded");
        let moved = verified_digest(&window, 0, "equal").await?;
        ensure!(moved == image(41)?.manifest.digest, "another image than the planned one: {moved}");
        window.wait_for_text("choose Run again").await?;
        let now = image(43)?.manifest.digest;
        window.find_css(&format!("[title=\"{now}\"]")).await?;
        window.screenshot("moved").await?;
        window.check_accessibility().await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_window_reports_that_a_command_runs_the_migration() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, TestRegistry::start().await?);
    let source = TestRepository::new(&registry.url(), "team/app")?;
    source.push(&image(51)?, "1").await?;
    let proxy = FaultProxy::start(&registry.url(), []).await?;
    let home = ecr.home()?;
    run_story(Desktop::new("elsewhere").await?.variables(home.environment()), async |desktop| {
        let window = desktop.open().await?;
        let data = desktop.data_folder().display().to_string();
        let mut environment: Vec<_> = home.environment().into_iter().collect();
        environment.push(("TRANSLOAD_DATA_DIR".to_owned(), data));
        let out = desktop.folder().join("plan.json").display().to_string();
        let command = |words: &str| {
            let words: Vec<_> = words.split(' ').map(str::to_owned).collect();
            Process::start(&command_line()?, words, environment.clone())
        };
        let from = proxy.url().replace("http://", "");
        let plan = format!("plan --from registry:{from} --aws-profile {PROFILE} --out {out}");
        let mut planning = command(&plan)?;
        let planned = wait_until(LIMIT, "the plan", async || planning.ended()).await?;
        ensure!(planned.success(), "{}", planning.output());
        // From now on, the command never receives its layer.
        proxy.add(Rule::new("GET", "/blobs/", Fault::HoldResponse { after_bytes: 100 })?);
        let run_until_held = async |words: &str| {
            let held_before = proxy.fault_count();
            let running = command(words)?;
            let is_held = async || proxy.fault_count() > held_before;
            wait_until_true(LIMIT, "the layer to be half way", is_held).await?;
            Ok::<_, anyhow::Error>(running)
        };
        // Killed once, so that there is something to resume.
        run_until_held(&format!("run {out}")).await?.stop();
        go_to(&window, "History").await?;
        window.wait_for_text_in("history-table", "Interrupted").await?;
        crate::wizard::select_newest_migration(&window).await?;
        let mut running = run_until_held("resume latest").await?;
        window.click_by_test_id("history-resume").await?;
        window.wait_for_text("Already running in another window or process").await?;
        window.screenshot("light").await?;
        window.check_accessibility().await?;

        // The command is killed, and the window resumes the migration.
        running.stop();
        proxy.clear();
        window.click_by_test_id("error-action-retry").await?;
        let outcome =
            window.attribute_of(crate::wizard::MIGRATION, "result", "data-outcome").await?;
        ensure!(outcome == "succeeded", "{outcome}");
        let in_ecr = target(&ecr, "app").await?.tag_digest("1").await?;
        ensure!(in_ecr == Some(image(51)?.manifest.digest), "{in_ecr:?} is in ECR");
        Ok(())
    })
    .await
}
