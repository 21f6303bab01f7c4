//! The layers of one push of the Docker Engine, as its progress lines report them.

use crate::events::LayerState;
use crate::image_tree::ImageTree;
use std::collections::HashMap;
use transload_docker::EngineImage;
use transload_docker::PushLayerState;
use transload_docker::PushProgress;
use transload_model::Digest;

/// Hexadecimal digits of a layer's digest in the engine's lines.
const SHORT_ID: usize = 12;

/// The unpacked digest of each packed layer of a single image. Both lists go from the lowest layer up.
pub(super) fn layers_by_digest(tree: &ImageTree, image: &EngineImage) -> HashMap<Digest, Digest> {
    let packed = tree.root.blobs.iter().skip(1).map(|layer| layer.digest.clone());
    if tree.root.blobs.len() != image.layers.len() + 1 {
        return HashMap::new();
    }
    packed.zip(image.layers.iter().cloned()).collect()
}

/// What the engine said of each layer. It does not repeat the number when the layer is done.
#[derive(Default)]
pub(super) struct SentLayers(HashMap<String, (u64, Option<PushLayerState>)>);

impl SentLayers {
    pub(super) fn take(&mut self, progress: &PushProgress) -> LayerState {
        let (so_far, last) = self.0.entry(progress.layer.clone()).or_default();
        // A push that is repeated finds there what the first one sent.
        let was_sent = *so_far > 0 || matches!(last, Some(PushLayerState::Done));
        if !(was_sent && progress.state == PushLayerState::AlreadyExists) {
            *last = Some(progress.state);
        }
        match progress.state {
            PushLayerState::Waiting => LayerState::Waiting { total_bytes: None },
            PushLayerState::Sending { sent_bytes, total_bytes } => {
                *so_far = sent_bytes;
                LayerState::Sending { sent_bytes, total_bytes }
            }
            PushLayerState::AlreadyExists => LayerState::AlreadyThere { total_bytes: None },
            PushLayerState::Mounted => LayerState::Mounted,
            PushLayerState::Done => LayerState::Done { sent_bytes: *so_far },
        }
    }

    /// The last state of a layer that the engine named by this digest.
    pub(super) fn state(&self, digest: &Digest) -> Option<PushLayerState> {
        let hexadecimal = digest.as_str().split_once(':')?.1;
        self.0.get(hexadecimal.get(..SHORT_ID)?)?.1
    }

    /// Whether bytes were sent, or may have been, that the engine did not report: Podman reports no
    /// layer, and Docker no number for one that was sent before its first progress message was due.
    pub(super) fn is_uncounted(&self) -> bool {
        let without_number = |(sent_bytes, last): &(u64, Option<PushLayerState>)| {
            *sent_bytes == 0 && *last == Some(PushLayerState::Done)
        };
        self.0.is_empty() || self.0.values().any(without_number)
    }

    pub(super) fn sent_bytes(&self) -> u64 {
        self.0.values().map(|(sent_bytes, _)| sent_bytes).sum()
    }
}
