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

/// Whether a pattern matches a whole text, one character after another.
fn glob(pattern: &str, text: &str) -> bool {
    let mut characters = text.chars();
    match (pattern.chars().next(), characters.next()) {
        (Some('*'), next) => {
            glob(&pattern[1..], text) || (next.is_some() && glob(pattern, characters.as_str()))
        }
        (Some(one), Some(other)) => one == other && glob(&pattern[1..], characters.as_str()),
        (None, None) => true,
        _ => false,
    }
}

/// What a search must find, one image after another: first by digest, then by tag.
fn scanned(repositories: &[(String, Vec<ListedImage>)], text: &str) -> Vec<(String, Digest)> {
    let text = text.trim().to_ascii_lowercase();
    let is_named = |name: &str, place: &str| name.contains(place) || place.ends_with(name);
    let (before, digest) = text.rsplit_once('@').unwrap_or(("", &text));
    let before = before.strip_suffix(":v1").unwrap_or(before);
    let prefix = if digest.contains(':') { digest.to_owned() } else { format!("sha256:{digest}") };
    let by_digest = |image: &ListedImage| {
        prefix.len() >= "sha256:".len() + 4 && image.digest.as_str().starts_with(&prefix)
    };
    let (place, tag) = text.rsplit_once(':').unwrap_or(("", &text));
    let is_tag = |one: char| one.is_ascii_alphanumeric() || "_.-*".contains(one);
    let by_tag = |name: &str, image: &ListedImage| {
        let matches = |one: &str| {
            if tag.contains('*') { glob(tag, one) } else { one.contains(tag) }
        };
        text.chars().any(|one| one != ':')
            && tag.chars().all(is_tag)
            && is_named(name, place)
            && image.tags.iter().any(|one| matches(&one.as_str().to_lowercase()))
    };
    let mut found = Vec::new();
    let mut add = |name: &str, image: &ListedImage, matches: bool| {
        let key = (name.to_owned(), image.digest.clone());
        if matches && !found.contains(&key) {
            found.push(key);
        }
    };
    let is_first = |name: &str| !before.is_empty() && is_named(name, before);
    for named in [true, false] {
        for (name, images) in repositories.iter().filter(|(name, _)| is_first(name) == named) {
            images.iter().for_each(|image| add(name, image, by_digest(image)));
        }
    }
    for (name, images) in repositories {
        images.iter().for_each(|image| add(name, image, by_tag(name, image)));
    }
    found
}

/// Repositories of different sizes by name, each with its images in the order of their digests.
fn repositories() -> Vec<(String, Vec<ListedImage>)> {
    let sizes =
        [("app", 120), ("empty", 0), ("one", 1), ("shop/api", 150), ("shop/web", 3), ("z", 40)];
    let images = |name: &str, count: u32| {
        let images = (0..count).map(|number| {
            let tags = [
                format!("build-{number}"),
                format!("V1.{}.{number}", number % 7),
                format!("{:x}_rc", number * 7919),
            ];
            let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
            image(&format!("{name} {number}"), &tags[..(number as usize) % 4])
        });
        let mut images: Vec<ListedImage> = images.collect();
        images.sort_by_key(|image| image.digest.to_string());
        images
    };
    let mut all: Vec<_> =
        sizes.into_iter().map(|(name, count)| (name.to_owned(), images(name, count))).collect();
    // Digests that aren't evenly distributed, so that the first guesses of a search are far off, on both sides.
    let skewed = (0..200_u64).map(|number| number.pow(4));
    let mirrored = (1..=200_u64).rev().map(|number| u64::from(u32::MAX) - number.pow(4));
    for (name, heads) in [("skewed", skewed.collect()), ("mirrored", mirrored.collect::<Vec<_>>())]
    {
        let images = heads.into_iter().map(|head: u64| ListedImage {
            digest: Digest::parse(&format!("sha256:{head:08x}{head:056x}")).unwrap(),
            ..image("", &[&format!("key-{head}")])
        });
        all.push((name.to_owned(), images.collect()));
    }
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
}

#[test]
fn a_search_answers_the_same_as_a_scan_of_all_images() {
    let registry = scope("111122223333");
    let repositories = repositories();
    let folder = tempfile::tempdir().unwrap();
    // With one connection, and with several that read at a time.
    let stores = [ImageLists::in_memory(), ImageLists::open(&folder.path().join("lists"))];
    for (lists, (name, images)) in
        stores.iter().flat_map(|lists| repositories.iter().map(move |one| (lists, one)))
    {
        lists.put(&registry, name, images, "", 1);
    }
    let (_, api) = repositories.iter().find(|(name, _)| name == "shop/api").unwrap();
    let digest = api[7].digest.to_string();
    let mut texts: Vec<String> = [
        // Parts of tags, in every case, over the edges of tags and lines.
        "b",
        "build-3",
        "BUILD-11",
        "-119",
        "v1.6.",
        "117 v1",
        "9\nb",
        "rc",
        "_",
        "1ee",
        "dead",
        // Wildcards: anchored at both ends, and each end free.
        "*",
        "**",
        "build-*9",
        "v1.*.1*",
        "*_rc",
        "*1*",
        "b*u*i*l*d*",
        "*-",
        "build",
        "build*zz",
        "*1*2*3*",
        // What other patterns mean is text here.
        "?",
        "v1.?",
        "^build",
        "9$",
        ".",
        ".*",
        "[a-z]",
        "(b|v)",
        "\\d",
        "+",
        "%",
        "build-1|",
        // Digests: too short, short, with algorithm, of an algorithm that nothing has.
        "ab",
        "abc",
        "abcd",
        "sha256:ab",
        "sha256:",
        "SHA256:ABCD",
        "sha512:abcd",
        "md5:abcd",
        "sha256:xyz1",
        // Names of repositories.
        "api:build-7",
        "shop:",
        "shop:*",
        "shop:v1*",
        "web:",
        "missing:b",
        "localhost:5000/shop/api:build-1",
        "shop/api",
        "@",
        "api@",
        ":",
        "::",
        "app:1:2",
        // Others. The sign of Kelvin is a K in lower case.
        "",
        "  ",
        " build-1 ",
        "\u{212a}",
        "ﬀ",
        "größe",
        "版本",
        "\0",
        "build-1\u{200b}",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.extend(
        ["shop/api@", "x.example/shop/web@", "shop/web:v1@", "other@", "", "missing:b:c@"]
            .map(|place| format!("{place}{digest}")),
    );
    texts.push(format!("shop/web@{}", &digest[..13]));
    texts.push("b".repeat(301));
    // Beginnings of every length of the first and last digests of lists, which a search by guesses meets last.
    for (_, images) in &repositories {
        for number in [0, 1, images.len() / 2, images.len().saturating_sub(1)] {
            let digest = images.get(number).map(|image| image.digest.to_string());
            let hex = digest.iter().filter_map(|digest| digest.strip_prefix("sha256:"));
            texts.extend(
                hex.flat_map(|hex| [4, 5, 8, 9, 64].map(|length| hex[..length].to_owned())),
            );
        }
    }
    for (_, images) in repositories.iter().filter(|(_, images)| images.len() == 200) {
        texts.extend(images.iter().map(|image| image.digest.as_str()[7..17].to_owned()));
    }
    // Between all digests, before the first one, and after the last one.
    texts.extend((0..=0xffff_u32).step_by(251).map(|number| format!("{number:04x}")));
    texts.extend(["0000", "ffff", "sha256:ffffffffff"].map(str::to_owned));
    let keys = |found: FoundImages| -> Vec<(String, Digest)> {
        let images = found.images.into_iter();
        images.map(|stored| (stored.repository, stored.image.digest)).collect()
    };
    for (lists, text) in stores.iter().flat_map(|lists| texts.iter().map(move |text| (lists, text)))
    {
        let expected = scanned(&repositories, text);
        assert_eq!(keys(find(lists, &registry, text, 2000)), expected, "{text}");
        // The first ones are the same with a limit, and it is known whether there are more.
        if scanned_in_one_way(text) {
            let limited = find(lists, &registry, text, 5);
            assert_eq!(limited.has_more, expected.len() > 5, "{text}");
            assert_eq!(keys(limited), expected[..expected.len().min(5)], "{text}");
        }
    }
}

/// Whether a text can't be the beginning of a digest: digests and tags have a limit each.
fn scanned_in_one_way(text: &str) -> bool {
    WantedDigest::parse(&text.trim().to_ascii_lowercase()).is_none()
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
