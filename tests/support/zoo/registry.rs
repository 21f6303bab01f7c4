//! The registry that plays the personalities: a distribution registry in memory, in this process.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Response, Uri};
use base64::Engine as _;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use transload_engine::model::media_type;
use url::form_urlencoded;

use super::{Op, Personality, Quirk};
use crate::images::{Image, Manifest, digest_of};
use crate::secrets::known;

/// The login that opens a registry which wants one.
pub const LOGIN: (&str, &str) = ("ada", "zoo-password");
const TOKEN: &str = "zoo-token";

/// A request that came.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What it asked for.
    pub op: Op,
    /// Its method, path and query.
    pub line: String,
}

/// A registry of the zoo. It listens until it is dropped.
#[derive(Debug)]
pub struct ZooRegistry {
    address: SocketAddr,
    state: Arc<State>,
    listening: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    quirks: &'static [Quirk],
    content: Mutex<Content>,
    seen: Mutex<Vec<Seen>>,
}

/// What a registry holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Content {
    /// By repository and digest: media type and bytes.
    manifests: BTreeMap<(String, String), (String, Bytes)>,
    /// By repository and tag: digest.
    tags: BTreeMap<(String, String), String>,
    /// By repository and digest.
    blobs: BTreeMap<(String, String), Bytes>,
    /// Addresses that were sent on.
    moved: HashSet<String>,
    uploads: usize,
}

impl ZooRegistry {
    /// Starts one that plays a personality.
    ///
    /// # Errors
    /// When the system gives no port.
    pub async fn start(personality: &Personality) -> Result<Self> {
        known::remember("the zoo's password", LOGIN.1);
        known::remember("the zoo's token", TOKEN);
        let state = Arc::new(State {
            quirks: personality.quirks,
            content: Mutex::default(),
            seen: Mutex::default(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let kept = Arc::clone(&state);
        let router = Router::new().fallback(
            move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let state = Arc::clone(&kept);
                async move { state.answer(&method, &uri, &headers, body) }
            },
        );
        let router = router.layer(axum::extract::DefaultBodyLimit::disable());
        let listening = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, state, listening })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Host and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        locked(&self.state.seen).clone()
    }

    /// Forgets the requests so far.
    pub fn forget_seen(&self) {
        locked(&self.state.seen).clear();
    }

    /// Puts an image under a tag, past the protocol.
    pub fn put_image(&self, repository: &str, tag: &str, image: &Image) {
        self.put_blobs(repository, image);
        self.put_manifest(repository, Some(tag), &image.manifest.digest, &image.manifest);
    }

    /// Puts the blobs of an image.
    pub fn put_blobs(&self, repository: &str, image: &Image) {
        let mut content = locked(&self.state.content);
        for (digest, bytes) in image.blobs() {
            content.blobs.insert((repository.to_owned(), digest.to_owned()), bytes.clone());
        }
    }

    /// Puts one blob under a digest.
    pub fn put_blob(&self, repository: &str, digest: &str, bytes: Bytes) {
        let key = (repository.to_owned(), digest.to_owned());
        locked(&self.state.content).blobs.insert(key, bytes);
    }

    /// Puts a manifest under a digest, and a tag where there is one.
    pub fn put_manifest(
        &self,
        repository: &str,
        tag: Option<&str>,
        digest: &str,
        manifest: &Manifest,
    ) {
        let mut content = locked(&self.state.content);
        content.manifests.insert(
            (repository.to_owned(), digest.to_owned()),
            (manifest.media_type.clone(), manifest.bytes.clone()),
        );
        if let Some(tag) = tag {
            content.tags.insert((repository.to_owned(), tag.to_owned()), digest.to_owned());
        }
    }

    /// Everything that can be pulled: manifests by digest, tags with their digests, and blobs, each
    /// with a digest of its bytes.
    pub fn holds(&self) -> BTreeSet<String> {
        let content = locked(&self.state.content);
        let manifests = content.manifests.iter().map(|((repository, digest), (kind, bytes))| {
            format!("manifest {repository}@{digest} {kind} {}", digest_of(bytes))
        });
        let tags = content
            .tags
            .iter()
            .map(|((repository, tag), digest)| format!("tag {repository}:{tag} {digest}"));
        let blobs = content.blobs.iter().map(|((repository, digest), bytes)| {
            format!("blob {repository}@{digest} {}", digest_of(bytes))
        });
        manifests.chain(tags).chain(blobs).collect()
    }

    /// Whether its personality has such a quirk.
    pub fn has(&self, is: impl Fn(&Quirk) -> bool) -> bool {
        self.state.quirks.iter().any(is)
    }
}

impl Drop for ZooRegistry {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request, taken apart.
struct Asked<'a> {
    op: Op,
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    repository: String,
    /// Tag, digest or upload.
    name: String,
    query: BTreeMap<String, String>,
    body: Bytes,
}

/// An answer before the quirks that change it.
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Answer {
    fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({"errors": [{"code": code, "message": message}]});
        Self::new(status, body.to_string()).header("content-type", "application/json")
    }
}

fn take_apart<'a>(
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    body: Bytes,
) -> Option<Asked<'a>> {
    let query: BTreeMap<String, String> =
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = |op, repository: &str, name: &str| {
        let (repository, name) = (repository.to_owned(), name.replace("%3A", ":"));
        Some(Asked {
            op,
            method,
            uri,
            headers,
            repository,
            name,
            query: query.clone(),
            body: body.clone(),
        })
    };
    let path = uri.path();
    if path == "/token" {
        return asked(Op::Token, "", "");
    }
    let rest = path.strip_prefix("/v2/")?;
    if rest.is_empty() {
        return asked(Op::Door, "", "");
    }
    if rest == "_catalog" {
        return asked(Op::Catalog, "", "");
    }
    if let Some(repository) = rest.strip_suffix("/tags/list") {
        return asked(Op::Tags, repository, "");
    }
    if let Some((repository, upload)) = rest.split_once("/blobs/uploads/") {
        let op = match *method {
            Method::POST if query.contains_key("mount") => Op::Mount,
            Method::POST => Op::PostUpload,
            Method::PUT => Op::PutBlob,
            _ => Op::CancelUpload,
        };
        return asked(op, repository, upload);
    }
    let (front, name) = rest.rsplit_once('/')?;
    let (repository, kind) = front.rsplit_once('/')?;
    let op = match (kind, method) {
        ("manifests", &Method::HEAD) => Op::HeadManifest,
        ("manifests", &Method::PUT) => Op::PutManifest,
        ("manifests", _) => Op::GetManifest,
        ("blobs", &Method::HEAD) => Op::HeadBlob,
        ("blobs", _) => Op::GetBlob,
        ("referrers", _) => Op::Referrers,
        _ => return None,
    };
    asked(op, repository, name)
}

impl State {
    fn answer(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Response<Body> {
        let Some(asked) = take_apart(method, uri, headers, body) else {
            return respond(Answer::new(404, "404 page not found"));
        };
        locked(&self.seen).push(Seen { op: asked.op, line: format!("{method} {uri}") });
        let mut answer = match self.before(&asked) {
            Some(answer) => answer,
            None => {
                let mut answer = self.handle(&asked);
                if (200..300).contains(&answer.status) {
                    self.after(&asked, &mut answer);
                }
                answer
            }
        };
        if self.quirks.contains(&Quirk::Compresses) && !answer.body.is_empty() {
            let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
            let packed = packer.write_all(&answer.body).and_then(|()| packer.finish());
            if let Ok(packed) = packed {
                answer.body = packed.into();
                answer.headers.push(("content-encoding", "gzip".to_owned()));
            }
        }
        respond(answer)
    }

    /// Quirks that answer in the place of the registry.
    fn before(&self, asked: &Asked<'_>) -> Option<Answer> {
        if let Some(refused) = self.refuse_without_login(asked) {
            return Some(refused);
        }
        for quirk in self.quirks {
            match quirk {
                Quirk::Answers(op, status, body) if *op == asked.op => {
                    let mut answer = Answer::new(*status, *body);
                    if body.starts_with('<') {
                        answer = answer.header("content-type", "text/html");
                    } else if !body.is_empty() {
                        answer = answer.header("content-type", "application/json");
                    }
                    for quirk in self.quirks {
                        if let Quirk::RetryAfter(value) = quirk {
                            answer = answer.header("retry-after", *value);
                        }
                    }
                    return Some(answer);
                }
                Quirk::Redirects(op, status) if *op == asked.op => {
                    let address = format!("{} {}", asked.method, asked.uri);
                    if !asked.query.contains_key("moved")
                        && locked(&self.content).moved.insert(address)
                    {
                        let sign = if asked.uri.query().is_some() { '&' } else { '?' };
                        let to = format!("{}{sign}moved=1", asked.uri);
                        return Some(Answer::new(*status, "").header("location", to));
                    }
                }
                Quirk::RefusesPageSize(limit, status)
                    if matches!(asked.op, Op::Tags | Op::Catalog) =>
                {
                    let size = asked.query.get("n").and_then(|n| n.parse::<usize>().ok());
                    if size.is_some_and(|size| size > *limit) {
                        let message = "invalid number of results requested";
                        return Some(Answer::error(*status, "PAGINATION_NUMBER_INVALID", message));
                    }
                }
                Quirk::KnowsOnlySha256(status) if asked.name.starts_with("sha512:") => {
                    let is_write = asked.op == Op::PutManifest;
                    let status = if is_write { *status } else { 404 };
                    return Some(Answer::error(status, "DIGEST_INVALID", "unsupported digest"));
                }
                Quirk::KnowsOnlySha256(status)
                    if asked.op == Op::PutBlob
                        && asked.query.get("digest").is_some_and(|d| d.starts_with("sha512:")) =>
                {
                    return Some(Answer::error(*status, "DIGEST_INVALID", "unsupported digest"));
                }
                _ => {}
            }
        }
        None
    }

    fn refuse_without_login(&self, asked: &Asked<'_>) -> Option<Answer> {
        let sent = asked.headers.get("authorization").and_then(|value| value.to_str().ok());
        let (user, password) = LOGIN;
        let basic = format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"))
        );
        for quirk in self.quirks {
            match quirk {
                Quirk::Tokens(fields, redirect) => {
                    if asked.op == Op::Token {
                        let is_moved = asked.query.contains_key("moved");
                        if let Some(status) = redirect.filter(|_| !is_moved) {
                            let to = format!("{}&moved=1", asked.uri);
                            return Some(Answer::new(status, "").header("location", to));
                        }
                        if sent.is_some_and(|sent| sent != basic) {
                            return Some(Answer::new(401, r#"{"details":"incorrect password"}"#));
                        }
                        let more = if fields.is_empty() { "" } else { "," };
                        let body = format!(r#"{{"token":"{TOKEN}"{more}{fields}}}"#);
                        let mut answer =
                            Answer::new(200, body).header("content-type", "application/json");
                        self.after(asked, &mut answer);
                        return Some(answer);
                    }
                    if sent != Some(&format!("Bearer {TOKEN}")) {
                        let host = host(asked);
                        let challenge =
                            format!("Bearer realm=\"http://{host}/token\",service=\"zoo\"");
                        return Some(
                            Answer::error(401, "UNAUTHORIZED", "authentication required")
                                .header("www-authenticate", challenge),
                        );
                    }
                }
                Quirk::HidesPrivate if sent != Some(&basic) => {
                    return Some(match asked.op {
                        Op::Door => Answer::error(401, "UNAUTHORIZED", "authentication required")
                            .header("www-authenticate", "Basic realm=\"zoo\""),
                        _ => Answer::error(404, "NAME_UNKNOWN", "repository name not known"),
                    });
                }
                _ => {}
            }
        }
        None
    }

    /// Quirks that change an answer.
    fn after(&self, asked: &Asked<'_>, answer: &mut Answer) {
        for quirk in self.quirks {
            match quirk {
                Quirk::Labels(op, label) if *op == asked.op => {
                    answer.headers.retain(|(name, _)| *name != "content-type");
                    answer.headers.push(("content-type", (*label).to_owned()));
                }
                Quirk::Succeeds(op, status) if *op == asked.op => answer.status = *status,
                Quirk::NamesNoDigest => {
                    answer.headers.retain(|(name, _)| *name != "docker-content-digest");
                }
                _ => {}
            }
        }
    }

    fn handle(&self, asked: &Asked<'_>) -> Answer {
        let mut content = locked(&self.content);
        let key = |name: &str| (asked.repository.clone(), name.to_owned());
        let unknown = |code| Answer::error(404, code, "unknown");
        match asked.op {
            Op::Door => Answer::new(200, "{}").header("content-type", "application/json"),
            Op::Token | Op::CancelUpload => Answer::new(204, ""),
            Op::Catalog => {
                let names: BTreeSet<_> =
                    content.tags.keys().map(|(repository, _)| repository.clone()).collect();
                self.page(asked, "repositories", names.into_iter().collect())
            }
            Op::Tags => {
                let tags = content.tags.keys();
                let tags: Vec<_> = tags
                    .filter(|(repository, _)| *repository == asked.repository)
                    .map(|(_, tag)| tag.clone())
                    .collect();
                match tags.is_empty() {
                    true => unknown("NAME_UNKNOWN"),
                    false => self.page(asked, "tags", tags),
                }
            }
            Op::Referrers => match self.quirks.contains(&Quirk::ListsReferrers) {
                true => referrers(&content, asked),
                false => Answer::new(404, "404 page not found"),
            },
            Op::HeadManifest | Op::GetManifest => {
                let as_digest = asked.name.replacen('-', ":", 1);
                let digest = match content.tags.get(&key(&asked.name)) {
                    Some(digest) => digest.clone(),
                    None if self.quirks.contains(&Quirk::ReadsTagAsDigest)
                        && content.manifests.contains_key(&key(&as_digest)) =>
                    {
                        as_digest
                    }
                    None => asked.name.clone(),
                };
                match content.manifests.get(&key(&digest)) {
                    Some((kind, bytes)) => Answer::new(200, bytes.clone())
                        .header("content-type", kind)
                        .header("docker-content-digest", digest),
                    None => unknown("MANIFEST_UNKNOWN"),
                }
            }
            Op::PutManifest => self.put_manifest(&mut content, asked),
            Op::HeadBlob | Op::GetBlob => match content.blobs.get(&key(&asked.name)) {
                Some(bytes) => Answer::new(200, bytes.clone())
                    .header("content-type", "application/octet-stream")
                    .header("docker-content-digest", &asked.name),
                None => unknown("BLOB_UNKNOWN"),
            },
            Op::Mount | Op::PostUpload => {
                let digest = asked.query.get("mount").cloned().unwrap_or_default();
                let from = asked.query.get("from").cloned().unwrap_or_default();
                let held = content.blobs.get(&(from, digest.clone())).cloned();
                let mounts = !self.quirks.contains(&Quirk::NeverMounts);
                if let Some(bytes) = held.filter(|_| mounts && asked.op == Op::Mount) {
                    content.blobs.insert(key(&digest), bytes);
                    let place = format!("/v2/{}/blobs/{digest}", asked.repository);
                    return Answer::new(201, "")
                        .header("location", place)
                        .header("docker-content-digest", digest);
                }
                content.uploads += 1;
                let upload = format!("{}?_state=a%3D", content.uploads);
                let place = match self.quirks.contains(&Quirk::RelativeLocations) {
                    true => format!("/v2/{}/blobs/uploads/{upload}", asked.repository),
                    false => {
                        format!(
                            "http://{}/v2/{}/blobs/uploads/{upload}",
                            host(asked),
                            asked.repository
                        )
                    }
                };
                Answer::new(202, "").header("location", place)
            }
            Op::PutBlob => {
                let digest = asked.query.get("digest").cloned().unwrap_or_default();
                if digest != digest_as(&digest, &asked.body) {
                    return Answer::error(400, "DIGEST_INVALID", "provided digest did not match");
                }
                let is_held = content.blobs.keys().any(|(_, held)| *held == digest);
                content.blobs.insert(key(&digest), asked.body.clone());
                for quirk in self.quirks {
                    if let Quirk::StoresAndRefuses(status) = quirk
                        && is_held
                    {
                        return Answer::error(*status, "BLOB_UPLOAD_INVALID", "already exists");
                    }
                }
                Answer::new(201, "")
                    .header("location", format!("/v2/{}/blobs/{digest}", asked.repository))
                    .header("docker-content-digest", digest)
            }
        }
    }

    /// Like a real registry it takes a manifest only with everything that it names.
    fn put_manifest(&self, content: &mut Content, asked: &Asked<'_>) -> Answer {
        let Ok(manifest) = serde_json::from_slice::<Value>(&asked.body) else {
            return Answer::error(400, "MANIFEST_INVALID", "manifest invalid");
        };
        let is_held = |descriptor: &Value, takes_blobs: bool| {
            let digest = descriptor["digest"].as_str().unwrap_or_default().to_owned();
            let key = (asked.repository.clone(), digest);
            content.manifests.contains_key(&key) && !takes_blobs
                || content.blobs.contains_key(&key)
                    && (takes_blobs || !self.quirks.contains(&Quirk::TakesNoCacheIndex))
        };
        let list = |name: &str| manifest[name].as_array().cloned().unwrap_or_default();
        let blobs = list("layers").into_iter().chain(manifest.get("config").cloned());
        // As distribution does: the layers that may lie elsewhere are those of a foreign type.
        let is_foreign = |layer: &Value| {
            let kind = layer["mediaType"].as_str().unwrap_or_default();
            kind.contains("foreign") || kind.contains("nondistributable")
        };
        let has_all = blobs.filter(|layer| !is_foreign(layer)).all(|blob| is_held(&blob, true))
            && list("manifests").iter().all(|child| is_held(child, false));
        if !has_all {
            return Answer::error(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry");
        }
        let digest = match asked.name.contains(':') {
            true => asked.name.clone(),
            false => digest_of(&asked.body),
        };
        if digest != digest_as(&digest, &asked.body) {
            return Answer::error(400, "DIGEST_INVALID", "provided digest did not match");
        }
        let kind = asked.headers.get("content-type").and_then(|value| value.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        let key = |name: &str| (asked.repository.clone(), name.to_owned());
        content.manifests.insert(key(&digest), (kind, asked.body.clone()));
        if !asked.name.contains(':') {
            content.tags.insert(key(&asked.name), digest.clone());
        }
        let mut answer = Answer::new(201, "").header("docker-content-digest", digest);
        if self.quirks.contains(&Quirk::ListsReferrers)
            && let Some(subject) = manifest["subject"]["digest"].as_str()
        {
            answer = answer.header("oci-subject", subject);
        }
        answer
    }

    fn page(&self, asked: &Asked<'_>, key: &str, names: Vec<String>) -> Answer {
        let last = asked.query.get("last").cloned().unwrap_or_default();
        let mut names: Vec<_> = names.into_iter().filter(|name| *name > last).collect();
        let mut answer_link = None;
        for quirk in self.quirks {
            let Quirk::CutsPages(most, link) = quirk else { continue };
            let size = asked.query.get("n").and_then(|n| n.parse().ok()).unwrap_or(*most);
            let size = size.min(*most);
            if names.len() > size {
                names.truncate(size);
                let query = format!("?n={size}&last={}", names.last().cloned().unwrap_or_default());
                answer_link = link.map(|link| {
                    link.replace("{next}", &format!("{}{query}", asked.uri.path()))
                        .replace("{query}", &query)
                        .replace("{host}", &host(asked))
                });
            }
        }
        let body = json!({ "name": asked.repository, key: names }).to_string();
        let mut answer = Answer::new(200, body).header("content-type", "application/json");
        if let Some(link) = answer_link {
            answer = answer.header("link", link);
        }
        answer
    }
}

fn referrers(content: &Content, asked: &Asked<'_>) -> Answer {
    let of_repository =
        content.manifests.iter().filter(|((repository, _), _)| *repository == asked.repository);
    let listed: Vec<Value> = of_repository
        .filter_map(|((_, digest), (kind, bytes))| {
            let manifest: Value = serde_json::from_slice(bytes).ok()?;
            (manifest["subject"]["digest"].as_str() == Some(&asked.name)).then(|| {
                json!({
                    "mediaType": kind, "digest": digest, "size": bytes.len(),
                    "artifactType": manifest["artifactType"],
                })
            })
        })
        .collect();
    let body = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": listed,
    });
    Answer::new(200, body.to_string()).header("content-type", media_type::OCI_INDEX)
}

fn host(asked: &Asked<'_>) -> String {
    let host = asked.headers.get("host").and_then(|value| value.to_str().ok());
    host.unwrap_or_default().to_owned()
}

/// The digest of some bytes by the hash function of another digest.
fn digest_as(other: &str, bytes: &[u8]) -> String {
    match other.starts_with("sha512:") {
        true => {
            let hex: String =
                Sha512::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            format!("sha512:{hex}")
        }
        false => digest_of(bytes),
    }
}

fn respond(answer: Answer) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    response.body(Body::from(answer.body)).unwrap_or_else(|_| Response::new(Body::empty()))
}

/// The digest of some bytes by SHA-512.
pub fn sha512_of(bytes: &[u8]) -> String {
    digest_as("sha512:", bytes)
}
