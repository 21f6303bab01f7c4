//! Tests of the lists of images.

use super::*;
use crate::testing::{filled, find, image, names, scope};

#[test]
fn a_list_replaces_the_previous_one_and_ends_with_its_repository() {
    let lists = filled();
    let registry = scope("111122223333");
    lists.put(&registry, "shop/api", &[image("five", &["v9"])], "new", 9);
    lists.set_summary(&registry, "shop/web", "web");
    lists.set_summary(&registry, "missing", "none");
    let known = |name: &str, listed_at_ms, summary: &str| ListedRepository {
        name: name.to_owned(),
        listed_at_ms,
        summary: summary.to_owned(),
    };
    let all = [known("shop/api", 9, "new"), known("shop/web", 6, "web")];
    assert_eq!(lists.repositories(&registry), all);
    assert_eq!(names(&find(&lists, &registry, "latest", 9)), [""; 0]);
    lists.retain(&registry, |name| name != "shop/web");
    assert_eq!(lists.repositories(&registry), all[..1]);
    assert_eq!(names(&find(&lists, &registry, "rc", 9)), [""; 0]);
    assert_eq!(lists.repositories(&scope("444455556666")).len(), 1);
}

#[test]
fn lists_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("images.sqlite");
    let registry = scope("111122223333");
    ImageLists::open(&path).put(&registry, "app", &[image("one", &["v1"])], "", 1);
    let found = find(&ImageLists::open(&path), &registry, "v1", 9);
    assert_eq!(found.images[0].image, image("one", &["v1"]));
}

#[test]
fn an_unreadable_row_loses_only_itself() {
    let registry = scope("111122223333");
    let images = [image("one", &["1.0"]), image("two", &["1.1"]), image("three", &["1.2"])];
    for damage in [
        "UPDATE image SET digest = 'sha256:later' WHERE tags = '1.1'",
        "UPDATE image SET size_bytes = -1 WHERE tags = '1.1'",
        "UPDATE image SET tags = '1.1 +later+' WHERE tags = '1.1'",
        "UPDATE image SET tags = CAST(x'ff' AS TEXT) WHERE tags = '1.1'",
    ] {
        let lists = ImageLists::in_memory();
        lists.put(&registry, "shop/api", &images, "", 5);
        lists.put(&registry, "shop/web", &[image("four", &["1.3"])], "", 5);
        lists.file.connection().execute_batch(damage).unwrap();
        let found = names(&find(&lists, &registry, "1.", 100));
        for kept in ["shop/api:1.0", "shop/api:1.2", "shop/web:1.3"] {
            assert!(found.iter().any(|name| name == kept), "{damage}: {found:?}");
        }
        let damage = "UPDATE repository SET name = CAST(x'ff' AS TEXT) WHERE name = 'shop/api'";
        lists.file.connection().execute_batch(damage).unwrap();
        let repositories = lists.repositories(&registry);
        assert_eq!(repositories.len(), 1, "{repositories:?}");
        assert_eq!(repositories[0].name, "shop/web");
    }
}

#[test]
fn a_list_is_found_while_another_one_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let lists = ImageLists::open(&folder.path().join("lists"));
    let (registry, image) = (scope("111122223333"), image("image", &["v1"]));
    lists.put(&registry, "shop/api", std::slice::from_ref(&image), "summary", 1);
    let mut connection = lists.file.connection();
    let writing = connection.transaction().unwrap();
    writing.execute("DELETE FROM image", []).unwrap();
    // The writer holds its connection; without another one, this would wait for ever.
    assert_eq!(find(&lists, &registry, "v1", 10).images.len(), 1);
    assert_eq!(lists.repositories(&registry).len(), 1);
    writing.commit().unwrap();
    drop(connection);
    assert_eq!(find(&lists, &registry, "v1", 10).images.len(), 0);
}

#[test]
fn lists_in_memory_stay_within_their_limit_and_the_newest_are_kept() {
    let registry = scope("111122223333");
    let lists = ImageLists { memory_limit_bytes: 500_000, ..ImageLists::in_memory() };
    for number in 0..20_u64 {
        let images: Vec<ListedImage> = (0..500)
            .map(|image_number| image(&format!("{number} {image_number}"), &["v1"]))
            .collect();
        lists.put(&registry, &format!("shop/{number:02}"), &images, "", number);
    }
    let kept: Vec<String> =
        lists.repositories(&registry).into_iter().map(|repository| repository.name).collect();
    assert!((2..10).contains(&kept.len()), "{kept:?}");
    assert_eq!(kept.last().map(String::as_str), Some("shop/19"));
    assert!(kept.is_sorted() && kept[0] == format!("shop/{:02}", 20 - kept.len()), "{kept:?}");
    assert_eq!(find(&lists, &registry, "v1", 1_000).images.len(), 1_000);
}
