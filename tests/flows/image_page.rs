//! The image page on the practice ECR: what is read once and is no pull, and the files of layers.

use std::io::Write as _;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use transload_contract::{
    FileKind, ImageLocation, ImageSource, InspectOptions, LayerListing, ListSource, ListedLayer,
};
use transload_errors::ErrorCode;
use transload_practice::Plane;
use transload_tests::headless_app::api_error;
use transload_tests::images::{
    Image, Index, Layer, Manifest, Recipe, digest_of, pseudo_random, tar_of,
};

use crate::explorer::{NAME, Shop, aws};

fn image_of(shop: &Shop, reference: &str) -> ImageLocation {
    ImageLocation {
        source: ImageSource::Ecr { connection: shop.ecr.connection() },
        repository: NAME.to_owned(),
        reference: reference.to_owned(),
    }
}

/// The requests that read content: not the sign-in, and not the request that a registry refuses to ask for it.
fn content_requests(shop: &Shop) -> Result<Vec<String>> {
    let practice = shop.practice()?;
    let sign_in = ["GetAuthorizationToken", "GetCallerIdentity"];
    let requests = practice.requests().into_iter().filter(|request| {
        !request.operation.as_deref().is_some_and(|operation| sign_in.contains(&operation))
            && request.path != "/v2/"
            && (request.authorization || !request.path.starts_with("/v2/"))
    });
    let texts = requests.map(|request| match request.operation {
        Some(operation) => operation,
        None => format!("{} {}", request.method, request.path),
    });
    let texts = texts.collect();
    practice.clear_requests();
    Ok(texts)
}

#[tokio::test]
async fn a_page_that_is_opened_again_makes_no_request_and_no_pull() -> Result<()> {
    let shop = Shop::open().await?;
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    shop.repository.push_index(&index, "v2").await?;
    let other = Recipe::small(4).build()?;
    shop.repository.push(&other, "v3").await?;
    let (api, options) = (&shop.app.api, InspectOptions::default);
    let image = |reference: &str| image_of(&shop, reference);
    let digest = index.manifest.digest.as_str();
    shop.details().await?;
    content_requests(&shop)?;
    let first = api.image_inspect(image(digest), options()).await.map_err(api_error)?;
    let manifests = |requests: &[String]| {
        requests.iter().filter(|one| one.starts_with("GET") && one.contains("/manifests/")).count()
    };
    let asked = content_requests(&shop)?;
    assert_eq!(manifests(&asked), 2, "the index and one platform: {asked:?}");

    let again = api.image_inspect(image(digest), options()).await.map_err(api_error)?;
    assert_eq!((again, content_requests(&shop)?), (first, Vec::<String>::new()));
    let open_supply_chain = async || -> Result<(usize, Vec<String>)> {
        let chain = api.image_supply_chain(image(digest)).await.map_err(api_error)?;
        assert_eq!(chain.problems, Vec::<String>::new());
        Ok((chain.attachments.len(), content_requests(&shop)?))
    };
    let (attachments, asked) = open_supply_chain().await?;
    assert_eq!((attachments, manifests(&asked)), (1, 1), "the attestation: {asked:?}");
    assert_eq!(open_supply_chain().await?, (1, Vec::new()));

    // A tag is resolved without a pull, and what it points to is read once.
    let compare = async || -> Result<Vec<String>> {
        let (left, right) = (image(digest), image("v3"));
        let found = api.image_compare(left, right, options()).await.map_err(api_error)?;
        assert!(!found.identical);
        content_requests(&shop)
    };
    assert_eq!(manifests(&compare().await?), 1);
    assert_eq!(compare().await?, ["DescribeImages"]);

    // ECR reports pulls now; the list shows that they were ours.
    let details = shop.details().await?;
    let read = [digest, index.images[0].manifest.digest.as_str(), other.manifest.digest.as_str()];
    for digest in read {
        let found = details.images.iter().find(|image| image.digest == digest);
        let found = found.context("an image")?;
        assert_eq!((found.pulled_at_ms, found.own_read_at_ms.is_some()), (None, true), "{digest}");
    }
    // A cached document isn't proof that a repository holds it.
    let elsewhere = ImageLocation { repository: "shop/none".to_owned(), ..image(digest) };
    aws(&shop.ecr, &["create-repository", "--repository-name", "shop/none"]).await?;
    let missing = api.image_inspect(elsewhere, options()).await.err().context("no such image")?;
    assert_eq!(missing.code, ErrorCode::ImageMissing);
    Ok(())
}

/// The table of contents of an eStargz layer.
const TABLE: &str = r#"{"version":1,"entries":[
    {"name":"app/","type":"dir","mode":16877},
    {"name":"app/run","type":"reg","size":200000,"mode":33261,"digest":"sha256:00","offset":10},
    {"name":"etc/.wh.old","type":"reg"}]}"#;

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

/// A tar archive of files that can't be compressed.
fn archive(files: &[(&str, usize)]) -> Result<Vec<u8>> {
    tar_of((0..).zip(files).map(|(seed, (path, bytes))| (path, pseudo_random(seed, *bytes))))
}

/// A layer in the format eStargz with a file of 200,000 bytes, and the size of its table.
fn estargz() -> Result<(Vec<u8>, u64)> {
    let mut layer = gzip(&archive(&[("app/run", 200_000)])?)?;
    let start = layer.len();
    layer.extend(gzip(&tar_of([("stargz.index.json", TABLE)])?)?);
    let table_bytes = (layer.len() - start) as u64;
    let mut footer = vec![0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 26, 0, b'S', b'G', 22, 0];
    footer.extend_from_slice(format!("{start:016x}STARGZ").as_bytes());
    footer.extend_from_slice(&[1, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
    layer.extend(footer);
    Ok((layer, table_bytes))
}

/// An image with these layers: bytes, media type and annotations.
fn image_of_layers(layers: &[(Vec<u8>, &str, Value)]) -> Result<Image> {
    let base = Recipe::small(77).layers(Vec::new()).build()?;
    let described: Vec<Value> = layers
        .iter()
        .map(|(bytes, media_type, annotations)| {
            json!({"mediaType": media_type, "digest": digest_of(bytes), "size": bytes.len(), "annotations": annotations})
        })
        .collect();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": base.config_digest,
            "size": base.config.len(),
        },
        "layers": described,
    });
    let stored = layers.iter().map(|(bytes, _, _)| Layer {
        tar: bytes.clone().into(),
        tar_digest: digest_of(bytes),
        compressed: bytes.clone().into(),
        compressed_digest: digest_of(bytes),
        compression: transload_tests::images::LayerCompression::Tar,
    });
    Ok(Image {
        manifest: Manifest::new(
            serde_json::to_vec(&manifest)?,
            "application/vnd.oci.image.manifest.v1+json",
        ),
        layers: stored.collect(),
        ..base
    })
}

#[tokio::test]
async fn a_document_that_is_too_large_to_show_is_saved_as_it_is() -> Result<()> {
    let shop = Shop::open().await?;
    // Only its type says that it is a provenance, of which at most 4 MB are shown.
    let document = pseudo_random(1, 4_000_001);
    let annotations = json!({"in-toto.io/predicate-type": "https://slsa.dev/provenance/v1"});
    let image =
        image_of_layers(&[(document.clone(), "application/vnd.in-toto+json", annotations)])?;
    shop.repository.push(&image, "v1").await?;
    let (api, manifest) = (&shop.app.api, || image.manifest.digest.clone());
    let (location, blob) = (|| image_of(&shop, &manifest()), digest_of(&document));
    let shown = api.image_attestation(location(), manifest(), blob.clone()).await;
    assert_eq!(shown.err().context("it is refused")?.code, ErrorCode::DocumentTooLarge);
    let folder = tempfile::tempdir()?;
    let path = || folder.path().join("provenance.json");
    let saved = api.image_attestation_export(location(), manifest(), blob, path()).await;
    saved.map_err(api_error)?;
    assert!(std::fs::read(path())? == document, "other bytes were saved");
    let other = digest_of(b"other");
    let missing = api.image_attestation_export(location(), manifest(), other, path()).await;
    assert_eq!(missing.err().context("no such document")?.code, ErrorCode::ImageMissing);
    assert!(std::fs::read(path())? == document, "the file was replaced");
    Ok(())
}

const GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// The parts of layers that were downloaded since the last call: `Range` headers at the origin of the downloads.
fn downloads(shop: &Shop) -> Result<Vec<Option<String>>> {
    let practice = shop.practice()?;
    let requests = practice.requests().into_iter();
    let of_layers = requests.filter(|request| request.plane == Plane::Layers);
    let ranges = of_layers.map(|request| request.range).collect();
    practice.clear_requests();
    Ok(ranges)
}

async fn list(
    shop: &Shop,
    image: &Image,
    layer: usize,
    limit: Option<u64>,
) -> Result<LayerListing> {
    let location = image_of(shop, &image.manifest.digest);
    let digest = image.layers[layer].compressed_digest.clone();
    let attempt = format!("list {layer}");
    let listed = shop.app.api.image_layer_files(location, digest, limit, attempt, |_| {}).await;
    listed.map_err(api_error)?.context("it wasn't cancelled")
}

fn listed(listing: LayerListing) -> Result<ListedLayer> {
    match listing {
        LayerListing::Listed(listed) => Ok(listed),
        LayerListing::NeedsDownload { .. } => bail!("the layer needs a download"),
    }
}

#[tokio::test]
async fn the_files_of_layers_are_listed_once_and_by_tables_of_contents() -> Result<()> {
    let shop = Shop::open().await?;
    let plain = gzip(&archive(&[("etc/old", 700), ("etc/kept", 300)])?)?;
    let (stargz, table_bytes) = estargz()?;
    let size = stargz.len() as u64;
    let digest = json!({"containerd.io/snapshot/stargz/toc.digest": digest_of(TABLE.as_bytes())});
    let wrong = json!({"containerd.io/snapshot/stargz/toc.digest": digest_of(b"another")});
    let image = image_of_layers(&[
        (plain.clone(), GZIP, json!({})),
        (stargz.clone(), GZIP, digest),
        // Docker's media type of a Zstandard layer that isn't standard.
        (
            zstd(&archive(&[("z", 5)])?)?,
            "application/vnd.docker.image.rootfs.diff.tar.zstd",
            json!({}),
        ),
    ])?;
    shop.repository.push(&image, "v1").await?;
    downloads(&shop)?;

    // 51 bytes and the table, of a layer of 200 kB.
    let found = listed(list(&shop, &image, 1, Some(10)).await?)?;
    assert_eq!((found.files.source, found.from_cache), (ListSource::Estargz, false));
    let paths: Vec<_> =
        found.files.entries.iter().map(|one| (one.path.as_str(), one.kind)).collect();
    assert_eq!(
        paths,
        [
            ("app", FileKind::Directory),
            ("app/run", FileKind::File),
            ("etc/old", FileKind::Deletion)
        ]
    );
    assert!(
        found.files.entries.iter().all(|entry| entry.change.is_none()),
        "the layer below is unknown"
    );
    let footer = format!("bytes={}-{}", size - 51, size - 1);
    let table = format!("bytes={}-{}", size - 51 - table_bytes, size - 52);
    assert_eq!(downloads(&shop)?, [Some(footer), Some(table)]);
    assert_eq!(found.files.read_bytes, 51 + table_bytes);

    // A layer without a table is downloaded only if it is small enough.
    let too_large = list(&shop, &image, 0, Some(10)).await?;
    assert_eq!(too_large, LayerListing::NeedsDownload { download_bytes: plain.len() as u64 });
    assert_eq!(downloads(&shop)?, [] as [Option<String>; 0]);
    let found = listed(list(&shop, &image, 0, None).await?)?;
    assert_eq!((found.files.source, found.entry_count), (ListSource::Stream, 2));
    assert_eq!(downloads(&shop)?, [None]);
    let found = listed(list(&shop, &image, 2, None).await?)?;
    assert_eq!((found.files.entries[0].path.as_str(), found.files.entries[0].size_bytes), ("z", 5));
    downloads(&shop)?;

    // Lists are kept. With the layer below, the whiteout is known to delete a file.
    let again = listed(list(&shop, &image, 1, Some(10)).await?)?;
    assert!(again.from_cache);
    let deleted = again.files.entries[2].change;
    assert_eq!(deleted, Some(transload_contract::FileChange::Deleted));
    let location = image_of(&shop, &image.manifest.digest);
    let changes = shop.app.api.image_layer_changes(location, "changes".to_owned(), |_| {}).await;
    let changes = changes.map_err(api_error)?.context("it wasn't cancelled")?;
    assert_eq!((changes.hidden_bytes, changes.layers[1].deleted), (700, 1));
    assert_eq!(downloads(&shop)?, [] as [Option<String>; 0]);

    // A table that doesn't match its digest is not shown.
    let image = image_of_layers(&[([&stargz[..], b""].concat(), GZIP, wrong)])?;
    let other = Shop::open().await?;
    other.repository.push(&image, "v2").await?;
    let location = image_of(&other, &image.manifest.digest);
    let digest = image.layers[0].compressed_digest.clone();
    let refused =
        other.app.api.image_layer_files(location, digest, None, "wrong".to_owned(), |_| {}).await;
    assert_eq!(refused.err().context("a wrong table")?.code, ErrorCode::LayerUnreadable);
    Ok(())
}

/// A Zstandard frame of one uncompressed block. Source: RFC 8878, 3.1.1.
fn zstd(content: &[u8]) -> Result<Vec<u8>> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    frame.extend_from_slice(&u32::try_from(content.len())?.to_le_bytes());
    frame.extend_from_slice(&((u32::try_from(content.len())? << 3) | 1).to_le_bytes()[..3]);
    frame.extend_from_slice(content);
    Ok(frame)
}
