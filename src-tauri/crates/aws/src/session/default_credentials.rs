//! Selects the credentials if no profile was chosen, like the AWS CLI without `--profile`.
//!
//! Source: `botocore.credentials.create_credential_resolver`, and `AssumeRoleWithWebIdentityProvider`
//! for the variables of a web identity.

use aws_credential_types::Credentials;

use crate::config::environment::AwsEnvironment;
use crate::config::profile_problem::ProfileProblem;
use crate::config::profile_set::ConfiguredProfiles;
use crate::config::role_chain::{BaseCredentials, RoleChain, assumes_role, resolve_role_chain};
use crate::error::AwsError;

/// The name of the keys of the environment in messages.
pub(crate) const ENVIRONMENT_LABEL: &str = "(keys of the environment)";

const TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
const ROLE: &str = "AWS_ROLE_ARN";
const ROLE_SESSION: &str = "AWS_ROLE_SESSION_NAME";

/// Where the default credentials come from.
pub(crate) enum DefaultCredentials {
    /// Access keys in the environment.
    Keys(Credentials),
    /// A profile, or the web identity of the environment.
    Profile(RoleChain),
    /// The role of the container or the instance.
    Machine,
}

/// Selects the credentials. `name` is the default profile of the environment.
pub(crate) fn default_credentials(
    environment: &AwsEnvironment,
    profiles: &ConfiguredProfiles,
    name: &str,
) -> Result<DefaultCredentials, AwsError> {
    let invalid =
        |of: &str, detail: String| AwsError::ProfileInvalid { profile: of.to_owned(), detail };
    if let Some(keys) = environment.keys() {
        let keys = keys
            .credentials()
            .map_err(|problem| invalid(ENVIRONMENT_LABEL, problem.to_string()))?;
        return Ok(DefaultCredentials::Keys(keys));
    }
    let profile = profiles.profile(name);
    if !profile.is_some_and(assumes_role)
        && let Some(token_file) = environment.variable(TOKEN_FILE)
    {
        let profile_setting = |setting: &str| profile.and_then(|profile| profile.get(setting));
        let role_arn = environment.variable(ROLE).or_else(|| profile_setting("role_arn"));
        let missing = || invalid(name, format!("{TOKEN_FILE} is set, but {ROLE} is not"));
        let session =
            environment.variable(ROLE_SESSION).or_else(|| profile_setting("role_session_name"));
        let base = BaseCredentials::WebIdentity {
            role_arn: role_arn.ok_or_else(missing)?.to_owned(),
            token_file: token_file.to_owned(),
            session_name: session.map(str::to_owned),
            setting_location: TOKEN_FILE.to_owned(),
        };
        return Ok(DefaultCredentials::Profile(RoleChain { base, roles: Vec::new() }));
    }
    match profile.map(|_| resolve_role_chain(profiles, name)) {
        None => Ok(DefaultCredentials::Machine),
        Some(Ok(chain)) => Ok(DefaultCredentials::Profile(chain)),
        Some(Err(problem)) => match problem.problem {
            // A profile may contain only a region.
            ProfileProblem::NoCredentials => Ok(DefaultCredentials::Machine),
            _ => Err(invalid(name, problem.to_string())),
        },
    }
}
