//! The kinds of images that an engine can have, and how to create each of them.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use transload_tests::images::{
    Format, Image, Index, LayerCompression, Manifest, Recipe, TestRepository, digest_of,
    oci_archive, pseudo_random, schema1_manifest, tar_of,
};
use transload_tests::scripted_registry::{REAL_REGISTRIES, ScriptedRegistry};
use transload_tests::servers::{DockerCli, EngineKind, TestRegistry};

/// A host where no registry responds, like that of an image that was never pushed.
const NOWHERE: &str = "127.0.0.1:9/local";
const DOCKERFILE: &str = "FROM scratch\nCOPY data /data\nCMD [\"/data\"]\n";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    SingleOci,
    SingleSchema2,
    Zstd,
    Uncompressed,
    SameLayerTwice,
    OtherArchitecture,
    ForeignLayer,
    Schema1,
    Artifact,
    OnePlatform,
    ImageOfAttestedIndex,
    AttestedIndex,
    EveryPlatform,
    TwoOtherPlatforms,
    ChosenPlatform,
    PlatformNotHeld,
    TwoOfOnePlatform,
    NestedIndex,
    ShadowedLayers,
    Built,
    Committed,
    Loaded,
    Imported,
}

use Kind::{
    Artifact, AttestedIndex, Built, ChosenPlatform, Committed, EveryPlatform, ForeignLayer,
    ImageOfAttestedIndex, Imported, Loaded, NestedIndex, OnePlatform, OtherArchitecture,
    PlatformNotHeld, SameLayerTwice, Schema1, ShadowedLayers, SingleOci, SingleSchema2,
    TwoOfOnePlatform, TwoOtherPlatforms, Uncompressed, Zstd,
};

impl Kind {
    pub const ALL: [Self; 23] = [
        SingleOci,
        SingleSchema2,
        Zstd,
        Uncompressed,
        SameLayerTwice,
        OtherArchitecture,
        ForeignLayer,
        Schema1,
        Artifact,
        OnePlatform,
        ImageOfAttestedIndex,
        AttestedIndex,
        EveryPlatform,
        TwoOtherPlatforms,
        ChosenPlatform,
        PlatformNotHeld,
        TwoOfOnePlatform,
        NestedIndex,
        ShadowedLayers,
        Built,
        Committed,
        Loaded,
        Imported,
    ];

    pub fn name(self) -> &'static str {
        match self {
            SingleOci => "single image, OCI",
            SingleSchema2 => "single image, schema 2",
            Zstd => "zstd layers",
            Uncompressed => "uncompressed layers",
            SameLayerTwice => "the same layer twice",
            OtherArchitecture => "single image for another architecture",
            ForeignLayer => "foreign layer",
            Schema1 => "schema 1",
            Artifact => "artifact that is no image",
            OnePlatform => "one platform of three and an attestation, pulled",
            ImageOfAttestedIndex => "one image with an attestation, pulled",
            AttestedIndex => "one image with an attestation, all of it",
            EveryPlatform => "three platforms, all of them",
            TwoOtherPlatforms => "two of three platforms, not the engine's own",
            ChosenPlatform => "the same, one of them chosen",
            PlatformNotHeld => "two of three platforms, the third chosen",
            TwoOfOnePlatform => "two images for one platform, both of them",
            NestedIndex => "index in an index, pulled",
            ShadowedLayers => "layers of another image with the same content",
            Built => "docker build",
            Committed => "docker commit",
            Loaded => "docker load",
            Imported => "docker import",
        }
    }

    pub fn path(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// Whether the engine can have such an image at all.
    pub fn exists_on(self, engine: EngineKind) -> bool {
        match self {
            // Docker 20.10 does not support Zstandard. Docker 26 and later reject schema 1.
            Zstd => engine != EngineKind::Docker20,
            Schema1 => matches!(engine, EngineKind::Docker20 | EngineKind::Podman),
            // The other engines keep one platform of an image, and no artifacts.
            AttestedIndex | EveryPlatform | TwoOtherPlatforms | ChosenPlatform
            | PlatformNotHeld | Artifact | NestedIndex | TwoOfOnePlatform => {
                engine.has_containerd_store()
            }
            // Podman's service does not support Docker's request for it.
            Committed => engine != EngineKind::Podman,
            _ => true,
        }
    }

    pub fn selected_platform(self) -> Option<&'static str> {
        match self {
            ChosenPlatform => Some("linux/arm64"),
            PlatformNotHeld => Some("linux/s390x"),
            _ => None,
        }
    }
}

/// An image in an engine, and its known content.
pub struct EngineImage {
    pub repository: String,
    /// The manifest in the registry, if the image came from one.
    pub root: Option<Manifest>,
    /// The images that the manifest lists, or the image itself.
    pub images: Vec<Image>,
}

/// Creates images in an engine, with a registry that it pulls from.
pub struct ImageBuilder<'a> {
    pub cli: &'a DockerCli,
    pub registry: &'a TestRegistry,
    /// Images of different seeds share nothing.
    pub seed: u64,
}

impl ImageBuilder<'_> {
    /// Creates an image with the tag `1` in the engine.
    pub async fn prepare(&self, kind: Kind) -> Result<EngineImage> {
        let single = Recipe::small(self.seed);
        let path = format!("k/{}", kind.path());
        match kind {
            SingleOci => self.pulled(&path, single.build()?, None).await,
            SingleSchema2 => self.pulled(&path, single.format(Format::Docker).build()?, None).await,
            Zstd => {
                self.pulled(&path, single.compression(LayerCompression::Zstd).build()?, None).await
            }
            Uncompressed => {
                self.pulled(&path, single.compression(LayerCompression::Tar).build()?, None).await
            }
            SameLayerTwice => self.pulled(&path, single.repeating().build()?, None).await,
            OtherArchitecture => {
                let image = single.platform("linux/arm64").build()?;
                self.pulled(&path, image, Some("linux/arm64")).await
            }
            ForeignLayer => {
                let image = self.with_foreign_layer(&path, single.build()?)?;
                self.pulled(&path, image, None).await
            }
            Schema1 => self.schema1(&path, single.format(Format::Docker).build()?).await,
            Artifact => self.pulled(&path, artifact(single.build()?)?, None).await,
            OnePlatform => {
                let platforms = ["linux/amd64", "linux/arm64/v8", "linux/s390x"];
                self.pulled_index(&path, Index::with_attestation(self.seed, &platforms)?, &[]).await
            }
            ImageOfAttestedIndex => {
                let index = Index::with_attestation(self.seed, &["linux/amd64"])?;
                self.pulled_index(&path, index, &[]).await
            }
            AttestedIndex => {
                let Index { manifest, images } =
                    Index::with_attestation(self.seed, &["linux/amd64"])?;
                let repository = format!("{NOWHERE}/{}", kind.path());
                let archive = oci_archive(&manifest, &images, &format!("{repository}:1"))?;
                self.cli.run(["load"]).input(archive).succeed().await?;
                Ok(EngineImage { repository, root: Some(manifest), images })
            }
            EveryPlatform => {
                let platforms = ["linux/amd64", "linux/arm64", "linux/s390x"];
                let index = Index::of_platforms(self.seed, Format::Docker, &platforms)?;
                self.pulled_index(&path, index, &platforms).await
            }
            TwoOtherPlatforms | ChosenPlatform => {
                let platforms = ["linux/amd64", "linux/arm64", "linux/arm/v7"];
                let index = Index::of_platforms(self.seed, Format::Oci, &platforms)?;
                self.pulled_index(&path, index, &platforms[1..]).await
            }
            PlatformNotHeld => {
                let platforms = ["linux/amd64", "linux/arm64", "linux/s390x"];
                let index = Index::of_platforms(self.seed, Format::Oci, &platforms)?;
                self.pulled_index(&path, index, &platforms[..2]).await
            }
            TwoOfOnePlatform => {
                let platforms = ["linux/amd64", "linux/amd64", "linux/arm64"];
                let index = Index::of_platforms(self.seed, Format::Oci, &platforms)?;
                let second = index.images[1].manifest.digest.clone();
                let engine_image = self.pulled_index(&path, index, &[]).await?;
                // Pulling the index pulls the first image. The other one can only be pulled by digest.
                let second = format!("{}@{second}", engine_image.repository);
                self.cli.run(["pull", &second]).succeed().await?;
                Ok(engine_image)
            }
            NestedIndex => self.nested(&path).await,
            ShadowedLayers => self.shadowed(&path).await,
            Built => self.built(&format!("{NOWHERE}/{}", kind.path())).await,
            Committed => self.committed(&format!("{NOWHERE}/{}", kind.path())).await,
            Loaded => {
                let repository = format!("{NOWHERE}/{}", kind.path());
                let image = single.format(Format::Docker).build()?;
                self.cli.load(&image, &format!("{repository}:1")).await?;
                Ok(EngineImage { repository, root: None, images: vec![image] })
            }
            Imported => {
                let repository = format!("{NOWHERE}/{}", kind.path());
                let content = tar_of([("data", pseudo_random(self.seed, 5_000))])?;
                let name = format!("{repository}:1");
                self.cli.run(["import", "-", &name]).input(content).succeed().await?;
                Ok(EngineImage { repository, root: None, images: Vec::new() })
            }
        }
    }

    fn target(&self, path: &str) -> Result<TestRepository> {
        TestRepository::new(&self.registry.url(), path)
    }

    async fn pulled(
        &self,
        path: &str,
        image: Image,
        platform: Option<&str>,
    ) -> Result<EngineImage> {
        self.target(path)?.push(&image, "1").await?;
        let repository = format!("{}/{path}", self.registry.host());
        self.pull(&repository, platform).await?;
        Ok(EngineImage { repository, root: Some(image.manifest.clone()), images: vec![image] })
    }

    async fn pulled_index(
        &self,
        path: &str,
        index: Index,
        platforms: &[&str],
    ) -> Result<EngineImage> {
        self.target(path)?.push_index(&index, "1").await?;
        let repository = format!("{}/{path}", self.registry.host());
        if platforms.is_empty() {
            self.pull(&repository, None).await?;
        }
        for platform in platforms {
            self.pull(&repository, Some(platform)).await?;
        }
        Ok(EngineImage { repository, root: Some(index.manifest), images: index.images })
    }

    async fn pull(&self, repository: &str, platform: Option<&str>) -> Result<()> {
        let reference = format!("{repository}:1");
        let platform = platform.map(|platform| ["--platform", platform]);
        let words = platform.iter().flatten().copied().chain([reference.as_str()]);
        self.cli.run(["pull"].into_iter().chain(words)).succeed().await?;
        Ok(())
    }

    /// The lowest layer is foreign: its URL points to the same registry.
    fn with_foreign_layer(&self, path: &str, image: Image) -> Result<Image> {
        let (kind, address) = (
            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
            format!(
                "{}/v2/{path}/blobs/{}",
                self.registry.url(),
                image.layers[0].compressed_digest
            ),
        );
        let mut manifest: Value = serde_json::from_slice(&image.manifest.bytes)?;
        manifest["mediaType"] = json!("application/vnd.docker.distribution.manifest.v2+json");
        manifest["config"]["mediaType"] = json!("application/vnd.docker.container.image.v1+json");
        let layers = manifest["layers"].as_array_mut().context("layers")?;
        for layer in layers.iter_mut() {
            layer["mediaType"] = json!("application/vnd.docker.image.rootfs.diff.tar.gzip");
        }
        layers[0]["mediaType"] = json!(kind);
        layers[0]["urls"] = json!([address]);
        rewritten(image, &manifest)
    }

    async fn schema1(&self, path: &str, image: Image) -> Result<EngineImage> {
        let registry = ScriptedRegistry::start(&REAL_REGISTRIES[0]).await?;
        let manifest = schema1_manifest(&image, path, "1")?;
        registry.put_blobs(path, &image);
        registry.put_manifest(path, Some("1"), &manifest.digest, &manifest);
        let repository = format!("{}/{path}", registry.host());
        self.pull(&repository, None).await?;
        // The engine generates a configuration from the history.
        Ok(EngineImage { repository, root: None, images: Vec::new() })
    }

    async fn nested(&self, path: &str) -> Result<EngineImage> {
        let platforms = ["linux/amd64", "linux/arm64"];
        let inner = Index::of_platforms(self.seed, Format::Oci, &platforms)?;
        let target = self.target(path)?;
        target.push_index(&inner, &inner.manifest.digest).await?;
        let outer = json!({
            "schemaVersion": 2,
            "mediaType": inner.manifest.media_type,
            "manifests": [inner.manifest.descriptor()],
        });
        let root = Manifest::new(outer.to_string(), &inner.manifest.media_type);
        target.push_manifest(&root, "1").await?;
        let repository = format!("{}/{path}", self.registry.host());
        self.pull(&repository, None).await?;
        Ok(EngineImage { repository, root: Some(root), images: inner.images })
    }

    /// The containerd store does not pull a layer whose uncompressed content it already has from another
    /// image.
    async fn shadowed(&self, path: &str) -> Result<EngineImage> {
        let other = TestRegistry::start().await?;
        let first = Recipe::small(self.seed).build()?;
        TestRepository::new(&other.url(), path)?.push(&first, "1").await?;
        self.pull(&format!("{}/{path}", other.host()), None).await?;
        let image = Recipe::small(self.seed).compression(LayerCompression::SmallGzip).build()?;
        self.pulled(path, image, None).await
    }

    async fn built(&self, repository: &str) -> Result<EngineImage> {
        let data = pseudo_random(self.seed, 5_000);
        let context = tar_of([("Dockerfile", DOCKERFILE.as_bytes()), ("data", data.as_slice())])?;
        // Uses Docker's classic builder: BuildKit requires a component that Debian packages separately. An
        // index with an attestation, which BuildKit creates, is a kind of its own here.
        let run = self.cli.run(["build", "--tag", &format!("{repository}:1"), "-"]);
        run.variable("DOCKER_BUILDKIT", "0").input(context).succeed().await?;
        Ok(EngineImage { repository: repository.to_owned(), root: None, images: Vec::new() })
    }

    async fn committed(&self, repository: &str) -> Result<EngineImage> {
        let from = format!("{repository}-from:1");
        self.cli.load(&Recipe::small(self.seed).format(Format::Docker).build()?, &from).await?;
        let create = ["create", "--network", "none", &from, "/data"];
        let container = self.cli.run(create).succeed().await?.text();
        let name = format!("{repository}:1");
        let commit = ["commit", container.trim(), &name];
        self.cli.run(commit).succeed().await?;
        self.cli.run(["rm", "--force", container.trim()]).succeed().await?;
        Ok(EngineImage { repository: repository.to_owned(), root: None, images: Vec::new() })
    }
}

/// The manifest of a Helm chart.
fn artifact(image: Image) -> Result<Image> {
    let config = serde_json::to_vec(&json!({ "name": "chart", "version": "1" }))?;
    let mut manifest: Value = serde_json::from_slice(&image.manifest.bytes)?;
    manifest["config"] = json!({
        "mediaType": "application/vnd.cncf.helm.config.v1+json",
        "digest": digest_of(&config),
        "size": config.len(),
    });
    let layers = manifest["layers"].as_array_mut().context("layers")?;
    for layer in layers {
        layer["mediaType"] = json!("application/vnd.cncf.helm.chart.content.v1.tar+gzip");
    }
    let config_digest = digest_of(&config);
    rewritten(Image { config: config.into(), config_digest, ..image }, &manifest)
}

fn rewritten(image: Image, manifest: &Value) -> Result<Image> {
    let media_type = manifest["mediaType"].as_str().context("a media type")?;
    let manifest = Manifest::new(serde_json::to_vec(&manifest)?, media_type);
    Ok(Image { manifest, ..image })
}
