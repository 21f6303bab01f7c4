//! The command that tests a name with the clients on this computer, and deletes what they pushed.

use std::sync::Arc;

use transload_aws::{EcrApi, EcrImageId};
use transload_contract::{AwsConnection, CheckState, ClientProof, NameProof, NameProofRequest};
use transload_errors::ApiError;
use transload_friendly_name::{
    FriendlyName, ProofClient, ProofEnvironment, RegistryCredentials, SystemResolver, proof_tag,
    prove,
};
use transload_model::{RepositoryName, RepositorySettings, Tag, now_ms};

use crate::api::Api;

impl Api {
    /// Pushes a tiny image through a name and pulls it with every client on this computer.
    pub async fn name_prove(
        &self,
        request: NameProofRequest,
        connection: AwsConnection,
        progress: impl Fn(ClientProof) + Send + Sync + 'static,
    ) -> Result<NameProof, ApiError> {
        let name = FriendlyName::parse(&request.name)?;
        let repository = RepositoryName::parse(request.repository.trim())?;
        let connected = self.connect(&connection).await?;
        let token = connected.destination.login.token().await?;
        let engine = self.engine_status().await?;
        let docker = &self.inner.options.docker;
        let found = |client: ProofClient| Some((client, docker.find_program(client.program())?));
        let environment = ProofEnvironment {
            network: self.network(),
            resolver: Arc::new(SystemResolver),
            registry: connected.destination.host().clone(),
            credentials: RegistryCredentials { user: token.user, password: token.password },
            programs: ProofClient::ALL.into_iter().filter_map(found).collect(),
            docker_host: engine.address.filter(|_| engine.running),
        };
        let ecr = &connected.destination.ecr;
        let is_new = ecr.repository(&repository).await?.is_none();
        if is_new {
            ecr.create_repository(&repository, &RepositorySettings::default()).await?;
        }
        let id = now_ms().to_string();
        let proving = prove(&name, repository.as_str(), &id, &environment, &progress);
        let proof = Box::pin(proving).await;
        let clean_up = clean_up(&**ecr, &repository, &id, proof.as_ref().ok(), is_new).await;
        let mut proof = proof.map_err(|error| ApiError::storage(&std::env::temp_dir(), &error))?;
        proof.clean_up = clean_up;
        Ok(proof)
    }
}

/// Deletes what the clients pushed, and the repository if it is new. Returns what was and wasn't deleted.
async fn clean_up(
    ecr: &dyn EcrApi,
    repository: &RepositoryName,
    id: &str,
    proof: Option<&NameProof>,
    is_new: bool,
) -> Vec<String> {
    let mut done = Vec::new();
    // A failed push can have stored a manifest, so every client that was started counts.
    let started = proof.map_or(&[][..], |proof| &proof.clients);
    for client in started.iter().filter(|client| client.state != CheckState::NotChecked) {
        let Ok(tag) = Tag::parse(&proof_tag(id, client.client)) else { continue };
        let image = format!("{repository}:{tag}");
        match ecr.delete_images(repository, &[EcrImageId::Tag(tag)]).await {
            Ok(left) if left.is_empty() => done.push(format!("{image} was deleted.")),
            Ok(_) if client.pushed_digest.is_none() => {}
            Ok(_) => done.push(format!("{image} couldn't be deleted. Delete it yourself.")),
            Err(error) => {
                let reason = ApiError::from(error).message;
                done.push(format!("{image} couldn't be deleted: {reason}"));
            }
        }
    }
    if is_new {
        done.push(match ecr.delete_repository(repository).await {
            Ok(()) => format!("The repository {repository}, which the test created, was deleted."),
            Err(error) => {
                let reason = ApiError::from(error).message;
                format!("The repository {repository} couldn't be deleted: {reason}")
            }
        });
    }
    done
}
