//! Registry to registry over connections that break: the report is true, and a second run completes the copy.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use transload_aws::EcrApi;
use transload_migration::{CopyOutcome, EcrLogin};
use transload_model::{Manifest, RepositoryName, RepositorySettings};
use transload_practice::{FaultAction, FaultRule, Plane};
use transload_registry::{RegistryApi, RegistryClient, RegistryEndpoint};
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::RegistryLab;
use transload_tests::process::Run;
use transload_tests::tools::command_line;
use transload_tests::wait::wait_until_true;

use crate::copies::{client, copy, without_referrers};

const REPOSITORIES: u64 = 40;
const TAGS: u64 = 5;
const SEEDS: u64 = 20;
/// Seeds at the same time: much of each is waiting.
const MAX_CONCURRENT_SEEDS: usize = 3;
/// How many times the command line is killed.
const KILLS: u64 = 30;

/// Fills a registry with repositories that share a layer, and names what is in it.
async fn fill(source: &RegistryLab, repositories: u64, own_bytes: usize) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for repository in 0..repositories {
        let path = format!("team/app{repository}");
        let target = Target::new(&source.url(), &path)?;
        for tag in 0..TAGS {
            let own = own_bytes + usize::try_from(repository * TAGS + tag)?;
            let image = Recipe::small(11).layers([9_000, own]).build()?;
            target.push(&image, &tag.to_string()).await?;
            names.push(format!("{path}:{tag}"));
        }
    }
    Ok(names)
}

/// One of ten requests meets one of eleven faults.
fn faults(seed: u64, may_flip: bool) -> Result<Vec<Rule>> {
    let mut faults = vec![
        Fault::Drop,
        Fault::LoseAnswer,
        Fault::AnswerTwice,
        Fault::CutResponse { after_bytes: 700 },
        Fault::CutRequest { after_bytes: 700 },
        Fault::Delay(Duration::from_millis(30)),
        Fault::Throttle { bytes_per_second: 200_000 },
        Fault::registry_error(429, "TOOMANYREQUESTS", "slow down").header("Retry-After", "0"),
        Fault::registry_error(429, "TOOMANYREQUESTS", "slow down"),
        Fault::registry_error(500, "UNKNOWN", "a fault"),
    ];
    faults.push(if may_flip {
        Fault::FlipBit { at_byte: 400 }
    } else {
        Fault::registry_error(503, "UNAVAILABLE", "a fault").header("Retry-After", "0")
    });
    let rules = (0_u64..).zip(faults).map(|(number, fault)| {
        Ok(Rule::new(".*", "/v2/", fault)?.one_in(110, seed * 1000 + number))
    });
    rules.collect()
}

/// Whether the destination holds images, byte by byte.
async fn are_equal(
    from: &Arc<dyn RegistryApi>,
    to: &Arc<dyn RegistryApi>,
    names: &[&String],
) -> Result<()> {
    let checks = names.iter().map(|name| is_equal(from.as_ref(), to.as_ref(), name));
    stream::iter(checks.collect::<Vec<_>>()).buffer_unordered(16).try_collect().await
}

async fn is_equal(from: &dyn RegistryApi, to: &dyn RegistryApi, name: &str) -> Result<()> {
    let (path, tag) = name.split_once(':').context("a tag")?;
    let (here, there) = (from.manifest(path, tag).await?, to.manifest(path, tag).await?);
    ensure!(here == there, "{name} is another one");
    let Manifest::Image(image) = there.read()? else { anyhow::bail!("{name} is no image") };
    for blob in image.layers.iter().chain([&image.config]) {
        // The stream fails where size or digest is wrong.
        let mut content = to.blob(path, blob).await?;
        while content.try_next().await?.is_some() {}
    }
    Ok(())
}

/// Where images go: past the faults, and directly.
struct There {
    proxy: FaultProxy,
    past_faults: Arc<dyn RegistryApi>,
    directly: Arc<dyn RegistryApi>,
}

/// Copies everything past faults, looks at what is reported, and copies once more without them.
/// Gives how many images failed the first time.
async fn one_seed(
    source: &RegistryLab,
    names: &[String],
    there: There,
    seed: u64,
) -> Result<usize> {
    let before = FaultProxy::start(&source.url(), faults(2 * seed, true)?).await?;
    let (from, here) = (client(&before.url(), None)?, client(&source.url(), None)?);
    let outcomes = copy(&from, &there.past_faults, names, without_referrers()).await?;
    ensure!(before.faults() + there.proxy.faults() > 100, "the faults came");
    let mut reported = Vec::new();
    for (name, outcome) in names.iter().zip(&outcomes) {
        match outcome {
            CopyOutcome::Copied { .. } | CopyOutcome::AlreadyThere { .. } => reported.push(name),
            CopyOutcome::Failed(error) => ensure!(!error.to_string().is_empty()),
            CopyOutcome::Cancelled => anyhow::bail!("nobody cancelled {name}"),
        }
    }
    are_equal(&here, &there.directly, &reported).await.with_context(|| format!("seed {seed}"))?;
    // Without faults the rest arrives, and nothing is sent that arrived.
    let held: HashSet<_> = reported.iter().copied().collect();
    let again = copy(&here, &there.directly, names, without_referrers()).await?;
    for (name, outcome) in names.iter().zip(&again) {
        match outcome {
            CopyOutcome::AlreadyThere { .. } => {}
            // An answer that was lost may have hidden a success, never the other way round.
            CopyOutcome::Copied { .. } if !held.contains(name) => {}
            other => anyhow::bail!("seed {seed}: {name} the second time: {other:?}"),
        }
    }
    are_equal(&here, &there.directly, &names.iter().collect::<Vec<_>>()).await?;
    Ok(names.len() - reported.len())
}

/// Most faults are got over: only a turned bit has to end an image.
fn few_failed(failed: &[usize]) -> Result<()> {
    let failed: usize = failed.iter().sum();
    let all = usize::try_from(SEEDS * REPOSITORIES * TAGS)?;
    ensure!(failed * 10 < all, "{failed} of {all} images failed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_breaks_what_is_reported_is_true_and_a_second_run_finishes() -> Result<()> {
    let source = RegistryLab::start().await?;
    let names = fill(&source, REPOSITORIES, 2_000).await?;
    let run = |seed| {
        let (source, names) = (&source, &names);
        async move {
            let destination = RegistryLab::start().await?;
            let proxy = FaultProxy::start(&destination.url(), faults(2 * seed + 1, false)?).await?;
            let past_faults = client(&proxy.url(), None)?;
            let directly = client(&destination.url(), None)?;
            one_seed(source, names, There { proxy, past_faults, directly }, seed).await
        }
    };
    let runs: Vec<_> = (0..SEEDS).map(run).collect();
    let failed: Vec<usize> =
        stream::iter(runs).buffer_unordered(MAX_CONCURRENT_SEEDS).try_collect().await?;
    few_failed(&failed)
}

/// A client of practice's ECR with a login that gets new tokens.
fn ecr_client(url: &str, ecr: &Arc<dyn EcrApi>) -> Result<Arc<dyn RegistryApi>> {
    let endpoint = RegistryEndpoint::at(url)?;
    let login = EcrLogin::new(Arc::clone(ecr), endpoint.host.clone());
    Ok(Arc::new(RegistryClient::new(endpoint, Arc::new(login))))
}

async fn one_seed_with_ending_tokens(
    source: &RegistryLab,
    names: &[String],
    seed: u64,
) -> Result<usize> {
    let practice = Ecr::practice().await?;
    let ecr = practice.api().await?;
    for repository in 0..REPOSITORIES {
        let name = RepositoryName::parse(&format!("team/app{repository}"))?;
        ecr.create_repository(&name, &RepositorySettings::default()).await?;
    }
    // In the middle, at other moments with each seed: every token that was given out so far ends.
    for end in 1..=4 {
        let mut rule = FaultRule::new(FaultAction::ExpireTokens).on(Plane::Registry);
        rule.skip = u32::try_from(end * 250 + seed * 17 % 200)?;
        rule.times = Some(1);
        practice.faults()?.add(rule);
    }
    let url = format!("http://{}", practice.registry_host());
    let proxy = FaultProxy::start(&url, faults(2 * seed + 1, false)?).await?;
    let (past_faults, directly) = (ecr_client(&proxy.url(), &ecr)?, ecr_client(&url, &ecr)?);
    let failed = one_seed(source, names, There { proxy, past_faults, directly }, seed).await?;
    let Ecr::Practice { practice, .. } = &practice else { anyhow::bail!("it is practice") };
    let asked = practice.requests().into_iter().filter_map(|request| request.operation);
    let tokens = asked.filter(|operation| operation == "GetAuthorizationToken").count();
    // One for each of the two clients, and more for what ended.
    ensure!(tokens > 2, "the tokens ended: {tokens}");
    Ok(failed)
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_end_in_the_middle_are_got_over_whatever_else_breaks() -> Result<()> {
    let source = RegistryLab::start().await?;
    let names = fill(&source, REPOSITORIES, 2_000).await?;
    let run = |seed| one_seed_with_ending_tokens(&source, &names, seed);
    let runs: Vec<_> = (0..SEEDS).map(run).collect();
    let failed: Vec<usize> =
        stream::iter(runs).buffer_unordered(MAX_CONCURRENT_SEEDS).try_collect().await?;
    few_failed(&failed)
}

#[tokio::test]
async fn killed_at_any_moment_it_goes_on_without_sending_a_layer_again() -> Result<()> {
    let (source, destination) = (RegistryLab::start().await?, RegistryLab::start().await?);
    let names = fill(&source, 8, 60_000).await?;
    let proxy = FaultProxy::start(&destination.url(), []).await?;
    let list: String = names
        .iter()
        .map(|name| format!("{}/{name} {}/{name}\n", source.host(), proxy.host()))
        .collect();
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("list");
    std::fs::write(&file, list)?;
    let file = file.to_str().context("a path")?;
    let arguments = ["copy", "--list", file, "--no-referrers"];
    for kill in 0..KILLS {
        let already = proxy.requests().len();
        let mut running = Run::new(command_line()?).arguments(arguments).start()?;
        // After another number of requests each time; it may end before.
        let moment = already + 3 + usize::try_from(kill * 7 % 60)?;
        wait_until_true(Duration::from_secs(60), "the moment to kill", async || {
            proxy.requests().len() >= moment || running.ended()
        })
        .await?;
        running.kill().await.ok();
    }
    let finished = Run::new(command_line()?).arguments(arguments).finish().await?;
    ensure!(finished.status.success(), "{}{}", finished.text(), finished.stderr);
    let (here, there) = (client(&source.url(), None)?, client(&destination.url(), None)?);
    are_equal(&here, &there, &names.iter().collect::<Vec<_>>()).await?;
    // Uploads that the registry took, by repository and digest: each once.
    let log = destination.log();
    let taken = regex::Regex::new(
        r#""PUT /v2/([^ ]+)/blobs/uploads/[^ ]*digest=sha256(?:%3A|:)([0-9a-f]{64})[^"]*" 201"#,
    )?;
    let mut seen = HashSet::new();
    for upload in taken.captures_iter(&log) {
        let (repository, digest) = (upload[1].to_owned(), upload[2].to_owned());
        ensure!(
            seen.insert((repository.clone(), digest.clone())),
            "{repository} got {digest} twice"
        );
    }
    ensure!(!seen.is_empty(), "the log tells of uploads");
    Ok(())
}
