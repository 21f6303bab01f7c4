//! The number of calls of each repository page is the one in `src-tauri/crates/README.md`: this test reads the table
//! there, opens every page of it on the practice ECR, and counts.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use transload_contract::{
    CleanupRules, DeletionTarget, ImageLocation, ImageSource, InspectOptions, LayerListing,
    LifecyclePreviewState, ListSource, RegistryChange, RepositoryDetails,
};
use transload_model::now_ms;
use transload_practice::{Plane, Practice};
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, api_error};
use transload_tests::wait::wait_until;

use self::table::{Calls, Page, Things, pages, promised};

mod columns_and_tags;
mod deletions;
mod table;

const LARGE: &str = "warehouse/app";
const LARGE_IMAGES: u64 = 2_500;

const PULL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}]}"#;

/// The practice ECR with its example repositories and one large repository.
struct Scene {
    ecr: Ecr,
    app: HeadlessApp,
}

impl Scene {
    async fn open() -> Result<Self> {
        let ecr = Ecr::practice().await?;
        let app = HeadlessApp::new(ecr.home()?, None)?;
        let scene = Self { ecr, app };
        let practice = scene.practice()?;
        practice.create_examples().await?;
        practice.create_generated_repository(LARGE, LARGE_IMAGES).await?;
        let connection = scene.ecr.connection();
        scene.app.api.repositories_list(connection).await.map_err(api_error)?;
        // Signs in to the registry.
        let image = scene.image("shop/web", "1.0");
        let opened = scene.app.api.image_inspect(image, InspectOptions::default()).await;
        opened.map_err(api_error)?;
        scene.calls()?;
        Ok(scene)
    }

    fn practice(&self) -> Result<&Practice> {
        match &self.ecr {
            Ecr::Practice { practice, .. } => Ok(practice),
            Ecr::Ministack(_) => bail!("it is the practice ECR"),
        }
    }

    fn image(&self, repository: &str, reference: &str) -> ImageLocation {
        ImageLocation {
            source: ImageSource::Ecr { connection: self.ecr.connection() },
            repository: repository.to_owned(),
            reference: reference.to_owned(),
        }
    }

    /// The calls since the last time, without those of the sign-in.
    fn calls(&self) -> Result<Calls> {
        let practice = self.practice()?;
        let mut calls = Calls::new();
        for request in practice.requests() {
            let call = match request.operation {
                Some(operation) => operation,
                // A download is redirected: the request to the registry counts.
                None if request.plane == Plane::Registry && request.authorization => {
                    let kind = ["manifest", "blob"]
                        .into_iter()
                        .find(|kind| request.path.contains(&format!("/{kind}s/")));
                    let Some(kind) = kind else { continue };
                    format!("{} {kind}", request.method)
                }
                None => continue,
            };
            if !["GetAuthorizationToken", "GetCallerIdentity"].contains(&call.as_str()) {
                *calls.entry(call).or_default() += 1;
            }
        }
        practice.clear_requests();
        Ok(calls)
    }

    async fn details(&self, name: &str) -> Result<RepositoryDetails> {
        let details = self.app.api.repository_details(self.ecr.connection(), name.to_owned());
        details.await.map_err(api_error)
    }

    async fn digest_of(&self, repository: &str, tag: &str) -> Result<String> {
        let images = self.details(repository).await?.images;
        let mut found = images.into_iter().filter(|image| image.tags.iter().any(|one| one == tag));
        Ok(found.next().with_context(|| format!("{repository}:{tag}"))?.digest)
    }

    async fn read(&self, repository: &str, digests: Vec<String>) -> Result<()> {
        let (connection, name) = (self.ecr.connection(), repository.to_owned());
        let unread = self.app.api.repository_manifests_read(connection, name, digests).await;
        assert_eq!(unread.map_err(api_error)?, []);
        Ok(())
    }

    /// Lists the files of the first layer of `shop/api` with this kind of list.
    async fn list_files(&self, tag: &str, wanted: ListSource) -> Result<()> {
        let api = &self.app.api;
        let digest = self.digest_of("shop/api", tag).await?;
        let image = || self.image("shop/api", &digest);
        let found = api.image_inspect(image(), InspectOptions::default()).await;
        let layers = found.map_err(api_error)?.image.context("a platform")?.layers;
        for layer in layers {
            self.calls()?;
            let digest = layer.digest.to_string();
            let listed = api.image_layer_files(image(), digest, None, "files".to_owned(), |_| {});
            let listed = listed.await.map_err(api_error)?.context("not cancelled")?;
            let LayerListing::Listed(listed) = listed else { bail!("a download") };
            if listed.files.source == wanted && !listed.from_cache {
                return Ok(());
            }
        }
        bail!("{tag} has no layer with a list from {wanted:?}")
    }

    /// Plans the deletion of an index of `shop/api` with everything that only it uses.
    async fn plan_deletion(&self) -> Result<String> {
        let digest = self.digest_of("shop/api", "2.0").await?;
        self.calls()?;
        self.plan_deletion_of("shop/api", digest).await
    }

    async fn plan_deletion_of(&self, repository: &str, digest: String) -> Result<String> {
        let (repository, digests) = (repository.to_owned(), vec![digest]);
        let target = DeletionTarget::Images { repository, digests, class: None };
        let planned = self.app.api.deletion_plan(self.ecr.connection(), target).await;
        Ok(planned.map_err(api_error)?.deletion)
    }

    async fn what_if(&self) -> Result<()> {
        self.details("shop/web").await?;
        self.calls()?;
        let (connection, name) = (self.ecr.connection(), "shop/web".to_owned());
        let effect = self.app.api.lifecycle_what_if(connection, name, policy(30)).await;
        effect.map_err(api_error)?;
        Ok(())
    }

    /// Opens a page. Returns how many of each thing it showed. The calls are those since the last preparation.
    async fn show(&self, page: &str) -> Result<Things> {
        let (api, connection) = (&self.app.api, || self.ecr.connection());
        let one = |thing: &'static str, number: u64| vec![(thing, vec![number])];
        let web = || "shop/web".to_owned();
        Ok(match page {
            "repository list" => {
                let listed = api.repositories_list(connection()).await.map_err(api_error)?;
                one("repositories", listed.len() as u64)
            }
            "counts and sizes of the visible rows" => {
                let counted = api.repository_summaries(connection(), vec![LARGE.to_owned()]).await;
                one("images", counted.map_err(api_error)?[0].images.count)
            }
            "a repository" => one("images", self.details(LARGE).await?.images.len() as u64),
            "images in use, with a repository, once an hour" => {
                self.practice()?.set_enhanced_scanning(true).await?;
                let used = api.repository_use(connection(), "shop/api".to_owned(), false).await;
                self.practice()?.set_enhanced_scanning(false).await?;
                one("images that run", used.map_err(api_error)?.images.len() as u64)
            }
            "Find, Storage, Activity" => {
                let known = api.registry_contents(connection()).await.map_err(api_error)?;
                one("repositories", known.repositories.len() as u64)
            }
            "*List all images*" => {
                let read = "read".to_owned();
                let read = api.registry_contents_read(connection(), now_ms(), read, |_| {}).await;
                let read = read.map_err(api_error)?.context("not cancelled")?;
                let stored = read.repositories.iter().filter_map(|one| one.storage.as_ref());
                let images: Vec<u64> = stored.map(|one| one.images.count + one.parts).collect();
                vec![
                    ("repositories", vec![images.len() as u64]),
                    ("images of each repository", images),
                ]
            }
            "a search in Find" => {
                let (text, find) = ("build-12".to_owned(), "find".to_owned());
                let found = api.images_find(connection(), text, find, |_| {}).await;
                let found = found.map_err(api_error)?.context("not cancelled")?;
                ensure!(!found.images.is_empty());
                Things::new()
            }
            "registry settings" => {
                api.registry_configuration(connection()).await.map_err(api_error)?;
                Things::new()
            }
            "archiving, restoring" => {
                let digests = vec![self.digest_of("shop/web", "1.0").await?];
                self.calls()?;
                let moved = api.repository_images_archive(connection(), web(), digests, true).await;
                moved.map_err(api_error)?;
                one("image", 1)
            }
            "platforms of indexes, once in a lifetime" => {
                let unread = self.details("shop/api").await?.rows.unread_indexes;
                let digests: Vec<String> = unread.iter().map(ToString::to_string).collect();
                self.calls()?;
                let indexes = digests.len() as u64;
                self.read("shop/api", digests).await?;
                one("indexes", indexes)
            }
            "exact sizes, once in a lifetime" => {
                let unread = self.details("shop/api").await?.rows.unread_manifests;
                let digests: Vec<String> = unread.iter().map(ToString::to_string).collect();
                self.calls()?;
                let images = digests.len() as u64;
                self.read("shop/api", digests).await?;
                one("images", images)
            }
            "an image, once in a lifetime" => {
                let digest = self.digest_of("shop/api", "2.0").await?;
                self.calls()?;
                let image = self.image("shop/api", &digest);
                let shown = api.image_inspect(image, InspectOptions::default()).await;
                shown.map_err(api_error)?;
                Things::new()
            }
            "an image again, which images share its layers" => {
                let digest = self.digest_of("shop/web", "1.1").await?;
                let image = || self.image("shop/web", &digest);
                let options = InspectOptions::default;
                api.image_inspect(image(), options()).await.map_err(api_error)?;
                self.calls()?;
                api.image_inspect(image(), options()).await.map_err(api_error)?;
                let shared = api.image_layer_sharing(connection(), web(), digest.clone()).await;
                ensure!(!shared.map_err(api_error)?.layers.is_empty());
                Things::new()
            }
            "files of a layer, once in a lifetime" => {
                self.list_files("2.0", ListSource::Stream).await?;
                Things::new()
            }
            "files of an eStargz layer: 51 bytes and its table" => {
                self.list_files("2.1", ListSource::Estargz).await?;
                Things::new()
            }
            "files of a zstd:chunked layer: its table" => {
                self.list_files("2.2", ListSource::ZstdChunked).await?;
                Things::new()
            }
            "vulnerabilities of an image" => {
                let digest = self.digest_of("shop/web", "1.1").await?;
                self.calls()?;
                let found = api.image_vulnerabilities(connection(), web(), digest).await;
                let packages = found.map_err(api_error)?.packages;
                let findings = packages.iter().map(|package| package.vulnerabilities.len() as u64);
                one("findings", findings.sum())
            }
            "vulnerabilities in the list of images, 4 at a time" => {
                let images = self.details("shop/web").await?.images;
                let digests: Vec<String> = images.into_iter().map(|image| image.digest).collect();
                self.calls()?;
                let images = digests.len() as u64;
                let counts = api.image_finding_counts(connection(), web(), digests).await;
                counts.map_err(api_error)?;
                one("image in sight", images)
            }
            "replication of an image" => {
                let digest = self.digest_of("shop/web", "1.1").await?;
                self.calls()?;
                api.image_replication(connection(), web(), digest).await.map_err(api_error)?;
                Things::new()
            }
            "Access" => {
                api.repository_access(connection(), web()).await.map_err(api_error)?;
                Things::new()
            }
            "a policy in words, before it is set" => {
                let words = api.repository_access_words(connection(), PULL.to_owned()).await;
                ensure!(words.map_err(api_error)?.problem.is_none());
                let words = api.registry_policy_words(connection(), PULL.to_owned()).await;
                ensure!(words.map_err(api_error)?.problem.is_none());
                Things::new()
            }
            "setting a repository policy" => {
                let set = api.repository_policy_set(connection(), web(), None, PULL.to_owned());
                set.await.map_err(api_error)?;
                Things::new()
            }
            "removing a repository policy" => {
                let removed = api.repository_policy_remove(connection(), web(), PULL.to_owned());
                removed.await.map_err(api_error)?;
                Things::new()
            }
            "setting the registry policy" => {
                let change = RegistryChange::Policy { before: None, text: Some(PULL.to_owned()) };
                api.registry_change(connection(), change).await.map_err(api_error)?;
                Things::new()
            }
            "blob mounting, with freed bytes, once an hour"
            | "\"what if\" of a lifecycle policy" => {
                self.what_if().await?;
                Things::new()
            }
            "clean-up proposals, once for each list of the repository" => {
                self.details("shop/web").await?;
                self.calls()?;
                for _ in 0..2 {
                    let rules = CleanupRules::default();
                    api.repository_cleanup(connection(), web(), rules).await.map_err(api_error)?;
                }
                one("rules", 0)
            }
            "start of ECR's preview" => {
                let started = api.lifecycle_preview_start(connection(), web(), policy(30)).await;
                started.map_err(api_error)?;
                Things::new()
            }
            "result of ECR's preview" => {
                wait_until(Duration::from_secs(30), "the preview", async || {
                    self.calls().ok()?;
                    let state =
                        api.lifecycle_preview(connection(), web(), policy(30)).await.ok()?;
                    let LifecyclePreviewState::Complete { images, .. } = state else { return None };
                    Some(one("images that go", images.len() as u64))
                })
                .await?
            }
            page => self.show_deletions(page).await?,
        })
    }
}

/// A policy that deletes untagged images after these days.
fn policy(days: u32) -> String {
    serde_json::json!({"rules": [{
        "rulePriority": 1,
        "description": "Untagged images that nobody needs any more",
        "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days},
        "action": {"type": "expire"},
    }]})
    .to_string()
}

#[tokio::test]
async fn every_page_makes_the_calls_of_the_table() -> Result<()> {
    let pages = pages()?;
    ensure!(pages.len() > 20, "the table of src-tauri/crates/README.md has {} pages", pages.len());
    let shared = Scene::open().await?;
    for Page { name, calls } in pages {
        // Nothing was read before what happens once in a lifetime.
        let is_first = name.contains("once in a lifetime") || name.starts_with("dry run");
        let fresh = if is_first { Some(Scene::open().await?) } else { None };
        let scene = fresh.as_ref().unwrap_or(&shared);
        scene.calls()?;
        let things = scene.show(&name).await.with_context(|| name.clone())?;
        let made = scene.calls()?;
        let promised = promised(&calls, &things).with_context(|| name.clone())?;
        assert_eq!(made, promised, "{name}: {calls} for {things:?}");
    }
    Ok(())
}
