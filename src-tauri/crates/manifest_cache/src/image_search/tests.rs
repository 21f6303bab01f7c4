//! Tests of the search.

use super::*;
use crate::testing::{filled, find, image, names, scope};

#[test]
fn a_tag_or_the_beginning_of_a_digest_is_found_in_every_repository_of_the_registry() {
    let lists = filled();
    let registry = scope("111122223333");
    let digest = Digest::of(b"one").to_string();
    let hex = digest.strip_prefix("sha256:").unwrap().to_owned();
    let both = ["shop/api:v1.2.3", "shop/web:V1.2"];
    let reversed = ["shop/web:V1.2", "shop/api:v1.2.3"];
    let cases: [(&str, &[&str]); 25] = [
        (&digest, &both),
        (&hex, &both),
        (&hex[..4], &both),
        (&hex[..12].to_uppercase(), &both),
        (&format!("1.dkr.example/shop/api@{digest}"), &both),
        (&format!("1.dkr.example/shop/web@{digest}"), &reversed),
        (&format!("localhost:5000/shop/web:v1.2@{digest}"), &reversed),
        (&format!("web:V1.2@{digest}"), &reversed),
        (&format!("docker.io/library/nginx@{digest}"), &both),
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
        ("shop/api:rc", &["shop/api:rc_7"]),
        ("API:1.2", &["shop/api:v1.2.3"]),
        ("localhost:5000/shop/web:rc-7", &["shop/web:rc-7"]),
        ("web:v1*", &["shop/web:V1.2"]),
        ("other:v1", &[]),
        ("shop/web", &[]),
        (":", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(names(&find(&lists, &registry, text, 100)), expected, "{text}");
    }
    let limited = find(&lists, &registry, "c", 1);
    assert_eq!((limited.images.len(), limited.has_more), (1, true));
    assert_eq!(limited.images[0].listed_at_ms, 5);
    assert!(!find(&lists, &registry, "c", 2).has_more);
}

/// What a search must find, one image after another: first by digest, then by tag.
fn scanned(
    repositories: &[(&str, Vec<ListedImage>)],
    digest: Option<&str>,
    tag: impl Fn(&str, &str) -> bool,
) -> Vec<(String, Digest)> {
    let mut found: Vec<(String, Digest)> = Vec::new();
    let mut add = |matches: &dyn Fn(&str, &ListedImage) -> bool| {
        for (name, images) in repositories {
            let mut images: Vec<&ListedImage> = images.iter().collect();
            images.sort_by_key(|image| image.digest.to_string());
            for image in images {
                let key = ((*name).to_owned(), image.digest.clone());
                if matches(name, image) && !found.contains(&key) {
                    found.push(key);
                }
            }
        }
    };
    let beginning = digest.map(|digest| format!("sha256:{digest}"));
    add(&|_, image| beginning.as_ref().is_some_and(|text| image.digest.as_str().starts_with(text)));
    add(&|name, image| image.tags.iter().any(|one| tag(name, &one.as_str().to_lowercase())));
    found
}

#[test]
fn a_search_answers_the_same_as_a_scan_of_all_images() {
    let lists = ImageLists::in_memory();
    let registry = scope("111122223333");
    let repositories: Vec<(&str, Vec<ListedImage>)> = ["app", "shop/api", "shop/web"]
        .into_iter()
        .map(|name| {
            let images = (0..120_u32).map(|number| {
                let tags = [
                    format!("build-{number}"),
                    format!("V1.{}.{number}", number % 7),
                    format!("{:x}_rc", number * 7919),
                ];
                let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
                image(&format!("{name} {number}"), &tags[..(number as usize) % 4])
            });
            (name, images.collect())
        })
        .collect();
    for (name, images) in &repositories {
        lists.put(&registry, name, images, "", 1);
    }
    type Matches = fn(&str, &str) -> bool;
    let cases: [(&str, Option<&str>, Matches); 16] = [
        ("b", None, |_, tag| tag.contains('b')),
        ("build-3", None, |_, tag| tag.contains("build-3")),
        ("BUILD-11", None, |_, tag| tag.contains("build-11")),
        ("-119", None, |_, tag| tag.contains("-119")),
        ("v1.6.", None, |_, tag| tag.contains("v1.6.")),
        ("117 v1", None, |_, _| false),
        ("build-*9", None, |_, tag| tag.starts_with("build-") && tag.ends_with('9')),
        ("v1.*.1*", None, |_, tag| tag.strip_prefix("v1.").is_some_and(|rest| rest.contains(".1"))),
        ("*", None, |_, _| true),
        ("*_rc", None, |_, tag| tag.ends_with("_rc")),
        (".", None, |_, tag| tag.contains('.')),
        ("[a-z]", None, |_, _| false),
        ("abcd", Some("abcd"), |_, tag| tag.contains("abcd")),
        ("1ee", None, |_, tag| tag.contains("1ee")),
        ("api:build-7", None, |name, tag| name == "shop/api" && tag.contains("build-7")),
        ("shop:", None, |name, _| name.starts_with("shop")),
    ];
    for (text, digest, tag) in cases {
        let expected = scanned(&repositories, digest, tag);
        let keys = |found: FoundImages| -> Vec<(String, Digest)> {
            let images = found.images.into_iter();
            images.map(|stored| (stored.repository, stored.image.digest)).collect()
        };
        assert_eq!(keys(find(&lists, &registry, text, 2000)), expected, "{text}");
        // The first ones are the same with a limit, and it is known whether there are more.
        let limited = find(&lists, &registry, text, 5);
        assert_eq!(limited.has_more, expected.len() > 5, "{text}");
        assert_eq!(keys(limited), expected[..expected.len().min(5)], "{text}");
    }
    // Beginnings of every length of the first and last digests of a repository, which a search by halves meets last.
    let mut digests: Vec<String> =
        repositories[1].1.iter().map(|image| image.digest.to_string()).collect();
    digests.sort();
    for digest in [&digests[0], &digests[1], &digests[60], &digests[119]] {
        for length in [4, 5, 6, 7, 8, 63, 64] {
            let hex = &digest["sha256:".len()..][..length];
            let expected = scanned(&repositories, Some(hex), |_, tag| tag.contains(hex)).len();
            assert_eq!(find(&lists, &registry, hex, 2000).images.len(), expected, "{hex}");
        }
    }
}

#[test]
fn a_search_reports_the_first_images_and_can_be_cancelled() {
    let lists = filled();
    let registry = scope("111122223333");
    let mut reported = Vec::new();
    let found = lists.find(&registry, "v1", 9, |found| {
        reported.push(found.len());
        ControlFlow::Continue(())
    });
    assert_eq!(found.unwrap().images.len(), 2);
    assert_eq!(reported, [1, 2], "after each repository");
    for text in ["v1", "sha256:0000"] {
        let mut calls = 0;
        let cancelled = lists.find(&registry, text, 9, |_| {
            calls += 1;
            ControlFlow::Break(())
        });
        assert_eq!((cancelled, calls), (None, 1), "{text}");
    }
}
