//! Finds out whose policies apply to a caller, from the ARN that STS returns.

/// Prefix of the roles of IAM Identity Center, and the path of these roles, which the ARN of a session
/// omits. Source: AWS IAM Identity Center user guide, "Referencing permission sets".
const IDENTITY_CENTER_ROLE: &str = "AWSReservedSSO_";
const IDENTITY_CENTER_PATH: &str = "aws-reserved/sso.amazonaws.com/";

/// A caller as IAM sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    /// The root user of the account.
    Root,
    /// A user, by its ARN.
    User(String),
    /// A session of a role.
    Role {
        /// Partition and account as in ARNs: `aws:iam::123456789012`.
        place: String,
        /// The name of the role, without its path.
        name: String,
    },
    /// A federated user, or another caller that IAM can't simulate.
    Federated,
}

impl Principal {
    /// Parses the ARN of a caller.
    pub(crate) fn of_caller(arn: &str) -> Self {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", partition, service, _, account, resource] = parts[..] else {
            return Self::Federated;
        };
        match (service, resource.split('/').collect::<Vec<_>>().as_slice()) {
            ("iam", ["root"]) => Self::Root,
            ("iam", ["user", ..]) => Self::User(arn.to_owned()),
            ("sts", ["assumed-role", name, ..]) => Self::Role {
                place: format!("{partition}:iam::{account}"),
                name: (*name).to_owned(),
            },
            _ => Self::Federated,
        }
    }

    /// Returns the ARNs that may identify the caller's policies, the most likely first. For callers
    /// that are not allowed to call GetRole.
    pub(crate) fn likely_arns(&self) -> Vec<String> {
        match self {
            Self::User(arn) => vec![arn.clone()],
            Self::Role { place, name } if name.starts_with(IDENTITY_CENTER_ROLE) => {
                vec![format!("arn:{place}:role/{IDENTITY_CENTER_PATH}{name}")]
            }
            Self::Role { place, name } => vec![format!("arn:{place}:role/{name}")],
            Self::Root | Self::Federated => Vec::new(),
        }
    }
}

/// Returns the ARN of the user or role of a caller, as IAM and ECR name it. `None` for the root user and federated users.
/// The path of a role isn't in the ARN of its session, so that a role with a path is named without it.
pub fn likely_principal(caller: &str) -> Option<String> {
    Principal::of_caller(caller).likely_arns().into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_of_a_caller_identifies_its_policies() {
        let role = |place: &str, name: &str| Principal::Role {
            place: place.to_owned(),
            name: name.to_owned(),
        };
        let user = "arn:aws:iam::123456789012:user/team/ada";
        for (arn, principal) in [
            ("arn:aws:iam::123456789012:root", Principal::Root),
            (user, Principal::User(user.to_owned())),
            (
                "arn:aws-cn:sts::123456789012:assumed-role/push/session@corp",
                role("aws-cn:iam::123456789012", "push"),
            ),
            ("arn:aws:sts::123456789012:federated-user/bob", Principal::Federated),
            ("nonsense", Principal::Federated),
        ] {
            assert_eq!(Principal::of_caller(arn), principal, "{arn}");
        }
    }

    #[test]
    fn a_role_of_identity_center_has_its_path() {
        let arn = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_1a2b/ada";
        assert_eq!(
            Principal::of_caller(arn).likely_arns(),
            [
                "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1a2b"
            ]
        );
    }
}
