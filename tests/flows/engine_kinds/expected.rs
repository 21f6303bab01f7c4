//! The expected results for each kind of image and engine.

use transload_tests::servers::EngineKind;

use crate::engine_kinds::images::Kind;

/// Prediction, sender, result in ECR, proof.
pub type Row = [String; 4];

const ORIGINAL: &str = "the original";
const AMD64: &str = "linux/amd64 of the index";

pub fn expected(kind: Kind, engine: EngineKind) -> Row {
    match engine {
        EngineKind::NewestContainerd => for_store_with_platform_list(kind),
        EngineKind::Docker26Containerd => for_store_without_platform_list(kind),
        EngineKind::Docker20
        | EngineKind::Docker26Graph
        | EngineKind::NewestGraph
        | EngineKind::Podman => {
            row(["another manifest", "engine", "another manifest", "same content"])
        }
    }
}

fn for_store_with_platform_list(kind: Kind) -> Row {
    let part = |way| row([AMD64, way, AMD64, "equal to a part"]);
    match kind {
        Kind::OnePlatform | Kind::ImageOfAttestedIndex | Kind::NestedIndex => {
            part("engine, by platform")
        }
        // The engine could not distinguish the two.
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

/// Docker 25 and 26 do not report platforms before the image is read or pushed.
fn for_store_without_platform_list(kind: Kind) -> Row {
    let seen = |in_ecr, proof| row(["seen while sending", "engine, else Transload", in_ecr, proof]);
    match kind {
        Kind::OnePlatform | Kind::ImageOfAttestedIndex | Kind::TwoOfOnePlatform => {
            seen(AMD64, "equal to a part")
        }
        Kind::PlatformNotHeld => {
            let failed = "failed, manifest_unsupported";
            row(["seen while sending", "Transload", "nothing", failed])
        }
        Kind::ShadowedLayers => seen("nothing", "failed, engine_content_missing"),
        // It cannot export an index without its own platform, nor an index in an index.
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

/// The value for an image that was not pushed.
pub fn none() -> String {
    "nothing".to_owned()
}
