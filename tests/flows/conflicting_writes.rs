//! Writes of a migration: nothing overwrites what another user pushed after planning, and nothing is lost
//! after a kill. The AWS CLI reads the destination in each story.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use transload_tests::faults::{Fault, Rule};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::wait::wait_until_true;

use crate::migration_fixture::MigrationFixture;

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Pull","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":["ecr:BatchGetImage"]}]}"#;
/// The repository and the tag of the stories.
const REPOSITORY: &str = "hub/app0";
const TAG: &str = "0";

/// The calls that a kill hits, each before it reaches ECR and after ECR responded.
fn moments() -> Result<Vec<(String, Rule)>> {
    let mut moments = Vec::new();
    for (when, fault) in [
        // Longer than the story.
        ("before", Fault::Delay(Duration::from_secs(3600))),
        ("after", Fault::HoldResponse { after_bytes: 0 }),
    ] {
        let create = Rule::ecr("CreateRepository", fault.clone())?;
        let policy = Rule::ecr("SetRepositoryPolicy", fault.clone())?;
        moments.push((format!("{when} the creation"), create));
        moments.push((format!("{when} the policy"), policy));
    }
    // The response to a manifest has no body that could be held. Instead, the connection is cut, and the
    // process is killed before or during its retry.
    let tag = format!("/{REPOSITORY}/manifests/{TAG}$");
    let hold = Fault::Delay(Duration::from_secs(3600));
    moments.push(("before the tag".to_owned(), Rule::new("PUT", &tag, hold)?));
    moments.push(("after the tag".to_owned(), Rule::new("PUT", &tag, Fault::LoseResponse)?));
    Ok(moments)
}

/// Runs a plan until a fault applies, and kills the process at that moment.
async fn killed(fixture: &MigrationFixture, rule: Rule) -> Result<()> {
    let before = fixture.proxy.fault_count();
    fixture.proxy.add(rule);
    let mut running =
        fixture.command_line("data", &["run", &fixture.path("plan.json")])?.start()?;
    wait_until_true(Duration::from_secs(60), "the moment to kill", async || {
        fixture.proxy.fault_count() > before
    })
    .await?;
    running.kill().await?;
    fixture.proxy.clear();
    fixture.proxy.release();
    Ok(())
}

async fn planned_with_policy() -> Result<MigrationFixture> {
    let fixture = MigrationFixture::new(1, 1).await?;
    let policy = fixture.path("policy.json");
    std::fs::write(&policy, POLICY)?;
    let planned = fixture.plan("data", &["--repository-policy", &policy]).await?;
    ensure!(planned.status.success(), "{}{}", planned.text(), planned.stderr);
    Ok(fixture)
}

/// The names of the repositories, according to the AWS CLI.
async fn repositories(fixture: &MigrationFixture) -> Result<Vec<String>> {
    let listed = fixture.ecr.aws()?.json(["ecr", "describe-repositories"]).await?;
    let listed = listed["repositories"].as_array().context("repositories")?.clone();
    Ok(listed.iter().map(|one| one["repositoryName"].as_str().unwrap_or_default().into()).collect())
}

#[tokio::test]
async fn a_migration_killed_at_any_write_is_resumed_and_undone_completely() -> Result<()> {
    for (moment, rule) in moments()? {
        let fixture = planned_with_policy().await?;
        killed(&fixture, rule).await?;
        let resumed = fixture.run("data", &["resume", "latest"]).await?;
        ensure!(resumed.status.success(), "{moment}: {}{}", resumed.text(), resumed.stderr);
        fixture.everything_is_equal().await?;
        let get = ["ecr", "get-repository-policy", "--repository-name", REPOSITORY];
        let policy = fixture.ecr.aws()?.json(get).await.context(moment.clone())?;
        ensure!(policy["policyText"].to_string().contains("444455556666"), "{moment}: {policy}");
        let report = fixture.run("data", &["report", "latest", "--format", "json"]).await?;
        let report: serde_json::Value = serde_json::from_str(&report.text())?;
        assert_eq!(report["repositories_created"], serde_json::json!([REPOSITORY]), "{moment}");

        let undone = fixture.run("data", &["undo", "latest", "--yes"]).await?;
        ensure!(undone.status.success(), "{moment}: {}{}", undone.text(), undone.stderr);
        let left = repositories(&fixture).await?;
        ensure!(left.is_empty(), "{moment}: {left:?} is left");
    }
    Ok(())
}

#[tokio::test]
async fn a_migration_killed_at_any_write_is_undone_without_a_resume() -> Result<()> {
    for (moment, rule) in moments()? {
        let fixture = planned_with_policy().await?;
        killed(&fixture, rule).await?;
        let undone = fixture.run("data", &["undo", "latest", "--yes"]).await?;
        ensure!(undone.status.success(), "{moment}: {}{}", undone.text(), undone.stderr);
        let left = repositories(&fixture).await?;
        ensure!(left.is_empty(), "{moment}: {left:?} is left");
    }
    Ok(())
}

/// Pushes an image as another user, without the proxy.
async fn other_user_pushes(fixture: &MigrationFixture, seed: u64) -> Result<String> {
    let (user, token) = fixture.ecr.login().await?;
    let image = Recipe::small(seed).build()?;
    let target =
        TestRepository::new(&fixture.ecr.api_url(), REPOSITORY)?.login(Some((&user, &token)));
    target.push(&image, TAG).await?;
    Ok(image.manifest.digest.clone())
}

#[tokio::test]
async fn a_tag_that_another_user_pushes_during_the_upload_is_not_overwritten() -> Result<()> {
    for existed in [false, true] {
        let fixture = MigrationFixture::new(1, 1).await?;
        let mut old = None;
        if existed {
            fixture.ecr.aws()?.create_repository(REPOSITORY, "MUTABLE").await?;
            old = Some(other_user_pushes(&fixture, 70).await?);
        }
        let planned = fixture.plan("data", &["--on-conflict", "overwrite"]).await?;
        ensure!(planned.status.success(), "{}{}", planned.text(), planned.stderr);
        if let Some(old) = &old {
            ensure!(
                planned.text().contains(old),
                "it names the replaced image: {}",
                planned.text()
            );
        }
        // The first layer is held at the registry, before the tag is checked for the write.
        let hold = Fault::HoldRequest { after_bytes: 1 };
        fixture.proxy.add(Rule::new("PUT|PATCH", "/blobs/uploads/", hold)?.only(1));
        let running =
            fixture.command_line("data", &["run", &fixture.path("plan.json")])?.start()?;
        wait_until_true(Duration::from_secs(60), "a layer in progress", async || {
            fixture.proxy.fault_count() > 0
        })
        .await?;
        let theirs = other_user_pushes(&fixture, 71).await?;
        fixture.proxy.release();
        let ran = running.finish().await?;
        let text = String::from_utf8_lossy(&ran.stdout);
        assert_eq!(ran.status.code(), Some(1), "{text}");
        ensure!(text.contains("destination_moved"), "{text}");
        ensure!(text.contains(&theirs), "it names the existing image: {text}");
        let in_ecr = fixture.ecr.aws()?.image_digest(REPOSITORY, TAG).await?;
        assert_eq!(in_ecr.as_ref(), Some(&theirs), "{text}");

        // Undo removes nothing of the other user, whatever the migration had sent before.
        fixture.run("data", &["undo", "latest", "--yes"]).await?;
        let in_ecr = fixture.ecr.aws()?.image_digest(REPOSITORY, TAG).await?;
        assert_eq!(in_ecr, Some(theirs));
    }
    Ok(())
}

#[tokio::test]
async fn after_a_kill_an_overwritten_tag_is_restored_by_undo() -> Result<()> {
    let fixture = MigrationFixture::new(1, 1).await?;
    fixture.ecr.aws()?.create_repository(REPOSITORY, "MUTABLE").await?;
    let old = other_user_pushes(&fixture, 70).await?;
    ensure!(fixture.plan("data", &["--on-conflict", "overwrite"]).await?.status.success());
    let tag = format!("/{REPOSITORY}/manifests/{TAG}$");
    killed(&fixture, Rule::new("PUT", &tag, Fault::LoseResponse)?).await?;
    let undone = fixture.run("data", &["undo", "latest", "--yes"]).await?;
    ensure!(undone.status.success(), "{}{}", undone.text(), undone.stderr);
    let in_ecr = fixture.ecr.aws()?.image_digest(REPOSITORY, TAG).await?;
    assert_eq!(in_ecr, Some(old));
    Ok(())
}

/// A signature as cosign stores it: an image with a tag that contains the digest of its subject.
#[tokio::test]
async fn signatures_are_planned_kept_if_they_differ_and_undone() -> Result<()> {
    let fixture = MigrationFixture::new(1, 2).await?;
    let source = TestRepository::new(&fixture.source.url(), "team/app0")?;
    let digests = [fixture.source_digest("0").await?, fixture.source_digest("1").await?];
    let tags = digests.each_ref().map(|digest| format!("{}.sig", digest.replace(':', "-")));
    for (seed, tag) in (80..).zip(&tags) {
        source.push(&Recipe::small(seed).build()?, tag).await?;
    }
    // ECR has another signature of the first image.
    fixture.ecr.aws()?.create_repository(REPOSITORY, "MUTABLE").await?;
    let (user, token) = fixture.ecr.login().await?;
    let theirs = Recipe::small(90).build()?;
    let target =
        TestRepository::new(&fixture.ecr.api_url(), REPOSITORY)?.login(Some((&user, &token)));
    target.push(&theirs, &tags[0]).await?;

    let planned = fixture.plan("data", &["--tags", "0", "--tags", "1"]).await?;
    ensure!(planned.status.success(), "{}{}", planned.text(), planned.stderr);
    ensure!(planned.text().contains("1 tag to copy, 1 kept in ECR"), "{}", planned.text());
    ensure!(planned.text().contains(&tags[0]), "{}", planned.text());
    let ran = fixture.run("data", &["run", &fixture.path("plan.json")]).await?;
    ensure!(ran.text().contains("2 verified equal"), "{}{}", ran.text(), ran.stderr);
    let report = fixture.run("data", &["report", "latest", "--format", "json"]).await?;
    ensure!(report.text().contains("referrer_kept"), "{}", report.text());
    let aws = fixture.ecr.aws()?;
    let kept = Some(theirs.manifest.digest.clone());
    assert_eq!(aws.image_digest(REPOSITORY, &tags[0]).await?, kept);
    ensure!(aws.image_digest(REPOSITORY, &tags[1]).await?.is_some());

    let undone = fixture.run("data", &["undo", "latest", "--yes"]).await?;
    ensure!(undone.status.success(), "{}{}", undone.text(), undone.stderr);
    assert_eq!(aws.image_digest(REPOSITORY, &tags[0]).await?, kept, "theirs");
    assert_eq!(aws.image_digest(REPOSITORY, &tags[1]).await?, None, "ours");
    Ok(())
}
