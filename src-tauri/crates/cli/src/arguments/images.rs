//! The options of the commands for images of any registry: `copy`, `digest`, `inspect`, `layers`, `files` and `diff`.

use std::path::PathBuf;

use clap::Args;

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
pub struct EcrArguments {
    /// The AWS profile for ECR.
    ///
    /// Default: what the AWS CLI uses without --profile, which is the keys in environment variables,
    /// the profile that AWS_DEFAULT_PROFILE or AWS_PROFILE names, web identity, the profile
    /// `default`, or the role of the container or instance. With a profile, the registry
    /// (for `copy`, the destination) is treated as ECR whatever its host name is, as behind a VPC endpoint.
    #[arg(long, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// The AWS region. Default: the region in the registry's host name, or of the profile.
    #[arg(long)]
    pub region: Option<String>,
}
