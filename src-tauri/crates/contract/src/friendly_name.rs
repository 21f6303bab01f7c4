//! A name of your own in front of ECR: diagnosis, answers, files.

use serde::{Deserialize, Serialize};
pub use transload_friendly_name::{
    Ability, AbilityVerdict, AnswerId, CheckId, CheckResult, CheckState, ClientFile,
    ClientFileState, ClientProof, ClientVerdict, GeneratedFile, GeneratedFileId, NameAnswer,
    NameAnswers, NameClient, NameDiagnosis, NameDiagnosisRequest, NameProof, NameSituation,
    NameWarning, PrerequisiteId, ProofClient, ProofStep, PullClient, PullGuide, PullGuides,
    PullPrerequisite, PullStep, SituationAdvice,
};
use ts_rs::TS;

/// What to generate files for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct NameAnswersRequest {
    pub name: String,
    /// The host of the ECR registry. `null` for the registry of the connection.
    pub registry: Option<String>,
    /// The DNS server of the proxy. `null` for the one of a VPC.
    pub resolver: Option<String>,
    /// The ECR prefix of images that were copied from Docker Hub, such as `hub`.
    pub hub_prefix: Option<String>,
}

/// The image that should be pulled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct PullGuidesRequest {
    pub repository: String,
    /// A tag or a digest.
    pub reference: String,
    /// A name of one's own in front of the registry, for the clients that can use it.
    pub name: Option<String>,
}

/// What to test a name with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct NameProofRequest {
    pub name: String,
    /// The repository that a tiny image is pushed to. One that doesn't exist is created, and deleted again.
    pub repository: String,
}
