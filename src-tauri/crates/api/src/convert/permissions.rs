//! Permissions of a plan.

use transload_aws as engine;
use transload_contract::{PermissionBasis, PermissionStatus, PlanPermission, PlanPermissions};
use transload_migration::{NeededPermission, PermissionPurpose};

/// The maximum number of resources that are listed with a permission. The others are counted.
const NAMED: usize = 20;

/// Combines the required permissions of a plan with the result of their check.
pub fn plan_permissions(
    needed: &[NeededPermission],
    check: engine::PermissionCheck,
    basis: Option<PermissionBasis>,
) -> PlanPermissions {
    let basis = basis.unwrap_or(match check.basis {
        engine::CheckMethod::Simulation => PermissionBasis::Simulation,
        engine::CheckMethod::Calls => PermissionBasis::Calls,
        engine::CheckMethod::Root => PermissionBasis::Root,
    });
    PlanPermissions {
        permissions: needed
            .iter()
            .zip(check.permissions)
            .map(|(needed, checked)| permission(needed.purpose, checked))
            .collect(),
        basis,
        simulation_error: check.simulation_error.map(Into::into),
        policy: engine::policy(&check.wanted),
    }
}

fn permission(purpose: PermissionPurpose, checked: engine::CheckedPermission) -> PlanPermission {
    let status = checked.status;
    let resource_count = u32::try_from(checked.resources.len()).unwrap_or(u32::MAX);
    let named = if status == PermissionStatus::Allowed { 0 } else { NAMED };
    PlanPermission {
        action: checked.action,
        essential: purpose.is_essential(),
        purpose,
        status,
        resources: checked.resources.into_iter().take(named).collect(),
        resource_count,
    }
}
