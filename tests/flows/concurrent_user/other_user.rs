//! Another user, who changes tags and repositories during a migration, and records what Transload does with
//! them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::Result;
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio::sync::Mutex;
use transload_tests::botocore::Botocore;
use transload_tests::faults::{SeenRequest, Watcher};
use transload_tests::images::{Image, TestRepository};

pub type RepositoryTag = (String, String);

/// When the other user acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// After the plan, before the start.
    BeforeStart,
    /// Before the unique layer of the image is uploaded. Reads of the tag before this moment are outdated.
    OwnLayer,
    /// Right before the last read of the tag before its write.
    LastRead,
    /// Right after the tag was written.
    AfterWrite,
    /// After the run, before any other request.
    AfterRun,
    /// At the first call of the undo that changes something.
    DuringUndo,
}

/// What the other user changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Points the tag at the destination to another image, or creates it.
    Move,
    /// Deletes the tag at the destination.
    Delete,
    /// Deletes the repository at the destination with its content.
    DeleteRepository,
    /// Points the tag at the source to another image.
    MoveSource,
}

/// A change that the other user will make.
#[derive(Clone, Debug)]
pub struct PlannedChange {
    pub moment: Moment,
    pub change: Change,
    pub name: RepositoryTag,
}

/// A write of a tag through the proxy.
#[derive(Clone, Debug)]
pub struct Write {
    pub name: RepositoryTag,
    /// The digest of the tag right before.
    pub over: Option<String>,
}

/// Everything that is recorded for one seed.
#[derive(Debug, Default)]
pub struct Record {
    pub planned_changes: Vec<PlannedChange>,
    /// The unique layer of each image.
    pub own_layers: HashMap<String, RepositoryTag>,
    /// Whether Transload is running or undoing.
    pub phase: Option<Moment>,
    /// Writes that ECR accepted, in order.
    pub writes: Vec<Write>,
    /// The digest of each tag when Transload last read it.
    pub last_read: HashMap<RepositoryTag, Option<String>>,
    /// Tags that the other user changed last, with the digest that they left.
    pub touched: BTreeMap<RepositoryTag, Option<String>>,
    /// Tags that Transload wrote last, with the digest before its first write.
    pub written_over: BTreeMap<RepositoryTag, Option<String>>,
    /// The changes of the other user, for failure messages.
    pub log: Vec<String>,
}

/// The other user, with access to both registries that is not recorded.
#[derive(Debug)]
pub struct OtherUser {
    pub client: reqwest::Client,
    pub botocore: Arc<Botocore>,
    pub registry: String,
    pub source: String,
    pub login: (String, String),
    /// Images that only the other user has.
    pub images: Vec<Image>,
    pub record: Mutex<Record>,
}

impl OtherUser {
    fn target(&self, repository: &str) -> Result<TestRepository> {
        let (user, password) = &self.login;
        let target = TestRepository::with_client(self.client.clone(), &self.registry, repository)?;
        Ok(target.login(Some((user, password))))
    }

    pub async fn digest(&self, (repository, tag): &RepositoryTag) -> Result<Option<String>> {
        self.target(repository)?.tag_digest(tag).await
    }

    /// Makes all changes that are due.
    pub async fn act(&self, moment: Moment, name: Option<&RepositoryTag>) -> Result<()> {
        let mut record = self.record.lock().await;
        let due = |planned_change: &PlannedChange| {
            planned_change.moment == moment && name.is_none_or(|name| *name == planned_change.name)
        };
        let (now, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut record.planned_changes).into_iter().partition(due);
        record.planned_changes = later;
        for planned_change in now {
            self.apply(&planned_change, &mut record).await?;
        }
        Ok(())
    }

    async fn apply(&self, planned_change: &PlannedChange, record: &mut Record) -> Result<()> {
        let (repository, tag) = &planned_change.name;
        let image = &self.images[repository.len() % self.images.len()];
        record.log.push(format!(
            "{:?}: {:?} {repository}:{tag}",
            planned_change.moment, planned_change.change
        ));
        match planned_change.change {
            Change::MoveSource => {
                // Not the same image as at the destination: the same image in both places would not be a
                // visible change.
                let image = &self.images[(repository.len() + 1) % self.images.len()];
                let client = self.client.clone();
                TestRepository::with_client(client, &self.source, repository)?
                    .push(image, tag)
                    .await?;
                return Ok(());
            }
            Change::Move => {
                // Creates a repository that does not exist yet: the other user is first.
                let exists = ["RepositoryAlreadyExistsException"];
                let parameters = json!({ "repositoryName": repository });
                self.botocore.call("CreateRepository", parameters, &exists).await?;
                self.target(repository)?.push(image, tag).await?;
            }
            Change::Delete => {
                let ids =
                    json!({ "repositoryName": repository, "imageIds": [{ "imageTag": tag }] });
                let absent = ["RepositoryNotFoundException"];
                self.botocore.call("BatchDeleteImage", ids, &absent).await?;
            }
            Change::DeleteRepository => {
                let all = json!({ "repositoryName": repository, "force": true });
                let absent = ["RepositoryNotFoundException"];
                self.botocore.call("DeleteRepository", all, &absent).await?;
                let prefix = repository.clone();
                let names: Vec<RepositoryTag> = record
                    .last_read
                    .keys()
                    .chain(record.own_layers.values())
                    .filter(|name| name.0 == prefix)
                    .cloned()
                    .collect();
                for name in names {
                    Self::note_touched(record, name, None);
                }
            }
        }
        let left = self.digest(&planned_change.name).await?;
        Self::note_touched(record, planned_change.name.clone(), left);
        Ok(())
    }

    fn note_touched(record: &mut Record, name: RepositoryTag, left: Option<String>) {
        record.written_over.remove(&name);
        record.touched.insert(name, left);
    }

    async fn on_request(&self, request: &SeenRequest) -> Result<()> {
        if self.record.lock().await.phase == Some(Moment::DuringUndo) {
            if matches!(request.operation.as_deref(), Some("BatchDeleteImage" | "PutImage")) {
                self.act(Moment::DuringUndo, None).await?;
            }
            return Ok(());
        }
        if let Some(blob) = request.sent_blob() {
            let name = self.record.lock().await.own_layers.get(&blob).cloned();
            if let Some(name) = name {
                self.act(Moment::OwnLayer, Some(&name)).await?;
            }
        }
        let Some(name) = tag_of(&request.path) else { return Ok(()) };
        match request.method.as_str() {
            "HEAD" | "GET" => {
                // Reads of the plan do not count.
                let is_due = {
                    let record = self.record.lock().await;
                    record.phase.is_some() && !record.writes.iter().any(|write| write.name == name)
                };
                if is_due {
                    self.act(Moment::LastRead, Some(&name)).await?;
                }
                let now = self.digest(&name).await?;
                self.record.lock().await.last_read.insert(name, now);
            }
            "PUT" => {
                let over = self.digest(&name).await?;
                self.record.lock().await.writes.push(Write { name, over });
            }
            _ => {}
        }
        Ok(())
    }

    async fn on_response(&self, request: &SeenRequest) -> Result<()> {
        let Some(name) = tag_of(&request.path).filter(|_| request.method == "PUT") else {
            return Ok(());
        };
        {
            let mut record = self.record.lock().await;
            let Some(place) = record.writes.iter().rposition(|write| write.name == name) else {
                return Ok(());
            };
            if request.status != Some(201) {
                // Nothing was written.
                record.writes.remove(place);
                return Ok(());
            }
            let over = record.writes[place].over.clone();
            record.touched.remove(&name);
            record.written_over.entry(name.clone()).or_insert(over);
        }
        self.act(Moment::AfterWrite, Some(&name)).await
    }
}

impl Watcher for OtherUser {
    fn before<'a>(&'a self, request: &'a SeenRequest) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Err(error) = self.on_request(request).await {
                let log = format!("the other user failed: {error:#}");
                self.record.lock().await.log.push(log);
            }
        })
    }

    fn after<'a>(&'a self, request: &'a SeenRequest) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Err(error) = self.on_response(request).await {
                let log = format!("the other user failed: {error:#}");
                self.record.lock().await.log.push(log);
            }
        })
    }
}

/// The tag in a request. Returns `None` for requests by digest, and for other requests.
fn tag_of(path: &str) -> Option<RepositoryTag> {
    let path = path.split('?').next()?;
    let (repository, reference) = path.strip_prefix("/v2/")?.split_once("/manifests/")?;
    (!reference.contains(':')).then(|| (repository.to_owned(), reference.to_owned()))
}
