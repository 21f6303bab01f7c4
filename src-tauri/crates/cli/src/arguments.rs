//! The commands of `transload-cli` and their options. The doc comments are the text of `--help`;
//! `main` parses the arguments once and passes each command its own.

pub mod account;
mod help;
pub mod images;
pub mod migration;
pub mod name;
pub mod repositories;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::arguments::account::AccountArguments;
use crate::arguments::images::{
    CopyArguments, DiffArguments, EcrArguments, FilesArguments, InspectArguments,
};
use crate::arguments::migration::{PlanArguments, ReportArguments, RunArguments, UndoArguments};
use crate::arguments::name::{NameCommand, PullGuideArguments};
use crate::arguments::repositories::{
    CleanupArguments, LifecycleCommand, RestoreArguments, TagArguments,
};

/// Copies container images between registries byte for byte, so that their digests stay the same.
///
/// Manifests and layers go from one registry to the other unchanged, with every platform, attestation
/// and signature. Nothing is unpacked and nothing is stored on disk. Content that already exists at
/// the destination is not sent again.
#[derive(Debug, Parser)]
#[command(name = "transload-cli", version, after_help = help::PROGRAM)]
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
    #[command(after_help = help::COPY)]
    Copy(CopyArguments),
    /// Print the digest that a reference points to.
    #[command(after_help = help::DIGEST)]
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
    #[command(after_help = help::INSPECT)]
    Inspect(InspectArguments),
    /// Print the layers of an image with their sizes and the lines of the build that made them.
    #[command(after_help = help::LAYERS)]
    Layers(InspectArguments),
    /// Print the files in a layer of an image. Downloads the layer, unless it has a table of contents.
    #[command(after_help = help::FILES)]
    Files(FilesArguments),
    /// Print the differences between two images: platforms, configuration, layers.
    ///
    /// The images may be in different registries. Exits with 5 if they differ.
    #[command(after_help = help::DIFF)]
    Diff(DiffArguments),
    /// Print your AWS identity: account, user or role, region, and when the session expires.
    #[command(after_help = help::IDENTITY)]
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
    #[command(after_help = help::SIGN_IN)]
    SignIn {
        /// The AWS profile, such as prod.
        #[arg(long, value_name = "NAME")]
        aws_profile: String,
    },
    /// Plan a migration and write the plan to a file. Makes no changes in ECR.
    #[command(after_help = help::PLAN)]
    Plan(Box<PlanArguments>),
    /// Run a plan that was made with `plan` or exported from the window.
    #[command(after_help = help::RUN)]
    Run(RunArguments),
    /// Resume a migration that was interrupted or stopped, and retry its failed images.
    #[command(after_help = help::RESUME)]
    Resume {
        /// The migration ID from `history`, or `latest`.
        migration: String,
        /// Print events as JSON, one object per line.
        #[arg(long)]
        json: bool,
    },
    /// List the migrations that were run on this computer, newest first.
    #[command(after_help = help::HISTORY)]
    History {
        /// Print JSON, one object per line.
        #[arg(long)]
        json: bool,
    },
    /// Write the report of a migration, or merge the reports of the parts of one plan.
    #[command(after_help = help::REPORT)]
    Report(ReportArguments),
    /// Read the source and ECR again and compare the digests of a migration.
    #[command(after_help = help::VERIFY)]
    Verify {
        /// The migration ID from `history`, or `latest`.
        migration: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Delete what a migration pushed to ECR, and nothing else, after confirmation.
    #[command(after_help = help::UNDO)]
    Undo(UndoArguments),
    /// Diagnose and set up a name of your own in front of ECR, such as registry.example.com.
    #[command(subcommand)]
    Name(NameCommand),
    /// Show how Docker, Podman, Kubernetes, ECS, Lambda and CI systems pull an image from ECR, with the policy
    /// that each requires.
    #[command(after_help = help::PULL_GUIDE)]
    PullGuide(PullGuideArguments),
    /// Lifecycle policies of ECR repositories.
    Lifecycle {
        #[command(subcommand)]
        command: LifecycleCommand,
    },
    /// Print what can be deleted from a repository, by class, and delete it after confirmation.
    ///
    /// Keeps images that run, that others pulled or Transload migrated in the last 30 days, that were pushed or signed
    /// in the last 7 days, that belong to a pull-through cache or to an index that stays, or that have a protected tag,
    /// and prints the reason for each. Reads by Transload don't count as pulls.
    #[command(after_help = help::CLEANUP)]
    Cleanup(CleanupArguments),
    /// List the deletions of images and tags that were run on this computer, newest first.
    #[command(after_help = help::DELETIONS)]
    Deletions {
        /// List tags that were added or moved, and images that were archived or restored, instead of deletions.
        #[arg(long)]
        changes: bool,
        /// Print JSON, one object per line.
        #[arg(long)]
        json: bool,
    },
    /// Restore what a deletion deleted, as long as ECR has the layers, after confirmation.
    ///
    /// Pushes the manifests that were recorded before the deletion, and sets tags again that were deleted without their
    /// image. Tags that now point to another image are unchanged.
    #[command(after_help = help::RESTORE)]
    Restore(RestoreArguments),
    /// Add a tag to an image in ECR, or move it from another image after confirmation.
    ///
    /// Pushes the manifest of the image under the tag, with the same digest. No layer is read or sent.
    #[command(after_help = help::TAG)]
    Tag(TagArguments),
    /// Serve practice mode, an ECR and a Docker Hub on this computer, until Ctrl-C.
    ///
    /// Prints the environment for the AWS CLI, docker and crane as lines for a shell. The window's practice mode uses
    /// the same data and can't run at the same time.
    #[command(after_help = help::PRACTICE)]
    Practice(PracticeArguments),
}

#[derive(Debug, Args)]
pub struct PracticeArguments {
    /// Print JSON instead of lines for a shell.
    #[arg(long)]
    pub json: bool,
    /// Add example repositories: images, signatures, SBOMs and other artifacts of several ages.
    #[arg(long)]
    pub examples: bool,
}

impl Command {
    /// Returns whether the command sends requests. The others need no proxy and no AWS profile.
    pub fn uses_network(&self) -> bool {
        !matches!(
            self,
            Self::History { .. } | Self::Deletions { .. } | Self::Report(_) | Self::Practice(_)
        )
    }
}

#[cfg(test)]
mod tests;
