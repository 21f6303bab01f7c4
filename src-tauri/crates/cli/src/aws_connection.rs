//! The AWS connection that the options of a command select.

use std::path::Path;

use transload_api::{Api, EcrOptions, environment_connection, without_endpoints};
use transload_contract::AwsConnection;

use crate::arguments::account::AccountArguments;
use crate::arguments::migration::RunArguments;

/// The credentials of the environment and of the machine, without a profile.
const MACHINE: AwsConnection =
    AwsConnection::Machine { region: None, ecr_endpoint: None, registry_endpoint: None };

/// Returns the account of the options, or the one that the environment selects.
pub fn from_account(account: &AccountArguments) -> AwsConnection {
    if account.practice {
        return AwsConnection::Practice;
    }
    environment_connection(EcrOptions {
        profile: account.aws_profile.clone(),
        region: account.region.clone(),
        ecr_endpoint: account.ecr_endpoint.clone(),
        registry_endpoint: account.registry_endpoint.clone(),
    })
}

/// Returns the connection that replaces the plan's own, if the options of `run` name one.
pub fn override_of_plan(arguments: &RunArguments) -> Option<AwsConnection> {
    match &arguments.aws_profile {
        Some(profile) => Some(AwsConnection::profile(profile)),
        None => arguments.machine_role.then_some(MACHINE),
    }
}

/// Returns the connection of a plan file. An invalid file is reported when the plan is started. MFA
/// codes go to the endpoints of the file only if those are allowed.
pub async fn of_plan_file(api: &Api, plan: &Path, allow_endpoints: bool) -> AwsConnection {
    match api.plan_file_destination(plan).await {
        Ok((_, connection)) if allow_endpoints => connection,
        Ok((_, connection)) => without_endpoints(&connection),
        Err(_) => MACHINE,
    }
}
