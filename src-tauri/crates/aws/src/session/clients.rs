//! The clients of a session, at the endpoints that override AWS's own.

use std::sync::Arc;

use crate::config::endpoints::endpoint_text;
use crate::ecr::client::Ecr;
use crate::inspector::Inspector;
use crate::session::aws_session::AwsSession;
use transload_network::is_loopback;
use url::Url;

impl AwsSession {
    /// Returns a client of ECR in the session's region.
    pub fn ecr(&self) -> Ecr {
        let mut config = aws_sdk_ecr::config::Builder::from(&self.sdk);
        config.set_endpoint_url(self.ecr_endpoint.as_ref().map(endpoint_text));
        if self.ecr_endpoint.is_some() {
            // ECR's endpoint rules reject both options together with an endpoint override.
            config = config.use_fips(false).use_dual_stack(false);
        }
        // Encrypted, it may be a tunnel to AWS.
        let is_here = |url: &Url| url.scheme() == "http" && is_loopback(url);
        let clock = self.network.clock().clone();
        let clock = Some(clock).filter(|_| !self.ecr_endpoint.as_ref().is_some_and(is_here));
        Ecr::new(Arc::clone(&self.caller), aws_sdk_ecr::Client::from_conf(config.build()), clock)
    }

    /// Returns a client of Amazon Inspector in the session's region.
    pub fn inspector(&self) -> Inspector {
        let mut config = aws_sdk_inspector2::config::Builder::from(&self.sdk);
        config.set_endpoint_url(self.inspector_endpoint.as_ref().map(endpoint_text));
        if self.inspector_endpoint.is_some() {
            config = config.use_fips(false).use_dual_stack(false);
        }
        Inspector {
            caller: Arc::clone(&self.caller),
            client: aws_sdk_inspector2::Client::from_conf(config.build()),
        }
    }

    /// Returns a client of IAM in the session's partition.
    pub(crate) fn iam(&self) -> aws_sdk_iam::Client {
        let mut config = aws_sdk_iam::config::Builder::from(&self.sdk);
        config.set_endpoint_url(self.iam_endpoint.as_ref().map(endpoint_text));
        if self.iam_endpoint.is_some() {
            config = config.use_fips(false).use_dual_stack(false);
        }
        aws_sdk_iam::Client::from_conf(config.build())
    }

    /// Returns a client of KMS in the session's region.
    pub(crate) fn kms(&self) -> aws_sdk_kms::Client {
        let mut config = aws_sdk_kms::config::Builder::from(&self.sdk);
        config.set_endpoint_url(self.kms_endpoint.as_ref().map(endpoint_text));
        if self.kms_endpoint.is_some() {
            config = config.use_fips(false).use_dual_stack(false);
        }
        aws_sdk_kms::Client::from_conf(config.build())
    }
}
