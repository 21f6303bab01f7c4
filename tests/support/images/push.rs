//! Pushes images to a registry over plain HTTP, independent of Transload.

use anyhow::{Context, Result, bail};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{RequestBuilder, StatusCode};
use url::Url;

use crate::images::Manifest;
use crate::images::image::Image;
use crate::images::index::Index;

/// A repository of a registry, to put content into. It is written for the
/// tests on purpose and shares no line with the engine's registry client.
#[derive(Debug)]
pub struct Target {
    client: reqwest::Client,
    registry: Url,
    repository: String,
    login: Option<(String, String)>,
}

impl Target {
    /// The repository at a registry, such as `http://127.0.0.1:5000`.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(registry: &str, repository: &str) -> Result<Self> {
        Self::with_client(reqwest::Client::new(), registry, repository)
    }

    /// The same with a client that a story shares: making one reads every certificate of the system.
    ///
    /// # Errors
    /// When the address is none.
    pub fn with_client(client: reqwest::Client, registry: &str, repository: &str) -> Result<Self> {
        Ok(Self {
            client,
            registry: registry.parse()?,
            repository: repository.to_owned(),
            login: None,
        })
    }

    /// The same with Basic credentials.
    #[must_use]
    pub fn login(mut self, login: Option<(&str, &str)>) -> Self {
        self.login = login.map(|(user, password)| (user.to_owned(), password.to_owned()));
        self
    }

    /// The same for a registry with TLS, whatever its certificate.
    ///
    /// # Errors
    /// When there is no TLS here.
    pub fn any_certificate(mut self) -> Result<Self> {
        self.client =
            reqwest::Client::builder().tls_danger_accept_invalid_certs(true).no_proxy().build()?;
        Ok(self)
    }

    /// Stores an image under a tag.
    ///
    /// # Errors
    /// When the registry refuses something.
    pub async fn push(&self, image: &Image, tag: &str) -> Result<()> {
        self.blobs_of(image).await?;
        self.manifest(&image.manifest, tag).await
    }

    /// Stores an index under a tag, and what it lists under their digests.
    ///
    /// # Errors
    /// When the registry refuses something.
    pub async fn push_index(&self, index: &Index, tag: &str) -> Result<()> {
        for image in &index.images {
            self.push(image, &image.manifest.digest).await?;
        }
        self.manifest(&index.manifest, tag).await
    }

    /// Stores the blobs of an image.
    ///
    /// # Errors
    /// When the registry refuses one.
    pub async fn blobs_of(&self, image: &Image) -> Result<()> {
        for (digest, bytes) in image.blobs() {
            let start = self.address("blobs/uploads/")?;
            let answer = self.send(self.client.post(start.clone())).await?;
            let answer = expect(answer, StatusCode::ACCEPTED).await?;
            let location = answer.headers().get(LOCATION).context("no place to upload to")?;
            let mut upload = start.join(location.to_str()?)?;
            upload.query_pairs_mut().append_pair("digest", digest);
            let request = self
                .client
                .put(upload)
                .header(CONTENT_TYPE, "application/octet-stream")
                .body(bytes.clone());
            expect(self.send(request).await?, StatusCode::CREATED).await?;
        }
        Ok(())
    }

    /// Stores a manifest alone.
    ///
    /// # Errors
    /// When the registry refuses it.
    pub async fn manifest(&self, manifest: &Manifest, reference: &str) -> Result<()> {
        let request = self
            .client
            .put(self.address(&format!("manifests/{reference}"))?)
            .header(CONTENT_TYPE, &manifest.media_type)
            .body(manifest.bytes.clone());
        expect(self.send(request).await?, StatusCode::CREATED).await?;
        Ok(())
    }

    /// The digest that the registry gives for a tag, or nothing where there is no such tag.
    ///
    /// # Errors
    /// When the registry answers something else.
    pub async fn tag_digest(&self, tag: &str) -> Result<Option<String>> {
        Ok(self.manifest_bytes(tag).await?.map(|bytes| crate::images::digest_of(&bytes)))
    }

    /// The manifest that a tag or digest names, or nothing where there is none.
    ///
    /// # Errors
    /// When the registry answers something else.
    pub async fn manifest_bytes(&self, reference: &str) -> Result<Option<bytes::Bytes>> {
        let request = self
            .client
            .get(self.address(&format!("manifests/{reference}"))?)
            .header("accept", transload_model::media_type::ACCEPT_MANIFESTS.join(", "));
        let answer = self.send(request).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        Ok(Some(expect(answer, StatusCode::OK).await?.bytes().await?))
    }

    fn address(&self, rest: &str) -> Result<Url> {
        Ok(self.registry.join(&format!("/v2/{}/{rest}", self.repository))?)
    }

    async fn send(&self, request: RequestBuilder) -> Result<reqwest::Response> {
        let request = match &self.login {
            Some((user, password)) => request.basic_auth(user, Some(password)),
            None => request,
        };
        Ok(request.send().await?)
    }
}

async fn expect(answer: reqwest::Response, status: StatusCode) -> Result<reqwest::Response> {
    if answer.status() == status {
        return Ok(answer);
    }
    let (actual, address) = (answer.status(), answer.url().clone());
    let text = answer.text().await.unwrap_or_default();
    bail!("{address} answered {actual} instead of {status}: {text}")
}
