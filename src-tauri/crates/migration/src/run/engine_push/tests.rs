//! Tests of pushes through the Docker Engine: sent bytes, the order of attempts, and what ends them.

use super::*;

#[test]
fn what_follows_a_failed_push_depends_on_the_store() {
    use PushFailure as Cause;
    let (keeps, packs) = (EngineOutcome::Part, EngineOutcome::Repacked);
    let (seen, mounts) = (EngineOutcome::SeenWhileSending, EngineOutcome::Mounted);
    let cases = [
        // The containerd store gives up at the first 429 or 503.
        (Cause::Throttled, keeps, 1, false, Next::Retry),
        (Cause::RegistryFailed, keeps, 2, false, Next::Retry),
        (Cause::RegistryFailed, keeps, 3, false, Next::OwnPush),
        (Cause::Unreachable, keeps, 3, false, Next::OwnPush),
        (Cause::LayersNotFound, keeps, 1, false, Next::Retry),
        // An expired token is only a 403 there.
        (Cause::Forbidden, keeps, 1, false, Next::RenewLogin),
        (Cause::Forbidden, keeps, 1, true, Next::Fail),
        (Cause::Unauthorized, keeps, 1, false, Next::RenewLogin),
        (Cause::TokenExpired, keeps, 1, true, Next::OwnPush),
        (Cause::ManifestRejected, keeps, 1, false, Next::OwnPush),
        (Cause::PlatformAmbiguous, keeps, 1, false, Next::OwnPush),
        (Cause::Other, keeps, 1, false, Next::OwnPush),
        (Cause::ContentMissing, keeps, 1, false, Next::Fail),
        // Docker 26 holds a part of an index, and its archive contains that part.
        (Cause::ContentMissing, seen, 1, false, Next::OwnPush),
        (Cause::Throttled, seen, 3, false, Next::OwnPush),
        // The archive doesn't have the layers that the registry should have mounted.
        (Cause::ContentMissing, mounts, 1, false, Next::Fail),
        (Cause::Forbidden, mounts, 1, false, Next::RenewLogin),
        (Cause::Throttled, mounts, 1, false, Next::Retry),
        (Cause::Throttled, mounts, 3, false, Next::Fail),
        (Cause::Other, mounts, 1, false, Next::Fail),
        (Cause::TagImmutable, keeps, 1, false, Next::Fail),
        (Cause::QuotaExceeded, keeps, 1, false, Next::Fail),
        (Cause::RepositoryMissing, keeps, 1, false, Next::Fail),
        // Graph drivers and Podman have repeated it themselves.
        (Cause::Throttled, packs, 1, false, Next::Fail),
        (Cause::RegistryFailed, packs, 1, false, Next::Fail),
        (Cause::TokenExpired, packs, 1, false, Next::RenewLogin),
        (Cause::TokenExpired, packs, 1, true, Next::Fail),
        (Cause::Forbidden, packs, 1, false, Next::Fail),
        (Cause::LayersNotFound, packs, 1, false, Next::Retry),
        (Cause::LayersNotFound, packs, 2, false, Next::Fail),
        (Cause::Other, packs, 1, false, Next::Fail),
    ];
    for (cause, outcome, tried, renewed, expected) in cases {
        assert_eq!(
            after(cause, outcome, tried, renewed),
            expected,
            "{cause:?} {outcome:?} {tried}"
        );
    }
}

#[test]
fn a_layer_that_a_repeated_push_finds_was_sent_all_the_same() {
    let digest = Digest::of(b"layer");
    let layer = digest.as_str()[7..19].to_owned();
    let mut sent = SentLayers::default();
    let mut take = |state| {
        sent.take(&PushProgress { layer: layer.clone(), state });
    };
    take(PushLayerState::Sending { sent_bytes: 5, total_bytes: None });
    take(PushLayerState::Done);
    take(PushLayerState::AlreadyExists);
    assert_eq!(sent.state(&digest), Some(PushLayerState::Done));
    assert_eq!(sent.state(&Digest::of(b"another")), None);
}

#[test]
fn bytes_are_counted_only_where_the_engine_reported_those_of_every_layer() {
    use PushLayerState::{AlreadyExists, Done, Mounted, Sending, Waiting};
    let sending = |sent_bytes| Sending { sent_bytes, total_bytes: None };
    for (states, sent_bytes, uncounted) in [
        (vec![("a", Waiting), ("a", sending(5)), ("a", Done)], 5, false),
        (vec![("a", sending(5)), ("a", sending(9)), ("a", Done), ("b", AlreadyExists)], 9, false),
        (vec![("a", AlreadyExists), ("b", Mounted)], 0, false),
        // A small layer is sent before a number is due.
        (vec![("a", sending(5)), ("a", Done), ("b", Waiting), ("b", Done)], 5, true),
        // Another engine reports no layer at all.
        (vec![], 0, true),
    ] {
        let mut sent = SentLayers::default();
        for (layer, state) in &states {
            sent.take(&PushProgress { layer: (*layer).to_owned(), state: *state });
        }
        assert_eq!(sent.sent_bytes(), sent_bytes, "{states:?}");
        assert_eq!(sent.is_uncounted(), uncounted, "{states:?}");
    }
}
