//! A fault of the program inside a run: the job ends and says so, and the migration can be resumed.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use transload_aws::AwsEnvironment;
use transload_contract::{
    AwsConnection, ImageSource, JobEventKind, MigrationOutcome, MigrationReport, MigrationRequest,
    RepositoryMapping, SelectedImage,
};
use transload_docker::DockerEnvironment;
use transload_errors::ErrorCode;
use transload_migration::Source;
use transload_model::{Descriptor, Digest, RawManifest, RegistryHost, Tag};
use transload_registry::{
    BlobApi, BlobStream, ListApi, LoginSource, ManifestApi, ManifestHead, Mount, Referrer,
    ReferrersApi, RegistryApi, RegistryError, StoredManifest, UploadApi, UploadSession,
    UploadStart,
};

use crate::{Api, ApiOptions};

/// Where the source of images panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Manifest,
    Blob,
    BlobContent,
}

/// A registry client with a fault in it.
struct Faulty {
    inner: Arc<dyn RegistryApi>,
    fault: Fault,
}

#[async_trait]
impl RegistryApi for Faulty {
    fn host(&self) -> &RegistryHost {
        self.inner.host()
    }

    fn with_login(self: Arc<Self>, login: Arc<dyn LoginSource>) -> Arc<dyn RegistryApi> {
        Arc::clone(&self.inner).with_login(login)
    }

    async fn check_login(&self) -> Result<(), RegistryError> {
        self.inner.check_login().await
    }
}

#[async_trait]
impl ManifestApi for Faulty {
    async fn manifest_head(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<Option<ManifestHead>, RegistryError> {
        self.inner.manifest_head(path, reference).await
    }

    async fn manifest(&self, path: &str, reference: &str) -> Result<RawManifest, RegistryError> {
        assert_ne!(self.fault, Fault::Manifest, "the fault that the test wants");
        self.inner.manifest(path, reference).await
    }

    async fn put_manifest(
        &self,
        path: &str,
        reference: &str,
        manifest: &RawManifest,
    ) -> Result<StoredManifest, RegistryError> {
        self.inner.put_manifest(path, reference, manifest).await
    }
}

#[async_trait]
impl ReferrersApi for Faulty {
    async fn referrers(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<Option<Vec<Referrer>>, RegistryError> {
        self.inner.referrers(path, digest).await
    }
}

#[async_trait]
impl BlobApi for Faulty {
    async fn has_blob(&self, path: &str, digest: &Digest) -> Result<bool, RegistryError> {
        self.inner.has_blob(path, digest).await
    }

    async fn blob(&self, path: &str, blob: &Descriptor) -> Result<BlobStream, RegistryError> {
        assert_ne!(self.fault, Fault::Blob, "the fault that the test wants");
        let content = self.inner.blob(path, blob).await?;
        if self.fault == Fault::BlobContent {
            return Ok(Box::pin(content.inspect(|_| panic!("the fault that the test wants"))));
        }
        Ok(content)
    }
}

#[async_trait]
impl UploadApi for Faulty {
    async fn begin_upload(
        &self,
        path: &str,
        mount: Option<Mount<'_>>,
    ) -> Result<UploadStart, RegistryError> {
        self.inner.begin_upload(path, mount).await
    }

    async fn send_blob(
        &self,
        path: &str,
        blob: &Descriptor,
        session: UploadSession,
        content: BlobStream,
    ) -> Result<(), RegistryError> {
        self.inner.send_blob(path, blob, session, content).await
    }

    async fn abandon_upload(&self, path: &str, session: UploadSession) {
        self.inner.abandon_upload(path, session).await;
    }
}

#[async_trait]
impl ListApi for Faulty {
    async fn tags(&self, path: &str) -> Result<Vec<Tag>, RegistryError> {
        self.inner.tags(path).await
    }

    async fn catalog(&self) -> Result<Vec<String>, RegistryError> {
        self.inner.catalog().await
    }
}

fn request() -> MigrationRequest {
    let source = ImageSource::PracticeAccount { namespace: None };
    MigrationRequest {
        repositories: vec![RepositoryMapping {
            source_repository: "dencold/pgcli".to_owned(),
            repository_name: "pgcli".to_owned(),
            settings: None,
        }],
        images: vec![SelectedImage {
            repository: "dencold/pgcli".to_owned(),
            tag: "latest".to_owned(),
        }],
        ..MigrationRequest::new(AwsConnection::Practice, source)
    }
}

async fn report_of(api: &Api, job: String) -> MigrationReport {
    let mut events = api.job_follow(job, 0).await.unwrap();
    let finished = async {
        while let Some(event) = events.recv().await {
            if let JobEventKind::Finished { report } = event.kind {
                return Arc::unwrap_or_clone(report);
            }
        }
        panic!("no report")
    };
    tokio::time::timeout(Duration::from_secs(120), finished).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_run_ends_the_job_and_the_migration_can_be_resumed() {
    for fault in [Fault::Manifest, Fault::Blob, Fault::BlobContent] {
        let folder = tempfile::tempdir().unwrap();
        let api = Api::new(ApiOptions {
            data_folder: folder.path().to_owned(),
            aws: AwsEnvironment::from_variables(Vec::<(String, String)>::new()),
            docker: DockerEnvironment::default(),
            quota_check_interval: None,
        });
        api.practice_start().await.unwrap();
        let plan = api.migration_plan_with_progress(request(), |_| {}).await.unwrap();
        let mut ready = api.inner.plans.take(&plan.plan).unwrap();
        let Source::Registry(inner) = &ready.endpoints.source else { panic!("it is a registry") };
        let inner = Arc::clone(inner);
        ready.endpoints.source = Source::Registry(Arc::new(Faulty { inner, fault }));
        if fault == Fault::Manifest {
            // Otherwise the run uses the manifests that the plan read.
            let mut plan = (*ready.plan).clone();
            plan.manifests = Arc::default();
            ready.plan = Arc::new(plan);
        }
        let job = api.start(ready).await.unwrap();

        let report = report_of(&api, job.clone()).await;
        if fault == Fault::BlobContent {
            // The content is read by the task of the connection: its panic is a lost connection of one image.
            assert_eq!(report.outcome, MigrationOutcome::Failed, "{report:?}");
            assert_eq!(report.run_error, None);
        } else {
            assert_eq!(report.outcome, MigrationOutcome::Interrupted, "{fault:?}");
            assert_eq!(report.run_error.unwrap().code, ErrorCode::Internal, "{fault:?}");
        }
        assert!(!api.jobs_running(), "{fault:?}");
        let known = api.history_list().await.unwrap();
        assert_eq!(known.len(), 1, "{fault:?}");
        assert_ne!(known[0].state, MigrationOutcome::Running, "{fault:?}: {:?}", known[0]);

        let resumed = api.migration_resume(job).await.unwrap();
        let report = report_of(&api, resumed).await;
        assert_eq!(report.outcome, MigrationOutcome::Succeeded, "{fault:?}: {report:?}");
        assert_eq!(report.run_error, None);
        api.shutdown().await;
    }
}
