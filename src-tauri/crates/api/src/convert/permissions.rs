use transload_engine::aws as engine;
use transload_engine::migration::{NeededPermission, Purpose};

use crate::contract::{
    IamPolicy, PermissionBasis, PermissionDenial, PermissionDoubt, PermissionPurpose,
    PermissionStanding, PlanPermission, PlanPermissions,
};

/// Resources that are named with a permission; the others are counted.
const NAMED: usize = 20;

/// What a plan needs, beside what was found out of it.
pub fn plan_permissions(
    needed: &[NeededPermission],
    check: engine::PermissionCheck,
    basis: Option<PermissionBasis>,
) -> PlanPermissions {
    let engine::Policy { text, widened } = engine::policy(&check.wanted);
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
        policy: IamPolicy { text, widened },
    }
}

fn permission(purpose: Purpose, checked: engine::CheckedPermission) -> PlanPermission {
    let standing = standing(checked.standing);
    let resource_count = u32::try_from(checked.resources.len()).unwrap_or(u32::MAX);
    let named = if standing == PermissionStanding::Allowed { 0 } else { NAMED };
    PlanPermission {
        action: checked.action,
        essential: purpose.is_essential(),
        purpose: match purpose {
            Purpose::LogIn => PermissionPurpose::LogIn,
            Purpose::Look => PermissionPurpose::Look,
            Purpose::Create => PermissionPurpose::Create,
            Purpose::Push => PermissionPurpose::Push,
            Purpose::Prove => PermissionPurpose::Prove,
            Purpose::Forecast => PermissionPurpose::Forecast,
            Purpose::Mount => PermissionPurpose::Mount,
        },
        standing,
        resources: checked.resources.into_iter().take(named).collect(),
        resource_count,
    }
}

fn standing(standing: engine::PermissionStatus) -> PermissionStanding {
    match standing {
        engine::PermissionStatus::Allowed => PermissionStanding::Allowed,
        engine::PermissionStatus::Missing(denial) => PermissionStanding::Missing {
            denial: match denial {
                engine::DenialReason::NotGranted => PermissionDenial::NotGranted,
                engine::DenialReason::Denied => PermissionDenial::Denied,
                engine::DenialReason::Organization => PermissionDenial::Organization,
                engine::DenialReason::Boundary => PermissionDenial::Boundary,
                engine::DenialReason::CallRefused => PermissionDenial::CallRefused,
            },
        },
        engine::PermissionStatus::Unknown(doubt) => {
            let (doubt, conditions) = match doubt {
                engine::UnknownReason::NotAsked => (PermissionDoubt::NotAsked, Vec::new()),
                engine::UnknownReason::Conditions(keys) => (PermissionDoubt::Conditions, keys),
                engine::UnknownReason::OtherPolicy => (PermissionDoubt::OtherPolicy, Vec::new()),
            };
            PermissionStanding::Unknown { doubt, conditions }
        }
    }
}
