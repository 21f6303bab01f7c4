//! Every variant has a code of its own, which never changes.

use crate::engine_route::predict::{EngineOutcome, EnginePushMethod};
use crate::journal::codes::{ActionCode, Coded, WriteCode};
use crate::journal::entry::Stage;
use crate::journal::intent::WriteOutcome;
use crate::plan::{Remark, Route};
use crate::proof::Proof;

#[test]
fn every_value_has_a_unique_code() {
    fn check<T: Coded + std::fmt::Debug>(all: &[T]) {
        for value in all {
            assert_eq!(T::read(value.code()).unwrap(), *value);
        }
        assert_eq!(T::CODES.len(), all.len());
        assert!(T::read("nonsense").is_err());
    }
    use Stage::{Begun, Cancelled, Failed, Moved, Pushed, Unchanged, Waiting};
    check(&[Waiting, Begun, Pushed, Moved, Unchanged, Failed, Cancelled]);
    check(&[Route::DockerEngine, Route::RegistryToRegistry]);
    check(&[
        Proof::Equal,
        Proof::EqualToPart,
        Proof::SameContent,
        Proof::EqualToPushed,
        Proof::Different,
        Proof::NotProved,
    ]);
    check(&[EnginePushMethod::Push, EnginePushMethod::PushPlatform, EnginePushMethod::OwnPush]);
    check(&[
        EngineOutcome::Whole,
        EngineOutcome::Part,
        EngineOutcome::SeenWhileSending,
        EngineOutcome::Repacked,
        EngineOutcome::Mounted,
    ]);
    check(&[
        Remark::DigestChanges,
        Remark::OnePlatform,
        Remark::SizeUnpacked,
        Remark::ChosenPlatform,
        Remark::ReadLater,
        Remark::NotForAmd64,
        Remark::NotForLambda,
        Remark::BuildCache,
        Remark::ForeignLayers,
        Remark::DestinationHasIndex,
    ]);
    check(&[WriteOutcome::Done, WriteOutcome::Refused]);
    check(&[
        WriteCode::CreateRepository,
        WriteCode::SetLifecyclePolicy,
        WriteCode::SetRepositoryPolicy,
        WriteCode::ImageTag,
        WriteCode::ReferrerTag,
    ]);
    use ActionCode as A;
    check(&[
        A::Move,
        A::Overwrite,
        A::AlreadyThere,
        A::KeepExisting,
        A::Conflict,
        A::FixedConflict,
        A::Refused,
    ]);
}
