//! Ranges inside and outside of a blob.

use super::parse_range;

#[test]
fn ranges_are_limited_to_the_size() {
    assert_eq!(parse_range("bytes=0-3", 10), Some((0, 4)));
    assert_eq!(parse_range("bytes=4-", 10), Some((4, 6)));
    assert_eq!(parse_range("bytes=-3", 10), Some((7, 3)));
    assert_eq!(parse_range("bytes=8-99", 10), Some((8, 2)));
    assert_eq!(parse_range("bytes=10-", 10), None);
}
