//! Pictures in both kinds of markup.

use super::pictures_in;

#[test]
fn pictures_are_found_in_markdown_and_in_html() {
    let readme = "![One](icons/screenshots/one.png)\n<img src=\"icons/screenshots/two.png\">";
    assert_eq!(pictures_in(readme), ["one.png", "two.png"]);
}
