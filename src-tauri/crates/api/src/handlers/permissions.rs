//! The command that checks the permissions of a plan.

use transload_aws::{CheckMethod, PermissionCheck};
use transload_contract::{PermissionBasis, PlanPermissions};
use transload_errors::ApiError;
use transload_migration::ResourceLocation;
use transload_model::{AccountId, Region};

use crate::api::Api;
use crate::convert;

impl Api {
    /// Returns whether the caller has the permissions that a plan requires. Writes nothing. Plans
    /// can start without this check.
    pub async fn migration_permissions(&self, plan: String) -> Result<PlanPermissions, ApiError> {
        let ready = self.inner.plans.get(&plan)?;
        let connected = &ready.endpoints.connected;
        let identity = &connected.identity;
        let region = Region::parse(&identity.region);
        let region = region.map_err(|error| ApiError::internal(error.to_string()))?;
        let account = AccountId::parse(&identity.account_id);
        let account = account.map_err(|error| ApiError::internal(error.to_string()))?;
        let needed =
            transload_migration::permissions(&ready.plan, &ResourceLocation::new(region, account));
        let wanted: Vec<_> = needed.iter().map(|needed| needed.permission.clone()).collect();
        if identity.practice {
            let all = PermissionCheck::all_allowed(&wanted, CheckMethod::Root);
            return Ok(convert::plan_permissions(&needed, all, Some(PermissionBasis::Practice)));
        }
        let check = connected.session.check_permissions(&identity.arn, &wanted).await;
        Ok(convert::plan_permissions(&needed, check, None))
    }
}
