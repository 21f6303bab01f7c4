//! Pages of the program and others.

use super::*;

#[test]
fn only_compiled_in_pages_are_opened() {
    let own = |url: &str| is_own_page(&Url::parse(url).unwrap());
    assert!(own("tauri://localhost/#/settings"));
    assert!(own("about:blank"));
    assert!(!own("tauri://example.com/"));
    assert!(!own("https://example.com/"));
    assert!(!own("file:///etc/passwd"));
    assert!(!own("data:text/html,x"));
}
