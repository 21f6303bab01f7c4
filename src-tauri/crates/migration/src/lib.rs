//! Migrations: request → plan → run → report.
//!
//! [`gather`] reads the facts that a plan needs from source and destination, [`plan()`] is pure and
//! says what would happen, [`run()`] does it and returns the [`Report`]. While it runs it emits
//! events to an [`EventSink`] and obeys its [`Control`].
//!
//! [`undo()`] reverts what a migration of the [`journal`] wrote, after a plan of its own.
//! [`copy_list`] copies a list of images without a plan, for scripts.
//!
//! Map: `request`, `facts`, `plan` and the modules that they use (`totals`, `permissions`,
//! `lifecycle_forecast`, `push_order`, `shards`) are planning. `run`, `steps`, `record` and
//! `tag_guard` are running. `copy` copies between registries, `engine_route` handles images of the
//! Docker Engine. `report` and `outcome` are the results.

// A failed unwrap in a test is a failed test.
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(test)]
mod cancel_tests;
mod choose;
mod concurrency;
mod content;
mod control;
mod copies;
#[cfg(test)]
mod copies_tests;
mod copy;
mod destination_identity;
mod destination_policy;
mod differences;
mod ends;
mod engine_route;
#[cfg(test)]
mod engine_tests;
mod error;
mod events;
mod facts;
mod forecast_now;
pub mod journal;
mod lifecycle_forecast;
#[cfg(test)]
mod lifecycle_forecast_tests;
mod manifest_cache;
mod names;
mod originals;
mod outcome;
mod permissions;
mod plan;
#[cfg(test)]
mod plan_tests;
mod push_order;
#[cfg(test)]
mod push_order_tests;
#[cfg(test)]
mod quota_tests;
mod record;
mod recorded_error;
mod referrer_facts;
mod report;
#[cfg(test)]
mod repository_tests;
mod request;
mod run;
mod shards;
mod sign_in;
#[cfg(test)]
mod sign_in_tests;
mod speed;
mod steps;
pub mod stored_logins;
mod tag_guard;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod there;
mod totals;
#[cfg(test)]
mod totals_tests;
mod tree;
mod undo;
#[cfg(test)]
mod write_tests;

pub use choose::{DatedTag, ExclusionReason, InvalidPattern, TagPattern, TagRules, choose};
pub use content::ImageContent;
pub use control::Control;
pub use copies::{CopyEndpoints, CopyOptions, CopyOutcome, CopyPair, copy_list};
pub use copy::LeftBehind;
pub use destination_identity::{
    DestinationDifference, DestinationEndpoint, DestinationField, DestinationIdentity,
    InconsistentDestination,
};
pub use destination_policy::PolicyFacts;
pub use differences::Difference;
pub use ends::{Destination, EcrLogin, Source};
pub use engine_route::{EngineOutcome, EnginePlan, EngineWay};
pub use error::MigrationError;
pub use events::{EventSink, ImageState, LayerState, MigrationEvent, Step};
pub use facts::{Facts, GatherProgress, ImageFacts, SourceFacts, gather, gather_with_progress};
pub use forecast_now::forecast_now;
pub use lifecycle_forecast::{ExpiringImage, LifecycleForecast};
pub use manifest_cache::ManifestCache;
pub use names::{ProposedName, RenameRule, name_collisions, proposed_names};
pub use originals::{RegistryCounterpart, RegistryCounterpartDiffers, came_from_registry};
pub use outcome::{Headline, Outcome, OutcomeCounts, RunEnd, Standing};
pub use permissions::{NeededPermission, Purpose, ResourceLocation, permissions};
pub use plan::{
    Action, Plan, PlannedImage, PlannedReferrerTag, PlannedRepository, Remark, Route, plan,
};
pub use recorded_error::RecordedError;
pub use report::{ImageReport, ImageResult, PlatformProof, PolicyNotSet, Proof, Report};
pub use request::{CopyScope, MigrationRequest, RequestedImage, Resolution};
pub use run::{run, verify_again};
pub use shards::{InvalidShard, MAX_PARTS, Shard, ShardImage, layer_groups};
pub use sign_in::{Reopen, SignInGate};
pub use speed::{EarlierTransfer, ExpectedTime, expected_time};
pub use there::{PolicyDocument, RepositoryState};
pub use totals::{NeededQuota, PlanTotals};
pub use tree::{ImageTree, Node};
pub use undo::{
    ImageUndo, LeftReason, RepositoryUndo, TagUndo, UndoFacts, UndoImage, UndoLeft, UndoPlan,
    UndoReport, UndoRepository, UndoTag, UndoTotals, Why, undo, undo_facts, undo_plan,
};
