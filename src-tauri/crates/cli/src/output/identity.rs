//! The result of `identity`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use indicatif::HumanDuration;
use transload_contract::AwsIdentity;

use crate::output::line;

/// Prints account, ARN, region and when the credentials expire.
pub fn print(identity: &AwsIdentity) {
    line(&format!("account  {}", identity.account_id));
    line(&format!("arn      {}", identity.arn));
    line(&format!("region   {}", identity.region));
    if let Some(expires_at) = identity.expires_at_ms {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let left = Duration::from_millis(expires_at).saturating_sub(now);
        line(&format!("expires  in {}", HumanDuration(left)));
    }
}
