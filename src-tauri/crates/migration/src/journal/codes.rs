//! The text codes of enumerations in the journal's columns. A code never changes, because journals are
//! read years later.

use crate::engine_route::predict::{EngineOutcome, EnginePushMethod};
use crate::journal::entry::Stage;
use crate::journal::error::JournalError;
use crate::journal::intent::WriteOutcome;
use crate::plan::{Remark, Route};
use crate::proof::Proof;

/// An enumeration that the journal stores as text.
pub(super) trait Coded: Copy + PartialEq + 'static {
    /// Description of the value for error messages.
    const WHAT: &'static str;
    /// Every code with its value.
    const CODES: &'static [(&'static str, Self)];

    fn code(self) -> &'static str {
        let found = Self::CODES.iter().find(|(_, value)| *value == self);
        // Each list is complete: `every_value_has_a_unique_code` checks all variants.
        found.map_or("", |(code, _)| code)
    }

    /// Returns the value of a code.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] if no value has this code.
    fn read(code: &str) -> Result<Self, JournalError> {
        let found = Self::CODES.iter().find(|(known, _)| *known == code);
        let damaged = || JournalError::Damaged { what: Self::WHAT, text: code.to_owned() };
        found.map(|(_, value)| *value).ok_or_else(damaged)
    }
}

impl Coded for Stage {
    const WHAT: &'static str = "the state of an image";
    const CODES: &'static [(&'static str, Self)] = &[
        ("waiting", Self::Waiting),
        ("begun", Self::Begun),
        ("pushed", Self::Pushed),
        ("moved", Self::Moved),
        ("unchanged", Self::Unchanged),
        ("failed", Self::Failed),
        ("cancelled", Self::Cancelled),
    ];
}

impl Coded for Route {
    const WHAT: &'static str = "a route";
    const CODES: &'static [(&'static str, Self)] =
        &[("engine", Self::DockerEngine), ("registry", Self::RegistryToRegistry)];
}

impl Coded for Proof {
    const WHAT: &'static str = "a proof";
    const CODES: &'static [(&'static str, Self)] = &[
        ("equal", Self::Equal),
        ("equal_to_part", Self::EqualToPart),
        ("same_content", Self::SameContent),
        ("equal_to_pushed", Self::EqualToPushed),
        ("different", Self::Different),
        ("not_proved", Self::NotProved),
    ];
}

impl Coded for Remark {
    const WHAT: &'static str = "a remark";
    const CODES: &'static [(&'static str, Self)] = &[
        ("digest_changes", Self::DigestChanges),
        ("one_platform", Self::OnePlatform),
        ("size_unpacked", Self::SizeUnpacked),
        ("chosen_platform", Self::ChosenPlatform),
        ("not_for_amd64", Self::NotForAmd64),
        ("not_for_lambda", Self::NotForLambda),
        ("build_cache", Self::BuildCache),
        ("foreign_layers", Self::ForeignLayers),
        ("read_later", Self::ReadLater),
        ("destination_has_index", Self::DestinationHasIndex),
    ];
}

impl Coded for EnginePushMethod {
    const WHAT: &'static str = "who pushes an image";
    const CODES: &'static [(&'static str, Self)] =
        &[("push", Self::Push), ("push_platform", Self::PushPlatform), ("own_push", Self::OwnPush)];
}

impl Coded for EngineOutcome {
    const WHAT: &'static str = "the content that a push transfers";
    const CODES: &'static [(&'static str, Self)] = &[
        ("whole", Self::Whole),
        ("part", Self::Part),
        ("seen_while_sending", Self::SeenWhileSending),
        ("repacked", Self::Repacked),
        ("mounted", Self::Mounted),
    ];
}

/// [`Action`](crate::Action) without its details. The reason of a refusal is stored as the image's error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ActionCode {
    Move,
    Overwrite,
    AlreadyThere,
    KeepExisting,
    Conflict,
    FixedConflict,
    Refused,
}

impl Coded for ActionCode {
    const WHAT: &'static str = "the planned action";
    const CODES: &'static [(&'static str, Self)] = &[
        ("move", Self::Move),
        ("overwrite", Self::Overwrite),
        ("already_there", Self::AlreadyThere),
        ("keep_existing", Self::KeepExisting),
        ("conflict", Self::Conflict),
        ("fixed_conflict", Self::FixedConflict),
        ("refused", Self::Refused),
    ];
}

/// The kind of a [`Write`](super::Write). The tag and its digests are stored in separate columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum WriteCode {
    CreateRepository,
    SetLifecyclePolicy,
    SetRepositoryPolicy,
    ImageTag,
    ReferrerTag,
}

impl Coded for WriteCode {
    const WHAT: &'static str = "the kind of a write";
    const CODES: &'static [(&'static str, Self)] = &[
        ("create_repository", Self::CreateRepository),
        ("set_lifecycle_policy", Self::SetLifecyclePolicy),
        ("set_repository_policy", Self::SetRepositoryPolicy),
        ("image_tag", Self::ImageTag),
        ("referrer_tag", Self::ReferrerTag),
    ];
}

impl Coded for WriteOutcome {
    const WHAT: &'static str = "the outcome of a write";
    const CODES: &'static [(&'static str, Self)] =
        &[("done", Self::Done), ("refused", Self::Refused)];
}

#[cfg(test)]
mod tests;
