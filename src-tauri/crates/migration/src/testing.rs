//! An in-memory source and destination for tests of situations that real servers can't reproduce at will.
//! The protocols are tested against real servers in `tests/flows`.

pub(crate) mod crash;
pub(crate) mod ecr;
pub(crate) mod engine;
pub(crate) mod registry;

use std::collections::BTreeMap;
use std::error::Error as _;
use std::sync::{Arc, Mutex};

pub use ecr::{FakeEcr, ReopenAfterSignIn};
pub use registry::FakeRegistry;

use crate::control::Control;
use crate::destination_identity::DestinationIdentity;
use crate::endpoints::{Destination, EcrLogin, Source};
use crate::entered::connection::{AwsConnection, ImageSource};
use crate::entered::request::EnteredRequest;
use crate::error::MigrationError;
use crate::events::{EventSink, MigrationEvent};
use crate::facts::gather::gather;
use crate::journal::about::{About, AwsEndpoints, AwsIdentity};
use crate::journal::entry::{JournalSummary, NewMigration};
use crate::journal::log::{JournalLog, RecordError};
use crate::journal::store::Journal;
use crate::plan::Plan;
use crate::plan::make_plan::plan;
use crate::recorded_error::RecordedError;
use crate::report::{ImageReport, ImageResult, Report};
use crate::request::{MigrationRequest, RequestedImage};
use crate::run::run;
use crate::sign_in::SignInGate;
use transload_model::{
    AccountId, ImageReference, Region, RegistryHost, RepositoryName, RepositorySettings, Tag,
};
use transload_registry::RegistryEndpoint;

/// A migration between an in-memory source and an in-memory ECR, which records all events.
pub struct TestMigration {
    pub source: Arc<FakeRegistry>,
    pub registry: Arc<FakeRegistry>,
    pub ecr: Arc<FakeEcr>,
    pub events: Arc<Recorder>,
    pub control: Control,
    pub identity: DestinationIdentity,
}

/// Records all events.
#[derive(Default)]
pub struct Recorder(Mutex<Vec<MigrationEvent>>);

impl EventSink for Recorder {
    fn emit(&self, event: MigrationEvent) {
        self.0.lock().unwrap().push(event);
    }
}

impl Recorder {
    /// Returns the events as lines, without upload progress, whose chunks have no fixed size.
    pub fn lines(&self) -> Vec<String> {
        let events = self.0.lock().unwrap();
        let lines = events.iter().map(|event| format!("{event:?}"));
        lines.filter(|line| !line.contains("Sending")).collect()
    }
}

impl TestMigration {
    pub fn new() -> Self {
        Self::with_registry(FakeRegistry::new("registry.example"))
    }

    /// One whose account doesn't mount layers from one repository into another.
    pub fn without_mounts() -> Self {
        let mut registry = FakeRegistry::new("registry.example");
        registry.mounts = false;
        Self::with_registry(registry)
    }

    fn with_registry(registry: FakeRegistry) -> Self {
        let registry = Arc::new(registry);
        let ecr = Arc::new(FakeEcr::new(Arc::clone(&registry)));
        Self {
            source: Arc::new(FakeRegistry::new("source.example")),
            registry,
            ecr,
            events: Arc::default(),
            control: Control::default(),
            identity: identity(),
        }
    }

    pub fn destination(&self) -> Destination {
        let ecr: Arc<FakeEcr> = Arc::clone(&self.ecr);
        let host = RegistryHost::parse("registry.example").unwrap();
        let login = Arc::new(EcrLogin::new(ecr.clone(), host));
        let registry = Arc::clone(&self.registry) as _;
        Destination { identity: self.identity.clone(), ecr, registry, login }
    }

    pub async fn plan(&self, request: &MigrationRequest) -> Plan {
        self.plan_from(request, &self.registry_source()).await
    }

    pub async fn plan_from(&self, request: &MigrationRequest, source: &Source) -> Plan {
        let (destination, manifests) = (self.destination(), Arc::default());
        let facts = gather(request, source, &destination, &manifests, &|_| {}).await;
        plan(request, &facts.unwrap())
    }

    pub async fn run(&self, plan: &Plan, source: &Source) -> Report {
        self.run_with(plan, source, None).await
    }

    pub async fn run_with(
        &self,
        plan: &Plan,
        source: &Source,
        journal: Option<&JournalLog>,
    ) -> Report {
        let events: Arc<dyn EventSink> = Arc::clone(&self.events) as _;
        run(plan, source, &self.destination(), &self.control, &events, journal).await
    }

    /// Runs with an ECR whose calls wait for a new sign-in. The first `failed_checks` checks find no
    /// sign-in.
    pub async fn run_signing_in(&self, plan: &Plan, source: &Source, failed_checks: u32) -> Report {
        let events: Arc<dyn EventSink> = Arc::clone(&self.events) as _;
        let failed_checks = Mutex::new(failed_checks);
        let reopen = ReopenAfterSignIn { ecr: Arc::clone(&self.ecr), failed_checks };
        let ecr = Arc::clone(&self.ecr) as _;
        let gate =
            SignInGate::new(ecr, Arc::new(reopen), self.control.clone(), Arc::clone(&events));
        let destination = self.destination().waiting_at(gate).await;
        run(plan, source, &destination, &self.control, &events, None).await
    }

    pub fn registry_source(&self) -> Source {
        Source::Registry(Arc::clone(&self.source) as _)
    }
}

/// Returns the identity of the destination of [`TestMigration`].
pub fn identity() -> DestinationIdentity {
    DestinationIdentity::new(
        AccountId::parse("111122223333").unwrap(),
        Region::parse("eu-west-1").unwrap(),
        &RegistryEndpoint::parse("https://registry.example").unwrap(),
        None,
    )
}

/// Returns a short text for the result of each image.
pub fn results(report: &Report) -> Vec<String> {
    let result = |image: &ImageReport| match &image.result {
        ImageResult::Failed { error } => {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            format!("failed: {error}: {cause}")
        }
        other => format!("{other:?} {:?}", image.proof),
    };
    report.images.iter().map(result).collect()
}

pub fn request(source: &str, repository: &str, tags: &[&str]) -> MigrationRequest {
    let name = RepositoryName::parse(repository).unwrap();
    let image = |tag: &&str| RequestedImage {
        source_repository: source.to_owned(),
        source: ImageReference::parse(&format!("source.example/{source}:{tag}")).unwrap(),
        repository: name.clone(),
        tag: Tag::parse(tag).unwrap(),
        resolution: None,
        pushed_at_ms: None,
    };
    MigrationRequest {
        images: tags.iter().map(image).collect(),
        repositories: BTreeMap::from([(name.clone(), RepositorySettings::default())]),
        remove_temporary_tags: true,
        extent: Default::default(),
    }
}

/// Combines two requests.
pub fn joined(mut request: MigrationRequest, other: MigrationRequest) -> MigrationRequest {
    request.images.extend(other.images);
    request.repositories.extend(other.repositories);
    request
}

/// Returns a conversion that records the message of each error.
pub(super) fn record_error() -> RecordError {
    Arc::new(|error: &MigrationError| RecordedError::new("internal", error.to_string()))
}

/// The history list of a journal in which every record can be read.
pub async fn summaries(journal: &Journal) -> Vec<JournalSummary> {
    journal.list().await.unwrap().into_iter().map(Result::unwrap).collect()
}

/// A migration that is about to start, with an empty request.
pub fn new_migration(id: &str, plan: &Plan) -> NewMigration {
    let source = ImageSource::DockerEngine;
    let request = EnteredRequest::new(AwsConnection::Practice, source.clone());
    let identity = AwsIdentity {
        account_id: "111122223333".to_owned(),
        arn: "arn:aws:iam::111122223333:user/test".to_owned(),
        region: "eu-west-1".to_owned(),
        expires_at_ms: None,
        practice: true,
        partition: "aws".to_owned(),
        endpoints: AwsEndpoints::default(),
    };
    NewMigration {
        id: id.to_owned(),
        started_at_ms: 1_795_000_000_000,
        plan: Arc::new(plan.clone()),
        request: Arc::new(request),
        about: About { identity, source, part: None },
    }
}
