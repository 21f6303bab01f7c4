use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// What is said below the options.
const AFTER: &str = "\
Logins:
  A registry gets what `docker login` or `podman login` stored for it: inline, in a store of the
  operating system, or with a credential helper. A private Amazon ECR registry gets a token of the
  AWS profile instead. No secret is ever an argument.

Exit codes:
  0    every image has arrived, or was there already
  1    an image failed; the others went on
  2    the arguments, or a line of the list, make no sense
  3    nothing could be begun
  130  interrupted; what was under way was given up

Examples:
  transload-cli copy docker.io/library/alpine:3.22 \\
      111122223333.dkr.ecr.eu-west-1.amazonaws.com/alpine:3.22 --create-repositories
  transload-cli copy --all-tags quay.io/team/app registry.example/team/app
  transload-cli copy --list pairs.txt --json | jq -c 'select(.kind == \"image_finished\")'
  transload-cli digest docker.io/library/alpine:3.22";

/// Copies container images between registries, byte for byte, and keeps their digests.
///
/// Nothing is unpacked and nothing is kept on disk: manifests and layers go from one registry to the
/// other as they are, with every platform, attestation and signature. What the destination holds
/// already is not sent again.
#[derive(Debug, Parser)]
#[command(name = "transload-cli", version, after_help = AFTER)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Copy images from registry to registry.
    #[command(after_help = AFTER)]
    Copy(CopyArguments),
    /// Print the digest that a reference points to.
    Digest {
        /// The image, such as docker.io/library/alpine:3.22.
        reference: String,
        /// The registry answers in plain HTTP. (One on this computer always does.)
        #[arg(long)]
        plain_http: bool,
        #[command(flatten)]
        ecr: EcrArguments,
    },
}

#[derive(Debug, Args)]
pub struct CopyArguments {
    /// The image to copy, such as docker.io/library/alpine:3.22.
    #[arg(required_unless_present = "list", conflicts_with = "list")]
    pub source: Option<String>,
    /// Where it goes. What its tag points to is replaced.
    #[arg(required_unless_present = "list", conflicts_with = "list")]
    pub destination: Option<String>,
    /// Copy many: a file with SOURCE and DESTINATION on each line, or `-` for standard input. Empty
    /// lines and lines that begin with # are passed over.
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// Copy every tag: sources and destinations are repositories, without a tag.
    #[arg(long)]
    pub all_tags: bool,
    /// Leave signatures, attestations and other referrers behind that are no part of an index.
    #[arg(long)]
    pub no_referrers: bool,
    /// Copy one platform of each image, such as linux/amd64 or linux/arm/v7, instead of all. The
    /// digest at the destination is then the platform's own and not the one of the source's tag.
    #[arg(long, value_name = "OS/ARCHITECTURE")]
    pub platform: Option<String>,
    /// How many images are under way at the same time.
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// The source registries answer in plain HTTP. (One on this computer always does.)
    #[arg(long)]
    pub source_plain_http: bool,
    /// The destination registries answer in plain HTTP. (One on this computer always does.)
    #[arg(long)]
    pub destination_plain_http: bool,
    #[command(flatten)]
    pub ecr: EcrArguments,
    /// Create repositories that are missing in ECR, with ECR's default settings.
    #[arg(long)]
    pub create_repositories: bool,
    /// One JSON object on each line of standard output for each thing that happens.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct EcrArguments {
    /// The AWS profile for ECR; otherwise AWS_PROFILE, or `default`. Where it is given, the
    /// destination is taken for ECR whatever its host is called, as behind a VPC endpoint.
    #[arg(long, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// The AWS region; otherwise the one in the registry's host name, or the profile's.
    #[arg(long)]
    pub region: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_definition_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_copy_takes_a_pair_or_a_list_and_not_both() {
        assert!(parse("transload-cli copy a/b:1 c/b:1").is_ok());
        assert!(parse("transload-cli copy --list -").is_ok());
        for wrong in ["copy", "copy a/b:1", "copy a/b:1 c/b:1 --list -", "digest", "move a b"] {
            assert!(parse(&format!("transload-cli {wrong}")).is_err(), "{wrong}");
        }
    }
}
