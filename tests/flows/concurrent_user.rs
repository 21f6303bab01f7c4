//! Another user works with the same registries at the same time: driven by a seed, they move, delete and
//! re-create tags and repositories at source and destination, between the plan and the end of run, resume,
//! verify and undo. In all cases:
//!
//! - no tag is overwritten that differs from the plan at the moment of writing,
//! - every row of every report matches what botocore reads from the destination,
//! - an undo restores the previous state, except what the other user changed since,
//! - nothing of the other user is lost.
//!
//! ECR has no conditional writes: a change between reading a tag and writing it can't be excluded. So the
//! other user acts until just before that read, and again right after the write.
//!
//! `TRANSLOAD_SEEDS=FROM-TO` runs other seeds, to debug a failing one or to run more of them.

mod checks;
mod engine;
mod engine_during;
mod fixture;
mod other_user;
mod random;

use anyhow::{Context, Result};

use crate::concurrent_user::fixture::Fixture;

/// Seeds of each of the four tests, which run concurrently. Together they have every pair of a moment and a
/// change twice or more, each with other states of the destination.
const SEEDS: u64 = 15;

async fn run_seeds(remainder: u64) -> Result<()> {
    let seeds = match std::env::var("TRANSLOAD_SEEDS") {
        Ok(range) => {
            let (from, to) = range.split_once('-').context("TRANSLOAD_SEEDS is FROM-TO")?;
            from.parse::<u64>()?..=to.parse()?
        }
        Err(_) => 1..=4 * SEEDS,
    };
    let fixture = Fixture::new().await?;
    for seed in seeds.filter(|seed| seed % 4 == remainder) {
        fixture.run_seed(seed).await.with_context(|| format!("seed {seed}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn concurrent_changes_are_handled_with_seeds_divisible_by_four() -> Result<()> {
    run_seeds(0).await
}

#[tokio::test]
async fn concurrent_changes_are_handled_with_seeds_of_remainder_one() -> Result<()> {
    run_seeds(1).await
}

#[tokio::test]
async fn concurrent_changes_are_handled_with_seeds_of_remainder_two() -> Result<()> {
    run_seeds(2).await
}

#[tokio::test]
async fn concurrent_changes_are_handled_with_seeds_of_remainder_three() -> Result<()> {
    run_seeds(3).await
}
