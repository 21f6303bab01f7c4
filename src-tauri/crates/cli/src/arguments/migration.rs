//! The options of `plan`, `run`, `report` and `undo`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use transload_contract::{RenameRule, Shard};

use crate::arguments::account::AccountArguments;
use crate::arguments::values::{parse_rename, parse_shard};
use crate::plan_source::{PlanSource, parse_source};

#[derive(Debug, Args)]
pub struct PlanArguments {
    /// The source of the images.
    ///
    /// docker-hub:NAMESPACE (several separated by commas), registry:HOST, ecr:PROFILE or
    /// ecr:PROFILE/REGION for another Amazon ECR, docker-engine, practice, or practice:NAMESPACE. If
    /// a profile's name contains a slash and ecr:NAME is ambiguous, use
    /// ecr:profile=PROFILE,region=REGION; the region is optional.
    #[arg(long, value_name = "SOURCE", value_parser = parse_source)]
    pub from: PlanSource,
    /// Repositories of the source, or single images with `:TAG`. Default: all repositories.
    #[arg(value_name = "REPOSITORY[:TAG]")]
    pub images: Vec<String>,
    /// Only tags that match this pattern with `*` and `?`, such as 'v1.*'. Repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub tags: Vec<String>,
    /// Only tags that match this regular expression, such as '^v[0-9]+$'. Repeatable.
    #[arg(long, value_name = "REGEX")]
    pub tags_regex: Vec<String>,
    /// Only tags that are versions in this range, such as '>=1.2, <3'. Repeatable.
    #[arg(long, value_name = "RANGE")]
    pub tags_versions: Vec<String>,
    /// Exclude tags that match this pattern with `*` and `?`, such as '*-rc*'. Repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub without_tags: Vec<String>,
    /// Only the N most recently pushed tags of each repository.
    #[arg(long, value_name = "N")]
    pub newest: Option<u32>,
    /// Only tags that were pushed within this many days.
    #[arg(long, value_name = "DAYS")]
    pub pushed_within: Option<u32>,
    /// Only tags that were pulled within this many days.
    #[arg(long, value_name = "DAYS")]
    pub pulled_within: Option<u32>,
    /// A prefix for the names of all ECR repositories, such as hub/.
    #[arg(long, default_value = "")]
    pub prefix: String,
    /// A rule for the names of the ECR repositories, applied before the prefix. Repeatable.
    ///
    /// 'team/*=>$1' matches the whole name, with each `*` and `?` as a group. 'regex:^old-=>new-'
    /// replaces every match. Each rule applies to the result of the previous one. Without rules: the
    /// last part of the name, or the whole name if two repositories would get the same one.
    #[arg(long = "rename", value_name = "PATTERN=>REPLACEMENT", value_parser = parse_rename)]
    pub renames: Vec<RenameRule>,
    /// Create repositories with immutable tags.
    #[arg(long)]
    pub immutable: bool,
    /// Create repositories with scan on push.
    #[arg(long)]
    pub scan_on_push: bool,
    /// A JSON file with the repository policy of new repositories, such as who else can pull from
    /// them.
    #[arg(long, value_name = "FILE")]
    pub repository_policy: Option<PathBuf>,
    /// What to do if a tag already exists in ECR and points to another image.
    #[arg(long, value_enum, default_value_t = OnConflict::Refuse)]
    pub on_conflict: OnConflict,
    /// Confirm that lifecycle policies expire images as listed in the plan. Without it, the plan is
    /// written but can't be started.
    #[arg(long)]
    pub allow_expiry: bool,
    /// Don't copy referrers (signatures, attestations, SBOMs) that aren't part of an index.
    #[arg(long)]
    pub no_referrers: bool,
    /// Skip BuildKit's build caches, which can't be run. By default they are copied.
    #[arg(long)]
    pub skip_build_caches: bool,
    /// Copy one platform of each image, such as linux/amd64, instead of all. A Docker Engine has to
    /// hold that platform.
    #[arg(long, value_name = "OS/ARCHITECTURE")]
    pub platform: Option<String>,
    /// The plan file to write, such as plan.json.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    pub account: AccountArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnConflict {
    /// Don't start the plan.
    Refuse,
    /// Keep the image in ECR.
    Keep,
    /// Move the tag, if the repository allows it.
    Overwrite,
}

#[derive(Debug, Args)]
pub struct RunArguments {
    /// The plan file.
    pub plan: PathBuf,
    /// Run only one part of the plan.
    ///
    /// I/N runs part I of N, starting at 1. `aws-batch` selects the part of an AWS Batch array job
    /// from AWS_BATCH_JOB_ARRAY_INDEX and AWS_BATCH_JOB_ARRAY_SIZE.
    #[arg(long, value_name = "I/N", value_parser = parse_shard)]
    pub shard: Option<Shard>,
    /// Print events as JSON, one object per line.
    #[arg(long)]
    pub json: bool,
    /// The AWS profile to use instead of the plan's.
    #[arg(long, value_name = "NAME", conflicts_with = "machine_role")]
    pub aws_profile: Option<String>,
    /// Use the credentials of this machine instead of the plan's profile.
    ///
    /// The credentials are those that the AWS CLI uses without --profile: environment variables, the
    /// profile that they name, web identity, or the role of the container or instance.
    #[arg(long)]
    pub machine_role: bool,
    /// Allow the endpoints in the plan file: the ECR API, the registry, or a source with plain HTTP.
    ///
    /// Requests and credentials are sent to them. Not required if the AWS profile sets the same
    /// endpoints.
    #[arg(long)]
    pub allow_endpoints: bool,
    /// Confirm that lifecycle policies expire images as listed in the plan. Not required if the plan
    /// was made with --allow-expiry.
    #[arg(long)]
    pub allow_expiry: bool,
}

#[derive(Debug, Args)]
pub struct ReportArguments {
    /// The migration ID from `history`, or `latest`.
    #[arg(required_unless_present = "merge", conflicts_with = "merge")]
    pub migration: Option<String>,
    /// Merge the JSON reports of the parts of one plan. Patterns such as part-*.json are expanded.
    ///
    /// Exits with 1 unless every part is present and every image is verified or kept.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub merge: Vec<PathBuf>,
    /// The format of the report.
    #[arg(long, value_enum, default_value_t = Format::Markdown)]
    pub format: Format,
    /// The file to write. Default: standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Markdown,
    Csv,
    Json,
    Html,
}

#[derive(Debug, Args)]
pub struct UndoArguments {
    /// The migration ID from `history`, or `latest`.
    pub migration: String,
    /// Show what would be deleted and what would be left, with reasons. Makes no changes.
    #[arg(long)]
    pub dry_run: bool,
    /// Skip the confirmation.
    #[arg(long)]
    pub yes: bool,
    /// Print JSON: the plan with --dry-run, otherwise the result.
    #[arg(long)]
    pub json: bool,
}
