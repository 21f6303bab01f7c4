//! Images that are generated again, and the size of the organization.

use super::*;

#[test]
fn images_are_reproducible_and_found_by_every_digest() {
    let (first, second) = (GeneratedOrganization::default(), GeneratedOrganization::default());
    let tag = first.repository("service-007").unwrap().tag("1.19").unwrap();
    let again = second.repository("service-007").unwrap();
    // The second organization has generated nothing yet, as after a restart.
    let (manifest, bytes) = again.manifest(&tag.digest).unwrap();
    assert_eq!((manifest.media_type.as_str(), digest_of(&bytes)), (OCI_INDEX, tag.digest));
    assert_eq!(tag.images.len(), ARCHITECTURES.len() + 1);
    for image in &tag.images {
        let (_, bytes) = again.manifest(&image.digest).unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        for layer in manifest["layers"].as_array().unwrap() {
            let digest = layer["digest"].as_str().unwrap();
            let blob = again.blob(digest).unwrap();
            assert_eq!(digest_of(&blob), digest);
            assert_eq!(layer["size"].as_u64().unwrap(), blob.len() as u64);
            assert_eq!(second.blob(digest).unwrap(), blob);
        }
    }
    assert!(again.manifest(&digest_of(b"nobody's")).is_none());
}

#[test]
fn the_organization_has_300_repositories_and_one_with_10_000_tags() {
    let organization = GeneratedOrganization::default();
    let names = organization.names();
    assert_eq!(names.len(), 301);
    assert!(names.iter().all(|name| organization.repository(name).is_some()));
    for none in ["service-300", "service-7", "service-0007", "other"] {
        assert!(organization.repository(none).is_none(), "{none}");
    }
    let builds = organization.repository(BUILDS).unwrap();
    assert_eq!(builds.names().len(), 10_000);
    assert_eq!(builds.newest_first(9_998, 5), ["build-00001", "build-00000"]);
    assert!(updated(6_000) < updated(15_999) && updated(0) < updated(19));
    assert!(builds.tag("build-10000").is_none() && builds.tag("build-1").is_none());
    assert!(lock(&organization.cache).len() <= MAX_CACHED);
    assert!(lock(&organization.tags_by_digest).is_empty(), "listing names generates no images");
}
