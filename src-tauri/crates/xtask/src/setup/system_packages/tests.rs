//! Each kind of detection, for something that is installed and something that is not.

use super::*;

#[test]
fn installed_and_missing_packages_are_distinguished() {
    assert!(Detection::Program("sh").is_present());
    assert!(!Detection::Program("no-such-program").is_present());
    assert!(!Detection::Library("no-such-library").is_present());
    assert!(Detection::Folder("/").is_present());
    assert!(!Detection::Folder("/no/such/folder").is_present());
    assert!(!Detection::Python("import no_such_module").is_present());
}
