//! The table of the images and tags that a deletion deletes, as CSV.

use std::fmt::Write as _;

use transload_contract::{CleanupClass, RepositoryDeletionPlan};

pub(super) fn images_table(
    class: Option<CleanupClass>,
    repositories: &[RepositoryDeletionPlan],
) -> String {
    let class = class.and_then(|class| serde_json::to_value(class).ok()).unwrap_or_default();
    let class = class.as_str().unwrap_or_default();
    let mut table = String::from("repository,class,digest,tags,bytes,pushed_at_ms,pulled_at_ms\n");
    let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    for (name, image) in
        repositories.iter().flat_map(|one| one.images.iter().map(move |image| (&one.name, image)))
    {
        // Names, digests and tags contain neither commas nor quotes.
        let _ = writeln!(
            table,
            "{name},{class},{},{},{},{},{}",
            image.digest,
            image.tags.join(" "),
            number(image.size_bytes),
            number(image.pushed_at_ms),
            number(image.pulled_at_ms),
        );
    }
    for one in repositories {
        if let Some(tag) = &one.tag {
            let _ = writeln!(table, "{},{class},{},{},,,", one.name, tag.digest, tag.tag);
        }
    }
    table
}
