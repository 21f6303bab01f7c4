//! Another user, who changes tags and repositories in between, and records what Transload does with them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::Result;
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio::sync::Mutex;
use transload_tests::botocore::Botocore;
use transload_tests::faults::{SeenRequest, Watcher};
use transload_tests::images::{Image, Target};

/// A tag of a repository.
pub type Name = (String, String);

/// When the stranger acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// After the plan, before the start.
    BeforeStart,
    /// Before the image's own layer is uploaded: a look at the tag that came earlier is worthless.
    OwnLayer,
    /// Right before the last look at the tag that can come before its write.
    LastLook,
    /// Right after the tag was written.
    AfterWrite,
    /// After the run, before anything else is asked for.
    AfterRun,
    /// At the first call of the undo that changes something.
    DuringUndo,
}

/// What the stranger does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Points the tag at the destination to another image, or creates it.
    Move,
    /// Deletes the tag at the destination.
    Delete,
    /// Deletes the repository at the destination with all that it holds.
    DeleteRepository,
    /// Points the tag at the source to another image.
    MoveSource,
}

/// One thing that the stranger will do.
#[derive(Clone, Debug)]
pub struct Intent {
    pub moment: Moment,
    pub deed: Deed,
    pub name: Name,
}

/// A write of a tag that came through the proxy.
#[derive(Clone, Debug)]
pub struct Write {
    pub name: Name,
    /// What the tag pointed to right before.
    pub over: Option<String>,
}

/// What is known of one seed's run.
#[derive(Debug, Default)]
pub struct Notes {
    pub intents: Vec<Intent>,
    /// The digest of each image's own layer, which no other image has.
    pub own_layers: HashMap<String, Name>,
    /// Whether Transload is running, and whether it undoes.
    pub phase: Option<Moment>,
    /// Writes that ECR accepted, in their order.
    pub writes: Vec<Write>,
    /// What the tag pointed to when Transload last looked at it.
    pub last_look: HashMap<Name, Option<String>>,
    /// Tags that the stranger was the last to touch, with what the stranger left there.
    pub touched: BTreeMap<Name, Option<String>>,
    /// Tags that Transload was the last to write, with what they pointed to before its first write.
    pub written_over: BTreeMap<Name, Option<String>>,
    /// What the stranger did, for a failure's message.
    pub story: Vec<String>,
}

/// The stranger, with ways to both registries that are not watched.
#[derive(Debug)]
pub struct Stranger {
    pub client: reqwest::Client,
    pub botocore: Arc<Botocore>,
    pub registry: String,
    pub source: String,
    pub login: (String, String),
    /// An image that is nobody else's.
    pub images: Vec<Image>,
    pub notes: Mutex<Notes>,
}

impl Stranger {
    fn target(&self, repository: &str) -> Result<Target> {
        let (user, password) = &self.login;
        let target = Target::with_client(self.client.clone(), &self.registry, repository)?;
        Ok(target.login(Some((user, password))))
    }

    /// What a tag points to now.
    pub async fn digest(&self, (repository, tag): &Name) -> Result<Option<String>> {
        self.target(repository)?.tag_digest(tag).await
    }

    /// Does everything that is due.
    pub async fn act(&self, moment: Moment, name: Option<&Name>) -> Result<()> {
        let mut notes = self.notes.lock().await;
        let due = |intent: &Intent| {
            intent.moment == moment && name.is_none_or(|name| *name == intent.name)
        };
        let (now, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut notes.intents).into_iter().partition(due);
        notes.intents = later;
        for intent in now {
            self.do_it(&intent, &mut notes).await?;
        }
        Ok(())
    }

    async fn do_it(&self, intent: &Intent, notes: &mut Notes) -> Result<()> {
        let (repository, tag) = &intent.name;
        let image = &self.images[repository.len() % self.images.len()];
        notes.story.push(format!("{:?}: {:?} {repository}:{tag}", intent.moment, intent.deed));
        match intent.deed {
            Deed::MoveSource => {
                // Another one than the stranger puts at the destination: the same image in both
                // places is no change that anybody could see.
                let image = &self.images[(repository.len() + 1) % self.images.len()];
                let client = self.client.clone();
                Target::with_client(client, &self.source, repository)?.push(image, tag).await?;
                return Ok(());
            }
            Deed::Move => {
                // A repository that does not exist yet is created: the stranger was first.
                let exists = ["RepositoryAlreadyExistsException"];
                let wanted = json!({ "repositoryName": repository });
                self.botocore.call("CreateRepository", wanted, &exists).await?;
                self.target(repository)?.push(image, tag).await?;
            }
            Deed::Delete => {
                let ids =
                    json!({ "repositoryName": repository, "imageIds": [{ "imageTag": tag }] });
                let absent = ["RepositoryNotFoundException"];
                self.botocore.call("BatchDeleteImage", ids, &absent).await?;
            }
            Deed::DeleteRepository => {
                let all = json!({ "repositoryName": repository, "force": true });
                let absent = ["RepositoryNotFoundException"];
                self.botocore.call("DeleteRepository", all, &absent).await?;
                let prefix = repository.clone();
                let names: Vec<Name> = notes
                    .last_look
                    .keys()
                    .chain(notes.own_layers.values())
                    .filter(|name| name.0 == prefix)
                    .cloned()
                    .collect();
                for name in names {
                    Self::note_touched(notes, name, None);
                }
            }
        }
        let left = self.digest(&intent.name).await?;
        Self::note_touched(notes, intent.name.clone(), left);
        Ok(())
    }

    fn note_touched(notes: &mut Notes, name: Name, left: Option<String>) {
        notes.written_over.remove(&name);
        notes.touched.insert(name, left);
    }

    async fn see_request(&self, request: &SeenRequest) -> Result<()> {
        if self.notes.lock().await.phase == Some(Moment::DuringUndo) {
            if matches!(request.operation.as_deref(), Some("BatchDeleteImage" | "PutImage")) {
                self.act(Moment::DuringUndo, None).await?;
            }
            return Ok(());
        }
        if let Some(blob) = request.sent_blob() {
            let name = self.notes.lock().await.own_layers.get(&blob).cloned();
            if let Some(name) = name {
                self.act(Moment::OwnLayer, Some(&name)).await?;
            }
        }
        let Some(name) = tag_of(&request.path) else { return Ok(()) };
        match request.method.as_str() {
            "HEAD" | "GET" => {
                // The looks of the plan are not the last ones.
                let is_due = {
                    let notes = self.notes.lock().await;
                    notes.phase.is_some() && !notes.writes.iter().any(|write| write.name == name)
                };
                if is_due {
                    self.act(Moment::LastLook, Some(&name)).await?;
                }
                let now = self.digest(&name).await?;
                self.notes.lock().await.last_look.insert(name, now);
            }
            "PUT" => {
                let over = self.digest(&name).await?;
                self.notes.lock().await.writes.push(Write { name, over });
            }
            _ => {}
        }
        Ok(())
    }

    async fn see_answer(&self, request: &SeenRequest) -> Result<()> {
        let Some(name) = tag_of(&request.path).filter(|_| request.method == "PUT") else {
            return Ok(());
        };
        {
            let mut notes = self.notes.lock().await;
            let Some(place) = notes.writes.iter().rposition(|write| write.name == name) else {
                return Ok(());
            };
            if request.status != Some(201) {
                // Nothing was written.
                notes.writes.remove(place);
                return Ok(());
            }
            let over = notes.writes[place].over.clone();
            notes.touched.remove(&name);
            notes.written_over.entry(name.clone()).or_insert(over);
        }
        self.act(Moment::AfterWrite, Some(&name)).await
    }
}

impl Watcher for Stranger {
    fn before<'a>(&'a self, request: &'a SeenRequest) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Err(error) = self.see_request(request).await {
                let story = format!("the stranger failed: {error:#}");
                self.notes.lock().await.story.push(story);
            }
        })
    }

    fn after<'a>(&'a self, request: &'a SeenRequest) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Err(error) = self.see_answer(request).await {
                let story = format!("the stranger failed: {error:#}");
                self.notes.lock().await.story.push(story);
            }
        })
    }
}

/// The tag that a request is about; nothing where it asks by digest or for something else.
fn tag_of(path: &str) -> Option<Name> {
    let path = path.split('?').next()?;
    let (repository, reference) = path.strip_prefix("/v2/")?.split_once("/manifests/")?;
    (!reference.contains(':')).then(|| (repository.to_owned(), reference.to_owned()))
}
