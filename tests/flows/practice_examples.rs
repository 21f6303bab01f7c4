//! The example repositories of practice mode: every page of a repository and an image has something to show, in the
//! forms that real tools write. skopeo and the AWS CLI read them too.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use transload_contract::{
    AttachmentKind, FileKind, ImageKind, ImageLocation, ImageSource, InspectOptions, LayerListing,
    ListSource, RepositoryDetails,
};
use transload_practice::Practice;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, api_error};
use transload_tests::skopeo::{Skopeo, SkopeoImage};

use crate::explorer::aws;

struct Shop {
    ecr: Ecr,
    app: HeadlessApp,
}

impl Shop {
    async fn open() -> Result<Self> {
        let ecr = Ecr::practice().await?;
        let names = practice(&ecr)?.create_examples().await?;
        assert_eq!(names, ["shop/web", "shop/api", "shop/signed", "shop/tools", "shop/old"]);
        let app = HeadlessApp::new(ecr.home()?, None)?;
        Ok(Self { ecr, app })
    }

    /// A repository whose manifests were all read.
    async fn read(&self, name: &str) -> Result<RepositoryDetails> {
        let (api, connection) = (&self.app.api, || self.ecr.connection());
        let details = api.repository_details(connection(), name.to_owned()).await;
        let details = details.map_err(api_error)?;
        let digests = details.rows.unread_manifests.iter().map(ToString::to_string).collect();
        let unread = api.repository_manifests_read(connection(), name.to_owned(), digests).await;
        assert_eq!(unread.map_err(api_error)?, []);
        api.repository_details(connection(), name.to_owned()).await.map_err(api_error)
    }

    fn image(&self, repository: &str, reference: &str) -> ImageLocation {
        ImageLocation {
            source: ImageSource::Ecr { connection: self.ecr.connection() },
            repository: repository.to_owned(),
            reference: reference.to_owned(),
        }
    }
}

fn practice(ecr: &Ecr) -> Result<&Practice> {
    match ecr {
        Ecr::Practice { practice, .. } => Ok(practice),
        Ecr::Ministack(_) => bail!("it is the practice ECR"),
    }
}

/// The kinds of the rows, each with its number.
fn kinds(details: &RepositoryDetails) -> BTreeMap<ImageKind, usize> {
    let mut kinds = BTreeMap::new();
    for row in &details.rows.rows {
        *kinds.entry(row.kind).or_default() += 1;
    }
    kinds
}

#[tokio::test]
async fn example_repositories_have_one_row_for_each_thing_that_was_pushed() -> Result<()> {
    let shop = Shop::open().await?;
    let one_of_each = [
        ImageKind::HelmChart,
        ImageKind::Wasm,
        ImageKind::BuildCache,
        ImageKind::SociIndex,
        ImageKind::Other,
    ];
    for (name, expected) in [
        ("shop/web", vec![(ImageKind::Image, 3)]),
        ("shop/api", vec![(ImageKind::Index, 3)]),
        // The second one is a signature whose image is gone.
        ("shop/signed", vec![(ImageKind::Image, 1), (ImageKind::Signature, 1)]),
        ("shop/tools", one_of_each.map(|kind| (kind, 1)).to_vec()),
        ("shop/old", vec![(ImageKind::Image, 2)]),
    ] {
        let details = shop.read(name).await?;
        assert_eq!(kinds(&details), expected.into_iter().collect(), "{name}");
        assert!(details.images.iter().all(|image| image.pushed_at_ms.is_some()), "{name}");
    }
    let api = shop.read("shop/api").await?;
    for row in &api.rows.rows {
        let counts = (row.platforms.len(), row.attestations + row.sboms + row.provenances);
        assert_eq!(counts, (2, 2), "{}", row.digest);
    }
    let signed = shop.read("shop/signed").await?;
    let row = signed.rows.rows.iter().find(|row| row.kind == ImageKind::Image).context("signed")?;
    assert_eq!((row.signatures, row.provenances, row.sboms), (3, 1, 1));
    assert!(signed.rows.rows.iter().any(|row| row.is_orphan));

    // Pulled without a tag by another client: what ECR tells others agrees.
    let described = aws(&shop.ecr, &["describe-images", "--repository-name", "shop/old"]).await?;
    assert_eq!(described["imageDetails"], Value::Array(Vec::new()), "only archived images");
    Ok(())
}

#[tokio::test]
async fn files_and_documents_of_example_images_are_shown() -> Result<()> {
    let shop = Shop::open().await?;
    let api = &shop.app.api;
    let mut sources = Vec::new();
    for tag in ["2.0", "2.1", "2.2"] {
        let image = || shop.image("shop/api", tag);
        let found = api.image_inspect(image(), InspectOptions::default()).await;
        let found = found.map_err(api_error)?.image.context("a platform")?;
        assert_eq!(found.layers.len(), 3, "{tag}");
        let mut paths = Vec::new();
        for layer in &found.layers {
            let digest = layer.digest.to_string();
            let listed = api.image_layer_files(image(), digest, None, tag.to_owned(), |_| {}).await;
            let listed = listed.map_err(api_error)?.context("it wasn't cancelled")?;
            let LayerListing::Listed(listed) = listed else { bail!("{tag} needs a download") };
            sources.push(listed.files.source);
            paths.extend(listed.files.entries.into_iter().map(|entry| (entry.path, entry.kind)));
        }
        for expected in [
            ("bin/busybox", FileKind::File),
            ("app/server", FileKind::File),
            ("tmp/build.log", FileKind::Deletion),
            ("usr/share/zoneinfo/UTC", FileKind::File),
        ] {
            let is_it = |(path, kind): &(String, FileKind)| (path.as_str(), *kind) == expected;
            assert!(paths.iter().any(is_it), "{tag} {expected:?}: {paths:?}");
        }
    }
    for source in [ListSource::Stream, ListSource::Estargz, ListSource::ZstdChunked] {
        assert!(sources.contains(&source), "{source:?}");
    }

    for (repository, tag, expected) in [
        ("shop/api", "2.0", [2, 2, 0]),
        ("shop/api", "2.1", [2, 2, 0]),
        ("shop/signed", "1.0", [1, 1, 3]),
    ] {
        let image = || shop.image(repository, tag);
        let chain = api.image_supply_chain(image()).await.map_err(api_error)?;
        assert_eq!(chain.problems, Vec::<String>::new());
        let kinds = [AttachmentKind::Sbom, AttachmentKind::Provenance, AttachmentKind::Signature];
        let count = |kind| chain.attachments.iter().filter(|one: &&_| one.kind == kind).count();
        assert_eq!(kinds.map(count), expected, "{repository}:{tag}");
        for one in &chain.attachments {
            let (manifest, blob) = (one.manifest.to_string(), one.blob.to_string());
            let document = api.image_attestation(image(), manifest, blob).await;
            let document = document.map_err(api_error)?;
            let packages = document.sbom.as_ref().map(|sbom| sbom.package_count);
            match one.kind {
                AttachmentKind::Sbom => assert_eq!(packages, Some(50)),
                AttachmentKind::Provenance => assert!(document.provenance.is_some()),
                _ => {
                    let signature = document.signature.context("a signature")?;
                    let signer = signature.signer.context("who signed")?;
                    assert!(signer.contains("practice/shop"), "{signer}");
                }
            }
            assert_ne!(document.about_image, Some(false), "{repository}:{tag}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn example_images_are_copied_by_another_tool() -> Result<()> {
    let shop = Shop::open().await?;
    aws(&shop.ecr, &["create-repository", "--repository-name", "copies"]).await?;
    let (user, password) = shop.ecr.login().await?;
    let login = Some((user.as_str(), password.as_str()));
    let host = shop.ecr.registry_host();
    for name in ["shop/api:2.0", "shop/api:2.1", "shop/api:2.2", "shop/tools:chart-0.3.0"] {
        let tag = name.rsplit_once(':').context("a tag")?.1;
        let (from, to) = (format!("{host}/{name}"), format!("{host}/copies:{tag}"));
        let from = SkopeoImage { reference: &from, login };
        Skopeo::new()?.copy(from, SkopeoImage { reference: &to, login }).await?;
    }
    Ok(())
}
