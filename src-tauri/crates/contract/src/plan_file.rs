//! Plans in files, which other computers run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
pub use transload_migration::Shard;
use ts_rs::TS;

use crate::aws::AwsConnection;
use crate::migration::MigrationRequest;
use crate::plan::MigrationPlan;

/// A plan as a file, which another computer can run. It contains no secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct PlanFile {
    /// The version of this format.
    pub transload_plan: u32,
    pub request: MigrationRequest,
    /// The plan, with every source pinned to its digest.
    pub plan: MigrationPlan,
    /// Repositories with the same number share layers. They stay in one part when a plan runs in
    /// parts, so that only one part sends a layer.
    pub layer_groups: BTreeMap<String, u32>,
}

/// The newest version of [`PlanFile`].
pub const PLAN_FILE_VERSION: u32 = 2;

/// Options of running a plan file.
#[derive(Clone, Debug, Default)]
pub struct PlanFileOptions {
    /// The part to run.
    pub shard: Option<Shard>,
    /// The connection to use instead of that of the plan, because profiles have other names on
    /// another computer.
    pub connection: Option<AwsConnection>,
    /// Whether requests and credentials are allowed to go to endpoints that only the file names.
    pub allow_endpoints: bool,
    /// Whether lifecycle policies are allowed to expire images without a confirmation in the plan.
    pub allow_expiry: bool,
}
