//! Migrations: request → plan → run → report.
//!
//! [`gather`] reads the facts that a plan needs from source and destination, [`plan()`] is pure and
//! says what would happen, [`run()`] does it and returns the [`Report`]. While it runs it emits
//! events to an [`EventSink`] and obeys its [`Control`].
//!
//! [`undo()`] reverts what a migration of the [`journal`] wrote, after a plan of its own.
//! [`copy_list`] copies a list of images without a plan, for scripts.
//!
//! Map: [`entered`] is what users enter, `request` is the same after parsing. `request`, `facts`, `plan` and the modules that they use (`totals`, `permissions`,
//! `lifecycle_forecast`, `push_order`, `shards`) are planning. `run`, `steps`, `record` and
//! `tag_guard` are running. `copy` copies between registries, `engine_route` handles images of the
//! Docker Engine. `report` and `outcome` are the results. [`commands`] is a plan as commands of other tools.

// A failed unwrap in a test is a failed test.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod commands;
mod concurrency;
mod control;
mod copy;
mod destination_check;
mod destination_identity;
mod endpoints;
mod engine_route;
pub mod entered;
mod error;
mod events;
mod facts;
mod image_content;
mod image_tree;
pub mod journal;
mod manifest_cache;
mod manifest_parts;
mod outcome;
mod plan;
mod proof;
mod recorded_error;
mod registry_counterpart;
mod report;
mod request;
mod run;
mod sign_in;
mod step;
pub mod stored_logins;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod undo;

pub use control::Control;
pub use copy::list_copy::{CopyOptions, CopyOutcome, CopyPair, copy_list};
pub use destination_identity::{
    DestinationDifference, DestinationEndpoint, DestinationField, DestinationIdentity,
    InconsistentDestination,
};
pub use endpoints::CopyEndpoints;
pub use endpoints::{Destination, EcrLogin, Source};
pub use engine_route::predict::{EngineOutcome, EnginePlan, EnginePushMethod};
pub use error::MigrationError;
pub use events::{EventSink, ImageState, LayerState, MigrationEvent};
pub use facts::PolicyFacts;
pub use facts::gather::{GatherProgress, gather};
pub use facts::{Facts, ImageFacts, SourceFacts};
pub use facts::{PolicyDocument, RepositoryState};
pub use image_content::PlannedContent;
pub use image_tree::{ImageTree, Node};
pub use manifest_cache::ManifestCache;
pub use outcome::{Headline, Outcome, OutcomeCounts, RunEnd, Standing};
pub use plan::Difference;
pub use plan::expected_time::{EarlierTransfer, ExpectedTime, expected_time};
pub use plan::forecast_now::forecast_now;
pub use plan::make_plan::plan;
pub use plan::permissions::{NeededPermission, PermissionPurpose, ResourceLocation, permissions};
pub use plan::repository_names::{ProposedName, RenameRule, name_collisions, proposed_names};
pub use plan::shards::{InvalidShard, MAX_PARTS, Shard, ShardImage, layer_groups};
pub use plan::tag_rules::{
    DatedTag, InvalidPattern, TagExclusion, TagPattern, TagRules, choose, rest_excluded,
};
pub use plan::{Action, Plan, PlannedImage, PlannedReferrerTag, PlannedRepository, Remark, Route};
pub use plan::{ExistingImage, ExpiringImage, LifecycleForecast};
pub use plan::{NeededQuota, PlanTotals};
pub use proof::{PlatformProof, Proof};
pub use recorded_error::RecordedError;
pub use registry_counterpart::{CounterpartDifferences, RegistryCounterpart, came_from_registry};
pub use report::LeftBehind;
pub use report::{ImageReport, ImageResult, PolicyNotSet, Report};
pub use request::{CopyScope, MigrationRequest, RequestedImage, Resolution};
pub use run::{run, verify_again};
pub use sign_in::{Reopen, SignInGate};
pub use step::Step;
pub use undo::carry_out::undo;
pub use undo::facts::{UndoFacts, undo_facts};
pub use undo::make_plan::undo_plan;
pub use undo::plan::{
    ImageUndo, RepositoryUndo, TagLeftReason, TagUndo, UndoImage, UndoPlan, UndoRepository, UndoTag,
};
pub use undo::report::{ItemLeftReason, UndoLeft, UndoReport};
pub use undo::totals::UndoTotals;
