//! The pages about all repositories on the practice ECR: what is read when, finding an image without a call, and what
//! repositories store.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use transload_contract::{FoundImages, RegistryContents, RegistryReadProgress};
use transload_errors::ErrorCode;
use transload_model::now_ms;
use transload_practice::{FaultAction, FaultRule, Practice};
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, api_error};
use transload_tests::images::{Image, Index, Recipe, TestRepository};

use crate::explorer::{calls_since, named};

/// A practice ECR with the repositories `shop/api`, `shop/web` and `tools`, one image in two of them.
struct Registry {
    ecr: Ecr,
    app: HeadlessApp,
    shared: Image,
}

impl Registry {
    async fn open() -> Result<Self> {
        let ecr = Ecr::practice().await?;
        let app = HeadlessApp::new(ecr.home()?, None)?;
        let (user, password) = ecr.login().await?;
        let address = format!("http://{}", ecr.registry_host());
        let shared = Recipe::small(3).build()?;
        for (name, tags) in
            [("shop/api", &["v1.2.3", "latest"][..]), ("shop/web", &["web-1"]), ("tools", &[])]
        {
            let create = ["ecr", "create-repository", "--repository-name", name];
            ecr.aws()?.run(create).succeed().await?;
            let repository = TestRepository::new(&address, name)?;
            let repository = repository.login(Some((user.as_str(), password.as_str())));
            for tag in tags {
                repository.push(&shared, tag).await?;
            }
        }
        Ok(Self { ecr, app, shared })
    }

    fn practice(&self) -> Result<&Practice> {
        match &self.ecr {
            Ecr::Practice { practice, .. } => Ok(practice),
            Ecr::Ministack(_) => bail!("it is the practice ECR"),
        }
    }

    fn calls(&self) -> Result<Vec<(String, usize)>> {
        Ok(calls_since(self.practice()?))
    }

    async fn contents(&self) -> Result<RegistryContents> {
        let contents = self.app.api.registry_contents(self.ecr.connection()).await;
        contents.map_err(api_error)
    }

    /// Reads the lists that are older than a time. Returns the last progress, too.
    async fn read(
        &self,
        since_ms: u64,
    ) -> Result<(Option<RegistryContents>, RegistryReadProgress)> {
        let last = Mutex::new(RegistryReadProgress::default());
        let report = |progress| *last.lock().unwrap_or_else(PoisonError::into_inner) = progress;
        let connection = self.ecr.connection();
        let read =
            self.app.api.registry_contents_read(connection, since_ms, "read".to_owned(), report);
        let contents = read.await.map_err(api_error)?;
        Ok((contents, last.into_inner()?))
    }

    async fn find(&self, text: &str) -> Result<FoundImages> {
        let (connection, attempt) = (self.ecr.connection(), "find".to_owned());
        let reports = Mutex::new(Vec::new());
        let report = |news: FoundImages| {
            if let Ok(mut reports) = reports.lock() {
                reports.push(news.images);
            }
        };
        let found = self.app.api.images_find(connection, text.to_owned(), attempt, report).await;
        let found = found.map_err(api_error)?.context("not cancelled")?;
        // What is reported early stays where it is.
        let reports = reports.into_inner().unwrap_or_default();
        assert_eq!(reports.is_empty(), found.images.is_empty(), "{text}");
        for early in reports {
            assert!(!early.is_empty() && found.images.starts_with(&early), "{text}: {early:?}");
        }
        Ok(found)
    }
}

fn listed(contents: &RegistryContents) -> Vec<&str> {
    let listed = contents.repositories.iter().filter(|one| one.listed_at_ms.is_some());
    listed.map(|one| one.name.as_str()).collect()
}

#[tokio::test]
async fn images_are_found_in_all_repositories_without_a_call() -> Result<()> {
    let registry = Registry::open().await?;
    registry.contents().await?;
    registry.calls()?;
    let contents = registry.contents().await?;
    assert_eq!(registry.calls()?, named(&[("DescribeRepositories", 1)]));
    assert_eq!((contents.repositories.len(), listed(&contents).len()), (3, 0));
    let digest = &registry.shared.manifest.digest;
    assert!(registry.find(digest).await?.images.is_empty(), "no list was read");

    let (contents, progress) = registry.read(now_ms()).await?;
    let contents = contents.context("not cancelled")?;
    assert_eq!(registry.calls()?, named(&[("DescribeImages", 3), ("DescribeRepositories", 1)]));
    assert_eq!(listed(&contents), ["shop/api", "shop/web", "tools"]);
    assert_eq!((progress.repositories, progress.repositories_read, progress.images), (3, 3, 2));

    let hex = digest.trim_start_matches("sha256:");
    for text in [digest.as_str(), hex, &hex[..8]] {
        let found = registry.find(text).await?;
        let names: Vec<&str> = found.images.iter().map(|one| one.repository.as_str()).collect();
        assert_eq!(names, ["shop/api", "shop/web"], "{text}");
        assert!(found.images[0].uri.ends_with("/shop/api"), "{}", found.images[0].uri);
    }
    let by_tag = registry.find("v1.2").await?;
    assert_eq!(by_tag.images.len(), 1);
    assert_eq!(by_tag.images[0].tags, ["latest", "v1.2.3"]);
    assert_eq!(registry.calls()?, named(&[]), "a search makes no call");

    // A list of one repository, as its page reads it, updates the search.
    let id = format!("imageTag={}", "web-1");
    let delete = ["ecr", "batch-delete-image", "--repository-name", "shop/web", "--image-ids", &id];
    registry.ecr.aws()?.run(delete).succeed().await?;
    let details =
        registry.app.api.repository_details(registry.ecr.connection(), "shop/web".to_owned());
    details.await.map_err(api_error)?;
    assert_eq!(registry.find(hex).await?.images.len(), 1);
    let delete = ["ecr", "delete-repository", "--repository-name", "shop/web"];
    registry.ecr.aws()?.run(delete).succeed().await?;
    assert_eq!(listed(&registry.contents().await?), ["shop/api", "tools"]);
    Ok(())
}

#[tokio::test]
async fn a_stopped_or_refused_read_is_resumed_with_what_is_missing() -> Result<()> {
    let registry = Registry::open().await?;
    let since = now_ms();
    let denied = FaultRule::operation(FaultAction::AccessDenied, "DescribeImages").times(1);
    registry.ecr.faults()?.add(denied);
    let (contents, _) = registry.read(since).await?;
    let contents = contents.context("not cancelled")?;
    assert_eq!((contents.unread.len(), listed(&contents).len()), (1, 2));
    let error = &contents.unread[0].error;
    assert_eq!(error.code, ErrorCode::AccessDenied);
    assert_eq!(error.subject.as_deref(), Some("ecr:DescribeImages"));
    registry.calls()?;
    let (contents, progress) = registry.read(since).await?;
    assert_eq!(listed(&contents.context("not cancelled")?).len(), 3);
    assert_eq!(registry.calls()?, named(&[("DescribeImages", 1), ("DescribeRepositories", 1)]));
    assert_eq!(progress.repositories_read, 3);

    // Stopped after the first repository, while the others are read.
    let since = now_ms() + 1;
    let (api, connection) = (&registry.app.api, registry.ecr.connection());
    let held = FaultAction::Delay(std::time::Duration::from_secs(5));
    registry.ecr.faults()?.add(FaultRule::operation(held, "DescribeImages").after(1));
    let stopped = api.registry_contents_read(connection, since, "stop".to_owned(), |progress| {
        if progress.repositories_read == 1 {
            let api = api.clone();
            tokio::spawn(async move { api.registry_contents_read_stop("stop".to_owned()).await });
        }
    });
    assert_eq!(stopped.await.map_err(api_error)?, None);
    registry.ecr.faults()?.clear();
    registry.calls()?;
    let (contents, _) = registry.read(since).await?;
    assert_eq!(listed(&contents.context("not cancelled")?).len(), 3);
    assert_eq!(registry.calls()?, named(&[("DescribeImages", 2), ("DescribeRepositories", 1)]));

    // Every repository refused: one error instead of a page full of them.
    let denied = FaultRule::operation(FaultAction::AccessDenied, "DescribeImages");
    registry.ecr.faults()?.add(denied);
    let read = registry.read(now_ms() + 1).await;
    assert!(format!("{:#}", read.err().context("refused")?).contains("DescribeImages"));
    Ok(())
}

#[tokio::test]
async fn storage_is_an_upper_bound_until_manifests_are_read() -> Result<()> {
    let registry = Registry::open().await?;
    registry.read(now_ms()).await?;
    let storage = async || -> Result<_> {
        let contents = registry.contents().await?;
        let found = contents.repositories.into_iter().find(|one| one.name == "shop/api");
        found.and_then(|one| one.storage).context("a storage")
    };
    let bound = storage().await?;
    assert!(!bound.standard.is_exact);
    assert_eq!((bound.images.count, bound.never_pulled, bound.archived.bytes), (1, 1, 0));
    let (api, connection) = (&registry.app.api, || registry.ecr.connection());
    let (name, digest) = (|| "shop/api".to_owned(), registry.shared.manifest.digest.clone());
    api.repository_manifests_read(connection(), name(), vec![digest]).await.map_err(api_error)?;
    api.repository_rows(connection(), name()).await.map_err(api_error)?;
    let exact = storage().await?;
    assert!(exact.standard.is_exact && exact.standard.bytes <= bound.standard.bytes);
    assert_eq!(exact.never_pulled, 1, "a read by Transload is no pull");
    let months: u64 = exact.months.iter().map(|month| month.pushed_bytes).sum();
    assert_eq!(months, exact.standard.bytes);
    let mut alone = api.repository_storage(connection(), name()).await.map_err(api_error)?;
    // No manifest of another repository was read.
    assert_eq!(alone.shared_with_others_bytes.take(), Some(0));
    assert_eq!(alone, exact);
    Ok(())
}

#[tokio::test]
async fn a_throttled_read_resumes_with_the_same_page() -> Result<()> {
    let registry = Registry::open().await?;
    registry.read(now_ms()).await?;
    registry.practice()?.create_generated_repository("large", 10_000).await?;
    registry.calls()?;
    // The client of the SDK gives up after three attempts; the page is requested again after that.
    let throttled =
        FaultRule::operation(FaultAction::Throttle { retry_after_seconds: None }, "DescribeImages");
    registry.ecr.faults()?.add(throttled.after(3).times(4));
    let (contents, progress) = registry.read(1).await?;
    let contents = contents.context("not cancelled")?;
    assert_eq!((contents.unread.len(), progress.images), (0, 10_000));
    let calls = registry.calls()?;
    let lists = calls.iter().find(|(operation, _)| operation == "DescribeImages");
    assert_eq!(lists.map(|(_, count)| *count), Some(10 + 4), "{calls:?}");
    let large = contents.repositories.iter().find(|one| one.name == "large");
    let storage = large.and_then(|one| one.storage.as_ref()).context("its storage")?;
    assert_eq!((storage.images.count, storage.never_pulled), (10_000, 5_000));
    assert!(storage.months.len() > 20);
    assert_eq!(registry.find("build-9999").await?.images.len(), 1);
    assert!(registry.find("build-").await?.has_more);
    Ok(())
}

/// Memory of this process in bytes.
fn memory() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes * 1024)
}

/// Reads repositories of 10,000 images and returns the largest memory of this process meanwhile, in bytes.
async fn read_large(repositories: u64) -> Result<u64> {
    let registry = Registry::open().await?;
    for number in 0..repositories {
        let name = format!("warehouse/app-{number:03}");
        registry.practice()?.create_generated_repository(&name, 10_000).await?;
    }
    registry.practice()?.clear_requests();
    let largest = Mutex::new(memory()?);
    let report = |_| {
        let mut largest = largest.lock().unwrap_or_else(PoisonError::into_inner);
        *largest = (*largest).max(memory().unwrap_or(u64::MAX));
    };
    let (api, connection) = (&registry.app.api, registry.ecr.connection());
    let read = api.registry_contents_read(connection, now_ms(), "read".to_owned(), report).await;
    let contents = read.map_err(api_error)?.context("not cancelled")?;
    assert_eq!(contents.unread, []);
    let calls = usize::try_from(repositories * 10)? + 3;
    assert_eq!(registry.calls()?, named(&[("DescribeImages", calls), ("DescribeRepositories", 1)]));
    let found = registry.find("build-9999").await?;
    assert_eq!(found.images.len(), usize::try_from(repositories.min(500))?);
    Ok(largest.into_inner()?)
}

#[tokio::test]
async fn ten_repositories_of_ten_thousand_images_are_read_with_a_hundred_calls() -> Result<()> {
    let bytes = read_large(10).await?;
    assert!(bytes < 400_000_000, "{bytes} bytes");
    Ok(())
}

#[tokio::test]
async fn an_index_in_ministack_shows_its_platforms() -> Result<()> {
    let ecr = Ecr::ministack().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let create = ["ecr", "create-repository", "--repository-name", "shop/api"];
    ecr.aws()?.run(create).succeed().await?;
    let (user, password) = ecr.login().await?;
    let repository = TestRepository::new(&format!("http://{}", ecr.registry_host()), "shop/api")?;
    let repository = repository.login(Some((user.as_str(), password.as_str())));
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    repository.push_index(&index, "v2").await?;
    let (connection, name) = (|| ecr.connection(), || "shop/api".to_owned());
    let details = app.api.repository_details(connection(), name()).await.map_err(api_error)?;
    let unread = details.rows.unread_indexes.iter().map(ToString::to_string).collect();
    let failed = app.api.repository_manifests_read(connection(), name(), unread).await;
    assert_eq!(failed.map_err(api_error)?, []);
    let rows = app.api.repository_rows(connection(), name()).await.map_err(api_error)?;
    let [row] = rows.rows.as_slice() else { bail!("{} rows", rows.rows.len()) };
    assert_eq!(row.platforms, ["linux/amd64", "linux/arm64"]);
    assert_eq!((row.referrers, row.attestations + row.provenances), (0, 1));
    Ok(())
}
