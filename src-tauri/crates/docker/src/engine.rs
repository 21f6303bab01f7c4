use std::collections::HashMap;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use bollard::errors::Error;
use bollard::query_parameters::{
    ListImagesOptionsBuilder, RemoveImageOptionsBuilder, TagImageOptionsBuilder,
};
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use futures_util::StreamExt;
use http_body_util::BodyStream;
use hyper::Response;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::address::DockerAddress;
use crate::api::{DockerApi, EngineLogin, PushOutcome, PushProgress};
use crate::archive::ImageArchive;
use crate::engine_image::{EngineImage, EnginePlatform};
use crate::engine_info::{ApiVersion, EngineInfo};
use crate::error::DockerError;
use crate::response::{body_bytes, failure, image_failure, missing_id, refusal};
use crate::transport::Transport;
use crate::{engine_image, push};
use transload_model::{Digest, ImageReference, RegistryHost};

/// How long the engine may take to begin an answer, in seconds. A tag or a list on a busy engine
/// with a spinning disk takes tens of seconds.
const ANSWER_LIMIT_SECONDS: u64 = 120;
/// What Go's network library says, in lower case, when a server speaks plain HTTP.
const PLAIN_HTTP: &str = "server gave http response to https client";
/// What an engine says, with the status 404 or 500, of an image that it has and cannot put into an
/// archive. Source: containerd, `images/archive/exporter.go`, as Docker 26.1.5 and 28.5.2 answer.
const NOT_EXPORTABLE: &str = "unable to create manifests file";

/// A Docker Engine, or what speaks its protocol, at one address.
#[derive(Clone, Debug)]
pub struct DockerEngine {
    transport: Transport,
    docker: Docker,
}

impl DockerEngine {
    /// The engine at an address. Nothing is opened yet.
    ///
    /// # Errors
    /// [`DockerError::NotRunning`] when the files of its TLS cannot be used.
    pub fn at(address: DockerAddress) -> Result<Self, DockerError> {
        let transport = Transport::new(address)?;
        let way = transport.clone();
        let send = move |request: BollardRequest| {
            let way = way.clone();
            async move {
                let (response, connection) = way.send(request).await?;
                // bollard reads the body later; the connection ends by itself then.
                drop(connection.detach());
                Ok::<_, Error>(response)
            }
        };
        // The host is never used: a request names its path only, see `Transport`.
        let docker = Docker::connect_with_custom_transport(
            send,
            Some("http://engine"),
            ANSWER_LIMIT_SECONDS,
            API_DEFAULT_VERSION,
        )
        .map_err(|error| failure(transport.address(), error))?;
        Ok(Self { transport, docker })
    }

    /// Where it is.
    pub fn address(&self) -> &DockerAddress {
        self.transport.address()
    }

    fn failure(&self, error: Error) -> DockerError {
        failure(self.address(), error)
    }

    fn image_failure(&self, reference: &ImageReference, error: Error) -> DockerError {
        image_failure(self.address(), reference, error)
    }

    /// A request of our own, where bollard has no call, or one that loses what we need.
    async fn send(
        &self,
        request: BollardRequest,
    ) -> Result<(Response<Incoming>, AbortOnDropHandle<()>), DockerError> {
        let (response, connection) =
            self.transport.send(request).await.map_err(|error| self.failure(error))?;
        if response.status().is_success() {
            Ok((response, connection))
        } else {
            Err(refusal(response).await)
        }
    }

    /// Inspects an image by name or ID, with what the containerd store holds of an index.
    async fn inspect(&self, name: &str) -> Result<EngineImage, DockerError> {
        // Engines that do not know the parameter ignore it.
        let request = get(format!("/images/{name}/json?manifests=1"))?;
        let (response, _connection) = self.send(request).await?;
        let version = response.headers().get("api-version");
        let version = version.and_then(|version| ApiVersion::parse(version.to_str().ok()?));
        let body = body_bytes(response).await?;
        let inspected = serde_json::from_slice(&body)
            .map_err(|error| DockerError::AnswerUnusable { detail: error.to_string() })?;
        let mut image = engine_image::inspected(inspected)?;
        // Version 1.47 says it in the list only; there the containerd store shows by its digests,
        // which are the ID itself.
        let in_containerd =
            image.repository_digests.iter().any(|known| known.digest() == Some(&image.id));
        if image.parts.is_none() && in_containerd && version == Some(ApiVersion::LISTS_MANIFESTS) {
            let listed = self.list(image.references.first()).await?;
            let same = listed.into_iter().find(|listed| listed.id == image.id);
            if let Some(EngineImage { parts: Some(parts), platforms, size_bytes, .. }) = same {
                image = EngineImage { parts: Some(parts), platforms, size_bytes, ..image };
            }
        }
        Ok(image)
    }

    /// The list of images, of one name or of all.
    async fn list(&self, name: Option<&ImageReference>) -> Result<Vec<EngineImage>, DockerError> {
        let mut options = ListImagesOptionsBuilder::new().manifests(true);
        let filters =
            name.map(|name| HashMap::from([("reference".to_owned(), vec![name.familiar()])]));
        if let Some(filters) = &filters {
            options = options.filters(filters);
        }
        let list = self.docker.list_images(Some(options.build())).await;
        let list = list.map_err(|error| self.failure(error))?;
        list.into_iter().filter_map(|summary| engine_image::listed(summary).transpose()).collect()
    }

    async fn run_push(
        &self,
        reference: &ImageReference,
        platform: Option<&EnginePlatform>,
        login: &EngineLogin,
        progress: &mut (dyn FnMut(PushProgress) + Send),
    ) -> Result<PushOutcome, DockerError> {
        let registry = reference.registry();
        let mut path = format!(
            "/images/{registry}/{}/push?tag={}",
            reference.path(),
            reference.manifest_reference()
        );
        if registry.is_loopback() {
            // Docker speaks plain HTTP to this computer by itself, Podman when it is told so.
            path.push_str("&tlsVerify=false");
        }
        if let Some(platform) = platform {
            let json = serde_json::to_string(platform)
                .map_err(|error| DockerError::ConnectionLost { source: error.into() })?;
            let json: String = url::form_urlencoded::byte_serialize(json.as_bytes()).collect();
            path.push_str("&platform=");
            path.push_str(&json);
        }
        let mut request = post(path, String::new())?;
        let mut header = HeaderValue::try_from(URL_SAFE.encode(login_json(registry, login)))
            .map_err(|error| DockerError::ConnectionLost { source: error.into() })?;
        header.set_sensitive(true);
        request.headers_mut().insert("X-Registry-Auth", header);
        let (response, _connection) = self.send(request).await.map_err(|error| match error {
            DockerError::Refused { status: 404, .. } => crate::response::missing(reference),
            other => other,
        })?;
        push::follow(response.into_body(), reference, progress).await
    }
}

#[async_trait]
impl DockerApi for DockerEngine {
    async fn info(&self) -> Result<EngineInfo, DockerError> {
        let version = self.docker.version().await.map_err(|error| self.failure(error))?;
        let info = self.docker.info().await.map_err(|error| self.failure(error))?;
        EngineInfo::read(version, info)
    }

    async fn images(&self) -> Result<Vec<EngineImage>, DockerError> {
        self.list(None).await
    }

    async fn image(&self, reference: &ImageReference) -> Result<EngineImage, DockerError> {
        match self.inspect(&reference.to_string()).await {
            Err(DockerError::Refused { status: 404, .. }) => {
                Err(crate::response::missing(reference))
            }
            other => other,
        }
    }

    async fn image_by_id(&self, id: &Digest) -> Result<EngineImage, DockerError> {
        match self.inspect(id.as_str()).await {
            Err(DockerError::Refused { status: 404, .. }) => Err(missing_id(id)),
            other => other,
        }
    }

    async fn tag(&self, id: &Digest, target: &ImageReference) -> Result<(), DockerError> {
        let repository = format!("{}/{}", target.registry(), target.path());
        let options = TagImageOptionsBuilder::new()
            .repo(&repository)
            .tag(target.manifest_reference())
            .build();
        let tagged = self.docker.tag_image(id.as_str(), Some(options)).await;
        tagged.map_err(|error| match self.failure(error) {
            DockerError::Refused { status: 404, .. } => missing_id(id),
            other => other,
        })
    }

    async fn archive(&self, id: &Digest) -> Result<ImageArchive, DockerError> {
        let request = get(format!("/images/{id}/get"))?;
        let (response, connection) = self.send(request).await.map_err(|error| match error {
            DockerError::Refused { message, .. } if message.contains(NOT_EXPORTABLE) => {
                DockerError::NotExportable { reference: id.to_string(), message }
            }
            DockerError::Refused { status: 404, .. } => missing_id(id),
            other => other,
        })?;
        let pieces = BodyStream::new(response.into_body()).filter_map(move |frame| {
            // The connection lives as long as the stream.
            let _ = &connection;
            std::future::ready(match frame {
                Ok(frame) => frame.into_data().ok().map(Ok),
                Err(source) => Some(Err(DockerError::ConnectionLost { source: source.into() })),
            })
        });
        Ok(ImageArchive::new(Box::pin(pieces)))
    }

    async fn untag(&self, reference: &ImageReference) -> Result<(), DockerError> {
        // Never forced, and parents are kept: only this name shall go.
        let options = RemoveImageOptionsBuilder::new().force(false).noprune(true).build();
        let removed = self.docker.remove_image(&reference.to_string(), Some(options), None).await;
        removed.map(drop).map_err(|error| self.image_failure(reference, error))
    }

    async fn log_in(
        &self,
        registry: &RegistryHost,
        login: &EngineLogin,
    ) -> Result<(), DockerError> {
        let mut request = post("/auth".to_owned(), login_json(registry, login))?;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match self.send(request).await {
            // Podman tries a login over TLS only. A registry of this computer that speaks plain
            // HTTP did not refuse the login, and a push brings it along anyway.
            Err(DockerError::Refused { message, .. })
                if registry.is_loopback() && message.to_lowercase().contains(PLAIN_HTTP) =>
            {
                tracing::debug!(%registry, "the engine tries logins over TLS only");
                Ok(())
            }
            answer => answer.map(drop),
        }
    }

    async fn push(
        &self,
        reference: &ImageReference,
        platform: Option<&EnginePlatform>,
        login: &EngineLogin,
        progress: &mut (dyn FnMut(PushProgress) + Send),
        cancel: &CancellationToken,
    ) -> Result<PushOutcome, DockerError> {
        tokio::select! {
            biased;
            // Dropping the push closes its connection, and the engine then stops sending.
            () = cancel.cancelled() => Err(DockerError::Cancelled),
            outcome = self.run_push(reference, platform, login, progress) => outcome,
        }
    }
}

/// The login as the engine reads it. Engines pick a login by exact host, so `serveraddress` is the
/// image's host as it stands.
fn login_json(registry: &RegistryHost, login: &EngineLogin) -> String {
    serde_json::json!({
        "username": login.user,
        "password": login.password.expose(),
        "serveraddress": registry.as_str(),
    })
    .to_string()
}

fn get(path: String) -> Result<BollardRequest, DockerError> {
    hyper::Request::get(path)
        .body(bollard::body_full(bytes::Bytes::new()))
        .map_err(|error| DockerError::ConnectionLost { source: error.into() })
}

fn post(path: String, body: String) -> Result<BollardRequest, DockerError> {
    hyper::Request::post(path)
        .body(bollard::body_full(body.into()))
        .map_err(|error| DockerError::ConnectionLost { source: error.into() })
}

#[cfg(test)]
mod tests;
