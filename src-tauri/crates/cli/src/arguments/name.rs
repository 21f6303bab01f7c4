//! The options of `name` and `pull-guide`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::arguments::account::AccountArguments;
use crate::arguments::help;

#[derive(Debug, Subcommand)]
pub enum NameCommand {
    /// Diagnose a name: DNS, certificate, login, manifests, layers, uploads, and the clients on this computer.
    ///
    /// Exits with 0 if nothing is wrong, and with 1 if a check failed.
    #[command(after_help = help::NAME_CHECK)]
    Check(NameCheckArguments),
    /// Push a tiny image through a name and pull it with the clients on this computer: docker, podman, skopeo, ctr.
    ///
    /// What was pushed is deleted. Exits with 1 if a client failed.
    #[command(after_help = help::NAME_TEST)]
    Test {
        /// The name, such as registry.example.com.
        name: String,
        /// The repository to push to. One that doesn't exist is created, and deleted again.
        #[arg(long, value_name = "REPOSITORY", default_value = "transload-name-test")]
        repository: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountArguments,
    },
    /// Show the three ways to set up a name: what each is for, what it can't do, and who can then pull.
    #[command(after_help = help::NAME_ANSWERS)]
    Answers {
        #[command(flatten)]
        target: NameTargetArguments,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the generated files to a folder, or print one: nginx, Caddy, registries.conf, hosts.toml,
    /// systemd, CloudFormation, and more.
    #[command(after_help = help::NAME_FILES)]
    Files {
        #[command(flatten)]
        target: NameTargetArguments,
        /// Print this file instead, such as nginx, caddy, cloud-formation, registries-conf or hosts-toml.
        #[arg(long, value_name = "FILE", conflicts_with = "out")]
        print: Option<String>,
        /// The folder to write to. Existing files are not overwritten.
        #[arg(long, value_name = "FOLDER", required_unless_present = "print")]
        out: Option<PathBuf>,
    },
    /// Install a file of a client on this computer, after showing it.
    #[command(after_help = help::NAME_INSTALL)]
    Install {
        #[command(flatten)]
        target: NameTargetArguments,
        /// The client whose file is installed.
        #[arg(long, value_enum)]
        client: RenamingClient,
        /// Skip the confirmation.
        #[arg(long)]
        yes: bool,
    },
    /// Restore what existed before `name install`, byte for byte.
    #[command(after_help = help::NAME_UNDO)]
    Undo {
        #[command(flatten)]
        target: NameTargetArguments,
        /// The client whose file is restored.
        #[arg(long, value_enum)]
        client: RenamingClient,
    },
}

#[derive(Debug, Args)]
pub struct NameCheckArguments {
    /// The name, such as registry.example.com.
    pub name: String,
    /// An image in the registry, such as team/app:1.0, to check manifests, layers and uploads.
    #[arg(long, value_name = "REPOSITORY:TAG")]
    pub image: Option<String>,
    /// Send your ECR token to the name. It is sent only if the certificate and the login challenge are correct.
    #[arg(long)]
    pub allow_token: bool,
    /// Start an upload of 2 MiB in the repository of the image, and cancel it.
    #[arg(long, requires = "allow_token", requires = "image")]
    pub allow_upload: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub account: AccountArguments,
}

#[derive(Debug, Args)]
pub struct NameTargetArguments {
    /// The name, such as registry.example.com.
    pub name: String,
    /// The ECR registry. Default: the registry of the AWS profile.
    #[arg(long, value_name = "HOST")]
    pub registry: Option<String>,
    /// The DNS server of the proxy. Default: the one of a VPC.
    #[arg(long, value_name = "ADDRESS")]
    pub resolver: Option<String>,
    /// The ECR prefix of images that were copied from Docker Hub, such as hub.
    #[arg(long, value_name = "PREFIX")]
    pub hub_prefix: Option<String>,
    #[command(flatten)]
    pub account: AccountArguments,
}

#[derive(Debug, Args)]
pub struct PullGuideArguments {
    /// The image, such as team/app:1.0 or team/app@sha256:DIGEST.
    pub image: String,
    /// A name of your own in front of the registry, for the clients that can use it.
    #[arg(long, value_name = "HOST")]
    pub name: Option<String>,
    /// Only this client, such as docker, podman, containerd, eks, kubelet-provider, image-pull-secret,
    /// pod-identity, ecs, lambda, github-actions or gitlab-ci. Default: all of them.
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
    /// Check whether this computer can pull the image: AWS credentials, permission, a client's login, network.
    ///
    /// Exits with 1 if something is missing.
    #[arg(long)]
    pub check: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub account: AccountArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RenamingClient {
    /// Podman, Buildah, CRI-O and skopeo: registries.conf.
    Podman,
    /// containerd and nerdctl: hosts.toml.
    Containerd,
}
