//! Lists of images for the tests of this crate.

use std::ops::ControlFlow;

use transload_model::{AccountId, Digest, Region, Tag};

use crate::image_lists::{ImageLists, ListedImage, RegistryScope};
use crate::image_search::{FoundImages, StoredImage};

pub(crate) fn scope(account: &str) -> RegistryScope {
    RegistryScope::new(&AccountId::parse(account).unwrap(), &Region::parse("eu-central-1").unwrap())
}

pub(crate) fn image(name: &str, tags: &[&str]) -> ListedImage {
    ListedImage {
        digest: Digest::of(name.as_bytes()),
        tags: tags.iter().map(|tag| Tag::parse(tag).unwrap()).collect(),
        size_bytes: Some(7),
        pushed_at_ms: Some(8),
        pulled_at_ms: None,
        is_archived: false,
    }
}

/// What was found, as `repository:first tag`.
pub(crate) fn names(found: &FoundImages) -> Vec<String> {
    let name = |stored: &StoredImage| {
        let tag = stored.image.tags.first().map_or("-", Tag::as_str);
        format!("{}:{tag}", stored.repository)
    };
    found.images.iter().map(name).collect()
}

pub(crate) fn filled() -> ImageLists {
    let lists = ImageLists::in_memory();
    let registry = scope("111122223333");
    let api = [image("one", &["v1.2.3", "latest"]), image("two", &["rc_7"]), image("three", &[])];
    lists.put(&registry, "shop/api", &api, "api", 5);
    lists.put(&registry, "shop/web", &[image("one", &["V1.2"]), image("four", &["rc-7"])], "", 6);
    lists.put(&scope("444455556666"), "other", &[image("one", &["v1.2.3"])], "", 7);
    lists
}

/// A search that isn't cancelled.
pub(crate) fn find(
    lists: &ImageLists,
    registry: &RegistryScope,
    text: &str,
    limit: usize,
) -> FoundImages {
    lists.find(registry, text, limit, |_| ControlFlow::Continue(())).unwrap()
}
