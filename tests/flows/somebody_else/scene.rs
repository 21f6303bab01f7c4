//! One seed, from the initial state to the end of its undo.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use transload_contract::{
    AwsConnection, ConflictChoice, ConflictResolution, JobEventKind, MigrationPlan, PlannedAction,
};
use transload_tests::botocore::Botocore;
use transload_tests::computer::{Computer, Migrated, api_error, registry_source, request};
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::FaultProxy;
use transload_tests::images::{Format, Image, Index, Recipe, Target};
use transload_tests::labs::RegistryLab;

use crate::somebody_else::judgement::{Judgement, Tags};
use crate::somebody_else::random::Random;
use crate::somebody_else::stranger::{Deed, Intent, Moment, Name, Notes, Stranger};

const REPOSITORIES: usize = 3;
const TAGS: [&str; 2] = ["1", "2"];

/// Real servers that all seeds of a test share. Each seed has repositories of its own.
pub struct Scene {
    ecr: Ecr,
    source: RegistryLab,
    client: reqwest::Client,
    botocore: Arc<Botocore>,
    login: (String, String),
    strangers: Vec<Image>,
}

impl Scene {
    pub async fn open() -> Result<Self> {
        let ecr = Ecr::practice().await?;
        let botocore = Botocore::start(&ecr.api_url(), ecr.region(), ecr.key())?;
        let login = ecr.login().await?;
        let strangers = (0..3).map(|number| Recipe::small(900 + number).layers([700]).build());
        Ok(Self {
            source: RegistryLab::start().await?,
            client: reqwest::Client::new(),
            botocore: Arc::new(botocore),
            strangers: strangers.collect::<Result<_>>()?,
            login,
            ecr,
        })
    }

    pub async fn play(&self, seed: u64) -> Result<()> {
        let mut random = Random::new(seed);
        let names = names(seed);
        let stranger = Arc::new(Stranger {
            client: self.client.clone(),
            botocore: Arc::clone(&self.botocore),
            registry: format!("http://{}", self.ecr.registry_host()),
            source: self.source.url(),
            login: self.login.clone(),
            images: self.strangers.clone(),
            notes: Default::default(),
        });
        self.furnish(seed, &mut random, &names, &stranger).await?;
        let before = self.tags(&names).await?;
        let outcome = self.migrate(&mut random, &names, &stranger, &before).await;
        let notes = stranger.notes.lock().await;
        outcome.with_context(|| format!("the stranger's deeds: {:#?}", notes.story))?;
        ensure!(
            !notes.story.iter().any(|line| line.contains("failed")),
            "the stranger could not act: {:#?}",
            notes.story
        );
        Ok(())
    }

    /// Puts images into the source, and some of them or others into the destination.
    async fn furnish(
        &self,
        seed: u64,
        random: &mut Random,
        names: &[Name],
        stranger: &Stranger,
    ) -> Result<()> {
        let mut notes = Notes::default();
        let (user, password) = (self.login.0.as_str(), self.login.1.as_str());
        for (number, name) in names.iter().enumerate() {
            let (repository, tag) = name;
            let own = seed * 100 + number as u64;
            let source = Target::with_client(self.client.clone(), &self.source.url(), repository)?;
            let image = Recipe::small(own).layers([900, 400]).build()?;
            let index = Index::of_platforms(own, Format::Oci, &["linux/amd64", "linux/arm64"])?;
            let as_index = random.below(4) == 0;
            let own_layer = if as_index {
                source.push_index(&index, tag).await?;
                &index.images[0].layers[0].packed_digest
            } else {
                source.push(&image, tag).await?;
                &image.layers[0].packed_digest
            };
            notes.own_layers.insert(format!("{repository}@{own_layer}"), name.clone());
            let there = Target::with_client(self.client.clone(), &stranger.registry, repository)?
                .login(Some((user, password)));
            // Absent, equal, or another image.
            match random.below(4) {
                0 | 1 => continue,
                choice => {
                    let wanted = json!({ "repositoryName": repository });
                    let exists = ["RepositoryAlreadyExistsException"];
                    self.botocore.call("CreateRepository", wanted, &exists).await?;
                    match (choice, as_index) {
                        (2, true) => there.push_index(&index, tag).await?,
                        (2, false) => there.push(&image, tag).await?,
                        _ => {
                            let other = Recipe::small(own + 50).layers([500]).build()?;
                            there.push(&other, tag).await?;
                        }
                    }
                }
            }
        }
        for _ in 0..1 + random.below(4) {
            notes.intents.push(Intent {
                moment: random.one_of(&[
                    Moment::BeforeStart,
                    Moment::OwnLayer,
                    Moment::LastLook,
                    Moment::AfterWrite,
                    Moment::AfterRun,
                    Moment::DuringUndo,
                ]),
                deed: random.one_of(&[
                    Deed::Move,
                    Deed::Move,
                    Deed::Move,
                    Deed::Delete,
                    Deed::DeleteRepository,
                    Deed::MoveSource,
                ]),
                name: names[random.below(names.len())].clone(),
            });
        }
        *stranger.notes.lock().await = notes;
        Ok(())
    }

    async fn migrate(
        &self,
        random: &mut Random,
        names: &[Name],
        stranger: &Arc<Stranger>,
        before: &Tags,
    ) -> Result<()> {
        let proxy = FaultProxy::watched(&self.ecr.api_url(), Arc::clone(stranger) as _).await?;
        let computer = Computer::new(self.ecr.home()?, None)?;
        let connection = AwsConnection::Profile {
            profile: PROFILE.to_owned(),
            region: None,
            ecr_endpoint: Some(proxy.url()),
            registry_endpoint: Some(proxy.url()),
        };
        let plan = self.plan(random, names, &computer, &connection).await?;
        if !plan.ready {
            return Ok(());
        }
        // What the plan's own looks at the destination left in the notes is not the run's.
        stranger.notes.lock().await.last_look.clear();
        stranger.act(Moment::BeforeStart, None).await?;
        stranger.notes.lock().await.phase = Some(Moment::OwnLayer);
        let mut migrated = self.run(random, &computer, plan.clone()).await?;
        stranger.notes.lock().await.phase = None;
        let mut judgement = Judgement { plan: &plan, before, stranger: stranger.as_ref() };
        judgement.writes().await?;
        judgement.report(&migrated.report).await?;
        stranger.act(Moment::AfterRun, None).await?;
        if random.below(3) == 0 {
            let report =
                computer.api.history_verify(migrated.job.clone()).await.map_err(api_error)?;
            judgement.report(&report).await?;
            migrated.report = report;
        }
        let there = self.tags(names).await?;
        stranger.notes.lock().await.phase = Some(Moment::DuringUndo);
        let undo =
            computer.api.migration_undo_plan(migrated.job.clone()).await.map_err(api_error)?;
        computer.api.migration_undo(undo.undo, |_| ()).await.map_err(api_error)?;
        judgement.undone(&there, &self.tags(names).await?).await
    }

    /// Plans, and decides every conflict by chance.
    async fn plan(
        &self,
        random: &mut Random,
        names: &[Name],
        computer: &Computer,
        connection: &AwsConnection,
    ) -> Result<MigrationPlan> {
        let images: Vec<_> = names
            .iter()
            .map(|(repository, tag)| (repository.as_str(), tag.as_str(), repository.as_str()))
            .collect();
        let mut wanted = request(connection, &registry_source(&self.source.host()), &images);
        let plan = computer.plan(wanted.clone()).await?;
        for image in &plan.images {
            if !matches!(image.action, PlannedAction::Conflict { .. }) {
                continue;
            }
            let resolution = match random.below(3) {
                0 => ConflictResolution::KeepExisting,
                1 => ConflictResolution::NewTag { tag: format!("{}-new", image.tag) },
                _ => ConflictResolution::Overwrite,
            };
            wanted.choices.push(ConflictChoice { image: image.selected.clone(), resolution });
        }
        if wanted.choices.is_empty() { Ok(plan) } else { computer.plan(wanted).await }
    }

    /// Runs to the end; some seeds stop on the way and resume.
    async fn run(
        &self,
        random: &mut Random,
        computer: &Computer,
        plan: MigrationPlan,
    ) -> Result<Migrated> {
        let job = computer.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
        if random.below(4) > 0 {
            return computer.follow(job, plan).await;
        }
        let events = 3 + random.below(20);
        let mut following = computer.api.job_follow(job.clone(), 0).await.map_err(api_error)?;
        for _ in 0..events {
            match following.recv().await {
                Some(event) if !matches!(event.kind, JobEventKind::Finished { .. }) => {}
                _ => break,
            }
        }
        computer.api.job_cancel(job.clone()).await.map_err(api_error)?;
        let stopped = computer.follow(job, plan.clone()).await?;
        match computer.api.migration_resume(stopped.job.clone()).await {
            Ok(job) => computer.follow(job, plan).await,
            // It had finished before the stop reached it.
            Err(_) => Ok(stopped),
        }
    }

    /// What the destination has of this seed, as botocore reads it.
    async fn tags(&self, names: &[Name]) -> Result<Tags> {
        let mut tags = Tags::new();
        let repositories: std::collections::BTreeSet<_> =
            names.iter().map(|(repository, _)| repository).collect();
        for repository in repositories {
            let asked = json!({ "repositoryName": repository, "maxResults": 1000 });
            let absent = ["RepositoryNotFoundException"];
            let Some(answer) = self.botocore.call("DescribeImages", asked, &absent).await? else {
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

fn names(seed: u64) -> Vec<Name> {
    let repositories = (0..REPOSITORIES).map(|number| format!("s{seed}/r{number}"));
    repositories
        .flat_map(|repository| TAGS.map(|tag| (repository.clone(), tag.to_owned())))
        .collect()
}
