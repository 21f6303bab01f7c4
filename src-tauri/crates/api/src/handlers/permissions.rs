use transload_engine::aws::{Basis, CheckedPermission, PermissionCheck, Standing};
use transload_engine::migration::{self, NeededPermission, Place};
use transload_engine::model::{AccountId, Region};

use crate::api::Api;
use crate::contract::{ApiError, PermissionBasis, PlanPermissions};
use crate::convert;

impl Api {
    /// Whether the caller may do what a plan would do. Writes nothing; a plan is made and started
    /// without it.
    pub async fn migration_permissions(&self, plan: String) -> Result<PlanPermissions, ApiError> {
        let ready = self.inner.plans.get(&plan)?;
        let connected = &ready.ends.connected;
        let identity = &connected.identity;
        let region = Region::parse(&identity.region);
        let region = region.map_err(|error| ApiError::internal(error.to_string()))?;
        let account = AccountId::parse(&identity.account_id);
        let account = account.map_err(|error| ApiError::internal(error.to_string()))?;
        let needed = migration::permissions(&ready.plan, &Place::new(region, account));
        if identity.practice {
            let practice = Some(PermissionBasis::Practice);
            return Ok(convert::plan_permissions(&needed, all_allowed(&needed), practice));
        }
        let wanted: Vec<_> = needed.iter().map(|needed| needed.permission.clone()).collect();
        let check = connected.session.check_permissions(&identity.arn, &wanted).await;
        Ok(convert::plan_permissions(&needed, check, None))
    }
}

fn all_allowed(needed: &[NeededPermission]) -> PermissionCheck {
    let allowed = needed.iter().map(|needed| CheckedPermission {
        action: needed.permission.action.clone(),
        standing: Standing::Allowed,
        resources: needed.permission.resources.clone(),
    });
    PermissionCheck { permissions: allowed.collect(), basis: Basis::Root, simulation_error: None }
}
