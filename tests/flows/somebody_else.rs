//! Another user works on the same registries at the same time: a seeded stranger moves, deletes and re-creates tags and
//! repositories at source and destination, between plan and the end of run, resume, verify and undo. In all cases:
//!
//! - no tag is overwritten that differs from the plan at the moment of writing,
//! - every row of every report matches what botocore reads from the destination,
//! - an undo restores the previous state, except what the stranger changed since,
//! - nothing of the stranger is lost.
//!
//! ECR has no conditional writes: between reading a tag and writing it, a change can't be excluded. So the stranger acts until
//! just before that read, and again right after the write.
//!
//! `TRANSLOAD_SEEDS=FROM-TO` runs other seeds, to look at a failing one or to run more of them.

mod engine;
mod engine_during;
mod judgement;
mod random;
mod scene;
mod stranger;

use anyhow::{Context, Result};

use crate::somebody_else::scene::Scene;

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
