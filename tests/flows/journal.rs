//! A migration with a journal: planned into a file, run, killed repeatedly, resumed, verified, reported, and run in
//! parts.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use transload_model::Digest;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::RegistryLab;
use transload_tests::process::{Finished, Run};
use transload_tests::skopeo::{Side, Skopeo};
use transload_tests::tools::command_line;
use transload_tests::wait::wait_until_true;

/// How often a run is killed.
const KILLS: usize = 20;

/// A computer with a profile, a source with images, an ECR behind a proxy that counts, and the
/// command line.
pub(crate) struct Desk {
    pub ecr: Ecr,
    home: AwsHome,
    pub source: RegistryLab,
    pub proxy: FaultProxy,
    folder: tempfile::TempDir,
    /// `repository:tag` of every image.
    images: Vec<String>,
}

impl Desk {
    pub async fn new(repositories: u64, tags: u64) -> Result<Self> {
        let (ecr, source) = (Ecr::practice().await?, RegistryLab::start().await?);
        let mut images = Vec::new();
        for repository in 0..repositories {
            let path = format!("team/app{repository}");
            let target = Target::new(&source.url(), &path)?;
            for tag in 0..tags {
                // One layer is everybody's, one is this image's alone.
                let own = 40_000 + usize::try_from(repository * tags + tag)?;
                target
                    .push(&Recipe::small(11).layers([9_000, own]).build()?, &tag.to_string())
                    .await?;
                images.push(format!("{path}:{tag}"));
            }
        }
        Ok(Self {
            home: ecr.home()?,
            proxy: FaultProxy::start(&ecr.api_url(), []).await?,
            folder: tempfile::tempdir()?,
            ecr,
            source,
            images,
        })
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub fn variables(&self, data: &str) -> Vec<(String, String)> {
        let mut variables = self.home.environment();
        variables.push(("TRANSLOAD_DATA_DIR".to_owned(), self.path(data)));
        variables
    }

    /// Runs the command line to its end, with the journal in a folder of this name.
    pub async fn run(&self, data: &str, arguments: &[&str]) -> Result<Finished> {
        let mut run = Run::new(command_line()?).arguments(arguments);
        // The plans of this desk name the proxy as the endpoints.
        if arguments.first() == Some(&"run") {
            run = run.arguments(["--allow-endpoints"]);
        }
        for (name, value) in self.variables(data) {
            run = run.variable(&name, value);
        }
        run.finish().await
    }

    pub async fn plan(&self, data: &str, more: &[&str]) -> Result<Finished> {
        let (from, proxy) = (format!("registry:{}", self.source.host()), self.proxy.url());
        let out = self.path("plan.json");
        let fixed = [
            "plan",
            "--from",
            &from,
            "--aws-profile",
            PROFILE,
            "--ecr-endpoint",
            &proxy,
            "--registry-endpoint",
            &proxy,
            "--prefix",
            "hub/",
            "--out",
            &out,
        ];
        self.run(data, &[&fixed, more].concat()).await
    }

    /// Compares source and destination tag by tag with skopeo.
    pub async fn everything_is_equal(&self) -> Result<()> {
        let (skopeo, (user, token)) = (Skopeo::new()?, self.ecr.login().await?);
        for image in &self.images {
            let name = image.strip_prefix("team/").context("a name")?;
            let here = format!("{}/{image}", self.source.host());
            let there = format!("{}/hub/{name}", self.ecr.registry_host());
            let here = skopeo.inspect_raw(Side { reference: &here, login: None }).await?;
            let login = Some((user.as_str(), token.as_str()));
            let there = skopeo.inspect_raw(Side { reference: &there, login }).await?;
            ensure!(here == there, "{image} differs");
        }
        Ok(())
    }

    /// The digest of a tag of the first repository at the source, as skopeo reads it.
    pub async fn source_digest(&self, tag: &str) -> Result<String> {
        let here = format!("{}/team/app0:{tag}", self.source.host());
        let raw = Skopeo::new()?.inspect_raw(Side { reference: &here, login: None }).await?;
        Ok(Digest::of(&raw).to_string())
    }

    /// Bytes of uploads that the destination took, by repository and digest, in their order.
    fn uploads(&self) -> Vec<(String, u64)> {
        let requests = self.proxy.requests().into_iter();
        requests.filter_map(|request| Some((request.sent_blob()?, request.body_bytes))).collect()
    }
}

fn lines(finished: &Finished) -> Result<Vec<Value>> {
    Ok(finished.text().lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

#[tokio::test]
async fn killed_at_twenty_moments_it_goes_on_until_all_of_it_is_there() -> Result<()> {
    let desk = Desk::new(6, 5).await?;
    let planned = desk.plan("data", &[]).await?;
    ensure!(planned.status.success(), "{}{}", planned.text(), planned.stderr);
    ensure!(planned.text().contains("30 images to copy"), "{}", planned.text());
    let plan = desk.path("plan.json");
    let mut begun = false;
    for kill in 0..KILLS {
        let already = desk.proxy.requests().len();
        let run = ["run", &plan, "--allow-endpoints"];
        let arguments: &[&str] = if begun { &["resume", "latest"] } else { &run };
        let mut running = Run::new(command_line()?)
            .arguments(arguments)
            .variables(desk.variables("data"))
            .start()?;
        // After another number of requests each time; towards the end it may be done before.
        let moment = already + 1 + (kill * 7) % 23;
        wait_until_true(Duration::from_secs(60), "the moment to kill", async || {
            desk.proxy.requests().len() >= moment || running.ended()
        })
        .await?;
        running.kill().await.ok();
        let known = desk.run("data", &["history", "--json"]).await?;
        begun = !known.text().trim().is_empty();
    }
    let finished = desk.run("data", &["resume", "latest"]).await?;
    ensure!(finished.status.success(), "{}{}", finished.text(), finished.stderr);
    desk.everything_is_equal().await?;

    let known = lines(&desk.run("data", &["history", "--json"]).await?)?;
    assert_eq!(known.len(), 1, "it is one migration: {known:#?}");
    assert_eq!(known[0]["state"], "succeeded");
    assert_eq!((&known[0]["images"], &known[0]["failed"]), (&30.into(), &0.into()));
    // What was sent before a kill is not sent again; a layer that was on the way is.
    let (mut seen, mut twice, mut all) = (HashSet::new(), 0, 0);
    for (upload, bytes) in desk.uploads() {
        all += bytes;
        if !seen.insert(upload) {
            twice += bytes;
        }
    }
    ensure!(all > 0, "the proxy sees uploads");
    eprintln!("{twice} of {all} bytes were sent twice over {KILLS} kills");
    ensure!(twice * 5 < all, "{twice} of {all} bytes were sent twice");

    let verified = desk.run("data", &["verify", "latest"]).await?;
    ensure!(verified.status.success(), "{}{}", verified.text(), verified.stderr);
    ensure!(verified.text().contains("30 verified equal"), "{}", verified.text());
    Ok(())
}

#[tokio::test]
async fn a_proof_asked_for_again_sees_what_somebody_changed() -> Result<()> {
    let desk = Desk::new(1, 2).await?;
    ensure!(desk.plan("data", &[]).await?.status.success());
    let ran = desk.run("data", &["run", &desk.path("plan.json")]).await?;
    assert_eq!(ran.status.code(), Some(0), "{}{}", ran.text(), ran.stderr);
    let (user, token) = desk.ecr.login().await?;
    let other = Recipe::small(77).build()?;
    Target::new(&desk.ecr.api_url(), "hub/app0")?
        .login(Some((&user, &token)))
        .push(&other, "1")
        .await?;
    let verified = desk.run("data", &["verify", "latest"]).await?;
    assert_eq!(verified.status.code(), Some(1), "{}{}", verified.text(), verified.stderr);
    ensure!(verified.text().contains("verification_failed"), "{}", verified.text());

    // The same plan again: one is there, the other is another's now and is left alone.
    let again = desk.run("data", &["run", &desk.path("plan.json")]).await?;
    assert_eq!(again.status.code(), Some(1), "{}{}", again.text(), again.stderr);
    ensure!(again.text().contains("destination_moved"), "{}", again.text());
    // A new plan asks what to do, and does it.
    let refused = desk.plan("data", &[]).await?;
    assert_eq!(refused.status.code(), Some(3), "{}", refused.text());
    ensure!(refused.text().contains("CONFLICT"), "{}", refused.text());
    let run = desk.run("data", &["run", &desk.path("plan.json")]).await?;
    assert_eq!(run.status.code(), Some(3), "{}{}", run.text(), run.stderr);
    // Kept by choice is no failure, and is not called verified either.
    ensure!(desk.plan("data", &["--on-conflict", "keep"]).await?.status.success());
    let kept = desk.run("data", &["run", &desk.path("plan.json")]).await?;
    assert_eq!(kept.status.code(), Some(0), "{}{}", kept.text(), kept.stderr);
    ensure!(kept.text().contains("1 of 2 images skipped, existing image kept"), "{}", kept.text());
    ensure!(!kept.text().contains("All images are in ECR"), "{}", kept.text());
    let history = desk.run("data", &["history"]).await?;
    ensure!(
        history.text().contains("1 of 2 images skipped, existing image kept"),
        "{}",
        history.text()
    );
    ensure!(desk.plan("data", &["--on-conflict", "overwrite"]).await?.status.success());
    let run = desk.run("data", &["run", &desk.path("plan.json")]).await?;
    assert_eq!(run.status.code(), Some(0), "{}{}", run.text(), run.stderr);
    desk.everything_is_equal().await
}

#[tokio::test]
async fn one_large_repository_is_split_over_several_parts() -> Result<()> {
    let desk = Desk::new(1, 6).await?;
    ensure!(desk.plan("data", &[]).await?.status.success());
    let plan = desk.path("plan.json");
    for part in 1..=3 {
        let (data, report) = (format!("data{part}"), desk.path(&format!("part{part}.json")));
        let ran = desk.run(&data, &["run", &plan, "--shard", &format!("{part}/3")]).await?;
        assert_eq!(ran.status.code(), Some(0), "{}{}", ran.text(), ran.stderr);
        desk.run(&data, &["report", "latest", "--format", "json", "--out", &report]).await?;
        let report: Value = serde_json::from_str(&std::fs::read_to_string(&report)?)?;
        assert_eq!(report["images"].as_array().map(Vec::len), Some(2), "{report:#}");
        assert_eq!((&report["part"]["part"], &report["part"]["parts"]), (&part.into(), &3.into()));
    }
    let pattern = desk.path("part*.json");
    let merged = desk.run("data", &["report", "--merge", &pattern, "--format", "json"]).await?;
    ensure!(merged.status.success(), "{}", merged.stderr);
    let merged: Value = serde_json::from_str(&merged.text())?;
    assert_eq!(merged["summary"]["counts"]["equal"], 6);
    assert_eq!(merged["repositories_created"], serde_json::json!(["hub/app0"]));
    desk.everything_is_equal().await
}

#[tokio::test]
async fn a_plan_in_parts_is_joined_again_in_one_report() -> Result<()> {
    let desk = Desk::new(5, 2).await?;
    ensure!(desk.plan("data", &["--without-tags", "1"]).await?.status.success());
    let plan = desk.path("plan.json");
    let mut merge = vec!["report".to_owned(), "--merge".to_owned()];
    for part in 1..=3 {
        // Another machine each: a journal of its own.
        let (data, report) = (format!("data{part}"), desk.path(&format!("part{part}.json")));
        let shard = format!("{part}/3");
        let ran = desk.run(&data, &["run", &plan, "--shard", &shard]).await?;
        assert_eq!(ran.status.code(), Some(0), "{}{}", ran.text(), ran.stderr);
        let out =
            desk.run(&data, &["report", "latest", "--format", "json", "--out", &report]).await?;
        ensure!(out.status.success(), "{}", out.stderr);
        merge.push(report);
    }
    merge.extend(["--format", "json"].map(str::to_owned));
    let merge: Vec<&str> = merge.iter().map(String::as_str).collect();
    let merged = desk.run("data", &merge).await?;
    ensure!(merged.status.success(), "{}", merged.stderr);
    let merged: Value = serde_json::from_str(&merged.text())?;
    assert_eq!(merged["outcome"], "succeeded");
    let images = merged["images"].as_array().context("images")?;
    let repositories: BTreeMap<_, _> =
        images.iter().map(|image| (image["destination"].to_string(), &image["proof"])).collect();
    assert_eq!(repositories.len(), 5, "{merged:#}");
    assert!(repositories.values().all(|proof| **proof == "equal"), "{merged:#}");

    // The program expands a pattern by itself, as the shells of Windows do not.
    let pattern = desk.path("part*.json");
    let expanded = desk.run("data", &["report", "--merge", &pattern]).await?;
    ensure!(expanded.status.success(), "{}", expanded.stderr);
    ensure!(expanded.text().contains("All images are in ECR, verified by digest"));
    // A part that is missing, or there twice, is named.
    let (one, two) = (desk.path("part1.json"), desk.path("part2.json"));
    let short = desk.run("data", &["report", "--merge", &one, &two]).await?;
    assert_eq!(short.status.code(), Some(1), "{}{}", short.text(), short.stderr);
    ensure!(short.text().contains("Incomplete: part 3 of 3 is missing"), "{}", short.text());
    let twice = desk.run("data", &["report", "--merge", &pattern, &two]).await?;
    assert_eq!(twice.status.code(), Some(3), "{}{}", twice.text(), twice.stderr);
    ensure!(twice.stderr.contains("part 2 is in"), "{}", twice.stderr);

    // More parts than images: a part with nothing to do succeeds, with an empty report.
    let idle = desk.run("idle", &["run", &plan, "--shard", "10000/10000"]).await?;
    assert_eq!(idle.status.code(), Some(0), "{}{}", idle.text(), idle.stderr);
    let report = desk.run("idle", &["report", "latest", "--format", "json"]).await?;
    let report: Value = serde_json::from_str(&report.text())?;
    assert_eq!(report["images"], serde_json::json!([]));
    assert_eq!(report["summary"]["title"], "Nothing to migrate");
    for absurd in ["1/0", "0/3", "4/3", "1/10001", "1/4294967295", "1/18446744073709551615"] {
        let refused = desk.run("idle", &["run", &plan, "--shard", absurd]).await?;
        ensure!(matches!(refused.status.code(), Some(2 | 3)), "{absurd}: {}", refused.stderr);
    }

    let page = desk.run("data1", &["report", "latest", "--format", "html"]).await?;
    ensure!(page.text().starts_with("<!doctype html>"), "{}", page.text());
    Ok(())
}

#[tokio::test]
async fn a_second_process_is_told_that_the_migration_runs() -> Result<()> {
    let desk = Desk::new(2, 2).await?;
    ensure!(desk.plan("data", &[]).await?.status.success());
    // Longer than the story: the run is in the middle of it until it is killed.
    let held = Fault::Delay(Duration::from_secs(3600));
    desk.proxy.add(Rule::new("PUT", "/manifests/", held)?);
    let mut running = Run::new(command_line()?)
        .arguments(["run", &desk.path("plan.json"), "--allow-endpoints"])
        .variables(desk.variables("data"))
        .start()?;
    wait_until_true(Duration::from_secs(60), "the run to be held", async || {
        desk.proxy.faults() > 0
    })
    .await?;
    let known = lines(&desk.run("data", &["history", "--json"]).await?)?;
    assert_eq!(known[0]["state"], "running");
    let second = desk.run("data", &["resume", "latest"]).await?;
    assert_eq!(second.status.code(), Some(3), "{}", second.text());
    ensure!(second.stderr.contains("runs_elsewhere"), "{}", second.stderr);
    let undone = desk.run("data", &["undo", "latest", "--yes"]).await?;
    assert_eq!(undone.status.code(), Some(3), "nobody takes away what is on its way");
    ensure!(undone.stderr.contains("runs_elsewhere"), "{}", undone.stderr);
    running.kill().await?;
    let known = lines(&desk.run("data", &["history", "--json"]).await?)?;
    assert_eq!(known[0]["state"], "interrupted");
    desk.proxy.clear();
    let resumed = desk.run("data", &["resume", "latest"]).await?;
    ensure!(resumed.status.success(), "{}{}", resumed.text(), resumed.stderr);
    desk.everything_is_equal().await
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_used_refuses_before_anything_is_written() -> Result<()> {
    let desk = Desk::new(1, 1).await?;
    ensure!(desk.plan("data", &[]).await?.status.success());
    std::fs::write(Path::new(&desk.path("file")), "a file, no folder")?;
    let before = desk.proxy.requests().len();
    let ran = desk.run("file", &["run", &desk.path("plan.json")]).await?;
    assert_eq!(ran.status.code(), Some(3), "{}", ran.text());
    ensure!(ran.stderr.contains("journal_failed"), "{}", ran.stderr);
    let requests = desk.proxy.requests();
    let written = requests[before..].iter().find(|request| {
        request.method == "PUT" || request.operation.as_deref() == Some("CreateRepository")
    });
    ensure!(written.is_none(), "{written:?}");
    Ok(())
}

#[tokio::test]
async fn a_plan_runs_with_what_the_machine_gives_instead_of_a_profile() -> Result<()> {
    let desk = Desk::new(1, 1).await?;
    // The machine has the endpoints of the profile; those of the proxy would be another destination.
    let (from, out) = (format!("registry:{}", desk.source.host()), desk.path("plan.json"));
    let plan = ["plan", "--from", &from, "--aws-profile", PROFILE, "--prefix", "hub/", "--out"];
    let planned = desk.run("data", &[&plan[..], &[out.as_str()]].concat()).await?;
    ensure!(planned.status.success(), "{}{}", planned.text(), planned.stderr);
    let (id, secret) = desk.ecr.key();
    // No profile at all: only what a container has.
    let empty = AwsHome::new()?;
    let mut run = Run::new(command_line()?)
        .arguments(["run", &desk.path("plan.json"), "--machine-role"])
        .variable("TRANSLOAD_DATA_DIR", desk.path("data"))
        .variable("AWS_ACCESS_KEY_ID", id)
        .variable("AWS_SECRET_ACCESS_KEY", secret)
        .variable("AWS_ENDPOINT_URL", desk.ecr.api_url());
    for (name, value) in empty.environment() {
        run = run.variable(&name, value);
    }
    let ran = run.finish().await?;
    assert_eq!(ran.status.code(), Some(0), "{}{}", ran.text(), ran.stderr);
    let search = transload_tests::secrets::SecretSearch::new().secret("the secret key", secret)?;
    search.check_text("what it printed", ran.text())?;
    search.check_folder(Path::new(&desk.path("data")))?;
    desk.everything_is_equal().await
}

#[tokio::test]
async fn without_aws_a_whole_practice_account_goes_by_rules() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (data, out) = (folder.path().join("data"), folder.path().join("plan.json"));
    let out = out.to_str().context("a path")?;
    let run = async |arguments: &[&str]| {
        let run = Run::new(command_line()?).arguments(arguments);
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
    let none = run(&[&plan[..], &["--tags", "none-is-called-so"]].concat()).await?;
    ensure!(none.stderr.contains("No tag of the source"), "{}", none.stderr);
    Ok(())
}
