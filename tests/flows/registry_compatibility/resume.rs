//! Resume with every kind of registry. The interruption is real: SIGKILL of the command line in the middle of
//! a blob upload.
//!
//! - As a source: a migration to ECR is killed, and resumed by a new process from the journal.
//! - As a destination: a copy. It has no journal, so the same command is run again and checks what the
//!   destination contains. (The destination of a migration is always an ECR.)

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use tempfile::TempDir;
use transload_model::{Descriptor, Manifest, RepositoryName};
use transload_registry::RegistryApi;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::digest_of;
use transload_tests::program::{Program, ProgramOutput};
use transload_tests::scripted_registry::{
    LOGIN, Op, REAL_REGISTRIES, RegistryKind, ScriptedRegistry,
};
use transload_tests::tools::command_line;
use transload_tests::wait::wait_until_true;

use crate::registry_compatibility::content::{
    APP, OTHER, ensure_copied, fill, plain, sent_blob, without_list, writes,
};
use crate::registry_copy::client;

const LIMIT: Duration = Duration::from_secs(120);
/// How many kinds of registries are tested at a time.
const MAX_CONCURRENT: usize = 3;
/// How many bytes of a blob are sent before the kill.
const HALF_WAY: u64 = 100;
/// Variables that select other logins, such as those of the user who runs the tests.
const OTHER_LOGINS: [&str; 4] =
    ["DOCKER_CONFIG", "DOCKER_AUTH_CONFIG", "REGISTRY_AUTH_FILE", "XDG_CONFIG_HOME"];

/// Runs the command line with its own home folder, logins and data folder.
struct CommandLineRunner {
    home: AwsHome,
    data: TempDir,
}

impl CommandLineRunner {
    /// With logins for these registries, stored as `docker login` does.
    fn new(home: AwsHome, hosts: &[String]) -> Result<Self> {
        let (user, password) = LOGIN;
        let login = format!("{user}:{password}");
        let auth = base64::engine::general_purpose::STANDARD.encode(login);
        let auths: BTreeMap<_, _> =
            hosts.iter().map(|host| (host.clone(), json!({ "auth": auth }))).collect();
        home.file(".docker/config.json", &json!({ "auths": auths }).to_string())?;
        Ok(Self { home, data: tempfile::tempdir()? })
    }

    fn path(&self, name: &str) -> String {
        self.data.path().join(name).display().to_string()
    }

    fn variables(&self) -> Vec<(String, String)> {
        let mut variables = self.home.environment();
        variables.push(("TRANSLOAD_DATA_DIR".to_owned(), self.path("data")));
        variables.push(("XDG_RUNTIME_DIR".to_owned(), self.path("runtime")));
        variables
    }

    /// Runs the command line, and requires success.
    async fn run(&self, arguments: &[&str]) -> Result<ProgramOutput> {
        let mut run = Program::new(command_line()?).arguments(arguments);
        for name in OTHER_LOGINS {
            run = run.without_variable(name);
        }
        run.variables(self.variables()).succeed().await
    }

    /// Starts the command line, and kills it when an upload is half way through a proxy. `number` determines
    /// which upload.
    async fn kill_in_an_upload(
        &self,
        arguments: &[&str],
        proxy: &FaultProxy,
        number: usize,
    ) -> Result<()> {
        let hold = Fault::HoldRequest { after_bytes: HALF_WAY };
        proxy.add(Rule::new("PUT|PATCH", "(uploads|artifacts-uploads)/", hold)?.skip(number % 3));
        let mut command = tokio::process::Command::new(command_line()?);
        for name in OTHER_LOGINS {
            command.env_remove(name);
        }
        let mut running = command
            .args(arguments)
            .envs(self.variables())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let is_half_way = || {
            proxy
                .requests()
                .iter()
                .any(|request| request.faulty && !request.ended && request.body_bytes >= HALF_WAY)
        };
        wait_until_true(LIMIT, "an upload to be half way", async || {
            is_half_way() || matches!(running.try_wait(), Ok(Some(_)))
        })
        .await?;
        ensure!(running.try_wait()?.is_none(), "it exited before the kill");
        running.kill().await?;
        proxy.clear();
        Ok(())
    }
}

/// Everything below a tag, one line for each manifest and blob, with a digest of its bytes.
async fn pulled(
    registry: &Arc<dyn RegistryApi>,
    path: &str,
    tag: &str,
) -> Result<BTreeSet<String>> {
    let mut lines = BTreeSet::new();
    let mut open = vec![tag.to_owned()];
    while let Some(reference) = open.pop() {
        let manifest = registry.manifest(path, &reference).await?;
        lines.insert(format!("manifest {} {}", manifest.digest(), digest_of(manifest.bytes())));
        let blobs: Vec<Descriptor> = match manifest.parse()? {
            Manifest::Index(index) => {
                open.extend(index.manifests.iter().map(|child| child.digest.to_string()));
                Vec::new()
            }
            Manifest::Image(image) => image.layers.into_iter().chain([image.config]).collect(),
        };
        for blob in blobs {
            let content: Vec<_> = registry.blob(path, &blob).await?.try_collect().await?;
            lines.insert(format!("blob {} {}", blob.digest, digest_of(&content.concat())));
        }
    }
    Ok(lines)
}

/// Checks that the repositories with a prefix contain nothing but what the source contains, byte for byte.
async fn check_equals_source(ecr: &Ecr, prefix: &str, expected: &BTreeSet<String>) -> Result<()> {
    let (api, login) = (ecr.api().await?, ecr.login().await?);
    let reader = client(&format!("http://{}", ecr.registry_host()), Some(login))?;
    let names = api.repositories().await?.into_iter().map(|found| found.name.to_string());
    let names: BTreeSet<String> = names.filter(|name| name.starts_with(prefix)).collect();
    let (app, other) = (format!("{prefix}app"), format!("{prefix}other"));
    ensure!(names == BTreeSet::from([app.clone(), other.clone()]), "{names:?}");
    for (from, to) in [(APP, &app), (OTHER, &other)] {
        for image in api.images(&RepositoryName::parse(to)?).await? {
            let known = format!("manifest {from}@{} ", image.digest);
            ensure!(
                expected.iter().any(|line| line.starts_with(&known)),
                "{to} got {} {:?}",
                image.digest,
                image.tags
            );
            for tag in &image.tags {
                let line = format!("tag {from}:{tag} {}", image.digest);
                ensure!(expected.contains(&line), "{to}:{tag} is {}", image.digest);
                for line in pulled(&reader, to, tag.as_str()).await? {
                    let (kind, rest) = line.split_once(' ').context("a line")?;
                    let (digest, bytes) = rest.split_once(' ').context("a digest")?;
                    let start = format!("{kind} {from}@{digest} ");
                    let mut same = expected.iter().filter(|line| line.starts_with(&start));
                    ensure!(same.any(|line| line.ends_with(bytes)), "{to}:{tag}: {line}");
                }
            }
        }
    }
    Ok(())
}

/// A migration from a registry is killed and resumed from the journal.
async fn source_is_resumed(from: &RegistryKind, number: usize, ecr: &Ecr) -> Result<()> {
    let (source, spare) =
        (ScriptedRegistry::start(from).await?, ScriptedRegistry::start(plain()).await?);
    fill(&source, &spare)?;
    let expected = source.content_lines();
    let cli = CommandLineRunner::new(ecr.home()?, &[source.host()])?;
    let proxy = FaultProxy::start(&ecr.api_url(), []).await?;
    let (registry, plan) = (format!("registry:{}", source.host()), cli.path("plan.json"));
    let (prefix, endpoint) = (format!("registry{number}/"), proxy.url());
    let images = [format!("{APP}:first"), format!("{APP}:index"), format!("{OTHER}:first")];
    let endpoints = ["--ecr-endpoint", &endpoint, "--registry-endpoint", &endpoint];
    let what = ["plan", "--from", &registry, &images[0], &images[1], &images[2]];
    let how = ["--aws-profile", PROFILE, "--prefix", &prefix, "--out", &plan];
    cli.run(&[&what[..], &how[..], &endpoints[..]].concat()).await?;
    cli.kill_in_an_upload(&["run", &plan, "--allow-endpoints"], &proxy, number).await?;

    let known = cli.run(&["history", "--json"]).await?.text();
    let known: Value = serde_json::from_str(known.lines().next().context("no journal")?)?;
    ensure!(known["state"] == "interrupted", "{known:#}");
    let before = proxy.requests().len();
    cli.run(&["resume", "latest"]).await?;
    let report = cli.run(&["report", "latest", "--format", "json"]).await?;
    let report: Value = serde_json::from_str(&report.text())?;
    ensure!(report["outcome"] == "succeeded", "{report:#}");
    let reported = report["images"].as_array().context("images")?;
    ensure!(reported.len() == images.len(), "{report:#}");
    for image in reported {
        let left = image["left_behind"].as_array().map_or(0, Vec::len);
        ensure!(image["proof"] == "equal" && left == 0, "{image:#}");
    }
    check_equals_source(ecr, &prefix, &expected).await?;
    ensure!(
        source.content_lines() == expected && writes(&source) == 0,
        "something was written to the source"
    );

    // Nothing that ECR already had before the kill was sent again.
    let requests = proxy.requests();
    let accepted: BTreeSet<_> = requests[..before]
        .iter()
        .filter(|request| request.status == Some(201))
        .filter_map(|request| request.sent_blob())
        .collect();
    let again = requests[before..].iter().filter_map(|request| request.sent_blob());
    let again: Vec<_> = again.filter(|blob| accepted.contains(blob)).collect();
    ensure!(again.is_empty(), "sent again: {again:?}");
    Ok(())
}

/// A copy to a registry is killed and run again.
async fn destination_is_resumed(to: &RegistryKind, number: usize) -> Result<()> {
    let (source, destination) =
        (ScriptedRegistry::start(plain()).await?, ScriptedRegistry::start(to).await?);
    let filled = fill(&source, &destination)?;
    let proxy = FaultProxy::start(&destination.url(), []).await?;
    let cli = CommandLineRunner::new(AwsHome::new()?, &[source.host(), proxy.host()])?;
    let pairs = filled.names.iter();
    let pairs = pairs.map(|name| format!("{}/{name} {}/{name}\n", source.host(), proxy.host()));
    let file = cli.path("list");
    std::fs::write(&file, pairs.collect::<String>())?;
    let copy = ["copy", "--list", &file, "--json"];
    cli.kill_in_an_upload(&copy, &proxy, number).await?;
    let (at_source, _) = without_list(&source, &filled.subject);
    let (before_kill, _) = without_list(&destination, &filled.subject);
    let unexpected: Vec<_> = before_kill.difference(&at_source).collect();
    ensure!(unexpected.is_empty(), "after the kill: {unexpected:#?}");

    let before = destination.requests().len();
    let copied = cli.run(&copy).await?.text();
    let lines: Vec<Value> = copied.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let report = &lines.last().context("events")?["kind"]["report"];
    ensure!(report["outcome"] == "succeeded", "{report:#?}");
    let finished = report["images"].as_array().map(Vec::len);
    ensure!(finished == Some(filled.names.len()), "{finished:?} images finished: {lines:#?}");
    ensure_copied(&source, &destination, &filled)?;
    // Nothing that the registry already had before the kill is sent again.
    let requests = destination.requests();
    let sent = requests[before..].iter().filter(|request| request.op == Op::PutBlob);
    let sent = sent.filter_map(|request| sent_blob(&request.line));
    let again: Vec<_> = sent
        .filter(|blob| before_kill.iter().any(|before_kill| before_kill.starts_with(blob)))
        .collect();
    // The first blob of a run tests whether the registry mounts blobs, and is uploaded if it does not.
    ensure!(again.len() <= 1, "sent again: {again:?}");

    destination.forget_requests();
    cli.run(&copy).await?;
    ensure!(writes(&destination) == 0, "written again: {:?}", destination.requests());
    Ok(())
}

/// Runs a check for every kind of registry, and lists the failures.
async fn with_each<F: Future<Output = Result<()>>>(
    check: impl Fn(&'static RegistryKind, usize) -> F,
) -> Result<()> {
    let failed: Vec<String> = stream::iter(REAL_REGISTRIES.iter().enumerate())
        .map(|(number, kind)| {
            let checked = check(kind, number);
            async move { (kind.name, checked.await) }
        })
        .buffer_unordered(MAX_CONCURRENT)
        .filter_map(|(name, checked)| async move {
            checked.err().map(|error| format!("{name}: {error:#}"))
        })
        .collect()
        .await;
    match failed.is_empty() {
        true => Ok(()),
        false => bail!("{} registries failed:\n{}", failed.len(), failed.join("\n")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_migration_from_every_registry_is_resumed_from_its_journal() -> Result<()> {
    let ecr = Ecr::practice().await?;
    with_each(|kind, number| source_is_resumed(kind, number, &ecr)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_copy_to_every_registry_is_completed_by_the_same_command() -> Result<()> {
    with_each(destination_is_resumed).await
}
