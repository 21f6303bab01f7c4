//! Registry to registry over unreliable connections, and with kills: the report is true, and a second run
//! completes the copy.

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
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::program::Program;
use transload_tests::servers::TestRegistry;
use transload_tests::tools::command_line;
use transload_tests::wait::wait_until_true;

use crate::registry_copy::{client, copy, without_referrers};

const REPOSITORIES: u64 = 40;
const TAGS: u64 = 5;
/// Seeds of each test: about ten thousand requests, of which a thousand get one of eleven faults.
const SEEDS: u64 = 8;
/// Seeds at a time; each of them mostly waits.
const MAX_CONCURRENT_SEEDS: usize = 3;
/// How many times the command line is killed.
const KILLS: u64 = 30;

/// Fills a registry with repositories that share a layer, and returns their images.
async fn fill(source: &TestRegistry, repositories: u64, own_bytes: usize) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for repository in 0..repositories {
        let path = format!("team/app{repository}");
        let target = TestRepository::new(&source.url(), &path)?;
        for tag in 0..TAGS {
            let own = own_bytes + usize::try_from(repository * TAGS + tag)?;
            let image = Recipe::small(11).layers([9_000, own]).build()?;
            target.push(&image, &tag.to_string()).await?;
            names.push(format!("{path}:{tag}"));
        }
    }
    Ok(names)
}

/// One of ten requests gets one of eleven faults.
fn faults(seed: u64, may_flip: bool) -> Result<Vec<Rule>> {
    let mut faults = vec![
        Fault::Drop,
        Fault::LoseResponse,
        Fault::RespondTwice,
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

/// Checks that the destination has the images, byte by byte.
async fn are_equal(
    from: &Arc<dyn RegistryApi>,
    to: &Arc<dyn RegistryApi>,
    names: &[&String],
) -> Result<()> {
    are_equal_except(from, to, names, &HashSet::new()).await
}

/// The same for images of which some had all their bytes before: nothing deletes a blob, so only their manifests are compared.
async fn are_equal_except(
    from: &Arc<dyn RegistryApi>,
    to: &Arc<dyn RegistryApi>,
    names: &[&String],
    had_bytes: &HashSet<&String>,
) -> Result<()> {
    let checks = names
        .iter()
        .map(|name| is_equal(from.as_ref(), to.as_ref(), name, had_bytes.contains(name)));
    stream::iter(checks.collect::<Vec<_>>()).buffer_unordered(16).try_collect().await
}

async fn is_equal(
    from: &dyn RegistryApi,
    to: &dyn RegistryApi,
    name: &str,
    had_bytes: bool,
) -> Result<()> {
    let (path, tag) = name.split_once(':').context("a tag")?;
    let (original, copied) = (from.manifest(path, tag).await?, to.manifest(path, tag).await?);
    ensure!(original == copied, "{name} is another image");
    if had_bytes {
        return Ok(());
    }
    let Manifest::Image(image) = copied.parse()? else { anyhow::bail!("{name} is not an image") };
    for blob in image.layers.iter().chain([&image.config]) {
        // The stream fails if size or digest is wrong.
        let mut content = to.blob(path, blob).await?;
        while content.try_next().await?.is_some() {}
    }
    Ok(())
}

/// The destination: through the faults, and directly.
struct Destination {
    proxy: FaultProxy,
    through_faults: Arc<dyn RegistryApi>,
    direct: Arc<dyn RegistryApi>,
}

/// Copies everything through faults, checks the result, and copies again without them. Returns how many
/// images failed the first time.
async fn one_seed(
    source: &TestRegistry,
    names: &[String],
    destination: Destination,
    seed: u64,
) -> Result<usize> {
    let before = FaultProxy::start(&source.url(), faults(2 * seed, true)?).await?;
    let (from, original) = (client(&before.url(), None)?, client(&source.url(), None)?);
    let outcomes = copy(&from, &destination.through_faults, names, without_referrers()).await?;
    ensure!(before.fault_count() + destination.proxy.fault_count() > 100, "the faults occurred");
    let mut reported = Vec::new();
    for (name, outcome) in names.iter().zip(&outcomes) {
        match outcome {
            CopyOutcome::Copied { .. } | CopyOutcome::AlreadyThere { .. } => reported.push(name),
            CopyOutcome::Failed(error) => ensure!(!error.to_string().is_empty()),
            CopyOutcome::Cancelled => anyhow::bail!("nobody cancelled {name}"),
        }
    }
    are_equal(&original, &destination.direct, &reported)
        .await
        .with_context(|| format!("seed {seed}"))?;
    // Without faults, the remaining images are copied, and nothing that exists is sent again.
    let copied: HashSet<_> = reported.iter().copied().collect();
    let again = copy(&original, &destination.direct, names, without_referrers()).await?;
    for (name, outcome) in names.iter().zip(&again) {
        match outcome {
            CopyOutcome::AlreadyThere { .. } => {}
            // A lost response can hide a success, never the other way round.
            CopyOutcome::Copied { .. } if !copied.contains(name) => {}
            other => anyhow::bail!("seed {seed}: {name} the second time: {other:?}"),
        }
    }
    let all: Vec<_> = names.iter().collect();
    are_equal_except(&original, &destination.direct, &all, &copied).await?;
    Ok(names.len() - reported.len())
}

/// Most faults are handled. Only a flipped bit has to fail an image.
fn few_failed(failed: &[usize]) -> Result<()> {
    let failed: usize = failed.iter().sum();
    let all = usize::try_from(SEEDS * REPOSITORIES * TAGS)?;
    ensure!(failed * 10 < all, "{failed} of {all} images failed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn with_any_fault_the_report_is_true_and_a_second_run_completes_the_copy() -> Result<()> {
    let source = TestRegistry::start().await?;
    let names = fill(&source, REPOSITORIES, 2_000).await?;
    let run = |seed| {
        let (source, names) = (&source, &names);
        async move {
            let destination = TestRegistry::start().await?;
            let proxy = FaultProxy::start(&destination.url(), faults(2 * seed + 1, false)?).await?;
            let through_faults = client(&proxy.url(), None)?;
            let direct = client(&destination.url(), None)?;
            one_seed(source, names, Destination { proxy, through_faults, direct }, seed).await
        }
    };
    let runs: Vec<_> = (0..SEEDS).map(run).collect();
    let failed: Vec<usize> =
        stream::iter(runs).buffer_unordered(MAX_CONCURRENT_SEEDS).try_collect().await?;
    few_failed(&failed)
}

/// A client of the practice ECR whose login renews its tokens.
fn ecr_client(url: &str, ecr: &Arc<dyn EcrApi>) -> Result<Arc<dyn RegistryApi>> {
    let endpoint = RegistryEndpoint::parse(url)?;
    let login = EcrLogin::new(Arc::clone(ecr), endpoint.host.clone());
    Ok(Arc::new(RegistryClient::new(endpoint, Arc::new(login))))
}

async fn one_seed_with_expiring_tokens(
    source: &TestRegistry,
    names: &[String],
    seed: u64,
) -> Result<usize> {
    let practice = Ecr::practice().await?;
    let ecr = practice.api().await?;
    for repository in 0..REPOSITORIES {
        let name = RepositoryName::parse(&format!("team/app{repository}"))?;
        ecr.create_repository(&name, &RepositorySettings::default()).await?;
    }
    // In the middle, at a different moment for each seed, all tokens that were issued so far expire.
    for end in 1..=4 {
        let mut rule = FaultRule::new(FaultAction::ExpireTokens).on(Plane::Registry);
        rule.skip = u32::try_from(end * 250 + seed * 17 % 200)?;
        rule.times = Some(1);
        practice.faults()?.add(rule);
    }
    let url = format!("http://{}", practice.registry_host());
    let proxy = FaultProxy::start(&url, faults(2 * seed + 1, false)?).await?;
    let (through_faults, direct) = (ecr_client(&proxy.url(), &ecr)?, ecr_client(&url, &ecr)?);
    let failed =
        one_seed(source, names, Destination { proxy, through_faults, direct }, seed).await?;
    let Ecr::Practice { practice, .. } = &practice else { anyhow::bail!("it is the practice ECR") };
    let operations = practice.requests().into_iter().filter_map(|request| request.operation);
    let tokens = operations.filter(|operation| operation == "GetAuthorizationToken").count();
    // One for each of the two clients, and more after they expired.
    ensure!(tokens > 2, "the tokens expired: {tokens}");
    Ok(failed)
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_expire_are_renewed_despite_other_faults() -> Result<()> {
    let source = TestRegistry::start().await?;
    let names = fill(&source, REPOSITORIES, 2_000).await?;
    let run = |seed| one_seed_with_expiring_tokens(&source, &names, seed);
    let runs: Vec<_> = (0..SEEDS).map(run).collect();
    let failed: Vec<usize> =
        stream::iter(runs).buffer_unordered(MAX_CONCURRENT_SEEDS).try_collect().await?;
    few_failed(&failed)
}

#[tokio::test]
async fn a_copy_killed_at_any_moment_resumes_without_sending_a_layer_again() -> Result<()> {
    let (source, destination) = (TestRegistry::start().await?, TestRegistry::start().await?);
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
        let mut running = Program::new(command_line()?).arguments(arguments).start()?;
        // After a different number of requests each time. The copy can finish before.
        let moment = already + 3 + usize::try_from(kill * 7 % 60)?;
        wait_until_true(Duration::from_secs(60), "the moment to kill", async || {
            proxy.requests().len() >= moment || running.ended()
        })
        .await?;
        running.kill().await.ok();
    }
    let finished = Program::new(command_line()?).arguments(arguments).finish().await?;
    ensure!(finished.status.success(), "{}{}", finished.text(), finished.stderr);
    let (original, copied) = (client(&source.url(), None)?, client(&destination.url(), None)?);
    are_equal(&original, &copied, &names.iter().collect::<Vec<_>>()).await?;
    // The uploads that the registry accepted, by repository and digest: each one once.
    let log = destination.log();
    let accepted_upload = regex::Regex::new(
        r#""PUT /v2/([^ ]+)/blobs/uploads/[^ ]*digest=sha256(?:%3A|:)([0-9a-f]{64})[^"]*" 201"#,
    )?;
    let mut seen = HashSet::new();
    for upload in accepted_upload.captures_iter(&log) {
        let (repository, digest) = (upload[1].to_owned(), upload[2].to_owned());
        ensure!(
            seen.insert((repository.clone(), digest.clone())),
            "{repository} got {digest} twice"
        );
    }
    ensure!(!seen.is_empty(), "the log contains uploads");
    Ok(())
}
