//! List, copy, referrers, mount and a second run with every personality and every variant, as source and
//! as destination; and the migration of every personality to ECR with a plan.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Result, ensure};
use futures_util::{StreamExt, stream};
use transload_contract::MigrationOutcome;
use transload_migration::{CopyOptions, CopyOutcome, MigrationError};
use transload_registry::RegistryError;
use transload_tests::computer::{Computer, Migrated, registry_source, request};
use transload_tests::ecr::Ecr;
use transload_tests::tools::target_folder;
use transload_tests::zoo::{LOGIN, Op, PERSONALITIES, Personality, Quirk, VARIANTS, ZooRegistry};

use crate::copies::copy;
use crate::zoo::content::{
    APP, OTHER, fill, fill_sha512, open, plain, sent_blob, without_list, writes,
};

/// Registries that are tried at the same time: most of the time each waits.
const MAX_CONCURRENT: usize = 4;

/// What a copy met, for the table of personalities.
struct Met {
    tags: usize,
    source_referrers: &'static str,
    destination_referrers: &'static str,
    /// Blobs of the second repository that were mounted, of all of them.
    mounted: (usize, usize),
}

/// Copies everything from one animal to another, and looks at what came of it.
async fn copies(from: &Personality, to: &Personality) -> Result<Met> {
    let (source, destination) = (ZooRegistry::start(from).await?, ZooRegistry::start(to).await?);
    let filled = fill(&source, &destination)?;
    // As after an interruption: some blobs already exist.
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
    let lists = |zoo: &ZooRegistry| zoo.has(|quirk| *quirk == Quirk::ListsReferrers);
    let second: Vec<_> =
        is.iter().filter(|line| line.starts_with(&format!("blob {OTHER}@"))).collect();
    let sent: BTreeSet<_> = seen
        .iter()
        .filter(|seen| seen.op == Op::PutBlob)
        .filter_map(|seen| sent_blob(&seen.line))
        .collect();
    let mounted = second.iter().filter(|line| !sent.iter().any(|sent| line.starts_with(sent)));
    let met = Met {
        tags: tags.len(),
        source_referrers: match (&filled.referrer, lists(&source)) {
            (None, _) => "it keeps none; the signature by its tag",
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

    destination.forget_seen();
    let (reader, writer) = (open(&source)?, open(&destination)?);
    let again = copy(&reader, &writer, &filled.names, CopyOptions::default()).await?;
    for (name, outcome) in filled.names.iter().zip(&again) {
        ensure!(matches!(outcome, CopyOutcome::AlreadyThere { .. }), "again {name}: {outcome:?}");
    }
    ensure!(writes(&destination) == 0, "written again: {:?}", destination.seen());
    Ok(met)
}

/// Copies from and to each, and says which went wrong. Gives what the copies from and to each met.
async fn all(animals: &'static [Personality]) -> Result<Vec<(&'static str, [Met; 2])>> {
    let outcomes: Vec<_> = stream::iter(animals)
        .map(|animal| async move {
            (animal, copies(animal, plain()).await, copies(plain(), animal).await)
        })
        .buffered(MAX_CONCURRENT)
        .collect()
        .await;
    let (mut failed, mut met) = (Vec::new(), Vec::new());
    for (animal, from, to) in outcomes {
        let Personality { name, cites, .. } = animal;
        match (from, to) {
            (Ok(from), Ok(to)) => met.push((*name, [from, to])),
            (from, to) => {
                for (way, outcome) in [("from", from), ("to", to)] {
                    failed.extend(
                        outcome.err().map(|error| format!("{way} {name} ({cites}): {error:#}")),
                    );
                }
            }
        }
    }
    ensure!(failed.is_empty(), "{} of the zoo failed:\n{}", failed.len(), failed.join("\n"));
    Ok(met)
}

/// Writes the table of personalities and operations below `target/zoo`, for reviewers.
fn write_table(met: &[(&'static str, [Met; 2])]) -> Result<()> {
    let mut table =
        "| personality | list | referrers as source | referrers as destination | mount |\n\
                     |---|---|---|---|---|\n"
            .to_owned();
    for (name, [from, to]) in met {
        let mount = match to.mounted {
            (0, _) => "uploaded instead".to_owned(),
            (mounted, all) => format!("{mounted} of {all} mounted"),
        };
        let (source, destination) = (from.source_referrers, to.destination_referrers);
        writeln!(table, "| {name} | {} tags | {source} | {destination} | {mount} |", from.tags)?;
    }
    let folder = target_folder().join("zoo");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("personalities.md"), table)?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_personality_is_a_source_and_a_destination() -> Result<()> {
    write_table(&all(PERSONALITIES).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sibling_of_a_quirk_is_a_source_and_a_destination() -> Result<()> {
    all(VARIANTS).await.map(drop)
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
        // The child itself is refused. An index that names a child that is missing would be refused
        // too, as something missing.
        let is_of_child =
            !matches!(**error, MigrationError::Registry(RegistryError::Missing { .. }));
        ensure!(is_of_child && matches!(**error, MigrationError::Registry(_)), "{error}");
        let holds = destination.holds();
        ensure!(!holds.iter().any(|line| line.starts_with("tag ")), "{holds:?}");
    }
    Ok(())
}
