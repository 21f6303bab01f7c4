//! The image page on the practice ECR: what is read once and is no pull, the files of layers, vulnerabilities and
//! replication. The AWS CLI and botocore call the same operations.

use std::io::Write as _;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use transload_contract::{
    FileKind, ImageLocation, ImageSource, InspectOptions, LayerListing, ListSource, ListedLayer,
    ReplicationStatus, ScanState, Severity,
};
use transload_errors::ErrorCode;
use transload_practice::Plane;
use transload_tests::botocore::Botocore;
use transload_tests::headless_app::api_error;
use transload_tests::images::{Image, Index, Layer, Manifest, Recipe, digest_of};
use transload_tests::wait::wait_until;

use crate::explorer::{NAME, Shop, aws};

fn image_of(shop: &Shop, reference: &str) -> ImageLocation {
    ImageLocation {
        source: ImageSource::Ecr { connection: shop.ecr.connection() },
        repository: NAME.to_owned(),
        reference: reference.to_owned(),
    }
}

/// The requests that read content: not the sign-in.
fn content_requests(shop: &Shop) -> Result<Vec<String>> {
    let practice = shop.practice()?;
    let sign_in = ["GetAuthorizationToken", "GetCallerIdentity"];
    let requests = practice.requests().into_iter().filter(|request| {
        !request.operation.as_deref().is_some_and(|operation| sign_in.contains(&operation))
            && request.path != "/v2/"
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
    let mut archive = tar::Builder::new(Vec::new());
    for (number, (path, bytes)) in files.iter().enumerate() {
        let content = transload_tests::images::pseudo_random(number as u64, *bytes);
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, path, content.as_slice())?;
    }
    Ok(archive.into_inner()?)
}

/// A layer in the format eStargz with a file of 200,000 bytes, and the size of its table.
fn estargz() -> Result<(Vec<u8>, u64)> {
    let mut layer = gzip(&archive(&[("app/run", 200_000)])?)?;
    let start = layer.len();
    let mut table = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(TABLE.len() as u64);
    header.set_cksum();
    table.append_data(&mut header, "stargz.index.json", TABLE.as_bytes())?;
    layer.extend(gzip(&table.into_inner()?)?);
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

/// Calls an operation with the AWS CLI and with botocore, which must read the same.
async fn both(shop: &Shop, operation: &str, command: &str, digest: &str) -> Result<Value> {
    let id = format!("imageDigest={digest}");
    let cli = aws(&shop.ecr, &[command, "--repository-name", NAME, "--image-id", &id]).await?;
    let botocore = Botocore::start(&shop.ecr.api_url(), shop.ecr.region(), shop.ecr.key())?;
    let parameters = json!({"repositoryName": NAME, "imageId": {"imageDigest": digest}});
    let answer = botocore.call(operation, parameters, &[]).await?.context("an answer")?;
    for member in cli.as_object().context("an object")?.keys() {
        assert!(!answer[member].is_null(), "botocore reads no {member}: {answer}");
    }
    Ok(cli)
}

#[tokio::test]
async fn vulnerabilities_are_read_and_scans_are_started_once_a_day() -> Result<()> {
    let shop = Shop::open().await?;
    // A seed whose image has findings.
    let mut seed = 3;
    let image = loop {
        let image = Recipe::small(seed).build()?;
        shop.repository.push(&image, "prod-1").await?;
        let digest = &image.manifest.digest;
        let id = format!("imageDigest={digest}");
        let start = ["start-image-scan", "--repository-name", NAME, "--image-id", &id];
        let started = aws(&shop.ecr, &start).await?;
        assert_eq!(started["imageScanStatus"]["status"], "IN_PROGRESS");
        let operation = ("DescribeImageScanFindings", "describe-image-scan-findings");
        let found = wait_until(Duration::from_secs(30), "the scan", async || {
            let found = both(&shop, operation.0, operation.1, digest).await.ok()?;
            (found["imageScanStatus"]["status"] == "COMPLETE").then_some(found)
        })
        .await?;
        let findings = found["imageScanFindings"]["findings"].as_array().map_or(0, Vec::len);
        let counts = found["imageScanFindings"]["findingSeverityCounts"].as_object();
        let counted: u64 = counts.context("counts")?.values().filter_map(Value::as_u64).sum();
        assert_eq!(findings as u64, counted);
        if findings > 1 {
            break image;
        }
        seed += 1;
    };
    let digest = || image.manifest.digest.clone();
    let (api, connection, name) = (&shop.app.api, || shop.ecr.connection(), || NAME.to_owned());
    let read = async || api.image_vulnerabilities(connection(), name(), digest()).await;
    let found = read().await.map_err(api_error)?;
    assert_eq!((found.state, found.is_enhanced), (ScanState::Complete, false));
    let in_packages: usize = found.packages.iter().map(|one| one.vulnerabilities.len()).sum();
    let counts = found.counts;
    let total = counts.critical + counts.high + counts.medium + counts.low + counts.other;
    assert_eq!(in_packages as u64, total);
    assert!(found.packages.is_sorted_by_key(|package| package.severity));

    // The second scan of a day is refused, and asked for once.
    let practice = shop.practice()?;
    practice.clear_requests();
    let refused = api.image_scan_start(connection(), name(), digest()).await;
    let refused = refused.err().context("a second scan")?;
    assert_eq!(refused.code, ErrorCode::ScanRefused);
    assert!(refused.message.contains("once in 24 hours"), "{}", refused.message);
    let scans = practice
        .requests()
        .into_iter()
        .filter(|request| request.operation.as_deref() == Some("StartImageScan"));
    assert_eq!(scans.count(), 1);

    // Enhanced scanning names fixes and where the image runs.
    practice.set_enhanced_scanning(true).await?;
    let cli =
        both(&shop, "DescribeImageScanFindings", "describe-image-scan-findings", &digest()).await?;
    let first = &cli["imageScanFindings"]["enhancedFindings"][0];
    assert_eq!(first["resources"][0]["details"]["awsEcrContainerImage"]["inUseCount"], 2);
    let found = read().await.map_err(api_error)?;
    assert_eq!((found.state, found.is_enhanced), (ScanState::Active, true));
    assert_eq!(found.in_use_count, Some(2));
    let refused = api.image_scan_start(connection(), name(), digest()).await;
    assert_eq!(refused.err().context("enhanced")?.code, ErrorCode::ScanRefused);

    // The column of the list: one call an image.
    practice.clear_requests();
    let listed = api.image_finding_counts(connection(), name(), vec![digest()]).await;
    let listed = listed.map_err(api_error)?;
    let counts = listed[0].findings.as_ref().context("findings")?;
    assert_eq!((counts.counts, counts.in_use_count), (found.counts, Some(2)));
    let calls = practice
        .requests()
        .into_iter()
        .filter(|request| request.operation.as_deref() == Some("DescribeImageScanFindings"));
    assert_eq!(calls.count(), 1);
    assert!(Severity::Critical < Severity::Low);
    Ok(())
}

#[tokio::test]
async fn an_image_that_was_never_scanned_and_an_index_have_no_findings() -> Result<()> {
    let shop = Shop::open().await?;
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    shop.repository.push_index(&index, "v2").await?;
    let digest = || index.manifest.digest.clone();
    let (api, connection, name) = (&shop.app.api, || shop.ecr.connection(), || NAME.to_owned());
    let found = api.image_vulnerabilities(connection(), name(), digest()).await;
    assert_eq!(found.map_err(api_error)?.state, ScanState::NotScanned);
    let refused = api.image_scan_start(connection(), name(), digest()).await;
    let refused = refused.err().context("an index")?;
    assert_eq!(
        (refused.code, refused.message.contains("this type")),
        (ErrorCode::ScanRefused, true)
    );
    Ok(())
}

#[tokio::test]
async fn the_replication_of_an_image_is_shown() -> Result<()> {
    let shop = Shop::open().await?;
    let image = Recipe::small(3).build()?;
    shop.repository.push(&image, "v1").await?;
    let digest = image.manifest.digest.clone();
    shop.practice()?.set_image_age(NAME, &digest, 1, None).await?;
    let operation = ("DescribeImageReplicationStatus", "describe-image-replication-status");
    let cli = both(&shop, operation.0, operation.1, &digest).await?;
    assert_eq!(cli["replicationStatuses"][0]["status"], "COMPLETE");
    let found =
        shop.app.api.image_replication(shop.ecr.connection(), NAME.to_owned(), digest).await;
    let found = found.map_err(api_error)?;
    assert_eq!(
        (found[0].state, found[0].region.as_str()),
        (ReplicationStatus::Complete, "us-west-2")
    );
    assert_eq!(
        (found[1].state, found[1].failure_code.is_some()),
        (ReplicationStatus::Failed, true)
    );
    Ok(())
}
