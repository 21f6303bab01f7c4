//! Tests of the lists of images.

use super::*;

fn scope(account: &str) -> RegistryScope {
    RegistryScope::new(&AccountId::parse(account).unwrap(), &Region::parse("eu-central-1").unwrap())
}

fn image(name: &str, tags: &[&str]) -> ListedImage {
    ListedImage {
        digest: Digest::of(name.as_bytes()),
        tags: tags.iter().map(|tag| Tag::parse(tag).unwrap()).collect(),
        size_bytes: Some(7),
        pushed_at_ms: Some(8),
        pulled_at_ms: None,
        is_archived: false,
    }
}

/// What was found, as `repository:first tag`.
fn names(found: &FoundImages) -> Vec<String> {
    let name = |stored: &StoredImage| {
        let tag = stored.image.tags.first().map_or("-", Tag::as_str);
        format!("{}:{tag}", stored.repository)
    };
    found.images.iter().map(name).collect()
}

fn filled() -> ImageLists {
    let lists = ImageLists::in_memory();
    let registry = scope("111122223333");
    let api = [image("one", &["v1.2.3", "latest"]), image("two", &["rc_7"]), image("three", &[])];
    lists.put(&registry, "shop/api", &api, "api", 5);
    lists.put(&registry, "shop/web", &[image("one", &["V1.2"]), image("four", &["rc-7"])], "", 6);
    lists.put(&scope("444455556666"), "other", &[image("one", &["v1.2.3"])], "", 7);
    lists
}

#[test]
fn a_tag_or_the_beginning_of_a_digest_is_found_in_every_repository_of_the_registry() {
    let lists = filled();
    let registry = scope("111122223333");
    let digest = Digest::of(b"one").to_string();
    let hex = digest.strip_prefix("sha256:").unwrap().to_owned();
    let both = ["shop/api:v1.2.3", "shop/web:V1.2"];
    let cases: [(&str, &[&str]); 14] = [
        (&digest, &both),
        (&hex, &both),
        (&hex[..4], &both),
        (&hex[..12].to_uppercase(), &both),
        (&format!("1.dkr.example/shop/api@{digest}"), &both),
        (&hex[..3], &[]),
        ("v1.2", &both),
        (" latest ", &["shop/api:v1.2.3"]),
        ("v1*", &both),
        ("*.3", &["shop/api:v1.2.3"]),
        ("rc_7", &["shop/api:rc_7"]),
        ("100%", &[]),
        // Tags are stored together. A text must not match over two of them.
        ("3 latest", &[]),
        ("", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(names(&lists.find(&registry, text, 100)), expected, "{text}");
    }
    let limited = lists.find(&registry, "c", 1);
    assert_eq!((limited.images.len(), limited.has_more), (1, true));
    assert_eq!(limited.images[0].listed_at_ms, 5);
    assert!(!lists.find(&registry, "c", 2).has_more);
}

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
    assert_eq!(names(&lists.find(&registry, "latest", 9)), [""; 0]);
    lists.retain(&registry, |name| name != "shop/web");
    assert_eq!(lists.repositories(&registry), all[..1]);
    assert_eq!(names(&lists.find(&registry, "rc", 9)), [""; 0]);
    assert_eq!(lists.repositories(&scope("444455556666")).len(), 1);
}

#[test]
fn lists_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("images.sqlite");
    let registry = scope("111122223333");
    ImageLists::open(&path).put(&registry, "app", &[image("one", &["v1"])], "", 1);
    let found = ImageLists::open(&path).find(&registry, "v1", 9);
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
        lists.connection().execute_batch(damage).unwrap();
        let found = names(&lists.find(&registry, "1.", 100));
        for kept in ["shop/api:1.0", "shop/api:1.2", "shop/web:1.3"] {
            assert!(found.iter().any(|name| name == kept), "{damage}: {found:?}");
        }
        let damage = "UPDATE repository SET name = CAST(x'ff' AS TEXT) WHERE name = 'shop/api'";
        lists.connection().execute_batch(damage).unwrap();
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
    let mut connection = lists.connection();
    let writing = connection.transaction().unwrap();
    writing.execute("DELETE FROM image", []).unwrap();
    // The writer holds its connection; without another one, this would wait for ever.
    assert_eq!(lists.find(&registry, "v1", 10).images.len(), 1);
    assert_eq!(lists.repositories(&registry).len(), 1);
    writing.commit().unwrap();
    drop(connection);
    assert_eq!(lists.find(&registry, "v1", 10).images.len(), 0);
}
