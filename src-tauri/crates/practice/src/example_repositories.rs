//! Example repositories of the practice ECR, `shop/…`: what the repository and image pages show, in the forms that
//! BuildKit, cosign, the Notary Project and Helm write. [`Practice::create_examples`](crate::Practice::create_examples) adds
//! them.
//!
//! - `layers`: layers with files, in each format
//! - `builder`: configurations, manifests and indexes
//! - `artifacts`: attestations, SBOMs and signatures

mod artifacts;
mod builder;
mod layers;

use std::io;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::clock::now_millis;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::image_changes::{PushError, push_manifest};
use crate::store::manifest::Manifest;
use crate::store::state::Repository;
use artifacts::Generation;
use builder::{Builder, Built, Configuration, EMPTY_CONFIG};
use layers::{ExampleLayer, File, Format, layer};

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A policy that has not acted yet.
const POLICY: &str = r#"{"rules":[{"rulePriority":1,"description":"Old builds","selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":90},"action":{"type":"expire"}}]}"#;

/// A repository with a policy, and the policy: another account, an organization and AWS Lambda pull.
const SHARED: (&str, &str) = (
    "shop/api",
    r#"{"Version":"2012-10-17","Statement":[{"Sid":"Partner","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":["ecr:BatchCheckLayerAvailability","ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]},{"Sid":"Organization","Effect":"Allow","Principal":"*","Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"],"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}},{"Sid":"Lambda","Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"],"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}]}"#,
);

/// An image of the examples. Ages are in days before now.
#[derive(Clone)]
struct ExampleImage {
    built: Built,
    tags: Vec<String>,
    pushed: i64,
    pulled: Option<i64>,
    archived: Option<i64>,
    /// Whether a basic scan ran.
    is_scanned: bool,
}

fn pushed(built: &Built, tags: &[&str], days: i64) -> ExampleImage {
    ExampleImage {
        built: built.clone(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        pushed: days,
        pulled: None,
        archived: None,
        is_scanned: false,
    }
}

impl ExampleImage {
    fn pulled(self, days: i64) -> Self {
        Self { pulled: Some(days), ..self }
    }

    fn archived(self, days: i64) -> Self {
        Self { archived: Some(days), ..self }
    }

    fn scanned(self) -> Self {
        Self { is_scanned: true, ..self }
    }
}

/// Adds the repositories. Those that exist already keep their other images. Returns their names.
pub(crate) async fn create(store: &Arc<Store>) -> Result<Vec<String>, StoreError> {
    let blobs = Arc::clone(store);
    let building = tokio::task::spawn_blocking(move || contents(&Builder(&blobs.blobs)));
    let built = building.await.map_err(io::Error::other).flatten();
    let failed = |source| StoreError::Write { path: store.manifests.path(""), source };
    let repositories = built.map_err(failed)?;
    let names = repositories.iter().map(|(name, _)| (*name).to_owned()).collect();
    let added = store.change(|state| {
        for (name, images) in &repositories {
            let repository =
                state.repositories.entry((*name).to_owned()).or_insert_with(Repository::new);
            repository.lifecycle_policy.get_or_insert_with(|| POLICY.to_owned());
            if *name == SHARED.0 {
                repository.policy.get_or_insert_with(|| SHARED.1.to_owned());
            }
            for image in images {
                let manifest = Manifest::parse(&image.built.bytes, None)?;
                let Some(repository) = state.repositories.get_mut(*name) else { continue };
                let known = manifest.blobs.iter().map(|blob| (blob.digest.clone(), blob.size));
                repository.blobs.extend(known);
                let tags = image.tags.iter().map(|tag| Some(tag.as_str()));
                let tags: Vec<_> = if image.tags.is_empty() { vec![None] } else { tags.collect() };
                for tag in tags {
                    push_manifest(store, state, (name, tag), &image.built.bytes, &manifest, false)?;
                }
                let repository = state.repositories.get_mut(*name);
                let stored = repository.and_then(|one| one.images.get_mut(&image.built.digest));
                let Some(stored) = stored else { continue };
                let before = |days: i64| now_millis() - days * DAY_MILLIS;
                stored.pushed_at = before(image.pushed);
                stored.pulled_at = image.pulled.map(before);
                stored.archived_at = image.archived.map(before);
                stored.scanned_at = image.is_scanned.then(|| before(2));
            }
        }
        Ok::<_, PushError>(names)
    });
    added.await.map_err(|error| match error {
        PushError::Store(error) => error,
        other => failed(io::Error::other(other)),
    })
}

/// Builds all repositories.
fn contents(builder: &Builder<'_>) -> io::Result<Vec<(&'static str, Vec<ExampleImage>)>> {
    let base = Base::build(builder)?;
    Ok(vec![
        ("shop/web", web(builder, &base)?),
        ("shop/api", api(builder, &base)?),
        ("shop/signed", signed(builder, &base)?),
        ("shop/tools", tools(builder)?),
        ("shop/old", old(builder, &base)?),
    ])
}

/// The layers that most images of the examples share, by architecture.
struct Base {
    amd64: ExampleLayer,
    arm64: ExampleLayer,
}

const BASE_LINES: [(&str, bool); 2] =
    [("ADD alpine-minirootfs-3.22.1.tar.gz / # buildkit", true), ("CMD [\"/bin/sh\"]", false)];

impl Base {
    fn build(builder: &Builder<'_>) -> io::Result<Self> {
        let files = |architecture: &str| -> Vec<File> {
            vec![
                ("bin/", Vec::new()),
                ("bin/busybox", noise(architecture, 40_000)),
                ("etc/", Vec::new()),
                ("etc/alpine-release", b"3.22.1\n".to_vec()),
                ("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n".to_vec()),
                ("lib/", Vec::new()),
                ("lib/libssl.so.3", noise("libssl", 24_000)),
                ("tmp/build.log", b"the next layer deletes this file\n".to_vec()),
            ]
        };
        Ok(Self {
            amd64: layer(builder.0, Format::Gzip, &files("amd64"))?,
            arm64: layer(builder.0, Format::Gzip, &files("arm64"))?,
        })
    }

    fn of(&self, architecture: &str) -> &ExampleLayer {
        if architecture == "amd64" { &self.amd64 } else { &self.arm64 }
    }
}

fn noise(seed: &str, size: usize) -> Vec<u8> {
    crate::image_builder::noise_bytes(seed, size)
}

/// The layer of an application: it changes a file of the base and deletes another one.
fn application(
    builder: &Builder<'_>,
    format: Format,
    (name, size): (&str, usize),
) -> io::Result<ExampleLayer> {
    let files: Vec<File> = vec![
        ("app/", Vec::new()),
        ("app/server", noise(name, size)),
        ("app/README.md", format!("# {name}\n").into_bytes()),
        ("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/app:/bin/sh\n".to_vec()),
        ("tmp/.wh.build.log", Vec::new()),
    ];
    layer(builder.0, format, &files)
}

fn image(
    builder: &Builder<'_>,
    base: &Base,
    architecture: &str,
    layers: &[ExampleLayer],
) -> io::Result<Built> {
    let mut lines = BASE_LINES.to_vec();
    lines.push(("ENV NODE_ENV=production", false));
    let own = ["COPY /src /app # buildkit", "RUN /bin/sh -c apk add --no-cache tzdata # buildkit"];
    lines.extend(own.iter().take(layers.len()).map(|line| (*line, true)));
    lines.push(("ENTRYPOINT [\"/app/server\"]", false));
    let config = json!({
        "User": "app",
        "WorkingDir": "/app",
        "Entrypoint": ["/app/server"],
        "Cmd": ["--port", "8080"],
        "ExposedPorts": { "8080/tcp": {} },
        "Env": [
            "PATH=/usr/local/bin:/usr/bin:/bin", "NODE_ENV=production", "DB_PASSWORD=practice-secret",
        ],
        "Labels": {
            "org.opencontainers.image.title": "shop",
            "team": "<b>shop</b>",
        },
    });
    let configuration = Configuration { architecture, lines: &lines, config };
    let all: Vec<&ExampleLayer> = std::iter::once(base.of(architecture)).chain(layers).collect();
    builder.image(&configuration, &all)
}

/// Single images that share their base, and one that lost its tag.
fn web(builder: &Builder<'_>, base: &Base) -> io::Result<Vec<ExampleImage>> {
    let release = |name: &str, size: usize| {
        image(builder, base, "amd64", &[application(builder, Format::Gzip, (name, size))?])
    };
    Ok(vec![
        pushed(&release("web-0.9", 30_000)?, &[], 260),
        pushed(&release("web-1.0", 50_000)?, &["1.0"], 200).pulled(150).scanned(),
        pushed(&release("web-1.1", 60_000)?, &["1.1", "latest"], 30).pulled(1).scanned(),
    ])
}

/// Indexes of two platforms, by BuildKit before and since version 0.32. Layers in all formats.
fn api(builder: &Builder<'_>, base: &Base) -> io::Result<Vec<ExampleImage>> {
    let mut images = Vec::new();
    let releases = [
        ("api-2.0", &["2.0"][..], Generation::Old, 90, [Format::Gzip, Format::Tar]),
        ("api-2.1", &["2.1", "prod"], Generation::New, 20, [Format::Zstd, Format::Estargz]),
        ("api-2.2", &["2.2", "edge"], Generation::New, 3, [Format::ZstdChunked, Format::Gzip]),
    ];
    for (name, tags, generation, age, formats) in releases {
        let (mut platforms, mut attestations) = (Vec::new(), Vec::new());
        for architecture in ["amd64", "arm64"] {
            let zones: Vec<File> = vec![
                ("usr/share/zoneinfo/", Vec::new()),
                ("usr/share/zoneinfo/UTC", noise("UTC", 900)),
            ];
            let name = format!("{name}-{architecture}");
            let layers = [
                application(builder, formats[0], (&name, 20_000))?,
                layer(builder.0, formats[1], &zones)?,
            ];
            let built = image(builder, base, architecture, &layers)?;
            let mut entry = built.descriptor();
            entry["platform"] = json!({ "architecture": architecture, "os": "linux" });
            platforms.push(entry);
            let attested = artifacts::attestation(builder, &built, generation)?;
            let mut entry = attested.descriptor();
            entry["annotations"] = json!({
                "vnd.docker.reference.digest": built.digest,
                "vnd.docker.reference.type": "attestation-manifest",
            });
            entry["platform"] = json!({ "architecture": "unknown", "os": "unknown" });
            attestations.push(entry);
            images.push(pushed(&built, &[], age).scanned());
            images.push(pushed(&attested, &[], age));
        }
        platforms.extend(attestations);
        images.push(pushed(&builder.index(&platforms)?, tags, age).pulled(age / 2));
    }
    Ok(images)
}

/// An image with every kind of signature, and a signature whose image is gone.
fn signed(builder: &Builder<'_>, base: &Base) -> io::Result<Vec<ExampleImage>> {
    let layers = [application(builder, Format::Gzip, ("signed-1.0", 25_000))?];
    let signed = image(builder, base, "amd64", &layers)?;
    let by_tag = |digest: &str| format!("{}.sig", digest.replace(':', "-"));
    let gone = format!("sha256:{}", "5".repeat(64));
    let cosign = artifacts::cosign_signature(builder, &signed.digest)?;
    let orphan = artifacts::cosign_signature(builder, &gone)?;
    Ok(vec![
        pushed(&signed, &["1.0"], 60).pulled(5).scanned(),
        pushed(&cosign, &[&by_tag(&signed.digest)], 60),
        pushed(&orphan, &[&by_tag(&gone)], 300),
        pushed(&artifacts::notation(builder, &signed)?, &[], 59),
        pushed(&artifacts::bundle(builder, &signed, false)?, &[], 58),
        pushed(&artifacts::bundle(builder, &signed, true)?, &[], 58),
        pushed(&artifacts::sbom(builder, &signed)?, &[], 57),
    ])
}

/// Artifacts that are no images: a Helm chart, a WASM module, a build cache, and an index for lazy loading.
fn tools(builder: &Builder<'_>) -> io::Result<Vec<ExampleImage>> {
    let artifact = |config: (&str, Value), layers: &[(&str, Vec<u8>)]| -> io::Result<Built> {
        let config = builder.blob(config.0, config.1.to_string().as_bytes())?;
        let layers = layers.iter().map(|(kind, bytes)| builder.blob(kind, bytes));
        let layers: Vec<Value> = layers.collect::<io::Result<_>>()?;
        builder.manifest(json!({ "config": config, "layers": layers }))
    };
    let chart = artifact(
        (
            "application/vnd.cncf.helm.config.v1+json",
            json!({ "apiVersion": "v2", "name": "shop", "version": "0.3.0", "appVersion": "2.1" }),
        ),
        &[("application/vnd.cncf.helm.chart.content.v1.tar+gzip", noise("chart", 3_000))],
    )?;
    let module = artifact(
        (
            "application/vnd.wasm.config.v0+json",
            json!({ "architecture": "wasm", "os": "wasip2", "layerDigests": [] }),
        ),
        &[("application/wasm", noise("wasm", 8_000))],
    )?;
    let cache = artifact(
        ("application/vnd.buildkit.cacheconfig.v0", json!({ "layers": [], "records": [] })),
        &[("application/vnd.oci.image.layer.v1.tar+gzip", noise("cache", 70_000))],
    )?;
    let lazy = artifact(
        ("application/vnd.amazon.soci.index.v2+json", json!({})),
        &[("application/octet-stream", noise("soci", 2_000))],
    )?;
    let empty =
        artifact((EMPTY_CONFIG, json!({})), &[("text/plain", b"\x1b[31m<b>notes</b>\n".to_vec())])?;
    Ok(vec![
        pushed(&chart, &["chart-0.3.0"], 45),
        pushed(&module, &["filter-1"], 40).pulled(12),
        pushed(&cache, &["cache"], 70),
        pushed(&lazy, &["lazy-1"], 15),
        pushed(&empty, &["notes"], 10),
    ])
}

/// Only archived images.
fn old(builder: &Builder<'_>, base: &Base) -> io::Result<Vec<ExampleImage>> {
    let release = |name: &str| {
        image(builder, base, "amd64", &[application(builder, Format::Gzip, (name, 20_000))?])
    };
    Ok(vec![
        pushed(&release("old-2023")?, &["2023.4"], 900).pulled(700).archived(200),
        pushed(&release("old-2024")?, &["2024.1"], 600).archived(100),
    ])
}
