//! The commands of `transload-cli` and their options. The doc comments are the text of `--help`;
//! `main` parses the arguments once and passes each command its own.

pub mod account;
pub mod name;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use values::{parse_rename, parse_shard};

use crate::arguments::account::AccountArguments;
use crate::arguments::name::{NameCommand, PullGuideArguments};
use crate::plan_source::{Source, parse_source};
use transload_contract::{CleanupClass, RenameRule, Shard};

/// Follows the options in the help of the commands that use registries.
const AFTER_HELP: &str = include_str!("arguments/help.txt");

/// Copies container images between registries byte for byte, so that their digests stay the same.
///
/// Manifests and layers go from one registry to the other unchanged, with every platform, attestation
/// and signature. Nothing is unpacked and nothing is stored on disk. Content that already exists at
/// the destination is not sent again.
#[derive(Debug, Parser)]
#[command(name = "transload-cli", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// A PEM file with certificate authorities to trust in addition to the system's, such as the one
    /// of a company proxy. Default: the file chosen in the window's settings.
    #[arg(long, value_name = "FILE", global = true)]
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Copy images from one registry to another.
    #[command(after_help = AFTER_HELP)]
    Copy(CopyArguments),
    /// Print the digest that a reference points to.
    Digest {
        /// The image, such as docker.io/library/alpine:3.22.
        reference: String,
        /// Use plain HTTP for the registry. Not required for a registry on this computer.
        #[arg(long)]
        plain_http: bool,
        #[command(flatten)]
        ecr: EcrArguments,
    },
    /// Print what an image contains: platforms, configuration, labels, size. Downloads no layer.
    #[command(after_help = AFTER_HELP)]
    Inspect(InspectArguments),
    /// Print the layers of an image with their sizes and the lines of the build that made them.
    #[command(after_help = AFTER_HELP)]
    Layers(InspectArguments),
    /// Print the files in a layer of an image. Downloads the layer, unless it has a table of contents.
    #[command(after_help = AFTER_HELP)]
    Files(FilesArguments),
    /// Print the differences between two images: platforms, configuration, layers.
    ///
    /// The images may be in different registries. Exits with 5 if they differ.
    #[command(after_help = AFTER_HELP)]
    Diff(DiffArguments),
    /// Print your AWS identity: account, user or role, region, and when the session expires.
    Identity {
        #[command(flatten)]
        account: AccountArguments,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Sign in through IAM Identity Center (SSO), in a browser on this or any other computer.
    ///
    /// The AWS CLI shares the session.
    SignIn {
        /// The AWS profile, such as prod.
        #[arg(long, value_name = "NAME")]
        aws_profile: String,
    },
    /// Plan a migration and write the plan to a file. Makes no changes in ECR.
    #[command(after_help = AFTER_HELP)]
    Plan(Box<PlanArguments>),
    /// Run a plan that was made with `plan` or exported from the window.
    #[command(after_help = AFTER_HELP)]
    Run(RunArguments),
    /// Resume a migration that was interrupted or stopped, and retry its failed images.
    Resume {
        /// The migration ID from `history`, or `latest`.
        migration: String,
        /// Print events as JSON, one object per line.
        #[arg(long)]
        json: bool,
    },
    /// List the migrations that were run on this computer, newest first.
    History {
        /// Print JSON, one object per line.
        #[arg(long)]
        json: bool,
    },
    /// Write the report of a migration, or merge the reports of the parts of one plan.
    Report(ReportArguments),
    /// Read the source and ECR again and compare the digests of a migration.
    Verify {
        /// The migration ID from `history`, or `latest`.
        migration: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Delete what a migration pushed to ECR, and nothing else, after confirmation.
    Undo(UndoArguments),
    /// Diagnose and set up a name of your own in front of ECR, such as registry.example.com.
    #[command(subcommand)]
    Name(NameCommand),
    /// Show how Docker, Podman, Kubernetes, ECS, Lambda and CI systems pull an image from ECR, with the policy
    /// that each requires.
    PullGuide(PullGuideArguments),
    /// Lifecycle policies of ECR repositories.
    Lifecycle {
        #[command(subcommand)]
        command: LifecycleCommand,
    },
    /// Print what can be deleted from a repository, by class, and delete it after a confirmation.
    ///
    /// Never offers images with protected tags, images that were pushed in the last 7 days, and images of indexes that
    /// stay. Reads by Transload don't count as pulls.
    #[command(after_help = AFTER_HELP)]
    Cleanup(CleanupArguments),
    /// Serve practice mode, an ECR and a Docker Hub on this computer, until Ctrl-C.
    ///
    /// Prints the environment for the AWS CLI, docker and crane as lines for a shell. The window's practice mode uses
    /// the same data and can't run at the same time.
    Practice(PracticeArguments),
}

#[derive(Debug, Subcommand)]
pub enum LifecycleCommand {
    /// Print what a lifecycle policy would delete and archive, according to ECR's own preview. Makes no changes.
    #[command(after_help = AFTER_HELP)]
    Preview(LifecyclePreviewArguments),
}

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
    /// Read indexes also if the lifecycle policy uses pull times. ECR may count reading as a pull.
    #[arg(long)]
    pub read_indexes: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub account: AccountArguments,
}

/// The classes of `cleanup`, the safest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Class {
    /// Signatures and attestations whose image is gone.
    Orphans,
    /// Untagged indexes that no other index lists, with their platforms.
    SupersededIndexes,
    /// Untagged images that no index lists.
    LooseImages,
    /// Build caches that were not pushed for 30 days.
    BuildCaches,
    /// Tagged images that nobody pulled for a long time.
    Unused,
}

impl From<Class> for CleanupClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Orphans => Self::Orphans,
            Class::SupersededIndexes => Self::SupersededIndexes,
            Class::LooseImages => Self::LooseImages,
            Class::BuildCaches => Self::BuildCaches,
            Class::Unused => Self::Unused,
        }
    }
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

#[derive(Debug, Args)]
pub struct PracticeArguments {
    /// Print JSON instead of lines for a shell.
    #[arg(long)]
    pub json: bool,
}

impl Command {
    /// Returns whether the command sends requests. The others need no proxy and no AWS profile.
    pub fn uses_network(&self) -> bool {
        !matches!(self, Self::History { .. } | Self::Report(_) | Self::Practice(_))
    }
}

#[derive(Debug, Args)]
pub struct InspectArguments {
    /// The image, such as docker.io/library/alpine:3.22.
    #[arg(value_name = "IMAGE")]
    pub reference: String,
    /// The platform to show, such as linux/arm64. Default: linux/amd64, or the first one.
    #[arg(long, value_name = "OS/ARCHITECTURE")]
    pub platform: Option<String>,
    #[command(flatten)]
    pub access: ImageAccess,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct FilesArguments {
    /// The image, such as docker.io/library/alpine:3.22.
    #[arg(value_name = "IMAGE")]
    pub reference: String,
    /// The number of the layer, as `layers` prints it. 1 is the lowest layer.
    #[arg(long, value_name = "NUMBER")]
    pub layer: usize,
    /// The platform to list, such as linux/arm64. Default: linux/amd64, or the first one.
    #[arg(long, value_name = "OS/ARCHITECTURE")]
    pub platform: Option<String>,
    #[command(flatten)]
    pub access: ImageAccess,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct DiffArguments {
    /// The first image, such as docker.io/library/alpine:3.21.
    #[arg(value_name = "IMAGE")]
    pub left: String,
    /// The second image, such as docker.io/library/alpine:3.22.
    #[arg(value_name = "OTHER")]
    pub right: String,
    /// The platform to compare, such as linux/arm64. Default: linux/amd64, or the first one.
    #[arg(long, value_name = "OS/ARCHITECTURE")]
    pub platform: Option<String>,
    #[command(flatten)]
    pub access: ImageAccess,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ImageAccess {
    /// Show values that look like passwords, tokens or keys. They are hidden by default.
    #[arg(long)]
    pub show_secrets: bool,
    /// Use plain HTTP for the registry. Not required for a registry on this computer.
    #[arg(long)]
    pub plain_http: bool,
    #[command(flatten)]
    pub ecr: EcrArguments,
    /// Read from the built-in practice ECR. The image is then a repository with a tag or digest,
    /// such as team/app:1.
    #[arg(long, conflicts_with_all = ["aws_profile", "region", "plain_http"])]
    pub practice: bool,
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

#[derive(Debug, Args)]
pub struct PlanArguments {
    /// The source of the images.
    ///
    /// docker-hub:NAMESPACE (several separated by commas), registry:HOST, ecr:PROFILE or
    /// ecr:PROFILE/REGION for another Amazon ECR, docker-engine, practice, or practice:NAMESPACE. If
    /// a profile's name contains a slash and ecr:NAME is ambiguous, use
    /// ecr:profile=PROFILE,region=REGION; the region is optional.
    #[arg(long, value_name = "SOURCE", value_parser = parse_source)]
    pub from: Source,
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
pub enum OnConflict {
    /// Don't start the plan.
    Refuse,
    /// Keep the image in ECR.
    Keep,
    /// Move the tag, if the repository allows it.
    Overwrite,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Markdown,
    Csv,
    Json,
    Html,
}

#[derive(Debug, Args)]
pub struct CopyArguments {
    /// The image to copy, such as docker.io/library/alpine:3.22.
    #[arg(required_unless_present = "list", conflicts_with = "list")]
    pub source: Option<String>,
    /// The destination, such as registry.example/alpine:3.22. An existing tag is overwritten.
    #[arg(required_unless_present = "list", conflicts_with = "list")]
    pub destination: Option<String>,
    /// Copy many images: a file with SOURCE and DESTINATION on each line, or `-` for standard input.
    /// Empty lines and lines that begin with # are ignored.
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// Copy every tag. SOURCE and DESTINATION are repositories without a tag.
    #[arg(long)]
    pub all_tags: bool,
    /// Don't copy referrers (signatures, attestations, SBOMs) that aren't part of an index.
    #[arg(long)]
    pub no_referrers: bool,
    /// Copy one platform of each image, such as linux/amd64 or linux/arm/v7, instead of all. The
    /// destination then has the digest of that platform, not the digest of the source tag.
    #[arg(long, value_name = "OS/ARCHITECTURE")]
    pub platform: Option<String>,
    /// Copy at most N images at a time.
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Use plain HTTP for the source registries. Not required for a registry on this computer.
    #[arg(long)]
    pub source_plain_http: bool,
    /// Use plain HTTP for the destination registries. Not required for a registry on this computer.
    #[arg(long)]
    pub destination_plain_http: bool,
    #[command(flatten)]
    pub ecr: EcrArguments,
    /// Create ECR repositories that don't exist, with the default settings of ECR.
    #[arg(long)]
    pub create_repositories: bool,
    /// Print events as JSON, one object per line.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct EcrArguments {
    /// The AWS profile for ECR.
    ///
    /// Default: what the AWS CLI uses without --profile, which is the keys in environment variables,
    /// the profile that AWS_DEFAULT_PROFILE or AWS_PROFILE names, web identity, the profile
    /// `default`, or the role of the container or instance. With a profile, the destination is
    /// treated as ECR whatever its host name is, as behind a VPC endpoint.
    #[arg(long, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// The AWS region. Default: the region in the registry's host name, or of the profile.
    #[arg(long)]
    pub region: Option<String>,
}

#[cfg(test)]
mod tests;
