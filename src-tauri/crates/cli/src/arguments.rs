use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use transload_api::contract::{RenameRule, RenameRuleKind, Shard};

use crate::source::{Source, parse_source};

/// What is said below the options.
const AFTER: &str = "\
Logins:
  A registry gets what `docker login`, `podman login` or `skopeo login` stored for it or for the
  repository: in a file or with a credential helper. The first that has one counts, of
  DOCKER_AUTH_CONFIG, REGISTRY_AUTH_FILE (or $XDG_RUNTIME_DIR/containers/auth.json),
  ~/.config/containers/auth.json, and config.json in DOCKER_CONFIG or ~/.docker. A place that cannot
  be read is named in a warning, and counts as empty. A private Amazon ECR registry gets a token of
  the AWS profile instead. The code of an MFA device is asked for on the terminal. No secret is ever
  an argument.

Network:
  Proxies are taken from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, also in small letters. Where
  both spellings are set, registries are reached by the first, as with Docker, and AWS by the second,
  as with the AWS command line. No part of a proxy's login is ever shown or stored. Beside the certificate
  authorities of the system, those of --ca-file count (or of the file that is chosen in the window's
  settings), of AWS_CA_BUNDLE, and of a profile's ca_bundle.

Exit codes:
  0    every image is verified in ECR (or was copied, for `copy`), or was kept as it was because
       --on-conflict keep chose so; a part with nothing to do is 0 too
  1    an image failed, or nothing proves what ECR holds for it; the others were finished; or
       a lifecycle policy was not set, or a repository of the source could not be read. Of `report --merge`: a part is missing, or an image of a part failed or is not finished
  2    the arguments, or a line of the list, make no sense
  3    refused: nothing could be begun, or nothing was to be done
  4    stopped, because a person has to sign in to AWS; `resume` goes on with it
  130  interrupted; what was under way was given up, and `resume` goes on with it

Examples:
  transload-cli copy docker.io/library/alpine:3.22 \\
      111122223333.dkr.ecr.eu-west-1.amazonaws.com/alpine:3.22 --create-repositories
  transload-cli copy --all-tags quay.io/team/app registry.example/team/app
  transload-cli copy --list pairs.txt --json | jq -c 'select(.kind == \"image_finished\")'
  transload-cli digest docker.io/library/alpine:3.22
  transload-cli plan --from docker-hub:team --newest 5 --prefix hub/ --out plan.json
  transload-cli run plan.json && transload-cli report latest --format html --out report.html
  transload-cli resume latest
  transload-cli sign-in --aws-profile prod
  transload-cli undo latest --dry-run";

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
    /// A file with certificate authorities that are trusted beside those of the system, such as the
    /// one of a company's proxy; otherwise the one that is chosen in the window's settings.
    #[arg(long, value_name = "FILE", global = true)]
    pub ca_file: Option<PathBuf>,
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
    /// Say who you are for AWS: account, user or role, region, and how long the session lasts.
    Identity {
        #[command(flatten)]
        account: AccountArguments,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Sign in through IAM Identity Center (SSO), with a browser on this or any other computer. The
    /// AWS command line shares the session.
    SignIn {
        /// The AWS profile.
        #[arg(long, value_name = "NAME")]
        aws_profile: String,
    },
    /// Say what a migration would do, and write it to a file. Nothing else is written.
    #[command(after_help = AFTER)]
    Plan(Box<PlanArguments>),
    /// Run a plan, made here or in the window.
    #[command(after_help = AFTER)]
    Run(RunArguments),
    /// Go on with a migration that was interrupted or stopped, and try again what failed in it.
    Resume {
        /// The migration, as `history` names it; `latest` for the newest.
        migration: String,
        /// One JSON object on each line of standard output for each thing that happens.
        #[arg(long)]
        json: bool,
    },
    /// List the migrations that this computer knows, newest first.
    History {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the report of a migration, or of several that ran as parts of one plan.
    Report(ReportArguments),
    /// Ask registry and ECR anew what they hold of a migration, and compare the digests.
    Verify {
        /// The migration, as `history` names it; `latest` for the newest.
        migration: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Delete in ECR what a migration brought, and nothing else, after showing it.
    Undo(UndoArguments),
}

impl Command {
    /// Whether it asks anything of another computer.
    pub fn uses_network(&self) -> bool {
        !matches!(self, Self::History { .. } | Self::Report(_))
    }
}

#[derive(Debug, Args)]
pub struct UndoArguments {
    /// The migration, as `history` names it; `latest` for the newest.
    pub migration: String,
    /// Only show what would be deleted, and what would be left and why.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// As JSON: the plan of a dry run, otherwise what was done.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct PlanArguments {
    /// Where the images are: docker-hub:NAMESPACE (or several, with commas), registry:HOST,
    /// ecr:PROFILE or ecr:PROFILE/REGION for another Amazon ECR, docker-engine, practice or
    /// practice:NAMESPACE. Where a profile has a slash in its name and ecr:NAME could be read in two
    /// ways, ecr:profile=PROFILE,region=REGION is one; its region may be left out.
    #[arg(long, value_name = "SOURCE", value_parser = parse_source)]
    pub from: Source,
    /// Repositories as the source shows them, with `:TAG` for one image; nothing for all of them.
    #[arg(value_name = "REPOSITORY[:TAG]")]
    pub images: Vec<String>,
    /// Only tags like this, with `*` and `?`. May be given several times.
    #[arg(long, value_name = "PATTERN")]
    pub tags: Vec<String>,
    /// Only tags that match this regular expression. May be given several times.
    #[arg(long, value_name = "REGEX")]
    pub tags_regex: Vec<String>,
    /// Only tags that are versions in this range, such as '>=1.2, <3'. May be given several times.
    #[arg(long, value_name = "RANGE")]
    pub tags_versions: Vec<String>,
    /// No tags like this, with `*` and `?`. May be given several times.
    #[arg(long, value_name = "PATTERN")]
    pub without_tags: Vec<String>,
    /// Only so many tags of each repository, those that were pushed last.
    #[arg(long, value_name = "N")]
    pub newest: Option<u32>,
    /// Only tags that were pushed in so many days.
    #[arg(long, value_name = "DAYS")]
    pub pushed_within: Option<u32>,
    /// Only tags that were pulled in so many days.
    #[arg(long, value_name = "DAYS")]
    pub pulled_within: Option<u32>,
    /// What every ECR repository's name begins with, such as hub/.
    #[arg(long, default_value = "")]
    pub prefix: String,
    /// How ECR repositories are called, before the prefix: 'team/*=>$1' for the whole name, where each
    /// `*` and `?` is a group, or 'regex:^old-=>new-' wherever it matches. May be given several times;
    /// each goes on from what the one before left. Without any: the last part of the name, or the
    /// whole name where two would fall together.
    #[arg(long = "rename", value_name = "PATTERN=>REPLACEMENT", value_parser = parse_rename)]
    pub renames: Vec<RenameRule>,
    /// Tags of new repositories cannot be moved.
    #[arg(long)]
    pub immutable: bool,
    /// Images are scanned when they arrive in new repositories.
    #[arg(long)]
    pub scan_on_push: bool,
    /// A file with the policy of new repositories: who else may pull from them, as JSON.
    #[arg(long, value_name = "FILE")]
    pub repository_policy: Option<PathBuf>,
    /// What to do where a tag points to something else in ECR.
    #[arg(long, value_enum, default_value_t = OnConflict::Refuse)]
    pub on_conflict: OnConflict,
    /// Confirm that lifecycle policies expire images, as the plan lists them. Without it such a plan is
    /// written, and not started.
    #[arg(long)]
    pub allow_expiry: bool,
    /// Leave signatures, attestations and other referrers behind that are no part of an index.
    #[arg(long)]
    pub no_referrers: bool,
    /// One platform of each image, such as linux/amd64, instead of all. Of an image of the Docker Engine
    /// the engine has to hold that platform.
    #[arg(long, value_name = "OS/ARCHITECTURE")]
    pub platform: Option<String>,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    pub account: AccountArguments,
}

#[derive(Debug, Args)]
pub struct RunArguments {
    /// The plan.
    pub plan: PathBuf,
    /// Only one part of it: I/N with I from 1, or `aws-batch` for the part that an AWS Batch array
    /// job names by AWS_BATCH_JOB_ARRAY_INDEX and AWS_BATCH_JOB_ARRAY_SIZE.
    #[arg(long, value_name = "I/N", value_parser = parse_shard)]
    pub shard: Option<Shard>,
    /// One JSON object on each line of standard output for each thing that happens.
    #[arg(long)]
    pub json: bool,
    /// The AWS profile instead of the one that the plan was made with.
    #[arg(long, value_name = "NAME", conflicts_with = "machine_role")]
    pub aws_profile: Option<String>,
    /// Instead of the plan's profile what the AWS command line uses here without one: keys of the
    /// environment, the profile that it names, web identity, the role of the container or the instance.
    #[arg(long)]
    pub machine_role: bool,
    /// Send requests and credentials to the endpoints that the plan file names: the ECR API, the
    /// registry, a source without encryption. Not required where the AWS profile has the same ones.
    #[arg(long)]
    pub allow_endpoints: bool,
    /// Confirm that lifecycle policies expire images, as the plan lists them. Not required where it was
    /// confirmed for the plan.
    #[arg(long)]
    pub allow_expiry: bool,
}

#[derive(Debug, Args)]
pub struct ReportArguments {
    /// The migration, as `history` names it; `latest` for the newest.
    #[arg(required_unless_present = "merge", conflicts_with = "merge")]
    pub migration: Option<String>,
    /// Merge the reports of the parts of one plan, written as JSON. Patterns such as part-*.json are
    /// expanded. Ends with exit code 1 unless all parts are there and every image is verified or kept.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub merge: Vec<PathBuf>,
    /// What kind of text.
    #[arg(long, value_enum, default_value_t = Format::Markdown)]
    pub format: Format,
    /// The file to write; otherwise standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct AccountArguments {
    /// The AWS profile; otherwise what the AWS command line uses without one: keys of the environment,
    /// the profile that AWS_DEFAULT_PROFILE or AWS_PROFILE names, web identity, the profile `default`,
    /// the role of the container or the instance.
    #[arg(long, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// The AWS region; otherwise the profile's, AWS_REGION or AWS_DEFAULT_REGION.
    #[arg(long)]
    pub region: Option<String>,
    /// Another endpoint for the ECR API, such as a VPC endpoint.
    #[arg(long, value_name = "URL")]
    pub ecr_endpoint: Option<String>,
    /// Another address for the registry.
    #[arg(long, value_name = "URL")]
    pub registry_endpoint: Option<String>,
    /// The practice ECR inside the program; needs no AWS.
    #[arg(long, conflicts_with_all = ["aws_profile", "region", "ecr_endpoint", "registry_endpoint"])]
    pub practice: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnConflict {
    /// Plan nothing.
    Refuse,
    /// Leave ECR as it is.
    Keep,
    /// Move the tag, where the repository allows it.
    Overwrite,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Markdown,
    Csv,
    Json,
    Html,
}

fn parse_rename(text: &str) -> Result<RenameRule, String> {
    let (pattern, replacement) =
        text.rsplit_once("=>").ok_or("use PATTERN=>REPLACEMENT, such as 'team/*=>$1'")?;
    let (kind, pattern) = match pattern.strip_prefix("regex:") {
        Some(regex) => (RenameRuleKind::Regex, regex),
        None => (RenameRuleKind::Glob, pattern),
    };
    Ok(RenameRule { kind, pattern: pattern.to_owned(), replacement: replacement.to_owned() })
}

fn parse_shard(text: &str) -> Result<Shard, String> {
    let number = |text: &str| {
        text.trim().parse::<u32>().map_err(|_| format!("{text:?} is not a number of parts"))
    };
    if text == "aws-batch" {
        // Source: https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html
        let variable = |name: &str| {
            let value = std::env::var(name).map_err(|_| format!("{name} is not set"))?;
            number(&value)
        };
        let (index, parts) =
            (variable("AWS_BATCH_JOB_ARRAY_INDEX")?, variable("AWS_BATCH_JOB_ARRAY_SIZE")?);
        return Ok(Shard { part: index.saturating_add(1), parts });
    }
    let (part, parts) = text.split_once('/').ok_or("use I/N, such as 2/8, or aws-batch")?;
    Ok(Shard { part: number(part)?, parts: number(parts)? })
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
    /// The AWS profile for ECR; otherwise what the AWS command line uses without one: keys of the
    /// environment, the profile that AWS_DEFAULT_PROFILE or AWS_PROFILE names, web identity, the profile
    /// `default`, the role of the container or the instance. Where it is given, the destination is taken for ECR whatever its host is called, as behind a VPC endpoint.
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
    fn sources_and_parts_are_read() {
        for right in [
            "plan --from docker-hub:team --out p.json",
            "plan --from docker-hub:team,library --out p.json",
            "plan --from ecr:old/eu-west-1 --out p.json",
            "plan --from practice:acme --out p.json --practice",
            "plan --from registry:quay.io team/app team/api:1 --out p.json --practice",
            "plan --from practice --rename team/*=>$1 --rename regex:^old-=>new- --out p.json",
            "identity --aws-profile prod --json",
            "run p.json --shard 2/8",
            "run p.json --allow-endpoints",
            "run p.json --allow-expiry",
            "plan --from practice --out p.json --practice --allow-expiry",
            "report latest --format html",
            "report --merge a.json b.json --format csv",
            "undo latest --dry-run",
            "run p.json --ca-file corp.pem",
            "--ca-file corp.pem digest a/b:1",
        ] {
            assert!(parse(&format!("transload-cli {right}")).is_ok(), "{right}");
        }
        for wrong in [
            "plan --from team --out p.json",
            "plan --from docker-hub: --out p.json",
            "plan --from practice --out p.json --practice --region eu-west-1",
            "plan --from practice --rename team/* --out p.json",
            "run p.json --shard 2",
            "run p.json --shard aws-batch",
            "report",
            "report latest --merge a.json",
        ] {
            assert!(parse(&format!("transload-cli {wrong}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_rename_is_a_pattern_and_a_replacement() {
        let rule = |kind, pattern: &str, replacement: &str| RenameRule {
            kind,
            pattern: pattern.to_owned(),
            replacement: replacement.to_owned(),
        };
        let (glob, regex) = (RenameRuleKind::Glob, RenameRuleKind::Regex);
        assert_eq!(parse_rename("team/*=>$1"), Ok(rule(glob, "team/*", "$1")));
        assert_eq!(parse_rename("regex:^a=>=>"), Ok(rule(regex, "^a=>", "")));
        assert!(parse_rename("team/*=$1").is_err());
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
