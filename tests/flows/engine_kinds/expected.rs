//! The table: kind of image and engine to what is predicted, who sends it, what arrives, and how that
//! is proved.

use transload_tests::labs::EngineKind;

use crate::engine_kinds::images::Kind;

/// Predicted, sent by, arrived, proof.
pub type Row = [String; 4];

const ORIGINAL: &str = "the original";
const AMD64: &str = "linux/amd64 of the index";

pub fn expected(kind: Kind, engine: EngineKind) -> Row {
    match engine {
        // Podman pushes schema 1 as it came, which registries no longer take.
        EngineKind::Podman if kind == Kind::Schema1 => {
            row(["another manifest", "engine", "nothing", "failed, engine_push_failed"])
        }
        EngineKind::NewestContainerd => of_a_store_that_lists_parts(kind),
        EngineKind::Docker26Containerd => of_a_store_that_lists_nothing(kind),
        EngineKind::Docker20
        | EngineKind::Docker26Graph
        | EngineKind::NewestGraph
        | EngineKind::Podman => {
            row(["another manifest", "engine", "another manifest", "same content"])
        }
    }
}

fn of_a_store_that_lists_parts(kind: Kind) -> Row {
    let part = |way| row([AMD64, way, AMD64, "equal to a part"]);
    match kind {
        Kind::OnePlatform | Kind::ImageOfAttestedIndex | Kind::NestedIndex => {
            part("engine, by platform")
        }
        // The engine could not tell the two apart.
        Kind::TwoOfOnePlatform => part("Transload"),
        Kind::TwoOtherPlatforms => refused("engine_platform_needed"),
        Kind::ChosenPlatform => {
            let arm = "linux/arm64 of the index";
            row([arm, "engine, by platform", arm, "equal to a part"])
        }
        Kind::PlatformNotHeld => refused("manifest_unsupported"),
        Kind::ShadowedLayers => refused("engine_content_missing"),
        _ => row([ORIGINAL, "engine", ORIGINAL, "equal"]),
    }
}

/// Docker 25 and 26 say nothing before the image is read.
fn of_a_store_that_lists_nothing(kind: Kind) -> Row {
    let seen = |arrived, proof| row(["seen while sending", "Transload", arrived, proof]);
    match kind {
        Kind::OnePlatform | Kind::ImageOfAttestedIndex | Kind::TwoOfOnePlatform => {
            seen(AMD64, "equal to a part")
        }
        Kind::PlatformNotHeld => seen("nothing", "failed, manifest_unsupported"),
        Kind::ShadowedLayers => seen("nothing", "failed, engine_content_missing"),
        // It makes no archive of an index without its own platform, nor of an index in an index.
        Kind::TwoOtherPlatforms | Kind::ChosenPlatform | Kind::NestedIndex => {
            refused("engine_content_missing")
        }
        _ => seen(ORIGINAL, "equal"),
    }
}

fn refused(code: &str) -> Row {
    [format!("refused, {code}"), none(), none(), none()]
}

fn row(row: [&str; 4]) -> Row {
    row.map(str::to_owned)
}

/// What did not arrive, or was not sent.
pub fn none() -> String {
    "nothing".to_owned()
}
