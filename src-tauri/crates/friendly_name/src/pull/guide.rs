//! The image that guides pull, and the guides.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use transload_model::RegistryHost;
use ts_rs::TS;

use crate::name::FriendlyName;
use crate::pull_policy::pull_policy;

/// The image that the guides pull.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullTarget {
    pub registry: RegistryHost,
    pub region: String,
    pub repository: String,
    /// `:TAG` or `@DIGEST`.
    pub reference: String,
    /// A name of one's own in front of the registry, for the clients that can use it.
    pub name: Option<FriendlyName>,
    pub aws: PullAws,
}

/// What the `aws` commands of the guides need to use the connection of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullAws {
    /// The command that prints the password of the registry on this computer.
    pub password: String,
    /// The same command for another computer, which has credentials of its own.
    pub password_elsewhere: String,
    /// ` --profile prod` for commands of other services, or nothing.
    pub profile_option: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "friendlyName.ts")]
pub enum PullClient {
    Docker,
    Podman,
    Containerd,
    Eks,
    KubeletProvider,
    ImagePullSecret,
    PodIdentity,
    Ecs,
    Lambda,
    GithubActions,
    GitlabCi,
}

/// How one client pulls the image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct PullGuide {
    pub client: PullClient,
    pub title: String,
    pub steps: Vec<PullStep>,
    /// The IAM or repository policy that allows the pull, as JSON.
    pub policy: Option<String>,
    /// Who needs the policy.
    pub policy_for: Option<String>,
    pub notes: Vec<String>,
}

/// A step, with its command or file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct PullStep {
    pub text: String,
    pub code: Option<String>,
}

/// The guides of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct PullGuides {
    /// The reference at ECR.
    pub image: String,
    pub guides: Vec<PullGuide>,
}

impl PullTarget {
    /// Returns the reference at ECR, which AWS services require.
    pub(super) fn image(&self) -> String {
        format!("{}/{}{}", self.registry, self.repository, self.reference)
    }

    /// Returns the registry that a client logs in to: the name of one's own, if there is one.
    pub(super) fn host(&self) -> &str {
        self.name.as_ref().map_or(self.registry.as_str(), FriendlyName::as_str)
    }

    /// Returns the reference at that registry.
    pub(super) fn named_image(&self) -> String {
        format!("{}/{}{}", self.host(), self.repository, self.reference)
    }

    pub(super) fn login(&self, client: &str) -> String {
        format!(
            "{} | {client} login --username AWS --password-stdin {}",
            self.aws.password,
            self.host()
        )
    }

    /// Returns a command of another service than ECR.
    pub(super) fn aws(&self, operation: &str, options: &str) -> String {
        format!("aws {operation}{} {options}", self.aws.profile_option)
    }

    pub(super) fn policy(&self) -> String {
        pretty(&pull_policy(&self.registry, &self.repository))
    }

    pub(super) fn account(&self) -> &str {
        self.registry.ecr_account().unwrap_or("111122223333")
    }
}

pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

pub(super) fn step(text: &str, code: impl Into<String>) -> PullStep {
    PullStep { text: text.to_owned(), code: Some(code.into()) }
}

pub(super) fn remark(text: &str) -> PullStep {
    PullStep { text: text.to_owned(), code: None }
}
