//! The servers of the stories, and one seed from the initial state to the end of its undo.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use transload_contract::{
    AwsConnection, ConflictChoice, ConflictResolution, JobEventKind, MigrationPlan, PlannedAction,
};
use transload_tests::botocore::Botocore;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::FaultProxy;
use transload_tests::headless_app::{
    FinishedMigration, HeadlessApp, api_error, registry_source, request,
};
use transload_tests::images::{Format, Image, Index, Recipe, TestRepository};
use transload_tests::servers::TestRegistry;

use crate::concurrent_user::checks::{Checks, Tags};
use crate::concurrent_user::other_user::{
    Change, Moment, OtherUser, PlannedChange, Record, RepositoryTag,
};
use crate::concurrent_user::random::Random;

const REPOSITORIES: usize = 3;
const TAGS: [&str; 2] = ["1", "2"];
const MOMENTS: [Moment; 6] = [
    Moment::BeforeStart,
    Moment::OwnLayer,
    Moment::LastRead,
    Moment::AfterWrite,
    Moment::AfterRun,
    Moment::DuringUndo,
];
const CHANGES: [Change; 4] =
    [Change::Move, Change::Delete, Change::DeleteRepository, Change::MoveSource];

/// Real servers that all seeds of a test share. Each seed has its own repositories.
pub struct Fixture {
    ecr: Ecr,
    source: TestRegistry,
    client: reqwest::Client,
    botocore: Arc<Botocore>,
    login: (String, String),
    other_images: Vec<Image>,
}

impl Fixture {
    pub async fn new() -> Result<Self> {
        let ecr = Ecr::practice().await?;
        let botocore = Botocore::start(&ecr.api_url(), ecr.region(), ecr.key())?;
        let login = ecr.login().await?;
        let other_images = (0..3).map(|number| Recipe::small(900 + number).layers([700]).build());
        Ok(Self {
            source: TestRegistry::start().await?,
            client: reqwest::Client::new(),
            botocore: Arc::new(botocore),
            other_images: other_images.collect::<Result<_>>()?,
            login,
            ecr,
        })
    }

    pub async fn run_seed(&self, seed: u64) -> Result<()> {
        let mut random = Random::new(seed);
        let names = names(seed);
        let other_user = Arc::new(OtherUser {
            client: self.client.clone(),
            botocore: Arc::clone(&self.botocore),
            registry: format!("http://{}", self.ecr.registry_host()),
            source: self.source.url(),
            login: self.login.clone(),
            images: self.other_images.clone(),
            record: Default::default(),
        });
        self.set_up(seed, &mut random, &names, &other_user).await?;
        let before = self.tags(&names).await?;
        let outcome = self.migrate(&mut random, &names, &other_user, &before).await;
        let record = other_user.record.lock().await;
        outcome.with_context(|| format!("the changes of the other user: {:#?}", record.log))?;
        ensure!(
            !record.log.iter().any(|line| line.contains("failed")),
            "the other user could not act: {:#?}",
            record.log
        );
        Ok(())
    }

    /// Pushes images to the source, and some of them or others to the destination.
    async fn set_up(
        &self,
        seed: u64,
        random: &mut Random,
        names: &[RepositoryTag],
        other_user: &OtherUser,
    ) -> Result<()> {
        let mut record = Record::default();
        let (user, password) = (self.login.0.as_str(), self.login.1.as_str());
        for (number, name) in names.iter().enumerate() {
            let (repository, tag) = name;
            let own = seed * 100 + number as u64;
            let source =
                TestRepository::with_client(self.client.clone(), &self.source.url(), repository)?;
            let image = Recipe::small(own).layers([900, 400]).build()?;
            let index = Index::of_platforms(own, Format::Oci, &["linux/amd64", "linux/arm64"])?;
            let as_index = random.below(4) == 0;
            let own_layer = if as_index {
                source.push_index(&index, tag).await?;
                &index.images[0].layers[0].compressed_digest
            } else {
                source.push(&image, tag).await?;
                &image.layers[0].compressed_digest
            };
            record.own_layers.insert(format!("{repository}@{own_layer}"), name.clone());
            let destination =
                TestRepository::with_client(self.client.clone(), &other_user.registry, repository)?
                    .login(Some((user, password)));
            // Absent, equal, or another image.
            match random.below(4) {
                0 | 1 => continue,
                choice => {
                    let parameters = json!({ "repositoryName": repository });
                    let exists = ["RepositoryAlreadyExistsException"];
                    self.botocore.call("CreateRepository", parameters, &exists).await?;
                    match (choice, as_index) {
                        (2, true) => destination.push_index(&index, tag).await?,
                        (2, false) => destination.push(&image, tag).await?,
                        _ => {
                            let other = Recipe::small(own + 50).layers([500]).build()?;
                            destination.push(&other, tag).await?;
                        }
                    }
                }
            }
        }
        // The first change of the seeds goes through every pair of moment and change in turn.
        let pair = usize::try_from(seed)? % (MOMENTS.len() * CHANGES.len());
        let (mut moment, mut change) =
            (MOMENTS[pair / CHANGES.len()], CHANGES[pair % CHANGES.len()]);
        for _ in 0..1 + random.below(4) {
            let name = names[random.below(names.len())].clone();
            record.planned_changes.push(PlannedChange { moment, change, name });
            (moment, change) = (random.one_of(&MOMENTS), random.one_of(&CHANGES));
        }
        *other_user.record.lock().await = record;
        Ok(())
    }

    async fn migrate(
        &self,
        random: &mut Random,
        names: &[RepositoryTag],
        other_user: &Arc<OtherUser>,
        before: &Tags,
    ) -> Result<()> {
        let proxy =
            FaultProxy::with_watcher(&self.ecr.api_url(), Arc::clone(other_user) as _).await?;
        let app = HeadlessApp::new(self.ecr.home()?, None)?;
        let connection = AwsConnection::Profile {
            profile: PROFILE.to_owned(),
            region: None,
            ecr_endpoint: Some(proxy.url()),
            registry_endpoint: Some(proxy.url()),
        };
        let plan = self.plan(random, names, &app, &connection).await?;
        if !plan.ready {
            return Ok(());
        }
        // Reads of the plan do not count as reads of the run.
        other_user.record.lock().await.last_read.clear();
        other_user.act(Moment::BeforeStart, None).await?;
        other_user.record.lock().await.phase = Some(Moment::OwnLayer);
        let mut migrated = self.run(random, &app, plan.clone()).await?;
        other_user.record.lock().await.phase = None;
        let mut checks = Checks { plan: &plan, before, other_user: other_user.as_ref() };
        checks.writes().await?;
        checks.report(&migrated.report).await?;
        other_user.act(Moment::AfterRun, None).await?;
        if random.below(3) == 0 {
            let report = app.api.history_verify(migrated.job.clone()).await.map_err(api_error)?;
            checks.report(&report).await?;
            migrated.report = report;
        }
        let before_undo = self.tags(names).await?;
        other_user.record.lock().await.phase = Some(Moment::DuringUndo);
        let undo = app.api.migration_undo_plan(migrated.job.clone()).await.map_err(api_error)?;
        app.api.migration_undo(undo.undo, |_| ()).await.map_err(api_error)?;
        checks.undone(&before_undo, &self.tags(names).await?).await
    }

    /// Plans, and resolves every conflict at random.
    async fn plan(
        &self,
        random: &mut Random,
        names: &[RepositoryTag],
        app: &HeadlessApp,
        connection: &AwsConnection,
    ) -> Result<MigrationPlan> {
        let images: Vec<_> = names
            .iter()
            .map(|(repository, tag)| (repository.as_str(), tag.as_str(), repository.as_str()))
            .collect();
        let mut migration_request =
            request(connection, &registry_source(&self.source.host()), &images);
        let plan = app.plan(migration_request.clone()).await?;
        for image in &plan.images {
            if !matches!(image.action, PlannedAction::Conflict { .. }) {
                continue;
            }
            let resolution = match random.below(3) {
                0 => ConflictResolution::KeepExisting,
                1 => ConflictResolution::NewTag { tag: format!("{}-new", image.tag) },
                _ => ConflictResolution::Overwrite,
            };
            migration_request
                .choices
                .push(ConflictChoice { image: image.selected.clone(), resolution });
        }
        if migration_request.choices.is_empty() {
            Ok(plan)
        } else {
            app.plan(migration_request).await
        }
    }

    /// Runs until the end. Some seeds cancel and resume.
    async fn run(
        &self,
        random: &mut Random,
        app: &HeadlessApp,
        plan: MigrationPlan,
    ) -> Result<FinishedMigration> {
        let job = app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
        if random.below(4) > 0 {
            return app.follow(job, plan).await;
        }
        let events = 3 + random.below(20);
        let mut following = app.api.job_follow(job.clone(), 0).await.map_err(api_error)?;
        for _ in 0..events {
            match following.recv().await {
                Some(event) if !matches!(event.kind, JobEventKind::Finished { .. }) => {}
                _ => break,
            }
        }
        app.api.job_cancel(job.clone()).await.map_err(api_error)?;
        let stopped = app.follow(job, plan.clone()).await?;
        match app.api.migration_resume(stopped.job.clone()).await {
            Ok(job) => app.follow(job, plan).await,
            // It had finished before the cancel reached it.
            Err(_) => Ok(stopped),
        }
    }

    /// The tags at the destination of this seed, as botocore reads them.
    async fn tags(&self, names: &[RepositoryTag]) -> Result<Tags> {
        let mut tags = Tags::new();
        let repositories: std::collections::BTreeSet<_> =
            names.iter().map(|(repository, _)| repository).collect();
        for repository in repositories {
            let parameters = json!({ "repositoryName": repository, "maxResults": 1000 });
            let absent = ["RepositoryNotFoundException"];
            let Some(answer) = self.botocore.call("DescribeImages", parameters, &absent).await?
            else {
                continue;
            };
            for image in answer["imageDetails"].as_array().into_iter().flatten() {
                let digest = image["imageDigest"].as_str().unwrap_or_default();
                for tag in image["imageTags"].as_array().into_iter().flatten() {
                    let tag = tag.as_str().unwrap_or_default().to_owned();
                    tags.insert((repository.clone(), tag), digest.to_owned());
                }
            }
        }
        Ok(tags)
    }
}

fn names(seed: u64) -> Vec<RepositoryTag> {
    let repositories = (0..REPOSITORIES).map(|number| format!("s{seed}/r{number}"));
    repositories
        .flat_map(|repository| TAGS.map(|tag| (repository.clone(), tag.to_owned())))
        .collect()
}
