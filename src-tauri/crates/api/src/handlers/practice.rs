//! Commands for practice mode.

use transload_contract::{AwsConnection, PracticeStatus};
use transload_errors::sentence;
use transload_errors::{ApiError, ErrorCode};
use transload_practice::{MoveTagError, Practice, PracticeError, PracticeOptions};

use crate::api::Api;

const DISK_HINT: &str =
    "Check that the disk has free space and that your user has access to the data folder.";

impl Api {
    /// Starts the servers of practice mode, or returns their addresses.
    pub async fn practice_start(&self) -> Result<PracticeStatus, ApiError> {
        self.with_practice(status).await
    }

    pub async fn practice_reset(&self) -> Result<PracticeStatus, ApiError> {
        let running = self.inner.practice.lock().await;
        if let Some(practice) = running.as_ref() {
            practice.reset().await.map_err(failed)?;
        } else {
            // The data may be what keeps it from starting: it is removed before the servers run.
            Practice::erase(&self.practice_options().folder).map_err(failed)?;
        }
        drop(running);
        self.disconnect(&AwsConnection::Practice).await;
        self.practice_start().await
    }

    /// Adds the example repositories to the practice ECR. Returns their names.
    pub async fn practice_examples_create(&self) -> Result<Vec<String>, ApiError> {
        let creating = self.with_practice(Practice::create_examples).await?;
        let names = creating.await.map_err(|error| {
            ApiError::new(
                ErrorCode::PracticeFailed,
                "Practice mode couldn't save the example repositories.",
            )
            .hint(DISK_HINT)
            .caused_by(&error)
            .retryable()
        })?;
        tracing::info!(?names, "example repositories were added to the practice ECR");
        Ok(names)
    }

    /// Moves a tag of the practice Docker Hub to the image of another tag of the repository, as if
    /// someone pushed the tag again.
    pub async fn practice_tag_move(
        &self,
        repository: String,
        tag: String,
        to: String,
    ) -> Result<(), ApiError> {
        let moved = self.with_practice(|practice| practice.move_hub_tag(&repository, &tag, &to));
        moved.await?.map_err(|error| not_moved(&error))?;
        tracing::info!(repository, tag, to, "a tag of the practice Docker Hub was moved");
        Ok(())
    }

    /// Calls a function with the servers of practice mode, which are started if they don't run.
    pub(crate) async fn with_practice<T>(
        &self,
        work: impl FnOnce(&Practice) -> T,
    ) -> Result<T, ApiError> {
        let mut running = self.inner.practice.lock().await;
        let practice = match running.as_ref() {
            Some(practice) => practice,
            None => {
                let starting = Box::pin(Practice::start(self.practice_options()));
                let started = starting.await.map_err(failed)?;
                running.insert(started)
            }
        };
        practice.show_large_organization(self.practice_is_large());
        Ok(work(practice))
    }

    fn practice_options(&self) -> PracticeOptions {
        PracticeOptions::new(self.inner.options.data_folder.join("practice"))
    }
}

fn status(practice: &Practice) -> PracticeStatus {
    let hub = practice.hub_account();
    PracticeStatus {
        ecr_endpoint: practice.ecr_endpoint().to_string(),
        registry: practice.registry_host(),
        hub: practice.hub_registry_host(),
        account_id: practice.account_id().to_owned(),
        region: practice.region().to_owned(),
        access_key_id: practice.access_key_id().to_owned(),
        secret_access_key: practice.secret_access_key().to_owned(),
        hub_account: hub.name,
        hub_access_token: hub.access_token,
        hub_organizations: hub.organizations,
    }
}

fn failed(error: PracticeError) -> ApiError {
    if let PracticeError::FolderInUse { holder, .. } = &error {
        let holder = holder.as_ref().map_or("another process".to_owned(), ToString::to_string);
        return ApiError::new(
            ErrorCode::PracticeInUse,
            format!("Practice mode is in use by {holder}."),
        )
        .about(holder)
        .caused_by(&error)
        .retryable();
    }
    ApiError::new(ErrorCode::PracticeFailed, "Practice mode couldn't start its local servers.")
        .caused_by(&error)
        .retryable()
}

fn not_moved(error: &MoveTagError) -> ApiError {
    let new = |code| ApiError::new(code, sentence(&error.to_string()));
    let words = match error {
        MoveTagError::RepositoryMissing { repository } => new(ErrorCode::ImageMissing)
            .about(repository)
            .hint("Choose a repository of the practice account, for example dencold/pgcli."),
        MoveTagError::TagMissing { repository, tag } => new(ErrorCode::ImageMissing)
            .about(format!("{repository}:{tag}"))
            .hint("Choose an existing tag of the repository."),
        MoveTagError::Fixed { repository } => new(ErrorCode::InputInvalid)
            .about(repository)
            .hint("Choose a repository of another namespace, for example dencold/pgcli."),
        MoveTagError::SameImage { repository, tag, .. } => new(ErrorCode::InputInvalid)
            .about(format!("{repository}:{tag}"))
            .hint("Choose a tag with another digest."),
        MoveTagError::Store(_) => ApiError::new(
            ErrorCode::PracticeFailed,
            "Practice mode couldn't save the change. The tag wasn't moved.",
        )
        .hint(DISK_HINT)
        .retryable(),
    };
    words.caused_by(error)
}
