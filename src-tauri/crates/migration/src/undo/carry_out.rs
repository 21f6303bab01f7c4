//! Carries out an undo that was planned. Each repository is looked at anew right before it is
//! changed: what is not as planned is left.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::concurrency::for_each_concurrent;
use crate::control::Control;
use crate::endpoints::Destination;
use crate::error::MigrationError;
use crate::undo::plan::{
    ImageUndo, LeftReason, RepositoryUndo, TagUndo, UndoPlan, UndoRepository, UndoTag,
};
use crate::undo::totals::UndoTotals;
use transload_aws::{AwsError, EcrImage, EcrImageId};
use transload_model::{Digest, RepositoryName, Tag, media_type};
use transload_registry::RegistryError;

/// Repositories that are worked on at the same time. ECR's quotas are far higher; a person's account
/// may have other work.
const TOGETHER: usize = 4;
/// How often images are deleted that ECR says are still below an index: the index goes first, and one
/// may be below another.
const ROUNDS: usize = 4;
/// ECR's code for an image below an index. Source: `failureCode` of BatchDeleteImage.
const BELOW_AN_INDEX: &str = "ImageReferencedByManifestList";
/// ECR's code for an image that is gone already. Source: as above.
const NOT_FOUND: &str = "ImageNotFound";
/// ECR's code for a tag that does not point to the digest that was named with it. Source: as above.
const TAG_MOVED: &str = "ImageTagDoesNotMatchDigest";

/// What an undo did.
#[derive(Clone, Debug, Default)]
pub struct UndoReport {
    /// Tags that were taken away.
    pub tags_removed: u32,
    /// Tags that were put back to what they pointed to before.
    pub tags_restored: u32,
    /// Images that were deleted, with those below an index.
    pub images_deleted: u32,
    /// Repositories that were deleted.
    pub repositories_deleted: Vec<RepositoryName>,
    /// What was left as it is, and why.
    pub left: Vec<UndoLeft>,
    /// Whether a person stopped it.
    pub cancelled: bool,
}

impl UndoReport {
    /// What it deleted and restored.
    pub fn totals(&self) -> UndoTotals {
        UndoTotals {
            tags_removed: self.tags_removed,
            tags_restored: self.tags_restored,
            images_deleted: self.images_deleted,
            repositories_deleted: count(self.repositories_deleted.len()),
            left: count(self.left.len()),
        }
    }
}

/// Something that an undo left as it is.
#[derive(Clone, Debug)]
pub struct UndoLeft {
    /// A repository, a tag or an image, such as `app`, `app:1` or `app@sha256:…`.
    pub name: String,
    /// Why.
    pub why: Why,
}

/// Why an undo left something as it is.
#[derive(Clone, Debug)]
pub enum Why {
    /// The tag is not, or cannot be made, what it was.
    Tag(LeftReason),
    /// The repository holds images that the migration did not bring.
    Holds {
        /// How many.
        images: u32,
    },
    /// It could not be changed.
    Failed(Arc<MigrationError>),
}

/// Carries out a plan. `done` is told how many things are done.
pub async fn undo(
    plan: &UndoPlan,
    destination: &Destination,
    control: &Control,
    done: &(dyn Fn(u32) + Sync),
) -> UndoReport {
    if let Err(error) = plan.destination.ensure_same(&destination.identity) {
        let error = Arc::new(error);
        let left = |repository: &UndoRepository| UndoLeft {
            name: repository.name.to_string(),
            why: Why::Failed(Arc::clone(&error)),
        };
        let left = plan.repositories.iter().map(left).collect();
        return UndoReport { left, ..UndoReport::default() };
    }
    let steps = &AtomicU32::new(0);
    let step = &|more: usize| {
        let more = count(more);
        done(steps.fetch_add(more, Ordering::Relaxed).saturating_add(more));
    };
    let reports = for_each_concurrent(plan.repositories.len(), TOGETHER, |place| async move {
        let repository = &plan.repositories[place];
        let work = Work { repository, destination, step, report: Mutex::default() };
        control.until_cancelled(work.carry_out()).await;
        work.report.into_inner().unwrap_or_else(PoisonError::into_inner)
    })
    .await;
    let mut all = UndoReport { cancelled: control.is_cancelled(), ..UndoReport::default() };
    for report in reports {
        all.tags_removed += report.tags_removed;
        all.tags_restored += report.tags_restored;
        all.images_deleted += report.images_deleted;
        all.repositories_deleted.extend(report.repositories_deleted);
        all.left.extend(report.left);
    }
    all
}

fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}

/// One repository that is worked on.
struct Work<'a> {
    repository: &'a UndoRepository,
    destination: &'a Destination,
    step: &'a (dyn Fn(usize) + Sync),
    /// What was done so far; a person may stop it at any moment.
    report: Mutex<UndoReport>,
}

impl Work<'_> {
    fn note(&self, change: impl FnOnce(&mut UndoReport)) {
        change(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn left(&self, what: &str, why: Why) {
        let name = format!("{}{what}", self.repository.name);
        self.note(|report| report.left.push(UndoLeft { name, why }));
    }

    fn failed(&self, what: &str, error: impl Into<MigrationError>) {
        self.left(what, Why::Failed(Arc::new(error.into())));
    }

    async fn carry_out(&self) {
        let planned = self.repository;
        for tag in &planned.tags {
            if let TagUndo::Left { reason } = &tag.action {
                self.left(&format!(":{}", tag.tag), Why::Tag(reason.clone()));
            }
        }
        let is_gone = planned.repository == RepositoryUndo::Gone;
        if !is_gone && let Err(error) = self.take_away().await {
            self.failed("", error);
            return;
        }
        match planned.repository {
            RepositoryUndo::Delete => self.delete_repository().await,
            RepositoryUndo::Left { images } => self.left("", Why::Holds { images }),
            RepositoryUndo::WasThere | RepositoryUndo::Gone => {}
        }
    }

    /// Tags first, then the images that nothing names any more.
    async fn take_away(&self) -> Result<(), AwsError> {
        let planned = self.repository;
        if planned.steps_in_it() == 0 {
            return Ok(());
        }
        let Some(images) = self.images().await? else { return Ok(()) };
        let now = Now::of(&images);
        for tag in &planned.tags {
            if let TagUndo::Restore { to } = &tag.action
                && self.is_as_planned(tag, &now)
            {
                self.restore(tag, to).await;
                (self.step)(1);
            }
        }
        self.remove_tags(&now).await?;
        if planned.images.is_empty() {
            return Ok(());
        }
        // Anew: what they belong to must have gone.
        let Some(images) = self.images().await? else { return Ok(()) };
        self.delete_images(&Now::of(&images)).await
    }

    /// What the repository holds now; nothing where it does not exist any more.
    async fn images(&self) -> Result<Option<Vec<EcrImage>>, AwsError> {
        match self.destination.ecr.images(&self.repository.name).await {
            Ok(images) => Ok(Some(images)),
            Err(AwsError::RepositoryMissing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a tag still points to what the migration pushed.
    fn is_as_planned(&self, tag: &UndoTag, now: &Now<'_>) -> bool {
        let reason = match now.tags.get(&tag.tag) {
            Some(&digest) if *digest == tag.digest => return true,
            Some(&digest) => LeftReason::PointsElsewhere { to: digest.clone() },
            None => LeftReason::Gone,
        };
        self.left(&format!(":{}", tag.tag), Why::Tag(reason));
        false
    }

    /// Puts a tag back to an image that is there.
    async fn restore(&self, tag: &UndoTag, to: &Digest) {
        let (registry, path) = (&self.destination.registry, self.repository.name.as_str());
        let name = format!(":{}", tag.tag);
        let restored = async {
            let manifest = registry.manifest(path, to.as_str()).await?;
            // Immediately before the write: somebody may have moved the tag since it was listed.
            let now = registry.manifest_head(path, tag.tag.as_str()).await?.map(|head| head.digest);
            if now.as_ref() == Some(&tag.digest) {
                registry.put_manifest(path, tag.tag.as_str(), &manifest).await?;
            }
            Ok::<_, RegistryError>(now)
        };
        match restored.await {
            Ok(Some(now)) if now == tag.digest => self.note(|report| report.tags_restored += 1),
            Ok(Some(to)) => self.left(&name, Why::Tag(LeftReason::PointsElsewhere { to })),
            Ok(None) => self.left(&name, Why::Tag(LeftReason::Gone)),
            Err(error) => self.failed(&name, error),
        }
    }

    async fn remove_tags(&self, now: &Now<'_>) -> Result<(), AwsError> {
        let removed = |tag: &&UndoTag| matches!(tag.action, TagUndo::Remove { .. });
        let as_planned = |tag: &&UndoTag| self.is_as_planned(tag, now);
        let mut tags: Vec<_> =
            self.repository.tags.iter().filter(removed).filter(as_planned).collect();
        let named: HashSet<&Tag> = tags.iter().map(|tag| &tag.tag).collect();
        tags.retain(|tag| {
            // An image that was to stay has to have another name still.
            let stays = tag.action == TagUndo::Remove { image: ImageUndo::HasOtherTags };
            let would_go = stays && now.has_only(&tag.digest, |tag| named.contains(tag));
            if would_go {
                self.left(&format!(":{}", tag.tag), Why::Tag(LeftReason::ImageWouldGo));
            }
            !would_go
        });
        // An image below an index goes after it.
        tags.sort_by_key(|tag| !now.is_index(&tag.digest));
        // With the digest: ECR refuses a tag that somebody moved since it was listed.
        let tagged = |tag: &&UndoTag| EcrImageId::Tagged {
            tag: tag.tag.clone(),
            digest: tag.digest.clone(),
        };
        let names: Vec<_> = tags.iter().map(tagged).collect();
        let stays = self.delete(&names).await?;
        let went = tags.iter().zip(&names).filter(|(_, name)| !stays.contains(name));
        let went: Vec<_> = went.map(|(tag, _)| tag).collect();
        let with_image = went
            .iter()
            .filter(|tag| tag.action == TagUndo::Remove { image: ImageUndo::Goes })
            .map(|tag| &tag.digest);
        let images: HashSet<&Digest> = with_image.collect();
        self.note(|report| {
            report.tags_removed += count(went.len());
            report.images_deleted += count(images.len());
        });
        Ok(())
    }

    async fn delete_images(&self, now: &Now<'_>) -> Result<(), AwsError> {
        let mut going: HashSet<&Digest> = HashSet::new();
        let mut names = Vec::new();
        for image in &self.repository.images {
            let is_by_itself = image.of == image.digest;
            let holder_goes = going.contains(&image.of) || !now.images.contains_key(&image.of);
            if (is_by_itself || holder_goes)
                && now.has_only(&image.digest, |tag| image.tags.contains(tag))
            {
                going.insert(&image.digest);
                names.push(EcrImageId::Digest(image.digest.clone()));
            }
        }
        let stays = self.delete(&names).await?;
        self.note(|report| report.images_deleted += count(names.len() - stays.len()));
        Ok(())
    }

    /// Deletes in rounds, as long as images wait for the index above them. Gives what stays.
    async fn delete(&self, names: &[EcrImageId]) -> Result<Vec<EcrImageId>, AwsError> {
        let mut wanted = names.to_vec();
        let (mut stays, mut changed) = (Vec::new(), Vec::new());
        for round in 1..=ROUNDS {
            if wanted.is_empty() {
                break;
            }
            let left = self.destination.ecr.delete_images(&self.repository.name, &wanted).await?;
            (self.step)(wanted.len().saturating_sub(left.len()));
            wanted.clear();
            for left in left {
                let is_tagged = matches!(left.image, EcrImageId::Tagged { .. });
                if is_tagged && (left.code == NOT_FOUND || left.code == TAG_MOVED) {
                    changed.push(left.image);
                } else if left.code == NOT_FOUND {
                    (self.step)(1);
                } else if left.code == BELOW_AN_INDEX && round < ROUNDS {
                    wanted.push(left.image);
                } else {
                    let mark = if matches!(left.image, EcrImageId::Digest(_)) { "@" } else { ":" };
                    let (code, message) = (left.code, left.reason);
                    let action = "ecr:BatchDeleteImage".to_owned();
                    let error = AwsError::Refused { action, code, message, request_id: None };
                    self.failed(&format!("{mark}{}", left.image), error);
                    stays.push(left.image);
                }
            }
        }
        stays.extend(self.changed_meanwhile(changed).await?);
        Ok(stays)
    }

    /// Reports the tags that changed between the listing and the delete call as they are now.
    /// Returns them.
    async fn changed_meanwhile(
        &self,
        changed: Vec<EcrImageId>,
    ) -> Result<Vec<EcrImageId>, AwsError> {
        if changed.is_empty() {
            return Ok(changed);
        }
        let images = self.images().await?.unwrap_or_default();
        let now = Now::of(&images);
        for name in &changed {
            let EcrImageId::Tagged { tag, .. } = name else { continue };
            let reason = match now.tags.get(tag) {
                Some(&digest) => LeftReason::PointsElsewhere { to: digest.clone() },
                None => LeftReason::Gone,
            };
            self.left(&format!(":{tag}"), Why::Tag(reason));
            (self.step)(1);
        }
        Ok(changed)
    }

    async fn delete_repository(&self) {
        match self.destination.ecr.delete_repository(&self.repository.name).await {
            Ok(()) | Err(AwsError::RepositoryMissing { .. }) => {
                let name = self.repository.name.clone();
                self.note(|report| report.repositories_deleted.push(name));
                (self.step)(1);
            }
            Err(error) => self.failed("", error),
        }
    }
}

/// What a repository holds right before it is changed.
struct Now<'a> {
    tags: HashMap<&'a Tag, &'a Digest>,
    images: HashMap<&'a Digest, &'a EcrImage>,
}

impl<'a> Now<'a> {
    fn of(images: &'a [EcrImage]) -> Self {
        let tags = |image: &'a EcrImage| image.tags.iter().map(|tag| (tag, &image.digest));
        Self {
            tags: images.iter().flat_map(tags).collect(),
            images: images.iter().map(|image| (&image.digest, image)).collect(),
        }
    }

    fn is_index(&self, digest: &Digest) -> bool {
        let kind = self.images.get(digest).and_then(|image| image.media_type.as_deref());
        kind.is_some_and(|kind| kind == media_type::OCI_INDEX || kind == media_type::DOCKER_INDEX)
    }

    /// Whether an image is there and has only tags of this kind.
    fn has_only(&self, digest: &Digest, is_of_kind: impl Fn(&Tag) -> bool) -> bool {
        let image = self.images.get(digest);
        image.is_some_and(|image| image.unreadable_tags == 0 && image.tags.iter().all(is_of_kind))
    }
}
