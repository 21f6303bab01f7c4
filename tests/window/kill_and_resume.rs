//! The program is killed at six random moments of one migration and resumed each time: everything is
//! copied, and nothing is sent twice.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::{Fault, FaultProxy, Rule, SeenRequest};
use transload_tests::images::{Recipe, TestRepository, pseudo_random};
use transload_tests::program::Program;
use transload_tests::servers::TestRegistry;
use transload_tests::skopeo::{Skopeo, SkopeoImage};
use transload_tests::tools::command_line;
use transload_tests::wait::wait_until_true;
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{
    MIGRATION, go_to, log_in_and_review, next_step, open_registry_images, select_newest_migration,
};

/// How often the window is killed. `flows/journal.rs` kills a run twenty times without a window; here it is
/// about what the window shows and resumes.
const KILLS: usize = 6;
const REPOSITORIES: u64 = 6;
const TAGS: u64 = 5;
/// Unique layers of an image. All images share one more.
const LAYERS: usize = 8;
/// The speed of layers from the source: a layer takes about a second, and is half way when the program is
/// killed. A slow connection to ECR would not work, because data that a killed program has already written is
/// still delivered.
const BYTES_PER_SECOND: u64 = 20_000;
/// The maximum number of blobs that Transload sends at a time.
const MAX_CONCURRENT_BLOBS: usize = 32;
/// How long to wait for the next moment to kill.
const LIMIT: Duration = Duration::from_secs(60);

/// The content to migrate.
struct Content {
    /// All images, as `repository:tag`.
    images: Vec<String>,
    /// The sizes of the blobs by digest.
    blobs: HashMap<String, u64>,
}

async fn fill(registry: &TestRegistry) -> Result<Content> {
    let mut content = Content { images: Vec::new(), blobs: HashMap::new() };
    let mut pushes = Vec::new();
    for number in 0..REPOSITORIES * TAGS {
        let (path, tag) = (format!("team/app{}", number / TAGS), (number % TAGS).to_string());
        let own = usize::try_from(number)?;
        let own_layers = (0..LAYERS).map(|layer| 12_000 + 2_000 * layer + own);
        let layers: Vec<_> = std::iter::once(9_000).chain(own_layers).collect();
        let image = Recipe::small(17).layers(layers).build()?;
        content.images.push(format!("{path}:{tag}"));
        let blobs = image.blobs().map(|(digest, bytes)| (digest.to_owned(), bytes.len() as u64));
        content.blobs.extend(blobs);
        let target = TestRepository::new(&registry.url(), &path)?;
        pushes.push(async move { target.push(&image, &tag).await });
    }
    stream::iter(pushes).buffer_unordered(8).try_collect::<()>().await?;
    Ok(content)
}

/// Random moments in ascending order, each as the number of bytes that ECR has or is receiving. All are
/// before the end, so that there is always something left to resume.
fn moments(seed: u64, all_bytes: u64) -> Vec<u64> {
    let random = pseudo_random(seed, KILLS * 8);
    let numbers = random.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes));
    let mut moments: Vec<_> = numbers.map(|number| number % (all_bytes * 9 / 10)).collect();
    moments.sort_unstable();
    moments
}

/// The number of bytes that ECR accepted or is receiving now.
fn accepted_and_in_progress(requests: &[SeenRequest]) -> u64 {
    let (mut accepted, mut bytes) = (HashSet::new(), 0);
    for request in requests {
        // A blob that all repositories share is uploaded once if it can be mounted.
        let Some(blob) = request.sent_blob() else { continue };
        let digest = blob.split_once('@').map(|(_, digest)| digest.to_owned());
        let counts = if is_accepted(request) { accepted.insert(digest) } else { !request.ended };
        bytes += if counts { request.body_bytes } else { 0 };
    }
    bytes
}

fn is_accepted(request: &SeenRequest) -> bool {
    request.status == Some(201)
}

/// The images that are verified according to the journal, as the command line reports it.
async fn verified(desktop: &Desktop) -> Result<Vec<String>> {
    let report = Program::new(command_line()?)
        .arguments(["report", "latest", "--format", "json"])
        .variable("TRANSLOAD_DATA_DIR", desktop.data_folder())
        .succeed()
        .await?;
    let report: Value = serde_json::from_slice(&report.stdout)?;
    let images = report["images"].as_array().context("images")?.iter();
    let verified = images.filter(|image| image["proof"] == "equal");
    let destinations = verified.filter_map(|image| image["destination"].as_str());
    Ok(destinations.map(str::to_owned).collect())
}

/// The path at which the program requests an image by its tag.
fn path_of(destination: &str) -> Option<String> {
    let (repository, tag) = destination.split_once('/')?.1.rsplit_once(':')?;
    Some(format!("/v2/{repository}/manifests/{tag}"))
}

/// Compares source and destination tag by tag with skopeo.
async fn everything_is_equal(content: &Content, from: &TestRegistry, ecr: &Ecr) -> Result<()> {
    let (skopeo, (user, token)) = (&Skopeo::new()?, &ecr.login().await?);
    let compare = |image: &String| {
        let original = format!("{}/{image}", from.host());
        let copied_reference =
            format!("{}/{}", ecr.registry_host(), image.trim_start_matches("team/"));
        async move {
            let original =
                skopeo.inspect_raw(SkopeoImage { reference: &original, login: None }).await?;
            let login = Some((user.as_str(), token.as_str()));
            let copied =
                skopeo.inspect_raw(SkopeoImage { reference: &copied_reference, login }).await?;
            ensure!(original == copied, "{copied_reference} is another image");
            Ok(())
        }
    };
    let all: Vec<_> = content.images.iter().map(compare).collect();
    stream::iter(all).buffer_unordered(4).try_collect().await
}

/// Goes from the first page to the review of a plan with all images of a registry.
async fn plan_all(window: &Window, source: &FaultProxy, proxy: &FaultProxy) -> Result<()> {
    window.click_by_test_id("card-migrate").await?;
    window.click(Role::Radio, &format!("Use {PROFILE}")).await?;
    window.expand("advanced-endpoints").await?;
    window.fill_by_test_id("registry-endpoint", &proxy.url()).await?;
    window.find_by_test_id("identity-account").await?;
    open_registry_images(window, &source.host()).await?;
    window.expand("rules").await?;
    window.fill_by_test_id("rule-newest", &TAGS.to_string()).await?;
    window.click_by_test_id("rules-apply").await?;
    window.wait_for_text_in("rules-result", "30 images selected").await?;
    next_step(window, "Names").await?;
    log_in_and_review(window).await
}

#[tokio::test]
async fn killed_at_random_moments_and_resumed_it_copies_everything_once() -> Result<()> {
    let seed = match std::env::var("TRANSLOAD_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => u64::from(SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos()),
    };
    eprintln!("TRANSLOAD_SEED={seed} repeats the kills at the same moments");
    let (registry, ecr) = (TestRegistry::start_in_memory().await?, Ecr::practice().await?);
    let content = fill(&registry).await?;
    let slow = Fault::Throttle { bytes_per_second: BYTES_PER_SECOND };
    let source = FaultProxy::start(&registry.url(), [Rule::new("GET", "/blobs/", slow)?]).await?;
    let proxy = FaultProxy::start(&ecr.api_url(), []).await?;
    let home = ecr.home()?;
    run_story(Desktop::new("kills").await?.variables(home.environment()), async |desktop| {
        let mut window = desktop.open().await?;
        plan_all(&window, &source, &proxy).await?;
        window.click_by_test_id("wizard-start").await?;
        // The first request of this run, and the number of bytes in progress at all kills so far.
        let (mut begin, mut in_progress_bytes) = (0, 0);
        let mut verified_before = Vec::new();
        for (kill, moment) in (1..).zip(moments(seed, content.blobs.values().sum())) {
            window.find_by_test_id("job").await?;
            wait_until_true(LIMIT, "the moment to kill", async || {
                accepted_and_in_progress(&proxy.requests()) >= moment
            })
            .await?;
            let answered = proxy.requests();
            desktop.kill().await?;
            let (opened, verified) = tokio::join!(desktop.open(), verified(desktop));
            let verified = verified?;
            window = opened?;
            wait_until_true(LIMIT, "the broken connections to end", async || {
                proxy.requests().iter().all(|request| request.ended)
            })
            .await?;
            let requests = proxy.requests();
            let run = begin..requests.len();
            let open =
                run.clone().filter(|at| answered.get(*at).is_none_or(|request| request.status.is_none()));
            let open: Vec<_> = open.filter_map(|at| requests[at].sent_blob()).collect();
            ensure!(open.len() <= MAX_CONCURRENT_BLOBS, "{} blobs were in progress: {open:?}", open.len());
            let sizes = open.iter().filter_map(|blob| content.blobs.get(blob.split_once('@')?.1));
            let bytes: u64 = sizes.sum();
            in_progress_bytes += bytes;
            // An image that was verified before is finished. The review, which the window shows first, may
            // read it once.
            for image in &verified_before {
                ensure!(verified.contains(image), "kill {kill}: the proof of {image} is lost");
                let path = path_of(image).context("a tag")?;
                let again = requests[run.clone()]
                    .iter()
                    .filter(|request| request.path == path && request.status != Some(401));
                ensure!(again.count() <= 1, "kill {kill}: {image} was verified, and was requested again");
            }
            eprintln!(
                "kill {kill} at {moment}: {} images verified, {} blobs of {bytes} bytes in progress",
                verified.len(),
                open.len(),
            );
            (begin, verified_before) = (requests.len(), verified);
            window.wait_for_text("Migration interrupted").await?;
            go_to(&window, "History").await?;
            window.wait_for_text_in("history-table", "Interrupted").await?;
            select_newest_migration(&window).await?;
            if kill == KILLS {
                window.screenshot("interrupted").await?;
                source.clear();
            }
            window.click_by_test_id("history-resume").await?;
        }
        let outcome = window.attribute_of(MIGRATION, "result", "data-outcome").await?;
        ensure!(outcome == "succeeded", "{outcome}");
        window.screenshot("report").await?;
        everything_is_equal(&content, &registry, &ecr).await?;
        ensure!(verified(desktop).await?.len() == content.images.len(), "a proof was lost");

        let (mut accepted, mut seen) = (HashSet::new(), HashSet::new());
        let (mut all_bytes, mut twice_bytes) = (0, 0);
        for request in proxy.requests() {
            let Some(blob) = request.sent_blob() else { continue };
            ensure!(!accepted.contains(&blob), "ECR had {blob}, and it was sent again");
            all_bytes += request.body_bytes;
            if !seen.insert(blob.clone()) {
                twice_bytes += request.body_bytes;
            }
            if is_accepted(&request) {
                accepted.insert(blob);
            }
        }
        eprintln!(
            "{twice_bytes} of {all_bytes} bytes were sent twice over {KILLS} kills, \
             {in_progress_bytes} were in progress"
        );
        // Only what was in progress at a kill, at most once per kill.
        ensure!(twice_bytes <= in_progress_bytes, "{twice_bytes} bytes were sent twice");
        Ok(())
    })
    .await
}
