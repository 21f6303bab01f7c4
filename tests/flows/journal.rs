//! A migration with a journal: planned into a file, run, killed repeatedly, resumed, verified, reported, and
//! run in parts.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::PROFILE;
use transload_tests::faults::{Fault, Rule};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::program::{Program, ProgramOutput};
use transload_tests::tools::{command_line, python_tool};
use transload_tests::wait::wait_until_true;

use crate::migration_fixture::MigrationFixture;

/// Changes a row of the journal, with Python: only the journal itself uses SQLite in Rust.
const UPDATE: &str = "
import sqlite3, sys
journal, statement, text, migration = sys.argv[1:]
with sqlite3.connect(journal) as connection:
    connection.execute(statement, (text, migration))
";

/// How many times a run is killed.
const KILLS: usize = 20;

fn lines(finished: &ProgramOutput) -> Result<Vec<Value>> {
    Ok(finished.text().lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

#[tokio::test]
async fn a_run_killed_twenty_times_is_resumed_until_everything_is_copied() -> Result<()> {
    let fixture = MigrationFixture::new(6, 5).await?;
    let planned = fixture.plan("data", &[]).await?;
    ensure!(planned.status.success(), "{}{}", planned.text(), planned.stderr);
    ensure!(planned.text().contains("30 images to copy"), "{}", planned.text());
    let plan = fixture.path("plan.json");
    let mut started = false;
    for kill in 0..KILLS {
        let already = fixture.proxy.requests().len();
        let run = ["run", &plan];
        let arguments = if started { &["resume", "latest"] } else { &run };
        let mut running = fixture.command_line("data", arguments)?.start()?;
        // After a different number of requests each time. Later runs can finish before.
        let moment = already + 1 + (kill * 7) % 23;
        wait_until_true(Duration::from_secs(60), "the moment to kill", async || {
            fixture.proxy.requests().len() >= moment || running.ended()
        })
        .await?;
        running.kill().await.ok();
        let history = fixture.run("data", &["history", "--json"]).await?;
        started = !history.text().trim().is_empty();
    }
    let finished = fixture.run("data", &["resume", "latest"]).await?;
    ensure!(finished.status.success(), "{}{}", finished.text(), finished.stderr);
    fixture.everything_is_equal().await?;

    let history = lines(&fixture.run("data", &["history", "--json"]).await?)?;
    assert_eq!(history.len(), 1, "there is one migration: {history:#?}");
    assert_eq!(history[0]["state"], "succeeded");
    assert_eq!((&history[0]["images"], &history[0]["failed"]), (&30.into(), &0.into()));
    // Completed uploads are not sent again after a kill; a layer in progress is.
    let (mut seen, mut twice, mut all) = (HashSet::new(), 0, 0);
    for (upload, bytes) in fixture.uploads() {
        all += bytes;
        if !seen.insert(upload) {
            twice += bytes;
        }
    }
    ensure!(all > 0, "the proxy sees uploads");
    eprintln!("{twice} of {all} bytes were sent twice over {KILLS} kills");
    ensure!(twice * 5 < all, "{twice} of {all} bytes were sent twice");

    let verified = fixture.run("data", &["verify", "latest"]).await?;
    ensure!(verified.status.success(), "{}{}", verified.text(), verified.stderr);
    ensure!(verified.text().contains("30 verified equal"), "{}", verified.text());
    Ok(())
}

#[tokio::test]
async fn verifying_again_detects_changes_of_other_users() -> Result<()> {
    let fixture = MigrationFixture::new(1, 2).await?;
    ensure!(fixture.plan("data", &[]).await?.status.success());
    let ran = fixture.run("data", &["run", &fixture.path("plan.json")]).await?;
    assert_eq!(ran.status.code(), Some(0), "{}{}", ran.text(), ran.stderr);
    let (user, token) = fixture.ecr.login().await?;
    let other = Recipe::small(77).build()?;
    TestRepository::new(&fixture.ecr.api_url(), "hub/app0")?
        .login(Some((&user, &token)))
        .push(&other, "1")
        .await?;
    let verified = fixture.run("data", &["verify", "latest"]).await?;
    assert_eq!(verified.status.code(), Some(1), "{}{}", verified.text(), verified.stderr);
    ensure!(verified.text().contains("verification_failed"), "{}", verified.text());

    // The same plan again: one image is up to date; the other was replaced and is not overwritten.
    let again = fixture.run("data", &["run", &fixture.path("plan.json")]).await?;
    assert_eq!(again.status.code(), Some(1), "{}{}", again.text(), again.stderr);
    ensure!(again.text().contains("destination_moved"), "{}", again.text());
    // A new plan shows the conflict, and applies the decision.
    let refused = fixture.plan("data", &[]).await?;
    assert_eq!(refused.status.code(), Some(3), "{}", refused.text());
    ensure!(refused.text().contains("CONFLICT"), "{}", refused.text());
    let run = fixture.run("data", &["run", &fixture.path("plan.json")]).await?;
    assert_eq!(run.status.code(), Some(3), "{}{}", run.text(), run.stderr);
    // An image that is kept on request is not a failure, but not verified either.
    ensure!(fixture.plan("data", &["--on-conflict", "keep"]).await?.status.success());
    let kept = fixture.run("data", &["run", &fixture.path("plan.json")]).await?;
    assert_eq!(kept.status.code(), Some(0), "{}{}", kept.text(), kept.stderr);
    ensure!(kept.text().contains("1 of 2 images skipped, existing image kept"), "{}", kept.text());
    ensure!(!kept.text().contains("copied and verified"), "{}", kept.text());
    let history = fixture.run("data", &["history"]).await?;
    ensure!(
        history.text().contains("1 of 2 images skipped, existing image kept"),
        "{}",
        history.text()
    );
    ensure!(fixture.plan("data", &["--on-conflict", "overwrite"]).await?.status.success());
    let run = fixture.run("data", &["run", &fixture.path("plan.json")]).await?;
    assert_eq!(run.status.code(), Some(0), "{}{}", run.text(), run.stderr);
    fixture.everything_is_equal().await
}

#[tokio::test]
async fn one_large_repository_is_split_into_several_parts() -> Result<()> {
    let fixture = MigrationFixture::new(1, 6).await?;
    ensure!(fixture.plan("data", &[]).await?.status.success());
    let plan = fixture.path("plan.json");
    for part in 1..=3 {
        let (data, report) = (format!("data{part}"), fixture.path(&format!("part{part}.json")));
        let ran = fixture.run(&data, &["run", &plan, "--shard", &format!("{part}/3")]).await?;
        assert_eq!(ran.status.code(), Some(0), "{}{}", ran.text(), ran.stderr);
        fixture.run(&data, &["report", "latest", "--format", "json", "--out", &report]).await?;
        let report: Value = serde_json::from_str(&std::fs::read_to_string(&report)?)?;
        assert_eq!(report["images"].as_array().map(Vec::len), Some(2), "{report:#}");
        assert_eq!((&report["part"]["part"], &report["part"]["parts"]), (&part.into(), &3.into()));
    }
    let pattern = fixture.path("part*.json");
    let merged = fixture.run("data", &["report", "--merge", &pattern, "--format", "json"]).await?;
    ensure!(merged.status.success(), "{}", merged.stderr);
    let merged: Value = serde_json::from_str(&merged.text())?;
    assert_eq!(merged["summary"]["counts"]["equal"], 6);
    assert_eq!(merged["repositories_created"], serde_json::json!(["hub/app0"]));
    fixture.everything_is_equal().await
}

#[tokio::test]
async fn the_reports_of_a_plan_in_parts_are_merged() -> Result<()> {
    let fixture = MigrationFixture::new(5, 2).await?;
    ensure!(fixture.plan("data", &["--without-tags", "1"]).await?.status.success());
    let plan = fixture.path("plan.json");
    let mut merge = vec!["report".to_owned(), "--merge".to_owned()];
    for part in 1..=3 {
        // Each part runs on another machine, with a separate journal.
        let (data, report) = (format!("data{part}"), fixture.path(&format!("part{part}.json")));
        let shard = format!("{part}/3");
        let ran = fixture.run(&data, &["run", &plan, "--shard", &shard]).await?;
        assert_eq!(ran.status.code(), Some(0), "{}{}", ran.text(), ran.stderr);
        let out =
            fixture.run(&data, &["report", "latest", "--format", "json", "--out", &report]).await?;
        ensure!(out.status.success(), "{}", out.stderr);
        merge.push(report);
    }
    merge.extend(["--format", "json"].map(str::to_owned));
    let merge: Vec<&str> = merge.iter().map(String::as_str).collect();
    let merged = fixture.run("data", &merge).await?;
    ensure!(merged.status.success(), "{}", merged.stderr);
    let merged: Value = serde_json::from_str(&merged.text())?;
    assert_eq!(merged["outcome"], "succeeded");
    let images = merged["images"].as_array().context("images")?;
    let repositories: BTreeMap<_, _> =
        images.iter().map(|image| (image["destination"].to_string(), &image["proof"])).collect();
    assert_eq!(repositories.len(), 5, "{merged:#}");
    assert!(repositories.values().all(|proof| **proof == "equal"), "{merged:#}");

    // The program expands the pattern itself, because the shells of Windows do not.
    let pattern = fixture.path("part*.json");
    let expanded = fixture.run("data", &["report", "--merge", &pattern]).await?;
    ensure!(expanded.status.success(), "{}", expanded.stderr);
    ensure!(expanded.text().contains("5 of 5 images copied and verified"));
    // A missing or duplicate part is named.
    let (one, two) = (fixture.path("part1.json"), fixture.path("part2.json"));
    let short = fixture.run("data", &["report", "--merge", &one, &two]).await?;
    assert_eq!(short.status.code(), Some(1), "{}{}", short.text(), short.stderr);
    ensure!(short.text().contains("Incomplete: part 3 of 3 is missing"), "{}", short.text());
    let twice = fixture.run("data", &["report", "--merge", &pattern, &two]).await?;
    assert_eq!(twice.status.code(), Some(3), "{}{}", twice.text(), twice.stderr);
    ensure!(twice.stderr.contains("part 2 is in"), "{}", twice.stderr);

    // More parts than images: an empty part succeeds, with an empty report.
    let idle = fixture.run("idle", &["run", &plan, "--shard", "10000/10000"]).await?;
    assert_eq!(idle.status.code(), Some(0), "{}{}", idle.text(), idle.stderr);
    let report = fixture.run("idle", &["report", "latest", "--format", "json"]).await?;
    let report: Value = serde_json::from_str(&report.text())?;
    assert_eq!(report["images"], serde_json::json!([]));
    assert_eq!(report["summary"]["title"], "Nothing to migrate");
    for absurd in ["1/0", "0/3", "4/3", "1/10001", "1/4294967295", "1/18446744073709551615"] {
        let refused = fixture.run("idle", &["run", &plan, "--shard", absurd]).await?;
        ensure!(matches!(refused.status.code(), Some(2 | 3)), "{absurd}: {}", refused.stderr);
    }

    let page = fixture.run("data1", &["report", "latest", "--format", "html"]).await?;
    ensure!(page.text().starts_with("<!doctype html>"), "{}", page.text());
    Ok(())
}

#[tokio::test]
async fn a_second_process_is_rejected_while_the_migration_runs() -> Result<()> {
    let fixture = MigrationFixture::new(2, 2).await?;
    ensure!(fixture.plan("data", &[]).await?.status.success());
    // Longer than the story: the run is in progress until it is killed.
    let hold = Fault::Delay(Duration::from_secs(3600));
    fixture.proxy.add(Rule::new("PUT", "/manifests/", hold)?);
    let mut running =
        fixture.command_line("data", &["run", &fixture.path("plan.json")])?.start()?;
    wait_until_true(Duration::from_secs(60), "the run to be held", async || {
        fixture.proxy.fault_count() > 0
    })
    .await?;
    let history = lines(&fixture.run("data", &["history", "--json"]).await?)?;
    assert_eq!(history[0]["state"], "running");
    let second = fixture.run("data", &["resume", "latest"]).await?;
    assert_eq!(second.status.code(), Some(3), "{}", second.text());
    ensure!(second.stderr.contains("runs_elsewhere"), "{}", second.stderr);
    let undone = fixture.run("data", &["undo", "latest", "--yes"]).await?;
    assert_eq!(undone.status.code(), Some(3), "a running migration cannot be undone");
    ensure!(undone.stderr.contains("runs_elsewhere"), "{}", undone.stderr);
    running.kill().await?;
    let history = lines(&fixture.run("data", &["history", "--json"]).await?)?;
    assert_eq!(history[0]["state"], "interrupted");
    fixture.proxy.clear();
    let resumed = fixture.run("data", &["resume", "latest"]).await?;
    ensure!(resumed.status.success(), "{}{}", resumed.text(), resumed.stderr);
    fixture.everything_is_equal().await
}

#[tokio::test]
async fn a_migration_whose_record_is_unreadable_loses_only_itself() -> Result<()> {
    let fixture = MigrationFixture::new(1, 1).await?;
    ensure!(fixture.plan("data", &[]).await?.status.success());
    for _ in 0..2 {
        let ran = fixture.run("data", &["run", &fixture.path("plan.json")]).await?;
        ensure!(ran.status.success(), "{}{}", ran.text(), ran.stderr);
    }
    let before = lines(&fixture.run("data", &["history", "--json"]).await?)?;
    let [newer, older] = &before[..] else { anyhow::bail!("two migrations: {before:#?}") };
    let id = |entry: &Value| entry["migration"].as_str().unwrap_or_default().to_owned();
    let (newer, older) = (id(newer), id(older));
    // What a later version could have written: a caller in another form, and another way to name a registry.
    for (column, text) in [("about", r#"{"version": 9}"#), ("registry", "not a host")] {
        let statement = format!("UPDATE migration SET {column} = ? WHERE id = ?");
        let changed = Program::new(python_tool("python3")?)
            .arguments([
                "-c",
                UPDATE,
                &fixture.path("data/journal.sqlite"),
                &statement,
                text,
                &newer,
            ])
            .finish()
            .await?;
        ensure!(changed.status.success(), "{}", changed.stderr);

        let history = lines(&fixture.run("data", &["history", "--json"]).await?)?;
        assert_eq!(history.len(), 2, "{column}: {history:#?}");
        assert_eq!(history[0]["migration"], newer.as_str(), "{column}");
        assert_eq!(history[0]["error"]["code"], "record_unreadable", "{column}");
        assert_eq!(history[0]["error"]["subject"], newer.as_str(), "{column}");
        assert_eq!(history[0]["identity"], Value::Null, "{column}");
        assert_eq!(history[1], before[1], "{column}");
        let shown = fixture.run("data", &["history"]).await?;
        ensure!(
            shown.status.success() && shown.text().contains("Record unreadable"),
            "{}",
            shown.text()
        );
        let refused = fixture.run("data", &["resume", &newer]).await?;
        assert_eq!(refused.status.code(), Some(3), "{column}: {}", refused.text());
        ensure!(refused.stderr.contains("record_unreadable"), "{column}: {}", refused.stderr);
        let unchanged = lines(&fixture.run("data", &["history", "--json"]).await?)?;
        assert_eq!(unchanged, history, "{column}");
        let verified = fixture.run("data", &["verify", &older]).await?;
        ensure!(verified.status.success(), "{column}: {}{}", verified.text(), verified.stderr);
    }
    let undone = fixture.run("data", &["undo", &older, "--yes"]).await?;
    ensure!(undone.status.success(), "{}{}", undone.text(), undone.stderr);
    Ok(())
}

#[tokio::test]
async fn an_unusable_data_folder_is_rejected_before_anything_is_written() -> Result<()> {
    let fixture = MigrationFixture::new(1, 1).await?;
    ensure!(fixture.plan("data", &[]).await?.status.success());
    std::fs::write(Path::new(&fixture.path("file")), "a file, not a folder")?;
    let before = fixture.proxy.requests().len();
    let ran = fixture.run("file", &["run", &fixture.path("plan.json")]).await?;
    assert_eq!(ran.status.code(), Some(3), "{}", ran.text());
    ensure!(ran.stderr.contains("journal_failed"), "{}", ran.stderr);
    let requests = fixture.proxy.requests();
    let written = requests[before..].iter().find(|request| {
        request.method == "PUT" || request.operation.as_deref() == Some("CreateRepository")
    });
    ensure!(written.is_none(), "{written:?}");
    Ok(())
}

#[tokio::test]
async fn a_plan_can_run_with_machine_credentials_instead_of_a_profile() -> Result<()> {
    let fixture = MigrationFixture::new(1, 1).await?;
    // Uses the endpoints of the environment; those of the proxy would be another destination.
    let (from, out) = (format!("registry:{}", fixture.source.host()), fixture.path("plan.json"));
    let plan = ["plan", "--from", &from, "--aws-profile", PROFILE, "--prefix", "hub/", "--out"];
    let planned = fixture.run("data", &[&plan[..], &[out.as_str()]].concat()).await?;
    ensure!(planned.status.success(), "{}{}", planned.text(), planned.stderr);
    let (id, secret) = fixture.ecr.key();
    // No profile, only the variables of a container.
    let empty = AwsHome::new()?;
    let ran = empty
        .transload_cli(["run", &fixture.path("plan.json"), "--machine-role"])?
        .variable("TRANSLOAD_DATA_DIR", fixture.path("data"))
        .variable("AWS_ACCESS_KEY_ID", id)
        .variable("AWS_SECRET_ACCESS_KEY", secret)
        .variable("AWS_ENDPOINT_URL", fixture.ecr.api_url())
        .finish()
        .await?;
    assert_eq!(ran.status.code(), Some(0), "{}{}", ran.text(), ran.stderr);
    let search = transload_tests::secrets::SecretSearch::new().secret("the secret key", secret)?;
    search.check_text("what it printed", ran.text())?;
    search.check_folder(Path::new(&fixture.path("data")))?;
    fixture.everything_is_equal().await
}

#[tokio::test]
async fn a_practice_account_is_migrated_by_rules_without_aws() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (data, out) = (folder.path().join("data"), folder.path().join("plan.json"));
    let out = out.to_str().context("a path")?;
    let run = async |arguments: &[&str]| {
        let run = Program::new(command_line()?).arguments(arguments);
        run.variable("TRANSLOAD_DATA_DIR", &data).finish().await
    };
    let rules = ["--newest", "1", "--without-tags", "latest"];
    let plan = ["plan", "--from", "practice", "--practice", "--out", out];
    let planned = run(&[&plan[..], &rules[..]].concat()).await?;
    ensure!(planned.status.success(), "{}{}", planned.text(), planned.stderr);
    let ran = run(&["run", out]).await?;
    assert_eq!(ran.status.code(), Some(0), "{}{}", ran.text(), ran.stderr);
    let file: Value = serde_json::from_slice(&std::fs::read(out)?)?;
    let images = file["plan"]["images"].as_array().context("images")?;
    let repositories: HashSet<_> =
        images.iter().map(|image| image["repository"].to_string()).collect();
    assert_eq!(repositories.len(), images.len(), "one of each: {images:#?}");
    assert!(images.iter().all(|image| image["tag"] != "latest"), "{images:#?}");
    assert_eq!(file["request"]["selection"]["rules"]["newest"], 1);

    let wrong = run(&[&plan[..], &["--tags-regex", "v["]].concat()).await?;
    assert_eq!(wrong.status.code(), Some(3), "{}", wrong.text());
    ensure!(wrong.stderr.contains("unclosed character class"), "{}", wrong.stderr);
    let none = run(&[&plan[..], &["--tags", "no-such-tag"]].concat()).await?;
    ensure!(none.stderr.contains("No tag of the source"), "{}", none.stderr);
    Ok(())
}
