//! The calls to a Docker Engine. Most use `bollard`. A push, an inspection and an export are sent
//! directly, because `bollard` drops parts of their requests or responses.

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
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::address::DockerAddress;
use crate::api::{DockerApi, EngineLogin, PushOutcome, PushProgress};
use crate::archive::ImageArchive;
use crate::engine_image::{EngineImage, EnginePlatform};
use crate::engine_info::{ApiVersion, EngineInfo};
use crate::error::DockerError;
use crate::response::{
    body_bytes, call_error, error_response, image_call_error, image_missing, image_missing_by_id,
};
use crate::transport::Transport;
use crate::{engine_image, push};
use transload_model::{Digest, ImageReference, RegistryHost, media_type};

/// Maximum wait for the head of a response, in seconds. Tagging or listing on a busy engine with a
/// spinning disk takes tens of seconds.
const RESPONSE_TIMEOUT_SECONDS: u64 = 120;
/// The message of Go's HTTP client, in lower case, if a server responds in plain HTTP.
const PLAIN_HTTP_MESSAGE: &str = "server gave http response to https client";
/// The message of an engine, with status 404 or 500, about an image that it has but can't export.
/// Source: containerd, `images/archive/exporter.go`; responses of Docker 26.1.5 and 28.5.2.
const NOT_EXPORTABLE_MESSAGE: &str = "unable to create manifests file";
/// The path of Podman's own API, in the version that all releases since 4.0 support.
const PODMAN_API: &str = "/v4.0.0/libpod";

/// A Docker Engine, or another product with its API, at one address.
#[derive(Clone, Debug)]
pub struct DockerEngine {
    transport: Transport,
    docker: Docker,
}

impl DockerEngine {
    /// Creates a client of the engine at an address, without connecting.
    ///
    /// # Errors
    /// [`DockerError::TlsFailed`] if its certificate files can't be used.
    pub fn new(address: DockerAddress) -> Result<Self, DockerError> {
        let transport = Transport::new(address)?;
        let sender = transport.clone();
        let send = move |request: BollardRequest| {
            let sender = sender.clone();
            async move {
                let (response, connection) = sender.send(request).await?;
                // bollard reads the body later. The connection then ends by itself.
                drop(connection.detach());
                Ok::<_, Error>(response)
            }
        };
        // The host is not used: `Transport` sends only the path.
        let docker = Docker::connect_with_custom_transport(
            send,
            Some("http://engine"),
            RESPONSE_TIMEOUT_SECONDS,
            API_DEFAULT_VERSION,
        )
        .map_err(|error| call_error(transport.address(), error))?;
        Ok(Self { transport, docker })
    }

    pub fn address(&self) -> &DockerAddress {
        self.transport.address()
    }

    fn call_error(&self, error: Error) -> DockerError {
        call_error(self.address(), error)
    }

    fn image_call_error(&self, reference: &ImageReference, error: Error) -> DockerError {
        image_call_error(self.address(), reference, error)
    }

    /// Sends a request directly, if bollard has no call for it or one that loses required
    /// information.
    async fn send(
        &self,
        request: BollardRequest,
    ) -> Result<(Response<Incoming>, AbortOnDropHandle<()>), DockerError> {
        let (response, connection) =
            self.transport.send(request).await.map_err(|error| self.call_error(error))?;
        if response.status().is_success() {
            Ok((response, connection))
        } else {
            Err(error_response(response).await)
        }
    }

    /// Inspects an image by name or ID. With the containerd store, this includes the manifests of
    /// an index.
    async fn inspect(&self, name: &str) -> Result<EngineImage, DockerError> {
        // Engines without this parameter ignore it.
        let request = get(format!("/images/{name}/json?manifests=1"))?;
        let (response, _connection) = self.send(request).await?;
        let version = response.headers().get("api-version");
        let version = version.and_then(|version| ApiVersion::parse(version.to_str().ok()?));
        let body = body_bytes(response).await?;
        let inspection = serde_json::from_slice(&body)
            .map_err(|error| DockerError::InvalidResponse { detail: error.to_string() })?;
        let mut image = engine_image::from_inspection(inspection)?;
        // API version 1.47 reports the manifests only in the list. With the containerd store, a
        // repository digest is the ID of the image.
        let in_containerd =
            image.repository_digests.iter().any(|name| name.digest() == Some(&image.id));
        if image.manifests.is_none()
            && in_containerd
            && version == Some(ApiVersion::LISTS_MANIFESTS)
        {
            let listed = self.list(image.references.first()).await?;
            let entry = listed.into_iter().find(|listed| listed.id == image.id);
            if let Some(EngineImage { manifests: Some(manifests), platforms, size_bytes, .. }) =
                entry
            {
                image = EngineImage { manifests: Some(manifests), platforms, size_bytes, ..image };
            }
        }
        Ok(image)
    }

    async fn list(&self, name: Option<&ImageReference>) -> Result<Vec<EngineImage>, DockerError> {
        let mut options = ListImagesOptionsBuilder::new().manifests(true);
        let filters =
            name.map(|name| HashMap::from([("reference".to_owned(), vec![name.familiar()])]));
        if let Some(filters) = &filters {
            options = options.filters(filters);
        }
        let list = self.docker.list_images(Some(options.build())).await;
        let list = list.map_err(|error| self.call_error(error))?;
        list.into_iter()
            .filter_map(|summary| engine_image::from_summary(summary).transpose())
            .collect()
    }

    /// Whether this is Podman, and the image has a manifest of schema 1. Podman would push that as it
    /// came, which registries refuse; as schema 2 it keeps its configuration and its layers. The Docker
    /// API doesn't report the kind of manifest, and other engines don't know this address.
    async fn podman_has_schema1(&self, reference: &ImageReference) -> bool {
        #[derive(Deserialize)]
        struct Inspected {
            #[serde(rename = "ManifestType")]
            manifest_type: Option<String>,
        }
        let manifest_type = async {
            let request = get(format!("{PODMAN_API}/images/{reference}/json"))?;
            let (response, _connection) = self.send(request).await?;
            let body = body_bytes(response).await?;
            let inspected: Inspected = serde_json::from_slice(&body)
                .map_err(|error| DockerError::InvalidResponse { detail: error.to_string() })?;
            Ok::<_, DockerError>(inspected.manifest_type)
        };
        let manifest_type = manifest_type.await.ok().flatten().unwrap_or_default();
        [media_type::DOCKER_SCHEMA1, media_type::DOCKER_SCHEMA1_SIGNED]
            .contains(&manifest_type.as_str())
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
            // Docker uses plain HTTP on this computer by default. Podman requires this parameter.
            path.push_str("&tlsVerify=false");
        }
        if let Some(platform) = platform {
            let json = serde_json::to_string(platform)
                .map_err(|error| DockerError::ConnectionLost { source: error.into() })?;
            let json: String = url::form_urlencoded::byte_serialize(json.as_bytes()).collect();
            path.push_str("&platform=");
            path.push_str(&json);
        }
        if self.podman_has_schema1(reference).await {
            path.push_str("&format=v2s2");
        }
        let mut request = post(path, String::new())?;
        let mut header = HeaderValue::try_from(URL_SAFE.encode(login_json(registry, login)))
            .map_err(|error| DockerError::ConnectionLost { source: error.into() })?;
        header.set_sensitive(true);
        request.headers_mut().insert("X-Registry-Auth", header);
        let (response, _connection) = self.send(request).await.map_err(|error| match error {
            DockerError::ErrorResponse { status: 404, .. } => image_missing(reference),
            other => other,
        })?;
        push::read_push_response(response.into_body(), reference, progress).await
    }
}

#[async_trait]
impl DockerApi for DockerEngine {
    async fn info(&self) -> Result<EngineInfo, DockerError> {
        let version = self.docker.version().await.map_err(|error| self.call_error(error))?;
        let info = self.docker.info().await.map_err(|error| self.call_error(error))?;
        EngineInfo::from_responses(version, info)
    }

    async fn images(&self) -> Result<Vec<EngineImage>, DockerError> {
        self.list(None).await
    }

    async fn image(&self, reference: &ImageReference) -> Result<EngineImage, DockerError> {
        match self.inspect(&reference.to_string()).await {
            Err(DockerError::ErrorResponse { status: 404, .. }) => Err(image_missing(reference)),
            other => other,
        }
    }

    async fn image_by_id(&self, id: &Digest) -> Result<EngineImage, DockerError> {
        match self.inspect(id.as_str()).await {
            Err(DockerError::ErrorResponse { status: 404, .. }) => Err(image_missing_by_id(id)),
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
        tagged.map_err(|error| match self.call_error(error) {
            DockerError::ErrorResponse { status: 404, .. } => image_missing_by_id(id),
            other => other,
        })
    }

    async fn archive(&self, id: &Digest) -> Result<ImageArchive, DockerError> {
        let request = get(format!("/images/{id}/get"))?;
        let (response, connection) = self.send(request).await.map_err(|error| match error {
            DockerError::ErrorResponse { message, .. }
                if message.contains(NOT_EXPORTABLE_MESSAGE) =>
            {
                DockerError::NotExportable { reference: id.to_string(), message }
            }
            DockerError::ErrorResponse { status: 404, .. } => image_missing_by_id(id),
            other => other,
        })?;
        let chunks = BodyStream::new(response.into_body()).filter_map(move |frame| {
            // The stream keeps the connection open.
            let _ = &connection;
            std::future::ready(match frame {
                Ok(frame) => frame.into_data().ok().map(Ok),
                Err(source) => Some(Err(DockerError::ConnectionLost { source: source.into() })),
            })
        });
        Ok(ImageArchive::new(Box::pin(chunks)))
    }

    async fn untag(&self, reference: &ImageReference) -> Result<(), DockerError> {
        // Not forced, and without pruning parents, so only this name is removed.
        let options = RemoveImageOptionsBuilder::new().force(false).noprune(true).build();
        let removed = self.docker.remove_image(&reference.to_string(), Some(options), None).await;
        removed.map(drop).map_err(|error| self.image_call_error(reference, error))
    }

    async fn log_in(
        &self,
        registry: &RegistryHost,
        login: &EngineLogin,
    ) -> Result<(), DockerError> {
        let mut request = post("/auth".to_owned(), login_json(registry, login))?;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match self.send(request).await {
            // Podman checks a login only over TLS. A registry with plain HTTP on this computer did
            // not reject the login, and a push sends it anyway.
            Err(DockerError::ErrorResponse { message, .. })
                if registry.is_loopback()
                    && message.to_lowercase().contains(PLAIN_HTTP_MESSAGE) =>
            {
                tracing::debug!(%registry, "the engine checks logins only over TLS");
                Ok(())
            }
            response => response.map(drop),
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
            // Dropping the push closes its connection, and the engine then stops the push.
            () = cancel.cancelled() => Err(DockerError::Cancelled),
            outcome = self.run_push(reference, platform, login, progress) => outcome,
        }
    }
}

/// Returns the login as the JSON that the engine expects. Engines select a login by exact host, so
/// `serveraddress` is the unchanged host of the image.
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
