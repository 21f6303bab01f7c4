//! The limits of reading an image.

use transload_model::ImageReference;

use crate::error::MigrationError;
use crate::image_tree::ImageTree;
use crate::image_tree::read::{Budget, MAX_MANIFEST_BYTES};
use crate::testing::registry::FakeRegistry;

async fn read(registry: &FakeRegistry) -> Result<ImageTree, MigrationError> {
    let image = ImageReference::parse("source.example/app:top").unwrap();
    ImageTree::read(registry, &image).await
}

#[tokio::test]
async fn an_index_that_lists_another_one_repeatedly_is_refused_early() {
    let registry = FakeRegistry::new("source.example");
    let mut below = registry.image("app", None, &["layer"]);
    // Each level alone is within every limit; together they are 300 to the power of three.
    for level in ["one", "two", "top"] {
        below = registry.index("app", level, &vec![below; 300]);
    }
    let error = read(&registry).await.unwrap_err();
    assert!(matches!(error, MigrationError::TooManyChildren { .. }), "{error}");
}

#[tokio::test]
async fn indexes_nested_too_deep_are_refused() {
    let registry = FakeRegistry::new("source.example");
    let mut below = registry.image("app", None, &["layer"]);
    for level in ["one", "two", "three", "four", "top"] {
        below = registry.index("app", level, &[below]);
    }
    let error = read(&registry).await.unwrap_err();
    assert!(matches!(error, MigrationError::NestedTooDeep { .. }), "{error}");
}

#[test]
fn the_manifests_of_one_image_have_a_total_size_limit() {
    let budget = Budget::default();
    assert!(!budget.too_large(MAX_MANIFEST_BYTES));
    assert!(budget.too_large(1));
}
