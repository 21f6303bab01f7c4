//! The program is killed at twenty random moments of one migration and resumed each time: everything is copied, and nothing
//! is sent twice.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::{Fault, FaultProxy, Rule, SeenRequest};
use transload_tests::images::{Recipe, Target, pseudo_random};
use transload_tests::labs::RegistryLab;
use transload_tests::process::Run;
use transload_tests::skopeo::{Side, Skopeo};
use transload_tests::tools::command_line;
use transload_tests::wait::wait_until_true;
use transload_tests::window::{Role, Stage, Window, story};

use crate::wizard::{
    MIGRATION, at_images_of, go_to, log_in_and_review, next, select_newest_migration,
};

const KILLS: usize = 20;
const REPOSITORIES: u64 = 6;
const TAGS: u64 = 5;
/// Own layers of an image; all images share one more.
const LAYERS: usize = 8;
/// At which a layer comes from the source: it takes about a second, and is half way when the program
/// is killed. A slow way to ECR would not do: what a dead program has given to its connection arrives.
const BYTES_PER_SECOND: u64 = 20_000;
/// As many blobs the engine has on the way at the same time.
const ON_THE_WAY: usize = 32;
/// How long until the next moment to kill may take.
const LIMIT: Duration = Duration::from_secs(60);

/// What is moved.
struct Content {
    /// Every image, as `repository:tag`.
    images: Vec<String>,
    /// The blobs by their digests, with their sizes.
    blobs: HashMap<String, u64>,
}

/// Fills a registry with images.
async fn fill(registry: &RegistryLab) -> Result<Content> {
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
        let target = Target::new(&registry.url(), &path)?;
        pushes.push(async move { target.push(&image, &tag).await });
    }
    stream::iter(pushes).buffer_unordered(8).try_collect::<()>().await?;
    Ok(content)
}

/// Random moments in the order of their coming, each as the count of bytes that are in ECR or on
/// their way there. All lie before the end, so that there is always something left to go on with.
fn moments(seed: u64, all_bytes: u64) -> Vec<u64> {
    let random = pseudo_random(seed, KILLS * 8);
    let numbers = random.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes));
    let mut moments: Vec<_> = numbers.map(|number| number % (all_bytes * 9 / 10)).collect();
    moments.sort_unstable();
    moments
}

/// Bytes of what ECR has taken, and of what is on the way now.
fn arrived_and_on_the_way(requests: &[SeenRequest]) -> u64 {
    let (mut taken, mut bytes) = (HashSet::new(), 0);
    for request in requests {
        // A blob that all repositories share is moved once where it can be mounted.
        let Some(blob) = request.sent_blob() else { continue };
        let digest = blob.split_once('@').map(|(_, digest)| digest.to_owned());
        let counts = if is_taken(request) { taken.insert(digest) } else { !request.ended };
        bytes += if counts { request.body_bytes } else { 0 };
    }
    bytes
}

fn is_taken(request: &SeenRequest) -> bool {
    request.status == Some(201)
}

/// What the journal knows to be in ECR, told by the command line.
async fn proved(stage: &Stage) -> Result<Vec<String>> {
    let report = Run::new(command_line()?)
        .arguments(["report", "latest", "--format", "json"])
        .variable("TRANSLOAD_DATA_DIR", stage.data_folder())
        .succeed()
        .await?;
    let report: Value = serde_json::from_slice(&report.stdout)?;
    let images = report["images"].as_array().context("images")?.iter();
    let proved = images.filter(|image| image["proof"] == "equal");
    let destinations = proved.filter_map(|image| image["destination"].as_str());
    Ok(destinations.map(str::to_owned).collect())
}

/// How the program asks ECR's registry for an image by its tag.
fn path_of(destination: &str) -> Option<String> {
    let (repository, tag) = destination.split_once('/')?.1.rsplit_once(':')?;
    Some(format!("/v2/{repository}/manifests/{tag}"))
}

/// Compares source and destination tag by tag with skopeo.
async fn everything_is_equal(content: &Content, from: &RegistryLab, ecr: &Ecr) -> Result<()> {
    let (skopeo, (user, token)) = (&Skopeo::new()?, &ecr.login().await?);
    let compare = |image: &String| {
        let here = format!("{}/{image}", from.host());
        let there = format!("{}/{}", ecr.registry_host(), image.trim_start_matches("team/"));
        async move {
            let here = skopeo.inspect_raw(Side { reference: &here, login: None }).await?;
            let login = Some((user.as_str(), token.as_str()));
            let held = skopeo.inspect_raw(Side { reference: &there, login }).await?;
            ensure!(here == held, "{there} is another image");
            Ok(())
        }
    };
    let all: Vec<_> = content.images.iter().map(compare).collect();
    stream::iter(all).buffer_unordered(4).try_collect().await
}

/// From the first page to the review of a plan with every image of a registry.
async fn plan_all(window: &Window, source: &FaultProxy, proxy: &FaultProxy) -> Result<()> {
    window.click_by_test_id("card-migrate").await?;
    window.click(Role::Radio, &format!("Use {PROFILE}")).await?;
    window.expand("advanced-endpoints").await?;
    window.fill_by_test_id("registry-endpoint", &proxy.url()).await?;
    window.find_by_test_id("identity-account").await?;
    at_images_of(window, &source.host()).await?;
    window.expand("rules").await?;
    window.fill_by_test_id("rule-newest", &TAGS.to_string()).await?;
    window.click_by_test_id("rules-apply").await?;
    window.wait_for_text_in("rules-result", "30 images selected").await?;
    next(window, "Repositories").await?;
    log_in_and_review(window).await
}

#[tokio::test]
async fn killed_at_twenty_moments_and_resumed_it_brings_everything_once() -> Result<()> {
    let seed = match std::env::var("TRANSLOAD_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => u64::from(SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos()),
    };
    eprintln!("TRANSLOAD_SEED={seed} kills at the same moments again");
    let (registry, ecr) = (RegistryLab::start_in_memory().await?, Ecr::practice().await?);
    let content = fill(&registry).await?;
    let slow = Fault::Throttle { bytes_per_second: BYTES_PER_SECOND };
    let source = FaultProxy::start(&registry.url(), [Rule::new("GET", "/blobs/", slow)?]).await?;
    let proxy = FaultProxy::start(&ecr.api_url(), []).await?;
    let home = ecr.home()?;
    story(Stage::new("kills").await?.variables(home.environment()), async |stage| {
        let mut window = stage.open().await?;
        plan_all(&window, &source, &proxy).await?;
        window.click_by_test_id("wizard-start").await?;
        // The first request of this run, and how many bytes the kills have found on the way.
        let (mut begin, mut on_the_way_bytes) = (0, 0);
        let mut proved_before = Vec::new();
        for (kill, moment) in (1..).zip(moments(seed, content.blobs.values().sum())) {
            window.find_by_test_id("job").await?;
            wait_until_true(LIMIT, "the moment to kill", async || {
                arrived_and_on_the_way(&proxy.requests()) >= moment
            })
            .await?;
            let answered = proxy.requests();
            stage.kill().await?;
            let (opened, proved) = tokio::join!(stage.open(), proved(stage));
            let proved = proved?;
            window = opened?;
            wait_until_true(LIMIT, "the broken lines to end", async || {
                proxy.requests().iter().all(|request| request.ended)
            })
            .await?;
            let requests = proxy.requests();
            let run = begin..requests.len();
            let open =
                run.clone().filter(|at| answered.get(*at).is_none_or(|then| then.status.is_none()));
            let open: Vec<_> = open.filter_map(|at| requests[at].sent_blob()).collect();
            ensure!(open.len() <= ON_THE_WAY, "{} blobs were on the way: {open:?}", open.len());
            let sizes = open.iter().filter_map(|blob| content.blobs.get(blob.split_once('@')?.1));
            let bytes: u64 = sizes.sum();
            on_the_way_bytes += bytes;
            // An image that was proved before is done with. The review, which the window opens with,
            // may look at it once.
            for image in &proved_before {
                ensure!(proved.contains(image), "kill {kill}: the proof of {image} is lost");
                let path = path_of(image).context("a tag")?;
                let asked = requests[run.clone()]
                    .iter()
                    .filter(|request| request.path == path && request.status != Some(401));
                ensure!(asked.count() <= 1, "kill {kill}: {image} was proved, and was asked for");
            }
            eprintln!(
                "kill {kill} at {moment}: {} images proved, {} blobs of {bytes} bytes on the way",
                proved.len(),
                open.len(),
            );
            (begin, proved_before) = (requests.len(), proved);
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
        ensure!(proved(stage).await?.len() == content.images.len(), "a proof was lost");

        let (mut taken, mut seen) = (HashSet::new(), HashSet::new());
        let (mut all_bytes, mut twice_bytes) = (0, 0);
        for request in proxy.requests() {
            let Some(blob) = request.sent_blob() else { continue };
            ensure!(!taken.contains(&blob), "ECR had {blob}, and it was sent again");
            all_bytes += request.body_bytes;
            if !seen.insert(blob.clone()) {
                twice_bytes += request.body_bytes;
            }
            if is_taken(&request) {
                taken.insert(blob);
            }
        }
        eprintln!(
            "{twice_bytes} of {all_bytes} bytes were sent twice over {KILLS} kills, \
             {on_the_way_bytes} were on the way"
        );
        // Only what was on the way at a kill, at most once for each kill that found it there.
        ensure!(twice_bytes <= on_the_way_bytes, "{twice_bytes} bytes were sent twice");
        Ok(())
    })
    .await
}
