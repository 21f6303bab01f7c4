//! Output of `cargo tree` with and without a feature for tests.

use super::enabled;

#[test]
fn a_feature_for_tests_is_found() {
    let tree = |features: &str| {
        format!(
            "transload v0.1.0 (/x)|custom-protocol,default\ntransload-practice v0.1.0 (/x)|{features}\n\
             serde v1.0.0|default,faults\n"
        )
    };
    assert_eq!(enabled(&tree("")), Vec::<String>::new());
    assert_eq!(enabled(&tree("other")), Vec::<String>::new());
    for features in ["faults", "default,faults", "faults (*)"] {
        assert_eq!(enabled(&tree(features)), ["transload-practice/faults"], "{features}");
    }
}
