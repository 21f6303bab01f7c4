//! Somebody else works on the same registries at the same time: a seeded stranger moves, deletes and
//! re-creates tags and repositories at the source and at the destination, between plan and the end
//! of run, resume, verify and undo. Whatever the stranger does:
//!
//! - no tag is overwritten that differs from what the plan showed, at the moment of writing,
//! - every row of every report is true against botocore's reading of the destination,
//! - an undo restores what was there before, except what the stranger changed since,
//! - nothing of the stranger's is lost.
//!
//! ECR has no "write only if": between the look at a tag and the write that follows it, nobody can
//! exclude a change. So the stranger acts on a tag up to the moment before that look, and again from
//! the moment after the write.
//!
//! `TRANSLOAD_SEEDS=FROM-TO` runs other seeds than those of every check, which is how a failing seed
//! is looked at, and how more of them run by hand.

mod engine;
mod engine_during;
mod judgement;
mod random;
mod scene;
mod stranger;

use anyhow::{Context, Result};

use self::scene::Scene;

/// Seeds of each of the four tests, which run side by side.
const SEEDS: u64 = 50;

async fn seeds(part: u64) -> Result<()> {
    let seeds = match std::env::var("TRANSLOAD_SEEDS") {
        Ok(range) => {
            let (from, to) = range.split_once('-').context("TRANSLOAD_SEEDS is FROM-TO")?;
            from.parse::<u64>()?..=to.parse()?
        }
        Err(_) => 1..=4 * SEEDS,
    };
    let scene = Scene::open().await?;
    for seed in seeds.filter(|seed| seed % 4 == part) {
        scene.play(seed).await.with_context(|| format!("seed {seed}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_stranger_of_every_fourth_seed_changes_nothing_that_holds() -> Result<()> {
    seeds(0).await
}

#[tokio::test]
async fn a_stranger_of_the_seeds_after_changes_nothing_that_holds() -> Result<()> {
    seeds(1).await
}

#[tokio::test]
async fn a_stranger_of_the_seeds_between_changes_nothing_that_holds() -> Result<()> {
    seeds(2).await
}

#[tokio::test]
async fn a_stranger_of_the_seeds_before_changes_nothing_that_holds() -> Result<()> {
    seeds(3).await
}
