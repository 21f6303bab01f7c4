//! Counting per user.

use super::PullLimits;

#[test]
fn only_counted_pulls_reduce_the_limit_of_each_user() {
    let limits = PullLimits::default();
    assert_eq!(limits.count("", 2, false), Some(2));
    assert_eq!(limits.count("", 2, true), Some(1));
    assert_eq!(limits.count("", 2, true), Some(0));
    assert_eq!(limits.count("", 2, true), None);
    assert_eq!(limits.count("user", 4, true), Some(3));
}
