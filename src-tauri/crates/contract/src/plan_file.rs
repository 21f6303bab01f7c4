//! Plans in files, which other computers run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::aws::AwsConnection;
use crate::migration::MigrationRequest;
use crate::plan::MigrationPlan;

/// A plan as a file: made in the window, run on a server. It holds no secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct PlanFile {
    /// The version of this format.
    pub transload_plan: u32,
    /// What was asked for.
    pub request: MigrationRequest,
    /// What will be done, with every source pinned to its digest.
    pub plan: MigrationPlan,
    /// Repositories with the same number share layers: they are kept together when a plan is run in
    /// parts, so that a layer is sent by one of them.
    pub layer_groups: BTreeMap<String, u32>,
}

/// The newest version of [`PlanFile`].
pub const PLAN_FILE_VERSION: u32 = 2;

/// How a plan file is run.
#[derive(Clone, Debug, Default)]
pub struct PlanFileOptions {
    /// Only this part of the plan.
    pub shard: Option<Shard>,
    /// The connection to use instead of the one that the plan was made with: profiles have other
    /// names on another computer.
    pub connection: Option<AwsConnection>,
    /// Whether requests and credentials may go to endpoints that only the file names.
    pub allow_endpoints: bool,
    /// Whether lifecycle policies may expire images, also where nobody confirmed it for the plan.
    pub allow_expiry: bool,
}

/// A part of a plan, as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 1.
    pub part: u32,
    /// How many parts there are.
    pub parts: u32,
}
