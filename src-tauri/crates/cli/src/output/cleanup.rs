//! What a clean-up would delete, a line for each image.

use transload_contract::CleanupProposal;

use crate::output::{counted, line};

/// Prints a proposal.
pub fn print(repository: &str, found: &CleanupProposal) {
    for image in &found.images {
        let tags =
            if image.tags.is_empty() { "untagged".to_owned() } else { image.tags.join(", ") };
        line(&format!("DELETE  {}  {tags}", image.digest));
    }
    let at_most = if found.freed.is_exact { "" } else { "at most " };
    line(&format!(
        "{repository}: {} with everything that belongs to them, {at_most}{} bytes freed",
        counted(found.deleted.len() as u64, "image", "images"),
        found.freed.bytes
    ));
}
