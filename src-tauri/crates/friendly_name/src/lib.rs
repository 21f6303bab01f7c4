//! A name of your own in front of Amazon ECR, such as `registry.example.com`.
//!
//! - `name`: [`FriendlyName`], the name with an optional port.
//! - `diagnosis`: the result of a diagnosis. `finding` has everything that a check can find and its words, and
//!   `verdict` says what follows for each client.
//! - `diagnose`: runs the twelve checks of `checks` in order, with what they share in `examination`. `resolver` looks up names with their CNAME chain,
//!   and `probe` sends the requests.
//! - `clients`: what the clients on this computer are configured to do with a name.
//! - `answers`: what is offered in which situation, and what to avoid. `generate` writes the files of each answer, and
//!   `client_files` installs those of this computer and undoes it.
//! - `prove`: pushes and pulls a tiny image through the name with the clients on this computer.
//! - `pull`: how each client pulls an image, with the policy that it requires, and whether this computer can.
//!
//! The crate changes nothing at a registry unless the user agreed to an upload, which is cancelled again. An
//! authorization token is sent only after the certificate and the authentication scheme were found correct.
//! Called by the `api` crate.

// In tests, a failed unwrap is a failed test.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answers;
mod checks;
mod client_files;
mod clients;
mod diagnose;
mod diagnosis;
mod examination;
mod finding;
mod finding_words;
mod generate;
mod name;
mod probe;
mod prove;
mod pull;
mod pull_policy;
mod resolver;
#[cfg(test)]
mod tests;
mod verdict;

pub use answers::{
    NameAnswer, NameAnswers, NameSituation, NameWarning, SituationAdvice, answers, situations,
    warnings,
};
pub use client_files::{ClientFile, ClientFileError, ClientFileState, ClientFileStore};
pub use clients::files::ClientFiles;
pub use diagnose::diagnose;
pub use diagnosis::{
    Ability, AbilityVerdict, CheckId, CheckResult, CheckState, ClientVerdict, NameClient,
    NameDiagnosis, NameDiagnosisRequest,
};
pub use examination::DiagnosisEnvironment;
pub use generate::file::{AnswerId, GeneratedFile, GeneratedFileId, NameTarget, VPC_RESOLVER};
pub use generate::{generate, generate_file};
pub use name::{FriendlyName, InvalidFriendlyName};
pub use probe::{RegistryBehind, RegistryCredentials};
pub use prove::proof::{ClientProof, NameProof, ProofClient, ProofEnvironment, ProofStep};
pub use prove::{proof_tag, prove};
pub use pull::guide::{PullAws, PullClient, PullGuide, PullGuides, PullStep, PullTarget};
pub use pull::prerequisites::{
    IdentityOutcome, PrerequisiteId, PullPrerequisite, pull_prerequisites,
};
pub use pull::pull_guides;
pub use resolver::{NameResolver, ResolutionError, ResolvedName, SystemResolver};
