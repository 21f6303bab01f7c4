//! Opens a session for exactly the profile that the user chose. The `api` crate keeps one session per
//! connection.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_config::SdkConfig;
use url::Url;

use crate::config::endpoints::EndpointVariant;
use crate::error::AwsError;
use crate::sdk_error::{Call, Caller};
use crate::session::expiry_tracker::ExpiryTracker;
use crate::session::request::CallerIdentity;
use crate::session::role_chain_provider::RoleChainProvider;
use crate::session::sts::Sts;
use transload_model::{AccountId, Region};
use transload_network::Network;

/// A session with AWS. It signs as the chosen profile, even if the environment contains other keys.
#[derive(Clone)]
pub struct AwsSession {
    pub(super) caller: Arc<Caller>,
    pub(super) region: Region,
    pub(super) sdk: SdkConfig,
    pub(super) sts: Sts,
    pub(super) credentials: ExpiryTracker,
    pub(super) network: Network,
    /// The role chain of the profile. `None` for sessions without a profile.
    pub(super) role_chain: Option<RoleChainProvider>,
    pub(super) ecr_endpoint: Option<Url>,
    pub(super) inspector_endpoint: Option<Url>,
    pub(super) iam_endpoint: Option<Url>,
    pub(super) kms_endpoint: Option<Url>,
}

/// The name of a session with the machine's own credentials in messages.
pub(crate) const MACHINE_LABEL: &str = "(this machine's own credentials)";

impl AwsSession {
    /// Requests the caller identity from STS.
    pub async fn identity(&self) -> Result<CallerIdentity, AwsError> {
        let call = Call::new(&self.caller, "sts:GetCallerIdentity");
        let response = self
            .sts
            .client()
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| call.failed(error))?;
        let account = call.required(response.account(), "the account")?;
        Ok(CallerIdentity {
            account: AccountId::parse(account).map_err(|error| call.unusable(error))?,
            arn: call.required(response.arn(), "the ARN")?.to_owned(),
            region: self.region.clone(),
            expires_at_ms: self.credentials.expires_at().and_then(milliseconds),
        })
    }

    /// The network of the session: that of the environment, with the `ca_bundle` of the profile.
    pub fn network(&self) -> &Network {
        &self.network
    }

    pub fn region(&self) -> &Region {
        &self.region
    }

    /// Returns the same session in another region.
    pub fn in_region(&self, region: Region) -> Self {
        let named = aws_config::Region::new(region.as_str().to_owned());
        let sdk = self.sdk.to_builder().region(named).build();
        let sts = Sts::new(sdk.clone(), self.sts.endpoint().cloned());
        Self { region, sdk, sts, ..self.clone() }
    }

    /// Which kinds of endpoints the profile or the environment selects.
    pub fn endpoint_variant(&self) -> EndpointVariant {
        EndpointVariant {
            fips: self.sdk.use_fips().unwrap_or_default(),
            dual_stack: self.sdk.use_dual_stack().unwrap_or_default(),
        }
    }

    /// The endpoint of the ECR API that overrides the default one, such as a VPC endpoint.
    pub fn ecr_endpoint(&self) -> Option<&Url> {
        self.ecr_endpoint.as_ref()
    }

    #[cfg(test)]
    pub(crate) fn credentials(&self) -> &ExpiryTracker {
        &self.credentials
    }

    /// The caller, for messages.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }
}

impl fmt::Debug for AwsSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AwsSession")
            .field("profile", &self.caller.profile)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

fn milliseconds(time: SystemTime) -> Option<u64> {
    let since_1970 = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    u64::try_from(since_1970.as_millis()).ok()
}
