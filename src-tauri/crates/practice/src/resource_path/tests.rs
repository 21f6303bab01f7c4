//! Paths with slashes in the name.

use super::*;

#[test]
fn names_with_slashes_are_separated_from_the_resource() {
    let name = || "team/blobs/app".to_owned();
    assert_eq!(parse("/v2/"), Some(Target::Base));
    assert_eq!(parse("/v2/team/blobs/app/tags/list"), Some(Target::Tags { name: name() }));
    assert_eq!(
        parse("/v2/team/blobs/app/manifests/1.0"),
        Some(Target::Manifest { name: name(), reference: "1.0".to_owned() })
    );
    assert_eq!(parse("/v2/team/blobs/app/blobs/uploads/"), Some(Target::Uploads { name: name() }));
    assert_eq!(
        parse("/v2/team/blobs/app/blobs/uploads/x1"),
        Some(Target::Upload { name: name(), id: "x1".to_owned() })
    );
    assert_eq!(parse("/v2/app/other/x"), None);
    assert_eq!(parse("/v1/app/manifests/x"), None);
}
