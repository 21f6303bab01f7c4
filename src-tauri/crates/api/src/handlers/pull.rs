//! Commands for pulling an image from ECR: the guides of every client, and whether this computer can pull.

use std::sync::Arc;

use transload_contract::{
    AwsConnection, ClientLogins, ExistingLogin, LoginClient, NameDiagnosisRequest, PullGuides,
    PullGuidesRequest, PullPrerequisite,
};
use transload_errors::ApiError;
use transload_friendly_name::{FriendlyName, PullAws, PullTarget, pull_guides, pull_prerequisites};
use transload_model::{Digest, RepositoryName, Tag};
use transload_plan_file::entered_text;

use crate::api::Api;
use crate::connected::Connected;

impl Api {
    /// Returns how each client pulls an image.
    pub async fn pull_guides(
        &self,
        request: PullGuidesRequest,
        connection: AwsConnection,
    ) -> Result<PullGuides, ApiError> {
        let connected = self.connect(&connection).await?;
        Ok(pull_guides(&pull_target(&request, &connected)?))
    }

    /// Checks whether this computer can pull an image. A missing identity is a result, not an error.
    pub async fn pull_prerequisites(
        &self,
        request: PullGuidesRequest,
        connection: AwsConnection,
    ) -> Result<Vec<PullPrerequisite>, ApiError> {
        let connected = match self.connect(&connection).await {
            Ok(connected) => connected,
            Err(error) => {
                let next = error.next_steps().next().map(str::to_owned);
                return Ok(pull_prerequisites(&Err((error.message.clone(), next)), None, &[]));
            }
        };
        let target = pull_target(&request, &connected)?;
        let host = connected.destination.host().clone();
        let diagnosis = NameDiagnosisRequest {
            name: host.to_string(),
            image: (!target.repository.is_empty())
                .then(|| format!("{}{}", target.repository, target.reference)),
            with_login: true,
            with_upload: false,
        };
        let diagnosis = self.name_diagnosis(diagnosis, Some(connection), |_| ()).await?;
        let clients = logged_in(&self.client_logins_of(&host).await);
        let identity = Ok(connected.identity.arn.clone());
        Ok(pull_prerequisites(&identity, Some(&diagnosis), &clients))
    }
}

/// Returns the clients on this computer, and whether each is logged in.
fn logged_in(logins: &ClientLogins) -> Vec<(String, bool)> {
    let clients = logins.clients.iter().map(|client| {
        let has_login = client.existing.as_ref().is_some_and(|login| *login != ExistingLogin::None);
        let name = match client.client {
            LoginClient::Docker => "docker",
            LoginClient::Podman => "Podman",
        };
        (name.to_owned(), has_login)
    });
    clients.collect()
}

fn pull_target(
    request: &PullGuidesRequest,
    connected: &Arc<Connected>,
) -> Result<PullTarget, ApiError> {
    let repository = RepositoryName::parse(request.repository.trim())?;
    let reference = request.reference.trim();
    // The text goes into commands.
    let reference = if reference.contains(':') {
        let digest = Digest::parse(reference).map_err(|error| ApiError::invalid_input(&error))?;
        format!("@{digest}")
    } else {
        let tag = Tag::parse(reference).map_err(|error| ApiError::invalid_input(&error))?;
        format!(":{tag}")
    };
    let aws = &connected.aws_commands;
    let aws = PullAws {
        password: aws.ecr("get-login-password"),
        password_elsewhere: aws.ecr_elsewhere("get-login-password"),
        profile_option: aws.profile_option().to_owned(),
    };
    Ok(PullTarget {
        registry: connected.destination.host().clone(),
        region: connected.identity.region.clone(),
        repository: repository.as_str().to_owned(),
        reference,
        name: entered_text(&request.name).map(FriendlyName::parse).transpose()?,
        aws,
    })
}
