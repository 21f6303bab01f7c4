//! List, copy, referrers, mount and a second run with every kind of registry and every quirk variant, as
//! source and as destination; and the migration of every kind to ECR with a plan.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Result, ensure};
use futures_util::{StreamExt, stream};
use transload_contract::MigrationOutcome;
use transload_migration::{CopyOptions, CopyOutcome, MigrationError};
use transload_registry::RegistryError;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{FinishedMigration, HeadlessApp, registry_source, request};
use transload_tests::scripted_registry::{
    LOGIN, Op, QUIRK_VARIANTS, Quirk, REAL_REGISTRIES, RegistryKind, ScriptedRegistry,
};
use transload_tests::tools::target_folder;

use crate::registry_compatibility::content::{
    APP, OTHER, ensure_copied, fill, fill_sha512, open, plain, sent_blob, writes,
};
use crate::registry_copy::copy;

/// How many registries are tested at a time. Each test mostly waits.
const MAX_CONCURRENT: usize = 4;

/// The results of a copy, for the table.
struct CopyResult {
    tags: usize,
    source_referrers: &'static str,
    destination_referrers: &'static str,
    /// Mounted blobs of the second repository, and all its blobs.
    mounted: (usize, usize),
}

/// Copies everything from one kind of registry to another, and checks the result.
async fn copies(from: &RegistryKind, to: &RegistryKind) -> Result<CopyResult> {
    let (source, destination) =
        (ScriptedRegistry::start(from).await?, ScriptedRegistry::start(to).await?);
    let filled = fill(&source, &destination)?;
    // As after an interruption, some blobs already exist.
    destination.put_blobs(APP, &filled.first);
    let (reader, writer) = (open(&source)?, open(&destination)?);

    let tags: BTreeSet<String> = reader.tags(APP).await?.iter().map(ToString::to_string).collect();
    let expected = source.content_lines();
    let expected = expected.iter().filter_map(|line| line.strip_prefix(&format!("tag {APP}:")));
    let expected: BTreeSet<String> =
        expected.filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect();
    ensure!(tags == expected, "listed {tags:?} instead of {expected:?}");

    let outcomes = copy(&reader, &writer, &filled.names, CopyOptions::default()).await?;
    for (name, outcome) in filled.names.iter().zip(&outcomes) {
        let CopyOutcome::Copied { left_behind, .. } = outcome else {
            anyhow::bail!("{name}: {outcome:?}");
        };
        // A referrers API that only fails does not tell whether there are referrers.
        let is_unknown =
            source.has(|quirk| matches!(quirk, Quirk::Responds(Op::Referrers, 429 | 503, _)));
        ensure!(is_unknown || left_behind.is_empty(), "{name}: {left_behind:?}");
    }
    let (at_destination, has_list) = ensure_copied(&source, &destination, &filled)?;
    let requests = destination.requests();
    let sent_again = requests.iter().filter(|request| {
        let digests = filled.first.blobs().map(|(digest, _)| digest.replace(':', "%3A"));
        request.op == Op::PutBlob
            && request.line.contains(APP)
            && digests.into_iter().any(|digest| request.line.contains(&digest))
    });
    // The first blob of a run tests whether the registry mounts blobs.
    let sent_again: BTreeSet<_> = sent_again.map(|request| request.line.clone()).collect();
    ensure!(sent_again.len() <= 2, "sent again: {sent_again:?}");
    let lists =
        |registry: &ScriptedRegistry| registry.has(|quirk| *quirk == Quirk::HasReferrersApi);
    let second: Vec<_> =
        at_destination.iter().filter(|line| line.starts_with(&format!("blob {OTHER}@"))).collect();
    let sent: BTreeSet<_> = requests
        .iter()
        .filter(|request| request.op == Op::PutBlob)
        .filter_map(|request| sent_blob(&request.line))
        .collect();
    let mounted = second.iter().filter(|line| !sent.iter().any(|sent| line.starts_with(sent)));
    let results = CopyResult {
        tags: tags.len(),
        source_referrers: match (&filled.referrer, lists(&source)) {
            (None, _) => "not supported; the signature by its tag",
            (Some(_), true) => "by the API",
            (Some(_), false) => "by the fallback tag",
        },
        destination_referrers: match (has_list, lists(&destination)) {
            (true, _) => "in the fallback tag",
            (false, true) => "listed by the API",
            (false, false) => "none to list",
        },
        mounted: (mounted.count(), second.len()),
    };

    destination.forget_requests();
    let (reader, writer) = (open(&source)?, open(&destination)?);
    let again = copy(&reader, &writer, &filled.names, CopyOptions::default()).await?;
    for (name, outcome) in filled.names.iter().zip(&again) {
        ensure!(matches!(outcome, CopyOutcome::AlreadyThere { .. }), "again {name}: {outcome:?}");
    }
    ensure!(writes(&destination) == 0, "written again: {:?}", destination.requests());
    Ok(results)
}

/// Copies from and to each kind, and lists the failures. Returns the results.
async fn all(kinds: &'static [RegistryKind]) -> Result<Vec<(&'static str, [CopyResult; 2])>> {
    let outcomes: Vec<_> = stream::iter(kinds)
        .map(|registry_kind| async move {
            (
                registry_kind,
                copies(registry_kind, plain()).await,
                copies(plain(), registry_kind).await,
            )
        })
        .buffered(MAX_CONCURRENT)
        .collect()
        .await;
    let (mut failed, mut results) = (Vec::new(), Vec::new());
    for (registry_kind, from, to) in outcomes {
        let RegistryKind { name, cites, .. } = registry_kind;
        match (from, to) {
            (Ok(from), Ok(to)) => results.push((*name, [from, to])),
            (from, to) => {
                for (way, outcome) in [("from", from), ("to", to)] {
                    failed.extend(
                        outcome.err().map(|error| format!("{way} {name} ({cites}): {error:#}")),
                    );
                }
            }
        }
    }
    ensure!(failed.is_empty(), "{} registries failed:\n{}", failed.len(), failed.join("\n"));
    Ok(results)
}

/// Writes a table of registries and operations to `target/registry-compatibility`, for reviewers.
fn write_table(results: &[(&'static str, [CopyResult; 2])]) -> Result<()> {
    let mut table =
        "| registry | list | referrers as source | referrers as destination | mount |\n\
                     |---|---|---|---|---|\n"
            .to_owned();
    for (name, [from, to]) in results {
        let mount = match to.mounted {
            (0, _) => "uploaded instead".to_owned(),
            (mounted, all) => format!("{mounted} of {all} mounted"),
        };
        let (source, destination) = (from.source_referrers, to.destination_referrers);
        writeln!(table, "| {name} | {} tags | {source} | {destination} | {mount} |", from.tags)?;
    }
    let folder = target_folder().join("registry-compatibility");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("registries.md"), table)?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_registry_works_as_source_and_destination() -> Result<()> {
    write_table(&all(REAL_REGISTRIES).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_quirk_variant_works_as_source_and_destination() -> Result<()> {
    all(QUIRK_VARIANTS).await.map(drop)
}

#[tokio::test]
async fn every_registry_can_be_migrated_to_ecr_with_a_plan() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let destination = ScriptedRegistry::start(plain()).await?;
    let mut failed = Vec::new();
    for (number, kind) in REAL_REGISTRIES.iter().enumerate() {
        let registry = ScriptedRegistry::start(kind).await?;
        fill(&registry, &destination)?;
        let app = HeadlessApp::new(ecr.home()?, None)?;
        let source = registry_source(&registry.host());
        app.sign_in(&source, Some(LOGIN)).await?;
        let (app_name, other_name) =
            (format!("registries/app{number}"), format!("registries/other{number}"));
        let images = [
            (APP, "first", app_name.as_str()),
            (APP, "index", &app_name),
            (OTHER, "first", &other_name),
        ];
        let migration_request = request(&ecr.connection(), &source, &images);
        match app.migrate(migration_request).await {
            Ok(FinishedMigration { report, .. })
                if report.outcome == MigrationOutcome::Succeeded
                    && report.images.iter().all(|image| image.left_behind.is_empty()) => {}
            Ok(FinishedMigration { report, .. }) => {
                failed.push(format!("{}: {report:#?}", kind.name));
            }
            Err(error) => failed.push(format!("{}: {error:#}", kind.name)),
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}

/// A registry that supports only SHA-256, or accepts other digests and loses them.
#[tokio::test]
async fn an_unsupported_digest_algorithm_fails_the_copy() -> Result<()> {
    for quirks in [
        &[Quirk::KnowsOnlySha256(400)] as &'static [Quirk],
        &[Quirk::KnowsOnlySha256(201)],
        &[Quirk::KnowsOnlySha256(500)],
    ] {
        let source = ScriptedRegistry::start(plain()).await?;
        let destination =
            ScriptedRegistry::start(&RegistryKind { name: "sha256", cites: "", quirks }).await?;
        let name = fill_sha512(&source)?;
        let (reader, writer) = (open(&source)?, open(&destination)?);
        let outcomes = copy(&reader, &writer, &[name], CopyOptions::default()).await?;
        let [CopyOutcome::Failed(error)] = outcomes.as_slice() else {
            anyhow::bail!("{quirks:?}: {outcomes:?}");
        };
        // The child itself is rejected. Rejecting the index because a child is missing would be another
        // error.
        let is_of_child =
            !matches!(**error, MigrationError::Registry(RegistryError::Missing { .. }));
        ensure!(is_of_child && matches!(**error, MigrationError::Registry(_)), "{error}");
        let holds = destination.content_lines();
        ensure!(!holds.iter().any(|line| line.starts_with("tag ")), "{holds:?}");
    }
    Ok(())
}
