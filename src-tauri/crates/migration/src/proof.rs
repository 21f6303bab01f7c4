//! What the digests of a copied image prove. Created while an image is verified; stored in the journal and
//! in reports.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use transload_model::{Digest, Platform};

/// The image of one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct PlatformProof {
    /// Such as `linux/arm64/v8`.
    #[serde(with = "transload_model::text")]
    #[ts(type = "string")]
    pub platform: Platform,
    /// Its digest at the source.
    pub digest: Digest,
    /// Whether ECR's DescribeImages reported this digest after the push.
    pub in_ecr: bool,
}

/// What the digests of an image prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "report.ts")]
pub enum Proof {
    /// Source, push, registry and ECR report the same digest.
    Equal,
    /// One platform of an index was copied: push, registry and ECR report the digest that the index
    /// has for it.
    EqualToPart,
    /// The engine repacked the layers: push, registry and ECR report the same new digest, and the
    /// image's configuration, which lists the content of every layer, is the engine's.
    SameContent,
    /// Push, registry and ECR report the same digest, but nothing connects it with the source.
    EqualToPushed,
    /// They report different digests.
    Different,
    /// There are no digests to compare.
    NotProved,
}
