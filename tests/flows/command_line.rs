//! `transload-cli` as a script uses it.

use anyhow::{Context, Result};
use serde_json::Value;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::images::{Index, Recipe, TestRepository};
use transload_tests::program::{Program, ProgramOutput};
use transload_tests::secrets::SecretSearch;
use transload_tests::servers::TestRegistry;
use transload_tests::tools::command_line;

async fn run(arguments: &[&str], input: &str) -> Result<ProgramOutput> {
    Program::new(command_line()?).arguments(arguments).input(input).finish().await
}

#[tokio::test]
async fn a_list_is_copied_and_each_image_is_reported() -> Result<()> {
    let (source, destination) = (TestRegistry::start().await?, TestRegistry::start().await?);
    let (from, to) = (source.host(), destination.host());
    let target = TestRepository::new(&source.url(), "team/app")?;
    let index = Index::with_attestation(97, &["linux/amd64", "linux/arm64"])?;
    target.push_index(&index, "1").await?;
    let list = format!(
        "# two images that exist and one that does not\n\
         {from}/team/app:1 {to}/team/app:1\n\
         {from}/team/app:none {to}/team/app:none\n\
         {from}/team/app:1 {to}/other:latest\n"
    );
    let finished = run(&["copy", "--list", "-", "--json"], &list).await?;
    assert_eq!(finished.status.code(), Some(1), "{}", finished.stderr);
    let events: Vec<Value> =
        finished.text().lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let seqs: Vec<_> = events.iter().map(|event| event["seq"].as_u64()).collect();
    assert_eq!(seqs, (0..events.len() as u64).map(Some).collect::<Vec<_>>());
    assert_eq!(events[0]["kind"]["type"], "started");
    assert_eq!(events[0]["kind"]["images"].as_array().map(Vec::len), Some(3));
    let last = &events.last().context("events")?["kind"];
    assert_eq!((&last["type"], &last["report"]["identity"]), (&"finished".into(), &Value::Null));
    assert_eq!(last["report"]["outcome"], "partly_failed");
    let images = last["report"]["images"].as_array().context("images")?;
    let settled: Vec<_> = images
        .iter()
        .map(|image| (image["result"]["kind"].as_str(), &image["registry_digest"], &image["proof"]))
        .collect();
    let (digest, none) = (Value::from(index.manifest.digest.clone()), Value::Null);
    let (equal, not_proved) = (Value::from("equal"), Value::from("not_proved"));
    assert_eq!(
        settled,
        [
            (Some("moved"), &digest, &equal),
            (Some("failed"), &none, &not_proved),
            (Some("moved"), &digest, &equal)
        ]
    );
    let states: Vec<_> =
        events.iter().filter(|event| event["kind"]["type"] == "image_state").collect();
    for (image, state) in [(0, "done"), (1, "failed"), (2, "done")] {
        let ended = states.iter().rev().find(|event| event["kind"]["image"] == image);
        assert_eq!(ended.context("a state")?["kind"]["state"]["kind"], state, "image {image}");
    }
    for (path, tag) in [("team/app", "1"), ("other", "latest")] {
        let copied = TestRepository::new(&destination.url(), path)?.tag_digest(tag).await?;
        assert_eq!(copied.as_deref(), Some(index.manifest.digest.as_str()));
    }

    let again = [&format!("{from}/team/app:1"), &format!("{to}/team/app:1")];
    let finished = run(&["copy", again[0], again[1]], "").await?;
    assert!(finished.status.success());
    assert!(finished.text().contains("1 already up to date; 0 B sent"), "{}", finished.text());
    let digest = run(&["digest", again[1]], "").await?;
    assert_eq!(digest.text().trim(), index.manifest.digest);
    let missing = run(&["digest", &format!("{to}/team/app:none")], "").await?;
    assert_eq!(missing.status.code(), Some(3));
    Ok(())
}

#[tokio::test]
async fn all_tags_are_copied_and_the_ecr_repository_is_created() -> Result<()> {
    let (source, ecr) = (TestRegistry::start().await?, Ecr::practice().await?);
    let target = TestRepository::new(&source.url(), "team/app")?;
    for (seed, tag) in [(71, "1.0"), (72, "1.1"), (73, "latest")] {
        target.push(&Recipe::small(seed).build()?, tag).await?;
    }
    let home = ecr.home()?;
    let copy = ["copy", "--all-tags", "--create-repositories", "--aws-profile", PROFILE];
    let (from, to) = (source.host(), ecr.registry_host());
    let names = [format!("{from}/team/app"), format!("{to}/mirror/app")];
    let finished = home.transload_cli(copy)?.arguments(&names).finish().await?;
    assert!(finished.status.success(), "{} {}", finished.text(), finished.stderr);
    let listed = ecr
        .aws()?
        .run([
            "ecr",
            "list-images",
            "--repository-name",
            "mirror/app",
            "--filter",
            "tagStatus=TAGGED",
        ])
        .succeed()
        .await?;
    let listed: Value = serde_json::from_slice(&listed.stdout)?;
    assert_eq!(listed["imageIds"].as_array().map(Vec::len), Some(3));
    let search = SecretSearch::new().secret("the secret key", ecr.key().1)?;
    search.check_text("output", format!("{}{}", finished.text(), finished.stderr))
}
