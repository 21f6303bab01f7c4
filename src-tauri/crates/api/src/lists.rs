//! What a source holds, as rows of a table: repositories and tags, page by page.
//!
//! - `engine`: the images of the Docker Engine, by repository.
//! - `hub`: Docker Hub's own API, one namespace after another.
//! - `ecr`: Amazon ECR's own API.
//! - `catalog`: what any registry lists, which is names.

pub(crate) mod catalog;
pub(crate) mod ecr;
pub(crate) mod engine;
pub(crate) mod hub;

use transload_contract::SourceRepository;

/// Returns a repository of which only the name is known.
fn named(name: String) -> SourceRepository {
    SourceRepository { name, private: None, updated_at_ms: None, size_bytes: None, tags: None }
}

fn count<T>(items: &[T]) -> Option<u64> {
    u64::try_from(items.len()).ok()
}
