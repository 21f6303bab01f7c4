//! Settings of the SDK that sessions and sign-ins share.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::profile::ProfileSet;

use crate::config::environment::AwsEnvironment;
use crate::config::profile_set::sdk_name;
use transload_network::{CaOrigin, Network};

/// ECR and STS respond faster than this.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// The SDK's defaults as of this date, so that an update of the SDK does not change them silently.
pub(crate) fn behavior_version() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// Returns the network of the environment with the certificate authorities of the profile. Source: the
/// AWS SDKs and Tools Reference Guide, `ca_bundle`.
pub(crate) fn profile_network(
    environment: &AwsEnvironment,
    profiles: &ProfileSet,
    name: &str,
) -> Network {
    let profile = profiles.get_profile(&sdk_name(name));
    let file = profile.and_then(|profile| profile.get("ca_bundle"));
    match file.map(str::trim).filter(|path| !path.is_empty()) {
        Some(path) => {
            let origin = CaOrigin::Profile { name: name.to_owned() };
            environment.network().with_ca_file(origin, &environment.expand_home(path))
        }
        None => environment.network().clone(),
    }
}
