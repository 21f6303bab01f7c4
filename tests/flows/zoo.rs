//! Plan, copy, referrers, list, mount and resume with every registry of the zoo, as source and as
//! destination. Three things count: what arrived is byte for byte what was there, nothing else was
//! written, and what was reported is true.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use transload_api::contract::MigrationOutcome;
use transload_engine::migration::{CopyOptions, CopyOutcome, MigrationError};
use transload_engine::model::media_type;
use transload_engine::registry::RegistryApi;
use transload_tests::computer::{Computer, Migrated, registry_source, request};
use transload_tests::ecr::Ecr;
use transload_tests::images::{Image, Index, Manifest, Recipe, digest_of};
use transload_tests::zoo::{
    LOGIN, Op, PERSONALITIES, Personality, Quirk, VARIANTS, ZooRegistry, sha512_of,
};

use crate::copies::{client, copy};

const APP: &str = "team/app";
const OTHER: &str = "team/other";
/// Pairs of registries that are tried at the same time: most of the time one of them waits.
const TOGETHER: usize = 16;

fn plain() -> &'static Personality {
    &PERSONALITIES[0]
}

fn open(zoo: &ZooRegistry) -> Result<Arc<dyn RegistryApi>> {
    client(&zoo.url(), Some((LOGIN.0.to_owned(), LOGIN.1.to_owned())))
}

fn quirk(registries: [&ZooRegistry; 2], is: fn(&Quirk) -> bool) -> bool {
    registries.iter().any(|zoo| zoo.has(is))
}

/// What a source was filled with.
struct Filled {
    /// The images to copy, as `repository:tag`.
    names: Vec<String>,
    /// The referrer, where there is one.
    referrer: Option<String>,
    /// What it refers to.
    subject: String,
    /// An image whose blobs the destination may hold before.
    first: Image,
}

fn manifest(json: &Value, kind: &str) -> Result<Manifest> {
    Ok(Manifest::new(serde_json::to_vec_pretty(json)?, kind))
}

fn with_manifest(image: &Image, change: impl FnOnce(&mut Value)) -> Result<Image> {
    let mut json: Value = serde_json::from_slice(&image.manifest.bytes)?;
    change(&mut json);
    let manifest = manifest(&json, &image.manifest.media_type)?;
    Ok(Image { manifest, ..image.clone() })
}

fn fill(source: &ZooRegistry, destination: &ZooRegistry) -> Result<Filled> {
    let both = [source, destination];
    let mut names = Vec::new();
    let mut put = |repository: &str, tag: &str, image: &Image| {
        source.put_image(repository, tag, image);
        names.push(format!("{repository}:{tag}"));
    };
    let first = Recipe::small(901).layers(vec![900, 300]).build()?;
    put(APP, "first", &first);
    // The same layers in two repositories.
    put(OTHER, "first", &first);
    if quirk(both, |quirk| matches!(quirk, Quirk::CutsPages(..) | Quirk::RefusesPageSize(..))) {
        for number in 0..12 {
            put(APP, &format!("t{number:02}"), &first);
        }
    }
    let urls = with_manifest(&Recipe::small(902).layers(vec![300]).build()?, |json| {
        json["layers"][0]["urls"] = json!(["https://elsewhere.example/layer"]);
    })?;
    put(APP, "urls", &urls);
    let foreign = with_manifest(&first, |json| {
        let layer = json!({
            "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
            "digest": digest_of(b"far away"), "size": 8,
            "urls": ["https://elsewhere.example/layer"],
        });
        json["layers"]
            .as_array_mut()
            .into_iter()
            .for_each(|layers| layers.insert(0, layer.clone()));
    })?;
    put(APP, "foreign", &foreign);

    let index = Index::with_attestation(903, &["linux/amd64", "linux/arm64"])?;
    for image in &index.images {
        source.put_blobs(APP, image);
        source.put_manifest(APP, None, &image.manifest.digest, &image.manifest);
    }
    source.put_manifest(APP, Some("index"), &index.manifest.digest, &index.manifest);
    names.push(format!("{APP}:index"));

    // An entry that says nothing of its platform.
    let mut entry = first.manifest.descriptor();
    entry["platform"] = json!({});
    let bare = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": [entry],
    });
    let bare = manifest(&bare, media_type::OCI_INDEX)?;
    source.put_manifest(APP, Some("bare"), &bare.digest, &bare);
    names.push(format!("{APP}:bare"));

    if !destination.has(|quirk| *quirk == Quirk::TakesNoCacheIndex) {
        names.push(fill_cache(source, &first)?);
    }
    if !quirk(both, |quirk| matches!(quirk, Quirk::KnowsOnlySha256(_))) {
        names.push(fill_sha512(source)?);
    }
    let subject = index.manifest.digest.clone();
    let referrer = sign(source, &index.manifest)?;
    Ok(Filled { names, referrer, subject, first })
}

/// A build cache as BuildKit exports it with `image-manifest=false`: an index of layers.
fn fill_cache(source: &ZooRegistry, image: &Image) -> Result<String> {
    let config = Bytes::from_static(b"{\"layers\":[],\"records\":[]}");
    let digest = digest_of(&config);
    source.put_blob(APP, &digest, config.clone());
    let layer = image.layers.first().context("a layer")?;
    let cache = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": [
            {
                "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                "digest": layer.packed_digest, "size": layer.packed.len(),
            },
            {
                "mediaType": media_type::BUILDKIT_CACHE_CONFIG,
                "digest": digest, "size": config.len(),
            },
        ],
    });
    let cache = manifest(&cache, media_type::OCI_INDEX)?;
    source.put_manifest(APP, Some("cache"), &cache.digest, &cache);
    Ok(format!("{APP}:cache"))
}

/// An index that names its image by another hash function.
fn fill_sha512(source: &ZooRegistry) -> Result<String> {
    let image = Recipe::small(904).layers(vec![200]).build()?;
    source.put_blobs(APP, &image);
    let digest = sha512_of(&image.manifest.bytes);
    source.put_manifest(APP, None, &digest, &image.manifest);
    let mut entry = image.manifest.descriptor();
    entry["digest"] = json!(digest);
    let index = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": [entry],
    });
    let index = manifest(&index, media_type::OCI_INDEX)?;
    source.put_manifest(APP, Some("sha512"), &index.digest, &index);
    Ok(format!("{APP}:sha512"))
}

/// Signs an index: a referrer, listed as the registry lists them, and cosign's tag. GitLab has no place
/// for the first.
fn sign(source: &ZooRegistry, subject: &Manifest) -> Result<Option<String>> {
    let signature = Image::attestation(&subject.digest)?;
    let tag = subject.digest.replace(':', "-");
    source.put_image(APP, &format!("{tag}.sig"), &signature);
    if source.has(|quirk| *quirk == Quirk::ReadsTagAsDigest) {
        return Ok(None);
    }
    let referrer = with_manifest(&signature, |json| {
        json["artifactType"] = json!("application/vnd.example.signature");
        json["subject"] = subject.descriptor();
    })?;
    let digest = referrer.manifest.digest.clone();
    source.put_manifest(APP, None, &digest, &referrer.manifest);
    if !source.has(|quirk| *quirk == Quirk::ListsReferrers) {
        let mut entry = referrer.manifest.descriptor();
        entry["artifactType"] = json!("application/vnd.example.signature");
        let list = json!({
            "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": [entry],
        });
        let list = manifest(&list, media_type::OCI_INDEX)?;
        source.put_manifest(APP, Some(&tag), &list.digest, &list);
    }
    Ok(Some(digest))
}

/// What a registry holds without the list of referrers, whose bytes each client writes anew.
fn without_list(zoo: &ZooRegistry, subject: &str) -> (BTreeSet<String>, bool) {
    let holds = zoo.holds();
    let start = format!("tag {APP}:{} ", subject.replace(':', "-"));
    let list = holds.iter().find_map(|line| line.strip_prefix(&start).map(str::to_owned));
    let of_list = list.as_ref().map(|digest| format!("manifest {APP}@{digest} "));
    let kept = holds.iter().filter(|line| {
        !line.starts_with(&start)
            && of_list.as_ref().is_none_or(|of_list| !line.starts_with(of_list))
    });
    (kept.cloned().collect(), list.is_some())
}

fn writes(zoo: &ZooRegistry) -> usize {
    let is_write =
        |op: &Op| matches!(op, Op::PutManifest | Op::PutBlob | Op::PostUpload | Op::Mount);
    zoo.seen().iter().filter(|seen| is_write(&seen.op)).count()
}

/// Copies everything from one animal to another, and looks at what came of it.
async fn copies(from: &Personality, to: &Personality) -> Result<()> {
    let (source, destination) = (ZooRegistry::start(from).await?, ZooRegistry::start(to).await?);
    let filled = fill(&source, &destination)?;
    // As after an interruption: some blobs are there already.
    destination.put_blobs(APP, &filled.first);
    let (reader, writer) = (open(&source)?, open(&destination)?);

    let tags: BTreeSet<String> = reader.tags(APP).await?.iter().map(ToString::to_string).collect();
    let there = source.holds();
    let there = there.iter().filter_map(|line| line.strip_prefix(&format!("tag {APP}:")));
    let there: BTreeSet<String> =
        there.filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect();
    ensure!(tags == there, "listed {tags:?}, and there are {there:?}");

    let outcomes = copy(&reader, &writer, &filled.names, CopyOptions::default()).await?;
    for (name, outcome) in filled.names.iter().zip(&outcomes) {
        let CopyOutcome::Copied { left_behind, .. } = outcome else {
            anyhow::bail!("{name}: {outcome:?}");
        };
        // A referrers API that only fails says nothing, so nobody knows whether there are referrers.
        let is_unknown =
            source.has(|quirk| matches!(quirk, Quirk::Answers(Op::Referrers, 429 | 503, _)));
        ensure!(is_unknown || left_behind.is_empty(), "{name}: {left_behind:?}");
    }
    let (was, _) = without_list(&source, &filled.subject);
    let (is, has_list) = without_list(&destination, &filled.subject);
    let missing: Vec<_> = was.difference(&is).collect();
    let more: Vec<_> = is.difference(&was).collect();
    ensure!(missing.is_empty() && more.is_empty(), "missing {missing:#?}, more {more:#?}");
    let wants_list =
        filled.referrer.is_some() && !destination.has(|quirk| *quirk == Quirk::ListsReferrers);
    ensure!(has_list == wants_list, "a list of referrers: {has_list}");
    let seen = destination.seen();
    let sent_again = seen.iter().filter(|seen| {
        let digests = filled.first.blobs().map(|(digest, _)| digest.replace(':', "%3A"));
        seen.op == Op::PutBlob
            && seen.line.contains(APP)
            && digests.into_iter().any(|digest| seen.line.contains(&digest))
    });
    // The first blob of a run finds out whether the registry mounts.
    let sent_again: BTreeSet<_> = sent_again.map(|seen| seen.line.clone()).collect();
    ensure!(sent_again.len() <= 2, "sent again: {sent_again:?}");

    destination.forget_seen();
    let (reader, writer) = (open(&source)?, open(&destination)?);
    let again = copy(&reader, &writer, &filled.names, CopyOptions::default()).await?;
    for (name, outcome) in filled.names.iter().zip(&again) {
        ensure!(matches!(outcome, CopyOutcome::AlreadyThere { .. }), "again {name}: {outcome:?}");
    }
    ensure!(writes(&destination) == 0, "written again: {:?}", destination.seen());
    Ok(())
}

/// Runs all, and says which went wrong.
async fn all(animals: &'static [Personality]) {
    let ways = animals.iter().flat_map(|animal| [(animal, plain()), (plain(), animal)]);
    let outcomes: Vec<_> = stream::iter(ways)
        .map(|(from, to)| async move {
            copies(from, to).await.err().map(|error| {
                format!(
                    "from {} to {} ({}, {}): {error:#}",
                    from.name, to.name, from.cites, to.cites
                )
            })
        })
        .buffer_unordered(TOGETHER)
        .collect()
        .await;
    let failed: Vec<_> = outcomes.into_iter().flatten().collect();
    assert!(failed.is_empty(), "{} of the zoo failed:\n{}", failed.len(), failed.join("\n"));
}

#[tokio::test]
async fn every_personality_is_a_source_and_a_destination() {
    all(PERSONALITIES).await;
}

#[tokio::test]
async fn every_sibling_of_a_quirk_is_a_source_and_a_destination() {
    all(VARIANTS).await;
}

#[tokio::test]
async fn every_personality_is_migrated_to_ecr_with_a_plan() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let destination = ZooRegistry::start(plain()).await?;
    let mut failed = Vec::new();
    for (number, personality) in PERSONALITIES.iter().enumerate() {
        let zoo = ZooRegistry::start(personality).await?;
        fill(&zoo, &destination)?;
        let computer = Computer::new(ecr.home()?, None)?;
        let source = registry_source(&zoo.host());
        computer.sign_in(&source, Some(LOGIN)).await?;
        let (app, other) = (format!("zoo/app{number}"), format!("zoo/other{number}"));
        let images = [(APP, "first", app.as_str()), (APP, "index", &app), (OTHER, "first", &other)];
        let wanted = request(&ecr.connection(), &source, &images);
        match computer.migrate(wanted).await {
            Ok(Migrated { report, .. })
                if report.outcome == MigrationOutcome::Succeeded
                    && report.images.iter().all(|image| image.left_behind.is_empty()) => {}
            Ok(Migrated { report, .. }) => {
                failed.push(format!("{}: {report:#?}", personality.name));
            }
            Err(error) => failed.push(format!("{}: {error:#}", personality.name)),
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}

/// A registry that names content by SHA-256 alone, or accepts other names and forgets them.
#[tokio::test]
async fn what_a_registry_cannot_name_is_refused_and_never_reported() -> Result<()> {
    for quirks in [
        &[Quirk::KnowsOnlySha256(400)] as &'static [Quirk],
        &[Quirk::KnowsOnlySha256(201)],
        &[Quirk::KnowsOnlySha256(500)],
    ] {
        let source = ZooRegistry::start(plain()).await?;
        let destination =
            ZooRegistry::start(&Personality { name: "sha256", cites: "", quirks }).await?;
        let name = fill_sha512(&source)?;
        let (reader, writer) = (open(&source)?, open(&destination)?);
        let outcomes = copy(&reader, &writer, &[name], CopyOptions::default()).await?;
        let [CopyOutcome::Failed(error)] = outcomes.as_slice() else {
            anyhow::bail!("{quirks:?}: {outcomes:?}");
        };
        ensure!(matches!(**error, MigrationError::Registry(_)), "{error}");
        let holds = destination.holds();
        ensure!(!holds.iter().any(|line| line.starts_with("tag ")), "{holds:?}");
    }
    Ok(())
}

/// The work *many* of the bench, 40 repositories with 5 tags of 5 layers, 3 of them shared by all,
/// from and to a registry without the referrers API.
#[tokio::test]
async fn looking_for_referrers_costs_a_list_for_each_repository_and_one_question() -> Result<()> {
    let source = ZooRegistry::start(plain()).await?;
    let destination = ZooRegistry::start(plain()).await?;
    let shared = Recipe::small(1).layers(vec![90, 80, 70]).build()?;
    let mut names = Vec::new();
    for number in 0..200_u64 {
        let own = Recipe::small(1_000 + number).layers(vec![60, 50]).build()?;
        let mut layers = shared.layers.clone();
        layers.extend(own.layers.clone());
        let image = with_layers(&own, layers)?;
        let (repository, tag) = (format!("many/app{:02}", number / 5), format!("v{}", number % 5));
        source.put_image(&repository, &tag, &image);
        names.push(format!("{repository}:{tag}"));
    }
    let (reader, writer) = (client(&source.url(), None)?, client(&destination.url(), None)?);
    for outcome in copy(&reader, &writer, &names, CopyOptions::default()).await? {
        ensure!(matches!(outcome, CopyOutcome::Copied { .. }), "{outcome:?}");
    }
    let (from, to) = (source.seen().len(), destination.seen().len());
    ensure!(from <= 850, "{from} requests to the source");
    ensure!(to <= 1_605, "{to} requests to the destination");
    Ok(())
}

fn with_layers(image: &Image, layers: Vec<transload_tests::images::Layer>) -> Result<Image> {
    let with = with_manifest(image, |json| {
        json["layers"] = layers
            .iter()
            .map(|layer| {
                json!({
                    "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                    "digest": layer.packed_digest, "size": layer.packed.len(),
                })
            })
            .collect();
    })?;
    Ok(Image { layers, ..with })
}
