//! Pushes images to a registry, independent of Transload.

use anyhow::{Context, Result, bail};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{RequestBuilder, StatusCode};
use url::Url;

use crate::images::Manifest;
use crate::images::image::Image;
use crate::images::index::Index;

/// A repository of a registry, to push content to and to read tags from. It shares no code with Transload's
/// registry client on purpose.
#[derive(Debug)]
pub struct TestRepository {
    client: reqwest::Client,
    registry: Url,
    repository: String,
    login: Option<(String, String)>,
}

impl TestRepository {
    /// A repository at a registry, such as `http://127.0.0.1:5000`.
    pub fn new(registry: &str, repository: &str) -> Result<Self> {
        Self::with_client(reqwest::Client::new(), registry, repository)
    }

    /// The same with a shared HTTP client, because creating a client loads all certificates of the system.
    pub fn with_client(client: reqwest::Client, registry: &str, repository: &str) -> Result<Self> {
        Ok(Self {
            client,
            registry: registry.parse()?,
            repository: repository.to_owned(),
            login: None,
        })
    }

    /// Uses Basic credentials.
    pub fn login(mut self, login: Option<(&str, &str)>) -> Self {
        self.login = login.map(|(user, password)| (user.to_owned(), password.to_owned()));
        self
    }

    /// Accepts any TLS certificate.
    pub fn any_certificate(mut self) -> Result<Self> {
        self.client =
            reqwest::Client::builder().tls_danger_accept_invalid_certs(true).no_proxy().build()?;
        Ok(self)
    }

    pub async fn push(&self, image: &Image, tag: &str) -> Result<()> {
        self.push_blobs(image).await?;
        self.push_manifest(&image.manifest, tag).await
    }

    /// Pushes an index with a tag, and its images by digest.
    pub async fn push_index(&self, index: &Index, tag: &str) -> Result<()> {
        for image in &index.images {
            self.push(image, &image.manifest.digest).await?;
        }
        self.push_manifest(&index.manifest, tag).await
    }

    pub async fn push_blobs(&self, image: &Image) -> Result<()> {
        for (digest, bytes) in image.blobs() {
            let start = self.address("blobs/uploads/")?;
            let answer = self.send(self.client.post(start.clone())).await?;
            let answer = expect(answer, StatusCode::ACCEPTED).await?;
            let location = answer.headers().get(LOCATION).context("no upload location")?;
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

    /// Pushes a manifest without its blobs.
    pub async fn push_manifest(&self, manifest: &Manifest, reference: &str) -> Result<()> {
        let request = self
            .client
            .put(self.address(&format!("manifests/{reference}"))?)
            .header(CONTENT_TYPE, &manifest.media_type)
            .body(manifest.bytes.clone());
        expect(self.send(request).await?, StatusCode::CREATED).await?;
        Ok(())
    }

    /// Returns the digest of a tag, or `None` if the tag does not exist.
    pub async fn tag_digest(&self, tag: &str) -> Result<Option<String>> {
        Ok(self.manifest_bytes(tag).await?.map(|bytes| crate::images::digest_of(&bytes)))
    }

    /// Returns the manifest of a tag or digest, or `None` if it does not exist.
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
    bail!("{address} responded {actual} instead of {status}: {text}")
}
