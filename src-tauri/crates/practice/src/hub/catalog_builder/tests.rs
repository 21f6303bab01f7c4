//! Builds of the stored content.

use super::*;

#[test]
fn the_build_is_reproducible_and_small() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let build = |folder: &tempfile::TempDir| {
        let blobs = BlobFolder::open(folder.path()).unwrap();
        serde_json::to_string(&build(&blobs, "dencold").unwrap()).unwrap()
    };
    assert_eq!(build(&first), build(&second));
    let files = std::fs::read_dir(first.path()).unwrap();
    let size: u64 = files.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(size < 15_000_000, "{size} bytes");
}

#[test]
fn pgcli_has_several_tags_and_one_attested_index() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = BlobFolder::open(folder.path()).unwrap();
    let catalog = build(&blobs, "dencold").unwrap();
    let tags = &catalog.namespaces["dencold"]["pgcli"].tags;
    assert_eq!(tags["latest"].digest, tags["4.2.0"].digest);
    let platforms: Vec<&str> =
        tags["latest"].images.iter().map(|image| image.architecture.as_str()).collect();
    assert_eq!(platforms, ["amd64", "unknown", "arm64", "unknown"]);
    assert_eq!(tags["4.0.1"].images.len(), 1);
}
