//! The options of `cleanup`, `restore`, `tag` and `lifecycle`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use transload_contract::CleanupClass;

use crate::arguments::account::AccountArguments;
use crate::arguments::help;

#[derive(Debug, Args)]
pub struct CleanupArguments {
    /// The repository, such as team/app.
    pub repository: String,
    /// What to delete.
    #[arg(long)]
    pub class: Class,
    /// Only print what would be deleted. Makes no changes.
    #[arg(long)]
    pub dry_run: bool,
    /// Skip the confirmation.
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Days without a push and a pull after which an image is unused. Default: 180.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    pub unused_days: Option<u32>,
    /// Keep images with tags that match this pattern with `*`. Repeatable; replaces the default, which is latest,
    /// prod*, release* and v*.
    #[arg(long, value_name = "PATTERN")]
    pub protect: Vec<String>,
    /// Include images of a pull-through cache. ECR pulls them again when they are needed.
    #[arg(long)]
    pub include_cached: bool,
    /// Read manifests even if the lifecycle policy uses pull times. ECR may count reading as a pull.
    #[arg(long, alias = "read-indexes")]
    pub read_manifests: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub account: AccountArguments,
}

#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// The deletion ID from `deletions`, or `latest`.
    pub deletion: String,
    /// Only print what can be restored and what can't, with reasons. Makes no changes.
    #[arg(long)]
    pub dry_run: bool,
    /// Skip the confirmation.
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Print JSON: the plan with --dry-run, otherwise the result.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct TagArguments {
    /// The repository, such as team/app.
    pub repository: String,
    /// The image in it: a tag, such as 1.4.2, or a digest.
    pub image: String,
    /// The tag to add, such as prod.
    pub tag: String,
    /// Only print whether the tag moves from another image. Makes no changes.
    #[arg(long)]
    pub dry_run: bool,
    /// Skip the confirmation that moving a tag from another image needs.
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Print JSON: what would change with --dry-run, otherwise the result.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub account: AccountArguments,
}

/// The classes of `cleanup`, the safest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Class {
    /// Signatures and attestations whose image no longer exists.
    Orphans,
    /// Untagged indexes that no other index lists, with their platforms.
    SupersededIndexes,
    /// Untagged images that no index lists.
    LooseImages,
    /// Build caches that were not pushed for 30 days.
    BuildCaches,
    /// Tagged images that nobody pulled for a long time.
    Unused,
    /// Tagged images with the layers of an image that was pushed later. Frees little: layers are stored once.
    SameLayers,
    /// Images with several tags. Only listed: deleting a tag frees nothing.
    ManyTags,
}

impl From<Class> for CleanupClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Orphans => Self::Orphans,
            Class::SupersededIndexes => Self::SupersededIndexes,
            Class::LooseImages => Self::LooseImages,
            Class::BuildCaches => Self::BuildCaches,
            Class::Unused => Self::Unused,
            Class::SameLayers => Self::SameLayers,
            Class::ManyTags => Self::ManyTags,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum LifecycleCommand {
    /// Print what a lifecycle policy would delete and archive, according to ECR's own preview. Makes no changes.
    #[command(after_help = help::PREVIEW)]
    Preview(LifecyclePreviewArguments),
}

#[derive(Debug, Args)]
pub struct LifecyclePreviewArguments {
    /// The repository, such as team/app.
    pub repository: String,
    /// The file with the policy in JSON.
    #[arg(long, value_name = "FILE")]
    pub file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub account: AccountArguments,
}
