//! What a migration writes: nothing over what somebody else wrote after planning, and nothing that is lost after a kill.
//! `aws` reads the destination in each story.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use transload_tests::faults::{Fault, Rule};
use transload_tests::images::{Recipe, Target};
use transload_tests::process::Run;
use transload_tests::tools::command_line;
use transload_tests::wait::wait_until_true;

use crate::journal::Desk;

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Pull","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":["ecr:BatchGetImage"]}]}"#;
/// The repository and the tag that the stories are about.
const REPOSITORY: &str = "hub/app0";
const TAG: &str = "0";

/// The calls that a kill hits, each before it reaches ECR and after ECR has answered it.
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
    // The answer to a manifest has no body that could be held back: the connection is cut instead, and
    // the process is killed before it tries again or while it does.
    let tag = format!("/{REPOSITORY}/manifests/{TAG}$");
    let held = Fault::Delay(Duration::from_secs(3600));
    moments.push(("before the tag".to_owned(), Rule::new("PUT", &tag, held)?));
    moments.push(("after the tag".to_owned(), Rule::new("PUT", &tag, Fault::LoseAnswer)?));
    Ok(moments)
}

/// Runs a plan until a fault hits it, and kills the process at that moment.
async fn killed(desk: &Desk, rule: Rule) -> Result<()> {
    let before = desk.proxy.faults();
    desk.proxy.add(rule);
    let mut running = Run::new(command_line()?)
        .arguments(["run", "--allow-endpoints", &desk.path("plan.json")])
        .variables(desk.variables("data"))
        .start()?;
    wait_until_true(Duration::from_secs(60), "the moment to kill", async || {
        desk.proxy.faults() > before
    })
    .await?;
    running.kill().await?;
    desk.proxy.clear();
    desk.proxy.release();
    Ok(())
}

async fn planned_with_policy() -> Result<Desk> {
    let desk = Desk::new(1, 1).await?;
    let policy = desk.path("policy.json");
    std::fs::write(&policy, POLICY)?;
    let planned = desk.plan("data", &["--repository-policy", &policy]).await?;
    ensure!(planned.status.success(), "{}{}", planned.text(), planned.stderr);
    Ok(desk)
}

/// The names of the repositories, as `aws` lists them.
async fn repositories(desk: &Desk) -> Result<Vec<String>> {
    let listed = desk.ecr.aws()?.json(["ecr", "describe-repositories"]).await?;
    let listed = listed["repositories"].as_array().context("repositories")?.clone();
    Ok(listed.iter().map(|one| one["repositoryName"].as_str().unwrap_or_default().into()).collect())
}

#[tokio::test]
async fn killed_at_any_write_it_is_completed_and_undone_whole() -> Result<()> {
    for (moment, rule) in moments()? {
        let desk = planned_with_policy().await?;
        killed(&desk, rule).await?;
        let resumed = desk.run("data", &["resume", "latest"]).await?;
        ensure!(resumed.status.success(), "{moment}: {}{}", resumed.text(), resumed.stderr);
        desk.everything_is_equal().await?;
        let get = ["ecr", "get-repository-policy", "--repository-name", REPOSITORY];
        let policy = desk.ecr.aws()?.json(get).await.context(moment.clone())?;
        ensure!(policy["policyText"].to_string().contains("444455556666"), "{moment}: {policy}");
        let report = desk.run("data", &["report", "latest", "--format", "json"]).await?;
        let report: serde_json::Value = serde_json::from_str(&report.text())?;
        assert_eq!(report["repositories_created"], serde_json::json!([REPOSITORY]), "{moment}");

        let undone = desk.run("data", &["undo", "latest", "--yes"]).await?;
        ensure!(undone.status.success(), "{moment}: {}{}", undone.text(), undone.stderr);
        let left = repositories(&desk).await?;
        ensure!(left.is_empty(), "{moment}: {left:?} is left");
    }
    Ok(())
}

#[tokio::test]
async fn killed_at_any_write_it_is_undone_without_a_resume() -> Result<()> {
    for (moment, rule) in moments()? {
        let desk = planned_with_policy().await?;
        killed(&desk, rule).await?;
        let undone = desk.run("data", &["undo", "latest", "--yes"]).await?;
        ensure!(undone.status.success(), "{moment}: {}{}", undone.text(), undone.stderr);
        let left = repositories(&desk).await?;
        ensure!(left.is_empty(), "{moment}: {left:?} is left");
    }
    Ok(())
}

/// Pushes an image as somebody else does, past the proxy.
async fn somebody_pushes(desk: &Desk, seed: u64) -> Result<String> {
    let (user, token) = desk.ecr.login().await?;
    let image = Recipe::small(seed).build()?;
    let target = Target::new(&desk.ecr.api_url(), REPOSITORY)?.login(Some((&user, &token)));
    target.push(&image, TAG).await?;
    Ok(image.manifest.digest.clone())
}

#[tokio::test]
async fn a_tag_that_somebody_pushes_while_layers_are_sent_is_theirs() -> Result<()> {
    for existed in [false, true] {
        let desk = Desk::new(1, 1).await?;
        let mut old = None;
        if existed {
            desk.ecr.aws()?.create_repository(REPOSITORY, "MUTABLE").await?;
            old = Some(somebody_pushes(&desk, 70).await?);
        }
        let planned = desk.plan("data", &["--on-conflict", "overwrite"]).await?;
        ensure!(planned.status.success(), "{}{}", planned.text(), planned.stderr);
        if let Some(old) = &old {
            ensure!(planned.text().contains(old), "it says what is replaced: {}", planned.text());
        }
        // The first layer waits at the registry: the tag was not looked at for the write yet.
        let held = Fault::HoldRequest { after_bytes: 1 };
        desk.proxy.add(Rule::new("PUT|PATCH", "/blobs/uploads/", held)?.only(1));
        let running = Run::new(command_line()?)
            .arguments(["run", "--allow-endpoints", &desk.path("plan.json")])
            .variables(desk.variables("data"))
            .start()?;
        wait_until_true(Duration::from_secs(60), "a layer on its way", async || {
            desk.proxy.faults() > 0
        })
        .await?;
        let theirs = somebody_pushes(&desk, 71).await?;
        desk.proxy.release();
        let ran = running.finish().await?;
        let text = String::from_utf8_lossy(&ran.stdout);
        assert_eq!(ran.status.code(), Some(1), "{text}");
        ensure!(text.contains("destination_moved"), "{text}");
        ensure!(text.contains(&theirs), "it names what is there: {text}");
        let held = desk.ecr.aws()?.image_digest(REPOSITORY, TAG).await?;
        assert_eq!(held.as_ref(), Some(&theirs), "{text}");

        // Undo takes nothing of theirs away, whatever the migration had sent before.
        desk.run("data", &["undo", "latest", "--yes"]).await?;
        let held = desk.ecr.aws()?.image_digest(REPOSITORY, TAG).await?;
        assert_eq!(held, Some(theirs));
    }
    Ok(())
}

#[tokio::test]
async fn a_kill_right_after_a_tag_was_overwritten_is_undone_to_the_image_before() -> Result<()> {
    let desk = Desk::new(1, 1).await?;
    desk.ecr.aws()?.create_repository(REPOSITORY, "MUTABLE").await?;
    let old = somebody_pushes(&desk, 70).await?;
    ensure!(desk.plan("data", &["--on-conflict", "overwrite"]).await?.status.success());
    let tag = format!("/{REPOSITORY}/manifests/{TAG}$");
    killed(&desk, Rule::new("PUT", &tag, Fault::LoseAnswer)?).await?;
    let undone = desk.run("data", &["undo", "latest", "--yes"]).await?;
    ensure!(undone.status.success(), "{}{}", undone.text(), undone.stderr);
    let held = desk.ecr.aws()?.image_digest(REPOSITORY, TAG).await?;
    assert_eq!(held, Some(old));
    Ok(())
}

/// A signature as cosign keeps it: an image under a tag that is made of the digest of its subject.
#[tokio::test]
async fn signatures_are_planned_kept_where_they_differ_and_undone() -> Result<()> {
    let desk = Desk::new(1, 2).await?;
    let source = Target::new(&desk.source.url(), "team/app0")?;
    let digests = [desk.source_digest("0").await?, desk.source_digest("1").await?];
    let tags = digests.each_ref().map(|digest| format!("{}.sig", digest.replace(':', "-")));
    for (seed, tag) in (80..).zip(&tags) {
        source.push(&Recipe::small(seed).build()?, tag).await?;
    }
    // ECR has another signature of the first image.
    desk.ecr.aws()?.create_repository(REPOSITORY, "MUTABLE").await?;
    let (user, token) = desk.ecr.login().await?;
    let theirs = Recipe::small(90).build()?;
    let target = Target::new(&desk.ecr.api_url(), REPOSITORY)?.login(Some((&user, &token)));
    target.push(&theirs, &tags[0]).await?;

    let planned = desk.plan("data", &["--tags", "0", "--tags", "1"]).await?;
    ensure!(planned.status.success(), "{}{}", planned.text(), planned.stderr);
    ensure!(planned.text().contains("1 tag to copy, 1 kept in ECR"), "{}", planned.text());
    ensure!(planned.text().contains(&tags[0]), "{}", planned.text());
    let ran = desk.run("data", &["run", &desk.path("plan.json")]).await?;
    ensure!(ran.text().contains("2 verified equal"), "{}{}", ran.text(), ran.stderr);
    let report = desk.run("data", &["report", "latest", "--format", "json"]).await?;
    ensure!(report.text().contains("referrer_kept"), "{}", report.text());
    let aws = desk.ecr.aws()?;
    let kept = Some(theirs.manifest.digest.clone());
    assert_eq!(aws.image_digest(REPOSITORY, &tags[0]).await?, kept);
    ensure!(aws.image_digest(REPOSITORY, &tags[1]).await?.is_some());

    let undone = desk.run("data", &["undo", "latest", "--yes"]).await?;
    ensure!(undone.status.success(), "{}{}", undone.text(), undone.stderr);
    assert_eq!(aws.image_digest(REPOSITORY, &tags[0]).await?, kept, "theirs");
    assert_eq!(aws.image_digest(REPOSITORY, &tags[1]).await?, None, "ours");
    Ok(())
}
